"""Where a record stands, whose turn it is, until when: the head of every record.

Made from what was read with the record itself (the days come from its events, in the same
statement) and the table of its way (domain/across/ways.py); nothing is kept that could go stale.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, cast, func, literal_column, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.core.base.clock import today
from api.core.events.events import Event
from api.domain.kit.actors import Actor, Holder
from api.domain.kit.events import EventName
from api.domain.kit.flow import Available
from api.domain.kit.permissions import Role, RowScope, holders_of
from api.domain.kit.standing import SHARED, Move, Turn, Way, Whose
from api.domain.kit.turns import TurnAction, may_free
from api.models.units import Post, Unit
from api.models.users import User
from api.services.kit import time_rules
from api.services.kit.terms import Terms
from api.services.kit.terms import known as known_terms

#: What a person who is logged in is called; systems take nothing upon themselves.
PERSON = "person"


@dataclass(frozen=True, slots=True)
class Until:
    """Until when, by which rule in which version, and since when somebody waits."""

    on: date | None = None
    provisional: bool = False
    rule: str = ""
    version: int | None = None
    since: date | None = None
    #: Its time has not come: of what is shown late home does not tell yet either.
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class InCharge:
    """The unit in charge of a record, the day and unit by which it came in, whom it is with, and who
    took its turn upon themselves (the column `taken_by`)."""

    owner: str = ""
    created: tuple[str, str] = ("", "")
    #: The unit that it was handed to.
    receiver: str = ""
    #: The unit that handed it over, where that is another one than who has it.
    sender: str = ""
    taken: Mapping[str, Any] | None = None
    #: The same of the unit that it was handed to: the hand-over is a row of its own.
    received: Mapping[str, Any] | None = None
    #: Whether one person of those whose turn it is may take it: what single people alone know of,
    #: or brought in, is theirs anyhow.
    is_shared: bool = True


_NOBODY = InCharge(is_shared=False)


def begun(record: dict[str, Any]) -> tuple[str, str]:
    """When and by which unit a record was made, from its column `begun_by`."""
    unit = record.pop("begun_by")
    return record["created_at"][:10], unit["name"] if unit else ""


def until(
    day: str | None, *, provisional: bool = False, rule: str = "", version: int | None = None
) -> Until:
    """The same, from a day as JSON carries it."""
    return Until(date.fromisoformat(day) if day else None, provisional, rule, version)


def entered(record_id: Any, event: EventName, *days: str) -> ColumnElement[Any]:
    """The changes of a record's status, in order: `[from, to, day, unit]` each. `days` names the
    fields of its forms that say when it happened; without one it was when it was written down."""
    unit = select(Unit.name).where(Unit.id == Event.unit_id).scalar_subquery()
    written = cast(func.timezone(literal_column("'Asia/Shanghai'"), Event.at), Date)
    said = [cast(Event.data[name].astext, Date) for name in days]
    day = func.coalesce(*said, written)
    frm, to = Event.data["from"].astext, Event.data["to"].astext
    each = func.json_build_array(frm, to, day, func.coalesce(unit, literal_column("''")))
    rows = select(func.json_agg(aggregate_order_by(each, Event.id))).where(
        Event.subject_id == record_id,
        Event.name == literal_column(f"'{event.value}'"),
        to != frm,
    )
    return func.coalesce(rows.scalar_subquery(), literal_column("'[]'::json"))


def taken_by(model: Any) -> ColumnElement[Any]:
    """Who took the turn of a record upon themselves, and since when; null where nobody did."""
    since = cast(func.timezone(literal_column("'Asia/Shanghai'"), model.turn_taken_at), Date)
    parts = {"id": User.id, "name": User.name, "role": Post.role, "unit_id": Post.unit_id}
    said = func.json_build_object(*(x for each in parts.items() for x in each), "since", since)
    return (
        select(said)
        .where(User.id == model.turn_user_id, Post.id == model.turn_post_id)
        .scalar_subquery()
    )


def _whom(way: Way[Any, Any], record: Any, turn: Turn[Any], charge: InCharge) -> str:
    if turn.named is not None:
        return turn.named(record)
    if turn.whose is Whose.OWNER:
        return charge.owner
    if turn.whose is Whose.SENDER:
        return charge.sender or charge.owner
    if turn.whose is Whose.RECEIVER:
        return charge.receiver
    if turn.whose is Whose.HOLDER and turn.acts:
        return holders_of(way.flow.steps[turn.acts[0]].needs, record)
    return turn.whose.label


def waits(
    what: str,
    whom: str,
    term: Until,
    terms: Terms,
    **more: Any,
) -> dict[str, Any]:
    """One turn as it is shown. For `next_action` alone: `act` is what the reader does about it."""
    clock = terms.clock
    return {
        "what": what,
        "whom": whom,
        "since": term.since,
        "due_on": term.on,
        "due_is_provisional": term.provisional,
        "working_days_left": terms.left(term.on, term.rule, term.version),
        "overdue": terms.overdue(term.on),
        "rule": term.rule,
        "rule_label": time_rules.said(clock, term.rule, term.version),
        "article": clock.rule(term.rule, today(), term.version).source if term.rule else "",
        "holder": None,
        "held_since": None,
        "turn_actions": [],
        "assist_id": None,
        "is_received": False,
        "is_early": False,
        "act": None,
        **more,
    }


@dataclass(frozen=True, slots=True)
class Held:
    """Whose hands a record is in: who that is, and what flows ask of them."""

    said: Mapping[str, Any]
    holder: Holder

    @classmethod
    def read(cls, said: Mapping[str, Any] | None) -> "Held | None":
        """From the column `taken_by`."""
        if said is None:
            return None
        ids = UUID(said["id"]), UUID(said["unit_id"])
        return cls(said, Holder.in_role(*ids, Role(said["role"])))

    def is_of(self, actor: Actor) -> bool:
        """Whether the actor is who holds it."""
        return self.holder.id == actor.id

    def shown(self, actor: Actor, *, is_mine: bool) -> dict[str, Any]:
        """Told to the colleagues of whoever holds it, and to those who see the whole town."""
        if not (is_mine or actor.unit_id == self.holder.unit_id or actor.scope is RowScope.TOWN):
            return {}
        return {
            "holder": {"id": self.said["id"], "name": self.said["name"]},
            "held_since": date.fromisoformat(self.said["since"]),
        }


def taking(actor: Actor, held: Held | None, *, is_free: bool) -> list[str]:
    """What the actor may do about a turn that is theirs: take it where nobody has it, or give it
    back. `held`: who has it; `is_free`: nobody has another turn of the record."""
    if actor.kind != PERSON:
        return []
    if held is not None:
        return [TurnAction.GIVE_BACK.value] if held.is_of(actor) else []
    return [TurnAction.TAKE.value] if is_free else []


def freeing(actor: Actor, held: Held | None, *, is_mine: bool) -> list[str]:
    """What the office and the town's leaders may do about what a person of another unit has in hand.
    What a unit was handed is its own affair."""
    frees = held is not None and not is_mine and actor.kind == PERSON and may_free(actor)
    return [TurnAction.GIVE_BACK.value] if frees else []


async def standing_of(
    way: Way[Any, Any],
    actor: Actor,
    record: Any,
    available: Sequence[Available],
    *,
    entered: Sequence[Sequence[str]],
    charge: InCharge = _NOBODY,
    term: Callable[[Turn[Any], time_rules.Clock], Until] = lambda _, __: Until(),
    beside: Callable[[Terms], list[dict[str, Any]]] | None = None,
) -> dict[str, Any]:
    """The head of one record.

    `record` is what the flow reads, `available` what it offers this reader, `entered` the column
    of that name. `term` says until when a turn is to be
    taken; `beside` tells of turns that are others' than the record's own (an assist, a clock).
    """
    terms = await known_terms()
    turns = list(way.turns(record))
    until_when = [term(turn, terms.clock) for turn in turns]
    early = [
        turn
        for turn, when in zip(turns, until_when, strict=True)
        if turn.is_early(record, before_its_time=when.is_early)
    ]
    mine = [turn for turn in turns if turn not in early and way.is_mine(actor, record, turn)]
    rows = {False: Held.read(charge.taken), True: Held.read(charge.received)}

    def held(turn: Turn[Any]) -> Held | None:
        """Who has the row in hand that waits, if the turn is theirs."""
        has = rows[turn.whose is Whose.RECEIVER]
        return has if has and way.is_held(has.holder, record, turn) else None

    theirs = [turn for turn in turns if held(turn)]

    def hands(turn: Turn[Any]) -> dict[str, Any]:
        who, own, received = held(turn), turn in mine, turn.whose is Whose.RECEIVER
        may_take = own and charge.is_shared and turn.is_shared and turn.whose in SHARED
        is_free = all((each.whose is Whose.RECEIVER) is not received for each in theirs)
        may = (
            taking(actor, who, is_free=is_free)
            if may_take
            else freeing(actor, who, is_mine=own or received)
        )
        return (who.shown(actor, is_mine=own) if who else {}) | {"turn_actions": may}

    def act(turn: Turn[Any]) -> str | None:
        """What a colleague took upon themselves is nobody else's to press first."""
        if turn not in mine or ((has := held(turn)) and not has.is_of(actor)):
            return None
        return way.act_of(actor, record, available, turn)

    shown = [
        waits(
            turn.told(is_mine=turn in mine),
            _whom(way, record, turn, charge),
            when,
            terms,
            is_mine=turn in mine,
            is_early=turn in early,
            is_received=turn.whose is Whose.RECEIVER,
            act=act(turn),
            **hands(turn),
        )
        for turn, when in zip(turns, until_when, strict=True)
    ]
    if beside is not None:
        shown += beside(terms)
    following = _first(shown)
    return {
        "steps": [
            {"label": label, "state": state.value, "on": on or None, "unit": unit}
            for label, state, on, unit in way.steps(
                record.status, [Move(*each) for each in entered], charge.created
            )
        ],
        "now": shown,
        "blocked_by": way.blocked(actor, record),
        "next_action": following,
        "ended": record.status.label if not turns and _is_over(way, record) else None,
    }


def _first(shown: Sequence[dict[str, Any]]) -> str | None:
    """What the reader does first: of their turns that they can take, the one that is due first;
    what has no term comes behind. Takes it out of the turns."""
    acts = [
        (each["due_on"] or date.max, place, each.pop("act")) for place, each in enumerate(shown)
    ]
    return min((each for each in acts if each[-1]), default=(None,))[-1]


def _is_over(way: Way[Any, Any], record: Any) -> bool:
    return record.status in way.done or record.status in way.stopped
