"""Hand-overs: as they are read, the clock that runs, and how they end."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, now, today
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.law import clocks
from api.domain.leads import lead_transfers as law
from api.domain.leads.leads import (
    OPEN_STAGES,
    PENDING,
    WITH_DECISION,
    LeadStatus,
    ReceivingOrgan,
    TransferMoment,
    TransferResult,
    TransferStage,
)
from api.domain.leads.police_decisions import decided, is_looked_at_again
from api.models.cases import CaseIdentifier, CaseLead
from api.models.lead_transfers import FILED_OVER, LAST_FIRST, LeadTransfer, LeadTransferClock
from api.models.leads import Lead
from api.models.risk_entities import RiskEntityIdentifier
from api.models.units import Unit
from api.services.kit import columns, protect, time_rules
from api.services.kit.terms import Terms
from api.services.leads import lead_texts

_WITH_RECEIVER = frozenset(
    {LeadStatus.TRANSFERRED_POLICE, LeadStatus.TRANSFERRED_DEPARTMENT, LeadStatus.ESCALATED}
)
_Clock = LeadTransferClock
_CLOCKS = columns.json_list(
    select(
        func.json_build_object(
            "rule_id", _Clock.rule_id,
            "rule_version", _Clock.rule_version,
            "side", _Clock.side,
            "started_at", _Clock.started_at,
            "due_at", _Clock.due_at,
            "is_provisional", _Clock.is_provisional,
            "ended_on", _Clock.ended_on,
        )
    ).where(_Clock.transfer_id == LeadTransfer.id),
    _Clock.started_at,
    _Clock.id,
)  # fmt: skip
_SHOWN = (
    "id", "kind", "organ", "department", "follows_id", "recorded", "reported_on", "investigators",
    "report", "refused_on", "refusal", "document_no", "materials", "approved_on", "approved_by",
    "sent_on", "receipt_no", "received_on", "received_at", "received_by", "matter", "told_on",
    "told_at", "missing", "supplied_on", "supplied", "result", "result_on", "decided_level",
    "result_document_no", "result_note", "review_asked_on", "review_reason", "review_result",
    "reviewed_on", "review_document_no", "supervision_on", "supervision_by",
    "supervision_document_no", "supervision_reason", "goods_on", "goods", "goods_receipt_no", "dropped_on",
    "aftermath", "recalled_on",
    "recall_reason", "reason", "is_past", "is_taken_back",
)  # fmt: skip
#: What is read of a hand-over, whatever it is of.
COLUMNS: dict[str, Any] = {name: getattr(LeadTransfer, name) for name in _SHOWN} | {
    "receiver": columns.unit_named(LeadTransfer.receiver_unit_id),
    "clocks": _CLOCKS,
}
#: All hand-overs of a lead, for its listing.
COLUMN = columns.json_list(
    select(columns.json_object(COLUMNS)).where(LeadTransfer.lead_id == Lead.id), LeadTransfer.id
)
#: What is handed over, by whose steps: of a case or a risk entity the hand-over has its own.
Handed = Lead | LeadTransfer


def show(transfers: Sequence[dict[str, Any]], terms: Terms) -> None:
    """What is left of each term that runs, as the head of the lead tells it."""
    for clock in (each for transfer in transfers for each in transfer["clocks"]):
        due = datetime.fromisoformat(clock["due_at"]).astimezone(TIMEZONE).date()
        clock["working_days_left"] = terms.left(due, clock["rule_id"], clock["rule_version"])


def moment(day: date) -> datetime:
    """A day stands for its end, today for now: nobody loses hours that nobody wrote down."""
    return now() if day == today() else clocks.end_of_day(day)


async def current(session: AsyncSession, lead: Handed) -> LeadTransfer:
    """The last hand-over of a lead that has one."""
    if isinstance(lead, LeadTransfer):
        return lead
    found = await session.scalars(
        select(LeadTransfer).where(LeadTransfer.lead_id == lead.id).order_by(*LAST_FIRST).limit(1)
    )
    return found.one()


async def with_receiver(session: AsyncSession, lead: Handed) -> LeadTransfer:
    """The hand-over that somebody has: what lies before the head is with nobody."""
    last = await current(session, lead)
    kept = None
    if isinstance(lead, Lead) and lead.transfer_stage in PENDING:
        kept = await laid_by(session, lead, last)
    return kept or last


def stands(lead: Handed, stage: TransferStage) -> None:
    """How far the hand-over came that somebody has. What lies before the head is there still."""
    if not isinstance(lead, Lead) or lead.transfer_stage not in PENDING:
        lead.transfer_stage = stage
        return
    lead.kept_stage = stage if stage in OPEN_STAGES else None
    if lead.kept_stage is None:
        lead.transfer_receiver_id = lead.transfer_organ = None


async def answered_on(session: AsyncSession, lead: Lead) -> date:
    """When whoever handed a lead over had the answer: a unit of the system gives it here, of a body
    outside it is the day of its paper, whenever that was recorded."""
    transfer = await with_receiver(session, lead)
    if transfer.receiver_unit_id is not None or transfer.recalled_on is not None:
        return today()
    settled = transfer.received_on if transfer.kind is law.TransferKind.DISPUTE else None
    return transfer.reviewed_on or transfer.result_on or settled or today()


async def keep(session: AsyncSession, transfer: LeadTransfer, **given: str) -> None:
    """Set texts of a hand-over, with what a mask hides in them kept beside them."""
    named = {lead_texts.of_transfer(transfer.id, name): text for name, text in given.items()}
    told = await _kept(session, transfer, named)
    for name, text in zip(given, told, strict=True):
        setattr(transfer, name, text)


async def _kept(
    session: AsyncSession, transfer: LeadTransfer, named: Mapping[str, str]
) -> Sequence[str]:
    """Texts as they are stored, with what stood in them kept by the record that is handed over."""
    if transfer.lead_id is not None:
        return await lead_texts.keep(session, transfer.lead_id, named)
    column, subject = (
        (RiskEntityIdentifier.entity_id, transfer.risk_entity_id)
        if transfer.risk_entity_id
        else (CaseIdentifier.case_id, transfer.case_id)
    )
    if subject is None:
        raise ValueError(transfer.id)
    return [await protect.replaced(session, column, subject, *each) for each in named.items()]


async def note(
    session: AsyncSession, actor: Actor, transfer: LeadTransfer, what: TransferMoment
) -> None:
    """Who recorded it: the receiver for itself, or the sender for a body outside."""
    unit = await session.get_one(Unit, actor.unit_id)
    transfer.recorded = [
        *transfer.recorded,
        {
            "what": what.value,
            "unit": unit.name,
            "person": actor.name,
            "by_receiver": actor.unit_id == transfer.receiver_unit_id,
            "at": now().isoformat(),
        },
    ]


async def run(
    session: AsyncSession,
    transfer: LeadTransfer,
    ended: date,
    begins: law.TransferClock | None,
    at: datetime | None = None,
) -> None:
    """End the clock that runs, and begin another one on that day, or at the very moment."""
    await session.execute(
        update(_Clock)
        .where(_Clock.transfer_id == transfer.id, _Clock.ended_on.is_(None))
        .values(ended_on=ended)
    )
    clock = None
    if begins is not None:
        clock = await _clock(session, transfer, begins, at or moment(ended))
        session.add(clock)
    await _tell(session, transfer, clock and clock.due_on)


async def _tell(session: AsyncSession, transfer: LeadTransfer, due_on: date | None) -> None:
    """A lead says itself until when somebody is to act: its list finds the late ones by that."""
    if transfer.lead_id is None:
        return
    lead = await session.get_one(Lead, transfer.lead_id)
    if lead.transfer_stage in PENDING and transfer.sent_on is not None:
        lead.kept_due_on = due_on
    else:
        lead.handover_due_on = due_on


async def until(session: AsyncSession, transfer: LeadTransfer) -> date | None:
    """Until when somebody is to act, if anything is waited for."""
    return await session.scalar(
        select(_Clock.due_on).where(_Clock.transfer_id == transfer.id, _Clock.ended_on.is_(None))
    )


async def pass_over(
    session: AsyncSession,
    transfer: LeadTransfer,
    on: date,
    begins: law.TransferClock | None,
    at: datetime | None = None,
) -> None:
    """It is the other side's turn: the term of one ends on the day of its paper, that of the other
    begins when it hears of it. A unit of the system tells and is told here, at this moment, whatever
    day stands on the paper; from and to a body outside the recorded day counts, or the moment `at`."""
    heard = now() if transfer.receiver_unit_id is not None else at
    await run(session, transfer, on, begins, heard)


async def goes_on(session: AsyncSession, transfer: LeadTransfer) -> str | None:
    """Let the term go on that ran last, as if it had not ended; its rule."""
    clock = await last_clock(session, transfer)
    if clock is None:
        return None
    clock.ended_on = None
    await _tell(session, transfer, clock.due_on)
    return clock.rule_id


async def last_clock(
    session: AsyncSession, transfer: LeadTransfer, rule_id: str | None = None
) -> LeadTransferClock | None:
    """The last term of a hand-over, or its last by a rule, whether it runs or is over."""
    await session.flush()
    terms = select(_Clock).where(_Clock.transfer_id == transfer.id)
    if rule_id is not None:
        terms = terms.where(_Clock.rule_id == rule_id)
    found = await session.scalars(terms.order_by(_Clock.id.desc()).limit(1))
    return found.one_or_none()


async def _clock(
    session: AsyncSession,
    transfer: LeadTransfer,
    begins: law.TransferClock,
    started: datetime,
    ended: date | None = None,
) -> LeadTransferClock:
    rule = await time_rules.one(session, begins.rule_id, started.astimezone(TIMEZONE).date())
    due = clocks.deadline(rule, started, await time_rules.calendar(session))
    return _Clock(
        transfer_id=transfer.id,
        lead_id=transfer.lead_id,
        rule_id=rule.rule_id,
        rule_version=rule.version,
        side=begins.side,
        started_at=started,
        due_at=due.at,
        due_on=due.at.astimezone(TIMEZONE).date(),
        is_provisional=due.provisional,
        ended_on=ended,
    )


async def started(session: AsyncSession, transfer: LeadTransfer) -> datetime | None:
    """Since when the clock of a hand-over runs."""
    return await session.scalar(
        select(_Clock.started_at).where(
            _Clock.transfer_id == transfer.id, _Clock.ended_on.is_(None)
        )
    )


async def due_of(session: AsyncSession, lead_id: UUID) -> date | None:
    """Until when whoever has the hand-over of a lead is to act, by the term that began last; None
    where nothing is awaited."""
    await session.flush()  # the term that has just begun
    return await session.scalar(
        select(_Clock.due_on)
        .where(_Clock.lead_id == lead_id, _Clock.ended_on.is_(None))
        .order_by(_Clock.id.desc())
        .limit(1)
    )


async def ran(
    session: AsyncSession,
    transfer: LeadTransfer,
    clock: law.TransferClock,
    started: datetime,
    ended: date,
) -> None:
    """Tell of a term that ran beside the one that was shown, and is over."""
    session.add(await _clock(session, transfer, clock, started, ended))


async def recount(session: AsyncSession, current: time_rules.Clock) -> None:
    """Count anew by rules and calendar as they are now; a term that has ended keeps its day."""
    running = select(_Clock).where(_Clock.ended_on.is_(None)).order_by(_Clock.id)
    # leads first, as whoever works on one locks them
    of_leads = select(Lead.id).where(Lead.handover_due_on.is_not(None)).order_by(Lead.id)
    await session.execute(of_leads.with_for_update())
    rows = await session.scalars(running.with_for_update())
    for row in rows:
        started = row.started_at.astimezone(TIMEZONE).date()
        version = current.holds(row.rule_id, started, row.rule_version)
        rule = current.rule(row.rule_id, started, version)
        due = clocks.deadline(rule, row.started_at, current.calendar)
        before, day = row.due_on, due.at.astimezone(TIMEZONE).date()
        was = (row.due_at, row.is_provisional, row.rule_version)
        if (due.at, due.provisional, rule.version) == was:
            continue
        row.due_at, row.due_on, row.is_provisional = due.at, day, due.provisional
        row.rule_version = rule.version
        await _tell(session, await session.get_one(LeadTransfer, row.transfer_id), day)
        told = {"from_day": before.isoformat(), "to_day": day.isoformat()}
        told |= {"is_provisional": due.provisional}
        of = ("lead", row.lead_id) if row.lead_id else ("handover", row.transfer_id)
        await events.record(session, None, EventName.DUE_RECOUNTED, *of, told)


async def end(session: AsyncSession, lead: Lead, reason: str) -> bool:
    """Nothing is waited for from whoever has a lead now; whether somebody had it. What was handed
    over stays to be read, and says why it ended."""
    was_open = lead.transfer_stage in OPEN_STAGES
    if was_open:
        await recalled(session, await current(session, lead), reason)
        lead.transfer_stage = TransferStage.RECALLED
    await stop(session, lead.id)
    lead.transfer_receiver_id = lead.transfer_organ = None
    return was_open


async def end_kept(session: AsyncSession, lead: Lead, reason: str) -> None:
    """The same of who has a lead while the head decides about the police."""
    last = await current(session, lead)
    kept = await laid_by(session, lead, last)
    if kept is not None:
        await recalled(session, kept, reason)
    await lay_by(session, lead, last)


async def lie_still(session: AsyncSession, lead: Lead) -> None:
    """Whoever has a lead keeps it until somebody else has received it; meanwhile nothing is asked of
    them, and their term stands still."""
    await stop(session, lead.id)
    lead.transfer_receiver_id = lead.transfer_organ = None


async def keep_on(session: AsyncSession, lead: Lead) -> None:
    """While the head decides whether the police get a lead, whoever has it is to answer as before, in
    the term that runs."""
    if lead.transfer_stage not in OPEN_STAGES:
        await lie_still(session, lead)
        return
    lead.kept_stage, lead.kept_due_on = lead.transfer_stage, lead.handover_due_on


async def lay_by(session: AsyncSession, lead: Lead, approved: LeadTransfer) -> None:
    """What the head approved goes to the police: whoever had the lead is asked nothing meanwhile."""
    await session.execute(
        update(_Clock)
        .where(
            _Clock.lead_id == lead.id, _Clock.transfer_id != approved.id, _Clock.ended_on.is_(None)
        )
        .values(ended_on=today())
    )
    lead.kept_stage = lead.kept_due_on = None
    lead.transfer_receiver_id = lead.transfer_organ = None


async def laid_by(session: AsyncSession, lead: Lead, proposal: LeadTransfer) -> LeadTransfer | None:
    """With whom a lead was in this round when it was handed over anew, or that was proposed."""
    found = await session.scalars(
        select(LeadTransfer)
        .where(
            LeadTransfer.lead_id == lead.id,
            LeadTransfer.id < proposal.id,
            ~LeadTransfer.is_past,
            LeadTransfer.sent_on.is_not(None),
            LeadTransfer.recalled_on.is_(None),
            LeadTransfer.result.is_distinct_from(TransferResult.FORWARDED),
        )
        .order_by(LeadTransfer.id.desc())
        .limit(1)
    )
    return found.one_or_none()


async def over_before(
    session: AsyncSession, lead: Lead, transfer: LeadTransfer, reason: str
) -> None:
    """Whoever had the lead before this hand-over, and has not answered, is not waited for any more."""
    kept = await laid_by(session, lead, transfer)
    if kept is None or kept.result is not None:
        return
    if kept.kind is not law.TransferKind.DISPUTE or kept.received_on is None:
        await recalled(session, kept, reason)


async def recalled(session: AsyncSession, transfer: LeadTransfer, reason: str) -> None:
    """It is not with whoever had it any more, and says why."""
    transfer.recalled_on = today()
    await keep(session, transfer, recall_reason=reason)


async def unsettled(session: AsyncSession, lead: Lead) -> bool:
    """Whether what the last receiver answered leaves it to the sender to say what was found."""
    if lead.transfer_stage not in law.ANSWERED_STAGES | PENDING:
        return False
    last = await with_receiver(session, lead)
    return law.unsettled(last.organ, last.result, last.review_result)


async def kept_off(session: AsyncSession, lead: Lead) -> bool:
    """Whether the police filed over what was handed to a unit that must keep off since, and nobody
    opened a case: it is to be handed on."""
    if lead.transfer_receiver_id is not None or lead.transfer_organ is not ReceivingOrgan.POLICE:
        return False
    if lead.transfer_stage not in WITH_DECISION:
        return False
    last = await current(session, lead)
    filed = decided(last.organ, last.result, last.review_result) is TransferResult.FILED
    if last.receiver_unit_id is None or not filed:
        return False
    return not await session.scalar(select(exists().where(CaseLead.lead_id == lead.id)))


async def let_go_of(session: AsyncSession, lead: Lead, reason: str) -> bool:
    """Whoever has a lead must keep off it; whether it goes to somebody else from the beginning. What
    the police decided is a decision of those above the station, and stands with its terms."""
    if lead.transfer_stage in OPEN_STAGES - {TransferStage.REVIEWED}:
        return await end(session, lead, reason)
    if lead.transfer_receiver_id is not None:
        (await current(session, lead)).hand_back()
        lead.transfer_receiver_id = None
    return False


async def police_have_it(session: AsyncSession, lead: Lead) -> bool:
    """`police_decisions.have_it` of a lead that is locked."""
    dropped = select(LeadTransfer.dropped_on, LeadTransfer.aftermath).where(
        LeadTransfer.lead_id == lead.id,
        ~LeadTransfer.is_past,
        LeadTransfer.organ == ReceivingOrgan.POLICE,
        FILED_OVER,
    )
    last = await session.execute(dropped.order_by(LeadTransfer.id.desc()).limit(1))
    found = last.one_or_none()
    return found is not None and (
        found.dropped_on is None
        or is_looked_at_again(found.dropped_on, found.aftermath, lead.transfer_stage)
    )


def before(lead: Lead) -> LeadStatus:
    """Where a lead stands again whose hand-over was taken back. What the reporter was told meanwhile
    is no answer where nobody has found anything yet."""
    told_meanwhile = lead.status is LeadStatus.FED_BACK and lead.conclusion is None
    if lead.status not in _WITH_RECEIVER and not told_meanwhile:
        return lead.status
    if lead.conclusion:
        return LeadStatus.CONCLUDED
    return LeadStatus.VERIFYING if lead.assigned_on else LeadStatus.REGISTERED


async def forget(session: AsyncSession, lead: Lead) -> None:
    """A new round begins: earlier hand-overs stay to be read and bind nobody."""
    lead.transfer_stage = TransferStage.PAST if lead.transfer_stage else None
    lead.transfer_reminded_on = lead.transfer_proposed_by_id = None
    lead.transfer_receiver_id = lead.transfer_organ = lead.transfer_sender_id = None
    await session.execute(
        update(LeadTransfer).where(LeadTransfer.lead_id == lead.id).values(is_past=True)
    )
    await stop(session, lead.id)


async def stop(session: AsyncSession, lead_id: UUID) -> None:
    """Nothing of a lead's hand-overs is waited for any more."""
    await session.execute(
        update(_Clock)
        .where(_Clock.lead_id == lead_id, _Clock.ended_on.is_(None))
        .values(ended_on=today())
    )
    lead = await session.get_one(Lead, lead_id)
    lead.handover_due_on = lead.kept_due_on = lead.kept_stage = None
