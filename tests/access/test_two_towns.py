"""Two towns of one county in one installation: neither sees, names or reaches the other's records."""

from uuid import uuid4

import pytest

from tests import factories
from tests.access.towns import OTHER, VILLAGE, done
from tests.conftest import Client


@pytest.fixture(scope="module")
def foreign(town) -> dict:
    """A lead of the other town."""
    return factories.make_lead(town.people["office"], division_code=VILLAGE)


class TestReading:
    @pytest.mark.parametrize("who", ["leader", "office", "supervisor", "police", "village01"])
    def test_a_lead_of_the_other_town_is_not_there(self, client, foreign, who):
        me = client(who)
        for path in ("", "/timeline", "/attachments"):
            assert me.get(f"/leads/{foreign['id']}{path}").status_code == 404, path
        found = me.get("/leads", params={"q": foreign["number"]}).json()["items"]
        assert found == []
        assert me.get("/leads", params={"division_code": OTHER}).json()["items"] == []

    def test_figures_are_of_the_own_town(self, client, town):
        office, theirs = client("office"), town.people["office"]

        def villages(who: Client) -> set[str]:
            shown = who.get("/statistics/overview").json()["breakdowns"]
            rows = next(b["rows"] for b in shown if b["by"] == "village")
            return {row["key"].removeprefix("village:")[:9] for row in rows}

        made = factories.make_lead(office)
        assert "341522118" in villages(office)
        listed = theirs.get("/leads", params={"limit": 200}).json()["items"]
        assert made["id"] not in {lead["id"] for lead in listed}
        # what others left in that town may have happened anywhere
        assert villages(theirs) == {lead["division_code"][:9] for lead in listed}

    def test_units_of_the_other_town_are_not_offered_or_shown(self, client, town):
        theirs = town.units["police"]["id"]
        for who in ("office", "police", "village01", "grid01"):
            me = client(who)
            offered = me.get("/units", params={"limit": 200}).json()["items"]
            assert {u["division_code"][:9] for u in offered} <= {"341522118", "341522"}
            assert me.get("/units", params={"division_code": OTHER}).json()["items"] == []
            assert me.get(f"/units/{theirs}").status_code == 404
            assert me.get(f"/units/{theirs}/liaisons").status_code == 404
        # who works across towns sees both
        for who in ("system_admin", "county"):
            assert client(who).get(f"/units/{theirs}").status_code == 200


class TestWriting:
    def test_a_lead_is_not_given_to_another_towns_unit(self, client, town):
        office = client("office")
        made = factories.make_lead(office)
        url, theirs = f"/leads/{made['id']}", town.units["police"]["id"]
        refused = office.act(url, "assign", made["version"], unit_id=theirs)
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["pointer"] == "/unit_id"
        own = client("police").me["unit"]["id"]
        refused = office.act(
            url, "assign", made["version"], unit_id=own, assisting_unit_ids=[theirs]
        )
        assert refused.status_code == 422, refused.text
        batch = {"items": [{"id": made["id"], "version": made["version"]}], "unit_id": theirs}
        assert done(office.post("/leads/assignments", json=batch))["assigned"] == 0
        assert town.people["police"].get(url).status_code == 404

    @pytest.mark.parametrize(
        ("who", "path", "body"),
        [
            ("office", "/leads", factories.lead()),
            ("police", "/cases", {"title": "测试案", "primary_category": "C1"}),
            ("market", "/risk-entities", {"name": "某店", "kind": "site", "industry": "other"}),
        ],
    )
    def test_nothing_is_registered_in_another_town(self, client, town, who, path, body):
        answer = client(who).post(path, json=body | {"division_code": VILLAGE})
        assert answer.status_code == 422, answer.text
        [error] = answer.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/division_code", "other_town")

    def test_a_batch_says_nothing_of_foreign_leads(self, client, foreign):
        office = client("office")
        nobody = str(uuid4())
        items = [{"id": foreign["id"], "version": 1}, {"id": nobody, "version": 1}]
        unit = client("police").me["unit"]["id"]
        answer = office.post("/leads/assignments", json={"items": items, "unit_id": unit})
        told = [r | {"id": ""} for r in done(answer)["refused"]]
        assert told[0] == told[1]

    def test_the_county_is_sent_a_lead_not_assigned_it(self, client):
        office = client("office")
        made = factories.make_lead(office)
        url, unit = f"/leads/{made['id']}", client("county").me["unit"]["id"]
        refused = office.act(url, "assign", made["version"], unit_id=unit)
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["code"] == "receiver_without_right"
        done(office.act(url, "escalate", made["version"], reason="超出镇里能力"))

    def test_nobody_writes_on_a_foreign_lead(self, client, foreign):
        for who in ("office", "police", "county"):
            me = client(who)
            answer = me.act(f"/leads/{foreign['id']}", "withdraw", foreign["version"], reason="无")
            assert answer.status_code == 404
        patched = client("office").patch(
            f"/leads/{foreign['id']}", json={"version": 1, "note": "越界"}
        )
        assert patched.status_code == 404

    def test_a_case_and_an_entity_do_not_stand_on_a_foreign_lead(self, client, foreign):
        body = {"source_lead_ids": [foreign["id"]]}
        answer = client("police").post("/cases", json=body)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "lead_unknown"
        body = {
            "name": "某店",
            "kind": "site",
            "industry": "other",
            "source_lead_id": foreign["id"],
        }
        answer = client("office").post("/risk-entities", json=body)
        assert answer.json()["errors"][0]["code"] == "lead_unknown"

    def test_the_office_does_not_rename_another_towns_villages(self, client, town):
        rows = [{"code": VILLAGE, "name": "改了名的村"}]
        answer = client("office").post("/divisions/imports", json={"rows": rows})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["code"] == "other_town"
        # the official list of the whole county still comes in where it changes nothing there
        rows = [{"code": VILLAGE, "name": "邻镇村"}]
        assert (
            done(client("office").post("/divisions/imports", json={"rows": rows}))["unchanged"] == 1
        )

    def test_a_case_is_not_sent_to_another_towns_unit(self, client, town):
        police = client("police")
        made = done(police.post("/cases", json={"title": "测试案", "primary_category": "C1"}))
        refused = police.act(
            f"/cases/{made['id']}", "divert_civil", made["version"],
            route="mediation", reason="不构成犯罪", materials="卷宗材料",
            receiver_unit_id=town.units["police"]["id"],
        )  # fmt: skip
        assert refused.status_code == 422, refused.text
        assert refused.json()["errors"][0]["code"] == "unit_unknown"

    def test_the_other_towns_uscc_is_free_here(self, client, town):
        body = {"name": "安徽某养老公司", "kind": "enterprise", "industry": "elder_care",
                "uscc": "91341522MA2N1A2B3Y"}  # fmt: skip
        theirs = town.people["office"].post("/risk-entities", json=body)
        ours = client("office").post("/risk-entities", json=body)
        assert theirs.status_code == ours.status_code, (theirs.text, ours.text)
