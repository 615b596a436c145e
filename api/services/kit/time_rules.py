"""Deadlines by the rule table, with the rule's version kept beside each of them.

Built-in versions count from 1, office-made ones from 1001: a release can bring a rule's second
version though an office made one first, and neither takes the other's number. While a version
checked against the law's own text is in force, no office-made one stands before it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from sqlalchemy import event, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.database.db import Database, database
from api.core.events import events, jobs
from api.core.listing import keyset, search
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, NotFound, RuleViolated, StaleVersion
from api.domain.kit.events import EventName
from api.domain.law.calendar import ONE_DAY, Calendar
from api.domain.law.clocks import SUB_DAY, Due, due_by_rule, gone_on, working_days_left
from api.domain.law.time_rules import (
    Confidence,
    TimeRule,
    TimeUnit,
    TownTerm,
    find_rule,
    load_builtin,
)
from api.domain.recovery.property_measures import governing
from api.models.time_rules import HolidayYear, TimeRuleVersion
from api.schemas.time_rules import TimeRuleQuery, TimeRuleVersionCreate, TownTermCreate
from api.services.kit import searching, town_terms

RESOURCE = "time_rule"
#: The job that counts stored dates anew, after a rule or a year was changed.
RECOMPUTE = "deadlines.recompute"
#: The last number that a release may give to a built-in version.
LAST_BUILTIN = 1000

#: Databases into which this process brought its built-in rules.
_brought: WeakSet[Database] = WeakSet()


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due date, whether it may still move (暂定), and the rule version that gave it."""

    on: date
    is_provisional: bool
    rule_id: str
    rule_version: int


@dataclass(frozen=True, slots=True)
class Clock:
    """Rules and calendar as they stand now, for those who count many deadlines at once."""

    rules: tuple[TimeRule, ...]
    calendar: Calendar
    #: By town and rule, the latest first.
    town_terms: Mapping[tuple[str, str], Sequence[TownTerm]] = field(
        default_factory=dict[tuple[str, str], Sequence[TownTerm]]
    )
    # What was asked for once: rules and calendar of a clock never change.
    _rules: dict[tuple[str, date, int | None], TimeRule] = field(
        default_factory=dict[tuple[str, date, int | None], TimeRule], repr=False, compare=False
    )
    _due: dict[tuple[Any, ...], Deadline] = field(
        default_factory=dict[tuple[Any, ...], Deadline], repr=False, compare=False
    )
    _last_starts: dict[tuple[str, date], date] = field(
        default_factory=dict[tuple[str, date], date], repr=False, compare=False
    )

    def last_start(self, rule_id: str) -> date:
        """What waits since this day, or earlier, is beyond the rule's term today."""
        this_day = today()
        asked = rule_id, this_day
        if asked not in self._last_starts:
            day = this_day
            while self.due_on(rule_id, day).on >= this_day:
                day -= ONE_DAY
            self._last_starts[asked] = day
        return self._last_starts[asked]

    def due_on(
        self,
        rule_id: str,
        start: date,
        *,
        extensions: int = 0,
        version: int | None = None,
        town: str | None = None,
        pauses: Sequence[date] = (),
    ) -> Deadline:
        """The last day of a term; by the version in force on its first day unless one is named. A
        `town` that set itself a shorter one is held to that; a longer one it cannot set. `pauses`:
        when it stood still (`clocks.gone_on`).

        Raises KeyError for an unknown rule, ValueError for one that is not counted in days.
        """
        asked = rule_id, start, extensions, version, town, *pauses
        if asked not in self._due:
            rule = self.rule(rule_id, start, version)
            self._due[asked] = self._counted(rule, start, extensions, town, pauses)
        return self._due[asked]

    def _counted(
        self, rule: TimeRule, start: date, extensions: int, town: str | None, pauses: Sequence[date]
    ) -> Deadline:
        due = due_by_rule(rule, start, self.calendar, extensions=extensions)
        own = self._own_term(rule, town, start) if town else None
        if own is not None:
            sooner = due_by_rule(replace(rule, term=own), start, self.calendar)
            due = sooner if sooner.on < due.on else due
        due = gone_on(rule, due, pauses, self.calendar)
        return Deadline(due.on, due.provisional, rule.rule_id, rule.version)

    def goes_on(self, due: Deadline, since: date, until: date) -> Deadline:
        """A term that stood still from one day to another, with what was left of it."""
        rule = self.rule(due.rule_id, since, due.rule_version)
        later = gone_on(rule, Due(due.on, due.is_provisional), (since, until), self.calendar)
        return replace(due, on=later.on, is_provisional=later.provisional)

    def _own_term(self, rule: TimeRule, town: str, on: date) -> int | None:
        kept = self.town_terms.get((town, rule.rule_id), ())
        return next((each.term for each in kept if each.valid_from <= on), None)

    def rule(self, rule_id: str, on: date, version: int | None = None) -> TimeRule:
        """The version of a rule for a clock that starts on that day. Raises KeyError."""
        asked = rule_id, on, version
        if asked not in self._rules:
            self._rules[asked] = choose(self.rules, rule_id, on, version)
        return self._rules[asked]

    def holds(self, rule_id: str, start: date, version: int | None) -> int | None:
        """The version by which a clock that runs is counted anew: its own, unless somebody set
        another term since, in force from the clock's first day or earlier. What a release brings
        later does not reach back."""
        if version is None:
            return None
        newest = self.rule(rule_id, start)
        return newest.version if newest.version > max(version, LAST_BUILTIN) else version


def choose(
    rules: Sequence[TimeRule], rule_id: str, on: date, version: int | None = None
) -> TimeRule:
    """The version of a rule that applies. Raises KeyError."""
    versions = tuple(rule for rule in rules if rule.rule_id == rule_id)
    if version is not None:
        versions = tuple(rule for rule in versions if rule.version == version) or versions
    elif checked := tuple(
        rule for rule in versions if rule.confidence is Confidence.HIGH and rule.in_force(on)
    ):
        versions = checked
    if not versions:
        raise KeyError(rule_id)
    return find_rule(rule_id, on, versions)


async def ensure_builtin() -> None:
    """Bring the shipped rules into the table, once a process: new versions are added, corrected
    ones replaced, office-made ones left alone."""
    here = database()
    if here in _brought:
        return
    async with here.apart() as session, session.begin():
        stored = {_rule(row) for row in await session.scalars(select(TimeRuleVersion))}
        missing = sorted(
            (rule for rule in load_builtin() if rule not in stored),
            key=lambda rule: (rule.rule_id, rule.version),
        )
        if missing:
            await session.execute(_upsert(), [_values(rule) for rule in missing])
    _brought.add(here)


def _upsert() -> Any:
    statement = insert(TimeRuleVersion)
    changed: dict[str, Any] = {
        column.name: statement.excluded[column.name]
        for column in TimeRuleVersion.__table__.columns
        if column.name not in {"rule_id", "version", "created_at", "created_by_post_id"}
    }
    return statement.on_conflict_do_update(index_elements=["rule_id", "version"], set_=changed)


def _values(rule: TimeRule) -> dict[str, Any]:
    return asdict(rule) | {
        "is_builtin": rule.version <= LAST_BUILTIN,
        "created_at": now(),
        "created_by_post_id": None,
    }


def _rule(row: TimeRuleVersion) -> TimeRule:
    return TimeRule(**{name: getattr(row, name) for name in TimeRule.__dataclass_fields__})


async def rules(session: AsyncSession, rule_id: str | None = None) -> tuple[TimeRule, ...]:
    """All versions of all rules, or of one: those that offices made, and the shipped ones as this
    release has them. Nothing is written for it: who only reads does so on a full disk, too."""
    statement = select(TimeRuleVersion)
    if rule_id is not None:
        statement = statement.where(TimeRuleVersion.rule_id == rule_id)
    stored = {(row.rule_id, row.version): _rule(row) for row in await session.scalars(statement)}
    shipped = {
        (rule.rule_id, rule.version): rule
        for rule in load_builtin()
        if rule_id in {None, rule.rule_id}
    }
    return tuple((stored | shipped).values())


async def calendar(session: AsyncSession) -> Calendar:
    """The shipped notices, with those that the office entered before them."""
    made = Calendar.builtin()
    years = await session.scalars(select(HolidayYear).where(HolidayYear.published))
    for row in years:
        made = made.with_year(row.year, row.days_off, row.days_worked)
    return made


class WorkingDays:
    """How many working days are left, counted once for each day that is asked for."""

    def __init__(self, calendar: Calendar) -> None:
        self.day, self.until = today(), time.monotonic() + _KEEP_CALENDAR
        self._calendar = calendar
        self._left: dict[date, int] = {}

    @property
    def fresh(self) -> bool:
        """Whether it is still this day, and the calendar was read a short while ago."""
        return self.day == today() and self.until > time.monotonic()

    def left(self, due: date) -> int:
        """0 on the last day, negative when overdue."""
        if due not in self._left:
            self._left[due] = working_days_left(self.day, due, self._calendar)
        return self._left[due]


#: A list of rows need not follow a correction of the calendar at once; deadlines themselves do.
_KEEP_CALENDAR = 30.0
_kept: WeakKeyDictionary[Database, WorkingDays] = WeakKeyDictionary()


async def working_days() -> WorkingDays:
    """What lists show beside a due date. Reads nothing on most calls."""
    here = database()
    kept = _kept.get(here)
    if kept is None or not kept.fresh:
        async with here.glance() as session:
            kept = _kept[here] = WorkingDays(await calendar(session))
    return kept


async def clock(session: AsyncSession) -> Clock:
    """Everything that deadlines are counted by."""
    return Clock(await rules(session), await calendar(session), await town_terms.known(session))


_known: WeakKeyDictionary[Database, tuple[float, Clock]] = WeakKeyDictionary()


async def known() -> Clock:
    """The same as it was read a short while ago, for what is only shown: nothing is decided or
    stored by it. Reads nothing on most calls."""
    here = database()
    kept = _known.get(here)
    if kept is None or kept[0] < time.monotonic():
        async with here.glance() as session:
            kept = _known[here] = (time.monotonic() + _KEEP_CALENDAR, await clock(session))
    return kept[1]


async def changed(session: AsyncSession) -> None:
    """After a change of rules or years, in its transaction: stored dates are counted anew by a job,
    and what this process remembers is forgotten when the change is there."""
    await jobs.enqueue(session, RECOMPUTE)
    here = database()

    def forget(_: object) -> None:
        _known.pop(here, None)
        _kept.pop(here, None)

    event.listen(session.sync_session, "after_commit", forget, once=True)


def in_working_days(clock: Clock, rule_id: str, version: int | None = None) -> bool:
    """Whether a rule's term is counted in working days: then what is left of it is told in them."""
    return bool(rule_id) and clock.rule(rule_id, today(), version).unit is TimeUnit.WORKING_DAY


def said(clock: Clock, rule_id: str, version: int | None = None) -> str:
    """A rule in words, with its article: in the version that a record keeps, else in the one in
    force today. Empty where there is none."""
    if not rule_id:
        return ""
    rule = clock.rule(rule_id, today(), version)
    measure = governing(rule_id)
    if measure is not None:
        return f"{rule.term_label}，{measure.article}"
    return f"{rule.trigger}：{rule.term_label}内{rule.effect}"


async def one(
    session: AsyncSession, rule_id: str, on: date, version: int | None = None
) -> TimeRule:
    """A rule in the version that applies. Raises KeyError."""
    return choose(await rules(session, rule_id), rule_id, on, version)


async def due_on(
    session: AsyncSession,
    rule_id: str,
    start: date,
    *,
    extensions: int = 0,
    town: str | None = None,
) -> Deadline:
    """The last day of a term by the rule in force on its first day, and by what a town set itself.

    Read anew at every call, small statements by primary key: nothing can be stale.
    """
    own = await town_terms.known(session, town, rule_id) if town else {}
    now_held = Clock(await rules(session, rule_id), await calendar(session), own)
    return now_held.due_on(rule_id, start, extensions=extensions, town=town)


async def offered(session: AsyncSession, actor: Actor, rule_id: str, start: date) -> dict[str, Any]:
    """The date that a form of the actor's town offers. Raises NotFound, and Invalid (`no_day_term`)."""
    versions = await rules(session, rule_id)
    if not versions:
        raise NotFound
    rule = choose(versions, rule_id, start)
    if rule.term is None or rule.unit is None or rule.unit in SUB_DAY:
        raise Invalid("该规则不是以日、月、年计算的期限", code="no_day_term")
    due = await due_on(session, rule_id, start, town=actor.town)
    return {
        "rule_id": rule.rule_id,
        "rule_version": rule.version,
        "start": start,
        "on": due.on,
        "is_provisional": due.is_provisional,
        "term_label": rule.term_label,
        "source": rule.source,
    }


async def page(session: AsyncSession, query: TimeRuleQuery) -> dict[str, Any]:
    """One row a rule: the version in force today."""
    await ensure_builtin()
    latest = select(TimeRuleVersion.rule_id).distinct()
    if query.group is not None:
        latest = latest.where(TimeRuleVersion.group == query.group)
    if query.q and not searching.blank(query.q):
        told = (search.folded(TimeRuleVersion.rule_id), search.folded(TimeRuleVersion.trigger))
        plain = searching.plain(query.q)
        latest = latest.where(or_(*(search.within(each, plain) for each in told)))
    ids = latest.subquery()
    every = await rules(session)
    statement = select(ids.c.rule_id)
    return await keyset.page(
        session,
        statement,
        ids.c.rule_id,
        query,
        lambda row: shown(choose(every, row.rule_id, today())),
        name="time_rules",
    )


def shown(rule: TimeRule) -> dict[str, Any]:
    """The wire form of a version."""
    return asdict(rule) | {
        "term_label": rule.term_label,
        "is_configurable": rule.configurable,
        "is_tightened_by_towns": rule.tightened_by_towns,
        "is_builtin": rule.version <= LAST_BUILTIN,
    }


async def read(session: AsyncSession, actor: Actor, rule_id: str) -> dict[str, Any]:
    """A rule: the version in force today, all its versions, and what the actor's town set itself,
    newest first. Raises NotFound."""
    versions = await rules(session, rule_id)
    if not versions:
        raise NotFound
    ordered = sorted(versions, key=lambda rule: rule.version, reverse=True)
    return shown(choose(versions, rule_id, today())) | {
        "latest_version": ordered[0].version,
        "versions": [shown(rule) for rule in ordered],
        "town_terms": await town_terms.of_town(session, actor.town, rule_id),
    }


async def create_version(
    session: AsyncSession, actor: Actor, rule_id: str, body: TimeRuleVersionCreate
) -> dict[str, Any]:
    """Set another term for a rule that the law leaves open; clocks that run keep theirs.

    Raises NotFound, RuleViolated for a term fixed by law, StaleVersion, Invalid.
    """
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"rule:{rule_id}"))))
    await ensure_possible(session, rule_id, body)
    versions = await rules(session, rule_id)
    newest = max(versions, key=lambda rule: rule.version)
    base = choose(versions, rule_id, body.valid_from)
    made = TimeRuleVersion(
        **asdict(base)
        | body.model_dump(exclude={"version"}, exclude_unset=True, exclude_none=True)
        | {
            "version": max(newest.version, LAST_BUILTIN) + 1,
            "valid_to": None,
            "confidence": Confidence.LOW,
            "is_builtin": False,
            "created_by_post_id": actor.post_id,
        }
    )
    session.add(made)
    await session.flush()
    await events.record(
        session, actor, EventName.TIME_RULE_CHANGED, RESOURCE, None,
        {"rule_id": rule_id, "version": made.version, "term": made.term,
         "unit": body.unit.value, "valid_from": body.valid_from.isoformat()},
    )  # fmt: skip
    await changed(session)
    return await read(session, actor, rule_id)


async def tighten(
    session: AsyncSession, actor: Actor, rule_id: str, body: TownTermCreate
) -> dict[str, Any]:
    """Set the actor's town a shorter term. Raises NotFound, and what `town_terms.create` raises."""
    versions = await rules(session, rule_id)
    if not versions:
        raise NotFound
    await town_terms.create(session, actor, choose(versions, rule_id, body.valid_from), body)
    await changed(session)
    return await read(session, actor, rule_id)


async def ensure_possible(session: AsyncSession, rule_id: str, body: TimeRuleVersionCreate) -> None:
    """What `create_version` would refuse. Raises NotFound, RuleViolated, StaleVersion, Invalid."""
    versions = await rules(session, rule_id)
    if not versions:
        raise NotFound
    newest = max(versions, key=lambda rule: rule.version)
    base = choose(versions, rule_id, body.valid_from)
    if not base.configurable:
        raise RuleViolated(
            f"该期限已按法律原文核对（{base.source}），属法定期限，不能自行调整",
            code="statutory_term",
            article=base.source,
        )
    if body.version != newest.version:
        raise StaleVersion(current=newest.version)
    _check(base, body)


def _check(base: TimeRule, body: TimeRuleVersionCreate) -> None:
    faults: list[FieldError] = []
    if body.valid_from < today():
        faults.append(FieldError("/valid_from", "in_past", "生效日期不能早于今天"))
    if base.unit is not None and (base.unit in SUB_DAY) != (body.unit in SUB_DAY):
        faults.append(
            FieldError("/unit", "other_measure", "按小时计的期限与按日计的期限不能互换单位")
        )
    if base.maximum is not None and body.unit is base.unit and body.term > base.maximum:
        faults.append(FieldError("/term", "above_maximum", f"不能超过上限 {base.maximum}"))
    if faults:
        raise Invalid(faults[0].message, errors=faults)
