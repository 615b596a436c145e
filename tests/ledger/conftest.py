"""A database of its own: what is tested here happens at COMMIT, so nothing can be rolled back."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.config import Config

from alembic import command
from api.core import embedded
from api.core.db import Database

Connection = asyncpg.Connection


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.EmbeddedPostgres]:
    """A throw-away PostgreSQL, migrated to head."""
    with embedded.temporary() as running:
        config = Config("alembic.ini")
        config.attributes["url"] = running.owner_url
        command.upgrade(config, "head")
        yield running


def plain(url: str) -> str:
    """The address as asyncpg itself reads it."""
    return str(sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


@pytest.fixture
async def app(server: embedded.EmbeddedPostgres) -> AsyncIterator[Connection]:
    """A raw connection as the application's role: what an intruder in the app could do."""
    connection = await asyncpg.connect(plain(server.app_url))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def database(server: embedded.EmbeddedPostgres) -> AsyncIterator[Database]:
    """The engines, as the application's role."""
    opened = Database(server.app_url)
    yield opened
    await opened.dispose()
