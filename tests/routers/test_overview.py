"""The overview by period, beside the one before; what is to be asked about today; recovery."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from api.core.base.clock import today
from api.domain.across.attention import MATTERS
from tests import cases, entities
from tests.conftest import own_town
from tests.database import run_sql
from tests.factories import assign, conclude, make_lead
from tests.figures import count, figures, overview, questions, rows, value
from tests.leads import fed_back
from tests.money import (
    done,
    made,
    make_case,
    make_item,
    make_plan,
    make_victim,
    measure,
    post_entry,
)

running, client = own_town()
pytestmark = pytest.mark.days

DAY = timedelta(days=1)
BY_KEY = {matter.key: matter for matter in MATTERS}
PERIODS = [
    {"period": "month"},
    {"period": "quarter"},
    {"period": "year"},
    {"date_from": "2022-01-01", "date_to": "2022-12-31"},
    {"date_from": "2022-05-13", "date_to": "2022-05-13"},
    {"date_from": "2015-03-09"},
]
READERS = ["office", "leader", "police", "market", "village01", "county", "finance"]


def moved(running, table: str, record: dict, **columns) -> None:
    """A record as it would be had it been made on another day."""
    changed = ", ".join(f"{name} = ${at}" for at, name in enumerate(columns, 2))
    statement = f"UPDATE {table} SET {changed} WHERE id = $1"
    run_sql(running, statement, record["id"], *columns.values())


@pytest.fixture(scope="module", autouse=True)
def ledgers(client, running):
    """Something in every period, and something late, near, unanswered and undecided."""
    office, police, market = client("office"), client("police"), client("market")
    months = (today(), today() - 40 * DAY, today() - 400 * DAY)
    received = ["2022-05-13", "2022-12-31", "2021-06-01", *map(str, months)]
    for day in received:
        made_ = make_lead(office, received_at=f"{day}T00:00:00+08:00", amount_involved="100.10")
        if day.startswith("2022"):
            done(office.act(f"/leads/{made_['id']}", "withdraw", made_["version"], reason="重复"))
    for late in (True, False):
        lead = assign(office, make_lead(office), police)
        moved(running, "leads", lead, due_on=today() + (-9 if late else 3) * DAY)
    told = fed_back(police, conclude(office, police, "unfounded"))
    moved(running, "leads", told, due_on=today() - 2 * DAY)
    case = cases.filed(police, amount_involved="120000.50")
    long_ago = today() - 35 * DAY
    moved(running, "cases", case, accepted_on=long_ago, filed_on=long_ago)
    cases.act(police, cases.filed(police), "solve", solved_on=cases.YESTERDAY)
    entity = entities.register(market)
    entities.assess(market, entity, "yellow")
    visit = entities.visit(market, entity_id=entity["id"])
    moved(running, "inspections", visit, planned_on=today() - 3 * DAY)
    book = make_case(running)
    for credit, debit, amount in (
        ("traced_source", "restrained", "1000.00"),
        ("restrained", "in_custody", "400.00"),
    ):
        made(post_entry(police, book, credit, debit, amount))
    past = f"{today() - 40 * DAY}T09:00:00+08:00"
    made(post_entry(police, book, "traced_source", "traced", "50.25", happened_at=past))
    victim = make_victim(office, book)["id"]
    made(post_entry(office, book, "in_custody", "returned", "150.00", victim_id=victim))
    item = make_item(police, book)
    hold = made(police.post("/property-measures", json=measure(item, amount="5000.01")))
    moved(running, "property_measures", hold, expires_on=today() + 2 * DAY)


class TestPeriods:
    @pytest.mark.parametrize("period", PERIODS, ids=str)
    @pytest.mark.parametrize("who", READERS)
    def test_every_figure_is_the_length_of_its_list(self, client, who, period):
        reader = client(who)
        for figure in figures(overview(reader, **period)):
            assert count(reader, figure["query"]) == figure["value"], figure

    @pytest.mark.parametrize("period", PERIODS, ids=str)
    def test_what_came_before_is_what_that_period_shows_by_itself(self, client, period):
        office = client("office")
        shown = overview(office, **period)
        earlier = shown["previous_period"]
        alone = overview(office, date_from=earlier["since"], date_to=earlier["until"])
        assert alone["period"] == earlier
        old = {figure["key"]: figure["value"] for figure in figures(alone)}
        goals = [figure for goal in shown["goals"] for figure in goal["figures"]]
        assert {f["key"] for f in goals if f["previous"] is None} == {
            "entities_found", "entities_regularised",
        }  # fmt: skip
        for figure in goals:
            if figure["previous"] is not None:
                assert figure["previous"] == old[figure["key"]], figure
        for name, key in (("sums", "key"), ("funnel", "stage")):
            before = {each[key]: each["amount"] for each in alone["money"][name]}
            for each in shown["money"][name]:
                assert each["previous"] in {None, before[each[key]]}, each
            assert any(each["previous"] is not None for each in shown["money"][name])

    @pytest.mark.parametrize("period", PERIODS, ids=str)
    def test_sums_and_recovery_are_those_of_their_rows(self, client, period):
        police = client("police")
        money = overview(police, **period)["money"]
        for each in money["sums"]:
            name = "amount" if each["key"].startswith("measures_") else "amount_involved"
            found = rows(police, each["query"])
            assert Decimal(each["amount"]) == sum(Decimal(row[name] or 0) for row in found), each
        assert [each["stage"] for each in money["funnel"]] == [
            "involved", "traced", "restrained", "recovered", "returned",
        ]  # fmt: skip
        for each in money["funnel"][1:]:
            pots = set(each["query"]["params"]["account"])
            came = sum(
                Decimal(row["amount"]) * ((row["debit"] in pots) - (row["credit"] in pots))
                for row in rows(police, each["query"])
            )
            assert Decimal(each["amount"]) == (-came if each["stage"] == "traced" else came), each

    def test_recovery_narrows_from_stage_to_stage(self, client):
        funnel = overview(client("police"))["money"]["funnel"]
        told = {each["stage"]: Decimal(each["amount"]) for each in funnel}
        assert told["traced"] >= told["restrained"] >= told["recovered"] >= told["returned"]
        assert told["traced"] >= Decimal("1050.25"), "with what was found forty days ago"
        assert told["returned"] == 0, "not before a second person confirmed it"
        assert all(each["percent"] is not None for each in funnel)
        month = overview(client("police"), period="month")["money"]["funnel"]
        assert {each["percent"] for each in month} == {None}, "not the money of the same cases"

    def test_no_month_is_left_out(self, client):
        office = client("office")

        def months(**period) -> list[dict]:
            by = {each["by"]: each for each in overview(office, **period)["breakdowns"]}
            return by["month"]["rows"]

        year = months(date_from="2021-01-01", date_to="2021-12-31")
        assert [row["label"] for row in year] == [f"2021年{n:02d}月" for n in range(1, 13)]
        assert [row["value"] for row in year] == [0] * 5 + [1] + [0] * 6
        part = months(date_from="2021-05-20", date_to="2021-06-10")
        assert part[0]["query"]["params"]["received_from"] == "2021-05-20"
        assert part[1]["query"]["params"]["received_to"] == "2021-06-10"
        whole = overview(office)["breakdowns"][-1]
        assert whole["title"] == "各年接收了多少线索？"
        labels = [row["label"] for row in whole["rows"]]
        assert labels == [f"{year}年" for year in range(2021, today().year + 1)]
        assert sum(row["value"] for row in whole["rows"]) == value(
            overview(office), "leads_received"
        )

    def test_the_longest_bar_comes_first(self, client):
        for each in overview(client("office"))["breakdowns"]:
            if each["by"] != "month":
                values = [row["value"] for row in each["rows"]]
                assert values == sorted(values, reverse=True), each["by"]

    def test_units_and_towns_go_by_the_same_period(self, client):
        office = client("office")
        for name in ("units", "towns"):
            shown = done(office.get(f"/statistics/{name}", params={"period": "month"}))
            assert shown["period"]["until"] == str(today())
            assert done(office.get(f"/statistics/{name}"))["period"] is None
        towns = [
            done(office.get("/statistics/towns", params=each))["total"]["leads"]
            for each in ({}, {"date_from": "2021-06-01", "date_to": "2021-06-01"})
        ]
        assert towns == [value(overview(office), "leads_received"), 1]
        units = done(office.get("/statistics/units", params={"period": "year"}))
        for row in units["rows"]:
            for name in ("closed", "rated", "responded"):
                assert count(office, row[name]["query"]) == row[name]["value"]

    @pytest.mark.parametrize(
        ("asked", "pointer"),
        [
            ({"period": "week"}, "#query/period"),
            ({"period": "month", "date_from": "2022-01-01"}, "#query/period"),
            ({"date_to": "2022-01-01"}, "#query/date_from"),
            ({"date_from": "2022-01-02", "date_to": "2022-01-01"}, "#query/date_to"),
            ({"date_from": "2199-01-01"}, "#query/date_to"),
            ({"date_from": "2022-02-30"}, "#query/date_from"),
        ],
    )
    def test_what_is_no_period_is_refused(self, client, asked, pointer):
        for name in ("overview", "units", "towns"):
            answer = client("office").get(f"/statistics/{name}", params=asked)
            assert answer.status_code == 422, answer.text
            assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


class TestWhatToAskAbout:
    def test_each_line_says_whose_it_is_and_opens_its_rows(self, client):
        leader = client("leader")
        shown = overview(leader)
        asked = {each["key"].partition(":")[0]: each for each in questions(shown)}
        assert {
            "leads_late", "leads_late_office", "leads_near", "inspections_late", "measures_ending",
            "entries_awaiting",
        } <= set(asked)  # fmt: skip
        police = client("police").me["unit"]
        late = asked["leads_late"]
        assert late["sentence"].startswith(f"{police['name']}有 1 条线索超期未办，最早的")
        assert late["query"]["params"]["owner_unit_id"] == police["id"]
        assert late["first_due_on"] == str(today() - 9 * DAY)
        assert asked["leads_late_office"]["sentence"].startswith("镇专项办有 1 条线索")
        assert "金额 5,000.01 元" in asked["measures_ending"]["sentence"]
        assert asked["entries_awaiting"]["sentence"] == "有 1 笔支出等待另一人复核，金额 150.00 元"
        for each in questions(shown):
            assert count(leader, each["query"]) == each["value"], each

    def test_it_is_of_today_whatever_the_period(self, client):
        leader = client("leader")
        asked = [overview(leader, **each)["attention"] for each in ({}, *PERIODS)]
        assert all(each == asked[0] for each in asked)

    def test_what_is_done_is_asked_about_no_more(self, client, running):
        office, leader = client("office"), client("leader")
        lead = assign(office, make_lead(office), client("justice"))
        moved(running, "leads", lead, due_on=today() - DAY)
        key = f"leads_late:{client('justice').me['unit']['id']}"
        assert value(overview(leader), key) == 1
        moved(running, "leads", lead, due_on=today())
        assert key not in {each["key"] for each in questions(overview(leader))}

    def test_who_was_handed_a_lead_is_asked_for_the_answer(self, client, running):
        office, leader = client("office"), client("leader")
        police, market = client("police").me["unit"], client("market").me["unit"]
        for receiver in (UUID(police["id"]), None):
            lead = assign(office, make_lead(office), client("market"))
            moved(running, "leads", lead, transfer_stage="sent", transfer_receiver_id=receiver)
        asked = {each["key"]: each for each in questions(overview(leader))}
        inside = asked[f"transfers_unanswered:{police['id']}"]
        assert inside["sentence"] == f"{police['name']}收到移送、移交的 1 条线索，还没有答复"
        outside = asked[f"transfers_outside:{market['id']}"]
        assert outside["sentence"] == f"{market['name']}移送、移交给外单位的 1 条线索，还没有答复"
        for each in (inside, outside):
            assert count(leader, each["query"]) == each["value"] == 1

    def test_a_plan_that_waits_for_its_approval(self, client, running):
        office, police = client("office"), client("police")
        book = make_case(running)
        made(post_entry(police, book, "surrender_source", "in_custody", "1000.00"))
        make_victim(office, book)
        plan = make_plan(office, book)
        plan = done(office.act(f"/distributions/{plan['id']}", "compute", plan["version"]))
        asked = {each["key"]: each for each in questions(overview(client("leader")))}
        assert "个清退方案等待审批，拟发放" in asked["plans_computed"]["sentence"]
        assert asked["plans_computed"]["query"]["params"] == {"status": ["computed"]}

    def test_the_longest_overdue_comes_first(self, client):
        for group in overview(client("leader"))["attention"]:
            days = [each["first_due_on"] or "9999" for each in group["questions"]]
            assert days == sorted(days), group["label"]

    def test_every_escalation_has_a_line(self, client, running):
        """An assist that nobody answers, a lead that nobody took in, one that nobody was given: each
        rises (/me/escalations), so each stands in the overview, with its rows behind it."""
        office, leader, market = client("office"), client("leader"), client("market")
        justice = client("justice")
        slept = assign(office, make_lead(office), market)
        moved(running, "leads", slept, assigned_on=today() - 40 * DAY)
        lead = assign(office, make_lead(office), market)
        lead = done(market.act(f"/leads/{lead['id']}", "acknowledge", lead["version"]))
        done(market.act(
            f"/leads/{lead['id']}", "ask_assist", lead["version"], assist_task="协助核实经营地点",
            assisting_unit_id=justice.me["unit"]["id"],
        ))  # fmt: skip
        run_sql(running, "UPDATE lead_assists SET due_on = $2 WHERE lead_id = $1", lead["id"],
                today() - 40 * DAY)  # fmt: skip
        loose = make_lead(office)
        moved(running, "leads", loose, unowned_on=today() - 60 * DAY)
        lines = {each["key"]: each for each in questions(overview(leader))}
        late = lines[f"assists_late:{justice.me['unit']['id']}"]
        assert late["sentence"].startswith(
            f"{justice.me['unit']['name']}有 1 件协办逾期没有答复，最早的"
        )
        assert late["first_due_on"] == str(today() - 40 * DAY)
        assert f"leads_unacknowledged:{market.me['unit']['id']}" in lines
        assert "最早的" in lines["leads_unowned"]["sentence"]
        for key in (
            late["key"],
            f"leads_unacknowledged:{market.me['unit']['id']}",
            "leads_unowned",
        ):
            assert count(leader, lines[key]["query"]) == lines[key]["value"], key
        told = {each["what"] for each in done(leader.get("/me/escalations"))["items"]}
        shown = {what.value for key in lines for what in BY_KEY[key.partition(":")[0]].escalates}
        assert {"assist", "acknowledge", "desk"} <= told <= shown

    def test_rewards_and_refunds_that_wait_are_asked_about(self, client, running):
        office = client("office")
        book = make_case(running)
        made(post_entry(client("police"), book, "surrender_source", "in_custody", "1000.00"))
        make_victim(office, book)
        plan = make_plan(office, book)
        moved(running, "distributions", plan, status="published", objection_until=today() - 7 * DAY)
        lines = {each["key"]: each for each in questions(overview(client("leader")))}
        unpaid = lines["plans_unpaid"]
        assert unpaid["first_due_on"] == str(today() - 7 * DAY)
        assert count(client("leader"), unpaid["query"]) == unpaid["value"] == 1
        moved(running, "distributions", plan, objection_until=today())
        assert "plans_unpaid" not in {e["key"] for e in questions(overview(client("leader")))}
        moved(running, "distributions", plan, status="withdrawn")

    def test_others_are_asked_about_what_they_see(self, client):
        assert "entries_awaiting" not in {
            e["key"] for e in questions(overview(client("village01")))
        }
        for who in READERS:
            reader = client(who)
            for each in questions(overview(reader)):
                assert count(reader, each["query"]) == each["value"], (who, each)
