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

from api.core.base import logging, memory
from api.core.base.config import settings
from api.core.database import db, outages
from api.core.database.migrations import plain
from api.core.events import jobs
from api.core.operations import processes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence


def _by_itself(step: str, *ids: str) -> jobs.Handler:
    """A job that opens its own sessions: because it is long, or calls out in between. Of what it
    was put into the queue with, it is told these ids; a release before may have told more."""

    async def handle(payload: dict[str, Any]) -> None:
        await _called(step)(**{name: UUID(str(payload[name])) for name in ids})

    return handle


def _in_transactions(*steps: str) -> jobs.Handler:
    """A job of steps, each in a transaction of its own."""

    async def handle(_payload: dict[str, Any]) -> None:
        for step in steps:
            async with db.database().session() as session, session.begin():
                await _called(step)(session)

    return handle


def _called(step: str) -> Callable[..., Awaitable[object]]:
    """The function of a step, its module loaded only by the job that needs it."""
    module, _, name = step.partition(":")
    return getattr(import_module(module), name)


#: job name → handler
JOBS: dict[str, jobs.Handler] = {
    "deadlines.recompute": _by_itself("api.services.across.deadlines:recompute"),
    "duties.watch": _in_transactions(
        "api.services.across.duties:notify",
        "api.services.leads.lead_alarms:notify",
        "api.services.across.escalations:notify",
    ),
    "files.sweep": _by_itself("api.core.files.files:sweep"),
    "idempotency.prune": _in_transactions(
        "api.core.web.idempotency:forget_old", "api.core.web.login_failures:prune"
    ),
    "imports.parse": _by_itself("api.services.imports.imports:parse", "import_id"),
    "imports.prune": _in_transactions("api.services.imports.imports:prune"),
    "lead_counts.keep": _by_itself("api.services.across.lead_counts:keep"),
    "jobs.prune": _in_transactions("api.core.events.jobs:prune"),
    "property_measures.lapse": _in_transactions("api.services.recovery.property_measures:lapse"),
    "recheck_seeds.seal": _in_transactions("api.services.leads.recheck_seeds:seal_all"),
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
    # what changed since the last time is counted from the leads themselves: not too many of them
    jobs.Schedule("lead_counts.keep", minute="*/10"),
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
            logging.structlog.get_logger().error("worker_waits", why=why)
            time.sleep(max(1.0, backoff.wait()))
            db.open_small()
        else:
            return


def _load_library() -> None:
    import_module("api.core.events.job_runner")
    import_module("asyncpg")


async def run(
    handlers: Mapping[str, jobs.Handler],
    schedules: Sequence[jobs.Schedule] = (),
    *,
    until_empty: bool = False,
) -> None:
    """Do jobs until SIGTERM, or (tests) until none is left."""
    from api.core.events import job_runner

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
