"""Periods and the equal one before; a long one is told by years, and nothing is left out."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.across.periods import MOST_COLUMNS, Period, PeriodName, before, named, parts

D = date.fromisoformat
DAYS = st.dates(date(1901, 1, 1), date(2199, 12, 31))


def period(since: str, until: str) -> Period:
    return Period(D(since), D(until))


@pytest.mark.parametrize(
    ("name", "today", "whole", "earlier"),
    [
        ("month", "2026-11-29", ("2026-11-01", "2026-11-29"), ("2026-10-01", "2026-10-29")),
        ("month", "2026-03-31", ("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        ("month", "2026-01-05", ("2026-01-01", "2026-01-05"), ("2025-12-01", "2025-12-05")),
        ("quarter", "2026-11-29", ("2026-10-01", "2026-11-29"), ("2026-07-01", "2026-08-29")),
        ("quarter", "2026-05-31", ("2026-04-01", "2026-05-31"), ("2026-01-01", "2026-02-28")),
        ("year", "2026-11-29", ("2026-01-01", "2026-11-29"), ("2025-01-01", "2025-11-29")),
        ("year", "2024-02-29", ("2024-01-01", "2024-02-29"), ("2023-01-01", "2023-02-28")),
    ],
)
def test_stretches_that_end_today(name, today, whole, earlier):
    found = named(PeriodName(name), D(today))
    assert found == period(*whole)
    assert before(found, PeriodName(name)) == period(*earlier)


@pytest.mark.parametrize(
    ("whole", "earlier"),
    [
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-04-01", "2026-06-30"), ("2026-01-01", "2026-03-31")),
        (("2024-01-01", "2024-12-31"), ("2023-01-01", "2023-12-31")),
        (("2026-03-02", "2026-03-31"), ("2026-01-31", "2026-03-01")),
        (("2026-05-13", "2026-05-13"), ("2026-05-12", "2026-05-12")),
    ],
)
def test_days_of_ones_own(whole, earlier):
    assert before(period(*whole)) == period(*earlier)


@given(DAYS, st.integers(0, 4000))
def test_the_one_before_ends_the_day_before(since, length):
    whole = Period(since, min(since + timedelta(days=length), date(2200, 12, 31)))
    earlier = before(whole)
    assert earlier.until == whole.since - timedelta(days=1)
    assert earlier.since <= earlier.until
    if whole.since.day != 1:
        assert earlier.until - earlier.since == whole.until - whole.since


@given(DAYS, st.integers(0, 4000))
def test_no_day_is_left_out_or_told_twice(since, length):
    whole = Period(since, since + timedelta(days=length))
    found = list(parts(whole))
    assert found[0][2].since == whole.since
    assert found[-1][2].until == whole.until
    for (_, _, one), (_, _, following) in pairwise(found):
        assert following.since == one.until + timedelta(days=1)
    units = {unit for unit, _, _ in found}
    assert len(units) == 1
    assert units == {"year"} or len(found) <= MOST_COLUMNS
    assert len({name for _, name, _ in found}) == len(found)
