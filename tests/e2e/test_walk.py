"""The main job, from the Excel ledger to the refunded money, over HTTP as each post does it."""

import asyncio
import json
import time
from datetime import timedelta
from typing import ClassVar

import pytest

from api.core.base.clock import today
from tests.conftest import DATA, objections_over
from tests.factories import unlocked
from tests.ledgers import bring, leads_of

#: The ledger is compared as it came in, then worked on.
pytestmark = pytest.mark.steps


def settle(office, made: dict, *until: str) -> dict:
    for _ in range(300):
        made = office.get(f"/imports/{made['id']}").json()
        if made["status"] in until:
            return made
        time.sleep(0.1)
    raise AssertionError(made)


def act(who, url: str, action: str, **fields) -> dict:
    """One action on the present version, which has to be offered to this person."""
    record = who.get(url).json()
    assert action in [a["action"] for a in record["available_actions"]], record["available_actions"]
    answer = who.act(url, action, record["version"], **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def imported(client) -> dict:
    """The ledger of 120 leads, in the system."""
    office = client("office")
    made = bring(office, "线索台账.xlsx")
    assert made["status"] == "preview", made
    assert (made["rows_total"], made["rows_good"], made["rows_faulty"]) == (120, 120, 0)
    answer = office.act(f"/imports/{made['id']}", "commit", made["version"], mode="strict")
    assert answer.status_code == 200, answer.text
    return settle(office, made, "committed")


class TestLedgerIn:
    def test_every_field_equals_what_the_ledger_says(self, client, imported):
        office = client("office")
        leads = {lead["import_row"]: lead for lead in self.full(office, imported)}
        expected = json.loads((DATA / "线索台账.expected.json").read_text())
        assert (
            imported["rows_committed"] == len(leads) == expected["rows_count"]
            if "rows_count" in expected
            else 120
        )
        channels = office_labels(client)
        for row in expected["rows"]:
            lead = leads[row["row"]]
            assert lead["received_at"][:10] == row["received_on"], row
            assert lead["received_has_time"] is False
            assert lead["amount_involved"] == row["amount_yuan"], row
            assert lead["primary_category"] == row["category"], row
            assert (lead["reporter"]["kind"] == "anonymous") == row["anonymous"]
            assert lead["subject_name"] == row["subject"]
            assert lead["subject_uscc"] == row["subject_uscc"]
            assert lead["channel"] in channels[row["channel"]], row
            assert lead["batch_no"] == row["batch_no"]
            assert lead["people_involved"] == row["people"]
            assert lead["division_name"] == row["village"]
            assert lead["proposed_unit"]["name"] == row["handling_unit"]
            assert lead["status"] == "registered"
            assert lead["owner_unit"] is None, "proposed is not given"
            assert lead["due_rule"] == "LEAD-UNOWNED", (
                "clocks start at assignment, not in the ledger's past"
            )
        total = sum(round(float(lead["amount_involved"]) * 100) for lead in leads.values())
        assert f"{total / 100:.2f}" == expected["total_amount_yuan"]

    def test_the_reporters_are_in_the_vault(self, client, imported):
        office = client("office")
        leads = {lead["import_row"]: lead for lead in self.full(office, imported)}
        expected = json.loads((DATA / "线索台账.expected.json").read_text())
        for row in [r for r in expected["rows"] if not r["anonymous"]][:10]:
            shown = unlocked(client, leads[row["row"]])
            assert (shown["name"], shown["phone"]) == (row["reporter"], row["phone"])

    def full(self, office, imported) -> list[dict]:
        return [office.get(f"/leads/{item['id']}").json() for item in leads_of(office, imported)]

    def test_the_same_file_again_adds_nothing(self, client, imported):
        office = client("office")
        again = bring(office, "线索台账.xlsx")
        assert again["rows_known"] == 120
        answer = office.act(f"/imports/{again['id']}", "commit", again["version"], mode="good_rows")
        if answer.status_code == 200:
            assert settle(office, again, "committed")["rows_committed"] == 0
        assert leads_of(office, again) == []

    def test_the_planted_faults_and_no_other_and_strict_takes_nothing(self, client, imported):
        office = client("office")
        made = bring(office, "线索台账-含错误.xlsx")
        planted = json.loads((DATA / "线索台账-含错误.faults.json").read_text())
        assert made["rows_faulty"] == len(planted) == 48
        strict = office.act(f"/imports/{made['id']}", "commit", made["version"], mode="strict")
        if strict.status_code == 200:
            made = settle(office, made, "preview", "failed")
        assert leads_of(office, made) == []
        book = office.get(f"/imports/{made['id']}/annotated")
        assert book.status_code == 200
        assert self.red_cells(book.content) == {(f["row"], f["column"]) for f in planted}

    def red_cells(self, content: bytes) -> set[tuple[int, str]]:
        import io

        import openpyxl

        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        heads = {cell.column: cell.value for cell in sheet[3]}
        return {
            (cell.row, heads[cell.column])
            for row in sheet.iter_rows(min_row=4)
            for cell in row
            if cell.fill.patternType == "solid"
            and str(cell.fill.fgColor.rgb)[2:4] == "FF"
            and heads.get(cell.column) != "校验结果"
        }


def office_labels(client) -> dict[str, set[str]]:
    """What a ledger calls a channel → the codes that may mean it."""
    from api.domain.leads.channels import find_channel

    words = {
        r["channel"] for r in json.loads((DATA / "线索台账.expected.json").read_text())["rows"]
    }
    return {word: {find_channel(word).value} for word in words}


class TestTheWalk:
    """One affair, told in order; each step needs the one before."""

    state: ClassVar[dict] = {}

    def test_1_the_office_assigns_and_the_police_conclude(self, client, imported):
        office, police = client("office"), client("police")
        lead = leads_of(office, imported)[0]
        url = f"/leads/{lead['id']}"
        made = act(office, url, "assign", unit_id=police.me["unit"]["id"])
        assert made["due_rule"] == "LEAD-01"
        duties = police.get("/me/duties").json()["items"]
        assert lead["id"] in {d["subject_id"] for d in duties}
        act(police, url, "acknowledge")
        made = act(
            police, url, "conclude", conclusion="suspected_crime", findings="已收集合同与收据。"
        )
        self.state["lead"] = made

    def test_2_the_police_register_the_company_red_with_evidence_first(self, client):
        police, lead = client("police"), self.state["lead"]
        answer = police.post(
            "/risk-entities",
            json={
                "name": lead["subject_name"],
                "uscc": lead["subject_uscc"],
                "industry": "elder_care",
                "registration": "registered",
                "problems": "以预订床位为名收取会员费。",
                "source_lead_id": lead["id"],
                "division_code": lead["division_code"],
            },
        )
        assert answer.status_code == 201, answer.text
        entity = answer.json()
        url = f"/risk-entities/{entity['id']}"
        if "sweep" in [a["action"] for a in entity["available_actions"]]:
            act(police, url, "sweep")
        act(
            police, url, "assess", tier="red", factors="涉嫌犯罪，人数多。", route="suspected_crime"
        )
        record = police.get(url).json()
        transfer = {
            "reason": "涉嫌诈骗",
            "document_no": "霍市监移〔2026〕1号",
            "legal_actor": "police",
        }
        refused = police.act(url, "transfer_police", record["version"], **transfer)
        assert refused.status_code in (409, 422), refused.text
        assert "证据" in refused.json()["detail"]
        act(
            police,
            url,
            "fix_evidence",
            fixed_on=today().isoformat(),
            fixed_by="赵卫国、王辅警",
            evidence_list="合同 12 份、收据 30 张",
        )
        self.state["entity"] = police.get(url).json()
        assert self.state["entity"]["tier"] == "red"

    def test_3_a_case_is_opened_from_the_lead_accepted_and_filed(self, client):
        police, lead = client("police"), self.state["lead"]
        answer = police.post(
            "/cases",
            json={
                "source_lead_ids": [lead["id"]],
                "title": "福寿康养涉嫌诈骗案",
                "charges": ["fraud"],
            },
        )
        assert answer.status_code == 201, answer.text
        case = answer.json()
        url = f"/cases/{case['id']}"
        made = act(police, url, "accept")
        assert made["due_rule"] in {"INT-02", "INT-04"}
        self.state["case"] = made
        item = police.post(
            "/property-items",
            json={
                "case_id": case["id"],
                "kind": "deposit",
                "title": "归集账户存款",
                "institution": "霍邱农商行",
                "account": "6228481753038816263",
                "amount": "100000.00",
            },
        )
        assert item.status_code == 201, item.text
        self.state["item"] = item.json()

    def freeze(self, **over) -> dict:
        return {
            "property_item_id": self.state["item"]["id"],
            "kind": "freeze",
            "regime": "criminal",
            "authority": "霍邱县公安局",
            "authority_level": "county_psb",
            "document_no": "霍公（经）冻财字〔2026〕12号",
            "officers": ["赵卫国", "王辅警"],
            "amount": "100000.00",
            "starts_on": today().isoformat(),
        } | over

    def test_4_no_criminal_freeze_before_filing_or_without_its_paper(self, client):
        police = client("police")
        early = police.post("/property-measures", json=self.freeze())
        assert early.status_code == 422, early.text
        assert "第一百七十四条" in early.json()["article"]
        url = f"/cases/{self.state['case']['id']}"
        self.state["case"] = act(
            police,
            url,
            "file",
            document_no="霍公（刑）立字〔2026〕88号",
            filed_on=today().isoformat(),
            authority_level="county_psb",
        )
        yesterday = (today() - timedelta(days=1)).isoformat()
        before = police.post("/property-measures", json=self.freeze(starts_on=yesterday))
        assert before.status_code == 422
        assert "第一百七十四条" in before.json()["article"]
        bare = police.post(
            "/property-measures", json=self.freeze(document_no="", authority_level=None)
        )
        assert bare.status_code == 422
        assert "第二百三十九条" in str(bare.json())
        stop = police.post(
            "/property-measures",
            json=self.freeze(kind="stop_payment", regime="administrative", starts_on=yesterday),
        )
        assert stop.status_code in (201, 422)
        assert "一百七十四" not in str(stop.json())

    def test_5_the_freeze_stands_with_its_offered_expiry_and_in_the_duties(self, client):
        police = client("police")
        offered = police.get("/time-rules/FRZ-01/due", params={"start": today().isoformat()}).json()
        answer = police.post("/property-measures", json=self.freeze())
        assert answer.status_code == 201, answer.text
        measure = answer.json()
        assert measure["expires_on"] == offered["on"] if "on" in offered else offered["due_on"]
        self.state["measure"] = measure
        twice = police.post("/property-measures", json=self.freeze())
        assert twice.status_code in (409, 422)
        assert "第二百四十二条" in str(twice.json())

    def test_6_recovered_money_is_shared_out_to_the_fen(self, client):
        police, office = client("police"), client("office")
        leader, finance = client("leader"), client("finance")
        case = self.state["case"]["id"]
        entry = police.post(
            "/ledger/entries",
            json={
                "book_id": case,
                "debit": "in_custody",
                "credit": "surrender_source",
                "amount": "100000.00",
                "reason": "追缴赃款入账",
                "document_no": "缴款书 2026-001",
            },
        )
        assert entry.status_code == 201, entry.text
        for name, principal, returns in (
            ("张甲", "70900.00", "5672.00"),
            ("李乙", "7100.00", "0.00"),
            ("王丙", "84800.01", "4240.00"),
        ):
            made = police.post(
                "/victims",
                json={"case_id": case, "name": name, "principal": principal, "returns": returns},
            )
            assert made.status_code == 201, made.text
            act(
                police,
                f"/victims/{made.json()['id']}",
                "verify",
                principal=principal,
                returns=returns,
                refunds="0.00",
                basis="合同与流水核对一致",
            )
        plan = office.post(
            "/distributions",
            json={
                "case_id": case,
                "title": "第一次清退",
                "pool": "100000.00",
                "base_rule": "net_of_returns",
                "returns_offset": True,
            },
        )
        assert plan.status_code == 201, plan.text
        url = f"/distributions/{plan.json()['id']}"
        act(office, url, "compute")
        lines = office.get(f"{url}/lines").json()["items"]
        shares = sorted(round(float(line["share"]) * 100) for line in lines)
        assert sum(shares) == 100_000_00
        record = office.get(url).json()
        assert office.act(url, "approve", record["version"], document_no="x").status_code == 403
        act(leader, url, "approve", document_no="众专办〔2026〕5号")
        published = act(office, url, "publish", published_on=today().isoformat())
        early = finance.act(url, "pay", published["version"], document_no="拨付单 2026-01")
        assert early.json()["code"] == "objection_period"
        asyncio.run(objections_over(office.running, plan.json()["id"]))
        self.state["plan"] = published
        paid = finance.act(url, "pay", published["version"], document_no="拨付单 2026-01")
        assert paid.status_code == 200, paid.text
        act(finance, url, "confirm", document_no="银行回单 2026-01")
        accounts = finance.get("/ledger/accounts", params={"book_id": case}).json()["items"]
        assert sum(round(float(a["balance"]) * 100) for a in accounts) == 0

    def test_7_the_market_office_inspects_orders_and_closes_after_a_second_look(self, client):
        market = client("market")
        entity = market.post(
            "/risk-entities",
            json={
                "name": "众兴集镇康乐保健品经营部",
                "industry": "food_health_products",
                "registration": "registered",
                "tier": "yellow",
                "factors": "以健康讲座名义推销",
                "division_code": "341522118207",
            },
        )
        assert entity.status_code == 201, entity.text
        made = market.post(
            "/inspections",
            json={
                "entity_id": entity.json()["id"],
                "inspectors": "钱立新、周检查",
                "planned_on": today().isoformat(),
            },
        )
        assert made.status_code == 201, made.text
        url = f"/inspections/{made.json()['id']}"
        act(market, url, "complete", finding="problem", note="现场无价目公示")
        act(market, url, "order_rectification", requirements="三日内公示价目", legal_actor="market")
        orders = market.get("/rectifications", params={"entity_id": entity.json()["id"]}).json()
        order = orders["items"][0]
        assert order["due_on"] > today().isoformat()
        url = f"/rectifications/{order['id']}"
        act(market, url, "submit", materials="已公示价目，照片存档")
        record = market.get(url).json()
        early = market.act(url, "close", record["version"])
        assert early.status_code in (403, 409, 422), "no close before a second look"
        act(
            market,
            url,
            "reinspect",
            inspectors="钱立新、周检查",
            planned_on=today().isoformat(),
        )
        second = market.get("/inspections", params={"rectification_id": order["id"]}).json()[
            "items"
        ][0]
        act(market, f"/inspections/{second['id']}", "complete", finding="none", note="已整改")
        done = act(market, url, "close")
        assert done["status"] == "closed"

    def test_8_everybody_sees_what_is_theirs(self, client):
        lead, case = self.state["lead"]["id"], self.state["case"]["id"]
        for who, status in {
            "grid01": 404,
            "finance": 403,
            "system_admin": 403,
            "leader": 200,
            "police": 200,
        }.items():
            assert client(who).get(f"/leads/{lead}").status_code == status, who
        assert client("finance").get(f"/cases/{case}").status_code == 403
        assert client("village02").get(f"/cases/{case}").status_code == 403
        assert client("market").get(f"/cases/{case}").status_code in (403, 404)

    def test_9_the_timeline_tells_who_did_what(self, client):
        told = client("office").get(f"/leads/{self.state['lead']['id']}/timeline").json()["items"]
        texts = " ".join(str(entry) for entry in told)
        for word in ("交办", "签收", "结论", "李晓芸", "赵卫国"):
            assert word in texts, word
