"""Hand-overs over HTTP: papers, receipt, what may not be refused, and that the result comes back."""

from datetime import date, timedelta

import pytest

from api.core.base.clock import now, today
from api.domain.law.calendar import Calendar
from tests import cases, factories
from tests.answers import done, refused
from tests.database import run_sql
from tests.duties import duties
from tests.handovers import PAPERS, decide, fresh, receive, sent
from tests.leads import act, fed_back, merge, running_clock

pytestmark = pytest.mark.days

RECEIPT = {"receipt_no": "接〔2026〕7号", "received_by": "孙警官"}
DAY = timedelta(days=1)


def moment(days_ago: int = 0, **ago) -> str:
    return (now() - days_ago * DAY - timedelta(**ago)).isoformat()


def to_police(client, days_ago: int = 0) -> dict:
    made = factories.conclude(client("office"), client("market"), received_at=moment(90))
    approved = (today() - days_ago * DAY).isoformat()
    body = factories.TO_POLICE | {"approved_on": approved, "reported_on": approved}
    return act(client("market"), made, "transfer_police", **body)


def received(client, days_ago: int = 0, **ago) -> dict:
    made = to_police(client, days_ago + 1)
    at = moment(days_ago, **ago)
    return act(client("market"), made, "record_receipt", received_at=at, **RECEIPT)


class TestToThePolice:
    def test_papers_are_asked_for(self, client, market):
        made = factories.conclude(client("office"), market)
        answer = market.act(f"/leads/{made['id']}", "transfer_police", made["version"], reason="x")
        assert {e["pointer"] for e in refused(answer, 422)["errors"]} == {
            "/approved_on", "/approved_by", "/materials",
        }  # fmt: skip

    def test_each_step_has_the_clock_of_the_law(self, client, market):
        made = to_police(client, days_ago=2)
        clock = running_clock(made)
        assert (clock["rule_id"], clock["rule_version"], clock["side"]) == ("TRF-02", 1, "sender")
        approved = today() - 2 * DAY
        assert clock["due_at"][:10] == (approved + DAY).isoformat()
        (duty,) = [d for d in duties(market, made["id"]) if d["kind"] == "lead_transfer"]
        assert (duty["rule"], duty["overdue"]) == ("TRF-02", True)
        assert "24小时" in duty["rule_label"]
        made = act(market, made, "record_receipt", received_at=moment(1), **RECEIPT)
        clock = running_clock(made)
        assert (clock["rule_id"], clock["side"]) == ("TRF-04", "receiver")
        calendar = Calendar.builtin()
        assert clock["due_at"][:10] == calendar.next_working_day(approved + 4 * DAY).isoformat()
        made = act(
            market, made, "record_result",
            result="filed", result_on=today().isoformat(), result_note="立案侦查",
            **factories.DECIDED,
        )  # fmt: skip
        assert made["transfer_stage"] == "filed"
        assert running_clock(made)["rule_id"] == "TRF-07"
        made = act(market, made, "hand_over_goods", goods_on=today().isoformat(), goods="账册三本")
        assert (made["transfer_stage"], made["transfers"][0]["goods"]) == ("answered", "账册三本")
        made = fed_back(market, made)
        made = factories.close(client("office"), made)
        assert running_clock(made) is None
        assert [d for d in duties(market, made["id"]) if d["kind"] == "lead_transfer"] == []

    def test_not_filed_may_be_reconsidered_and_the_lead_goes_on(self, client, market):
        made = received(client)
        made = act(
            market, made, "record_result", result="not_filed", decided_level="county", document_no="不立〔2026〕1号",
            result_on=today().isoformat(), result_note="情节显著轻微",
        )  # fmt: skip
        assert running_clock(made)["rule_id"] == "TRF-06a"
        made = act(market, made, "conclude", conclusion="illegal", findings="依法行政处罚。")
        assert made["status"] == "concluded"
        assert made["transfers"][0]["result_document_no"] == "不立〔2026〕1号"

    def declined(self, client, days_ago: int = 0) -> dict:
        made = received(client, days_ago)
        return act(
            client("market"), made, "record_result", result="not_filed", **factories.DECIDED,
            result_on=(today() - days_ago * DAY).isoformat(), result_note="情节显著轻微",
        )  # fmt: skip

    def test_what_is_not_filed_is_reconsidered_once(self, client, market):
        made = self.declined(client)
        assert made["transfer_stage"] == "declined"
        asked = {"review_asked_on": today().isoformat(), "review_reason": "有新的收款凭证"}
        early = (today() - DAY).isoformat()
        before = market.act(
            f"/leads/{made['id']}",
            "ask_review",
            made["version"],
            **asked | {"review_asked_on": early},
        )
        assert [e["code"] for e in refused(before, 422)["errors"]] == ["too_early"]
        made = act(market, made, "ask_review", **asked)
        assert made["transfer_stage"] == "reviewed"
        clock = running_clock(made)
        assert (clock["rule_id"], clock["side"]) == ("TRF-06b", "receiver")
        waits = market.act(
            f"/leads/{made['id']}", "conclude", made["version"],
            conclusion="illegal", findings="依法行政处罚。",
        )  # fmt: skip
        assert refused(waits, 409)["code"] == "police_undecided"
        decided = {"reviewed_on": today().isoformat(), "document_no": "复〔2026〕1号"}
        made = act(market, made, "record_review", review_result="upheld", **decided)
        assert made["transfer_stage"] == "upheld"
        clock = running_clock(made)
        assert (clock["rule_id"], clock["side"]) == ("TRF-06c", "sender")
        (now,) = [n for n in made["standing"]["now"] if "立案监督" in n["what"]]
        assert (now["is_mine"], now["rule"]) == (True, "TRF-06c")
        (one,) = made["transfers"]
        assert (one["result"], one["review_result"]) == ("not_filed", "upheld")
        assert (one["review_reason"], one["review_document_no"]) == (
            "有新的收款凭证",
            "复〔2026〕1号",
        )
        assert "ask_review" not in {a["action"] for a in made["available_actions"]}
        made = act(
            market, made, "suggest_supervision", supervision_on=today().isoformat(),
            supervision_by="霍邱县人民检察院", supervision_reason="有新的收款凭证",
            document_no="众市监建〔2026〕1号",
        )  # fmt: skip
        assert made["transfer_stage"] == "answered"
        assert running_clock(made) is None, "nothing of it can be late any more"
        (one,) = made["transfers"]
        assert (one["supervision_by"], one["supervision_reason"]) == (
            "霍邱县人民检察院",
            "有新的收款凭证",
        )
        assert one["supervision_document_no"] == "众市监建〔2026〕1号"

    def test_filed_after_all_the_things_are_handed_over(self, client, market):
        made = self.declined(client)
        asked = {"review_asked_on": today().isoformat(), "review_reason": "有新的收款凭证"}
        made = act(market, made, "ask_review", **asked)
        made = act(
            market, made, "record_review", review_result="filed", reviewed_on=today().isoformat()
        )
        assert running_clock(made)["rule_id"] == "TRF-07"

    def test_after_its_days_there_is_the_procurator_alone(self, client, market):
        made = self.declined(client, days_ago=15)
        late = market.act(
            f"/leads/{made['id']}", "ask_review", made["version"],
            review_asked_on=today().isoformat(), review_reason="有新的收款凭证",
        )  # fmt: skip
        answer = refused(late, 422)
        assert (answer["code"], answer["rule"]) == ("review_asked_late", "TRF-06a")
        assert "第9条" in answer["article"]
        assert "立案监督" in answer["detail"]

    @pytest.mark.parametrize(
        ("matter", "rule"),
        [
            (None, "TRF-04"), ("ordinary", "TRF-04"), ("economic", "TRF-04b"),
            ("economic_grave", "TRF-04c"),
        ],
    )  # fmt: skip
    def test_the_police_have_longer_for_economic_matters(self, client, market, matter, rule):
        made = to_police(client)
        made = act(market, made, "record_receipt", received_at=moment(), matter=matter, **RECEIPT)
        assert running_clock(made)["rule_id"] == rule
        assert made["transfers"][0]["matter"] == matter
        made = act(market, made, "record_incomplete", told_at=moment(), missing="鉴定意见")
        made = act(
            market, made, "supply_papers", supplied_on=today().isoformat(), supplied="鉴定意见一份"
        )
        assert running_clock(made)["rule_id"] == rule, "the same matter as before"

    def test_who_is_not_in_charge_passes_it_on_and_the_result_is_still_owed(self, client, market):
        made = received(client)
        url = f"/leads/{made['id']}"
        told = {"forwarded_on": today().isoformat(), "reason": "不属本县管辖"}
        same = market.act(url, "forward", made["version"], department="县公安局", **told)
        assert [e["code"] for e in refused(same, 422)["errors"]] == ["handover_to_self"]
        made = act(market, made, "forward", department="邻县公安局", **told)
        assert made["transfer_stage"] == "sent"
        first, second = sorted(made["transfers"], key=lambda each: each["id"])
        assert (first["result"], second["follows_id"]) == ("forwarded", first["id"])
        assert second["department"] == "邻县公安局"
        assert {c["rule_id"] for c in first["clocks"]} == {"TRF-02", "TRF-01", "TRF-04", "TRF-03"}
        assert all(c["ended_on"] for c in first["clocks"])
        assert running_clock(made) in second["clocks"]
        made = act(market, made, "record_receipt", received_at=moment(), **RECEIPT)
        assert running_clock(made)["rule_id"] == "TRF-04"


class TestPassedOn:
    def passed(self, who, made: dict, **to):
        fields = {"forwarded_on": today().isoformat(), "reason": "不属管辖"} | to
        return who.act(f"/leads/{made['id']}", "forward", made["version"], **fields)

    def received(self, who, made: dict) -> dict:
        return act(who, made, "record_receipt", received_at=moment(), **RECEIPT)

    def test_it_does_not_go_in_circles(self, client, market):
        made = received(client)
        made = self.received(market, done(self.passed(market, made, department="邻县公安局")))
        for name in ("县公安局", " 县 公安局"):
            told = refused(self.passed(market, made, department=name), 422)
            assert told["code"] == "handover_circle"
            assert "指定" in told["detail"]
            assert [each["pointer"] for each in told["errors"]] == ["/department"]
        made = self.received(market, done(self.passed(market, made, department="市公安局")))
        back = refused(self.passed(market, made, department="县公安局"), 422)
        assert back["code"] == "handover_circle", "however long the way"

    def test_nor_back_to_a_unit_of_the_system_or_to_the_sender(self, client, market):
        police = client("police")
        made = receive(police, sent(client))
        made = done(self.passed(police, made, department="邻县公安局"))
        made = self.received(market, fresh(market, made))
        unit = factories.unit_of(police)
        told = refused(self.passed(market, made, receiver_unit_id=unit), 422)
        assert told["code"] == "handover_circle"
        unit = factories.unit_of(market)
        told = refused(self.passed(market, made, receiver_unit_id=unit), 422)
        assert told["code"] == "handover_to_self"


class TestWhoeverActsNextHearsOfItFirst:
    """A unit of the system answers here: whatever day stands on its paper, the term of whoever acts
    next begins when they hear of it. Of a body outside the recorded day counts."""

    TEN_AGO = (today() - 10 * DAY).isoformat()

    def held(self, client, running) -> dict:
        """A lead that the police in the system have had for ten days."""
        made = receive(client("police"), sent(client, received_at=moment(30)))
        run_sql(
            running,
            "UPDATE lead_transfers SET sent_on = sent_on - 10, received_on = received_on - 10,"
            " received_at = received_at - interval '10 days' WHERE lead_id = $1",
            made["id"],
        )
        return made

    def has_whole_term(self, made: dict, rule: str) -> None:
        clock = running_clock(made)
        assert clock["rule_id"] == rule
        assert clock["started_at"][:10] == today().isoformat()
        due = Calendar.builtin().next_working_day(today() + 3 * DAY)
        assert clock["due_at"][:10] == due.isoformat()

    @pytest.mark.parametrize(("result", "rule"), [("filed", "TRF-07"), ("not_filed", "TRF-06a")])
    def test_the_result_on_the_lead(self, client, running, market, result, rule):
        made = self.held(client, running)
        decide(client("police"), made, result, result_on=self.TEN_AGO)
        made = fresh(market, made)
        assert made["transfers"][0]["result_on"] == self.TEN_AGO
        self.has_whole_term(made, rule)
        if result == "not_filed":
            asked = {"review_asked_on": today().isoformat(), "review_reason": "有新的收款凭证"}
            made = act(market, made, "ask_review", **asked)
            assert made["transfer_stage"] == "reviewed"

    def test_the_decision_on_the_case(self, client, running, market):
        made, police = self.held(client, running), client("police")
        case = done(police.post("/cases", json={"source_lead_ids": [made["id"]]}))
        case = cases.act(police, case, "accept", accepted_on=self.TEN_AGO)
        cases.act(
            police, case, "decline_to_file", decided_on=self.TEN_AGO, reason="没有犯罪事实",
            **cases.COUNTY,
        )  # fmt: skip
        made = fresh(market, made)
        assert made["transfers"][0]["result_on"] == self.TEN_AGO
        self.has_whole_term(made, "TRF-06a")

    def test_each_later_answer_too(self, client, running, market):
        made, police = self.held(client, running), client("police")
        decide(police, made, "not_filed", result_on=self.TEN_AGO)
        asked = {"review_asked_on": self.TEN_AGO, "review_reason": "有新的收款凭证"}
        made = act(market, fresh(market, made), "ask_review", **asked)
        self.has_whole_term(made, "TRF-06b")
        decided = {"reviewed_on": self.TEN_AGO, "document_no": "复〔2026〕1号"}
        made = act(police, fresh(police, made), "record_review", review_result="upheld", **decided)
        self.has_whole_term(fresh(market, made), "TRF-06c")

    def test_papers_that_are_missing_and_supplied(self, client, running, market):
        made, police = self.held(client, running), client("police")
        told = {"told_at": moment(9, hours=23), "missing": "鉴定意见"}
        made = act(police, fresh(police, made), "record_incomplete", **told)
        self.has_whole_term(fresh(market, made), "TRF-05b")
        supplied = {"supplied_on": (today() - 9 * DAY).isoformat(), "supplied": "一份"}
        made = act(market, fresh(market, made), "supply_papers", **supplied)
        self.has_whole_term(made, "TRF-04")

    def test_what_is_passed_on_within_the_system(self, client, running, market):
        made, police = self.held(client, running), client("police")
        told = {"forwarded_on": self.TEN_AGO, "reason": "不属管辖", "department": "邻县公安局"}
        made = act(police, fresh(police, made), "forward", **told)
        assert running_clock(fresh(market, made))["started_at"][:10] == self.TEN_AGO

    def test_of_a_body_outside_the_recorded_day_counts(self, client, market):
        made = received(client, days_ago=10)
        said = {"result": "not_filed", "result_on": self.TEN_AGO, "result_note": "情节显著轻微"}
        made = act(market, made, "record_result", **said | factories.DECIDED)
        assert running_clock(made)["started_at"][:10] == self.TEN_AGO


class TestBeforeAnybodyToldOfIt:
    """A slip of the pen in the year begins no term that is over long since."""

    @pytest.mark.parametrize("field", ["approved_on", "reported_on"])
    def test_nothing_was_decided(self, client, market, field):
        made = factories.conclude(client("office"), market, received_at=moment(3))
        known = (today() - 3 * DAY).isoformat()
        day = (today() - 4 * DAY).isoformat()
        body = factories.TO_POLICE | {"reported_on": known, field: day}
        answer = market.act(f"/leads/{made['id']}", "transfer_police", made["version"], **body)
        [error] = refused(answer, 422)["errors"]
        assert (error["pointer"], error["code"]) == (f"/{field}", "too_early")
        body |= {field: (today() - 3 * DAY).isoformat()}
        act(market, made, "transfer_police", **body)

    def test_nothing_was_put_before_the_head(self, client, market):
        made = factories.conclude(client("office"), market)
        answer = market.act(
            f"/leads/{made['id']}", "propose_transfer", made["version"],
            reported_on=(today() - DAY).isoformat(), investigators="钱立新、孙平", report="已核实。",
        )  # fmt: skip
        assert [e["code"] for e in refused(answer, 422)["errors"]] == ["too_early"]


class TestOneAfterAnother:
    def test_the_earlier_receiver_owes_nothing_any_more(self, client, market):
        office = client("office")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, made, "acknowledge")
        papers = {"materials": "线索材料", "reason": "属其职责"}
        made = act(
            market, made, "transfer_department", organ="market", department="县市场监管局", **papers
        )
        assert running_clock(made)
        made = act(market, made, "conclude", conclusion="suspected_crime", findings="已核查。")
        made = act(market, made, "transfer_police", **factories.TO_POLICE)
        first, second = sorted(made["transfers"], key=lambda each: each["id"])
        assert [c["ended_on"] for c in first["clocks"]] == [today().isoformat()]
        assert running_clock(made) in second["clocks"]


class TestIncompletePapers:
    def test_told_in_time_cured_in_three_days(self, client, market):
        made = received(client, hours=23, minutes=59)
        made = act(market, made, "record_incomplete", told_at=moment(), missing="鉴定意见")
        assert made["transfers"][0]["told_at"]
        assert made["transfer_stage"] == "incomplete"
        clock = running_clock(made)
        assert (clock["rule_id"], clock["side"]) == ("TRF-05b", "sender")
        due = Calendar.builtin().next_working_day(today() + 3 * DAY)
        assert date.fromisoformat(clock["due_at"][:10]) == due
        made = act(
            market, made, "supply_papers", supplied_on=today().isoformat(), supplied="鉴定意见一份"
        )
        assert (made["transfer_stage"], running_clock(made)["rule_id"]) == ("received", "TRF-04")

    def test_told_after_24_hours_is_too_late(self, client, market):
        made = received(client, hours=24, minutes=2)
        answer = market.act(
            f"/leads/{made['id']}", "record_incomplete", made["version"],
            told_at=moment(minutes=1), missing="鉴定意见",
        )  # fmt: skip
        problem = refused(answer, 422)
        assert (problem["code"], problem["rule"]) == ("incomplete_told_late", "TRF-05a")
        assert "第180条" in problem["article"]

    @pytest.mark.parametrize(("days_ago", "status"), [(1, 200), (2, 422)])
    def test_of_an_earlier_receipt_only_the_day_is_known(
        self, client, market, running, days_ago, status
    ):
        made = received(client, days_ago=days_ago)
        run_sql(
            running, "UPDATE lead_transfers SET received_at = NULL WHERE lead_id = $1", made["id"]
        )
        shown = done(market.get(f"/leads/{made['id']}"))["transfers"][0]
        assert (shown["received_at"], shown["received_on"]) == (
            None, (today() - days_ago * DAY).isoformat(),
        )  # fmt: skip
        answer = market.act(
            f"/leads/{made['id']}", "record_incomplete", made["version"],
            told_at=moment(), missing="鉴定意见",
        )  # fmt: skip
        assert answer.status_code == status, answer.text

    def test_told_before_it_was_received_cannot_be(self, client, market):
        made = received(client, hours=2)
        answer = market.act(
            f"/leads/{made['id']}", "record_incomplete", made["version"],
            told_at=moment(hours=3), missing="鉴定意见",
        )  # fmt: skip
        assert [e["code"] for e in refused(answer, 422)["errors"]] == ["too_early"]

    def test_missing_papers_alone_are_no_refusal(self, client, market):
        made = received(client)
        answer = market.act(
            f"/leads/{made['id']}", "record_result", made["version"],
            result="refused_incomplete", result_on=today().isoformat(), result_note="材料不全",
        )  # fmt: skip
        problem = refused(answer, 422)
        assert (problem["code"], problem["rule"]) == ("incomplete_is_no_refusal", "TRF-05a")
        assert "第180条" in problem["article"]
        assert done(market.get(f"/leads/{made['id']}"))["transfer_stage"] == "received"


class TestTheResultComesBack:
    def test_not_closed_without_a_result_and_a_reminder_is_none(self, client, office, market):
        made = fed_back(market, to_police(client))
        closing = {"solved": "no", "solved_note": "公安机关正在办理。"}
        made = act(market, made, "remind", reason="请告知办理结果")
        assert made["transfer_reminded_on"] == today().isoformat()
        answer = office.act(f"/leads/{made['id']}", "close", made["version"], **closing)
        problem = refused(answer, 422)
        assert problem["code"] == "transfer_unanswered"
        assert "第8条" in problem["article"]
        assert running_clock(made), "it ends no clock either"
        made = act(client("leader"), made, "waive", reason="公安机关长期不答复，另行督办")
        assert factories.close(office, made)["status"] == "closed"

    def test_the_sender_sees_how_it_stands_and_others_do_not(self, client, office, market):
        made = to_police(client)
        waiting = {"transfer_stage": "sent", "q": made["number"]}
        assert len(done(market.get("/leads", params=waiting))["items"]) == 1
        assert client("village01").get(f"/leads/{made['id']}").json()["transfers"] == []

    def test_a_reopened_lead_owes_nothing_of_before(self, client, office, market):
        made = act(market, fed_back(market, to_police(client)), "remind", reason="请告知结果")
        made = act(client("leader"), made, "waive", reason="另案已立")
        made = factories.close(office, made)
        made = act(office, made, "reopen", reason="回头看")
        assert (made["transfer_stage"], made["transfer_reminded_on"]) == ("past", None)
        assert len(made["transfers"]) == 1


class TestWhatIsDeclined:
    """移送规定第9条: whether to ask for review is decided before the lead is closed."""

    def declined(self, client) -> dict:
        return fresh(
            client("market"),
            decide(client("police"), receive(client("police"), sent(client)), "not_filed"),
        )

    def test_it_is_not_closed_over_the_senders_head(self, client, office, market):
        made = fed_back(market, self.declined(client))
        path, over = f"/leads/{made['id']}", {"solved": "no", "solved_note": "不予立案。"}
        answer = office.act(path, "close", made["version"], **over)
        told = refused(answer, 422)
        assert told["code"] == "review_undecided"
        assert "第9条" in told["article"]
        assert any("复议" in said for said in fresh(office, made)["standing"]["blocked_by"])
        (duty,) = duties(market, made["id"], "lead_declined")
        assert (duty["rule"], duty["what"]) == (
            "TRF-06a", "公安机关不予立案，待决定是否提请复议",
        )  # fmt: skip
        made = act(market, made, "let_stand")
        assert (made["transfer_stage"], running_clock(made)) == ("answered", None)
        assert duties(market, made["id"], "lead_declined") == []
        late = market.act(
            path, "ask_review", made["version"], review_asked_on=today().isoformat(),
            review_reason="证据",
        )  # fmt: skip
        assert refused(late, 409)["code"] == "nothing_to_review"
        assert act(office, made, "close", **over)["status"] == "closed"

    def test_nor_merged_away(self, client, office):
        made = self.declined(client)
        answer = merge(office, factories.make_lead(office), fresh(office, made))
        assert refused(answer, 409)["code"] == "handover_open"

    def test_each_stage_says_what_it_waits_for(self, client, market):
        police = client("police")
        made = receive(police, sent(client))
        made = act(police, made, "record_incomplete", told_at=moment(), missing="鉴定意见")
        said = []
        for action, fields in (
            ("supply_papers", {"supplied_on": today().isoformat(), "supplied": "一份"}),
            ("hand_over_goods", {"goods_on": today().isoformat(), "goods": "账册"}),
        ):
            made = fresh(market, made)
            (turn,) = [
                each for each in made["standing"]["now"] if (each["rule"] or "").startswith("TRF")
            ]
            (duty,) = [each for each in duties(market, made["id"]) if each["what"] == turn["what"]]
            said.append(duty["kind"])
            made = act(market, made, action, **fields)
            if action == "supply_papers":
                decide(police, fresh(police, made))
        assert said == ["lead_supply", "lead_goods"]


class TestNobodyLookedIntoIt:
    """Told to the reporter while somebody had it, a lead is closed with a conclusion all the same."""

    def told_meanwhile(self, client) -> dict:
        office, civil, market = client("office"), client("civil"), client("market")
        made = factories.assign(office, factories.make_lead(office), civil)
        made = act(civil, made, "acknowledge")
        made = act(
            civil, made, "transfer_department", organ="market",
            receiver_unit_id=factories.unit_of(market), **PAPERS,
        )  # fmt: skip
        return fed_back(civil, made)

    def closed(self, office, made: dict):
        return office.act(
            f"/leads/{made['id']}", "close", fresh(office, made)["version"],
            solved="no", solved_note="没有查办。",
        )  # fmt: skip

    def test_what_a_department_declined_is_concluded(self, client, office):
        market, civil = client("market"), client("civil")
        made = receive(market, self.told_meanwhile(client))
        said = {"result": "not_filed", "result_on": today().isoformat(), "result_note": "不予立案"}
        made = act(market, made, "record_result", **said)
        told = refused(self.closed(office, made), 422)
        assert told["code"] == "conclusion_missing"
        made = fresh(civil, made)
        assert made["standing"]["next_action"] == "conclude"
        assert any("核查结论" in said for said in made["standing"]["blocked_by"])
        (duty,) = duties(civil, made["id"], "lead_conclude")
        assert duty["what"] in [each["what"] for each in made["standing"]["now"]]
        made = act(civil, made, "conclude", conclusion="unfounded", findings="已核查。")
        assert (made["status"], duties(civil, made["id"], "lead_conclude")) == ("concluded", [])
        made = fed_back(civil, made)
        assert act(office, fresh(office, made), "close", solved="no", solved_note="查否。")

    def test_what_it_dealt_with_is_closed_by_its_answer(self, client, office):
        market, civil = client("market"), client("civil")
        made = receive(market, self.told_meanwhile(client))
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已处罚"}
        made = act(market, made, "record_result", **said)
        again = civil.act(
            f"/leads/{made['id']}", "conclude", fresh(civil, made)["version"],
            conclusion="unfounded", findings="已核查。",
        )  # fmt: skip
        assert refused(again, 409)["code"] == "conclusion_not_due"
        assert self.closed(office, made).status_code == 200

    def test_what_was_taken_back_is_looked_into(self, client):
        civil = client("civil")
        made = act(civil, self.told_meanwhile(client), "recall", reason="由本所核查")
        assert made["status"] == "verifying"
        assert made["standing"]["next_action"] == "conclude"

    def test_what_is_not_waited_for_any_more_too(self, client):
        made = act(client("leader"), self.told_meanwhile(client), "waive", reason="对方不答复")
        assert made["status"] == "verifying"

    @pytest.mark.parametrize("result", ["returned", "handled"])
    def test_what_the_county_gives_back_or_answers(self, client, office, result):
        county, civil = client("county"), client("civil")
        made = factories.assign(office, factories.make_lead(office), civil)
        made = act(office, act(civil, made, "acknowledge"), "escalate", reason="超出本镇职权")
        made = fed_back(civil, fresh(civil, made))
        made = receive(county, made)
        said = {"result": result, "result_on": today().isoformat(), "result_note": "请镇里办理"}
        made = act(county, made, "record_result", **said)
        expected = {"returned": ("verifying", 409), "handled": ("fed_back", 422)}[result]
        assert (made["status"], self.closed(office, made).status_code) == expected
        made = act(civil, fresh(civil, made), "conclude", conclusion="unfounded", findings="查否。")
        assert self.closed(office, fed_back(civil, made)).status_code == 200

    def test_what_was_not_taken_up_asks_for_no_conclusion(self, client, office):
        made = act(office, factories.make_lead(office), "reject", reason="不属受理范围")
        assert self.closed(office, fed_back(office, made)).status_code == 200


class TestToADepartment:
    @pytest.mark.parametrize(
        ("organ", "name", "rule"),
        [
            ("market", "县市场监管局", "MKT-02"),
            ("petition", "县信访局", "XF-01"),
            ("other", "县有关部门", "LEAD-01"),
        ],
    )
    def test_each_kind_has_its_own_term(self, client, organ, name, rule):
        civil = client("civil")
        made = factories.assign(client("office"), factories.make_lead(client("office")), civil)
        made = act(civil, made, "acknowledge")
        made = act(
            civil, made, "transfer_department", organ=organ, department=name,
            materials="线索登记表", reason="属其职责",
        )  # fmt: skip
        assert running_clock(made)["rule_id"] == "LEAD-ACK"
        police = {"received_at": moment(), "matter": "economic"} | RECEIPT
        wrong = civil.act(f"/leads/{made['id']}", "record_receipt", made["version"], **police)
        assert [e["code"] for e in refused(wrong, 422)["errors"]] == ["not_asked"]
        made = act(civil, made, "record_receipt", received_at=moment(), **RECEIPT)
        assert running_clock(made)["rule_id"] == rule
        made = act(
            civil, made, "record_result", result="handled",
            result_on=today().isoformat(), result_note="已责令退款",
        )  # fmt: skip
        assert running_clock(made) is None

    def test_days_have_an_order(self, client):
        made = to_police(client, days_ago=1)
        for at, code in ((moment(2), "too_early"), (moment(-1), "in_future")):
            answer = client("market").act(
                f"/leads/{made['id']}", "record_receipt", made["version"],
                received_at=at, **RECEIPT,
            )  # fmt: skip
            assert [e["code"] for e in refused(answer, 422)["errors"]] == [code]
