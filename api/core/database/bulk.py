"""Many rows at once: COPY inside the transaction of a session."""

import datetime as dt
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import json_text
from api.core.database import constraints

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
        dict: lambda value: _text(json_text.dumps(value).decode()),
    }
)


class Rows:
    """Rows of one table in COPY's text format; lists become arrays, dicts JSON, enums their values.

    Of most columns a row holds the very object that the row before it held (a town, a status,
    nothing): it is not written anew.
    """

    def __init__(self, columns: Iterable[str]) -> None:
        self.columns = tuple(columns)
        self.lines: list[str] = []
        self._pick = itemgetter(*self.columns)
        self._before: Sequence[object] = [object()] * len(self.columns)
        self._texts = [""] * len(self.columns)

    def add(self, row: Mapping[str, object]) -> None:
        """A row by the names of its columns; further ones are left out."""
        self.append(self._pick(row))

    def append(self, values: Sequence[object]) -> None:
        """A row in the order of the columns."""
        forms = _FORMS
        self._texts = [
            text if value is before else forms[type(value)](value)
            for value, before, text in zip(values, self._before, self._texts, strict=True)
        ]
        self._before = values
        self.lines.append("\t".join(self._texts) + "\n")


#: PostgreSQL names the line of a COPY that it could not take.
_LINE: Final = re.compile(r"line (\d+)")


class LineRefused(Exception):  # a refusal, as the others are
    """A line that the table does not take: which (from 1; none where it is not known), and why."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def _refused(error: asyncpg.PostgresError) -> LineRefused:
    said = _LINE.search(str(getattr(error, "context", None) or ""))
    known = constraints.refusal(str(getattr(error, "constraint_name", None)))
    if known is not None:
        reason = known.detail
    elif isinstance(error, asyncpg.UniqueViolationError):
        reason = "与已有的记录重复，或者刚由他人导入，请刷新后重试"
    elif isinstance(error, asyncpg.NotNullViolationError):
        reason = "缺少必需的内容"
    else:
        reason = "内容超出允许的范围"
    return LineRefused(int(said[1]) if said else None, reason)


async def copy_rows(session: AsyncSession, table: str, rows: Rows) -> None:
    """Add rows to a table, in the session's transaction. Raises LineRefused."""
    if not rows.lines:
        return
    # SQLAlchemy sends BEGIN with its own first statement; a raw COPY before it would commit alone.
    await session.execute(text("SELECT 1"))
    raw = await (await session.connection()).get_raw_connection()
    driver: Any = raw.driver_connection
    try:
        await driver.copy_to_table(table, source=_pieces(rows.lines), columns=[*rows.columns])
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        raise _refused(error) from error


async def _pieces(lines: Sequence[str]) -> AsyncIterator[bytes]:
    for at in range(0, len(lines), _CHUNK):
        yield "".join(lines[at : at + _CHUNK]).encode()
