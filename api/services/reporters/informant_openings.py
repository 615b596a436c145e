"""Looking at who reported: asked for, decided by another, and seen for a while."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, now
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, Forbidden, NotFound
from api.domain.kit.events import EventName
from api.domain.law.clocks import deadline
from api.domain.leads.leads import ReporterKind
from api.domain.reporters import informants as rules
from api.domain.reporters.informants import OPENING_FLOW, OpeningAction, OpeningStatus
from api.models.informants import Informant, InformantOpening
from api.models.leads import Lead
from api.schemas.informants import OpeningCreate
from api.services.kit import _transition, time_rules
from api.services.leads import leads, unnamed
from api.services.reporters.informants import (
    for_change,
    is_busy,
    keepers_of,
    moment,
    names_of,
    openings_of,
    read,
)


async def _term(session: AsyncSession, rule_id: str) -> datetime:
    return _ends(await time_rules.clock(session), rule_id, now())


def _ends(clock: time_rules.Clock, rule_id: str, at: datetime) -> datetime:
    return deadline(clock.rule(rule_id, at.astimezone(TIMEZONE).date()), at, clock.calendar).at


async def recount(session: AsyncSession, current: time_rules.Clock) -> None:
    """Count anew by when requests are decided, and until when an identity lies open; no window is
    made longer than the person who approved it knew."""
    rows = await session.scalars(
        select(InformantOpening)
        .where(
            or_(
                InformantOpening.status == OpeningStatus.WAITING,
                InformantOpening.expires_at > now(),
            )
        )
        .order_by(InformantOpening.lead_id, InformantOpening.id)
        .with_for_update()
    )
    for row in rows:
        if row.status is OpeningStatus.WAITING:
            row.due_at = _ends(current, rules.DECIDE_RULE, row.requested_at)
        elif row.decided_at is not None and row.expires_at is not None:
            row.expires_at = min(row.expires_at, _ends(current, rules.OPEN_RULE, row.decided_at))


async def ask(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: OpeningCreate
) -> dict[str, Any]:
    """Ask to see who reported. Raises NotFound, Forbidden (`not_keeper`), Conflict."""
    lead, kept = await for_change(session, actor, lead_id)
    if actor.id not in keepers_of(kept):
        raise Forbidden("只有指定的保密经办人、监督人可以申请查看", code="not_keeper")
    openings = [row.InformantOpening for row in await openings_of(session, lead_id)]
    if is_busy(actor, openings):
        raise Conflict("您已有一份申请在等候批准，或者还在查看时限内", code="already_asked")
    opening = InformantOpening(
        lead_id=lead_id,
        status=OPENING_FLOW.initial,
        reason=await unnamed.told(session, lead_id, body.reason),
        requested_by_id=actor.id,
        owner_unit_id=actor.unit_id,
        requested_at=now(),
        due_at=await _term(session, rules.DECIDE_RULE),
    )
    session.add(opening)
    await session.flush()
    data = {"opening_id": str(opening.id), "number": lead.number, "reason": opening.reason}
    await events.record(session, actor, EventName.INFORMANT_ASKED, leads.RESOURCE, lead_id, data)
    return await read(session, actor, lead_id)


async def _opening(session: AsyncSession, actor: Actor, opening_id: UUID) -> Any:
    """A request about a visible lead, locked after its identity, as everywhere. Raises NotFound."""
    lead_id = await session.scalar(
        select(InformantOpening.lead_id)
        .join(Lead, Lead.id == InformantOpening.lead_id)
        .where(InformantOpening.id == opening_id, leads.LISTING.visible(actor))
    )
    if lead_id is None:
        raise NotFound
    await for_change(session, actor, lead_id)
    return await session.get_one(
        InformantOpening, opening_id, with_for_update=True, populate_existing=True
    )


async def decide(
    session: AsyncSession, actor: Actor, opening_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the opening's flow. Raises NotFound, and what `_transition.apply` does."""
    opening = await _opening(session, actor, opening_id)
    kept = await session.get_one(Informant, opening.lead_id)
    reason = await unnamed.told(session, opening.lead_id, getattr(body, "reason", None) or "")
    until = await _term(session, rules.OPEN_RULE)
    approves = body.action == OpeningAction.APPROVE.value
    if approves and opening.requested_by_id not in keepers_of(kept):
        raise Conflict("申请人已不是保管人，不能批准", code="not_keeper")
    names = await names_of(session, [opening.requested_by_id])
    data = {
        "lead_id": str(opening.lead_id),
        "requested_by": names[opening.requested_by_id],
        "requested_by_id": str(opening.requested_by_id),
    }
    if reason:
        data["reason"] = reason
    with session.no_autoflush:
        await _transition.apply(
            session, actor, opening, OPENING_FLOW, EventName.INFORMANT_DECIDED, body, data
        )
        if approves or body.action == OpeningAction.REFUSE.value:
            opening.decided_by_id, opening.decided_at = actor.id, now()
            opening.refusal = reason
        if approves:
            opening.expires_at = until
        await session.flush()
    return await read(session, actor, opening.lead_id)


async def see(session: AsyncSession, actor: Actor, opening_id: UUID) -> dict[str, Any]:
    """Who reported, to the one who asked, while it is open; every look is an event that names both.

    Raises NotFound, Forbidden.
    """
    opening = await _opening(session, actor, opening_id)
    kept = await session.get_one(Informant, opening.lead_id)
    if opening.requested_by_id != actor.id:
        raise Forbidden("只有申请人本人可以查看", code="not_requester")
    if actor.id not in keepers_of(kept):
        raise Forbidden("您已不是这条线索的保密经办人、监督人", code="not_keeper")
    if not rules.may_see(actor, opening, keepers_of(kept), now()):
        raise Forbidden("申请还没有批准，或者查看时限已过；请重新申请", code="opening_not_open")
    opening.times_seen += 1
    names = await names_of(session, [opening.decided_by_id] if opening.decided_by_id else [])
    data = {
        "opening_id": str(opening.id),
        "approved_by": next(iter(names.values())),
        "approved_by_id": str(opening.decided_by_id),
        "reason": opening.reason,
        "time": opening.times_seen,
    }
    await events.record(
        session, actor, EventName.INFORMANT_OPENED, leads.RESOURCE, opening.lead_id, data
    )
    await session.flush()
    return {
        "name": unnamed.plain(kept.name_enc),
        "phone": unnamed.plain(kept.phone_enc),
        "narrative": unnamed.plain(kept.narrative_enc),
        "other_leads": await _other_leads(session, actor, kept),
        "expires_at": moment(opening.expires_at),
    }


async def _other_leads(session: AsyncSession, actor: Actor, kept: Informant) -> int:
    """How many other leads that the actor may see came from the same telephone."""
    if not kept.phone_index:
        return 0
    found = await session.scalar(
        select(func.count())
        .select_from(Informant)
        .join(Lead, Lead.id == Informant.lead_id)
        .where(
            Informant.phone_index == kept.phone_index,
            Informant.lead_id != kept.lead_id,
            Lead.reporter_kind == ReporterKind.REAL_NAME,
            leads.LISTING.visible(actor),
        )
    )
    return found or 0
