"""Figures over HTTP: each equals the list that it opens, for everybody who may see it."""

from decimal import Decimal
from uuid import uuid4

import pytest

from api.domain.statistics import percent
from api.schemas.statistics import Overview
from tests.factories import assign, close, conclude, make_lead
from tests.money import done, made, make_case, make_item, measure, post_entry
from tests.routers import test_cases, test_risk_entities

READERS = ["office", "leader", "supervisor", "police", "market", "village01", "county", "finance"]


def overview(who) -> dict:
    """The figures, which hold just what the document says."""
    shown = done(who.get("/statistics/overview"))
    assert set(shown) == set(Overview.model_validate(shown).model_dump())
    return shown


def figures(shown: dict) -> list[dict]:
    found = [figure for goal in shown["goals"] for figure in goal["figures"]]
    return found + [row for breakdown in shown["breakdowns"] for row in breakdown["rows"]]


def value(shown: dict, key: str) -> int:
    return next(figure["value"] for figure in figures(shown) if figure["key"] == key)


def rows(who, query: dict) -> list[dict]:
    """Every row behind a figure, page by page."""
    found, cursor = [], None
    while True:
        params = query["params"] | {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = done(who.get(f"/{query['resource']}", params=params))
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.fixture(scope="module", autouse=True)
def ledgers(client, running):
    """A little of everything, also of what must not count."""
    office, police = client("office"), client("police")
    for place in ("341522118", "341522118201", "341522118201001", "341522118202"):
        make_lead(office, division_code=place, received_at="2022-05-13T09:00:00+08:00")
    make_lead(client("grid01"))
    for archived in (False, True):
        lead = make_lead(office)
        url = f"/leads/{lead['id']}"
        lead = done(office.act(url, "withdraw", lead["version"], reason="重复登记"))
        if archived:
            done(office.act(url, "archive", lead["version"]))
    for conclusion in ("suspected_crime", "duplicate", "unfounded"):
        lead = conclude(office, police, conclusion)
        url = f"/leads/{lead['id']}"
        fed_back = {"feedback_mode": "phone", "feedback_note": "已告知"}
        lead = done(police.act(url, "feed_back", lead["version"], **fed_back))
        lead = close(office, lead)
    done(office.act(url, "archive", lead["version"]))
    assign(office, make_lead(office), client("market"))
    for backlog in (False, True):
        case = test_cases.filed(police, is_backlog=backlog, amount_involved="120000.50")
        test_cases.act(police, case, "solve", solved_on=test_cases.YESTERDAY)
    case = test_cases.filed(police)
    test_cases.act(police, case, "withdraw", reason="查明不构成犯罪", **test_cases.COUNTY)
    item = make_item(police, make_case(running))
    made(police.post("/property-measures", json=measure(item, amount="5000.01")))
    test_risk_entities.register(office)
    market = client("market")
    test_risk_entities.assess(market, test_risk_entities.register(market), "yellow")


class TestFiguresOpenTheirRows:
    @pytest.mark.parametrize("who", READERS)
    def test_every_figure_is_the_length_of_its_list(self, client, who):
        reader = client(who)
        shown = overview(reader)
        for figure in figures(shown):
            query = figure["query"]
            page = done(
                reader.get(f"/{query['resource']}", params=query["params"] | {"with_total": True})
            )
            assert page["total_is_exact"] is True
            assert page["total"] == figure["value"], figure

    @pytest.mark.parametrize("who", ["office", "police"])
    def test_every_sum_is_that_of_its_rows(self, client, who):
        reader = client(who)
        names = {"leads": "amount_involved", "cases": "amount_involved"}
        for total in overview(reader)["money"]["sums"]:
            found = rows(reader, total["query"])
            name = names.get(total["query"]["resource"], "amount")
            assert Decimal(total["amount"]) == sum(Decimal(row[name] or 0) for row in found), total

    def test_each_breakdown_adds_up(self, client):
        shown = overview(client("office"))
        by = {each["by"]: sum(row["value"] for row in each["rows"]) for each in shown["breakdowns"]}
        counted, dropped = value(shown, "leads_received"), value(shown, "leads_not_counted")
        assert dropped >= 3
        assert by["status"] == counted + dropped
        assert by["primary_category"] == by["village"] == by["channel"] == by["month"] == counted
        assert by["village_overdue"] == value(shown, "leads_overdue")

    def test_what_was_withdrawn_or_a_duplicate_does_not_count(self, client):
        office = client("office")
        before = overview(office)
        lead = make_lead(office)
        between = overview(office)
        assert value(between, "leads_received") == value(before, "leads_received") + 1
        done(office.act(f"/leads/{lead['id']}", "withdraw", lead["version"], reason="误登"))
        after = overview(office)
        assert value(after, "leads_received") == value(before, "leads_received")
        assert value(after, "leads_not_counted") == value(before, "leads_not_counted") + 1


class TestConsistency:
    def test_facts_that_hold_between_figures(self, client):
        shown = overview(client("office"))
        assert value(shown, "leads_valid") <= value(shown, "leads_received")
        for kind in ("filed", "solved"):
            new, backlog = value(shown, f"cases_{kind}_new"), value(shown, f"cases_{kind}_backlog")
            assert value(shown, f"cases_{kind}") == new + backlog
        assert value(shown, "cases_solved_backlog") >= 1

    def test_rates_name_what_they_are_of(self, client):
        shown = overview(client("leader"))
        rates = [rate for goal in shown["goals"] for rate in goal["rates"]]
        assert {rate["key"] for rate in rates} == {
            "leads_closing_rate", "entities_rate", "rectifications_rate",
        }  # fmt: skip
        for rate in rates:
            above, below = value(shown, rate["numerator"]), value(shown, rate["denominator"])
            assert rate["percent"] == percent(above, below)

    @pytest.mark.parametrize(
        ("above", "below", "rate"),
        [(472, 524, "90.08"), (69, 97, "71.13"), (0, 5, "0.00"), (3, 2, "150.00"), (1, 0, None)],
    )
    def test_percent(self, above, below, rate):
        assert percent(above, below) == rate

    def test_frozen_recovered_and_returned_are_apart(self, client, running):
        police = client("police")

        def stages() -> dict[str, Decimal]:
            return {
                each["measure"]: Decimal(each["amount"])
                for each in overview(police)["money"]["ledger"]
            }

        before = stages()
        case = make_case(running)
        for credit, debit, amount in (
            ("traced_source", "restrained", "1000.00"),
            ("restrained", "in_custody", "400.00"),
            ("in_custody", "returned", "150.00"),
        ):
            made(post_entry(police, case, credit, debit, amount))
        after = stages()
        grown = {name: after[name] - before.get(name, Decimal()) for name in after}
        assert grown == {
            "traced": 1000, "restrained": 600, "realised": 0, "in_custody": 250, "returned": 150,
        }  # fmt: skip
        shown = overview(police)["money"]
        assert shown["denominator"] == "已查明"
        returned = next(each for each in shown["ledger"] if each["measure"] == "returned")
        entries = rows(police, returned["query"])
        assert Decimal(returned["amount"]) == sum(
            Decimal(e["amount"]) * (1 if e["debit"] == "returned" else -1) for e in entries
        )


class TestRights:
    def test_nobody(self, anonymous):
        assert anonymous.get("/statistics/overview").status_code == 401

    @pytest.mark.parametrize("who", ["grid01", "audit_admin", "system_admin", "security_admin"])
    def test_without_the_right(self, client, who):
        assert client(who).get("/statistics/overview").status_code == 403

    def test_only_families_that_the_reader_may_open(self, client):
        shown = overview(client("village01"))
        assert {figure["query"]["resource"] for figure in figures(shown)} <= {
            "leads", "risk-entities",
        }  # fmt: skip
        assert shown["money"]["ledger"] == []
        assert overview(client("finance"))["breakdowns"] == []

    def test_others_leads_are_not_in_a_villages_figures(self, client):
        before = value(overview(client("village02")), "leads_received")
        make_lead(client("office"), division_code="341522118201")
        assert value(overview(client("village02")), "leads_received") == before

    @pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
    def test_no_figure_can_be_typed(self, client, method):
        answer = client("office").request(method.upper(), "/statistics/overview", json={"x": 1})
        assert answer.status_code == 405

    def test_unknown_parameters_change_nothing(self, client):
        key = uuid4().hex
        assert done(client("office").get("/statistics/overview", params={key: "1"}))


class TestVillages:
    def test_every_number_is_the_number_of_its_rows(self, client):
        office = client("office")
        make_lead(office, division_code="341522118201")
        make_lead(office, division_code="341522118202")
        answer = office.get("/statistics/villages")
        assert answer.status_code == 200, answer.text
        rows = answer.json()["rows"]
        assert len({row["code"] for row in rows}) == len(rows)
        for row in rows:
            for figure in (row["leads"], row["overdue"]):
                params = figure["query"]["params"] | {"with_total": True, "limit": 1}
                total = office.get("/leads", params=params).json()["total"]
                assert total == figure["value"], row["label"]
        assert {"341522118201", "341522118202"} <= {r["code"] for r in rows if r["leads"]["value"]}

    def test_villages_without_leads_are_shown_to_those_who_see_the_town(self, client):
        rows = client("leader").get("/statistics/villages").json()["rows"]
        known = client("office").get("/divisions", params={"limit": 200}).json()["items"]
        town = "341522118"  # other tests set up a second one
        assert {
            each["code"]
            for each in known
            if len(each["code"]) == 12 and each["code"].startswith(town)
        } <= {row["code"] for row in rows}

    def test_others_get_what_they_see(self, client):
        office, grid = client("office"), client("grid01")
        make_lead(office, division_code="341522118202")
        make_lead(grid, division_code="341522118201")
        rows = grid.get("/statistics/villages").json()["rows"]
        seen = grid.get("/leads", params={"with_total": True, "limit": 1, "counted": True}).json()
        assert sum(row["leads"]["value"] for row in rows) == seen["total"]
        assert "341522118202" not in {row["code"] for row in rows}

    def test_who_reads_no_leads_gets_none(self, client, anonymous):
        assert client("finance").get("/statistics/villages").status_code == 403
        assert anonymous.get("/statistics/villages").status_code == 401
