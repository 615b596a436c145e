"""Engines, sessions and the declarative base.

Two doors: `reading()` is an autocommit connection for GETs; the write session of a request is
opened and committed by the route class (`core/routing.py`) before the response leaves.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import orjson
from fastapi import Depends, Request
from sqlalchemy import BigInteger, Date, DateTime, LargeBinary, MetaData, Text, Uuid
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase

from api.core.config import settings

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


#: UTC+8 for every text form of a time that the database makes (row_to_json, exports).
_CONNECT: dict[str, Any] = {"server_settings": {"TimeZone": "Asia/Shanghai", "jit": "off"}}


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


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
    #: Once, through the index that the statement is written for and nothing else (core/ways.py).
    IN_PLACE = "in place"


_SETTINGS: dict[Planning, dict[str, str]] = {
    Planning.IN_PLACE: {
        "plan_cache_mode": Planning.ONCE.value,
        "max_parallel_workers_per_gather": "0",
        **dict.fromkeys(
            ("enable_seqscan", "enable_bitmapscan", "enable_sort", "enable_hashjoin",
             "enable_mergejoin"),
            "off",
        ),
    }
}  # fmt: skip


class Database:
    """The engines of one process; made by `create_app()` and by the worker."""

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self._dsn = url.replace("+asyncpg", "")
        self._pool_size = pool_size
        self._pools: dict[Planning, Any] = {}
        self._pool_lock = asyncio.Lock()
        common: dict[str, Any] = {
            "connect_args": _CONNECT,
            "json_serializer": _json,
            "json_deserializer": orjson.loads,
            # an error names its statement, never the values: those are what must not be logged
            "hide_parameters": True,
            "pool_pre_ping": False,
            "pool_recycle": 1800,
        }
        self.engine: AsyncEngine = create_async_engine(
            url, pool_size=pool_size, max_overflow=pool_size, **common
        )
        self._reader: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            isolation_level="AUTOCOMMIT",
            pool_reset_on_return=None,
            **common,
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """An autocommit connection: no BEGIN and no ROLLBACK around a single SELECT."""
        async with self._reader.connect() as connection:
            yield connection

    async def fetchrow(self, sql: str, *values: object, planning: Planning = Planning.AUTO) -> Any:
        """One row of one statement on a plain asyncpg connection: the hot path of every read.

        Going through SQLAlchemy's pool and result costs as much as the query itself
        (docs/adr/0001-reads.md).
        """
        pool = self._pools.get(planning)
        if pool is None:
            async with self._pool_lock:
                pool = self._pools.get(planning)
                if pool is None:
                    pool = self._pools[planning] = await self._open_pool(planning)
        async with pool.acquire() as connection:
            return await connection.fetchrow(sql, *values)

    async def _open_pool(self, planning: Planning) -> Any:
        # The one thing that is written here are serial numbers (core/numbers.py). They need not be
        # waited for: whatever bears the number commits later, and takes the log before it to disk.
        told = {"synchronous_commit": "off"}
        told |= _SETTINGS.get(planning, {"plan_cache_mode": planning.value})
        usual = planning is Planning.AUTO
        return await asyncpg.create_pool(
            self._dsn,
            min_size=1,
            max_size=self._pool_size if usual else max(2, self._pool_size // 2),
            reset=_keep,
            server_settings=_CONNECT["server_settings"] | told,
        )

    def session(self) -> AsyncSession:
        """A session of its own, for what must survive the rollback of a request."""
        return self._sessions()

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
        await self._reader.dispose()
        for pool in self._pools.values():
            await pool.close()


class _Current:
    database: Database | None = None


def database() -> Database:
    """The database of this process, opened at first use."""
    if _Current.database is None:
        _Current.database = Database(settings().database_url, settings().pool_size)
    return _Current.database


async def dispose() -> None:
    """Close the database of this process, if it was opened."""
    if _Current.database is not None:
        await _Current.database.dispose()
        _Current.database = None


async def get_session(request: Request) -> AsyncSession:
    """The write session of this request; the route class commits it or rolls it back."""
    session: AsyncSession | None = getattr(request.state, "session", None)
    if session is None:
        session = request.state.session = database().session()
    return session


DbSession = Annotated[AsyncSession, Depends(get_session)]
