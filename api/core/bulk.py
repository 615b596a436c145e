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


_FORMS: Final[dict[type, Callable[[Any], str]]] = {
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


def copy_line(values: Iterable[object]) -> str:
    """One row in COPY's text format; lists become arrays, dicts JSON, enums their values."""
    forms = _FORMS
    parts: list[str] = []
    for value in values:
        form = forms.get(type(value))
        if form is not None:
            parts.append(form(value))
        else:
            parts.append(_text(str(value.value if isinstance(value, Enum) else value)))
    return "\t".join(parts) + "\n"


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
