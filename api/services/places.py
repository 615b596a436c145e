"""Where a record belongs: its town, the office that owns it first, the village that sees it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.errors import FieldError, Invalid
from api.domain.organisation import UnitKind
from api.models.units import Division, Unit


@dataclass(frozen=True, slots=True)
class Place:
    """The units that matter for one division code."""

    division_code: str
    town_code: str
    office_unit_id: UUID
    village_unit_id: UUID | None


async def locate(session: AsyncSession, division_code: str) -> Place:
    """The place of a division code. Raises Invalid when the division or its office is unknown."""
    found = await locate_many(session, [division_code])
    return found[division_code]


async def locate_many(session: AsyncSession, codes: list[str]) -> dict[str, Place]:
    """The places of several division codes, in two statements however many there are."""
    known = set(await session.scalars(select(Division.code).where(Division.code.in_(set(codes)))))
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise _unknown(unknown[0])
    wanted = {code[:9] for code in codes} | {code[:12] for code in codes}
    units = await session.execute(
        select(Unit.kind, Unit.division_code, Unit.id).where(
            Unit.division_code.in_(wanted),
            Unit.kind.in_([UnitKind.OFFICE, UnitKind.VILLAGE]),
            Unit.is_active,
        )
    )
    by_place = {(kind, code): unit_id for kind, code, unit_id in units}
    places: dict[str, Place] = {}
    for code in set(codes):
        office = by_place.get((UnitKind.OFFICE, code[:9]))
        if office is None:
            raise _unknown(code)
        village = by_place.get((UnitKind.VILLAGE, code[:12]))
        places[code] = Place(code, code[:9], office, village)
    return places


async def unit(session: AsyncSession, unit_id: UUID, field: str) -> Unit:
    """An active unit named in a request. Raises Invalid pointing at the field."""
    found = await session.get(Unit, unit_id)
    if found is None or not found.is_active:
        raise Invalid(
            "单位不存在或已停用",
            errors=[FieldError(f"/{field}", "unit_unknown", "单位不存在或已停用")],
        )
    return found


def _unknown(code: str) -> Invalid:
    message = f"行政区划 {code} 不存在，或该乡镇尚未设立专项办"
    return Invalid(message, errors=[FieldError("/division_code", "division_unknown", message)])
