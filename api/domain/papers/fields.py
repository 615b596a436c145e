"""What the templates may name: per noun the fields, what they are called, and where they are read.

A field that is not here cannot be printed. None tells who reported something: there is no such field,
and free texts lose whoever reported before they come here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PaperField:
    """One field: its label, the record and column that it is read from, and what to do where it is
    empty."""

    label: str
    noun: str = ""
    column: str = ""
    fill_in: str = ""


_F = PaperField
#: Of the paper itself.
OWN: Final[Mapping[str, PaperField]] = {
    "number": _F("发文字号"),
    "made_on": _F("成文日期"),
    "unit": _F("制作单位"),
}

_TRANSFER = "请先办理移送、移交并填写"
_LETTER: Final[Mapping[str, PaperField]] = {
    "receiver": _F("接收单位", "handover", "department", f"{_TRANSFER}接收单位"),
    "nature": _F("移送、移交的性质", "handover", "kind", _TRANSFER),
    "basis": _F("移送、移交的依据", "handover", "kind", _TRANSFER),
    "grounds": _F("移送、移交的理由", "handover", "reason", f"{_TRANSFER}理由"),
    "report": _F("核实情况和移送理由", "handover", "report"),
    "investigators": _F("核实情况的执法人员", "handover", "investigators"),
    "approved_by": _F("批准人", "handover", "approved_by"),
    "approved_on": _F("批准移送日期", "handover", "approved_on"),
    "materials": _F("材料清单", "handover", "materials", f"{_TRANSFER}材料清单"),
    "sender": _F("移送、移交的单位", "handover", "owner_unit", "请先确定承办单位"),
    "title": _F("移送、移交的事项"),
    "record_number": _F("记录编号"),
    "facts": _F("基本情况"),
}

#: Noun → field → what it is.
REGISTERS: Final[Mapping[str, Mapping[str, PaperField]]] = {
    "lead": _LETTER
    | {
        "title": _F("移送、移交的事项", "lead", "subject_name", "请在线索上填写反映对象"),
        "record_number": _F("线索编号", "lead", "number"),
        "facts": _F("基本情况", "lead", "narrative", "请在线索上填写反映内容"),
        "owner_unit": _F("承办单位", "lead", "owner_unit", "请先交办"),
        "assigned_by": _F("交办单位", "lead", "assigned_on", "请先交办"),
        "assigned_on": _F("交办日期", "lead", "assigned_on", "请先交办"),
        "due_on": _F("办理期限", "lead", "due_on", "请在交办时指定办理期限"),
        "due_rule": _F("期限的依据", "lead", "due_rule"),
        "assists": _F("协办单位", "lead", "assists"),
        "channel": _F("线索来源", "lead", "channel"),
        "received_on": _F("接收日期", "lead", "received_at"),
        "categories": _F("类别", "lead", "categories"),
        "subject_name": _F("反映对象", "lead", "subject_name"),
        "uscc": _F("统一社会信用代码", "lead", "subject_uscc"),
        "urgent": _F("快办、重点标记", "lead", "marks"),
        "place": _F("村（社区）", "lead", "division_name"),
        "amount": _F("涉案金额（元）", "lead", "amount_involved"),
        "people": _F("涉及人数", "lead", "people_involved"),
        "red_flags": _F("风险特征", "lead", "red_flags"),
        "narrative": _F("反映内容", "lead", "narrative", "请在线索上填写反映内容"),
        "remark": _F("备注", "lead", "note"),
    },
    "handover": _LETTER
    | {
        "title": _F("移送、移交的事项", "handover", "title"),
        "record_number": _F("移送移交编号", "handover", "number"),
        "facts": _F("移送时的情况", "handover", "sent_facts"),
    },
    "rectification": {
        "record_number": _F("整改编号", "rectification", "number"),
        "entity_name": _F("整改对象", "risk_entity", "name", "请在风险主体上填写名称"),
        "problems": _F("检查发现的问题", "inspection", "note"),
        "requirements": _F("整改要求", "rectification", "requirements", "请在整改上填写整改要求"),
        "due_on": _F("整改期限", "rectification", "due_on", "请填写整改期限"),
        "legal_actor_name": _F(
            "实施机关名称", "rectification", "legal_actor_name", "请填写实施机关名称"
        ),
        "legal_basis": _F("法律依据", "rectification", "legal_basis", "请填写法律依据"),
    },
    "risk_entity": {
        "record_number": _F("风险主体编号", "risk_entity", "number"),
        "entity_name": _F("风险主体名称", "risk_entity", "name", "请填写名称"),
        "problems": _F("发现的问题", "risk_entity", "problems"),
        "reminder": _F(
            "提示的内容",
            "risk_entity",
            "measures.note",
            "请先办理“风险提示、提醒规范运营”，并写明提示了什么",
        ),
        "deadline": _F("完成期限", "risk_entity", "measures.deadline"),
        "legal_actor_name": _F(
            "实施机关名称", "risk_entity", "measures.legal_actor_name", "请填写实施机关名称"
        ),
        "legal_basis": _F("法律依据", "risk_entity", "measures.legal_basis"),
    },
}


def registered(noun: str) -> Mapping[str, PaperField]:
    """Every field that a paper made from this noun may name."""
    return OWN | REGISTERS[noun]
