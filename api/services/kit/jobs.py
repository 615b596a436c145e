"""What the system administrator may see of background jobs, and do."""

from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.security import sign, unsign
from api.core.events import events, jobs
from api.core.listing.pagination import bad_cursor
from api.domain.kit.actors import Actor
from api.domain.kit.errors import NotFound
from api.domain.kit.events import EventName
from api.domain.kit.jobs import JobAction
from api.schemas.jobs import JobQuery


async def page(session: AsyncSession, query: JobQuery) -> dict[str, Any]:
    """Newest first; only jobs that wait, run or were held exist."""
    status = query.status.value if query.status else None
    before = _read_cursor(query.cursor) if query.cursor else None
    rows = await jobs.waiting(session, status, query.limit + 1, before)
    items = rows[: query.limit]
    more = len(rows) > query.limit
    return {
        "items": [asdict(row) for row in items],
        "next_cursor": sign("jobs", items[-1].id) if more else None,
        "prev_cursor": None,
        "total": sum((await jobs.counts(session, status)).values()) if query.with_total else None,
        "total_is_exact": query.with_total,
        "sums": None,
        "notice": None,
    }


async def transition(session: AsyncSession, actor: Actor, job_id: int, action: JobAction) -> None:
    """Let a held job begin anew. Raises NotFound when it is not held (any more)."""
    if not await jobs.retry(session, job_id):
        raise NotFound("没有这个已搁置的任务")
    data = {"job": job_id, "action": action.value}
    await events.record(session, actor, EventName.JOB_CHANGED, "job", None, data)


def _read_cursor(cursor: str) -> int:
    try:
        found = unsign("jobs", cursor)
    except ValueError:
        found = None
    if not isinstance(found, int):
        raise bad_cursor()
    return found
