"""Many leads assigned in one go: shown beforehand, and taken back until they are acknowledged."""

from collections import Counter
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, DomainError, Invalid, NotFound
from api.domain.leads.lead_assignments import LineOutcome
from api.domain.leads.leads import LEAD_FLOW, LeadAction, LeadStatus
from api.models.lead_assignments import LeadAssignment, LeadAssignmentLine
from api.models.leads import Lead
from api.models.units import Unit
from api.models.users import User
from api.schemas.leads import AssignmentReversal, LeadAssignments
from api.services.kit import _transition, due_days
from api.services.leads import lead_assignment_lines, lead_decisions, leads

Line = LeadAssignmentLine
#: The latest so many.
SHOWN = 100


async def assign(session: AsyncSession, actor: Actor, body: LeadAssignments) -> dict[str, Any]:
    """Assign each lead to the given unit, or to the one its ledger proposes.

    Each lead stands for itself: one that somebody else changed meanwhile is refused and named, the
    others go through. Raises Forbidden when the actor may not assign at all.
    """
    await due_days.check(session, body)
    wanted = {item.id: item.version for item in body.items}
    rows = await session.execute(
        select(Lead.id, Lead.number, Lead.proposed_unit_id).where(
            Lead.id.in_(wanted), leads.LISTING.visible(actor)
        )
    )
    known = {row.id: row for row in rows}
    refused: list[dict[str, Any]] = []
    given: list[UUID] = []
    for lead_id, version in wanted.items():
        row = known.get(lead_id)
        try:
            unit_id = body.unit_id or (row.proposed_unit_id if row else None)
            await _one(session, actor, lead_id, version, unit_id, body)
            given.append(lead_id)
        except DomainError as error:
            refused.append(_refusal(lead_id, row.number if row else "", error))
    done = await _done(session, given)
    kept = None
    if done:
        proposed = {row.id: row.proposed_unit_id for row in known.values()}
        kept = await lead_assignment_lines.keep(session, actor, done, proposed)
    return {
        "id": kept,
        "assigned": len(given),
        "units": _by_unit(done),
        "done": done,
        "refused": refused,
    }


def _refusal(lead_id: UUID, number: str, error: DomainError) -> dict[str, Any]:
    return {"id": lead_id, "number": number, "code": error.code, "detail": error.detail}


async def preview(session: AsyncSession, actor: Actor, body: LeadAssignments) -> dict[str, Any]:
    """What `assign` would do, by the very same way, and nothing done. Raises what it raises."""
    trial = await session.begin_nested()
    try:
        found = await assign(session, actor, body)
    finally:
        await trial.rollback()
    return found | {"id": None}


async def _done(session: AsyncSession, given: list[UUID]) -> list[dict[str, Any]]:
    rows = await session.execute(
        select(Lead.id, Lead.number, Lead.due_on, Unit.id.label("unit_id"), Unit.name)
        .join(Unit, Unit.id == Lead.owner_unit_id)
        .where(Lead.id.in_(given))
    )
    found = {
        row.id: {
            "id": row.id,
            "number": row.number,
            "unit": {"id": row.unit_id, "name": row.name},
            "due_on": row.due_on,
        }
        for row in rows
    }
    return [found[lead_id] for lead_id in given]


def _by_unit(done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which unit gets how many until when; whoever gets most comes first."""
    found: dict[tuple[UUID, Any], dict[str, Any]] = {}
    for each in done:
        part = found.setdefault(
            (each["unit"]["id"], each["due_on"]),
            {"unit": each["unit"], "due_on": each["due_on"], "leads": 0},
        )
        part["leads"] += 1
    return sorted(found.values(), key=lambda e: (-e["leads"], e["unit"]["name"], str(e["due_on"])))


async def _one(  # one row of the batch
    session: AsyncSession,
    actor: Actor,
    lead_id: UUID,
    version: int,
    unit_id: UUID | None,
    body: LeadAssignments,
) -> None:
    async with session.begin_nested():
        if unit_id is None:
            # what stands in the way of the lead is told before what the form lacks
            lead = await _transition.lock(session, actor, leads.LISTING, Lead, lead_id)
            asked = SimpleNamespace(action=LeadAction.ASSIGN.value, version=version)
            _transition.check(actor, lead, LEAD_FLOW, asked)
            raise Invalid("没有建议承办单位，请指定承办单位", code="unit_missing")
        await lead_decisions.act(
            session,
            actor,
            lead_id,
            SimpleNamespace(
                action=LeadAction.ASSIGN.value,
                version=version,
                unit_id=unit_id,
                assisting_unit_ids=None,
                due_on=body.due_on,
            ),
        )


# --- afterwards --------------------------------------------------------------------------------

#: Still as it was given away.
_WAITS = and_(
    Line.outcome.is_(None), Lead.status == LeadStatus.ASSIGNED, Lead.owner_unit_id == Line.unit_id
)


async def page(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """The town's latest batches: which unit got how many until when, and what became of them."""
    latest = select(LeadAssignment.id).where(LeadAssignment.town_code == actor.town)
    latest = latest.order_by(LeadAssignment.id.desc()).limit(SHOWN)
    return {"items": await _read(session, actor, LeadAssignment.id.in_(latest))}


async def _read(session: AsyncSession, actor: Actor, which: Any) -> list[dict[str, Any]]:
    def became(outcome: LineOutcome) -> Any:
        return func.count().filter(Line.outcome == outcome)

    rows = await session.execute(
        select(
            LeadAssignment.id,
            LeadAssignment.created_at,
            User.name.label("made_by"),
            Line.unit_id,
            Unit.name,
            Line.due_on,
            func.count().label("leads"),
            func.count().filter(_WAITS).label("waiting"),
            *(became(each).label(each.value) for each in LineOutcome),
        )
        .join(Line, Line.assignment_id == LeadAssignment.id)
        .join(Lead, Lead.id == Line.lead_id)
        .join(Unit, Unit.id == Line.unit_id)
        .join(User, User.id == LeadAssignment.made_by_id)
        .where(which, leads.LISTING.visible(actor))
        .group_by(
            LeadAssignment.id, LeadAssignment.created_at, User.name, Line.unit_id, Unit.name,
            Line.due_on,
        )
        .order_by(LeadAssignment.id.desc(), func.count().desc(), Unit.name, Line.due_on)
    )  # fmt: skip
    found: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        batch = found.setdefault(
            row.id,
            {
                "id": row.id,
                "made_at": row.created_at,
                "made_by": row.made_by,
                "leads": 0,
                "waiting": 0,
                "units": [],
            },
        )
        batch["leads"] += row.leads
        batch["waiting"] += row.waiting
        batch["units"].append(
            {
                "unit": {"id": row.unit_id, "name": row.name},
                "due_on": row.due_on,
                "leads": row.leads,
                "waiting": row.waiting,
                "outcomes": [
                    {"outcome": each.value, "leads": number}
                    for each in LineOutcome
                    if (number := getattr(row, each.value))
                ],
            }
        )
    return list(found.values())


async def take_back(
    session: AsyncSession, actor: Actor, assignment_id: UUID, body: AssignmentReversal
) -> dict[str, Any]:
    """Take back what nobody has acknowledged; what was acknowledged, disputed or given on stays, and
    is named with what became of it. Raises NotFound, Conflict (`nothing_to_take_back`)."""
    batch = await session.scalar(
        select(LeadAssignment.id).where(
            LeadAssignment.id == assignment_id, LeadAssignment.town_code == actor.town
        )
    )
    if batch is None:
        raise NotFound
    rows = await session.execute(
        select(Lead.id, Lead.number, Lead.version)
        .join(Line, Line.lead_id == Lead.id)
        .where(Line.assignment_id == batch, _WAITS, leads.LISTING.visible(actor))
        .order_by(Lead.id)
    )
    refused = await _kept(session, actor, batch)
    taken = 0
    for row in rows.all():
        act = SimpleNamespace(
            action=LeadAction.TAKE_BACK.value, version=row.version, reason=body.reason
        )
        try:
            async with session.begin_nested():
                await lead_decisions.act(session, actor, row.id, act)
            taken += 1
        except DomainError as error:  # acknowledged just now
            refused.append(_refusal(row.id, row.number, error))
    if not taken:
        raise _nothing_left(refused)
    return {"taken_back": taken, "refused": refused}


async def _kept(session: AsyncSession, actor: Actor, batch: UUID) -> list[dict[str, Any]]:
    """What of a batch is not as it was given away, by what became of it; without what was taken back
    already."""
    rows = await session.execute(
        select(Lead.id, Lead.number, Line.outcome)
        .join(Line, Line.lead_id == Lead.id)
        .where(
            Line.assignment_id == batch,
            ~_WAITS,
            Line.outcome.is_distinct_from(LineOutcome.TAKEN_BACK),
            leads.LISTING.visible(actor),
        )
        .order_by(Lead.id)
    )
    found: list[dict[str, Any]] = []
    for lead_id, number, outcome in rows:
        became = outcome or LineOutcome.MOVED
        found.append(
            {"id": lead_id, "number": number, "code": became.value, "detail": became.label}
        )
    return found


def _nothing_left(kept: list[dict[str, Any]]) -> Conflict:
    """Said instead of "0 taken back": why, by the leads."""
    counted = Counter(each["detail"] for each in kept)
    said = "、".join(f"{number} 条{label}" for label, number in counted.items())
    why = f"{said}，不能收回" if said else "这一批已经全部收回"
    refusal = Conflict(f"没有可以收回的线索：{why}", code="nothing_to_take_back")
    refusal.extra["refused"] = [each | {"id": str(each["id"])} for each in kept]
    return refusal
