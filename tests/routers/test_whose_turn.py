"""Who acts is whose turn it is: the office assigns, supervises and takes back, and does no unit's work."""

import pytest

from tests import entities, factories
from tests.answers import done, refused
from tests.leads import act, proposed

#: What the office does with a lead that a unit has: facts 4.
OFFICE = {
    "register", "assign", "take_back", "ask_assist", "remind", "mark", "unmark", "recheck", "reject",
    "escalate", "withdraw", "archive", "reopen", "close", "edit",
}  # fmt: skip
CONCLUDED = {"conclusion": "unfounded", "findings": "镇里直接认定。"}
TOLD = {"feedback_mode": "impossible", "feedback_note": "匿名举报，无法反馈。"}


def offered(who, made: dict) -> set[str]:
    shown = done(who.get(f"/leads/{made['id']}"))
    return {each["action"] for each in shown["available_actions"]}


def taken_up(client) -> dict:
    office, market = client("office"), client("market")
    given = factories.assign(office, factories.make_lead(office), market)
    return done(market.act(f"/leads/{given['id']}", "acknowledge", given["version"]))


def outside(client) -> dict:
    made = factories.conclude(client("office"), client("market"))
    return act(client("market"), made, "transfer_police", **factories.TO_POLICE)


class TestTheOffice:
    @pytest.mark.parametrize(
        ("made", "action", "fields"),
        [
            (taken_up, "conclude", CONCLUDED),
            (lambda client: factories.conclude(client("office"), client("market")),
             "feed_back", TOLD),
            (outside, "recall", {"reason": "镇里要收回"}),
            (outside, "record_receipt", {"receipt_no": "1", "received_by": "民警甲",
                                         "received_at": "2026-11-01T08:00:00+08:00"}),
        ],
    )  # fmt: skip
    def test_does_no_units_work(self, client, made, action, fields):
        office, market = client("office"), client("market")
        lead = made(client)
        done(market.post(f"/leads/{lead['id']}/turns", json={"action": "take"}))
        before = done(market.get(f"/leads/{lead['id']}"))
        assert offered(office, lead) <= OFFICE
        assert done(office.get(f"/leads/{lead['id']}"))["standing"]["next_action"] is None
        told = refused(office.act(f"/leads/{lead['id']}", action, lead["version"], **fields), 403)
        assert told["code"] in {"not_own_unit", "not_receiver"}
        assert told["article"]
        after = done(market.get(f"/leads/{lead['id']}"))
        assert (after["status"], after["version"]) == (before["status"], before["version"])
        assert after["standing"]["now"][0]["holder"], "whoever has it in hand has it still"

    def test_takes_back_what_another_unit_is_to_do_and_gives_it_away_anew(self, client):
        office, civil = client("office"), client("civil")
        made = taken_up(client)
        told = refused(
            office.act(f"/leads/{made['id']}", "conclude", made["version"], **CONCLUDED), 403
        )
        assert "先收回" in told["detail"]
        made = act(office, made, "take_back", reason="换单位办理")
        assert client("market").get(f"/leads/{made['id']}").status_code == 404
        made = factories.assign(office, made, civil)
        assert act(civil, made, "acknowledge")["status"] == "verifying"

    def test_takes_nothing_back_that_lies_before_the_head(self, client):
        made = proposed(client, who="market")
        assert "take_back" not in offered(client("office"), made)

    def test_does_no_inspectors_work(self, client):
        market, office = client("market"), client("office")
        firm = entities.register(market)
        visit = entities.visit(market, entity_id=firm["id"])
        url = f"/inspections/{visit['id']}"
        told = refused(office.act(url, "complete", visit["version"], finding="none"), 403)
        assert told["code"] == "not_own_unit"


class TestTheCounty:
    """What the county is to do is reported to it: no town gives it work."""

    def test_is_no_handler_of_a_town(self, client):
        office, county = client("office"), client("county")
        made = factories.make_lead(office)
        body = {"unit_id": factories.unit_of(county)}
        told = refused(office.act(f"/leads/{made['id']}", "assign", made["version"], **body), 422)
        assert told["code"] == "receiver_without_right"
        assert "上报" in told["detail"]
        assert told["article"]
        assert told["errors"][0]["pointer"] == "/unit_id"
        items = [{"id": made["id"], "version": made["version"]}]
        batch = done(office.post("/leads/assignments", json={"items": items} | body))
        assert [each["code"] for each in batch["refused"]] == ["receiver_without_right"]
        assert done(office.get(f"/leads/{made['id']}"))["status"] == "registered"

    def test_is_not_proposed_or_given_a_second_verification(self, client):
        office, market, county = client("office"), client("market"), client("county")
        made = factories.assign(office, factories.make_lead(office), market)
        body = {"reason": "不归我们管", "proposed_unit_id": factories.unit_of(county)}
        told = refused(market.act(f"/leads/{made['id']}", "dispute", made["version"], **body), 422)
        assert told["errors"][0]["pointer"] == "/proposed_unit_id"
        made = factories.conclude(office, market, "unfounded")
        body = {"reason": "存疑", "unit_id": factories.unit_of(county)}
        told = refused(office.act(f"/leads/{made['id']}", "recheck", made["version"], **body), 422)
        assert told["code"] == "receiver_without_right"


def test_what_has_an_organ_of_its_own_is_handed_to_as_that(client):
    office, civil, market = client("office"), client("civil"), client("market")
    made = act(civil, factories.assign(office, factories.make_lead(office), civil), "acknowledge")
    given = {"receiver_unit_id": factories.unit_of(market), "materials": "案卷一册",
             "reason": "属其职责"}  # fmt: skip
    url = f"/leads/{made['id']}"
    told = refused(
        civil.act(url, "transfer_department", made["version"], organ="other", **given), 422
    )
    assert told["code"] == "receiver_without_right"
    assert done(civil.act(url, "transfer_department", made["version"], organ="market", **given))


def test_a_second_batch_says_what_stands_in_its_way(client):
    office, market = client("office"), client("market")
    made = factories.make_lead(office)
    items = [{"id": made["id"], "version": made["version"]}]
    unit = {"unit_id": factories.unit_of(market)}
    assert done(office.post("/leads/assignments", json={"items": items} | unit))["assigned"] == 1
    again = done(office.post("/leads/assignments", json={"items": items}))
    assert again["refused"][0]["code"] == "stale_version"
    shown = done(office.get(f"/leads/{made['id']}"))
    items = [{"id": made["id"], "version": shown["version"]}]
    again = done(office.post("/leads/assignments", json={"items": items}))
    assert again["refused"][0]["code"] == "transition_not_allowed"
    assert "已交办" in again["refused"][0]["detail"]


class TestNamed:
    """The head names whoever has the turn, and nobody besides."""

    def test_the_towns_leader_approves_for_the_town(self, client):
        made = proposed(client)
        now = done(client("market").get(f"/leads/{made['id']}"))["standing"]["now"]
        assert {e["what"]: e["whom"] for e in now}["移送公安待批准"] == "镇领导"

    def test_the_county_for_what_the_town_keeps_off(self, client):
        office, market, county = client("office"), client("market"), client("county")
        made = factories.conclude(office, market)
        accused = {"unit_id": factories.unit_of(office), "reason": "反映该单位包庇"}
        done(office.post(f"/leads/{made['id']}/accused-units", json=accused))
        made = act(county, done(county.get(f"/leads/{made['id']}")), "conclude", **CONCLUDED)
        made = act(county, made, "feed_back", **TOLD)
        now = {each["what"]: each["whom"] for each in made["standing"]["now"]}
        assert now["待办结"] == "县专项办"
        assert "镇专项办" not in now.values()


class TestTheCountysWayOut:
    def test_found_a_crime_once_it_goes_to_the_police_to_decide(self, client):
        office, market, county = client("office"), client("market"), client("county")
        police = client("police")
        made = factories.conclude(office, market)
        accused = {"unit_id": factories.unit_of(office), "reason": "反映该单位包庇"}
        done(office.post(f"/leads/{made['id']}/accused-units", json=accused))
        made = act(county, done(county.get(f"/leads/{made['id']}")), "conclude", **CONCLUDED)
        made = act(county, made, "feed_back", **TOLD)
        url = f"/leads/{made['id']}"
        told = refused(
            county.act(url, "close", made["version"], solved="no", solved_note="查否"), 422
        )
        assert told["code"] == "police_decision_missing"
        assert "县专项办" in told["detail"], "it says who lets it go"
        owed = made["standing"]["now"][0]
        assert (owed["what"], owed["whom"]) == ("涉嫌犯罪，待移送公安或者立案", "霍邱县专项办")
        assert made["standing"]["next_action"] == "propose_transfer"
        given = {k: v for k, v in factories.TO_POLICE.items() if k != "department"}
        made = act(
            county, made, "transfer_police", receiver_unit_id=factories.unit_of(police), **given
        )
        assert made["standing"]["now"][0]["whom"] == police.me["unit"]["name"]
