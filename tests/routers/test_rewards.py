"""Rewards over HTTP: to the first reporter, once, by three people, and nobody learns a name."""

import asyncio
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import asyncpg
import openpyxl
import pytest
from sqlalchemy import select

from api.core.base.clock import now
from api.core.events.events import Event
from tests.duties import duties
from tests.money import done, made
from tests.public import hand_in, show
from tests.rewards import INFORMANT, concluded, phone, reported, words
from tests.rule_sets import put_in_force


def merge(office, lead: dict, main: dict) -> None:
    version = office.get(f"/leads/{lead['id']}").json()["version"]
    body = {"lead_id": lead["id"], "version": version, "reason": "同一件事"}
    answer = office.post(f"/leads/{main['id']}/merges", json=body)
    assert answer.status_code == 201, answer.text


def rule_version(office) -> int:
    return office.get("/reward-rules").json()["items"][0]["version"]


def propose(office, lead: dict, **over):
    body = {"lead_id": lead["id"], "rule_version": rule_version(office)} | over
    return office.post("/rewards", json=body)


def act(who, reward: dict, action: str, **fields):
    version = who.get(f"/rewards/{reward['id']}").json()["version"]
    return who.act(f"/rewards/{reward['id']}", action, version, **fields)


def approve(leader, reward: dict):
    return act(leader, reward, "approve", document_no="众专办奖〔2026〕1号")


def pay(finance, reward: dict, claim: str, **over):
    told = {"claim": claim, "voucher_no": "付字第12号", "is_attested": True} | over
    return act(finance, reward, "pay", **told)


def code_of(office, reward: dict) -> str:
    version = office.get(f"/rewards/{reward['id']}").json()["version"]
    answer = office.post(f"/rewards/{reward['id']}/codes", json={"version": version})
    return made(answer)["code"]


def refused(answer, code: str, status: int = 409) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


class TestUnnamed:
    def test_the_name_that_somebody_writes_down_does_not_stay(self, client):
        office, leader = client("office"), client("leader")
        told = {"kind": "real_name", "name": "欧阳静姝", "phone": "13866612345"}
        lead = concluded(client, reported(office, reporter=told))
        reward = made(propose(office, lead, note="欧阳静姝是首位举报人，电话138 6661 2345"))
        done(act(leader, reward, "refuse", reason="请先与欧阳静姝核实"))
        for who in (office, leader):
            for path in (f"/rewards/{reward['id']}", f"/rewards/{reward['id']}/timeline"):
                shown = who.get(path)
                assert shown.status_code == 200
                assert "欧阳静姝" not in shown.text
                assert "138 6661" not in shown.text
                assert "1386661" not in shown.text
        assert "举报人" in office.get(f"/rewards/{reward['id']}").json()["note"]


class TestFlow:
    def test_proposed_approved_paid_by_three_people(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        lead = concluded(client, reported(office))
        reward = made(propose(office, lead))
        assert reward["number"].startswith("JL-")
        assert reward["amount"] == reward["computed"] == "2000.00"
        assert reward["rule_version"] == rule_version(office)
        assert reward["lead"]["number"] == lead["number"]
        assert (reward["claim_by"], reward["is_claimable"]) == ("code", False)
        approved = approve(leader, reward).json()
        assert approved["status"] == "approved"
        events = office.get(f"/rewards/{reward['id']}/timeline").json()["items"]
        passed = next(each["details"] for each in events if each["data"].get("action") == "approve")
        turn = approved["standing"]["now"][0]["what"]
        assert {"label": "下一步由", "value": f"镇专项办（{turn}）"} in passed
        refused(pay(finance, reward, "0" * 16), "no_claim_code")
        code = code_of(office, reward)
        assert len(code.replace(" ", "")) == 16
        done = pay(finance, reward, code)
        assert done.status_code == 200, done.text
        assert done.json()["status"] == "paid"
        assert done.json()["paid_by"] == finance.me["user"]["name"]
        refused(pay(finance, reward, code), "transition_not_allowed")

    def test_a_receipt_is_the_claim_where_there_is_one(self, client, anonymous):
        office, leader, finance = client("office"), client("leader"), client("finance")
        named = {"kind": "real_name", "name": "司徒明月", "phone": "13905510077"}
        receipt = hand_in(anonymous, narrative=words(), subject_name=words()[:8], reporter=named)
        lead = office.get("/leads", params={"limit": 1}).json()["items"][0]
        lead = concluded(client, lead)
        reward = made(propose(office, lead))
        assert (reward["claim_by"], reward["is_claimable"]) == ("receipt", True)
        assert reward["reporter_kind"] == "real_name"
        assert show(anonymous, receipt).json()["reward"] is None, "not before it is approved"
        approve(leader, reward)
        told = show(anonymous, receipt).json()["reward"]
        assert told == {"number": reward["number"], "amount": "1000.00", "is_paid": False}
        version = office.get(f"/rewards/{reward['id']}").json()["version"]
        code = office.post(f"/rewards/{reward['id']}/codes", json={"version": version})
        refused(code, "has_receipt")
        wrong = hand_in(anonymous, narrative=words())
        refused(pay(finance, reward, wrong), "claim_wrong", 422)
        refused(pay(finance, reward, "1234"), "claim_wrong", 422)
        refused(pay(finance, reward, receipt, is_attested=False), "not_attested", 422)
        assert pay(finance, reward, receipt).json()["status"] == "paid"
        assert show(anonymous, receipt).json()["reward"]["is_paid"] is True

    def test_a_second_code_replaces_the_first(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        reward = made(propose(office, concluded(client, reported(office))))
        version = reward["version"]
        early = office.post(f"/rewards/{reward['id']}/codes", json={"version": version})
        refused(early, "not_approved")
        approve(leader, reward)
        first, second = code_of(office, reward), code_of(office, reward)
        refused(pay(finance, reward, first), "claim_wrong", 422)
        assert pay(finance, reward, second).status_code == 200

    def test_a_code_is_shown_once(self, client):
        office, leader = client("office"), client("leader")
        reward = made(propose(office, concluded(client, reported(office))))
        version = approve(leader, reward).json()["version"]
        key = {"Idempotency-Key": uuid4().hex}
        url, body = f"/rewards/{reward['id']}/codes", {"version": version}
        assert made(office.post(url, json=body, headers=key))["code"]
        assert not office.post(url, json=body, headers=key).json().get("code")

    def test_refused_and_cancelled_with_a_reason_may_be_proposed_again(self, client):
        office, leader = client("office"), client("leader")
        lead = concluded(client, reported(office))
        one = made(propose(office, lead))
        gone = act(leader, one, "refuse", reason="材料不足")
        assert (gone.json()["status"], gone.json()["closed_reason"]) == ("refused", "材料不足")
        two = made(propose(office, lead))
        assert act(office, two, "cancel", reason="金额有误").json()["status"] == "cancelled"
        assert propose(office, lead, amount="1500.00").json()["amount"] == "1500.00"

    def test_who_may_do_what(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        reward = made(propose(office, concluded(client, reported(office))))
        assert approve(office, reward).status_code == 403
        assert act(finance, reward, "refuse", reason="不行").status_code == 403
        assert [a["action"] for a in reward["available_actions"]] == ["cancel"]
        shown = leader.get(f"/rewards/{reward['id']}").json()
        assert [a["action"] for a in shown["available_actions"]] == ["approve", "refuse"]
        approve(leader, reward)
        assert pay(leader, reward, "1" * 16).status_code == 403
        for stranger in ("market", "police", "village01", "grid01", "county", "system_admin"):
            assert client(stranger).get("/rewards").status_code == 403
        stale = leader.act(f"/rewards/{reward['id']}", "approve", 1, document_no="甲")
        refused(stale, "stale_version")

    def test_the_database_itself_wants_three_people(self, client, running):
        """Posts may be held in turn by one person; the flow and two constraints say no."""
        office = client("office")
        reward = made(propose(office, concluded(client, reported(office))))

        async def forge(sql: str) -> None:
            connection = await asyncpg.connect(running.owner_url.replace("+asyncpg", ""))
            try:
                await connection.execute(sql, reward["id"])
            finally:
                await connection.close()

        with pytest.raises(asyncpg.CheckViolationError):
            asyncio.run(forge("UPDATE rewards SET approved_by_id = proposed_by_id WHERE id = $1"))
        with pytest.raises(asyncpg.CheckViolationError):
            asyncio.run(
                forge(
                    "UPDATE rewards SET approved_by_id = id, paid_by_id = proposed_by_id"
                    " WHERE id = $1"
                )
            )


class TestDuties:
    def test_each_step_waits_for_whoever_takes_it(self, client):
        """For the leader, then the office while there is no code, then finance."""
        office, leader, finance = client("office"), client("leader"), client("finance")

        def waiting(who, kind: str, number: str) -> bool:
            asked = {"limit": 200, "kind": kind}
            items = who.get("/me/duties", params=asked).json()["items"]
            return number in [item["number"] for item in items]

        reward = made(propose(office, concluded(client, reported(office))))
        number = reward["number"]
        assert waiting(leader, "reward_approve", number)
        approve(leader, reward)
        assert not waiting(leader, "reward_approve", number)
        assert waiting(office, "reward_code", number)
        assert not waiting(finance, "reward_pay", number)
        code = code_of(office, reward)
        assert not waiting(office, "reward_code", number)
        assert waiting(finance, "reward_pay", number)
        pay(finance, reward, code)
        assert not waiting(finance, "reward_pay", number)


class TestWhoGetsIt:
    def test_the_first_reporter_whoever_of_the_merged_is_asked_about(self, client):
        office = client("office")
        early = (now() - timedelta(days=9)).isoformat()
        second = concluded(client, reported(office))
        first = reported(office, received_at=early)
        merge(office, first, second)
        for asked in (first, second):
            shown = office.get(f"/leads/{asked['id']}/rewards").json()
            assert shown["draft"]["first_lead"]["id"] == first["id"]
        reward = made(propose(office, second))
        assert reward["lead"]["id"] == first["id"]
        assert reward["main_lead"]["id"] == second["id"]
        refused(propose(office, first), "double_reward")
        refused(propose(office, second), "double_reward")

    def test_leads_of_one_case_are_one_affair(self, client):
        office, police = client("office"), client("police")
        ids = []
        for _ in range(2):
            lead = reported(office)
            lead = office.act(
                f"/leads/{lead['id']}", "assign", lead["version"],
                unit_id=police.me["unit"]["id"],
            ).json()  # fmt: skip
            url = f"/leads/{lead['id']}"
            lead = police.act(url, "acknowledge", lead["version"]).json()
            lead = police.act(
                url, "conclude", lead["version"], conclusion="suspected_crime", findings="属实"
            ).json()
            ids.append(lead)
        body = {"source_lead_ids": [each["id"] for each in ids], "title": "某案", "summary": "略"}
        made(police.post("/cases", json=body))
        made(propose(office, ids[1]))
        refused(propose(office, ids[0]), "double_reward")
        shown = office.get(f"/leads/{ids[1]['id']}/rewards").json()
        assert shown["draft"]["first_lead"]["id"] == ids[0]["id"]

    def test_merged_after_both_were_approved_only_one_is_paid(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        one, two = (concluded(client, reported(office)) for _ in range(2))
        first, second = made(propose(office, one)), made(propose(office, two))
        approve(leader, first)
        merge(office, two, one)
        shown = leader.get(f"/rewards/{second['id']}").json()
        assert [each["action"] for each in shown["available_actions"]] == ["refuse"]
        assert shown["standing"]["blocked_by"] == ["同一件事已经奖励过，或者正在办理奖励"]
        assert shown["standing"]["next_action"] is None
        refused(approve(leader, second), "double_reward")
        refused(pay(finance, first, code_of(office, first)), "double_reward")
        shown = finance.get(f"/rewards/{first['id']}").json()
        assert "pay" not in [each["action"] for each in shown["available_actions"]]
        act(office, second, "cancel", reason="同一件事")
        shown = finance.get(f"/rewards/{first['id']}").json()
        assert (shown["standing"]["blocked_by"], shown["standing"]["next_action"]) == ([], "pay")
        assert pay(finance, first, code_of(office, first)).json()["status"] == "paid"

    def test_the_same_reporter_of_what_was_once_merged(self, client):
        office, number = client("office"), phone()
        told = {"kind": "real_name", "name": INFORMANT, "phone": number}
        one = concluded(client, reported(office, reporter=told))
        two = concluded(client, reported(office, reporter=told))
        merge(office, two, one)
        made(propose(office, one))
        link = office.get(f"/leads/{one['id']}/merges").json()["items"][0]
        body = {"version": link["lead"]["version"], "reason": "分开办"}
        url = f"/leads/{one['id']}/merges/{link['id']}/reversals"
        assert office.post(url, json=body).status_code == 200
        # nobody is barred by a merge that was undone, but a person says why it is another affair
        refused(propose(office, two), "similar_unmerged")
        made(propose(office, two, distinct_reason="分开核实，是另一件事"))
        other = concluded(client, reported(office, reporter=told))
        made(propose(office, other, distinct_reason="另一件")), "another affair is another reward"

    @pytest.mark.parametrize("paid", [False, True])
    def test_undoing_a_merge_bars_neither_reporter(self, client, paid):
        """The reward stood on the other one's outcome: unpaid it is cancelled, paid it stays with
        who got it; and each lead may have its own again."""
        office, leader, finance = client("office"), client("leader"), client("finance")
        early = (now() - timedelta(days=9)).isoformat()
        main = concluded(client, reported(office))
        first = reported(office, received_at=early)
        merge(office, first, main)
        reward = made(propose(office, main))
        assert (reward["lead"]["id"], reward["main_lead"]["id"]) == (first["id"], main["id"])
        approve(leader, reward)
        if paid:
            done(pay(finance, reward, code_of(office, reward)))
        link = office.get(f"/leads/{main['id']}/merges").json()["items"][0]
        body = {"version": link["lead"]["version"], "reason": "不是同一件事"}
        url = f"/leads/{main['id']}/merges/{link['id']}/reversals"
        assert office.post(url, json=body).status_code == 200
        after = done(office.get(f"/rewards/{reward['id']}"))
        assert after["status"] == ("paid" if paid else "cancelled")
        told = done(office.get(f"/rewards/{reward['id']}/timeline"))["items"]
        assert "并入已经撤销" in str(told)
        made(propose(office, main, distinct_reason="另一件事"))
        concluded(client, first)
        again = propose(office, first, distinct_reason="另一件事")
        if paid:
            refused(again, "double_reward")
        else:
            assert made(again)["main_lead"]["id"] == first["id"]

    def test_an_earlier_similar_lead_is_merged_or_explained(self, client):
        office, who = client("office"), words()[:6]
        early = (now() - timedelta(days=5)).isoformat()
        other = reported(office, subject_name=f"{who}养老院", received_at=early)
        lead = concluded(client, reported(office, subject_name=f"{who}养老院"))
        refused(propose(office, lead), "similar_unmerged")
        draft = office.get(f"/leads/{lead['id']}/rewards").json()["draft"]
        assert draft["earlier_similar"] == [{"id": other["id"], "number": other["number"]}]
        assert draft["hindrances"] == ["similar_unmerged"]
        reward = made(propose(office, lead, distinct_reason="收款人和时间都不同"))
        assert reward["distinct_reason"] == "收款人和时间都不同"

    def test_staff_get_none(self, client, running):
        """Compared by number, however it is written; a former holder of a post is staff too."""
        office, number = client("office"), phone()
        admin = client("system_admin")
        answer = admin.post(
            "/users", json={"username": f"u{uuid4().hex[:8]}", "name": "段某", "phone": number}
        )
        assert answer.status_code == 201, answer.text
        told = {"kind": "real_name", "name": INFORMANT, "phone": f"+86 {number[:3]} {number[3:]}"}
        lead = concluded(client, reported(office, reporter=told))
        refused(propose(office, lead), "reporter_is_staff")

    def test_nobody_to_reward(self, client):
        office = client("office")
        found = concluded(client, reported(office, reporter={"kind": "anonymous"}))
        refused(propose(office, found), "no_reporter")

    @pytest.mark.parametrize("conclusion", ["unfounded", "civil_dispute", "unverifiable"])
    def test_what_was_not_proven(self, client, conclusion):
        office = client("office")
        lead = concluded(client, reported(office), conclusion)
        refused(propose(office, lead), "not_rewardable")

    def test_a_lead_that_nobody_has_concluded(self, client):
        office = client("office")
        refused(propose(office, reported(office)), "not_rewardable")

    def test_not_above_the_rule(self, client):
        office = client("office")
        lead = concluded(client, reported(office))
        for wrong in ("2000.01", "0.00"):
            refused(propose(office, lead, amount=wrong), "above_rule", 422)


class TestOnce:
    def test_many_at_once_make_one(self, client):
        """Of a merged pair, asked about from both ends by eight at the same moment."""
        office = client("office")
        main = concluded(client, reported(office))
        other = reported(office)
        merge(office, other, main)
        version = rule_version(office)

        def once(each: dict) -> int:
            body = {"lead_id": each["id"], "rule_version": version}
            return office.post("/rewards", json=body).status_code

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(once, [main, other] * 4))
        assert sorted(answers) == [201] + [409] * 7

    def test_paid_once_by_two_at_once(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        reward = made(propose(office, concluded(client, reported(office))))
        approve(leader, reward)
        code = code_of(office, reward)
        version = finance.get(f"/rewards/{reward['id']}").json()["version"]

        def once(_: int) -> int:
            return finance.act(
                f"/rewards/{reward['id']}", "pay", version,
                claim=code, voucher_no="1", is_attested=True,
            ).status_code  # fmt: skip

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(once, range(4))) == [200, 409, 409, 409]


class TestRule:
    def test_a_reward_keeps_the_version_it_was_proposed_by(self, client):
        office, leader = client("office"), client("leader")
        before = rule_version(office)
        lead, later = (concluded(client, reported(office)) for _ in range(2))
        reward = made(propose(office, lead))
        put_in_force(office, leader, "rewards", changes={"basis_points": 100})
        assert rule_version(office) == before + 1
        assert office.get("/reward-rules").json()["items"][-1]["is_builtin"]
        assert approve(leader, reward).json()["amount"] == "2000.00"
        refused(propose(office, later, rule_version=before), "rule_changed")
        new = made(propose(office, later))
        assert (new["rule_version"], new["amount"]) == (before + 1, "3500.00")
        put_in_force(office, leader, "rewards", changes={"basis_points": 0})

    def test_anonymous_reporters_by_the_rule(self, client, anonymous):
        office, leader = client("office"), client("leader")
        hand_in(anonymous, narrative=words(), subject_name=words()[:8])
        lead = concluded(client, office.get("/leads", params={"limit": 1}).json()["items"][0])
        refused(propose(office, lead), "anonymous_not_rewarded")
        put_in_force(office, leader, "rewards", changes={"allows_anonymous": True})
        try:
            reward = made(propose(office, lead))
            assert (reward["reporter_kind"], reward["claim_by"]) == ("anonymous", "receipt")
        finally:
            put_in_force(office, leader, "rewards", changes={"allows_anonymous": False})

    def test_only_the_office_drafts_it(self, client):
        assert client("leader").get("/reward-rules").json()["may_change"] is False
        assert client("office").get("/reward-rules").json()["may_change"] is True


class TestNobodyLearnsWho:
    def test_no_answer_to_anybody_holds_the_name_or_the_number(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        number = phone()
        told = {"kind": "real_name", "name": INFORMANT, "phone": number}
        lead = concluded(client, reported(office, reporter=told))
        reward = made(propose(office, lead, note=f"举报人电话{number}"))
        approve(leader, reward)
        code = code_of(office, reward)
        pay(finance, reward, code)
        for who in (office, leader, finance, client("supervisor")):
            for url in (
                f"/rewards/{reward['id']}", f"/rewards/{reward['id']}/timeline",
                "/rewards?limit=200", "/events?limit=200", f"/leads/{lead['id']}/rewards",
            ):  # fmt: skip
                text = who.get(url).text
                assert INFORMANT not in text
                assert number not in text
                assert code not in text
                assert code.replace(" ", "") not in text

    def test_who_pays_sees_number_and_amount_and_nothing_of_the_affair(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        lead = concluded(client, reported(office))
        reward = made(propose(office, lead, note="事由"))
        approve(leader, reward)
        shown = finance.get(f"/rewards/{reward['id']}").json()
        assert shown["amount"] == "2000.00"
        for name in ("lead", "main_lead", "conclusion", "involved", "reporter_kind"):
            assert shown[name] is None
        assert shown["note"] == ""
        listed = finance.get("/rewards", params={"q": reward["number"]}).json()["items"]
        assert [set(item) & {"lead", "note", "conclusion"} for item in listed] == [set()]
        assert finance.get(f"/leads/{lead['id']}/rewards").status_code == 404

    def test_the_handler_of_a_lead_is_not_told_of_its_reward(self, client):
        office, market = client("office"), client("market")
        lead = concluded(client, reported(office))
        made(propose(office, lead))
        assert market.get(f"/leads/{lead['id']}/rewards").status_code == 403
        assert "JL-" not in market.get(f"/leads/{lead['id']}/timeline").text


PAYMENTS = [
    "序号", "奖励编号", "奖励金额（元）", "状态", "领取凭据", "凭据是否已发出", "批准文书", "批准时间", "付款凭证号",
    "发放时间", "提出", "审批", "经手发放",
]  # fmt: skip


def payments(who, **params) -> list[list]:
    """The lines of the real workbook below its title, note and headings."""
    answer = who.get("/rewards/exports.xlsx", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert all(cell.data_type != "f" for line in book.active.iter_rows() for cell in line)
    lines = [list(line) for line in book.active.iter_rows(values_only=True)]
    assert (lines[0][0], lines[2]) == ("举报奖励发放清单", PAYMENTS)
    assert lines[-1][0] == "合计"
    return lines[3:]


class TestPaymentList:
    def test_what_is_to_be_paid_and_what_was_and_what_it_comes_to(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        tag = uuid4().hex[:12]
        made_up = [made(propose(office, concluded(client, reported(office)))) for _ in range(4)]
        for reward in made_up[:3]:
            done(act(leader, reward, "approve", document_no=f"=1+1|{tag}"))
        done(act(leader, made_up[3], "refuse", reason="不属于奖励范围"))
        code = code_of(office, made_up[0])
        done(pay(finance, made_up[0], code))
        done(act(office, made_up[1], "cancel", reason="重新测算"))
        *lines, total = payments(finance, q=tag)
        rows = [dict(zip(PAYMENTS, line, strict=True)) for line in lines]
        assert [row["奖励编号"] for row in rows] == [made_up[0]["number"], made_up[2]["number"]]
        assert [row["状态"] for row in rows] == ["已发放", "待发放"]
        assert [row["凭据是否已发出"] for row in rows] == ["是", "否"]
        assert rows[0]["领取凭据"] == rows[1]["领取凭据"] == "一次性领取码"
        assert rows[0]["付款凭证号"] == "付字第12号"
        assert rows[0]["经手发放"] == finance.me["user"]["name"]
        assert rows[1]["经手发放"] is None
        assert {row["审批"] for row in rows} == {leader.me["user"]["name"]}
        assert rows[0]["批准文书"] == f"=1+1|{tag}", "a text, no formula"
        assert total[2] == sum(row["奖励金额（元）"] for row in rows) == 4000
        # the list's own filter narrows it, and what is not to be paid never comes in
        *lines, total = payments(office, q=tag, status="approved")
        assert [line[1] for line in lines] == [made_up[2]["number"]]
        assert payments(office, q=tag, status="refused") == [
            ["合计", None, 0, *[None] * (len(PAYMENTS) - 3)]
        ]

    def test_nobody_is_named_in_it(self, client):
        """Looked for in every part of the file, not only in its cells."""
        office, leader, finance = client("office"), client("leader"), client("finance")
        name, number = "司徒金丝雀", phone()
        told = {"kind": "real_name", "name": name, "phone": number}
        lead = concluded(client, reported(office, reporter=told))
        reward = made(propose(office, lead, note=f"{name} {number}"))
        tag = uuid4().hex[:12]
        done(act(leader, reward, "approve", document_no=f"奖给{name}，{number}，{tag}"))
        code = code_of(office, reward)
        done(pay(finance, reward, code, voucher_no=f"付{name}{number}"))
        for who in (office, finance):
            answer = who.get("/rewards/exports.xlsx", params={"q": tag})
            with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
                inside = b"".join(parts.read(each) for each in parts.namelist()).decode()
            assert reward["number"] in inside
            digits = code.replace(" ", "")
            for secret in (name, number, code, digits, lead["number"], lead["subject_name"]):
                assert secret not in inside

    async def test_it_is_in_the_audit(self, client, session):
        finance = client("finance")
        payments(finance, q="13812345678")
        told = (
            await session.scalars(
                select(Event).where(Event.name == "record.exported").order_by(Event.id.desc())
            )
        ).first()
        assert (told.subject_type, told.actor_name) == ("reward", finance.me["user"]["name"])
        assert told.data["form"] == "举报奖励发放清单"
        assert "13812345678" not in str(told.data)

    @pytest.mark.parametrize("who", ["leader", "police", "village01", "system_admin"])
    def test_without_the_right(self, client, who):
        assert client(who).get("/rewards/exports.xlsx").status_code == 403

    def test_nobody_without_a_login(self, anonymous):
        assert anonymous.get("/rewards/exports.xlsx").status_code == 401


class TestTurn:
    """Before the code is out it is the office's turn, then of whoever pays: at home and on the page."""

    def test_the_code_first_and_then_the_money(self, client):
        office, leader, finance = client("office"), client("leader"), client("finance")
        reward = made(propose(office, concluded(client, reported(office))))
        done(approve(leader, reward))
        path = f"/rewards/{reward['id']}"
        for who, kinds, following in (
            (office, ["reward_code"], "issue_code"),
            (finance, [], None),
            (leader, [], None),
        ):
            shown = done(who.get(path))
            assert [each["what"] for each in shown["standing"]["now"]] == ["举报奖励待发领取码"]
            assert shown["standing"]["next_action"] == following
            assert [each["kind"] for each in duties(who, reward["id"])] == kinds
            assert "pay" not in [each["action"] for each in shown["available_actions"]]
        head = done(office.post(f"{path}/turns", json={"action": "take"}))
        assert head["now"][0]["holder"]["id"] == office.me["user"]["id"]
        assert duties(office, reward["id"])[0]["holder"]["id"] == office.me["user"]["id"]
        code = code_of(office, reward)
        for who, kinds, following in (
            (office, [], None),
            (finance, ["reward_pay"], "pay"),
        ):
            shown = done(who.get(path))
            assert [each["what"] for each in shown["standing"]["now"]] == ["举报奖励待发放"]
            assert shown["standing"]["now"][0]["holder"] is None
            assert shown["standing"]["next_action"] == following
            assert [each["kind"] for each in duties(who, reward["id"])] == kinds
        done(pay(finance, reward, code))

    def test_with_a_receipt_no_code_is_waited_for(self, client, anonymous):
        office, leader, finance = client("office"), client("leader"), client("finance")
        named = {"kind": "real_name", "name": "司徒明远", "phone": "13905510078"}
        hand_in(anonymous, narrative=words(), subject_name=words()[:8], reporter=named)
        lead = office.get("/leads", params={"limit": 1}).json()["items"][0]
        reward = made(propose(office, concluded(client, lead)))
        done(approve(leader, reward))
        assert done(finance.get(f"/rewards/{reward['id']}"))["standing"]["next_action"] == "pay"
        assert duties(office, reward["id"]) == []
