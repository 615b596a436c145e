"""Jobs: what happens after a change, decided in the transaction of that change.

A job is a row in the queue of pgqueuer, inserted through the caller's own session: with the
change it is there, without the change it is not. The insert is a statement of SQLAlchemy's, never
one of the raw driver connection: SQLAlchemy sends BEGIN with its first own statement, so a raw
insert before it would be committed at once and survive the rollback (docs/adr/0003-jobs.md).

A job runs at least once: its work commits before the job is marked done, and a machine may die
between the two. Handlers ask whether their work is still to be done.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import orjson
import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    Handler = Callable[[dict[str, Any]], Awaitable[None]]

#: A job that keeps failing is tried for about fifteen hours, then held for a person to look at.
MAX_ATTEMPTS = 9
FIRST_DELAY = timedelta(seconds=10)
LONGEST_DELAY = timedelta(hours=6)
BACKOFF = 3.0
#: Job logs older than this are cut (they carry no personal data, only names and ids).
KEEP_LOGS = timedelta(days=30)

#: Identifiers, codes and dates; a name, a phone number or a narrative does not pass.
_PLAIN = re.compile(r"[a-z][A-Za-z0-9_.:-]{0,99}|\d{4}-\d{2}-\d{2}(T[0-9:.+-]{5,25})?")


@dataclass(frozen=True)
class Schedule:
    """A job put into the queue again and again. `minute` and `hour` are Chinese time."""

    job: str
    minute: str = "0"
    hour: str = "*"

    @property
    def expression(self) -> str:
        """The same as cron in UTC, which is what the library counts in."""
        hour = self.hour
        if hour.isdigit():
            hour = str((int(hour) - 8) % 24)
        elif hour != "*" and not hour.startswith("*/"):
            raise ValueError(f"hour: one number, * or */n, not {self.hour!r}")
        return f"{self.minute} {hour} * * *"


async def enqueue(
    session: AsyncSession,
    name: str,
    payload: Mapping[str, object] | None = None,
    *,
    delay: timedelta = timedelta(),
    key: str | None = None,
) -> None:
    """Put a job into the queue, in the transaction of this session.

    `payload` holds ids only: UUIDs, numbers, codes, dates. `key`: while a job with this key waits
    or runs, another one is not added.
    """
    body = {field: _plain(field, value) for field, value in (payload or {}).items()}
    await session.execute(
        _INSERT,
        {"name": name, "payload": orjson.dumps(body), "delay": delay, "key": key},
    )


_INSERT = sa.text(
    "INSERT INTO pgqueuer (priority, entrypoint, payload, execute_after, dedupe_key, status)"
    " VALUES (0, :name, :payload, now() + :delay, :key, 'queued')"
    " ON CONFLICT (dedupe_key) WHERE status = ANY (ARRAY['queued'::pgqueuer_status,"
    " 'picked'::pgqueuer_status]) AND dedupe_key IS NOT NULL DO NOTHING"
).bindparams(
    sa.bindparam("payload", type_=sa.LargeBinary()),
    sa.bindparam("delay", type_=sa.Interval()),
    sa.bindparam("key", type_=sa.Text()),
    sa.bindparam("name", type_=sa.Text()),
)


def _plain(field: str, value: object) -> object:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list):
        return [_plain(field, item) for item in cast("list[object]", value)]
    text = str(value)
    if _PLAIN.fullmatch(text) or _is_uuid(text):
        return text
    # the value itself is not repeated: it may be what must not be written down
    raise ValueError(f"a job's payload carries ids only: {field}")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


# --- for the administrator ----------------------------------------------------------------------


@dataclass(frozen=True)
class JobRow:
    """A job that waits, runs, or was held after its last attempt."""

    id: int
    name: str
    status: str
    attempts: int
    created_at: datetime
    execute_after: datetime
    error: str | None


async def waiting(
    session: AsyncSession, status: str | None, limit: int, before: int | None = None
) -> list[JobRow]:
    """Newest first; finished jobs are not kept. The error is a class name, never a message."""
    rows = await session.execute(_LIST, {"status": status, "limit": limit, "before": before})
    return [JobRow(*row) for row in rows]


_LIST = sa.text(
    "SELECT id, entrypoint, status::text, attempts, created, execute_after,"
    " (SELECT traceback ->> 'exception_message' FROM pgqueuer_log WHERE job_id = job.id"
    "  AND traceback IS NOT NULL ORDER BY created DESC LIMIT 1)"
    " FROM pgqueuer AS job WHERE (CAST(:status AS text) IS NULL OR status::text = :status)"
    " AND (CAST(:before AS bigint) IS NULL OR id < :before)"
    " ORDER BY id DESC LIMIT :limit"
).bindparams(sa.bindparam("status", type_=sa.Text()), sa.bindparam("before", type_=sa.BigInteger()))


async def retry(session: AsyncSession, job_id: int) -> bool:
    """Let a held job begin anew. False when there is no held job of that id."""
    done = await session.execute(
        sa.text(
            "UPDATE pgqueuer SET status = 'queued', execute_after = now(), updated = now(),"
            " attempts = 0, queue_manager_id = NULL WHERE id = :id AND status = 'failed'"
            " RETURNING id"
        ),
        {"id": job_id},
    )
    return done.first() is not None


async def counts(session: AsyncSession, status: str | None = None) -> dict[str, int]:
    """How many jobs there are by status (for /metrics and the operator's page)."""
    rows = await session.execute(
        sa.text(
            "SELECT status::text, count(*) FROM pgqueuer"
            " WHERE CAST(:status AS text) IS NULL OR status::text = :status GROUP BY status"
        ).bindparams(sa.bindparam("status", type_=sa.Text())),
        {"status": status},
    )
    return {str(found): int(number) for found, number in rows}


async def prune(session: AsyncSession) -> None:
    """Cut old logs; a job of every night."""
    for table in ("pgqueuer_log", "pgqueuer_statistics"):
        await session.execute(
            sa.text(f"DELETE FROM {table} WHERE created < now() - :age"),  # noqa: S608
            {"age": KEEP_LOGS},
        )
