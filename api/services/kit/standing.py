"""Where a record stands, whose turn it is, until when: the head of every record.

Made from what was read with the record itself (the days come from its events, in the same
statement) and the table of its way (domain/across/ways.py); nothing is kept that could go stale.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.core.base.clock import today
from api.core.events.events import Event
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.kit.flow import Available
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.kit.standing import Move, Turn, Way, Whose
from api.models.units import Unit
from api.services.kit import time_rules

#: The roles that answer for a right where it is nobody's in particular, at most so many.
_NAMED_ROLES = 3
_NOBODY_IN_PARTICULAR = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@dataclass(frozen=True, slots=True)
class Until:
    """Until when, by which rule in which version, and since when somebody waits."""

    on: date | None = None
    provisional: bool = False
    rule: str = ""
    version: int | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class InCharge:
    """The unit in charge of a record, the day and unit by which it came in, and whom it is with."""

    owner: str
    created: tuple[str, str] = ("", "")
    #: The unit that it was handed to.
    receiver: str = ""


_NOBODY = InCharge("")


def until(
    day: str | None, *, provisional: bool = False, rule: str = "", version: int | None = None
) -> Until:
    """The same, from a day as JSON carries it."""
    return Until(date.fromisoformat(day) if day else None, provisional, rule, version)


def entered(record_id: Any, event: EventName) -> ColumnElement[Any]:
    """The changes of a record's status, in order: `[from, to, day, unit]` each."""
    unit = select(Unit.name).where(Unit.id == Event.unit_id).scalar_subquery()
    day = cast(func.timezone(literal_column("'Asia/Shanghai'"), Event.at), Date)
    frm, to = Event.data["from"].astext, Event.data["to"].astext
    each = func.json_build_array(frm, to, day, func.coalesce(unit, literal_column("''")))
    rows = select(func.json_agg(aggregate_order_by(each, Event.id))).where(
        Event.subject_id == record_id,
        Event.name == literal_column(f"'{event.value}'"),
        to != frm,
    )
    return func.coalesce(rows.scalar_subquery(), literal_column("'[]'::json"))


@cache
def _holders(permission: Permission) -> str:
    """Who holds a right, as a person in the office says it."""
    roles = [
        role.label
        for role in Role
        if permission in ROLE_PERMISSIONS[role] and role not in _NOBODY_IN_PARTICULAR
    ]
    return "、".join(roles[:_NAMED_ROLES])


def _whom(way: Way[Any, Any], turn: Turn[Any], charge: InCharge) -> str:
    if turn.whose is Whose.OWNER:
        return charge.owner
    if turn.whose is Whose.RECEIVER:
        return charge.receiver
    if turn.whose is Whose.HOLDER and turn.acts:
        return _holders(way.flow.steps[turn.acts[0]].needs)
    return turn.whose.label


def waits(
    what: str,
    whom: str,
    term: Until,
    clock: time_rules.Clock,
    left: Callable[[date], int],
    **more: Any,
) -> dict[str, Any]:
    """One turn as it is shown."""
    in_working_days = time_rules.in_working_days(clock, term.rule, term.version)
    return {
        "what": what,
        "whom": whom,
        "since": term.since,
        "due_on": term.on,
        "due_is_provisional": term.provisional,
        "working_days_left": left(term.on) if term.on and in_working_days else None,
        "overdue": term.on is not None and term.on < today(),
        "rule": term.rule,
        "rule_label": time_rules.said(clock, term.rule, term.version),
        "article": clock.rule(term.rule, today(), term.version).source if term.rule else "",
        **more,
    }


async def standing_of(
    way: Way[Any, Any],
    actor: Actor,
    record: Any,
    available: Sequence[Available],
    *,
    entered: Sequence[Sequence[str]],
    charge: InCharge = _NOBODY,
    term: Callable[[Turn[Any], time_rules.Clock], Until] = lambda _, __: Until(),
    beside: Callable[[time_rules.Clock, Callable[[date], int]], list[dict[str, Any]]] | None = None,
) -> dict[str, Any]:
    """The head of one record.

    `record` is what the flow reads, `available` what it offers this reader, `entered` the column
    of that name. `term` says until when a turn is to be
    taken; `beside` tells of turns that are others' than the record's own (an assist, a clock).
    """
    clock, days = await time_rules.known(), await time_rules.working_days()
    turns = list(way.turns(record))
    mine = [turn for turn in turns if way.is_mine(actor, record, turn)]
    shown = [
        waits(
            turn.label,
            _whom(way, turn, charge),
            term(turn, clock),
            clock,
            days.left,
            is_mine=turn in mine,
        )
        for turn in turns
    ]
    if beside is not None:
        shown += beside(clock, days.left)
    following = way.next_action(actor, record, available, mine)
    return {
        "steps": [
            {"label": label, "state": state.value, "on": on or None, "unit": unit}
            for label, state, on, unit in way.steps(
                record.status, [Move(*each) for each in entered], charge.created
            )
        ],
        "now": shown,
        "blocked_by": way.blocked(actor, record),
        "next_action": following.value if following else None,
        "ended": record.status.label if not turns and _is_over(way, record) else None,
    }


def _is_over(way: Way[Any, Any], record: Any) -> bool:
    return record.status in way.done or record.status in way.stopped
