"""Leads on their way: handed over, merged, answered."""

import asyncio
from datetime import date, timedelta

import asyncpg

from api.core.base.clock import now, today
from api.core.database import migrations
from tests import factories
from tests.answers import done


def fed_back(handler, made: dict) -> dict:
    said = {"feedback_mode": "impossible", "feedback_note": "已电话告知。"}
    return done(handler.act(f"/leads/{made['id']}", "feed_back", made["version"], **said))


def merge(who, main, other, **over):
    body = {"lead_id": other["id"], "version": other["version"], "reason": "同一公司同一事"}
    return who.post(f"/leads/{main['id']}/merges", json=body | over)


def act(who, made: dict, action: str, **fields) -> dict:
    return done(who.act(f"/leads/{made['id']}", action, made["version"], **fields))


def running_clock(made: dict) -> dict | None:
    running = [c for t in made["transfers"] for c in t["clocks"] if c["ended_on"] is None]
    assert len(running) <= 1
    return running[0] if running else None


def waiting_since(running, lead: dict, day: date) -> None:
    """The server's clock cannot be moved while it runs, so the lead's day is."""

    async def change() -> None:
        connection = await asyncpg.connect(migrations.plain(running.owner_url))
        await connection.execute("UPDATE leads SET unowned_on = $2 WHERE id = $1", lead["id"], day)
        await connection.close()

    asyncio.run(change())


DAY = timedelta(days=1)
REPORT = {"investigators": "张志强、李卫国", "report": "经核实，收取会员费不予兑付，涉嫌诈骗。"}


def proposed(client, days_ago: int = 0, who: str = "market") -> dict:
    known = (now() - (days_ago + 1) * DAY).isoformat()
    made = factories.conclude(client("office"), client(who), received_at=known)
    reported = (today() - days_ago * DAY).isoformat()
    return act(client(who), made, "propose_transfer", reported_on=reported, **REPORT)
