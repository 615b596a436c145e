"""Deadlines that were 暂定 are counted anew when the holidays of their year come out.

Each keeps the rule version that it started with (the law does not reach back); only the calendar
under it is new.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core import events
from api.core.clock import TIMEZONE
from api.core.db import database
from api.core.events import Event
from api.domain.cases import CaseStatus
from api.domain.events import EventName
from api.models.cases import Case
from api.models.lead_assists import LeadAssist
from api.models.leads import Lead
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.services import lead_transfers, restricted_decisions
from api.services.time_rules import Clock, Deadline, clock

_BATCH = 500
#: What is over keeps the deadline by which it was judged.
_OVER = frozenset(
    {"archived", "answered", "closed", "delisted", "ended", "rejected", "shut_down", "withdrawn"}
)
#: Holidays move a day by less than this; more means that the clock started on another day.
_MOVES_AT_MOST = timedelta(days=14)


class Columns(NamedTuple):
    """Where an aggregate keeps a deadline."""

    due: str = "due_on"
    provisional: str = "due_is_provisional"
    rule: str = "due_rule"
    version: str = "due_rule_version"


_USUAL = Columns()


@dataclass(frozen=True, slots=True)
class Counted:
    """An aggregate with a deadline.

    Its clock started on the day that `started` reads off the row, or on the day of the last event
    whose action is one of `actions`: whichever gives a day near the one that stands there.
    """

    resource: str
    model: Any
    columns: Columns = _USUAL
    actions: frozenset[str] = frozenset()
    started: Callable[[Any], date | None] = lambda _: None
    #: A day beyond which it may not go, whatever the calendar says.
    ceiling: Callable[[AsyncSession, Any], Awaitable[date | None]] | None = None


#: A case's clock runs from the stage it stands in, until the next act stops it.
_CLOCKED_STAGES = frozenset({CaseStatus.UNDER_REVIEW, CaseStatus.INVESTIGATING})


async def _of_lead(session: AsyncSession, assist: LeadAssist) -> date | None:
    """Assists are counted after leads, in whose term they stay."""
    return await session.scalar(select(Lead.due_on).where(Lead.id == assist.lead_id))


COUNTED = (
    Counted("lead", Lead, actions=frozenset({"assign", "recheck"})),
    Counted("lead_assist", LeadAssist, started=lambda row: row.asked_on, ceiling=_of_lead),
    Counted(
        "case", Case, started=lambda row: row.stage_on if row.status in _CLOCKED_STAGES else None
    ),
    Counted("rectification", Rectification, started=lambda row: row.ordered_on),
    Counted(
        "risk_entity",
        RiskEntity,
        Columns(
            "next_inspection_due",
            "inspection_due_is_provisional",
            "inspection_rule",
            "inspection_rule_version",
        ),
        actions=frozenset({"assess", "reassess"}),
        started=lambda row: row.last_inspected_on,
    ),
)


#: Terms that are kept elsewhere, or told to fewer people, by those who know them.
_FURTHER: tuple[Callable[[AsyncSession, Clock], Awaitable[None]], ...] = (
    lead_transfers.recount,
    restricted_decisions.recount,
)


async def recompute() -> None:
    """The job: every provisional deadline, in short transactions."""
    for recount in _FURTHER:
        async with database().session() as session, session.begin():
            await recount(session, await clock(session))
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
            .where(getattr(model, kind.columns.provisional), model.id > after)
            .order_by(model.id)
            .limit(_BATCH)
            .with_for_update()
        )
    )
    if not rows:
        return None
    current = await clock(session)
    acted = await _acted(session, kind, rows)
    for row in rows:
        starts = [day for day in (kind.started(row), acted.get(row.id)) if day is not None]
        await _recount(session, kind, row, starts, current)
    return rows[-1].id


async def _acted(session: AsyncSession, kind: Counted, rows: Sequence[Any]) -> dict[UUID, date]:
    if not kind.actions:
        return {}
    found = await session.execute(
        select(Event.subject_id, func.max(Event.at))
        .where(
            Event.subject_id.in_([row.id for row in rows]),
            Event.subject_type == kind.resource,
            Event.data["action"].astext.in_(kind.actions),
        )
        .group_by(Event.subject_id)
    )
    return {subject: at.astimezone(TIMEZONE).date() for subject, at in found if subject}


async def _recount(
    session: AsyncSession, kind: Counted, row: Any, starts: Sequence[date], current: Clock
) -> None:
    present: date | None = getattr(row, kind.columns.due)
    rule: str = getattr(row, kind.columns.rule)
    if present is None or not rule or row.status.value in _OVER:
        return
    version: int | None = getattr(row, kind.columns.version)
    due = _nearest(present, [current.due_on(rule, day, version=version) for day in starts])
    limit = await kind.ceiling(session, row) if kind.ceiling else None
    if due is not None and limit is not None and limit < due.on:
        due = replace(due, on=limit)
    if due is None or (due.on == present and due.is_provisional):
        return
    setattr(row, kind.columns.due, due.on)
    setattr(row, kind.columns.provisional, due.is_provisional)
    row.version += 1
    await session.flush()
    await events.record(
        session, None, EventName.DUE_RECOUNTED, kind.resource, row.id,
        {"from_day": present.isoformat(), "to_day": due.on.isoformat(),
         "is_provisional": due.is_provisional},
    )  # fmt: skip


def _nearest(present: date, counted: Sequence[Deadline]) -> Deadline | None:
    near = [due for due in counted if abs(due.on - present) <= _MOVES_AT_MOST]
    return min(near, key=lambda due: abs(due.on - present), default=None)
