"""Seals, seizures and freezes: who may order them, for how long, and what ends them (M3, M4).

A town orders none of these. The system records what a competent authority ordered, computes when it
lapses, and refuses a record that the law would not bear, in a sentence that names the article.
Two tables carry the law: `MEASURE_RULES` (by which rule, how often) and `_APPROVAL` (levels).

Longer than its neighbours: the tables and the check that reads them stand together on purpose.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Protocol, cast
from unicodedata import normalize

from api.domain.kit.actors import Actor
from api.domain.kit.days import DayKind
from api.domain.kit.errors import Conflict, FieldError, RuleViolated
from api.domain.kit.flow import REASON, Field, FieldKind, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission as P
from api.domain.law.authorities import NOT_AN_ORGAN, AuthorityLevel, is_organ
from api.domain.law.calendar import Calendar
from api.domain.law.clocks import SHANGHAI, SUB_DAY, Due, due_at, due_on
from api.domain.law.time_rules import Roll, TimeRule, TimeUnit
from api.domain.recovery.property_items import PropertyKind, Violation


class MeasureKind(Labelled):
    """What was ordered."""

    QUERY = "query", "查询"
    STOP_PAYMENT = "stop_payment", "紧急止付"
    FREEZE = "freeze", "冻结"
    WAITING_FREEZE = "waiting_freeze", "轮候冻结"
    SEAL = "seal", "查封"
    SEIZE = "seize", "扣押"
    REGISTRATION = "registration", "登记保存"


class Regime(Labelled):
    """Under which procedure."""

    CRIMINAL = "criminal", "刑事"
    ADMINISTRATIVE = "administrative", "行政"
    CIVIL = "civil", "民事"


class Body(Labelled):
    """What kind of organ decides."""

    POLICE = "police", "公安机关"
    PROCURATORATE = "procuratorate", "人民检察院"
    COURT = "court", "人民法院"
    AGENCY = "agency", "行政机关"
    TOWNSHIP = "township", "乡镇人民政府"


class Tier(Labelled):
    """The height of an authority; the order of declaration is the order of height."""

    STATION = "station", "办案部门"
    COUNTY = "county", "县级以上"
    CITY = "city", "设区的市一级以上"
    PROVINCE = "province", "省级以上"

    def reaches(self, other: "Tier") -> bool:
        """Whether this height suffices where `other` is asked for."""
        order = list(Tier)
        return order.index(self) >= order.index(other)


class MeasureStatus(Labelled):
    """Where a measure stands. Lapsed is also a matter of the date: see `effective_status`."""

    ACTIVE = "active", "有效"
    QUEUED = "queued", "轮候中"
    RELEASED = "released", "已解除"
    LAPSED = "lapsed", "逾期未续，视为自动解除"


class MeasureAction(Labelled):
    """What people do with a measure."""

    RENEW = "renew", "续行"
    RELEASE = "release", "解除"
    TAKE_EFFECT = "take_effect", "轮候转为生效"


class ReleaseReason(Labelled):
    """Why a measure ended."""

    UNRELATED = "unrelated", "经查明与案件无关"
    NO_LONGER_NEEDED = "no_longer_needed", "不需要继续采取"
    TRANSFERRED = "transferred", "随案移送"
    DISPOSED = "disposed", "已处置或者返还"
    CASE_WITHDRAWN = "case_withdrawn", "撤销案件或者终止侦查"


K, R, L, B = MeasureKind, Regime, AuthorityLevel, Body

AUTHORITIES: dict[AuthorityLevel, tuple[Body, Tier]] = {
    L.POLICE_STATION: (B.POLICE, Tier.STATION),
    L.COUNTY_PSB: (B.POLICE, Tier.COUNTY),
    L.CITY_PSB: (B.POLICE, Tier.CITY),
    L.PROVINCE_PSB: (B.POLICE, Tier.PROVINCE),
    L.COUNTY_PROCURATORATE: (B.PROCURATORATE, Tier.COUNTY),
    L.CITY_PROCURATORATE: (B.PROCURATORATE, Tier.CITY),
    L.COUNTY_COURT: (B.COURT, Tier.COUNTY),
    L.CITY_COURT: (B.COURT, Tier.CITY),
    L.COUNTY_AGENCY: (B.AGENCY, Tier.COUNTY),
    L.CITY_AGENCY: (B.AGENCY, Tier.CITY),
    L.TOWNSHIP: (B.TOWNSHIP, Tier.STATION),
}

#: Who may act under which procedure at all. A township nowhere (行政强制法第二十二条、第二十九条).
_BODIES: dict[Regime, frozenset[Body]] = {
    R.CRIMINAL: frozenset({B.POLICE, B.PROCURATORATE, B.COURT}),
    R.ADMINISTRATIVE: frozenset({B.POLICE, B.AGENCY}),
    R.CIVIL: frozenset({B.COURT}),
}


# --- terms -----------------------------------------------------------------------------------


class Law(Protocol):
    """The rule table and the calendar, as those hold them who hand them in."""

    @property
    def calendar(self) -> Calendar:
        """The years as published."""
        ...

    def rule(self, rule_id: str, on: date, version: int | None = None) -> TimeRule:
        """The version of a rule for a clock that starts on that day."""
        ...


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time as a row of the rule table gives it."""

    amount: int
    unit: TimeUnit
    rule_id: str = ""
    rule_version: int | None = None

    def __str__(self) -> str:
        return f"{self.amount}{self.unit.label}"

    def ends(self, start: date, calendar: Calendar) -> Due:
        """The last effective day. No roll over holidays: a freeze lapses on its day (程序规定 240).

        The paper's own end date is what counts; this is its default and its cross-check. Hours are
        counted from the beginning of the day that the paper names.
        """
        if self.unit in SUB_DAY:
            begins = datetime.combine(start, time(), SHANGHAI)
            return Due(due_at(begins, self.amount, self.unit).date())
        return due_on(start, self.amount, self.unit, Roll.NEVER, calendar)


def first_term(law: Law, rule_id: str, on: date, version: int | None = None) -> Term:
    """How long what begins on that day lasts by a rule."""
    found = law.rule(rule_id, on, version)
    if found.term is None or found.unit is None:
        raise ValueError(f"{rule_id} 没有固定期限")
    return Term(found.term, found.unit, found.rule_id, found.version)


def further_term(law: Law, rule_id: str, on: date) -> Term:
    """How far a renewal decided on that day may reach: by the rule's extension, else once more its
    term (a payment that is stopped again)."""
    found = law.rule(rule_id, on)
    if found.extension_term is None or found.extension_unit is None:
        return first_term(law, rule_id, on)
    return Term(found.extension_term, found.extension_unit, found.rule_id, found.version)


@dataclass(frozen=True, slots=True)
class Renewal:
    """By which rule one renewal goes, and who must approve it (None: as the measure itself)."""

    rule_id: str
    tier: Tier | None = None


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """Which rule of `time_rules.csv` governs which measures, and how often it may be renewed; how
    long stands in the table alone.

    `renewals` are taken in order; the last one repeats without end when `repeats`. `major` is the
    rule for major and complex cases, with the level that must approve it.
    """

    rule_id: str
    regime: Regime
    bodies: frozenset[Body]
    measures: frozenset[MeasureKind]
    properties: frozenset[PropertyKind]
    renewals: tuple[Renewal, ...]
    repeats: bool
    article: str
    major: Renewal | None = None

    def first(self, *, major: bool) -> str:
        """The rule by which the measure itself ends."""
        return self.major.rule_id if major and self.major is not None else self.rule_id

    def renewal(self, number: int, *, major: bool) -> Renewal | None:
        """What the n-th renewal (from 1) may do; None: it may not happen at all."""
        if major and self.major is not None:
            return self.major
        if number <= len(self.renewals):
            return self.renewals[number - 1]
        return self.renewals[-1] if self.repeats and self.renewals else None


_PK = PropertyKind
_ALL = frozenset(PropertyKind)
_FUNDS = frozenset({_PK.DEPOSIT, _PK.CASH, _PK.VIRTUAL_CURRENCY, _PK.OTHER})
_INTERESTS = frozenset({_PK.EQUITY, _PK.LISTED_EQUITY, _PK.INSURANCE})
_MOVABLE = frozenset({_PK.VEHICLE, _PK.CASH, _PK.VALUABLES, _PK.OTHER})
_JUSTICE = frozenset({B.POLICE, B.PROCURATORATE, B.COURT})

#: First match wins. What no row governs has no statutory end (criminal seizure, waiting, queries).
MEASURE_RULES: tuple[MeasureRule, ...] = (
    MeasureRule(
        "ARR-01",
        R.CRIMINAL,
        _JUSTICE,
        frozenset({K.STOP_PAYMENT}),
        _ALL,
        (Renewal("ARR-01"),),
        repeats=False,  # 同一账户止付次数以两次为限
        article="银发〔2016〕86号",
    ),
    MeasureRule(
        "ARR-01",
        R.ADMINISTRATIVE,
        frozenset({B.POLICE, B.AGENCY}),
        frozenset({K.STOP_PAYMENT}),
        _ALL,
        (Renewal("ARR-01"),),
        repeats=False,  # 同一账户止付次数以两次为限
        article="银发〔2016〕86号",
    ),
    MeasureRule(
        "FRZ-01",
        R.CRIMINAL,
        _JUSTICE,
        frozenset({K.FREEZE}),
        _FUNDS,
        (Renewal("FRZ-01"),),
        repeats=True,
        article="《公安机关办理刑事案件程序规定》第二百四十三条",
        major=Renewal("FRZ-01b", Tier.CITY),
    ),
    MeasureRule(
        "FRZ-02",
        R.CRIMINAL,
        _JUSTICE,
        frozenset({K.FREEZE}),
        frozenset({_PK.SECURITIES}),
        (Renewal("FRZ-02"),),
        repeats=True,
        article="《公安机关办理刑事案件程序规定》第二百四十四条",
    ),
    MeasureRule(
        "FRZ-03",
        R.CRIMINAL,
        _JUSTICE,
        frozenset({K.FREEZE}),
        _INTERESTS,
        (Renewal("FRZ-03"),),
        repeats=True,
        article="《公安机关办理刑事案件程序规定》第二百四十五条",
    ),
    MeasureRule(
        "SEA-01",
        R.CRIMINAL,
        _JUSTICE,
        frozenset({K.SEAL}),
        _ALL,
        (Renewal("SEA-01", Tier.COUNTY), Renewal("SEA-01b", Tier.CITY)),
        repeats=True,
        article="公通字〔2013〕30号",
    ),
    MeasureRule(
        "SEA-03",
        R.ADMINISTRATIVE,
        frozenset({B.POLICE}),
        frozenset({K.SEAL, K.SEIZE}),
        _ALL,
        (Renewal("SEA-03", Tier.COUNTY),),
        repeats=False,
        article="《公安机关办理行政案件程序规定》第一百一十二条",
    ),
    MeasureRule(
        "SEA-05",
        R.ADMINISTRATIVE,
        frozenset({B.AGENCY}),
        frozenset({K.SEAL, K.SEIZE}),
        _ALL,
        (Renewal("SEA-05", Tier.COUNTY),),
        repeats=False,
        article="《中华人民共和国行政强制法》第二十五条",
    ),
    MeasureRule(
        "SEA-06",
        R.ADMINISTRATIVE,
        frozenset({B.AGENCY, B.POLICE}),
        frozenset({K.FREEZE}),
        _ALL,
        (Renewal("SEA-06", Tier.COUNTY),),
        repeats=False,
        article="《中华人民共和国行政强制法》第三十二条",
    ),
    MeasureRule(
        "SEA-07",
        R.ADMINISTRATIVE,
        frozenset({B.AGENCY, B.POLICE}),
        frozenset({K.REGISTRATION}),
        _ALL,
        (),
        repeats=False,
        article="《中华人民共和国行政处罚法》第五十六条",
    ),
    MeasureRule(
        "CIV-01a",
        R.CIVIL,
        frozenset({B.COURT}),
        frozenset({K.FREEZE}),
        frozenset({_PK.DEPOSIT, _PK.CASH}),
        (Renewal("CIV-01a"),),
        repeats=True,
        article="《民事诉讼法解释》第四百八十五条",
    ),
    MeasureRule(
        "CIV-01b",
        R.CIVIL,
        frozenset({B.COURT}),
        frozenset({K.SEAL, K.SEIZE}),
        _MOVABLE,
        (Renewal("CIV-01b"),),
        repeats=True,
        article="《民事诉讼法解释》第四百八十五条",
    ),
    MeasureRule(
        "CIV-01c",
        R.CIVIL,
        frozenset({B.COURT}),
        frozenset({K.SEAL, K.SEIZE, K.FREEZE}),
        _ALL,
        (Renewal("CIV-01c"),),
        repeats=True,
        article="《民事诉讼法解释》第四百八十五条",
    ),
)


def rule_for(
    regime: Regime, kind: MeasureKind, property_kind: PropertyKind, level: AuthorityLevel
) -> MeasureRule | None:
    """The row that governs a measure; None: the law sets no end."""
    body = AUTHORITIES[level][0]
    return next(
        (
            rule
            for rule in MEASURE_RULES
            if rule.regime is regime
            and kind in rule.measures
            and property_kind in rule.properties
            and body in rule.bodies
        ),
        None,
    )


@cache
def governing(rule_id: str) -> MeasureRule | None:
    """The row by whose law a measure ends that keeps this rule: its own, a major one, a renewal."""
    return next(
        (
            row
            for row in MEASURE_RULES
            if rule_id in {row.rule_id, row.first(major=True), *(r.rule_id for r in row.renewals)}
        ),
        None,
    )


# --- levels ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Approval:
    """How high the approving head must stand for a criminal measure of the police."""

    measures: frozenset[MeasureKind]
    properties: frozenset[PropertyKind]
    tier: Tier
    article: str


_A239 = "《公安机关办理刑事案件程序规定》第二百三十九条"
_A228 = "《公安机关办理刑事案件程序规定》第二百二十八条"
_FREEZES = frozenset({K.FREEZE, K.WAITING_FREEZE})

#: First match wins.
_APPROVAL: tuple[Approval, ...] = (
    Approval(_FREEZES, frozenset({_PK.LISTED_EQUITY}), Tier.PROVINCE, _A239),
    Approval(_FREEZES, frozenset({_PK.EQUITY, _PK.INSURANCE}), Tier.CITY, _A239),
    Approval(_FREEZES, _ALL, Tier.COUNTY, _A239),
    Approval(
        frozenset({K.QUERY}),
        _ALL,
        Tier.COUNTY,
        "《公安机关办理刑事案件程序规定》第二百三十八条",
    ),
    Approval(frozenset({K.SEAL}), _ALL, Tier.COUNTY, _A228),
    Approval(
        frozenset({K.SEIZE}),
        frozenset({_PK.VEHICLE, _PK.VALUABLES, _PK.VIRTUAL_CURRENCY, _PK.REAL_ESTATE}),
        Tier.COUNTY,
        _A228,
    ),
    Approval(frozenset({K.SEIZE}), _ALL, Tier.STATION, _A228),
    Approval(
        frozenset({K.REGISTRATION}),
        _ALL,
        Tier.STATION,
        "《公安机关办理刑事案件程序规定》第二百三十一条",
    ),
    Approval(frozenset({K.STOP_PAYMENT}), _ALL, Tier.STATION, "银发〔2016〕86号"),
)


def approval_for(kind: MeasureKind, property_kind: PropertyKind) -> Approval:
    """The level a criminal measure of the police needs."""
    return next(
        row for row in _APPROVAL if kind in row.measures and property_kind in row.properties
    )


# --- the check -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """A measure as it is about to be recorded."""

    kind: MeasureKind
    regime: Regime
    property_kind: PropertyKind
    authority: str
    authority_level: AuthorityLevel | None
    document_no: str
    officers: tuple[str, ...]
    starts_on: date
    expires_on: date | None = None
    is_major: bool = False


#: Nothing may be taken or blocked before the case is filed; asking and stopping a payment may.
_AFTER_FILING = frozenset({K.FREEZE, K.WAITING_FREEZE, K.SEAL, K.SEIZE, K.REGISTRATION})
#: What a waiting freeze stands behind, others that wait included.
_TAKES = frozenset({K.FREEZE, K.WAITING_FREEZE, K.SEAL, K.SEIZE})


def check_measure(
    draft: MeasureDraft, law: Law, *, filed_on: date | None, active: Collection[MeasureKind]
) -> list[Violation]:
    """Everything the law does not bear in a new measure; `active` are those in force on the item,
    and those that wait there: whoever waits comes before whoever comes later (轮候)."""
    found = _check_papers(draft) + _check_fit(draft)
    if draft.authority_level is not None:
        found += _check_authority(draft, draft.authority_level)
        found += _check_term(draft, draft.authority_level, law)
    if draft.regime is R.CRIMINAL and draft.kind in _AFTER_FILING:
        found += _check_filing(draft, filed_on)
    return found + _check_queue(draft, active)


#: Each procedure has its own law: a court's or an agency's paper is not measured by the police's.
_COMPULSION = "《中华人民共和国行政强制法》"
_CIVIL_PROCEDURE = "《中华人民共和国民事诉讼法》"
_OFFICERS: dict[Regime, str] = {
    R.CRIMINAL: "《公安机关办理刑事案件程序规定》第二百二十九条",
    R.ADMINISTRATIVE: f"{_COMPULSION}第十八条",
}
_NOT_TWICE: dict[Regime, str] = {
    R.CRIMINAL: "《公安机关办理刑事案件程序规定》第二百四十二条",
    R.ADMINISTRATIVE: f"{_COMPULSION}第二十九条",
    R.CIVIL: f"{_CIVIL_PROCEDURE}第一百零六条",
}


def _approved_by(draft: MeasureDraft) -> str:
    """The article that wants somebody's approval."""
    if draft.regime is R.CRIMINAL:
        return approval_for(draft.kind, draft.property_kind).article
    if draft.regime is R.CIVIL:
        return f"{_CIVIL_PROCEDURE}第一百零三条"
    if draft.kind is K.REGISTRATION:
        return "《中华人民共和国行政处罚法》第五十六条"
    return f"{_COMPULSION}第十八条"


def _written_by(draft: MeasureDraft) -> str:
    """The article that wants a paper."""
    if draft.regime is R.CIVIL:
        return f"{_CIVIL_PROCEDURE}第一百五十七条"
    if draft.regime is R.ADMINISTRATIVE and draft.kind is K.FREEZE:
        return f"{_COMPULSION}第三十一条"
    if draft.regime is R.ADMINISTRATIVE and draft.kind in {K.SEAL, K.SEIZE}:
        return f"{_COMPULSION}第二十四条"
    return _approved_by(draft)


def _check_papers(draft: MeasureDraft) -> list[Violation]:
    found: list[Violation] = []
    if not draft.authority.strip() or draft.authority_level is None:
        found.append(
            Violation(
                "authority_missing",
                "/authority_level",
                "应当写明批准机关及其级别；乡镇只登记有权机关作出的决定",
                _approved_by(draft),
            )
        )
    elif not is_organ(draft.authority):
        found.append(Violation("not_an_organ", "/authority", NOT_AN_ORGAN, _approved_by(draft)))
    if not draft.document_no.strip():
        found.append(
            Violation(
                "document_missing",
                "/document_no",
                "应当写明法律文书编号，没有法律文书不得登记",
                _written_by(draft),
            )
        )
    return found + _check_officers(draft)


def _check_officers(draft: MeasureDraft) -> list[Violation]:
    """At least two people where things are taken, and never one of them twice."""
    article = _OFFICERS.get(draft.regime)
    people = ["".join(normalize("NFKC", each).split()) for each in draft.officers]
    named = {each for each in people if each}
    if article is not None and draft.kind in {K.SEAL, K.SEIZE} and len(named) < 2:
        message = "执行查封、扣押的人员不得少于二人"
        return [Violation("officers_missing", "/officers", message, article)]
    if len(named) < len([each for each in people if each]):
        message = "执行人员中同一人写了两次"
        return [Violation("officers_doubled", "/officers", message, article or _approved_by(draft))]
    return []


#: What can be held in the hand is seized, what stands on the ground is sealed; neither is frozen.
_TANGIBLE = {_PK.CASH: "扣押", _PK.VEHICLE: "扣押", _PK.VALUABLES: "扣押", _PK.REAL_ESTATE: "查封"}
_FREEZES_ONLY: dict[Regime, str] = {
    R.CRIMINAL: "《公安机关办理刑事案件程序规定》第二百三十七条",
    R.ADMINISTRATIVE: "《中华人民共和国行政强制法》第九条",
}


def _check_fit(draft: MeasureDraft) -> list[Violation]:
    article, right = _FREEZES_ONLY.get(draft.regime), _TANGIBLE.get(draft.property_kind)
    if draft.kind is not K.FREEZE or article is None or right is None:
        return []
    message = f"{draft.property_kind.label}不能冻结，应当{right}；冻结的是存款、证券、股权等财产"
    return [Violation("measure_does_not_fit", "/kind", message, article)]


def _check_authority(draft: MeasureDraft, level: AuthorityLevel) -> list[Violation]:
    body, tier = AUTHORITIES[level]
    if body is B.TOWNSHIP:
        return [
            Violation(
                "authority_not_competent",
                "/authority_level",
                "乡镇人民政府和镇专项办无权决定查封、扣押、冻结，只登记有权机关的决定",
                "《中华人民共和国行政强制法》第二十二条、第二十九条",
            )
        ]
    if body not in _BODIES[draft.regime]:
        return [
            Violation(
                "authority_not_competent",
                "/authority_level",
                f"{body.label}不能依{draft.regime.label}程序决定{draft.kind.label}",
                "《中华人民共和国行政强制法》第十七条",
            )
        ]
    if draft.regime is not R.CRIMINAL or body is not B.POLICE:
        return []
    approval = approval_for(draft.kind, draft.property_kind)
    if tier.reaches(approval.tier):
        return []
    who = "派出所不能决定；" if level is L.POLICE_STATION else ""
    return [
        Violation(
            "authority_too_low",
            "/authority_level",
            f"{who}{draft.kind.label}{draft.property_kind.label}应当经{approval.tier.label}公安机关负责人批准",
            approval.article,
        )
    ]


def _check_term(draft: MeasureDraft, level: AuthorityLevel, law: Law) -> list[Violation]:
    if draft.expires_on is not None and draft.expires_on < draft.starts_on:
        return [
            Violation(
                "term_reversed", "/expires_on", "到期日早于起始日，请核对文书", "法律文书载明的期限"
            )
        ]
    rule = rule_for(draft.regime, draft.kind, draft.property_kind, level)
    if rule is None:
        return []
    if draft.is_major and rule.major is not None:
        return _check_major(draft, level, rule, rule.major, law)
    term = first_term(law, rule.rule_id, draft.starts_on)
    return _beyond(draft.expires_on, draft.starts_on, term, rule, law)


def _check_major(
    draft: MeasureDraft, level: AuthorityLevel, rule: MeasureRule, major: Renewal, law: Law
) -> list[Violation]:
    term = first_term(law, major.rule_id, draft.starts_on)
    if major.tier is not None and not AUTHORITIES[level][1].reaches(major.tier):
        return [
            Violation(
                "authority_too_low",
                "/authority_level",
                f"按重大、复杂案件冻结{term}，应当经{major.tier.label}公安机关负责人批准",
                rule.article,
            )
        ]
    return _beyond(draft.expires_on, draft.starts_on, term, rule, law)


def _beyond(
    given: date | None, start: date, term: Term, rule: MeasureRule, law: Law
) -> list[Violation]:
    latest = term.ends(start, law.calendar).on
    if given is None or given <= latest:
        return []
    return [
        Violation(
            "term_too_long",
            "/expires_on",
            f"期限最长{term}，最迟到{latest.isoformat()}",
            rule.article,
        )
    ]


def _check_filing(draft: MeasureDraft, filed_on: date | None) -> list[Violation]:
    if filed_on is not None and draft.starts_on >= filed_on:
        return []
    when = f"立案日期为{filed_on.isoformat()}" if filed_on else "案件尚未立案"
    return [
        Violation(
            "before_filing",
            "/starts_on",
            f"{when}，立案前不得查封、扣押、冻结（行政措施和紧急止付除外）",
            "《公安机关办理刑事案件程序规定》第一百七十四条",
        )
    ]


def _check_queue(draft: MeasureDraft, active: Collection[MeasureKind]) -> list[Violation]:
    if draft.kind is K.FREEZE and {K.FREEZE, K.WAITING_FREEZE} & set(active):
        return [
            Violation(
                "already_frozen",
                "/kind",
                "该财物已被冻结或者已有轮候冻结，不得重复冻结，可以登记轮候冻结",
                _NOT_TWICE[draft.regime],
            )
        ]
    if draft.kind is K.WAITING_FREEZE and not _TAKES & set(active):
        return [
            Violation(
                "nothing_to_wait_for",
                "/kind",
                "该财物目前没有在先的冻结，应当登记为冻结",
                "《公安机关办理刑事案件程序规定》第二百四十二条",
            )
        ]
    return []


# --- renewals and the passing of time --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RenewalDraft:
    """A renewal as it is about to be recorded. `number` counts renewals from 1."""

    number: int
    decided_on: date
    expires_on: date | None
    authority_level: AuthorityLevel
    document_no: str
    is_major: bool = False


def is_lapsed(expires_on: date | None, today: date) -> bool:
    """Past its last effective day without a renewal: deemed released by itself (程序规定 240)."""
    return expires_on is not None and today > expires_on


def renewed_by(rule: MeasureRule | None) -> str:
    """The article on renewals: 240 for the freezes of the police, else the one on the term."""
    if rule is None or (rule.regime is R.CRIMINAL and K.FREEZE in rule.measures):
        return "《公安机关办理刑事案件程序规定》第二百四十条"
    return rule.article


def check_renewal(
    draft: RenewalDraft,
    law: Law,
    *,
    rule: MeasureRule,
    kind: MeasureKind,
    property_kind: PropertyKind,
    expires_on: date,
) -> list[Violation]:
    """Everything the law does not bear in a renewal of a measure that ends on `expires_on`."""
    found: list[Violation] = []
    if draft.decided_on > expires_on:
        found.append(
            Violation(
                "renewed_too_late",
                "/decided_on",
                f"应当在期限届满（{expires_on.isoformat()}）前办理续行手续；逾期的视为自动解除，需要重新办理",
                renewed_by(rule),
            )
        )
    if not draft.document_no.strip():
        found.append(
            Violation(
                "document_missing",
                "/document_no",
                "应当写明续行的法律文书编号",
                renewed_by(rule),
            )
        )
    renewal = rule.renewal(draft.number, major=draft.is_major)
    if renewal is None:
        return [
            *found,
            Violation("no_more_renewals", "/", "该措施依法不能再延长", rule.article),
        ]
    found += _check_renewal_level(draft, rule, renewal, kind, property_kind)
    term = further_term(law, renewal.rule_id, draft.decided_on)
    return found + _beyond(draft.expires_on, expires_on, term, rule, law)


def _check_renewal_level(
    draft: RenewalDraft,
    rule: MeasureRule,
    renewal: Renewal,
    kind: MeasureKind,
    property_kind: PropertyKind,
) -> list[Violation]:
    body, tier = AUTHORITIES[draft.authority_level]
    needed = renewal.tier
    if needed is None and rule.regime is R.CRIMINAL and body is B.POLICE:
        needed = approval_for(kind, property_kind).tier
    if body in rule.bodies and (needed is None or tier.reaches(needed)):
        return []
    return [
        Violation(
            "authority_too_low",
            "/authority_level",
            f"第{draft.number}次续行应当按照原批准权限办理"
            + (f"，须经{needed.label}负责人批准" if needed else ""),
            rule.article,
        )
    ]


def refuse(violations: Collection[Violation]) -> None:
    """Raise one RuleViolated that names every article, or return."""
    if not violations:
        return
    articles = list(dict.fromkeys(v.article for v in violations))
    raise RuleViolated(
        "；".join(f"{v.message}（{v.article}）" for v in violations),
        errors=[FieldError(v.pointer, v.code, v.message) for v in violations],
        article="、".join(articles),
    )


class MeasureRecord(Record, Protocol):
    """What the predicates below read."""

    #: Laid on in criminal procedure, over a case that is no criminal case any more.
    is_groundless: bool
    #: Whether an earlier freeze of the same property is in force, or waits before this one.
    is_behind: bool
    #: Whether the law sets it an end, by which it is renewed.
    has_term: bool


def _has_ground(_: Actor, record: Record) -> bool:
    return not cast("MeasureRecord", record).is_groundless


_OVER_ARTICLE = (
    "《中华人民共和国刑事诉讼法》第一百七十七条、"
    "《公安机关办理刑事案件程序规定》第一百七十四条、第一百八十七条"
)
HAS_GROUND = Predicate(
    "case_over",
    "案件没有立案，或者已经撤销、不起诉、办结、转出，刑事措施应当解除，不能续行或者生效",
    _has_ground,
    Conflict,
    _OVER_ARTICLE,
)
FIRST_IN_QUEUE = Predicate(
    "not_first_in_queue",
    "在先的冻结尚未解除，轮候冻结不能生效",
    lambda _, record: not cast("MeasureRecord", record).is_behind,
    Conflict,
    "《公安机关办理刑事案件程序规定》第二百四十二条",
)
HAS_TERM = Predicate(
    "no_term",
    "该措施没有法定期限，不需要续行",
    lambda _, record: cast("MeasureRecord", record).has_term,
    Conflict,
)


def check_ground(draft: MeasureDraft, case_status: Labelled, *, over: bool) -> list[Violation]:
    """That nothing is newly held in criminal procedure over a case that is none any more."""
    if not over or draft.regime is not R.CRIMINAL or draft.kind not in _AFTER_FILING:
        return []
    message = f"案件为“{case_status.label}”，不能再采取查封、扣押、冻结"
    return [Violation("case_over", "/kind", message, _OVER_ARTICLE)]


_LEVEL = Field("authority_level", "批准机关级别", FieldKind.ENUM, options=AuthorityLevel)
_DOCUMENT = Field("document_no", "文书编号")

MEASURE_FLOW: Flow[MeasureStatus, MeasureAction] = Flow(
    "property_measure",
    MeasureStatus.ACTIVE,
    {
        MeasureAction.RENEW: Step(
            frozenset({MeasureStatus.ACTIVE}),
            None,
            P.PROPERTY_HANDLE,
            fields=(
                Field("decided_on", "续行决定日期", FieldKind.DATE, day=DayKind.PAST),
                Field(
                    "expires_on", "续行后到期日", FieldKind.DATE, day=DayKind.END, required=False
                ),
                _LEVEL,
                _DOCUMENT,
            ),
            when=(HAS_GROUND, HAS_TERM),
        ),
        MeasureAction.TAKE_EFFECT: Step(
            frozenset({MeasureStatus.QUEUED}),
            MeasureStatus.ACTIVE,
            P.PROPERTY_HANDLE,
            fields=(
                Field("starts_on", "生效日期", FieldKind.DATE, day=DayKind.PAST),
                Field("expires_on", "到期日", FieldKind.DATE, day=DayKind.END, required=False),
            ),
            when=(HAS_GROUND, FIRST_IN_QUEUE),
        ),
        # Lapsed, what is not ordered anew is told to be free: nobody has forgotten it.
        MeasureAction.RELEASE: Step(
            frozenset({MeasureStatus.ACTIVE, MeasureStatus.QUEUED, MeasureStatus.LAPSED}),
            MeasureStatus.RELEASED,
            P.PROPERTY_HANDLE,
            fields=(
                Field("released_on", "解除日期", FieldKind.DATE, day=DayKind.PAST),
                Field("release_reason", "解除原因", FieldKind.ENUM, options=ReleaseReason),
                _DOCUMENT,
                REASON,
            ),
            danger=True,
        ),
    },
)
