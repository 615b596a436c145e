"""Numbers that were found in a lead's texts: proposed by the machine, confirmed by a person."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Forbidden, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.models.leads import Lead, LeadIdentifier
from api.schemas.lead_links import IdentifierDecision
from api.services.kit import _transition
from api.services.leads import leads


async def decide(
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    identifier_id: UUID,
    body: IdentifierDecision,
) -> dict[str, Any]:
    """Confirm or dismiss an identifier. Raises NotFound, Forbidden (`not_own_unit`), StaleVersion."""
    lead = await _transition.lock(session, actor, leads.LISTING, Lead, lead_id)
    if lead.owner_unit_id != actor.unit_id and not actor.may(Permission.LEAD_ASSIGN):
        raise Forbidden("只有承办单位或镇专项办可以确认", code="not_own_unit")
    found = await session.get(LeadIdentifier, identifier_id)
    if found is None or found.lead_id != lead.id:
        raise NotFound
    _transition.check_version(lead, body.version)
    before, found.state = found.state, body.state
    lead.version += 1
    lead.updated_at = now()
    await session.flush()
    told = {
        "identifier_id": str(found.id),
        "kind": found.kind.value,
        "from_state": before.value,
        "to_state": body.state.value,
    }
    await events.record(
        session, actor, EventName.LEAD_IDENTIFIER_DECIDED, leads.RESOURCE, lead.id, told
    )
    return await leads.read(actor, lead_id, session)
