"""A station found to be what a lead is about after the police decided: it sees the lead no more, and
somebody has every turn that is left, in its term."""

import pytest

from api.core.base.clock import today
from tests import factories
from tests.answers import done, refused
from tests.cases import COUNTY
from tests.cases import act as act_on_case
from tests.duties import duties
from tests.handovers import decide, fresh, receive, sent
from tests.leads import act, fed_back

TODAY = today().isoformat()
GOODS = {"goods_on": TODAY, "goods": "账册三本"}
CLOSING = {"solved": "no", "solved_note": "已移送公安机关。"}
SUPERVISED = {"supervision_on": TODAY, "supervision_by": "霍邱县人民检察院",
              "supervision_reason": "应当立案"}  # fmt: skip
REVIEW = {"review_asked_on": TODAY, "review_reason": "事实清楚，应当立案"}
HAND_ON = {"forwarded_on": TODAY, "department": "霍邱县公安局", "reason": "派出所应当回避"}
WAITS_FOR_A_CASE = "公安机关已立案，登记的单位应当回避，待转送另行指定的公安机关登记案件"


def accused(client, made: dict, who: str = "police") -> dict:
    """The lead as its handler sees it, once it is said to be about the station."""
    body = {"unit_id": factories.unit_of(client(who)), "reason": "反映该单位包庇"}
    done(client("office").post(f"/leads/{made['id']}/accused-units", json=body))
    return fresh(client("market"), made)


def decided(client, result: str = "filed") -> dict:
    return decide(client("police"), receive(client("police"), sent(client)), result)


def ours(made: dict) -> dict[str, dict]:
    return {each["what"]: each for each in made["standing"]["now"] if each["is_mine"]}


def agree(who, made: dict) -> None:
    """Home lists what the head says is theirs, until the same day."""
    head = {(e["rule"], str(e["due_on"])) for e in ours(made).values() if not e["is_early"]}
    home = {(each["rule"], str(each["due_on"])) for each in duties(who, made["id"])}
    assert head == home, (ours(made), home)
    assert all(due != "None" for _, due in head)


class TestFiled:
    def test_the_goods_and_the_case_are_somebodys(self, client):
        market, office = client("market"), client("office")
        made = accused(client, decided(client))
        assert client("police").get(f"/leads/{made['id']}").status_code == 404
        assert {each["rule"] for each in ours(made).values()} >= {"TRF-07", "LEAD-OPEN-CASE"}
        assert WAITS_FOR_A_CASE in ours(made)
        agree(market, made)
        made = fed_back(market, made)
        url = f"/leads/{made['id']}"
        told = refused(office.act(url, "close", made["version"], **CLOSING), 422)
        assert told["code"] == "goods_missing"
        made = act(market, made, "hand_over_goods", **GOODS)
        assert made["standing"]["next_action"] == "forward"
        agree(market, made)
        made = act(market, made, "forward", **HAND_ON)
        assert made["transfers"][-1]["department"] == HAND_ON["department"]
        assert ours(made) == {}
        assert duties(market, made["id"]) == []
        assert act(office, made, "close", **CLOSING)["status"] == "closed"

    def test_it_does_not_go_back_to_whom_it_is_about(self, client):
        market, police = client("market"), client("police")
        made = accused(client, decided(client))
        body = HAND_ON | {"department": None, "receiver_unit_id": factories.unit_of(police)}
        answer = market.act(f"/leads/{made['id']}", "forward", made["version"], **body)
        refused(answer, 422)

    def test_closed_it_is_still_to_be_handed_on(self, client):
        market, office = client("market"), client("office")
        made = act(market, fresh(market, decided(client)), "hand_over_goods", **GOODS)
        made = act(office, fed_back(market, made), "close", **CLOSING)
        made = accused(client, made)
        assert list(ours(made)) == [WAITS_FOR_A_CASE]
        agree(market, made)
        assert act(market, made, "forward", **HAND_ON)["standing"]["now"] == []

    def test_what_the_police_give_up_is_the_senders_to_deal_with(self, client):
        market, police = client("market"), client("police")
        made = decided(client)
        case = done(police.post("/cases", json={"source_lead_ids": [made["id"]]}))
        made = accused(client, made)
        assert WAITS_FOR_A_CASE not in ours(made)
        act_on_case(police, case, "withdraw", reason="没有犯罪事实", decided_on=TODAY, **COUNTY)
        made = fresh(market, made)
        assert made["transfer_stage"] == "dropped"
        assert made["standing"]["next_action"] == "record_aftermath"

    def test_routed_to_the_county_the_county_has_it_all(self, client):
        county = client("county")
        made = decided(client)
        body = {"unit_id": factories.unit_of(client("office")), "reason": "反映该单位包庇"}
        done(client("office").post(f"/leads/{made['id']}/accused-units", json=body))
        made = fresh(county, made)
        assert "TRF-07" in {each["rule"] for each in ours(made).values()}
        assert WAITS_FOR_A_CASE in ours(made)
        agree(county, made)


class TestDeclined:
    @pytest.mark.parametrize(
        ("action", "fields"), [("suggest_supervision", SUPERVISED), ("let_stand", {})]
    )
    def test_the_answer_to_it_is_the_senders_in_the_days_of_the_law(self, client, action, fields):
        market, office = client("market"), client("office")
        made = accused(client, decided(client, "not_filed"))
        assert "TRF-06a" in {each["rule"] for each in ours(made).values()}
        agree(market, made)
        made = fed_back(market, made)
        told = refused(office.act(f"/leads/{made['id']}", "close", made["version"], **CLOSING), 422)
        assert told["code"] == "review_undecided"
        made = act(market, made, action, **fields)
        assert act(office, made, "close", **CLOSING)["status"] == "closed"

    @pytest.mark.parametrize("before", [False, True])
    def test_a_review_is_decided_above_the_station_and_recorded_by_the_sender(self, client, before):
        market, office = client("market"), client("office")
        made = decided(client, "not_filed")
        if before:
            made = accused(client, act(market, fresh(market, made), "ask_review", **REVIEW))
        else:
            made = act(market, accused(client, made), "ask_review", **REVIEW)
        assert "TRF-06b" in {each["rule"] for each in ours(made).values()}
        agree(market, made)
        made = fed_back(market, made)
        told = refused(office.act(f"/leads/{made['id']}", "close", made["version"], **CLOSING), 422)
        assert told["code"] == "transfer_unanswered"
        said = {"review_result": "upheld", "reviewed_on": TODAY, "document_no": "复议〔2026〕1号"}
        made = act(market, made, "record_review", **said)
        assert made["transfer_stage"] == "upheld"
        agree(market, made)
