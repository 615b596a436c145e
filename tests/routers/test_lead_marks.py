"""Marks over HTTP: set by the office for a reason, and the stricter term that follows."""

from datetime import date, timedelta

import pytest

from api.core.base.clock import today
from api.domain.law.calendar import Calendar
from tests import factories
from tests.answers import done, refused
from tests.duties import duties

pytestmark = pytest.mark.days

STEP = Calendar.builtin().step


def mark(office, lead: dict, which: str, action: str = "mark"):
    url = f"/leads/{lead['id']}"
    return office.act(url, action, lead["version"], mark=which, reason="涉及人数多")


def terms(lead: dict) -> tuple[str, date]:
    return lead["due_rule"], date.fromisoformat(lead["due_on"])


class TestTheTerm:
    def test_marks_before_the_assignment(self, office, police):
        lead = factories.make_lead(office)
        lead = done(mark(office, lead, "key_area"))
        lead = done(mark(office, lead, "major"))
        assert lead["marks"] == ["major", "key_area"]
        assert terms(lead) == ("LEAD-UNOWNED", STEP(today(), 2)), "nobody has it yet"
        assign = next(a for a in lead["available_actions"] if a["action"] == "assign")
        assert {n["field"]: n["rule"] for n in assign["needs"]}["due_on"] == "LEAD-MAJOR"
        lead = factories.assign(office, lead, police)
        assert terms(lead) == ("LEAD-MAJOR", STEP(today(), 5))

    def test_set_on_an_assigned_lead_and_taken_off(self, office, police):
        lead = factories.assign(office, factories.make_lead(office), police)
        usual = terms(lead)
        lead = done(mark(office, lead, "key_area"))
        assert terms(lead) == ("LEAD-KEY-AREA", STEP(today(), 10))
        lead = done(mark(office, lead, "high_attention"))
        assert terms(lead) == ("LEAD-ATTENTION", STEP(today(), 7))
        lead = done(mark(office, lead, "high_attention", "unmark"))
        assert (lead["marks"], terms(lead)) == (["key_area"], ("LEAD-KEY-AREA", STEP(today(), 10)))
        lead = done(mark(office, lead, "key_area", "unmark"))
        assert (lead["marks"], terms(lead)) == ([], usual)

    def test_a_day_given_by_hand_holds_again(self, office, police):
        given = today() + timedelta(days=40)
        made = factories.make_lead(office)
        lead = done(
            office.act(
                f"/leads/{made['id']}", "assign", made["version"],
                unit_id=police.me["unit"]["id"], due_on=given.isoformat(),
            )
        )  # fmt: skip
        lead = done(mark(office, lead, "major"))
        assert terms(lead) == ("LEAD-MAJOR", STEP(today(), 5))
        lead = done(mark(office, lead, "major", "unmark"))
        assert terms(lead)[1] == given

    def test_no_later_day_is_given_to_a_marked_lead(self, office, police):
        lead = done(mark(office, factories.make_lead(office), "major"))
        answer = office.act(
            f"/leads/{lead['id']}", "assign", lead["version"],
            unit_id=police.me["unit"]["id"], due_on=(today() + timedelta(days=40)).isoformat(),
        )  # fmt: skip
        assert refused(answer, 422)["errors"][0]["code"] == "later_than_mark"

    def test_nor_to_one_on_the_fast_track(self, office, police):
        made = factories.make_lead(office, fast_track=True)
        body = {"unit_id": police.me["unit"]["id"]}
        url, late = f"/leads/{made['id']}", (today() + timedelta(days=40)).isoformat()
        answer = office.act(url, "assign", made["version"], due_on=late, **body)
        [error] = refused(answer, 422)["errors"]
        assert (error["pointer"], error["code"]) == ("/due_on", "later_than_mark")
        lead = done(office.act(url, "assign", made["version"], **body))
        assert terms(lead) == ("LEAD-FAST", STEP(today(), 5))

    def test_the_fast_track_counts_from_then_on_as_well(self, office, police):
        lead = factories.assign(office, factories.make_lead(office), police)
        usual, url = terms(lead), f"/leads/{lead['id']}"
        lead = done(police.patch(url, json={"version": lead["version"], "fast_track": True}))
        fast = terms(lead)
        assert fast == ("LEAD-FAST", STEP(today(), 5))
        lead = done(police.patch(url, json={"version": lead["version"], "fast_track": False}))
        assert terms(lead) == fast
        lead = done(office.patch(url, json={"version": lead["version"], "fast_track": True}))
        lead = done(office.patch(url, json={"version": lead["version"], "fast_track": False}))
        assert terms(lead) == usual

    def test_assists_stay_within_the_stricter_term(self, client, office, police):
        market = client("market")
        made = factories.make_lead(office)
        lead = done(
            office.act(
                f"/leads/{made['id']}", "assign", made["version"],
                unit_id=police.me["unit"]["id"], assisting_unit_ids=[market.me["unit"]["id"]],
            )
        )  # fmt: skip
        lead = done(mark(office, lead, "major"))
        assert lead["assists"][0]["due_on"] == lead["due_on"]

    def test_the_duty_goes_by_it(self, office, police):
        lead = factories.assign(office, factories.make_lead(office), police)
        lead = done(police.act(f"/leads/{lead['id']}", "acknowledge", lead["version"]))
        lead = done(mark(office, lead, "major"))
        (duty,) = [d for d in duties(police, lead["id"]) if d["kind"] == "lead_verify"]
        assert (duty["rule"], duty["due_on"]) == ("LEAD-MAJOR", lead["due_on"])


class TestWhoAndWhy:
    def test_the_office_alone_and_with_a_reason(self, office, police):
        lead = factories.assign(office, factories.make_lead(office), police)
        assert mark(police, lead, "major").status_code == 403
        url = f"/leads/{lead['id']}"
        assert office.act(url, "mark", lead["version"], mark="major").status_code == 422
        marked = done(mark(office, lead, "major"))
        assert mark(office, lead, "key_area").json()["code"] == "stale_version"
        assert refused(mark(office, marked, "major"), 409)["code"] == "already_marked"
        assert refused(mark(office, marked, "key_area", "unmark"), 409)["code"] == "mark_missing"
        event = done(office.get(f"{url}/timeline"))["items"][0]
        assert (event["data"]["mark"], event["data"]["reason"]) == ("major", "涉及人数多")
        assert event["label"] == "标为重点"
        assert "unmark" not in {a["action"] for a in lead["available_actions"]}

    def test_what_is_over_is_not_marked(self, office):
        lead = factories.make_lead(office)
        lead = done(office.act(f"/leads/{lead['id']}", "withdraw", lead["version"], reason="误报"))
        assert mark(office, lead, "major").status_code == 409

    def test_the_list_finds_them(self, office):
        lead = done(mark(office, factories.make_lead(office), "key_area"))
        other = factories.make_lead(office)
        found = done(office.get("/leads?mark=key_area&mark=major&limit=200"))["items"]
        row = next(r for r in found if r["id"] == lead["id"])
        assert row["marks"] == ["key_area"]
        assert other["id"] not in {r["id"] for r in found}
        assert all({"key_area", "major"} & set(r["marks"]) for r in found)
