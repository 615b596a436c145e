"""What may be done about a risk entity, and who may lawfully do it (facts 3.3, E5-E8).

A town office has no power to penalise, to freeze or to close of its own: it records what a body
with that power did, with the body and its document named. The table is the law; nothing beside it.
"""

from dataclasses import dataclass
from typing import Final

from api.domain.kit.days import DayKind
from api.domain.kit.errors import RuleViolated
from api.domain.kit.flow import Field, FieldKind
from api.domain.kit.labels import Labelled
from api.domain.organisation.organisation import UnitBehaviour

PLAN = "众办〔2022〕54号（整治规范）"
REGULATION = "防范和处置非法集资条例"
TRANSFER = "行政执法机关移送涉嫌犯罪案件的规定"


class RiskMeasureKind(Labelled):
    """What was done."""

    REMIND = "remind", "风险提示、提醒规范运营"
    INCREASE_INSPECTIONS = "increase_inspections", "增加抽查检查频次"
    ROUTINE_PATROL = "routine_patrol", "日常巡查"
    INTERVIEW = "interview", "警示约谈"
    ORDER_RECTIFICATION = "order_rectification", "责令整改"
    STOP_OPERATIONS = "stop_operations", "停止经营活动"
    URGE_REFUND = "urge_refund", "督促清退资金"
    REFUND_PROGRESS = "refund_progress", "清退进展"
    SUSPEND_FUNDRAISING = "suspend_fundraising", "要求暂停集资行为"
    HOLD_REGISTRATION = "hold_registration", "暂停办理设立、变更、注销登记"
    SEAL_PREMISES = "seal_premises", "查封经营场所、资产"
    ORDER_SALE = "order_sale", "责令变价清退"
    EXIT_BAN = "exit_ban", "限制出境"
    REVOKE_LICENCE = "revoke_licence", "吊销营业执照"
    SHUT_DOWN = "shut_down", "取缔关停"
    PRESERVE_EVIDENCE = "preserve_evidence", "固定证据"
    TRANSFER_DEPARTMENT = "transfer_department", "移交主管部门"
    TRANSFER_POLICE = "transfer_police", "移送公安机关"


class LegalActor(Labelled):
    """The body in whose name a measure is taken."""

    VILLAGE = "village", "村（居）民委员会"
    OFFICE = "office", "镇专项办（乡镇人民政府）"
    REGULATOR = "regulator", "行业主管、监管部门"
    MARKET = "market", "市场监督管理部门"
    FUNDRAISING_LEAD = "fundraising_lead", "处置非法集资牵头部门"
    FUNDRAISING_LEAD_CITY = "fundraising_lead_city", "设区的市级以上处置非法集资牵头部门"
    PENALTY_AGENCY = "penalty_agency", "具有行政处罚权的行政机关"
    POLICE = "police", "公安机关"


#: By whom and by what law something was done.
LAWFUL: Final = (
    Field("legal_actor", "实施主体", FieldKind.ENUM, required=False, options=LegalActor),
    Field("legal_actor_name", "实施机关名称", required=False),
    Field("legal_basis", "法律依据", required=False),
)
#: What is to be put right until when.
ORDERED: Final = (
    Field("requirements", "整改要求", FieldKind.LONG_TEXT),
    Field(
        "due_on",
        "整改期限",
        FieldKind.DATE,
        day=DayKind.DUE,
        required=False,
        rule="RECT-01",
    ),
)


L, M = LegalActor, RiskMeasureKind

#: The body that a unit's people act for, unless they name another one.
ACTOR_OF_UNIT: dict[UnitBehaviour, LegalActor] = {
    UnitBehaviour.LEADERSHIP: L.OFFICE,
    UnitBehaviour.OFFICE: L.OFFICE,
    UnitBehaviour.VILLAGE: L.VILLAGE,
    UnitBehaviour.POLICE: L.POLICE,
    UnitBehaviour.MARKET: L.MARKET,
    UnitBehaviour.CIVIL: L.REGULATOR,
    UnitBehaviour.CULTURE: L.REGULATOR,
    UnitBehaviour.FINANCE: L.REGULATOR,
    UnitBehaviour.OTHER: L.REGULATOR,
}


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """Who may take a measure, by which article, and whether only a document proves it."""

    actors: frozenset[LegalActor]
    basis: str
    needs_document: bool = False


_FUNDRAISING = frozenset({L.FUNDRAISING_LEAD, L.FUNDRAISING_LEAD_CITY})
_REGULATORS = frozenset({L.REGULATOR, L.MARKET, L.PENALTY_AGENCY})
_AGENCIES = _FUNDRAISING | _REGULATORS | {L.OFFICE, L.POLICE}

MEASURE_RULES: dict[RiskMeasureKind, MeasureRule] = {
    M.REMIND: MeasureRule(_AGENCIES | {L.VILLAGE}, PLAN),
    M.ROUTINE_PATROL: MeasureRule(_AGENCIES | {L.VILLAGE}, PLAN),
    M.INCREASE_INSPECTIONS: MeasureRule(_REGULATORS | _FUNDRAISING, PLAN),
    M.INTERVIEW: MeasureRule(_REGULATORS | _FUNDRAISING, f"{REGULATION}第十八条"),
    M.ORDER_RECTIFICATION: MeasureRule(_REGULATORS | _FUNDRAISING, f"{REGULATION}第十八条"),
    M.STOP_OPERATIONS: MeasureRule(
        _FUNDRAISING | {L.MARKET, L.PENALTY_AGENCY},
        f"{REGULATION}第二十三条、第三十条，行政处罚法第九条、第六十三条",
        needs_document=True,
    ),
    M.URGE_REFUND: MeasureRule(
        _REGULATORS | _FUNDRAISING, f"{REGULATION}第二十五条、第二十六条，{PLAN}"
    ),
    M.REFUND_PROGRESS: MeasureRule(_AGENCIES, f"{REGULATION}第二十五条"),
    M.SUSPEND_FUNDRAISING: MeasureRule(
        _FUNDRAISING, f"{REGULATION}第二十二条", needs_document=True
    ),
    M.HOLD_REGISTRATION: MeasureRule(
        frozenset({L.MARKET}), f"{REGULATION}第二十二条", needs_document=True
    ),
    M.SEAL_PREMISES: MeasureRule(_FUNDRAISING, f"{REGULATION}第二十四条", needs_document=True),
    M.ORDER_SALE: MeasureRule(_FUNDRAISING, f"{REGULATION}第二十四条", needs_document=True),
    M.EXIT_BAN: MeasureRule(
        frozenset({L.FUNDRAISING_LEAD_CITY}), f"{REGULATION}第二十四条", needs_document=True
    ),
    M.REVOKE_LICENCE: MeasureRule(
        frozenset({L.MARKET}), f"{REGULATION}第二十七条", needs_document=True
    ),
    M.SHUT_DOWN: MeasureRule(
        _FUNDRAISING | {L.MARKET, L.PENALTY_AGENCY},
        f"{REGULATION}第二十三条、第三十条，行政处罚法第九条、第六十三条",
        needs_document=True,
    ),
    M.PRESERVE_EVIDENCE: MeasureRule(_AGENCIES, PLAN),
    M.TRANSFER_DEPARTMENT: MeasureRule(_AGENCIES, TRANSFER),
    M.TRANSFER_POLICE: MeasureRule(_AGENCIES, TRANSFER),
}


def check_measure(kind: RiskMeasureKind, actor: LegalActor, document_no: str) -> MeasureRule:
    """The rule of a measure, if that body may take it. Raises RuleViolated naming the article."""
    rule = MEASURE_RULES[kind]
    if actor not in rule.actors:
        able = [each for each in LegalActor if each in rule.actors]
        names = "、".join(each.label for each in able)
        raise RuleViolated(
            f"{actor.label}无权{kind.label}，依法应由{names}实施（{rule.basis}）",
            code="actor_without_power",
            article=rule.basis,
            lawful_actors=[each.value for each in able],
        )
    if rule.needs_document and not document_no:
        raise RuleViolated(
            f"{kind.label}须填写决定机关的文书编号（{rule.basis}）",
            code="document_missing",
            article=rule.basis,
        )
    return rule
