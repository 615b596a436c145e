"""What the clock does to measures: warnings on the ladder, and release by lapse of time."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from api.core import events
from api.core.clock import TIMEZONE, travel
from api.domain.actors import Actor
from api.domain.calendar import Calendar
from api.domain.clocks import alert_days
from api.domain.permissions import Role
from api.models.property_measures import PropertyMeasure
from api.services import property_measures
from tests.money import done, made, make_case, make_item, measure


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), TIMEZONE)


@pytest.fixture
def freeze(client, running):
    """A freeze of its own case, and the police officer who answers for it."""
    police = client("police")
    shown = made(
        police.post("/property-measures", json=measure(make_item(police, make_case(running))))
    )
    actor = Actor(
        kind="user",
        id=UUID(int=1),
        name="某",
        post_id=UUID(police.me["post"]["id"]),
        unit_id=UUID(police.me["unit"]["id"]),
        role=Role.POLICE,
        division_code="341522118",
        session_id=UUID(int=2),
    )
    return shown, actor


async def due(session, actor, freeze_id) -> bool:
    found = await property_measures.running_out(session, actor)
    return freeze_id in [each["subject_id"] for each in found]


class TestRunningOut:
    async def test_from_the_first_rung_to_the_last_day(self, session, freeze):
        shown, actor = freeze
        end = date.fromisoformat(shown["expires_on"])
        ladder = alert_days(end, Calendar.builtin())
        for day, expected in (
            (ladder[0] - timedelta(days=1), False),
            (ladder[0], True),
            (ladder[-1], True),
            (end, True),
            (end + timedelta(days=1), False),
        ):
            with travel(at(day)):
                assert await due(session, actor, shown["id"]) is expected, day

    async def test_only_for_whoever_handles_property(self, session, freeze):
        shown, actor = freeze
        office = Actor(
            kind="user", id=actor.id, name="某", post_id=actor.post_id, unit_id=actor.unit_id,
            role=Role.OFFICE, division_code="341522118", session_id=actor.session_id,
        )  # fmt: skip
        with travel(at(date.fromisoformat(shown["expires_on"]))):
            assert await property_measures.running_out(session, office) == []


class TestLapse:
    async def test_the_day_after_and_once(self, session, freeze):
        shown, _ = freeze
        end, item = date.fromisoformat(shown["expires_on"]), UUID(shown["property_item"]["id"])
        with travel(at(end)):
            assert await property_measures.lapse(session, item) == 0
        with travel(at(end + timedelta(days=1))):
            assert await property_measures.lapse(session, item) == 1
            assert await property_measures.lapse(session, item) == 0
        told = await session.scalars(
            select(events.Event).where(events.Event.subject_id == UUID(shown["id"]))
        )
        assert [e.data.get("action") for e in told][-1] == "lapse"
        status = await session.scalar(
            select(PropertyMeasure.status).where(PropertyMeasure.id == UUID(shown["id"]))
        )
        assert status == "lapsed"

    async def test_three_years_of_days_miss_no_warning(self):
        """Month ends, a leap day, long holidays: five warnings, on working days, in the term."""
        calendar = Calendar.builtin()
        start = date(2023, 1, 31)
        for offset in range(0, 3 * 366, 3):
            end = start + timedelta(days=offset + 183)
            days = alert_days(end, calendar, since=end - timedelta(days=183))
            assert len(days) == 5
            assert all(calendar.is_working_day(day) and day < end for day in days)


class TestVisibility:
    def test_a_case_the_station_does_not_see_is_not_there(self, client, running):
        item = make_item(client("police"), make_case(running))
        shown = made(client("police").post("/property-measures", json=measure(item)))
        assert (
            done(client("leader").get(f"/property-measures/{shown['id']}"))["available_actions"]
            == []
        )
        for who in ("finance", "market", "village01", "county"):
            assert client(who).get(f"/property-measures/{shown['id']}").status_code == 403, who

    def test_another_towns_case_is_hidden_from_the_police(self, client, running):
        case_id = make_case(running, seen=False)
        body = {"case_id": case_id, "kind": "cash", "title": "现金"}
        assert client("police").post("/property-items", json=body).status_code == 404
