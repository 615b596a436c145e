"""What the law and the plan ask of a lead's way beyond the order of its steps."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import factories
from tests.answers import done

pytestmark = pytest.mark.days


class TestPoliceTransfer:
    @pytest.mark.parametrize(
        ("conclusion", "status"),
        [
            ("suspected_crime", 200),
            ("illegal", 200),
            ("unfounded", 409),
            ("civil_dispute", 409),
            ("irregular", 409),
            ("unverifiable", 409),
            ("duplicate", 409),
        ],
    )
    def test_no_offence_no_transfer(self, client, conclusion, status):
        market = client("market")
        made = factories.conclude(client("office"), market, conclusion)
        offered = "transfer_police" in {a["action"] for a in made["available_actions"]}
        assert offered is (status == 200)
        answer = market.act(
            f"/leads/{made['id']}", "transfer_police", made["version"], **factories.TO_POLICE
        )
        assert answer.status_code == status
        if status == 409:
            assert answer.json()["code"] == "no_offence_found"

    def test_a_reopened_lead_begins_anew_and_its_past_is_kept(self, client):
        office, market = client("office"), client("market")
        made = factories.conclude(office, market, "unfounded")
        url = f"/leads/{made['id']}"
        made = done(
            market.act(
                url,
                "feed_back",
                made["version"],
                feedback_mode="impossible",
                feedback_note="已告知",
            )
        )
        made = factories.close(office, made)
        made = done(office.act(url, "reopen", made["version"], reason="回头看发现新情况"))
        assert made["conclusion"] is None
        told = office.get(f"{url}/timeline", params={"limit": 200}).json()["items"]
        assert "unfounded" in [each["data"].get("conclusion") for each in told]
        made = factories.assign(office, made, market)
        made = done(market.act(url, "acknowledge", made["version"]))
        done(market.act(url, "transfer_police", made["version"], **factories.TO_POLICE))


class TestClocks:
    def test_what_is_to_be_fast_has_the_stricter_clock(self, client):
        office = client("office")
        usual = factories.assign(office, factories.make_lead(office), client("market"))
        fast = factories.make_lead(office, fast_track=True)
        fast = factories.assign(office, fast, client("market"))
        assert (usual["due_rule"], fast["due_rule"]) == ("LEAD-01", "LEAD-FAST")
        assert fast["due_on"] < usual["due_on"]


class TestOneMatterOneCase:
    def test_two_at_once_open_one_case(self, client):
        police = client("police")
        lead = factories.conclude(client("office"), police)
        body = {"source_lead_ids": [lead["id"]]}
        with ThreadPoolExecutor(2) as pair:
            waiting = [pair.submit(police.post, "/cases", json=body) for _ in range(2)]
            answers = [each.result() for each in waiting]
        assert sorted(a.status_code for a in answers) == [201, 409]
        made, refused = sorted(answers, key=lambda a: a.status_code)
        assert refused.json()["code"] == "lead_has_case"
        assert refused.json()["id"] == made.json()["id"]
        # split by the police, under a number of its own
        apart = {"police_case_no": f"A{lead['id'][-12:]}"}
        assert police.post("/cases", json=body | apart).status_code == 201


class TestHandlers:
    @pytest.mark.parametrize("who", ["village01", "finance", "leader", "supervisor"])
    def test_a_lead_is_not_given_to_who_handles_none(self, client, who):
        office = client("office")
        made = factories.make_lead(office)
        unit = client(who).me["unit"]["id"]
        answer = office.act(f"/leads/{made['id']}", "assign", made["version"], unit_id=unit)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "unit_cannot_handle"
        # a village knows its people: it may be asked to assist
        own = client("market").me["unit"]["id"]
        answer = office.act(
            f"/leads/{made['id']}", "assign", made["version"],
            unit_id=own, assisting_unit_ids=[unit],
        )  # fmt: skip
        assert answer.status_code == (200 if who == "village01" else 422)
        if who != "village01":
            assert answer.json()["errors"][0]["code"] == "unit_cannot_assist"
