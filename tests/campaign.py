"""A town with half a year of work behind it."""

import asyncio

from api.core.database import db
from api.services.demo import demo_campaign


def live_half_a_year() -> None:
    """In the database that the settings name, in a loop and on connections of its own: every list
    has something in it. Whatever other tests of this process hold open stays where it is."""
    others, db._Current.database = db._Current.database, None
    try:
        asyncio.run(_live())
    finally:
        db._Current.database = others


async def _live() -> None:
    try:
        async with db.database().session() as session, session.begin():
            await demo_campaign.tell(session, lambda *_: None)
    finally:
        await db.dispose()
