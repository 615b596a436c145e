"""Risk entities, inspections and rectifications over HTTP: the walks, and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api.core.base.clock import today
from api.schemas.risk_entities import AssessmentRead, MeasureRead, RouteRead
from tests import factories
from tests.answers import done, problem
from tests.database import run_sql
from tests.duties import duties
from tests.entities import act, assess, credit_code, entity, register, visit
from tests.factories import make_lead


def refused(client, noun: str, record: dict, action: str, **fields) -> tuple[int, dict]:
    url = f"/{noun}/{record['id']}"
    version = client.get(url).json().get("version", 1)
    answer = client.act(url, action, version, **fields)
    return answer.status_code, answer.json()


def history(client, record: dict, what: str) -> list[dict]:
    answer = client.get(f"/risk-entities/{record['id']}/{what}")
    assert answer.status_code == 200, answer.text
    schema = {"assessments": AssessmentRead, "measures": MeasureRead, "routes": RouteRead}[what]
    for item in answer.json()["items"]:
        schema.model_validate(item)
    return answer.json()["items"]


class TestWalks:
    def test_market_inspects_orders_reinspects_and_closes(self, client):
        market = client("market")
        made = assess(market, register(market), "yellow")
        assert made["next_inspection_due"] > today().isoformat()
        assert made["inspection_rule"] == "TIER-YELLOW"
        first = visit(market, entity_id=made["id"])
        assert {i["code"] for i in first["checklist"]} >= {"sales_lectures", "prices_shown"}
        answer = market.patch(
            f"/inspections/{first['id']}",
            json={
                "version": first["version"],
                "checklist": [
                    {"code": "sales_lectures", "result": "problem", "remark": "每周讲座"}
                ],
            },
        )
        assert answer.status_code == 200, answer.text
        done = act(market, "inspections", first, "complete", finding="problem", note="会销推销")
        assert done["status"] == "done"
        assert refused(market, "inspections", first, "close")[1]["code"] == "rectification_open"
        due = (today() + timedelta(days=10)).isoformat()
        order = market.post(
            "/rectifications",
            json={"inspection_id": first["id"], "requirements": "停止会销", "due_on": due},
        ).json()
        assert (order["status"], order["due_on"]) == ("ordered", due)
        assert order["due_rule"] == "RECT-01"
        assert order["legal_actor"] == "market"
        now = market.get(f"/risk-entities/{made['id']}").json()
        assert (now["status"], now["route"], now["open_rectifications"]) == (
            "rectifying", "evident", 1,
        )  # fmt: skip
        assert refused(market, "risk-entities", made, "accept")[1]["code"] == "rectification_open"

        act(market, "rectifications", order, "submit", materials="已停止讲座")
        act(market, "rectifications", order, "reinspect", inspectors="钱立新")
        status, problem = refused(market, "rectifications", order, "close")
        assert (status, problem["code"]) == (422, "reinspection_missing")
        again = market.get("/inspections", params={"rectification_id": order["id"]}).json()["items"]
        act(market, "inspections", again[0], "complete", finding="none")
        closed = act(market, "rectifications", order, "close")
        assert closed["status"] == "closed"
        assert closed["closed_on"] == today().isoformat()
        act(market, "inspections", again[0], "close")
        act(market, "inspections", first, "close")
        act(market, "risk-entities", made, "accept")
        assert (
            act(market, "risk-entities", made, "delist", reason="整改到位")["status"] == "delisted"
        )
        assert [m["kind"] for m in history(market, made, "measures")] == [
            "order_rectification", "remind",
        ]  # fmt: skip

    def test_police_registers_the_reported_company_and_transfers_it(self, client):
        office, police = client("office"), client("police")
        reported = make_lead(office)
        office.act(
            f"/leads/{reported['id']}", "assign", reported["version"],
            unit_id=police.me["unit"]["id"],
        )  # fmt: skip
        made = register(police, source_lead_id=reported["id"], uscc=credit_code())
        assert made["source_lead_id"] == reported["id"]
        assert made["owner_unit"]["id"] == police.me["unit"]["id"]
        made = assess(police, made, "red", route="suspected_crime")
        assert (made["tier"], made["route"]) == ("red", "suspected_crime")
        status, problem = refused(
            police, "risk-entities", made, "transfer_police", reason="涉嫌集资诈骗",
            materials="移送书", department="县公安局经侦大队",
        )  # fmt: skip
        assert (status, problem["code"]) == (422, "evidence_not_fixed")
        assert "固定证据" in problem["article"]
        act(
            police, "risk-entities", made, "fix_evidence",
            fixed_on=today().isoformat(), fixed_by="赵卫国", evidence_list="合同12份；讲座录像",
        )  # fmt: skip
        made = act(
            police, "risk-entities", made, "transfer_police", reason="涉嫌集资诈骗",
            materials="移送书", department="县公安局经侦大队",
        )  # fmt: skip
        assert made["status"] == "transferred_police"
        assert made["handovers"][-1]["department"] == "县公安局经侦大队"
        kinds = [m["kind"] for m in history(police, made, "measures")]
        assert kinds == ["transfer_police", "preserve_evidence"]

    def test_a_failed_rectification_is_ordered_again_and_the_round_is_kept(self, client):
        market = client("market")
        made = assess(market, register(market), "orange")
        act(market, "risk-entities", made, "order_rectification", requirements="公示收费标准")
        found = market.get("/rectifications", params={"entity_id": made["id"]}).json()["items"]
        order = found[0]
        bad = visit(market, rectification_id=order["id"])
        act(market, "inspections", bad, "complete", finding="problem", note="仍未公示")
        act(market, "rectifications", order, "fail", reason="仍未公示")
        again = act(market, "rectifications", order, "order_again", requirements="三日内公示")
        assert (again["status"], again["round"]) == ("ordered", 2)
        assert [h["round"] for h in again["history"]] == [1]
        assert again["reinspection_finding"] is None
        status, problem = refused(market, "rectifications", order, "close")
        assert (status, problem["code"]) == (422, "reinspection_missing")


class TestRegister:
    def test_personal_data_is_masked_searchable_and_revealed_with_a_reason(self, client):
        office, phone = client("office"), factories.phone()
        # two characters that no other entity's person has: that of all others fills a page
        person = "罗" + "".join(
            chr(0x5000 + int(digits, 16)) for digits in (uuid4().hex[:3], uuid4().hex[:3])
        )
        made = register(
            office,
            responsible_person=person,
            responsible_phone=phone,
            problems=f"老板电话{phone}，拒不退费",
        )
        assert phone not in str(made)
        assert person not in str(made)
        assert made["responsible_person"] == "罗**"
        assert made["responsible_phone"] == f"{phone[:3]}****{phone[-4:]}"
        listed = office.get("/risk-entities", params={"q": phone}).json()["items"]
        assert [item["id"] for item in listed] == [made["id"]]
        assert listed[0]["address"] == made["address"]
        by_name = office.get("/risk-entities", params={"responsible_person": person}).json()
        assert [item["id"] for item in by_name["items"]] == [made["id"]]
        answer = office.post(
            f"/risk-entities/{made['id']}/reveals",
            json={"fields": ["responsible_phone", "problems"], "reason": "联系负责人约谈"},
        )
        assert answer.json()["values"] == {
            "responsible_phone": phone, "problems": f"老板电话{phone}，拒不退费",
        }  # fmt: skip
        assert client("leader").post(
            f"/risk-entities/{made['id']}/reveals",
            json={"fields": ["responsible_phone"], "reason": "看一下看一下"},
        ).status_code == 403  # fmt: skip

    def test_a_credit_code_stands_once_in_a_town(self, client):
        code = credit_code()
        made = register(client("office"), uscc=code)
        answer = client("market").post("/risk-entities", json=entity(uscc=code.lower()))
        assert (answer.status_code, answer.json()["code"]) == (409, "uscc_duplicate")
        assert (
            client("office").get("/risk-entities", params={"q": code}).json()["items"][0]["id"]
            == made["id"]
        )
        other = register(client("office"))
        answer = client("office").patch(
            f"/risk-entities/{other['id']}", json={"version": other["version"], "uscc": code}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "uscc_duplicate")

    def test_the_same_code_at_the_same_moment_makes_one_entity(self, client):
        office, code = client("office"), credit_code()
        with ThreadPoolExecutor(6) as pool:
            answers = list(
                pool.map(lambda _: office.post("/risk-entities", json=entity(uscc=code)), range(6))
            )
        assert sorted(a.status_code for a in answers) == [201, 409, 409, 409, 409, 409]
        codes = {a.json()["code"] for a in answers if a.status_code == 409}
        assert codes == {"uscc_duplicate"}

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("uscc", "91341522MA2TE0T0XX", "credit_code_check_char"),
            ("responsible_phone", "12", "bad_identifier"),
            ("prepaid_amount", 12.5, "value_error"),
            ("elders_served", -1, "greater_than_equal"),
            ("industry", "nothing", "enum"),
            ("division_code", "341522118999", "division_unknown"),
            ("source_lead_id", "00000000-0000-7000-8000-000000000000", "lead_unknown"),
            ("owner_unit_id", "00000000-0000-7000-8000-000000000000", "unit_unknown"),
            ("status", "delisted", "extra_forbidden"),
        ],
    )
    def test_bad_fields_are_named(self, client, field, value, code):
        answer = client("office").post("/risk-entities", json=entity(**{field: value}))
        assert answer.status_code == 422, answer.text
        assert (f"/{field}", code) in [(e["pointer"], e["code"]) for e in answer.json()["errors"]]

    def test_the_same_key_makes_one_entity(self, client):
        office, key, body = client("office"), {"Idempotency-Key": uuid4().hex}, entity()
        first = office.post("/risk-entities", json=body, headers=key)
        again = office.post("/risk-entities", json=body, headers=key)
        assert (first.status_code, again.json()) == (201, first.json())

    def test_a_lead_out_of_sight_is_no_source(self, client):
        hidden = make_lead(client("office"))
        answer = client("market").post("/risk-entities", json=entity(source_lead_id=hidden["id"]))
        assert answer.status_code == 422

    def test_a_village_hands_in_and_does_not_assess(self, client):
        made = register(client("village01"))
        assert made["status"] == "pending"
        assert made["owner_unit"]["name"] == "市场监管所"
        answer = client("village01").post("/risk-entities", json=entity(tier="red"))
        assert (answer.status_code, answer.json()["code"]) == (403, "assess_not_allowed")


class TestVisibility:
    def test_only_those_concerned_see_it(self, client):
        made = register(client("office"), owner_unit_id=client("police").me["unit"]["id"])
        sees = {
            who: client(who).get(f"/risk-entities/{made['id']}").status_code
            for who in (
                "office", "leader", "supervisor", "police", "market", "village01", "village02",
                "civil", "culture",
            )
        }  # fmt: skip
        assert sees == {
            "office": 200, "leader": 200, "supervisor": 200, "police": 200, "market": 200,
            "village01": 200, "village02": 404, "civil": 404, "culture": 404,
        }  # fmt: skip

    def test_work_on_it_is_hidden_with_it(self, client):
        market, civil = client("market"), client("civil")
        made = assess(market, register(market), "orange")
        visited = visit(market, entity_id=made["id"])
        act(market, "risk-entities", made, "order_rectification", requirements="公示收费标准")
        found = market.get("/rectifications", params={"entity_id": made["id"]}).json()["items"]
        assert civil.post("/inspections", json={"entity_id": made["id"]}).status_code == 404
        assert civil.get(f"/inspections/{visited['id']}").status_code == 404
        assert civil.get(f"/rectifications/{found[0]['id']}").status_code == 404
        assert civil.get(f"/risk-entities/{made['id']}/measures").status_code == 404
        order = {"entity_id": made["id"], "requirements": "改"}
        assert civil.post("/rectifications", json=order).status_code == 404
        assert client("office").get(f"/inspections/{visited['id']}").status_code == 200

    @pytest.mark.parametrize("who", ["finance", "county", "grid01", "audit_admin", "justice"])
    def test_others_have_no_such_right(self, client, who):
        for noun in ("risk-entities", "inspections", "rectifications"):
            assert client(who).get(f"/{noun}").status_code == 403


class TestMeasures:
    def test_the_office_alone_may_not_stop_a_business(self, client):
        office = client("office")
        made = assess(office, register(office), "orange")
        status, problem = refused(office, "risk-entities", made, "stop_operations")
        assert (status, problem["code"]) == (422, "actor_without_power")
        assert "行政处罚法" in problem["article"]
        assert "market" in problem["lawful_actors"]
        status, problem = refused(
            office, "risk-entities", made, "stop_operations", legal_actor="market"
        )
        assert (status, problem["code"]) == (422, "document_missing")
        made = act(
            office, "risk-entities", made, "stop_operations",
            legal_actor="market", legal_actor_name="霍邱县市场监督管理局",
            document_no="霍市监罚〔2022〕8号",
        )  # fmt: skip
        assert made["status"] == "handling"
        taken = history(office, made, "measures")[0]
        assert (taken["legal_actor"], taken["document_no"]) == ("market", "霍市监罚〔2022〕8号")
        assert taken["legal_basis"]

    def test_a_measure_that_is_refused_leaves_nothing(self, client):
        office = client("office")
        made = assess(office, register(office), "orange")
        refused(office, "risk-entities", made, "interview")
        now = office.get(f"/risk-entities/{made['id']}").json()
        assert (now["status"], now["version"]) == ("assessed", made["version"])
        assert history(office, made, "measures") == []

    def test_yellow_makes_the_reminder_and_reminding_carries_it_out(self, client):
        market = client("market")
        made = assess(market, register(market), "yellow")
        pending = history(market, made, "measures")
        assert [(m["kind"], m["done_on"]) for m in pending] == [("remind", None)]
        assert pending[0]["deadline"] == made["next_inspection_due"]
        assert made["route"] is None
        made = act(market, "risk-entities", made, "remind", note="已当面提示")
        done = history(market, made, "measures")
        assert [(m["id"], m["done_on"]) for m in done] == [(pending[0]["id"], today().isoformat())]
        assert made["route"] == "emerging"

    def test_refunds_are_counted_and_never_above_what_is_due(self, client):
        market = client("market")
        made = assess(market, register(market), "orange")
        act(market, "risk-entities", made, "urge_refund", amount="188000.00")
        made = act(market, "risk-entities", made, "record_refund", amount="88000.50")
        assert (made["refund_due"], made["refunded"]) == ("188000.00", "88000.50")
        status, problem = refused(
            market, "risk-entities", made, "record_refund", amount="100000.00"
        )
        assert (status, problem["errors"][0]["code"]) == (422, "above_due")

    def test_other_measures_are_recorded_but_not_past_their_own_action(self, client):
        office = client("office")
        made = assess(office, register(office), "red")
        status, problem = refused(
            office, "risk-entities", made, "record_measure", measure="transfer_police"
        )
        assert (status, problem["errors"][0]["code"]) == (422, "own_action")
        status, problem = refused(
            office, "risk-entities", made, "record_measure",
            measure="seal_premises", legal_actor="market", document_no="〔2022〕1号",
        )  # fmt: skip
        assert (status, problem["code"]) == (422, "actor_without_power")
        act(
            office, "risk-entities", made, "record_measure",
            measure="seal_premises", legal_actor="fundraising_lead", document_no="霍处非〔2022〕1号",
        )  # fmt: skip


class TestTiersAndRoutes:
    def test_they_are_independent_and_both_keep_their_history(self, client):
        office = client("office")
        made = assess(office, register(office), "green", route="other_department")
        made = assess(office, made, "red")
        assert (made["tier"], made["route"]) == ("red", "other_department")
        made = act(
            office, "risk-entities", made, "choose_route", route="evident", reason="不涉及其他部门"
        )
        assert (made["tier"], made["route"]) == ("red", "evident")
        tiers = history(office, made, "assessments")
        assert [t["tier"] for t in tiers] == ["red", "green"]
        assert tiers[0]["decided_by"]
        assert tiers[0]["review_on"]
        ways = history(office, made, "routes")
        assert [(w["route"], w["until"] is None) for w in ways] == [
            ("evident", True), ("other_department", False),
        ]  # fmt: skip

    def test_a_graver_tier_is_inspected_sooner(self, client):
        office = client("office")
        due = [
            assess(office, register(office), tier)["next_inspection_due"]
            for tier in ("green", "yellow", "orange", "red")
        ]
        assert due == sorted(due, reverse=True)
        assert len(set(due)) == 4


class TestRefusals:
    def test_what_is_another_departments_to_deal_with_goes_there(self, client):
        """Nobody accepts as done what nobody dealt with; who judged wrongly says so."""
        office, market = client("office"), client("market")
        made = assess(market, register(market), "orange", route="other_department")
        made = act(market, "risk-entities", made, "list")
        status, told = refused(market, "risk-entities", made, "accept")
        assert (status, told["code"]) == (422, "department_not_handed_over")
        assert made["standing"]["next_action"] == "transfer_department"
        sent = {
            "organ": "other",
            "department": "县民政局",
            "materials": "材料",
            "reason": "属其职责",
        }
        act(market, "risk-entities", made, "transfer_department", **sent)
        given = {"route": "evident", "reason": "不涉及其他部门"}
        other = assess(market, register(market), "orange", route="other_department")
        other = act(market, "risk-entities", other, "list")
        act(office, "risk-entities", other, "choose_route", **given)
        act(market, "risk-entities", other, "accept")

    def test_a_crime_is_not_accepted_without_the_police(self, client):
        """Neither by a smooth walk nor after other measures; who judged wrongly says why."""
        market = client("market")
        made = assess(market, register(market), "red", route="suspected_crime")
        url = f"/risk-entities/{made['id']}"
        act(market, "risk-entities", made, "list")
        for _ in range(2):
            status, problem = refused(market, "risk-entities", made, "accept")
            assert (status, problem["code"]) == (422, "crime_not_handed_over")
            assert "移送涉嫌犯罪案件" in problem["article"]
            head = market.get(url).json()["standing"]
            assert head["next_action"] != "accept"
            act(market, "risk-entities", made, "interview", note="约谈负责人")
        given = {"route": "evident", "reason": "公安机关认为不构成犯罪"}
        act(market, "risk-entities", made, "choose_route", **given)
        act(market, "risk-entities", made, "accept")

    def test_409_names_what_is_allowed(self, client):
        office = client("office")
        made = register(office)
        status, problem = refused(office, "risk-entities", made, "accept")
        assert (status, problem["code"]) == (409, "transition_not_allowed")
        offered = office.get(f"/risk-entities/{made['id']}").json()["available_actions"]
        assert problem["allowed"] == [a["action"] for a in offered if a["action"] != "edit"]
        assert "assess" in problem["allowed"]

    def test_a_stale_version_is_refused(self, client):
        office = client("office")
        made = register(office)
        assess(office, made, "green")
        answer = office.act(f"/risk-entities/{made['id']}", "list", made["version"])
        assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
        answer = office.patch(
            f"/risk-entities/{made['id']}", json={"version": made["version"], "note": "x"}
        )
        assert answer.json()["code"] == "stale_version"

    def test_roles_without_the_right_are_refused_before_the_state(self, client):
        made = register(client("office"))
        for who, action in (("leader", "accept"), ("village01", "sweep")):
            assert client(who).act(
                f"/risk-entities/{made['id']}", action, 99
            ).status_code == 403  # fmt: skip

    def test_nothing_found_is_a_result_and_needs_no_order(self, client):
        market = client("market")
        made = register(market)
        found = visit(market, entity_id=made["id"])
        done = act(market, "inspections", found, "complete", finding="none")
        assert done["finding"] == "none"
        order = {"inspection_id": found["id"], "requirements": "改"}
        answer = market.post("/rectifications", json=order)
        assert (answer.status_code, answer.json()["code"]) == (422, "no_problem_found")
        assert act(market, "inspections", found, "close")["status"] == "closed"
        clean = market.get(
            "/inspections", params={"entity_id": made["id"], "finding": "none", "with_total": True}
        ).json()
        assert clean["total"] == 1

    def test_a_checklist_and_the_finding_do_not_contradict(self, client):
        market = client("market")
        found = visit(market, entity_id=register(market)["id"])
        status, problem = refused(market, "inspections", found, "complete", finding="problem")
        assert (status, problem["errors"][0]["pointer"]) == (422, "/note")
        market.patch(
            f"/inspections/{found['id']}",
            json={"version": 1, "checklist": [{"code": "prepaid", "result": "problem"}]},
        )
        status, problem = refused(market, "inspections", found, "complete", finding="none")
        assert (status, problem["errors"][0]["code"]) == (422, "contradiction")

    def test_another_unit_does_not_finish_an_inspection(self, client):
        made = register(client("office"), industry="online")
        found = visit(client("office"), entity_id=made["id"])
        status, problem = refused(
            client("police"), "inspections", found, "complete", finding="none"
        )
        assert (status, problem["code"]) == (403, "not_own_unit")

    def test_lists_filter_and_sort(self, client, running):
        market = client("market")
        made = assess(market, register(market), "orange")
        act(market, "risk-entities", made, "order_rectification", requirements="公示收费标准")
        for params in (
            {"tier": "orange", "industry": "food_health_products", "sort": "-updated_at"},
            {"q": made["name"]},
            {"q": made["number"].lower()},
            {"division_code": "341522118201", "status": "rectifying"},
            {"inspection_overdue": False, "on_list": False},
            {"inspection_due_to": made["next_inspection_due"]},
        ):
            answer = market.get("/risk-entities", params=params | {"limit": 200})
            assert made["id"] in [i["id"] for i in answer.json()["items"]], params
        for params in ({"sort": "due_on", "overdue": False}, {"q": made["name"]}):
            answer = market.get("/rectifications", params=params | {"limit": 200})
            assert made["id"] in [i["entity"]["id"] for i in answer.json()["items"]], params
        overdue = market.get("/rectifications", params={"overdue": True}).json()["items"]
        assert made["id"] not in [i["entity"]["id"] for i in overdue]
        planned = visit(market, entity_id=made["id"])
        before = today() - timedelta(days=1)
        run_sql(
            running, "UPDATE inspections SET planned_on = $2 WHERE id = $1", planned["id"], before
        )
        for params in ({"overdue": True, "sort": "planned_on"}, {"is_reinspection": False}):
            answer = market.get("/inspections", params=params | {"limit": 200})
            assert planned["id"] in [i["id"] for i in answer.json()["items"]], params


class TestLedgerRows:
    """What a control list's rows become; the import itself is tested with the imports."""

    def row(self, running, client, **given):
        from api.domain.kit.actors import Actor
        from api.domain.kit.permissions import Role
        from api.schemas.risk_entities import RiskEntityRow
        from api.services.entities import risk_entity_drafts
        from api.services.kit import places

        del running  # its keys encrypt
        unit = UUID(client("office").me["unit"]["id"])
        office = Actor("user", uuid4(), "李晓芸", uuid4(), unit, Role.OFFICE, "341522118", uuid4())
        place = places.Place("341522118201", "341522118", unit, None)
        body = RiskEntityRow(**entity(**given))
        return risk_entity_drafts.draft(office, body, place, "QY-341522118-2026-0001")

    def test_a_row_lands_on_the_list_with_what_was_done(self, running, client):
        made = self.row(
            running, client, tier="orange", measures=["interview", "order_rectification"],
            measure_actor="市场监管所", rectify_by="2022-09-03", progress="整改中",
        )  # fmt: skip
        assert (made.entity["status"], made.entity["tier"]) == ("listed", "orange")
        assert [a["factors"] for a in made.assessments] == ["台账载明"]
        assert [(m["kind"], m["legal_actor_name"], m["note"]) for m in made.measures] == [
            ("interview", "市场监管所", "整改中"),
            ("order_rectification", "市场监管所", "整改中"),
        ]
        assert "13539721038" not in str(made)

    def test_a_yellow_row_is_reminded_once(self, running, client):
        told = self.row(running, client, tier="yellow", measures=["remind"])
        untold = self.row(running, client, tier="yellow")
        assert [m["kind"] for m in told.measures] == ["remind"]
        assert [m["kind"] for m in untold.measures] == ["remind"]

    def test_a_row_that_is_off_the_list_stays_off(self, running, client):
        assert self.row(running, client, tier="green", delisted=True).entity["status"] == "delisted"


class TestNoTimeIsWon:
    """Neither by a plan that lies far ahead nor by an order that is taken back."""

    def overdue(self, client, running) -> dict:
        market = client("market")
        made = assess(market, register(market), "orange")
        long_ago = today() - timedelta(days=40)
        run_sql(
            running, "UPDATE risk_entities SET next_inspection_due = $2 WHERE id = $1",
            made["id"], long_ago,
        )  # fmt: skip
        return made

    def told(self, client, made: dict) -> tuple[bool, bool, bool, bool]:
        """At the head, at home, to the leader, in the list that the overview opens."""
        market, leader = client("market"), client("leader")
        head = market.get(f"/risk-entities/{made['id']}").json()["standing"]["now"]
        home = duties(market, made["id"], "entity_inspection")
        above = done(leader.get("/me/escalations"))["items"]
        asked = {"inspection_overdue": True, "limit": 200}
        listed = done(client("office").get("/risk-entities", params=asked))["items"]
        return (
            any(each["overdue"] and each["what"] == "待安排检查" for each in head),
            any(each["overdue"] for each in home),
            any(each["subject_id"] == made["id"] and each["what"] == "visit" for each in above),
            made["id"] in {each["id"] for each in listed},
        )

    def test_a_late_visit_is_late_until_somebody_was_there(self, client, running):
        market = client("market")
        made = self.overdue(client, running)
        assert self.told(client, made) == (True,) * 4
        planned = visit(market, entity_id=made["id"], planned_on=str(today() + timedelta(days=300)))
        assert self.told(client, made) == (True,) * 4, "a plan is no visit"
        act(market, "inspections", planned, "complete", finding="none")
        assert self.told(client, made) == (False,) * 4

    def test_a_plan_by_the_day_is_one_and_a_later_one_is_none(self, client, running):
        market = client("market")
        made = self.overdue(client, running)
        soon = today() + timedelta(days=2)
        run_sql(
            running, "UPDATE risk_entities SET next_inspection_due = $2 WHERE id = $1",
            made["id"], soon,
        )  # fmt: skip
        planned = visit(market, entity_id=made["id"], planned_on=str(soon))
        assert duties(market, made["id"], "entity_inspection") == []
        version = market.get(f"/inspections/{planned['id']}").json()["version"]
        done(market.patch(f"/inspections/{planned['id']}",
                          json={"version": version, "planned_on": str(soon + timedelta(days=1))}))  # fmt: skip
        [duty] = duties(market, made["id"], "entity_inspection")
        assert duty["due_on"] == str(soon)
        head = market.get(f"/risk-entities/{made['id']}").json()["standing"]["now"]
        assert "待安排检查" in [each["what"] for each in head]

    def test_a_unit_plans_one_visit_at_a_time(self, client):
        market = client("market")
        made = assess(market, register(market), "orange")
        first = visit(market, entity_id=made["id"])
        answer = market.post("/inspections", json={"entity_id": made["id"], "inspectors": "钱立新"})
        told = problem(answer, 409)
        assert told["code"] == "visit_planned"
        assert first["number"] in told["detail"]
        act(market, "inspections", first, "cancel", reason="改期")
        visit(market, entity_id=made["id"])

    def test_an_order_taken_back_leaves_the_handling_where_it_was(self, client, running):
        market = client("market")
        made = assess(market, register(market), "orange")
        made = act(market, "risk-entities", made, "list")
        since = today() - timedelta(days=200)
        run_sql(
            running, "UPDATE risk_entities SET turn_since = $2 WHERE id = $1", made["id"], since
        )
        [before] = duties(market, made["id"], "entity_handle")
        assert before["overdue"]
        act(market, "risk-entities", made, "order_rectification", requirements="公示收费标准")
        assert duties(market, made["id"], "entity_handle") == []
        [order] = market.get("/rectifications", params={"entity_id": made["id"]}).json()["items"]
        act(market, "rectifications", order, "withdraw", reason="责令有误")
        [after] = duties(market, made["id"], "entity_handle")
        assert (after["due_on"], after["overdue"]) == (before["due_on"], True)
        head = market.get(f"/risk-entities/{made['id']}").json()["standing"]["now"]
        assert (after["what"], before["due_on"]) in [(e["what"], e["due_on"]) for e in head]
