"""Rows with a term that somebody is to keep: one table, and the days by which each level is told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)

from api.core.base.clock import today
from api.core.base.statements import param
from api.domain.cases.cases import CaseStatus
from api.domain.entities.inspections import InspectionStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import ENDED
from api.domain.kit.permissions import Permission as P
from api.domain.law.calendar import ONE_DAY
from api.domain.law.escalations import BANDS, USUAL, Level, Overdue, band_of, by_band
from api.domain.leads.lead_assists import UNANSWERED
from api.domain.leads.lead_marks import CLOSE_RULE
from api.domain.leads.lead_transfers import OPEN_CASE_RULE, TransferSide
from api.domain.leads.leads import TRIAGE, LeadStatus, TransferStage
from api.domain.organisation.handing_over import WITH_RECEIVER
from api.domain.organisation.organisation import UnitBehaviour
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.inspections import Inspection
from api.models.lead_assists import LeadAssist
from api.models.lead_transfers import LeadTransfer, LeadTransferClock
from api.models.leads import Lead
from api.models.ledger import Transfer
from api.models.property_items import PropertyItem
from api.models.property_measures import UNDONE, PropertyMeasure
from api.models.rectifications import Rectification
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity
from api.models.rule_sets import RuleSetVersion
from api.models.units import Unit
from api.models.victims import Victim
from api.services.across.declared_nouns import DECLARED
from api.services.cases import case_handovers, case_steps, victims
from api.services.entities import field_duties, inspections, risk_entity_steps
from api.services.kit import time_rules
from api.services.kit._duty_source import version_of
from api.services.kit.steps import Step
from api.services.leads import lead_alarms, lead_assists, lead_duties, lead_steps
from api.services.organisation import rule_set_versions
from api.services.recovery import distributions, ledger_awaiting, property_items
from api.services.rewards import rewards

_NO_RULE = literal_column("''", Text())


@dataclass(frozen=True, slots=True)
class Watched:
    """Rows with a term that somebody is to keep."""

    what: Overdue
    noun: str
    model: Any
    needs: P
    waits: ColumnElement[bool]
    due: Any
    title: Any
    number: Any
    rule: Any = _NO_RULE
    #: The rule by which the term is counted from `due`, where only its first day is kept.
    starts: str = ""
    #: Who is told of it here: the office is alarmed of what nobody owns by another (lead_alarms.py).
    levels: frozenset[Level] = frozenset(Level)
    #: The record that it opens, and whose town and unit it is.
    subject: Any = None
    town: Any = None
    unit: Any = None

    @property
    def record_id(self) -> Any:
        """The record that tells of it."""
        return self.model.id if self.subject is None else self.subject

    @property
    def unit_id(self) -> Any:
        """Who should act."""
        return self.model.owner_unit_id if self.unit is None else self.unit

    @property
    def holder(self) -> Any:
        """Who of them has it in hand."""
        if not hasattr(self.model, "turn_user_id"):
            return cast(null(), Uuid())
        return case((self.model.turn_unit_id == self.unit_id, self.model.turn_user_id))

    def of_town(self, code: Any) -> ColumnElement[bool]:
        """Of a town."""
        return (self.model.town_code if self.town is None else self.town) == code

    def told(self, level: Level) -> ColumnElement[bool]:
        """Of which a level is told today; the days are bound at each call."""
        if self.starts:
            return self.due <= param(f"{level.value} {self.starts}", Date())
        by_rule = [
            (self.rule == any_(param(f"rules {n}", ARRAY(Text()))), _last(level, n))
            for n in range(len(BANDS))
        ]
        row = case(*by_rule, else_=_last(level, BANDS.index(USUAL)))
        # said twice: the second leads into an index
        return and_(self.due <= row, self.due <= param(f"{level.value} any", Date()))

    def rows(self) -> Any:
        """What is told of one."""
        return select(
            literal(self.what.value, Text()).label("what"),
            self.record_id.label("subject_id"),
            self.model.id.label("row_id"),
            self.number.label("number"),
            self.title.label("title"),
            self.due.label("due"),
            cast(self.rule, Text).label("rule"),
            version_of(self.model, self.rule).label("rule_version"),
            self.unit_id.label("unit_id"),
            self.holder.label("holder_id"),
        )


def _last(level: Level, band: int) -> Any:
    return param(f"{level.value} {band}", Date())


def _of_lead(column: Any, lead_id: Any) -> Any:
    return select(column).where(Lead.id == lead_id).scalar_subquery()


def _of_handover(column: Any) -> Any:
    return select(column).where(_H.id == _T.transfer_id).scalar_subquery()


def _in(column: Any, statuses: Any) -> ColumnElement[bool]:
    """Literals, so that PostgreSQL can prove that a partial index fits."""
    return column.in_(_literals(statuses))


def _literals(statuses: Any) -> list[Any]:
    """The codes of statuses, as they stand in the definition of an index."""
    return [literal_column(f"'{each}'", Text()) for each in sorted(s.value for s in statuses)]


_L, _A, _T = Lead, LeadAssist, LeadTransferClock
_H = LeadTransfer
_WORKED_ON = {
    # at the desk again, or given to somebody else: who reported it waits all the same
    *TRIAGE, LeadStatus.ASSIGNED, LeadStatus.VERIFYING, LeadStatus.TRANSFERRED_DEPARTMENT, LeadStatus.TRANSFERRED_POLICE,
    LeadStatus.ESCALATED, LeadStatus.CONCLUDED, LeadStatus.RECHECK, LeadStatus.FED_BACK,
    LeadStatus.REJECTED,
}  # fmt: skip
_OVER = {
    CaseStatus.CLOSED, CaseStatus.WITHDRAWN, CaseStatus.NOT_FILED, CaseStatus.NOT_INDICTED,
    CaseStatus.DIVERTED_CIVIL, CaseStatus.DIVERTED_ADMINISTRATIVE,
}  # fmt: skip

#: Who handed a lead over: who has it, unless another one was given it since.
_SENDER = func.coalesce(_L.transfer_sender_id, _L.owner_unit_id)
#: The unit that a lead was handed to, or for a body outside who handed it over.
_RECEIVER = func.coalesce(_L.transfer_receiver_id, _SENDER)
#: Approved, it has yet to be handed over by who has the lead.
_HANDS_OVER = case((_L.transfer_stage == TransferStage.APPROVED, _L.owner_unit_id), else_=_SENDER)


def _of_town(behaviour: UnitBehaviour) -> ColumnElement[Any]:
    """The unit of a lead's town that is this; of what was routed to the county, the county's."""
    return func.coalesce(
        select(Unit.id)
        .where(
            Unit.behaviour == literal_column(f"'{behaviour.value}'", Text()),
            Unit.is_active,
            Unit.division_code == _L.town_code,
        )
        .order_by(Unit.id)
        .limit(literal_column("1"))
        .scalar_subquery(),
        _L.owner_unit_id,
    )


#: The town's leaders approve, and the county for itself.
_APPROVES = _of_town(UnitBehaviour.LEADERSHIP)
#: What is at the desk, or only to be closed, waits for the office, whoever had it before.
_OFFICE = _of_town(UnitBehaviour.OFFICE)


def _steps(
    found: Sequence[Step], noun: str, model: Any, needs: P, title: Any, number: Any, **more: Any
) -> Iterator[Watched]:
    """Those steps of a noun that have a term by the table (domain/across/step_terms.py)."""
    for one in found:
        what = Overdue(one.kind.value)
        yield Watched(
            what, noun, model, needs, one.waits, one.since, title, number,
            starts=one.rule, unit=one.unit, **more,
        )  # fmt: skip


WATCHED: tuple[Watched, ...] = (
    Watched(
        Overdue.DESK, "leads", Lead, P.LEAD_READ, lead_alarms.IN_TRIAGE, _L.unowned_on,
        _L.subject_name, _L.number, starts=lead_alarms.OFFICE_RULE, unit=_OFFICE,
        levels=frozenset({Level.HANDLER, Level.LEADER, Level.SUPERVISOR}),
    ),
    Watched(
        Overdue.ACKNOWLEDGE, "leads", Lead, P.LEAD_READ, _in(_L.status, {LeadStatus.ASSIGNED}),
        _L.assigned_on, _L.subject_name, _L.number, starts="LEAD-ACK",
    ),
    Watched(
        Overdue.LEAD, "leads", Lead, P.LEAD_READ,
        and_(_in(_L.status, _WORKED_ON), _L.merged_into_id.is_(None)), _L.due_on, _L.subject_name, _L.number, _L.due_rule,
        unit=case(
            (or_(_L.due_rule == CLOSE_RULE, lead_alarms.IN_TRIAGE), _OFFICE), else_=_L.owner_unit_id
        ),
    ),
    Watched(
        Overdue.FEED_BACK, "leads", Lead, P.LEAD_READ, lead_duties.HELD_TO_ANSWER,
        _L.due_held_on, _L.subject_name, _L.number, _L.due_rule,
    ),
    Watched(
        Overdue.OWED_POLICE, "leads", Lead, P.LEAD_READ, lead_duties.HELD_FOR_POLICE,
        _L.due_held_on, _L.subject_name, _L.number, _L.due_rule,
    ),
    Watched(
        Overdue.ASSIST, "leads", LeadAssist, P.LEAD_READ,
        and_(
            _A.status.in_(UNANSWERED),
            exists().where(Lead.id == _A.lead_id, Lead.status.in_(lead_assists.LIVE)),
        ),
        _A.due_on, _of_lead(_L.subject_name, _A.lead_id), _of_lead(_L.number, _A.lead_id),
        _A.due_rule, subject=_A.lead_id, town=_of_lead(_L.town_code, _A.lead_id),
    ),
    Watched(
        Overdue.TRANSFER, "leads", LeadTransferClock, P.LEAD_READ,
        and_(_T.ended_on.is_(None), _T.lead_id.is_not(None)),
        _T.due_on, _of_lead(_L.subject_name, _T.lead_id), _of_lead(_L.number, _T.lead_id),
        _T.rule_id, subject=_T.lead_id, town=_of_lead(_L.town_code, _T.lead_id),
        unit=case(
            (_T.side == TransferSide.APPROVER, _of_lead(_APPROVES, _T.lead_id)),
            (_T.side == TransferSide.RECEIVER, _of_lead(_RECEIVER, _T.lead_id)),
            else_=_of_lead(_HANDS_OVER, _T.lead_id),
        ),
    ),
    Watched(
        Overdue.HANDOVER, "handovers", LeadTransferClock, P.LEAD_READ,
        and_(_T.ended_on.is_(None), _T.lead_id.is_(None)),
        _T.due_on, _of_handover(_H.title), _of_handover(_H.number),
        _T.rule_id, subject=_T.transfer_id, town=_of_handover(_H.town_code),
        unit=_of_handover(
            case(
                (
                    _H.status.in_(WITH_RECEIVER),
                    func.coalesce(_H.receiver_unit_id, _H.owner_unit_id),
                ),
                else_=_H.owner_unit_id,
            )
        ),
    ),
    Watched(
        Overdue.OPEN_CASE, "leads", LeadTransfer, P.LEAD_READ,
        and_(_H.lead_id.is_not(None), exists().where(Lead.id == _H.lead_id, lead_duties.LEFT_UNOPENED)),
        case_handovers.FILED_ON, _of_lead(_L.subject_name, _H.lead_id),
        _of_lead(_L.number, _H.lead_id), starts=OPEN_CASE_RULE, subject=_H.lead_id,
        town=_of_lead(_L.town_code, _H.lead_id),
        # whose receiver must keep off waits for who handed it over
        unit=_of_lead(func.coalesce(_L.transfer_receiver_id, _SENDER), _H.lead_id),
    ),
    Watched(
        Overdue.OPEN_CASE_OF_ENTITY, "handovers", LeadTransfer, P.LEAD_READ,
        and_(_H.receiver_unit_id.is_not(None), case_handovers.AWAITED),
        case_handovers.FILED_ON, _H.title, _H.number, starts=OPEN_CASE_RULE,
        unit=_H.receiver_unit_id,
    ),
    Watched(
        Overdue.CASE, "cases", Case, P.CASE_READ, Case.status.not_in(_OVER), Case.due_on,
        Case.title, Case.number, Case.due_rule,
    ),
    Watched(
        Overdue.LEDGER_ENTRY, "cases", Transfer, P.CASE_READ, ledger_awaiting.AWAITS,
        ledger_awaiting.SINCE, ledger_awaiting.TITLE, ledger_awaiting.of_book(Case.number),
        starts=ledger_awaiting.CONFIRM_RULE, subject=Transfer.book_id,
        town=ledger_awaiting.of_book(Case.town_code), unit=ledger_awaiting.SHOULD_CONFIRM,
    ),
    Watched(
        Overdue.MEASURE, "property-measures", PropertyMeasure, P.PROPERTY_READ, UNDONE,
        PropertyMeasure.expires_on,
        select(PropertyItem.title)
        .where(PropertyItem.id == PropertyMeasure.property_item_id)
        .scalar_subquery(),
        PropertyMeasure.document_no,
    ),
    Watched(
        Overdue.RECTIFICATION, "rectifications", Rectification, P.INSPECTION_READ,
        Rectification.status.not_in([RectificationStatus.CLOSED, RectificationStatus.WITHDRAWN]),
        Rectification.due_on,
        select(RiskEntity.name).where(RiskEntity.id == Rectification.entity_id).scalar_subquery(),
        Rectification.number, Rectification.due_rule,
    ),
    Watched(
        Overdue.INSPECTION, "inspections", Inspection, P.INSPECTION_READ,
        Inspection.status == InspectionStatus.PLANNED, Inspection.planned_on,
        select(RiskEntity.name).where(RiskEntity.id == Inspection.entity_id).scalar_subquery(),
        Inspection.number,
    ),
    Watched(
        Overdue.VISIT, "risk-entities", RiskEntity, P.RISK_ENTITY_READ,
        and_(RiskEntity.status.not_in(ENDED), field_duties.IS_VISIT_OWED),
        RiskEntity.next_inspection_due, RiskEntity.name, RiskEntity.number,
        RiskEntity.inspection_rule,
    ),
    *_steps(
        distributions.STEPS, "distributions", Distribution, P.DISTRIBUTION_READ,
        Distribution.title, Distribution.number,
    ),
    *_steps(
        rewards.STEPS, "rewards", Reward, P.REWARD_READ,
        ledger_awaiting.yuan(Reward.amount), Reward.number,
    ),
    # who follows a case does not see its register of victims: there it is told by the case
    *_steps(
        victims.STEPS, "cases", Victim, P.CASE_READ, Victim.name_mask, Victim.number,
        subject=Victim.case_id,
    ),
    *_steps(
        property_items.STEPS, "property-items", PropertyItem, P.PROPERTY_READ,
        PropertyItem.title, PropertyItem.number,
    ),
    *_steps(
        risk_entity_steps.STEPS, "risk-entities", RiskEntity, P.RISK_ENTITY_READ,
        RiskEntity.name, RiskEntity.number,
    ),
    *_steps(
        inspections.STEPS, "inspections", Inspection, P.INSPECTION_READ,
        select(RiskEntity.name).where(RiskEntity.id == Inspection.entity_id).scalar_subquery(),
        Inspection.number,
    ),
    *_steps(case_steps.STEPS, "cases", Case, P.CASE_READ, Case.title, Case.number),
    *_steps(lead_steps.STEPS, "leads", Lead, P.LEAD_READ, _L.subject_name, _L.number),
    *_steps(
        rule_set_versions.STEPS, "rule-set-versions", RuleSetVersion, P.RULE_SET_READ,
        rule_set_versions.KIND_LABEL, _NO_RULE,
    ),
    *(
        watched
        for each in DECLARED
        for watched in _steps(
            each.steps, each.path, each.model, each.reads, each.title, each.model.number
        )
    ),
)  # fmt: skip
BY_WHAT = {each.what: each for each in WATCHED}


# --- the days -----------------------------------------------------------------------------------


def bound(clock: time_rules.Clock) -> dict[str, Any]:
    """What the conditions are bound to today."""
    found: dict[str, Any] = {"today": today()}
    for n, rules in enumerate(by_band(clock.rules).values()):
        found[f"rules {n}"] = rules
    for level in Level:
        days = [band.last_due(level, today(), clock.calendar) for band in BANDS]
        found |= {f"{level.value} {n}": day for n, day in enumerate(days)}
        found[f"{level.value} any"] = max(days)
        for rule in {each.starts for each in WATCHED if each.starts}:
            band = band_of(clock.rule(rule, today()))
            last = band.last_due(level, today(), clock.calendar)
            found[f"{level.value} {rule}"] = _began(clock, rule, last)
    return found


def _began(clock: time_rules.Clock, rule: str, last_due: date) -> date:
    """The latest first day of a term that ends by a day."""
    day = last_due
    while clock.due_on(rule, day).on > last_due:
        day -= ONE_DAY
    return day


class _Bound:
    """Counted once a day, by the rules as they are now."""

    clock: time_rules.Clock | None = None
    day = date.min
    values: Mapping[str, Any]


def values(clock: time_rules.Clock) -> Mapping[str, Any]:
    if _Bound.clock is not clock or _Bound.day != today():
        _Bound.values = bound(clock)
        _Bound.clock, _Bound.day = clock, today()
    return _Bound.values


def due(row: Mapping[str, Any], clock: time_rules.Clock) -> date:
    day = row["due"]
    day = date.fromisoformat(day) if isinstance(day, str) else day
    starts = BY_WHAT[Overdue(row["what"])].starts
    return clock.due_on(starts, day).on if starts else day


def reached(clock: time_rules.Clock, rule_id: str, due_on: date | None) -> Level | None:
    """How far a term has risen by now."""
    if due_on is None or due_on >= today():
        return None
    days = values(clock)
    row = next((n for n in range(len(BANDS)) if rule_id in days[f"rules {n}"]), BANDS.index(USUAL))
    told = [level for level in Level if due_on <= days[f"{level.value} {row}"]]
    return told[-1] if told else None
