"""A town with half a year of work behind it."""

import asyncio

from api.core.database import db
from api.services.demo import demo_campaign


def live_half_a_year() -> None:
    """In the database that the settings name: every list has something in it."""
    asyncio.run(_live())


async def _live() -> None:
    try:
        async with db.database().session() as session, session.begin():
            await demo_campaign.tell(session, lambda *_: None)
    finally:
        await db.dispose()
