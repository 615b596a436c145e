"""Handing an affair to another unit or body: to whom, with which papers, and how far it came.

What leads, cases and risk entities share; the law of it stands in domain/leads/lead_transfers.py.
"""

from collections.abc import Mapping
from typing import Any, Final

from api.domain.kit.days import DayKind
from api.domain.kit.duties import DutyKind
from api.domain.kit.flow import Field, FieldKind
from api.domain.kit.labels import Labelled


class Department(Labelled):
    """The organs other than the police, as the form offers them."""

    MARKET = "market", "市场监管部门"
    PETITION = "petition", "信访部门"
    OTHER = "other", "其他主管部门"


class HandoverStatus(Labelled):
    """How far the hand-over of a case or a risk entity came."""

    SENT = "sent", "已送出，待接收"
    RECEIVED = "received", "已接收，待结果"
    INCOMPLETE = "incomplete", "材料待补正"
    FILED = "filed", "公安机关已立案，待移交物品和材料"
    DECLINED = "declined", "公安机关不予立案"
    REVIEWED = "reviewed", "已提请复议，待决定"
    DROPPED = "dropped", "公安机关已撤案，待依法另行处理"
    UPHELD = "upheld", "公安机关维持不予立案"
    ANSWERED = "answered", "结果已反馈"
    ACCEPTED = "accepted", "已接收，按该途径化解"
    RECALLED = "recalled", "已收回"
    WAIVED = "waived", "经批准不再等待"


_S = HandoverStatus
#: The receiver has it, or is to get it.
OPEN: Final = frozenset({_S.SENT, _S.RECEIVED, _S.INCOMPLETE, _S.REVIEWED})
#: Nobody is to receive it, or has: it is to go to somebody else.
WITH_NOBODY: Final = frozenset({None, _S.RECALLED})
#: The police have said what they do, and the sender has yet to do its part.
LEFT_TO_SENDER: Final = frozenset({_S.FILED, _S.DECLINED, _S.UPHELD, _S.DROPPED})
#: It waits for whom it was handed to; else for who handed it over.
WITH_RECEIVER: Final = frozenset({_S.SENT, _S.RECEIVED, _S.REVIEWED})
#: What is waited for, as whoever reads the record that was handed over is told.
WAITING: Final[Mapping[HandoverStatus, str]] = {
    _S.SENT: "已移送移交，待对方接收",
    _S.RECEIVED: "已移送移交，待对方答复",
    _S.INCOMPLETE: DutyKind.LEAD_SUPPLY.label,
    _S.REVIEWED: "已提请复议，待决定",
    _S.FILED: DutyKind.LEAD_GOODS.label,
    _S.DECLINED: DutyKind.LEAD_DECLINED.label,
    _S.DROPPED: DutyKind.LEAD_DROPPED.label,
    _S.UPHELD: DutyKind.LEAD_UPHELD.label,
}

#: One of the two: a unit of the system, or the name of a body outside.
RECEIVER: Final = (
    Field(
        "receiver_unit_id",
        "接收单位（已在本系统）",
        FieldKind.UNIT,
        required=False,
        needed_for="接收单位在本系统内的选择",
    ),
    Field(
        "department", "接收单位名称（不在本系统）", required=False, needed_for="不在本系统的填写"
    ),
)


def reported(needed_for: str = "") -> tuple[Field, ...]:
    """移送规定第5条: what those who looked into it report to the head. Required, or `needed_for` some
    case only, in the words that stand beside the label."""
    given: dict[str, Any] = {"required": not needed_for, "needed_for": needed_for}
    day = Field("reported_on", "书面报告提交日期", FieldKind.DATE, day=DayKind.PAST, **given)
    return (
        day,
        Field("investigators", "核实情况的执法人员（2名以上）", **given),
        Field("report", "核实情况和移送理由", FieldKind.LONG_TEXT, **given),
    )


MATERIALS: Final = Field("materials", "材料清单", FieldKind.LONG_TEXT)


def is_settled(record: Any) -> bool:
    """Whether nobody has the last hand-over of a case or a risk entity, or owes anything for it."""
    return record.handover_status not in {each.value for each in OPEN | LEFT_TO_SENDER}


def is_open(record: Any) -> bool:
    """Whether the last hand-over of a case or a risk entity is with somebody."""
    return record.handover_status in {each.value for each in OPEN}
