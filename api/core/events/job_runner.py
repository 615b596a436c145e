"""The library's side of jobs: fetching, retrying, holding. Loaded by the worker only."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from pgqueuer import PgQueuer
from pgqueuer.core.executors import DatabaseRetryEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.types import QueueExecutionMode

from api.core.database import db
from api.core.events import jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pgqueuer.models import Context, Job, Schedule

_log = structlog.get_logger()
#: There is no NOTIFY (it makes the commits of all writers wait for each other), so we ask.
_ASK_EVERY = timedelta(seconds=1)
#: Seconds for what is being done to end; whoever watches over us has a little more.
_PATIENCE = 8


class JobFailed(Exception):
    """Stands for the real exception in the job log: its class, not its words.

    A database error repeats the values of its statement, and those may be personal data.
    """


@dataclass
class _Executor(DatabaseRetryEntrypointExecutor):
    """Exponential backoff, then held for a person."""

    max_attempts: int = jobs.MAX_ATTEMPTS
    initial_delay: timedelta = jobs.FIRST_DELAY
    max_delay: timedelta = jobs.LONGEST_DELAY
    backoff_multiplier: float = jobs.BACKOFF

    async def execute(self, job: Job, context: Context) -> None:
        failed: Exception
        try:
            await super().execute(job, context)
        except RetryRequested as error:
            failed = RetryRequested(delay=error.delay, reason=_name(error.__cause__ or error))
        except Exception as error:  # whatever it is, it is counted and named
            failed = JobFailed(_name(error))
        else:
            return
        _log.warning("job_failed", job=job.entrypoint, id=job.id, error=str(failed))
        raise failed


def _name(error: BaseException) -> str:
    kind = type(error)
    return f"{kind.__module__}.{kind.__qualname__}"


async def run(
    url: str,
    handlers: Mapping[str, jobs.Handler],
    schedules: Sequence[jobs.Schedule],
    stop: asyncio.Event,
    *,
    until_empty: bool,
) -> None:
    """Do jobs until `stop`, or until none is left."""
    asyncpg: Any = import_module("asyncpg")
    lost = asyncio.Event()

    async def watched(connection: Any) -> None:
        connection.add_termination_listener(lambda _: lost.set())

    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=4,
        init=watched,
        max_inactive_connection_lifetime=0,  # whatever ends now ended by itself
        server_settings={"TimeZone": "Asia/Shanghai", "jit": "off"},
    )
    try:
        queue = PgQueuer.from_asyncpg_pool(pool)
        for name, handler in handlers.items():
            _register(queue, name, handler)
        for schedule in schedules:
            _schedule(queue, schedule)
        mode = QueueExecutionMode.drain if until_empty else QueueExecutionMode.continuous
        running = asyncio.create_task(queue.run(dequeue_timeout=_ASK_EVERY, mode=mode))
        await _until(running, stop, lost, queue)
    finally:
        await db.close(pool)


async def _until(
    running: asyncio.Task[None], stop: asyncio.Event, lost: asyncio.Event, queue: PgQueuer
) -> None:
    """Until it ends by itself, is told to, or loses a connection: the library may then wait for
    ever, doing nothing, so it begins anew. Raises ConnectionError, and what it raised itself."""
    waits = [asyncio.create_task(each.wait()) for each in (stop, lost)]
    await asyncio.wait([running, *waits], return_when=asyncio.FIRST_COMPLETED)
    for each in waits:
        each.cancel()
    if not running.done() and stop.is_set():
        queue.shutdown.set()
        await asyncio.wait([running], timeout=_PATIENCE)
    if not running.done():
        running.cancel()
        await asyncio.wait([running], timeout=_PATIENCE)
        if not stop.is_set():
            message = "lost a connection"
            raise ConnectionError(message)
        return
    running.result()


def _register(queue: PgQueuer, name: str, handler: jobs.Handler) -> None:
    def executor(parameters: EntrypointExecutorParameters) -> _Executor:
        return _Executor(parameters=parameters)

    async def entry(job: Job) -> None:
        await handler(orjson.loads(job.payload or b"{}"))

    queue.entrypoint(name, accepts_context=False, on_failure="hold", executor_factory=executor)(
        entry
    )


def _schedule(queue: PgQueuer, schedule: jobs.Schedule) -> None:
    async def entry(_: Schedule) -> None:
        # only puts the job into the queue: there it is retried and seen like every other
        async with db.database().session() as session, session.begin():
            await jobs.enqueue(session, schedule.job, key=f"schedule:{schedule.job}")

    queue.schedule(
        f"schedule:{schedule.job}", schedule.expression, clean_old=True, accepts_context=False
    )(entry)
