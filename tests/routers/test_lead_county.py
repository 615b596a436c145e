"""What the town hands to the county: its turn and its clock there, an answer, or back with a reason."""

import pytest

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done, problem
from tests.database import run_sql
from tests.duties import duties
from tests.factories import unit_of
from tests.handovers import RECEIPT, fresh, offered, turns_of
from tests.leads import act, running_clock


def verifying(client) -> dict:
    made = factories.assign(
        client("office"), factories.make_lead(client("office")), client("market")
    )
    return act(client("market"), made, "acknowledge")


def up(client, made: dict | None = None) -> dict:
    office = client("office")
    return act(office, fresh(office, made or verifying(client)), "escalate", reason="跨三个镇")


def received(client, made: dict) -> dict:
    county = client("county")
    given = RECEIPT | {"received_at": now().isoformat()}
    return act(county, fresh(county, made), "record_receipt", **given)


def answered(client, made: dict, result: str, note: str = "属镇里职责") -> dict:
    said = {"result": result, "result_on": today().isoformat(), "result_note": note}
    return act(client("county"), made, "record_result", **said)


class TestUp:
    def test_the_county_has_the_turn_and_the_clock_and_the_town_waits(self, client):
        office, county = client("office"), client("county")
        made = up(client)
        [transfer] = made["transfers"]
        assert (transfer["kind"], transfer["reason"]) == ("escalation", "跨三个镇")
        assert transfer["receiver"]["id"] == unit_of(county)
        assert (made["due_on"], made["due_stopped_on"]) == (None, today().isoformat())
        seen = fresh(county, made)
        assert seen["standing"]["next_action"] == "record_receipt"
        [duty] = duties(county, made["id"], "lead_receive")
        assert (duty["rule"], duty["due_on"] is not None) == ("LEAD-ACK", True)
        assert duties(office, made["id"]) == duties(client("market"), made["id"]) == []
        name = county.me["unit"]["name"]
        assert ("接收移送、移交的线索", name, False) in turns_of(fresh(office, made))
        refused = office.act(
            f"/leads/{made['id']}", "record_receipt", made["version"],
            **RECEIPT | {"received_at": now().isoformat()},
        )  # fmt: skip
        assert problem(refused, 403)["code"] == "not_receiver"

    def test_given_back_with_a_reason_it_goes_on_where_it_was(self, client):
        market, office = client("market"), client("office")
        made = verifying(client)
        before = made["due_on"]
        made = received(client, up(client, made))
        assert running_clock(made)["rule_id"] == "LEAD-01"
        results = next(
            need for need in offered(made)["record_result"]["needs"] if need["field"] == "result"
        )
        assert {each["value"] for each in results["options"]} == {"handled", "returned"}
        made = answered(client, made, "returned", "经研究属镇里职责，请继续核查")
        ours = fresh(market, made)
        assert (ours["status"], ours["due_on"]) == ("verifying", before)
        assert ours["transfers"][-1]["result_note"] == "经研究属镇里职责，请继续核查"
        assert duties(market, made["id"], "lead_verify")
        assert duties(client("county"), made["id"]) == []
        told = done(office.get(f"/leads/{made['id']}/timeline"))["items"]
        assert any("登记办理结果" in each["label"] for each in told)
        assert up(client, made)["transfer_stage"] == "sent", "and may be handed up again"

    def test_never_given_to_a_unit_it_goes_back_to_the_desk(self, client):
        office = client("office")
        made = received(client, up(client, factories.make_lead(office)))
        made = answered(client, made, "returned")
        made = fresh(office, made)
        assert (made["status"], made["standing"]["next_action"]) == ("registered", "assign")

    def test_answered_the_town_concludes(self, client):
        market = client("market")
        made = up(client)
        concluding = {"conclusion": "irregular", "findings": "已核查。"}
        early = market.act(f"/leads/{made['id']}", "conclude", made["version"], **concluding)
        assert problem(early, 409)["code"] == "county_unanswered"
        made = answered(client, received(client, made), "handled", "县里已协调处理")
        ours = fresh(market, made)
        assert (ours["status"], ours["transfer_stage"]) == ("escalated", "answered")
        assert duties(market, made["id"], "lead_escalated")
        assert act(market, ours, "conclude", **concluding)["status"] == "concluded"

    def test_it_is_taken_back_before_it_was_received_and_not_after(self, client):
        office, county = client("office"), client("county")
        made = act(office, up(client), "recall", reason="镇里自己能办")
        assert (made["status"], made["transfer_stage"]) == ("verifying", "recalled")
        assert county.get(f"/leads/{made['id']}").status_code == 404
        made = received(client, up(client, made))
        answer = office.act(f"/leads/{made['id']}", "recall", made["version"], reason="试试")
        assert problem(answer, 409)["code"] == "no_receipt_awaited"

    def test_what_the_county_answers_is_not_whom_a_dispute_was_handed_to(self, client):
        made = received(client, up(client))
        assert made["owes"] == []

    def test_a_silent_county_is_told_to_those_above_and_can_be_let_off(self, client, running):
        made = up(client)
        run_sql(
            running,
            "UPDATE lead_transfer_clocks SET due_on = due_on - 60 WHERE lead_id = $1"
            " AND ended_on IS NULL",
            made["id"],
        )
        told = done(client("leader").get("/me/escalations"))["items"]
        [one] = [each for each in told if each["subject_id"] == made["id"]]
        assert one["unit"]["id"] == unit_of(client("county"))
        made = act(client("leader"), made, "waive", reason="改由镇里办理")
        assert (made["status"], made["transfer_stage"]) == ("verifying", "waived")

    @pytest.mark.parametrize("who", ["office", "market", "leader"])
    def test_nobody_but_the_county_answers(self, client, who):
        made = received(client, up(client))
        said = {"result": "returned", "result_on": today().isoformat(), "result_note": "代为退回"}
        answer = client(who).act(f"/leads/{made['id']}", "record_result", made["version"], **said)
        assert answer.status_code == 403, answer.text

    def test_a_department_gives_nothing_back(self, client):
        market, civil = client("market"), client("civil")
        made = act(
            market, verifying(client), "transfer_department", organ="other",
            receiver_unit_id=unit_of(civil), materials="材料", reason="职责",
        )  # fmt: skip
        given = RECEIPT | {"received_at": now().isoformat()}
        made = act(civil, fresh(civil, made), "record_receipt", **given)
        said = {"result": "returned", "result_on": today().isoformat(), "result_note": "不归我管"}
        answer = civil.act(f"/leads/{made['id']}", "record_result", made["version"], **said)
        assert [e["code"] for e in problem(answer, 422)["errors"]] == ["result_not_of_organ"]
