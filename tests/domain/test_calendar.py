"""The working-day calendar: published notices, unpublished years, office-entered tables."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.kit.errors import Invalid
from api.domain.law.calendar import LUNAR_FESTIVALS, Calendar, qingming, statutory_days

pytestmark = pytest.mark.days

BUILTIN = Calendar.builtin()
ANY_DAY = st.dates(date(1990, 1, 1), date(2099, 12, 31))
OFF_2027 = [date(2027, 1, 1), date(2027, 2, 5), date(2027, 2, 12), date(2027, 10, 4)]
WORKED_2027 = [date(2027, 2, 13), date(2027, 10, 9)]


def test_every_published_day_agrees_with_the_notices():
    day = date(2004, 1, 1)
    while day <= date(2026, 12, 31):
        assert BUILTIN.is_working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_known_swaps():
    assert BUILTIN.is_working_day(date(2022, 5, 7))
    assert BUILTIN.is_working_day(date(2022, 10, 8))
    assert BUILTIN.is_working_day(date(2018, 12, 29))
    assert not BUILTIN.is_working_day(date(2018, 12, 31))


def test_published_years():
    assert [BUILTIN.is_published(year) for year in (2003, 2004, 2026, 2027)] == [
        False,
        True,
        True,
        False,
    ]


@given(ANY_DAY)
def test_never_raises_and_unpublished_weekends_are_free(day):
    worked = BUILTIN.is_working_day(day)
    if not BUILTIN.is_settled(day) and day.weekday() >= 5:
        assert not worked


@pytest.mark.parametrize(
    "day",
    [
        date(2027, 1, 1),
        date(2027, 2, 5),
        date(2027, 2, 8),
        date(2027, 4, 5),
        date(2028, 5, 1),
        date(2028, 5, 2),
        date(2027, 6, 9),
        date(2027, 9, 15),
        date(2027, 10, 1),
        date(2036, 10, 3),
    ],
)
def test_statutory_days_of_unpublished_years_are_free(day):
    assert not BUILTIN.is_working_day(day)
    assert not BUILTIN.is_settled(day)


def test_ordinary_weekday_of_an_unpublished_year_is_worked():
    assert BUILTIN.is_working_day(date(2027, 3, 1))
    assert BUILTIN.is_working_day(date(2036, 2, 1))


@pytest.mark.parametrize("year", range(2008, 2027))
def test_qingming_formula_agrees_with_every_notice_since_it_is_a_holiday(year):
    assert chinese_calendar.get_holiday_detail(qingming(year))[0]


#: 清明, 正月初一, 五月初五, 八月十五 as three programs computed them that know nothing of this one and
#: agree: lunardate 0.3.0 and sxtwl 2.0.7 the lunar days, sxtwl and ephem 4.2.1 the day in Beijing
#: on which the sun reaches 15°.
COMPUTED = {
    2027: ("04-05", "02-06", "06-09", "09-15"),
    2028: ("04-04", "01-26", "05-28", "10-03"),
    2029: ("04-04", "02-13", "06-16", "09-22"),
    2030: ("04-05", "02-03", "06-05", "09-12"),
    2031: ("04-05", "01-23", "06-24", "10-01"),
    2032: ("04-04", "02-11", "06-12", "09-19"),
    2033: ("04-04", "01-31", "06-01", "09-08"),
    2034: ("04-05", "02-19", "06-20", "09-27"),
    2035: ("04-05", "02-08", "06-10", "09-16"),
}
#: The years of this century in which sxtwl has 清明 on 5 April; in all others it is the fourth.
FIFTH = {
    2001, 2002, 2003, 2005, 2006, 2007, 2010, 2011, 2014, 2015, 2018, 2019, 2022, 2023, 2026, 2027,
    2030, 2031, 2034, 2035, 2038, 2039, 2043, 2047, 2051, 2055, 2059, 2063, 2067, 2071,
}  # fmt: skip


def test_qingming_is_right_for_the_whole_century():
    assert {year for year in range(2000, 2100) if qingming(year).day == 5} == FIFTH
    assert {qingming(year).day for year in range(2000, 2100)} == {4, 5}


def test_every_year_ahead_was_computed_by_others_too():
    assert set(COMPUTED) == set(LUNAR_FESTIVALS)


@pytest.mark.parametrize("year", sorted(COMPUTED))
def test_festivals_of_the_years_ahead_are_those_others_compute(year):
    days = (qingming(year), *LUNAR_FESTIVALS[year])
    assert tuple(f"{day:%m-%d}" for day in days) == COMPUTED[year]
    assert statutory_days(year) >= set(days)


@pytest.mark.parametrize("year", sorted(LUNAR_FESTIVALS))
def test_lunar_festivals_are_plausible(year):
    new_year, dragon_boat, mid_autumn = LUNAR_FESTIVALS[year]
    assert date(year, 1, 21) <= new_year <= date(year, 2, 20)
    # 正月初一 to 五月初五 is four lunar months and four days, or five with a leap month.
    assert (dragon_boat - new_year).days in range(121, 154)
    assert (mid_autumn - dragon_boat).days in range(97, 130)
    assert len(statutory_days(year)) in (12, 13)


def test_last_december_days_stay_open_until_the_next_notice():
    assert BUILTIN.is_settled(date(2026, 12, 27))
    assert not BUILTIN.is_settled(date(2026, 12, 28))
    assert BUILTIN.is_settled(date(2025, 12, 31))
    entered = BUILTIN.with_year(2027, OFF_2027, WORKED_2027)
    assert entered.is_settled(date(2026, 12, 31))


def test_entered_year_replaces_the_guess_and_leaves_the_original_alone():
    entered = BUILTIN.with_year(2027, OFF_2027, WORKED_2027)
    assert entered.is_published(2027)
    assert entered.is_working_day(date(2027, 2, 13))
    assert not entered.is_working_day(date(2027, 2, 12))
    assert not entered.is_working_day(date(2027, 5, 1)), "a forgotten statutory day stays free"
    assert not BUILTIN.is_published(2027)
    assert BUILTIN.is_working_day(date(2027, 2, 12))


def test_entered_year_may_replace_a_builtin_one():
    entered = BUILTIN.with_year(2022, [date(2022, 1, 3)], [])
    assert not entered.is_working_day(date(2022, 5, 7))
    assert entered.is_working_day(date(2022, 2, 4))
    # the December days that came with the notice for 2019 stay with 2019
    changed = BUILTIN.with_year(2018, [], [])
    assert not changed.is_working_day(date(2018, 12, 31))


def test_notice_may_reach_into_the_december_before():
    entered = BUILTIN.with_year(2028, [date(2027, 12, 31)], [])
    assert not entered.is_working_day(date(2027, 12, 31))


@pytest.mark.parametrize(
    ("off", "worked", "code"),
    [
        ([date(2026, 1, 1)], [], "outside_year"),
        ([], [date(2028, 1, 1)], "outside_year"),
        ([], [date(2027, 3, 1)], "not_weekend"),
        ([date(2027, 2, 13)], [date(2027, 2, 13)], "both"),
    ],
)
def test_impossible_tables_are_refused(off, worked, code):
    with pytest.raises(Invalid) as caught:
        BUILTIN.with_year(2027, off, worked)
    assert code in {error.code for error in caught.value.errors}


@given(ANY_DAY, st.integers(-40, 40))
def test_step_lands_on_working_days_and_counts_them(day, count):
    landed = BUILTIN.step(day, count)
    if count:
        assert BUILTIN.is_working_day(landed)
    if count >= 0:
        assert BUILTIN.working_days_between(day, landed) == count
    else:
        assert BUILTIN.working_days_between(landed, day - timedelta(days=1)) == -count - 1


def test_working_days_between_is_zero_backwards():
    assert BUILTIN.working_days_between(date(2022, 5, 10), date(2022, 5, 9)) == 0
