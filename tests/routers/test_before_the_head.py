"""What is owed to others runs on while the head decides whether the police get a lead: whoever has it is
to answer, its reporter is to be told, the police are owed a decision; and wherever lateness is told, it is
told alike."""

from collections.abc import Callable
from typing import Any

import pytest

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done, problem
from tests.conftest import own_town
from tests.database import run_sql
from tests.duties import duties
from tests.factories import unit_of
from tests.handovers import PAPERS, body_for, fresh, offered, receive
from tests.lateness import agree
from tests.leads import REPORT, act, fed_back

#: Every figure is of this file's own rows.
running, client = own_town()

HANDLED = {"result": "handled", "result_on": today().isoformat(), "result_note": "已责令退款"}


def verifying(client) -> dict:
    market = client("market")
    made = factories.assign(client("office"), factories.make_lead(client("office")), market)
    return act(market, made, "acknowledge")


def crime(client) -> dict:
    return factories.conclude(client("office"), client("market"))


def to_department(client, made: dict) -> dict:
    to = {"organ": "other", "receiver_unit_id": unit_of(client("civil"))} | PAPERS
    return act(client("market"), fresh(client("market"), made), "transfer_department", **to)


def received(client, made: dict) -> dict:
    return receive(client("civil"), to_department(client, made))


def outside(client, made: dict) -> dict:
    to = {"organ": "other", "department": "县住建局"} | PAPERS
    return act(client("market"), fresh(client("market"), made), "transfer_department", **to)


def told(client, made: dict) -> dict:
    return fed_back(client("market"), fresh(client("market"), made))


#: Where a lead stands when the head is asked.
BEFORE: dict[str, Callable[[Any], dict]] = {
    "verified": verifying,
    "concluded": crime,
    "told, the police owed": lambda c: told(c, crime(c)),
    "nothing owed": lambda c: told(c, factories.conclude(c("office"), c("market"), "illegal")),
    "on its way to a department": lambda c: to_department(c, verifying(c)),
    "with a department": lambda c: received(c, verifying(c)),
    "with a department, the police owed": lambda c: received(c, crime(c)),
    "with a department, told": lambda c: told(c, received(c, crime(c))),
    "with a body outside": lambda c: outside(c, verifying(c)),
}
PENDING = ("asked", "approved", "not asked", "refused")


def propose(client, made: dict) -> dict:
    market = client("market")
    said = {"reported_on": today().isoformat(), **REPORT}
    return act(market, fresh(market, made), "propose_transfer", **said)


def standing(client, before: str, pending: str) -> dict:
    made, leader = BEFORE[before](client), client("leader")
    if pending != "not asked":
        made = propose(client, made)
    if pending == "approved":
        made = act(leader, fresh(leader, made), "approve_transfer")
    if pending == "refused":
        made = act(leader, fresh(leader, made), "refuse_transfer", reason="证据不足")
    return fresh(client("office"), made)


def made_late(running, lead_id: str, *, head: bool = True) -> None:
    """All its terms ended long ago, or all but that of what lies before the head."""
    run_sql(
        running,
        "UPDATE lead_transfer_clocks c SET due_on = c.due_on - 60,"
        " due_at = c.due_at - make_interval(days => 60) FROM lead_transfers t"
        " WHERE t.id = c.transfer_id AND c.lead_id = $1 AND c.ended_on IS NULL"
        " AND ($2 OR t.sent_on IS NOT NULL)",
        lead_id,
        head,
    )
    run_sql(
        running,
        "UPDATE leads SET due_on = due_on - 60, due_held_on = due_held_on - 60,"
        " kept_due_on = kept_due_on - 60, handover_due_on = handover_due_on"
        " - CASE WHEN $2 OR transfer_stage NOT IN ('proposed', 'approved') THEN 60 ELSE 0 END"
        " WHERE id = $1",
        lead_id,
        head,
    )


@pytest.mark.slow
@pytest.mark.parametrize("head", [True, False], ids=["all late", "the head in time"])
@pytest.mark.parametrize("pending", PENDING)
@pytest.mark.parametrize("before", BEFORE)
def test_whatever_is_late_is_late_everywhere(client, running, before, pending, head):
    made = standing(client, before, pending)
    assert agree(client, made["id"]) == []
    made_late(running, made["id"], head=head)
    agree(client, made["id"])


@pytest.mark.parametrize("before", [each for each in BEFORE if each != "nothing owed"])
def test_asking_the_head_makes_nothing_in_time(client, running, before):
    made = BEFORE[before](client)
    made_late(running, made["id"])
    late = agree(client, made["id"])
    assert late
    propose(client, made)
    assert agree(client, made["id"]) == late, "the head has its own term in addition"
    leader = client("leader")
    act(leader, fresh(leader, made), "refuse_transfer", reason="证据不足")
    assert agree(client, made["id"]) == late


class TestMeanwhile:
    """Nobody is late with what they could not do."""

    def test_the_department_answers(self, client):
        market, civil, leader = client("market"), client("civil"), client("leader")
        made = to_department(client, verifying(client))
        propose(client, made)
        made = receive(civil, made)
        assert (made["transfer_stage"], made["status"]) == ("proposed", "transferred_department")
        assert [each["kind"] for each in duties(civil, made["id"])] == ["lead_decide"]
        assert "forward" not in offered(made)
        made = act(civil, made, "record_result", **HANDLED)
        assert (made["transfer_stage"], duties(civil, made["id"])) == ("proposed", [])
        assert [each["kind"] for each in duties(leader, made["id"])] == ["lead_transfer_approve"]
        made = act(leader, fresh(leader, made), "refuse_transfer", reason="已由部门处理")
        assert made["transfer_stage"] == "answered"
        [turn] = [e for e in fresh(market, made)["standing"]["now"] if e["is_mine"]]
        assert (turn["what"], turn["due_on"] is not None) == ("待反馈举报人", True)

    def test_refused_the_department_goes_on(self, client):
        civil, leader = client("civil"), client("leader")
        made = received(client, verifying(client))
        before = duties(civil, made["id"])
        propose(client, made)
        assert duties(civil, made["id"]) == before
        made = act(leader, fresh(leader, made), "refuse_transfer", reason="证据不足")
        assert (made["transfer_stage"], duties(civil, made["id"])) == ("received", before)

    def test_one_takes_it_upon_themselves(self, client):
        civil = client("civil")
        made = propose(client, received(client, verifying(client)))
        done(civil.post(f"/leads/{made['id']}/turns", json={"action": "take"}))
        [duty] = duties(civil, made["id"])
        assert duty["holder"]["id"] == civil.me["user"]["id"]
        act(civil, fresh(civil, made), "record_result", **HANDLED)
        assert duties(civil, made["id"]) == []

    def test_the_reporter_is_told(self, client):
        market, leader = client("market"), client("leader")
        made = told(client, propose(client, crime(client)))
        assert (made["status"], made["transfer_stage"]) == ("fed_back", "proposed")
        made = act(leader, fresh(leader, made), "refuse_transfer", reason="证据不足")
        assert "propose_transfer" in offered(fresh(market, made))

    def test_nothing_else_is_done(self, client):
        market = client("market")
        made = propose(client, received(client, verifying(client)))
        for action, fields in (
            ("conclude", {"conclusion": "unfounded", "findings": "查无此事"}),
            ("recall", {"reason": "材料有误"}),
        ):
            made = fresh(market, made)
            problem(market.act(f"/leads/{made['id']}", action, made["version"], **fields), 409)

    def test_sent_to_the_police_the_department_is_asked_nothing(self, client):
        market, leader, civil, police = (
            client("market"), client("leader"), client("civil"), client("police"),
        )  # fmt: skip
        made = propose(client, received(client, verifying(client)))
        act(leader, fresh(leader, made), "approve_transfer")
        to = PAPERS | {"approved_on": today().isoformat(), "approved_by": leader.me["user"]["name"],
                       "receiver_unit_id": unit_of(police)}  # fmt: skip
        made = act(market, fresh(market, made), "transfer_police", **to)
        assert (made["transfer_stage"], duties(civil, made["id"])) == ("sent", [])
        assert [each["kind"] for each in duties(police, made["id"])] == ["lead_receive"]
        made = act(market, fresh(market, made), "recall", reason="材料有误")
        assert made["transfer_stage"] == "received"
        assert [each["kind"] for each in duties(civil, made["id"])] == ["lead_decide"]


def test_the_police_are_owed_a_decision_by_a_day(client):
    """Though somebody else has it."""
    market = client("market")
    made = fresh(market, received(client, crime(client)))
    [duty] = duties(market, made["id"], "lead_owed_police")
    [turn] = [e for e in made["standing"]["now"] if e["what"] == duty["what"]]
    assert duty["due_on"] == turn["due_on"] is not None


@pytest.mark.parametrize("handed", ["outside", "incomplete"])
def test_what_is_late_of_a_hand_over_is_said_of_who_made_it(client, running, handed):
    """Whoever looks into the lead a second time did not hand it over."""
    office, market, police = client("office"), client("market"), client("police")
    made = crime(client)
    if handed == "outside":
        made = act(market, made, "transfer_police", **factories.TO_POLICE)
    else:
        made = receive(police, act(market, made, "transfer_police", **body_for(police)))
        told_at = {"told_at": now().isoformat(), "missing": "鉴定意见"}
        made = act(police, fresh(police, made), "record_incomplete", **told_at)
    to = {"unit_id": unit_of(client("civil")), "reason": "存疑"}
    told(client, made)
    act(office, fresh(office, made), "recheck", **to)
    made_late(running, made["id"])
    assert market.me["unit"]["name"] in {whom for _, whom in agree(client, made["id"])}
