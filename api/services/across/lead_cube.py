"""The leads, counted once over all dimensions: the cube that every figure of leads is read off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    and_,
    cast,
    func,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.across.statistics import Breakdown, Params
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import RowScope
from api.models.leads import Lead
from api.services.across.figures import (
    BEFORE,
    NOW,
    Asked,
    bindings,
    in_period,
    keeping,
    rows_of,
)
from api.services.leads import leads

_TRUE: Any = literal_column("true")
#: What counts as a lead, by the list's own filter.
COUNTED: Any = leads.LISTING.filters["counted"][1](_TRUE)
OVERDUE: Any = leads.LISTING.filters["overdue"][1](_TRUE)
# literals, as the extended statistics of the table have them (migration `figures`)
_MONTH = func.date_trunc(
    literal_column("'month'"), func.timezone(literal_column("'Asia/Shanghai'"), Lead.received_at)
)
_DIMENSIONS: dict[Breakdown, Any] = {
    Breakdown.STATUS: Lead.status,
    Breakdown.CATEGORY: Lead.primary_category,
    Breakdown.CONCLUSION: Lead.conclusion,
    Breakdown.VILLAGE: func.left(Lead.division_code, literal_column("12")),
    Breakdown.CHANNEL: Lead.channel,
    Breakdown.MONTH: _MONTH,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """Leads of one value of one dimension: all, counted, counted and overdue; fen of the counted."""

    all: int
    counted: int
    overdue: int
    amount: int


@dataclass(slots=True)
class Cube:
    """The leads that a reader sees: all of them (None where there is no lead), and by dimension."""

    all: Cell | None
    by: dict[Breakdown, dict[str, Cell]]


@dataclass(slots=True)
class Cubes:
    """The leads of the period asked for, or of all time, and of the equal period before."""

    now: Cube
    before: Cube


def no_leads() -> Cube:
    """The cube of a reader who sees no lead."""
    return Cube(None, {by: {} for by in _DIMENSIONS})


async def cube_of(
    session: AsyncSession, actor: Actor, asked: Asked | None = None
) -> tuple[Cubes, datetime]:
    """The cubes of the leads that the actor sees, and of when they are."""

    async def read(session: AsyncSession, actor: Actor) -> Cubes:
        return await _read_cubes(session, actor, asked)

    return await keeping(session, actor, "cube", read, asked)


_MEASURES = ("n", "counted", "overdue", "amount")


def _measures(which: str, period: list[Any]) -> list[Any]:
    """What is counted of the leads of a period."""
    whole = and_(true(), *period)
    amount = func.sum(Lead.amount_involved).filter(and_(COUNTED, *period))
    return [
        func.count().filter(whole).label(f"n_{which}"),
        func.count().filter(and_(COUNTED, *period)).label(f"counted_{which}"),
        func.count().filter(and_(COUNTED, OVERDUE, *period)).label(f"overdue_{which}"),
        amount.label(f"amount_{which}"),
    ]


def _statement(scope: RowScope, *, by_period: bool) -> Any:
    """Every dimension by itself, and all leads, out of one reading of the table."""
    listing = leads.LISTING
    periods = {each: in_period(listing, "received", each) for each in (NOW, BEFORE)}
    which = periods if by_period else {NOW: []}
    inner = (
        select(
            *(column.label(by.value) for by, column in _DIMENSIONS.items()),
            *(column for name, period in which.items() for column in _measures(name, period)),
        )
        .where(listing.scope(scope))
        .group_by(*(literal_column(str(at)) for at in range(1, len(_DIMENSIONS) + 1)))
    )
    if by_period:
        # the bounds of both, which an index leads to; what lies between them is in neither
        inner = inner.where(periods[BEFORE][0], periods[NOW][1])
    cube = inner.cte("cube")
    dimensions = [cube.c[by.value] for by in _DIMENSIONS]
    return select(
        cast(func.grouping(*dimensions), Integer).label("mask"),
        *(
            cast(column, Text).label(by.value)
            for by, column in zip(_DIMENSIONS, dimensions, strict=True)
        ),
        *(
            cast(func.coalesce(func.sum(cube.c[f"{name}_{each}"]), 0), BigInteger).label(
                f"{name}_{each}"
            )
            for each in which
            for name in _MEASURES
        ),
    ).group_by(func.grouping_sets(tuple_(), *(tuple_(column) for column in dimensions)))


async def _read_cubes(session: AsyncSession, actor: Actor, asked: Asked | None) -> Cubes:
    key = ("cube", actor.scope, asked is not None)
    found = await rows_of(
        session,
        key,
        lambda: {"cube": _statement(actor.scope, by_period=asked is not None)},
        bindings(actor, asked),
    )
    cubes = Cubes(no_leads(), no_leads())
    order = list(_DIMENSIONS)
    whole = (1 << len(order)) - 1
    for row in found["cube"]:
        for cube, which in ((cubes.now, NOW), (cubes.before, BEFORE)):
            if f"n_{which}" not in row:
                continue
            cell = Cell(*(row[f"{name}_{which}"] for name in _MEASURES))
            if row["mask"] == whole:
                cube.all = cell
                continue
            # the one bit that is 0: grouped by this
            by = order[len(order) - (whole ^ row["mask"]).bit_length()]
            if row[by.value] is not None and cell.all:
                cube.by[by][row[by.value]] = cell
    return cubes


def lead_count(cube: Cube, params: Params) -> int:
    """A lead figure read off the cube: at most one dimension beside `counted` and `overdue`."""
    cells = [cube.all] if cube.all else []
    for name in ("status", "conclusion"):
        asked = params.get(name)
        if isinstance(asked, list):
            found = cube.by[Breakdown(name)]
            cells = [found[value] for value in asked if value in found]
    if params.get("overdue"):
        return sum(cell.overdue for cell in cells)
    if "counted" not in params:
        return sum(cell.all for cell in cells)
    counted = sum(cell.counted for cell in cells)
    return counted if params["counted"] else sum(cell.all for cell in cells) - counted
