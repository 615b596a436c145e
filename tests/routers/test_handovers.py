"""A diverted case and an entity's problem: handed to a unit that sees what was sent, has the turn and
the clock, and alone records; or to a body outside, for which the sender does."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done, problem, refused
from tests.cases import COUNTY, make_case
from tests.cases import act as act_on_case
from tests.database import run_sql
from tests.duties import duties
from tests.entities import act as act_on
from tests.entities import assess, register
from tests.factories import unit_of
from tests.figures import count, overview, questions
from tests.handovers import RECEIPT, body_for, late, offered, turns_of
from tests.leads import act as act_on_lead

SENT = {"materials": "卷宗材料一册", "reason": "不构成犯罪，属民事纠纷"}
PAPERS = {
    name: text
    for name, text in factories.TO_POLICE.items()
    if name not in {"department", "materials", "reason"}
}


def diverted(client, receiver: str = "justice", **over) -> dict:
    police = client("police")
    made = act_on_case(police, make_case(police, summary=f"借款未还{uuid4().hex}"), "accept")
    to = {"receiver_unit_id": unit_of(client(receiver))}
    return act_on_case(police, made, "divert_civil", **SENT | to | {"route": "mediation"} | over)


def red(client, who: str = "market") -> dict:
    owner = client(who)
    made = assess(owner, register(owner), "red", route="suspected_crime")
    return act_on(
        owner, "risk-entities", made, "fix_evidence",
        fixed_on=today().isoformat(), fixed_by="赵某", evidence_list="合同十二份",
    )  # fmt: skip


def transferred(client, **over) -> dict:
    market, police = client("market"), client("police")
    body = SENT | PAPERS | {"receiver_unit_id": unit_of(police)} | over
    return act_on(market, "risk-entities", red(client), "transfer_police", **body)


def handed(who, record: dict) -> dict:
    return done(who.get(f"/handovers/{record['handovers'][-1]['id']}"))


def act(who, made: dict, action: str, **fields) -> dict:
    current = done(who.get(f"/handovers/{made['id']}"))
    return done(who.act(f"/handovers/{made['id']}", action, current["version"], **fields))


def received(who, made: dict, **over) -> dict:
    return act(who, made, "record_receipt", **RECEIPT | {"received_at": now().isoformat()} | over)


def answered(who, made: dict, result: str = "handled", **over) -> dict:
    said = {"result": result, "result_on": today().isoformat(), "result_note": "已依法处理"}
    return act(who, made, "record_result", **said | over)


class TestADivertedCase:
    def test_its_receiver_sees_what_was_sent_and_has_the_turn_and_the_clock(self, client):
        police, justice = client("police"), client("justice")
        case = diverted(client)
        [told] = case["handovers"]
        assert (told["status"], told["receiver"]["id"]) == ("sent", unit_of(justice))
        seen = handed(justice, case)
        said = {each["label"]: each["value"] for each in seen["sent_facts"]}
        assert (said["案件编号"], said["案件名称"]) == (case["number"], case["title"])
        assert said["简要案情"] == case["summary"]
        assert seen["case"] is None, "the live record is not theirs"
        assert justice.get(f"/cases/{case['id']}").status_code in {403, 404}
        assert seen["standing"]["next_action"] == "record_receipt"
        [turn] = seen["standing"]["now"]
        assert (turn["whom"], turn["is_mine"]) == (justice.me["unit"]["name"], True)
        assert (turn["rule"], turn["due_on"] is not None) == ("LEAD-ACK", True)
        [duty] = duties(justice, seen["id"], "handover_receive")
        assert (duty["due_on"], duty["rule"]) == (turn["due_on"], turn["rule"])
        assert duty["url_hint"] == f"/handovers/{seen['id']}"
        ours = handed(police, case)
        assert not ours["standing"]["now"][0]["is_mine"]
        assert ours["case"] == {name: case[name] for name in ("id", "number", "title")}
        waiting = [each for each in turns_of(case) if each[1] == justice.me["unit"]["name"]]
        assert waiting == [("已移送移交，待对方接收", justice.me["unit"]["name"], False)]

    def test_what_changes_later_the_receiver_is_not_told(self, client):
        police, justice = client("police"), client("justice")
        case = diverted(client)
        said = {"version": case["version"], "summary": "后来查明的另一件事"}
        done(police.patch(f"/cases/{case['id']}", json=said))
        assert "后来查明" not in str(handed(justice, case))

    def test_only_its_receiver_records_and_then_the_case_may_close(self, client):
        police, justice = client("police"), client("justice")
        case = diverted(client)
        early = police.act(f"/cases/{case['id']}", "close", case["version"], reason="已移送")
        assert problem(early, 422)["code"] == "receipt_missing"
        made = handed(police, case)
        body = RECEIPT | {"received_at": now().isoformat()}
        for who in ("police", "office"):
            answer = client(who).act(
                f"/handovers/{made['id']}", "record_receipt", made["version"], **body
            )
            assert problem(answer, 403)["code"] == "not_receiver"
        made = received(justice, made)
        assert (made["status"], made["standing"]["now"]) == ("accepted", [])
        [record] = made["recorded"]
        assert (record["what"], record["by_receiver"]) == ("receipt", True)
        assert duties(justice, made["id"]) == []
        case = done(police.get(f"/cases/{case['id']}"))
        assert act_on_case(police, case, "close", reason="已调解")["status"] == "closed"

    def test_a_department_answers(self, client):
        police, market = client("police"), client("market")
        made = act_on_case(police, make_case(police), "accept")
        case = act_on_case(
            police, made, "divert_administrative", organ="market",
            receiver_unit_id=unit_of(market), **SENT,
        )  # fmt: skip
        made = received(market, handed(market, case))
        [turn] = made["standing"]["now"]
        assert (turn["rule"], made["standing"]["next_action"]) == ("MKT-02", "record_result")
        assert duties(market, made["id"], "handover_decide")
        case = done(police.get(f"/cases/{case['id']}"))
        early = police.act(f"/cases/{case['id']}", "close", case["version"], reason="已移送")
        assert problem(early, 422)["code"] == "diversion_unanswered"
        assert duties(police, case["id"]) == []
        assert turns_of(case) == [("已移送移交，待对方答复", market.me["unit"]["name"], False)]
        made = answered(market, made)
        assert made["status"] == "answered"
        case = done(police.get(f"/cases/{case['id']}"))
        assert case["standing"]["next_action"] == "close"
        assert duties(police, case["id"], "case_diverted")
        assert (case["handovers"][-1]["result"], case["handovers"][-1]["result_note"]) == (
            "handled",
            "已依法处理",
        )
        told = done(police.get(f"/cases/{case['id']}/timeline"))["items"]
        assert "登记办理结果" in " ".join(each["label"] for each in told)

    def test_who_does_not_answer_is_waited_for_until_a_leader_says_otherwise(self, client):
        police, market, leader = client("police"), client("market"), client("leader")
        made = act_on_case(police, make_case(police), "accept")
        case = act_on_case(
            police, made, "divert_administrative", organ="market",
            receiver_unit_id=unit_of(market), **SENT,
        )  # fmt: skip
        made = received(market, handed(market, case))
        act(leader, handed(leader, case), "waive", reason="长期不答复，另行督办")
        case = done(police.get(f"/cases/{case['id']}"))
        assert act_on_case(police, case, "close", reason="不再等待")["status"] == "closed"

    def test_a_slip_is_taken_back_on_the_day_while_nobody_went_on(self, client):
        police, market, leader = client("police"), client("market"), client("leader")
        made = act_on_case(police, make_case(police), "accept")
        case = act_on_case(
            police, made, "divert_administrative", organ="market",
            receiver_unit_id=unit_of(market), **SENT,
        )  # fmt: skip
        made = received(market, handed(market, case))
        let_go = act(leader, handed(leader, case), "waive", reason="点错了")
        assert "unwaive" not in offered(handed(police, case))
        again = act(leader, let_go, "unwaive")
        same = ("status", "clocks", "recalled_on", "recall_reason")
        assert {name: again[name] for name in same} == {name: made[name] for name in same}
        assert duties(market, made["id"], "handover_decide")
        let_go = act(leader, again, "waive", reason="对方不答复")
        case = done(police.get(f"/cases/{case['id']}"))
        act_on_case(police, case, "close", reason="不再等待")
        assert "unwaive" not in offered(handed(leader, case))
        late = leader.act(f"/handovers/{made['id']}", "unwaive", let_go["version"])
        assert problem(late, 409)["code"] == "waiver_stands"

    def test_what_was_passed_on_does_not_come_back(self, client):
        police, market = client("police"), client("market")
        made = act_on_case(police, make_case(police), "accept")
        case = act_on_case(
            police, made, "divert_administrative", organ="market",
            receiver_unit_id=unit_of(market), **SENT,
        )  # fmt: skip
        told = {"forwarded_on": today().isoformat(), "reason": "不属管辖"}
        act(
            market,
            received(market, handed(market, case)),
            "forward",
            department="县市场监督管理局",
            **told,
        )
        case = done(police.get(f"/cases/{case['id']}"))
        made = received(police, handed(police, case))
        back = police.act(
            f"/handovers/{made['id']}", "forward", made["version"], receiver_unit_id=unit_of(market),
            **told,
        )  # fmt: skip
        told = refused(back, 422)
        assert told["code"] == "handover_circle"
        assert [each["pointer"] for each in told["errors"]] == ["/receiver_unit_id"]

    def test_for_a_body_outside_the_sender_records(self, client):
        police = client("police")
        case = diverted(client, receiver_unit_id=None, department="县仲裁委员会")
        made = handed(police, case)
        assert made["standing"]["next_action"] == "record_receipt"
        assert duties(police, made["id"], "handover_outside")
        made = received(police, made)
        assert (made["status"], made["recorded"][0]["by_receiver"]) == ("accepted", False)

    def test_it_is_taken_back_before_it_was_received_and_goes_elsewhere(self, client):
        police, justice = client("police"), client("justice")
        case = diverted(client)
        made = handed(police, case)
        again = police.act(
            f"/cases/{case['id']}", "divert_civil", case["version"], route="litigation",
            department="县人民法院", **SENT,
        )  # fmt: skip
        assert problem(again, 409)["code"] == "handover_open"
        act(police, made, "recall", reason="材料有误")
        assert justice.get(f"/handovers/{made['id']}").status_code == 404
        assert duties(justice, made["id"]) == []
        case = done(police.get(f"/cases/{case['id']}"))
        early = police.act(f"/cases/{case['id']}", "close", case["version"], reason="已移送")
        assert problem(early, 422)["code"] == "receipt_missing"
        case = act_on_case(
            police, case, "divert_civil", route="litigation", department="县人民法院", **SENT
        )
        assert [each["status"] for each in case["handovers"]] == ["recalled", "sent"]

    def test_taking_it_back_says_which_and_from_whom(self, client):
        police, market = client("police"), client("market")
        made = handed(police, diverted(client))
        lead = act_on_lead(market, factories.conclude(client("office"), market), "transfer_police",
                           **body_for(police))  # fmt: skip
        name, day = client("justice").me["unit"]["name"], today().isoformat()
        for shown, whom in ((made, name), (lead, police.me["unit"]["name"])):
            said = offered(shown)["recall"]["restates"]
            assert whom in said
            assert day in said
            assert "不再是对方的待办" in said

    def test_once_received_it_is_not_taken_back_not_by_looking_into_it_again_either(self, client):
        police, justice = client("police"), client("justice")
        case = diverted(client)
        made = handed(police, case)
        run_sql(police.running, "UPDATE lead_transfers SET kind = 'referral', organ = 'other' WHERE id = $1", made["id"])  # fmt: skip
        made = received(justice, made)
        answer = police.act(f"/handovers/{made['id']}", "recall", made["version"], reason="错了")
        assert problem(answer, 409)["code"] == "transition_not_allowed"
        case, again = done(police.get(f"/cases/{case['id']}")), {"reason": "发现犯罪事实"}
        assert "reopen" not in offered(case)
        answer = police.act(f"/cases/{case['id']}", "reopen", case["version"], **again)
        assert problem(answer, 409)["code"] == "handover_open"
        assert handed(justice, case)["status"] == "received"
        assert duties(justice, made["id"]), "who works on it goes on"
        act(client("leader"), made, "waive", reason="另有犯罪事实，由公安机关办理")
        case = act_on_case(police, done(police.get(f"/cases/{case['id']}")), "reopen", **again)
        assert case["status"] == "under_review"

    def test_what_nobody_has_received_is_taken_back_by_looking_into_it_again(self, client):
        police, justice = client("police"), client("justice")
        case = diverted(client)
        made = handed(justice, case)
        case = act_on_case(police, case, "reopen", reason="发现犯罪事实")
        assert case["status"] == "under_review"
        made = handed(justice, case)
        assert (made["status"], made["recall_reason"]) == ("recalled", "发现犯罪事实")
        assert duties(justice, made["id"]) == []
        for who, url in ((justice, f"/handovers/{made['id']}"), (police, f"/cases/{case['id']}")):
            items = done(who.get(f"{url}/timeline"))["items"]
            (told,) = [each for each in items if each["data"].get("action") == "recall"]
            assert told["data"]["reason"] == "发现犯罪事实", "who had it is told why"

    @pytest.mark.parametrize(
        ("to", "code"),
        [
            ({}, "receiver_missing"),
            ({"receiver_unit_id": "justice", "department": "县司法局"}, "receiver_twice"),
            ({"receiver_unit_id": "police"}, "handover_to_self"),
            ({"receiver_unit_id": "office"}, "receiver_without_right"),
            ({"receiver_unit_id": "village01"}, "receiver_without_right"),
            ({"department": "司法所"}, "receiver_in_system"),
            ({"department": "某某商行"}, "receiver_without_right"),
        ],
    )
    def test_who_may_not_get_it(self, client, to, code):
        police = client("police")
        made = act_on_case(police, make_case(police), "accept")
        if "receiver_unit_id" in to:
            to = to | {"receiver_unit_id": unit_of(client(to["receiver_unit_id"]))}
        if to.get("department") == "司法所":
            to = {"department": client("justice").me["unit"]["name"]}
        answer = police.act(
            f"/cases/{made['id']}", "divert_civil", made["version"],
            route="mediation", **SENT, **to,
        )  # fmt: skip
        assert code in {
            refused(answer, 422)["code"],
            *(e["code"] for e in answer.json().get("errors", [])),
        }
        after = done(police.get(f"/cases/{made['id']}"))
        assert (after["status"], after["handovers"]) == ("under_review", []), "nothing half-done"

    def test_whom_the_lead_behind_it_is_about_does_not_get_it(self, client):
        police, market = client("police"), client("market")
        lead = factories.conclude(client("office"), police, "suspected_crime")
        case = done(police.post("/cases", json={"source_lead_ids": [lead["id"]]}))
        body = {"unit_id": unit_of(market), "reason": "反映的就是它"}
        done(client("office").post(f"/leads/{lead['id']}/accused-units", json=body))
        answer = police.act(
            f"/cases/{case['id']}", "divert_administrative", case["version"], organ="market",
            receiver_unit_id=unit_of(market), **SENT,
        )  # fmt: skip
        assert problem(answer, 422)["code"] == "conflict_of_interest"

    def test_found_out_later_it_sees_nothing_more_and_it_goes_to_somebody_else(self, client):
        police, market = client("police"), client("market")
        lead = factories.conclude(client("office"), police, "suspected_crime")
        case = done(police.post("/cases", json={"source_lead_ids": [lead["id"]]}))
        case = act_on_case(
            police, case, "divert_administrative", organ="market",
            receiver_unit_id=unit_of(market), **SENT,
        )  # fmt: skip
        made = received(market, handed(market, case))
        body = {"unit_id": unit_of(market), "reason": "反映的就是它"}
        done(client("office").post(f"/leads/{lead['id']}/accused-units", json=body))
        assert market.get(f"/handovers/{made['id']}").status_code == 404
        assert duties(market, made["id"]) == []
        made = handed(police, case)
        assert (made["status"], made["standing"]["now"]) == ("recalled", [])
        case = done(police.get(f"/cases/{case['id']}"))
        assert "divert_administrative" in offered(case)

    @pytest.mark.parametrize("who", ["market", "culture", "village01"])
    def test_nobody_else_knows_of_it(self, client, who):
        case = diverted(client)
        url = f"/handovers/{case['handovers'][-1]['id']}"
        assert client(who).get(url).status_code == 404
        answer = client(who).act(url, "recall", 1, reason="看看")
        assert answer.status_code in {403, 404}
        found = done(client(who).get("/handovers"))["items"]
        assert case["handovers"][-1]["id"] not in {each["id"] for each in found}


class TestFromTheCounty:
    """A county looks on at what its towns hand over, and does nothing with it."""

    def test_it_sees_what_was_handed_over_and_nothing_behind_it(self, client):
        county = client("county")
        for made in (diverted(client), transferred(client)):
            seen = handed(county, made)
            assert seen["available_actions"] == []
            assert not any(each["is_mine"] for each in seen["standing"]["now"])
            assert (seen["case"], seen["risk_entity"]) == (None, None)
            assert duties(county, seen["id"]) == []
            assert seen["id"] in {each["id"] for each in listed(county)}
            assert [each["id"] for each in listed(county, q=seen["number"])] == [seen["id"]]
            url = f"/handovers/{seen['id']}"
            done(county.get(f"{url}/timeline"))
            answer = county.act(url, "recall", seen["version"], reason="看看")
            assert answer.status_code in {403, 409}
        for noun in ("cases", "risk-entities"):
            assert county.get(f"/{noun}/{made['id']}").status_code in {403, 404}

    @pytest.mark.parametrize("early", [True, False])
    def test_not_what_is_about_itself(self, client, early):
        """Whether that was known when it was handed over, or found out later."""
        police, county, office = client("police"), client("county"), client("office")
        lead = factories.conclude(office, police, "suspected_crime")
        case = done(police.post("/cases", json={"source_lead_ids": [lead["id"]]}))
        about = {"unit_id": unit_of(county), "reason": "反映的就是它"}
        url = f"/leads/{lead['id']}/accused-units"
        if early:
            done(office.post(url, json=about))
        case = act_on_case(
            police, case, "divert_administrative", organ="market",
            receiver_unit_id=unit_of(client("market")), **SENT,
        )  # fmt: skip
        made = case["handovers"][-1]
        if not early:
            assert county.get(f"/handovers/{made['id']}").status_code == 200
            done(office.post(url, json=about))
        assert county.get(f"/handovers/{made['id']}").status_code == 404
        assert made["id"] not in {each["id"] for each in listed(county)}
        assert handed(client("market"), case)["status"] == "sent", "its receiver goes on"


class TestAnEntitysProblem:
    def test_the_station_receives_decides_and_is_given_the_goods(self, client):
        police, market = client("police"), client("market")
        entity = transferred(client)
        assert entity["status"] == "transferred_police"
        made = handed(police, entity)
        assert (made["kind"], made["investigators"]) == ("transfer", "钱立新、孙平")
        assert made["standing"]["next_action"] == "record_receipt"
        said = {each["label"]: each["value"] for each in made["sent_facts"]}
        assert said["名称"] == entity["name"]
        made = received(police, made, matter="economic")
        assert made["standing"]["now"][0]["rule"] == "TRF-04b"
        made = act(police, made, "record_incomplete", told_at=now().isoformat(), missing="鉴定意见")
        assert duties(market, made["id"], "handover_supply")
        made = act(market, made, "supply_papers", supplied_on=today().isoformat(), supplied="一份")
        station = police.act(
            f"/handovers/{made['id']}", "record_result", made["version"], result="filed",
            result_on=today().isoformat(), result_note="立案", decided_level="station",
            document_no="1号",
        )  # fmt: skip
        assert problem(station, 422)["code"] == "station_decides_no_filing"
        made = answered(police, made, "filed", **factories.DECIDED)
        assert (made["status"], made["standing"]["now"][0]["rule"]) == ("filed", "TRF-07")
        made = act(market, made, "hand_over_goods", goods_on=today().isoformat(), goods="账册三本")
        assert made["status"] == "answered"
        # what is left is the station's: to open the case
        assert turns_of(made) == [
            ("公安机关已就移送的主体立案，待登记案件", police.me["unit"]["name"], False)
        ]

    def test_the_station_opens_a_case_from_what_was_filed(self, client):
        police, market, office = client("police"), client("market"), client("office")
        entity = transferred(client)
        made = received(police, handed(police, entity))
        answer = police.post("/cases", json={"source_handover_id": made["id"]})
        assert problem(answer, 422)["code"] == "handover_not_filed"
        made = answered(police, made, "filed", **factories.DECIDED)
        assert (made["opens_case"], made["standing"]["next_action"]) == (True, "open_case")
        [duty] = duties(police, made["id"], "handover_open_case")
        [turn] = [each for each in made["standing"]["now"] if each["is_mine"]]
        term = done(
            police.get("/time-rules/LEAD-OPEN-CASE/due", params={"start": made["result_on"]})
        )
        for each in (turn, duty):
            assert (each["due_on"], each["rule"]) == (term["on"], "LEAD-OPEN-CASE")
        assert (turn["whom"], turn["turn_actions"]) == (police.me["unit"]["name"], [])
        assert duties(market, made["id"], "handover_open_case") == []
        act(market, made, "hand_over_goods", goods_on=today().isoformat(), goods="账册三本")
        made = done(police.get(f"/handovers/{made['id']}"))
        assert made["standing"]["next_action"] == "open_case", "the goods are not the case"
        for who in (market, office):
            assert not done(who.get(f"/handovers/{made['id']}"))["opens_case"]
        case = done(police.post("/cases", json={"source_handover_id": made["id"]}))
        assert (case["status"], case["filed_on"]) == ("investigating", made["result_on"])
        assert (case["title"], case["division_code"]) == (
            f"{entity['name']}涉嫌养老诈骗案", entity["division_code"],
        )  # fmt: skip
        sent = {each["label"]: each["value"] for each in made["sent_facts"]}
        assert case["amount_involved"] == sent.get("预收金额（元）")
        assert case["summary"] == sent.get("发现的问题", made["reason"])
        assert [each["id"] for each in case["source_handovers"]] == [made["id"]]
        made = done(police.get(f"/handovers/{made['id']}"))
        assert [each["id"] for each in made["cases"]] == [case["id"]]
        assert (made["standing"]["now"], made["standing"]["ended"]) == ([], "结果已反馈")
        assert (made["opens_case"], duties(police, made["id"])) == (False, [])
        assert [each["id"] for each in done(office.get(f"/handovers/{made['id']}"))["cases"]] == [
            case["id"]
        ]
        told = done(market.get(f"/risk-entities/{entity['id']}/timeline"))["items"]
        assert "据以登记案件" in "".join(each["label"] for each in told)
        again = police.post("/cases", json={"source_handover_id": made["id"]})
        assert problem(again, 409)["code"] == "handover_has_case"
        split = {"source_handover_id": made["id"], "police_case_no": f"A{uuid4().hex[:12]}"}
        other = done(police.post("/cases", json=split))
        assert other["amount_involved"] is None, "money is counted once"
        assert done(police.post("/cases", json=split))["id"] == other["id"]

    def given_up(self, client, *, goods: bool = False) -> tuple[dict, dict, dict]:
        """The entity, its hand-over and the case that was opened from it and withdrawn."""
        police, market = client("police"), client("market")
        entity = transferred(client)
        made = answered(
            police, received(police, handed(police, entity)), "filed", **factories.DECIDED
        )
        if goods:
            made = act(market, made, "hand_over_goods", goods_on=today().isoformat(), goods="账册")
        given = {"source_handover_id": made["id"], "charges": ["illegal_deposits"]}
        case = done(police.post("/cases", json=given))
        case = act_on_case(police, case, "withdraw", reason="没有犯罪事实", **COUNTY)
        return entity, done(market.get(f"/handovers/{made['id']}")), case

    @pytest.mark.parametrize("goods", [False, True])
    def test_its_case_given_up_it_is_the_senders_to_deal_with(self, client, goods):
        """移送规定第10条: nobody is to hand things over to a case that was withdrawn."""
        market, what = client("market"), "公安机关已撤销移送事项的案件，待依法另行处理"
        entity, made, _ = self.given_up(client, goods=goods)
        assert (made["status"], made["dropped_on"]) == ("dropped", today().isoformat())
        assert turns_of(made) == [(what, market.me["unit"]["name"], True)]
        assert made["standing"]["next_action"] == "record_aftermath"
        assert [each["kind"] for each in duties(market, made["id"])] == ["handover_dropped"]
        shown = done(market.get(f"/risk-entities/{entity['id']}"))
        assert "公安机关已撤案，待依法另行处理" in [each[0] for each in turns_of(shown)]
        path, over = f"/risk-entities/{entity['id']}", {"reason": "已处理"}
        answer = market.act(path, "reopen", shown["version"], **over)
        assert problem(answer, 422)["code"] == "handover_unsettled"
        for url in (f"/handovers/{made['id']}", path):
            items = done(market.get(f"{url}/timeline"))["items"]
            (told,) = [each for each in items if each["name"] == "handover.case_dropped"]
            assert {"label": "撤案日期", "value": today().isoformat()} in told["details"]
            assert any(each["label"] == "下一步由" for each in told["details"])
        refused(market.act(f"/handovers/{made['id']}", "record_aftermath", made["version"]), 422)
        made = act(market, made, "record_aftermath", aftermath="责令改正，罚款两千元。")
        assert (made["status"], made["aftermath"]) == ("answered", "责令改正，罚款两千元。")
        assert (turns_of(made), duties(market, made["id"])) == ([], [])

    @pytest.mark.parametrize("goods", [False, True])
    def test_filed_anew_nothing_was_given_up(self, client, goods):
        police, market = client("police"), client("market")
        _, made, case = self.given_up(client, goods=goods)
        case = done(police.get(f"/cases/{case['id']}"))
        act_on_case(
            police, case, "file", filed_on=today().isoformat(), reason="发现新的证据", **COUNTY
        )
        made = done(market.get(f"/handovers/{made['id']}"))
        assert made["dropped_on"] is None
        assert made["status"] == ("answered" if goods else "filed")
        assert [each["rule"] for each in made["standing"]["now"]] == ([] if goods else ["TRF-07"])

    def test_what_was_filed_over_it_is_not_declined_on_its_case(self, client):
        police = client("police")
        _, made, case = self.given_up(client)
        case = act_on_case(police, case, "reopen", reason="重新审查")
        answer = police.act(
            f"/cases/{case['id']}",
            "decline_to_file",
            case["version"],
            reason="没有犯罪事实",
            **COUNTY,
        )
        assert problem(answer, 422)["code"] == "police_decision_contradicts"
        # looked at anew it is the police's, until they give it up a second time
        assert done(police.get(f"/handovers/{made['id']}"))["status"] == "answered"
        assert duties(client("market"), made["id"]) == []
        case = done(police.get(f"/cases/{case['id']}"))
        act_on_case(police, case, "withdraw", reason="仍没有犯罪事实", **COUNTY)
        assert [e["kind"] for e in duties(client("market"), made["id"])] == ["handover_dropped"]

    def test_what_another_case_still_pursues_was_not_given_up(self, client):
        police, market = client("police"), client("market")
        made = received(police, handed(police, transferred(client)))
        made = answered(police, made, "filed", **factories.DECIDED)
        given = {"source_handover_id": made["id"], "charges": ["illegal_deposits"]}
        first = done(police.post("/cases", json=given))
        done(police.post("/cases", json=given | {"police_case_no": f"A{uuid4().hex[:12]}"}))
        act_on_case(police, first, "withdraw", reason="并入另案", **COUNTY)
        assert done(market.get(f"/handovers/{made['id']}"))["status"] == "filed"

    def test_nobody_opens_a_case_from_what_others_were_handed(self, client):
        police, market = client("police"), client("market")
        entity = transferred(client, receiver_unit_id=None, department="市公安局")
        made = handed(market, entity)
        answer = police.post("/cases", json={"source_handover_id": made["id"]})
        assert problem(answer, 422)["errors"][0]["code"] == "handover_unknown"
        answer = market.post("/cases", json={"source_handover_id": made["id"]})
        assert answer.status_code == 403

    def test_what_the_police_decline_may_be_reviewed_or_let_stand(self, client, running):
        police, market = client("police"), client("market")
        made = received(police, handed(police, transferred(client)))
        made = answered(police, made, "not_filed", **factories.DECIDED)
        assert made["status"] == "declined"
        asked = {"review_asked_on": today().isoformat(), "review_reason": "证据充分"}
        made = act(market, made, "ask_review", **asked)
        assert handed_turn(police, made) == "record_review"
        decided = {
            "review_result": "upheld", "reviewed_on": today().isoformat(), "document_no": "复1号"
        }  # fmt: skip
        made = act(police, made, "record_review", **decided)
        assert made["status"] == "upheld"
        assert handed_turn(market, made) == "suggest_supervision"
        assert act(market, made, "let_stand")["status"] == "answered"
        other = received(police, handed(police, transferred(client)))
        other = answered(police, other, "not_filed", **factories.DECIDED)
        assert handed_turn(market, other) == "ask_review"
        late(running, other["id"])
        assert handed_turn(market, other) == "let_stand", "the days for a review are over"
        assert act(market, other, "let_stand")["status"] == "answered"

    def test_one_hand_over_is_open_at_a_time_whatever_becomes_of_the_entity(self, client):
        market, police = client("market"), client("police")
        entity = transferred(client)
        made = answered(
            police, received(police, handed(police, entity)), "filed", **factories.DECIDED
        )
        url = f"/risk-entities/{entity['id']}"
        entity = done(market.get(url))
        answer = market.act(url, "reopen", entity["version"], reason="回头看")
        assert problem(answer, 422)["code"] == "handover_unsettled"
        # what the sender has to do about it is their turn at the entity's head, too
        turns = [each for each in turns_of(entity) if each[0].startswith("公安机关已立案")]
        assert turns == [("公安机关已立案，待移交物品和材料", market.me["unit"]["name"], True)]
        assert entity["standing"]["next_action"] == "open_handover"
        assert "entity_police" not in [each["kind"] for each in duties(market, entity["id"])]
        seen = done(police.get(url)) if police.get(url).status_code == 200 else entity
        assert seen is entity or not any(mine for _, _, mine in turns_of(seen))
        act(market, made, "hand_over_goods", goods_on=today().isoformat(), goods="账册")
        entity = done(market.get(url))
        assert [each["kind"] for each in duties(market, entity["id"], "entity_police")]
        entity = act_on(market, "risk-entities", entity, "reopen", reason="回头看")
        assert entity["status"] == "swept"

    def test_shut_down_meanwhile_it_stays_so_and_what_was_handed_over_is_still_waited_for(
        self, client, running
    ):
        market, civil = client("market"), client("civil")
        owner = assess(market, register(market), "orange", route="other_department")
        body = SENT | {"organ": "other", "receiver_unit_id": unit_of(civil)}
        entity = act_on(market, "risk-entities", owner, "transfer_department", **body)
        entity = act_on(
            market, "risk-entities", entity, "shut_down", reason="无证经营", document_no="关1号"
        )
        url = f"/risk-entities/{entity['id']}"
        assert duties(market, entity["id"], "entity_delist") == []
        for action in ("delist", "reopen"):
            answer = market.act(url, action, entity["version"], reason="已关停")
            assert problem(answer, 409)["code"] == "handover_open"
        run_sql(running, "UPDATE risk_entities SET turn_since = $2 WHERE id = $1",
                entity["id"], today() - timedelta(days=90))  # fmt: skip
        act(market, handed(market, entity), "recall", reason="改由本所处罚")
        entity = done(market.get(url))
        assert entity["status"] == "shut_down"
        [duty] = duties(market, entity["id"], "entity_delist")
        since = (duty["since"], duty["overdue"])
        assert since == (str(today()), False), "nobody could do it before"
        assert act_on(market, "risk-entities", entity, "delist", reason="已关停")

    def test_it_is_not_over_before_the_answer_or_the_leaders_word(self, client):
        market, leader = client("market"), client("leader")
        entity = transferred(client)
        url = f"/risk-entities/{entity['id']}"
        answer = market.act(url, "delist", entity["version"], reason="已移送")
        assert problem(answer, 409)["code"] == "handover_open"
        waits = [each["what"] for each in entity["standing"]["now"]]
        assert "已移送移交，待对方接收" in waits
        assert "风险主体已移送公安，公安机关答复后销号" not in waits
        assert entity["standing"]["ended"] is None
        made = handed(leader, entity)
        assert "waive" in offered(made)
        assert "waive" not in offered(handed(market, entity))
        made = act(leader, made, "waive", reason="主体已注销")
        assert made["status"] == "waived"
        entity = done(market.get(url))
        assert act_on(market, "risk-entities", entity, "delist", reason="已注销")

    @pytest.mark.parametrize(
        ("result", "settled", "fields"),
        [
            ("not_filed", "let_stand", {}),
            ("filed", "hand_over_goods", {"goods_on": today().isoformat(), "goods": "账本三册"}),
        ],
    )
    def test_what_the_decision_asks_of_the_sender_comes_first(
        self, client, result, settled, fields
    ):
        police, market = client("police"), client("market")
        entity = transferred(client)
        url = f"/risk-entities/{entity['id']}"
        made = received(police, handed(police, entity))
        made = answered(police, made, result, **factories.DECIDED)
        entity = done(market.get(url))
        answer = market.act(url, "delist", entity["version"], reason="已移送")
        assert problem(answer, 422)["code"] == "handover_unsettled"
        assert entity["standing"]["next_action"] != "delist"
        act(market, handed(market, entity), settled, **fields)
        entity = done(market.get(url))
        assert act_on(market, "risk-entities", entity, "delist", reason="已移送")

    def test_taken_back_the_entity_is_dealt_with_here_again(self, client):
        market, police = client("market"), client("police")
        entity = transferred(client)
        made = handed(market, entity)
        act(market, made, "recall", reason="另行整理")
        assert done(market.get(f"/risk-entities/{entity['id']}"))["status"] == "handling"
        assert police.get(f"/handovers/{made['id']}").status_code == 404

    def test_whoever_may_punish_reports_to_the_head_and_others_do_not(self, client):
        market, police = client("market"), client("police")
        made = red(client)
        body = SENT | {"receiver_unit_id": unit_of(police)}
        answer = market.act(
            f"/risk-entities/{made['id']}", "transfer_police", made["version"], **body
        )
        assert {e["pointer"] for e in refused(answer, 422)["errors"]} == {
            "/reported_on", "/investigators", "/report", "/approved_on", "/approved_by",
        }  # fmt: skip
        bare = {name: text for name, text in body.items() if name != "materials"}
        answer = market.act(
            f"/risk-entities/{made['id']}", "transfer_police", made["version"], **bare
        )
        assert [e["pointer"] for e in refused(answer, 422)["errors"]] == ["/materials"]
        own = red(client, "police")
        answer = police.act(
            f"/risk-entities/{own['id']}", "transfer_police", own["version"], **body
        )
        assert problem(answer, 422)["code"] == "handover_to_self"
        for name in ("李四公司", "县民政局"):
            typed = SENT | {"department": name}
            answer = police.act(
                f"/risk-entities/{own['id']}", "transfer_police", own["version"], **typed
            )
            assert refused(answer, 422)["code"] == "receiver_without_right"
        outside = SENT | {"department": "县公安局经侦大队"}
        answer = police.act(
            f"/risk-entities/{own['id']}", "transfer_police", own["version"], **outside | PAPERS
        )
        assert {e["code"] for e in refused(answer, 422)["errors"]} == {"not_asked"}
        own = act_on(police, "risk-entities", own, "transfer_police", **outside)
        assert handed(police, own)["kind"] == "report"

    def test_passed_on_it_goes_on_with_whoever_is_in_charge(self, client):
        market, civil, culture = client("market"), client("civil"), client("culture")
        made = assess(market, register(market), "orange", route="other_department")
        entity = act_on(
            market, "risk-entities", made, "transfer_department", organ="other",
            receiver_unit_id=unit_of(civil), **SENT,
        )  # fmt: skip
        first = received(civil, handed(civil, entity))
        gone = {"forwarded_on": today().isoformat(), "reason": "属文化部门"}
        for to in (civil, market):
            answer = civil.act(
                f"/handovers/{first['id']}", "forward", first["version"],
                receiver_unit_id=unit_of(to), **gone,
            )  # fmt: skip
            assert problem(answer, 422)["code"] == "handover_to_self"
        first = act(civil, first, "forward", receiver_unit_id=unit_of(culture), **gone)
        assert (first["status"], first["result"]) == ("answered", "forwarded")
        entity = done(market.get(f"/risk-entities/{entity['id']}"))
        second = handed(culture, entity)
        assert (second["status"], second["follows_id"]) == ("sent", first["id"])
        assert second["sent_facts"] == first["sent_facts"]

    def test_a_late_one_is_told_to_those_above(self, client, running):
        entity = transferred(client)
        made = handed(client("market"), entity)
        late(running, made["id"])
        for who in ("office", "leader", "supervisor"):
            told = done(client(who).get("/me/escalations"))["items"]
            [one] = [each for each in told if each["subject_id"] == made["id"]]
            assert (one["what"], one["unit"]["id"]) == ("handover", unit_of(client("police")))

    def test_somebody_takes_it_upon_themselves(self, client):
        police = client("police")
        made = handed(police, transferred(client))
        url = f"/handovers/{made['id']}"
        head = done(police.post(f"{url}/turns", json={"action": "take"}))
        assert head["now"][0]["holder"]["id"] == police.me["user"]["id"]
        [duty] = duties(police, made["id"])
        assert duty["holder"]["id"] == police.me["user"]["id"]
        assert client("market").post(f"{url}/turns", json={"action": "take"}).status_code == 403


def handed_turn(who, made: dict) -> str:
    return done(who.get(f"/handovers/{made['id']}"))["standing"]["next_action"]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_clicked_somebody_has_it(client, seed):
    """In any order, by anybody: it waits for one side or is over, and only the receiver answers."""
    chance = random.Random(seed)
    people = ["police", "market", "office", "leader", "justice", "civil"]
    made = handed(client("market"), transferred(client))
    forms = {
        "record_receipt": RECEIPT | {"received_at": now().isoformat()},
        "record_incomplete": {"told_at": now().isoformat(), "missing": "鉴定意见"},
        "supply_papers": {"supplied_on": today().isoformat(), "supplied": "一份"},
        "record_result": {
            "result": chance.choice(["filed", "not_filed"]), "result_on": today().isoformat(),
            "result_note": "见文书", **factories.DECIDED,
        },
        "ask_review": {"review_asked_on": today().isoformat(), "review_reason": "证据充分"},
        "record_review": {
            "review_result": "upheld", "reviewed_on": today().isoformat(), "document_no": "复1号"
        },
        "hand_over_goods": {"goods_on": today().isoformat(), "goods": "账册"},
        "let_stand": {},
        "forward": {
            "forwarded_on": today().isoformat(), "department": "县公安局经侦大队", "reason": "管辖"
        },
    }  # fmt: skip
    owner = client("market")
    for _ in range(25):
        who, action = client(chance.choice(people)), chance.choice(list(forms))
        current = done(owner.get(f"/handovers/{made['id']}"))
        answer = who.act(f"/handovers/{made['id']}", action, current["version"], **forms[action])
        assert answer.status_code in {200, 403, 404, 409, 422}, answer.text
        after = done(owner.get(f"/handovers/{made['id']}"))
        over = after["status"] in {"answered", "accepted", "recalled", "waived"}
        assert bool(after["standing"]["now"]) is not over
        if answer.status_code == 200 and action in {"record_receipt", "record_result"}:
            assert who is client("police")
        assert sum(each["ended_on"] is None for each in after["clocks"]) == (not over)


def test_the_list_is_of_what_one_sent_or_got(client):
    police, justice = client("police"), client("justice")
    made = diverted(client)["handovers"][-1]
    for who, asked in (
        (police, {"owner_unit_id": unit_of(police)}),
        (justice, {"receiver_unit_id": unit_of(justice)}),
        (client("leader"), {"status": "sent", "kind": "dispute"}),
    ):
        found = done(who.get("/handovers", params=asked | {"limit": 200}))["items"]
        assert made["id"] in {each["id"] for each in found}
    found = done(police.get("/handovers", params={"status": "waived", "limit": 200}))["items"]
    assert made["id"] not in {each["id"] for each in found}


def listed(who, **asked) -> list[dict]:
    return done(who.get("/handovers", params=asked | {"limit": 200}))["items"]


class TestTheList:
    def test_how_far_the_last_day_is_is_told_as_on_the_record(self, client, running):
        market = client("market")
        made = handed(market, transferred(client))
        late(running, made["id"])
        [row] = [each for each in listed(market) if each["id"] == made["id"]]
        found = done(market.get(f"/handovers/{made['id']}"))
        [turn] = found["standing"]["now"]
        assert row["working_days_left"] is not None
        for name in ("due_on", "due_rule", "due_rule_version", "working_days_left"):
            assert row[name] == found[name]
        assert (row["due_on"], row["working_days_left"]) == (
            turn["due_on"],
            turn["working_days_left"],
        )

    def test_what_waits_for_nothing_has_no_last_day(self, client):
        justice = client("justice")
        made = received(justice, handed(justice, diverted(client)))
        [row] = [each for each in listed(justice) if each["id"] == made["id"]]
        assert (row["due_on"], row["due_rule"], row["working_days_left"]) == (None, "", None)

    def test_the_late_ones_are_found_and_come_first(self, client, running):
        market = client("market")
        soon, made = (handed(market, transferred(client)) for _ in range(2))
        late(running, made["id"], 70)
        for who in ("market", "police", "office", "leader"):
            overdue = [each["id"] for each in listed(client(who), overdue=True)]
            assert made["id"] in overdue
            assert soon["id"] not in overdue
            in_time = [each["id"] for each in listed(client(who), overdue=False)]
            assert made["id"] not in in_time
            assert soon["id"] in in_time
        for sort in ("due_on", "-due_on"):
            rows = listed(market, sort=sort)
            days = [each["due_on"] for each in rows if each["due_on"]]
            assert days == sorted(days, reverse=sort == "-due_on")
            nothing = [each["due_on"] is None for each in rows]
            assert nothing == sorted(nothing), "what has no last day comes last"

    def test_the_overview_asks_whoever_it_waits_for(self, client, running):
        market, police, leader = client("market"), client("police"), client("leader")
        theirs, ours = (handed(market, transferred(client)) for _ in range(2))
        ours = received(police, ours, matter="economic")
        ours = act(police, ours, "record_incomplete", told_at=now().isoformat(), missing="鉴定意见")
        outside = diverted(client, receiver_unit_id=None, department="县仲裁委员会")["handovers"][
            -1
        ]
        for made in (theirs, ours, outside):
            late(running, made["id"])
        told = {each["key"]: each for each in questions(overview(leader))}
        for key, made in (
            (f"handovers_late:{unit_of(police)}", theirs),
            (f"handovers_late_sender:{unit_of(market)}", ours),
            (f"handovers_late_outside:{unit_of(police)}", outside),
        ):
            asked = told[key]
            assert asked["first_due_on"] is not None
            assert count(leader, asked["query"]) == asked["value"]
            assert made["id"] in {each["id"] for each in listed(leader, **asked["query"]["params"])}
        assert (
            "逾期没有接收或者答复，最早的" in told[f"handovers_late:{unit_of(police)}"]["sentence"]
        )

    def test_it_is_found_by_number_name_and_receiver(self, client):
        market, police = client("market"), client("police")
        made = handed(market, transferred(client))
        for asked in (
            made["number"],
            made["number"].replace("-", " ").lower(),
            made["title"],
            made["department"],
        ):
            for who in (market, police, client("office")):
                rows = listed(who, q=asked)
                assert made["id"] in {each["id"] for each in rows}, asked
        assert [each["id"] for each in listed(market, q=made["number"])] == [made["id"]]
        assert listed(market, q="没有这件事") == []
        assert listed(client("culture"), q=made["number"]) == []

    def test_the_one_search_finds_it_for_whoever_sees_it(self, client):
        made = handed(client("market"), transferred(client))
        for who in ("market", "police", "office", "culture", "village01"):
            groups = done(client(who).get("/search", params={"q": made["number"]}))["items"]
            found = [
                line["id"]
                for each in groups
                if each["noun"] == "handovers"
                for line in each["items"]
            ]
            assert found == [made["id"]] * (who not in {"culture", "village01"})


def test_a_day_to_come_is_refused(client):
    justice = client("justice")
    made = handed(justice, diverted(client))
    ahead = (now() + timedelta(days=2)).isoformat()
    answer = justice.act(
        f"/handovers/{made['id']}", "record_receipt", made["version"],
        **RECEIPT | {"received_at": ahead},
    )  # fmt: skip
    assert [e["code"] for e in refused(answer, 422)["errors"]] == ["in_future"]
