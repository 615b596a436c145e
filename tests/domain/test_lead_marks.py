"""Whatever the marks and the day: the strictest rule wins, and more marks never give more time."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from api.domain.calendar import Calendar
from api.domain.clocks import due_by_rule
from api.domain.lead_marks import (
    FAST_RULE,
    MARK_RULES,
    USUAL_RULE,
    FocusMark,
    loosened,
    rules_for,
    strictest,
    tightened,
)
from api.domain.time_rules import find_rule

CALENDAR = Calendar.builtin()
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))
MARKS = st.sets(st.sampled_from(FocusMark))


def due(rule_id: str, start: date):
    return due_by_rule(find_rule(rule_id, start), start, CALENDAR)


def by(marks: set[FocusMark], start: date, *, fast: bool):
    return strictest(due(rule, start) for rule in rules_for(marks, fast=fast))


@settings(deadline=None)
@given(marks=MARKS, start=DAYS, fast=st.booleans())
def test_the_strictest_of_all_that_apply_wins(marks, start, fast):
    wanted = [USUAL_RULE, *(MARK_RULES[m] for m in marks), *([FAST_RULE] if fast else [])]
    assert by(marks, start, fast=fast).on == min(due(rule, start).on for rule in wanted)


@settings(deadline=None)
@given(marks=MARKS, more=MARKS, start=DAYS, fast=st.booleans())
def test_more_marks_never_give_more_time(marks, more, start, fast):
    assert by(marks | more, start, fast=fast).on <= by(marks, start, fast=fast).on
    assert by(marks, start, fast=True).on <= by(marks, start, fast=fast).on


@settings(deadline=None)
@given(marks=MARKS, start=DAYS, later=st.integers(0, 60))
def test_a_mark_set_later_shortens_and_taken_off_gives_back(marks, start, later):
    today = start + timedelta(days=later)
    usual = by(set(), start, fast=False).on
    after = tightened(usual, by(marks, start, fast=False).on, today)
    assert after <= usual
    assert after >= min(usual, today)  # nobody is late at once
    back = loosened(after, usual, today)
    assert back >= after
    assert back == (usual if usual >= today or after == usual else today)


@given(marks=MARKS)
def test_every_mark_has_a_stricter_rule_of_its_own(marks):
    rules = rules_for(marks, fast=False)
    assert len(set(rules)) == len(marks) + 1
    start = date(2026, 3, 2)
    assert all(due(MARK_RULES[m], start).on < due(USUAL_RULE, start).on for m in marks)
