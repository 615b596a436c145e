"""Victims, ledger and refund plans over HTTP: the money's whole way, and who may push it."""

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from api.core.base.clock import now, today
from tests.database import run_sql
from tests.money import (
    balances,
    done,
    made,
    make_case,
    make_plan,
    make_victim,
    post_entry,
    publish,
    victim,
)

pytestmark = pytest.mark.days

SCRIPT = Path(__file__).parents[2] / "scripts" / "recompute_distribution.py"


@pytest.fixture
def case_id(running):
    return make_case(running)


@pytest.fixture
def funded(client, case_id):
    """A case with three verified victims, one to be set aside, and 100.00 yuan in custody."""
    office = client("office")
    make_victim(office, case_id, principal="1000.00", returns="200.00")
    make_victim(office, case_id, principal="500.00")
    make_victim(office, case_id, principal="500.00", refunds="300.00", claim_status="unregistered")
    made(post_entry(client("finance"), case_id, "surrender_source", "in_custody", "600.00"))
    return case_id


def published(client, case_id, **over) -> dict:
    """A plan that may be paid."""
    plan = make_plan(client("office"), case_id, **over)
    url = f"/distributions/{plan['id']}"
    plan = done(client("office").act(url, "compute", plan["version"]))
    plan = done(client("leader").act(url, "approve", plan["version"], document_no="众专办批1号"))
    return publish(client("office"), plan)


class TestVictims:
    def test_who_may(self, anonymous, client, case_id):
        assert anonymous.post("/victims", json=victim(case_id)).status_code == 401
        for who in ("leader", "finance", "village01", "grid01"):
            assert client(who).post("/victims", json=victim(case_id)).status_code == 403, who
            assert client(who).get("/victims").status_code == 403, who

    def test_masked_found_by_whole_values_and_revealed_with_a_reason(self, client, case_id):
        office = client("office")
        body = victim(case_id, name="欧阳春梅")
        shown = made(office.post("/victims", json=body))
        for plain in (body["name"], body["id_number"], body["phone"], body["account"]):
            assert plain not in str(shown)
        assert shown["name"] == "欧阳**"
        assert shown["is_elder"] is True
        for q in (body["name"], body["id_number"], body["phone"], shown["number"]):
            found = done(office.get("/victims", params={"q": q, "case_id": case_id}))["items"]
            assert [each["id"] for each in found] == [shown["id"]], q
        reveal = {"fields": ["name", "account"], "reason": "电话核对账号"}
        plain = done(office.post(f"/victims/{shown['id']}/reveals", json=reveal))["values"]
        assert plain == {"name": body["name"], "account": body["account"]}
        assert client("finance").post(
            f"/victims/{shown['id']}/reveals", json=reveal
        ).status_code == 403  # fmt: skip

    def test_one_person_claims_once_in_a_case(self, client, case_id, running):
        office, body = client("office"), victim(case_id)
        made(office.post("/victims", json=body))
        again = office.post("/victims", json=body | {"name": "同一人"})
        assert (again.status_code, again.json()["code"]) == (409, "already_registered")
        made(office.post("/victims", json=body | {"case_id": make_case(running)}))

    def test_bad_numbers_are_named(self, client, case_id):
        answer = client("office").post(
            "/victims", json=victim(case_id, id_number="342425195001010011")
        )
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/id_number"


class TestLedger:
    def test_post_void_and_the_sum_is_zero(self, client, case_id):
        finance = client("finance")
        entry = made(post_entry(finance, case_id, "traced_source", "traced", "1234.56"))
        assert balances(finance, case_id) == {"traced_source": "-1234.56", "traced": "1234.56"}
        url = f"/ledger/entries/{entry['id']}"
        assert [a["action"] for a in entry["available_actions"]] == ["void"]
        voided = done(finance.act(url, "void", 1, reason="记错账户", document_no="更正1号"))
        assert voided["status"] == "voided"
        assert balances(finance, case_id) == {}
        again = finance.act(url, "void", 2, reason="记错账户", document_no="更正1号")
        assert (again.status_code, again.json()["code"]) == (409, "transition_not_allowed")
        entries = done(finance.get("/ledger/entries", params={"book_id": case_id}))["items"]
        assert [each["status"] for each in entries] == ["reversal", "voided"]

    def test_overdrafts_and_wrong_ways_are_said_in_chinese(self, client, case_id):
        finance = client("finance")
        short = post_entry(finance, case_id, "in_custody", "treasury", "1.00")
        assert (short.status_code, short.json()["code"]) == (409, "insufficient_balance")
        assert "余额不足" in short.json()["detail"]
        wrong = post_entry(finance, case_id, "traced_source", "returned", "1.00")
        assert (wrong.status_code, wrong.json()["code"]) == (422, "move_not_allowed")
        by_hand = post_entry(finance, case_id, "in_custody", "payable", "1.00")
        assert by_hand.status_code == 422

    def test_frozen_is_not_recovered_and_recovered_is_not_returned(self, client, case_id):
        police = client("police")
        made(post_entry(police, case_id, "traced_source", "traced", "1000.00"))
        made(post_entry(police, case_id, "traced", "restrained", "800.00"))
        made(post_entry(police, case_id, "restrained", "realised", "300.00"))
        made(post_entry(police, case_id, "realised", "in_custody", "300.00"))
        shown = done(police.get("/ledger/accounts", params={"book_id": case_id}))
        assert {each["measure"]: each["amount"] for each in shown["measures"]} == {
            "traced": "1000.00",
            "restrained": "500.00",
            "realised": "300.00",
            "in_custody": "300.00",
            "returned": "0.00",
        }

    @pytest.mark.parametrize(
        "key", ["7fffffff-ffff-7fff-bfff-ffffffffffff", "ffffffff-ffff-4fff-bfff-ffffffffffff"]
    )
    def test_a_clients_id_posts_once_and_orders_nothing(self, client, case_id, key):
        """Even one from the year 6429: it can be reversed, and stands where it was posted."""
        finance = client("finance")
        posted = [
            made(post_entry(finance, case_id, "surrender_source", "in_custody", "5.00", id=key))
            for _ in range(2)
        ]
        assert posted[0]["id"] == posted[1]["id"] != key
        assert balances(finance, case_id)["in_custody"] == "5.00"
        later = made(post_entry(finance, case_id, "surrender_source", "in_custody", "1.00"))
        rows = done(finance.get("/ledger/entries", params={"book_id": case_id}))["items"]
        assert [row["id"] for row in rows] == [later["id"], posted[0]["id"]]
        url = f"/ledger/entries/{posted[0]['id']}"
        done(finance.act(url, "void", 1, reason="记错", document_no="更正1号"))
        assert balances(finance, case_id)["in_custody"] == "1.00"
        other = post_entry(finance, case_id, "surrender_source", "in_custody", "6.00", id=key)
        assert (other.status_code, other.json()["code"]) == (409, "transfer_id_reused")

    @pytest.mark.parametrize(
        "at",
        ["2199-01-01T00:00:00+08:00", "1900-06-01T00:00:00+08:00", "1949-09-30T23:59:59+08:00",
         "1900-01-01T00:00:00Z", "tomorrow"],
    )  # fmt: skip
    def test_when_money_moved_has_bounds(self, client, case_id, at):
        if at == "tomorrow":
            at = (now() + timedelta(days=1)).isoformat()
        answer = post_entry(
            client("finance"), case_id, "surrender_source", "in_custody", "5.00", happened_at=at
        )
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == "/happened_at"

    def test_nothing_is_recorded_before_it_happened(self, client, case_id):
        entry = made(post_entry(client("finance"), case_id, "traced_source", "traced", "5.00"))
        assert datetime.fromisoformat(entry["happened_at"]) <= datetime.fromisoformat(
            entry["recorded_at"]
        )

    @pytest.mark.parametrize(
        "amount", [".5", "5.", "1e3", "+5", "1_000", "0x5", "５.", "", " ", "12345678901"]
    )
    def test_one_pattern_for_money(self, client, case_id, amount):
        answer = post_entry(client("finance"), case_id, "surrender_source", "in_custody", amount)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["pointer"] == "/amount"

    def test_full_width_digits_are_digits(self, client, case_id):
        entry = made(
            post_entry(client("finance"), case_id, "surrender_source", "in_custody", "１２．５０")
        )
        assert entry["amount"] == "12.50"

    def test_a_return_has_a_victim_and_a_second_person(self, client, case_id):
        police, finance, office = client("police"), client("finance"), client("office")
        victim_id = make_victim(office, case_id)["id"]
        made(post_entry(police, case_id, "traced_source", "restrained", "900.00"))
        alone = post_entry(finance, case_id, "restrained", "returned", "1.00", victim_id=victim_id)
        assert (alone.status_code, alone.json()["code"]) == (403, "posting_not_yours")
        nobody = post_entry(police, case_id, "restrained", "returned", "300.00")
        assert nobody.status_code == 422
        assert nobody.json()["errors"][0]["pointer"] == "/victim_id"
        entry = made(
            post_entry(police, case_id, "restrained", "returned", "300.00", victim_id=victim_id)
        )
        assert (entry["status"], entry["target"]) == ("awaits", "returned")
        shown = done(police.get("/ledger/accounts", params={"book_id": case_id}))
        figures = {each["measure"]: each["amount"] for each in shown["measures"]}
        assert (figures["restrained"], figures["returned"]) == ("900.00", "0.00")
        url = f"/ledger/entries/{entry['id']}"
        own = police.act(url, "confirm", entry["version"], document_no="发还1号")
        assert (own.status_code, own.json()["code"]) == (403, "own_entry")
        entry = done(finance.act(url, "confirm", entry["version"], document_no="发还1号"))
        assert entry["status"] == "posted"
        gone = done(finance.get(f"/ledger/entries/{entry['confirmed_by_id']}"))
        assert (gone["debit"], gone["victim_id"]) == ("returned", victim_id)
        assert balances(police, case_id)["returned"] == "300.00"
        twice = office.act(url, "confirm", entry["version"], document_no="发还1号")
        assert (twice.status_code, twice.json()["code"]) == (409, "transition_not_allowed")
        early = police.act(url, "void", entry["version"], reason="误记", document_no="更正1号")
        assert (early.status_code, early.json()["code"]) == (409, "already_confirmed")
        back = f"/ledger/entries/{gone['id']}"
        done(finance.act(back, "void", gone["version"], reason="误发", document_no="更正2号"))
        entry = done(police.get(url))
        done(police.act(url, "void", entry["version"], reason="误记", document_no="更正3号"))
        assert balances(police, case_id)["restrained"] == "900.00"

    def test_a_victim_is_one_of_the_case(self, client, running, case_id):
        stranger = make_victim(client("office"), make_case(running))["id"]
        police = client("police")
        made(post_entry(police, case_id, "traced_source", "restrained", "900.00"))
        answer = post_entry(police, case_id, "restrained", "returned", "300.00", victim_id=stranger)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["code"] == "other_book"

    def test_who_may(self, anonymous, client, case_id):
        assert anonymous.get("/ledger/accounts", params={"book_id": case_id}).status_code == 401
        for who in ("village01", "grid01", "market", "audit_admin"):
            answer = client(who).get("/ledger/accounts", params={"book_id": case_id})
            assert answer.status_code == 403, who
        assert post_entry(
            client("leader"), case_id, "traced_source", "traced", "1.00"
        ).status_code == 403  # fmt: skip
        nowhere = "01900000-0000-7000-8000-000000000000"
        assert (
            client("finance").get("/ledger/accounts", params={"book_id": nowhere}).status_code
            == 404
        )


class TestDistributions:
    def test_the_whole_way(self, client, funded, tmp_path):
        office, leader, finance = client("office"), client("leader"), client("finance")
        plan = make_plan(office, funded)
        url = f"/distributions/{plan['id']}"
        plan = done(office.act(url, "compute", plan["version"]))
        # outstanding 800 + 500 + 200 = 1500; 600 is 40 %
        assert plan["level"] == "60000/150000"
        assert (plan["total_pay"], plan["total_set_aside"]) == ("520.00", "80.00")
        assert plan["claims_count"] == 3
        assert balances(finance, funded)["in_custody"] == "600.00"

        plan = done(leader.act(url, "approve", plan["version"], document_no="众专办批1号"))
        assert balances(finance, funded) == {
            "surrender_source": "-600.00",
            "payable": "520.00",
            "set_aside": "80.00",
        }
        plan = publish(office, plan)
        plan = done(finance.act(url, "pay", plan["version"], document_no="付款1号"))
        assert balances(finance, funded)["paid_pending"] == "520.00"
        lines = done(finance.get(f"{url}/lines"))["items"]
        assert sorted(each["share"] for each in lines) == ["200.00", "320.00", "80.00"]

        bounced = next(each for each in lines if each["share"] == "200.00")["claim"]
        plan = done(
            finance.act(url, "confirm_partly", plan["version"], document_no="回单1号",
                        failed_claims=bounced)
        )  # fmt: skip
        assert balances(finance, funded) == {
            "surrender_source": "-600.00",
            "payable": "200.00",
            "returned": "320.00",
            "set_aside": "80.00",
        }
        plan = done(finance.act(url, "pay", plan["version"], document_no="付款2号"))
        plan = done(finance.act(url, "confirm", plan["version"], document_no="回单2号"))
        assert plan["status"] == "completed"
        assert plan["paid_amount"] == "520.00"
        assert plan["available_actions"] == []
        assert balances(finance, funded)["returned"] == "520.00"

        register = done(office.get("/victims", params={"case_id": funded, "sort": "id"}))["items"]
        first = done(office.get(f"/victims/{register[0]['id']}"))
        assert [first[n] for n in ("lost", "got_before", "paid_out", "outstanding")] == [
            "1000.00",
            "200.00",
            "320.00",
            "480.00",
        ]

        answer = finance.get(f"{url}/certificate")
        assert "attachment" in answer.headers["content-disposition"]
        assert "孙桂兰" not in answer.text
        path = tmp_path / "certificate.json"
        path.write_bytes(answer.content)
        found = subprocess.run(
            [sys.executable, "-I", str(SCRIPT), str(path)], capture_output=True, check=False
        )
        assert found.returncode == 0, found.stdout.decode()

    def test_a_second_plan_starts_from_what_is_left(self, client, funded):
        plan = published(client, funded, pool="300.00")
        url = f"/distributions/{plan['id']}"
        plan = done(client("finance").act(url, "pay", plan["version"], document_no="付款1号"))
        done(client("finance").act(url, "confirm", plan["version"], document_no="回单1号"))
        second = make_plan(client("office"), funded, pool="300.00", title="第二次清退")
        second = done(
            client("office").act(f"/distributions/{second['id']}", "compute", second["version"])
        )
        certificate = done(client("office").get(f"/distributions/{second['id']}/certificate"))
        assert sum(float(line["outstanding"]) for line in certificate["lines"]) == 1200
        assert json.loads(json.dumps(certificate))["distributed"] == "300.00"

    def test_three_posts_and_nobody_else(self, client, funded):
        plan = make_plan(client("office"), funded)
        url = f"/distributions/{plan['id']}"
        for who in ("leader", "finance", "police", "supervisor"):
            assert client(who).act(url, "compute", plan["version"]).status_code == 403, who
        plan = done(client("office").act(url, "compute", plan["version"]))
        for who in ("office", "finance", "police"):
            answer = client(who).act(url, "approve", plan["version"], document_no="批1号")
            assert answer.status_code == 403, who
        plan = done(client("leader").act(url, "approve", plan["version"], document_no="批1号"))
        for who in ("office", "leader"):
            answer = client(who).act(url, "pay", plan["version"], document_no="付1号")
            assert answer.status_code == 403, who
        early = client("finance").act(url, "pay", plan["version"], document_no="付1号")
        assert early.status_code == 409

    def test_nothing_is_paid_while_objections_may_come(self, client, funded):
        plan = make_plan(client("office"), funded)
        url = f"/distributions/{plan['id']}"
        plan = done(client("office").act(url, "compute", plan["version"]))
        plan = done(client("leader").act(url, "approve", plan["version"], document_no="批1号"))
        plan = done(
            client("office").act(url, "publish", plan["version"], published_on=today().isoformat())
        )
        answer = client("finance").act(url, "pay", plan["version"], document_no="付1号")
        assert (answer.status_code, answer.json()["code"]) == (422, "objection_period")
        seen = done(client("finance").get(url))["standing"]
        (now,) = seen["now"]
        assert (now["is_early"], now["is_mine"], seen["next_action"]) == (True, False, None)
        assert now["since"] == str(date.fromisoformat(plan["objection_until"]) + timedelta(days=1))
        waiting = done(client("finance").get("/me/duties", params={"subject_id": plan["id"]}))
        assert waiting["items"] == [], "home does not tell of it before it can be done"

    @pytest.mark.parametrize(
        ("published_for", "pointer", "code"),
        [
            ({"published_on": -1}, "/published_on", "before_approval"),
            ({"published_on": 0, "objection_until": 1}, "/objection_until", "too_short"),
            ({"published_on": 1}, "/published_on", "in_future"),
        ],
    )
    def test_the_time_for_objections_is_not_cut_short(
        self, client, funded, published_for, pointer, code
    ):
        plan = make_plan(client("office"), funded)
        url = f"/distributions/{plan['id']}"
        plan = done(client("office").act(url, "compute", plan["version"]))
        plan = done(client("leader").act(url, "approve", plan["version"], document_no="批1号"))
        dates = {k: (today() + timedelta(days=v)).isoformat() for k, v in published_for.items()}
        answer = client("office").act(url, "publish", plan["version"], **dates)
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]

    def test_a_pool_that_is_not_there_cannot_be_approved(self, client, funded):
        plan = make_plan(client("office"), funded, pool="601.00")
        url = f"/distributions/{plan['id']}"
        plan = done(client("office").act(url, "compute", plan["version"]))
        answer = client("leader").act(url, "approve", plan["version"], document_no="批1号")
        assert (answer.status_code, answer.json()["code"]) == (409, "insufficient_balance")
        assert done(client("office").get(url))["status"] == "computed"

    def test_what_cannot_be_computed_or_approved_is_not_offered(self, client, case_id):
        """Nobody's claim yet; a pool that is not in the account; claims verified since: said in the
        head, and no button."""
        office, leader, finance = client("office"), client("leader"), client("finance")

        def head(who):
            shown = done(who.get(url))
            offered = {each["action"] for each in shown["available_actions"]}
            return offered, shown["standing"]["blocked_by"], shown["standing"]["next_action"]

        plan = make_plan(office, case_id, pool="100.00")
        url = f"/distributions/{plan['id']}"
        offered, blocked, following = head(office)
        assert "compute" not in offered
        assert (blocked, following) == (["没有已核实的受害人，不能测算"], None)
        refused = office.act(url, "compute", plan["version"])
        assert (refused.status_code, refused.json()["code"]) == (409, "no_claims")

        make_victim(office, case_id, principal="500.00")
        assert head(office)[1:] == ([], "compute")
        plan = done(office.act(url, "compute", plan["version"]))
        offered, blocked, following = head(leader)
        assert "approve" not in offered
        assert (blocked, following) == (
            ["归集专户余额不足：现有0.00元，需要100.00元"], None,
        )  # fmt: skip
        refused = leader.act(url, "approve", plan["version"], document_no="众专办批1号")
        assert (refused.status_code, refused.json()["code"]) == (409, "insufficient_balance")
        made(post_entry(finance, case_id, "surrender_source", "in_custody", "600.00"))
        assert head(leader)[1:] == ([], "approve")

        make_victim(office, case_id, principal="300.00")
        offered, blocked, following = head(leader)
        assert "approve" not in offered
        assert "send_back" in offered
        assert blocked == ["测算之后受害人登记册或者其他方案有变化，请退回重新测算"]
        plan = done(office.act(url, "compute", plan["version"]))
        assert head(leader)[1:] == ([], "approve")

    def test_a_plan_sent_back_gives_its_money_back(self, client, funded):
        plan = published(client, funded)
        url = f"/distributions/{plan['id']}"
        withdrawn = done(client("office").act(url, "withdraw", plan["version"], reason="重新核对"))
        assert withdrawn["status"] == "withdrawn"
        assert balances(client("finance"), funded) == {
            "surrender_source": "-600.00",
            "in_custody": "600.00",
        }

    def test_a_changed_rule_must_be_computed_again(self, client, funded):
        office = client("office")
        plan = make_plan(office, funded)
        url = f"/distributions/{plan['id']}"
        plan = done(office.act(url, "compute", plan["version"]))
        gross = done(
            office.patch(url, json={"version": plan["version"], "base_rule": "gross_then_deduct"})
        )
        assert gross["level"] is None
        gross = done(office.act(url, "compute", gross["version"]))
        # (600 + 200 + 300) / 2000 is 55 %; the third has 60 % already and drops out
        assert gross["total_set_aside"] == "0.00"
        assert gross["total_pay"] == "600.00"

    def test_what_was_computed_first_is_kept_and_counts_no_more(self, running, client, funded):
        office, finance = client("office"), client("finance")
        plan = make_plan(office, funded)
        url = f"/distributions/{plan['id']}"
        plan = done(office.act(url, "compute", plan["version"]))
        first = {each["id"] for each in done(office.get(f"{url}/lines"))["items"]}
        plan = done(office.act(url, "compute", plan["version"]))
        second = {each["id"] for each in done(office.get(f"{url}/lines"))["items"]}
        assert len(second) == 3
        assert not first & second
        plan = done(client("leader").act(url, "approve", plan["version"], document_no="批1号"))
        plan = publish(office, plan)
        ask = {"fields": ["payees"], "reason": "制作付款清单"}
        payees = done(finance.post(f"{url}/reveals", json=ask))["values"]["payees"]
        assert payees.count("孙桂兰") == 2
        plan = done(finance.act(url, "pay", plan["version"], document_no="付1号"))
        assert plan["paying_amount"] == "520.00"
        plan = done(finance.act(url, "confirm", plan["version"], document_no="回1号"))
        assert plan["paid_amount"] == "520.00"
        kept = run_sql(
            running,
            "SELECT status FROM distribution_lines WHERE distribution_id = $1 AND round < 3",
            plan["id"],
        )
        assert [row["status"] for row in kept] == ["planned"] * 3

    def test_finance_gets_the_payees_only_when_it_is_time_to_pay(self, client, funded):
        plan = make_plan(client("office"), funded)
        url, ask = f"/distributions/{plan['id']}", {"fields": ["payees"], "reason": "制作付款清单"}
        plan = done(client("office").act(url, "compute", plan["version"]))
        assert client("finance").post(f"{url}/reveals", json=ask).status_code == 403
        plan = done(client("leader").act(url, "approve", plan["version"], document_no="批1号"))
        publish(client("office"), plan)
        assert client("office").post(f"{url}/reveals", json=ask).status_code == 403
        listed = done(client("finance").post(f"{url}/reveals", json=ask))["values"]["payees"]
        assert listed.count("孙桂兰") == 2
        assert "520.00" not in listed

    def test_no_case_facts_reach_finance(self, client, funded):
        plan = make_plan(client("office"), funded)
        shown = client("finance").get(f"/distributions/{plan['id']}").text
        assert "康养" not in shown
        assert client("finance").get("/property-items").status_code == 403


class TestTheMoneyIsSaidAgain:
    def test_before_each_step_of_a_plan(self, client, case_id):
        office, finance = client("office"), client("finance")
        make_victim(office, case_id, principal="1000.00", returns="200.00")
        make_victim(office, case_id, principal="500.00")
        make_victim(office, case_id, principal="500.00", claim_status="unregistered")
        made(post_entry(finance, case_id, "surrender_source", "in_custody", "1600.00"))
        plan = make_plan(office, case_id, pool="1600.00")
        url = f"/distributions/{plan['id']}"

        def said(who, action):
            offers = done(client(who).get(url))["available_actions"]
            return next(each["restates"] for each in offers if each["action"] == action)

        assert said("office", "compute") == "以可分配金额 1,600.00 元 测算"
        plan = done(office.act(url, "compute", plan["version"]))
        assert (plan["pay_count"], plan["set_aside_count"]) == (2, 1)
        sums = f"{float(plan['total_pay']):,.2f} 元，提存 {float(plan['total_set_aside']):,.2f} 元"
        assert said("leader", "approve").startswith(f"批准向 2 人发放 {sums}")
        whole = f"{float(plan['total_pay']) + float(plan['total_set_aside']):,.2f} 元"
        assert said("leader", "send_back") == f"方案中的 {whole}不发放"
        plan = done(client("leader").act(url, "approve", plan["version"], document_no="批1号"))
        assert said("leader", "send_back") == f"方案中的 {whole}退回归集专户，不再发放"
        plan = publish(office, plan)
        pays = f"{float(plan['total_pay']):,.2f} 元"
        assert said("finance", "pay") == f"向 2 人发放 {pays}，送银行办理"
        plan = done(finance.act(url, "pay", plan["version"], document_no="付1号"))
        assert said("finance", "confirm") == f"确认 2 人的 {pays} 全部到账"
        claim = done(office.get(f"{url}/lines", params={"status": "paying"}))["items"][0]
        plan = done(
            finance.act(
                url, "confirm_partly", plan["version"], document_no="回1号",
                failed_claims=claim["claim"],
            )
        )  # fmt: skip
        left = f"{float(claim['share']):,.2f} 元"
        assert said("finance", "pay") == f"向 1 人发放 {left}，送银行办理"

    def test_before_an_entry_is_let_go_or_voided(self, client, case_id):
        finance, office = client("finance"), client("office")
        made(post_entry(finance, case_id, "surrender_source", "in_custody", "600.00"))
        entry = made(post_entry(finance, case_id, "in_custody", "treasury", "100.50"))
        url = f"/ledger/entries/{entry['id']}"
        offers = {e["action"]: e["restates"] for e in done(office.get(url))["available_actions"]}
        assert offers["confirm"] == "复核同意 100.50 元 从“归集专户”付出，转入“已上缴国库”"
        assert offers["void"] == "撤销这笔支出，100.50 元 退回“归集专户”"

    def test_a_timeline_has_the_entries_of_one_person_and_day_as_one(self, client, case_id):
        finance, police = client("finance"), client("police")
        for amount in ("600.00", "1400.50"):
            made(post_entry(finance, case_id, "surrender_source", "in_custody", amount))
        made(post_entry(finance, case_id, "traced_source", "traced", "1.00"))
        items = done(police.get(f"/cases/{case_id}/timeline"))["items"]
        assert [each["label"] for each in items] == ["记账 3 笔，共 2,001.50 元"]
        assert items[0]["details"] == [
            {"label": "退赃退赔来源（账外） → 归集专户", "value": "2 笔，2,000.50 元"},
            {"label": "涉案资金来源（账外） → 已查明未控制", "value": "1 笔，1.00 元"},
        ]
        made(post_entry(police, case_id, "traced_source", "traced", "5.00"))
        labels = [e["label"] for e in done(police.get(f"/cases/{case_id}/timeline"))["items"]]
        assert labels == ["记账 1 笔，共 5.00 元", "记账 3 笔，共 2,001.50 元"], "another person"

    def test_a_plan_s_approval_tells_both_ways(self, client, funded):
        published(client, funded)
        items = done(client("police").get(f"/cases/{funded}/timeline"))["items"]
        told = items[0]["details"]
        assert [each["label"] for each in told] == ["归集专户 → 待发放", "归集专户 → 提存"]


class TestWhoseMoney:
    def test_a_book_says_whose_case_it_is_and_the_title_to_whoever_sees_cases(
        self, client, case_id
    ):
        def book(who):
            found = client(who).get("/ledger/accounts", params={"book_id": case_id})
            return done(found)["case"]

        police, finance = book("police"), book("finance")
        assert police["id"] == finance["id"] == case_id
        assert police["number"] == finance["number"]
        assert police["title"] == "某康养公司集资诈骗案"
        assert finance["title"] == "", "who keeps the books does not see the case"


class TestFiguresChanged:
    def test_what_was_computed_from_other_figures_is_computed_again(self, client, funded):
        office, leader = client("office"), client("leader")
        plan = make_plan(office, funded)
        url = f"/distributions/{plan['id']}"
        plan = done(office.act(url, "compute", plan["version"]))
        plan = done(office.patch(url, json={"version": plan["version"], "pool": "1.00"}))
        assert (plan["status"], plan["total_pay"], plan["claims_count"]) == ("draft", "0.00", 0)
        assert plan["standing"]["next_action"] == "compute"
        assert plan["standing"]["steps"][1]["state"] == "now"
        early = leader.act(url, "approve", plan["version"], document_no="批1号")
        assert (early.status_code, early.json()["code"]) == (409, "transition_not_allowed")
        plan = done(office.act(url, "compute", plan["version"]))
        assert plan["status"] == "computed"
        done(leader.act(url, "approve", plan["version"], document_no="批1号"))

    def test_a_title_and_the_same_pool_leave_it_computed(self, client, funded):
        office = client("office")
        plan = make_plan(office, funded)
        url = f"/distributions/{plan['id']}"
        plan = done(office.act(url, "compute", plan["version"]))
        change = {"version": plan["version"], "title": "第一次清退（修订）", "pool": "600.00"}
        after = done(office.patch(url, json=change))
        assert (after["status"], after["total_pay"]) == ("computed", plan["total_pay"])

    def test_a_plan_without_money_is_none(self, client, funded):
        office = client("office")
        body = {"case_id": funded, "title": "第一次清退", "base_rule": "net_of_returns"}
        answers = [office.post("/distributions", json=body | {"pool": "0.00"})]
        plan = make_plan(office, funded)
        change = {"version": plan["version"], "pool": "0"}
        answers.append(office.patch(f"/distributions/{plan['id']}", json=change))
        for answer in answers:
            assert answer.status_code == 422, answer.text
            [fault] = answer.json()["errors"]
            assert (fault["pointer"], fault["code"]) == ("/pool", "not_positive")
