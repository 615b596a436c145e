"""What all figures are made of: the ledgers they count, who may read them, one figure on the wire."""

import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import Date, Text, bindparam, cast, func, literal_column, select

from api.core.base.clock import now, today
from api.core.base.statements import Compiled, Kept, compile_statement, param, plain
from api.core.database.db import Planning, database
from api.core.listing.pagination import Listing
from api.domain.across import periods
from api.domain.across.periods import Period
from api.domain.across.statistics import Params
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.permissions import Permission, Role, RowScope
from api.domain.law.calendar import ONE_DAY
from api.schemas.statistics import PeriodQuery
from api.services.across import handovers
from api.services.across.declared_nouns import DECLARED
from api.services.cases import cases, victims
from api.services.entities import inspections, rectifications, risk_entities
from api.services.leads import leads
from api.services.organisation import rule_set_versions
from api.services.recovery import (
    distributions,
    ledger_entries,
    property_items,
    property_measures,
)
from api.services.rewards import rewards

P = Permission


@dataclass(frozen=True, slots=True)
class Ledger:
    """A list that figures count, and the right to open it."""

    listing: Listing
    needs: P


LEDGERS: dict[str, Ledger] = {
    "leads": Ledger(leads.LISTING, P.LEAD_READ),
    "handovers": Ledger(handovers.LISTING, P.LEAD_READ),
    "cases": Ledger(cases.LISTING, P.CASE_READ),
    "risk-entities": Ledger(risk_entities.LISTING, P.RISK_ENTITY_READ),
    "rectifications": Ledger(rectifications.LISTING, P.INSPECTION_READ),
    "inspections": Ledger(inspections.LISTING, P.INSPECTION_READ),
    **{each.path: Ledger(each.LISTING, each.reads) for each in DECLARED},
    "property-measures": Ledger(property_measures.LISTING, P.PROPERTY_READ),
    "property-items": Ledger(property_items.LISTING, P.PROPERTY_READ),
    "victims": Ledger(victims.LISTING, P.VICTIM_READ),
    "distributions": Ledger(distributions.LISTING, P.DISTRIBUTION_READ),
    "rewards": Ledger(rewards.LISTING, P.REWARD_READ),
    "rule-set-versions": Ledger(rule_set_versions.LISTING, P.RULE_SET_READ),
    "ledger/entries": Ledger(ledger_entries.LISTING, P.LEDGER_READ),
}


def may_read(actor: Actor, needs: P) -> bool:
    """Figures of what the reader may open; the report program gets figures and no rows."""
    return actor.may(needs) or actor.role is Role.REPORT_READER


def _asked(listing: Listing, params: Params) -> dict[str, object]:
    """Parameters of a list by the names and values of its filters, as its query model reads them."""
    asked: dict[str, object] = {}
    for name, value in params.items():
        given: object = value
        if isinstance(value, str) and len(value) == len("2022-05-13") and value[4] == "-":
            given = date.fromisoformat(value)
        below = f"{name.removesuffix('_to')}_below"
        if below in listing.filters and isinstance(given, date):
            asked[below] = given + ONE_DAY
        else:
            asked[listing.negations.get(name, name) if value is False else name] = given
    return asked


def predicates_of(listing: Listing, params: Params) -> list[Any]:
    """What a list would filter by for these parameters."""
    return list(listing.conditions(_asked(listing, params)))


#: The period asked for and the one before it, in the names of columns and parameters.
NOW, BEFORE = "now", "before"


@dataclass(frozen=True, slots=True)
class Asked:
    """The period that figures are asked for, and the equal one before it."""

    now: Period
    before: Period

    def both(self) -> tuple[tuple[str, Period], tuple[str, Period]]:
        """Each with the name that statements know it by."""
        return (NOW, self.now), (BEFORE, self.before)


def bindings(actor: Actor, asked: Asked | None = None) -> dict[str, object]:
    """The values behind the parameters of scopes and filters; a list binds the same ones."""
    values: dict[str, object] = {
        "viewer": actor.viewer, "town": actor.town, "now": now(), "today": today(),
    }  # fmt: skip
    for which, period in asked.both() if asked else ():
        values[f"since_{which}"] = period.since
        values[f"until_{which}"] = period.until
        values[f"after_{which}"] = period.until + ONE_DAY
    return values


def open_predicates(listing: Listing, params: Params) -> list[Any]:
    """The same as `predicates_of` for a statement that is kept: what moves with the day is open."""
    found: list[Any] = []
    for name, value in _asked(listing, params).items():
        kind, predicate = listing.filters[name]
        found.append(predicate(bindparam(name, plain(value), type_=kind, unique=True)))
    return found


def in_period(listing: Listing, by: str, which: str) -> list[Any]:
    """The rows whose date lies in the period asked for, or in the one before; its days are bound at
    each call."""
    from_, to, below = f"{by}_from", f"{by}_to", f"{by}_below"
    upper, name = (below, "after") if below in listing.filters else (to, "until")
    return [
        listing.filters[from_][1](param(f"since_{which}", Date())),
        listing.filters[upper][1](param(f"{name}_{which}", Date())),
    ]


def asked_of(query: PeriodQuery) -> Asked | None:
    """The period of a query and the one before; None: all time. Raises Invalid."""
    if query.period is not None:
        if query.date_from or query.date_to:
            raise _wrong("period", "统计时段和起止日期请只填一样")
        whole = periods.named(query.period, today())
        return Asked(whole, periods.before(whole, query.period))
    if query.date_from is None:
        if query.date_to is not None:
            raise _wrong("date_from", "请填写统计的起始日期")
        return None
    whole = Period(query.date_from, query.date_to or today())
    if whole.until < whole.since:
        raise _wrong("date_to", "截止日期不能早于起始日期；不填截止日期时统计到今天")
    return Asked(whole, periods.before(whole))


def _wrong(name: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(f"#query/{name}", "invalid", message)])


def periods_shown(asked: Asked | None) -> dict[str, Any]:
    """Of which time figures are, on the wire."""
    both = (asked.now, asked.before) if asked else (None, None)
    names = ("period", "previous_period")
    return {n: p and {"since": p.since, "until": p.until} for n, p in zip(names, both, strict=True)}


#: A number of the period asked for, and of the one before, if it goes by one.
Value = tuple[int, int | None]
_MOST_KEPT = 256
_compiled: Kept[Hashable, Compiled | None] = Kept(_MOST_KEPT)
Rows = list[dict[str, Any]]


async def rows_of(
    key: Hashable,
    parts: Callable[[], Mapping[str, Any]],
    values: Mapping[str, object],
    planning: Planning = Planning.ONCE,
) -> dict[str, Rows]:
    """The rows of several selects by their names, in one statement that is made once for each key,
    and planned once: both take longer than PostgreSQL needs for the answer."""

    def build(_: Hashable) -> Compiled | None:
        found = [_as_json(part, name) for name, part in parts().items()]
        return compile_statement(select(*found)) if found else None

    compiled = _compiled.get(key, build)
    if compiled is None:
        return {}
    arguments = compiled.arguments(values)
    row = await database().fetchrow(compiled.sql, *arguments, planning=planning)
    return {name: orjson.loads(text) for name, text in row.items()}


def _as_json(part: Any, name: str) -> Any:
    """All rows of a select as one text."""
    rows = part.subquery(f"of_{name}")
    every = func.coalesce(func.json_agg(literal_column(f"of_{name}")), literal_column("'[]'::json"))
    return select(cast(every, Text)).select_from(rows).scalar_subquery().label(name)


T = TypeVar("T")


@dataclass(slots=True)
class _Kept:
    answer: Any
    as_of: datetime
    until: float


#: An answer that took long is kept for a while and says its time; others are never kept.
_SLOW, _KEEP = 0.5, 30.0
_kept: dict[tuple[object, ...], _Kept] = {}


async def keeping(
    actor: Actor, what: str, ask: Callable[[], Awaitable[T]], asked: Asked | None = None
) -> tuple[T, datetime]:
    """The answer to a question of the whole ledger, and of when it is."""
    scope = actor.scope
    key = (what, scope, actor.town if scope is RowScope.TOWN else actor.viewer, asked)
    kept = _kept.get(key)
    if kept and kept.until > time.monotonic():
        return kept.answer, kept.as_of
    started, as_of = time.monotonic(), now()
    found = await ask()
    if time.monotonic() - started > _SLOW:
        _kept[key] = _Kept(found, as_of, time.monotonic() + _KEEP)
    return found, as_of


def figure(
    key: str,
    label: str,
    value: int,
    resource: str,
    params: Params,
    note: str = "",
    previous: int | None = None,
) -> Any:
    """A figure on the wire, with the query of the list that shows its rows."""
    return {
        "key": key,
        "label": label,
        "value": value,
        "previous": previous,
        "note": note,
        "query": {"resource": resource, "params": params},
    }
