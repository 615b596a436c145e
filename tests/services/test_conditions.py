"""What is asked of a row is asked of that row: in every list, at home, in the steps and in the overview.

A condition that stands two statements further in and reads the table anew asks whether there is any such
row at all; PostgreSQL takes it, and so does every test with one row.
"""

import gc
import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from sqlalchemy import ClauseElement, FromClause, Join, Select, bindparam, exists, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import CompileError

import api.services
from api.core.listing.listing_rows import Rare
from api.core.listing.pagination import Listing
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Role, RowScope
from api.models.leads import Lead
from api.models.units import Post, Unit
from api.models.users import User
from api.services.across import attention, duties
from api.services.kit.steps import Step

for each in walk_packages(api.services.__path__, "api.services."):
    import_module(each.name)
LISTINGS = sorted(
    (each for each in gc.get_objects() if isinstance(each, Listing)), key=lambda one: one.resource
)


class Asked(NamedTuple):
    """An expression, and the table of the row that it is asked of."""

    name: str
    source: FromClause
    what: Any


def actor(role: Role) -> Actor:
    return Actor("user", uuid4(), "甲", uuid4(), uuid4(), role, "341522118", uuid4(), 1)


def of_lists() -> Iterator[Asked]:
    for listing in LISTINGS:
        for name, (kind, filtered) in listing.filters.items():
            found = filtered(bindparam("given", type_=kind))
            yield Asked(f"{listing.resource} filter {name}", listing.source, found)
        columns = {**listing.item_columns, **listing.read_columns, **listing.sums}
        for name, column in columns.items():
            found = column.column if isinstance(column, Rare) else column
            yield Asked(f"{listing.resource} {name}", listing.source, found)
        for name, sort in listing.sorts.items():
            yield Asked(f"{listing.resource} sort {name}", listing.source, sort.column)
        for scope in RowScope:
            yield Asked(f"{listing.resource} of {scope}", listing.source, listing.scope(scope))


def of_home() -> Iterator[Asked]:
    for n, source in enumerate(duties.SOURCES):
        name, table = f"home {n} {source.kind.value}", source.model.__table__
        for role in Role:
            yield Asked(f"{name} {role.value}", table, source.waits(actor(role)))
        shown = {
            "title", "number", "due_on", "provisional", "rule", "detail", "subject", "since", "holder",
        }  # fmt: skip
        for each in shown:
            if isinstance(found := getattr(source, each), ClauseElement):
                yield Asked(f"{name} {each}", table, found)


def of_steps() -> Iterator[Asked]:
    for resource, steps in attention.STEPS.items():
        source = attention.LEDGERS[resource].listing.source
        for one in steps:
            for each in ("waits", "since", "unit"):
                if isinstance(found := getattr(one, each), ClauseElement):
                    yield Asked(f"step {one.kind.value} {each}", source, found)


def of_overview() -> Iterator[Asked]:
    for resource, columns in attention._COLUMNS.items():
        source = attention.LEDGERS[resource].listing.source
        for n, column in enumerate(columns):
            if isinstance(column, ClauseElement):
                yield Asked(f"overview {resource} {n}", source, column)


ASKED = [*of_lists(), *of_home(), *of_steps(), *of_overview()]


def tables(source: FromClause) -> set[str]:
    """The tables of the row, without those that stand under another name."""
    if isinstance(source, Join):
        return tables(source.left) | tables(source.right)
    return {source.name} if hasattr(source, "name") and type(source).__name__ == "Table" else set()


_FROM = re.compile(r"FROM ((?:(?!\b(?:FROM|WHERE|GROUP BY|ORDER BY|LIMIT|UNION)\b).)*)", re.DOTALL)


def anew(asked: Asked) -> list[str]:
    """Where within it the table of the row is read anew, beside others."""
    what = asked.what.scalar_subquery() if isinstance(asked.what, Select) else asked.what
    said = str(select(what).select_from(asked.source).compile(dialect=postgresql.dialect()))
    own = tables(asked.source)
    lists = [re.split(r",\s*", each) for each in _FROM.findall(said)]
    reads = [read for read in lists if any(_is_own(one, own) for one in read)]
    beside = [read for read in reads if len(read) > 1]
    # once is the row itself
    return [", ".join(read) for read in beside or reads[1:]]


def _is_own(read: str, own: set[str]) -> bool:
    """Whether a table is the row's own, by its own name."""
    name, _, rest = read.strip().partition(" ")
    return name.strip(")\n") in own and not rest.startswith("AS ")


def test_a_condition_that_reads_the_table_anew_is_found():
    deep = select(User.id).where(User.id == Lead.turn_user_id)
    wrong = exists().where(Post.unit_id == Unit.id, exists(deep.where(Post.id == User.id)))
    for what in (wrong, select(Unit.id).where(wrong).scalar_subquery()):
        assert anew(Asked("", Lead.__table__, what))
    right = exists().where(User.id == Lead.turn_user_id)
    assert anew(Asked("", Lead.__table__, right)) == []


def test_there_is_something_to_look_at():
    assert len(LISTINGS) > 12
    assert len(ASKED) > 800
    assert {type(one) for found in attention.STEPS.values() for one in found} == {Step}


def test_what_is_asked_of_a_row_is_asked_of_that_row():
    wrong: dict[str, list[str]] = {}
    for asked in ASKED:
        try:
            if found := anew(asked):
                wrong[asked.name] = found
        except CompileError as error:  # nothing of the kind was looked at
            pytest.fail(f"{asked.name}: {error}")
    assert wrong == {}
