"""A lead's own term stands still while whoever it was handed to is waited for, over HTTP."""

import random
from datetime import date, timedelta

import pytest

from api.core.base.clock import now, today
from api.domain.law.calendar import Calendar
from api.domain.law.clocks import working_days_left
from tests import factories
from tests.answers import done
from tests.database import run_sql
from tests.duties import duties
from tests.handovers import PAPERS, RECEIPT, body_for, decide, fresh, receive, sent
from tests.jobs import run_job
from tests.leads import act, fed_back

pytestmark = pytest.mark.days

CALENDAR = Calendar.builtin()


def left(day: str | None) -> int:
    assert day
    return working_days_left(today(), date.fromisoformat(day), CALENDAR)


def ends(running, made: dict, on: date) -> None:
    run_sql(running, "UPDATE leads SET due_on = $2 WHERE id = $1", made["id"], on)


def days_ago(running, made: dict, days: int) -> None:
    """It was handed over so many days ago: everything that counts from there is moved."""
    run_sql(
        running,
        "UPDATE leads SET due_pauses = due_pauses[:cardinality(due_pauses) - 1]"
        " || (due_pauses[cardinality(due_pauses)] - $2::int) WHERE id = $1",
        made["id"],
        days,
    )
    run_sql(
        running,
        "UPDATE lead_transfers SET sent_on = sent_on - $2::int, approved_on = approved_on - $2::int,"
        " received_on = received_on - $2::int, received_at = received_at - make_interval(days => $2)"
        " WHERE lead_id = $1",
        made["id"],
        days,
    )


def listed(who, made: dict, **asked) -> bool:
    found = done(who.get("/leads", params={"q": made["number"]} | asked))
    return bool(found["items"])


class TestWhileSomebodyIsWaitedFor:
    def test_no_day_is_shown_and_nobody_is_late(self, client, running):
        market, office = client("market"), client("office")
        made = factories.conclude(office, market)
        ends(running, made, CALENDAR.step(today(), -40))
        assert listed(office, made, overdue=True)
        made = act(market, made, "transfer_police", **body_for(client("police")))
        assert (made["due_on"], made["working_days_left"]) == (None, None)
        assert (made["due_stopped_on"], made["due_days_left"]) == (today().isoformat(), -40)
        assert not listed(office, made, overdue=True, answer_late=False)
        for who in ("office", "leader", "supervisor"):
            told = done(client(who).get("/me/escalations"))["items"]
            assert not [e for e in told if e["subject_id"] == made["id"] and e["what"] == "lead"]
        late = [each["kind"] for each in duties(market, made["id"]) if each["overdue"]]
        assert late == ["lead_feed_back"], "the reporter is answered in time all the same"
        [row] = done(office.get("/leads", params={"q": made["number"]}))["items"]
        assert row["due_stopped_on"] == today().isoformat()
        # and the list, the head, home and whoever looks on say so, by the same day
        assert listed(office, made, overdue=True)
        assert listed(office, made, answer_late=True)
        [turn] = [each for each in made["standing"]["now"] if each["what"] == "待反馈举报人"]
        assert turn["overdue"]
        assert turn["due_on"] == row["answer_due_on"] == made["answer_due_on"]
        told = done(client("leader").get("/me/escalations"))["items"]
        assert [e["what"] for e in told if e["subject_id"] == made["id"]] == ["feed_back"]
        fed_back(market, made)
        [row] = done(office.get("/leads", params={"q": made["number"]}))["items"]
        assert row["answer_due_on"] is None
        assert not listed(office, made, overdue=True)

    def test_nor_is_whoever_was_turned_away_forgotten(self, client, running):
        """Not taken up, the reporter is told so in time: late, it is asked about like any other."""
        office = client("office")
        made = act(office, factories.make_lead(office), "reject", reason="与养老无关")
        assert made["status"] == "rejected"
        assert not listed(office, made, overdue=True)
        ends(running, made, CALENDAR.step(today(), -40))
        assert listed(office, made, overdue=True)
        assert not listed(office, made, overdue=False)
        [turn] = done(office.get(f"/leads/{made['id']}"))["standing"]["now"]
        assert (turn["what"], turn["overdue"]) == ("待反馈举报人", True)
        told = done(client("leader").get("/me/escalations"))["items"]
        assert [e["what"] for e in told if e["subject_id"] == made["id"]] == ["lead"]
        fed_back(office, made)
        assert not listed(office, made, overdue=True)

    def test_through_receipt_and_missing_papers_until_the_answer(self, client):
        police, market = client("police"), client("market")
        made = factories.conclude(client("office"), market)
        before = made["due_on"]
        made = act(market, made, "transfer_police", **body_for(police))
        made = receive(police, made)
        assert made["due_on"] is None
        made = act(police, made, "record_incomplete", told_at=now().isoformat(), missing="鉴定意见")
        assert made["due_on"] is None
        supplied = {"supplied_on": today().isoformat(), "supplied": "鉴定意见一份"}
        made = act(market, fresh(market, made), "supply_papers", **supplied)
        assert made["due_on"] is None
        made = decide(police, fresh(police, made))
        assert (made["due_on"], made["due_stopped_on"]) == (before, None), "answered the same day"

    @pytest.mark.parametrize(
        ("who", "action", "fields"),
        [
            ("market", "recall", {"reason": "重新整理材料"}),
            ("leader", "waive", {"reason": "同案已另行处理"}),
        ],
    )
    def test_it_goes_on_when_nothing_is_waited_for_any_more(self, client, who, action, fields):
        made = factories.conclude(client("office"), client("market"))
        before = made["due_on"]
        made = act(client("market"), made, "transfer_police", **body_for(client("police")))
        made = act(client(who), made, action, **fields)
        assert (made["due_on"], made["due_stopped_on"]) == (before, None)

    def test_who_looks_into_it_a_second_time_has_a_term(self, client):
        office, market = client("office"), client("market")
        made = factories.conclude(office, market, "civil_dispute")
        assert made["due_on"] is None, "whoever settles it is waited for"
        made = act(
            office, made, "recheck", unit_id=factories.unit_of(client("civil")), reason="抽查"
        )
        assert (made["due_stopped_on"], made["due_rule"]) == (None, "LEAD-01")
        assert made["due_on"]

    def test_a_mark_that_is_set_meanwhile_holds_afterwards(self, client, running):
        market = client("market")
        made = factories.conclude(client("office"), market)
        made = act(market, made, "transfer_department", organ="other",
                   receiver_unit_id=factories.unit_of(client("civil")), **PAPERS)  # fmt: skip
        assert made["due_on"] is None
        made = act(
            client("office"), fresh(client("office"), made), "mark", mark="major", reason="重大"
        )
        strict = made["due_days_left"]
        assert made["due_on"] is None
        civil = client("civil")
        made = receive(civil, made)
        made = act(
            civil, made, "record_result", result="handled",
            result_on=today().isoformat(), result_note="已处理",
        )  # fmt: skip
        made = fresh(market, made)
        assert (left(made["due_on"]), made["due_rule"]) == (strict, "LEAD-MAJOR")

    def test_rules_are_counted_anew_while_it_stands_still(self, client, running):
        made = sent(client)
        before = made["due_days_left"]
        run_sql(
            running,
            "UPDATE leads SET due_held_on = due_held_on + 30 WHERE id = $1",
            made["id"],
        )
        run_job("deadlines.recompute")
        assert fresh(client("market"), made)["due_days_left"] == before


class TestWhatWasLeft:
    @pytest.mark.parametrize("seed", range(8))
    def test_is_left_when_they_answer(self, client, running, seed):
        """Whichever day it was handed over and answered: as many working days as before. Whose
        reporter should have been told meanwhile is late, and stays so."""
        chance = random.Random(seed)
        police, market = client("police"), client("market")
        known = (now() - timedelta(days=200)).isoformat()
        made = factories.conclude(client("office"), market, received_at=known)
        remaining, waited = chance.randint(-12, 20), chance.randint(0, 45)
        sent_on = today() - timedelta(days=waited)
        made = act(market, made, "transfer_police", **body_for(police))
        days_ago(running, made, waited)
        until = CALENDAR.step(sent_on, remaining)
        run_sql(running, "UPDATE leads SET due_held_on = $2 WHERE id = $1", made["id"], until)
        made = fresh(market, made)
        before = made["due_days_left"]
        made = decide(police, receive(police, made), chance.choice(["filed", "not_filed"]))
        if until < today():
            assert made["due_on"] == until.isoformat(), (seed, remaining, waited)
        else:
            assert left(made["due_on"]) == before, (seed, remaining, waited)

    def test_an_outside_body_answers_on_the_day_of_its_paper(self, client, running):
        market = client("market")
        known = (now() - timedelta(days=100)).isoformat()
        made = factories.conclude(client("office"), market, received_at=known)
        made = act(market, made, "transfer_police", **factories.TO_POLICE)
        days_ago(running, made, 60)
        sent_on, answered = today() - timedelta(days=60), today() - timedelta(days=40)
        run_sql(
            running,
            "UPDATE leads SET due_held_on = $2 WHERE id = $1",
            made["id"],
            CALENDAR.step(sent_on, 60),
        )
        received = (now() - timedelta(days=59)).isoformat()
        made = act(
            market, fresh(market, made), "record_receipt", **RECEIPT | {"received_at": received}
        )
        made = decide(market, made, result_on=answered.isoformat())
        assert made["due_on"] == CALENDAR.step(answered, 60).isoformat(), "not from today"

    def test_a_second_wait_is_counted_as_well(self, client, running):
        police, market = client("police"), client("market")
        known = (now() - timedelta(days=200)).isoformat()
        made = factories.conclude(client("office"), market, received_at=known)
        made = act(market, made, "transfer_police", **body_for(police))
        made = decide(police, receive(police, made), "not_filed")
        before = left(fresh(market, made)["due_on"])
        made = act(
            market, fresh(market, made), "ask_review",
            review_asked_on=today().isoformat(), review_reason="证据充分",
        )  # fmt: skip
        assert made["due_on"] is None
        said = {
            "review_result": "upheld",
            "reviewed_on": today().isoformat(),
            "document_no": "复1号",
        }
        made = act(police, fresh(police, made), "record_review", **said)
        assert left(fresh(market, made)["due_on"]) == before
