"""What waits for a unit, read from the ledgers themselves: nothing is kept that could go stale.

Each kind of duty is one source, one SELECT over an index that holds just its open records in order
of due date; the page is their UNION ALL. A duty goes away when the record moves on, never by a
click.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Text,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    not_,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core import events
from api.core.clock import TIMEZONE, now, today
from api.core.events import Event
from api.core.pagination import EXACT_TOTAL
from api.core.record_access import RecordAccess
from api.domain.actors import Actor
from api.domain.cases import CaseStatus
from api.domain.clocks import working_days_left
from api.domain.distributions import DistributionStatus
from api.domain.duties import LADDER_REACH_DAYS, DutyKind, is_on_ladder, rungs_due
from api.domain.events import EventName
from api.domain.imports import ImportStatus
from api.domain.informants import DECIDE_RULE, OpeningStatus
from api.domain.inspections import InspectionStatus
from api.domain.lead_assists import AssistStatus
from api.domain.lead_transfers import TransferSide
from api.domain.leads import DRAWABLE, TRIAGE, LeadStatus, TransferStage
from api.domain.permissions import ROLE_SCOPE, Role, RowScope
from api.domain.permissions import Permission as P
from api.domain.property_measures import MEASURE_RULES, MeasureKind, MeasureStatus
from api.domain.rectifications import RectificationStatus
from api.domain.restricted_files import RestrictedStatus
from api.domain.rewards import RewardStatus
from api.domain.risk_entities import EntityStatus
from api.domain.time_rules import TimeRule
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.duties import DutyNotice
from api.models.imports import Import
from api.models.informants import Informant, InformantOpening, InformantRecusal
from api.models.inspections import Inspection
from api.models.lead_assists import LeadAssist
from api.models.lead_transfers import LeadTransferClock
from api.models.leads import Lead
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure
from api.models.receipts import UNREAD, LeadMessage, LeadReceipt
from api.models.recheck_samples import RecheckSampleLine
from api.models.rectifications import Rectification
from api.models.restricted_files import RestrictedFile
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity
from api.services import lead_alarms, lead_assists, leads, restricted_files, time_rules

_NO_RULE = literal_column("''", Text())
_NO = literal_column("false")
_NEVER = cast(null(), Date)
K = DutyKind


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of duty: which records wait, for whom, until when."""

    kind: DutyKind
    noun: str
    model: Any
    needs: P
    waits: Callable[[Actor], ColumnElement[bool]]
    title: Any
    number: Any
    due_on: Any = _NEVER
    provisional: Any = _NO
    rule: Any = _NO_RULE
    #: What else the name of the duty needs.
    detail: Any = _NO_RULE
    #: The record that the duty opens, where it is another than the one that waits.
    subject: Any = None

    def rows(self, actor: Actor, limit: int) -> Any:
        """The first duties of this kind, the most urgent first."""
        return (
            select(
                literal(self.kind.value, Text()).label("kind"),
                (self.model.id if self.subject is None else self.subject).label("subject_id"),
                self.number.label("number"),
                self.title.label("title"),
                self.due_on.label("due_on"),
                self.provisional.label("provisional"),
                self.rule.label("rule"),
                cast(self.detail, Text).label("detail"),
            )
            .where(self.waits(actor))
            .order_by(self.due_on.asc().nulls_last(), self.model.id)
            .limit(limit)
        )

    def count(self, actor: Actor) -> Any:
        """How many there are, counted up to the limit that lists count to."""
        some = select(self.model.id).where(self.waits(actor)).limit(EXACT_TOTAL)
        return select(literal(self.kind.value, Text()), func.count()).select_from(some.subquery())


def _is(column: Any, status: Any) -> ColumnElement[bool]:
    """A status as a literal, so that PostgreSQL can prove the partial index fits."""
    return column == literal_column(f"'{status.value}'", Text())


#: Leads for which the office is alarmed are in the list of alarms, and in no other.
def _not_alarmed() -> ColumnElement[bool]:
    since = bindparam(K.LEAD_UNOWNED.value, type_=Date())
    return or_(Lead.unowned_on.is_(None), Lead.unowned_on > since)


def _lead(kind: DutyKind, status: LeadStatus, *, office: bool = False) -> Source:
    def waits(actor: Actor) -> ColumnElement[bool]:
        whose = (
            Lead.town_code == actor.division_code[:9]
            if office
            else Lead.owner_unit_id == actor.unit_id
        )
        own = and_(whose, _is(Lead.status, status))
        return and_(own, _not_alarmed()) if status in TRIAGE else own

    return Source(
        kind,
        "leads",
        Lead,
        P.LEAD_ASSIGN if office else P.LEAD_HANDLE,
        waits,
        Lead.subject_name,
        Lead.number,
        Lead.due_on,
        Lead.due_is_provisional,
        Lead.due_rule,
    )


def _to_close(actor: Actor) -> ColumnElement[bool]:
    """The town's leads wait for its office; the county's, whose place is the county, for itself."""
    mine = and_(Lead.town_code == actor.division_code[:9], _is(Lead.status, LeadStatus.FED_BACK))
    return mine if actor.may(P.LEAD_ASSIGN) else and_(mine, Lead.owner_unit_id == actor.unit_id)


def _case(kind: DutyKind, status: CaseStatus) -> Source:
    return Source(
        kind,
        "cases",
        Case,
        P.CASE_HANDLE,
        lambda actor: and_(Case.owner_unit_id == actor.unit_id, _is(Case.status, status)),
        Case.title,
        Case.number,
        Case.due_on,
        Case.due_is_provisional,
        Case.due_rule,
    )


def _unit_record(
    kind: DutyKind,
    noun: str,
    model: Any,
    needs: P,
    waits: Callable[[Actor], Sequence[ColumnElement[bool]]],
    **shown: Any,
) -> Source:
    """A record that waits for the unit that owns it."""
    return Source(
        kind,
        noun,
        model,
        needs,
        lambda actor: and_(model.owner_unit_id == actor.unit_id, *waits(actor)),
        **shown,
    )


def _plan(
    kind: DutyKind,
    needs: P,
    *statuses: DistributionStatus,
    others: Callable[[Actor], Iterable[ColumnElement[bool]]] = lambda _: (),
) -> Source:
    return Source(
        kind,
        "distributions",
        Distribution,
        needs,
        lambda actor: and_(
            Distribution.town_code == actor.division_code[:9],
            or_(false(), *(_is(Distribution.status, status) for status in statuses)),
            *others(actor),
        ),
        Distribution.title,
        Distribution.number,
    )


def _reward(
    kind: DutyKind,
    needs: P,
    status: RewardStatus,
    others: Callable[[Actor], Iterable[ColumnElement[bool]]],
) -> Source:
    return Source(
        kind,
        "rewards",
        Reward,
        needs,
        lambda actor: and_(
            Reward.town_code == actor.division_code[:9],
            _is(Reward.status, status),
            *others(actor),
        ),
        func.to_char(Reward.amount / 100.0, literal_column("'FM999,999,999,990.00 元'")),
        Reward.number,
    )


#: The reporter has nothing to show yet: no receipt, no code.
_NO_CLAIM = and_(
    Reward.claim_digest.is_(None),
    ~exists(select(literal_column("1")).where(LeadReceipt.lead_id == Reward.lead_id)),
)


def _not(*columns: Any) -> Callable[[Actor], Iterable[ColumnElement[bool]]]:
    """Another person than … : the refund plan's three people (decisions: who is who)."""
    return lambda actor: (column.is_distinct_from(actor.id) for column in columns)


_M = PropertyMeasure
#: Cases whose present stage has a term by law; the two filing duties above have names of their own.
_OTHER_STAGES = [s for s in CaseStatus if s not in {CaseStatus.RECEIVED, CaseStatus.UNDER_REVIEW}]
#: How early an inspection that the tier asks for is to be planned.
_PLAN_AHEAD = timedelta(days=15)
_ENDED = [EntityStatus.DELISTED, EntityStatus.SHUT_DOWN]


def _entity_name(entity_id: Any) -> Any:
    return select(RiskEntity.name).where(RiskEntity.id == entity_id).scalar_subquery()


def _rectification(kind: DutyKind, *statuses: RectificationStatus) -> Source:
    return _unit_record(
        kind,
        "rectifications",
        Rectification,
        P.INSPECTION_HANDLE,
        lambda _: [Rectification.status.in_(statuses)],
        title=_entity_name(Rectification.entity_id),
        number=Rectification.number,
        due_on=Rectification.due_on,
        provisional=Rectification.due_is_provisional,
        rule=Rectification.due_rule,
    )


def _handed_over(*, undecided: bool = False) -> Any:
    """Leads with a term of a hand-over that still runs; each has one at most. While it binds the
    head who approves it is a duty of nobody else."""
    binds_head = LeadTransferClock.side == TransferSide.APPROVER
    return select(LeadTransferClock.lead_id).where(
        LeadTransferClock.ended_on.is_(None), binds_head if undecided else not_(binds_head)
    )


def _of_approver(actor: Actor) -> ColumnElement[bool]:
    """What the head is to decide: of the town, or of what the county answers for itself."""
    mine = (
        Lead.town_code == actor.division_code[:9]
        if ROLE_SCOPE.get(actor.role) is RowScope.TOWN
        else Lead.owner_unit_id == actor.unit_id
    )
    return and_(
        mine,
        Lead.transfer_stage == TransferStage.PROPOSED,
        Lead.transfer_proposed_by_id.is_distinct_from(actor.id),
        Lead.id.in_(_handed_over(undecided=True)),
    )


def _clock_of(column: Any) -> Any:
    return (
        select(column)
        .where(LeadTransferClock.lead_id == Lead.id, LeadTransferClock.ended_on.is_(None))
        .limit(1)
        .scalar_subquery()
    )


def _assist(kind: DutyKind, status: AssistStatus) -> Source:
    """What another unit waits for; a unit has one open assist of a lead at most."""

    return Source(
        kind,
        "leads",
        LeadAssist,
        P.LEAD_ASSIST,
        lambda actor: and_(
            LeadAssist.owner_unit_id == actor.unit_id,
            _is(LeadAssist.status, status),
            exists().where(Lead.id == LeadAssist.lead_id, Lead.status.in_(lead_assists.LIVE)),
        ),
        select(Lead.subject_name).where(Lead.id == LeadAssist.lead_id).scalar_subquery(),
        select(Lead.number).where(Lead.id == LeadAssist.lead_id).scalar_subquery(),
        LeadAssist.due_on,
        LeadAssist.due_is_provisional,
        LeadAssist.due_rule,
        subject=LeadAssist.lead_id,
    )


def _unowned(kind: DutyKind, needs: P, late: str, whose: Callable[[Actor], Any]) -> Source:
    """What nobody owns for longer than a rule gives; the day is bound when the calendar is known."""
    return Source(
        kind,
        "leads",
        Lead,
        needs,
        lambda actor: and_(
            lead_alarms.IN_TRIAGE, Lead.unowned_on <= bindparam(late, type_=Date()), whose(actor)
        ),
        Lead.subject_name,
        Lead.number,
        detail=Lead.unowned_on,
    )


def _of_county(actor: Actor) -> ColumnElement[bool]:
    """What the alarm let the county see."""
    if actor.role is not Role.COUNTY:
        return false()
    return Lead.id.in_(
        select(RecordAccess.record_id).where(
            RecordAccess.viewer_id == actor.unit_id, RecordAccess.resource == "lead"
        )
    )


#: Which rule each alarm goes by.
_ALARMS = {
    K.LEAD_UNOWNED: lead_alarms.OFFICE_RULE,
    K.LEAD_UNOWNED_COUNTY: lead_alarms.COUNTY_RULE,
}


def _moving(clock: time_rules.Clock) -> dict[str, date]:
    """The days that sources are bound to."""
    return {kind.value: lead_alarms.last_start(clock, rule) for kind, rule in _ALARMS.items()}


def _restricted(kind: DutyKind, status: RestrictedStatus) -> Source:
    """A duty of the people on a file's list; their units do not know of it."""
    lead_number = select(Lead.number).where(Lead.id == RestrictedFile.lead_id).scalar_subquery()
    return Source(
        kind,
        "restricted-files",
        RestrictedFile,
        P.RESTRICTED_FILE_HANDLE,
        lambda actor: and_(_is(RestrictedFile.status, status), restricted_files.visible(actor)),
        literal_column("'专档'", Text()),
        lead_number,
        RestrictedFile.due_on,
        RestrictedFile.due_is_provisional,
        RestrictedFile.due_rule,
    )


_HANDLED: dict[str, Any] = {
    "subject": select(PropertyItem.number).where(PropertyItem.id == _M.property_item_id),
    "title": select(PropertyItem.title).where(PropertyItem.id == _M.property_item_id),
}

_O = InformantOpening


def _asked(actor: Actor) -> ColumnElement[bool]:
    """Requests of others; somebody who withdrew from the matter does not decide it."""
    recused = exists().where(
        InformantRecusal.lead_id == _O.lead_id, InformantRecusal.user_id == actor.id
    )
    return and_(
        _O.lead_id == Lead.id,
        _is(_O.status, OpeningStatus.WAITING),
        _O.requested_by_id != actor.id,
        ~recused,
    )


#: Stands at the lead: there it is decided.
_INFORMANT = Source(
    K.INFORMANT_DECIDE,
    "leads",
    Lead,
    P.INFORMANT_APPROVE,
    lambda actor: and_(
        Lead.id.in_(select(_O.lead_id).where(_is(_O.status, OpeningStatus.WAITING))),
        leads.LISTING.visible(actor),
        exists().where(_asked(actor)),
    ),
    Lead.subject_name,
    Lead.number,
    cast(
        func.timezone(
            literal_column("'Asia/Shanghai'"),
            select(func.min(_O.due_at))
            .where(_O.lead_id == Lead.id, _is(_O.status, OpeningStatus.WAITING))
            .scalar_subquery(),
        ),
        Date,
    ),
    _NO,
    literal_column(f"'{DECIDE_RULE}'", Text()),
)

_I = Informant


def _to_name(actor: Actor) -> ColumnElement[bool]:
    """Reports with a name that came without keepers, until both are named; who withdrew names
    nobody."""
    recused = exists().where(
        InformantRecusal.lead_id == Lead.id, InformantRecusal.user_id == actor.id
    )
    mine = (
        Lead.town_code == actor.division_code[:9]
        if ROLE_SCOPE.get(actor.role) is RowScope.TOWN
        else Lead.owner_unit_id == actor.unit_id
    )
    return and_(
        mine,
        Lead.id.in_(select(_I.lead_id).where(_I.keepers_wanted)),
        Lead.status.in_(leads.OPEN),
        ~recused,
    )


_KEEPERS = Source(
    K.INFORMANT_NAME,
    "leads",
    Lead,
    P.INFORMANT_ASSIGN,
    _to_name,
    Lead.subject_name,
    Lead.number,
)

SOURCES: tuple[Source, ...] = (
    _unowned(
        K.LEAD_UNOWNED,
        P.LEAD_ASSIGN,
        K.LEAD_UNOWNED.value,
        lambda actor: Lead.town_code == actor.division_code[:9],
    ),
    _unowned(K.LEAD_UNOWNED_COUNTY, P.LEAD_HANDLE, K.LEAD_UNOWNED_COUNTY.value, _of_county),
    _lead(K.LEAD_REGISTER, LeadStatus.RECEIVED, office=True),
    _lead(K.LEAD_ASSIGN, LeadStatus.REGISTERED, office=True),
    _lead(K.LEAD_DISPUTED, LeadStatus.DISPUTED, office=True),
    replace(
        _lead(K.LEAD_CLOSE, LeadStatus.FED_BACK, office=True), needs=P.LEAD_CLOSE, waits=_to_close
    ),
    _lead(K.LEAD_ACKNOWLEDGE, LeadStatus.ASSIGNED),
    _lead(K.LEAD_VERIFY, LeadStatus.VERIFYING),
    _lead(K.LEAD_RECHECK, LeadStatus.RECHECK),
    Source(
        K.LEAD_RECHECK_DRAWN,
        "leads",
        Lead,
        P.LEAD_ASSIGN,
        lambda actor: and_(
            Lead.town_code == actor.division_code[:9],
            Lead.status.in_(DRAWABLE),
            Lead.id.in_(
                select(RecheckSampleLine.lead_id).where(
                    RecheckSampleLine.drawn, RecheckSampleLine.second_conclusion.is_(None)
                )
            ),
        ),
        Lead.subject_name,
        Lead.number,
    ),
    _lead(K.LEAD_ESCALATED, LeadStatus.ESCALATED),
    Source(
        K.LEAD_TRANSFER_APPROVE,
        "leads",
        Lead,
        P.LEAD_APPROVE_TRANSFER,
        _of_approver,
        Lead.subject_name,
        Lead.number,
        _clock_of(LeadTransferClock.due_on),
        _clock_of(LeadTransferClock.is_provisional),
        _clock_of(LeadTransferClock.rule_id),
    ),
    Source(
        K.LEAD_TRANSFER,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        lambda actor: and_(Lead.owner_unit_id == actor.unit_id, Lead.id.in_(_handed_over())),
        Lead.subject_name,
        Lead.number,
        _clock_of(LeadTransferClock.due_on),
        _clock_of(LeadTransferClock.is_provisional),
        _clock_of(LeadTransferClock.rule_id),
    ),
    _assist(K.LEAD_ASSIST_ASKED, AssistStatus.ASKED),
    _assist(K.LEAD_ASSIST_ANSWER, AssistStatus.ACKNOWLEDGED),
    _lead(K.LEAD_FEED_BACK, LeadStatus.CONCLUDED),
    _lead(K.LEAD_FEED_BACK, LeadStatus.REJECTED),
    _lead(K.LEAD_FEED_BACK, LeadStatus.TRANSFERRED_DEPARTMENT),
    _lead(K.LEAD_FEED_BACK, LeadStatus.TRANSFERRED_POLICE),
    _unit_record(
        K.LEAD_MESSAGE,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        # Whatever the lead's stage: a reporter who is not answered stops telling.
        lambda _: [Lead.id.in_(select(LeadMessage.lead_id).where(literal_column(f"({UNREAD})")))],
        title=Lead.subject_name,
        number=Lead.number,
    ),
    _KEEPERS,
    _INFORMANT,
    _restricted(K.RESTRICTED_HAND_OFF, RestrictedStatus.OPENED),
    _restricted(K.RESTRICTED_ANSWER, RestrictedStatus.HANDED_OFF),
    _restricted(K.RESTRICTED_CLOSE, RestrictedStatus.ANSWERED),
    _case(K.CASE_ACCEPT, CaseStatus.RECEIVED),
    _case(K.CASE_FILING, CaseStatus.UNDER_REVIEW),
    Source(
        K.MEASURE_EXPIRING,
        "property-measures",
        _M,
        P.PROPERTY_HANDLE,
        # Past its end it stays until somebody, or the nightly run, has written down that it lapsed.
        lambda actor: and_(
            _M.owner_unit_id == actor.unit_id,
            _is(_M.status, MeasureStatus.ACTIVE),
            _M.expires_on <= today() + timedelta(days=LADDER_REACH_DAYS),
        ),
        _HANDLED["title"].scalar_subquery(),
        _HANDLED["subject"].scalar_subquery(),
        _M.expires_on,
        _NO,
        _M.rule_id,
        _M.kind,
    ),
    _unit_record(
        K.CASE_DUE,
        "cases",
        Case,
        P.CASE_HANDLE,
        lambda _: [Case.due_on.is_not(None), Case.status.in_(_OTHER_STAGES)],
        title=Case.title,
        number=Case.number,
        due_on=Case.due_on,
        provisional=Case.due_is_provisional,
        rule=Case.due_rule,
    ),
    _unit_record(
        K.ENTITY_INSPECTION,
        "risk-entities",
        RiskEntity,
        P.INSPECTION_HANDLE,
        lambda _: [
            RiskEntity.next_inspection_due <= today() + _PLAN_AHEAD,
            RiskEntity.status.not_in(_ENDED),
            ~exists().where(
                Inspection.entity_id == RiskEntity.id,
                Inspection.status == InspectionStatus.PLANNED,
            ),
        ],
        title=RiskEntity.name,
        number=RiskEntity.number,
        due_on=RiskEntity.next_inspection_due,
        provisional=RiskEntity.inspection_due_is_provisional,
        rule=RiskEntity.inspection_rule,
    ),
    _unit_record(
        K.INSPECTION_DUE,
        "inspections",
        Inspection,
        P.INSPECTION_HANDLE,
        lambda _: [Inspection.status == InspectionStatus.PLANNED],
        title=_entity_name(Inspection.entity_id),
        number=Inspection.number,
        due_on=Inspection.planned_on,
    ),
    _rectification(K.RECTIFICATION_DUE, RectificationStatus.ORDERED, RectificationStatus.FAILED),
    _rectification(
        K.RECTIFICATION_RECHECK, RectificationStatus.SUBMITTED, RectificationStatus.REINSPECTING
    ),
    _unit_record(
        K.IMPORT_COMMIT,
        "imports",
        Import,
        P.IMPORT_RUN,
        lambda _: [Import.status == ImportStatus.PREVIEW],
        title=Import.filename,
        number=literal_column("''", Text()),
    ),
    _reward(K.REWARD_APPROVE, P.REWARD_APPROVE, RewardStatus.PROPOSED, _not(Reward.proposed_by_id)),
    _reward(K.REWARD_CODE, P.REWARD_PREPARE, RewardStatus.APPROVED, lambda _: (_NO_CLAIM,)),
    _reward(
        K.REWARD_PAY,
        P.REWARD_PAY,
        RewardStatus.APPROVED,
        lambda actor: (
            not_(_NO_CLAIM),
            *_not(Reward.proposed_by_id, Reward.approved_by_id)(actor),
        ),
    ),
    _plan(K.DISTRIBUTION_COMPUTE, P.DISTRIBUTION_PREPARE, DistributionStatus.DRAFT),
    _plan(
        K.DISTRIBUTION_APPROVE,
        P.DISTRIBUTION_APPROVE,
        DistributionStatus.COMPUTED,
        others=_not(Distribution.prepared_by_id),
    ),
    _plan(K.DISTRIBUTION_PUBLISH, P.DISTRIBUTION_PREPARE, DistributionStatus.APPROVED),
    _plan(
        K.DISTRIBUTION_PAY,
        P.DISTRIBUTION_PAY,
        DistributionStatus.PUBLISHED,
        DistributionStatus.PARTLY_PAID,
        others=_not(Distribution.prepared_by_id, Distribution.approved_by_id),
    ),
    _plan(
        K.DISTRIBUTION_CONFIRM,
        P.DISTRIBUTION_PAY,
        DistributionStatus.PAYING,
        others=_not(Distribution.prepared_by_id, Distribution.approved_by_id),
    ),
)
_NOUNS = {source.kind: source.noun for source in SOURCES}
_TYPES = {
    "leads": "lead",
    "cases": "case",
    "property-measures": "property_measure",
    "distributions": "distribution",
    "risk-entities": "risk_entity",
    "inspections": "inspection",
    "rectifications": "rectification",
    "imports": "import",
    "rewards": "reward",
    "restricted-files": "restricted_file",
}


async def waiting(
    session: AsyncSession, actor: Actor, limit: int, kind: DutyKind | None = None
) -> dict[str, Any]:
    """What waits for the actor's unit, by due time: the first `limit` of everything or of one kind,
    and how many there are of each kind."""
    mine = [source for source in SOURCES if actor.may(source.needs)]
    if not mine:
        return {"items": [], "counts": [], "total": 0}
    clock = await time_rules.clock(session)
    listed = [source for source in mine if kind in {None, source.kind}]
    items = await _items(session, actor, listed, clock, limit) if listed else []
    counts = await _counts(session, actor, mine, clock)
    return {"items": items, "counts": counts, "total": sum(c["count"] for c in counts)}


async def _items(
    session: AsyncSession,
    actor: Actor,
    sources: Sequence[Source],
    clock: time_rules.Clock,
    limit: int,
) -> list[dict[str, Any]]:
    found = union_all(*(select(s.rows(actor, limit).subquery()) for s in sources)).subquery()
    rows = list(
        await session.execute(
            select(found)
            .order_by(found.c.due_on.asc().nulls_last(), found.c.subject_id)
            .limit(limit),
            _moving(clock),
        )
    )
    assigned = await _assigned_on(session, [r.subject_id for r in rows if _is_receipt(r)])
    items = [_item(row, clock, assigned) for row in rows if _is_due(row, clock)]
    items.sort(key=lambda duty: (duty["due_on"] or date.max, duty["subject_id"]))
    return items


def _is_receipt(row: Any) -> bool:
    return row.kind == K.LEAD_ACKNOWLEDGE


def _is_due(row: Any, clock: time_rules.Clock) -> bool:
    """Sources reach a little further than the ladder, whose days only the calendar knows."""
    return row.kind != K.MEASURE_EXPIRING or is_on_ladder(row.due_on, today(), clock.calendar)


async def _assigned_on(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, date]:
    """When leads that wait for a receipt were given to their unit: that clock starts there."""
    if not ids:
        return {}
    rows = await session.execute(
        select(Event.subject_id, func.max(Event.at))
        .where(
            Event.subject_id.in_(ids),
            Event.name == EventName.LEAD_TRANSITIONED.value,
            Event.data["action"].astext == "assign",
        )
        .group_by(Event.subject_id)
    )
    return {subject: at.astimezone(TIMEZONE).date() for subject, at in rows if subject}


def _item(row: Any, clock: time_rules.Clock, assigned: dict[UUID, date]) -> dict[str, Any]:
    kind = DutyKind(row.kind)
    due_on, provisional, rule = row.due_on, bool(row.provisional), str(row.rule)
    if kind is K.LEAD_ACKNOWLEDGE and row.subject_id in assigned:
        receipt = clock.due_on("LEAD-ACK", assigned[row.subject_id])
        due_on, provisional, rule = receipt.on, receipt.is_provisional, receipt.rule_id
    if kind in _ALARMS:
        alarm = clock.due_on(_ALARMS[kind], date.fromisoformat(row.detail))
        due_on, provisional, rule = alarm.on, alarm.is_provisional, alarm.rule_id
    noun = _NOUNS[kind]
    left = working_days_left(today(), due_on, clock.calendar) if due_on else None
    return {
        "id": f"{kind.value}:{row.subject_id}",
        "kind": kind.value,
        "what": _what(kind, row.detail),
        "subject_type": _TYPES[noun],
        "subject_id": row.subject_id,
        "number": row.number or "",
        "title": row.title or "",
        "due_on": due_on,
        "due_is_provisional": provisional,
        "working_days_left": left,
        "overdue": due_on is not None and due_on < today(),
        "rule": rule,
        "rule_label": _rule_label(rule, clock.rules),
        "url_hint": f"/{noun}/{row.subject_id}",
    }


def _what(kind: DutyKind, detail: str) -> str:
    return f"{MeasureKind(detail).label}即将到期" if kind is K.MEASURE_EXPIRING else kind.label


_ARTICLES = {rule.rule_id: f"{rule.term}，{rule.article}" for rule in MEASURE_RULES}


def _rule_label(rule_id: str, rules: Sequence[TimeRule]) -> str:
    if rule_id in _ARTICLES:
        return _ARTICLES[rule_id]
    rule = next((rule for rule in rules if rule.rule_id == rule_id), None)
    return f"{rule.trigger}：{rule.term_label}内{rule.effect}" if rule else ""


async def _counts(
    session: AsyncSession, actor: Actor, mine: Sequence[Source], clock: time_rules.Clock
) -> list[dict[str, Any]]:
    totals: dict[DutyKind, int] = {}
    counted = [source for source in mine if source.kind is not K.MEASURE_EXPIRING]
    if counted:
        rows: Any = await session.execute(
            union_all(*(s.count(actor) for s in counted)), _moving(clock)
        )
        for kind, count in rows:
            totals[DutyKind(kind)] = totals.get(DutyKind(kind), 0) + count
    for source in mine:
        if source.kind is K.MEASURE_EXPIRING:
            ends = await session.scalars(
                select(source.due_on).where(source.waits(actor)).limit(EXACT_TOTAL)
            )
            totals[source.kind] = sum(is_on_ladder(end, today(), clock.calendar) for end in ends)
    return [
        {"kind": kind.value, "what": kind.label, "count": totals[kind]}
        for kind in DutyKind
        if totals.get(kind)
    ]


async def notify(session: AsyncSession) -> int:
    """Give the warnings whose day has come; a schedule of the worker. Returns how many were new.

    The row of a step is written in the transaction of its event, under a key of its own: run twice,
    at once or after a crash, it warns once. After days of standstill the steps that were missed are
    told in one event, so that none is lost and nobody gets three at once.
    """
    calendar = await time_rules.calendar(session)
    day = today()
    found = await session.execute(
        select(_M.id, _M.expires_on, _M.starts_on, _M.created_at, _M.owner_unit_id).where(
            _is(_M.status, MeasureStatus.ACTIVE),
            _M.expires_on.between(day, day + timedelta(days=LADDER_REACH_DAYS)),
        )
    )
    given = 0
    rows: Sequence[Any] = found.all()
    for measure_id, expires, starts, created, unit_id in rows:
        since = max(starts, created.astimezone(TIMEZONE).date())
        rungs = rungs_due(expires, day, calendar, since)
        new = await _write_down(session, measure_id, expires, rungs)
        if not new:
            continue
        given += 1
        told: dict[str, Any] = {"expires_on": expires.isoformat(), "working_days_before": min(new)}
        if len(new) > 1:
            told["late_steps"] = sorted(new - {min(new)}, reverse=True)
        await events.record(
            session, None, EventName.PROPERTY_MEASURE_ALERTED, "property_measure", measure_id,
            told | {"unit_id": str(unit_id)},
        )  # fmt: skip
    return given


async def _write_down(
    session: AsyncSession, subject_id: UUID, due_on: date, rungs: Sequence[int]
) -> set[int]:
    """The steps that nobody had written down before."""
    if not rungs:
        return set()
    rows = [
        {
            "subject_type": "property_measure",
            "subject_id": subject_id,
            "due_on": due_on,
            "rung": rung,
            "noticed_at": now(),
        }
        for rung in rungs
    ]
    written = await session.scalars(
        insert(DutyNotice).values(rows).on_conflict_do_nothing().returning(DutyNotice.rung)
    )
    return set(written)
