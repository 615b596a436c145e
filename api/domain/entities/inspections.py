"""Inspections (检查): what is looked at in each field, and the life cycle (E1, E10)."""

from dataclasses import dataclass
from typing import Any, cast

from api.domain.entities.risk_entities import Industry
from api.domain.entities.risk_measures import LAWFUL, ORDERED, PLAN
from api.domain.kit.actors import Actor
from api.domain.kit.days import DayKind
from api.domain.kit.errors import Conflict, RuleViolated
from api.domain.kit.flow import (
    OWN_UNIT,
    REASON,
    Edit,
    Field,
    FieldKind,
    Flow,
    Predicate,
    Record,
    Step,
)
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P


class InspectionStatus(Labelled):
    """Where an inspection stands."""

    PLANNED = "planned", "已安排"
    DONE = "done", "已检查"
    CLOSED = "closed", "已办结"
    CANCELLED = "cancelled", "已取消"


class InspectionAction(Labelled):
    """What people do with an inspection."""

    COMPLETE = "complete", "登记检查结果"
    ORDER_RECTIFICATION = "order_rectification", "责令整改"
    CLOSE = "close", "办结"
    CANCEL = "cancel", "取消"


class Finding(Labelled):
    """What was found. "Nothing found" is a result and counts as one (E1)."""

    PROBLEM = "problem", "发现问题"
    NONE = "none", "未发现问题"


class ItemResult(Labelled):
    """How one item of the checklist stands."""

    OK = "ok", "合格"
    PROBLEM = "problem", "有问题"
    NOT_APPLICABLE = "not_applicable", "不涉及"


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One thing to look at."""

    code: str
    label: str


I = Industry  # noqa: E741  # the table below reads by it

_COMMON = (
    ChecklistItem("licence_shown", "证照齐全并公示，经营范围与实际相符"),
    ChecklistItem("prices_shown", "收费项目和标准公示"),
    ChecklistItem("prepaid", "预收会员费、押金、服务费的金额、去向和退费情况"),
    ChecklistItem("promises", "宣传材料无承诺返利、保本付息、夸大功效"),
    ChecklistItem("warning_posted", "张贴防养老诈骗提示和举报电话"),
)
_OF_INDUSTRY: dict[Industry, tuple[ChecklistItem, ...]] = {
    I.ELDER_CARE: (
        ChecklistItem("care_filing", "养老机构备案"),
        ChecklistItem("care_contracts", "与老年人签订服务合同"),
        ChecklistItem("fire_safety", "消防设施完好"),
        ChecklistItem("food_permit", "食堂食品经营许可"),
    ),
    I.FOOD_HEALTH_PRODUCTS: (
        ChecklistItem("sales_lectures", "有无会销、讲座、免费赠品引流"),
        ChecklistItem("purchase_records", "进货查验记录和批准文号"),
        ChecklistItem("medical_claims", "有无宣称治疗疾病"),
    ),
    I.FINANCE: (
        ChecklistItem("financial_permit", "金融业务许可"),
        ChecklistItem("fixed_returns", "有无承诺固定回报、拉人头提成"),
        ChecklistItem("fund_account", "资金账户及流向"),
    ),
    I.CULTURE_TOURISM: (
        ChecklistItem("travel_permit", "旅行社业务许可"),
        ChecklistItem("low_price_tours", "有无低价、免费旅游诱导消费"),
        ChecklistItem("buy_back", "收藏品、字画有无回购承诺"),
    ),
    I.MEDICAL: (
        ChecklistItem("practice_permit", "医疗机构执业许可和人员资质"),
        ChecklistItem("free_clinics", "有无以义诊、体检推销"),
    ),
    I.PROPERTY: (
        ChecklistItem("mortgages", "有无诱导老年人抵押、过户房产"),
        ChecklistItem("presale", "养老公寓、床位预售和返租情况"),
    ),
    I.SOCIAL_INSURANCE: (
        ChecklistItem("agency_fees", "有无收费代办补缴养老保险、提前退休"),
        ChecklistItem("forged_papers", "有无伪造证明、公文、印章"),
    ),
    I.VOLUNTEERING: (
        ChecklistItem("organisers", "组织者身份和活动备案"),
        ChecklistItem("selling", "有无借帮扶名义推销、集资"),
    ),
    I.ONLINE: (ChecklistItem("online_content", "网站、群组、直播有无涉老诈骗内容"),),
    I.OTHER: (),
}


def checklist(industry: Industry) -> tuple[ChecklistItem, ...]:
    """What an inspector looks at in a field."""
    return _COMMON + _OF_INDUSTRY[industry]


def _same_unit_or_office(actor: Actor, record: Record) -> bool:
    return OWN_UNIT.holds(actor, record) or actor.may(P.LEAD_ASSIGN)


#: Whoever went there finds, orders and looks again; nobody does it for them.
INSPECTOR = Predicate("not_own_unit", "只有检查单位可以办理", OWN_UNIT.holds)


def _settled(actor: Actor, record: Any) -> bool:
    """A problem is settled when it was ordered to be put right and no such order is open."""
    del actor
    return record.finding != Finding.PROBLEM or (record.orders > 0 and record.open_orders == 0)


def _problem_found(actor: Actor, record: Any) -> bool:
    del actor
    return record.finding == Finding.PROBLEM


SETTLED = Predicate(
    "rectification_open",
    "检查发现的问题须责令整改，并经复查合格后才能办结",
    _settled,
    RuleViolated,
    f"{PLAN}：责令整改、督促整改到位",
)
#: One problem is one order: what was not put right is ordered again in it.
NOT_ORDERED = Predicate(
    "rectification_ordered",
    "已责令整改，还没有销号",
    lambda _, record: not cast("Any", record).open_orders,
    Conflict,
    names=lambda record: [str(cast("Any", record).open_order)],
)
PROBLEM_FOUND = Predicate("no_problem_found", "检查未发现问题，无须责令整改", _problem_found)

S, A = InspectionStatus, InspectionAction

EDITOR = Predicate("not_own_unit", "只有检查单位或镇专项办可以修改", _same_unit_or_office)

INSPECTION_FLOW: Flow[InspectionStatus, InspectionAction] = Flow(
    "inspection",
    S.PLANNED,
    {
        A.COMPLETE: Step(
            frozenset({S.PLANNED}),
            S.DONE,
            P.INSPECTION_HANDLE,
            fields=(
                Field("finding", "检查结果", FieldKind.ENUM, options=Finding),
                Field("done_on", "检查日期", FieldKind.DATE, day=DayKind.PAST, required=False),
                Field(
                    "note",
                    "检查情况",
                    FieldKind.LONG_TEXT,
                    required=False,
                    needed_for="发现问题的",
                ),
            ),
            when=(INSPECTOR,),
        ),
        A.ORDER_RECTIFICATION: Step(
            frozenset({S.DONE}),
            None,
            P.INSPECTION_HANDLE,
            fields=(
                *ORDERED,
                *LAWFUL,
                Field("document_no", "文书编号", required=False),
            ),
            when=(INSPECTOR, PROBLEM_FOUND, NOT_ORDERED),
        ),
        A.CLOSE: Step(
            frozenset({S.DONE}), S.CLOSED, P.INSPECTION_HANDLE, when=(INSPECTOR, SETTLED)
        ),
        A.CANCEL: Step(
            frozenset({S.PLANNED}),
            S.CANCELLED,
            P.INSPECTION_HANDLE,
            fields=(REASON,),
            when=(INSPECTOR,),
            danger=True,
        ),
    },
    edit=Edit(
        frozenset({S.PLANNED, S.DONE}),
        P.INSPECTION_HANDLE,
        "检查已办结或取消，不能修改",
        when=(EDITOR,),
    ),
    law=f"{PLAN}：排查检查，责令整改、督促整改到位",
)
