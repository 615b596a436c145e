"""The worker's jobs, when a test wants them."""

import asyncio

from api.core.database import db
from api.worker import JOBS


def run_job(name: str, times: int = 1) -> None:
    """The worker's hour has come."""

    async def go() -> None:
        others, db._Current.database = db._Current.database, None
        try:
            for _ in range(times):
                await JOBS[name]({})
        finally:
            await db.dispose()
            db._Current.database = others

    asyncio.run(go())
