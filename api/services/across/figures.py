"""What all figures are made of: the ledgers they count, who may read them, one figure on the wire."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.listing.pagination import Listing
from api.domain.across.statistics import Params
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission, Role, RowScope
from api.services.cases import cases
from api.services.entities import inspections, rectifications, risk_entities
from api.services.leads import leads
from api.services.outcomes import outcomes
from api.services.recovery import property_measures

P = Permission


@dataclass(frozen=True, slots=True)
class Ledger:
    """A list that figures count, and the right to open it."""

    listing: Listing
    needs: P


LEDGERS: dict[str, Ledger] = {
    "leads": Ledger(leads.LISTING, P.LEAD_READ),
    "cases": Ledger(cases.LISTING, P.CASE_READ),
    "risk-entities": Ledger(risk_entities.LISTING, P.RISK_ENTITY_READ),
    "rectifications": Ledger(rectifications.LISTING, P.INSPECTION_READ),
    "inspections": Ledger(inspections.LISTING, P.INSPECTION_READ),
    "outcomes": Ledger(outcomes.LISTING, P.OUTCOME_READ),
    "property-measures": Ledger(property_measures.LISTING, P.PROPERTY_READ),
}


def may_read(actor: Actor, needs: P) -> bool:
    """Figures of what the reader may open; the report program gets figures and no rows."""
    return actor.may(needs) or actor.role is Role.REPORT_READER


def _plain(value: object) -> object:
    """A parameter as the list's own query model would read it."""
    if isinstance(value, str) and len(value) == len("2022-05-13") and value[4] == "-":
        return date.fromisoformat(value)
    return value


def predicates_of(listing: Listing, params: Params) -> list[Any]:
    """What a list would filter by for these parameters."""
    asked = {
        listing.negations.get(name, name) if value is False else name: _plain(value)
        for name, value in params.items()
    }
    return list(listing.conditions(asked))


def bindings(actor: Actor) -> dict[str, object]:
    """The values behind the parameters of scopes and filters; a list binds the same ones."""
    return {"viewer": actor.viewer, "town": actor.town, "now": now(), "today": today()}


async def row_of(session: AsyncSession, actor: Actor, listing: Listing, columns: list[Any]) -> Any:
    """Aggregates over the rows of a list that the actor sees."""
    statement = select(*columns).select_from(listing.source).where(listing.visible(actor))
    return (await session.execute(statement, bindings(actor))).one()


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
    session: AsyncSession,
    actor: Actor,
    what: str,
    ask: Callable[[AsyncSession, Actor], Awaitable[T]],
) -> tuple[T, datetime]:
    """The answer to a question of the whole ledger, and of when it is."""
    bound, scope = bindings(actor), actor.scope
    key = (what, scope, bound["town"] if scope is RowScope.TOWN else bound["viewer"])
    kept = _kept.get(key)
    if kept and kept.until > time.monotonic():
        return kept.answer, kept.as_of
    started, as_of = time.monotonic(), now()
    found = await ask(session, actor)
    if time.monotonic() - started > _SLOW:
        _kept[key] = _Kept(found, as_of, time.monotonic() + _KEEP)
    return found, as_of


def figure(key: str, label: str, value: int, resource: str, params: Params, note: str = "") -> Any:
    """A figure on the wire, with the query of the list that shows its rows."""
    query = {"resource": resource, "params": params}
    return {"key": key, "label": label, "value": value, "note": note, "query": query}
