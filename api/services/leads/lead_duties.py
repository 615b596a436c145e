"""Duties from leads: the stages of a lead, hand-overs, assists, messages, and what nobody owns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Uuid,
    all_,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from api.access import visibility
from api.core.base.statements import param
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import Permission as P
from api.domain.kit.permissions import Role, RowScope
from api.domain.leads.lead_assists import AssistStatus
from api.domain.leads.lead_transfers import ANSWERED_STAGES, OPEN_CASE_RULE, TransferSide
from api.domain.leads.leads import (
    AFTER_POLICE,
    DRAWABLE,
    LEFT_TO_DO,
    OPEN_STAGES,
    OWED_TO_POLICE,
    PENDING,
    TO_ANSWER,
    TRIAGE,
    WITH_DECISION,
    LeadStatus,
    Obligation,
    ReceivingOrgan,
    ReviewResult,
    TransferResult,
    TransferStage,
    owed_unsent,
)
from api.models.cases import CaseLead
from api.models.lead_assists import LeadAssist
from api.models.lead_transfers import (
    FILED_OVER,
    LAST_FIRST,
    LAST_SENT_FIRST,
    LeadTransfer,
    LeadTransferClock,
)
from api.models.leads import Lead
from api.models.receipts import UNREAD, LeadMessage
from api.models.recheck_samples import RecheckSampleLine
from api.services.kit import time_rules
from api.services.kit._duty_source import NO_DETAIL, Source, in_status, unit_record
from api.services.leads import lead_alarms, lead_assists, lead_steps

K = DutyKind
_STEPS = {step.kind: step for step in lead_steps.STEPS}


def _not_alarmed() -> ColumnElement[bool]:
    """Leads for which the office is alarmed are in the list of alarms, and in no other."""
    return Lead.unowned_on > param(K.LEAD_UNOWNED.value, Date())


#: Somebody has it, or has to do something about it, before it is closed.
_BEFORE_CLOSING = OPEN_STAGES | PENDING | LEFT_TO_DO
#: What the county has is the county's to answer.
_WITH_NOBODY = or_(Lead.transfer_stage.is_(None), Lead.transfer_stage.not_in(OPEN_STAGES))
#: The reporter is still to be answered while the term stands still for whoever the lead was handed to.
HELD_TO_ANSWER = and_(Lead.due_held_on.is_not(None), Lead.status.in_(sorted(TO_ANSWER)))
_S = TransferStage
_AT_DEPARTMENT = frozenset({LeadStatus.TRANSFERRED_DEPARTMENT})


#: Who has it in hand of the unit that a lead was handed to.
_HELD_BY_RECEIVER = (
    select(case((LeadTransfer.turn_unit_id == param("unit_id", Uuid()), LeadTransfer.turn_user_id)))
    .where(LeadTransfer.lead_id == Lead.id)
    .order_by(*LAST_SENT_FIRST)
    .limit(literal_column("1"))
    .scalar_subquery()
)


def _with(*stages: TransferStage) -> ColumnElement[bool]:
    """How far it came with whoever has it, whatever lies before the head beside it."""
    return or_(Lead.transfer_stage.in_(stages), Lead.kept_stage.in_(stages))


def _received(kind: DutyKind, *stages: TransferStage) -> Source:
    """What the unit that a lead was handed to has to do with it."""
    return Source(
        kind,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        lambda actor: and_(Lead.transfer_receiver_id == actor.unit_id, _with(*stages)),
        Lead.subject_name,
        Lead.number,
        _clock_of(LeadTransferClock.due_on),
        _clock_of(LeadTransferClock.is_provisional),
        _clock_of(LeadTransferClock.rule_id),
        held=_HELD_BY_RECEIVER,
    )


_IS_FILED = and_(
    LeadTransfer.lead_id == Lead.id,
    LeadTransfer.organ == ReceivingOrgan.POLICE,
    ~LeadTransfer.is_past,
    FILED_OVER,
)
DECIDED_ON = func.coalesce(LeadTransfer.reviewed_on, LeadTransfer.result_on)
#: When the police filed.
FILED_ON = (
    select(DECIDED_ON)
    .where(_IS_FILED)
    .order_by(*LAST_FIRST)
    .limit(literal_column("1"))
    .scalar_subquery()
)
#: The rule that each counts from the day on which the police filed.
TO_OPEN = {K.LEAD_OPEN_CASE: OPEN_CASE_RULE}


#: Of a lead in the system that the police filed over, and of which no case was opened yet.
_UNOPENED = and_(
    Lead.transfer_stage.in_(WITH_DECISION),
    Lead.transfer_organ == ReceivingOrgan.POLICE,
    Lead.status.in_(AFTER_POLICE),
    ~exists(literal_column("1")).where(CaseLead.lead_id == Lead.id),
)
#: The same beside the hand-over over which they filed.
TO_BE_OPENED = and_(
    _UNOPENED, _IS_FILED, Lead.transfer_receiver_id == LeadTransfer.receiver_unit_id
)


#: The same of one whose receiver must keep off: it is to be handed on.
_TO_BE_HANDED_ON = and_(
    Lead.transfer_receiver_id.is_(None), LeadTransfer.receiver_unit_id.is_not(None), _IS_FILED
)
#: Filed over in the system, and opened by nobody yet.
LEFT_UNOPENED = and_(_UNOPENED, or_(TO_BE_OPENED, _TO_BE_HANDED_ON))


def filed_until(day: Any) -> ColumnElement[bool]:
    """The police filed by a day, and have not opened a case since."""
    return exists(literal_column("1")).where(TO_BE_OPENED, day >= DECIDED_ON)


def _to_open_case(actor: Actor) -> ColumnElement[bool]:
    """The police filed over what was handed to them, and no case was opened from it yet."""
    filed = exists(literal_column("1")).where(_IS_FILED)
    return and_(Lead.transfer_receiver_id == actor.unit_id, _UNOPENED, filed)


def _to_hand_on(actor: Actor) -> ColumnElement[bool]:
    """The police filed over what was handed over, by a unit that must keep off since."""
    filed = exists(literal_column("1")).where(_TO_BE_HANDED_ON)
    return and_(_sent_it(actor), _UNOPENED, filed)


def _sent_it(actor: Actor) -> ColumnElement[bool]:
    """`sender_of` in SQL."""
    own = and_(Lead.transfer_sender_id.is_(None), Lead.owner_unit_id == actor.unit_id)
    return or_(Lead.transfer_sender_id == actor.unit_id, own)


def _sent(kind: DutyKind, waits: ColumnElement[bool]) -> Source:
    """What the unit that handed a lead over has to do with it."""
    return Source(
        kind,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        lambda actor: and_(
            # approved, it has yet to be handed over by who has the lead
            Lead.owner_unit_id == actor.unit_id if kind is K.LEAD_HAND_OVER else _sent_it(actor),
            Lead.id.in_(_handed_over()),
            waits,
        ),
        Lead.subject_name,
        Lead.number,
        _clock_of(LeadTransferClock.due_on, unsent=kind is K.LEAD_HAND_OVER),
        _clock_of(LeadTransferClock.is_provisional, unsent=kind is K.LEAD_HAND_OVER),
        _clock_of(LeadTransferClock.rule_id, unsent=kind is K.LEAD_HAND_OVER),
    )


#: How far a hand-over came with whoever has it (`leads.with_receiver`).
_WITH_RECEIVER = case(
    (Lead.transfer_stage.in_(PENDING), Lead.kept_stage), else_=Lead.transfer_stage
)
_TO_POLICE = Obligation.POLICE_DECISION


def _is_owed(obligation: Obligation) -> ColumnElement[bool]:
    """What a conclusion asks for has yet to go to whoever it is for."""
    statuses = OWED_TO_POLICE if obligation is _TO_POLICE else OWED_TO_POLICE - _AT_DEPARTMENT
    elsewhere = [s for s in _S if owed_unsent(obligation, s, ReceivingOrgan.OTHER)]
    unsent = [s for s in _S if owed_unsent(obligation, s, ReceivingOrgan.POLICE)]
    return and_(
        literal_column("(leads.owes <> '{}')", Boolean()),
        Lead.owes.contains([obligation.value]),
        Lead.status.in_(sorted(statuses)),
        or_(
            _WITH_RECEIVER.is_(None),
            _WITH_RECEIVER.in_(unsent),
            and_(
                Lead.transfer_organ.is_distinct_from(ReceivingOrgan.POLICE),
                _WITH_RECEIVER.in_(elsewhere),
            ),
        ),
    )


#: The police are still to be told while the term stands still for whoever else the lead is with.
HELD_FOR_POLICE = and_(Lead.due_held_on.is_not(None), _is_owed(_TO_POLICE))


def _owed(kind: DutyKind, obligation: Obligation) -> Source:
    """What a conclusion asks for, while nobody has it."""
    waits = and_(Lead.due_held_on.is_(None), _is_owed(obligation))
    return Source(
        kind,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        lambda actor: and_(Lead.owner_unit_id == actor.unit_id, waits),
        Lead.subject_name,
        Lead.number,
        Lead.due_on,
        Lead.due_is_provisional,
        Lead.due_rule,
    )


_TO_BE_SENT = Lead.transfer_stage == _S.APPROVED
#: A body outside, of which the sender records what it does.
_WAITED_FOR = and_(
    Lead.transfer_receiver_id.is_(None),
    _with(_S.SENT, _S.RECEIVED, _S.REVIEWED),
)
_LAST_LEAVES_IT = (
    select(
        or_(
            and_(
                LeadTransfer.result == TransferResult.NOT_FILED,
                LeadTransfer.review_result.is_distinct_from(ReviewResult.FILED),
            ),
            and_(
                LeadTransfer.result == TransferResult.HANDLED,
                LeadTransfer.organ == ReceivingOrgan.COUNTY,
            ),
        )
    )
    .where(LeadTransfer.lead_id == Lead.id, LeadTransfer.recalled_on.is_(None))
    .order_by(*LAST_SENT_FIRST)
    .limit(literal_column("1"))
    .scalar_subquery()
)
#: `lead_transfers.unsettled`: what the last receiver answered leaves it to the sender to conclude.
_LEFT_TO_CONCLUDE = and_(
    Lead.status.in_(
        [LeadStatus.TRANSFERRED_POLICE, LeadStatus.TRANSFERRED_DEPARTMENT, LeadStatus.FED_BACK]
    ),
    Lead.conclusion.is_(None),
    Lead.transfer_stage.in_(ANSWERED_STAGES | PENDING),
    _LAST_LEAVES_IT,
)


def _somebody_else(actor: Actor) -> ColumnElement[bool]:
    """Who concluded the first time, in this unit or before they came to it, has no second say."""
    return and_(
        Lead.concluded_unit_id.is_distinct_from(actor.unit_id),
        Lead.concluded_by_id.is_distinct_from(actor.id),
        all_(Lead.concluded_unit_ids) != actor.unit_id,
        all_(Lead.concluded_person_ids) != actor.id,
    )


#: Its reporter was promised an answer by a day, though nobody has it now.
_IS_PROMISED = Lead.due_on.is_not(None)


def _lead(
    kind: DutyKind, status: LeadStatus, *, office: bool = False, promised: bool = False
) -> Source:
    def waits(actor: Actor) -> ColumnElement[bool]:
        whose = Lead.town_code == actor.town if office else Lead.owner_unit_id == actor.unit_id
        own = and_(whose, in_status(Lead.status, status))
        if status is LeadStatus.ESCALATED:
            own = and_(own, _WITH_NOBODY)
        if status in TRIAGE:
            own = and_(own, _not_alarmed())
            if status is LeadStatus.RECEIVED:  # nobody has had it yet
                return own
            return and_(own, _IS_PROMISED if promised else not_(_IS_PROMISED))
        if status is LeadStatus.RECHECK:
            return and_(own, _somebody_else(actor))
        if kind is K.LEAD_FEED_BACK:
            own = and_(own, Lead.due_held_on.is_(None))
        return own

    if status in TRIAGE and not promised:
        # until somebody is in charge of it, its term is that of the alarm
        return Source(
            kind, "leads", Lead, P.LEAD_ASSIGN, waits, Lead.subject_name, Lead.number,
            due_on=Lead.unowned_on, detail=Lead.unowned_on,
        )  # fmt: skip
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
        # the clock of a receipt starts when the unit was given it, that of the desk when nobody had it
        detail={
            LeadStatus.ASSIGNED: Lead.assigned_on,
            **dict.fromkeys(TRIAGE, Lead.unowned_on),
        }.get(status, NO_DETAIL),
    )


def _to_close(actor: Actor) -> ColumnElement[bool]:
    """The town's leads wait for its office; the county's, whose place is the county, for itself.
    Only when nothing else is left (`leads.is_to_close`)."""
    mine = and_(
        Lead.town_code == actor.town,
        in_status(Lead.status, LeadStatus.FED_BACK),
        literal_column("(leads.owes = '{}')", Boolean()),
        or_(Lead.transfer_stage.is_(None), Lead.transfer_stage.not_in(_BEFORE_CLOSING)),
        # of what was handed to nobody it is unknown, and there nothing is left
        or_(
            Lead.conclusion.is_not(None),
            not_(func.coalesce(_LEFT_TO_CONCLUDE, literal_column("false"))),
        ),
    )
    return mine if actor.may(P.LEAD_ASSIGN) else and_(mine, Lead.owner_unit_id == actor.unit_id)


def _handed_over(*, undecided: bool = False) -> Any:
    """Leads with a term of a hand-over that still runs; each has one at most. While it binds the
    head who approves it is a duty of nobody else."""
    binds_head = LeadTransferClock.side == TransferSide.APPROVER
    return select(LeadTransferClock.lead_id).where(
        LeadTransferClock.ended_on.is_(None), binds_head if undecided else not_(binds_head)
    )


def answered_for(actor: Actor) -> ColumnElement[bool]:
    """The leads of the actor's town, or those that the county answers for itself."""
    if actor.scope is RowScope.TOWN:
        return Lead.town_code == actor.town
    return Lead.owner_unit_id == actor.unit_id


def _of_approver(actor: Actor) -> ColumnElement[bool]:
    """What the head is to decide."""
    return and_(
        answered_for(actor),
        Lead.transfer_stage == TransferStage.PROPOSED,
        Lead.transfer_proposed_by_id.is_distinct_from(actor.id),
        Lead.id.in_(_handed_over(undecided=True)),
    )


def _clock_of(column: Any, *, unsent: bool = False) -> Any:
    """The term that runs of what somebody has, or of what lies before the head (`unsent`)."""
    sent = LeadTransfer.sent_on
    return (
        select(column)
        .join(LeadTransfer, LeadTransfer.id == LeadTransferClock.transfer_id)
        .where(
            LeadTransferClock.lead_id == Lead.id,
            LeadTransferClock.ended_on.is_(None),
            sent.is_(None) if unsent else sent.is_not(None),
        )
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
            in_status(LeadAssist.status, status),
            exists().where(Lead.id == LeadAssist.lead_id, Lead.status.in_(lead_assists.LIVE)),
        ),
        select(Lead.subject_name).where(Lead.id == LeadAssist.lead_id).scalar_subquery(),
        select(Lead.number).where(Lead.id == LeadAssist.lead_id).scalar_subquery(),
        LeadAssist.due_on,
        LeadAssist.due_is_provisional,
        LeadAssist.due_rule,
        subject=LeadAssist.lead_id,
    )


def _unowned(
    kind: DutyKind,
    needs: P,
    late: str,
    whose: Callable[[Actor], Any],
    promised: ColumnElement[bool] | None = None,
) -> Source:
    """What nobody owns for longer than a rule gives; the day is bound when the calendar is known."""
    source = Source(
        kind,
        "leads",
        Lead,
        needs,
        lambda actor: and_(
            lead_alarms.IN_TRIAGE,
            Lead.unowned_on <= param(late, Date()),
            whose(actor),
            *(() if promised is None else (promised,)),
        ),
        Lead.subject_name,
        Lead.number,
        # the list begins with what waits longest; when it is due the rules say
        due_on=Lead.unowned_on,
        detail=Lead.unowned_on,
        # the county sees to it that the town acts, and does not act itself
        shared=kind is K.LEAD_UNOWNED,
    )
    if promised is not _IS_PROMISED:
        return source
    return replace(
        source, due_on=Lead.due_on, provisional=Lead.due_is_provisional, rule=Lead.due_rule
    )


def _of_office(actor: Actor) -> ColumnElement[bool]:
    return Lead.town_code == actor.town


def _of_county(actor: Actor) -> ColumnElement[bool]:
    """What the alarm let the county see."""
    if actor.role is not Role.COUNTY:
        return false()
    return visibility.seen(actor, Lead)


#: Which rule each alarm goes by.
ALARMS = {
    K.LEAD_UNOWNED: lead_alarms.OFFICE_RULE,
    K.LEAD_UNOWNED_COUNTY: lead_alarms.COUNTY_RULE,
}
#: What waits at the desk is to be given to somebody before the alarm.
AT_THE_DESK = dict.fromkeys(
    (K.LEAD_REGISTER, K.LEAD_ASSIGN, K.LEAD_DISPUTED), lead_alarms.OFFICE_RULE
)

#: The reporter may have been promised an answer before that day.
REPORTER_WAITS = frozenset({K.LEAD_UNOWNED, K.LEAD_ACKNOWLEDGE, *AT_THE_DESK})


def moving(clock: time_rules.Clock) -> dict[str, date]:
    """The days that sources are bound to."""
    return {kind.value: clock.last_start(rule) for kind, rule in ALARMS.items()}


SOURCES: tuple[Source, ...] = (
    *(
        _unowned(K.LEAD_UNOWNED, P.LEAD_ASSIGN, K.LEAD_UNOWNED.value, _of_office, promised)
        for promised in (not_(_IS_PROMISED), _IS_PROMISED)
    ),
    _unowned(K.LEAD_UNOWNED_COUNTY, P.LEAD_HANDLE, K.LEAD_UNOWNED_COUNTY.value, _of_county),
    _lead(K.LEAD_REGISTER, LeadStatus.RECEIVED, office=True),
    _lead(K.LEAD_ASSIGN, LeadStatus.REGISTERED, office=True),
    _lead(K.LEAD_DISPUTED, LeadStatus.DISPUTED, office=True),
    # what came back to the desk while its reporter waits, by the day of the answer
    *(
        _lead(kind, status, office=True, promised=True)
        for kind, status in (
            (K.LEAD_ASSIGN, LeadStatus.REGISTERED),
            (K.LEAD_DISPUTED, LeadStatus.DISPUTED),
        )
    ),
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
            Lead.town_code == actor.town,
            Lead.status.in_(DRAWABLE),
            Lead.merged_into_id.is_(None),  # it goes on in another one
            Lead.id.in_(select(RecheckSampleLine.lead_id).where(RecheckSampleLine.waits())),
        ),
        Lead.subject_name,
        Lead.number,
        shared=False,
        since=_STEPS[K.LEAD_RECHECK_DRAWN].since,
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
        _clock_of(LeadTransferClock.due_on, unsent=True),
        _clock_of(LeadTransferClock.is_provisional, unsent=True),
        _clock_of(LeadTransferClock.rule_id, unsent=True),
        shared=False,
    ),
    _sent(K.LEAD_HAND_OVER, _TO_BE_SENT),
    _sent(K.LEAD_TRANSFER, _WAITED_FOR),
    _sent(K.LEAD_SUPPLY, Lead.transfer_stage == _S.INCOMPLETE),
    _sent(K.LEAD_GOODS, Lead.transfer_stage == _S.FILED),
    _sent(K.LEAD_DECLINED, Lead.transfer_stage == _S.DECLINED),
    _sent(K.LEAD_UPHELD, Lead.transfer_stage == _S.UPHELD),
    unit_record(
        K.LEAD_CONCLUDE,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        lambda _: [_LEFT_TO_CONCLUDE],
        title=Lead.subject_name,
        number=Lead.number,
        due_on=Lead.due_on,
        provisional=Lead.due_is_provisional,
        rule=Lead.due_rule,
    ),
    _owed(K.LEAD_OWED_POLICE, Obligation.POLICE_DECISION),
    unit_record(
        K.LEAD_OWED_POLICE,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        # what a department has stands still for it, not for the police
        lambda _: [HELD_FOR_POLICE],
        title=Lead.subject_name,
        number=Lead.number,
        due_on=Lead.due_held_on,
        provisional=Lead.due_is_provisional,
        rule=Lead.due_rule,
    ),
    _owed(K.LEAD_OWED_PUNISHER, Obligation.PUNISHER),
    _owed(K.LEAD_OWED_ROUTE, Obligation.ROUTE_RECEIPT),
    Source(
        K.LEAD_DROPPED,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        lambda actor: and_(_sent_it(actor), _STEPS[K.LEAD_DROPPED].waits),
        Lead.subject_name,
        Lead.number,
        since=_STEPS[K.LEAD_DROPPED].since,
    ),
    _received(K.LEAD_RECEIVE, _S.SENT),
    _received(K.LEAD_DECIDE, _S.RECEIVED, _S.REVIEWED),
    Source(
        K.LEAD_OPEN_CASE,
        "leads",
        Lead,
        P.CASE_CREATE,
        _to_open_case,
        Lead.subject_name,
        Lead.number,
        # the list begins with what waits longest; when it is due the rules say
        due_on=FILED_ON,
        detail=FILED_ON,
        held=_HELD_BY_RECEIVER,
    ),
    Source(
        K.LEAD_OPEN_CASE,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        _to_hand_on,
        Lead.subject_name,
        Lead.number,
        due_on=FILED_ON,
        detail=FILED_ON,
    ),
    _assist(K.LEAD_ASSIST_ASKED, AssistStatus.ASKED),
    _assist(K.LEAD_ASSIST_ANSWER, AssistStatus.ACKNOWLEDGED),
    unit_record(
        K.LEAD_FEED_BACK,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        # While the term stands still for whoever has the lead, the reporter is answered by the day
        # all the same.
        lambda _: [HELD_TO_ANSWER],
        title=Lead.subject_name,
        number=Lead.number,
        due_on=Lead.due_held_on,
        provisional=Lead.due_is_provisional,
        rule=Lead.due_rule,
    ),
    *(_lead(K.LEAD_FEED_BACK, status) for status in sorted(TO_ANSWER)),
    unit_record(
        K.LEAD_MESSAGE,
        "leads",
        Lead,
        P.LEAD_HANDLE,
        # Whatever the lead's stage: a reporter who is not answered stops telling.
        lambda _: [Lead.id.in_(select(LeadMessage.lead_id).where(literal_column(f"({UNREAD})")))],
        title=Lead.subject_name,
        number=Lead.number,
        shared=False,
        since=_STEPS[K.LEAD_MESSAGE].since,
    ),
)
