"""What the stories of the demo need: who acts, what day it is, names and numbers that nobody has."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, today
from api.domain.demo.demo_inventor import Inventor
from api.domain.kit.actors import Actor
from api.services.kit import time_rules

Story = AsyncGenerator[datetime, None]
_OPENS, _CLOSES = time(8, 40), time(17, 20)


@dataclass(slots=True, kw_only=True)
class Stage(Inventor):
    """Who acts, where, and what day it is: everything that a story needs."""

    session: AsyncSession
    actors: dict[str, Actor]
    units: dict[str, UUID]
    clock: time_rules.Clock
    #: The moment up to which the campaign is told.
    until: datetime

    def unit(self, post: str) -> UUID:
        """The unit of a post."""
        return self.actors[post].unit_id

    # --- days -----------------------------------------------------------------------------------

    def day(self, working_days: int) -> date:
        """So many working days from today."""
        return self.clock.calendar.step(self.until.date(), working_days)

    def ago(self, days: int) -> date:
        """The working day on or before so many calendar days ago."""
        wanted = self.until.date() - timedelta(days=days)
        return wanted if self.clock.calendar.is_working_day(wanted) else self.step(wanted, -1)

    def step(self, from_day: date, working_days: int) -> date:
        """So many working days from a day."""
        return self.clock.calendar.step(from_day, working_days)

    def start_for(self, rule: str, due: date) -> date:
        """The working day on which a clock must start to end on that day, or just before it."""
        start = due
        while self.clock.due_on(rule, start).on > due:
            start = self.step(start, -1)
        return start

    def moment(self, day: date) -> datetime:
        """Some moment of the office hours of a day; of today only what is over."""
        span = datetime.combine(day, _CLOSES) - datetime.combine(day, _OPENS)
        seconds = self.random.randrange(int(span.total_seconds()))
        at = datetime.combine(day, _OPENS, TIMEZONE) + timedelta(seconds=seconds)
        if day == self.until.date() and at > self.until:
            at = self.until - timedelta(minutes=self.random.randrange(3, 50))
        return at

    def after(self, at: datetime, working_days: int) -> datetime:
        """A moment so many working days after another one, on the same day at least an hour."""
        if working_days:
            return self.moment(self.step(at.date(), working_days))
        return at + timedelta(minutes=self.random.randrange(12, 95))

    def document(self, form: str) -> str:
        """The number of a paper of this day, as `form` writes it with `{year}` and `{n}`."""
        return form.format(year=today().year, n=self.serial(form))


def act(action: str, seen: dict[str, Any] | None = None, /, **given: Any) -> Any:
    """The body of a transition: fields that are not given are empty, as on the wire."""
    version = seen["version"] if seen else 1
    return _Body(action=action, version=version, **given)


class _Body(SimpleNamespace):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None
