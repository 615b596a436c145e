"""Many leads assigned in one go: an imported ledger's unit column, confirmed by the office."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.kit.actors import Actor
from api.domain.kit.errors import DomainError, Invalid
from api.domain.leads.leads import LeadAction
from api.models.leads import Lead
from api.models.units import Unit
from api.schemas.leads import LeadAssignments
from api.services.leads import lead_decisions, leads


async def assign(session: AsyncSession, actor: Actor, body: LeadAssignments) -> dict[str, Any]:
    """Assign each lead to the given unit, or to the one its ledger proposes.

    Each lead stands for itself: one that somebody else changed meanwhile is refused and named, the
    others go through. Raises Forbidden when the actor may not assign at all.
    """
    wanted = {item.id: item.version for item in body.items}
    rows = await session.execute(
        select(Lead.id, Lead.number, Lead.proposed_unit_id).where(
            Lead.id.in_(wanted), leads.LISTING.visible(actor)
        )
    )
    known = {row.id: row for row in rows}
    refused: list[dict[str, Any]] = []
    given: list[UUID] = []
    for lead_id, version in wanted.items():
        row = known.get(lead_id)
        try:
            unit_id = body.unit_id or (row.proposed_unit_id if row else None)
            await _one(session, actor, lead_id, version, unit_id, body)
            given.append(lead_id)
        except DomainError as error:
            refused.append(
                {
                    "id": lead_id,
                    "number": row.number if row else "",
                    "code": error.code,
                    "detail": error.detail,
                }
            )
    return {"assigned": len(given), "done": await _done(session, given), "refused": refused}


async def _done(session: AsyncSession, given: list[UUID]) -> list[dict[str, Any]]:
    rows = await session.execute(
        select(Lead.id, Lead.number, Lead.due_on, Unit.id.label("unit_id"), Unit.name)
        .join(Unit, Unit.id == Lead.owner_unit_id)
        .where(Lead.id.in_(given))
    )
    found = {
        row.id: {
            "id": row.id,
            "number": row.number,
            "unit": {"id": row.unit_id, "name": row.name},
            "due_on": row.due_on,
        }
        for row in rows
    }
    return [found[lead_id] for lead_id in given]


async def _one(  # one row of the batch
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    version: int,
    unit_id: UUID | None,
    body: LeadAssignments,
) -> None:
    if unit_id is None:
        raise Invalid("没有建议承办单位，请指定承办单位", code="unit_missing")
    async with session.begin_nested():
        await lead_decisions.act(
            session,
            actor,
            lead_id,
            SimpleNamespace(
                action=LeadAction.ASSIGN.value,
                version=version,
                unit_id=unit_id,
                assisting_unit_ids=None,
                due_on=body.due_on,
            ),
        )
