"""A unit, a post or a person with open work does not vanish."""

from dataclasses import dataclass
from uuid import uuid4

import httpx
import pytest

from api.core.base.clock import today
from api.domain.kit.permissions import Permission
from api.services.across import departures
from tests import entities
from tests.conftest import Client
from tests.database import run_sql
from tests.factories import make_lead

TOWN = "341522118"


def fresh(word: str) -> str:
    return f"{word}{uuid4().hex[:10]}"


def done(answer: httpx.Response) -> dict:
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


@dataclass
class Department:
    """A unit of its own, with people in its posts."""

    office: Client
    system: Client
    unit: dict

    def seat(self, person: str | None = None) -> tuple[dict, str]:
        """A post with somebody in it: the post, and who."""
        body = {"name": fresh("业务岗"), "role": "department", "unit_id": self.unit["id"]}
        post = done(self.system.post("/posts", json=body))
        person = person or self.person()
        url = f"/posts/{post['id']}/holders"
        return done(
            self.system.post(url, json={"version": post["version"], "user_id": person})
        ), person

    def person(self) -> str:
        body = {"username": fresh("d"), "name": "程新人"}
        return done(self.system.post("/users", json=body))["id"]

    def owe(self) -> dict:
        """A lead that waits for the unit."""
        lead = make_lead(self.office)
        return done(
            self.office.act(
                f"/leads/{lead['id']}", "assign", lead["version"], unit_id=self.unit["id"]
            )
        )

    def vacate(self, post: dict) -> httpx.Response:
        url = f"/posts/{post['id']}/holders"
        return self.system.post(url, json={"version": post["version"], "user_id": None})

    def close(self, path: str, identity: str, **more) -> httpx.Response:
        who = self.office if path == "units" else self.system
        version = who.get(f"/{path}/{identity}").json()["version"]
        body = {"version": version, "is_active": False} | more
        return who.patch(f"/{path}/{identity}", json=body)


@pytest.fixture
def department(office, system) -> Department:
    body = {"name": fresh("某业务所"), "kind": "human_resources", "division_code": TOWN}
    return Department(office, system, done(office.post("/units", json=body)))


def refused(answer: httpx.Response, *words: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (409, "work_open"), answer.text
    for word in words:
        assert word in answer.json()["detail"], answer.json()["detail"]


class TestSeats:
    def test_the_last_one_stays_while_something_waits(self, department):
        post, person = department.seat()
        department.owe()
        name = department.unit["name"]
        refused(department.vacate(post), name, "未办结的线索 1 条", "接任人")
        refused(department.close("posts", post["id"]), name, "未办结的线索 1 条")
        refused(department.close("users", person), name, "未办结的线索 1 条", "停用该人员")
        # nothing was done by halves
        now = department.system.get(f"/posts/{post['id']}").json()
        assert (now["holder"]["id"], now["is_active"], now["version"]) == (person, True, 2)
        assert department.system.get(f"/users/{person}").json()["is_active"] is True

    def test_a_colleague_or_a_successor_lets_go(self, department):
        first, person = department.seat()
        department.owe()
        second, colleague = department.seat()
        assert department.vacate(first).status_code == 201
        refused(department.vacate(second))
        # handed on, nothing is lost
        url = f"/posts/{second['id']}/holders"
        body = {"version": second["version"], "user_id": person}
        assert department.system.post(url, json=body).status_code == 201
        assert department.close("users", colleague).status_code == 200

    def test_a_colleague_without_the_right_does_not_count(self, department, system):
        """Another unit's people are no colleagues, nor is somebody whose account is closed."""
        post, _ = department.seat()
        department.owe()
        _, colleague = department.seat()
        assert department.close("users", colleague).status_code == 200
        refused(department.vacate(post))

    def test_both_at_once_are_not_each_others_colleague(self, department):
        """One person in both seats of a unit."""
        _, person = department.seat()
        department.seat(person)
        department.owe()
        refused(department.close("users", person))

    def test_what_is_over_may_ask_for_something_yet(self, running, department):
        """A turn is a turn, whatever the record is called: a visit that was made waits to be
        closed. Whoever has it at home as well lets go."""
        post, _ = department.seat()
        unit = department.unit["id"]
        inspection = entities.visit(
            department.office,
            entity_id=entities.register(department.office)["id"],
            planned_on=today().isoformat(),
        )
        of_it = "WHERE id = $1"
        run_sql(
            running,
            f"UPDATE inspections SET status = 'done', done_on = planned_on, finding = 'none' {of_it}",
            inspection["id"],
        )
        run_sql(
            running, f"UPDATE inspections SET owner_unit_id = $2 {of_it}", inspection["id"], unit
        )
        refused(department.vacate(post), department.unit["name"], "1 件", "接任人")
        department.seat()
        done(department.vacate(post))

    def test_with_nothing_open_everybody_goes(self, department):
        post, person = department.seat()
        assert department.vacate(post).status_code == 201
        assert department.close("users", person).status_code == 200
        assert department.close("posts", post["id"]).status_code == 200
        assert department.close("units", department.unit["id"]).status_code == 200

    def test_a_person_goes_with_a_successor(self, department):
        post, person = department.seat()
        other, _ = department.seat(person)
        department.owe()
        heir = department.person()
        gone = done(department.close("users", person, successor_id=heir))
        assert (gone["is_active"], gone["posts"]) == (False, [])
        held = department.system.get(f"/users/{heir}").json()["posts"]
        assert {each["post_id"] for each in held} == {post["id"], other["id"]}
        spans = department.system.get(f"/posts/{post['id']}/holders").json()["items"]
        assert [each["user"]["id"] for each in spans] == [heir, person]

    def test_who_takes_a_post_leaves_nothing_undone_in_the_one_they_had(
        self, department, office, system
    ):
        """A login is of one post alone: of two, the later."""
        body = {"name": fresh("另一业务所"), "kind": "human_resources", "division_code": TOWN}
        other = Department(office, system, done(office.post("/units", json=body)))
        _, person = department.seat()
        theirs, leaver = other.seat()
        department.owe()
        name = department.unit["name"]
        told = {"version": theirs["version"], "user_id": person}
        refused(system.post(f"/posts/{theirs['id']}/holders", json=told), name, "由该人员接任")
        refused(other.close("users", leaver, successor_id=person), name, "由该人员接任")
        assert system.get(f"/users/{leaver}").json()["is_active"] is True
        # with a colleague at home who goes on with it they may
        department.seat()
        assert system.post(f"/posts/{theirs['id']}/holders", json=told).status_code == 201
        # of two posts only the later is acted in: what waits there is not left with the earlier
        other.owe()
        refused(other.close("users", person), other.unit["name"])

    def test_a_successor_must_be_able_to(self, department, system):
        _, person = department.seat()
        department.owe()
        closed = department.person()
        assert department.close("users", closed).status_code == 200
        for heir in (closed, person, "00000000-0000-7000-8000-000000000000"):
            answer = department.close("users", person, successor_id=heir)
            fault = answer.json()["errors"][0]
            assert (fault["pointer"], fault["code"]) == ("/successor_id", "user_unknown")
            assert fault["label"] == "接任人"
        administrator = system.get("/users", params={"q": "security_admin"}).json()["items"][0]
        answer = department.close("users", person, successor_id=administrator["id"])
        assert (answer.status_code, answer.json()["code"]) == (422, "posts_incompatible")
        version = system.get(f"/users/{person}").json()["version"]
        body = {"version": version, "successor_id": department.person()}
        answer = system.patch(f"/users/{person}", json=body)
        assert answer.json()["errors"][0]["code"] == "only_with_leaving"


class TestUnits:
    @staticmethod
    def forsaken(running, department) -> None:
        """As some units came from before posts were kept: with work, and without a post."""
        sql = "UPDATE posts SET is_active = false WHERE unit_id = $1"
        run_sql(running, sql, department.unit["id"])

    def test_one_that_owns_something_open_stays(self, running, department):
        department.seat()
        lead = department.owe()
        self.forsaken(running, department)
        refused(
            department.close("units", department.unit["id"]),
            department.unit["name"], "未办结的线索 1 条", "改派",
        )  # fmt: skip
        assert department.office.get(f"/units/{department.unit['id']}").json()["is_active"] is True
        done(
            department.office.act(
                f"/leads/{lead['id']}", "withdraw", lead["version"], reason="重复登记，不再办理"
            )
        )
        assert department.close("units", department.unit["id"]).status_code == 200

    def test_what_it_was_asked_and_what_it_regulates_counts(self, client, running, department):
        department.seat()
        lead = make_lead(department.office)
        police = client("police")
        given = done(
            department.office.act(
                f"/leads/{lead['id']}", "assign", lead["version"],
                unit_id=police.me["unit"]["id"],
            )
        )  # fmt: skip
        done(
            police.act(
                f"/leads/{lead['id']}", "ask_assist", given["version"],
                assisting_unit_id=department.unit["id"], assist_task="核对社保缴费",
            )
        )  # fmt: skip
        body = {
            "name": fresh("某代办点"), "industry": "social_insurance", "address": "新桥村东头",
            "division_code": "341522118201", "owner_unit_id": department.unit["id"],
        }  # fmt: skip
        done(department.office.post("/risk-entities", json=body))
        self.forsaken(running, department)
        refused(
            department.close("units", department.unit["id"]),
            "未答复的协办 1 件", "在管的风险主体 1 家",
        )  # fmt: skip

    def test_one_with_posts_says_so_first(self, department):
        department.seat()
        department.owe()
        answer = department.close("units", department.unit["id"])
        assert answer.json()["code"] == "unit_in_use"


def test_what_waits_for_the_town_is_no_units_own():
    """Whoever hands out, approves or pays does it for all units: it stays open when one of them goes."""
    rights = {work.needs for work in departures._WORK if work.of_town}
    assert rights == {
        Permission.LEAD_ASSIGN, Permission.LEAD_APPROVE_TRANSFER, Permission.DISTRIBUTION_PREPARE,
        Permission.DISTRIBUTION_APPROVE, Permission.DISTRIBUTION_PAY, Permission.REWARD_APPROVE,
        Permission.REWARD_PAY,
    }  # fmt: skip
    assert not {work.needs for work in departures._WORK if not work.of_town} & rights
