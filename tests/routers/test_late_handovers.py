"""What was handed over and is not answered in time counts as late, wherever lateness is told."""

from uuid import uuid4

import pytest

from tests.answers import done
from tests.conftest import own_town
from tests.database import run_sql
from tests.factories import unit_of
from tests.figures import count, overview, questions
from tests.handovers import decide, late, receive, sent
from tests.leads import act

#: Every figure is of this file's own rows.
running, client = own_town()


def overdue(who, **asked) -> set[str]:
    found = done(who.get("/leads", params=asked | {"limit": 200}))["items"]
    return {each["id"] for each in found}


def asked(who) -> dict[str, dict]:
    return {each["key"]: each for each in questions(overview(who))}


def term(running, made: dict) -> tuple:
    """What the lead says of the running term, and what its clock says."""
    [row] = run_sql(
        running,
        "SELECT handover_due_on, (SELECT due_on FROM lead_transfer_clocks AS c"
        " WHERE c.lead_id = l.id AND ended_on IS NULL) AS due_on FROM leads AS l WHERE id = $1",
        made["id"],
    )
    return row["handover_due_on"], row["due_on"]


@pytest.fixture(scope="module")
def made(client, running) -> dict:
    """A lead whose hand-over the station has not taken in for sixty days."""
    found = sent(client)
    late(running, found["id"])
    return found


def test_it_is_among_the_late_leads_of_whoever_sees_it(client, made):
    for who in ("office", "leader", "police", "market", "supervisor"):
        for name in ("overdue", "handover_overdue"):
            assert made["id"] in overdue(client(who), **{name: True})
            assert made["id"] not in overdue(client(who), **{name: False})
    assert made["id"] not in overdue(client("civil"), overdue=True)


def test_the_figures_count_it_as_late(client, running):
    office = client("office")

    def towns() -> int:
        return done(office.get("/statistics/towns"))["total"]["overdue"]

    def figure() -> dict:
        goals = overview(office)["goals"]
        every = [each for goal in goals for each in goal["figures"]]
        return next(each for each in every if each["key"] == "leads_overdue")

    batch = f"批{uuid4().hex[:8]}"
    found = sent(client, batch_no=batch)
    before = towns(), figure()["value"]
    late(running, found["id"])
    assert (towns(), figure()["value"]) == (before[0] + 1, before[1] + 1)
    assert count(office, figure()["query"]) == figure()["value"]
    [told] = done(office.get("/leads/batches", params={"q": batch}))["items"]
    assert told["overdue"] == 1


def test_the_overview_says_who_has_not_answered_and_opens_those_rows(client, running, made):
    leader, police = client("leader"), client("police").me["unit"]
    shown = asked(leader)[f"transfers_late:{police['id']}"]
    assert shown["sentence"].startswith(f"{police['name']}收到移送、移交的")
    assert "逾期没有接收或者答复，最早的" in shown["sentence"]
    assert shown["first_due_on"] is not None
    assert made["id"] in overdue(leader, **shown["query"]["params"])
    assert count(leader, shown["query"]) == shown["value"]
    # told once: neither as its handler's nor as one that still has time
    handler = asked(leader).get(f"leads_late:{unit_of(client('market'))}")
    waits = asked(leader).get(f"transfers_unanswered:{police['id']}")
    for other in (each for each in (handler, waits) if each):
        assert made["id"] not in overdue(leader, **other["query"]["params"])


def test_what_the_sender_is_late_with_is_the_senders(client, running):
    leader, police, market = client("leader"), client("police"), client("market")
    found = decide(police, receive(police, sent(client)))
    late(running, found["id"])
    shown = asked(leader)[f"transfers_late_sender:{unit_of(market)}"]
    assert found["id"] in overdue(leader, **shown["query"]["params"])
    assert count(leader, shown["query"]) == shown["value"]


def test_once_it_is_answered_it_is_late_no_more(client, running):
    office, police, market = client("office"), client("police"), client("market")
    found = sent(client)
    assert term(running, found)[0] == term(running, found)[1] is not None
    found = receive(police, found)
    assert term(running, found)[0] == term(running, found)[1] is not None
    late(running, found["id"])
    assert found["id"] in overdue(office, handover_overdue=True)
    found = decide(police, found, "not_filed")
    assert term(running, found)[0] == term(running, found)[1]
    act(market, done(market.get(f"/leads/{found['id']}")), "let_stand")
    assert term(running, found) == (None, None)
    assert found["id"] not in overdue(office, handover_overdue=True)


def test_a_waiver_taken_back_lets_the_term_go_on(client, running):
    leader = client("leader")
    found = act(leader, sent(client), "waive", reason="点错了")
    assert term(running, found) == (None, None)
    found = act(leader, found, "unwaive")
    assert term(running, found)[0] == term(running, found)[1] is not None
