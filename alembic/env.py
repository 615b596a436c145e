"""Migrations run as the owner, one process at a time, and never wait long for a lock.

`lock_timeout`: a migration that queues behind a long transaction makes everybody queue behind
itself; after five seconds it gives up and leaves the system as it was.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from grants import settle
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from alembic import context

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

# any fixed number: the two halves of "yinling" in ASCII
ADVISORY_LOCK = 0x79696E6C
LOCK_TIMEOUT = "5s"


def _url() -> str:
    given: Any = context.config.attributes.get("url") or context.get_x_argument(
        as_dictionary=True
    ).get("url")
    if given:
        return str(given)
    from api.core.base.config import settings

    url = settings().owner_database_url or settings().database_url
    if not url:
        message = (
            "没有数据库地址：请设置 YINLING_OWNER_DATABASE_URL，或用 yinling migrate（内置数据库）"
        )
        raise SystemExit(message)
    return str(url)


def _metadata() -> sa.MetaData:
    import importlib
    import pkgutil

    import api.core
    import api.models
    from api.core.database.db import Base

    # plumbing tables (events, sessions, idempotency) live in core, the others in models
    for package in (api.core, api.models):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    return Base.metadata


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """The job library's tables are compared with its own declaration (tests/operations)."""
    return not (kind == "table" and name is not None and name.startswith("pgqueuer"))


def _comparable(_object: object, name: str | None, kind: str, *_: object) -> bool:
    """PostgreSQL spells long expressions its own way; what it makes of these indexes is compared by
    a test (tests/contract/test_migrations.py)."""
    long = {"ix_leads_left_out", "ix_leads_open_late"}
    spelled = name is not None and (name.endswith("_facets") or name in long)
    return not (kind == "index" and spelled)


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=_metadata(),
        compare_type=True,
        compare_server_default=True,
        include_name=_ours,
        include_object=_comparable,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        # two machines that deploy at once: the second waits, then finds nothing left to do
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(sa.text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        context.run_migrations()
        settle(connection)


async def _online() -> None:
    engine = create_async_engine(_url(), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run)
            await connection.commit()
    finally:
        await engine.dispose()


def _offline() -> None:
    context.configure(url=_url(), literal_binds=True, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    _offline()
elif (given := context.config.attributes.get("connection")) is not None:
    _run(given)
else:
    asyncio.run(_online())
