"""The county knows the figures of all its towns, sees what they hand over, and nothing else of them."""

import pytest

from tests.conftest import own_town
from tests.factories import TO_POLICE, assign, conclude, make_lead
from tests.money import done

COUNTY, TOWN = "341522", "341522118"
running, client = own_town()


def town(who) -> dict:
    answer = who.get("/statistics/towns")
    assert answer.status_code == 200, answer.text
    return next(row for row in answer.json()["rows"] if row["code"] == TOWN)


class TestFigures:
    def test_every_town_is_there_and_its_units_add_up(self, client):
        county, office = client("county"), client("office")
        before = town(county)
        made = make_lead(office, amount_involved="1234.56")
        assign(office, made, client("department"))
        after = town(county)
        assert (after["leads"], after["open"]) == (before["leads"] + 1, before["open"] + 1)
        assert float(after["amount"]) == pytest.approx(float(before["amount"]) + 1234.56)
        for name in ("leads", "open", "overdue", "handed_over", "done"):
            assert after[name] == sum(unit[name] for unit in after["units"])
        of_unit = {unit["unit"]["name"]: unit["leads"] for unit in after["units"]}
        assert of_unit["人社所"] >= 1
        rows = {row["code"]: row for row in county.get("/statistics/towns").json()["rows"]}
        assert TOWN in rows
        # a county is no town: it stands there only with what it handles itself
        own = rows.get(COUNTY)
        assert own is None or (own["leads"] and own["label"].endswith("本级"))

    def test_a_town_without_any_lead_is_there_too_and_other_counties_are_not(self, client):
        county = client("county")
        rows = [{"code": "341522219000", "name": "某某乡"}]
        assert county.post("/divisions/imports", json={"rows": rows}).status_code == 200
        found = {row["code"]: row for row in county.get("/statistics/towns").json()["rows"]}
        assert (found["341522219"]["leads"], found["341522219"]["units"]) == (0, [])
        assert all(code.startswith(COUNTY) for code in found)

    def test_a_town_sees_its_own_and_others_none(self, client):
        for who in ("office", "leader", "supervisor"):
            rows = client(who).get("/statistics/towns").json()["rows"]
            assert [row["code"] for row in rows] == [TOWN]
        assert town(client("office"))["leads"] == town(client("county"))["leads"]
        for who in ("police", "village01", "department", "partner"):
            assert client(who).get("/statistics/towns").json()["rows"] == []
        for who in ("grid01", "system_admin", "audit_admin"):
            assert client(who).get("/statistics/towns").status_code == 403

    def test_the_rows_behind_stay_shut(self, client):
        """A figure is no key: the county reads none of the town's leads, cases, entities for it."""
        county = client("county")
        made = make_lead(client("office"))
        assert county.get(f"/leads/{made['id']}").status_code == 404
        listed = county.get("/leads", params={"limit": 200}).json()["items"]
        assert made["id"] not in {row["id"] for row in listed}
        for path in ("/cases", "/risk-entities", "/victims", "/ledger/entries", "/property-items"):
            assert county.get(path).status_code == 403


PAPERS = {
    "organ": "market", "department": "某县市场监管局", "materials": "线索材料一份", "reason": "属其职责",
}  # fmt: skip


def hand_over(office, market, **over) -> tuple[str, int]:
    """A lead that the town's handler hands over to a department; where it is, and its version."""
    lead = assign(office, make_lead(office, **over), market)
    url = f"/leads/{lead['id']}"
    lead = done(market.act(url, "acknowledge", lead["version"]))
    return url, lead["version"]


class TestHandedOver:
    def test_what_a_town_hands_over_is_seen_from_the_county(self, client):
        office, market, county = client("office"), client("market"), client("county")
        url, version = hand_over(office, market)
        assert county.get(url).status_code == 404
        before = town(county)["handed_over"]
        done(market.act(url, "transfer_department", version, **PAPERS))
        seen = county.get(url)
        assert seen.status_code == 200
        assert town(county)["handed_over"] == before + 1
        # it looks on: nothing of the town's lead is its to do
        offered = {each["action"] for each in seen.json()["available_actions"]}
        assert not offered & {"assign", "conclude", "record_receipt", "record_result", "close"}
        listed = county.get("/leads", params={"limit": 200}).json()["items"]
        assert seen.json()["id"] in {row["id"] for row in listed}

    def test_to_the_police_as_well(self, client):
        office, market, county = client("office"), client("market"), client("county")
        lead = conclude(office, market)
        url = f"/leads/{lead['id']}"
        done(market.act(url, "transfer_police", lead["version"], **TO_POLICE))
        assert county.get(url).status_code == 200

    def test_not_what_is_about_the_county_itself(self, client):
        """Whom a lead is about is kept off it, wherever it goes."""
        office, market, county = client("office"), client("market"), client("county")
        url, version = hand_over(office, market, subject_name="霍邱县专项办")
        sent = market.act(url, "transfer_department", version, **PAPERS)
        assert sent.status_code in {200, 422}, sent.text
        assert county.get(url).status_code == 404
