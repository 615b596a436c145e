"""What the paper says that goes with a lead to its unit (交办单): who gave it when, until when and why,
masked as on the screen."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE
from api.core.events.events import Event
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import town_of
from api.domain.kit.errors import Conflict
from api.domain.kit.events import EventName
from api.models.units import Unit
from api.services.kit import time_rules
from api.services.leads import leads, unnamed

_TEXTS = ("subject_name", "narrative", "note", "findings", "feedback_note")


def _not_assigned() -> Conflict:
    return Conflict("线索现在没有单位承办，没有交办单", code="lead_not_assigned")


async def read(session: AsyncSession, actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """The slip of a lead that a unit handles. Raises NotFound, and Conflict while none does."""
    lead = await leads.read(actor, lead_id, session)
    if lead["owner_unit"] is None:
        raise _not_assigned()
    given = (
        await session.execute(
            select(Event.at, Unit.name)
            .outerjoin(Unit, Unit.id == Event.unit_id)
            .where(
                Event.subject_id == lead_id,
                Event.name == EventName.LEAD_TRANSITIONED.value,
                Event.data["action"].astext == "assign",
            )
            .order_by(Event.at.desc())
            .limit(1)
        )
    ).one_or_none()
    if given is None:
        raise _not_assigned()
    assigned_on = lead["assigned_on"]
    assigned_on = (
        date.fromisoformat(assigned_on) if assigned_on else given.at.astimezone(TIMEZONE).date()
    )
    # paper leaves the house: texts from before the vault are looked through as well
    said = await unnamed.without(session, [lead_id], *(lead[field] for field in _TEXTS))
    lead |= dict(zip(_TEXTS, said, strict=True))
    return {
        "lead": lead,
        "assigned_on": assigned_on,
        "assigned_by": given.name or "",
        "rule": await _rule(session, lead, assigned_on),
    }


async def _rule(session: AsyncSession, lead: dict[str, Any], start: Any) -> str:
    """What the due date rests on, in words; a date that the office set by hand says so."""
    if not lead["due_on"] or not lead["due_rule"]:
        return ""
    clock = await time_rules.clock(session)
    rule = time_rules.choose(clock.rules, lead["due_rule"], start)
    by_rule = clock.due_on(rule.rule_id, start, town=town_of(lead["division_code"])).on.isoformat()
    told = f"{rule.trigger}，{rule.term_label}内{rule.effect}"
    if by_rule != lead["due_on"]:
        return f"交办时指定（按规则为 {by_rule}：{told}）"
    return f"{told}（{rule.source}）" if rule.source else told
