"""Migrations: one head, both directions, the models and the database in agreement, least rights."""

import asyncio
import warnings

import asyncpg
import pytest

from alembic import command
from api.core import embedded, migrations
from api.core.config import settings


@pytest.fixture(scope="module")
def server():
    with embedded.temporary() as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", running.app_url)
        settings.cache_clear()
        yield running
    settings.cache_clear()


def tables(url: str) -> set[str]:
    async def read() -> set[str]:
        connection = await asyncpg.connect(migrations.plain(url))
        try:
            rows = await connection.fetch(
                "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace "
                "WHERE relkind IN ('r', 'S', 'v') AND nspname = 'public'"
            )
        finally:
            await connection.close()
        return {row["relname"] for row in rows}

    return asyncio.run(read())


def test_there_is_one_head():
    assert migrations.head()


def test_up_down_and_up_again(server):
    migrations.upgrade(server.owner_url)
    full = tables(server.owner_url)
    assert {"leads", "cases", "events", "transfers"} <= full
    migrations.downgrade(server.owner_url, "base")
    assert tables(server.owner_url) <= {"alembic_version"}
    migrations.upgrade(server.owner_url)
    assert tables(server.owner_url) == full


def test_the_models_say_what_the_database_has(server):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Did not recognize type 'xid8'")
        command.check(migrations.config(server.owner_url))


def test_the_app_role_owns_nothing_and_changes_no_event(server):
    async def attempt() -> list[str]:
        connection = await asyncpg.connect(migrations.plain(server.app_url))
        refused = []
        try:
            assert asyncio.get_running_loop()
            for statement in (
                "UPDATE events SET name = 'x'",
                "DELETE FROM events",
                "TRUNCATE events",
                "DELETE FROM transfers",
                "UPDATE postings SET amount = 1",
                "DROP TABLE leads",
                "ALTER TABLE leads ADD COLUMN x int",
                "CREATE TABLE mine (x int)",
                "DELETE FROM leads",
            ):
                try:
                    await connection.execute(statement)
                except asyncpg.InsufficientPrivilegeError:
                    refused.append(statement)
        finally:
            await connection.close()
        return refused

    assert len(asyncio.run(attempt())) == 9
    assert asyncio.run(migrations.owned_tables(server.app_url)) == 0
