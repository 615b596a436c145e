"""Where a record belongs: its town, the office that owns it first, the village that sees it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import rows
from api.core.database import numbers
from api.core.database.db import database
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of, town_of
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission
from api.domain.organisation.organisation import UnitBehaviour
from api.models.units import Post, Unit
from api.models.users import PostHolder, User

_LOCATE = f"""
SELECT code,
  (SELECT id FROM units WHERE behaviour = '{UnitBehaviour.OFFICE.value}' AND is_active
     AND division_code = left(code, 9) LIMIT 1) AS office,
  (SELECT id FROM units WHERE behaviour = '{UnitBehaviour.VILLAGE.value}' AND is_active
     AND division_code = left(code, 12) AND length(code) >= 12 LIMIT 1) AS village
FROM divisions WHERE code = ANY($1)
"""  # noqa: S608  # two words of our own
_NUMBERED = f"""
WITH place AS ({_LOCATE}), taken AS (
  {numbers.taking("SELECT $2, 1 FROM place WHERE office IS NOT NULL")}
)
SELECT code, office, village, last FROM place, taken
"""  # noqa: S608  # words of our own


@dataclass(frozen=True, slots=True)
class Place:
    """The units that matter for one division code."""

    division_code: str
    town_code: str
    office_unit_id: UUID
    village_unit_id: UUID | None


async def own(session: AsyncSession, actor: Actor, division_code: str, what: str) -> Place:
    """A place in the actor's own town; `what` is to be there. Raises Invalid (`other_town`)."""
    _check_own(actor, division_code, what)
    return await locate(session, division_code)


async def numbered(
    session: AsyncSession, actor: Actor, division_code: str, what: str, prefix: str
) -> tuple[Place, str]:
    """Where a new record of the actor's town belongs, and its number, in one statement.

    Raises Invalid (`other_town`, `division_unknown`); then no number is taken.
    """
    _check_own(actor, division_code, what)
    series = numbers.series_of(prefix, division_code)
    row = await database().fetchrow(_NUMBERED, [division_code], series)
    if row is not None:
        return _place(row), numbers.of(series, row["last"])
    # a place that this very transaction made is seen by its own connection only
    place = await locate(session, division_code)
    return place, (await numbers.take(prefix, division_code))[0]


def _check_own(actor: Actor, division_code: str, what: str) -> None:
    if not division_code.startswith(actor.town):
        message = f"只能登记本镇范围内的{what}"
        raise Invalid(message, errors=[FieldError("/division_code", "other_town", message)])


async def locate(session: AsyncSession, division_code: str) -> Place:
    """The place of a division code. Raises Invalid when the division or its office is unknown."""
    found = await locate_many(session, [division_code])
    return found[division_code]


async def locate_many(session: AsyncSession, codes: list[str]) -> dict[str, Place]:
    """The places of several division codes, in one statement however many there are."""
    found = await (await rows.raw(session)).fetch(_LOCATE, list(set(codes)))
    places = {row["code"]: _place(row) for row in found if row["office"] is not None}
    for code in codes:
        if code not in places:
            raise _unknown(code)
    return places


def _place(row: Any) -> Place:
    return Place(row["code"], town_of(row["code"]), row["office"], row["village"])


async def unit(session: AsyncSession, unit_id: UUID, field: str, town_code: str) -> Unit:
    """An active unit of a town, or of the county above it, named in a request; another town's is as
    good as not there. Raises Invalid pointing at the field."""
    found = await session.get(Unit, unit_id)
    if found is None or not found.is_active or not _works_for(found, town_code):
        message = "单位不存在、已停用或者不属于本镇"
        raise Invalid(message, errors=[FieldError(f"/{field}", "unit_unknown", message)])
    return found


def sits(unit_id: Any, right: Permission) -> ColumnElement[bool]:
    """Whether somebody sits at an active post of a unit who may do what is to be given to it."""
    return _at_a_post(right, Post.unit_id == unit_id)


def _at_a_post(right: Permission, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    able = [role for role, held in ROLE_PERMISSIONS.items() if right in held]
    return exists().where(
        Post.is_active,
        Post.role.in_(able),
        PostHolder.post_id == Post.id,
        PostHolder.until.is_(None),
        User.id == PostHolder.user_id,
        User.is_active,
        *where,
    )


async def has_somebody(session: AsyncSession, unit_id: UUID, right: Permission) -> bool:
    """The same of one unit."""
    return bool(await session.scalar(select(sits(unit_id, right))))


async def others_sit(
    session: AsyncSession, right: Permission, but: UUID, unit_id: UUID | None, division_code: str
) -> bool:
    """The same of anybody but one person: of a unit, or of a place."""
    of_unit = Unit.division_code == division_code if unit_id is None else Unit.id == unit_id
    found = _at_a_post(right, Unit.id == Post.unit_id, of_unit, User.id != but)
    return bool(await session.scalar(select(found)))


def _works_for(found: Unit, town_code: str) -> bool:
    """Business records never leave the town by a typed id, and never reach the administrators."""
    place = found.division_code
    near = place.startswith(town_code) or place == county_of(town_code)
    return near and found.behaviour is not UnitBehaviour.SYSTEM


def _unknown(code: str) -> Invalid:
    message = f"行政区划 {code} 不存在，或该乡镇尚未设立专项办"
    return Invalid(message, errors=[FieldError("/division_code", "division_unknown", message)])
