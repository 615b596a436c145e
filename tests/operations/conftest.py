"""A database of its own for the tests of what runs the system."""

from collections.abc import AsyncIterator, Iterator

import pytest

from api.core.base.config import settings
from api.core.database import db, embedded, migrations


@pytest.fixture(scope="module")
def server() -> Iterator[embedded.EmbeddedPostgres]:
    """A throw-away server with the queue."""
    with embedded.temporary() as running, pytest.MonkeyPatch.context() as patch:
        # grants go to the role in the application's address
        patch.setenv("DATABASE_URL", running.app_url)
        settings.cache_clear()
        migrations.upgrade(running.owner_url, "jobs")
        yield running
    settings.cache_clear()


@pytest.fixture
async def own_database(
    server: embedded.EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[db.Database]:
    """The process's database, pointed at the throw-away server for one test."""
    await db.dispose()
    monkeypatch.setenv("DATABASE_URL", server.app_url)
    settings.cache_clear()
    try:
        yield db.database()
    finally:
        await db.dispose()
        settings.cache_clear()
