"""What a department had when the police took a lead over from it: they decline, and it goes on."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.domain.kit.permissions import Permission
from api.domain.leads import lead_transfers as law
from api.domain.leads.lead_transfers import TransferKind
from api.domain.leads.leads import OVER, LeadStatus, ReceivingOrgan, TransferStage
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.services.kit import _transition, places
from api.services.leads import lead_sight, lead_transfers
from api.services.leads import lead_transfer_receivers as receivers

#: What of a hand-over is as it was: who has it by which papers, and since when.
_AS_BEFORE = (
    "kind", "organ", "department", "receiver_unit_id", "document_no", "materials", "reason",
    "approved_on", "approved_by", "sent_on", "receipt_no", "received_on", "received_at",
    "received_by", "created_by_post_id",
)  # fmt: skip


async def resume(session: AsyncSession, lead: Lead, police: LeadTransfer) -> None:
    """The police decided not to file, and the sender leaves it there: what the department they took
    the lead from owed is owed again, in the term that stood still meanwhile. A head may waive it."""
    if police.organ is not ReceivingOrgan.POLICE or lead.status in OVER:
        return
    kept = await _taken_over(session, lead, police)
    if kept is None or await receivers.keeps_off(session, lead, kept):
        return
    unit = kept.receiver_unit_id
    if unit is not None and not await places.has_somebody(session, unit, Permission.LEAD_HANDLE):
        return
    again = LeadTransfer(
        id=uuid7(),
        lead_id=lead.id,
        follows_id=kept.id,
        recorded=kept.recorded,
        **{name: getattr(kept, name) for name in _AS_BEFORE},
    )
    session.add(again)
    await session.flush()
    received = kept.received_on is not None
    lead.transfer_stage = TransferStage.RECEIVED if received else TransferStage.SENT
    lead.transfer_receiver_id, lead.transfer_organ = unit, kept.organ
    if lead.status is LeadStatus.TRANSFERRED_POLICE:
        _transition.settle(lead, LeadStatus.TRANSFERRED_DEPARTMENT)
    ran = await lead_transfers.last_clock(session, kept)
    if ran is not None and ran.ended_on is not None:
        begins = law.TransferClock(ran.rule_id, ran.side)
        at = now()
        stood = at - min(lead_transfers.moment(ran.ended_on), at)
        await lead_transfers.run(session, again, ran.ended_on, begins, ran.started_at + stood)
    await lead_sight.let_receive(session, lead)


async def _taken_over(
    session: AsyncSession, lead: Lead, police: LeadTransfer
) -> LeadTransfer | None:
    """With whom the lead was when the police received it, unless that goes on already."""
    later = aliased(LeadTransfer)
    found = await session.scalars(
        select(LeadTransfer)
        .where(
            LeadTransfer.lead_id == lead.id,
            LeadTransfer.id < police.id,
            LeadTransfer.kind == TransferKind.REFERRAL,
            ~LeadTransfer.is_past,
            LeadTransfer.result.is_(None),
            LeadTransfer.recall_reason.in_([law.taken_over(kind) for kind in TransferKind]),
            ~exists().where(later.follows_id == LeadTransfer.id),
        )
        .order_by(LeadTransfer.id.desc())
        .limit(1)
    )
    return found.one_or_none()
