"""How often a read asks the database: the head of a record comes with the record."""

import pytest

from api.core.base.security import read_access_token
from api.core.database import db
from api.services.leads import lead_standing, leads
from tests.factories import make_lead


@pytest.fixture
async def asked(running, session, monkeypatch):
    """The statements of the hot path, from here on."""
    database = db.Database(running.app_url)
    monkeypatch.setattr(db._Current, "database", database)
    found: list[str] = []
    fetch = db.Database.fetchrow

    async def told(self, sql, *values, **more):
        found.append(sql)
        return await fetch(self, sql, *values, **more)

    monkeypatch.setattr(db.Database, "fetchrow", told)
    yield found
    await database.dispose()


async def test_a_head_needs_no_further_statement(client, asked, monkeypatch):
    """Where it stands, whose turn it is, until when: of a lead that waits, in one statement."""
    office = client("office")
    lead = make_lead(office)
    actor = read_access_token(office.headers["Authorization"].removeprefix("Bearer "))
    await leads.read(actor, lead["id"])  # rules and calendar are read now and then
    asked.clear()
    told = await leads.read(actor, lead["id"])
    assert told["standing"]["now"]
    assert len(asked) == 1

    async def none(*_):
        return None

    monkeypatch.setattr(lead_standing, "of", none)
    asked.clear()
    await leads.read(actor, lead["id"])
    assert len(asked) == 1
