"""The towns of a county side by side: figures alone, which open no rows (ADR 0037)."""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, and_, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.base.clock import now, today
from api.domain.across.periods import Period
from api.domain.across.statistics import RECEIVED, within
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of
from api.domain.kit.permissions import RowScope
from api.domain.leads.leads import LeadStatus
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.domain.words.money import to_yuan
from api.models.leads import Lead
from api.models.units import Division, Unit
from api.schemas.statistics import PeriodQuery
from api.services.across.figures import (
    asked_of,
    bindings,
    keeping,
    periods_shown,
    predicates_of,
)
from api.services.across.lead_counts import COUNTED
from api.services.across.lead_cube import OVERDUE
from api.services.leads import leads

_TOWN = LEVEL_DIGITS[DivisionLevel.TOWN]
_DONE = (LeadStatus.CLOSED, LeadStatus.ARCHIVED)
_SENT = (LeadStatus.TRANSFERRED_POLICE, LeadStatus.TRANSFERRED_DEPARTMENT)
#: What is counted of a town and of each of its units.
_NUMBERS = ("leads", "open", "overdue", "handed_over", "done")
_Found = list[tuple[str, UUID, list[int]]]


async def towns(session: AsyncSession, actor: Actor, query: PeriodQuery) -> dict[str, Any]:
    """Every town of the county, or the own one, and what became of the leads of each unit; nothing
    for who knows no figures of a whole town. Raises Invalid."""
    asked = asked_of(query)
    if actor.scope not in {RowScope.COUNTY, RowScope.TOWN}:
        none = {"as_of": now(), "rows": [], "total": _told(_sum([]))}
        return none | periods_shown(asked)

    period = asked.now if asked else None
    found, as_of = await keeping(actor, "towns", lambda: _read(session, actor, period), asked)
    names = await _towns_of(session, actor)
    units = await _names(session, {unit for _, unit, _ in found})
    rows: list[dict[str, Any]] = []
    county = county_of(actor.division_code)
    # a county is no town: it stands here only with what it handles itself
    for code in sorted({*(names.keys() - {county}), *(town for town, _, _ in found)}):
        of_town = [(unit, numbers) for town, unit, numbers in found if town == code]
        rows.append(
            {
                "code": code,
                "label": f"{names.get(code, code)}本级"
                if code == county
                else names.get(code, code),
            }
            | _told(_sum([numbers for _, numbers in of_town]))
            | {
                "units": [
                    {"unit": {"id": unit, "name": units[unit]}} | _told(numbers)
                    for unit, numbers in sorted(of_town, key=lambda e: (-e[1][0], units[e[0]]))
                ]
            }
        )
    whole = {"as_of": as_of, "rows": rows, "total": _told(_sum([n for _, _, n in found]))}
    return whole | periods_shown(asked)


def _sum(each: list[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*each, strict=True)] or [0] * (len(_NUMBERS) + 1)


def _told(numbers: list[int]) -> dict[str, Any]:
    return dict(zip(_NUMBERS, numbers, strict=False)) | {"amount": to_yuan(numbers[-1])}


async def _read(session: AsyncSession, actor: Actor, period: Period | None) -> _Found:
    """By town and handling unit; a county's own leads stand under the county."""
    town = func.left(Lead.town_code, _TOWN).label("town")
    conditions = (
        None,
        Lead.status.in_(leads.OPEN),
        OVERDUE,
        Lead.status.in_(_SENT),
        Lead.status.in_(_DONE),
    )
    counts = [
        func.count().filter(COUNTED if each is None else and_(COUNTED, each)).label(name)
        for name, each in zip(_NUMBERS, conditions, strict=True)
    ]
    amount = cast(func.coalesce(func.sum(Lead.amount_involved).filter(COUNTED), 0), BigInteger)
    statement = (
        select(town, leads.HANDLED_BY.label("unit"), *counts, amount)
        .where(
            visibility.counted(actor, Lead),
            *predicates_of(leads.LISTING, within({}, RECEIVED, period)),
        )
        .group_by(town, leads.HANDLED_BY)
    )
    rows: Any = await session.execute(statement, bindings(actor) | {"today": today(), "now": now()})
    found = [(row[0], row[1], [int(number) for number in row[2:]]) for row in rows]
    return [each for each in found if each[2][0]]


async def _towns_of(session: AsyncSession, actor: Actor) -> dict[str, str]:
    whole = actor.scope is RowScope.COUNTY
    place = county_of(actor.division_code) if whole else actor.town
    found = await session.execute(
        select(Division.code, Division.name).where(
            Division.code.startswith(place),
            func.length(Division.code).in_([_TOWN, len(place)]),
            Division.valid_to.is_(None),
        )
    )
    return dict(found.tuples().all())


async def _names(session: AsyncSession, ids: set[UUID]) -> dict[UUID, str]:
    found = await session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    return dict(found.tuples().all())
