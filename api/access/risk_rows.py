"""Which risk entities, orders, and leads behind them an actor sees, for services that write.

Inspections and rectifications are made on an entity that the actor sees; services further up the
stairs (risk_entities) must not be called from them.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.record_access import RecordAccess
from api.domain.actors import Actor
from api.domain.errors import NotFound
from api.domain.permissions import ROLE_SCOPE, RowScope
from api.models.leads import Lead
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity

_RESOURCES: dict[type[Any], str] = {
    RiskEntity: "risk_entity",
    Rectification: "rectification",
    Lead: "lead",
}


def seen(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """The rows of a model that this actor sees."""
    scope = ROLE_SCOPE.get(actor.role, RowScope.NONE)
    if scope is RowScope.TOWN:
        return model.town_code == actor.division_code[:9]
    if scope is RowScope.NONE:
        return literal_column("false")
    viewer = actor.post_id if scope is RowScope.POST else actor.unit_id
    return model.id.in_(
        select(RecordAccess.record_id).where(
            RecordAccess.viewer_id == viewer, RecordAccess.resource == _RESOURCES[model]
        )
    )


async def entity(session: AsyncSession, actor: Actor, entity_id: UUID) -> RiskEntity:
    """A visible entity, locked until the transaction ends. Raises NotFound."""
    found = await session.scalar(
        select(RiskEntity)
        .where(RiskEntity.id == entity_id, seen(actor, RiskEntity))
        .with_for_update(of=RiskEntity)
    )
    if found is None:
        raise NotFound
    return found


async def lead_exists(session: AsyncSession, actor: Actor, lead_id: UUID) -> bool:
    """Whether a lead is there for this actor."""
    return bool(await session.scalar(select(Lead.id).where(Lead.id == lead_id, seen(actor, Lead))))
