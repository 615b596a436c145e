"""Plain inserts on the session's own connection, in its transaction.

An insert through the ORM spends ten times longer in Python than in PostgreSQL. What a request
writes beside its own record (its event, who may see it, its idempotency row) goes this way.
"""

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import json_text

_BEGIN = text("SELECT 1")
_DRIVER = "driver"
_NONE: tuple[Any, Any] = (None, None)


async def raw(session: AsyncSession) -> Any:
    """The asyncpg connection of a session, inside its transaction.

    Changes of mapped objects are not flushed: a record may be half-way through its change when
    the event about it is written.
    """
    sync = session.sync_session
    begun, driver = sync.info.get(_DRIVER, _NONE)
    # the connection belongs to one transaction of the session: after it, to somebody else
    if begun is None or begun is not sync.get_transaction():
        connection = await session.connection()
        driver = cast("Any", (await connection.get_raw_connection()).driver_connection)
        sync.info[_DRIVER] = (sync.get_transaction(), driver)
    if not driver.is_in_transaction():
        # SQLAlchemy sends BEGIN with its first own statement; before it, a raw insert would
        # commit by itself and survive the rollback.
        await session.execute(_BEGIN)
    return driver


def _bound(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return json_text.dumps(value).decode()
    return value


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], *, ignore: bool) -> str:
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    conflict = " ON CONFLICT DO NOTHING" if ignore else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}){conflict}"  # noqa: S608  # names of mapped tables


async def insert(
    session: AsyncSession, table: Any, rows: Sequence[dict[str, Any]], *, ignore: bool = False
) -> None:
    """Insert rows that all name the same columns; `ignore` leaves those already there.

    Columns that are left out take the database's defaults, not the mapper's.
    """
    if not rows:
        return
    mapped: Table = table.__table__
    columns = tuple(rows[0])
    statement = _insert(mapped.name, columns, ignore=ignore)
    driver = await raw(session)
    if len(rows) == 1:
        await driver.execute(statement, *[_bound(value) for value in rows[0].values()])
        return
    await driver.executemany(statement, [[_bound(row[c]) for c in columns] for row in rows])


@lru_cache(maxsize=256)
def _together(parts: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """One statement that inserts one row into each of several tables."""
    made: list[str] = []
    place = 0
    for table, columns in parts:
        values = ", ".join(f"${place + n}" for n in range(1, len(columns) + 1))
        place += len(columns)
        made.append(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values})")  # noqa: S608  # names of mapped tables
    *first, last = made
    named = ", ".join(f"w{n} AS ({statement})" for n, statement in enumerate(first))
    return f"WITH {named} {last}" if first else last


async def insert_together(
    session: AsyncSession, parts: Sequence[tuple[Any, dict[str, Any]]]
) -> None:
    """Insert single rows into several tables in one round trip.

    Foreign keys among them hold, because they are checked at the end of the statement.
    """
    shape = tuple((table.__table__.name, tuple(row)) for table, row in parts)
    values = [_bound(value) for _, row in parts for value in row.values()]
    driver = await raw(session)
    await driver.execute(_together(shape), *values)
