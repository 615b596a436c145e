"""Whatever the marks and the day: the strictest rule wins, and more marks never give more time."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.domain.law.calendar import Calendar
from api.domain.law.clocks import due_by_rule
from api.domain.law.time_rules import find_rule
from api.domain.leads.lead_marks import (
    FAST_RULE,
    MARK_RULES,
    USUAL_RULE,
    FocusMark,
    loosened,
    rules_for,
    strictest,
    tightened,
)

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


def test_each_mark_has_its_rule_in_one_order():
    told = {mark.value: rule for mark, rule in MARK_RULES.items()}
    assert told == {
        "major": "LEAD-MAJOR",
        "high_attention": "LEAD-ATTENTION",
        "key_area": "LEAD-KEY-AREA",
    }
    everything = rules_for(["key_area", "high_attention", "major"], fast=True)
    assert everything == (
        "LEAD-FAST", "LEAD-MAJOR", "LEAD-ATTENTION", "LEAD-KEY-AREA", "LEAD-01",
    )  # fmt: skip
    assert rules_for([], fast=False) == ("LEAD-01",)
    assert rules_for([], fast=True) == ("LEAD-FAST", "LEAD-01")
    assert rules_for({FocusMark.KEY_AREA}, fast=False) == ("LEAD-KEY-AREA", "LEAD-01")


def test_of_several_on_one_day_the_first_is_named():
    """A record keeps the rule by which it is due: the stricter name, not the usual one."""
    first, second = due(USUAL_RULE, date(2026, 3, 2)), due(USUAL_RULE, date(2026, 3, 2))
    assert first is not second
    assert strictest([first, second]) is first
    assert strictest([second, first]) is second


TERM = [date(2026, 3, day) for day in (1, 2, 3)]


@pytest.mark.parametrize("present", TERM)
@pytest.mark.parametrize("other", TERM)
@pytest.mark.parametrize("today", TERM)
def test_a_term_moves_to_the_other_one_or_to_today(present, other, today):
    stricter = tightened(present, other, today)
    if other >= present or today >= present:  # late already: a mark makes nobody later
        assert stricter == present
    else:
        assert stricter == max(other, today)
    looser = loosened(present, other, today)
    assert looser == (max(other, today) if other > present else present)
