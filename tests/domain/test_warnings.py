"""The ladder of warnings: by the length and the unit of the term, from rows of the rule table."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.law.calendar import Calendar
from api.domain.law.clocks import SHANGHAI, end_of_day
from api.domain.law.time_rules import RuleGroup, TimeUnit, load_builtin
from api.domain.law.warnings import Step, due, ladder, steps

CALENDAR = Calendar.builtin()
STEPS = steps(load_builtin())
DAY = TimeUnit.DAY
any_day = st.dates(date(2021, 1, 1), date(2026, 12, 31))


def at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def days(starts: str, ends: str, unit: TimeUnit = DAY) -> list[str]:
    begins, last = at(date.fromisoformat(starts)), end_of_day(date.fromisoformat(ends))
    return [f"{moment:%m-%d}" for _, moment in ladder(STEPS, begins, last, unit, CALENDAR)]


def test_the_table_has_days_and_hours():
    assert [(each.amount, each.unit.value) for each in STEPS] == [
        (30, "working_day"), (15, "working_day"), (7, "working_day"), (3, "working_day"),
        (1, "working_day"), (12, "hour"), (2, "hour"),
    ]  # fmt: skip


def test_half_a_year_is_warned_of_five_times_before_a_sunday():
    told = days("2022-05-13", "2022-11-13")
    assert told == ["09-28", "10-24", "11-03", "11-09", "11-11"]


@pytest.mark.parametrize(
    ("starts", "ends", "told"),
    [
        ("2022-05-10", "2022-05-12", ["05-11"]),  # two days: not thirty before
        ("2022-05-10", "2022-05-17", ["05-16"]),
        ("2022-05-10", "2022-06-09", ["05-30", "06-06", "06-08"]),
        ("2022-05-13", "2022-05-15", ["05-13"]),  # Friday to Sunday: once, however short
    ],
)
def test_a_short_term_is_warned_of_by_its_length(starts, ends, told):
    assert days(starts, ends) == told


def test_hours_count_as_hours():
    begins = at(date(2022, 5, 14), 9)  # a Saturday
    given_ = ladder(STEPS, begins, begins + timedelta(hours=48), TimeUnit.HOUR, CALENDAR)
    assert [moment - begins for _, moment in given_] == [timedelta(hours=36), timedelta(hours=46)]
    short = ladder(STEPS, begins, begins + timedelta(hours=3), TimeUnit.HOUR, CALENDAR)
    assert [moment - begins for _, moment in short] == [timedelta(hours=1)]


@given(any_day, st.integers(0, 800))
def test_every_term_is_warned_of_within_itself_and_never_in_its_first_third(starts, length):
    begins, ends = at(starts), end_of_day(starts + timedelta(days=length))
    given_ = ladder(STEPS, begins, ends, DAY, CALENDAR)
    moments = [moment for _, moment in given_]
    assert given_
    assert moments == sorted(moments)
    assert all(begins <= moment < ends for moment in moments)
    if len(moments) > 1:
        assert moments[0] - begins >= (ends - begins) / 3


@given(any_day, st.integers(0, 400), st.integers(0, 400))
def test_what_is_due_grows_until_the_end(starts, length, passed):
    begins, ends = at(starts), end_of_day(starts + timedelta(days=length))
    rungs = ladder(STEPS, begins, ends, DAY, CALENDAR)
    now = begins + timedelta(days=passed, hours=8)
    found = due(rungs, begins, now, ends)
    assert found == ([] if now > ends else [step for step, moment in rungs if moment <= now])
    assert due(rungs, now + timedelta(days=1), now, ends) == []


@given(any_day, st.integers(0, 120))
def test_no_step_lies_beyond_its_reach(day, ahead):
    ends = day + timedelta(days=ahead)
    for step in STEPS:
        if step.before(end_of_day(ends), CALENDAR) <= end_of_day(day):
            assert ends <= step.reach(day, CALENDAR)


def test_a_county_sets_other_steps():
    rules = [r for r in load_builtin() if r.group is RuleGroup.WARNING]
    other = steps([replace(rules[0], term=20, unit=DAY, version=1001)])
    assert other == [Step("WARN-D1", 1001, 20, DAY)]
    last = end_of_day(date(2022, 11, 13))
    ((step, moment),) = ladder(other, at(date(2022, 5, 13)), last, DAY, CALENDAR)
    assert (str(step), f"{moment:%m-%d}") == ("届满前20日", "10-24")
    with pytest.raises(ValueError, match="月"):
        Step("X", 1, 1, TimeUnit.MONTH).before(last, CALENDAR)
