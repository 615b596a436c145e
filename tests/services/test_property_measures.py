"""What the clock does to measures: released by lapse of time, told once."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from api.core.base.clock import TIMEZONE, travel
from api.core.events import events
from api.models.property_measures import PropertyMeasure
from api.services.recovery import property_measures
from tests.money import done, made, make_case, make_item, measure

pytestmark = pytest.mark.days


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), TIMEZONE)


@pytest.fixture
def freeze(client, running):
    """A freeze in a case of its own."""
    police = client("police")
    item = make_item(police, make_case(running))
    return made(police.post("/property-measures", json=measure(item)))


class TestLapse:
    async def test_the_day_after_and_once(self, session, freeze):
        shown = freeze
        end, item = date.fromisoformat(shown["expires_on"]), UUID(shown["property_item"]["id"])
        with travel(at(end)):
            assert await property_measures.lapse(session, item) == 0
        with travel(at(end + timedelta(days=1))):
            assert await property_measures.lapse(session, item) == 1
            assert await property_measures.lapse(session, item) == 0
        told = await session.scalars(
            select(events.Event)
            .where(events.Event.subject_id == UUID(shown["id"]))
            .order_by(events.Event.id)
        )
        assert [e.data.get("action") for e in told][-1] == "lapse"
        status = await session.scalar(
            select(PropertyMeasure.status).where(PropertyMeasure.id == UUID(shown["id"]))
        )
        assert status == "lapsed"


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
