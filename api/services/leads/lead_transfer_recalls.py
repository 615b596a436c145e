"""Hand-overs of cases and risk entities that came of a lead, when it turns out whom the lead is
about: who must keep off has them no more."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.database import record_access
from api.domain.entities.risk_entities import EntityStatus
from api.domain.organisation.handing_over import OPEN, HandoverStatus
from api.models.cases import CaseLead
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.risk_entities import RiskEntity
from api.services.kit import _transition
from api.services.leads.lead_transfers import keep, run


async def keep_off(
    session: AsyncSession, lead: Lead, barred: Collection[UUID], reason: str
) -> None:
    """Out of the barred units' sight at once; what they had not answered goes to somebody else."""
    found = await session.scalars(
        select(LeadTransfer)
        .where(
            LeadTransfer.receiver_unit_id.in_(barred),
            or_(
                LeadTransfer.case_id.in_(
                    select(CaseLead.case_id).where(CaseLead.lead_id == lead.id)
                ),
                LeadTransfer.risk_entity_id.in_(
                    select(RiskEntity.id).where(RiskEntity.source_lead_id == lead.id)
                ),
            ),
        )
        .order_by(LeadTransfer.id)
        .with_for_update()
    )
    for each in found:
        await record_access.withdraw(session, each.id, barred)
        if each.status in OPEN:
            await _recall(session, each, reason)


async def _recall(session: AsyncSession, transfer: LeadTransfer, reason: str) -> None:
    transfer.status, transfer.recalled_on = HandoverStatus.RECALLED, today()
    transfer.version += 1
    transfer.hand_back()
    await keep(session, transfer, recall_reason=reason)
    await run(session, transfer, today(), None)
    if transfer.risk_entity_id is not None:
        entity = await session.get_one(RiskEntity, transfer.risk_entity_id, with_for_update=True)
        _transition.put(entity, EntityStatus.HANDLING)
