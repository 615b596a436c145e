"""What no law sets a term for has one that the town sets: home, the record's own head, the lists,
what is brought before those above and the overview tell the same of it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from api.core.base.clock import today
from api.domain.across.step_terms import CLAIM, PAY, PREPARE, STEP_TERMS
from api.domain.across.ways import WAYS
from api.domain.kit.duties import DutyKind as K
from api.domain.kit.nouns import PATHS
from api.domain.law.calendar import Calendar
from tests import money, rewards, statuses
from tests.answers import done
from tests.campaign import live_half_a_year
from tests.conftest import Client, Running, logged_in, started
from tests.database import run_sql
from tests.duties import duties
from tests.figures import count, overview, questions, rows

STEP = Calendar.builtin().step
LONG_AGO = timedelta(days=200)
PEOPLE = (
    "office", "supervisor", "police", "market", "leader", "justice", "finance", "civil",
)  # fmt: skip
#: What a status alone does not bring about: the police gave up a case that came of a lead
#: (test_police_decisions.py::test_what_is_not_done_about_it_is_late_everywhere).
BROUGHT_ABOUT = {K.LEAD_DROPPED}
STATUSES = [
    pytest.param(noun, status.value, id=f"{noun} {status.value}")
    for noun, way in WAYS.items()
    for stage in way.stages
    for status, turns in stage.turns.items()
    if any(turn.what in STEP_TERMS.keys() - BROUGHT_ABOUT for turn in turns)
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with started(tmp_path_factory.mktemp("steps")) as running:
        live_half_a_year()
        yield running


@pytest.fixture(scope="module")
def as_(town: Running) -> Iterator[Callable[[str], Client]]:
    with logged_in(town) as as_:
        yield as_


def turns(who: Client, noun: str, record_id: str) -> list[dict[str, Any]]:
    """The reader's turns by the record's own head that have a term of the table."""
    answer = who.get(f"/{PATHS[noun]}/{record_id}")
    now = answer.json()["standing"]["now"] if answer.is_success else []
    return [each for each in now if each["rule"] in STEP_TERMS.values()]


def told(who: Client, record_id: str) -> list[dict[str, Any]]:
    """What of it was brought before somebody, by the table of steps."""
    found = done(who.get("/me/escalations"))["items"]
    # of a victim the case tells
    return [
        e for e in found if e["id"] == f"{e['what']}:{record_id}" and e["what"] in set(STEP_TERMS)
    ]


def asked(who: Client, kind: K) -> list[dict[str, Any]]:
    """What the overview asks about a kind."""
    key = f"late_{kind.value}"
    return [each for each in questions(overview(who)) if each["key"].partition(":")[0] == key]


@pytest.mark.slow
@pytest.mark.parametrize(("noun", "status"), STATUSES)
def test_the_late_ones_are_told_everywhere(
    town: Running, as_: Callable[[str], Client], noun: str, status: str
) -> None:
    record = statuses.one_of(town, as_("office"), noun)
    record_id, long_ago = str(record["id"]), today() - LONG_AGO
    days = {"turn_since": long_ago, "objection_until": long_ago - timedelta(days=30)}
    with statuses.standing_in(town, noun, record, status, **days):
        kinds = set[K]()
        for name in PEOPLE:
            for turn in turns(as_(name), noun, record_id):
                assert turn["overdue"], turn
                assert (turn["since"], turn["article"]) == (str(long_ago), "专项行动工作要求")
                if not turn["is_mine"]:
                    continue
                [duty] = [e for e in duties(as_(name), record_id) if e["what"] == turn["what"]]
                for field in ("due_on", "rule", "overdue", "since", "working_days_left"):
                    assert duty[field] == turn[field], (name, field)
                kinds.add(K(duty["kind"]))
        assert kinds, "it is nobody's turn"
        supervisor = as_("supervisor")
        reader = as_("office") if noun == "victim" else supervisor
        shown = {each["what"]: each for each in told(supervisor, record_id)}
        assert set(shown) == {kind.value for kind in kinds}
        for kind in kinds:
            each = shown[kind.value]
            assert (each["level"], each["unit"]["name"] != "") == ("supervisor", True)
            lines = asked(reader, kind)
            found = [row["id"] for line in lines for row in rows(reader, line["query"])]
            assert record_id in found
            assert [count(reader, each["query"]) for each in lines] == [
                each["value"] for each in lines
            ]
            assert lines[0]["first_due_on"] <= each["due_on"]
    days = {name: today() for name in days}
    with statuses.standing_in(town, noun, record, status, **days):
        assert not any(e["overdue"] for name in PEOPLE for e in turns(as_(name), noun, record_id))
        assert told(as_("supervisor"), record_id) == []
        for kind in kinds:
            params = {"late_step": kind.value, "limit": 200}
            late = done(reader.get(f"/{PATHS[noun]}", params=params))["items"]
            assert record_id not in {row["id"] for row in late}


class TestMoney:
    """A refund does not lie at the treasury for ever once the objections are over."""

    def plan(self, client: Any, running: Running) -> dict[str, Any]:
        office, police = client("office"), client("police")
        book = money.make_case(running)
        money.made(money.post_entry(police, book, "surrender_source", "in_custody", "1000.00"))
        money.make_victim(office, book)
        plan = money.make_plan(office, book)
        return done(office.act(f"/distributions/{plan['id']}", "compute", plan["version"]))

    def test_a_refund_after_its_objections(self, client: Any, running: Running) -> None:
        finance, supervisor = client("finance"), client("supervisor")
        plan = self.plan(client, running)
        path = f"/distributions/{plan['id']}"
        plan = done(client("leader").act(path, "approve", plan["version"], document_no="批1号"))
        plan = money.publish(client("office"), plan)
        until = today() + timedelta(days=20)
        run_sql(running, "UPDATE distributions SET objection_until = $2 WHERE id = $1",
                plan["id"], until)  # fmt: skip
        [turn] = done(finance.get(path))["standing"]["now"]
        over = until + timedelta(days=1)
        assert (turn["since"], turn["rule"], turn["is_early"]) == (str(over), PAY, True)
        assert turn["due_on"] > str(over)
        assert duties(finance, plan["id"]) == []
        for late, seen in ((-1, False), (4, False), (30, True)):
            first = STEP(today(), -5 - late)
            run_sql(running, "UPDATE distributions SET objection_until = $2, turn_since = $3"
                    " WHERE id = $1", plan["id"], first - timedelta(days=1),
                    first - timedelta(days=40))  # fmt: skip
            [duty] = duties(finance, plan["id"])
            assert (duty["overdue"], duty["since"]) == (late > 0, str(first))
            assert bool(told(supervisor, plan["id"])) is seen, late
        [each] = told(supervisor, plan["id"])
        assert each["unit"]["name"] == finance.me["unit"]["name"]
        plan = done(finance.get(path))
        done(finance.act(path, "pay", plan["version"], document_no="付1号"))
        assert told(supervisor, plan["id"]) == []
        [duty] = duties(finance, plan["id"])
        assert (duty["kind"], duty["since"], duty["overdue"]) == (
            K.DISTRIBUTION_CONFIRM, str(today()), False,
        )  # fmt: skip

    def test_a_reward_is_given_its_code_and_then_paid_out(
        self, client: Any, running: Running
    ) -> None:
        office, finance = client("office"), client("finance")
        lead = rewards.concluded(client, rewards.reported(office))
        draft = done(office.get(f"/leads/{lead['id']}/rewards"))["draft"]
        asked = {"lead_id": lead["id"], "rule_version": draft["rule_version"]}
        made = money.made(office.post("/rewards", json=asked))
        path = f"/rewards/{made['id']}"
        made = done(client("leader").act(path, "approve", made["version"], document_no="奖1号"))
        long_ago = today() - LONG_AGO
        run_sql(running, "UPDATE rewards SET turn_since = $2 WHERE id = $1", made["id"], long_ago)
        [duty] = duties(office, made["id"])
        assert (duty["kind"], duty["rule"], duty["overdue"]) == (K.REWARD_CODE, PREPARE, True)
        done(office.post(f"{path}/codes", json={"version": made["version"]}))
        [duty] = duties(finance, made["id"])
        assert (duty["kind"], duty["rule"], duty["since"]) == (K.REWARD_PAY, CLAIM, str(today()))
        run_sql(running, "UPDATE rewards SET turn_since = $2 WHERE id = $1", made["id"], long_ago)
        version = done(office.get(path))["version"]
        done(office.post(f"{path}/codes", json={"version": version}))
        [duty] = duties(finance, made["id"])
        assert duty["overdue"], "another code does not give another month"

    def test_a_step_of_another_list_is_refused(self, client: Any) -> None:
        answer = client("office").get("/rewards", params={"late_step": "distribution_pay"})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_step")
        assert answer.json()["errors"][0]["pointer"] == "#query/late_step"
