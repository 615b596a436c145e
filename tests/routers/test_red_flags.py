"""Red flags over HTTP: words propose, people tick, the suggestion waits to be adopted."""

from uuid import uuid4

import pytest

from api.domain.leads.categories import FundraisingTest, RedFlag
from api.domain.leads.red_flags import RULES
from tests.factories import TELLING, assign, make_lead


def boxes(who, made) -> dict:
    answer = who.get(f"/leads/{made['id']}/red-flags")
    assert answer.status_code == 200, answer.text
    return answer.json()


def ticked(shown: dict) -> set[str]:
    return {item["code"] for item in shown["items"] if item["is_ticked"]}


def tick(who, made, version: int, *codes: str):
    body = {
        "version": version,
        "red_flags": [code for code in codes if code in set(RedFlag)],
        "fundraising_tests": [code for code in codes if code in set(FundraisingTest)],
    }
    return who.put(f"/leads/{made['id']}/red-flags", json=body)


def adopt(who, made, version: int, category: str):
    body = {"version": version, "category": category}
    return who.post(f"/leads/{made['id']}/red-flags/adoptions", json=body)


def events(who, made) -> list[dict]:
    return who.get(f"/leads/{made['id']}/timeline").json()["items"]


class TestProposals:
    def test_words_propose_and_tick_nothing(self, client):
        office = client("office")
        made = make_lead(office, narrative=TELLING, primary_category="C3")
        shown = boxes(office, made)
        assert ticked(shown) == set()
        said = {item["code"]: item["words"] for item in shown["items"] if item["words"]}
        assert said["excessive_prepayment"] == ["会员费"]
        assert said["fixed_return"] == ["返利", "按月返"]
        assert said["inducing"] == ["返利", "按月返"]
        assert office.get(f"/leads/{made['id']}").json()["red_flags"] == []

    def test_all_boxes_of_the_table_with_their_sources(self, client):
        shown = boxes(client("office"), make_lead(client("office")))
        assert [item["code"] for item in shown["items"]] == [check.value for check in RULES]
        assert all(item["source"] and item["label"] for item in shown["items"])

    def test_the_name_of_a_company_speaks_too(self, client):
        office = client("office")
        made = make_lead(office, subject_name=f"某某财富管理{uuid4().hex[:4]}", narrative="收钱。")
        said = {item["code"] for item in boxes(office, made)["items"] if item["words"]}
        assert "forbidden_name" in said


class TestTicking:
    def test_who_and_when_are_kept_and_told(self, client):
        office = client("office")
        made = make_lead(office, narrative=TELLING)
        answer = tick(office, made, made["version"], "fixed_return", "inducing")
        assert answer.status_code == 200, answer.text
        shown = answer.json()
        assert ticked(shown) == {"fixed_return", "inducing"}
        assert shown["version"] == made["version"] + 1
        box = next(item for item in shown["items"] if item["code"] == "inducing")
        assert box["ticked_by"] == office.me["user"]["name"]
        assert box["ticked_at"]
        lead = office.get(f"/leads/{made['id']}").json()
        assert lead["red_flags"] == ["fixed_return"], "the tests are a list of their own"
        event = next(e for e in events(office, made) if e["name"] == "lead.red_flags_ticked")
        assert event["data"] == {"ticked": ["fixed_return", "inducing"], "unticked": []}

    def test_an_earlier_tick_keeps_its_name(self, client):
        office, market = client("office"), client("market")
        made = assign(office, make_lead(office), market)
        first = tick(market, made, made["version"], "buy_back").json()
        second = tick(office, made, first["version"], "buy_back", "social").json()
        by = {item["code"]: item["ticked_by"] for item in second["items"] if item["is_ticked"]}
        assert by == {"buy_back": market.me["user"]["name"], "social": office.me["user"]["name"]}
        third = tick(office, made, second["version"], "social").json()
        assert ticked(third) == {"social"}
        assert events(office, made)[0]["data"]["unticked"] == ["buy_back"]

    def test_a_box_of_the_form_counts_as_ticked_when_the_lead_came_in(self, client):
        office = client("office")
        made = make_lead(office, red_flags=["buy_back"])
        shown = boxes(office, made)
        box = next(item for item in shown["items"] if item["code"] == "buy_back")
        assert box["is_ticked"]
        assert box["ticked_by"] is None
        assert box["ticked_at"][:10] == made["created_at"][:10]
        kept = tick(office, made, made["version"], "buy_back", "public").json()
        box = next(item for item in kept["items"] if item["code"] == "buy_back")
        assert box["ticked_by"] is None, "saving again is not ticking"

    def test_the_form_of_corrections_knows_who_ticked(self, client):
        office = client("office")
        made = make_lead(office)
        made = office.put(
            f"/leads/{made['id']}/red-flags",
            json={"version": 1, "red_flags": [], "fundraising_tests": ["social"]},
        ).json() | {"id": made["id"]}
        body = {"version": made["version"], "red_flags": ["free_gifts"]}
        assert office.patch(f"/leads/{made['id']}", json=body).status_code == 200
        shown = boxes(office, made)
        assert ticked(shown) == {"free_gifts", "social"}
        box = next(item for item in shown["items"] if item["code"] == "free_gifts")
        assert box["ticked_by"] == office.me["user"]["name"]
        body = {"version": shown["version"], "red_flags": []}
        assert office.patch(f"/leads/{made['id']}", json=body).status_code == 200
        assert ticked(boxes(office, made)) == {"social"}

    def test_an_old_version_is_refused(self, client):
        office = client("office")
        made = make_lead(office)
        assert tick(office, made, made["version"], "buy_back").status_code == 200
        again = tick(office, made, made["version"], "free_gifts")
        assert (again.status_code, again.json()["code"]) == (409, "stale_version")

    def test_no_box_that_is_not_in_the_table(self, client):
        office = client("office")
        made = make_lead(office)
        body = {"version": 1, "red_flags": ["rich_uncle"], "fundraising_tests": []}
        assert office.put(f"/leads/{made['id']}/red-flags", json=body).status_code == 422

    def test_a_closed_lead_stays_as_it_is(self, client):
        office = client("office")
        made = make_lead(office)
        made = office.act(f"/leads/{made['id']}", "withdraw", made["version"], reason="重复").json()
        refused = tick(office, made, made["version"], "buy_back")
        assert (refused.status_code, refused.json()["code"]) == (403, "closed")
        assert boxes(office, made)["may_decide"] is False


class TestAdopting:
    def test_a_person_takes_the_suggestion_over(self, client):
        office = client("office")
        made = make_lead(office, narrative=TELLING, primary_category="C3", categories=["C3"])
        shown = boxes(office, made)
        assert shown["primary_category"] == "C3"
        assert shown["suggestion"]["category"] == "C1"
        assert not shown["suggestion"]["is_adopted"]
        assert "“床位”" in shown["suggestion"]["reasons"][0]
        taken = adopt(office, made, shown["version"], "C1")
        assert taken.status_code == 200, taken.text
        assert taken.json()["suggestion"]["is_adopted"]
        lead = office.get(f"/leads/{made['id']}").json()
        assert (lead["primary_category"], lead["categories"]) == ("C1", ["C1", "C3"])
        event = next(e for e in events(office, made) if e["name"] == "lead.category_adopted")
        assert (event["data"]["from_category"], event["data"]["to_category"]) == ("C3", "C1")
        assert event["data"]["reasons"] == shown["suggestion"]["reasons"]

    def test_nothing_is_adopted_by_itself(self, client):
        office = client("office")
        made = make_lead(office, narrative=TELLING, primary_category="C3")
        tick(office, made, made["version"], "excessive_prepayment", "not_on_record")
        assert office.get(f"/leads/{made['id']}").json()["primary_category"] == "C3"

    def test_only_what_is_suggested_now_can_be_adopted(self, client):
        office = client("office")
        made = make_lead(office, narrative=TELLING, primary_category="C3")
        refused = adopt(office, made, made["version"], "C5")
        assert (refused.status_code, refused.json()["code"]) == (409, "not_suggested")
        stale = adopt(office, made, made["version"] + 1, "C1")
        assert stale.json()["code"] == "stale_version"

    def test_ticked_boxes_move_the_suggestion_and_point_at_crimes(self, client):
        office = client("office")
        made = make_lead(office, subject_name="甲", narrative="不清楚。", primary_category="C0")
        assert boxes(office, made)["suggestion"]["category"] is None
        shown = tick(office, made, made["version"], "house_mortgage").json()
        assert shown["suggestion"]["category"] == "C4"
        assert shown["suggestion"]["charges"][0] == "fraud"
        shown = tick(office, made, shown["version"], *FundraisingTest).json()
        assert shown["suggestion"]["charges"][:2] == ["illegal_deposits", "fundraising_fraud"]


class TestRights:
    def test_anonymous_is_refused(self, anonymous):
        assert anonymous.get(f"/leads/{uuid4()}/red-flags").status_code == 401

    def test_what_is_not_seen_is_not_found(self, client):
        made = make_lead(client("office"))
        assert client("market").get(f"/leads/{made['id']}/red-flags").status_code == 404
        assert tick(client("market"), made, 1, "buy_back").status_code == 404

    def test_an_assisting_unit_reads_and_does_not_decide(self, client):
        office, market, police = client("office"), client("market"), client("police")
        made = make_lead(office, narrative=TELLING, primary_category="C3")
        made = office.act(
            f"/leads/{made['id']}", "assign", made["version"],
            unit_id=market.me["unit"]["id"], assisting_unit_ids=[police.me["unit"]["id"]],
        ).json()  # fmt: skip
        assert boxes(police, made)["may_decide"] is False
        assert boxes(market, made)["may_decide"] is True
        for refused in (
            tick(police, made, made["version"], "buy_back"),
            adopt(police, made, made["version"], "C1"),
        ):
            assert (refused.status_code, refused.json()["code"]) == (403, "not_own_unit")

    def test_the_leader_reads_and_does_not_tick(self, client):
        made = make_lead(client("office"))
        assert boxes(client("leader"), made)["may_decide"] is False
        assert tick(client("leader"), made, made["version"], "buy_back").status_code == 403

    @pytest.mark.parametrize("who", ["village01"])
    def test_who_only_follows_a_lead_is_not_told(self, client, who):
        village = client(who)
        made = make_lead(client("office"), division_code=village.me["division_code"])
        assert village.get(f"/leads/{made['id']}").status_code == 200
        refused = village.get(f"/leads/{made['id']}/red-flags")
        assert (refused.status_code, refused.json()["code"]) == (403, "follows_only")
