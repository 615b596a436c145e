"""SQL expressions that the listings of several nouns share."""

from collections.abc import Mapping
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, array

from api.core.listing.ways import Way
from api.models.units import Division, Unit

_MOST_NAMES = 50
_EMPTY = literal_column("'[]'::json")


def named(unit: Any) -> ColumnElement[Any]:
    """`{id, name}` of a joined unit that is always there."""
    return func.json_build_object("id", unit.id, "name", unit.name)


def unit_names() -> Any:
    """Units to be joined from the left, as `id` and `named` = `{id, name}`, null where there is
    none. PostgreSQL remembers the finished JSON of the few units of a page."""
    return select(Unit.id, named(Unit).label("named")).subquery().alias()


def unit_named(unit_id: Any) -> ColumnElement[Any]:
    """`{id, name}` of a unit column; null where the column is."""
    named = func.json_build_object("id", Unit.id, "name", Unit.name)
    return select(named).where(Unit.id == unit_id).scalar_subquery()


def division_name(code: Any) -> ColumnElement[str]:
    """The name of a division column."""
    return select(Division.name).where(Division.code == code).scalar_subquery()


def json_object(parts: Mapping[str, Any]) -> ColumnElement[Any]:
    """A JSON object of named columns. PostgreSQL takes a hundred arguments a call: fifty names."""
    pairs = [*parts.items()]
    if len(pairs) <= _MOST_NAMES:
        return func.json_build_object(*(part for pair in pairs for part in pair))
    made = [
        func.jsonb_build_object(
            *(part for pair in pairs[n : n + _MOST_NAMES] for part in pair), type_=JSONB
        )
        for n in range(0, len(pairs), _MOST_NAMES)
    ]
    return reduce(lambda one, other: one.concat(other), made)


def json_list(rows: Select[Any], first: Any, *then: Any) -> ColumnElement[Any]:
    """The single column of a correlated select as a JSON list, empty rather than null, in an order:
    as the rows lie would be another one whenever one of them changes."""
    each = aggregate_order_by(next(iter(rows.selected_columns)), first, *then)
    return rows.with_only_columns(func.coalesce(func.json_agg(each), _EMPTY)).scalar_subquery()


def division_end(code: str) -> str:
    """The first code after all codes below a division: a prefix is a range of the C collation."""
    return code[:-1] + chr(ord(code[-1]) + 1)


def revealable(model: Any, *names: str) -> ColumnElement[Any]:
    """What of a row can be revealed: fields that hold an encrypted value, and the texts of which
    an original is kept."""
    if not names:
        return func.to_json(model.texts_kept)
    held = [
        case((getattr(model, f"{name}_enc").is_not(None), literal_column(f"'{name}'", Text())))
        for name in names
    ]
    filled = func.array_remove(array(held), literal_column("NULL", Text()))
    return func.to_json(func.array_cat(filled, model.texts_kept))


def places(code: Any) -> Way:
    """The way of the filters `division_from` and `division_below`: every division between them."""
    return Way(
        code,
        lambda given, _: select(Division.code.label("v")).where(
            Division.code >= given("division_from"), Division.code < given("division_below")
        ),
        ("division_from", "division_below"),
    )
