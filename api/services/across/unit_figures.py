"""What became of each unit's leads, and how their reporters judge it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.domain.across.periods import Period
from api.domain.across.statistics import BY_UNIT, RECEIVED, UNIT_COUNTS, Params, mean, within
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission, follows_only
from api.models.leads import Lead
from api.models.receipts import LeadRating
from api.models.units import Unit
from api.schemas.statistics import PeriodQuery
from api.services.across.figures import (
    asked_of,
    bindings,
    figure,
    keeping,
    may_read,
    periods_shown,
    predicates_of,
)
from api.services.across.lead_counts import COUNTED
from api.services.leads import leads

P = Permission


#: Points beside the counts of `UNIT_COUNTS`.
_POINTS, _MINUTES = "points", "response_minutes"
Scores = dict[str, int]
#: Minutes of an hour, and seconds of a minute.
_AN_HOUR = 60


async def units(session: AsyncSession, actor: Actor, query: PeriodQuery) -> dict[str, Any]:
    """What became of each unit's leads, and how their reporters judge it.

    A reporter's judgement is told to who handles leads, or answers for the town; whoever merely
    follows a lead or two would read the single score off the mean. Raises Invalid.
    """
    asked = asked_of(query)
    period = asked.now if asked else None

    names: dict[UUID, str] = {}
    found: dict[UUID, Scores] = {}
    as_of, told = now(), False
    if may_read(actor, P.LEAD_READ) and not follows_only(actor.role, P.LEAD_HANDLE):
        found, as_of = await keeping(
            actor, "units", lambda: _read_units(session, actor, period), asked
        )
        names = await _unit_names(session, found)
        told = True
    whole = {name: sum(each[name] for each in found.values()) for name in _SCORES}
    rows = [
        {"unit": {"id": unit, "name": names[unit]}} | _scores(scores, {BY_UNIT: str(unit)}, period)
        for unit, scores in sorted(found.items(), key=lambda e: (-e[1]["closed"], names[e[0]]))
    ]
    return {
        "as_of": as_of,
        **periods_shown(asked),
        "rows": rows,
        "total": _scores(whole, {}, period) if told else None,
    }


_SCORES = (*(count.key for count in UNIT_COUNTS), _POINTS, _MINUTES)


def _scores(scores: Scores, whose: Params, period: Period | None) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for c in UNIT_COUNTS:
        params = within(c.params | whose, RECEIVED, period)
        figures[c.key] = figure(c.key, c.label, scores[c.key], c.resource, params, c.note)
    points, number = scores[_POINTS], scores["rated"]
    minutes, answered = scores[_MINUTES], scores["responded"]
    return figures | {
        "score_total": points,
        "score_mean": mean(points, number),
        "response_minutes": minutes,
        "response_hours_mean": mean(minutes, answered * _AN_HOUR),
    }


async def _read_units(
    session: AsyncSession, actor: Actor, period: Period | None
) -> dict[UUID, Scores]:
    """By unit, of the leads that are closed or rated: nothing is said of the others."""

    def filtered(params: Params) -> Any:
        """The rows of a list; the one join below stands for its look-up of each lead's rating."""
        those = {name: value for name, value in params.items() if name != "rated"}
        number = func.count(LeadRating.lead_id) if "rated" in params else func.count()
        return number.filter(and_(*predicates_of(leads.LISTING, those)))

    columns = [filtered(count.params).label(count.key) for count in UNIT_COUNTS]
    points = func.sum(LeadRating.score).filter(COUNTED)
    points = func.coalesce(points, 0).label(_POINTS)
    waited = func.extract("epoch", Lead.first_response_at - Lead.received_at)
    minutes = func.sum(func.greatest(func.floor(waited / _AN_HOUR), 0))
    minutes = minutes.filter(and_(COUNTED, Lead.first_response_at.is_not(None)))
    minutes = func.coalesce(minutes, 0).label(_MINUTES)
    statement = (
        select(leads.HANDLED_BY.label("unit"), *columns, points, minutes)
        .outerjoin(LeadRating, LeadRating.lead_id == Lead.id)
        .where(leads.LISTING.visible(actor), *_received(period))
        .group_by(literal_column("1"))
    )
    rows = await session.execute(statement, bindings(actor))
    found = {unit: dict(zip(_SCORES, map(int, numbers), strict=True)) for unit, *numbers in rows}
    return {unit: scores for unit, scores in found.items() if any(scores.values())}


def _received(period: Period | None) -> list[Any]:
    return predicates_of(leads.LISTING, within({}, RECEIVED, period))


async def _unit_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    found = await session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(list(ids))))
    return dict(found.tuples().all())
