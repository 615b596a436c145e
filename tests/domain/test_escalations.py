"""Whom a late term is brought before, and when: the signed table, read from outside it."""

from dataclasses import replace
from datetime import date

import pytest

from api.domain.law.calendar import Calendar
from api.domain.law.escalations import BANDS, Level, band_of
from api.domain.law.time_rules import TimeUnit, load_builtin

RULE = next(rule for rule in load_builtin() if rule.term is not None)
CALENDAR = Calendar.builtin()
#: Working days before the end (handler) or after it: how long the term is, and who hears of it when.
SIGNED = {
    "hours": ((48, TimeUnit.HOUR), (0, 1, 1, 2, 3)),
    "one day": ((1, TimeUnit.WORKING_DAY), (1, 1, 2, 3, 5)),
    "three working days": ((3, TimeUnit.WORKING_DAY), (1, 1, 2, 3, 5)),
    "four working days": ((4, TimeUnit.WORKING_DAY), (2, 1, 3, 5, 10)),
    "three days": ((3, TimeUnit.DAY), (1, 1, 2, 3, 5)),
    "ten working days": ((10, TimeUnit.WORKING_DAY), (2, 1, 3, 5, 10)),
    "eleven working days": ((11, TimeUnit.WORKING_DAY), (3, 1, 3, 7, 15)),
    "fifteen days": ((15, TimeUnit.DAY), (3, 1, 3, 7, 15)),
    "thirty days": ((30, TimeUnit.DAY), (3, 1, 3, 7, 15)),
    "one month": ((1, TimeUnit.MONTH), (3, 1, 3, 7, 15)),
    "thirty-one working days": ((31, TimeUnit.WORKING_DAY), (5, 1, 5, 10, 20)),
    "two months": ((2, TimeUnit.MONTH), (5, 1, 5, 10, 20)),
    "a year": ((1, TimeUnit.YEAR), (5, 1, 5, 10, 20)),
}
#: A Friday before a weekend, the day before the Spring Festival, a day in it, an ordinary one.
DAYS = [date(2026, 11, 27), date(2026, 2, 14), date(2026, 2, 18), date(2026, 11, 25)]


@pytest.mark.parametrize("name", SIGNED)
def test_each_level_on_its_working_day(name):
    """Told on that working day and not before it, wherever weekends and holidays lie."""
    (term, unit), days = SIGNED[name]
    band = band_of(replace(RULE, term=term, unit=unit))
    assert (band.handler, band.head, band.office, band.leader, band.supervisor) == days
    for today in DAYS:
        for level, count in zip(Level, days, strict=True):
            last = band.last_due(level, today, CALENDAR)
            if level is Level.HANDLER:
                assert last == CALENDAR.step(today, count)
            else:
                assert CALENDAR.step(last, count) <= today
                assert CALENDAR.step(date.fromordinal(last.toordinal() + 1), count) > today


def test_what_a_person_set_is_between():
    """A day by no rule is told like a term of ten working days."""
    assert band_of(None) == band_of(replace(RULE, term=10, unit=TimeUnit.WORKING_DAY))
    assert band_of(replace(RULE, term=None, unit=None)) == band_of(None)


def test_the_signed_table_names_every_band():
    bands = {band_of(replace(RULE, term=t, unit=u)) for (t, u), _ in SIGNED.values()}
    assert bands == set(BANDS)
