"""Rule sets over HTTP: drafted by one, approved by another, in force from a day, kept for ever."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import asyncpg
import pytest

from api.core.base.clock import today
from api.domain.across.rule_sets import RULE_SETS, RuleKind, builtin_id
from tests.conftest import own_town
from tests.database import run_sql
from tests.duties import duties
from tests.money import done, made
from tests.rewards import concluded, reported
from tests.rule_sets import act, drafted, of_kind, put_in_force

#: What is decided here holds for everybody of the town.
running, client = own_town()
KIND = "rewards"


def refused(answer, status: int, code: str, pointer: str | None = None) -> dict:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), answer.text
    if pointer is not None:
        assert pointer in {each["pointer"] for each in told["errors"]}, answer.text
    return told


@pytest.fixture
def nothing_open(client):
    """No draft is left from another test."""
    yield
    open_ = of_kind(client("office"), KIND)["open"]
    if open_:
        done(act(client("office"), open_, "withdraw", reason="不再需要"))


@pytest.mark.usefixtures("nothing_open")
class TestTheWay:
    def test_every_kind_comes_with_a_version_and_says_what_it_holds(self, client):
        listed = done(client("office").get("/rule-sets"))["items"]
        assert {each["kind"] for each in listed} == {kind.value for kind in RuleKind}
        for each in listed:
            told = of_kind(client("office"), each["kind"])
            row = RULE_SETS[RuleKind(each["kind"])]
            assert [entry["name"] for entry in told["entries"]] == [e.name for e in row.entries]
            assert set(told["content"]) == {entry.name for entry in row.entries}
            first = told["versions"][-1]
            assert (first["number"], first["owner"]) == (1, "builtin")
            assert first["id"] == str(builtin_id(RuleKind(each["kind"]), 1))
            shown = done(client("office").get(f"/rule-set-versions/{first['id']}"))
            assert (shown["standing"], shown["available_actions"]) == (None, [])

    def test_drafted_submitted_approved_in_force(self, client):
        office, leader = client("office"), client("leader")
        before = of_kind(office, KIND)
        version = drafted(office, KIND, changes={"basis_points": 100})
        assert (version["status"], version["force"], version["number"]) == ("draft", "none", None)
        [turn] = version["standing"]["now"]
        assert (turn["what"], turn["is_mine"]) == ("规则草稿待提交批准", True)
        assert turn["rule"] == "STEP-PREPARE"
        assert duties(office, version["id"], "rule_set_submit")
        submitted = done(act(office, version, "submit"))
        assert not duties(office, version["id"])
        [duty] = duties(leader, version["id"], "rule_set_approve")
        assert (duty["title"], duty["rule"]) == ("举报奖励规则", "STEP-APPROVE")
        [turn] = submitted["standing"]["now"]
        assert (turn["whom"], turn["is_mine"]) == ("镇领导", False)
        seen = of_kind(leader, KIND)
        assert seen["waits_for"].startswith("镇领导：")
        assert seen["in_force"] == before["in_force"]
        head = done(leader.get(f"/rule-set-versions/{version['id']}"))["standing"]
        assert head["next_action"] == "approve"
        approved = done(act(leader, version, "approve"))
        assert approved["number"] == before["versions"][0]["number"] + 1
        assert (approved["status"], approved["force"]) == ("approved", "in_force")
        assert approved["approved_by"]
        assert approved["approved_by"] != approved["author"]
        now = of_kind(office, KIND)
        assert now["in_force"]["id"] == version["id"]
        assert now["content"]["basis_points"] == 100
        assert now["open"] is None
        assert {each["force"] for each in now["versions"][1:]} == {"replaced"}
        told = done(office.get(f"/rule-set-versions/{version['id']}/timeline"))["items"]
        assert {"rule_set.drafted", "rule_set.transitioned"} <= {each["name"] for each in told}

    def test_it_waits_for_its_day(self, client):
        office, leader = client("office"), client("leader")
        before = of_kind(office, KIND)
        day = (today() + timedelta(days=3)).isoformat()
        later = put_in_force(office, leader, KIND, valid_from=day, changes={"basis_points": 7})
        now = of_kind(office, KIND)
        assert now["in_force"]["id"] == before["in_force"]["id"]
        assert [each["id"] for each in now["ahead"]] == [later["id"]]
        # the next one does not come before it
        body = {"valid_from": today().isoformat(), "source": "众专办〔2026〕10号"}
        answer = office.post(f"/rule-sets/{KIND}/versions", json=body)
        refused(answer, 422, "before_another", "/valid_from")
        run_sql(
            client("office").running,
            "UPDATE rule_set_versions SET valid_from = $2 WHERE id = $1",
            later["id"], today(),
        )  # fmt: skip
        assert of_kind(office, KIND)["in_force"]["id"] == later["id"]

    def test_given_back_with_a_reason_changed_and_submitted_anew(self, client):
        office, leader = client("office"), client("leader")
        version = drafted(office, KIND)
        done(act(office, version, "submit"))
        path = f"/rule-set-versions/{version['id']}"
        answer = leader.act(path, "refuse", done(leader.get(path))["version"])
        assert answer.status_code == 422, answer.text
        back = done(act(leader, version, "refuse", reason="最高奖励过高，请研究"))
        assert (back["status"], back["refused_reason"]) == ("draft", "最高奖励过高，请研究")
        content = back["content"] | {"cap": "50000.00"}
        body = {"version": back["version"], "content": content}
        changed = done(office.patch(path, json=body))
        assert changed["content"]["cap"] == "50000.00"
        done(act(office, version, "submit"))
        done(act(office, version, "recall"))
        done(act(office, version, "submit"))
        assert done(act(leader, version, "approve"))["status"] == "approved"

    def test_withdrawn_it_leaves_no_gap(self, client):
        office, leader = client("office"), client("leader")
        version = drafted(office, KIND)
        done(act(office, version, "withdraw", reason="先不改"))
        before = of_kind(office, KIND)["versions"][0]["number"]
        assert put_in_force(office, leader, KIND)["number"] == before + 1
        body = {"version": 2, "note": "再改"}
        answer = office.patch(f"/rule-set-versions/{version['id']}", json=body)
        refused(answer, 409, "closed")


@pytest.mark.usefixtures("nothing_open")
class TestRefused:
    def test_two_drafts_at_once(self, client):
        office = client("office")
        version = drafted(office, KIND)
        body = {"valid_from": today().isoformat(), "source": "众专办〔2026〕11号"}
        told = refused(office.post(f"/rule-sets/{KIND}/versions", json=body), 409, "draft_open")
        assert told["open_id"] == version["id"]

    def test_two_drafts_at_the_same_moment(self, client):
        office = client("office")
        body = {"valid_from": today().isoformat(), "source": "众专办〔2026〕12号"}

        def begin(_):
            return office.post(f"/rule-sets/{KIND}/versions", json=body).status_code

        with ThreadPoolExecutor(4) as pool:
            answers = sorted(pool.map(begin, range(4)))
        assert answers == [201, 409, 409, 409]

    def test_a_version_changed_under_somebody(self, client):
        office, leader = client("office"), client("leader")
        version = drafted(office, KIND)
        path = f"/rule-set-versions/{version['id']}"
        done(office.patch(path, json={"version": version["version"], "note": "先改"}))
        late = {"version": version["version"], "note": "后改"}
        refused(office.patch(path, json=late), 409, "stale_version")
        done(act(office, version, "submit"))
        answer = leader.act(path, "approve", version["version"])
        refused(answer, 409, "stale_version")
        assert done(office.get(path))["status"] == "submitted"

    def test_a_submitted_or_approved_one_is_not_changed(self, client):
        office, leader = client("office"), client("leader")
        version = drafted(office, KIND)
        path = f"/rule-set-versions/{version['id']}"
        for step, who in (("submit", office), ("approve", leader)):
            moved = done(act(who, version, step))
            told = refused(
                office.patch(path, json={"version": moved["version"], "note": "改"}), 409, "closed"
            )
            assert "收回" in told["detail"]
        builtin = builtin_id(RuleKind.REWARDS, 1)
        answer = office.patch(f"/rule-set-versions/{builtin}", json={"version": 1, "note": "改"})
        refused(answer, 409, "closed")
        answer = leader.act(f"/rule-set-versions/{builtin}", "approve", 1)
        refused(answer, 409, "closed")

    def test_a_first_day_that_is_over(self, client, running):
        office, leader = client("office"), client("leader")
        past = (today() - timedelta(days=1)).isoformat()
        body = {"valid_from": past, "source": "众专办〔2026〕13号"}
        refused(
            office.post(f"/rule-sets/{KIND}/versions", json=body),
            422, "validation_failed", "/valid_from",
        )  # fmt: skip
        far = body | {"valid_from": "2199-01-01"}
        refused(
            office.post(f"/rule-sets/{KIND}/versions", json=far),
            422, "validation_failed", "/valid_from",
        )  # fmt: skip
        version = drafted(office, KIND)
        move = "UPDATE rule_set_versions SET valid_from = $2 WHERE id = $1"
        run_sql(running, move, version["id"], today() - timedelta(days=1))
        refused(act(office, version, "submit"), 422, "in_past", "/valid_from")
        run_sql(running, move, version["id"], today() + timedelta(days=1))
        done(act(office, version, "submit"))
        run_sql(running, move, version["id"], today() - timedelta(days=1))
        told = refused(act(leader, version, "approve"), 409, "past_day")
        assert "改期" in told["detail"]
        head = done(leader.get(f"/rule-set-versions/{version['id']}"))["standing"]
        assert head["blocked_by"] == [told["detail"]]

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"bonus": 1}, "/content/bonus", "unknown_field"),
            ({"floor": None}, "/content/floor", "missing"),
            ({"floor": 1000}, "/content/floor", "wrong_form"),
            ({"floor": "1e5"}, "/content/floor", "wrong_form"),
            ({"floor": "1 000"}, "/content/floor", "wrong_form"),
            ({"floor": "2.00", "cap": "1.00"}, "/content/floor", "above_cap"),
            ({"basis_points": 10_001}, "/content/basis_points", "out_of_range"),
            ({"basis_points": True}, "/content/basis_points", "out_of_range"),
            ({"allows_anonymous": "true"}, "/content/allows_anonymous", "wrong_form"),
            ({"conclusions": ["guilty"]}, "/content/conclusions", "not_an_option"),
            ({"conclusions": []}, "/content/conclusions", "out_of_range"),
            ({"steps": []}, "/content/steps", "out_of_range"),
            (
                {"steps": [{"at_least": "5.00", "reward": "1.00"}]},
                "/content/steps",
                "no_first_step",
            ),
            ({"steps": [{"at_least": "0.00"}]}, "/content/steps/0/reward", "missing"),
            ({"steps": ["x"]}, "/content/steps/0", "wrong_form"),
        ],
    )
    def test_a_content_that_is_wrong_is_told_by_its_place(self, client, changes, pointer, code):
        office = client("office")
        content = of_kind(office, KIND)["content"] | changes
        body = {"valid_from": today().isoformat(), "source": "众专办〔2026〕14号"}
        answer = office.post(f"/rule-sets/{KIND}/versions", json=body | {"content": content})
        told = refused(answer, 422, "validation_failed", pointer)
        assert code in {each["code"] for each in told["errors"]}, answer.text
        assert all(each["label"] for each in told["errors"]), answer.text
        assert of_kind(office, KIND)["open"] is None

    def test_who_has_no_part_in_it(self, client):
        office, leader = client("office"), client("leader")
        version = drafted(office, KIND)
        body = {"valid_from": today().isoformat(), "source": "众专办〔2026〕15号"}
        for who in ("leader", "supervisor", "finance"):
            assert client(who).post(f"/rule-sets/{KIND}/versions", json=body).status_code == 403
            assert of_kind(client(who), KIND)["may_draft"] is False
        for who in ("village01", "grid01", "market", "police", "county"):
            assert client(who).get("/rule-sets").status_code == 403
            assert client(who).get(f"/rule-set-versions/{version['id']}").status_code == 403
        done(act(office, version, "submit"))
        refused(act(office, version, "approve"), 403, "forbidden")
        refused(act(leader, version, "withdraw", reason="不要"), 403, "forbidden")
        assert client("office").get("/rule-sets/nothing").status_code == 422

    def test_whoever_wrote_in_it_does_not_approve_it_whoever_writes_the_row(self, client, running):
        version = drafted(client("office"), KIND)

        async def forge() -> None:
            connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
            try:
                await connection.execute(
                    "UPDATE rule_set_versions SET status = 'approved', number = 99,"
                    " approved_by_id = author_ids[1], approved_at = now() WHERE id = $1",
                    version["id"],
                )
            finally:
                await connection.close()

        with pytest.raises(asyncpg.CheckViolationError, match="two_people"):
            asyncio.run(forge())


@pytest.mark.usefixtures("nothing_open")
class TestDifferences:
    def test_which_rule_which_field_before_and_after(self, client):
        office, leader = client("office"), client("leader")
        put_in_force(office, leader, KIND, changes={"basis_points": 0, "cap": "100000.00"})
        base = of_kind(office, KIND)["content"]
        steps = [*base["steps"][:1], base["steps"][1] | {"reward": "2500.00"}, *base["steps"][2:-1]]
        version = drafted(
            office, KIND, source="众专办〔2026〕16号",
            changes={"steps": steps, "basis_points": 5, "allows_anonymous": True},
        )  # fmt: skip
        told = done(office.get(f"/rule-set-versions/{version['id']}/differences"))
        found = {
            (each["rule"], each["field"]): (each["before"], each["after"]) for each in told["items"]
        }
        assert found == {
            ("涉案金额达到 100,000.00 元", "奖励"): ("2,000.00 元", "2,500.00 元"),
            ("涉案金额达到 10,000,000.00 元", "奖励"): ("20,000.00 元", "（没有）"),
            ("", "另按涉案金额的万分之几加奖"): ("0", "5"),
            ("", "匿名举报人可以凭回执领取"): ("否", "是"),
            ("", "依据"): ("众专办〔2026〕9号", "众专办〔2026〕16号"),
        }
        assert told["before"]["number"] is not None
        first = str(builtin_id(RuleKind.REWARDS, 1))
        path = f"/rule-set-versions/{version['id']}/differences"
        against = done(office.get(path, params={"against": first}))
        assert (against["before"]["number"], against["after"]["id"]) == (1, version["id"])
        assert done(office.get(f"/rule-set-versions/{first}/differences"))["items"] == []
        nobody = "019480f2-6c00-7000-8000-000000000009"
        assert office.get(path, params={"against": nobody}).status_code == 404


@pytest.mark.usefixtures("nothing_open")
def test_an_old_version_run_again_gives_the_old_result(client):
    office, leader = client("office"), client("leader")
    put_in_force(office, leader, KIND, changes={"basis_points": 0})
    lead = concluded(client, reported(office))
    rule = done(office.get("/reward-rules"))["items"][0]
    reward = made(
        office.post("/rewards", json={"lead_id": lead["id"], "rule_version": rule["version"]})
    )
    assert (reward["computed"], reward["recomputed"]) == ("2000.00", "2000.00")
    for points in (100, 1_000):
        newer = put_in_force(office, leader, KIND, changes={"basis_points": points})
        kept = done(office.get(f"/rewards/{reward['id']}"))
        assert kept["rule_version"] == rule["version"]
        assert kept["rule_set_version_id"] == rule["id"]
        assert kept["recomputed"] == kept["computed"] == "2000.00"
        assert done(office.get("/reward-rules"))["items"][0]["id"] == newer["id"]
    other = concluded(client, reported(office))
    body = {"lead_id": other["id"], "rule_version": rule["version"]}
    refused(office.post("/rewards", json=body), 409, "rule_changed")
    body["rule_version"] = newer["number"]
    assert made(office.post("/rewards", json=body))["computed"] == "17000.00"
