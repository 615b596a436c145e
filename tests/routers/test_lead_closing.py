"""Told and only to be closed, a lead waits for the office in a term of its own; until then closing is
nobody's turn, and whichever way a lead left the desk, its reporter is to be told by a day."""

import pytest

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done
from tests.database import run_sql
from tests.duties import duties
from tests.factories import unit_of
from tests.handovers import PAPERS, decide, fresh, receive, sent
from tests.leads import REPORT, act, fed_back, merge

CLOSING = "LEAD-CLOSE"


def _term(office, rule: str) -> str:
    params = {"start": today().isoformat()}
    return done(office.get(f"/time-rules/{rule}/due", params=params))["on"]


def turn(made: dict, what: str) -> dict:
    [found] = [each for each in made["standing"]["now"] if each["what"] == what]
    return found


class TestToldAndToBeClosed:
    def test_its_unit_is_done_in_time_and_the_office_has_a_term_of_its_own(self, client):
        office, market = client("office"), client("market")
        made = fed_back(market, factories.conclude(office, market, "unfounded"))
        made = fresh(office, made)
        waits = turn(made, "待办结")
        due = _term(office, CLOSING)
        assert (waits["rule"], waits["due_on"], waits["is_mine"]) == (CLOSING, due, True)
        [duty] = duties(office, made["id"], "lead_close")
        assert (duty["rule"], duty["due_on"], made["due_on"]) == (CLOSING, due, due)

    def test_late_it_is_the_office_that_is_asked(self, client, running):
        office, market = client("office"), client("market")
        made = fed_back(market, factories.conclude(office, market, "unfounded"))
        run_sql(running, "UPDATE leads SET due_on = due_on - 60 WHERE id = $1", made["id"])
        rows = done(client("leader").get("/me/escalations"))["items"]
        [told] = [each for each in rows if each["subject_id"] == made["id"]]
        assert told["unit"]["id"] == unit_of(office)

    def test_a_second_verification_is_given_a_new_term(self, client):
        office, market, civil = client("office"), client("market"), client("civil")
        made = fed_back(market, factories.conclude(office, market, "unfounded"))
        made = act(office, fresh(office, made), "recheck", unit_id=unit_of(civil), reason="有疑点")
        assert made["due_on"] == _term(office, "LEAD-01")

    def test_a_mark_does_not_hasten_what_is_found_and_told(self, client):
        office, market = client("office"), client("market")
        made = fresh(office, fed_back(market, factories.conclude(office, market, "unfounded")))
        made = act(office, made, "mark", mark="major", reason="人数多")
        assert (made["due_on"], made["due_rule"]) == (_term(office, CLOSING), CLOSING)


class TestNotYet:
    def test_while_somebody_has_it_closing_is_nobodys_turn(self, client):
        office, market, civil = client("office"), client("market"), client("civil")
        made = factories.assign(office, factories.make_lead(office), market)
        to = {"organ": "other", "receiver_unit_id": unit_of(civil)} | PAPERS
        made = act(market, act(market, made, "acknowledge"), "transfer_department", **to)
        made = fed_back(market, receive(civil, made) and fresh(market, made))
        made = fresh(office, made)
        waits = turn(made, "待办结")
        assert (waits["is_early"], waits["is_mine"]) == (True, False)
        assert made["standing"]["next_action"] is None
        assert any("办理结果" in each for each in made["standing"]["blocked_by"])
        assert duties(office, made["id"]) == []
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已责令退款"}
        act(civil, fresh(civil, made), "record_result", **said)
        waits = turn(fresh(office, made), "待办结")
        assert (waits["is_early"], waits["is_mine"], waits["rule"]) == (False, True, CLOSING)
        assert [each["kind"] for each in duties(office, made["id"])] == ["lead_close"]

    def test_while_goods_are_due_nothing_else_is_late(self, client):
        office, market, police = client("office"), client("market"), client("police")
        made = decide(police, receive(police, sent(client)))
        made = fresh(office, fed_back(market, fresh(market, made)))
        assert made["due_on"] is None, "what it was given for is done"
        assert turn(made, "待办结")["is_early"]
        made = act(
            market,
            fresh(market, made),
            "hand_over_goods",
            goods_on=today().isoformat(),
            goods="账册",
        )
        assert made["due_on"] == _term(office, CLOSING)

    def test_before_the_head_nobody_is_late_with_closing(self, client, running):
        """Nor does the overview count what the office cannot do."""
        office, market, leader = client("office"), client("market"), client("leader")
        made = fed_back(market, factories.conclude(office, market, "illegal"))
        run_sql(running, "UPDATE leads SET due_on = due_on - 60 WHERE id = $1", made["id"])
        late = {"overdue": True, "q": made["number"]}
        assert done(office.get("/leads", params=late))["items"]
        said = {"reported_on": today().isoformat(), **REPORT}
        made = act(market, fresh(market, made), "propose_transfer", **said)
        assert (made["due_on"], done(office.get("/leads", params=late))["items"]) == (None, [])
        made = act(leader, fresh(leader, made), "refuse_transfer", reason="证据不足")
        assert made["due_on"] == _term(office, CLOSING)


class TestToldByADay:
    """Whichever way it left the desk."""

    @pytest.mark.parametrize("way", ["merged", "handed over", "rejected"])
    def test_the_reporter_is_to_be_told(self, client, way):
        office, civil = client("office"), client("civil")
        made = factories.make_lead(office)
        if way == "merged":
            done(merge(office, factories.make_lead(office), made))
        elif way == "rejected":
            act(office, made, "reject", reason="不属受理范围")
        else:
            to = {"organ": "other", "receiver_unit_id": unit_of(civil)} | PAPERS
            act(office, made, "transfer_department", **to)
        due = _term(office, "LEAD-01")
        waits = turn(fresh(office, made), "待反馈举报人")
        assert (waits["rule"], waits["due_on"]) == ("LEAD-01", due)
        [duty] = duties(office, made["id"], "lead_feed_back")
        assert (duty["rule"], duty["due_on"]) == ("LEAD-01", due)

    def test_told_that_it_was_not_taken_up_it_is_the_offices_to_close(self, client):
        """What the head says, home says."""
        office = client("office")
        made = act(office, factories.make_lead(office), "reject", reason="不属受理范围")
        made = fed_back(office, made)
        waits = turn(made, "待办结")
        assert (waits["is_mine"], waits["due_on"]) == (True, _term(office, CLOSING))
        [duty] = duties(office, made["id"])
        assert (duty["kind"], duty["due_on"]) == ("lead_close", waits["due_on"])

    def test_what_the_county_gave_an_answer_to_is_to_be_concluded(self, client):
        office, county = client("office"), client("county")
        made = act(office, factories.make_lead(office), "escalate", reason="跨乡镇")
        made = receive(county, made)
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已查办"}
        act(county, fresh(county, made), "record_result", **said)
        [waits] = fresh(office, made)["standing"]["now"]
        assert (waits["rule"], waits["due_on"]) == ("LEAD-01", _term(office, "LEAD-01"))
        [duty] = duties(office, made["id"])
        assert duty["due_on"] == waits["due_on"]

    def test_taken_out_of_another_one_it_is_at_the_desk_as_before(self, client):
        office = client("office")
        main, made = factories.make_lead(office), factories.make_lead(office)
        [link] = done(merge(office, main, made))["items"]
        made = fresh(office, made)
        body = {"version": made["version"], "reason": "不是一回事"}
        done(office.post(f"/leads/{made['id']}/merges/{link['id']}/reversals", json=body))
        made = fresh(office, made)
        assert (made["status"], made["due_rule"]) == ("registered", "LEAD-UNOWNED")


def test_who_helps_is_waited_for_after_the_reporter_was_told(client):
    office, market, justice, civil = map(client, ("office", "market", "justice", "civil"))
    made = factories.assign(office, factories.make_lead(office), market)
    made = act(market, made, "acknowledge")
    asked = {"assisting_unit_id": unit_of(justice), "assist_task": "协助调解"}
    made = act(market, made, "ask_assist", **asked)
    to = {"organ": "other", "receiver_unit_id": unit_of(civil)} | PAPERS
    made = fed_back(market, act(market, made, "transfer_department", **to))
    [duty] = duties(justice, made["id"])
    assert duty["kind"] == "lead_assist_asked"
    [assist] = fresh(justice, made)["assists"]
    assert assist["available_actions"]
    made = receive(civil, made, received_at=now().isoformat())
    said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已责令退款"}
    act(civil, made, "record_result", **said)
    made = factories.close(office, fresh(office, made))
    [assist] = made["assists"]
    assert (assist["status"], duties(justice, made["id"])) == ("ended", [])
