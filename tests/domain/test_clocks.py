"""When terms end: the vectors of the law review, and what must hold for any date."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.law.calendar import Calendar
from api.domain.law.clocks import (
    SHANGHAI,
    Due,
    add_months,
    deadline,
    due_at,
    due_by_rule,
    due_on,
    end_of_day,
    expires_on,
    gone_on,
    working_days_left,
)
from api.domain.law.time_rules import Roll, TimeUnit, find_rule, load_builtin

pytestmark = pytest.mark.days

CALENDAR = Calendar.builtin()
ROLLING, STAYING = Roll.NEXT_WORKING_DAY, Roll.NEVER
DAY, WORKING_DAY, MONTH, YEAR = (
    TimeUnit.DAY, TimeUnit.WORKING_DAY, TimeUnit.MONTH, TimeUnit.YEAR,
)  # fmt: skip
PUBLISHED_DAY = st.dates(date(2004, 1, 1), date(2025, 6, 30))
ANY_DAY = st.dates(date(2004, 1, 1), date(2040, 12, 31))
DATE_UNIT = st.sampled_from([DAY, WORKING_DAY, MONTH, YEAR])
ROLL = st.sampled_from(list(Roll))


def on(text: str) -> date:
    return date.fromisoformat(text)


def rule(rule_id: str):
    return find_rule(rule_id, date(2022, 5, 13))


@pytest.mark.parametrize(
    ("start", "term", "unit", "roll", "end"),
    [
        ("2022-04-29", 5, WORKING_DAY, STAYING, "2022-05-10"),
        ("2022-09-29", 3, WORKING_DAY, STAYING, "2022-10-09"),
        ("2022-01-28", 5, WORKING_DAY, STAYING, "2022-02-09"),
        ("2022-05-13", 15, WORKING_DAY, STAYING, "2022-06-06"),
        ("2025-01-24", 7, WORKING_DAY, STAYING, "2025-02-10"),
        ("2022-09-28", 3, DAY, ROLLING, "2022-10-08"),
        ("2022-04-28", 3, DAY, ROLLING, "2022-05-05"),
        ("2022-09-28", 3, DAY, STAYING, "2022-10-01"),
        ("2022-05-13", 30, DAY, ROLLING, "2022-06-13"),
        ("2022-05-13", 6, MONTH, STAYING, "2022-11-13"),
        ("2022-08-30", 6, MONTH, STAYING, "2023-02-28"),
        ("2022-02-28", 1, MONTH, STAYING, "2022-03-31"),
        ("2022-11-30", 3, MONTH, STAYING, "2023-02-28"),
        ("2024-02-29", 1, YEAR, STAYING, "2025-02-28"),
        ("2023-02-28", 1, YEAR, STAYING, "2024-02-29"),
        ("2022-05-13", 2, YEAR, STAYING, "2024-05-13"),
        ("2022-05-13", 0, DAY, STAYING, "2022-05-13"),
    ],
)
def test_vectors(start, term, unit, roll, end):
    assert due_on(on(start), term, unit, roll, CALENDAR) == Due(on(end), provisional=False)


def test_stated_expiry_of_a_freeze():
    assert expires_on(on("2022-05-13"), 6, MONTH) == on("2022-11-13")
    assert on("2022-11-13").weekday() == 6, "a Sunday: it still lapses that day"


@pytest.mark.parametrize("unit", [WORKING_DAY, TimeUnit.HOUR, TimeUnit.MINUTE])
def test_measures_do_not_run_in_other_units(unit):
    with pytest.raises(ValueError, match="不能推算"):
        expires_on(on("2022-05-13"), 1, unit)


def test_negative_terms_are_refused():
    with pytest.raises(ValueError, match="负数"):
        due_on(on("2022-05-13"), -1, DAY, STAYING, CALENDAR)
    with pytest.raises(ValueError, match="负数"):
        due_at(datetime(2022, 5, 13, tzinfo=UTC), -1, TimeUnit.HOUR)


# --- provisional ---------------------------------------------------------------------------------


def test_working_days_into_an_unpublished_year_are_provisional():
    assert due_on(on("2026-11-22"), 5, WORKING_DAY, STAYING, CALENDAR).provisional is False
    assert due_on(on("2026-12-20"), 15, WORKING_DAY, STAYING, CALENDAR).provisional is True
    assert due_on(on("2003-12-30"), 3, WORKING_DAY, STAYING, CALENDAR).provisional is True


def test_a_freeze_into_an_unpublished_year_is_certain():
    assert due_on(on("2026-11-22"), 6, MONTH, STAYING, CALENDAR) == Due(on("2027-05-22"))


def test_a_rolling_term_into_an_unpublished_year_is_provisional():
    due = due_on(on("2026-12-01"), 60, DAY, ROLLING, CALENDAR)
    assert due == Due(on("2027-02-01"), provisional=True)


def test_a_provisional_date_settles_when_the_year_is_entered():
    entered = CALENDAR.with_year(2027, [date(2027, 1, 1)], [])
    assert due_on(on("2026-12-20"), 15, WORKING_DAY, STAYING, entered).provisional is False


# --- properties ----------------------------------------------------------------------------------


@given(ANY_DAY, st.integers(0, 40), DATE_UNIT, ROLL)
def test_never_before_the_start_and_rolled_ends_are_worked(start, term, unit, roll):
    due = due_on(start, term, unit, roll, CALENDAR)
    assert due.on >= start
    if (unit is WORKING_DAY and term) or (unit is not WORKING_DAY and roll is ROLLING):
        assert CALENDAR.is_working_day(due.on)


@given(ANY_DAY, ANY_DAY, st.integers(0, 40), DATE_UNIT, ROLL)
def test_a_later_start_never_ends_earlier(one, other, term, unit, roll):
    early, late = sorted((one, other))
    assert (
        due_on(early, term, unit, roll, CALENDAR).on <= due_on(late, term, unit, roll, CALENDAR).on
    )


@given(ANY_DAY, st.integers(0, 30), st.integers(0, 30), DATE_UNIT, ROLL)
def test_a_longer_term_never_ends_earlier(start, term, more, unit, roll):
    short = due_on(start, term, unit, roll, CALENDAR)
    assert short.on <= due_on(start, term + more, unit, roll, CALENDAR).on


@given(
    PUBLISHED_DAY,
    st.integers(-30, 60),
    st.lists(st.integers(0, 60), min_size=1, max_size=4),
    st.lists(st.integers(0, 20), min_size=4, max_size=4),
)
def test_after_standing_still_as_much_is_left_as_before(start, term, waits, apart):
    """`LEAD-01` is counted in working days, `XF-01` in days that roll over no holiday."""
    for rule_id in ("LEAD-01", "XF-01"):
        by_days = rule_id == "XF-01"
        since, due = start, Due(CALENDAR.step(start, term))
        for wait, later in zip(waits, apart, strict=False):
            until = since + timedelta(days=wait)
            before = left_of(since, due.on, by_days=by_days)
            due = gone_on(rule(rule_id), due, (since, until), CALENDAR)
            assert left_of(until, due.on, by_days=by_days) == before
            since = until + timedelta(days=later)


def left_of(day: date, due: date, *, by_days: bool) -> int:
    return (due - day).days if by_days else working_days_left(day, due, CALENDAR)


def test_a_pause_that_has_not_ended_does_not_count_yet():
    due = Due(on("2022-06-06"))
    assert gone_on(rule("LEAD-01"), due, (on("2022-05-20"),), CALENDAR) == due


@given(PUBLISHED_DAY, st.integers(0, 60), st.sampled_from([DAY, MONTH]), ROLL)
def test_a_roll_only_moves_over_days_off(start, term, unit, roll):
    plain = due_on(start, term, unit, STAYING, CALENDAR).on
    rolled = due_on(start, term, unit, roll, CALENDAR).on
    skipped = [plain + timedelta(days=n) for n in range((rolled - plain).days)]
    assert not any(CALENDAR.is_working_day(day) for day in skipped)


@given(ANY_DAY, st.integers(0, 120))
def test_month_arithmetic_by_the_interpretation(start, months):
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    starts_on_last = (start + timedelta(days=1)).day == 1
    ends_on_last = (end + timedelta(days=1)).day == 1
    if starts_on_last:
        assert ends_on_last
        assert add_months(end, -months) == start
    elif end.day == start.day and not ends_on_last:
        assert add_months(end, -months) == start
    else:
        assert ends_on_last


# --- rules and extensions ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule_id", "start", "extensions", "in_custody", "end"),
    [
        ("TRF-01", "2022-09-28", 0, False, "2022-10-08"),
        ("CUS-03", "2022-09-28", 0, False, "2022-10-01"),
        ("CUS-03", "2022-09-28", 1, False, "2022-10-05"),
        ("CUS-05", "2022-05-31", 0, False, "2022-07-31"),
        ("CUS-05", "2022-12-30", 1, False, "2023-03-30"),
        ("PRO-01", "2022-09-01", 0, False, "2022-10-08"),
        ("PRO-01", "2022-09-01", 0, True, "2022-10-01"),
        ("PRO-01", "2022-09-01", 1, True, "2022-10-16"),
        ("PRO-01", "2022-09-01", 1, False, "2022-10-17"),
        ("MKT-02", "2022-05-13", 1, False, "2022-06-27"),
        ("FRZ-01", "2022-05-13", 1, False, "2023-05-13"),
        ("SEA-01", "2022-05-13", 1, False, "2025-05-13"),
    ],
)
def test_due_by_rule(rule_id, start, extensions, in_custody, end):
    due = due_by_rule(
        rule(rule_id), on(start), CALENDAR, extensions=extensions, in_custody=in_custody
    )
    assert due == Due(on(end))


def test_extension_in_another_unit_keeps_the_provisional_mark():
    due = due_by_rule(rule("PRO-01"), on("2026-12-10"), CALENDAR, extensions=1)
    assert due == Due(on("2027-01-25"), provisional=True)


def test_rules_without_number_or_extension_say_so():
    with pytest.raises(ValueError, match="RET-05"):
        due_by_rule(rule("RET-05"), on("2022-05-13"), CALENDAR)
    with pytest.raises(ValueError, match="FRZ-04"):
        due_by_rule(rule("FRZ-04"), on("2022-05-13"), CALENDAR, extensions=1)


@pytest.mark.parametrize(
    "any_rule",
    [rule for rule in load_builtin() if rule.term is not None],
    ids=lambda rule: f"{rule.rule_id}/{rule.version}",
)
def test_every_rule_with_a_number_gives_a_deadline_after_its_start(any_rule):
    start = datetime(2022, 9, 29, 16, 0, tzinfo=SHANGHAI)
    found = deadline(any_rule, start, CALENDAR)
    assert found.at >= start
    assert found.at.utcoffset() == timedelta(hours=8)
    assert found.provisional is False


# --- hours ---------------------------------------------------------------------------------------


def test_hours_run_through_night_and_holiday():
    start = datetime(2022, 9, 30, 17, 30, tzinfo=SHANGHAI)
    assert due_at(start, 24, TimeUnit.HOUR) == datetime(2022, 10, 1, 17, 30, tzinfo=SHANGHAI)
    assert due_at(start, 30, TimeUnit.MINUTE) == datetime(2022, 9, 30, 18, 0, tzinfo=SHANGHAI)


def test_hours_of_another_zone_answer_in_china():
    start = datetime(2022, 9, 30, 20, 0, tzinfo=timezone(timedelta(hours=-4)))
    end = due_at(start, 12, TimeUnit.HOUR)
    assert end.isoformat() == "2022-10-01T20:00:00+08:00"


def test_hours_survive_the_summer_time_of_1991():
    start = datetime(1991, 4, 13, 12, 0, tzinfo=SHANGHAI)
    assert due_at(start, 24, TimeUnit.HOUR) - start.astimezone(UTC) == timedelta(hours=24)


def test_naive_times_and_wrong_units_are_refused():
    naive = datetime(2022, 5, 13, 8, 0)  # noqa: DTZ001 - the refused input itself
    with pytest.raises(ValueError, match="时区"):
        due_at(naive, 1, TimeUnit.HOUR)
    with pytest.raises(ValueError, match="时区"):
        deadline(rule("FRZ-01"), naive, CALENDAR)
    with pytest.raises(ValueError, match="不按时刻"):
        due_at(datetime(2022, 5, 13, tzinfo=UTC), 1, DAY)


def test_a_day_in_china_decides_the_start():
    late_utc = datetime(2022, 5, 12, 17, 0, tzinfo=UTC)
    found = deadline(rule("FRZ-01"), late_utc, CALENDAR)
    assert found.at == end_of_day(on("2022-11-13"))
    assert found.at.isoformat() == "2022-11-13T23:59:59+08:00"


# --- alerts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        ("2022-09-30", "2022-10-08", 1),
        ("2022-10-03", "2022-10-08", 1),
        ("2022-10-08", "2022-10-08", 0),
        ("2022-10-09", "2022-10-08", -1),
        ("2022-05-06", "2022-05-10", 3),
        ("2022-10-07", "2022-09-30", 0),
    ],
)
def test_working_days_left(today, due, left):
    assert working_days_left(on(today), on(due), CALENDAR) == left
