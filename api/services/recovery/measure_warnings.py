"""When the end of a measure is warned of, by the rules as they are now."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from api.core.base.clock import TIMEZONE, now, today
from api.domain.law import warnings
from api.domain.law.clocks import end_of_day
from api.domain.law.time_rules import RuleGroup, TimeUnit
from api.domain.law.warnings import Step
from api.domain.recovery.property_measures import MeasureStatus
from api.models.property_measures import PropertyMeasure
from api.services.kit.time_rules import Clock

Ladder = list[tuple[Step, datetime]]


def steps(clock: Clock) -> list[Step]:
    """The steps in force today."""
    ids = dict.fromkeys(r.rule_id for r in clock.rules if r.group is RuleGroup.WARNING)
    return warnings.steps(clock.rule(each, today()) for each in ids)


def beginning(day: date) -> datetime:
    """A day's first moment in China."""
    return datetime.combine(day, time(), TIMEZONE)


def ladder(clock: Clock, starts: date, expires: date, rule_id: str, version: int | None) -> Ladder:
    """The warnings of one measure; a term that no rule gives is counted in days."""
    rule = clock.rule(rule_id, starts, version) if rule_id else None
    unit = rule.unit if rule and rule.unit else TimeUnit.DAY
    begins, ends = beginning(starts), end_of_day(expires)
    return warnings.ladder(steps(clock), begins, ends, unit, clock.calendar)


def reach(clock: Clock) -> date:
    """The last day that any step reaches from today: what ends later is not warned of yet."""
    return max([today(), *(each.reach(today(), clock.calendar) for each in steps(clock))])


def due(clock: Clock, measure: PropertyMeasure) -> list[Step]:
    """The steps of a measure whose moment has come, since it began and we were told of it."""
    if measure.expires_on is None:
        return []
    rungs = ladder(
        clock, measure.starts_on, measure.expires_on, measure.rule_id, measure.rule_version
    )
    known = measure.created_at.astimezone(TIMEZONE).date()
    since = beginning(max(measure.starts_on, known))
    return warnings.due(rungs, since, now(), end_of_day(measure.expires_on))


def days(clock: Clock, measure: Mapping[str, Any]) -> list[date]:
    """The days on which an active measure, as it is read, is warned of."""
    if measure["expires_on"] is None or measure["status"] != MeasureStatus.ACTIVE:
        return []
    starts, expires = (date.fromisoformat(measure[name]) for name in ("starts_on", "expires_on"))
    rungs = ladder(clock, starts, expires, measure["rule_id"], measure["rule_version"])
    return sorted({at.astimezone(TIMEZONE).date() for _, at in rungs})
