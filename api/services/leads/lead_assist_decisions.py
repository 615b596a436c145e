"""What an assisting unit, or the unit in charge, does about an assist."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.database import record_access
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, NotFound
from api.domain.kit.events import EventName
from api.domain.leads.lead_assists import ASSIST_FLOW, AssistAction
from api.models.lead_assists import LeadAssist
from api.models.leads import Lead
from api.models.units import Unit
from api.services.kit import _transition
from api.services.leads import lead_assists, lead_sight, leads, unnamed


async def transition(
    session: AsyncSession, actor: Actor, lead_id: UUID, assist_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the assist's flow and read the lead again.

    Raises NotFound, Conflict (`lead_is_over`), and what `_transition.apply` raises.
    """
    lead = await _transition.lock(session, actor, leads.LISTING, Lead, lead_id)
    assist = await session.scalar(
        select(LeadAssist)
        .where(LeadAssist.id == assist_id, LeadAssist.lead_id == lead_id)
        .with_for_update(of=LeadAssist)
    )
    if assist is None:
        raise NotFound
    if lead.status not in lead_assists.LIVE:
        raise Conflict(f"线索“{lead.status.label}”，协办已经不能办理", code="lead_is_over")
    unit = await session.get_one(Unit, assist.owner_unit_id)
    told: dict[str, Any] = {"flow": ASSIST_FLOW.name, "unit": unit.name}
    if getattr(body, "reason", None):
        told["reason"] = await unnamed.told(session, lead_id, body.reason)
    await _transition.apply(
        session, actor, assist, ASSIST_FLOW, EventName.LEAD_ASSIST_TRANSITIONED, body, told,
        tells=(leads.RESOURCE, lead_id),
    )  # fmt: skip
    match AssistAction(body.action):
        case AssistAction.ACKNOWLEDGE:
            assist.acknowledged_at = now()
        case AssistAction.ANSWER:
            assist.acknowledged_at = assist.acknowledged_at or now()
            assist.answered_at, assist.answered_by = now(), actor.name
            assist.answer = await lead_assists.kept(session, assist, "answer", body.answer)
        case AssistAction.END:
            assist.ended_at = now()
            assist.ended_reason = await lead_assists.kept(
                session, assist, "ended_reason", body.reason
            )
            await session.flush()
            await _withdraw(session, lead, assist.owner_unit_id)
    await session.flush()
    return await leads.read(actor, lead_id, session)


async def _withdraw(session: AsyncSession, lead: Lead, unit_id: UUID) -> None:
    """Who was let off no longer sees the lead, unless it does for another reason."""
    stays = {lead.owner_unit_id, *await lead_assists.units_of(session, lead.id)}
    stays |= await lead_sight.entitled(session, lead)
    if unit_id not in stays:
        await record_access.withdraw(session, lead.id, [unit_id])
    await lead_sight.follow(session, lead)
