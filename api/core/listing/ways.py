"""Where a page of a list can begin, and how it is looked for there (docs/adr/0026-list-ways.md).

PostgreSQL takes every filter for evenly spread along the list: for one that holds only among old
rows, or nowhere, it reads the whole table in order. So no plan is guessed. A page is looked for in
one place after the other, in so many rows of each: in the order of the list, then where the index
of a filter leads. Whatever place gives a full page, or comes to its end, has the answer; none has
it, and all rows that fit are collected by whatever indexes there are.
"""

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Text,
    func,
    literal_column,
    select,
)

#: A column, a mapped attribute or any other SQL expression: SQLAlchemy types the three apart.
Expression = Any
#: So many rows are looked through in each place at first, …
FIRST_LOOK = 512
#: … and so many in the place that promises to fill the page.
LONG_LOOK = 32_768
#: An index is entered at so many places at most: each of them costs its page.
MOST_PARTS = 400

#: From the name of a filter to its parameter, if it is given.
Given = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """An index on a column, behind the town, that leads to rows in the order of their ids.

    It is entered at each of `values`. The filter itself is checked as well: a way may lead to more
    rows than fit, never to fewer.
    """

    column: Expression
    #: From the parameters and the table to a select of one column `v`.
    values: Callable[[Given, "Table"], Any]
    #: The filters that must be given.
    needs: tuple[str, ...] = ()
    #: Whether the town stands before the column.
    by_town: bool = True
    #: Whether all of `needs` must be given, or some.
    whole: bool = True
    #: Whether the column is a condition, and the index holds only the rows for which it is true.
    part: bool = False
    #: Of which rows the index is made, where it does not hold all: said again, so that PostgreSQL can
    #: prove that it fits.
    held: ColumnElement[bool] | None = None
    #: Whether it leads through one town only.
    one_town: bool = False

    def leads(self, filters: AbstractSet[str]) -> bool:
        """Whether it is of use for these filters."""
        given = [name for name in self.needs if name in filters]
        return len(given) == len(self.needs) if self.whole else bool(given)


@dataclass(frozen=True, slots=True)
class Table:
    """What ways must know of the table that they lead through."""

    #: The rows of the town that the index is entered at.
    in_town: ColumnElement[bool]
    #: Where the town comes from, if it is not a parameter.
    towns: CTE | None

    def edge(self, value: ColumnElement[Any]) -> Any:
        """The least or greatest value that the town has."""
        found = select(value).where(self.in_town)
        found = found if self.towns is None else found.correlate(self.towns)
        return found.scalar_subquery()


def any_of(name: str, column: Expression, *, by_town: bool = True) -> Way:
    """For a filter that takes a list of values of a column."""

    def found(given: Given, _: Table) -> Any:
        return select(func.unnest(given(name)).label("v")).distinct()

    return Way(column, found, (name,), by_town)


def one(name: str, column: Expression, *, by_town: bool = True) -> Way:
    """For a filter that takes one value of a column."""
    return Way(column, lambda given, _: select(given(name).label("v")), (name,), by_town)


def among(name: str, column: Expression, held: Iterable[Enum], *, by_town: bool = True) -> Way:
    """For a filter that fits rows with these values of a column only."""
    spelled = ", ".join(f"'{each.value}'" for each in held)
    each = literal_column(f"unnest(ARRAY[{spelled}]::text[])", Text()).label("v")
    return Way(column, lambda _, __: select(each), (name,), by_town)


def part(name: str, condition: ColumnElement[bool], *, by_town: bool = True) -> Way:
    """For a filter that fits rows only for which a condition holds that an index knows."""
    true = literal_column("true", Boolean()).label("v")
    return Way(condition, lambda _, __: select(true), (name,), by_town, part=True)


def days(column: Expression, *, since: str = "", until: str = "", below: str = "") -> Way:
    """For bounds of a day: the index is entered at every day between them that the table has."""

    def found(given: Given, table: Table) -> Any:
        begins, ends = table.edge(func.min(column)), table.edge(func.max(column))
        if since and (bound := given(since)) is not None:
            begins = func.greatest(bound, begins)
        if until and (bound := given(until)) is not None:
            ends = func.least(bound, ends)
        if below and (bound := given(below)) is not None:
            ends = func.least(bound - literal_column("1"), ends)
        # one more than are entered, and the place is given up
        capped = func.least(ends - begins, literal_column(str(MOST_PARTS)))
        return select((begins + func.generate_series(literal_column("0"), capped)).label("v"))

    names = tuple(name for name in (since, until, below) if name)
    return Way(column, found, names, whole=False)


def before(
    name: str, column: Expression, end: ColumnElement[Any], held: ColumnElement[bool]
) -> Way:
    """For a filter that fits rows of one town with a value less than `end` only: the index, which
    holds the rows that `held` says, is entered at each value that it has, found by one step each."""

    def found(_: Given, table: Table) -> Any:
        least = select(func.min(column).label("v")).where(table.in_town, held, column < end)
        values = least.cte(f"{name}_values", recursive=True)
        following = select(func.min(column)).where(
            table.in_town, held, column > values.c.v, column < end
        )
        following = following.correlate(values).scalar_subquery()
        values = values.union_all(select(following).where(values.c.v.is_not(None)))
        return select(values.c.v).where(values.c.v.is_not(None))

    return Way(column, found, (name,), held=held, one_town=True)
