"""Deadlines that were 暂定 are counted anew when the holidays of their year come out.

Each keeps the rule version that it started with (the law does not reach back); only the calendar
under it is new.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core import events
from api.core.clock import TIMEZONE
from api.core.db import database
from api.core.events import Event
from api.domain.events import EventName
from api.models.leads import Lead
from api.services.time_rules import Clock, clock

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Counted:
    """An aggregate with `due_on`, `due_is_provisional`, `due_rule`, `due_rule_version`, and the
    actions that start its clock."""

    resource: str
    model: Any
    transitioned: EventName
    starts: frozenset[str]


COUNTED = (
    Counted(
        "lead",
        Lead,
        EventName.LEAD_TRANSITIONED,
        frozenset({"assign", "recheck"}),
    ),
)


async def recompute() -> None:
    """The job: every provisional deadline, in short transactions."""
    for kind in COUNTED:
        after = UUID(int=0)
        while True:
            async with database().session() as session, session.begin():
                last = await _batch(session, kind, after)
            if last is None:
                break
            after = last


async def _batch(session: AsyncSession, kind: Counted, after: UUID) -> UUID | None:
    model = kind.model
    rows = list(
        await session.scalars(
            select(model)
            .where(model.due_is_provisional, model.id > after)
            .order_by(model.id)
            .limit(_BATCH)
            .with_for_update()
        )
    )
    if not rows:
        return None
    current = await clock(session)
    starts = await _starts(session, kind, [row.id for row in rows])
    for row in rows:
        await _recount(session, kind, row, starts.get(row.id), current)
    return rows[-1].id


async def _starts(session: AsyncSession, kind: Counted, ids: Iterable[UUID]) -> dict[UUID, date]:
    """When each clock started: the day of the last action that starts one."""
    found = await session.execute(
        select(Event.subject_id, func.max(Event.at))
        .where(
            Event.subject_id.in_(list(ids)),
            Event.name == kind.transitioned.value,
            Event.data["action"].astext.in_(kind.starts),
        )
        .group_by(Event.subject_id)
    )
    return {subject: at.astimezone(TIMEZONE).date() for subject, at in found if subject}


async def _recount(
    session: AsyncSession, kind: Counted, row: Any, start: date | None, current: Clock
) -> None:
    if start is None:
        return
    due = current.due_on(row.due_rule, start, version=row.due_rule_version)
    if (due.on, due.is_provisional) == (row.due_on, row.due_is_provisional):
        return
    told = {
        "from_day": row.due_on.isoformat() if row.due_on else None,
        "to_day": due.on.isoformat(),
    }
    row.due_on, row.due_is_provisional = due.on, due.is_provisional
    row.version += 1
    await session.flush()
    await events.record(
        session, None, EventName.DUE_RECOUNTED, kind.resource, row.id,
        told | {"is_provisional": due.is_provisional},
    )  # fmt: skip
