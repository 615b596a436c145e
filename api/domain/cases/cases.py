"""Cases (案件): statuses, actions and the life cycle (facts 3.2).

The town records what the county's police head, the procuratorate and the court decided, with the
number of the paper; it decides none of it (程序规定第178条).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol, cast

from api.domain.entities.risk_entities import Industry
from api.domain.kit.actors import Actor
from api.domain.kit.days import EARLIEST, DayKind
from api.domain.kit.errors import (
    Conflict,
    DomainError,
    FieldError,
    Invalid,
    RuleViolated,
    together,
)
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
from api.domain.leads.categories import Charge, LeadCategory
from api.domain.leads.leads import DecisionLevel
from api.domain.organisation.handing_over import (
    MATERIALS,
    RECEIVER,
    WITH_NOBODY,
    Department,
    HandoverStatus,
    is_open,
)
from api.domain.recovery.property_measures import AuthorityLevel

_LONGEST_TITLE = 200


def title_from(name: str) -> str:
    """How a case is called that is opened from a lead or an entity of this name."""
    return f"{name}涉嫌养老诈骗案"[:_LONGEST_TITLE]


#: Under which pretext a problem at an entity of each field falls, until somebody says otherwise.
CATEGORY_OF: Mapping[Industry, LeadCategory] = {
    Industry.ELDER_CARE: LeadCategory.C1,
    Industry.FOOD_HEALTH_PRODUCTS: LeadCategory.C3,
    Industry.FINANCE: LeadCategory.C2,
    Industry.CULTURE_TOURISM: LeadCategory.C0,
    Industry.MEDICAL: LeadCategory.C0,
    Industry.PROPERTY: LeadCategory.C4,
    Industry.SOCIAL_INSURANCE: LeadCategory.C5,
    Industry.VOLUNTEERING: LeadCategory.C6,
    Industry.ONLINE: LeadCategory.C0,
    Industry.OTHER: LeadCategory.C0,
}


class CaseStatus(Labelled):
    """Where a case stands. Suspects and property items have states of their own."""

    RECEIVED = "received", "待受案"
    UNDER_REVIEW = "under_review", "立案审查中"
    NOT_FILED = "not_filed", "不予立案"
    INVESTIGATING = "investigating", "立案侦查中"
    INVESTIGATION_CONCLUDED = "investigation_concluded", "侦查终结"
    UNDER_PROSECUTION = "under_prosecution", "审查起诉中"
    NOT_INDICTED = "not_indicted", "不起诉"
    INDICTED = "indicted", "已提起公诉"
    ADJUDGED = "adjudged", "判决已生效"
    ENFORCING = "enforcing", "执行中"
    CLOSED = "closed", "已结案"
    WITHDRAWN = "withdrawn", "已撤案"
    DIVERTED_CIVIL = "diverted_civil", "已转民事途径"
    DIVERTED_ADMINISTRATIVE = "diverted_administrative", "已转行政处理"


class CaseAction(Labelled):
    """What people record of a case."""

    ACCEPT = "accept", "受案"
    FILE = "file", "立案"
    DECLINE_TO_FILE = "decline_to_file", "不予立案"
    SOLVE = "solve", "登记破案"
    CONCLUDE_INVESTIGATION = "conclude_investigation", "侦查终结"
    SEND_TO_PROCURATORATE = "send_to_procuratorate", "移送审查起诉"
    RETURN_FOR_INVESTIGATION = "return_for_investigation", "退回补充侦查"
    INDICT = "indict", "提起公诉"
    DECLINE_TO_INDICT = "decline_to_indict", "不起诉"
    ADJUDGE = "adjudge", "判决生效"
    ENFORCE = "enforce", "移送执行"
    CLOSE = "close", "结案归档"
    WITHDRAW = "withdraw", "撤案"
    DIVERT_CIVIL = "divert_civil", "转民事途径"
    DIVERT_ADMINISTRATIVE = "divert_administrative", "转行政处理"
    REOPEN = "reopen", "重新审查"


class CaseFlag(Labelled):
    """What makes a case need more attention (capabilities P5, L5, S3, S4)."""

    MASS_VICTIMS = "mass_victims", "涉众型"
    COLLAPSE_RISK = "collapse_risk", "有爆雷风险"
    MAJOR = "major", "重大案件"
    HIGH_ATTENTION = "high_attention", "社会关注度高"


class CivilRoute(Labelled):
    """How a dispute that is no crime goes on (capability C5)."""

    MEDIATION = "mediation", "人民调解"
    LITIGATION = "litigation", "民事诉讼"
    LEGAL_AID = "legal_aid", "法律援助"


class NoIndictment(Labelled):
    """The three grounds on which the procuratorate does not indict."""

    STATUTORY = "statutory", "法定不起诉"
    DISCRETIONARY = "discretionary", "酌定不起诉"
    INSUFFICIENT_EVIDENCE = "insufficient_evidence", "存疑不起诉"


S, A = CaseStatus, CaseAction

#: 补充侦查以二次为限.
MAX_RETURNS = 2

#: Crimes that the economic investigation police handle: the filing review has a longer term
#: (公通字〔2017〕25号第15条).
ECONOMIC_CHARGES = frozenset(
    {
        Charge.FUNDRAISING_FRAUD,
        Charge.ILLEGAL_DEPOSITS,
        Charge.CONTRACT_FRAUD,
        Charge.PYRAMID_SELLING,
        Charge.FALSE_ADVERTISING,
        Charge.ILLEGAL_BUSINESS,
        Charge.MONEY_LAUNDERING,
    }
)


def filing_rule(charges: list[str]) -> str:
    """The time rule of the filing decision: one economic charge gives the economic term."""
    economic = any(Charge(charge) in ECONOMIC_CHARGES for charge in charges)
    return "INT-04" if economic else "INT-02"


class CaseRecord(Record, Protocol):
    """What the predicates below read."""

    charges: list[str]
    accepted_on: date | None
    solved_on: date | None
    adjudged_on: date | None
    returns_count: int
    open_property: Sequence[str]
    handover_status: str | None


def _has_charges(_: Actor, record: Record) -> bool:
    return bool(cast("CaseRecord", record).charges)


def _was_accepted(_: Actor, record: Record) -> bool:
    return cast("CaseRecord", record).accepted_on is not None


def _may_return(_: Actor, record: Record) -> bool:
    return cast("CaseRecord", record).returns_count < MAX_RETURNS


def _not_solved(_: Actor, record: Record) -> bool:
    return cast("CaseRecord", record).solved_on is None


def _was_adjudged(_: Actor, record: Record) -> bool:
    return cast("CaseRecord", record).adjudged_on is not None


def _property_is_settled(_: Actor, record: Record) -> bool:
    return not cast("CaseRecord", record).open_property


def _open_property(record: Record) -> Sequence[str]:
    return cast("CaseRecord", record).open_property


def _diversion_is_received(_: Actor, record: Record) -> bool:
    case = cast("CaseRecord", record)
    return case.status not in _DIVERTED or case.handover_status not in _NOT_RECEIVED


def _may_divert(_: Actor, record: Record) -> bool:
    return record.status not in _DIVERTED or not is_open(record)


#: Waived, it is not waited for any more for reasons that somebody else gave.
_NOT_RECEIVED = WITH_NOBODY | {HandoverStatus.SENT}
_DIVERTED = frozenset({S.DIVERTED_CIVIL, S.DIVERTED_ADMINISTRATIVE})
_FILING_ARTICLE = "《公安机关办理刑事案件程序规定》第一百七十八条"

HAS_CHARGES = Predicate(
    "charges_missing",
    "涉嫌罪名：立案、侦查终结须先填写",
    _has_charges,
    RuleViolated,
    _FILING_ARTICLE,
    field="charges",
)
WAS_ACCEPTED = Predicate("not_accepted", "未受案的案件不能立案", _was_accepted, Conflict)
MAY_RETURN = Predicate(
    "returned_twice",
    "补充侦查以二次为限，已退回二次",
    _may_return,
    RuleViolated,
    "《中华人民共和国刑事诉讼法》第一百七十五条",
)
NOT_SOLVED = Predicate("already_solved", "已登记破案", _not_solved, Conflict)
WAS_ADJUDGED = Predicate("not_adjudged", "没有生效判决的案件不能执行", _was_adjudged, Conflict)
DIVERSION_IS_RECEIVED = Predicate(
    "receipt_missing",
    "移送后须先登记接收单位的回执，才能结案",
    _diversion_is_received,
    RuleViolated,
    "众办〔2022〕54号",
)

#: A dispute is with whoever settles it once that is received; an authority has yet to say what it did.
DIVERSION_IS_ANSWERED = Predicate(
    "diversion_unanswered",
    "转行政处理的案件，须有接收单位的办理结果才能结案；对方不答复的，由镇领导说明理由批准不再等待",
    lambda actor, record: not _diversion_is_received(actor, record) or _may_divert(actor, record),
    RuleViolated,
    "众办〔2022〕54号",
)

#: One hand-over of a case is open at a time.
NOT_HANDED_OVER = Predicate(
    "handover_open",
    "上一次移送还没有结果：请等对方登记，对方没有接收的可以先收回",
    _may_divert,
    Conflict,
)

#: What nobody has received yet is taken back by looking into it again; what somebody works on is not
#: taken out of their hands unsaid.
NOBODY_WORKS_ON_IT = Predicate(
    "handover_open",
    "接收单位已经接收、还没有答复：请等对方登记结果；不再等待的，由镇领导说明理由批准以后再重新审查",
    lambda actor, record: _may_divert(actor, record) or not _diversion_is_received(actor, record),
    Conflict,
)

#: A case ends when nothing hangs on it any more: the judgment disposes of what was taken, and who
#: gives up a case lifts what was laid on in it.
PROPERTY_IS_SETTLED = Predicate(
    "property_open",
    "本案还有没有解除的查封、扣押、冻结或者没有处置的涉案财物，处理完毕才能结案",
    _property_is_settled,
    RuleViolated,
    "《中华人民共和国刑事诉讼法》第二百四十五条",
    names=_open_property,
)
PROPERTY_IS_GIVEN_BACK = Predicate(
    "property_open",
    "撤销案件、转其他途径处理的，应当解除查封、扣押、冻结，并返还财物；本案还有没有解除的措施或者没有处置的涉案财物",
    _property_is_settled,
    RuleViolated,
    "《公安机关办理刑事案件程序规定》第一百八十七条",
    names=_open_property,
)

_DOCUMENT = Field("document_no", "文书编号")
_DOCUMENT_IF_ANY = Field("document_no", "文书编号", required=False)
_LEVEL = Field("authority_level", "批准机关", FieldKind.ENUM, options=AuthorityLevel)
_LEVEL_IF_FILED = Field(
    "authority_level", "批准机关", FieldKind.ENUM, required=False, options=AuthorityLevel
)
_ON = Field("decided_on", "决定日期", FieldKind.DATE, day=DayKind.STEP, required=False)
_OWN = (OWN_UNIT,)
_PROCEDURE = "《中华人民共和国刑事诉讼法》（2018）"

#: Before the matter became, or after it stopped being, a criminal case.
_NO_CRIME = frozenset({S.RECEIVED, S.UNDER_REVIEW, S.NOT_FILED, S.WITHDRAWN, S.NOT_INDICTED})

#: No criminal case any more, or none yet: nothing may be held by criminal procedure.
OVER = frozenset({S.NOT_FILED, S.NOT_INDICTED, S.WITHDRAWN, S.CLOSED}) | _DIVERTED

EDITOR = Predicate("not_own_unit", "只有承办单位可以修改", OWN_UNIT.holds)

CASE_FLOW: Flow[CaseStatus, CaseAction] = Flow(
    "case",
    S.RECEIVED,
    {
        A.ACCEPT: Step(
            frozenset({S.RECEIVED}),
            S.UNDER_REVIEW,
            P.CASE_HANDLE,
            fields=(
                Field("accepted_on", "受案日期", FieldKind.DATE, day=DayKind.STEP, required=False),
                _DOCUMENT_IF_ANY,
            ),
            when=_OWN,
            article=f"{_PROCEDURE}第一百一十条",
        ),
        # 不予立案 → 立案: new facts (178) or the procuratorate's notice (182);
        # 撤案 → 重新立案 (190).
        A.FILE: Step(
            frozenset({S.UNDER_REVIEW, S.NOT_FILED, S.WITHDRAWN}),
            S.INVESTIGATING,
            P.CASE_HANDLE,
            fields=(
                _DOCUMENT,
                Field("filed_on", "立案日期", FieldKind.DATE, day=DayKind.STEP),
                _LEVEL,
                Field(
                    "reason",
                    "重新立案的理由（新的事实、证据，或者通知立案的文号）",
                    FieldKind.LONG_TEXT,
                    only_from=frozenset({S.NOT_FILED, S.WITHDRAWN}),
                ),
            ),
            when=(OWN_UNIT, WAS_ACCEPTED, HAS_CHARGES),
            article=f"{_PROCEDURE}第一百一十二条",
        ),
        A.DECLINE_TO_FILE: Step(
            frozenset({S.UNDER_REVIEW}),
            S.NOT_FILED,
            P.CASE_HANDLE,
            fields=(_DOCUMENT, _LEVEL, REASON, _ON),
            when=_OWN,
            danger=True,
            article=f"{_PROCEDURE}第一百一十二条",
        ),
        # A figure of the statistics, not a step of the procedure: the status stays.
        A.SOLVE: Step(
            frozenset(
                {S.INVESTIGATING, S.INVESTIGATION_CONCLUDED, S.UNDER_PROSECUTION, S.INDICTED}
            ),
            None,
            P.CASE_HANDLE,
            fields=(Field("solved_on", "破案日期", FieldKind.DATE, day=DayKind.STEP),),
            when=(OWN_UNIT, NOT_SOLVED),
            article="",
        ),
        A.CONCLUDE_INVESTIGATION: Step(
            frozenset({S.INVESTIGATING}),
            S.INVESTIGATION_CONCLUDED,
            P.CASE_HANDLE,
            fields=(_DOCUMENT_IF_ANY, _ON),
            when=(OWN_UNIT, HAS_CHARGES),
            article=f"{_PROCEDURE}第一百六十二条",
        ),
        A.SEND_TO_PROCURATORATE: Step(
            frozenset({S.INVESTIGATION_CONCLUDED}),
            S.UNDER_PROSECUTION,
            P.CASE_HANDLE,
            fields=(Field("document_no", "起诉意见书编号"), _LEVEL, _ON),
            when=_OWN,
            article=f"{_PROCEDURE}第一百六十二条",
        ),
        A.RETURN_FOR_INVESTIGATION: Step(
            frozenset({S.UNDER_PROSECUTION}),
            S.INVESTIGATING,
            P.CASE_HANDLE,
            fields=(_DOCUMENT, REASON, _ON),
            when=(OWN_UNIT, MAY_RETURN),
            article=f"{_PROCEDURE}第一百七十五条",
        ),
        A.INDICT: Step(
            frozenset({S.UNDER_PROSECUTION}),
            S.INDICTED,
            P.CASE_HANDLE,
            fields=(Field("document_no", "起诉书编号"), _ON),
            when=_OWN,
            article=f"{_PROCEDURE}第一百七十六条",
        ),
        A.DECLINE_TO_INDICT: Step(
            frozenset({S.UNDER_PROSECUTION}),
            S.NOT_INDICTED,
            P.CASE_HANDLE,
            fields=(
                Field("document_no", "不起诉决定书编号"),
                Field("ground", "不起诉种类", FieldKind.ENUM, options=NoIndictment),
                REASON,
                _ON,
            ),
            when=_OWN,
            danger=True,
            article=f"{_PROCEDURE}第一百七十七条",
        ),
        A.ADJUDGE: Step(
            frozenset({S.INDICTED}),
            S.ADJUDGED,
            P.CASE_HANDLE,
            fields=(
                Field("document_no", "生效裁判文书案号"),
                Field("decided_on", "生效日期", FieldKind.DATE, day=DayKind.STEP, required=False),
            ),
            when=_OWN,
            article=f"{_PROCEDURE}第二百条",
        ),
        # From CLOSED too: property found later is still pursued.
        A.ENFORCE: Step(
            frozenset({S.ADJUDGED, S.CLOSED}),
            S.ENFORCING,
            P.CASE_HANDLE,
            fields=(Field("document_no", "移送执行文书编号", required=False), _ON),
            when=(OWN_UNIT, WAS_ADJUDGED),
            article=f"{_PROCEDURE}第二百五十九条",
        ),
        A.CLOSE: Step(
            frozenset({S.ADJUDGED, S.ENFORCING, S.NOT_INDICTED}) | _DIVERTED,
            S.CLOSED,
            P.CASE_HANDLE,
            fields=(REASON, _ON),
            when=(OWN_UNIT, DIVERSION_IS_RECEIVED, DIVERSION_IS_ANSWERED, PROPERTY_IS_SETTLED),
            article="",
        ),
        # Before filing it takes back a record made by mistake; afterwards it is 撤销案件.
        A.WITHDRAW: Step(
            frozenset({S.RECEIVED, S.UNDER_REVIEW, S.INVESTIGATING, S.INVESTIGATION_CONCLUDED}),
            S.WITHDRAWN,
            P.CASE_HANDLE,
            fields=(REASON, _DOCUMENT_IF_ANY, _LEVEL_IF_FILED, _ON),
            when=(OWN_UNIT, PROPERTY_IS_GIVEN_BACK),
            danger=True,
            article=f"{_PROCEDURE}第一百六十三条",
        ),
        A.DIVERT_CIVIL: Step(
            _NO_CRIME | _DIVERTED,
            S.DIVERTED_CIVIL,
            P.CASE_HANDLE,
            fields=(
                Field("route", "处理途径", FieldKind.ENUM, options=CivilRoute),
                *RECEIVER,
                MATERIALS,
                REASON,
                _DOCUMENT_IF_ANY,
                _ON,
            ),
            when=(OWN_UNIT, NOT_HANDED_OVER, PROPERTY_IS_GIVEN_BACK),
            article=f"{_PROCEDURE}第一百一十条",
        ),
        A.DIVERT_ADMINISTRATIVE: Step(
            _NO_CRIME | _DIVERTED,
            S.DIVERTED_ADMINISTRATIVE,
            P.CASE_HANDLE,
            fields=(
                Field("organ", "部门类别", FieldKind.ENUM, options=Department),
                *RECEIVER,
                MATERIALS,
                REASON,
                _DOCUMENT_IF_ANY,
                _ON,
            ),
            when=(OWN_UNIT, NOT_HANDED_OVER, PROPERTY_IS_GIVEN_BACK),
            article=f"{_PROCEDURE}第一百一十条",
        ),
        A.REOPEN: Step(
            frozenset({S.NOT_FILED, S.WITHDRAWN, S.NOT_INDICTED, S.CLOSED}) | _DIVERTED,
            S.UNDER_REVIEW,
            P.CASE_HANDLE,
            fields=(REASON, _DOCUMENT_IF_ANY, _ON),
            when=(OWN_UNIT, NOBODY_WORKS_ON_IT),
            article=f"{_PROCEDURE}第一百一十二条",
        ),
    },
    edit=Edit(
        frozenset(S) - {S.CLOSED},
        P.CASE_HANDLE,
        "案件已结案，不能修改",
        when=(EDITOR,),
        error=Conflict,
    ),
    law="《公安机关办理刑事案件程序规定》（2020）第十五条",
)

#: The field that says when each action happened; the others call it `decided_on`.
DAY_FIELDS = {A.ACCEPT: "accepted_on", A.FILE: "filed_on", A.SOLVE: "solved_on"}
#: What the day of a change of status is called.
DAYS = ("accepted_on", "filed_on", "decided_on")

#: The same organ, as the hand-over of a lead names it and as a case does.
LEVELS: Mapping[DecisionLevel, AuthorityLevel] = {
    DecisionLevel.STATION: AuthorityLevel.POLICE_STATION,
    DecisionLevel.COUNTY: AuthorityLevel.COUNTY_PSB,
    DecisionLevel.CITY: AuthorityLevel.CITY_PSB,
    DecisionLevel.PROVINCE: AuthorityLevel.PROVINCE_PSB,
}

#: Decisions that need the head of a police organ at county level or above, and where it says so.
APPROVED_BY_COUNTY = {
    A.FILE: _FILING_ARTICLE,
    A.DECLINE_TO_FILE: _FILING_ARTICLE,
    A.WITHDRAW: "《公安机关办理刑事案件程序规定》第一百八十七条",
    A.SEND_TO_PROCURATORATE: "《公安机关办理刑事案件程序规定》第二百八十九条",
}
_COUNTY_POLICE = frozenset(
    {AuthorityLevel.COUNTY_PSB, AuthorityLevel.CITY_PSB, AuthorityLevel.PROVINCE_PSB}
)


def check_approval(
    action: CaseAction, level: AuthorityLevel | None, document_no: str | None, *, filed: bool
) -> None:
    """Raises RuleViolated, naming the article, when a decision lacks the approval it needs."""
    article = APPROVED_BY_COUNTY.get(action)
    if article is None or (action is A.WITHDRAW and not filed):
        return

    def by_whom() -> None:
        if level not in _COUNTY_POLICE:
            sentence = f"{action.label}须经县级以上公安机关负责人批准，派出所等不能决定"
            raise _violated("authority_too_low", "/authority_level", sentence, article)

    def on_paper() -> None:
        if not document_no:
            sentence = f"{action.label}须填写批准文书编号"
            raise _violated("document_missing", "/document_no", sentence, article)

    together(by_whom, on_paper)


def _violated(code: str, pointer: str, sentence: str, article: str) -> DomainError:
    errors = [FieldError(pointer, code, sentence)]
    return RuleViolated(sentence, code=code, errors=errors, article=article)


def check_day(field: str, on: date, *, today: date, not_before: date | None) -> None:
    """Raises Invalid for a day to come, or one before what the case went through already."""
    if on > today:
        raise _bad_day(field, "in_future", "日期不能晚于今天")
    if on < EARLIEST:
        raise _bad_day(field, "too_early", f"日期不能早于 {EARLIEST.isoformat()}，请核对")
    if not_before is not None and on < not_before:
        raise _bad_day(field, "too_early", f"日期不能早于上一环节的 {not_before.isoformat()}")


def _bad_day(field: str, code: str, message: str) -> DomainError:
    return Invalid(message, errors=[FieldError(f"/{field}", code, message)])
