"""The freeze ladder under a moved clock: every step on its day, once, whatever restarts."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from api.core.base import clock
from api.core.base.ids import uuid7
from api.core.events import events
from api.domain.cases.cases import CaseStatus
from api.domain.law.calendar import Calendar
from api.domain.leads.categories import LeadCategory
from api.domain.recovery.property_items import Ownership, PropertyKind, PropertyStatus
from api.domain.recovery.property_measures import AuthorityLevel, MeasureKind, MeasureStatus, Regime
from api.models.cases import Case
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure
from api.models.units import Post
from api.services.across import duties

pytestmark = pytest.mark.days

TOWN = "341522118"
CALENDAR = Calendar.builtin()


def at(day: date, hour: int = 8) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=clock.TIMEZONE)


async def freeze(
    session, starts: date, ends: date, recorded: date | None = None
) -> PropertyMeasure:
    post = await session.scalar(select(Post).where(Post.code == "police"))
    common = {"town_code": TOWN, "owner_unit_id": post.unit_id, "created_by_post_id": post.id}
    case = Case(
        number=f"AJ-{uuid4().hex[:12]}", status=CaseStatus.INVESTIGATING, title="某案",
        primary_category=LeadCategory.C1, division_code=TOWN, filed_on=starts, search="", **common,
    )  # fmt: skip
    session.add(case)
    await session.flush()
    item = PropertyItem(
        number=f"CC-{uuid4().hex[:12]}", case_id=case.id, status=PropertyStatus.REGISTERED,
        kind=PropertyKind.DEPOSIT, title="归集账户", ownership=Ownership.PENDING, **common,
    )  # fmt: skip
    session.add(item)
    await session.flush()
    made = PropertyMeasure(
        id=uuid7(), property_item_id=item.id, case_id=case.id, status=MeasureStatus.ACTIVE,
        kind=MeasureKind.FREEZE, regime=Regime.CRIMINAL, authority="霍邱县公安局",
        authority_level=AuthorityLevel.COUNTY_PSB, document_no="冻1号", starts_on=starts,
        expires_on=ends, created_at=at(recorded or starts), **common,
    )  # fmt: skip
    session.add(made)
    await session.flush()
    return made


async def told(session, measure: PropertyMeasure) -> list[tuple[date, int, list[int]]]:
    rows = await session.execute(
        select(events.Event.at, events.Event.data)
        .where(
            events.Event.subject_id == measure.id,
            events.Event.name == "property_measure.alerted",
        )
        .order_by(events.Event.id)
    )
    return [
        (when.astimezone(clock.TIMEZONE).date(), data["working_days_before"],
         data.get("late_steps", []))
        for when, data in rows
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (date(2027, 8, 31), date(2028, 2, 29)),  # leap day
        (date(2028, 8, 31), date(2029, 2, 28)),
        (date(2027, 4, 30), date(2027, 10, 31)),  # right after the golden week
        (date(2026, 8, 15), date(2027, 2, 15)),  # round the Spring Festival
        (date(2027, 1, 1), date(2029, 12, 31)),
    ],
)
async def test_three_years_day_by_day_with_restarts(session, starts, ends):
    measure = await freeze(session, starts, ends)
    day = max(starts, ends - timedelta(days=90))
    while day <= ends + timedelta(days=5):
        for hour in (8, 8, 17):  # twice at once, and again after a restart
            with clock.travel(at(day, hour)):
                await duties.notify(session)
        day += timedelta(days=1)
    assert await told(session, measure) == [
        (CALENDAR.step(ends, -rung), rung, []) for rung in (30, 15, 7, 3, 1)
    ]


async def test_after_a_standstill_the_missed_steps_come_in_one(session):
    ends = date(2027, 6, 30)
    measure = await freeze(session, date(2026, 12, 31), ends)
    with clock.travel(at(CALENDAR.step(ends, -5))):
        assert await duties.notify(session) > 0
        assert await duties.notify(session) == 0, "nothing is new, and so it is told"
    assert await told(session, measure) == [(CALENDAR.step(ends, -5), 7, [30, 15])]


async def test_a_renewal_begins_a_new_ladder_and_a_release_ends_it(session):
    measure = await freeze(session, date(2026, 12, 31), date(2027, 6, 30))
    with clock.travel(at(CALENDAR.step(date(2027, 6, 30), -3))):
        await duties.notify(session)
    measure.expires_on = date(2027, 12, 31)
    await session.flush()
    with clock.travel(at(CALENDAR.step(date(2027, 12, 31), -30))):
        await duties.notify(session)
    measure.status, measure.released_on = MeasureStatus.RELEASED, date(2027, 12, 1)
    await session.flush()
    with clock.travel(at(CALENDAR.step(date(2027, 12, 31), -1))):
        await duties.notify(session)
    assert [rung for _, rung, _ in await told(session, measure)] == [3, 30]


async def test_a_measure_recorded_late_is_not_warned_of_before_it_was_known(session):
    ends = date(2027, 6, 30)
    measure = await freeze(session, date(2026, 12, 31), ends, CALENDAR.step(ends, -5))
    for rung in (5, 4, 3, 2, 1, 0):
        with clock.travel(at(CALENDAR.step(ends, -rung) if rung else ends)):
            await duties.notify(session)
    assert [rung for _, rung, _ in await told(session, measure)] == [3, 1]


async def test_a_payment_stopped_for_hours_is_warned_of_in_hours(session):
    measure = await freeze(session, date(2027, 6, 1), date(2027, 6, 3))
    measure.kind, measure.rule_id = MeasureKind.STOP_PAYMENT, "ARR-01"
    await session.flush()
    said: dict[int, list[str]] = {}
    for hour in (11, 13):
        with clock.travel(at(date(2027, 6, 3), hour)):
            await duties.notify(session)
        found = await session.scalars(
            select(events.Event.data).where(
                events.Event.subject_id == measure.id,
                events.Event.name == "property_measure.alerted",
            )
        )
        said[hour] = [each["step"] for each in found]
    assert said == {11: [], 13: ["届满前12小时"]}
