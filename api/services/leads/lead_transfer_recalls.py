"""Hand-overs of cases and risk entities that end before they were answered, by what happens to what
was handed over: whoever had one is told why."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.database import record_access
from api.core.events import events
from api.domain.entities.risk_entities import TRANSFERRED, EntityStatus
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.leads.handovers import HandoverAction
from api.domain.organisation.handing_over import OPEN, HandoverStatus
from api.models.cases import CaseLead
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.risk_entities import RiskEntity
from api.services.kit import _transition, protect
from api.services.leads.lead_transfers import keep, run


async def keep_off(
    session: AsyncSession, lead: Lead, barred: Collection[UUID], reason: str
) -> None:
    """Out of the barred units' sight at once; what they had not answered goes to somebody else."""
    found = await session.scalars(
        select(LeadTransfer)
        .where(
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
        if each.receiver_unit_id not in barred:
            # who only looks on, as the county does
            await record_access.withdraw(session, each.id, set(barred) - {each.owner_unit_id})
            continue
        await record_access.withdraw(session, each.id, barred)
        if each.status in OPEN:
            await recall(session, None, each, reason)


async def recall(
    session: AsyncSession, actor: Actor | None, transfer: LeadTransfer, reason: str
) -> None:
    """End a hand-over that is with somebody: its timeline, and that of what was handed over, say
    why. `actor`: who decided what brought it about."""
    before = transfer.status or HandoverStatus.SENT
    _transition.put(transfer, HandoverStatus.RECALLED)
    transfer.recalled_on = today()
    await keep(session, transfer, recall_reason=reason)
    await run(session, transfer, today(), None)
    data = {"action": HandoverAction.RECALL.value, "from": before.value}
    data |= {"to": HandoverStatus.RECALLED.value, "reason": protect.told(reason)}
    name, of = EventName.HANDOVER_TRANSITIONED, ("risk_entity", transfer.risk_entity_id)
    if transfer.case_id is not None:
        of = ("case", transfer.case_id)
    await events.record(session, actor, name, "handover", transfer.id, data)
    await events.record(session, actor, name, *of, data | {"flow": "handover"})
    if transfer.risk_entity_id is not None:
        entity = await session.get_one(RiskEntity, transfer.risk_entity_id, with_for_update=True)
        if entity.status in TRANSFERRED:  # shut down meanwhile, it stays so
            _transition.put(entity, EntityStatus.HANDLING)
