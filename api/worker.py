"""The worker: which job is whose work, and what runs by the clock.

The top floor, because only here may a job's name meet the service that does it. A handler gets the
job's payload, opens its own session, and keeps network calls outside of transactions.
"""

from __future__ import annotations

import asyncio
import signal
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from api.core import db, jobs, logging, memory, outages, processes
from api.core.config import settings
from api.core.migrations import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


async def _prune(_payload: dict[str, Any]) -> None:
    async with db.database().session() as session, session.begin():
        await jobs.prune(session)


async def _parse_import(payload: dict[str, Any]) -> None:
    from api.services import imports

    await imports.parse(UUID(str(payload["import_id"])))


async def _prune_answers(_payload: dict[str, Any]) -> None:
    from api.core import idempotency, login_failures

    async with db.database().session() as session, session.begin():
        await idempotency.forget_old(session)
    async with db.database().session() as session, session.begin():
        await login_failures.prune(session)


async def _prune_imports(_payload: dict[str, Any]) -> None:
    from api.services import imports

    async with db.database().session() as session, session.begin():
        await imports.prune(session)


async def _recount_deadlines(_payload: dict[str, Any]) -> None:
    from api.services import deadlines

    await deadlines.recompute()


async def _lapse_measures(_payload: dict[str, Any]) -> None:
    from api.services import property_measures

    async with db.database().session() as session, session.begin():
        await property_measures.lapse(session)


async def _watch_duties(_payload: dict[str, Any]) -> None:
    from api.services import duties, lead_alarms

    async with db.database().session() as session, session.begin():
        await duties.notify(session)
    async with db.database().session() as session, session.begin():
        await lead_alarms.notify(session)


async def _seal_seeds(_payload: dict[str, Any]) -> None:
    from api.services import recheck_seeds

    async with db.database().session() as session, session.begin():
        await recheck_seeds.seal_all(session)


async def _sweep_files(_payload: dict[str, Any]) -> None:
    from api.core import files

    async with db.database().session() as session:
        await files.sweep(session)


#: job name → handler
JOBS: dict[str, jobs.Handler] = {
    "deadlines.recompute": _recount_deadlines,
    "duties.watch": _watch_duties,
    "files.sweep": _sweep_files,
    "idempotency.prune": _prune_answers,
    "imports.parse": _parse_import,
    "imports.prune": _prune_imports,
    "jobs.prune": _prune,
    "property_measures.lapse": _lapse_measures,
    "recheck_seeds.seal": _seal_seeds,
}
#: Chinese time
SCHEDULES: list[jobs.Schedule] = [
    # Hourly, because a machine that slept at midnight must not lose the day's warnings.
    jobs.Schedule("duties.watch", minute="5"),
    jobs.Schedule("files.sweep", minute="37", hour="3"),
    jobs.Schedule("property_measures.lapse", minute="3", hour="0"),
    # Hourly too: a town that was set up today may draw today.
    jobs.Schedule("recheck_seeds.seal", minute="9"),
    jobs.Schedule("imports.prune", minute="27", hour="3"),
    jobs.Schedule("idempotency.prune", minute="47", hour="3"),
    jobs.Schedule("jobs.prune", minute="17", hour="3"),
]


def main() -> None:
    """Run until told to stop."""
    memory.begin()
    logging.configure()
    _load_library()
    processes.await_go()
    memory.settle()
    db.open_small()
    backoff = processes.Backoff()
    while True:
        backoff.began_now()
        try:
            asyncio.run(run(JOBS, SCHEDULES))
        except outages.RAISED as error:
            # the process stays: starting another one costs more than waiting, and says no more
            found = outages.of(error)
            why = found.detail if found else type(error).__name__
            structlog.get_logger().error("worker_waits", why=why)
            time.sleep(max(1.0, backoff.wait()))
            db.open_small()
        else:
            return


def _load_library() -> None:
    import_module("api.core.job_runner")
    import_module("asyncpg")


async def run(
    handlers: Mapping[str, jobs.Handler],
    schedules: Sequence[jobs.Schedule] = (),
    *,
    until_empty: bool = False,
) -> None:
    """Do jobs until SIGTERM, or (tests) until none is left."""
    from api.core import job_runner

    stop = asyncio.Event()
    if not until_empty:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
    try:
        await job_runner.run(
            plain(settings().database_url), handlers, schedules, stop, until_empty=until_empty
        )
    finally:
        await db.dispose()


if __name__ == "__main__":
    main()
