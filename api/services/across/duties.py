"""What waits for a unit, read from the ledgers themselves: nothing is kept that could go stale.

Each kind of duty is one source (`*_duties.py`), one SELECT over an index that holds just its open
records in order of due date; the page is their UNION ALL. A duty goes away when the record moves
on, never by a click.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple, cast
from uuid import UUID

import orjson
from sqlalchemy import (
    ColumnElement,
    Text,
    Uuid,
    and_,
    func,
    literal_column,
    not_,
    select,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.base.security import sign, unsign
from api.core.base.statements import Compiled, Kept, compile_statement, param
from api.core.database import sessions
from api.core.database.db import Planning, database
from api.core.events import events
from api.core.listing.listing_rows import alive
from api.core.listing.pagination import EXACT_TOTAL, bad_cursor
from api.domain.across.step_terms import STEP_TERMS
from api.domain.imports.imports import ImportStatus
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.events import EventName
from api.domain.kit.nouns import NOUNS
from api.domain.kit.permissions import Permission as P
from api.domain.law.time_rules import TimeUnit
from api.domain.recovery.property_measures import MeasureKind, MeasureStatus
from api.domain.words.money import to_yuan
from api.models.imports import Import
from api.models.lead_assists import LeadAssist
from api.models.property_measures import PropertyMeasure
from api.models.rule_sets import RuleSetVersion
from api.models.units import Division, Post, Unit
from api.models.users import User
from api.services.across import handover_duties
from api.services.across.declared_nouns import DECLARED
from api.services.cases import case_duties
from api.services.cases.case_duties import MEASURES_UNTIL
from api.services.entities import field_duties
from api.services.entities.field_duties import PLAN_RULE, PLAN_UNTIL
from api.services.kit import notices, terms, time_rules
from api.services.kit._duty_source import InHands, Source, in_status, unit_record
from api.services.leads import lead_duties
from api.services.leads.lead_duties import ALARMS, AT_THE_DESK, REPORTER_WAITS, TO_OPEN, moving
from api.services.organisation import rule_set_versions
from api.services.recovery import measure_warnings, money_duties
from api.services.recovery.ledger_awaiting import CONFIRM_RULE
from api.services.reporters import confidential_duties
from api.services.rewards import reward_duties

K = DutyKind

_M = PropertyMeasure

_BRINGS_IN = Import.rows_good + Import.rows_edited > 0


def _import(kind: DutyKind, status: ImportStatus, *conditions: ColumnElement[bool]) -> Source:
    """A file that is nobody's but who brought it, until it is taken over."""
    return Source(
        kind,
        "imports",
        Import,
        P.IMPORT_RUN,
        lambda actor: and_(
            Import.owner_unit_id == actor.unit_id,
            Import.uploaded_by_id == actor.id,
            in_status(Import.status, status),
            *conditions,
        ),
        Import.filename,
        literal_column("''", Text()),
    )


SOURCES: tuple[Source, ...] = (
    *lead_duties.SOURCES,
    *confidential_duties.SOURCES,
    *case_duties.SOURCES,
    *handover_duties.SOURCES,
    *field_duties.SOURCES,
    _import(K.IMPORT_MAP, ImportStatus.NEEDS_MAPPING),
    _import(K.IMPORT_COMMIT, ImportStatus.PREVIEW, _BRINGS_IN),
    _import(K.IMPORT_BARE, ImportStatus.PREVIEW, not_(_BRINGS_IN)),
    *(source for each in DECLARED for source in each.duties()),
    unit_record(
        K.RULE_SET_SUBMIT,
        "rule-set-versions",
        RuleSetVersion,
        P.RULE_SET_PREPARE,
        lambda _: [rule_set_versions.STEPS[0].waits],
        title=rule_set_versions.KIND_LABEL,
        number=literal_column("''", Text()),
        since=rule_set_versions.STEPS[0].since,
    ),
    Source(
        K.RULE_SET_APPROVE,
        "rule-set-versions",
        RuleSetVersion,
        P.RULE_SET_APPROVE,
        rule_set_versions.to_approve,
        rule_set_versions.KIND_LABEL,
        literal_column("''", Text()),
        since=rule_set_versions.STEPS[1].since,
    ),
    *money_duties.SOURCES,
    *reward_duties.SOURCES,
)
_NOUNS = {source.kind: source.noun for source in SOURCES}
#: What one person of the unit may take upon themselves, and of that what is part of a lead.
_SHARED = {source.kind for source in SOURCES if source.is_shared}
_ASSISTS = {source.kind for source in SOURCES if source.model is LeadAssist}
#: Terms that begin on the day that the source gives as its detail.
_TERMS = (
    ALARMS
    | AT_THE_DESK
    | TO_OPEN
    | handover_duties.TO_OPEN
    | {K.LEDGER_CONFIRM: CONFIRM_RULE, K.LEAD_ACKNOWLEDGE: "LEAD-ACK"}
    | {source.kind: source.starts for source in SOURCES if source.starts}
)


class Hands(NamedTuple):
    """In whose hands: those of one person, of nobody, or anybody's; of one record, or of all."""

    holder_id: UUID | None = None
    nobody: bool = False
    subject_id: UUID | None = None

    @property
    def held(self) -> InHands:
        """What sources are asked, whoever the person is."""
        return InHands(self.holder_id is not None, self.nobody, self.subject_id is not None)


ANY_HANDS = Hands()


class Place(NamedTuple):
    """Where a duty stands among all of them: by its day, those without one last."""

    due: date | None
    row: UUID
    kind: str


#: Of more than so many of one kind, home tells the number and the first, and no single ones.
MOST_SINGLE = 10


async def waiting(
    actor: Actor,
    limit: int,
    kind: DutyKind | None = None,
    *,
    grouped: bool = False,
    hands: Hands = ANY_HANDS,
    cursor: str | None = None,
    counted: bool = True,
) -> dict[str, Any]:
    """What waits for the actor's unit, by due time: the first `limit` of everything or of one kind,
    and, if they are to be `counted`, how many there are of each kind. `grouped`: kinds of more than ten are told in one line
    each, by their number and the first of them, and not one by one. `hands`: only what one person
    of the unit, or nobody, took upon themselves, or only what one record waits for. `cursor`: what
    comes after the last page.

    Raises Invalid (`cursor_invalid`), Unauthenticated (`token_stale`)."""
    after = _place(cursor) if cursor else None
    mine = [source for source in SOURCES if actor.may(source.needs)]
    listed = [source for source in mine if kind in {None, source.kind}]
    if not (listed or (mine and counted)):
        await sessions.ensure_alive(actor)  # nothing is read that would ask
        return {"items": [], "counts": [], "total": 0 if counted else None, "next_cursor": None}
    clock = await time_rules.known()
    counts = await _counts(actor, mine, clock) if counted else []
    many = {each["kind"] for each in counts if each["count"] > MOST_SINGLE} if grouped else set()
    depth = MOST_SINGLE + 1 if grouped else limit
    asked = _Asked(kind, limit, depth, hands, after)
    found, following = await _items(actor, listed, clock, asked) if listed else ([], None)
    for each in counts:
        first = next((duty for duty in found if duty["kind"] == each["kind"]), None)
        each["is_grouped"] = each["kind"] in many
        each["first_due_on"] = first["due_on"] if first and each["is_grouped"] else None
        each["overdue"] = bool(first and each["is_grouped"] and first["overdue"])
    return {
        "items": [duty for duty in found if duty["kind"] not in many][:limit],
        "counts": counts,
        "total": sum(c["count"] for c in counts) if counted else None,
        "next_cursor": None if grouped else following,
    }


_CURSOR = "duties"


def _place(cursor: str) -> Place:
    try:
        stored: Any = unsign(_CURSOR, cursor)
        due, row, kind = stored
        return Place(date.fromisoformat(due) if due else None, UUID(row), str(kind))
    except (ValueError, TypeError) as error:
        raise bad_cursor() from error


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which duties: of one kind or of all, so many together, of each kind so many at most, in whose
    hands; after which place."""

    kind: DutyKind | None
    limit: int
    depth: int
    hands: Hands
    after: Place | None


class _Anybody:
    """Whoever holds one role in one place: what differs between two of them is bound at each call,
    so that the statement is built and planned once for them all."""

    def __init__(self, one: Actor) -> None:
        self._one = one
        self.id = param("actor_id", Uuid())
        self.unit_id = param("unit_id", Uuid())
        self.post_id = param("post_id", Uuid())
        self.viewer = param("viewer", Uuid())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._one, name)


_MOST_KEPT = 256
NOTHING: Mapping[str, Any] = MappingProxyType({})
_compiled: Kept[Any, Compiled] = Kept(_MOST_KEPT)


async def rows_of(
    actor: Actor,
    clock: time_rules.Clock,
    asked: Any,
    made: Callable[[Actor], Any],
    more: Mapping[str, Any] = NOTHING,
) -> list[dict[str, Any]]:
    """The rows of a statement that is made once for each role, place and question; it asks as well
    whether the login still holds. Raises Unauthenticated (`token_stale`)."""
    key = (actor.role, actor.is_limited, actor.division_code, asked)

    def build(_: Any) -> Compiled:
        rows = made(cast("Actor", _Anybody(actor))).subquery("r")
        every = func.coalesce(func.json_agg(literal_column("r")), literal_column("'[]'::json"))
        found = select(sql_cast(every, Text)).select_from(rows).scalar_subquery()
        return compile_statement(select(alive().label("alive"), found.label("rows")))

    compiled = _compiled.get(key, build)
    values = {
        **bound_days(clock),
        **sessions.alive_values(actor),
        "today": today(),
        "actor_id": actor.id,
        "unit_id": actor.unit_id,
        "post_id": actor.post_id,
        "viewer": actor.viewer,
        **more,
    }
    found = await database().fetchrow(
        compiled.sql, *compiled.arguments(values), planning=Planning.ONCE
    )
    if not found["alive"]:
        raise sessions.ended()
    return orjson.loads(found["rows"])


def _from(row: Any) -> Any:
    """From whom it comes: the unit that has the record, if it is another; else who entered it."""
    own = param("unit_id", Uuid())
    entered = select(Post.unit_id).where(Post.id == row.c.by_post).correlate(row)
    unit = func.coalesce(
        func.nullif(row.c.of_unit, own), func.nullif(entered.scalar_subquery(), own)
    )
    return select(Unit.name).where(Unit.id == unit).correlate(row).scalar_subquery()


async def _items(
    actor: Actor, sources: Sequence[Source], clock: time_rules.Clock, asked: _Asked
) -> tuple[list[dict[str, Any]], str | None]:
    """The first of everything by due time, of each kind so deep at most; and where the rest is."""
    pages = asked.depth >= asked.limit
    most = asked.limit + 1 if pages else asked.depth * len(sources)
    depth = most if pages else asked.depth

    def made(anybody: Actor) -> Any:
        held, after = asked.hands.held, asked.after is not None
        each = (select(s.rows(anybody, depth, held, after=after).subquery()) for s in sources)
        found = union_all(*each).subquery()
        order = found.c.due_on.asc().nulls_last(), found.c.row_id, found.c.kind
        first = select(found).order_by(*order).limit(most).subquery()
        name = select(User.name).where(User.id == first.c.holder_id)
        place = select(Division.name).where(Division.code == first.c.place)
        told = (first, name.scalar_subquery().label("holder_name"))
        return select(
            *told, place.scalar_subquery().label("place_name"), _from(first).label("from_unit")
        ).order_by(first.c.due_on.asc().nulls_last(), first.c.row_id, first.c.kind)

    question = (asked.kind, most, depth, asked.hands.held, asked.after is not None)
    bound = {"holder_id": asked.hands.holder_id, "subject_id": asked.hands.subject_id}
    if asked.after is not None:
        place = asked.after
        bound |= {"after_due": place.due, "after_row": place.row, "after_kind": place.kind}
    rows = await rows_of(actor, clock, question, made, bound)
    following = None
    if pages and len(rows) > asked.limit:
        rows = rows[: asked.limit]
        last = rows[-1]
        following = sign(_CURSOR, [last["due_on"], last["row_id"], last["kind"]])
    shown = await terms.known()
    items = [_item(row, shown) for row in rows if is_due(row, clock)]
    items.sort(key=lambda duty: (duty["due_on"] or date.max, duty["subject_id"]))
    return items, following


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def is_due(row: dict[str, Any], clock: time_rules.Clock) -> bool:
    """Sources reach as far as the farthest step, which not every term has. Once the first warning
    has come the duty stands until the measure is renewed, released or has lapsed (M4)."""
    if row["kind"] != K.MEASURE_EXPIRING:
        return True
    starts = date.fromisoformat(row["detail"].partition("|")[2])
    due = date.fromisoformat(row["due_on"])
    ladder = measure_warnings.ladder(clock, starts, due, row["rule"], row["rule_version"])
    return not ladder or ladder[0][1] <= now()


def term_of(
    row: dict[str, Any], clock: time_rules.Clock
) -> tuple[date | None, date | None, bool, str, int | None]:
    """Since when a duty waits, where its term begins with that, until when, and by which rule."""
    kind = DutyKind(row["kind"])
    since = _day(row["detail"]) if kind in _TERMS else None
    if since is None:
        due_on, version = _day(row["due_on"]), row["rule_version"]
        return None, due_on, bool(row["provisional"]), row["rule"], version
    due, own = clock.due_on(_TERMS[kind], since), _day(row["due_on"])
    if kind in REPORTER_WAITS and row["rule"] and own is not None and own < due.on:
        return None, own, bool(row["provisional"]), row["rule"], row["rule_version"]
    return since, due.on, due.is_provisional, due.rule_id, due.rule_version


def _item(row: dict[str, Any], shown: terms.Terms) -> dict[str, Any]:
    kind, detail, clock = DutyKind(row["kind"]), row["detail"] or "", shown.clock
    since, due_on, provisional, rule, version = term_of(row, clock)
    noun = _NOUNS[kind]
    return {
        "id": f"{kind.value}:{row['subject_id']}",
        "kind": kind.value,
        "what": _what(kind, detail),
        "subject_type": NOUNS[noun],
        "subject_id": row["subject_id"],
        "number": row["number"] or "",
        "title": row["title"] or "",
        "place": row["place_name"],
        "amount": None if row["amount"] is None else to_yuan(row["amount"]),
        "from_unit": row["from_unit"],
        "since": since,
        "due_on": due_on,
        "due_is_provisional": provisional,
        "working_days_left": shown.left(due_on, rule, version),
        "overdue": shown.overdue(due_on),
        "rule": rule,
        "rule_label": time_rules.said(clock, rule, version),
        "holder": {"id": row["holder_id"], "name": row["holder_name"]}
        if row["holder_id"]
        else None,
        "url_hint": f"/{noun}/{row['subject_id']}",
        "turn_url": _turn_url(kind, row),
    }


def _turn_url(kind: DutyKind, row: dict[str, Any]) -> str | None:
    if kind not in _SHARED:
        return None
    part = f"/assists/{row['row_id']}" if kind in _ASSISTS else ""
    return f"/{_NOUNS[kind]}/{row['subject_id']}{part}/turns"


def _what(kind: DutyKind, detail: str) -> str:
    measure = detail.partition("|")[0]
    return f"{MeasureKind(measure).label}即将到期" if kind is K.MEASURE_EXPIRING else kind.label


class _Moved:
    """The days that sources are bound to, by the rules as they are now: counted once a day."""

    clock: time_rules.Clock | None = None
    day = date.min
    days: dict[str, Any]


def bound_days(clock: time_rules.Clock) -> dict[str, Any]:
    """What sources are bound to today: days, and how long the terms of steps are."""
    if _Moved.clock is not clock or _Moved.day != today():
        _Moved.days = moving(clock) | {
            PLAN_UNTIL: clock.due_on(PLAN_RULE, today()).on,
            MEASURES_UNTIL: measure_warnings.reach(clock),
            **{
                f"length {rule}": (clock.due_on(rule, today()).on - today()).days
                for rule in set(STEP_TERMS.values())
            },
        }
        _Moved.clock, _Moved.day = clock, today()
    return _Moved.days


def _all_of(source: Source, anybody: Actor) -> Any:
    return source.rows(anybody, EXACT_TOTAL)


async def _counts(
    actor: Actor, mine: Sequence[Source], clock: time_rules.Clock
) -> list[dict[str, Any]]:
    totals: dict[DutyKind, int] = {}
    counted = [source for source in mine if source.kind is not K.MEASURE_EXPIRING]
    rows = await rows_of(
        actor, clock, "counts", lambda anybody: union_all(*(s.count(anybody) for s in counted))
    )
    for row in rows:
        kind = DutyKind(row["kind"])
        totals[kind] = totals.get(kind, 0) + row["waiting"]
    for source in mine:
        if source.kind is K.MEASURE_EXPIRING:
            rows = await rows_of(actor, clock, source.kind, partial(_all_of, source))
            totals[source.kind] = sum(is_due(row, clock) for row in rows)
    return [
        {"kind": kind.value, "what": kind.label, "count": totals[kind]}
        for kind in DutyKind
        if totals.get(kind)
    ]


async def notify(session: AsyncSession) -> int:
    """Give the warnings whose day has come; a schedule of the worker. Returns how many were new.

    The row of a step is written in the transaction of its event, under a key of its own: run twice,
    at once or after a crash, it warns once. After days of standstill the steps that were missed are
    told in one event, so that none is lost and nobody gets three at once.
    """
    clock = await time_rules.clock(session)
    found = await session.scalars(
        select(_M).where(
            in_status(_M.status, MeasureStatus.ACTIVE),
            _M.expires_on.between(today(), measure_warnings.reach(clock)),
        )
    )
    given = 0
    for measure in found.all():
        assert measure.expires_on is not None  # noqa: S101  # asked for above
        steps = measure_warnings.due(clock, measure)
        written = await notices.given(
            session, "property_measure", measure.id, measure.expires_on,
            {step.rule_id: step.rule_version for step in steps},
        )  # fmt: skip
        new = [step for step in steps if step.rule_id in written]
        if not new:
            continue
        given += 1
        last = new[-1]
        told: dict[str, Any] = {"expires_on": str(measure.expires_on), "step": str(last)}
        if last.unit is TimeUnit.WORKING_DAY:
            told["working_days_before"] = last.amount
        if len(new) > 1:
            told["late_steps"] = [each.amount for each in new[:-1]]
        await events.record(
            session, None, EventName.PROPERTY_MEASURE_ALERTED, "property_measure", measure.id,
            told | {"unit_id": str(measure.owner_unit_id)},
        )  # fmt: skip
    return given
