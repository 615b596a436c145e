"""Who reported a lead was promised an answer by a day: no act of those who owe it wins time."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from api.core.base.clock import today
from api.domain.law.calendar import Calendar
from tests import factories
from tests.answers import done, problem
from tests.conftest import own_town
from tests.database import run_sql
from tests.factories import unit_of
from tests.handovers import body_for, decide, fresh, receive
from tests.lateness import agree
from tests.leads import act, fed_back

#: Every figure is of this file's own rows.
running, client = own_town()

CALENDAR = Calendar.builtin()
DAYS = 60


def assigned(client) -> dict:
    office = client("office")
    return factories.assign(office, factories.make_lead(office), client("market"))


def verifying(client) -> dict:
    return act(client("market"), assigned(client), "acknowledge")


def concluded(client) -> dict:
    return factories.conclude(client("office"), client("market"), "unfounded")


def with_police(client) -> dict:
    market, police = client("market"), client("police")
    made = factories.conclude(client("office"), market)
    return receive(police, act(market, made, "transfer_police", **body_for(police)))


def late(running, made: dict) -> date:
    """Its reporter should have been told long ago; the day."""
    run_sql(
        running,
        "UPDATE leads SET due_on = due_on - $2::int, due_held_on = due_held_on - $2::int,"
        " due_from = due_from - $2::int, due_pauses = CASE WHEN due_held_on IS NULL THEN due_pauses"
        # handed over while there was time left
        " ELSE ARRAY[due_held_on - $2::int - 7] END WHERE id = $1",
        made["id"],
        DAYS,
    )
    [row] = run_sql(
        running, "SELECT COALESCE(due_on, due_held_on) AS day FROM leads WHERE id = $1", made["id"]
    )
    return row["day"]


def by(name: str, action: str, **fields: Any) -> Callable[[Any, dict], None]:
    def step(client, made: dict) -> None:
        who = client(name)
        given = {key: unit_of(client(unit)) for key, unit in fields.items() if key == "unit_id"}
        act(who, fresh(who, made), action, **fields | given)

    return step


def accuse(client, made: dict) -> None:
    body = {"unit_id": unit_of(client("police")), "reason": "举报人反映"}
    done(client("office").post(f"/leads/{made['id']}/accused-units", json=body))


def answer(client, made: dict) -> None:
    decide(client("police"), fresh(client("police"), made), "not_filed")


TAKE_BACK = by("office", "take_back", reason="另行交办")
ASSIGN, TO_ANOTHER = (
    by("office", "assign", unit_id="market"),
    by("office", "assign", unit_id="civil"),
)
#: From where, and by which acts of those who owe the answer.
WAYS: dict[str, tuple[Callable[[Any], dict], list[Callable[[Any, dict], None]]]] = {
    "taken back": (verifying, [TAKE_BACK]),
    "taken back before it was acknowledged": (assigned, [TAKE_BACK]),
    "taken back and given to the same": (verifying, [TAKE_BACK, ASSIGN]),
    "taken back and given to another": (verifying, [TAKE_BACK, TO_ANOTHER]),
    "twice": (verifying, [TAKE_BACK, TO_ANOTHER, TAKE_BACK, ASSIGN]),
    "disputed": (assigned, [by("market", "dispute", reason="不属职责")]),
    "disputed and given to another": (
        assigned,
        [by("market", "dispute", reason="不属职责"), TO_ANOTHER],
    ),
    "withdrawn and opened anew": (
        verifying,
        [by("office", "withdraw", reason="举报人撤回"), by("office", "reopen", reason="又来反映")],
    ),
    "withdrawn, opened anew and given": (
        verifying,
        [
            by("office", "withdraw", reason="举报人撤回"),
            by("office", "reopen", reason="又来反映"),
            ASSIGN,
        ],
    ),
    "verified a second time": (
        concluded,
        [by("office", "recheck", unit_id="civil", reason="存疑")],
    ),
    "the police must keep off it": (with_police, [accuse]),
    "the police answered": (with_police, [answer]),
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_waits_for_an_answer_waits_from_the_first_day(client, running, way):
    begin, acts = WAYS[way]
    made = begin(client)
    day = late(running, made)
    assert agree(client, made["id"]), "late before"
    for step in acts:
        step(client, made)
    assert agree(client, made["id"]), "and after"
    [row] = run_sql(running, "SELECT due_on FROM leads WHERE id = $1", made["id"])
    assert row["due_on"] == day


class TestGivenAnew:
    def test_no_day_wins_what_is_over(self, client, running):
        office = client("office")
        made = verifying(client)
        late(running, made)
        TAKE_BACK(client, made)
        made = fresh(office, made)
        given = {"unit_id": unit_of(client("civil")), "due_on": str(today() + timedelta(days=10))}
        shown = problem(office.act(f"/leads/{made['id']}", "assign", made["version"], **given), 422)
        assert [each["code"] for each in shown["errors"]] == ["term_is_over"]

    def test_the_office_gives_more_as_long_as_the_rule_lets_it(self, client, running):
        """Thirty working days since it was first given away, not since the last time."""
        office = client("office")
        made = verifying(client)
        began = today() - timedelta(days=14)
        run_sql(
            running,
            "UPDATE leads SET due_from = $2, due_on = $3 WHERE id = $1",
            made["id"], began, CALENDAR.step(began, 15),
        )  # fmt: skip
        TAKE_BACK(client, made)
        last = CALENDAR.step(began, 30)
        for day, said in ((last + timedelta(days=1), "later_than_maximum"), (last, "")):
            made = fresh(office, made)
            given = {"unit_id": unit_of(client("civil")), "due_on": str(day)}
            told = office.act(f"/leads/{made['id']}", "assign", made["version"], **given)
            if said:
                assert [each["code"] for each in problem(told, 422)["errors"]] == [said]
            else:
                assert done(told)["due_on"] == str(last)

    def test_told_once_a_new_round_has_a_new_day(self, client, running):
        office, market = client("office"), client("market")
        made = fed_back(market, concluded(client))
        made = factories.close(office, fresh(office, made))
        made = act(office, made, "reopen", reason="新的情况")
        ASSIGN(client, made)
        assert date.fromisoformat(fresh(office, made)["due_on"]) > today()


def test_the_desk_wins_no_time_by_withdrawing_or_handing_over(client, running):
    """Nobody has had it in between: it lies at the desk since the first day."""
    office = client("office")
    since = today() - timedelta(days=DAYS)
    for acts in (
        [by("office", "withdraw", reason="重复"), by("office", "reopen", reason="不重复")],
        [
            by("office", "transfer_department", organ="other", department="县住建局",
               materials="线索材料", reason="属其职责"),
            by("office", "recall", reason="另行交办"),
        ],
    ):  # fmt: skip
        made = factories.make_lead(office)
        run_sql(running, "UPDATE leads SET unowned_on = $2 WHERE id = $1", made["id"], since)
        for step in acts:
            step(client, made)
        [row] = run_sql(running, "SELECT unowned_on, status FROM leads WHERE id = $1", made["id"])
        assert (row["unowned_on"], row["status"]) == (since, "registered")
