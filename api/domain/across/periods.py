"""Stretches of time that figures are counted over, and the equal one before each of them."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from api.domain.kit.labels import Labelled
from api.domain.law.calendar import ONE_DAY

_OF_A_YEAR = 12
#: More columns than these do not fit beside one another: then years are counted.
MOST_COLUMNS = 36


class PeriodName(Labelled):
    """Stretches that end today, as offices ask for them."""

    MONTH = "month", "本月"
    QUARTER = "quarter", "本季"
    YEAR = "year", "今年"


_LENGTH = {PeriodName.MONTH: 1, PeriodName.QUARTER: 3, PeriodName.YEAR: _OF_A_YEAR}


@dataclass(frozen=True, slots=True)
class Period:
    """From one day to another, both of them in it."""

    since: date
    until: date

    def __str__(self) -> str:
        """As a sentence has it."""
        return f"{self.since.isoformat()} 至 {self.until.isoformat()}"


def named(name: PeriodName, today: date) -> Period:
    """From the first day of the month, quarter or year to today."""
    months = _LENGTH[name]
    return Period(date(today.year, (today.month - 1) // months * months + 1, 1), today)


def before(period: Period, name: PeriodName | None = None) -> Period:
    """The equal stretch before: the same days of the month, quarter or year before; of whole months
    as many whole months; of any other days as many days."""
    if name is not None:
        months = _LENGTH[name]
        return Period(_shifted(period.since, -months), _shifted(period.until, -months))
    if period.since.day == 1 and (period.until + ONE_DAY).day == 1:
        months = _month_number(period.until) - _month_number(period.since) + 1
        first = _shifted(period.since, -months)
        return Period(first, period.since - ONE_DAY)
    length = period.until - period.since + ONE_DAY
    return Period(period.since - length, period.since - ONE_DAY)


def _month_number(day: date) -> int:
    return day.year * _OF_A_YEAR + day.month - 1


def _shifted(day: date, months: int) -> date:
    """The same day so many months later; of a shorter month its last."""
    year, month = divmod(_month_number(day) + months, _OF_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """The last day of the month that a day lies in."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def parts(whole: Period) -> Iterator[tuple[str, str, Period]]:
    """A stretch by months, or by years where it is long, none of them left out: what they are, their
    names and days."""
    by_year = _month_number(whole.until) - _month_number(whole.since) >= MOST_COLUMNS
    step = _OF_A_YEAR if by_year else 1
    first = date(whole.since.year, 1 if by_year else whole.since.month, 1)
    while first <= whole.until:
        following = _shifted(first, step)
        days = Period(max(first, whole.since), min(following - ONE_DAY, whole.until))
        name = f"{first.year}年" if by_year else f"{first.year}年{first.month:02d}月"
        yield "year" if by_year else "month", name, days
        first = following
