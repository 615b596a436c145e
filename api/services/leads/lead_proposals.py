"""Who of a town is proposed for a lead: by the table (domain/leads/lead_proposals.py), of the units
where somebody can take it in."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.kit.division_codes import town_of
from api.domain.kit.permissions import Permission
from api.domain.leads.categories import LeadCategory
from api.domain.leads.lead_proposals import KINDS
from api.models.units import Unit
from api.services.kit import places


async def units(session: AsyncSession, division: str) -> Mapping[str, UUID]:
    """The town's units that may be proposed, by their kind. Of a kind that the town has several of
    nobody is proposed: which of them it is, a person says."""
    kinds = {kind for row in KINDS.values() for kind in row}
    rows = await session.execute(
        select(Unit.kind, Unit.id).where(
            Unit.is_active,
            Unit.division_code == town_of(division),
            Unit.kind.in_(kinds),
            places.sits(Unit.id, Permission.LEAD_HANDLE),
        )
    )
    found: dict[str, list[UUID]] = {}
    for kind, unit in rows:
        found.setdefault(kind, []).append(unit)
    return {kind: ids[0] for kind, ids in found.items() if len(ids) == 1}


def among(
    units: Mapping[str, UUID], category: LeadCategory, without: Collection[UUID] = ()
) -> UUID | None:
    """Who of these a lead of a category is proposed to."""
    able = (units[kind] for kind in KINDS[category] if kind in units)
    return next((unit for unit in able if unit not in without), None)


async def unit_for(session: AsyncSession, category: LeadCategory, division: str) -> UUID | None:
    """The unit that a lead is proposed to where nobody proposed one; nobody for what is about
    nothing in particular."""
    if not KINDS[category]:
        return None
    return among(await units(session, division), category)
