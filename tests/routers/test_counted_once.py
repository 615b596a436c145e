"""One sum, one order, one visit: what another record has already is not made a second time."""

from uuid import uuid4

from tests.answers import done, problem
from tests.cases import COUNTY, TODAY
from tests.cases import act as act_on_case
from tests.entities import act, assess, register, visit
from tests.handovers import receive, sent


def opened(police, lead: dict, **over) -> dict:
    return done(police.post("/cases", json={"source_lead_ids": [lead["id"]]} | over))


def split() -> dict:
    return {"police_case_no": f"霍公立字〔2026〕{uuid4().int % 10**8}号"}


def corrections(police, case: dict) -> list[str]:
    items = done(police.get(f"/cases/{case['id']}/timeline"))["items"]
    return [
        line["value"]
        for each in items
        if each["name"] == "case.lead_corrected"
        for line in each["details"]
    ]


class TestMoneyOfALead:
    def test_a_second_case_of_a_lead_does_not_count_its_money_again(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        assert lead["amount_involved"]
        first = opened(police, lead)
        assert first["amount_involved"] == lead["amount_involved"]
        second = opened(police, lead, **split())
        assert (second["amount_involved"], second["victims_count"]) == (None, None)
        more = split() | {"beyond_lead": True}
        third = opened(police, lead, amount_involved="5000.00", victims_count=2, **more)
        assert (third["amount_involved"], third["victims_count"]) == ("5000.00", 2)

    def test_what_was_taken_back_counts_for_nothing(self, client):
        police = client("police")
        lead = receive(police, sent(client))
        case = opened(police, lead, charges=["illegal_deposits"])
        case = act_on_case(police, case, "accept")
        act_on_case(police, case, "file", filed_on=TODAY.isoformat(), **COUNTY)
        withdrawn = done(police.get(f"/cases/{case['id']}"))
        act_on_case(police, withdrawn, "withdraw", reason="情节显著轻微", **COUNTY)
        again = opened(police, lead, **split())
        assert again["amount_involved"] == lead["amount_involved"]

    def test_a_case_is_told_when_its_lead_counts_otherwise(self, client):
        police, office = client("police"), client("office")
        lead = receive(police, sent(client))
        case, other = opened(police, lead), opened(police, lead, **split())
        lead = done(office.get(f"/leads/{lead['id']}"))

        def correct(**fields):
            version = done(office.get(f"/leads/{lead['id']}"))["version"]
            answer = office.patch(f"/leads/{lead['id']}", json={"version": version} | fields)
            assert answer.status_code == 200, answer.text

        correct(amount_involved="1286400.00", people_involved=31)
        [said] = corrections(police, case)
        assert lead["number"] in said
        assert "1,286,400.00 元" in said
        assert "改为31人" in said
        assert corrections(police, other) == [said]
        correct(narrative="另有三人反映同一事。")
        correct(amount_involved="1286400.00")
        assert len(corrections(police, case)) == 1
        correct(amount_involved=None)
        assert "1,286,400.00 元改为空" in corrections(police, case)[0]


def found_problem(market) -> dict:
    rated = assess(market, register(market), "orange")
    seen = visit(market, entity_id=rated["id"])
    return act(market, "inspections", seen, "complete", finding="problem", note="会销推销")


def ordered(market) -> tuple[dict, dict]:
    """A visit that found a problem, and what was ordered because of it."""
    seen = found_problem(market)
    body = {"inspection_id": seen["id"], "requirements": "停止会销"}
    return seen, done(market.post("/rectifications", json=body))


def looked_at_again(market) -> tuple[dict, dict]:
    """The same, and a second visit is planned."""
    seen, order = ordered(market)
    order = act(market, "rectifications", order, "submit", materials="已停止")
    return seen, act(market, "rectifications", order, "reinspect")


class TestMoneyOfSplitCases:
    def test_together_more_than_the_lead_is_asked_about(self, client):
        police = client("police")
        lead = receive(police, sent(client, amount_involved="1000.00"))
        first = opened(police, lead, amount_involved="700.00")
        assert first["amount_involved"] == "700.00"
        more = split() | {"source_lead_ids": [lead["id"]], "amount_involved": "400.00"}
        said = problem(police.post("/cases", json=more), 422, "beyond_lead")
        assert said["errors"][0]["pointer"] == "/amount_involved"
        assert opened(police, lead, **more, beyond_lead=True)["amount_involved"] == "400.00"
        rest = split() | {"amount_involved": "1.00"}
        problem(police.post("/cases", json=more | rest), 422, "beyond_lead")

    def test_a_case_that_is_corrected_is_asked_the_same(self, client):
        """Raised beyond the lead it is asked about, as at its registration; lowered it is not."""
        police = client("police")
        lead = receive(police, sent(client, amount_involved="1000.00"))
        opened(police, lead, amount_involved="700.00")
        second = opened(police, lead, **split(), amount_involved="300.00")

        def corrected(**fields):
            now = done(police.get(f"/cases/{second['id']}"))
            return police.patch(f"/cases/{now['id']}", json={"version": now["version"]} | fields)

        said = problem(corrected(amount_involved="300.01"), 422, "beyond_lead")
        assert said["errors"][0]["pointer"] == "/amount_involved"
        assert done(corrected(amount_involved="200.00"))["amount_involved"] == "200.00"
        assert done(corrected(amount_involved="300.00"))["amount_involved"] == "300.00"
        more = corrected(amount_involved="400.00", beyond_lead=True)
        assert done(more)["amount_involved"] == "400.00"
        assert done(corrected(amount_involved="350.00"))["amount_involved"] == "350.00"
        assert done(corrected(title="另一名称"))["title"] == "另一名称"

    def test_one_case_of_a_lead_may_be_corrected_to_what_it_is(self, client):
        """Nothing is counted twice: what was found out since is no splitting."""
        police = client("police")
        lead = receive(police, sent(client, amount_involved="1000.00"))
        only = opened(police, lead, amount_involved="700.00")
        now = done(police.get(f"/cases/{only['id']}"))
        more = {"version": now["version"], "amount_involved": "5000.00"}
        assert done(police.patch(f"/cases/{only['id']}", json=more))["amount_involved"] == "5000.00"

    def test_within_it_nobody_is_asked(self, client):
        police = client("police")
        lead = receive(police, sent(client, amount_involved="1000.00"))
        opened(police, lead, amount_involved="700.00")
        assert (
            opened(police, lead, **split(), amount_involved="300.00")["amount_involved"] == "300.00"
        )


class TestOrders:
    def test_a_problem_is_ordered_to_be_put_right_once(self, client):
        market = client("market")
        seen, order = ordered(market)
        body = {"inspection_id": seen["id"], "requirements": "停止会销"}
        said = problem(market.post("/rectifications", json=body), 409, "rectification_ordered")
        assert order["number"] in said["detail"]
        seen = done(market.get(f"/inspections/{seen['id']}"))
        assert "order_rectification" not in [a["action"] for a in seen["available_actions"]]
        answer = market.act(
            f"/inspections/{seen['id']}", "order_rectification", seen["version"], requirements="停"
        )
        assert order["number"] in problem(answer, 409, "rectification_ordered")["detail"]
        act(market, "rectifications", order, "withdraw", reason="下错了")
        done(market.post("/rectifications", json=body))

    def test_an_order_taken_back_was_never_given(self, client):
        """Neither the visit that found the problem ends by it, nor one that looked at it again."""
        market = client("market")
        seen, order = looked_at_again(market)
        again = {"id": order["open_reinspection"]["id"]}
        again = act(market, "inspections", again, "complete", finding="problem", note="照旧")
        act(market, "rectifications", {"id": order["id"]}, "withdraw", reason="下错了")
        for each in (seen, again):
            shown = done(market.get(f"/inspections/{each['id']}"))
            assert shown["standing"]["next_action"] == "order_rectification"
            answer = market.act(f"/inspections/{each['id']}", "close", shown["version"])
            assert problem(answer, 422)["code"] == "rectification_open"
        body = {"inspection_id": seen["id"], "requirements": "停止会销"}
        assert done(market.post("/rectifications", json=body))["status"] == "ordered"

    def test_it_is_looked_at_again_by_one_visit_at_a_time(self, client):
        market = client("market")
        _, order = looked_at_again(market)
        planned = order["open_reinspection"]
        assert order["standing"]["next_action"] == "finish_reinspection"
        assert planned["name"] in " ".join(order["standing"]["blocked_by"])
        assert "reinspect" not in [a["action"] for a in order["available_actions"]]
        path = f"/rectifications/{order['id']}"
        answer = market.act(path, "reinspect", order["version"])
        assert planned["name"] in problem(answer, 409, "reinspection_open")["detail"]
        again = market.post("/inspections", json={"rectification_id": order["id"]})
        assert planned["name"] in problem(again, 409, "reinspection_open")["detail"]
        act(market, "inspections", {"id": planned["id"]}, "complete", finding="none")
        order = done(market.get(path))
        assert order["open_reinspection"] is None
        assert order["standing"]["next_action"] == "close"

    def test_a_visit_that_was_called_off_makes_room(self, client):
        market = client("market")
        _, order = looked_at_again(market)
        planned = {"id": order["open_reinspection"]["id"]}
        act(market, "inspections", planned, "cancel", reason="改期")
        order = done(market.get(f"/rectifications/{order['id']}"))
        assert order["standing"]["next_action"] == "reinspect"
        act(market, "rectifications", order, "reinspect")


class TestOrdersOfAnEntity:
    def test_one_at_a_time_where_no_visit_led_to_it(self, client):
        market = client("market")
        made = assess(market, register(market), "orange")
        act(market, "risk-entities", made, "order_rectification", requirements="公示收费标准")
        body = {"entity_id": made["id"], "requirements": "停止会销"}
        problem(market.post("/rectifications", json=body), 409, "rectification_ordered")
        read = market.get(f"/risk-entities/{made['id']}").json()
        assert "order_rectification" not in {a["action"] for a in read["available_actions"]}
        answer = market.act(
            f"/risk-entities/{made['id']}", "order_rectification", read["version"],
            requirements="停止会销",
        )  # fmt: skip
        problem(answer, 409, "rectification_ordered")
        # what a visit finds is another matter
        found = visit(market, entity_id=made["id"])
        act(market, "inspections", found, "complete", finding="problem", note="消防通道堵塞")
        order = {"inspection_id": found["id"], "requirements": "疏通"}
        assert market.post("/rectifications", json=order).status_code == 201
