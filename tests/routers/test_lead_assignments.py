"""Assignment one can trust: no office as handler, batches shown before and taken back after."""

from datetime import timedelta

import pytest

from api.core.base.clock import today
from tests.answers import problem
from tests.database import run_sql
from tests.factories import assign, fresh, make_lead, seat, unit_of
from tests.leads import act


def ids(*leads) -> list[dict]:
    return [{"id": each["id"], "version": each["version"]} for each in leads]


def propose(running, lead: dict, unit_id: str) -> None:
    """As a ledger's unit column does."""
    run_sql(running, "UPDATE leads SET proposed_unit_id = $1 WHERE id = $2", unit_id, lead["id"])


class TestNobodyHandlesItYet:
    def test_the_office_is_not_its_handler(self, client, running):
        office, police = client("office"), client("police")
        lead = make_lead(office)
        propose(running, lead, police.me["unit"]["id"])
        shown = office.get(f"/leads/{lead['id']}").json()
        assert shown["owner_unit"] is None
        assert shown["proposed_unit"]["name"] == "派出所"
        found = office.get("/leads", params={"q": lead["number"]}).json()["items"]
        assert [each["owner_unit"] for each in found] == [None]
        mine = {"q": lead["number"], "owner_unit_id": office.me["unit"]["id"]}
        assert office.get("/leads", params=mine).json()["items"] == []
        given = assign(office, lead, police)
        assert given["owner_unit"]["name"] == "派出所"
        theirs = {"q": lead["number"], "owner_unit_id": police.me["unit"]["id"]}
        assert len(office.get("/leads", params=theirs).json()["items"]) == 1

    def test_who_objects_is_not_its_handler_and_says_who_should_be(self, client):
        office, police, market = client("office"), client("police"), client("market")
        lead = assign(office, make_lead(office), police)
        told = act(
            police, lead, "dispute", reason="不归我们管", proposed_unit_id=market.me["unit"]["id"]
        )
        assert told["owner_unit"] is None
        assert told["proposed_unit"]["id"] == market.me["unit"]["id"]
        asked = {"kind": "assignment_slip", "subject_id": lead["id"]}
        assert problem(office.post("/papers", json=asked), 409)["code"] == "lead_not_assigned"

    def test_a_similar_lead_says_so_too(self, client):
        office = client("office")
        first, second = (make_lead(office, subject_name="某某康养会所") for _ in range(2))
        found = office.get(f"/leads/{second['id']}/similar").json()["items"]
        assert [e["owner_unit"] for e in found if e["id"] == first["id"]] == [None]


class TestSomebodyIsThere:
    @pytest.fixture
    def empty(self, office) -> dict:
        body = {"name": fresh("某新设所"), "kind": "human_resources", "division_code": "341522118"}
        answer = office.post("/units", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def refused(self, answer) -> None:
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["code"] == "receiver_has_nobody", answer.text

    def test_a_unit_without_anybody_gets_nothing(self, client, office, system, empty):
        """In one, in many, as a helper: and as soon as somebody sits there, it does."""
        lead = make_lead(office)
        url, to = f"/leads/{lead['id']}", {"unit_id": empty["id"]}
        body = {"items": ids(lead), "unit_id": empty["id"]}

        def everywhere() -> None:
            self.refused(office.act(url, "assign", lead["version"], **to))
            for path in ("/leads/assignments/previews", "/leads/assignments"):
                refused = office.post(path, json=body).json()["refused"]
                assert [each["code"] for each in refused] == ["validation_failed"]
                assert empty["name"] in refused[0]["detail"]
            police = {"unit_id": unit_of(client("police"))}
            helped = police | {"assisting_unit_ids": [empty["id"]]}
            self.refused(office.act(url, "assign", lead["version"], **helped))

        everywhere()
        made = system.post(f"/units/{empty['id']}/posts")
        assert made.status_code == 201, made.text
        everywhere()  # a post is nobody
        seat(system, made.json()["posts"][0])
        given = office.act(url, "assign", lead["version"], **to)
        assert given.status_code == 200, given.text

    def test_who_left_is_nobody(self, office, system, empty):
        post = system.post(f"/units/{empty['id']}/posts").json()["posts"][0]
        seat(system, post)
        now = system.get(f"/posts/{post['id']}").json()
        gone = system.post(
            f"/posts/{post['id']}/holders", json={"version": now["version"], "user_id": None}
        )
        assert gone.status_code in {200, 201}, gone.text
        lead = make_lead(office)
        to = {"unit_id": empty["id"]}
        self.refused(office.act(f"/leads/{lead['id']}", "assign", lead["version"], **to))


class TestPreview:
    def test_it_says_which_unit_gets_how_many_until_when_and_changes_nothing(self, client, running):
        office, police, market = client("office"), client("police"), client("market")
        leads = [make_lead(office, primary_category=each) for each in ("C1", "C1", "C1", "C0")]
        for lead, who in zip(leads, (police, police, market), strict=False):
            propose(running, lead, who.me["unit"]["id"])
        before = office.get("/leads/assignments").json()["items"]
        day = (today() + timedelta(days=20)).isoformat()
        body = {"items": ids(*leads), "due_on": day}
        shown = office.post("/leads/assignments/previews", json=body)
        assert shown.status_code == 200, shown.text
        found = shown.json()
        assert found["id"] is None
        told = [(e["unit"]["name"], e["leads"], e["due_on"]) for e in found["units"]]
        assert told == [("派出所", 2, day), ("市场监管所", 1, day)]
        assert [(e["number"], e["code"]) for e in found["refused"]] == [
            (leads[3]["number"], "unit_missing")
        ]
        for lead in leads:
            now = office.get(f"/leads/{lead['id']}").json()
            assert (now["status"], now["version"]) == ("registered", lead["version"])
        assert office.get("/leads/assignments").json()["items"] == before
        done = office.post("/leads/assignments", json=body).json()
        assert done["units"] == found["units"], "what was shown is what is done"

    def test_who_may(self, client, anonymous):
        lead = make_lead(client("office"))
        body = {"items": ids(lead)}
        url = "/leads/assignments"
        assert anonymous.post(f"{url}/previews", json=body).status_code == 401
        for who in ("police", "leader", "village01"):
            for answer in (
                client(who).post(f"{url}/previews", json=body),
                client(who).get(url),
                client(who).post(f"{url}/{lead['id']}/reversals", json={"reason": "交办有误"}),
            ):
                assert answer.status_code == 403, who


class TestTakingBack:
    def test_until_acknowledged(self, client, running):
        office, police, market = client("office"), client("police"), client("market")
        leads = [make_lead(office) for _ in range(3)]
        propose(running, leads[0], market.me["unit"]["id"])
        body = {"items": ids(*leads), "unit_id": police.me["unit"]["id"]}
        batch = office.post("/leads/assignments", json=body).json()
        act(police, police.get(f"/leads/{leads[2]['id']}").json(), "acknowledge")
        url = f"/leads/assignments/{batch['id']}/reversals"
        back = office.post(url, json={"reason": "单位选错了"})
        assert back.status_code == 200, back.text
        stays = {"id": leads[2]["id"], "number": leads[2]["number"]}
        stays |= {"code": "acknowledged", "detail": "已签收"}
        assert back.json() == {"taken_back": 2, "refused": [stays]}
        for lead in leads[:2]:
            now = office.get(f"/leads/{lead['id']}").json()
            assert (now["status"], now["owner_unit"], now["due_rule"], now["assigned_on"]) == (
                "registered", None, "LEAD-UNOWNED", None,
            )  # fmt: skip
            assert police.get(f"/leads/{lead['id']}").status_code == 404, "not theirs any more"
        first = office.get(f"/leads/{leads[0]['id']}").json()
        assert first["proposed_unit"]["id"] == market.me["unit"]["id"], "as it was proposed"
        kept = police.get(f"/leads/{leads[2]['id']}").json()
        assert kept["status"] == "verifying"
        shown = next(
            e for e in office.get("/leads/assignments").json()["items"] if e["id"] == batch["id"]
        )
        assert (shown["leads"], shown["waiting"]) == (3, 0)
        (unit,) = shown["units"]
        assert unit["unit"]["name"] == "派出所"
        assert unit["outcomes"] == [
            {"outcome": "acknowledged", "leads": 1},
            {"outcome": "taken_back", "leads": 2},
        ]
        again = problem(office.post(url, json={"reason": "再收一次"}), 409, "nothing_to_take_back")
        assert again["refused"] == [stays]
        assert "1 条已签收" in again["detail"]

    def test_what_came_back_does_not_come_back_twice(self, client):
        office, police = client("office"), client("police")
        body = {"items": ids(make_lead(office)), "unit_id": police.me["unit"]["id"]}
        url = f"/leads/assignments/{office.post('/leads/assignments', json=body).json()['id']}"
        done = office.post(f"{url}/reversals", json={"reason": "单位选错了"})
        assert done.json() == {"taken_back": 1, "refused": []}
        again = office.post(f"{url}/reversals", json={"reason": "再收一次"})
        assert "全部收回" in problem(again, 409, "nothing_to_take_back")["detail"]

    def test_what_was_given_anew_is_no_longer_of_the_batch(self, client):
        office, police = client("office"), client("police")
        lead = make_lead(office)
        body = {"items": ids(lead), "unit_id": police.me["unit"]["id"]}
        batch = office.post("/leads/assignments", json=body).json()
        told = act(police, police.get(f"/leads/{lead['id']}").json(), "dispute", reason="不归我管")
        assign(office, told, police)
        url = f"/leads/assignments/{batch['id']}/reversals"
        refusal = problem(office.post(url, json={"reason": "收回"}), 409, "nothing_to_take_back")
        assert "1 条有异议" in refusal["detail"]
        assert office.get(f"/leads/{lead['id']}").json()["status"] == "assigned"

    def test_one_alone_and_the_alarm_goes_on_where_it_stood(self, client, running):
        office, police = client("office"), client("police")
        lead = make_lead(office)
        sql = "UPDATE leads SET unowned_on = unowned_on - 9 WHERE id = $1 RETURNING unowned_on"
        ((since,),) = run_sql(running, sql, lead["id"])
        given = assign(office, lead, police)
        offers = {each["action"]: each for each in given["available_actions"]}
        assert offers["take_back"]["danger"], "it goes backwards: never the next step"
        assert "take_back" not in {
            e["action"] for e in police.get(f"/leads/{lead['id']}").json()["available_actions"]
        }
        back = act(office, given, "take_back", reason="交办有误")
        assert (back["status"], back["owner_unit"]) == ("registered", None)
        ((now,),) = run_sql(running, "SELECT unowned_on FROM leads WHERE id = $1", lead["id"])
        assert now == since
        seen = act(police, assign(office, back, police), "acknowledge")
        # whoever had it in hand has it no more: it waits at the desk from today
        back = act(office, seen, "take_back", reason="换单位办理")
        assert (back["status"], back["owner_unit"]) == ("registered", None)
        ((now,),) = run_sql(running, "SELECT unowned_on FROM leads WHERE id = $1", lead["id"])
        assert now == today()
        assert police.get(f"/leads/{lead['id']}").status_code == 404

    def test_its_assistants_are_let_off(self, client):
        office, police, market = client("office"), client("police"), client("market")
        lead = make_lead(office)
        given = act(
            office, lead, "assign", unit_id=police.me["unit"]["id"],
            assisting_unit_ids=[market.me["unit"]["id"]], assist_task="核对登记",
        )  # fmt: skip
        assert market.get(f"/leads/{lead['id']}").status_code == 200
        back = act(office, given, "take_back", reason="交办有误")
        assert [each["status"] for each in back["assists"]] == ["ended"]
        assert market.get(f"/leads/{lead['id']}").status_code == 404

    def test_a_batch_of_elsewhere_is_none(self, client):
        url = "/leads/assignments/0192f0c1-0000-7000-8000-000000000000/reversals"
        assert client("office").post(url, json={"reason": "收回"}).status_code == 404
        blank = client("office").post(url, json={"reason": " "})
        assert (blank.status_code, blank.json()["errors"][0]["pointer"]) == (422, "/reason")


class TestTimeline:
    def test_it_says_to_whom_and_until_when(self, client):
        office, police, market = client("office"), client("police"), client("market")
        lead = make_lead(office)
        given = act(
            office, lead, "assign", unit_id=police.me["unit"]["id"],
            assisting_unit_ids=[market.me["unit"]["id"]],
        )  # fmt: skip
        (last, *_) = office.get(f"/leads/{lead['id']}/timeline").json()["items"]
        assert last["details"] == [
            {"label": "承办单位", "value": "派出所"},
            {"label": "协办单位", "value": "市场监管所"},
            {"label": "办理期限", "value": given["due_on"]},
        ]
        follower = client("village01").get(f"/leads/{lead['id']}/timeline")
        if follower.status_code == 200:
            assert all(each["details"] == [] for each in follower.json()["items"])

    def test_asked_to_help_until_its_own_day(self, client):
        office, police, market = client("office"), client("police"), client("market")
        lead = assign(office, make_lead(office), police)
        asked = act(
            police, lead, "ask_assist", assisting_unit_id=market.me["unit"]["id"],
            assist_task="核对登记",
        )  # fmt: skip
        (last, *_) = office.get(f"/leads/{lead['id']}/timeline").json()["items"]
        assert {"label": "协办单位", "value": "市场监管所"} in last["details"]
        until = next(e["value"] for e in last["details"] if e["label"] == "协办期限")
        assert until == asked["assists"][0]["due_on"]

    def test_to_which_department_and_why(self, client):
        office, police = client("office"), client("police")
        lead = act(police, assign(office, make_lead(office), police), "acknowledge")
        act(
            police, lead, "transfer_department", organ="market", department="某县市场监管局",
            materials="材料一份", reason="属其职责",
        )  # fmt: skip
        (last, *_) = office.get(f"/leads/{lead['id']}/timeline").json()["items"]
        told = {each["label"]: each["value"] for each in last["details"]}
        assert told["部门类别"] == "市场监管部门"
        assert told["接收单位名称"] == "某县市场监管局"
        assert told["理由"] == "属其职责"
