"""Figures over HTTP: each equals the list that it opens, for everybody who may see it."""

from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.domain.across.statistics import mean, percent
from api.schemas.statistics import UnitResults
from tests import cases, entities
from tests.factories import assign, close, conclude, make_lead, waived
from tests.figures import figures, overview, rows, value
from tests.money import done, made, make_case, make_item, make_victim, measure, post_entry
from tests.public import show

pytestmark = pytest.mark.days

READERS = ["office", "leader", "supervisor", "police", "market", "village01", "county", "finance"]


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
        fed_back = {"feedback_mode": "impossible", "feedback_note": "已告知"}
        lead = done(police.act(url, "feed_back", lead["version"], **fed_back))
        lead = close(office, waived(client("leader"), lead))
    done(office.act(url, "archive", lead["version"]))
    assign(office, make_lead(office), client("market"))
    for backlog in (False, True):
        case = cases.filed(police, is_backlog=backlog, amount_involved="120000.50")
        cases.act(police, case, "solve", solved_on=cases.YESTERDAY)
    case = cases.filed(police)
    cases.act(police, case, "withdraw", reason="查明不构成犯罪", **cases.COUNTY)
    item = make_item(police, make_case(running))
    made(police.post("/property-measures", json=measure(item, amount="5000.01")))
    entities.register(office)
    market = client("market")
    entities.assess(market, entities.register(market), "yellow")


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
        ):
            made(post_entry(police, case, credit, debit, amount))
        office = client("office")
        victim = make_victim(office, case)["id"]
        back = made(post_entry(office, case, "in_custody", "returned", "150.00", victim_id=victim))
        url = f"/ledger/entries/{back['id']}"
        done(client("finance").act(url, "confirm", back["version"], document_no="发还1号"))
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

    def test_unknown_parameters_are_refused_not_passed_over(self, client):
        """`as_of=2022-05-01` was answered with today's figures."""
        key = uuid4().hex
        answer = client("office").get("/statistics/overview", params={key: "1"})
        assert answer.status_code == 422
        assert key in answer.json()["errors"][0]["pointer"]


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

        def of_the_other() -> int:
            rows = grid.get("/statistics/villages").json()["rows"]
            return sum(row["leads"]["value"] for row in rows if row["code"] == "341522118202")

        before = of_the_other()
        make_lead(office, division_code="341522118202")
        make_lead(grid, division_code="341522118201")
        rows = grid.get("/statistics/villages").json()["rows"]
        seen = grid.get("/leads", params={"with_total": True, "limit": 1, "counted": True}).json()
        assert sum(row["leads"]["value"] for row in rows) == seen["total"]
        assert of_the_other() == before

    def test_who_reads_no_leads_gets_none(self, client, anonymous):
        assert client("finance").get("/statistics/villages").status_code == 403
        assert anonymous.get("/statistics/villages").status_code == 401


COLUMNS = ("closed", "solved", "partly", "not_solved", "unsaid", "rated")


def results(who) -> dict:
    """The units' figures, which hold just what the document says."""
    shown = done(who.get("/statistics/units"))
    assert set(shown) == set(UnitResults.model_validate(shown).model_dump())
    return shown


def tally(shown: dict, unit: str) -> dict[str, int]:
    """One unit's numbers, and its points; naught where it has no line."""
    row = next((row for row in shown["rows"] if row["unit"]["id"] == unit), None)
    if row is None:
        return dict.fromkeys((*COLUMNS, "points"), 0)
    return {name: row[name]["value"] for name in COLUMNS} | {"points": row["score_total"]}


def grown(before: dict, after: dict, who) -> dict[str, int]:
    """By how much a unit's numbers grew; what did not is left out."""
    unit = who.me["unit"]["id"]
    old, new = tally(before, unit), tally(after, unit)
    return {name: new[name] - old[name] for name in new if new[name] != old[name]}


def answered(office, handler, conclusion: str = "unfounded") -> dict:
    lead = conclude(office, handler, conclusion)
    told = {"feedback_mode": "impossible", "feedback_note": "已告知"}
    return done(handler.act(f"/leads/{lead['id']}", "feed_back", lead["version"], **told))


def rate(office, anonymous, lead: dict, score: int) -> None:
    """Judged by whoever was handed the receipt."""
    receipt = made(office.post(f"/leads/{lead['id']}/receipts"))["receipt"]
    assert show(anonymous, receipt, "/ratings", score=score).status_code == 201


class TestUnits:
    def test_counted_by_hand(self, client, anonymous):
        office, police, market = client("office"), client("police"), client("market")
        before = results(office)
        for handler, solved, score in (
            (police, "yes", 5),
            (police, "yes", None),
            (police, "partly", 2),
            (market, "no", 1),
        ):
            lead = close(office, answered(office, handler), solved)
            if score:
                rate(office, anonymous, lead, score)
        rate(office, anonymous, answered(office, market), 4)  # judged, not closed yet
        rejected = make_lead(office)  # nobody concluded it: the office is in charge
        url = f"/leads/{rejected['id']}"
        rejected = done(office.act(url, "reject", rejected["version"], reason="与养老无关"))
        told = {"feedback_mode": "impossible", "feedback_note": "已告知"}
        rejected = done(office.act(url, "feed_back", rejected["version"], **told))
        rejected = close(office, rejected, "no")
        done(office.act(url, "archive", rejected["version"]))
        after = results(office)
        assert grown(before, after, police) == {
            "closed": 3, "solved": 2, "partly": 1, "rated": 2, "points": 7,
        }  # fmt: skip
        assert grown(before, after, market) == {
            "closed": 1, "not_solved": 1, "rated": 2, "points": 5,
        }  # fmt: skip
        assert grown(before, after, office) == {"closed": 1, "not_solved": 1}

    def test_what_left_the_figures_is_in_none_of_these(self, client, anonymous):
        office, police = client("office"), client("police")
        before = results(office)
        duplicate = close(office, answered(office, police, "duplicate"))
        rate(office, anonymous, duplicate, 1)
        assert grown(before, results(office), police) == {}
        merged, main = close(office, answered(office, police)), make_lead(office)
        rate(office, anonymous, merged, 3)
        between = results(office)
        assert grown(before, between, police) == {
            "closed": 1, "solved": 1, "rated": 1, "points": 3,
        }  # fmt: skip
        body = {"lead_id": merged["id"], "version": merged["version"], "reason": "同一件事"}
        made(office.post(f"/leads/{main['id']}/merges", json=body))
        assert grown(before, results(office), police) == {}

    def test_a_second_verification_makes_it_the_second_units(self, client):
        office, police, market = client("office"), client("police"), client("market")
        before = results(office)
        lead = close(office, answered(office, police))
        url = f"/leads/{lead['id']}"
        again = {"unit_id": market.me["unit"]["id"], "reason": "举报人不认可"}
        lead = done(office.act(url, "recheck", lead["version"], **again))
        assert grown(before, results(office), police) == {}
        found = {"conclusion": "irregular", "findings": "已核查。"}
        lead = done(market.act(url, "conclude", lead["version"], **found))
        told = {"feedback_mode": "impossible", "feedback_note": "已告知"}
        lead = done(market.act(url, "feed_back", lead["version"], **told))
        close(office, lead, "partly")
        after = results(office)
        assert grown(before, after, police) == {}
        assert grown(before, after, market) == {"closed": 1, "partly": 1}

    @pytest.mark.parametrize(
        "who", ["office", "leader", "supervisor", "police", "market", "county"]
    )
    def test_every_number_opens_its_rows(self, client, anonymous, who):
        rate(client("office"), anonymous, answered(client("office"), client("police")), 4)
        reader = client(who)
        shown = results(reader)
        for row in [*shown["rows"], shown["total"]]:
            for name in COLUMNS:
                figure = row[name]
                found = rows(reader, figure["query"])
                assert len(found) == figure["value"], figure
            assert row["score_mean"] == mean(row["score_total"], row["rated"]["value"])
        assert shown["total"]["closed"]["value"] == value(overview(reader), "leads_closed")

    def test_the_reporters_word_is_for_who_handles_or_answers_for_it(self, client, anonymous):
        office, police = client("office"), client("police")
        lead = make_lead(client("grid01"), division_code="341522118201")
        url = f"/leads/{lead['id']}"
        lead = done(office.act(url, "register", lead["version"]))
        lead = assign(office, lead, police)
        lead = done(police.act(url, "acknowledge", lead["version"]))
        found = {"conclusion": "unfounded", "findings": "已核查。"}
        lead = done(police.act(url, "conclude", lead["version"], **found))
        told = {"feedback_mode": "impossible", "feedback_note": "已告知"}
        lead = done(police.act(url, "feed_back", lead["version"], **told))
        rate(office, anonymous, lead, 1)
        assert client("village01").get(url).status_code == 200
        for who in ("village01", "finance"):
            shown = results(client(who))
            assert (shown["rows"], shown["total"]) == ([], None), "no figure, and not naught either"
        assert client("grid01").get("/statistics/units").status_code == 403
        assert anonymous.get("/statistics/units").status_code == 401

    def test_filters_take_either_answer(self, client, anonymous):
        office = client("office")
        rated = close(office, answered(office, client("police")))
        rate(office, anonymous, rated, 3)
        plain = answered(office, client("police"))
        for lead, has_rating, has_word in ((rated, True, True), (plain, False, False)):
            asked = {"q": lead["number"]}
            for name, is_so in (("rated", has_rating), ("solved_said", has_word)):
                for wanted in (True, False):
                    page = done(office.get("/leads", params=asked | {name: wanted}))
                    assert len(page["items"]) == (wanted is is_so), (name, wanted)
            for unit, number in ((client("police"), 1), (client("market"), 0)):
                whose = {"handled_unit_id": unit.me["unit"]["id"]}
                page = done(office.get("/leads", params=asked | whose))
                assert len(page["items"]) == number

    @pytest.mark.parametrize(
        ("total", "number", "shown"),
        [(13, 3, "4.33"), (14, 3, "4.67"), (5, 1, "5.00"), (1, 8, "0.13"), (0, 0, None)],
    )
    def test_mean(self, total, number, shown):
        assert mean(total, number) == shown


FATE = st.tuples(
    st.sampled_from(["police", "market", "justice"]),
    st.sampled_from(["unfounded", "irregular", "duplicate"]),
    st.sampled_from([None, "yes", "partly", "no"]),
    st.one_of(st.none(), st.integers(1, 5)),
    st.booleans(),
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(fates=st.lists(FATE, min_size=1, max_size=5))
def test_the_units_add_up_to_the_whole(client, anonymous, fates):
    """Whatever becomes of leads: each unit gets its own, all get all, and the lists agree."""
    office, before = client("office"), results(client("office"))
    expected = {who: dict.fromkeys((*COLUMNS, "points"), 0) for who, *_ in fates}
    for who, conclusion, solved, score, merged in fates:
        lead = answered(office, client(who), conclusion)
        if solved:
            lead = close(office, waived(client("leader"), lead), solved)
        if score:
            rate(office, anonymous, lead, score)
        if merged and conclusion != "duplicate":
            main = make_lead(office)
            body = {"lead_id": lead["id"], "version": lead["version"], "reason": "同一件事"}
            made(office.post(f"/leads/{main['id']}/merges", json=body))
        if merged or conclusion == "duplicate":
            continue
        if solved:
            expected[who]["closed"] += 1
            expected[who][{"yes": "solved", "partly": "partly", "no": "not_solved"}[solved]] += 1
        if score:
            expected[who]["rated"] += 1
            expected[who]["points"] += score
    after = results(office)
    for who, numbers in expected.items():
        told = {name: number for name, number in numbers.items() if number}
        assert grown(before, after, client(who)) == told
    for name in COLUMNS:
        figure = after["total"][name]
        assert sum(row[name]["value"] for row in after["rows"]) == figure["value"]
        asked = figure["query"]["params"] | {"with_total": True, "limit": 1}
        assert done(office.get("/leads", params=asked))["total"] == figure["value"]
    for row in [*after["rows"], after["total"]]:
        divided = ("solved", "partly", "not_solved", "unsaid")
        assert row["closed"]["value"] == sum(row[name]["value"] for name in divided)
    assert sum(row["score_total"] for row in after["rows"]) == after["total"]["score_total"]
