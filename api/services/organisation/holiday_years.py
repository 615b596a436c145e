"""The yearly notices that move working days; a new one settles deadlines that were 暂定."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Invalid, StaleVersion
from api.domain.kit.events import EventName
from api.domain.law.calendar import Calendar
from api.models.time_rules import HolidayYear
from api.schemas.time_rules import HolidayYearPut
from api.services.kit import time_rules

_FIRST, _LAST = 2004, 2100


async def list_all(session: AsyncSession) -> dict[str, Any]:
    """Every known year, newest first; what the office entered stands before what was shipped."""
    entered = {row.year: _entered(row) for row in await session.scalars(select(HolidayYear))}
    shipped = {
        year: {
            "year": year,
            "days_off": sorted(table.days_off),
            "days_worked": sorted(table.days_worked),
            "published": True,
            "source": "国务院办公厅年度放假安排（随程序提供）",
            "is_builtin": True,
            "version": 0,
        }
        for year, table in Calendar.builtin().years.items()
    }
    years = shipped | entered
    return {"items": [years[year] for year in sorted(years, reverse=True)]}


def _entered(row: HolidayYear) -> dict[str, Any]:
    return {
        "year": row.year,
        "days_off": sorted(row.days_off),
        "days_worked": sorted(row.days_worked),
        "published": row.published,
        "source": row.source,
        "is_builtin": False,
        "version": row.version,
    }


def ensure_possible(year: int, body: HolidayYearPut) -> None:
    """Raises Invalid for a year out of range or a table that cannot be meant."""
    if not _FIRST <= year <= _LAST:
        raise Invalid(f"年份应在 {_FIRST} 至 {_LAST} 之间", code="year_out_of_range")
    Calendar.builtin().with_year(year, body.days_off, body.days_worked)  # raises for a faulty one


async def put(
    session: AsyncSession, actor: Actor, year: int, body: HolidayYearPut
) -> dict[str, Any]:
    """Enter or correct a year's notice; open deadlines are counted anew by a job.

    Raises what `ensure_possible` raises, StaleVersion.
    """
    ensure_possible(year, body)
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"holiday:{year}"))))
    row = await session.get(HolidayYear, year)
    present = row.version if row else 0
    if body.version != present:
        raise StaleVersion(current=present)
    if row is None:
        row = HolidayYear(year=year, version=0)
        session.add(row)
    row.days_off = sorted(set(body.days_off))
    row.days_worked = sorted(set(body.days_worked))
    row.published = body.published
    row.source = body.source
    row.version = present + 1
    await session.flush()
    await events.record(
        session, actor, EventName.HOLIDAY_CHANGED, "holiday_year", None,
        {"year": year, "published": body.published, "source": body.source},
    )  # fmt: skip
    await time_rules.changed(session)
    return _entered(row)
