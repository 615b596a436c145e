"""The leads, counted once over all dimensions: the cube that every figure of leads is read off."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text, and_, cast, func, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.across.statistics import Breakdown, Params
from api.domain.kit.actors import Actor
from api.models.leads import Lead
from api.services.across.figures import bindings, keeping
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


def no_leads() -> Cube:
    """The cube of a reader who sees no lead."""
    return Cube(None, {by: {} for by in _DIMENSIONS})


async def cube_of(session: AsyncSession, actor: Actor) -> tuple[Cube, datetime]:
    """The cube of the leads that the actor sees, and of when it is."""
    return await keeping(session, actor, "cube", _read_cube)


async def _read_cube(session: AsyncSession, actor: Actor) -> Cube:
    inner = (
        select(
            *(column.label(by.value) for by, column in _DIMENSIONS.items()),
            func.count().label("n"),
            func.count().filter(COUNTED).label("counted"),
            func.count().filter(and_(COUNTED, OVERDUE)).label("overdue"),
            func.sum(Lead.amount_involved).filter(COUNTED).label("amount"),
        )
        .where(leads.LISTING.visible(actor))
        .group_by(*(literal_column(str(at)) for at in range(1, len(_DIMENSIONS) + 1)))
        .cte("cube")
    )
    dimensions = [inner.c[by.value] for by in _DIMENSIONS]
    outer = select(
        cast(func.grouping(*dimensions), Integer).label("mask"),
        *(cast(column, Text) for column in dimensions),
        *(
            func.coalesce(func.sum(inner.c[name]), 0)
            for name in ("n", "counted", "overdue", "amount")
        ),
    ).group_by(func.grouping_sets(tuple_(), *(tuple_(column) for column in dimensions)))
    cube = no_leads()
    order = list(_DIMENSIONS)
    whole = (1 << len(order)) - 1
    found: Any = await session.execute(outer, bindings(actor))
    for mask, *rest in found:
        cell = Cell(*(int(number) for number in rest[len(order) :]))
        if mask == whole:
            cube.all = cell
            continue
        at = len(order) - (whole ^ mask).bit_length()  # the one bit that is 0: grouped by this
        value = rest[at]
        if value is not None:
            cube.by[order[at]][str(value)] = cell
    return cube


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
