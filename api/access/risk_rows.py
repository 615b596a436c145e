"""The risk entity that a service writes on.

Inspections and rectifications are made on an entity that the actor sees; services further up the
stairs (risk_entities) must not be called from them.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.domain.kit.actors import Actor
from api.domain.kit.errors import NotFound
from api.models.risk_entities import RiskEntity


async def entity(session: AsyncSession, actor: Actor, entity_id: UUID) -> RiskEntity:
    """A visible entity, locked until the transaction ends. Raises NotFound."""
    found = await session.scalar(
        select(RiskEntity)
        .where(RiskEntity.id == entity_id, visibility.seen(actor, RiskEntity))
        .with_for_update(of=RiskEntity)
    )
    if found is None:
        raise NotFound
    return found
