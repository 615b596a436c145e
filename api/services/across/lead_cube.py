"""The leads, counted once over all dimensions: the cube that every figure of leads is read off.

Who sees a whole town reads counts that are kept (lead_counts.py); everybody else the leads.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, cast, func, literal_column, select, true, union_all

from api.core.database.db import Planning
from api.domain.across.statistics import RECEIVED, Breakdown, Params
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import RowScope
from api.models.leads import Lead
from api.services.across import lead_counts
from api.services.across.figures import (
    BEFORE,
    NOW,
    Asked,
    bindings,
    in_period,
    keeping,
    rows_of,
)
from api.services.across.lead_counts import ALL, COUNTED, DIMENSIONS
from api.services.leads import leads

OVERDUE: Any = leads.LISTING.filters["overdue"][1](literal_column("true"))


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
    return Cube(None, {by: {} for by in DIMENSIONS})


async def cube_of(actor: Actor, asked: Asked | None = None) -> tuple[Cubes, datetime]:
    """The cubes of the leads that the actor sees, and of when they are."""
    return await keeping(actor, "cube", lambda: _read_cubes(actor, asked), asked)


_MEASURES = ("n", "counted", "overdue", "amount")
_FLAGS = {"is_counted": COUNTED, "is_overdue": OVERDUE}
#: Of the folded rows: what is summed up, and of which of them.
_SUMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "n": ("n", ()),
    "counted": ("n", ("is_counted",)),
    "overdue": ("n", ("is_counted", "is_overdue")),
    "amount": ("amount", ("is_counted",)),
}


def _statement(scope: RowScope, *, by_period: bool) -> Any:
    """Every dimension by itself, and all leads: out of one reading of those that somebody sees. For
    who sees a whole town: out of what is kept, the leads of months that changed since, and, because
    the day makes them so, those overdue."""
    which = (NOW, BEFORE) if by_period else ()
    mine = leads.LISTING.scope(scope)
    if scope is not RowScope.TOWN:
        return _counted(lambda keys, rows: select(*keys).where(mine, *rows), which, _MEASURES)
    kept = lead_counts.Kept(*which)
    still = tuple(name for name in _MEASURES if name != "overdue")
    parts = [
        _counted(kept.leads, which, still).subquery("changed_leads"),
        kept.counts({name: name for name in still}).subquery("kept_counts"),
        _counted(
            lambda keys, rows: select(*keys).where(mine, OVERDUE, *rows), which, ("overdue",)
        ).subquery("overdue_leads"),
    ]
    names = [f"{name}_{each}" for name in _MEASURES for each in which or (NOW,)]
    zero = literal_column("0")
    rows = union_all(
        *(
            select(
                part.c.dimension,
                part.c.value,
                *(part.c.get(name, zero).label(name) for name in names),
            )
            for part in parts
        )
    ).subquery("parts")
    return select(
        rows.c.dimension,
        rows.c.value,
        *(cast(func.sum(rows.c[name]), BigInteger).label(name) for name in names),
    ).group_by(rows.c.dimension, rows.c.value)


def _counted(
    reading: Callable[[Sequence[Any], Sequence[Any]], Any],
    which: Sequence[str],
    measures: Sequence[str],
) -> Any:
    """Some measures of leads by dimension, of each period: `reading` makes the statement of columns
    and conditions. First folded over all dimensions together, where each condition is looked at
    once a row."""
    bounds, flags = _periods(which)
    asked = {flag for name in measures for flag in _SUMS[name][1]}
    keys = {by.value: column for by, column in DIMENSIONS.items()} | flags
    keys |= {name: flag for name, flag in _FLAGS.items() if name in asked}
    columns = [column.label(name) for name, column in keys.items()]
    found = reading([*columns, Lead.amount_involved.label("amount")], bounds).subquery("found")
    cube = (
        select(
            *(found.c[name] for name in keys),
            func.count().label("n"),
            func.sum(found.c.amount).label("amount"),
        )
        .group_by(*(found.c[name] for name in keys))
        .subquery("cube")
    )
    return lead_counts.by_dimension(cube, dict(_sums(cube, which, measures)))


def _periods(which: Sequence[str]) -> tuple[list[Any], dict[str, Any]]:
    """The bounds of both periods together, and whether a lead is of the one or the other: what lies
    between the two is in neither."""
    if not which:
        return [], {}
    now_, before = (in_period(leads.LISTING, RECEIVED, each) for each in (NOW, BEFORE))
    return [before[0], now_[1]], {NOW: now_[0], BEFORE: before[1]}


def _sums(rows: Any, which: Sequence[str], measures: Sequence[str]) -> Iterator[tuple[str, Any]]:
    for name in measures:
        summed, flags = _SUMS[name]
        for each in which or (NOW,):
            of = [rows.c[flag] for flag in (*flags, *((each,) if which else ()))]
            total = func.sum(rows.c[summed]).filter(and_(true(), *of))
            yield f"{name}_{each}", cast(func.coalesce(total, 0), BigInteger)


async def _read_cubes(actor: Actor, asked: Asked | None) -> Cubes:
    found = await rows_of(
        ("cube", actor.scope, asked is not None),
        lambda: {"cube": _statement(actor.scope, by_period=asked is not None)},
        bindings(actor, asked),
        # how much of the table a period is decides how it is read; of all time counts are kept
        Planning.EACH_TIME if asked else Planning.ONCE,
    )
    cubes = Cubes(no_leads(), no_leads())
    for row in found["cube"]:
        for cube, which in ((cubes.now, NOW), (cubes.before, BEFORE)):
            if f"n_{which}" not in row:
                continue
            cell = Cell(*(row[f"{name}_{which}"] for name in _MEASURES))
            if row["dimension"] == ALL:
                cube.all = cell
            elif row["value"] is not None and cell.all:
                cube.by[Breakdown(row["dimension"])][row["value"]] = cell
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
