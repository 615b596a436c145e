"""What the head of a record costs: one record read with it and without it, by turns in one process.

Processor time of that process: the days that the head is made from come in the same statement
either way (tests/services/test_statements.py).
"""

import asyncio
import os
import statistics
import time
from typing import Any

import httpx

from bench import dataset, run

_LEADS = 1_000
_READS, _ROUNDS = 200, 9


async def _none(*_: Any) -> None:
    return None


async def _compared() -> float:
    from api.core.base.security import read_access_token
    from api.core.database.db import database
    from api.main import create_app
    from api.services.leads import lead_standing, leads

    app, made = create_app(), lead_standing.of
    here = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bench")
    async with app.router.lifespan_context(app), here as client:
        form = {"grant_type": "password", "username": "office", "password": run.PASSWORD}
        answer = await client.post("/api/v1/auth/token", data=form)
        actor = read_access_token(answer.json()["access_token"])
        one = await database().fetchrow("SELECT id FROM leads ORDER BY id DESC LIMIT 1")

        async def spent(head: Any) -> float:
            lead_standing.of = head
            started = time.process_time()
            for _ in range(_READS):
                await leads.read(actor, one["id"])
            return time.process_time() - started

        await spent(made)
        pairs = [(await spent(_none), await spent(made)) for _ in range(_ROUNDS)]
    return round(statistics.median(without / whole for without, whole in pairs), 3)


def ratio() -> float:
    """A record without its head, to the same with it."""
    with run.database() as (environment, owner_url):
        os.environ.update(environment)
        asyncio.run(run.demo())
        asyncio.run(run.with_connection(owner_url, lambda c: dataset.fill(c, _LEADS, first=1)))
        return asyncio.run(_compared())
