"""Leads that nobody owns: the alarm of the office, then of the county, each told once."""

from uuid import UUID

import pytest
from sqlalchemy import select

from api.core.base import clock
from api.core.base.clock import today
from api.core.database.record_access import RecordAccess
from api.core.events import events
from api.domain.law.calendar import Calendar
from api.models.leads import Lead
from api.services.leads import lead_alarms
from tests import factories
from tests.answers import done
from tests.duties import duties
from tests.jobs import run_job
from tests.leads import waiting_since

pytestmark = pytest.mark.days

STEP = Calendar.builtin().step


def alarms(who, lead: dict, kind: str = "lead_unowned") -> list[dict]:
    return duties(who, lead["id"], kind)


def listed(who, lead: dict) -> bool:
    rows = done(who.get("/leads?unowned_late=true&limit=200"))["items"]
    assert {row["status"] for row in rows} <= {"received", "registered", "disputed"}
    return lead["id"] in {row["id"] for row in rows}


def test_the_office_is_alarmed_beyond_the_term_and_not_on_its_last_day(client, running):
    office = client("office")
    lead = factories.make_lead(office)
    assert (alarms(office, lead), listed(office, lead)) == ([], False)
    # two working days: the last of them is today
    last = STEP(today(), -2)
    waiting_since(running, lead, last)
    if STEP(last, 2) == today():
        assert (alarms(office, lead), listed(office, lead)) == ([], False)
    since = STEP(today(), -4)
    waiting_since(running, lead, since)
    (duty,) = alarms(office, lead)
    assert (duty["rule"], duty["due_on"], duty["overdue"]) == (
        "LEAD-UNOWNED", STEP(since, 2).isoformat(), True,
    )  # fmt: skip
    assert listed(office, lead)
    view = next(v for v in done(office.get("/leads/views"))["items"] if v["key"] == "unowned_late")
    rows = done(office.get(f"/leads?{view['query']}&limit=200"))["items"]
    assert view["count"] == len(rows)
    factories.assign(office, lead, client("police"))
    assert (alarms(office, lead), listed(office, lead)) == ([], False)


def test_a_dispute_begins_the_term_anew(client, running):
    office, police = client("office"), client("police")
    lead = factories.make_lead(office)
    waiting_since(running, lead, STEP(today(), -9))
    lead = factories.assign(office, lead, police)
    done(police.act(f"/leads/{lead['id']}", "dispute", lead["version"], reason="不属本所职责"))
    assert alarms(office, lead) == []


async def _told(session, lead_id) -> list[int]:
    rows = await session.scalars(
        select(events.Event.data)
        .where(events.Event.subject_id == lead_id, events.Event.name == "lead.unowned_alarmed")
        .order_by(events.Event.id)
    )
    return [data["step"] for data in rows]


async def test_each_step_is_told_once_and_the_county_sees_the_second(session, client):
    made = factories.make_lead(client("office"))
    lead = await session.scalar(select(Lead).where(Lead.number == made["number"]))
    began = lead.unowned_on

    async def at(working_days: int) -> list[int]:
        day = STEP(began, working_days)
        moment = clock.now().replace(year=day.year, month=day.month, day=day.day)
        with clock.travel(moment):
            await lead_alarms.notify(session)
            await lead_alarms.notify(session)
        return await _told(session, lead.id)

    assert await at(2) == []
    assert await at(3) == [1]
    assert await at(5) == [1]
    assert await at(6) == [1, 2]
    lead.unowned_on = STEP(began, 6)  # disputed again: a new wait, told anew
    await session.flush()
    assert await at(9) == [1, 2, 1]


async def test_the_county_is_not_let_see_what_is_about_itself(session, client):
    unit = UUID(client("county").me["unit"]["id"])
    seen = {}
    for subject in ("霍邱县专项办工作人员", "某保健品店"):
        made = factories.make_lead(client("office"), subject_name=subject)
        lead = await session.scalar(select(Lead).where(Lead.number == made["number"]))
        day = STEP(lead.unowned_on, 6)
        with clock.travel(clock.now().replace(year=day.year, month=day.month, day=day.day)):
            await lead_alarms.notify(session)
        assert await _told(session, lead.id) == [1, 2]
        viewers = select(RecordAccess.viewer_id).where(RecordAccess.record_id == lead.id)
        seen[subject] = unit in set(await session.scalars(viewers))
    assert seen == {"霍邱县专项办工作人员": False, "某保健品店": True}


def test_the_county_has_it_as_a_duty_after_the_second_term(client, running):
    office, county = client("office"), client("county")
    lead = factories.make_lead(office)
    waiting_since(running, lead, STEP(today(), -7))
    assert county.get(f"/leads/{lead['id']}").status_code == 404
    run_job("duties.watch", times=2)
    assert county.get(f"/leads/{lead['id']}").status_code == 200
    (duty,) = alarms(county, lead, "lead_unowned_county")
    assert duty["rule"] == "LEAD-UNOWNED-COUNTY"
    told = [
        e for e in done(office.get(f"/leads/{lead['id']}/timeline"))["items"]
        if e["name"] == "lead.unowned_alarmed"
    ]  # fmt: skip
    assert sorted(e["data"]["step"] for e in told) == [1, 2]
    factories.assign(office, lead, client("police"))
    assert alarms(county, lead, "lead_unowned_county") == []


def test_what_nobody_handles_is_ordered_by_the_term_that_it_shows(client, running):
    office = client("office")
    mark = factories.fresh("无人承办")
    made = [factories.make_lead(office, subject_name=f"{mark}{n}") for n in range(3)]
    for lead, days in zip(made, (-2, -6, -4), strict=True):
        waiting_since(running, lead, STEP(today(), days))

    def order(sort: str) -> list[str]:
        found, asked = [], {"unowned": True, "q": mark, "sort": sort, "limit": 1}
        while True:
            page = done(office.get("/leads", params=asked))
            found += [each["due_on"] for each in page["items"]]
            if page["next_cursor"] is None:
                return found
            asked["cursor"] = page["next_cursor"]

    assert len(order("due_on")) == 3
    assert order("due_on") == sorted(order("due_on"))
    assert order("-due_on") == sorted(order("due_on"), reverse=True)
