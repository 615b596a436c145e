"""What is put before the head takes nothing from whoever has a lead, and nothing ends unanswered for
it; what is at the desk is taken by nobody but the office."""

import pytest

from api.core.base.clock import today
from tests import factories
from tests.answers import done, problem, refused
from tests.database import colleague
from tests.duties import duties
from tests.factories import unit_of
from tests.handovers import PAPERS, body_for, fresh, offered, receive, sent
from tests.leads import REPORT, act, fed_back, running_clock

ASKED = {"reported_on": today().isoformat(), **REPORT}


def with_department(client) -> dict:
    """A lead that nobody concluded and a department has received."""
    office, market, civil = client("office"), client("market"), client("civil")
    made = factories.assign(office, factories.make_lead(office), market)
    made = act(market, made, "acknowledge")
    to = {"organ": "other", "receiver_unit_id": unit_of(civil)} | PAPERS
    return receive(civil, act(market, made, "transfer_department", **to))


def proposed(client, made: dict) -> dict:
    return act(client("market"), fresh(client("market"), made), "propose_transfer", **ASKED)


def refuse(client, made: dict) -> dict:
    leader = client("leader")
    return act(leader, fresh(leader, made), "refuse_transfer", reason="证据不足")


class TestWhatADepartmentHas:
    def test_it_goes_on_with_it_when_the_head_refuses(self, client):
        civil = client("civil")
        made = with_department(client)
        due = running_clock(made)["due_at"]
        made = proposed(client, made)
        assert [e["kind"] for e in duties(civil, made["id"])] == ["lead_decide"], (
            "it answers meanwhile"
        )
        assert made["transfers"][0]["recalled_on"] is None
        refuse(client, made)
        made = fresh(civil, made)
        assert (made["transfer_stage"], made["status"]) == ("received", "transferred_department")
        assert running_clock(made)["due_at"] == due, "in the term that ran"
        assert [each["kind"] for each in duties(civil, made["id"])] == ["lead_decide"]
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已责令退款"}
        assert act(civil, made, "record_result", **said)["transfer_stage"] == "answered"

    def test_approved_and_then_refused_it_goes_on_with_it_as_well(self, client):
        civil, leader = client("civil"), client("leader")
        made = proposed(client, with_department(client))
        act(leader, fresh(leader, made), "approve_transfer")
        refuse(client, made)
        assert fresh(civil, made)["transfer_stage"] == "received"

    def test_what_it_answered_before_stays_answered(self, client):
        civil = client("civil")
        made = with_department(client)
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已责令退款"}
        made = proposed(client, act(civil, made, "record_result", **said))
        refuse(client, made)
        assert fresh(civil, made)["transfer_stage"] == "answered"

    @pytest.mark.parametrize("approved", [False, True])
    def test_handed_to_the_police_it_is_told_whom_it_left(self, client, approved):
        market, civil, leader = client("market"), client("civil"), client("leader")
        made = with_department(client)
        if approved:
            made = proposed(client, made)
            act(leader, fresh(leader, made), "approve_transfer")
        made = fresh(market, made)
        body = body_for(client("police"))
        if approved:
            head = {"approved_by": made["transfers"][-1]["approved_by"]}
            body = {**body, **ASKED, **head}
        made = act(market, made, "transfer_police", **body)
        assert duties(civil, made["id"]) == []
        assert fresh(civil, made)["transfers"][0]["recalled_on"] is None
        receive(client("police"), made)
        seen = fresh(civil, made)
        assert seen["transfers"][0]["recall_reason"] == "改为移送公安"
        items = done(civil.get(f"/leads/{made['id']}/timeline"))["items"]
        said = [e for e in items if e["data"].get("action") == "record_receipt"]
        [sent] = [e for e in said if e["data"].get("taken_from")]
        told = {each["label"]: each["value"] for each in sent["details"]}
        assert told["不再由该单位办理"] == civil.me["unit"]["name"]

    def test_who_must_keep_off_by_then_does_not_get_it_back(self, client):
        office, civil = client("office"), client("civil")
        made = proposed(client, with_department(client))
        body = {"unit_id": unit_of(civil), "reason": "反映的就是它"}
        done(office.post(f"/leads/{made['id']}/accused-units", json=body))
        refuse(client, made)
        made = fresh(office, made)
        assert made["status"] == "verifying"
        assert made["transfers"][0]["recalled_on"] == today().isoformat()


class TestNothingEndsUnanswered:
    @pytest.mark.parametrize("approved", [False, True])
    def test_told_meanwhile_and_refused_it_is_still_with_the_department(self, client, approved):
        office, leader = client("office"), client("leader")
        made = proposed(
            client, fed_back(client("market"), fresh(client("market"), with_department(client)))
        )
        if approved:
            act(leader, fresh(leader, made), "approve_transfer")
        refuse(client, made)
        made = fresh(office, made)
        close = {"solved": "no", "solved_note": "未解决"}
        answer = office.act(f"/leads/{made['id']}", "close", made["version"], **close)
        assert problem(answer, 422)["code"] == "transfer_unanswered"

    def test_where_nobody_had_it_whoever_asked_says_what_was_found(self, client):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, act(market, made, "acknowledge"), "propose_transfer", **ASKED)
        refuse(client, made)
        made = fresh(market, made)
        assert (made["status"], made["transfer_stage"]) == ("verifying", "refused")
        assert "feed_back" not in offered(made)
        assert [each["kind"] for each in duties(market, made["id"])] == ["lead_verify"]


class TestTheDesk:
    def anew(self, client) -> dict:
        """Closed, and taken up again: at the desk."""
        office, market = client("office"), client("market")
        made = factories.conclude(office, market, "unfounded")
        made = factories.close(office, fresh(office, fed_back(market, made)))
        return act(office, made, "reopen", reason="又有人反映")

    def test_who_had_it_before_does_not_take_it_again(self, client):
        office, market = client("office"), client("market")
        made = fresh(market, self.anew(client))
        assert {"transfer_department", "edit"} & set(offered(made)) == set()
        answer = market.act(
            f"/leads/{made['id']}", "transfer_department", made["version"], organ="other",
            receiver_unit_id=unit_of(client("civil")), **PAPERS,
        )  # fmt: skip
        assert refused(answer, 403)["code"] == "not_own_unit"
        assert [each["kind"] for each in duties(office, made["id"])] == ["lead_assign"]

    def test_the_term_of_the_round_before_binds_nobody(self, client):
        made = self.anew(client)
        [turn] = made["standing"]["now"]
        assert (made["due_rule"], turn["rule"]) == ("LEAD-UNOWNED", "LEAD-UNOWNED")

    def test_nor_does_it_bind_the_office_when_the_unit_says_it_is_not_its(self, client):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, made, "dispute", reason="不属本单位职责")
        assert made["due_rule"] == "LEAD-UNOWNED"
        answer = market.act(
            f"/leads/{made['id']}", "transfer_department", made["version"], organ="other",
            receiver_unit_id=unit_of(client("civil")), **PAPERS,
        )  # fmt: skip
        assert answer.status_code in {403, 409}
        assert fresh(office, made)["status"] == "disputed"


class TestTheCountysOwn:
    def test_it_does_not_decide_what_it_proposed(self, client, running):
        office, county = client("office"), client("county")
        made = factories.conclude(office, client("market"))
        accused = {"unit_id": factories.unit_of(office), "reason": "反映该单位包庇"}
        done(office.post(f"/leads/{made['id']}/accused-units", json=accused))
        found = {"conclusion": "suspected_crime", "findings": "县里查实。"}
        made = act(county, fresh(county, made), "conclude", **found)
        with colleague(running, county):
            made = act(county, made, "propose_transfer", **ASKED)
        turn = next(e for e in made["standing"]["now"] if e["what"] == "移送公安待批准")
        assert (turn["whom"], turn["is_mine"]) == ("县专项办", False)
        assert "refuse_transfer" in offered(made), "what it proposed it may take back"
        assert "approve_transfer" not in offered(made)
        assert "lead_transfer_approve" not in {e["kind"] for e in duties(county, made["id"])}


def test_what_the_police_opened_a_case_from_is_not_taken_back(client):
    """They need not have given a receipt for it."""
    police, market = client("police"), client("market")
    made = sent(client)
    done(police.post("/cases", json={"source_lead_ids": [made["id"]], "charges": ["fraud"]}))
    made = fresh(market, made)
    assert "recall" not in offered(made)
    answer = market.act(f"/leads/{made['id']}", "recall", made["version"], reason="材料有误")
    assert problem(answer, 409)["code"] == "lead_has_case"
