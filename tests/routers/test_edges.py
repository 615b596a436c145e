"""Days and amounts at their edge: the last that is taken, and the first that is refused, of each."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from api.core.base.clock import today
from tests import factories
from tests.database import run_sql
from tests.money import done, made, make_case, make_item, make_victim, measure, post_entry

DAY = timedelta(days=1)


def fault(answer) -> tuple[str, str]:
    """Where the first fault stands, and its code; empty where it was taken."""
    if answer.status_code in {200, 201}:
        return "", ""
    assert answer.status_code == 422, answer.text
    first = answer.json()["errors"][0]
    return first["pointer"], first["code"]


def ids(who, noun: str, **query) -> set[str]:
    found = who.get(f"/{noun}", params={"limit": 200} | query)
    assert found.status_code == 200, found.text
    return {each["id"] for each in found.json()["items"]}


def within(who, noun: str, record: str, on: date, since: str, until: str, **query) -> None:
    """A record of a day is found by that day alone, and by no span that ends before or begins
    after it."""
    for first, last, is_there in (
        (on, on, True),
        (on - DAY, on + DAY, True),
        (on + DAY, on + 2 * DAY, False),
        (on - 2 * DAY, on - DAY, False),
    ):
        asked = {since: first.isoformat(), until: last.isoformat()} | query
        assert (record in ids(who, noun, **asked)) is is_there, (noun, asked)
    assert record in ids(who, noun, **{since: on.isoformat()}, **query)
    assert record in ids(who, noun, **{until: on.isoformat()}, **query)


class TestSpans:
    """From one day to another: both ends belong to it."""

    def test_leads(self, client):
        office = client("office")
        on = today() - 3 * DAY
        for at in ("00:00:00", "23:59:59"):
            lead = factories.make_lead(office, received_at=f"{on.isoformat()}T{at}+08:00")
            within(office, "leads", lead["id"], on, "received_from", "received_to")

    def test_outcomes(self, client):
        market = client("market")
        on = today() - 5 * DAY
        body = {"kind": "education", "title": f"宣讲{uuid4().hex}", "issued_on": on.isoformat(),
                "medium": "村委会", "audience": 3}  # fmt: skip
        outcome = made(market.post("/outcomes", json=body))
        within(market, "outcomes", outcome["id"], on, "issued_from", "issued_to")

    def test_inspections_and_rectifications(self, client):
        market = client("market")
        checked = entity(client)
        on = today() + 4 * DAY
        body = {"entity_id": checked["id"], "planned_on": on.isoformat()}
        inspection = made(market.post("/inspections", json=body))
        within(market, "inspections", inspection["id"], on, "planned_from", "planned_to")
        body = {"entity_id": checked["id"], "requirements": "停止", "due_on": on.isoformat()}
        order = made(market.post("/rectifications", json=body))
        within(market, "rectifications", order["id"], on, "due_from", "due_to")

    def test_cases(self, client, running):
        on = today() - 40 * DAY
        case = make_case(running, filed_on=on)
        within(client("police"), "cases", case, on, "filed_from", "filed_to")

    @pytest.mark.parametrize(
        ("asked", "there"),
        [("341522118201", True), ("341522118202", False), ("341522118200", False),
         ("341522118", True), ("341522", True)],
    )  # fmt: skip
    def test_a_village_is_its_own_and_part_of_its_town(self, client, asked, there):
        office = client("office")
        lead = factories.make_lead(office, division_code="341522118201")
        answer = office.get("/leads", params={"division_code": asked, "q": lead["number"]})
        found = [each["id"] for each in answer.json().get("items", [])]
        assert (lead["id"] in found) is there, answer.text


def entity(client) -> dict:
    body = {"name": f"某经营部{uuid4().hex[:8]}", "kind": "site", "industry": "other"}
    return made(client("market").post("/risk-entities", json=body))


class TestLate:
    """Due today is not late; due yesterday is; what is over is late no more."""

    def walk(
        self, who, noun: str, table: str, column: str, record: str, over: str, **names
    ) -> None:
        asked = names.get("overdue", "overdue")

        def put(**values) -> None:
            for name, value in values.items():
                run_sql(who.running, f"UPDATE {table} SET {name} = $1 WHERE id = $2", value, record)

        def late() -> tuple[bool, bool]:
            return (
                record in ids(who, noun, **{asked: "true"}),
                record in ids(who, noun, **{asked: "false"}),
            )

        put(**{column: today()})
        assert late() == (False, True), "today"
        put(**{column: today() + DAY})
        assert late() == (False, True), "tomorrow"
        put(**{column: today() - DAY})
        assert late() == (True, False), "yesterday"
        for status in over.split():
            put(status=status)
            assert late() == (False, True), status

    def test_leads(self, client):
        office = client("office")
        lead = factories.assign(office, factories.make_lead(office), client("market"))
        # turned away, its reporter is still to be told
        over = "closed archived withdrawn"
        self.walk(office, "leads", "leads", "due_on", lead["id"], over)

    def test_cases(self, client, running):
        self.walk(client("police"), "cases", "cases", "due_on", make_case(running), "")

    def test_inspections(self, client):
        market = client("market")
        body = {"entity_id": entity(client)["id"], "planned_on": today().isoformat()}
        found = made(market.post("/inspections", json=body))["id"]
        self.walk(market, "inspections", "inspections", "planned_on", found, "cancelled")

    def test_rectifications(self, client):
        market = client("market")
        body = {"entity_id": entity(client)["id"], "requirements": "停止"}
        found = made(market.post("/rectifications", json=body))["id"]
        self.walk(market, "rectifications", "rectifications", "due_on", found, "closed withdrawn")

    def test_entities(self, client):
        found = entity(client)["id"]
        self.walk(client("market"), "risk-entities", "risk_entities", "next_inspection_due", found,
                  "delisted shut_down", overdue="inspection_overdue")  # fmt: skip


class TestLeads:
    def test_a_term_that_somebody_gives(self, client):
        office, market = client("office"), client("market")
        for shift, expected in ((-1, ("/due_on", "in_past")), (0, ("", ""))):
            lead = factories.make_lead(office)
            answer = office.act(
                f"/leads/{lead['id']}", "assign", lead["version"],
                unit_id=market.me["unit"]["id"], due_on=(today() + shift * DAY).isoformat(),
            )  # fmt: skip
            assert fault(answer) == expected, shift

    def test_help_is_asked_for_until_the_lead_itself_is_due(self, client):
        office, market = client("office"), client("market")
        lead = factories.make_lead(office)
        end = today() + 9 * DAY
        lead = done(office.act(f"/leads/{lead['id']}", "assign", lead["version"],
                               unit_id=market.me["unit"]["id"], due_on=end.isoformat()))  # fmt: skip
        for on, expected in (
            (today() - DAY, "in_past"),
            (end + DAY, "after_lead"),
            (end, ""),
        ):
            lead = market.get(f"/leads/{lead['id']}").json()
            answer = market.act(
                f"/leads/{lead['id']}", "ask_assist", lead["version"], assist_task="协助",
                assisting_unit_id=client("culture").me["unit"]["id"], due_on=on.isoformat(),
            )  # fmt: skip
            assert fault(answer)[1] == expected, on

    def test_a_marked_lead_is_not_given_longer_than_its_mark(self, client):
        office, market = client("office"), client("market")
        lead = factories.make_lead(office, fast_track=True)
        lead = factories.assign(office, lead, market)
        bound = date.fromisoformat(lead["due_on"])
        for shift, expected in ((1, "later_than_mark"), (0, "")):
            lead = factories.make_lead(office, fast_track=True)
            answer = office.act(
                f"/leads/{lead['id']}", "assign", lead["version"],
                unit_id=market.me["unit"]["id"], due_on=(bound + shift * DAY).isoformat(),
            )  # fmt: skip
            assert fault(answer)[1] == expected, shift

    def test_two_officers_report_between_the_day_it_came_in_and_today(self, client):
        office, market = client("office"), client("market")
        came = today() - 2 * DAY
        lead = factories.make_lead(office, received_at=f"{came.isoformat()}T08:00:00+08:00")
        lead = factories.assign(office, lead, market)
        url = f"/leads/{lead['id']}"
        lead = done(market.act(url, "acknowledge", lead["version"]))

        def propose(on: date, who: str = "张三、李四"):
            version = market.get(url).json()["version"]
            return market.act(url, "propose_transfer", version, reported_on=on.isoformat(),
                              investigators=who, report="涉嫌诈骗")  # fmt: skip

        assert fault(propose(today() + DAY)) == ("/reported_on", "in_future")
        assert fault(propose(came - DAY)) == ("/reported_on", "too_early")
        assert fault(propose(came, "张三")) == ("/investigators", "two_officers")
        assert fault(propose(came)) == ("", "")


class TestMeasures:
    def freeze(self, client, running, **over) -> dict:
        police = client("police")
        item = make_item(police, make_case(running))
        return made(police.post("/property-measures", json=measure(item, **over)))

    def act(self, client, found: dict, action: str, **fields):
        url = f"/property-measures/{found['id']}"
        version = client("police").get(url).json()["version"]
        return client("police").act(url, action, version, **fields)

    def test_a_renewal(self, client, running):
        start = today() - 45 * DAY
        found = self.freeze(client, running, starts_on=start.isoformat())
        end = date.fromisoformat(found["expires_on"])
        paper = {"authority_level": "county_psb", "document_no": "续1号"}

        def renew(decided: date, until: date | None = None):
            more = {"expires_on": until.isoformat()} if until else {}
            return self.act(client, found, "renew", decided_on=decided.isoformat(), **paper, **more)

        assert fault(renew(start - DAY)) == ("/decided_on", "before_start")
        assert fault(renew(today() + DAY)) == ("/decided_on", "in_future")
        assert fault(renew(today(), end)) == ("/expires_on", "not_longer")
        assert fault(renew(start, end + DAY)) == ("", "")
        assert (
            client("police").get(f"/property-measures/{found['id']}").json()["expires_on"]
            == (end + DAY).isoformat()
        )

    @pytest.mark.parametrize(
        ("shift", "expected"),
        [(-46, "before_start"), (-45, ""), (0, ""), (1, "in_future")],
    )
    def test_a_release(self, client, running, shift, expected):
        found = self.freeze(client, running, starts_on=(today() - 45 * DAY).isoformat())
        answer = self.act(client, found, "release", document_no="解1号", reason="查清",
                          released_on=(today() + shift * DAY).isoformat(),
                          release_reason="unrelated")  # fmt: skip
        assert fault(answer)[1] == expected

    def test_who_waits_takes_effect_the_day_the_one_before_ends(self, client, running):
        police = client("police")
        item = make_item(police, make_case(running))
        first = made(police.post("/property-measures", json=measure(item)))
        queued = today() - 20 * DAY
        second = made(police.post("/property-measures", json=measure(
            item, kind="waiting_freeze", document_no="轮候1号", starts_on=queued.isoformat())))  # fmt: skip
        ended = today() - 10 * DAY
        done(self.act(client, first, "release", document_no="解1号", reason="查清",
                      released_on=ended.isoformat(), release_reason="unrelated"))  # fmt: skip
        for on, expected in (
            (ended - DAY, "before_its_turn"),
            (today() + DAY, "in_future"),
            (ended, ""),
        ):
            answer = self.act(client, second, "take_effect", starts_on=on.isoformat())
            assert fault(answer)[1] == expected, on


class TestRiskEntities:
    @pytest.mark.parametrize(("shift", "expected"), [(0, "in_past"), (1, "")])
    def test_looked_at_again_after_today(self, client, shift, expected):
        found = entity(client)
        answer = client("market").act(
            f"/risk-entities/{found['id']}", "assess", found["version"], tier="green",
            factors="正常", review_on=(today() + shift * DAY).isoformat(),
        )  # fmt: skip
        assert fault(answer)[1] == expected

    def test_no_more_goes_back_than_is_due(self, client):
        market = client("market")
        found = entity(client)
        url = f"/risk-entities/{found['id']}"
        found = done(market.act(url, "assess", found["version"], tier="orange", factors="欠款"))
        found = done(market.act(url, "list", found["version"]))
        found = done(market.act(url, "urge_refund", found["version"], amount="100.00"))

        def refund(amount: str):
            return market.act(
                url, "record_refund", market.get(url).json()["version"], amount=amount
            )

        assert fault(refund("60.00")) == ("", "")
        assert fault(refund("40.01")) == ("/amount", "above_due")
        assert fault(refund("40.00")) == ("", "")
        assert fault(refund("0.01")) == ("/amount", "above_due")
        assert market.get(url).json()["refunded"] == "100.00"


class TestMoney:
    @pytest.mark.parametrize(
        ("at", "taken"),
        [("1979-12-31T23:59:59+08:00", False), ("1980-01-01T00:00:00+08:00", True)],
    )
    def test_no_money_moved_before_that_day(self, client, running, at, taken):
        case = make_case(running)
        answer = post_entry(
            client("finance"), case, "traced_source", "traced", "1.00", happened_at=at
        )
        assert (answer.status_code == 201) is taken, answer.text

    @pytest.mark.parametrize(("amount", "taken"), [("0.00", False), ("0.01", True)])
    def test_something_moves(self, client, running, amount, taken):
        case = make_case(running)
        answer = post_entry(client("finance"), case, "traced_source", "traced", amount)
        assert (answer.status_code == 201) is taken, answer.text

    def test_a_pot_is_emptied_and_not_overdrawn(self, client, running):
        finance, case = client("finance"), make_case(running)
        made(post_entry(finance, case, "traced_source", "traced", "10.00"))
        assert post_entry(finance, case, "traced", "in_custody", "10.01").status_code == 409
        made(post_entry(finance, case, "traced", "in_custody", "10.00"))

    def test_a_plan_is_published_between_its_approval_and_today(self, client, running):
        office, case = client("office"), make_case(running)
        make_victim(office, case)
        made(post_entry(client("finance"), case, "surrender_source", "in_custody", "600.00"))
        plan = made(office.post("/distributions", json={
            "case_id": case, "title": "第一次", "pool": "600.00",
            "base_rule": "net_of_returns"}))  # fmt: skip
        url = f"/distributions/{plan['id']}"
        plan = done(office.act(url, "compute", plan["version"]))
        plan = done(client("leader").act(url, "approve", plan["version"], document_no="批1号"))

        def publish(on: date, until: date | None = None):
            more = {"objection_until": until.isoformat()} if until else {}
            version = office.get(url).json()["version"]
            return office.act(url, "publish", version, published_on=on.isoformat(), **more)

        assert fault(publish(today() + DAY)) == ("/published_on", "in_future")
        assert fault(publish(today() - DAY)) == ("/published_on", "before_approval")
        assert fault(publish(today(), today())) == ("/objection_until", "too_short")
        said = publish(today(), today()).json()["errors"][0]["message"]
        earliest = date.fromisoformat(said[-10:])
        assert fault(publish(today(), earliest - DAY)) == ("/objection_until", "too_short")
        plan = done(publish(today(), earliest))
        assert plan["objection_until"] == earliest.isoformat()
        # on the last day objections are still heard
        assert client("finance").act(url, "pay", plan["version"], document_no="付1号").status_code in {
            409, 422,
        }  # fmt: skip
