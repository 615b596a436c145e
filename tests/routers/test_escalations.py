"""What is late is brought before those above, each once, also after a standstill; only the act ends it."""

import asyncio
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from api.core.base import clock
from api.core.base.clock import today
from api.core.database import db
from api.core.events import events
from api.domain.law.calendar import Calendar
from api.domain.law.escalations import BANDS, WATCHERS, Level
from api.models.leads import Lead
from api.services.across import escalations
from tests import cases, duties, entities, factories, handovers, money
from tests.answers import done
from tests.database import run_sql
from tests.figures import overview, questions, rows

pytestmark = pytest.mark.days

STEP = Calendar.builtin().step


def ago(days: int) -> date:
    """So many working days before today; on a day off, before the last day that was worked."""
    return STEP(STEP(today() + timedelta(days=1), -1), -days)


def seen(who, subject_id: str) -> list[dict]:
    found = done(who.get("/me/escalations"))
    return [each for each in found["items"] if each["subject_id"] == subject_id]


def verifying(office, handler) -> dict:
    lead = factories.assign(office, factories.make_lead(office), handler)
    return done(handler.act(f"/leads/{lead['id']}", "acknowledge", lead["version"]))


def due(running, lead: dict, on: date, column: str = "due_on") -> None:
    run_sql(running, f"UPDATE leads SET {column} = $2 WHERE id = $1", lead["id"], on)


async def told(session, subject: str) -> list[tuple[str, str]]:
    rows = await session.scalars(
        select(events.Event)
        .where(
            events.Event.subject_id == UUID(subject),
            events.Event.name.in_(["record.due_soon", "record.escalated"]),
        )
        .order_by(events.Event.id)
    )
    return [(each.data["overdue"], each.data["level"]) for each in rows]


async def run_at(session, day: date) -> None:
    with clock.travel(clock.now().replace(year=day.year, month=day.month, day=day.day)):
        # one run gives so many, the next one the rest: other files have left records that are late
        while await escalations.notify(session) >= escalations.MOST_GIVEN:
            pass


class TestWhoSeesIt:
    def test_each_level_in_its_turn(self, running, client):
        """A term of fifteen working days: the office after three, the leader after seven, the
        supervisors after fifteen."""
        office, market = client("office"), client("market")
        people = {name: client(name) for name in ("office", "leader", "supervisor")}
        lead = verifying(office, market)
        for late, expected in ((0, set()), (1, set()), (3, {"office"}), (7, {"office", "leader"}),
                               (15, {"office", "leader", "supervisor"})):  # fmt: skip
            day = ago(late) if late else today()
            due(running, lead, day)
            assert {n for n, who in people.items() if seen(who, lead["id"])} == expected, late
        (shown,) = seen(client("leader"), lead["id"])
        assert (shown["unit"]["name"], shown["label"], shown["level"]) == (
            market.me["unit"]["name"], "线索逾期未办结", "supervisor",
        )  # fmt: skip
        assert shown["due_on"] < today().isoformat()
        assert shown["working_days_left"] < 0
        assert shown["holder"] is None
        done(market.post(f"/leads/{lead['id']}/turns", json={"action": "take"}))
        assert seen(client("leader"), lead["id"])[0]["holder"]["id"] == market.me["user"]["id"]

    def test_only_the_act_ends_it(self, running, client):
        office, market, leader = client("office"), client("market"), client("leader")
        lead = verifying(office, market)
        due(running, lead, ago(9))
        url = f"/leads/{lead['id']}"
        done(market.post(f"{url}/turns", json={"action": "take"}))
        assert seen(leader, lead["id"])
        lead = done(
            market.act(
                url, "conclude", lead["version"], conclusion="unfounded", findings="查无此事"
            )
        )
        assert seen(leader, lead["id"]), "the answer to the reporter is late, too"
        lead = done(
            market.act(url, "feed_back", lead["version"], feedback_mode="impossible",
                       feedback_note="已电话告知。")
        )  # fmt: skip
        factories.close(office, lead)
        assert seen(leader, lead["id"]) == []

    def test_a_short_term_rises_sooner(self, running, client):
        """Two days for the receipt: the leader hears of it after three, not after seven."""
        office, market, leader = client("office"), client("market"), client("leader")
        lead = factories.assign(office, factories.make_lead(office), market)
        due(running, lead, ago(4), "assigned_on")
        assert (bool(seen(office, lead["id"])), bool(seen(leader, lead["id"]))) == (True, False)
        due(running, lead, ago(6), "assigned_on")
        (shown,) = seen(leader, lead["id"])
        assert (shown["what"], shown["label"]) == ("acknowledge", "逾期未签收")
        done(market.act(f"/leads/{lead['id']}", "acknowledge", lead["version"]))
        assert seen(leader, lead["id"]) == []

    def test_the_desk_itself_is_brought_before_the_leader(self, running, client):
        office, leader = client("office"), client("leader")
        lead = factories.make_lead(office)
        due(running, lead, ago(9), "unowned_on")
        assert seen(office, lead["id"]) == [], "it has the alarm of its own"
        assert seen(leader, lead["id"])[0]["what"] == "desk"
        factories.assign(office, lead, client("market"))
        assert seen(leader, lead["id"]) == []

    def test_a_case_that_is_not_opened_after_the_filing(self, running, client):
        police, leader, office = client("police"), client("leader"), client("office")
        lead = handovers.decide(police, handovers.receive(police, handovers.sent(client)))
        assert seen(leader, lead["id"]) == []
        run_sql(running, "UPDATE lead_transfers SET result_on = $2 WHERE lead_id = $1",
                lead["id"], ago(14))  # fmt: skip
        for who in (office, leader, client("supervisor")):
            [shown] = [each for each in seen(who, lead["id"]) if each["what"] == "open_case"]
            assert shown["unit"]["name"] == police.me["unit"]["name"]
        done(police.post("/cases", json={"source_lead_ids": [lead["id"]]}))
        assert not [each for each in seen(leader, lead["id"]) if each["what"] == "open_case"]

    def test_cases_inspections_orders_and_assists(self, running, client):
        office, leader, police = client("office"), client("leader"), client("police")
        market = client("market")
        past = ago(30)
        case = cases.make_case(police)
        run_sql(running, "UPDATE cases SET due_on = $2, due_rule = 'LEAD-01' WHERE id = $1",
                case["id"], past)  # fmt: skip
        assert seen(leader, case["id"])[0]["what"] == "case"
        entity = entities.register(market)
        run_sql(running, "UPDATE risk_entities SET next_inspection_due = $2 WHERE id = $1",
                entity["id"], past)  # fmt: skip
        assert seen(leader, entity["id"])[0]["what"] == "visit"
        lead = verifying(office, market)
        done(
            market.act(
                f"/leads/{lead['id']}", "ask_assist", lead["version"], assist_task="查一查",
                assisting_unit_id=client("culture").me["unit"]["id"],
            )
        )  # fmt: skip
        run_sql(running, "UPDATE lead_assists SET due_on = $2 WHERE lead_id = $1", lead["id"], past)
        (shown,) = seen(leader, lead["id"])
        assert (shown["what"], shown["unit"]["id"]) == (
            "assist",
            client("culture").me["unit"]["id"],
        )

    def test_the_reporter_is_answered_while_the_term_stands_still(self, running, client):
        """Handed to somebody else, a lead's own term stands still; the day of the answer to who
        reported it does not, and home shows it."""
        market, leader = client("market"), client("leader")
        lead = handovers.sent(client)
        assert seen(leader, lead["id"]) == []
        run_sql(running, "UPDATE leads SET due_held_on = $2 WHERE id = $1",
                lead["id"], ago(30))  # fmt: skip
        (duty,) = duties.duties(market, lead["id"], "lead_feed_back")
        assert duty["overdue"]
        [shown] = [each for each in seen(leader, lead["id"]) if each["what"] == "feed_back"]
        assert (shown["unit"]["name"], shown["due_on"]) == (
            market.me["unit"]["name"], duty["due_on"],
        )  # fmt: skip

    def test_nobody_else_and_no_other_town(self, running, client):
        office, market = client("office"), client("market")
        lead = verifying(office, market)
        due(running, lead, ago(40))
        assert seen(client("county"), lead["id"]) == []
        for name in ("market", "police", "village01", "grid01", "finance", "justice",
                     "system_admin", "audit_admin"):  # fmt: skip
            empty = {"items": [], "counts": [], "total": 0}
            assert done(client(name).get("/me/escalations")) == empty, name
        run_sql(running, "UPDATE leads SET town_code = '341522119' WHERE id = $1", lead["id"])
        for name in WATCHERS:
            assert seen(client(name.value), lead["id"]) == []

    def test_what_the_town_must_keep_off_is_told_at_the_county(self, running, client):
        """Late before, it is late there as well, and somebody is told beside whoever has it."""
        office, market, county = client("office"), client("market"), client("county")
        lead = verifying(office, market)
        due(running, lead, ago(40))
        body = {"unit_id": factories.unit_of(office), "reason": "举报人反映"}
        done(client("leader").post(f"/leads/{lead['id']}/accused-units", json=body))
        [told] = seen(county, lead["id"])
        assert (told["what"], told["unit"]["name"]) == ("lead", county.me["unit"]["name"])
        [duty] = duties.duties(county, lead["id"], "lead_escalated")
        assert (duty["overdue"], duty["due_on"]) == (True, told["due_on"])
        shown = overview(county)
        late = [each for each in questions(shown) if each["key"].startswith("leads_late:")]
        assert lead["id"] in {row["id"] for each in late for row in rows(county, each["query"])}
        for name in ("office", "leader", "supervisor", "market"):
            assert seen(client(name), lead["id"]) == []

    def test_counts_are_of_everything(self, running, client):
        office, market, leader = client("office"), client("market"), client("leader")
        before = done(leader.get("/me/escalations"))["total"]
        lead = verifying(office, market)
        due(running, lead, ago(9))
        after = done(leader.get("/me/escalations"))
        assert after["total"] == before + 1
        assert sum(each["count"] for each in after["counts"]) == after["total"]


class TestEachOnce:
    async def lead(self, session, client) -> tuple[Lead, date]:
        made = verifying(client("office"), client("market"))
        lead = await session.scalar(select(Lead).where(Lead.id == UUID(made["id"])))
        return lead, lead.due_on

    async def test_each_level_on_its_day(self, session, client):
        lead, end = await self.lead(session, client)
        days = {
            STEP(end, -4): [],
            STEP(end, -3): ["handler"],
            end: [],
            STEP(end, 1): ["head"],
            STEP(end, 2): [],
            STEP(end, 3): ["office"],
            STEP(end, 7): ["leader"],
            STEP(end, 15): ["supervisor"],
            STEP(end, 40): [],
        }
        given: list[tuple[str, str]] = []
        for day, new in days.items():
            for _ in range(2):
                await run_at(session, day)
            given += [("lead", each) for each in new]
            assert await told(session, str(lead.id)) == given, day

    async def test_after_a_standstill_nobody_is_left_out(self, session, client):
        lead, end = await self.lead(session, client)
        await run_at(session, STEP(end, 30))
        assert [level for _, level in await told(session, str(lead.id))] == [
            each.value for each in Level
        ]

    async def test_a_term_counted_anew_is_another_one(self, session, client):
        lead, end = await self.lead(session, client)
        await run_at(session, STEP(end, 1))
        lead.due_on = STEP(end, 20)
        await session.flush()
        await run_at(session, STEP(end, 2))
        assert await told(session, str(lead.id)) == [("lead", "handler"), ("lead", "head")]
        await run_at(session, STEP(end, 21))
        assert [level for _, level in await told(session, str(lead.id))] == [
            "handler", "head", "handler", "head",
        ]  # fmt: skip

    async def test_two_days_are_not_warned_thirty_before(self, session, client):
        made = factories.assign(
            client("office"), factories.make_lead(client("office")), client("market")
        )
        await run_at(session, today())
        assert await told(session, made["id"]) == []
        await run_at(session, STEP(today(), 1))
        assert await told(session, made["id"]) == [("acknowledge", "handler")]

    async def test_two_workers_at_once_tell_once(self, running, client):
        made = verifying(client("office"), client("market"))
        await asyncio.to_thread(due, running, made, ago(3))
        opened = db.Database(running.app_url)

        async def work() -> None:
            async with opened.session() as own, own.begin():
                await escalations.notify(own)

        try:
            await asyncio.gather(work(), work(), work())
            async with opened.session() as own:
                levels = [level for _, level in await told(own, made["id"])]
        finally:
            await opened.dispose()
        assert levels == ["handler", "head", "office"]
        said = done(client("office").get(f"/leads/{made['id']}/timeline"))["items"]
        labels = [each["label"] for each in said if each["name"] == "record.escalated"]
        assert labels == ["升级督办：镇专项办", "升级督办：单位负责人"]


class TestLedger:
    """An entry that nobody confirms within three working days."""

    def awaiting(self, client, running, who="police", way=("restrained", "returned")):
        case_id = money.make_case(running)
        police = client("police")
        victim = money.make_victim(client("office"), case_id)["id"]
        money.made(money.post_entry(police, case_id, "traced_source", "restrained", "900.00"))
        if who == "office":
            money.made(money.post_entry(police, case_id, "restrained", "in_custody", "900.00"))
        posted = money.post_entry(client(who), case_id, *way, "300.00", victim_id=victim)
        entry = money.made(posted)
        self.posted(running, entry, today())  # the database has a clock of its own
        return case_id, entry

    def posted(self, running, entry: dict, on: date) -> None:
        run_sql(running, "UPDATE transfers SET recorded_at = $2 WHERE id = $1", entry["id"],
                datetime.combine(on, time(9), clock.TIMEZONE))  # fmt: skip

    def test_it_rises_and_the_confirmation_ends_it(self, client, running):
        leader, supervisor = client("leader"), client("supervisor")
        case_id, entry = self.awaiting(client, running)
        assert seen(leader, case_id) == []
        for late, expected in ((2, set()), (3, {"leader"}), (5, {"leader", "supervisor"})):
            self.posted(running, entry, STEP(STEP(today() + timedelta(days=1), -1), -3 - late))
            found = {
                name for name, who in (("leader", leader), ("supervisor", supervisor))
                if seen(who, case_id)
            }  # fmt: skip
            assert found == expected, late
        [shown] = seen(leader, case_id)
        assert (shown["what"], shown["label"], shown["title"]) == (
            "ledger_entry", "支出逾期未复核", "已发还 300.00 元",
        )  # fmt: skip
        assert shown["unit"]["name"] == client("office").me["unit"]["name"]
        assert shown["url_hint"] == f"/cases/{case_id}"
        assert shown["working_days_left"] < 0
        done(
            client("finance").act(
                f"/ledger/entries/{entry['id']}", "confirm", entry["version"], document_no="复核1号"
            )
        )
        assert seen(leader, case_id) == []

    def test_the_unit_that_posted_it_is_not_who_should_confirm(self, client, running):
        """What the office posted waits for the treasury."""
        case_id, entry = self.awaiting(client, running, "office", ("in_custody", "returned"))
        self.posted(running, entry, ago(12))
        for who in ("leader", "office"):
            [shown] = seen(client(who), case_id)
            assert shown["unit"]["name"] == client("finance").me["unit"]["name"]

    async def test_each_level_once(self, session, client, running):
        case_id, _ = await asyncio.to_thread(self.awaiting, client, running)
        end = STEP(today(), 3)
        given: list[tuple[str, str]] = []
        for days, new in ((-1, ["handler"]), (0, []), (1, ["head"]), (2, ["office"]),
                          (3, ["leader"]), (4, []), (5, ["supervisor"]), (20, [])):  # fmt: skip
            day = STEP(end, days) if days else end
            for _ in range(2):
                await run_at(session, day)
            given += [("ledger_entry", each) for each in new]
            assert await told(session, case_id) == given, day


def test_the_table_is_told_by_length():
    """However long the term, each level hears of it later than the one below."""
    for band in BANDS:
        after = [band.after(level) for level in Level]
        assert after == sorted(after), band
    ups = [band.up_to for band in BANDS]
    assert ups == sorted(ups)
