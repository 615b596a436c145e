"""The police's decision on leads: what they said on a hand-over goes to the cases that came of the
lead, and what they decided on a case goes back to its leads (docs/adr/0045).

Leads know of no cases: whoever keeps them is told (`FOLLOWERS`) within the same transaction, and may
refuse. Locks go from leads to cases, whichever side was asked.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.kit.standing import sender_of
from api.domain.leads import lead_transfers as law
from api.domain.leads.leads import (
    AFTER_POLICE,
    OPEN_STAGES,
    LeadAction,
    LeadStatus,
    Obligation,
    ReceivingOrgan,
    ReviewResult,
    TransferMoment,
    TransferResult,
    TransferStage,
)
from api.domain.leads.police_decisions import PoliceDecision, decided, is_looked_at_again
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.services.kit import _transition, protect
from api.services.leads import lead_clocks, lead_obligations
from api.services.leads.lead_transfers import (
    current,
    keep,
    moment,
    note,
    over_before,
    pass_over,
    recalled,
    run,
    stop,
)

Follower = Callable[[AsyncSession, Actor, Lead, LeadTransfer], Awaitable[None]]
#: Who is told what the police decided on a lead.
FOLLOWERS: list[Follower] = []

_FILED, _NOT = TransferResult.FILED, TransferResult.NOT_FILED
_ANSWERED = frozenset({TransferStage.FILED, TransferStage.ANSWERED})
_UNDECIDED = frozenset({TransferStage.SENT, TransferStage.RECEIVED, TransferStage.INCOMPLETE})


def of(transfer: LeadTransfer) -> PoliceDecision | None:
    """What the police said last of a hand-over."""
    result = decided(transfer.organ, transfer.result, transfer.review_result)
    if result is None:
        return None
    again = transfer.review_result is not None
    return PoliceDecision(
        filed=result is _FILED,
        on=(transfer.reviewed_on if again else transfer.result_on) or transfer.created_at.date(),
        level=transfer.decided_level,
        document_no=(again and transfer.review_document_no) or transfer.result_document_no,
        note=transfer.result_note,
    )


async def hand_overs(
    session: AsyncSession, lead_ids: Collection[UUID]
) -> dict[UUID, list[LeadTransfer]]:
    """The hand-overs to the police of these leads in their present round, in order."""
    rows = await session.scalars(
        select(LeadTransfer)
        .where(
            LeadTransfer.lead_id.in_(lead_ids),
            LeadTransfer.organ == ReceivingOrgan.POLICE,
            ~LeadTransfer.is_past,
            LeadTransfer.refused_on.is_(None),
        )
        .order_by(LeadTransfer.id)
    )
    found: dict[UUID, list[LeadTransfer]] = {}
    for row in rows:
        if row.lead_id is not None:
            found.setdefault(row.lead_id, []).append(row)
    return found


async def said(
    session: AsyncSession, lead_ids: Collection[UUID]
) -> dict[UUID, tuple[PoliceDecision, LeadTransfer]]:
    """What the police decided on these leads, and the hand-over where they said it."""
    return {
        lead_id: (decision, row)
        for lead_id, rows in (await hand_overs(session, lead_ids)).items()
        for row in rows
        if (decision := of(row)) is not None
    }


async def tell(session: AsyncSession, actor: Actor, lead: Lead, transfer: LeadTransfer) -> None:
    """Let the cases of a lead follow what was recorded of its hand-over. Raises what they raise."""
    if of(transfer) is not None:
        await session.flush()
        for follower in FOLLOWERS:
            await follower(session, actor, lead, transfer)


async def lock_leads(session: AsyncSession, lead_ids: Collection[UUID]) -> list[Lead]:
    """The leads of a case, locked in order."""
    rows = await session.scalars(
        select(Lead).where(Lead.id.in_(lead_ids)).order_by(Lead.id).with_for_update(of=Lead)
    )
    return list(rows)


async def _handed_here(session: AsyncSession, actor: Actor, lead: Lead) -> LeadTransfer | None:
    """The hand-over of a lead to the unit that acts, if it is the last one to the police."""
    rows = (await hand_overs(session, [lead.id])).get(lead.id, [])
    return rows[-1] if rows and rows[-1].receiver_unit_id == actor.unit_id else None


async def accepted(
    session: AsyncSession, actor: Actor, leads: Collection[Lead], on: date, receipt_no: str
) -> None:
    """The police took a case in hand: what was handed to them for it they have received."""
    for lead in leads:
        transfer = await _handed_here(session, actor, lead)
        if transfer is None or lead.transfer_stage is not TransferStage.SENT:
            continue
        await _receive(session, actor, lead, transfer, on, receipt_no)
        told = {"received_at": on.isoformat(), "receipt_no": receipt_no}
        await _record(session, actor, lead, LeadAction.RECORD_RECEIPT, told)


async def _receive(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    transfer: LeadTransfer,
    on: date,
    receipt_no: str,
) -> None:
    day = max(on, transfer.sent_on or on)
    transfer.received_on, transfer.received_at = day, moment(day)
    await keep(session, transfer, receipt_no=receipt_no, received_by=actor.name)
    lead.transfer_stage = TransferStage.RECEIVED
    await note(session, actor, transfer, TransferMoment.RECEIPT)
    await over_before(session, lead, transfer, law.taken_over(transfer.kind))
    await lead_obligations.received(session, lead, transfer)
    clock = law.decides(transfer.kind, transfer.organ, transfer.matter)
    await run(session, transfer, day, clock, transfer.received_at)
    await session.flush()


async def decided_on_case(
    session: AsyncSession, actor: Actor, leads: Collection[Lead], decision: PoliceDecision
) -> None:
    """The police decided on a case that came of these leads: nothing is owed any more, and what
    was handed to them is answered."""
    for lead in leads:
        await lead_obligations.meet(session, lead, {Obligation.POLICE_DECISION})
        await lead_clocks.follow(session, lead)
        transfer = await _handed_here(session, actor, lead)
        before = of(transfer) if transfer else None
        if transfer is None or lead.transfer_stage is TransferStage.WAIVED:
            continue
        again = decision.filed and transfer.dropped_on is not None
        if again:
            transfer.dropped_on = None  # filed anew, nothing was given up
        if before is None and lead.transfer_stage in _UNDECIDED:
            await _answer(session, actor, lead, transfer, decision)
        elif before and (
            again or before.filed != decision.filed or lead.transfer_stage is TransferStage.REVIEWED
        ):
            await _answer_again(session, actor, lead, transfer, decision)


async def dropped(
    session: AsyncSession, actor: Actor, leads: Collection[Lead], on: date, document_no: str
) -> None:
    """The police gave up the case that they had filed: who handed the matter to them is told, and has
    the turn while the lead goes on (程序规定第187条、INT-11)."""
    for lead in leads:
        transfer = await _handed_here(session, actor, lead)
        decision = of(transfer) if transfer else None
        if transfer is None or decision is None or not decision.filed:
            continue
        transfer.dropped_on = on
        await run(session, transfer, on, None)
        told = {"dropped_on": on.isoformat()}
        if document_no:
            told["document_no"] = protect.told(document_no)
        if lead.status in AFTER_POLICE and _is_last(lead):
            lead.transfer_stage = TransferStage.DROPPED
            told["awaits"] = LeadAction.RECORD_AFTERMATH.label
            told["awaits_unit_id"] = str(sender_of(lead))
        _transition.touch(lead)
        await lead_clocks.follow(session, lead)
        await events.record(session, actor, EventName.LEAD_CASE_DROPPED, "lead", lead.id, told)


async def looked_at_again(session: AsyncSession, leads: Collection[Lead]) -> None:
    """The police look anew at the case that they gave up: until they have, nothing else is to be done
    about the matter."""
    for lead in leads:
        if lead.transfer_stage is TransferStage.DROPPED:
            lead.transfer_stage = TransferStage.ANSWERED
            _transition.touch(lead)
            await lead_clocks.follow(session, lead)


async def reviewed_in_vain(
    session: AsyncSession, actor: Actor, leads: Collection[Lead]
) -> list[Lead]:
    """The leads over which nothing was filed anew since the police looked at them again."""
    found: list[Lead] = []
    for lead in leads:
        transfer = await _handed_here(session, actor, lead)
        if transfer is not None and is_looked_at_again(
            transfer.dropped_on, transfer.aftermath, lead.transfer_stage
        ):
            found.append(lead)
    return found


def _is_last(lead: Lead) -> bool:
    """Whether what the police had is what the lead's own stage tells of."""
    return lead.transfer_organ is ReceivingOrgan.POLICE and lead.transfer_stage in _ANSWERED


async def _answer(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    transfer: LeadTransfer,
    decision: PoliceDecision,
) -> None:
    if lead.transfer_stage is TransferStage.SENT:
        await _receive(session, actor, lead, transfer, decision.on, "")
    result = _FILED if decision.filed else _NOT
    transfer.result, transfer.result_on = result, decision.on
    transfer.decided_level = decision.level
    given = {"result_document_no": decision.document_no, "result_note": decision.note}
    await keep(session, transfer, **given)
    await note(session, actor, transfer, TransferMoment.RESULT)
    lead.transfer_stage, follows = law.answered(transfer.kind, result)
    await pass_over(session, transfer, decision.on, follows)
    told = {"result": result.value, "result_on": decision.on.isoformat()}
    await _record(session, actor, lead, LeadAction.RECORD_RESULT, told | _paper(decision))


async def _answer_again(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    transfer: LeadTransfer,
    decision: PoliceDecision,
) -> None:
    """The later decision stands; what was answered first stays to be read."""
    review = ReviewResult.FILED if decision.filed else ReviewResult.UPHELD
    transfer.review_result, transfer.reviewed_on = review, decision.on
    await keep(session, transfer, review_document_no=decision.document_no)
    await note(session, actor, transfer, TransferMoment.REVIEW)
    await _ensure_with_police(session, lead, transfer)
    lead.transfer_stage, follows = law.answered_again(
        transfer.kind if lead.status in AFTER_POLICE else None,
        review,
        has_goods=transfer.goods_on is not None,
    )
    await pass_over(session, transfer, decision.on, follows)
    told = {"review_result": review.value, "reviewed_on": decision.on.isoformat()}
    await _record(session, actor, lead, LeadAction.RECORD_REVIEW, told | _paper(decision))


async def _ensure_with_police(session: AsyncSession, lead: Lead, transfer: LeadTransfer) -> None:
    """Whoever got the lead after the police had declined it has it no more: it is theirs again."""
    other = await current(session, lead)
    if other.id == transfer.id or lead.transfer_stage not in OPEN_STAGES:
        return
    await recalled(session, other, law.taken_over(transfer.kind))
    other.is_taken_back = True
    await stop(session, lead.id)
    lead.transfer_receiver_id, lead.transfer_organ = transfer.receiver_unit_id, transfer.organ
    if lead.status is LeadStatus.TRANSFERRED_DEPARTMENT:
        _transition.settle(lead, LeadStatus.TRANSFERRED_POLICE)


def _paper(decision: PoliceDecision) -> dict[str, str]:
    return {"document_no": decision.document_no} if decision.document_no else {}


async def _record(
    session: AsyncSession, actor: Actor, lead: Lead, action: LeadAction, told: dict[str, str]
) -> None:
    """The timeline of the lead tells of it as of what is recorded there, without naming the case."""
    _transition.touch(lead)
    await lead_clocks.follow(session, lead)
    same = {"from": lead.status.value, "to": lead.status.value, "action": action.value}
    await events.record(session, actor, EventName.LEAD_TRANSITIONED, "lead", lead.id, same | told)
    await session.flush()


def received_on(transfer: LeadTransfer) -> date | None:
    """Since when a station has what was handed to it."""
    at = transfer.received_at
    return at.astimezone(TIMEZONE).date() if at else transfer.received_on or transfer.sent_on
