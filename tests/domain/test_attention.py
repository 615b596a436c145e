"""What is to be asked about today: sentences that are whole, and whose turn each status is."""

import re
from datetime import date

from api.domain.across.attention import MATTERS, SOON, TODAY, Urgency, bound, said
from api.domain.law.escalations import Overdue
from api.domain.leads.leads import TRIAGE, LeadStatus
from api.services.across import attention
from api.services.across.figures import LEDGERS
from api.services.across.watched import WATCHED
from api.services.recovery import money_duties
from api.services.rewards import reward_duties

TODAY_IS = date(2026, 11, 29)
BY_KEY = {matter.key: matter for matter in MATTERS}


def test_each_sentence_is_whole():
    for matter in MATTERS:
        whose = "某派出所" if matter.by_unit else matter.whose
        told = said(matter, whose, 3, date(2026, 11, 3), 1_234_567, TODAY_IS)
        assert not re.search(r"[{}]", told)
        assert "3" in told
        assert ("某派出所" in told) is matter.by_unit
        assert not told.endswith("。"), "a line of a list, not a paragraph"


def test_days_are_told_as_an_office_writes_them():
    late = BY_KEY["leads_late"]
    assert said(late, "某派出所", 3, date(2026, 11, 3), 0, TODAY_IS) == (
        "某派出所有 3 条线索超期未办，最早的11月3日到期"
    )
    assert "2025年12月9日到期" in said(late, "某所", 1, date(2025, 12, 9), 0, TODAY_IS)
    plans = said(BY_KEY["plans_computed"], "", 2, None, 75_742_348, TODAY_IS)
    assert plans == "有 2 个清退方案等待审批，拟发放 757,423.48 元"


def test_a_lead_is_the_offices_or_its_units_and_never_both():
    offices, units = BY_KEY["leads_late_office"].params, BY_KEY["leads_late"].params
    office, unit = set(offices["status"]), set(units["status"])
    assert office & unit == {LeadStatus.FED_BACK}, "by whether it is only to be closed"
    assert (offices["closing"], units["closing"]) == (True, False)
    assert not unit & set(TRIAGE), "the desk has a term of its own"
    assert not (office | unit) & {LeadStatus.CLOSED, LeadStatus.ARCHIVED, LeadStatus.WITHDRAWN}


def test_days_that_move_are_bound():
    days = {TODAY: TODAY_IS, SOON: date(2026, 12, 6)}
    params = bound(BY_KEY["cases_near"].params, days)
    assert params == {"due_from": "2026-11-29", "due_to": "2026-12-06"}


def test_whatever_escalates_is_asked_about_and_what_is_late_escalates():
    """A line of the overview for every row of watched.py, and the other way round: what only one of
    them knew would be late for nobody, or asked about before nobody."""
    told = {what for matter in MATTERS for what in matter.escalates}
    assert told == set(Overdue)
    assert {each.what for each in WATCHED} == told
    for matter in MATTERS:
        assert bool(matter.escalates) is (matter.urgency is Urgency.LATE), matter.key


def test_what_waits_for_approval_or_payment_at_home_is_asked_about():
    asked = {kind for matter in MATTERS for kind in matter.turns}
    sources = (*money_duties.SOURCES, *reward_duties.SOURCES)
    assert asked == {source.kind for source in sources}
    for matter in MATTERS:
        if matter.turns:
            assert matter.urgency in {Urgency.DECISION, Urgency.PAYMENT}, matter.key


def test_every_matter_is_of_a_list_whose_rows_are_known():
    for matter in MATTERS:
        assert matter.resource in LEDGERS, matter.key
        assert matter.resource in attention._COLUMNS, matter.key
        assert not matter.due or matter.due in attention._DUES, matter.key
        assert not matter.starts or matter.due, "a term begins on some day"
