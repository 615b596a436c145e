"""What each lead of a batch that was given away waits for, and what became of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.domain.kit.actors import Actor
from api.domain.leads.lead_assignments import outcome_of
from api.domain.leads.leads import LeadAction
from api.models.lead_assignments import LeadAssignment, LeadAssignmentLine

Line = LeadAssignmentLine


async def keep(
    session: AsyncSession,
    actor: Actor,
    done: list[dict[str, Any]],
    proposed: Mapping[UUID, UUID | None],
) -> UUID:
    """Keep what was given away in one go; returns its id."""
    made = LeadAssignment(
        town_code=actor.town, made_by_id=actor.id, created_by_post_id=actor.post_id
    )
    session.add(made)
    await session.flush()
    rows = [
        {
            "id": uuid7(),
            "assignment_id": made.id,
            "lead_id": each["id"],
            "unit_id": each["unit"]["id"],
            "proposed_unit_id": proposed.get(each["id"]),
            "due_on": each["due_on"],
        }
        for each in done
    ]
    await session.execute(insert(Line), rows)
    return made.id


async def end(session: AsyncSession, lead_id: UUID, action: LeadAction) -> None:
    """A lead waits no more to be acknowledged as it was given away."""
    await session.execute(
        update(Line)
        .where(Line.lead_id == lead_id, Line.outcome.is_(None))
        .values(outcome=outcome_of(action), ended_at=now())
        .execution_options(synchronize_session=False)
    )


async def proposed(session: AsyncSession, lead_id: UUID) -> UUID | None:
    """The unit that a lead was proposed for before it was given away with others."""
    return await session.scalar(
        select(Line.proposed_unit_id).where(Line.lead_id == lead_id, Line.outcome.is_(None))
    )
