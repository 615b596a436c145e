"""Stored dates are counted anew when a rule or the holidays of a year change.

Every date that a rule settles and no paper names: those of open leads, assists, cases, orders,
inspections, hand-overs, measures over property, periods of objection, and restricted files. Each
keeps the rule version that it started with, unless another term was set since that is in force
from its first day on; the law does not reach back (`Clock.holds`).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.database.db import database
from api.core.events import events
from api.domain.cases.cases import CaseStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import EntityStatus
from api.domain.kit.events import EventName
from api.domain.leads.lead_assists import UNANSWERED
from api.domain.leads.lead_marks import rules_of, strictest
from api.domain.leads.leads import LeadStatus
from api.models.cases import Case
from api.models.lead_assists import LeadAssist
from api.models.leads import Lead
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity, RiskMeasure
from api.services.kit.time_rules import Clock, Deadline, clock
from api.services.leads import lead_assists, lead_transfers
from api.services.recovery import distribution_decisions, property_measures
from api.services.reporters import informant_openings
from api.services.restricted import restricted_decisions

_BATCH = 500


class Columns(NamedTuple):
    """Where an aggregate keeps a deadline, and the day on which its clock started."""

    due: str = "due_on"
    provisional: str = "due_is_provisional"
    rule: str = "due_rule"
    version: str = "due_rule_version"
    start: str = "due_from"


_USUAL = Columns()


@dataclass(frozen=True, slots=True)
class Counted:
    """An aggregate with a deadline."""

    resource: str
    model: Any
    #: What is over keeps the deadline by which it was judged; a given date stays as given.
    waits: Callable[[], ColumnElement[bool]]
    columns: Columns = _USUAL
    #: What else the row says about the day that was counted.
    bound: Callable[[AsyncSession, Any, Deadline], Awaitable[Deadline]] | None = None
    #: Dates elsewhere that are copies of this one.
    follow: Callable[[AsyncSession, Any, date, date], Awaitable[None]] | None = None
    #: Every rule that applies; the strictest counts. Left out, the one that the row names.
    rules: Callable[[Any], tuple[str, ...]] | None = None

    def present(self, row: Any) -> Deadline:
        """What the row says now."""
        names = self.columns
        return Deadline(
            getattr(row, names.due), getattr(row, names.provisional),
            getattr(row, names.rule), getattr(row, names.version),
        )  # fmt: skip

    def counted(self, row: Any, current: Clock) -> Deadline:
        """What rules and calendar say now."""
        start: date = getattr(row, self.columns.start)
        own, version = getattr(row, self.columns.rule), getattr(row, self.columns.version)
        rules = self.rules(row) if self.rules else (own,)
        return strictest(
            current.due_on(
                rule,
                start,
                version=current.holds(rule, start, version) if rule == own else None,
                town=getattr(row, "town_code", None),
                pauses=getattr(row, "due_pauses", ()),
            )
            for rule in rules
        )


async def _of_lead(session: AsyncSession, assist: LeadAssist, due: Deadline) -> Deadline:
    """Assists are counted after leads, in whose term they stay."""
    limit = await session.scalar(select(Lead.due_on).where(Lead.id == assist.lead_id))
    return due if limit is None or due.on <= limit else replace(due, on=limit)


async def _assists_follow(session: AsyncSession, lead: Any, before: date, day: date) -> None:
    del before, day
    await session.flush()
    await lead_assists.cap(session, lead)


async def _not_at_once(session: AsyncSession, lead: Lead, due: Deadline) -> Deadline:
    """Nobody is late at once by a change, as by a mark (`lead_clocks`)."""
    del session
    return replace(due, on=max(due.on, min(lead.due_on or due.on, today())))


async def _not_while_it_stands_still(session: AsyncSession, lead: Lead, due: Deadline) -> Deadline:
    """The same of a term that stands still: what is left of it is counted from that day."""
    del session
    return replace(due, on=max(due.on, min(lead.due_held_on or due.on, lead.due_pauses[-1])))


def _of_marks(lead: Lead) -> tuple[str, ...]:
    return rules_of(lead.marks, lead.due_rule, fast=lead.fast_track)


async def _measure_follows(session: AsyncSession, order: Any, before: date, day: date) -> None:
    await session.execute(
        update(RiskMeasure)
        .where(RiskMeasure.rectification_id == order.id, RiskMeasure.deadline == before)
        .values(deadline=day)
    )


async def _reminder_follows(session: AsyncSession, entity: Any, before: date, day: date) -> None:
    if entity.review_on == before:
        entity.review_on = day
    await session.execute(
        update(RiskMeasure)
        .where(
            RiskMeasure.entity_id == entity.id,
            RiskMeasure.done_on.is_(None),
            RiskMeasure.rectification_id.is_(None),
            RiskMeasure.deadline == before,
        )
        .values(deadline=day)
    )


_LEAD_OVER = [
    LeadStatus.CLOSED, LeadStatus.ARCHIVED, LeadStatus.REJECTED, LeadStatus.WITHDRAWN,
]  # fmt: skip
COUNTED = (
    Counted(
        "lead",
        Lead,
        lambda: Lead.due_given.is_(None) & Lead.status.not_in(_LEAD_OVER),
        bound=_not_at_once,
        follow=_assists_follow,
        rules=_of_marks,
    ),
    Counted(
        "lead",
        Lead,
        lambda: Lead.due_given.is_(None) & Lead.status.not_in(_LEAD_OVER),
        _USUAL._replace(due="due_held_on"),
        bound=_not_while_it_stands_still,
        rules=_of_marks,
    ),
    Counted(
        "lead_assist",
        LeadAssist,
        lambda: ~LeadAssist.due_is_given & LeadAssist.status.in_(UNANSWERED),
        _USUAL._replace(start="asked_on"),
        bound=_of_lead,
    ),
    Counted("case", Case, lambda: Case.status.not_in([CaseStatus.CLOSED, CaseStatus.WITHDRAWN])),
    Counted(
        "rectification",
        Rectification,
        lambda: (
            ~Rectification.due_is_given
            & Rectification.status.not_in(
                [RectificationStatus.CLOSED, RectificationStatus.WITHDRAWN]
            )
        ),
        _USUAL._replace(start="ordered_on"),
        follow=_measure_follows,
    ),
    Counted(
        "risk_entity",
        RiskEntity,
        lambda: RiskEntity.status.not_in([EntityStatus.DELISTED, EntityStatus.SHUT_DOWN]),
        Columns(
            "next_inspection_due",
            "inspection_due_is_provisional",
            "inspection_rule",
            "inspection_rule_version",
            "inspection_due_from",
        ),
        follow=_reminder_follows,
    ),
)


#: Terms that are kept elsewhere, or told to fewer people, by those who know them.
_FURTHER: tuple[Callable[[AsyncSession, Clock], Awaitable[None]], ...] = (
    lead_transfers.recount,
    restricted_decisions.recount,
    property_measures.recount,
    distribution_decisions.recount,
    informant_openings.recount,
)


async def recompute() -> None:
    """The job: every date that a rule settles, in short transactions."""
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
    """The next rows, locked one by one only when their day moves: a town's open leads are many."""
    model, columns = kind.model, kind.columns
    rows = list(
        await session.scalars(
            select(model)
            .where(
                model.id > after,
                getattr(model, columns.due).is_not(None),
                getattr(model, columns.start).is_not(None),
                getattr(model, columns.rule) != "",
                kind.waits(),
            )
            .order_by(model.id)
            .limit(_BATCH)
        )
    )
    if not rows:
        return None
    current = await clock(session)
    for row in rows:
        if await _bounded(session, kind, row, current) != kind.present(row):
            await _recount(session, kind, row.id, current)
    return rows[-1].id


async def _bounded(session: AsyncSession, kind: Counted, row: Any, current: Clock) -> Deadline:
    due = kind.counted(row, current)
    return await kind.bound(session, row, due) if kind.bound else due


async def _recount(session: AsyncSession, kind: Counted, record_id: UUID, current: Clock) -> None:
    model, columns = kind.model, kind.columns
    row: Any = await session.scalar(
        select(model)
        .where(model.id == record_id, getattr(model, columns.start).is_not(None), kind.waits())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or getattr(row, columns.due) is None:
        return
    before, due = kind.present(row), await _bounded(session, kind, row, current)
    if due == before:
        return
    setattr(row, columns.due, due.on)
    setattr(row, columns.provisional, due.is_provisional)
    setattr(row, columns.rule, due.rule_id)
    setattr(row, columns.version, due.rule_version)
    row.version += 1
    if kind.follow:
        await kind.follow(session, row, before.on, due.on)
    await session.flush()
    await events.record(
        session, None, EventName.DUE_RECOUNTED, kind.resource, row.id,
        {"from_day": before.on.isoformat(), "to_day": due.on.isoformat(),
         "is_provisional": due.is_provisional},
    )  # fmt: skip
