"""Whoever holds a connection never waits for another of the same pool: with as many at once as a
pool has, they would wait for each other until all of them are refused."""

import asyncio
import re

import httpx
import pytest

from tests.conftest import PASSWORD, ROOT, started
from tests.factories import lead

#: More at once than the smallest pool has connections for writing.
AT_ONCE = 12
#: Where `session()` may be opened by hand: a job, a command, or a download, none of which is called
#: by somebody who holds one already. Everything else takes `apart()` or `glance()`.
OPENERS = {
    "api/services/across/lead_counts.py",
    "api/core/events/job_runner.py",
    "api/core/web/routing.py",
    "api/services/across/deadlines.py",
    "api/services/imports/exports.py",
    "api/services/imports/import_command.py",
    "api/services/imports/import_reading.py",
    "api/services/organisation/users.py",
}


def test_only_those_who_have_none_open_a_session():
    opening = re.compile(r"\b(?:database\(\)|here)\.session\(\)")
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "api").rglob("*.py")
        if opening.search(path.read_text(encoding="utf-8"))
    }
    commands = {name for name in found if "demo" in name or name in {"api/worker.py", "api/cli.py"}}
    assert found - commands == OPENERS


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A server with the fewest connections that the setting allows; nothing is remembered yet."""
    with started(tmp_path_factory.mktemp("narrow"), YINLING_POOL_SIZE="8") as server:
        yield server


async def at_once(url: str, who: str, ask) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=f"{url}/api/v1", timeout=60) as client:
        form = {"grant_type": "password", "username": who, "password": PASSWORD}
        tokens = (await client.post("/auth/token", data=form)).json()
        client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return await asyncio.gather(*(ask(client, number) for number in range(AT_ONCE)))


async def test_as_many_writers_as_come_are_served(narrow):
    """The first to write find no calendar and no rules in memory, and each reads them."""

    def create(client, number):
        key = {"Idempotency-Key": f"connections-{number:04}"}
        return client.post("/leads", json=lead(), headers=key)

    answers = await at_once(narrow.url, "office", create)
    assert [each.status_code for each in answers] == [201] * AT_ONCE


async def test_as_many_refusals_as_come_are_written_down(narrow):
    """Each leaves its trace in a transaction of its own."""

    def reveal(client, number):
        key = {"Idempotency-Key": f"refusals-{number:04}"}
        return client.post("/units", json={"name": "甲"}, headers=key)

    answers = await at_once(narrow.url, "village01", reveal)
    assert [each.status_code for each in answers] == [403] * AT_ONCE


async def test_as_many_wrong_passwords_as_come_are_counted(narrow):
    async with httpx.AsyncClient(base_url=f"{narrow.url}/api/v1", timeout=60) as client:
        forms = [
            {"grant_type": "password", "username": f"nobody{number}", "password": "Wrong-2026"}
            for number in range(AT_ONCE)
        ]
        answers = await asyncio.gather(*(client.post("/auth/token", data=form) for form in forms))
    assert {each.status_code for each in answers} == {400}
