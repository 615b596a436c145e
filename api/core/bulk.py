"""Many rows at once: COPY inside the transaction of a session."""

import datetime as dt
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.errors import Conflict

_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_CHUNK: Final = 256


def _text(value: str) -> str:
    # Most texts need nothing, and finding that out is quicker than translating them.
    if value.isprintable() and "\\" not in value:
        return value
    return value.translate(_ESCAPES)


def _array(values: Sequence[object]) -> str:
    inner = ",".join(
        "NULL" if v is None else '"' + _raw(v).replace("\\", "\\\\").replace('"', '\\"') + '"'
        for v in values
    )
    return _text("{" + inner + "}")


def _raw(value: object) -> str:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return str(value.value) if isinstance(value, Enum) else str(value)


class _Forms(dict[type, Callable[[Any], str]]):
    """How the values of each type are written; an enum's type is learned when it is first met."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = _of_enum if issubclass(kind, Enum) else _of_other
        return self[kind]


def _of_enum(value: Enum) -> str:
    return _text(str(value._value_))  # the property behind `value` is slow


def _of_other(value: object) -> str:
    return _text(str(value))


_FORMS: Final = _Forms(
    {
        type(None): lambda _: "\\N",
        str: _text,
        int: str,
        bool: lambda value: "t" if value else "f",
        Decimal: str,
        UUID: str,
        bytes: lambda value: "\\\\x" + value.hex(),
        dt.datetime: lambda value: value.isoformat(),
        dt.date: lambda value: value.isoformat(),
        list: _array,
        tuple: _array,
        dict: lambda value: _text(orjson.dumps(value).decode()),
    }
)


def copy_line(values: Iterable[object]) -> str:
    """One row in COPY's text format; lists become arrays, dicts JSON, enums their values."""
    forms = _FORMS
    return "\t".join([forms[type(value)](value) for value in values]) + "\n"


async def copy_rows(
    session: AsyncSession, table: str, columns: Sequence[str], lines: Sequence[str]
) -> None:
    """Add rows (made by `copy_line`) to a table, in the session's transaction.

    Raises Conflict when a row with the same key is there already.
    """
    if not lines:
        return
    # SQLAlchemy sends BEGIN with its own first statement; a raw COPY before it would commit alone.
    await session.execute(text("SELECT 1"))
    raw = await (await session.connection()).get_raw_connection()
    driver: Any = raw.driver_connection
    try:
        await driver.copy_to_table(table, source=_pieces(lines), columns=list(columns))
    except asyncpg.UniqueViolationError as error:
        raise Conflict("其中有记录已由他人同时导入，请刷新后重试") from error


async def _pieces(lines: Sequence[str]) -> AsyncIterator[bytes]:
    for at in range(0, len(lines), _CHUNK):
        yield "".join(lines[at : at + _CHUNK]).encode()
