"""The triage desk over HTTP: the order, the rights, two people at once, and nothing twice."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import own_town
from tests.factories import assign, make_lead

#: A town whose only leads are those of this file: the desk is one queue for all of it.
running, desk = own_town()


def turn(who, cursor=None) -> dict:
    answer = who.get("/leads/next", params={"cursor": cursor} if cursor else {})
    assert answer.status_code == 200, answer.text
    return answer.json()


def walk(who) -> list[dict]:
    """A whole round without touching anything."""
    shown, cursor = [], None
    while (got := turn(who, cursor))["item"]:
        shown.append(got["item"])
        cursor = got["next_cursor"]
    return shown


def clear(office, unit_id) -> None:
    """Everything off the desk."""
    for each in walk(office):
        url, version = f"/leads/{each['id']}", each["version"]
        if each["status"] == "received":
            version = office.act(url, "register", version).json()["version"]
        assert office.act(url, "assign", version, unit_id=unit_id).status_code == 200


@pytest.fixture
def empty(desk):
    clear(desk("office"), desk("police").me["unit"]["id"])
    return desk


class TestTheOrder:
    def test_fast_track_then_due_then_first_come(self, empty):
        office, police = empty("office"), empty("police")
        plain = make_lead(office)
        handed_in = make_lead(empty("grid01"))
        disputed = assign(office, make_lead(office), police)
        disputed = police.act(
            f"/leads/{disputed['id']}", "dispute", disputed["version"], reason="不归我管"
        ).json()
        fast = make_lead(office, fast_track=True)
        assert [each["id"] for each in walk(office)] == [
            each["id"] for each in (fast, disputed, plain, handed_in)
        ], "who reported what came back waits for longest"

    def test_what_is_told_is_the_lead_itself(self, empty):
        office = empty("office")
        made = make_lead(office)
        got = turn(office)
        assert got["item"] == office.get(f"/leads/{made['id']}").json()
        assert got["passed"] == 0
        end = turn(office, got["next_cursor"])
        assert end == {"item": None, "next_cursor": None, "passed": 1}

    def test_a_lead_that_is_given_away_is_gone(self, empty):
        office = empty("office")
        first, second = make_lead(office), make_lead(office)
        got = turn(office)
        assert got["item"]["id"] == first["id"]
        assign(office, first, empty("police"))
        got = turn(office, got["next_cursor"])
        assert (got["item"]["id"], got["passed"]) == (second["id"], 0)


class TestRights:
    @pytest.mark.parametrize("who", ["leader", "police", "village01", "grid01", "system_admin"])
    def test_only_the_office_sits_at_the_desk(self, desk, who):
        assert desk(who).get("/leads/next").status_code == 403

    def test_nobody_without_a_login(self, anonymous):
        assert anonymous.get("/leads/next").status_code == 401

    @pytest.mark.parametrize("cursor", ["x", "AAAA", "\u9738"])
    def test_a_foreign_cursor_is_refused(self, desk, cursor):
        answer = desk("office").get("/leads/next", params={"cursor": cursor})
        assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


class TestTwoAtTheDesk:
    def test_one_wins_and_the_other_gets_the_next(self, empty):
        office = empty("office")
        unit = empty("police").me["unit"]["id"]
        first, second = make_lead(office), make_lead(office)
        mine = turn(office)
        theirs = turn(office)
        assert mine["item"]["id"] == theirs["item"]["id"] == first["id"]
        url, version = f"/leads/{first['id']}", first["version"]
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(lambda _: office.act(url, "assign", version, unit_id=unit), range(2))
            )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        assert turn(office, theirs["next_cursor"])["item"]["id"] == second["id"]

    @pytest.mark.parametrize("seed", range(6))
    def test_nothing_is_skipped_and_nothing_comes_twice(self, empty, seed):
        """Others register, assign, dispute and hand in between the turns of one person."""
        office, police, grid = empty("office"), empty("police"), empty("grid01")
        dice = random.Random(seed)
        waiting = {each["id"]: each for each in (make_lead(office) for _ in range(5))}
        out: dict[str, dict] = {}
        shown: list[str] = []
        cursor = None
        for _ in range(40):
            for _ in range(dice.randrange(3)):
                _somebody_else(dice, office, police, grid, waiting, out, shown)
            got = turn(office, cursor)
            if got["item"] is None:
                break
            assert got["item"]["id"] in waiting, "it waits indeed"
            assert got["item"]["id"] not in shown, "once a round"
            shown.append(got["item"]["id"])
            assert got["passed"] == len(set(shown[:-1]) & set(waiting))
            cursor = got["next_cursor"]
        else:
            pytest.fail("the round has no end")
        assert set(waiting) <= set(shown), "nothing was passed by"


def _somebody_else(dice, office, police, grid, waiting, out, shown) -> None:
    what = dice.choice(["hand_in", "assign", "assign", "register", "dispute"])
    if what == "hand_in" and len(waiting) + len(out) < 25:
        made = make_lead(dice.choice([office, grid]), fast_track=dice.random() < 0.3)
        waiting[made["id"]] = made
    elif what in {"assign", "register"} and waiting:
        lead = waiting[dice.choice(sorted(waiting))]
        url = f"/leads/{lead['id']}"
        if lead["status"] == "received":
            waiting[lead["id"]] = lead = office.act(url, "register", lead["version"]).json()
        if what == "assign":
            out[lead["id"]] = assign(office, lead, police)
            del waiting[lead["id"]]
    elif what == "dispute":
        # one that this person had on the screen comes back in the next round at the latest
        fresh = [key for key in sorted(out) if key not in shown]
        if fresh:
            lead = out.pop(dice.choice(fresh))
            told = police.act(f"/leads/{lead['id']}", "dispute", lead["version"], reason="不归我管")
            waiting[lead["id"]] = told.json()
