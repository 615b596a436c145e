"""Engines, sessions and the declarative base.

The write session of a request is opened and committed by the route class (`core/web/routing.py`)
before the response leaves; a job and a command open their own (`session()`). Whatever wants one
more connection meanwhile takes it from another pool, and never from one before its own:
`session()`, then `apart()`, then `glance()`, `reading()` and single statements. Otherwise seven
requests that hold the seven connections of a pool wait for the eighth for ever.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, MetaData, Text, Uuid, event
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from api.core.base import json_text
from api.core.base.config import settings
from api.core.database import outages

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def _values(enum: type[Enum]) -> list[str]:
    return [str(member.value) for member in enum]


class Base(DeclarativeBase):
    """Every table's base: predictable constraint names, enums stored by value."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  # SQLAlchemy reads it as a plain class attribute
        str: Text(),
        int: BigInteger(),
        bytes: LargeBinary(),
        datetime: DateTime(timezone=True),
        date: Date(),
        UUID: Uuid(),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
        Enum: SqlEnum(
            Enum, native_enum=False, create_constraint=False, length=40, values_callable=_values
        ),
    }


#: UTC+8, in summers of old too, for every text form of a time that the database makes
#: (row_to_json, exports), as `clock.written` does.
#: `random_page_cost` is PostgreSQL's of spinning disks (4), by which it reads a whole table sooner than
#: a fifth of it through an index; no disk of today seeks, and most of what is read lies in memory.
_CONNECT: dict[str, Any] = {
    "server_settings": {"TimeZone": "<+08>-08", "jit": "off", "random_page_cost": "1.1"}
}


def _json(value: object) -> str:
    return json_text.dumps(value).decode()


async def _keep(_: object) -> None:
    """Nothing to reset on a read-only autocommit connection; asyncpg would send five statements."""


class Planning(Enum):
    """When PostgreSQL plans a statement that comes again and again (its `plan_cache_mode`)."""

    #: It guesses by the costs that it expects.
    AUTO = "auto"
    #: Once: the statement is written so that one plan is right for all values.
    ONCE = "force_generic_plan"
    #: Each time: what is right for one value would be ruinous for another.
    EACH_TIME = "force_custom_plan"
    #: Once, through the index that the statement is written for and nothing else (core/listing/ways.py).
    IN_PLACE = "in place"


_SETTINGS: dict[Planning, dict[str, str]] = {
    Planning.IN_PLACE: {
        "plan_cache_mode": Planning.ONCE.value,
        "max_parallel_workers_per_gather": "0",
        **dict.fromkeys(
            ("enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_incremental_sort",
             "enable_hashjoin", "enable_mergejoin"),
            "off",
        ),
    }
}  # fmt: skip


#: A restart of the server takes a moment; whoever comes meanwhile waits that long and no longer.
_RESTART, _ASK_AGAIN = 3.0, 0.2
_CONNECT_SECONDS, _POOL_SECONDS, _CLOSE_SECONDS = 10, 10.0, 5.0


@dataclass(frozen=True, slots=True)
class Shares:
    """How the connections of one process are divided; together they are what the setting says."""

    writing: int
    own: int
    reading: int
    rows: int
    #: Of each way of planning that is none of PostgreSQL's own.
    apart: int

    @classmethod
    def of(cls, size: int) -> "Shares":
        """So many connections, divided."""
        writing, own = max(2, size * 6 // 20), max(1, size // 10)
        reading, apart = max(1, size * 3 // 20), max(1, size // 10)
        others = (len(Planning) - 1) * apart
        return cls(writing, own, reading, size - writing - own - reading - others, apart)

    def rows_of(self, planning: Planning) -> int:
        """Of the pools for single statements."""
        return self.rows if planning is Planning.AUTO else self.apart


class _Door:
    """Opens connections. Raises Unavailable (`database_away`) when nobody answers."""

    def __init__(self) -> None:
        self._away_since: float | None = None

    async def connect(self, *where: Any, **how: Any) -> Any:
        """A new connection of asyncpg's."""
        while True:
            try:
                made = await asyncpg.connect(*where, timeout=_CONNECT_SECONDS, **how)
            except (OSError, TimeoutError, asyncpg.CannotConnectNowError) as error:
                if not self._soon_back():
                    raise outages.note(outages.AWAY, error) from error
                await asyncio.sleep(_ASK_AGAIN)
            else:
                self._away_since = None
                return made

    def _soon_back(self) -> bool:
        clock = time.monotonic()
        if self._away_since is None:
            self._away_since = clock
        return clock - self._away_since < _RESTART


def _replace_dead(dbapi_connection: Any, *_: object) -> None:
    """A connection whose server is gone is replaced as it is taken, without asking the server."""
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError


async def close(pool: Any) -> None:
    """Close a pool of asyncpg's; whoever holds a connection of a dead server does not keep it open."""
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()


class Database:
    """The engines of one process; made by `create_app()` and by the worker."""

    def __init__(self, url: str, pool_size: int = 20) -> None:
        self._dsn = url.replace("+asyncpg", "")
        self._shares = Shares.of(pool_size)
        self._pools: dict[Planning, Any] = {}
        self._pool_lock = asyncio.Lock()
        self._door = _Door()
        self.engine: AsyncEngine = self._engine(url, self._shares.writing)
        self._own: AsyncEngine = self._engine(url, self._shares.own)
        self._reader: AsyncEngine = self._engine(
            url, self._shares.reading, isolation_level="AUTOCOMMIT", pool_reset_on_return=None
        )
        #: All of them, whatever is asked through them.
        self.engines = (self.engine, self._own, self._reader)
        how: dict[str, Any] = {"expire_on_commit": False, "autoflush": False}
        self._sessions = async_sessionmaker(self.engine, **how)
        self._apart = async_sessionmaker(self._own, **how)
        self._glances = async_sessionmaker(self._reader, **how)

    def _engine(self, url: str, size: int, **more: Any) -> AsyncEngine:
        async def connect() -> Any:
            return await self._door.connect(self._dsn, **_CONNECT)

        made = create_async_engine(
            url,
            async_creator=connect,
            json_serializer=_json,
            json_deserializer=orjson.loads,
            # an error names its statement, never the values: those are what must not be logged
            hide_parameters=True,
            pool_size=size,
            max_overflow=0,
            pool_timeout=_POOL_SECONDS,
            pool_pre_ping=False,
            pool_recycle=1800,
            **more,
        )
        event.listen(made.sync_engine, "checkout", _replace_dead)
        return made

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """An autocommit connection: no BEGIN and no ROLLBACK around a single SELECT."""
        async with self._reader.connect() as connection:
            yield connection

    async def fetchrow(self, sql: str, *values: object, planning: Planning = Planning.AUTO) -> Any:
        """One row of one statement on a plain asyncpg connection: the hot path of every read.

        Going through SQLAlchemy's pool and result costs as much as the query itself
        (docs/adr/0001-reads.md). A connection that breaks under the statement is replaced once:
        nothing that is asked here does harm when it is asked twice.
        """
        try:
            return await self._fetchrow(sql, values, planning)
        except outages.RAISED as error:
            if not outages.is_lost(error):
                raise
            return await self._fetchrow(sql, values, planning)

    async def _fetchrow(self, sql: str, values: tuple[object, ...], planning: Planning) -> Any:
        pool = self._pools.get(planning)
        if pool is None:
            async with self._pool_lock:
                pool = self._pools.get(planning)
                if pool is None:
                    pool = self._pools[planning] = await self._open_pool(planning)
        if pool.get_idle_size():  # the usual case, and a timer costs a tenth of a short statement
            connection = await pool.acquire()
        else:
            connection = await self._awaited(pool)
        try:
            return await connection.fetchrow(sql, *values)
        finally:
            await pool.release(connection)

    async def _awaited(self, pool: Any) -> Any:
        try:
            async with asyncio.timeout(_POOL_SECONDS):
                return await pool.acquire()
        except TimeoutError as error:
            raise outages.note(outages.BUSY, error) from error

    async def _open_pool(self, planning: Planning) -> Any:
        # The one thing that is written here are serial numbers (core/database/numbers.py). They need not be
        # waited for: whatever bears the number commits later, and takes the log before it to disk.
        told = {"synchronous_commit": "off"}
        told |= _SETTINGS.get(planning, {"plan_cache_mode": planning.value})
        return await asyncpg.create_pool(
            self._dsn,
            connect=self._door.connect,
            min_size=1,
            max_size=self._shares.rows_of(planning),
            reset=_keep,
            # what is longer than 15 kB would be planned anew at every call
            max_cacheable_statement_size=0,
            server_settings=_CONNECT["server_settings"] | told,
        )

    def session(self) -> AsyncSession:
        """The session of a request, a job or a command: of whoever has none yet."""
        return self._sessions()

    def apart(self) -> AsyncSession:
        """A short session beside the one that a request has, for what must survive its rollback."""
        return self._apart()

    def glance(self) -> AsyncSession:
        """A session for reading alone, each statement by itself, whatever the request has."""
        return self._glances()

    async def dispose(self) -> None:
        """Close every connection."""
        for engine in self.engines:
            await engine.dispose()
        for pool in self._pools.values():
            await close(pool)


class _Current:
    database: Database | None = None


def database() -> Database:
    """The database of this process, opened at first use."""
    if _Current.database is None:
        _Current.database = Database(settings().database_url, settings().pool_size)
    return _Current.database


def open_small() -> None:
    """Open it with half the connections: the worker does little at the same time."""
    _Current.database = Database(settings().database_url, max(8, settings().pool_size // 2))


async def dispose() -> None:
    """Close the database of this process, if it was opened."""
    if _Current.database is not None:
        await _Current.database.dispose()
        _Current.database = None
