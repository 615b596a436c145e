"""Kinds of units are rows: a town adds its own, and the program knows what to do with them."""

import pytest

from tests.conftest import Client
from tests.factories import assign, fresh, make_lead, seat

TOWN, COUNTY = "341522118", "341522"
NOBODY = "00000000-0000-7000-8000-000000000000"


def add(who: Client, **over) -> dict:
    body = {"label": fresh("退役军人站"), "behaviour": "other", "duty": "退役军人投资受骗的走访"}
    answer = who.post("/units/kinds", json=body | over)
    assert answer.status_code == 201, answer.text
    return answer.json()


def set_up(who: Client, kind: str, **over) -> dict:
    body = {"name": fresh("某单位"), "kind": kind, "division_code": TOWN} | over
    answer = who.post("/units", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def by_label(who: Client) -> dict[str, dict]:
    return {each["label"]: each for each in who.get("/units/kinds").json()["items"]}


class TestShipped:
    def test_the_usual_departments_are_there(self, office):
        found = by_label(office)
        usual = {"人社所", "自然资源所", "卫生院", "住建所", "银行网点", "人民法庭", "派出所"}
        assert usual <= set(found)
        assert found["人社所"]["behaviour"] == found["卫生院"]["behaviour"] == "other"
        assert found["银行网点"]["behaviour"] == found["人民法庭"]["behaviour"] == "partner"
        assert found["人社所"]["posts"] == [{"role": "department", "name": "人社所业务岗"}]
        assert found["人社所"]["industries"] == ["social_insurance"]
        assert all(
            each["available_actions"] == []
            for each in found.values()
            if each["division_code"] is None
        )

    def test_every_behaviour_has_one_of_its_own_name(self, office):
        from api.domain.organisation.organisation import UnitBehaviour

        codes = {
            each["code"]: each["behaviour"] for each in office.get("/units/kinds").json()["items"]
        }
        assert {each.value: codes.get(each.value) for each in UnitBehaviour} == {
            each.value: each.value for each in UnitBehaviour
        }

    def test_nobody_changes_them(self, office, system):
        kind = by_label(office)["人社所"]
        for who in (office, system):
            answer = who.patch(f"/units/kinds/{kind['id']}", json={"version": 1, "duty": "别的"})
            assert (answer.status_code, answer.json()["code"]) == (403, "unit_kind_shipped")


class TestOwn:
    @pytest.mark.parametrize("who", ["police", "leader", "village01", "county", "security_admin"])
    def test_is_the_offices(self, client, who):
        body = {"label": fresh("x"), "behaviour": "other"}
        assert client(who).post("/units/kinds", json=body).status_code == 403
        assert client(who).get("/units/kinds").json()["behaviours"] == []

    @pytest.mark.parametrize(
        ("over", "pointer", "code"),
        [
            ({"behaviour": "office"}, "/behaviour", "behaviour_reserved"),
            ({"behaviour": "system"}, "/behaviour", "behaviour_reserved"),
            ({"behaviour": "leadership"}, "/behaviour", "behaviour_reserved"),
            ({"behaviour": "finance"}, "/behaviour", "behaviour_reserved"),
            ({"behaviour": "village"}, "/behaviour", "behaviour_reserved"),
            ({"behaviour": "human_resources"}, "/behaviour", "enum"),
            ({"label": " "}, "/label", "string_too_short"),
            ({"industries": ["gardening"]}, "/industries/0", "enum"),
            ({"posts": [{"name": "所长", "role": "office"}]}, "/posts/0/role", "role_not_of_unit"),
            ({"posts": [{"name": "接口", "role": "police_gateway"}], "behaviour": "police"}, "/posts/0/role", "role_not_of_unit"),
            ({"posts": [{"name": "业务岗"}, {"name": "业务岗"}]}, "/posts/1/name", "twice"),
            ({"code": "mine"}, "/code", "extra_forbidden"),
        ],
    )  # fmt: skip
    def test_refuses(self, office, over, pointer, code):
        body = {"label": fresh("某站"), "behaviour": "other"} | over
        answer = office.post("/units/kinds", json=body)
        assert answer.status_code == 422, answer.text
        faults = {(each["pointer"], each["code"]) for each in answer.json()["errors"]}
        assert (pointer, code) in faults, faults
        assert body["label"] not in by_label(office)

    def test_a_town_adds_one_and_sets_a_unit_up(self, office, system):
        names = [{"name": "退役军人站业务岗"}, {"name": "退役军人站负责岗"}]
        kind = add(office, posts=names, industries=["volunteering"], also_called=["退役站"])
        assert kind["division_code"] == TOWN
        assert [each["role"] for each in kind["posts"]] == ["department"] * 2
        unit = set_up(office, kind["code"])
        assert (unit["kind"], unit["kind_label"]) == (kind["code"], kind["label"])
        assert (unit["behaviour"], unit["duty"]) == ("other", kind["duty"])
        assert [each["name"] for each in unit["offered_posts"]] == [each["name"] for each in names]
        # the office keeps units, the administrator posts
        url = f"/units/{unit['id']}"
        assert office.post(f"{url}/posts").status_code == 403
        offered = {each["action"] for each in system.get(url).json()["available_actions"]}
        assert "set_up_posts" in offered
        done = system.post(f"{url}/posts")
        assert done.status_code == 201, done.text
        assert [each["name"] for each in done.json()["posts"]] == [each["name"] for each in names]
        assert done.json()["offered_posts"] == []
        again = system.post(f"{url}/posts")
        assert (again.status_code, again.json()["code"]) == (409, "unit_has_posts")
        # and the program knows what it is: leads are given to it, as soon as somebody is there
        lead = make_lead(office)
        alone = office.act(f"/leads/{lead['id']}", "assign", lead["version"], unit_id=unit["id"])
        assert alone.json()["errors"][0]["code"] == "receiver_has_nobody", alone.text
        seat(system, done.json()["posts"][0])
        given = office.act(f"/leads/{lead['id']}", "assign", lead["version"], unit_id=unit["id"])
        assert given.status_code == 200, given.text
        assert given.json()["owner_unit"]["id"] == unit["id"]

    def test_the_same_word_is_not_taken_twice(self, office, system):
        kind = add(office)
        for who, label in ((office, kind["label"]), (office, "人社所"), (system, kind["label"])):
            answer = who.post("/units/kinds", json={"label": label, "behaviour": "other"})
            assert (answer.status_code, answer.json()["code"]) == (409, "unit_kind_taken"), label
        other = add(office)
        url = f"/units/kinds/{other['id']}"
        renamed = office.patch(url, json={"version": 1, "label": kind["label"]})
        assert renamed.json()["code"] == "unit_kind_taken"
        kept = office.patch(url, json={"version": 1, "label": other["label"], "duty": None})
        assert (kept.status_code, kept.json()["duty"]) == (200, "")

    def test_correct_and_offer_no_more(self, office):
        kind = add(office)
        url = f"/units/kinds/{kind['id']}"
        unit = set_up(office, kind["code"])
        changed = office.patch(url, json={"version": 1, "is_active": False, "label": fresh("旧站")})
        assert (changed.status_code, changed.json()["version"]) == (200, 2)
        stale = office.patch(url, json={"version": 1, "duty": "x"})
        assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
        assert changed.json()["label"] not in by_label(office)
        every = office.get("/units/kinds", params={"include_inactive": True}).json()["items"]
        assert kind["id"] in {each["id"] for each in every}
        body = {"name": fresh("某单位"), "kind": kind["code"], "division_code": TOWN}
        refused = office.post("/units", json=body)
        assert refused.json()["errors"][0]["code"] == "unit_kind_unknown"
        assert office.get(f"/units/{unit['id']}").json()["behaviour"] == "other"
        assert office.patch(f"/units/kinds/{NOBODY}", json={"version": 1}).status_code == 404

    def test_the_administrators_hold_in_the_county_and_the_offices_in_its_town(
        self, office, system
    ):
        of_county, of_town = add(system), add(office)
        assert of_county["division_code"] == COUNTY
        refused = office.patch(f"/units/kinds/{of_county['id']}", json={"version": 1, "duty": "x"})
        assert (refused.status_code, refused.json()["code"]) == (403, "other_town")
        assert set_up(office, of_county["code"])["kind_label"] == of_county["label"]
        body = {"name": fresh("县级单位"), "kind": of_town["code"], "division_code": COUNTY}
        beyond = system.post("/units", json=body)
        assert beyond.json()["errors"][0]["code"] == "unit_kind_unknown"


class TestBehaviour:
    def test_a_partner_is_asked_and_given_nothing(self, client, office):
        bank = client("partner").me["unit"]["id"]
        lead = make_lead(office)
        refused = office.act(f"/leads/{lead['id']}", "assign", lead["version"], unit_id=bank)
        assert refused.status_code == 422, refused.text
        assert "协作单位不办理线索" in refused.text
        given = assign(office, lead, client("department"))
        asked = client("department").act(
            f"/leads/{given['id']}", "ask_assist", given["version"],
            assisting_unit_id=bank, assist_task="查询可疑转账",
        )  # fmt: skip
        assert asked.status_code == 200, asked.text
        seen = client("partner").get(f"/leads/{given['id']}")
        assert seen.status_code == 200

    def test_entities_of_its_field_are_its_own(self, client):
        village = client("village01")
        body = {
            "name": fresh("某社保代办点"), "industry": "social_insurance", "address": "新桥村东头",
            "division_code": "341522118201",
        }  # fmt: skip
        made = village.post("/risk-entities", json=body)
        assert made.status_code == 201, made.text
        owner = made.json()["owner_unit"]
        assert owner["id"] == client("department").me["unit"]["id"]
        # whoever regulated the field before still sees it
        assert client("civil").get(f"/risk-entities/{made.json()['id']}").status_code == 200

    def test_filter_by_behaviour_and_by_kind(self, office):
        def units(**query):
            return office.get("/units", params=query | {"limit": 200}).json()["items"]

        assert {each["kind"] for each in units(behaviour="partner")} >= {"bank_branch"}
        assert {each["behaviour"] for each in units(behaviour="partner")} == {"partner"}
        assert {each["kind"] for each in units(kind="human_resources")} == {"human_resources"}
        assert units(kind="no_such_kind") == []

    def test_what_else_it_is_called_keeps_it_off_leads_about_itself(self, client, office):
        """人社所所长 is of the unit whose kind is called so, whatever its own name."""
        unit = set_up(office, "natural_resources", name=fresh("国土空间管理服务站"))
        lead = make_lead(office, subject_name="自然资源所所长")
        refused = office.act(f"/leads/{lead['id']}", "assign", lead["version"], unit_id=unit["id"])
        assert refused.status_code in {403, 409, 422}, refused.text
        assert "回避" in refused.text
