"""What a conclusion asks for before the lead may end: by the act, or by a second person's waiver."""

import random

import pytest

from api.core.base.clock import now, today
from tests import factories
from tests.answers import done, problem, refused
from tests.database import run_sql
from tests.duties import duties
from tests.factories import unit_of
from tests.handovers import PAPERS, body_for, decide, fresh, offered, receive, sent, turns_of
from tests.leads import REPORT, act, fed_back, merge, proposed

CLOSING = {"solved": "yes", "solved_note": "已处理。"}


def concluded(client, conclusion: str, who: str = "market") -> dict:
    return factories.conclude(client("office"), client(who), conclusion)


def ready(client, conclusion: str, who: str = "market") -> dict:
    """Concluded and answered: nothing but what is owed stands against its end."""
    return fed_back(client(who), concluded(client, conclusion, who))


def not_closed(client, made: dict, code: str) -> dict:
    office = client("office")
    made = fresh(office, made)
    told = problem(office.act(f"/leads/{made['id']}", "close", made["version"], **CLOSING), 422)
    assert told["code"] == code
    assert told["article"]
    assert made["standing"]["next_action"] != "close"
    assert any(told["detail"][:8] in each for each in made["standing"]["blocked_by"])
    return made


class TestACrime:
    CODE = "police_decision_missing"

    def test_it_is_not_closed_and_the_handler_has_the_turn(self, client):
        market = client("market")
        made = concluded(client, "suspected_crime")
        assert made["owes"] == ["police_decision"]
        assert made["standing"]["next_action"] == "propose_transfer"
        assert duties(market, made["id"], "lead_owed_police")
        made = not_closed(client, fed_back(market, made), self.CODE)
        assert fresh(market, made)["standing"]["next_action"] == "propose_transfer"
        assert duties(market, made["id"], "lead_owed_police")

    def test_a_department_that_has_it_hides_it_not(self, client):
        """The turn of the handler was the reporter's answer, and nothing else."""
        market, civil = client("market"), client("civil")
        to = {"organ": "other", "receiver_unit_id": unit_of(civil)}
        made = act(
            market, concluded(client, "suspected_crime"), "transfer_department", **PAPERS | to
        )
        assert made["status"] == "transferred_department"

        def waits() -> list[str]:
            now_waits = fresh(market, made)["standing"]["now"]
            return [each["what"] for each in now_waits if each["is_mine"]]

        assert waits() == ["涉嫌犯罪，待移送公安或者立案", "待反馈举报人"]
        assert fresh(market, made)["standing"]["next_action"] is not None
        assert "propose_transfer" in offered(fresh(market, made))
        assert duties(market, made["id"], "lead_owed_police")
        [answer] = duties(market, made["id"], "lead_feed_back")
        shown = fresh(market, made)
        [head] = [each for each in shown["standing"]["now"] if each["what"] == "待反馈举报人"]
        # the term stands still for the department; the reporter is answered by its day all the same
        assert shown["due_on"] is None
        assert answer["due_on"] == head["due_on"] is not None
        fed_back(market, fresh(market, made))
        assert waits()[0] == "涉嫌犯罪，待移送公安或者立案"
        said = REPORT | {"reported_on": today().isoformat()}
        made = act(market, fresh(market, made), "propose_transfer", **said)
        assert duties(market, made["id"], "lead_owed_police"), "the head has not sent it either"

    def test_handed_over_and_decided_it_is(self, client):
        office, market, police = client("office"), client("market"), client("police")
        made = ready(client, "suspected_crime")
        made = act(market, made, "transfer_police", **body_for(police))
        assert duties(market, made["id"], "lead_owed_police") == []
        made = fed_back(market, made)
        made = not_closed(client, made, "transfer_unanswered")
        made = act(market, made, "remind", reason="请尽快答复")
        made = not_closed(client, made, "transfer_unanswered")
        made = receive(police, made)
        made = not_closed(client, made, "transfer_unanswered")
        made = decide(police, fresh(police, made), "filed")
        assert made["owes"] == []
        [row] = made["obligations"]
        assert (row["ended_by"], row["ended_on"]) == ("met", today().isoformat())
        made = not_closed(client, made, "goods_missing")  # the things are still here
        made = act(
            market,
            fresh(market, made),
            "hand_over_goods",
            goods_on=today().isoformat(),
            goods="无物品",
        )
        assert factories.close(office, made)["status"] == "closed"

    def test_decided_before_it_was_concluded(self, client):
        office, market, police = client("office"), client("market"), client("police")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, act(market, made, "acknowledge"), "transfer_police", **body_for(police))
        made = decide(police, receive(police, made), "not_filed")
        made = act(
            market, fresh(market, made), "conclude", conclusion="suspected_crime", findings="已核查"
        )
        assert (made["owes"], made["obligations"]) == ([], [])

    def test_the_police_who_found_it_decide_on_their_case(self, client):
        office, police = client("office"), client("police")
        made = ready(client, "suspected_crime", "police")
        assert duties(police, made["id"], "lead_owed_police")
        head = fresh(police, made)["standing"]
        assert [each["is_mine"] for each in head["now"] if "立案" in each["what"]] == [True]
        case = done(
            police.post("/cases", json={"source_lead_ids": [made["id"]], "charges": ["fraud"]})
        )
        not_closed(client, made, self.CODE)
        url = f"/cases/{case['id']}"
        case = done(police.act(url, "accept", case["version"]))
        not_closed(client, made, self.CODE)
        done(
            police.act(
                url, "file", case["version"], authority_level="county_psb", filed_on=today().isoformat(),
                document_no="霍公（经）立字〔2026〕9号",
            )
        )  # fmt: skip
        made = fresh(office, made)
        assert made["owes"] == []
        assert factories.close(office, made)["status"] == "closed"

    def test_looked_at_again_it_is_still_the_polices_to_decide(self, client):
        office, civil = client("office"), client("civil")
        made = concluded(client, "suspected_crime")
        made = act(office, made, "recheck", unit_id=unit_of(civil), reason="存疑")
        made = act(civil, made, "conclude", conclusion="unfounded", findings="查否。")
        assert made["owes"] == ["police_decision"]
        not_closed(client, fed_back(civil, made), self.CODE)

    def test_it_is_not_merged_away(self, client):
        office = client("office")
        made, main = concluded(client, "suspected_crime"), factories.make_lead(office)
        assert refused(merge(office, main, made), 409)["code"] == "obligation_open"
        links = done(office.get(f"/leads/{made['id']}/merges"))
        assert not links["can_join"]

    def test_sent_up_and_back_it_is_not_withdrawn_or_rejected(self, client):
        """By the county and back it stands at the beginning again, and still owes."""
        office, county = client("office"), client("county")
        made = concluded(client, "suspected_crime")
        accused = {"unit_id": unit_of(client("leader")), "reason": "涉及镇领导"}
        done(office.post(f"/leads/{made['id']}/accused-units", json=accused))
        url = f"/leads/{made['id']}"
        back = county.post(f"{url}/returns", json={"reason": "经核实不涉及"})
        assert back.status_code < 300, back.text
        made = fresh(office, made)
        assert made["status"] == "registered"
        for action in ("withdraw", "reject"):
            answer = office.act(url, action, made["version"], reason="误报")
            assert problem(answer, 422)["code"] == self.CODE

    def test_a_slip_is_taken_back_on_the_day(self, client):
        leader = client("leader")
        made = ready(client, "suspected_crime")
        let_go = act(leader, made, "waive", reason="点错了")
        assert let_go["owes"] == []
        assert client("office").act(
            f"/leads/{made['id']}", "unwaive", let_go["version"]
        ).status_code == 403  # fmt: skip
        again = act(leader, let_go, "unwaive")
        assert (again["owes"], again["status"]) == (made["owes"], made["status"])
        [row] = again["obligations"]
        assert (row["ended_on"], row["reason"]) == (None, "")
        twice = leader.act(f"/leads/{made['id']}", "unwaive", again["version"])
        assert refused(twice, 409)["code"] == "waiver_stands"
        assert act(leader, again, "waive", reason="另案已立")["owes"] == []

    @pytest.mark.parametrize("stage", ["sent", "received", "incomplete", "filed", "reviewed"])
    def test_what_was_waited_for_is_again_as_far_as_it_had_come(self, client, stage):
        police, market, leader = client("police"), client("market"), client("leader")
        made = sent(client)
        if stage != "sent":
            made = receive(police, made)
        if stage == "incomplete":
            told = {"told_at": now().isoformat(), "missing": "鉴定意见"}
            made = act(police, made, "record_incomplete", **told)
        if stage in {"filed", "reviewed"}:
            result = "filed" if stage == "filed" else "not_filed"
            made = decide(police, made, result)
        if stage == "reviewed":
            asked = {"review_asked_on": today().isoformat(), "review_reason": "证据"}
            made = act(market, fresh(market, made), "ask_review", **asked)
        made = fresh(leader, made)
        assert made["transfer_stage"] == stage
        let_go = act(leader, made, "waive", reason="点错了")
        assert (let_go["status"], let_go["transfer_stage"]) == ("concluded", "waived")
        assert "unwaive" in offered(let_go)
        again = act(leader, let_go, "unwaive")
        same = ("status", "transfer_stage", "owes", "transfers", "due_on", "due_days_left")
        assert {name: again[name] for name in same} == {name: made[name] for name in same}
        assert turns_of(again) == turns_of(made)

    def test_nobody_takes_back_what_others_went_on_from(self, client):
        leader, market = client("leader"), client("market")
        made = act(leader, sent(client), "waive", reason="对方不答复")
        made = fed_back(market, made)
        assert "unwaive" not in offered(fresh(leader, made))
        late = leader.act(f"/leads/{made['id']}", "unwaive", made["version"])
        assert refused(late, 409)["code"] == "waiver_stands"

    def test_nor_on_another_day(self, client, running):
        leader = client("leader")
        made = act(leader, sent(client), "waive", reason="对方不答复")
        run_sql(
            running,
            "UPDATE events SET at = at - interval '1 day' WHERE subject_id = $1"
            " AND data->>'action' = 'waive'",
            made["id"],
        )
        late = leader.act(f"/leads/{made['id']}", "unwaive", made["version"])
        assert refused(late, 409)["code"] == "waiver_stands"

    def test_a_second_person_waives_it_with_reasons(self, client):
        office, market, leader = client("office"), client("market"), client("leader")
        before = len(done(office.get("/leads", params={"waived": True, "limit": 200}))["items"])
        made = ready(client, "suspected_crime")
        url = f"/leads/{made['id']}"
        owing = {"owing": True, "q": made["number"]}
        assert len(done(office.get("/leads", params=owing))["items"]) == 1
        for who in (market, office):
            answer = who.act(url, "waive", made["version"], reason="不移送")
            assert answer.status_code == 403
        assert refused(leader.act(url, "waive", made["version"]), 422)["errors"][0]["pointer"] == (
            "/reason"
        )
        made = act(leader, made, "waive", reason="同案已由邻县公安机关立案侦查，不重复移送")
        assert made["owes"] == []
        [row] = made["obligations"]
        assert (row["ended_by"], row["person"]) == ("waived", leader.me["user"]["name"])
        assert "邻县" in row["reason"]
        again = leader.act(url, "waive", made["version"], reason="再来一次")
        assert refused(again, 409)["code"] == "nothing_to_waive"
        assert again.json()["article"]
        made = factories.close(office, fresh(office, made))
        waived = done(office.get("/leads", params={"waived": True, "limit": 200}))["items"]
        assert len(waived) == min(before + 1, 200)
        assert done(office.get("/leads", params=owing))["items"] == []

    def test_silent_police_can_be_let_off_by_a_second_person_only(self, client):
        market, police, leader = client("market"), client("police"), client("leader")
        made = ready(client, "suspected_crime")
        made = fed_back(market, act(market, made, "transfer_police", **body_for(police)))
        made = act(leader, made, "waive", reason="公安机关长期不答复，已报县专项办督办")
        assert (made["transfer_stage"], made["owes"]) == ("waived", [])
        assert duties(police, made["id"]) == []
        assert factories.close(client("office"), made)["status"] == "closed"

    def test_opened_anew_it_owes_nothing_of_before(self, client):
        office, leader = client("office"), client("leader")
        made = act(leader, ready(client, "suspected_crime"), "waive", reason="另案已立")
        made = act(office, factories.close(office, made), "reopen", reason="回头看")
        assert made["owes"] == []


class TestAViolation:
    def test_who_may_punish_has_it_already(self, client):
        made = ready(client, "illegal", "market")
        assert made["owes"] == []
        assert factories.close(client("office"), made)["status"] == "closed"

    @pytest.mark.parametrize("who", ["justice", "office"])
    def test_who_may_not_hands_it_over(self, client, who):
        me, market = client(who), client("market")
        made = ready(client, "illegal", who)
        assert made["owes"] == ["punisher"]
        made = not_closed(client, made, "punisher_missing")
        assert duties(me, made["id"], "lead_owed_punisher")
        wrong = {"organ": "petition", "department": "县信访局"} | PAPERS
        made = act(me, fresh(me, made), "transfer_department", **wrong)
        made = act(me, made, "record_receipt", received_at=now().isoformat(), receipt_no="1",
                   received_by="某某")  # fmt: skip
        assert made["owes"] == ["punisher"], "a petition office punishes nobody"
        made = act(
            me, made, "record_result", result="handled", result_on=today().isoformat(),
            result_note="已转送。",
        )  # fmt: skip
        made = act(me, made, "conclude", conclusion="illegal", findings="属实。")
        given = {"organ": "market", "receiver_unit_id": unit_of(market)} | PAPERS
        made = receive(market, act(me, made, "transfer_department", **given))
        assert made["owes"] == []


class TestADispute:
    def test_whoever_settles_it_gives_a_receipt(self, client):
        office, market = client("office"), client("market")
        made = concluded(client, "civil_dispute")
        assert made["owes"] == ["route_receipt"]
        assert made["transfer_stage"] == "sent"
        assert made["transfers"][0]["department"] == "镇人民调解委员会"
        made = not_closed(client, fed_back(market, made), "transfer_unanswered")
        made = act(
            market, fresh(market, made), "record_receipt", receipt_no="调〔2026〕5号",
            received_at=now().isoformat(), received_by="王调解员",
        )  # fmt: skip
        assert (made["owes"], made["transfer_stage"]) == ([], "accepted")
        assert factories.close(office, made)["status"] == "closed"

    def test_a_unit_of_the_system_gives_it_itself(self, client):
        office, market, justice = client("office"), client("market"), client("justice")
        made = act(
            market,
            act(
                market, factories.assign(office, factories.make_lead(office), market), "acknowledge"
            ),
            "conclude",
            conclusion="civil_dispute",
            findings="退款争议。",
            diversion_route="mediation",
            diversion_department=justice.me["unit"]["name"],
        )
        assert duties(justice, made["id"], "lead_receive")
        answer = market.act(
            f"/leads/{made['id']}", "record_receipt", made["version"], receipt_no="1",
            received_at=now().isoformat(), received_by="某某",
        )  # fmt: skip
        assert problem(answer, 403)["code"] == "not_receiver"
        made = receive(justice, made)
        assert (made["owes"], made["transfer_stage"]) == ([], "accepted")
        assert duties(justice, made["id"]) == []

    def test_taken_back_it_still_has_to_go_somewhere(self, client):
        market = client("market")
        made = act(market, concluded(client, "civil_dispute"), "recall", reason="当事人不愿调解")
        assert made["owes"] == ["route_receipt"]
        assert duties(market, made["id"], "lead_owed_route")
        assert "transfer_department" in offered(made)
        not_closed(client, fed_back(market, made), "route_receipt_missing")


class TestLate:
    def test_office_leader_and_supervisor_are_told_and_nobody_else(self, client, running):
        from tests.database import run_sql  # the only one that moves a day

        made = ready(client, "suspected_crime")
        made = act(client("market"), made, "transfer_police", **body_for(client("police")))
        for who in ("office", "leader", "supervisor"):
            assert late(client(who), made) == []
        run_sql(
            running,
            "UPDATE lead_transfer_clocks SET due_on = due_on - 30, due_at = due_at - interval '30 days'"
            " WHERE lead_id = $1 AND ended_on IS NULL",
            made["id"],
        )
        for who in ("office", "leader", "supervisor"):
            (told,) = late(client(who), made)
            assert told["unit"]["id"] == unit_of(client("police"))
            assert duties(client(who), made["id"]) == [], "told once, in one place"
        for who in ("market", "civil", "county", "village01"):
            assert late(client(who), made) == []
        made = act(client("market"), made, "remind", reason="请签收")
        assert late(client("office"), made), "a reminder ends no clock"

    def test_a_head_who_does_not_decide_is_told_of_to_others(self, client):
        made = proposed(client, days_ago=60)
        assert late(client("leader"), made) == [], "the own work is at home already"
        for who in ("office", "supervisor"):
            (told,) = late(client(who), made)
            assert told["unit"]["id"] == unit_of(client("leader"))


def late(who, made: dict) -> list[dict]:
    found = done(who.get("/me/escalations"))["items"]
    return [e for e in found if (e["subject_id"], e["what"]) == (made["id"], "transfer")]


ACTS = {
    "transfer_police": lambda c: body_for(c("police")),
    "transfer_department": lambda c: {
        "organ": "other", "receiver_unit_id": unit_of(c("civil")), **PAPERS
    },
    "recall": lambda _: {"reason": "重新整理"},
    "record_receipt": lambda _: {
        "received_at": now().isoformat(), "receipt_no": "1", "received_by": "某某"
    },
    "record_result": lambda _: {
        "result": "handled", "result_on": today().isoformat(), "result_note": "无"
    },
    "remind": lambda _: {"reason": "请答复"},
    "feed_back": lambda _: {"feedback_mode": "impossible", "feedback_note": "匿名。"},
    "conclude": lambda _: {"conclusion": "unfounded", "findings": "已核查。"},
    "recheck": lambda c: {"unit_id": unit_of(c("civil")), "reason": "存疑"},
    "withdraw": lambda _: {"reason": "误报"},
    "reject": lambda _: {"reason": "不属受理范围"},
    "escalate": lambda _: {"reason": "重大"},
    "archive": lambda _: {},
    "close": lambda _: CLOSING,
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_in_no_order_of_clicks_it_ends_without_the_polices_decision(client, seed):
    """Everything but their decision and the waiver, by everybody: it never closes."""
    chance = random.Random(seed)
    made = concluded(client, "suspected_crime")
    url = f"/leads/{made['id']}"
    for _ in range(40):
        who, action = (
            client(chance.choice(("market", "office", "civil", "police"))),
            chance.choice(list(ACTS)),
        )
        version = fresh(client("office"), made)["version"]
        answer = who.act(url, action, version, **ACTS[action](client))
        assert answer.status_code in {200, 403, 404, 409, 422}, answer.text
        shown = fresh(client("office"), made)
        assert shown["owes"] == ["police_decision"]
        assert shown["status"] not in {"closed", "archived", "withdrawn", "rejected"}, action
