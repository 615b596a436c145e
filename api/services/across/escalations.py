"""What runs out and what is late, brought before whoever must know: the handler before the end, then
the head of the unit, the office, the leader, the supervisors, each once.

What they see is read from the rows that wait, by the table (domain/law/escalations.py): it goes away
when the turn is taken, and by nothing else. Only that somebody was told is written down, under a
key of its own (services/kit/notices.py). Property measures have a ladder of their own by the rule
table (services/recovery/measure_warnings.py); what single people may know of is never told here.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import exists, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events import events
from api.core.listing.pagination import EXACT_TOTAL
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.kit.nouns import NOUNS
from api.domain.kit.permissions import Role
from api.domain.law.escalations import WATCHERS, Level, Overdue
from api.models.duties import DutyNotice
from api.models.units import Unit
from api.models.users import User
from api.services.across.duties import rows_of
from api.services.across.watched import BY_WHAT, WATCHED, Watched, bound, due, reached, values
from api.services.kit import notices, terms, time_rules

#: Home lists so many, the longest overdue first.
MOST_LISTED = 200
#: Given in one run; the rest an hour later, the most urgent first.
MOST_GIVEN = 2_000


# --- who watches --------------------------------------------------------------------------------


async def watched(actor: Actor) -> dict[str, Any]:
    """What was brought before the actor: who should act, since when it is late; the longest first.
    Nothing for whoever watches nothing."""
    level = WATCHERS.get(actor.role)
    mine = [each for each in WATCHED if actor.may(each.needs) and level in each.levels]
    if level is None or not mine:
        return {"items": [], "counts": [], "total": 0}
    clock = await time_rules.known()
    bounds = values(clock)

    def each(made: Callable[[Watched], Any]) -> Any:
        return union_all(*(select(made(one).subquery()) for one in mine))

    def past(one: Watched, anybody: Actor) -> Any:
        # the own work is at home already; who has nobody above them is told of it all the same
        others = () if actor.role is Role.COUNTY else (one.unit_id != anybody.unit_id,)
        return one.rows().where(one.waits, one.of_town(actor.town), *others, one.told(level))

    def items(anybody: Actor) -> Any:
        rows = each(
            lambda one: past(one, anybody).order_by(one.due, one.model.id).limit(MOST_LISTED)
        )
        found = rows.subquery()
        unit = select(Unit.name).where(Unit.id == found.c.unit_id).scalar_subquery()
        holder = select(User.name).where(User.id == found.c.holder_id).scalar_subquery()
        return (
            select(found, unit.label("unit_name"), holder.label("holder_name"))
            .order_by(found.c.due, found.c.subject_id)
            .limit(MOST_LISTED)
        )

    def numbers(anybody: Actor) -> Any:
        found = each(lambda one: past(one, anybody).limit(EXACT_TOTAL)).subquery()
        return select(found.c.what, func.count().label("number")).group_by(found.c.what)

    rows = await rows_of(actor, clock, "escalated", items, bounds)
    counts = {
        row["what"]: row["number"]
        for row in await rows_of(actor, clock, "how many escalated", numbers, bounds)
    }
    known = await terms.known()
    shown = [_shown(row, clock, known) for row in rows]
    return {
        "items": sorted(shown, key=lambda each: (each["due_on"], str(each["subject_id"]))),
        "counts": [
            {"what": what.value, "label": what.label, "count": counts[what.value]}
            for what in Overdue
            if what.value in counts
        ],
        "total": sum(counts.values()),
    }


def _shown(row: dict[str, Any], clock: time_rules.Clock, known: terms.Terms) -> dict[str, Any]:
    what, due_on = Overdue(row["what"]), due(row, clock)
    one = BY_WHAT[what]
    rule = one.starts or row["rule"]
    level = reached(clock, rule, due_on)
    return {
        "id": f"{what.value}:{row['row_id']}",
        "what": what.value,
        "label": what.label,
        "subject_type": NOUNS[one.noun],
        "subject_id": row["subject_id"],
        "number": row["number"] or "",
        "title": row["title"] or "",
        "unit": {"id": row["unit_id"], "name": row["unit_name"]},
        "holder": {"id": row["holder_id"], "name": row["holder_name"]}
        if row["holder_id"]
        else None,
        "due_on": due_on,
        "working_days_left": known.left(due_on, rule, row["rule_version"]),
        "level": level.value if level else None,
        "url_hint": f"/{one.noun}/{row['subject_id']}",
    }


# --- each once ----------------------------------------------------------------------------------


async def notify(session: AsyncSession) -> int:
    """Tell each level of what has come to it, once; a schedule of the worker. Returns how many were
    new.

    After a standstill nothing is left out: a handler who was not warned in time is told late, and
    each level above it gets its own.
    """
    clock = await time_rules.clock(session)
    bounds = bound(clock)
    given = 0
    for level in Level:
        for one in (each for each in WATCHED if level in each.levels):
            found = await session.execute(_untold(one, level), bounds)
            for row in map(dict, found.mappings().all()):
                given += await _tell(session, one, level, row, due(row, clock))
            if given >= MOST_GIVEN:
                return given
    return given


def _step(one: Watched, level: Level) -> str:
    return f"{one.what.value}:{level.value}"


def _untold(one: Watched, level: Level) -> Any:
    """What a level has come to and was not told of; a term that was counted anew is another one."""
    subject, step = NOUNS[one.noun], _step(one, level)
    told = exists().where(
        DutyNotice.subject_type == subject,
        DutyNotice.subject_id == one.model.id,
        DutyNotice.rule_id == step,
        DutyNotice.due_on == one.due,
    )
    return (
        one.rows()
        .where(one.waits, one.told(level), ~told)
        .order_by(one.due, one.model.id)
        .limit(MOST_GIVEN)
    )


async def _tell(
    session: AsyncSession, one: Watched, level: Level, row: Mapping[str, Any], due_on: date
) -> bool:
    step = _step(one, level)
    subject = NOUNS[one.noun]
    if not await notices.given(session, subject, row["row_id"], row["due"], {step: None}):
        return False
    name = EventName.DUE_SOON if level is Level.HANDLER else EventName.ESCALATED
    told = {
        "level": level.value,
        "overdue": one.what.value,
        "due_on": due_on.isoformat(),
        "unit_id": str(row["unit_id"]),
    }
    await events.record(session, None, name, subject, row["subject_id"], told)
    return True
