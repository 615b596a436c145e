"""Warnings before a term ends: which, and when. The steps are rows of the rule table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from api.domain.law.calendar import Calendar
from api.domain.law.clocks import SHANGHAI, SUB_DAY
from api.domain.law.time_rules import RuleGroup, TimeRule, TimeUnit

#: In its first part of so many a term is not warned of: two days are not warned of thirty before.
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One warning: so long before the end."""

    rule_id: str
    rule_version: int
    amount: int
    unit: TimeUnit

    def __str__(self) -> str:
        return f"届满前{self.amount}{self.unit.label}"

    def before(self, ends: datetime, calendar: Calendar) -> datetime:
        """When the warning is given: hours as hours, days from their beginning."""
        if self.unit is TimeUnit.MINUTE:
            return ends - timedelta(minutes=self.amount)
        if self.unit is TimeUnit.HOUR:
            return ends - timedelta(hours=self.amount)
        last = ends.astimezone(SHANGHAI).date()
        if self.unit is TimeUnit.WORKING_DAY:
            day = calendar.step(last, -self.amount)
        elif self.unit is TimeUnit.DAY:
            day = last - timedelta(days=self.amount)
        else:
            raise ValueError(f"提醒不能按“{self.unit.label}”计")
        return datetime.combine(day, time(), SHANGHAI)

    def reach(self, today: date, calendar: Calendar) -> date:
        """The last end that is warned of on a day."""
        match self.unit:
            case TimeUnit.WORKING_DAY:
                return calendar.step(today, self.amount)
            case TimeUnit.DAY:
                return today + timedelta(days=self.amount)
            case TimeUnit.HOUR:
                return today + timedelta(days=1, hours=self.amount)
            case _:
                return today + timedelta(days=1)


def steps(rules: Iterable[TimeRule]) -> list[Step]:
    """The steps that rules give."""
    return [
        Step(rule.rule_id, rule.version, rule.term, rule.unit)
        for rule in rules
        if rule.group is RuleGroup.WARNING and rule.term is not None and rule.unit is not None
    ]


def ladder(
    steps: Sequence[Step], begins: datetime, ends: datetime, unit: TimeUnit, calendar: Calendar
) -> list[tuple[Step, datetime]]:
    """The warnings of one term, the first first, with their moments.

    Terms in hours have steps in hours, others have steps in days. However short it is, a term is
    warned of once.
    """
    fit = [each for each in steps if (each.unit in SUB_DAY) == (unit in SUB_DAY)]
    found = sorted(((each, each.before(ends, calendar)) for each in fit), key=lambda one: one[1])
    quiet = begins + (ends - begins) / _PARTS
    given = [(step, at) for step, at in found if at >= quiet]
    return given or [(step, max(at, begins)) for step, at in found[-1:]]


def due(
    ladder: Sequence[tuple[Step, datetime]], since: datetime, at: datetime, ends: datetime
) -> list[Step]:
    """The steps whose moment has come, those before `since` left out: there was nothing to warn of,
    or nobody had told us. None after the end."""
    return [] if at > ends else [step for step, moment in ladder if since <= moment <= at]
