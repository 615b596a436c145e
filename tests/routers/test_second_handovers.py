"""A second hand-over ends nothing by itself: in no order of clicks does an answer, a decision or a term
get lost that the first one was waiting for."""

from datetime import timedelta

import pytest

from api.core.base.clock import today
from tests import factories
from tests.answers import done, problem
from tests.cases import COUNTY
from tests.cases import act as act_on_case
from tests.database import run_sql
from tests.duties import duties
from tests.handovers import PAPERS, body_for, decide, fresh, offered, receive, sent
from tests.leads import REPORT, act, fed_back

CLOSE = {"solved": "no", "solved_note": "未解决"}
FOUND = {"conclusion": "unfounded", "findings": "查无此事"}
BACK = {"reason": "材料有误"}


def refused(who, made: dict, action: str, status: int, **fields) -> str:
    made = fresh(who, made)
    answer = who.act(f"/leads/{made['id']}", action, made["version"], **fields)
    return problem(answer, status)["code"]


def with_department(client, *, received: bool = True) -> dict:
    office, market, civil = client("office"), client("market"), client("civil")
    made = factories.assign(office, factories.make_lead(office), market)
    made = act(market, act(market, made, "acknowledge"), "transfer_department", organ="other",
               receiver_unit_id=civil.me["unit"]["id"], **PAPERS)  # fmt: skip
    return receive(civil, made) if received else made


def with_county(client) -> dict:
    office, market = client("office"), client("market")
    made = factories.assign(office, factories.make_lead(office), market)
    act(market, made, "acknowledge")
    made = act(office, fresh(office, made), "escalate", reason="超出镇里能力")
    return receive(client("county"), made)


def to_police(client, made: dict) -> dict:
    market = client("market")
    return act(market, fresh(market, made), "transfer_police", **body_for(client("police")))


class TestTakenBack:
    """What was on its way to the police goes back to whoever had it before."""

    @pytest.mark.parametrize("told", [False, True])
    def test_the_department_goes_on_in_its_own_term(self, client, told):
        market, civil, office = client("market"), client("civil"), client("office")
        made = with_department(client)
        before = made["transfers"][0]["clocks"]
        if told:
            fed_back(market, fresh(market, made))
        made = act(market, to_police(client, made), "recall", **BACK)
        assert (made["transfer_stage"], made["transfers"][0]["is_taken_back"]) == (
            "received",
            False,
        )
        assert made["transfers"][1]["is_taken_back"] is True
        assert made["transfers"][0]["clocks"] == before, "nothing was won or lost"
        assert made["status"] == ("fed_back" if told else "transferred_department")
        assert [each["kind"] for each in duties(civil, made["id"])] == ["lead_decide"]
        if told:
            assert refused(office, made, "close", 422, **CLOSE) == "transfer_unanswered"
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已退款"}
        assert (
            act(civil, fresh(civil, made), "record_result", **said)["transfer_stage"] == "answered"
        )

    def test_what_was_answered_stays_answered(self, client):
        market, civil = client("market"), client("civil")
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已退款"}
        made = act(civil, with_department(client), "record_result", **said)
        made = act(market, to_police(client, made), "recall", **BACK)
        assert (made["status"], made["transfer_stage"]) == ("transferred_department", "answered")

    def test_received_by_the_police_it_is_theirs(self, client):
        civil, police = client("civil"), client("police")
        made = receive(police, to_police(client, with_department(client)))
        assert duties(civil, made["id"]) == []
        assert fresh(civil, made)["transfers"][0]["recall_reason"] == "改为移送公安"
        assert decide(police, made)["transfer_stage"] == "filed"

    @pytest.mark.parametrize("received", [False, True])
    @pytest.mark.parametrize("late", [False, True])
    def test_declined_by_the_police_the_department_owes_what_it_owed(
        self, client, running, received, late
    ):
        market, civil, police = client("market"), client("civil"), client("police")
        made = with_department(client, received=received)
        [before] = duties(civil, made["id"])
        if late:
            run_sql(
                running,
                "UPDATE lead_transfer_clocks SET started_at = started_at - interval '90 days',"
                " due_at = due_at - interval '90 days', due_on = due_on - 90 WHERE lead_id = $1",
                made["id"],
            )
        made = decide(police, receive(police, to_police(client, made)), "not_filed")
        assert duties(civil, made["id"]) == []
        made = act(market, fresh(market, made), "let_stand")
        assert made["status"] == "transferred_department"
        assert made["transfer_stage"] == ("received" if received else "sent")
        [duty] = duties(civil, made["id"])
        assert duty["kind"] == ("lead_decide" if received else "lead_receive")
        assert duty["overdue"] is late, "what was late is late, what was not is not"
        if not late:
            assert duty["due_on"] == before["due_on"]
        [turn] = [e for e in fresh(civil, made)["standing"]["now"] if e["is_mine"]]
        assert (turn["what"], turn["due_on"]) == (duty["what"], duty["due_on"])
        # neither concluding nor telling the reporter ends it
        made = act(market, fresh(market, made), "conclude", conclusion="unfounded", findings="查否")
        made = fed_back(market, made)
        assert refused(client("office"), made, "close", 422, **CLOSE) == "transfer_unanswered"
        if not received:
            receive(civil, made)
        said = {"result": "handled", "result_on": today().isoformat(), "result_note": "已退款"}
        act(civil, fresh(civil, made), "record_result", **said)
        assert done(client("office").get(f"/leads/{made['id']}"))["standing"]["blocked_by"] == []

    def test_concluding_without_a_word_about_the_refusal_ends_no_debt(self, client):
        """Whoever concludes lets it stand: the department has its answer still to give."""
        market, civil, police = client("market"), client("civil"), client("police")
        made = with_department(client)
        made = decide(police, receive(police, to_police(client, made)), "not_filed")
        made = act(market, fresh(market, made), "conclude", conclusion="unfounded", findings="查否")
        assert [each["kind"] for each in duties(civil, made["id"])] == ["lead_decide"]
        made = fed_back(market, made)
        assert refused(client("office"), made, "close", 422, **CLOSE) == "transfer_unanswered"

    def test_a_head_lets_the_department_off(self, client):
        market, police = client("market"), client("police")
        made = decide(
            police, receive(police, to_police(client, with_department(client))), "not_filed"
        )
        made = act(market, fresh(market, made), "let_stand")
        act(client("leader"), fresh(client("leader"), made), "waive", reason="部门已无事可办")
        assert duties(client("civil"), made["id"]) == []

    def test_the_procurator_orders_it_filed_after_all(self, client):
        """The department goes on meanwhile; then it is the police's again."""
        market, civil, police = client("market"), client("civil"), client("police")
        made = receive(police, to_police(client, with_department(client)))
        asked = {"source_lead_ids": [made["id"]], "charges": ["illegal_deposits"]}
        case = act_on_case(police, done(police.post("/cases", json=asked)), "accept")
        case = act_on_case(police, case, "decline_to_file", reason="没有犯罪事实", **COUNTY)
        made = act(market, fresh(market, made), "suggest_supervision", supervision_on=str(today()),
                   supervision_by="霍邱县人民检察院", supervision_reason="应当立案")  # fmt: skip
        assert [each["kind"] for each in duties(civil, made["id"])] == ["lead_decide"]
        act_on_case(police, case, "file", filed_on=str(today()), reason="检察院通知", **COUNTY)
        made = fresh(market, made)
        assert made["transfer_stage"] == "filed"
        assert (duties(civil, made["id"]), duties(police, made["id"])) == ([], [])
        assert "lead_goods" in [each["kind"] for each in duties(market, made["id"])]
        said = {"goods_on": str(today()), "goods": "账册三本"}
        assert act(market, made, "hand_over_goods", **said)["transfer_stage"] == "answered"

    def test_the_office_takes_back_what_it_sent_up(self, client):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        act(market, made, "acknowledge")
        made = act(office, fresh(office, made), "escalate", reason="超出镇里能力")
        assert "recall" not in offered(fresh(market, made))
        assert refused(market, made, "recall", 403, **BACK) == "office_escalated"
        act(office, fresh(office, made), "recall", **BACK)

    def test_no_term_is_won_by_handing_over_and_taking_back(self, client, running):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, made, "acknowledge")
        due = made["due_on"]
        made = act(market, made, "transfer_department", organ="other",
                   receiver_unit_id=client("civil").me["unit"]["id"], **PAPERS)  # fmt: skip
        run_sql(
            running, "UPDATE leads SET due_pauses[1] = $2 WHERE id = $1", made["id"],
            today() - timedelta(days=30),
        )  # fmt: skip
        assert made["due_on"] is None
        assert act(market, made, "recall", **BACK)["due_on"] == due


class TestAtThePolice:
    def test_what_they_declined_is_decided_first(self, client):
        market, police = client("market"), client("police")
        made = decide(police, receive(police, sent(client)), "not_filed")
        made = fed_back(market, fresh(market, made))
        elsewhere = {"organ": "other", "department": "县民政局", **PAPERS}
        assert refused(market, made, "transfer_department", 422, **elsewhere) == "review_undecided"
        body = body_for(police)
        assert refused(market, made, "transfer_police", 422, **body) == "review_undecided"
        made = act(market, fresh(market, made), "let_stand")
        act(market, made, "transfer_police", **body)

    def test_what_they_filed_is_not_handed_to_them_again(self, client):
        market, police = client("market"), client("police")
        made = decide(police, receive(police, sent(client)))
        done(police.post("/cases", json={"source_lead_ids": [made["id"]]}))
        given = {"goods_on": today().isoformat(), "goods": "没有物品"}
        made = act(market, fresh(market, made), "hand_over_goods", **given)
        made = fed_back(market, made)
        assert refused(market, made, "transfer_police", 409, **body_for(police)) == "filed_already"
        assert "propose_transfer" not in offered(fresh(market, made))

    def test_nor_is_it_found_to_be_nothing(self, client):
        market, police = client("market"), client("police")
        made = factories.assign(client("office"), factories.make_lead(client("office")), market)
        made = to_police(client, act(market, made, "acknowledge"))
        made = decide(police, receive(police, made))
        given = {"goods_on": today().isoformat(), "goods": "没有物品"}
        made = act(market, fresh(market, made), "hand_over_goods", **given)
        assert refused(market, made, "conclude", 422, **FOUND) == "contradicts_filing"
        found = {"conclusion": "suspected_crime", "findings": "公安机关已立案"}
        assert act(market, made, "conclude", **found)["owes"] == []

    def test_found_anew_it_is_for_them_to_decide_again(self, client):
        office, market, civil = client("office"), client("market"), client("civil")
        police = client("police")
        made = decide(police, receive(police, sent(client)), "not_filed")
        made = fed_back(market, act(market, fresh(market, made), "let_stand"))
        made = act(office, fresh(office, made), "recheck", unit_id=civil.me["unit"]["id"],
                   reason="又有新的证据")  # fmt: skip
        found = {"conclusion": "suspected_crime", "findings": "查到新的收款账户"}
        made = act(civil, fresh(civil, made), "conclude", **found)
        assert made["owes"] == ["police_decision"]
        fed_back(civil, made)
        assert refused(office, made, "close", 422, **CLOSE)


class TestWhoIsOutside:
    """A unit of the system records for itself, by whatever name somebody means it."""

    @pytest.mark.parametrize(
        "name",
        [
            "众兴派出所",
            "霍邱县公安局众兴派出所",
            "众兴集 派出所",
            "公安局众兴集镇派出所",
            "派出所户籍科",
            "镇派出所",
            "本镇派出所",
            "我镇众兴派出所",
            "属地派出所",
            "辖区公安派出所",
        ],
    )
    def test_the_own_station_is_chosen(self, client, name):
        market = client("market")
        made = factories.conclude(client("office"), market)
        body = factories.TO_POLICE | {"department": name}
        answer = market.act(f"/leads/{made['id']}", "transfer_police", made["version"], **body)
        assert problem(answer, 422)["errors"][0]["code"] == "receiver_in_system"

    def test_a_part_of_oneself_is_oneself(self, client):
        market = client("market")
        made = factories.conclude(client("office"), market)
        body = factories.TO_POLICE | {"department": "市场监管所公安科"}
        assert refused(market, made, "transfer_police", 422, **body) == "handover_to_self"

    @pytest.mark.parametrize(
        "name",
        ["霍邱县公安局", "城关镇派出所", "霍邱县公安局城关派出所", "六安市公安局", "邻镇派出所"],
    )
    def test_others_are_outside(self, client, name):
        market = client("market")
        made = factories.conclude(client("office"), market)
        body = factories.TO_POLICE | {"department": name}
        assert act(market, made, "transfer_police", **body)["transfers"][0]["department"] == name

    @pytest.mark.parametrize(
        ("name", "code"),
        [
            ("派出所", "receiver_without_right"),
            ("平安办", "receiver_without_right"),
            ("镇派出所", "receiver_without_right"),
            ("众兴集镇平安建设办公室", "receiver_without_right"),
            ("市场监管所、司法所", "receiver_twice"),
            ("市场监管所", "handover_to_self"),
        ],
    )
    def test_a_dispute_goes_to_one_who_settles_it(self, client, name, code):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        made = act(market, made, "acknowledge")
        said = {"conclusion": "civil_dispute", "findings": "退费纠纷"}
        said |= {"diversion_route": "mediation", "diversion_department": name}
        assert refused(market, made, "conclude", 422, **said) == code


def test_nobody_is_given_more_time_than_the_rule_has(client):
    office = client("office")
    made = factories.make_lead(office)
    late = (today() + timedelta(days=300)).isoformat()
    far = {"unit_id": client("market").me["unit"]["id"], "due_on": late}
    answer = office.act(f"/leads/{made['id']}", "assign", made["version"], **far)
    assert problem(answer, 422)["errors"][0]["code"] == "later_than_maximum"


class TestTheCounty:
    """What the county has it answers, or hands on itself: telling the reporter opens no way round."""

    @pytest.mark.parametrize("received", [True, False])
    def test_told_meanwhile_it_goes_to_nobody_else(self, client, received):
        office, market, police = client("office"), client("market"), client("police")
        if received:
            made = with_county(client)
        else:
            made = factories.assign(office, factories.make_lead(office), market)
            act(market, made, "acknowledge")
            made = act(office, fresh(office, made), "escalate", reason="超出镇里能力")
        fed_back(market, fresh(market, made))
        said = {"reported_on": today().isoformat(), **REPORT}
        for action, fields in (
            ("transfer_police", body_for(police)),
            ("propose_transfer", said),
            ("conclude", FOUND),
        ):
            assert action not in offered(fresh(market, made))
            code = refused(market, made, action, 409, **fields)
            assert code in {"handover_open", "county_unanswered"}, action
        assert fresh(office, made)["transfer_stage"] == ("received" if received else "sent")
        assert refused(office, made, "close", 422, **CLOSE)

    def test_nothing_is_won_by_sending_it_up_and_taking_it_back(self, client, running):
        office, market = client("office"), client("market")
        made = factories.assign(office, factories.make_lead(office), market)
        act(market, made, "acknowledge")
        last = today() - timedelta(days=12)
        run_sql(running, "UPDATE leads SET due_on = $2 WHERE id = $1", made["id"], last)
        for _ in range(2):
            act(office, fresh(office, made), "escalate", reason="超出镇里能力")
            made = act(office, fresh(office, made), "recall", **BACK)
            assert made["due_on"] == last.isoformat()
