"""Doors to the running database as the application's role.

What is tested here happens at COMMIT, so nothing is rolled back; every test opens a book of its own.
"""

from collections.abc import AsyncIterator

import asyncpg
import pytest
import sqlalchemy as sa

from api.core.database.db import Database
from tests.conftest import Running


@pytest.fixture
async def app(running: Running) -> AsyncIterator[asyncpg.Connection]:
    """A raw connection: what an intruder in the application could do."""
    address = sa.make_url(running.app_url).set(drivername="postgresql")
    connection = await asyncpg.connect(address.render_as_string(hide_password=False))
    yield connection
    await connection.close()


@pytest.fixture(scope="session")
async def database(running: Running) -> AsyncIterator[Database]:
    """The engines."""
    opened = Database(running.app_url)
    yield opened
    await opened.dispose()
