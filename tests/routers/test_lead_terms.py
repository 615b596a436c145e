"""The last terms of a lead over HTTP: the head's approval, the county's own leads, the keepers that
are to be named, and that a lead stands in one list only."""

from collections import Counter
from uuid import uuid4

import pytest

from api.core.base.clock import now, today
from api.domain.law.calendar import Calendar
from tests import factories
from tests.answers import done, refused
from tests.database import colleague
from tests.duties import duties
from tests.leads import DAY, REPORT, act, merge, proposed, running_clock, waiting_since
from tests.public import hand_in
from tests.vault import name, panel, person

pytestmark = pytest.mark.days


def offered(made: dict) -> dict[str, dict]:
    return {each["action"]: each for each in made["available_actions"]}


class TestApproval:
    def test_the_head_has_three_days_and_is_told_when_they_are_over(self, client):
        made = proposed(client, days_ago=9)
        leader = client("leader")
        clock = running_clock(made)
        assert (clock["rule_id"], clock["rule_version"], clock["side"]) == ("TRF-01", 1, "approver")
        due = Calendar.builtin().next_working_day(today() - 6 * DAY)
        assert clock["due_at"][:10] == due.isoformat()
        (duty,) = duties(leader, made["id"], "lead_transfer_approve")
        assert (duty["rule"], duty["due_on"]) == ("TRF-01", due.isoformat())
        assert duty["overdue"] is (due < today())
        assert "3日" in duty["rule_label"]
        for other in ("market", "office", "supervisor", "county", "police"):
            assert duties(client(other), made["id"], "lead_transfer_approve") == [], other
        assert duties(client("market"), made["id"], "lead_transfer") == []

    def test_approved_it_is_handed_over_within_24_hours_as_it_was_approved(self, client):
        made, leader, market = proposed(client), client("leader"), client("market")
        before = now()
        made = act(leader, made, "approve_transfer")
        assert duties(leader, made["id"], "lead_transfer_approve") == []
        clock = running_clock(made)
        assert (clock["rule_id"], clock["side"]) == ("TRF-02", "sender")
        started = clock["started_at"]
        assert before.isoformat()[:16] <= started[:16] <= now().isoformat()[:16]
        (duty,) = duties(market, made["id"], "lead_hand_over")
        assert duty["rule"] == "TRF-02"
        made = done(market.get(f"/leads/{made['id']}"))
        begun = {n["field"]: n["value"] for n in offered(made)["transfer_police"]["needs"]}
        assert begun["approved_on"] == begun["reported_on"] == today().isoformat()
        assert begun["approved_by"] == leader.me["user"]["name"]
        papers = {"materials": "移送书", "reason": "涉嫌诈骗", "approved_on": begun["approved_on"]}
        papers |= {"department": "县公安局"}
        other = market.act(
            f"/leads/{made['id']}", "transfer_police", made["version"],
            approved_by="另一个人", **papers,
        )  # fmt: skip
        assert [e["code"] for e in refused(other, 422)["errors"]] == ["not_as_approved"]
        made = act(market, made, "transfer_police", approved_by=begun["approved_by"], **papers)
        assert (made["status"], made["transfer_stage"]) == ("transferred_police", "sent")
        (one,) = made["transfers"]
        assert (one["investigators"], one["report"]) == (REPORT["investigators"], REPORT["report"])
        assert (one["materials"], one["sent_on"]) == ("移送书", today().isoformat())
        assert running_clock(made)["started_at"] == started, "not counted anew by sending it"

    def test_refused_with_its_reasons_the_lead_goes_on(self, client):
        made, market = proposed(client), client("market")
        leader = client("leader")
        answer = leader.act(f"/leads/{made['id']}", "refuse_transfer", made["version"])
        assert refused(answer, 422)["errors"][0]["pointer"] == "/reason"
        made = act(leader, made, "refuse_transfer", reason="证据不足，补充核实后再报")
        assert (made["transfer_stage"], made["status"]) == ("refused", "concluded")
        assert made["transfers"][0]["refusal"] == "证据不足，补充核实后再报"
        assert running_clock(made) is None
        url = f"/leads/{made['id']}"
        sent = market.act(url, "transfer_police", made["version"], **factories.TO_POLICE)
        assert refused(sent, 409)["code"] == "transfer_not_approved"
        made = act(
            market, made, "propose_transfer", reported_on=today().isoformat(), **REPORT
        )  # once more
        assert len(made["transfers"]) == 2
        assert duties(leader, made["id"], "lead_transfer_approve")

    @pytest.mark.parametrize("who", ["office", "market", "county", "supervisor", "village01"])
    def test_nobody_else_decides(self, client, who):
        made = proposed(client)
        for action, fields in (("approve_transfer", {}), ("refuse_transfer", {"reason": "不批准"})):
            answer = client(who).act(f"/leads/{made['id']}", action, made["version"], **fields)
            assert answer.status_code in (403, 404), (action, answer.text)

    def test_meanwhile_it_is_neither_handed_over_nor_ended(self, client):
        made, market = proposed(client), client("market")
        url = f"/leads/{made['id']}"
        sent = market.act(url, "transfer_police", made["version"], **factories.TO_POLICE)
        assert refused(sent, 409)["code"] == "transfer_not_approved"
        main = factories.make_lead(client("office"))
        merged = merge(client("office"), main, made)
        assert refused(merged, 409)["code"] == "transfer_pending"

    @pytest.mark.parametrize(
        ("over", "code"),
        [
            ({"investigators": "张志强"}, "two_officers"),
            ({"investigators": "张志强、张志强"}, "two_officers"),
            ({"reported_on": (today() + DAY).isoformat()}, "in_future"),
        ],
    )
    def test_two_officers_and_no_day_to_come(self, client, over, code):
        made = factories.conclude(client("office"), client("market"))
        body = {"reported_on": today().isoformat(), **REPORT} | over
        answer = client("market").act(
            f"/leads/{made['id']}", "propose_transfer", made["version"], **body
        )
        assert [e["code"] for e in refused(answer, 422)["errors"]] == [code]

    def test_no_offence_is_not_put_before_the_head(self, client):
        made = factories.conclude(client("office"), client("market"), "unfounded")
        answer = client("market").act(
            f"/leads/{made['id']}", "propose_transfer", made["version"],
            reported_on=today().isoformat(), **REPORT,
        )  # fmt: skip
        assert refused(answer, 409)["code"] == "no_offence_found"

    def test_on_paper_the_term_is_written_down_as_well(self, client):
        known = (now() - 3 * DAY).isoformat()
        made = factories.conclude(client("office"), client("market"), received_at=known)
        body = factories.TO_POLICE | {"reported_on": (today() - 2 * DAY).isoformat()}
        made = act(client("market"), made, "transfer_police", **body)
        kept = [(c["rule_id"], c["ended_on"]) for c in made["transfers"][0]["clocks"]]
        assert sorted(kept, key=str) == [("TRF-01", today().isoformat()), ("TRF-02", None)]


class TestTheCountysOwn:
    def routed(self, client) -> dict:
        return factories.make_lead(client("office"), subject_name="平安办", reporter=person())

    def test_what_waits_for_its_conclusion_is_its_duty_and_nobody_elses(self, client):
        made, county = self.routed(client), client("county")
        (duty,) = duties(county, made["id"], "lead_escalated")
        assert duty["number"] == made["number"]
        for other in ("office", "leader", "supervisor", "police", "market", "village01"):
            assert duties(client(other), made["id"]) == [], other
        concluding = {"conclusion": "irregular", "findings": "已核查。"}
        act(county, done(county.get(f"/leads/{made['id']}")), "conclude", **concluding)
        assert duties(county, made["id"], "lead_escalated") == []
        assert duties(county, made["id"], "lead_feed_back")

    def test_what_the_office_sends_up_is_the_countys_to_receive(self, client):
        office = client("office")
        made = factories.make_lead(office)
        made = act(office, made, "escalate", reason="跨镇")
        assert duties(office, made["id"], "lead_escalated") == []
        assert duties(client("county"), made["id"], "lead_receive")

    @pytest.mark.parametrize("before", ["closed", "archived", "rejected", "withdrawn"])
    def test_what_was_over_before_it_came_is_opened_anew_there(self, client, before):
        office, county = client("office"), client("county")
        if before in {"closed", "archived"}:
            made = factories.conclude(office, client("market"), "irregular")
            telling = {"feedback_mode": "impossible", "feedback_note": "已告知。"}
            made = act(client("market"), made, "feed_back", **telling)
            made = factories.close(office, made)
            if before == "archived":
                made = act(office, made, "archive")
        else:
            action = {"rejected": "reject", "withdrawn": "withdraw"}[before]
            made = act(office, factories.make_lead(office), action, reason="重复反映")
        url = f"/leads/{made['id']}"
        accusing = {"unit_id": office.me["unit"]["id"], "reason": "反映本办工作人员"}
        assert done(office.post(f"{url}/accused-units", json=accusing)) == {"routed": True}
        made = done(county.get(url))
        assert made["status"] == before
        made = act(county, made, "reopen_county", reason="镇里应当回避，重新核查")
        assert (made["status"], made["conclusion"]) == ("escalated", None)
        assert duties(county, made["id"], "lead_escalated")
        assert office.get(url).status_code == 404

    def test_the_office_reopens_its_own_by_the_usual_action(self, client):
        office = client("office")
        made = act(office, factories.make_lead(office), "reject", reason="重复反映")
        assert "reopen" in offered(made)
        assert "reopen_county" not in offered(made)
        answer = office.act(f"/leads/{made['id']}", "reopen_county", made["version"], reason="试试")
        assert refused(answer, 403)["code"] == "not_routed"

    def test_the_countys_own_transfer_is_approved_by_another_of_the_county(self, client, running):
        made, county = self.routed(client), client("county")
        made = act(
            county, done(county.get(f"/leads/{made['id']}")), "conclude",
            conclusion="suspected_crime", findings="涉嫌受贿。",
        )  # fmt: skip
        asked = {"reported_on": today().isoformat(), **REPORT}
        answer = county.act(f"/leads/{made['id']}", "propose_transfer", made["version"], **asked)
        told = refused(answer, 422)
        assert (told["code"], "另一人" in told["detail"]) == ("no_approver", True), (
            "nobody is asked who is not there"
        )
        assert "第5条" in told["article"]
        with colleague(running, county):
            made = act(county, made, "propose_transfer", **asked)
        answer = county.act(f"/leads/{made['id']}", "approve_transfer", made["version"])
        assert refused(answer, 403)["code"] == "own_proposal"
        assert "第5条" in answer.json()["article"]
        assert duties(county, made["id"], "lead_transfer_approve") == []
        assert duties(client("leader"), made["id"]) == []


def counted(who) -> Counter[str]:
    """How much waits of each kind: of some there is more than a page holds."""
    return Counter({c["kind"]: c["count"] for c in done(who.get("/me/duties"))["counts"]})


def waiting(client) -> dict[str, int]:
    people = ("leader", "office", "county", "police", "market", "village01", "supervisor")
    return {who: counted(client(who))["informant_name"] for who in people}


class TestKeepersAreNamed:
    def of_village(self, client) -> dict:
        answer = client("village01").post("/leads", json={
            "channel": "village_report", "narrative": "有人上门推销保健品。",
            "subject_name": "某健康公司", "primary_category": "C5", "reporter": person(),
        })  # fmt: skip
        assert answer.status_code == 201, answer.text
        return answer.json()

    def of_public(self, client, anonymous) -> dict:
        mark = uuid4().hex[:10]
        hand_in(anonymous, narrative=f"交了会员费不退，记号{mark}。", reporter=person())
        (found,) = done(client("office").get("/leads", params={"q": mark}))["items"]
        return found

    @pytest.mark.parametrize("channel", ["village", "public"])
    def test_the_duty_is_there_until_both_are_named(self, client, anonymous, channel):
        leader, office = client("leader"), client("office")
        before = waiting(client)
        made = (
            self.of_village(client) if channel == "village" else self.of_public(client, anonymous)
        )
        asked = {who: before[who] + (who in {"leader", "office"}) for who in before}
        assert waiting(client) == asked, "whoever may name, and nobody else"
        assert name(leader, made, "handler", office).status_code == 200
        assert waiting(client) == asked, "one is still missing"
        assert name(leader, made, "supervisor", client("county")).status_code == 200
        assert waiting(client) == before

    def test_nobody_is_asked_where_somebody_keeps_it_or_it_is_over(self, client):
        office, before = client("office"), waiting(client)
        factories.make_lead(office)
        factories.make_lead(office, reporter=person())
        assert waiting(client) == before, "anonymous, or kept by who took it in"
        made = self.of_village(client)
        assert waiting(client)["office"] == before["office"] + 1
        act(office, done(office.get(f"/leads/{made['id']}")), "reject", reason="重复反映")
        assert waiting(client) == before

    def test_routed_to_the_county_the_county_is_asked_and_the_town_keeps_nothing(self, client):
        before = waiting(client)
        made = factories.make_lead(client("office"), subject_name="平安办", reporter=person())
        shown = panel(client("county"), made)
        assert (shown["handler"], shown["supervisor"]) == (None, None)
        assert waiting(client) == before | {"county": before["county"] + 1}


class TestOneListOnly:
    @pytest.mark.parametrize("concluded", [True, False])
    def test_what_lies_before_the_head_is_its_duty_beside_what_is_owed(self, client, concluded):
        office, market, leader = client("office"), client("market"), client("leader")
        if concluded:
            made = factories.conclude(office, market)
            usual = ["lead_feed_back", "lead_owed_police"]
        else:
            made = factories.assign(office, factories.make_lead(office), market)
            made, usual = act(market, made, "acknowledge"), ["lead_verify"]
        assert sorted(duty["kind"] for duty in duties(market, made["id"])) == usual
        made = act(market, made, "propose_transfer", reported_on=today().isoformat(), **REPORT)
        owed = sorted(duty["kind"] for duty in duties(market, made["id"]))
        assert owed == usual, "the head thinks in its own time"
        assert [d["kind"] for d in duties(leader, made["id"])] == ["lead_transfer_approve"]
        made = act(leader, done(leader.get(f"/leads/{made['id']}")), "approve_transfer")
        owed = sorted(duty["kind"] for duty in duties(market, made["id"]))
        assert owed == sorted([*usual, "lead_hand_over"])
        made = act(leader, made, "refuse_transfer", reason="补充核实")
        assert sorted(duty["kind"] for duty in duties(market, made["id"])) == usual

    @pytest.mark.parametrize("status", ["received", "registered", "disputed"])
    def test_an_alarmed_lead_stands_in_the_alarm_alone(self, client, running, status):
        office = client("office")
        if status == "received":
            made = client("village01").post("/leads", json=factories.lead()).json()
        else:
            made = factories.make_lead(office)
        if status == "disputed":
            police = client("police")
            made = factories.assign(office, made, police)
            act(police, made, "dispute", reason="不属本所职责")
        usual = {"received": "register", "registered": "assign", "disputed": "disputed"}[status]
        before = counted(office)
        waiting_since(running, made, Calendar.builtin().step(today(), -4))
        after = counted(office)
        assert after["lead_unowned"] == before["lead_unowned"] + 1
        assert after[f"lead_{usual}"] == before[f"lead_{usual}"] - 1
        assert sum(after.values()) == sum(before.values()), "counted once"
