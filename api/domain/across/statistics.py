"""What is counted, under which words, out of what: the figures of the overview (G1-G4, C3, M9).

Nothing here is typed in by anybody. A figure is a question to a ledger: the resource and the filters
whose rows it counts, so that it can be opened and recounted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from api.domain.across.periods import Period
from api.domain.cases.cases import CaseStatus
from api.domain.entities.inspections import Finding, InspectionStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import EntityStatus, RiskTier
from api.domain.kit.labels import Labelled
from api.domain.leads.leads import LeadConclusion, LeadStatus, Solved
from api.domain.outcomes.outcomes import OutcomeKind, OutcomeStatus
from api.domain.recovery.ledger import AccountKind
from api.domain.recovery.property_measures import MeasureKind, MeasureStatus

K = AccountKind


class Goal(Labelled):
    """The four goals of the campaign (众办〔2022〕54号 §2)."""

    CRACKDOWN = "G1", "打击违法犯罪"
    GOVERNANCE = "G2", "问题解决与整治规范"
    EXPOSURE = "G3", "典型案例曝光与宣传教育"
    INSTITUTIONS = "G4", "制度机制建设"


Params = dict[str, "str | bool | list[str]"]


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows of a list there are under these filters."""

    key: str
    label: str
    resource: str
    params: Params = field(default_factory=dict[str, "str | bool | list[str]"])
    note: str = ""
    #: The date that decides which period a row counts in, by the name of the list's filter.
    by: str = ""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One figure out of another, both named (M9: a rate without its denominator is no rate)."""

    key: str
    label: str
    numerator: str
    denominator: str


def _all_but(kind: type[Labelled], *left_out: Labelled) -> list[str]:
    return [member.value for member in kind if member not in left_out]


#: A filing is known by its date; a case withdrawn afterwards is not counted (C3).
_FILED: Params = {
    "filed_from": "1900-01-01",
    "status": _all_but(CaseStatus, CaseStatus.WITHDRAWN),
}
_SOLVED: Params = {"is_solved": True, "status": _all_but(CaseStatus, CaseStatus.WITHDRAWN)}
_RISKY = [RiskTier.YELLOW.value, RiskTier.ORANGE.value, RiskTier.RED.value]
_REGULARISED = [
    EntityStatus.ACCEPTED.value,
    EntityStatus.DELISTED.value,
    EntityStatus.SHUT_DOWN.value,
]
_VALID = [
    LeadConclusion.SUSPECTED_CRIME.value,
    LeadConclusion.ILLEGAL.value,
    LeadConclusion.IRREGULAR.value,
]
_VISITED = [InspectionStatus.DONE.value, InspectionStatus.CLOSED.value]


def _issued(kind: OutcomeKind) -> Params:
    return {"kind": [kind.value], "status": [OutcomeStatus.PUBLISHED.value]}


#: The dates that decide which period a row counts in: `received_from`, `received_to` and so on are
#: filters of the lists. Without one a figure is how things stand now.
RECEIVED, _FILED_ON, _SOLVED_ON = "received", "filed", "solved"
_ORDERED_ON, _DONE_ON, _ISSUED_ON, HAPPENED = "ordered", "done", "issued", "happened"
#: The sum that recovery begins with.
INVOLVED = "cases_amount"
_MORE_SOLVED = "含积案，可以多于当年立案数"

COUNTS: dict[Goal, tuple[Count, ...]] = {
    Goal.CRACKDOWN: (
        Count("leads_suspected_crime", "查实涉嫌犯罪的线索", "leads",
              {"counted": True, "conclusion": [LeadConclusion.SUSPECTED_CRIME.value]}, by=RECEIVED),
        Count("cases_filed", "立案", "cases", _FILED, "撤案的不计", _FILED_ON),
        Count("cases_filed_new", "其中现案", "cases", _FILED | {"is_backlog": False},
              by=_FILED_ON),
        Count("cases_filed_backlog", "其中积案", "cases", _FILED | {"is_backlog": True},
              by=_FILED_ON),
        Count("cases_solved", "破案", "cases", _SOLVED, _MORE_SOLVED, _SOLVED_ON),
        Count("cases_solved_new", "其中现案", "cases", _SOLVED | {"is_backlog": False},
              by=_SOLVED_ON),
        Count("cases_solved_backlog", "其中积案", "cases", _SOLVED | {"is_backlog": True},
              by=_SOLVED_ON),
        Count("cases_withdrawn", "撤案", "cases", {"status": [CaseStatus.WITHDRAWN.value]},
              by=_FILED_ON),
    ),
    Goal.GOVERNANCE: (
        Count("leads_received", "接收线索", "leads", {"counted": True}, "撤回、重复的不计",
              RECEIVED),
        Count("leads_not_counted", "撤回、重复未计入", "leads", {"counted": False},
              by=RECEIVED),
        Count("leads_valid", "有效线索", "leads", {"counted": True, "conclusion": _VALID},
              "核查属实：涉嫌犯罪、违法、不规范", RECEIVED),
        Count("leads_closed", "办结线索", "leads",
              {"counted": True, "status": [LeadStatus.CLOSED.value, LeadStatus.ARCHIVED.value]},
              by=RECEIVED),
        Count("leads_overdue", "超期线索", "leads", {"counted": True, "overdue": True},
              by=RECEIVED),
        Count("entities_found", "问题隐患", "risk-entities", {"tier": _RISKY},
              "风险等级为黄、橙、红的主体"),
        Count("entities_regularised", "已整治", "risk-entities",
              {"tier": _RISKY, "status": _REGULARISED}, "验收、销号或者取缔关停"),
        Count("rectifications_ordered", "责令整改", "rectifications",
              {"status": _all_but(RectificationStatus, RectificationStatus.WITHDRAWN)},
              "撤销的不计", _ORDERED_ON),
        Count("rectifications_closed", "整改销号", "rectifications",
              {"status": [RectificationStatus.CLOSED.value]}, by=_ORDERED_ON),
        Count("rectifications_overdue", "整改超期", "rectifications", {"overdue": True},
              by=_ORDERED_ON),
        Count("inspections_done", "已检查", "inspections", {"status": _VISITED}, by=_DONE_ON),
        Count("inspections_clean", "其中未发现问题", "inspections",
              {"status": _VISITED, "finding": [Finding.NONE.value]}, by=_DONE_ON),
    ),
    Goal.EXPOSURE: (
        Count("cases_exposed", "曝光典型案例", "outcomes", _issued(OutcomeKind.TYPICAL_CASE),
              "撤销的不计", _ISSUED_ON),
        Count("education_held", "宣传教育活动", "outcomes", _issued(OutcomeKind.EDUCATION),
              "撤销的不计", _ISSUED_ON),
    ),
    Goal.INSTITUTIONS: (
        Count("institutions_built", "建立制度机制", "outcomes", _issued(OutcomeKind.INSTITUTION),
              "以印发的文件为准，撤销的不计", _ISSUED_ON),
    ),
}  # fmt: skip

RATIOS: dict[Goal, tuple[Ratio, ...]] = {
    Goal.CRACKDOWN: (),
    Goal.GOVERNANCE: (
        Ratio("leads_closing_rate", "线索办结率", "leads_closed", "leads_received"),
        Ratio("entities_rate", "整治率", "entities_regularised", "entities_found"),
        Ratio(
            "rectifications_rate", "整改完成率", "rectifications_closed", "rectifications_ordered"
        ),
    ),
    Goal.EXPOSURE: (),
    Goal.INSTITUTIONS: (),
}


@dataclass(frozen=True, slots=True)
class Sum:
    """What the amounts of a list's rows add up to."""

    key: str
    label: str
    resource: str
    params: Params
    note: str
    by: str = ""


SUMS: tuple[Sum, ...] = (
    Sum(
        "leads_amount", "线索反映金额", "leads", {"counted": True}, "举报人所述，未经查证", RECEIVED
    ),
    Sum(INVOLVED, "立案案件涉案金额", "cases", _FILED, "登记的涉案金额，撤案的不计", _FILED_ON),
    *(
        Sum(
            f"measures_{kind.value}",
            f"{kind.label}中的金额",
            "property-measures",
            {"kind": [kind.value], "status": [MeasureStatus.ACTIVE.value]},
            "有效文书载明的金额，不是已追回",
        )
        for kind in (MeasureKind.FREEZE, MeasureKind.SEIZE, MeasureKind.SEAL)
    ),
)


class FunnelStage(Labelled):
    """How far the money came, each stage a part of the one before; frozen is not recovered yet, and
    recovered is not returned."""

    INVOLVED = "involved", "涉案"
    TRACED = "traced", "查明"
    RESTRAINED = "restrained", "冻结、查封、扣押"
    RECOVERED = "recovered", "追回"
    RETURNED = "returned", "返还"


_RETURNED = frozenset({K.RETURNED})
_RECOVERED = _RETURNED | {
    K.IN_CUSTODY, K.LEAVING_CUSTODY, K.PAYABLE, K.PAID_PENDING, K.SET_ASIDE, K.PRIORITY_PAID,
    K.TREASURY,
}  # fmt: skip
#: The pots in which money has come so far, or further; of what was traced, the sources it left.
STAGE_POTS: dict[FunnelStage, frozenset[AccountKind]] = {
    FunnelStage.TRACED: frozenset({K.TRACED_SOURCE, K.SURRENDER_SOURCE}),
    FunnelStage.RESTRAINED: _RECOVERED | {K.RESTRAINED, K.LEAVING_RESTRAINED, K.REALISED},
    FunnelStage.RECOVERED: _RECOVERED,
    FunnelStage.RETURNED: _RETURNED,
}
STAGE_NOTES: dict[FunnelStage, str] = {
    FunnelStage.INVOLVED: "立案时登记的涉案金额，撤案的不计",
    FunnelStage.TRACED: "查明去向的资金和主动退赔的资金",
    FunnelStage.RESTRAINED: "已经控制住的，包括其后追回的",
    FunnelStage.RECOVERED: "已经归集到专户的，包括其后返还、上缴的",
    FunnelStage.RETURNED: "银行确认到账或者当面发还的",
}


def stage_amount(stage: FunnelStage, moves: Iterable[tuple[str, str, int]]) -> int:
    """Fen that reached a stage, from sums of entries by debit and credit account."""
    pots = STAGE_POTS[stage]
    came = sum(((to in pots) - (out_of in pots)) * fen for to, out_of, fen in moves)
    return -came if stage is FunnelStage.TRACED else came


class Breakdown(Labelled):
    """How the leads divide: the title is the question that the chart answers."""

    STATUS = "status", "线索都办到哪一步了？"
    CATEGORY = "primary_category", "哪一类名目的线索最多？"
    CONCLUSION = "conclusion", "核查出了什么结果？"
    VILLAGE = "village", "哪些村的线索最多？"
    VILLAGE_OVERDUE = "village_overdue", "哪些村的线索超期最多？"
    CHANNEL = "channel", "线索从哪里来？"
    MONTH = "month", "各月接收了多少线索？"


#: The last of them, where there are too many months to stand beside one another.
BY_YEAR = "各年接收了多少线索？"


_CLOSED: Params = {
    "counted": True,
    "status": [LeadStatus.CLOSED.value, LeadStatus.ARCHIVED.value],
}


def _closed(solved: Solved) -> Params:
    return _CLOSED | {"solved": [solved.value]}


#: What is counted of each unit's leads, column by column: closed is what the unit did, solved and
#: the rating are what the reporter got.
UNIT_COUNTS: tuple[Count, ...] = (
    Count("closed", "办结", "leads", _CLOSED, "撤回、重复的不计"),
    Count("solved", "其中已解决", "leads", _closed(Solved.YES)),
    Count("partly", "部分解决", "leads", _closed(Solved.PARTLY)),
    Count("not_solved", "未解决", "leads", _closed(Solved.NO)),
    Count("unsaid", "未登记是否解决", "leads", _CLOSED | {"solved_said": False}),
    Count("responded", "已首次回应", "leads", {"counted": True, "responded": True}, "反馈或者留言"),
    Count("rated", "举报人评价", "leads", {"counted": True, "rated": True}, "反馈后即可评价"),
)
#: What narrows each of them to one unit.
BY_UNIT = "handled_unit_id"


def within(params: Params, by: str, period: Period | None) -> Params:
    """The filters of a figure for the rows of a period."""
    if period is None or not by:
        return params
    span = {f"{by}_from": period.since.isoformat(), f"{by}_to": period.until.isoformat()}
    return params | span


def mean(total: int, number: int) -> str | None:
    """`4.33`, rounded half up to two places; there is no mean of nothing."""
    if number == 0:
        return None
    hundredths = (total * 200 + number) // (2 * number)
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def percent(numerator: int, denominator: int) -> str | None:
    """`71.13`, rounded half up; none of nothing is not a rate."""
    if denominator == 0:
        return None
    hundredths = (numerator * 20_000 + denominator) // (2 * denominator)
    return f"{hundredths // 100}.{hundredths % 100:02d}"
