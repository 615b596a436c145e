"""Working days: weekends, statutory holidays, and the yearly notice that moves them.

Basis: 国务院《全国年节及纪念日放假办法》(2024 revision: 13 days) and the notice that the General
Office of the State Council publishes each November for the year after. A year whose notice is not
out is *unpublished*: weekends and statutory days are known, the swapped days are not, so every
answer that rests on it is 暂定.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import chain

from chinese_calendar import constants  # pyright: ignore[reportMissingTypeStubs]

from api.domain.kit.errors import FieldError, Invalid

SATURDAY = 5
DECEMBER = 12
#: The notice for a year may move the last days of the December before: 2018-12-29 was worked and
#: 2018-12-31 free by the notice for 2019.
UNSETTLED_FROM_DAY = 28
ONE_DAY = timedelta(days=1)

#: 正月初一, 五月初五, 八月十五 of the years ahead; tests/domain/test_calendar.py holds them against
#: what other programs compute. Beyond 2035 the lunar
#: festivals are left out rather than guessed; such years are unpublished anyway.
LUNAR_FESTIVALS: Mapping[int, tuple[date, date, date]] = {
    2027: (date(2027, 2, 6), date(2027, 6, 9), date(2027, 9, 15)),
    2028: (date(2028, 1, 26), date(2028, 5, 28), date(2028, 10, 3)),
    2029: (date(2029, 2, 13), date(2029, 6, 16), date(2029, 9, 22)),
    2030: (date(2030, 2, 3), date(2030, 6, 5), date(2030, 9, 12)),
    2031: (date(2031, 1, 23), date(2031, 6, 24), date(2031, 10, 1)),
    2032: (date(2032, 2, 11), date(2032, 6, 12), date(2032, 9, 19)),
    2033: (date(2033, 1, 31), date(2033, 6, 1), date(2033, 9, 8)),
    2034: (date(2034, 2, 19), date(2034, 6, 20), date(2034, 9, 27)),
    2035: (date(2035, 2, 8), date(2035, 6, 10), date(2035, 9, 16)),
}


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year's notice: days off (weekdays or not) and weekend days that are worked."""

    days_off: frozenset[date]
    days_worked: frozenset[date]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The published years. Immutable: `with_year` answers a new calendar."""

    years: Mapping[int, YearTable] = field(default_factory=dict[int, YearTable])

    @classmethod
    def builtin(cls) -> "Calendar":
        """The notices shipped with the program: 2004 up to the latest that chinesecalendar has."""
        return _builtin()

    def is_published(self, year: int) -> bool:
        """Whether the notice for that year is known."""
        return year in self.years

    def is_settled(self, day: date) -> bool:
        """Whether no notice still to come can turn this day into a holiday or a working day."""
        return self.is_published(day.year) and (
            not _may_move_with_next_year(day) or self.is_published(day.year + 1)
        )

    def is_working_day(self, day: date) -> bool:
        """Whether offices work that day; never raises, for unpublished years see `is_settled`."""
        tables = [self.years[year] for year in _notices_for(day) if year in self.years]
        if any(day in table.days_worked for table in tables):
            return True
        if day.weekday() >= SATURDAY or any(day in table.days_off for table in tables):
            return False
        return self.is_published(day.year) or day not in statutory_days(day.year)

    def next_working_day(self, day: date) -> date:
        """The day itself when it is worked, else the first working day after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def step(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it when negative); the day for 0."""
        stride = ONE_DAY if count > 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += stride
            while not self.is_working_day(day):
                day += stride
        return day

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie in (after, until]; 0 when `until` is not later."""
        days = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def with_year(
        self, year: int, days_off: Iterable[date], days_worked: Iterable[date]
    ) -> "Calendar":
        """A calendar in which the office's own table stands for that year.

        Statutory days are added by themselves: the entered list is the notice's, and nobody works
        on National Day because a line was forgotten. Raises Invalid for a table that cannot be
        meant.
        """
        off, worked = frozenset(days_off), frozenset(days_worked)
        if errors := list(_faults(year, off, worked)):
            raise Invalid("节假日安排有误", errors=errors)
        table = YearTable(off | (statutory_days(year) - worked), worked)
        return replace(self, years={**self.years, year: table})


@cache
def statutory_days(year: int) -> frozenset[date]:
    """The 法定节假日 that are known without the notice (全国年节及纪念日放假办法 第二条)."""
    days = [date(year, 1, 1), date(year, 5, 1), date(year, 5, 2), qingming(year)]
    days += [date(year, 10, day) for day in (1, 2, 3)]
    if year in LUNAR_FESTIVALS:
        new_year, dragon_boat, mid_autumn = LUNAR_FESTIVALS[year]
        days += [new_year + timedelta(days=n) for n in (-1, 0, 1, 2)]
        days += [dragon_boat, mid_autumn]
    return frozenset(days)


def qingming(year: int) -> date:
    """Tomb-sweeping Day: 4 or 5 April, by the usual formula of the solar term (2000-2099)."""
    short = year % 100
    return date(year, 4, int(short * 0.2422 + 4.81) - short // 4)


def _may_move_with_next_year(day: date) -> bool:
    return day.month == DECEMBER and day.day >= UNSETTLED_FROM_DAY


def _notices_for(day: date) -> tuple[int, ...]:
    return (day.year, day.year + 1) if _may_move_with_next_year(day) else (day.year,)


def _notice_year(day: date, *, settles_next: bool) -> int:
    return day.year + 1 if settles_next and _may_move_with_next_year(day) else day.year


@cache
def _builtin() -> Calendar:
    off: dict[int, set[date]] = {}
    worked: dict[int, set[date]] = {}
    published = {day.year for day in constants.holidays}
    for days, target in ((constants.holidays, off), (constants.workdays, worked)):
        for day in days:
            home = _notice_year(day, settles_next=day.year + 1 in published)
            target.setdefault(home, set()).add(day)
    return Calendar(
        {
            year: YearTable(frozenset(off[year]), frozenset(worked.get(year, ())))
            for year in sorted(published)
        }
    )


def _faults(year: int, off: frozenset[date], worked: frozenset[date]) -> Iterable[FieldError]:
    for pointer, days in (("/days_off", off), ("/days_worked", worked)):
        for day in sorted(days):
            if day.year != year and not (day.year == year - 1 and _may_move_with_next_year(day)):
                yield FieldError(pointer, "outside_year", f"{day} 不在 {year} 年放假安排范围内")
    for day in sorted(worked):
        if day.weekday() < SATURDAY:
            yield FieldError("/days_worked", "not_weekend", f"{day} 不是周末，无需设为调休上班日")
    for day in sorted(chain(off & worked)):
        yield FieldError("/days_worked", "both", f"{day} 不能既放假又上班")
