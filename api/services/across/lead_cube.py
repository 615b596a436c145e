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

from api.core.database.db import Planning
from api.domain.across.statistics import RECEIVED, Breakdown, Params
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


async def cube_of(actor: Actor, asked: Asked | None = None) -> tuple[Cubes, datetime]:
    """The cubes of the leads that the actor sees, and of when they are."""
    return await keeping(actor, "cube", lambda: _read_cubes(actor, asked), asked)


_MEASURES = ("n", "counted", "overdue", "amount")


def _statement(scope: RowScope, *, by_period: bool) -> Any:
    """Every dimension by itself, and all leads, out of one reading of the table: first folded over
    all dimensions together, where each condition is looked at once a row."""
    listing = leads.LISTING
    now_, before = (in_period(listing, RECEIVED, each) for each in (NOW, BEFORE))
    flags = {"is_counted": COUNTED, "is_overdue": OVERDUE}
    rows = [listing.scope(scope)]
    if by_period:
        # between the bounds of both; what lies between the two is in neither
        flags |= {NOW: now_[0], BEFORE: before[1]}
        rows += [before[0], now_[1]]
    keys = {by.value: column for by, column in _DIMENSIONS.items()} | flags
    cube = (
        select(
            *(column.label(name) for name, column in keys.items()),
            func.count().label("n"),
            func.sum(Lead.amount_involved).label("amount"),
        )
        .where(*rows)
        .group_by(*(literal_column(str(at)) for at in range(1, len(keys) + 1)))
        .cte("cube")
    )
    dimensions = [cube.c[by.value] for by in _DIMENSIONS]
    names = [by.value for by in _DIMENSIONS]
    return select(
        cast(func.grouping(*dimensions), Integer).label("mask"),
        *(cast(column, Text).label(name) for name, column in zip(names, dimensions, strict=True)),
        *(
            column
            for each in ((NOW, BEFORE) if by_period else (NOW,))
            for column in _of(cube, each)
        ),
    ).group_by(func.grouping_sets(tuple_(), *(tuple_(column) for column in dimensions)))


def _of(cube: Any, which: str) -> list[Any]:
    """What is counted of the leads of a period, or of all time."""
    period = [cube.c[which]] if which in cube.c else []
    counted = [*period, cube.c.is_counted]
    sums = (
        func.sum(cube.c.n).filter(and_(true(), *period)),
        func.sum(cube.c.n).filter(and_(*counted)),
        func.sum(cube.c.n).filter(and_(*counted, cube.c.is_overdue)),
        func.sum(cube.c.amount).filter(and_(*counted)),
    )
    return [
        cast(func.coalesce(total, 0), BigInteger).label(f"{name}_{which}")
        for name, total in zip(_MEASURES, sums, strict=True)
    ]


async def _read_cubes(actor: Actor, asked: Asked | None) -> Cubes:
    found = await rows_of(
        ("cube", actor.scope, asked is not None),
        lambda: {"cube": _statement(actor.scope, by_period=asked is not None)},
        bindings(actor, asked),
        # how much of the table a period is decides how it is read
        Planning.EACH_TIME,
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
