"""Orders of a list by what a row need not hold: rows that hold nothing come last, up and down.

A page goes on behind the last row's place, and nothing can be compared with NULL: what is missing
counts as less than everything downwards and as more than everything upwards. These are two
expressions, and each has the index that its order is read through (docs/adr/0026-list-ways.md).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, Index, Integer, literal_column, text
from sqlalchemy.types import TypeEngine

from api.core.listing.listing_rows import Sort
from api.domain.words import money


@dataclass(frozen=True, slots=True)
class Scale:
    """What an order compares: a column as SQL, what stands in for nothing at either end, and how a
    value comes back from JSON."""

    type: TypeEngine[Any]
    low: str
    high: str
    parse: Callable[[Any], Any]
    below: Any
    above: Any

    def sql(self, column: str, *, down: bool) -> str:
        """The expression that is compared, as its index has it."""
        return f"COALESCE({column}, {self.low if down else self.high})"


# Not the ends of Python's own calendar: asyncpg would send infinity for those.
_FIRST, _LAST = date(1000, 1, 1), date(9000, 1, 1)
DAY = Scale(Date(), f"'{_FIRST}'::date", f"'{_LAST}'::date", date.fromisoformat, _FIRST, _LAST)
_MOST = 2**62
MONEY = Scale(BigInteger(), "'-1'::bigint", f"'{_MOST}'::bigint", money.parse, -1, _MOST)


def ranks(values: Sequence[str]) -> Scale:
    """Codes in the order given."""
    place = {value: at for at, value in enumerate(values, 1)}
    return Scale(Integer(), "0", "99", place.__getitem__, 0, 99)


def ranked(column: str, values: Sequence[str]) -> str:
    """The SQL of the place of a code among others."""
    spelled = ", ".join(f"'{value}'::text" for value in values)
    return f"array_position(ARRAY[{spelled}], {column})"


def indexes(table: str, name: str, scale: Scale, column: str = "") -> tuple[Index, Index]:
    """The indexes that the orders by a column of a table are read through."""
    made = [
        Index(
            f"ix_{table}_{name}_{way}",
            "town_code",
            text(f"({scale.sql(column or name, down=way == 'down')})"),
            "id",
        )
        for way in ("up", "down")
    ]
    return made[0], made[1]


def orders(table: str, field: str, scale: Scale, column: str = "") -> dict[str, Sort]:
    """Both orders by a column that may be empty; `column` is its SQL, if it is not its name."""

    def compared(*, down: bool) -> ColumnElement[Any]:
        return literal_column(scale.sql(column or f"{table}.{field}", down=down), scale.type)

    def read(nothing: Any) -> Callable[[Any], Any]:
        return lambda value: nothing if value is None else scale.parse(value)

    return {
        field: Sort(field, compared(down=False), parse=read(scale.above)),
        f"-{field}": Sort(field, compared(down=True), descending=True, parse=read(scale.below)),
    }


def filled(field: str, column: Any, parse: Callable[[Any], Any]) -> dict[str, Sort]:
    """Both orders by a column that every row fills."""
    return {
        field: Sort(field, column, parse=parse),
        f"-{field}": Sort(field, column, descending=True, parse=parse),
    }
