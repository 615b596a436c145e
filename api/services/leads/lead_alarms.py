"""Leads that nobody owns for too long: the office is told, and after a second term the county."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, exists, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.database import record_access
from api.core.events import events
from api.domain.kit.division_codes import county_of
from api.domain.kit.events import EventName
from api.domain.leads.leads import TRIAGE
from api.domain.organisation.organisation import UnitBehaviour
from api.models.informants import LeadAccusedUnit
from api.models.leads import Lead
from api.models.units import Unit
from api.services.kit import notices, time_rules

_RESOURCE = "lead"
OFFICE_RULE, COUNTY_RULE = "LEAD-UNOWNED", "LEAD-UNOWNED-COUNTY"
#: The steps of the alarm, each after the term of its rule.
STEPS: Mapping[int, str] = {1: OFFICE_RULE, 2: COUNTY_RULE}
#: Literals, so that PostgreSQL can prove that the partial index fits.
IN_TRIAGE = Lead.status.in_([literal_column(f"'{status.value}'", Text()) for status in TRIAGE])


async def late_since(session: AsyncSession, rule_id: str = OFFICE_RULE) -> date:
    """The same for lists, of the first step or of another term that only its first day is kept of."""
    return (await time_rules.clock(session)).last_start(rule_id)


async def notify(session: AsyncSession) -> int:
    """Write down each step that a lead has come to; a schedule of the worker. Returns how many were
    new.

    The row of a step is written in the transaction of its event, under a key of its own: run twice,
    at once or after a crash, it tells once. With the second step the county is let see the lead.
    """
    clock = await time_rules.clock(session)
    given = 0
    for step, rule in STEPS.items():
        found = await session.execute(
            select(Lead.id, Lead.unowned_on, Lead.town_code).where(
                IN_TRIAGE, Lead.unowned_on <= clock.last_start(rule)
            )
        )
        for row in found.all():
            given += await _tell(session, row, step, rule)
    return given


async def _tell(session: AsyncSession, row: Any, step: int, rule: str) -> bool:
    if not await notices.given(session, _RESOURCE, row.id, row.unowned_on, {rule: None}):
        return False
    told = {"unowned_on": row.unowned_on.isoformat(), "rule": rule, "step": step}
    await events.record(session, None, EventName.LEAD_UNOWNED_ALARMED, _RESOURCE, row.id, told)
    if rule == COUNTY_RULE:
        county = await session.scalar(
            select(Unit.id).where(
                Unit.behaviour == UnitBehaviour.COUNTY,
                Unit.division_code == county_of(row.town_code),
                Unit.is_active,
                ~_is_about(row.id, Unit.id),
            )
        )
        await record_access.grant(session, _RESOURCE, row.id, [county])
    return True


def _is_about(lead_id: Any, unit_id: Any) -> ColumnElement[bool]:
    """Whether a lead is about a unit, or one below it: nobody is alarmed about themselves."""
    accused = aliased(Unit)
    return exists(
        select(accused.id).where(
            LeadAccusedUnit.lead_id == lead_id,
            accused.id == LeadAccusedUnit.unit_id,
            or_(accused.id == unit_id, accused.parent_id == unit_id),
        )
    )
