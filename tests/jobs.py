"""The worker's jobs, when a test wants them."""

import asyncio

from api.core.database import db
from api.worker import JOBS


def run_job(name: str, times: int = 1, *, at_once: int = 1) -> None:
    """The worker's hour has come; of several workers at once some may find another at work."""

    async def go() -> None:
        others, db._Current.database = db._Current.database, None
        try:
            for _ in range(times):
                every = (JOBS[name]({}) for _ in range(at_once))
                ended = await asyncio.gather(*every, return_exceptions=at_once > 1)
                assert None in ended, ended
        finally:
            await db.dispose()
            db._Current.database = others

    asyncio.run(go())
