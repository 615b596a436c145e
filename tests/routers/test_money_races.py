"""Two at once, and what changed in between: money is promised once, frozen once, claimed once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from api.core.base.clock import today
from tests.money import (
    balances,
    done,
    made,
    make_case,
    make_item,
    make_victim,
    measure,
    post_entry,
    publish,
    resident_id,
    victim,
)

DAY = today()


def both(first, second) -> list:
    """Two requests at the same moment."""
    with ThreadPoolExecutor(2) as pair:
        return [each.result() for each in [pair.submit(first), pair.submit(second)]]


@pytest.fixture
def case_id(running):
    return make_case(running)


@pytest.fixture
def funded(client, case_id):
    """A verified victim and one to be set aside; enough in custody to pay everybody twice."""
    office = client("office")
    make_victim(office, case_id, principal="500.00")
    make_victim(office, case_id, principal="500.00", claim_status="unregistered")
    made(post_entry(client("finance"), case_id, "surrender_source", "in_custody", "3000.00"))
    return case_id


def computed(office, case_id, pool="1000.00") -> dict:
    body = {"case_id": case_id, "title": "清退", "pool": pool, "base_rule": "net_of_returns"}
    plan = made(office.post("/distributions", json=body))
    return done(office.act(f"/distributions/{plan['id']}", "compute", plan["version"]))


def approve(leader, plan):
    url = f"/distributions/{plan['id']}"
    return leader.act(url, "approve", plan["version"], document_no="众专办批1号")


class TestPlans:
    def test_two_plans_computed_beside_each_other_are_not_both_paid(self, client, funded):
        office, leader = client("office"), client("leader")
        plans = [computed(office, funded) for _ in range(2)]
        answers = both(lambda: approve(leader, plans[0]), lambda: approve(leader, plans[1]))
        assert sorted(a.status_code for a in answers) == [200, 409]
        refused = next(a for a in answers if a.status_code == 409)
        assert refused.json()["code"] == "computation_stale"
        assert balances(client("finance"), funded)["in_custody"] == "2000.00"
        late = next(p for p, a in zip(plans, answers, strict=True) if a is refused)
        again = done(office.act(f"/distributions/{late['id']}", "compute", late["version"]))
        assert again["total_pay"] == "0.00"

    def test_a_claim_verified_meanwhile_is_counted_first(self, client, funded):
        office, leader = client("office"), client("leader")
        plan = computed(office, funded)
        make_victim(office, funded, principal="500.00")
        answer = approve(leader, plan)
        assert (answer.status_code, answer.json()["code"]) == (409, "computation_stale")
        plan = done(office.act(f"/distributions/{plan['id']}", "compute", plan["version"]))
        assert approve(leader, plan).status_code == 200

    def test_what_a_plan_set_aside_is_not_voided_by_hand(self, client, funded):
        finance = client("finance")
        assert approve(client("leader"), computed(client("office"), funded)).status_code == 200
        entries = done(finance.get("/ledger/entries", params={"book_id": funded}))["items"]
        aside = next(e for e in entries if e["debit"] == "set_aside")
        answer = finance.act(
            f"/ledger/entries/{aside['id']}", "void", aside["version"],
            reason="误记", document_no="更正1号",
        )  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (422, "move_not_allowed")

    @pytest.mark.parametrize("paid", ["500.00", "0.01"])
    def test_who_is_paid_is_not_changed_behind_the_approval(self, client, case_id, paid):
        office, finance = client("office"), client("finance")
        payee = make_victim(office, case_id, principal="500.00")
        made(post_entry(finance, case_id, "surrender_source", "in_custody", paid))
        plan = computed(office, case_id, pool=paid)
        plan = done(approve(client("leader"), plan))
        url = f"/victims/{payee['id']}"
        account = {"version": payee["version"], "account": "6228480299999999999"}
        moved = office.patch(url, json=account)
        assert (moved.status_code, moved.json()["code"]) == (409, "in_approved_plan")
        left_out = office.act(url, "exclude", payee["version"], reason="同案人")
        assert left_out.json()["code"] == "in_approved_plan"
        noted = done(office.patch(url, json={"version": payee["version"], "note": "已电话核对"}))
        at = f"/distributions/{plan['id']}"
        plan = publish(office, plan)
        plan = done(finance.act(at, "pay", plan["version"], document_no="付1号"))
        bounced = {"document_no": "回单1号", "failed_claims": payee["number"]}
        done(finance.act(at, "confirm_partly", plan["version"], **bounced))
        # the bank sent it back: now the account may be put right
        done(office.patch(url, json=account | {"version": noted["version"]}))


class TestClaims:
    def test_one_person_claims_once_though_two_clerks_type(self, client, case_id):
        office = client("office")
        body = victim(case_id, id_number=resident_id(777))
        answers = both(
            lambda: office.post("/victims", json=body),
            lambda: client("police").post("/victims", json=body),
        )
        assert sorted(a.status_code for a in answers) == [201, 409]
        refused = next(a for a in answers if a.status_code == 409)
        assert refused.json()["code"] == "already_registered"


class TestFreezes:
    @pytest.fixture
    def item(self, client, case_id):
        return make_item(client("police"), case_id)

    def test_one_item_is_frozen_once(self, client, item):
        police = client("police")
        answers = both(
            lambda: police.post("/property-measures", json=measure(item)),
            lambda: police.post("/property-measures", json=measure(item)),
        )
        assert sorted(a.status_code for a in answers) == [201, 422]

    def test_nobody_jumps_the_queue(self, client, item):
        police = client("police")
        first = made(police.post("/property-measures", json=measure(item)))
        waiting = made(police.post("/property-measures", json=measure(item, kind="waiting_freeze")))
        ended = DAY - timedelta(days=5)
        done(
            police.act(
                f"/property-measures/{first['id']}", "release", first["version"],
                released_on=ended.isoformat(), release_reason="no_longer_needed",
                document_no="解冻1号", reason="原机关解除",
            )
        )  # fmt: skip
        late = police.post("/property-measures", json=measure(item))
        assert late.status_code == 422
        assert late.json()["errors"][0]["code"] == "already_frozen"
        url = f"/property-measures/{waiting['id']}"
        before = (ended - timedelta(days=1)).isoformat()
        early = police.act(url, "take_effect", waiting["version"], starts_on=before)
        assert early.json()["errors"][0]["code"] == "before_its_turn"
        done(police.act(url, "take_effect", waiting["version"], starts_on=ended.isoformat()))

    def test_a_waiting_freeze_of_a_major_case_runs_a_year(self, client, item):
        police = client("police")
        first = made(police.post("/property-measures", json=measure(item)))
        major = {"kind": "waiting_freeze", "is_major": True, "authority_level": "city_psb"}
        waiting = made(police.post("/property-measures", json=measure(item, **major)))
        done(
            police.act(
                f"/property-measures/{first['id']}", "release", first["version"],
                released_on=DAY.isoformat(), release_reason="no_longer_needed",
                document_no="解冻1号", reason="原机关解除",
            )
        )  # fmt: skip
        now = done(
            police.act(
                f"/property-measures/{waiting['id']}", "take_effect", waiting["version"],
                starts_on=DAY.isoformat(),
            )
        )  # fmt: skip
        assert now["expires_on"][:4] == str(DAY.year + 1)
        assert now["expires_on"][5:7] == f"{DAY.month:02d}"

    def test_a_renewal_is_decided_while_the_measure_stands(self, client, item):
        police = client("police")
        first = made(police.post("/property-measures", json=measure(item)))
        answer = police.act(
            f"/property-measures/{first['id']}", "renew", first["version"],
            decided_on=(DAY - timedelta(days=46)).isoformat(),
            authority_level="county_psb", document_no="续冻1号",
        )  # fmt: skip
        assert answer.json()["errors"][0]["code"] == "before_start"

    def test_nothing_is_disposed_of_tomorrow(self, client, item):
        police = client("police")
        url = f"/property-items/{item['id']}"
        item = done(
            police.act(url, "determine", item["version"], ownership="victim",
                       authority="霍邱县公安局", document_no="甄1号", reason="权属明确")
        )  # fmt: skip
        answer = police.act(
            url, "dispose", item["version"], disposal="auction", authority="霍邱县人民法院",
            document_no="拍1号", disposed_on=(DAY + timedelta(days=1)).isoformat(), reason="变现",
        )  # fmt: skip
        assert answer.json()["errors"][0]["code"] == "in_future"
