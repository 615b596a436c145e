"""What is shown to whom beyond the rows: masks, searches, links, papers of those who handle."""

from uuid import uuid4

import pytest

from tests import factories
from tests.answers import done
from tests.factories import phone
from tests.ledgers import HEADINGS, book, commit, leads_of, row, upload


class TestMasks:
    @pytest.mark.parametrize(
        ("written", "plain"),
        [
            ("请回电一三九零零一三八零零零，谢谢。", "一三九零零一三八零零零"),
            ("请回电幺三九零零幺三八零零零，谢谢。", "幺三九零零幺三八零零零"),
            ("请回电\u0661\u0663\u0669\u0660\u0660\u0661\u0663\u0668\u0660\u0660\u0660。", "\u0661\u0663\u0669"),
        ],
    )  # fmt: skip
    def test_a_phone_spelled_in_other_digits_is_masked(self, client, written, plain):
        made = factories.make_lead(client("office"), narrative=written)
        assert plain not in made["narrative"]
        assert made["identifiers"]

    def test_no_field_of_a_property_keeps_a_phone(self, client):
        police, number = client("police"), phone()
        case = done(police.post("/cases", json={"title": "测试案", "primary_category": "C1"}))
        body = {"case_id": case["id"], "kind": "cash", "title": "现金"} | dict.fromkeys(
            ("institution", "custodian", "quantity", "appraiser"), f"张三 {number}"
        )
        made = police.post("/property-items", json=body)
        assert number not in made.text
        determined = police.act(
            f"/property-items/{made.json()['id']}", "determine", 1,
            ownership="victim", authority=f"公安局 {number}", document_no="1号", reason="清楚",
        )  # fmt: skip
        assert determined.status_code == 200
        assert number not in determined.text
        victim = {"case_id": case["id"], "name": "王某", "principal": "1", "bank_name": number}
        assert number not in client("office").post("/victims", json=victim).text

    def test_an_elder_with_an_old_number_is_an_elder(self, client):
        police = client("police")
        case = done(police.post("/cases", json={"title": "测试案", "primary_category": "C1"}))
        body = {"case_id": case["id"], "name": "王某", "principal": "1", "paid_on": "2022-05-01"}
        made = done(police.post("/victims", json=body | {"id_number": "342423350101123"}))
        assert made["is_elder"] is True


class TestSearch:
    def test_a_guess_is_confirmed_only_to_who_may_see_the_value(self, client):
        office, number = client("office"), phone()
        lead = factories.make_lead(office, narrative=f"回电{number}")

        def hits(who: str, noun: str, q: str) -> list[str]:
            found = client(who).get(f"/{noun}", params={"q": q}).json()["items"]
            return [each["id"] for each in found]

        assert hits("office", "leads", number) == [lead["id"]]
        for who in ("leader", "supervisor", "village01"):
            assert hits(who, "leads", number) == [], who
            assert hits(who, "leads", lead["number"]) == [lead["id"]]
        case = {"title": f"电话{number}诈骗案", "primary_category": "C1"}
        made = done(client("police").post("/cases", json=case))
        assert hits("police", "cases", number) == [made["id"]]
        assert hits("leader", "cases", number) == []
        body = {"name": "某店", "kind": "site", "industry": "other", "responsible_phone": number}
        entity = done(office.post("/risk-entities", json=body))
        assert hits("office", "risk-entities", number) == [entity["id"]]
        assert hits("leader", "risk-entities", number) == []


@pytest.fixture
def lead(client):
    grid, office, police = client("grid01"), client("office"), client("police")
    made = done(grid.post("/leads", json=factories.lead()))
    url = f"/leads/{made['id']}"
    made = done(office.act(url, "register", made["version"]))
    made = factories.assign(office, made, police)
    made = done(police.act(url, "acknowledge", made["version"]))
    made = done(
        police.act(
            url, "conclude", made["version"],
            conclusion="suspected_crime", findings="账户流水显示资金转往外省。",
        )
    )  # fmt: skip
    done(police.post(f"{url}/attachments", files={"file": ("流水.txt", b"account statement")}))
    done(police.post("/cases", json={"source_lead_ids": [made["id"]]}))
    done(
        police.post(
            "/risk-entities",
            json={"name": f"某公司{uuid4().hex[:6]}", "kind": "site", "industry": "other",
                  "division_code": "341522118210", "source_lead_id": made["id"]},
        )
    )  # fmt: skip
    return done(
        police.act(
            url, "transfer_department", made["version"], organ="other", department="县有关部门",
            materials="材料一份", reason="属其职责", document_no="众公移〔2026〕9号",
        )
    )  # fmt: skip


class TestFollowers:
    """A village and a grid worker see leads of theirs: how these stand, not what was found."""

    @pytest.mark.parametrize("who", ["grid01", "village01"])
    def test_they_see_no_findings_papers_or_cases(self, client, lead, who):
        me, url = client(who), f"/leads/{lead['id']}"
        shown = me.get(url)
        assert shown.json()["status"] == "transferred_department"
        assert shown.json()["findings"] == ""
        assert shown.json()["cases"] == []
        assert me.get(f"{url}/attachments").json()["items"] == []
        theirs = client("police").get(f"{url}/attachments").json()["items"]
        assert len(theirs) == 1
        assert me.get(f"/attachments/{theirs[0]['id']}/content").status_code == 404
        told = me.get(f"{url}/timeline", params={"limit": 200})
        assert "lead.linked" not in told.text
        assert "众公移" not in told.text

    def test_their_own_files_they_see(self, client, lead):
        url = f"/leads/{lead['id']}/attachments"
        mine = done(client("grid01").post(url, files={"file": ("照片.txt", b"what I saw")}))
        for who in ("grid01", "village01"):
            assert [f["id"] for f in client(who).get(url).json()["items"]] == [mine["id"]]
            content = client(who).get(f"/attachments/{mine['id']}/content")
            assert content.status_code == 200
        assert len(client("police").get(url).json()["items"]) == 2

    def test_who_handles_sees_everything_and_the_paper_is_kept(self, client, lead):
        url = f"/leads/{lead['id']}"
        for who in ("police", "office", "leader"):
            shown = client(who).get(url).json()
            assert "流水" in shown["findings"]
            told = client(who).get(f"{url}/timeline", params={"limit": 200}).text
            assert told.count("lead.linked") == 2
            assert "众公移〔2026〕9号" in told

    def test_an_entity_does_not_tell_of_a_lead_out_of_sight(self, client, lead):
        office, village = client("office"), client("village02")
        body = {"name": f"某店{uuid4().hex[:6]}", "kind": "site", "industry": "other",
                "division_code": "341522118202", "source_lead_id": lead["id"]}  # fmt: skip
        entity = done(office.post("/risk-entities", json=body))
        assert entity["source_lead_id"] == lead["id"]
        assert village.get(f"/leads/{lead['id']}").status_code == 404
        assert village.get(f"/risk-entities/{entity['id']}").json()["source_lead_id"] is None


class TestPlaces:
    def test_a_village_that_was_a_mistake_loses_sight(self, client):
        office = client("office")
        made = factories.make_lead(office, division_code="341522118202")
        url = f"/leads/{made['id']}"
        assert client("village02").get(url).status_code == 200
        body = {"version": made["version"], "division_code": "341522118201"}
        done(office.patch(url, json=body))
        assert client("village02").get(url).status_code == 404
        assert client("village01").get(url).status_code == 200


class TestLedgers:
    def test_columns_about_the_informant_go_to_the_vault(self, client):
        office = client("office")
        headings = [*HEADINGS, "举报人住址", "被举报人住址"]
        cells = [*row(1), "白庙村三组李老太家", "新桥街上"]
        made = upload(office, book([cells], headings))
        done(commit(office, made))
        lead = office.get(f"/leads/{leads_of(office, made)[0]['id']}")
        assert "李老太" not in lead.text
        assert "新桥街上" in lead.json()["note"]


class TestOwners:
    def test_a_new_owner_sees_the_orders_of_before(self, client):
        office, market, civil = client("office"), client("market"), client("civil")
        body = {"name": f"某店{uuid4().hex[:6]}", "kind": "site", "industry": "other"}
        entity = done(market.post("/risk-entities", json=body))
        order = {"entity_id": entity["id"], "requirements": "停止虚假宣传"}
        order = done(market.post("/rectifications", json=order))
        url = f"/rectifications/{order['id']}"
        assert civil.get(url).status_code == 404
        entity = done(office.get(f"/risk-entities/{entity['id']}"))
        unit = {"version": entity["version"], "owner_unit_id": civil.me["unit"]["id"]}
        done(office.patch(f"/risk-entities/{entity['id']}", json=unit))
        assert civil.get(url).status_code == 200
