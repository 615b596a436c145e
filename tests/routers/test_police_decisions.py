"""Whether the police file a case: one decision, which the lead and its cases share both ways."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done, problem, refused
from tests.cases import COUNTY, act
from tests.database import run_sql
from tests.duties import duties
from tests.factories import waived
from tests.figures import overview, questions, rows
from tests.handovers import RECEIPT, body_for, decide, fresh, receive, sent
from tests.leads import act as act_on_lead
from tests.leads import fed_back, running_clock

TODAY = today().isoformat()
YESTERDAY = (today() - timedelta(days=1)).isoformat()


def opened(police, *leads: dict, **over) -> dict:
    asked = {"source_lead_ids": [lead["id"] for lead in leads]} | over
    return done(police.post("/cases", json=asked))


def case_of(police, made: dict) -> dict:
    return done(police.get(f"/cases/{made['id']}"))


def kept(case: dict) -> list[tuple[str, str]]:
    return [(each["action"], each["document_no"]) for each in case["decisions"]]


def refused_result(police, lead: dict, result: str) -> dict:
    said = {"result": result, "result_on": TODAY, "result_note": "经县局审查。"}
    lead = fresh(police, lead)
    path = f"/leads/{lead['id']}"
    return problem(
        police.act(path, "record_result", lead["version"], **said | factories.DECIDED), 422
    )


class TestFromLeadToCase:
    def test_filed_on_the_lead_the_case_begins_as_filed(self, client):
        police = client("police")
        lead = decide(police, receive(police, sent(client)), document_no="霍公立字〔2026〕9号")
        made = opened(police, lead)
        assert (made["status"], made["filed_on"], made["accepted_on"]) == (
            "investigating", TODAY, TODAY,
        )  # fmt: skip
        assert kept(made) == [("accept", "接〔2026〕7号"), ("file", "霍公立字〔2026〕9号")]
        assert made["decisions"][-1]["authority_level"] == "county_psb"
        steps = {each["label"]: each["state"] for each in made["standing"]["steps"]}
        assert (steps["受案"], steps["立案审查"], steps["侦查"]) == ("done", "done", "now")
        # what would be refused is no filled button
        assert any("涉嫌罪名" in sentence for sentence in made["standing"]["blocked_by"])
        assert made["standing"]["next_action"] is None
        answer = police.act(f"/cases/{made['id']}", "conclude_investigation", made["version"])
        assert problem(answer, 422)["code"] == "charges_missing"
        change = {"version": made["version"], "charges": ["illegal_deposits"]}
        made = done(police.patch(f"/cases/{made['id']}", json=change))
        assert made["standing"]["next_action"] == "conclude_investigation"
        act(police, made, "conclude_investigation")

    def test_a_case_that_was_there_before_follows_what_the_lead_is_told(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        made = opened(police, lead)
        assert (made["status"], made["decisions"]) == ("received", [])
        decide(police, fresh(police, lead), document_no="霍公立字〔2026〕10号")
        made = case_of(police, made)
        assert made["status"] == "investigating"
        assert [action for action, _ in kept(made)] == ["accept", "file"]

    def test_declined_on_the_lead_the_case_is_declined(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        made = act(police, opened(police, lead), "accept", accepted_on=TODAY)
        decide(police, fresh(police, lead), "not_filed")
        made = case_of(police, made)
        assert made["status"] == "not_filed"
        assert made["decisions"][-1]["reason"] == "经县局审查。"

    def test_a_declined_lead_opens_no_case_until_it_is_filed_after_all(self, client):
        police, market = client("police"), client("market")
        lead = decide(police, receive(police, sent(client)), "not_filed")
        assert not fresh(police, lead)["opens_case"]
        for over in ({}, {"police_case_no": uuid4().hex}):
            asked = {"source_lead_ids": [lead["id"]]} | over
            told = problem(police.post("/cases", json=asked), 422)
            assert told["code"] == "lead_not_filed"
            assert told["article"]
            assert told["errors"][0]["pointer"] == "/source_lead_ids/0"
        lead = act_on_lead(
            market, fresh(market, lead), "ask_review", review_asked_on=TODAY, review_reason="证据"
        )
        assert "lead_not_filed" in str(
            police.post("/cases", json={"source_lead_ids": [lead["id"]]}).json()
        )
        act_on_lead(
            police, fresh(police, lead), "record_review", review_result="filed", reviewed_on=TODAY,
            document_no="霍公复字〔2026〕1号",
        )  # fmt: skip
        made = opened(police, lead)
        assert made["status"] == "investigating"
        assert kept(made)[-1] == ("file", "霍公复字〔2026〕1号")

    def test_a_declined_lead_among_others_is_named(self, client):
        police = client("police")
        good = receive(police, sent(client))
        bad = decide(police, receive(police, sent(client)), "not_filed")
        asked = {"source_lead_ids": [good["id"], bad["id"]]}
        [error] = refused(police.post("/cases", json=asked), 422)["errors"]
        assert (error["pointer"], error["code"]) == ("/source_lead_ids/1", "lead_not_filed")

    def test_one_filed_the_other_leads_of_the_case_hear_of_it(self, client):
        police = client("police")
        filed = decide(police, receive(police, sent(client)))
        other = receive(police, sent(client))
        opened(police, filed, other)
        assert fresh(police, other)["transfer_stage"] == "filed"


class TestFromCaseToLead:
    def test_what_is_filed_on_the_case_answers_the_lead(self, client):
        police, market = client("police"), client("market")
        lead = receive(police, sent(client))
        made = act(police, opened(police, lead, charges=["illegal_deposits"]), "accept")
        act(police, made, "file", filed_on=TODAY, **COUNTY)
        lead = fresh(market, lead)
        assert (lead["transfer_stage"], running_clock(lead)["rule_id"]) == ("filed", "TRF-07")
        [hand_over] = lead["transfers"]
        assert hand_over["result"] == "filed"
        assert hand_over["decided_level"] == "county"
        assert hand_over["result_document_no"] == COUNTY["document_no"]
        assert lead["owes"] == []
        assert lead["standing"]["next_action"] == "hand_over_goods"
        assert duties(police, lead["id"]) == []
        answer = police.act(
            f"/leads/{lead['id']}", "record_result", lead["version"], result="not_filed",
            result_on=TODAY, result_note="不立案", **factories.DECIDED,
        )  # fmt: skip
        assert problem(answer, 409)["code"] == "no_result_awaited"

    def test_declined_on_the_case_the_sender_may_ask_for_review(self, client):
        police, market = client("police"), client("market")
        lead = receive(police, sent(client))
        made = act(police, opened(police, lead), "accept")
        made = act(police, made, "decline_to_file", reason="没有犯罪事实", **COUNTY)
        lead = fresh(market, lead)
        assert (lead["transfer_stage"], lead["transfers"][0]["result"]) == ("declined", "not_filed")
        assert lead["transfers"][0]["result_note"] == "没有犯罪事实"
        lead = act_on_lead(market, lead, "ask_review", review_asked_on=TODAY, review_reason="证据")
        act_on_lead(
            police, fresh(police, lead), "record_review", review_result="filed", reviewed_on=TODAY,
            document_no="霍公复字〔2026〕2号",
        )  # fmt: skip
        assert case_of(police, made)["status"] == "investigating"

    def test_filed_after_all_on_the_case_the_lead_says_so(self, client):
        police, market = client("police"), client("market")
        lead = receive(police, sent(client))
        made = opened(police, lead, charges=["illegal_deposits"])
        made = act(police, made, "accept")
        made = act(police, made, "decline_to_file", reason="没有犯罪事实", **COUNTY)
        act(police, made, "file", filed_on=TODAY, reason="新的证据", **COUNTY)
        lead = fresh(market, lead)
        assert (lead["transfer_stage"], lead["transfers"][0]["review_result"]) == ("filed", "filed")

    def test_taken_in_hand_the_lead_is_received(self, client):
        police, market = client("police"), client("market")
        lead = sent(client)
        act(police, opened(police, fresh(police, lead)), "accept", document_no="受〔2026〕1号")
        lead = fresh(market, lead)
        assert lead["transfer_stage"] == "received"
        assert lead["transfers"][0]["receipt_no"] == "受〔2026〕1号"
        assert running_clock(lead)["rule_id"] == "TRF-04"
        [record] = lead["transfers"][0]["recorded"]
        assert (record["what"], record["unit"], record["by_receiver"]) == (
            "receipt",
            "派出所",
            True,
        )


class TestContradictions:
    def test_what_was_filed_on_the_lead_is_not_declined_on_the_case(self, client):
        police = client("police")
        lead = decide(police, receive(police, sent(client)))
        made = opened(police, lead, charges=["illegal_deposits"])
        answer = police.act(
            f"/cases/{made['id']}", "decline_to_file", made["version"], reason="不立", **COUNTY
        )
        assert problem(answer, 409)["code"] == "transition_not_allowed"
        # not by a way round either: taken back and looked at again it was still filed
        made = act(police, made, "withdraw", reason="没有犯罪事实", **COUNTY)
        made = act(police, made, "reopen", reason="重新审查")
        answer = police.act(
            f"/cases/{made['id']}", "decline_to_file", made["version"], reason="不立", **COUNTY
        )
        told = problem(answer, 422)
        assert told["code"] == "police_decision_contradicts"
        assert "178" in told["article"] or "一百七十八" in told["article"]

    def test_what_was_split_may_end_otherwise(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        one = act(police, opened(police, lead, charges=["illegal_deposits"]), "accept")
        two = act(police, opened(police, lead, police_case_no=uuid4().hex), "accept")
        act(police, one, "file", filed_on=TODAY, **COUNTY)
        two = act(police, two, "decline_to_file", reason="另案不立", **COUNTY)
        assert two["status"] == "not_filed"
        assert fresh(police, lead)["transfers"][0]["result"] == "filed"

    def test_one_of_two_declined_says_nothing_of_the_lead(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        one = act(police, opened(police, lead), "accept")
        two = act(police, opened(police, lead, police_case_no=uuid4().hex), "accept")
        act(police, one, "decline_to_file", reason="不立", **COUNTY)
        assert fresh(police, lead)["transfer_stage"] == "received"
        act(police, two, "decline_to_file", reason="不立", **COUNTY)
        assert fresh(police, lead)["transfer_stage"] == "declined"

    def test_a_case_that_went_another_way_is_not_filed_over_its_head(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        act(
            police, opened(police, lead), "divert_civil", route="mediation", department="调委会",
            reason="纠纷", materials="卷宗",
        )  # fmt: skip
        told = refused_result(police, lead, "filed")
        assert told["code"] == "police_decision_contradicts"
        assert told["errors"][0]["pointer"] == "/result"
        assert fresh(police, lead)["transfer_stage"] == "received"

    @pytest.mark.parametrize("result", ["filed", "not_filed"])
    def test_a_decision_before_the_case_was_taken_in_hand(self, client, result):
        police = client("police")
        lead = receive(police, sent(client))
        made = opened(police, lead, is_backlog=True)
        act(police, made, "accept", accepted_on=YESTERDAY)
        decide(police, fresh(police, lead), result)
        assert case_of(police, made)["accepted_on"] == YESTERDAY


class TestWhoseTurn:
    def test_after_the_filing_the_police_open_the_case(self, client):
        police, market = client("police"), client("market")
        lead = decide(police, receive(police, sent(client)))
        [turn] = [each for each in lead["standing"]["now"] if each["is_mine"]]
        assert turn["what"] == "公安机关已立案，待登记案件"
        assert turn["whom"] == police.me["unit"]["name"]
        assert lead["standing"]["next_action"] == "open_case"
        assert lead["opens_case"]
        [duty] = duties(police, lead["id"])
        assert duty["kind"] == "lead_open_case"
        term = done(police.get("/time-rules/LEAD-OPEN-CASE/due", params={"start": TODAY}))
        for each in (turn, duty):
            assert (each["due_on"], each["rule"]) == (term["on"], "LEAD-OPEN-CASE")
            assert each["working_days_left"] is not None
        assert turn["article"]
        assert fresh(market, lead)["standing"]["next_action"] != "open_case"
        assert duties(market, lead["id"], "lead_open_case") == []
        opened(police, lead)
        lead = fresh(police, lead)
        assert lead["standing"]["next_action"] is None
        assert not any(each["is_mine"] for each in lead["standing"]["now"])
        assert duties(police, lead["id"]) == []

    @pytest.mark.parametrize("archived", [False, True])
    def test_the_case_is_opened_when_the_lead_is_closed_too(self, client, archived):
        police, market, office = client("police"), client("market"), client("office")
        lead = decide(police, receive(police, sent(client)))
        goods = {"goods_on": TODAY, "goods": "账册三本"}
        lead = act_on_lead(market, fresh(market, lead), "hand_over_goods", **goods)
        lead = factories.close(office, fed_back(market, lead))
        if archived:
            lead = act_on_lead(office, lead, "archive")
        lead = fresh(office, lead)
        # in a new round nobody would ask for the case any more
        assert "reopen" not in {each["action"] for each in lead["available_actions"]}
        answer = office.act(f"/leads/{lead['id']}", "reopen", lead["version"], reason="有新情况")
        assert (answer.status_code, answer.json()["code"]) == (409, "case_not_opened")
        lead = fresh(police, lead)
        assert lead["standing"]["next_action"] == "open_case"
        (duty,) = duties(police, lead["id"])
        assert duty["kind"] == "lead_open_case"
        opened(police, lead)
        lead = fresh(police, lead)
        assert "reopen" in {each["action"] for each in fresh(office, lead)["available_actions"]}
        assert (duties(police, lead["id"]), lead["standing"]["now"]) == ([], [])
        assert lead["standing"]["ended"]

    def test_it_may_be_taken_upon_oneself(self, client):
        police = client("police")
        lead = decide(police, receive(police, sent(client)))
        head = done(police.post(f"/leads/{lead['id']}/turns", json={"action": "take"}))
        [turn] = [each for each in head["now"] if each["is_mine"]]
        assert turn["holder"]["id"] == police.me["user"]["id"]
        [duty] = duties(police, lead["id"])
        assert duty["holder"]["id"] == police.me["user"]["id"]


class TestDays:
    def test_nothing_is_taken_in_hand_before_it_came(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        made = opened(police, lead)
        answer = police.act(
            f"/cases/{made['id']}", "accept", made["version"], accepted_on=YESTERDAY
        )
        [error] = refused(answer, 422)["errors"]
        assert (error["pointer"], error["code"]) == ("/accepted_on", "too_early")

    def test_nor_what_nobody_handed_over(self, client):
        police = client("police")
        lead = factories.conclude(client("office"), police)
        made = opened(police, lead)
        before = now().date() - timedelta(days=400)
        answer = police.act(
            f"/cases/{made['id']}", "accept", made["version"], accepted_on=before.isoformat()
        )
        assert [e["code"] for e in refused(answer, 422)["errors"]] == ["too_early"]


class TestGivenUp:
    """A case that is withdrawn after it was filed: who handed the matter over is told."""

    def given_up(self, client) -> tuple[dict, dict]:
        police = client("police")
        lead = decide(police, receive(police, sent(client)))
        made = opened(police, lead)
        made = act(police, made, "withdraw", reason="不应追究刑事责任", **COUNTY)
        return fresh(client("market"), lead), made

    def test_the_sender_has_the_turn_and_reads_it(self, client):
        market = client("market")
        lead, _ = self.given_up(client)
        assert lead["transfer_stage"] == "dropped"
        assert lead["transfers"][-1]["dropped_on"] == TODAY
        what = "公安机关已撤案，待依法另行处理"
        (turn,) = [each for each in lead["standing"]["now"] if each["what"] == what]
        assert (turn["is_mine"], turn["whom"]) == (True, market.me["unit"]["name"])
        (duty,) = duties(market, lead["id"], "lead_dropped")
        assert (duty["what"], duty["due_on"]) == (what, turn["due_on"])
        assert duties(client("police"), lead["id"], "lead_dropped") == []
        told = done(market.get(f"/leads/{lead['id']}/timeline"))["items"]
        (entry,) = [each for each in told if each["name"] == "lead.case_dropped"]
        assert {"label": "撤案日期", "value": TODAY} in entry["details"]
        assert any(each["label"] == "下一步由" for each in entry["details"])

    def test_what_is_not_done_about_it_is_late_everywhere(self, client, running):
        """The reporter told or not, the affair over or not: it has a day of its own."""
        market, leader = client("market"), client("leader")
        lead = fed_back(market, self.given_up(client)[0])
        run_sql(
            running,
            "UPDATE lead_transfers SET dropped_on = dropped_on - 60 WHERE lead_id = $1",
            lead["id"],
        )
        (duty,) = duties(market, lead["id"], "lead_dropped")
        assert (duty["overdue"], duty["rule"]) == (True, "STEP-ONWARD")
        now_ = fresh(market, lead)["standing"]["now"]
        assert duty["due_on"] in [e["due_on"] for e in now_ if e["what"] == duty["what"]]
        above = done(leader.get("/me/escalations"))["items"]
        (told,) = [
            e for e in above if e["subject_id"] == lead["id"] and e["what"] == "lead_dropped"
        ]
        assert (told["unit"]["name"], told["due_on"]) == (
            market.me["unit"]["name"], duty["due_on"],
        )  # fmt: skip
        lines = [e for e in questions(overview(leader)) if e["key"].startswith("late_lead_dropped")]
        assert lead["id"] in {row["id"] for each in lines for row in rows(leader, each["query"])}

    def test_what_was_done_about_it_ends_the_turn(self, client):
        market = client("market")
        lead, _ = self.given_up(client)
        path = f"/leads/{lead['id']}"
        refused(market.act(path, "record_aftermath", lead["version"]), 422)
        lead = act_on_lead(market, lead, "record_aftermath", aftermath="责令改正，罚款两千元。")
        assert lead["transfer_stage"] == "answered"
        assert lead["transfers"][-1]["aftermath"] == "责令改正，罚款两千元。"
        assert duties(market, lead["id"], "lead_dropped") == []
        again = market.act(path, "record_aftermath", lead["version"], aftermath="再来一次")
        assert problem(again, 409)["code"] == "nothing_dropped"

    def test_it_does_not_end_before_that(self, client):
        market, office = client("market"), client("office")
        lead = waived(client("leader"), fed_back(market, self.given_up(client)[0]))
        path, over = f"/leads/{lead['id']}", {"solved": "yes", "solved_note": "已退款。"}
        shown = fresh(office, lead)
        assert any("撤案后的处理" in sentence for sentence in shown["standing"]["blocked_by"])
        assert shown["standing"]["next_action"] != "close"
        answer = office.act(path, "close", shown["version"], **over)
        assert problem(answer, 422)["code"] == "aftermath_missing"
        lead = fresh(market, lead)
        act_on_lead(market, lead, "record_aftermath", aftermath="责令改正，罚款两千元。")
        assert act_on_lead(office, fresh(office, lead), "close", **over)["status"] == "closed"

    @pytest.mark.parametrize("archived", [False, True])
    def test_nor_is_it_lost_when_the_lead_was_over_already(self, client, archived):
        market, office, police = client("market"), client("office"), client("police")
        lead = decide(police, receive(police, sent(client)))
        made = opened(police, lead)
        goods = {"goods_on": TODAY, "goods": "账册三本"}
        lead = act_on_lead(market, fresh(market, lead), "hand_over_goods", **goods)
        lead = factories.close(office, fed_back(market, lead))
        path = f"/leads/{lead['id']}"
        if archived:
            lead = act_on_lead(office, lead, "archive")
        act(police, made, "withdraw", reason="不应追究刑事责任", **COUNTY)
        lead = fresh(market, lead)
        assert (lead["transfer_stage"], lead["standing"]["ended"]) == ("dropped", None)
        assert lead["standing"]["next_action"] == "record_aftermath"
        (duty,) = duties(market, lead["id"], "lead_dropped")
        (turn,) = lead["standing"]["now"]
        assert (duty["due_on"] == turn["due_on"], turn["is_mine"]) == (True, True)
        assert duty["due_on"]
        for action in ("reopen", *(() if archived else ("archive",))):
            fields = {"reason": "回头看"} if action == "reopen" else {}
            answer = office.act(path, action, lead["version"], **fields)
            assert problem(answer, 422)["code"] == "aftermath_missing", action
        lead = act_on_lead(market, lead, "record_aftermath", aftermath="责令改正，罚款两千元。")
        assert (lead["standing"]["now"], duties(market, lead["id"])) == ([], [])
        assert act_on_lead(office, fresh(office, lead), "reopen", reason="回头看")

    @pytest.mark.parametrize("again", ["filed", "withdrawn"])
    def test_while_the_police_look_at_it_anew_nothing_else_is_to_be_done(self, client, again):
        police, market = client("police"), client("market")
        lead, made = self.given_up(client)
        assert duties(market, lead["id"], "lead_dropped")
        made = act(police, made, "reopen", reason="发现新的证据")
        lead = fresh(market, lead)
        assert duties(market, lead["id"], "lead_dropped") == []
        assert "公安机关已撤案，待依法另行处理" not in {
            each["what"] for each in lead["standing"]["now"]
        }
        answer = market.act(
            f"/leads/{lead['id']}", "record_aftermath", lead["version"], aftermath="罚款。"
        )
        assert problem(answer, 409)["code"] == "nothing_dropped"
        lead = fed_back(market, lead)
        answer = market.act(
            f"/leads/{lead['id']}", "transfer_police", lead["version"], **body_for(police)
        )
        assert problem(answer, 409)["code"] == "filed_already"
        if again == "filed":
            made = done(police.patch(f"/cases/{made['id']}", json={
                "version": made["version"], "charges": ["illegal_deposits"]}))  # fmt: skip
            act(police, made, "file", filed_on=TODAY, **COUNTY)
            assert fresh(market, lead)["transfer_stage"] == "filed"
        else:
            act(police, made, "withdraw", reason="仍不应追究刑事责任", **COUNTY)
            assert duties(market, lead["id"], "lead_dropped")
            lead = fresh(market, lead)
            act_on_lead(market, lead, "record_aftermath", aftermath="责令改正，罚款两千元。")

    def test_filed_anew_the_goods_are_handed_over(self, client):
        """移送规定第12条: what was not handed over before the case was given up is due again."""
        police, market = client("police"), client("market")
        lead, made = self.given_up(client)
        change = {"version": made["version"], "charges": ["illegal_deposits"]}
        made = done(police.patch(f"/cases/{made['id']}", json=change))
        act(police, made, "file", filed_on=TODAY, reason="发现新的证据", **COUNTY)
        lead = fresh(market, lead)
        assert (lead["transfer_stage"], running_clock(lead)["rule_id"]) == ("filed", "TRF-07")
        (told,) = [
            each for each in done(market.get(f"/leads/{lead['id']}/timeline"))["items"]
            if each["data"].get("action") == "record_review"
        ]  # fmt: skip
        assert told["data"]["review_result"] == "filed"

    def test_what_was_handed_over_before_is_not_asked_for_again(self, client):
        police, market = client("police"), client("market")
        lead = decide(police, receive(police, sent(client)))
        made = opened(police, lead, charges=["illegal_deposits"])
        goods = {"goods_on": TODAY, "goods": "账册三本"}
        act_on_lead(market, fresh(market, lead), "hand_over_goods", **goods)
        made = act(police, made, "withdraw", reason="不应追究刑事责任", **COUNTY)
        assert fresh(market, lead)["transfer_stage"] == "dropped"
        act(police, made, "file", filed_on=TODAY, reason="发现新的证据", **COUNTY)
        lead = fresh(market, lead)
        assert (lead["transfer_stage"], running_clock(lead)) == ("answered", None)

    def test_filed_anew_nothing_was_given_up(self, client):
        police = client("police")
        lead, made = self.given_up(client)
        change = {"version": made["version"], "charges": ["illegal_deposits"]}
        made = done(police.patch(f"/cases/{made['id']}", json=change))
        act(police, made, "file", filed_on=TODAY, reason="发现新的证据", **COUNTY)
        lead = fresh(client("market"), lead)
        assert lead["transfer_stage"] != "dropped"
        assert lead["transfers"][-1]["dropped_on"] is None

    def test_a_record_taken_back_before_the_filing_tells_nobody(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        act(police, opened(police, lead), "withdraw", reason="登记有误")
        assert fresh(client("market"), lead)["transfer_stage"] == "received"


class TestCharges:
    def test_what_is_missing_for_the_filing_is_told_and_no_button_filled(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        made = act(police, opened(police, lead), "accept")
        assert made["standing"]["next_action"] is None
        assert any("涉嫌罪名" in sentence for sentence in made["standing"]["blocked_by"])
        answer = police.act(
            f"/cases/{made['id']}", "file", made["version"], filed_on=TODAY, **COUNTY
        )
        told = problem(answer, 422)
        assert told["code"] == "charges_missing"
        assert [each["pointer"] for each in told["errors"]] == ["/charges"]
        change = {"version": made["version"], "charges": ["illegal_deposits"]}
        made = done(police.patch(f"/cases/{made['id']}", json=change))
        assert made["standing"]["blocked_by"] == []
        assert made["standing"]["next_action"] == "file"


class TestReceipt:
    def test_nothing_is_received_before_it_was_sent(self, client):
        police = client("police")
        lead = sent(client)
        [sent_at] = [
            clock["started_at"] for each in lead["transfers"] for clock in each["clocks"]
            if clock["ended_on"] is None
        ]  # fmt: skip
        before = datetime.fromisoformat(sent_at) - timedelta(minutes=1)
        lead = fresh(police, lead)
        answer = police.act(
            f"/leads/{lead['id']}", "record_receipt", lead["version"],
            **RECEIPT | {"received_at": before.isoformat()},
        )  # fmt: skip
        [error] = refused(answer, 422)["errors"]
        assert (error["pointer"], error["code"]) == ("/received_at", "too_early")
        same = datetime.fromisoformat(sent_at).replace(second=0, microsecond=0)
        assert receive(police, lead, received_at=same.isoformat())["transfer_stage"] == "received"

    def test_nor_by_a_body_outside_before_there_was_anything_to_send(self, client):
        market = client("market")
        lead = factories.conclude(client("office"), market)
        lead = act_on_lead(
            market, lead, "transfer_department", organ="petition", department="邻县信访局",
            materials="材料", reason="属其职责",
        )  # fmt: skip
        before = now() - timedelta(days=400)
        answer = market.act(
            f"/leads/{lead['id']}", "record_receipt", lead["version"],
            **RECEIPT | {"received_at": before.isoformat()},
        )  # fmt: skip
        assert [each["code"] for each in refused(answer, 422)["errors"]] == ["too_early"]


class TestArticles:
    """What is refused of a hand-over names the law it goes by, and the right one."""

    def test_of_a_second_one_of_what_is_over_and_of_whoever_may_not(self, client):
        market, office = client("market"), client("office")
        lead = sent(client)
        asked = {"materials": "材料", "reason": "属其职责", "department": "邻县信访局"}
        again = market.act(
            f"/leads/{lead['id']}", "transfer_police", lead["version"], **body_for(client("police"))
        )
        assert (refused(again, 409)["code"], bool(again.json().get("article"))) == (
            "transition_not_allowed", True,
        )  # fmt: skip
        concluded = {"conclusion": "suspected_crime", "findings": "核实"}
        early = market.act(f"/leads/{lead['id']}", "conclude", lead["version"], **concluded)
        assert problem(early, 409)["code"] == "police_undecided"
        assert "移送涉嫌犯罪案件" in early.json()["article"]
        other = office.act(
            f"/leads/{lead['id']}", "record_receipt", lead["version"],
            **RECEIPT | {"received_at": now().isoformat()},
        )  # fmt: skip
        assert problem(other, 403)["code"] == "not_receiver"
        assert other.json()["article"]
        lead = act_on_lead(
            market, lead, "feed_back", feedback_mode="impossible", feedback_note="匿名"
        )
        twice = market.act(
            f"/leads/{lead['id']}", "transfer_department", lead["version"], organ="petition",
            **asked,
        )  # fmt: skip
        assert problem(twice, 409)["code"] == "handover_open"
        assert twice.json()["article"]

    def test_what_is_missing_is_said_as_it_is(self, client):
        market, police = client("market"), client("police")
        lead = receive(police, sent(client))
        concluded = {"conclusion": "suspected_crime", "findings": "核实"}
        path = f"/leads/{lead['id']}"
        early = market.act(path, "conclude", fresh(market, lead)["version"], **concluded)
        assert "办理结果" in problem(early, 409, "police_undecided")["detail"]
        lead = decide(police, lead)
        owed = market.act(path, "conclude", fresh(market, lead)["version"], **concluded)
        told = problem(owed, 409, "goods_missing")
        assert "办理结果" not in told["detail"]
        assert "第12条" in told["article"]

    def test_of_a_dispute_it_is_not_the_law_of_crimes(self, client):
        market, office = client("market"), client("office")
        lead = factories.conclude(office, market, "civil_dispute")
        lead = act_on_lead(
            market, lead, "feed_back", feedback_mode="impossible", feedback_note="匿名"
        )
        answer = office.act(
            f"/leads/{lead['id']}", "close", lead["version"], solved="no", solved_note="没有"
        )
        told = problem(answer, 422)
        assert told["code"] == "transfer_unanswered"
        assert "移送" not in told["article"]
        assert "回执" in told["detail"]
