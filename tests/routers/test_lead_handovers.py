"""A lead handed to a unit of the system: who sees it, whose turn it is, who alone records what."""

import random
from datetime import timedelta

import pytest

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done, problem, refused
from tests.duties import duties
from tests.factories import unit_of
from tests.handovers import (
    PAPERS,
    RECEIPT,
    body_for,
    decide,
    fresh,
    late,
    offered,
    receive,
    sent,
)
from tests.leads import act, fed_back, running_clock

DAY = timedelta(days=1)


def now_of(shown: dict, what: str) -> dict:
    return next(each for each in shown["standing"]["now"] if what in each["what"])


class TestToTheStation:
    def test_the_form_begins_with_the_station_of_the_place(self, client):
        market = client("market")
        made = factories.conclude(client("office"), market)
        needs = {each["field"]: each for each in offered(made)["transfer_police"]["needs"]}
        assert needs["receiver_unit_id"]["value"] == unit_of(client("police"))

    def test_it_sees_the_lead_and_has_the_turn_and_the_clock(self, client):
        police, market = client("police"), client("market")
        made = factories.conclude(client("office"), market)
        assert police.get(f"/leads/{made['id']}").status_code == 404
        made = act(market, made, "transfer_police", **body_for(police))
        seen = fresh(police, made)
        assert seen["standing"]["next_action"] == "record_receipt"
        turn = now_of(seen, "待接收")
        assert (turn["whom"], turn["is_mine"]) == (police.me["unit"]["name"], True)
        assert (turn["rule"], turn["since"]) == ("LEAD-ACK", today().isoformat())
        assert turn["article"]
        assert turn["due_on"]
        (duty,) = duties(police, made["id"], "lead_receive")
        assert (duty["due_on"], duty["rule"]) == (turn["due_on"], turn["rule"])
        ours = fresh(market, made)
        assert not now_of(ours, "接收移送、移交的线索")["is_mine"]
        assert ours["standing"]["next_action"] not in {"record_receipt", "record_result"}
        assert duties(market, made["id"], "lead_transfer") == []
        clock = running_clock(ours)
        assert (clock["rule_id"], clock["side"]) == ("LEAD-ACK", "receiver")

    @pytest.mark.parametrize("who", ["market", "office", "county", "leader", "village01"])
    def test_nobody_but_the_receiver_records(self, client, who):
        made = sent(client)
        asked = {"received_at": now().isoformat()} | RECEIPT
        answer = client(who).act(f"/leads/{made['id']}", "record_receipt", made["version"], **asked)
        assert answer.status_code in {403, 404}, answer.text
        assert "record_receipt" not in offered(fresh(client("market"), made))
        if who in {"market", "office"}:
            assert problem(answer, 403)["code"] == "not_receiver"

    def test_from_receipt_to_the_decision_and_the_record_says_who_recorded(self, client):
        police, market, office = client("police"), client("market"), client("office")
        made = receive(police, sent(client), matter="economic")
        assert running_clock(made)["rule_id"] == "TRF-04b"
        assert now_of(made, "待答复")["is_mine"]
        assert duties(police, made["id"], "lead_decide")
        made = act(police, made, "record_incomplete", told_at=now().isoformat(), missing="鉴定意见")
        ours = fresh(market, made)
        assert ours["standing"]["next_action"] == "supply_papers"
        assert running_clock(ours)["rule_id"] == "TRF-05b"
        assert duties(market, made["id"], "lead_supply")
        assert duties(police, made["id"]) == []
        supplied = {"supplied_on": today().isoformat(), "supplied": "鉴定意见一份"}
        refused_to_receiver = police.act(
            f"/leads/{made['id']}", "supply_papers", made["version"], **supplied
        )
        assert refused_to_receiver.status_code == 403
        made = act(market, ours, "supply_papers", **supplied)
        made = decide(police, fresh(police, made))
        assert (made["transfer_stage"], running_clock(made)["rule_id"]) == ("filed", "TRF-07")
        (one,) = made["transfers"]
        assert one["decided_level"] == "county"
        assert one["receiver"]["id"] == unit_of(police)
        assert [(each["what"], each["unit"], each["by_receiver"]) for each in one["recorded"]] == [
            (what, police.me["unit"]["name"], True) for what in ("receipt", "incomplete", "result")
        ]
        made = fresh(market, made)
        assert made["standing"]["next_action"] == "hand_over_goods"
        made = act(
            market, made, "hand_over_goods", goods_on=today().isoformat(), goods="账册三本",
            goods_receipt_no="交〔2026〕3号",
        )  # fmt: skip
        assert (made["transfer_stage"], running_clock(made)) == ("answered", None)
        made = factories.close(office, fed_back(market, made))
        assert made["status"] == "closed"
        assert fresh(police, made)["id"] == made["id"], "it had the matter, and still reads of it"

    def test_a_station_decides_no_filing(self, client):
        police = client("police")
        made = receive(police, sent(client))
        answer = police.act(
            f"/leads/{made['id']}", "record_result", made["version"], result="filed",
            result_on=today().isoformat(), result_note="立案", decided_level="station",
            document_no="1号",
        )  # fmt: skip
        told = problem(answer, 422)
        assert told["code"] == "station_decides_no_filing"
        assert "178" in told["article"]

    @pytest.mark.parametrize("missing", ["decided_level", "document_no"])
    def test_the_decision_has_its_level_and_number(self, client, missing):
        police = client("police")
        made = receive(police, sent(client))
        said = {name: text for name, text in factories.DECIDED.items() if name != missing}
        answer = police.act(
            f"/leads/{made['id']}", "record_result", made["version"], result="not_filed",
            result_on=today().isoformat(), result_note="不立案", **said,
        )  # fmt: skip
        [error] = refused(answer, 422)["errors"]
        assert (error["pointer"], error["code"]) == (f"/{missing}", "missing")

    @pytest.mark.parametrize("result", ["handled", "forwarded"])
    def test_the_police_file_or_do_not(self, client, result):
        police = client("police")
        made = receive(police, sent(client))
        needs = {each["field"]: each for each in offered(made)["record_result"]["needs"]}
        assert result not in {each["value"] for each in needs["result"]["options"]}
        answer = police.act(
            f"/leads/{made['id']}", "record_result", made["version"], result=result,
            result_on=today().isoformat(), result_note="已处理", **factories.DECIDED,
        )  # fmt: skip
        assert [e["code"] for e in refused(answer, 422)["errors"]] == ["result_not_of_organ"]

    def test_not_in_its_charge_it_passes_on_within_a_day(self, client):
        police, market = client("police"), client("market")
        made = receive(police, sent(client))
        told = {"forwarded_on": today().isoformat(), "reason": "犯罪地在邻县"}
        for wrong in ({"receiver_unit_id": unit_of(police)}, {"receiver_unit_id": unit_of(market)}):
            answer = police.act(f"/leads/{made['id']}", "forward", made["version"], **told, **wrong)
            assert problem(answer, 422)["code"] == "handover_to_self"
        made = act(police, made, "forward", department="邻县公安局", document_no="转1号", **told)
        first, second = sorted(made["transfers"], key=lambda each: each["id"])
        assert (first["result"], second["department"]) == ("forwarded", "邻县公安局")
        assert [c["rule_id"] for c in first["clocks"] if c["rule_id"] == "TRF-03"] == ["TRF-03"]
        assert duties(police, made["id"]) == []
        ours = fresh(market, made)
        assert ours["standing"]["next_action"] == "record_receipt", "for a body outside"
        asked = {"received_at": now().isoformat()} | RECEIPT
        answer = police.act(f"/leads/{made['id']}", "record_receipt", made["version"], **asked)
        assert problem(answer, 403)["code"] == "not_receiver"
        made = act(market, ours, "record_receipt", **asked)
        last = max(made["transfers"], key=lambda each: each["id"])
        assert [each["by_receiver"] for each in last["recorded"]] == [False]

    def test_recalled_before_receipt_it_is_as_before_and_out_of_sight(self, client):
        police, market = client("police"), client("market")
        made = act(market, sent(client), "recall", reason="材料有误，重新整理")
        assert (made["status"], made["transfer_stage"]) == ("concluded", "recalled")
        assert running_clock(made) is None
        assert made["transfers"][0]["recall_reason"] == "材料有误，重新整理"
        assert police.get(f"/leads/{made['id']}").status_code == 404
        assert duties(police, made["id"]) == []
        made = act(market, made, "transfer_police", **body_for(police))
        made = receive(police, made)
        late = market.act(f"/leads/{made['id']}", "recall", made["version"], reason="撤回")
        assert refused(late, 409)["code"] == "no_receipt_awaited"


class TestTheCaseThatComesOfIt:
    def test_everything_is_carried_over_and_both_are_linked(self, client):
        police, market = client("police"), client("market")
        known = {"amount_involved": "123456.78", "people_involved": 17, "primary_category": "C2"}
        made = receive(police, sent(client, **known, narrative="收取会员费后失联。"))
        assert made["opens_case"]
        assert not fresh(market, made)["opens_case"]
        case = done(police.post("/cases", json={"source_lead_ids": [made["id"]]}))
        assert case["amount_involved"] == "123456.78"
        assert case["victims_count"] == 17
        assert case["primary_category"] == "C2"
        assert case["summary"] == "收取会员费后失联。"
        assert case["division_code"] == made["division_code"]
        assert made["subject_name"] in case["title"]
        seen = fresh(police, made)
        assert [each["id"] for each in seen["cases"]] == [case["id"]]
        leads = {each["id"] for each in done(police.get(f"/cases/{case['id']}"))["source_leads"]}
        assert leads == {made["id"]}
        url = f"/leads/{made['id']}/timeline"
        names = [
            {each["name"] for each in done(who.get(url, params={"limit": 200}))["items"]}
            for who in (police, market)
        ]
        # who may not read cases is not told that there is one (facts: 4)
        assert ["lead.linked" in each for each in names] == [True, False]

    def test_handed_over_before_it_was_concluded(self, client):
        """What is suspected is handed over at once; nobody waits for a conclusion."""
        office, market, police = client("office"), client("market"), client("police")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, made, "acknowledge")
        made = act(market, made, "transfer_police", **body_for(police))
        url = "/cases"
        early = police.post(url, json={"source_lead_ids": [made["id"]]})
        assert problem(early, 422)["code"] == "lead_not_suspected_crime"
        made = receive(police, made)
        assert done(police.post(url, json={"source_lead_ids": [made["id"]]}))["number"]


class TestWhoMayNotHaveIt:
    def refused(self, client, who: str = "market", action: str = "transfer_police", **over) -> dict:
        made = factories.conclude(client("office"), client("market"))
        given = body_for(client("police")) | over
        given = {name: value for name, value in given.items() if value is not None}
        answer = client(who).act(f"/leads/{made['id']}", action, made["version"], **given)
        assert fresh(client("market"), made)["transfers"] == [], "nothing half done"
        return refused(answer, 422)

    def test_neither_or_both_is_no_receiver(self, client):
        told = self.refused(client, receiver_unit_id=None)
        assert (told["code"], told["errors"][0]["code"]) == ("receiver_missing",) * 2
        assert self.refused(client, department="县公安局")["code"] == "receiver_twice"
        assert self.refused(client, receiver_unit_id=None, department="   ")

    def test_not_oneself(self, client):
        told = self.refused(client, receiver_unit_id=unit_of(client("market")))
        assert told["code"] == "handover_to_self"
        assert told["article"]

    @pytest.mark.parametrize(
        "name", ["市场监管所", "众兴集镇市场监管所", "霍邱县众兴集镇市场监管所"]
    )
    def test_not_oneself_in_other_words(self, client, name):
        told = self.refused(client, receiver_unit_id=None, department=name)
        assert told["code"] == "handover_to_self"

    @pytest.mark.parametrize("name", ["派出所", "众兴集镇派出所", "霍邱县众兴集镇 派出所"])
    def test_a_unit_of_the_system_is_no_body_outside(self, client, name):
        told = self.refused(client, receiver_unit_id=None, department=name)
        assert [e["code"] for e in told["errors"]] == ["receiver_in_system"]

    @pytest.mark.parametrize(
        "name", ["李四公司", "张三小卖部", "老王", "公安局对面酒店", "县民政局", "县市场监管局"]
    )
    def test_nobody_typed_stands_in_for_the_police(self, client, name):
        """Whoever hands over to a body outside records what it answers: it is the police or nobody."""
        told = self.refused(client, receiver_unit_id=None, department=name)
        assert told["code"] == "receiver_without_right"
        assert told["article"]
        assert told["errors"][0]["label"]

    @pytest.mark.parametrize("name", ["张三小卖部", "李四公司", "邻县公安局"])
    def test_nobody_typed_stands_in_for_a_department(self, client, name):
        office, market = client("office"), client("market")
        made = factories.conclude(office, market)
        answer = market.act(
            f"/leads/{made['id']}", "transfer_department", made["version"],
            organ="other", department=name, reason="不归我们管", materials="材料一册",
        )  # fmt: skip
        assert refused(answer, 422)["code"] == "receiver_without_right"

    def test_nobody_typed_settles_a_dispute(self, client):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, made, "acknowledge")
        given = {
            "conclusion": "civil_dispute",
            "findings": "退费纠纷。",
            "diversion_route": "mediation",
        }
        answer = market.act(
            f"/leads/{made['id']}", "conclude", made["version"],
            diversion_department="某某商行", **given,
        )  # fmt: skip
        assert refused(answer, 422)["code"] == "receiver_without_right"

    @pytest.mark.parametrize("unit", ["civil", "village01", "finance", "office", "leader"])
    def test_only_the_police_get_what_goes_to_the_police(self, client, unit):
        told = self.refused(client, receiver_unit_id=unit_of(client(unit)))
        assert told["code"] == "receiver_without_right"
        assert "第3条" in told["article"]

    def test_not_a_unit_of_another_town_or_of_nowhere(self, client, running):
        told = self.refused(client, receiver_unit_id="0190d5f0-0000-7000-8000-000000000001")
        assert [e["code"] for e in told["errors"]] == ["unit_unknown"]

    def test_a_unit_without_people_would_keep_it_waiting(self, client):
        office = client("office")
        name = factories.fresh("警务站")
        made = done(
            office.post(
                "/units", json={"name": name, "kind": "police", "division_code": "341522118"}
            )
        )
        told = self.refused(client, receiver_unit_id=made["id"])
        assert told["code"] == "receiver_has_nobody"

    def test_not_the_accused_or_whoever_is_above(self, client):
        office, market, police = client("office"), client("market"), client("police")
        made = factories.conclude(office, market, subject_name="派出所所长王某某")
        answer = market.act(
            f"/leads/{made['id']}", "transfer_police", made["version"], **body_for(police)
        )
        told = problem(answer, 422)
        assert told["code"] == "conflict_of_interest"
        assert "第30条" in told["article"]
        assert police.get(f"/leads/{made['id']}").status_code == 404
        outside = factories.conclude(office, market, subject_name="某县公安局民警李某某")
        answer = market.act(
            f"/leads/{outside['id']}", "transfer_police", outside["version"],
            **factories.TO_POLICE | {"department": "某县公安局"},
        )  # fmt: skip
        assert problem(answer, 422)["code"] == "conflict_of_interest"

    def test_found_out_later_it_loses_sight_and_the_lead_comes_back(self, client):
        office, police, market = client("office"), client("police"), client("market")
        made = receive(police, sent(client))
        accused = {"unit_id": unit_of(police), "reason": "举报人补充：所长参与经营"}
        done(office.post(f"/leads/{made['id']}/accused-units", json=accused))
        assert police.get(f"/leads/{made['id']}").status_code == 404
        assert duties(police, made["id"]) == []
        made = fresh(market, made)
        assert (made["status"], made["transfer_stage"]) == ("concluded", "recalled")
        assert "transfer_police" in offered(made)

    def test_not_twice_not_stale_and_not_after_the_end(self, client):
        office, police, market = client("office"), client("police"), client("market")
        made = sent(client)
        url = f"/leads/{made['id']}"
        told = fed_back(market, made)
        again = market.act(url, "transfer_police", told["version"], **body_for(police))
        assert refused(again, 409)["code"] == "handover_open"
        other = market.act(
            url, "transfer_department", told["version"], organ="other", department="县有关部门",
            **PAPERS,
        )  # fmt: skip
        assert refused(other, 409)["code"] == "handover_open"
        stale = police.act(
            url, "record_receipt", told["version"] - 1, received_at=now().isoformat(), **RECEIPT
        )
        assert refused(stale, 409)["code"] == "stale_version"
        made = decide(police, receive(police, made), "not_filed")
        made = act(market, fresh(market, made), "let_stand")
        made = factories.close(office, made)
        after = market.act(url, "transfer_police", made["version"], **body_for(police))
        assert refused(after, 409)["code"] == "transition_not_allowed"

    def test_whoever_may_not_punish_does_not_transfer_but_reports(self, client):
        office, justice, police = client("office"), client("justice"), client("police")
        made = factories.conclude(office, justice)
        url = f"/leads/{made['id']}"
        assert "transfer_police" not in offered(made)
        answer = justice.act(url, "transfer_police", made["version"], **body_for(police))
        told = problem(answer, 403)
        assert told["code"] == "no_power_to_punish"
        assert "第2条" in told["article"]
        made = act(justice, made, "report_police", receiver_unit_id=unit_of(police), **PAPERS)
        made = receive(police, made, matter="economic")
        assert made["transfers"][0]["kind"] == "report"
        assert running_clock(made)["rule_id"] == "INT-04"
        told = police.act(
            url, "record_incomplete", made["version"], told_at=now().isoformat(), missing="材料"
        )
        assert refused(told, 409)["code"] == "papers_complete"
        assert told.json()["article"]
        made = decide(police, made)
        assert (made["transfer_stage"], running_clock(made)) == ("answered", None)

    def test_whoever_may_punish_goes_the_long_way(self, client):
        made = factories.conclude(client("office"), client("market"))
        answer = client("market").act(
            f"/leads/{made['id']}", "report_police", made["version"],
            receiver_unit_id=unit_of(client("police")), **PAPERS,
        )  # fmt: skip
        assert problem(answer, 403)["code"] == "must_transfer"

    def test_the_police_are_not_offered_themselves(self, client):
        police = client("police")
        made = factories.conclude(client("office"), police)
        assert not {"transfer_police", "propose_transfer", "report_police"} & set(offered(made))
        answer = police.act(
            f"/leads/{made['id']}", "transfer_police", made["version"], **factories.TO_POLICE
        )
        assert problem(answer, 403)["code"] == "handover_to_self"


class TestOnPaper:
    """The short cut asks for all that the long way asks for."""

    @pytest.mark.parametrize("missing", ["reported_on", "investigators", "report"])
    def test_nothing_is_left_out(self, client, missing):
        market = client("market")
        made = factories.conclude(client("office"), market)
        given = {n: v for n, v in body_for(client("police")).items() if n != missing}
        answer = market.act(f"/leads/{made['id']}", "transfer_police", made["version"], **given)
        [error] = refused(answer, 422)["errors"]
        assert (error["pointer"], error["code"]) == (f"/{missing}", "missing")

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"investigators": "钱立新"}, "two_officers"),
            ({"investigators": "钱立新、 钱立新 "}, "two_officers"),
            ({"approved_by": "钱立新"}, "approver_is_handler"),
            ({"approved_by": "所长 孙 平"}, "approver_is_handler"),
        ],
    )
    def test_two_officers_and_somebody_else_who_approves(self, client, over, code):
        market = client("market")
        made = factories.conclude(client("office"), market)
        given = body_for(client("police"), **over)
        answer = market.act(f"/leads/{made['id']}", "transfer_police", made["version"], **given)
        assert code in {e["code"] for e in refused(answer, 422)["errors"]}

    def test_the_one_who_clicks_is_not_the_head(self, client):
        market = client("market")
        made = factories.conclude(client("office"), market)
        given = body_for(client("police"), approved_by=market.me["user"]["name"])
        answer = market.act(f"/leads/{made['id']}", "transfer_police", made["version"], **given)
        told = problem(answer, 422)
        assert told["code"] == "approver_is_handler"
        assert "第5条" in told["article"]


class TestToADepartment:
    def test_the_department_answers_for_itself(self, client):
        office, market, civil = client("office"), client("market"), client("civil")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, made, "acknowledge")
        given = {"organ": "other", "receiver_unit_id": unit_of(civil)} | PAPERS
        for organ, code in (("market", "receiver_without_right"),):
            wrong = market.act(
                f"/leads/{made['id']}", "transfer_department", made["version"],
                **given | {"organ": organ},
            )  # fmt: skip
            assert refused(wrong, 422)["code"] == code
        made = act(market, made, "transfer_department", **given)
        made = receive(civil, made)
        assert running_clock(made)["rule_id"] == "LEAD-01"
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已责令退款"}
        answer = market.act(
            f"/leads/{made['id']}", "record_result", fresh(market, made)["version"], **said
        )
        assert problem(answer, 403)["code"] == "not_receiver"
        made = act(civil, made, "record_result", **said)
        assert made["transfer_stage"] == "answered"
        made = act(
            market, fresh(market, made), "conclude", conclusion="irregular", findings="已整改。"
        )
        assert made["status"] == "concluded"


SIDES = ("market", "office", "police", "civil", "county", "leader")
FIELDS = {
    "transfer_police": lambda c: body_for(c("police")),
    "transfer_department": lambda c: {
        "organ": "other", "receiver_unit_id": unit_of(c("civil")), **PAPERS
    },
    "recall": lambda _: {"reason": "重新整理"},
    "record_receipt": lambda _: {"received_at": now().isoformat()} | RECEIPT,
    "record_incomplete": lambda _: {"told_at": now().isoformat(), "missing": "鉴定意见"},
    "supply_papers": lambda _: {"supplied_on": today().isoformat(), "supplied": "一份"},
    "record_result": lambda _: {
        "result": "not_filed", "result_on": today().isoformat(), "result_note": "无"
    } | factories.DECIDED,
    "forward": lambda _: {
        "forwarded_on": today().isoformat(), "department": "邻县公安局", "reason": "不属管辖"
    },
    "ask_review": lambda _: {"review_asked_on": today().isoformat(), "review_reason": "新证据"},
    "record_review": lambda _: {"review_result": "filed", "reviewed_on": today().isoformat()},
    "hand_over_goods": lambda _: {"goods_on": today().isoformat(), "goods": "账册"},
    "remind": lambda _: {"reason": "请答复"},
    "feed_back": lambda _: {"feedback_mode": "impossible", "feedback_note": "匿名。"},
    "conclude": lambda _: {"conclusion": "illegal", "findings": "已核查。"},
    "close": lambda _: {"solved": "yes", "solved_note": "已退款。"},
}  # fmt: skip
OPEN = {"sent", "received", "incomplete", "reviewed", "filed"}
RECORDED = {"record_receipt", "record_incomplete", "record_result", "record_review"}


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_somebody_has_the_turn_and_only_the_receiver_records(client, seed):
    """Acts at random, by whoever: what is taken is theirs to take, what waits has somebody."""
    chance = random.Random(seed)
    made = factories.conclude(client("office"), client("market"))
    url = f"/leads/{made['id']}"
    for _ in range(45):
        who, action = client(chance.choice(SIDES)), chance.choice(list(FIELDS))
        before = fresh(client("office"), made)
        answer = who.act(url, action, before["version"], **FIELDS[action](client))
        assert answer.status_code in {200, 403, 404, 409, 422}, answer.text
        after = fresh(client("office"), made)
        last = max(before["transfers"], key=lambda each: each["id"], default=None)
        if answer.status_code == 200 and action in RECORDED:
            receiver = last["receiver"]
            assert receiver is None or receiver["id"] == unit_of(who), (action, who.me["unit"])
        if answer.status_code == 200 and action == "close":
            assert before["transfer_stage"] not in OPEN
        if after["status"] == "closed":
            assert running_clock(after) is None
            break
        assert after["standing"]["now"], (after["status"], after["transfer_stage"])
        sides = [fresh(client(side), made) for side in ("market", "office")]
        seen = client("police").get(url)
        sides += [seen.json()] if seen.status_code == 200 else []
        assert any(turn["is_mine"] for side in sides for turn in side["standing"]["now"]) or (
            client("civil").get(url).status_code == 200
        ), (after["status"], after["transfer_stage"])


def test_whoever_took_it_over_keeps_nobody_else_from_their_turn(client):
    """Handed over and answered, a lead is now one unit's and now the other's."""
    market, police = client("market"), client("police")
    made = factories.conclude(client("office"), market)
    done(market.post(f"/leads/{made['id']}/turns", json={"action": "take"}))
    made = act(market, fresh(market, made), "transfer_police", **body_for(police))
    head = fresh(police, made)["standing"]
    assert head["next_action"] == "record_receipt"
    assert [turn["holder"] for turn in head["now"] if turn["is_mine"]] == [None]
    made = decide(police, receive(police, made), "not_filed")
    assert fresh(market, made)["standing"]["next_action"] == "ask_review"


def test_a_review_is_asked_for_within_its_days(client, running):
    """Afterwards letting it stand is what is left; what was asked in time may still be recorded."""
    market, police = client("market"), client("police")
    made = decide(police, receive(police, sent(client)), "not_filed")
    late(running, made["id"])
    shown = fresh(market, made)
    assert shown["standing"]["next_action"] == "let_stand"
    [turn] = [each for each in shown["standing"]["now"] if "复议" in each["what"]]
    assert turn["what"] == "提请复议的期限已过，建议检察院立案监督，或者接受不予立案的决定"
    assert "ask_review" in offered(shown)
    assert duties(market, made["id"], "lead_declined")
    act(market, shown, "let_stand")
    assert not duties(market, made["id"], "lead_declined")


class TestLookedIntoASecondTimeMeanwhile:
    """Who handed it over has the papers and the goods: what that asks for is theirs, not of whoever
    looks into the lead a second time."""

    def rechecked(self, client) -> dict:
        office, market, police, civil = (
            client(name) for name in ("office", "market", "police", "civil")
        )
        made = fed_back(market, fresh(market, receive(police, sent(client))))
        body = {"unit_id": unit_of(civil), "reason": "存疑，另行核查"}
        return act(office, made, "recheck", **body)

    def test_the_goods_are_the_senders_to_hand_over(self, client):
        market, civil, office = client("market"), client("civil"), client("office")
        made = decide(client("police"), fresh(client("police"), self.rechecked(client)))
        theirs = fresh(market, made)
        goods = next(e for e in theirs["standing"]["now"] if e["rule"] == "TRF-07")
        assert (goods["whom"], goods["is_mine"]) == (market.me["unit"]["name"], True)
        assert theirs["standing"]["next_action"] == "hand_over_goods"
        assert [each["kind"] for each in duties(market, made["id"])] == ["lead_goods"]
        assert "lead_goods" not in {each["kind"] for each in duties(civil, made["id"])}
        given = {"goods_on": today().isoformat(), "goods": "账册三本"}
        url = f"/leads/{made['id']}"
        for who in (civil, office):
            told = refused(who.act(url, "hand_over_goods", theirs["version"], **given), 403)
            assert told["code"] == "not_own_unit"
        made = act(market, theirs, "hand_over_goods", **given)
        assert (made["status"], made["transfer_stage"]) == ("recheck", "answered")
        assert duties(market, made["id"]) == []

    def test_so_is_the_answer_to_what_the_police_decline(self, client):
        market, civil = client("market"), client("civil")
        made = decide(
            client("police"), fresh(client("police"), self.rechecked(client)), "not_filed"
        )
        assert [each["kind"] for each in duties(market, made["id"])] == ["lead_declined"]
        url = f"/leads/{made['id']}"
        refused(civil.act(url, "let_stand", fresh(civil, made)["version"]), 403)
        assert act(market, fresh(market, made), "let_stand")["transfer_stage"] == "answered"
