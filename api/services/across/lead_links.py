"""Leads merged by a link: the original stays, counts no more, and comes back as it was."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, now, today
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.flow import Record
from api.domain.kit.permissions import Permission
from api.domain.leads.leads import (
    LEFT_TO_DO,
    MERGED_STATUS,
    NOT_DRAWN,
    OPEN_STAGES,
    PENDING,
    TRIAGE,
    FeedbackMode,
    LeadConclusion,
    LeadStatus,
    Solved,
    can_absorb,
    can_join,
)
from api.models.leads import Lead, LeadLink
from api.schemas.lead_links import Merge, Unmerge
from api.services.kit import _transition
from api.services.leads import conflicts, lead_clocks, lead_sight, leads, recheck_samples, unnamed
from api.services.rewards import reward_parting


async def merge(session: AsyncSession, actor: Actor, main_id: UUID, body: Merge) -> dict[str, Any]:
    """Merge a lead into a main one.

    Raises NotFound, StaleVersion, Invalid (`same_lead`), Conflict (`other_town`, `merged`,
    `has_merged`, `not_mergeable`, `not_main`), RuleViolated (`conflict_of_interest`) where the main
    one is worked on by whom the other is about.
    """
    if body.lead_id == main_id:
        message = "线索不能并入自己"
        raise Invalid(
            message, code="same_lead", errors=[FieldError("/lead_id", "same_lead", message)]
        )
    lead, main = await _both(session, actor, body.lead_id, main_id)
    _transition.check_version(lead, body.version)
    await _ensure_mergeable(session, actor, lead, main)
    handling = await lead_sight.handling(session, main)
    await conflicts.ensure_clear(session, lead, handling)
    link = LeadLink(
        lead_id=lead.id,
        main_lead_id=main.id,
        reason=await unnamed.told(session, lead.id, body.reason),
        made_at=now(),
        made_by=actor.name,
        made_by_post_id=actor.post_id,
        before={
            "status": lead.status.value,
            "conclusion": lead.conclusion.value if lead.conclusion else None,
            "concluded_on": lead.concluded_on.isoformat() if lead.concluded_on else None,
            "feedback_mode": lead.feedback_mode.value if lead.feedback_mode else None,
            "feedback_note": lead.feedback_note,
            "solved": lead.solved.value if lead.solved else None,
            "solved_note": lead.solved_note,
        },
        granted=[],
        undone_by="",
        undone_reason="",
    )
    session.add(link)
    before = lead.status
    _transition.put(lead, MERGED_STATUS[lead.status])
    lead.conclusion, lead.concluded_on = LeadConclusion.DUPLICATE, today()
    lead.merged_into_id = main.id
    await lead_clocks.begin_if_none(session, lead)  # its own reporter is still to be told
    await session.flush()
    await lead_sight.share(session, link, handling)
    await _tell(
        session, actor, (EventName.LEAD_MERGED, EventName.LEAD_ABSORBED), link, lead, before
    )
    return await links_of(session, actor, main_id)


async def unmerge(
    session: AsyncSession, actor: Actor, lead_id: UUID, link_id: UUID, body: Unmerge
) -> dict[str, Any]:
    """Undo a merge from either end: status, rights and counts are again what they were; what was
    corrected meanwhile stays. Raises NotFound, StaleVersion, Conflict (`merge_undone`)."""
    link = await session.get(LeadLink, link_id)
    if link is None or lead_id not in {link.lead_id, link.main_lead_id}:
        raise NotFound
    lead, _ = await _both(session, actor, link.lead_id, link.main_lead_id)
    await session.refresh(link, with_for_update=True)
    if link.undone_at is not None:
        raise Conflict("并入已经撤销", code="merge_undone")
    _transition.check_version(lead, body.version)
    link.undone_at, link.undone_by = now(), actor.name
    link.undone_reason = await unnamed.told(session, link.lead_id, body.reason)
    await lead_sight.share(session, link, ())
    status, was, on = (link.before[name] for name in ("status", "conclusion", "concluded_on"))
    merged = lead.status
    _transition.put(lead, LeadStatus(status))
    lead.conclusion = LeadConclusion(was) if was else None
    lead.concluded_on = date.fromisoformat(on) if on else None
    _restore_answer(lead, link.before)
    lead.merged_into_id = None
    if lead.status in TRIAGE:
        # what the merge began ends with it; what had been promised before stands
        began = lead.due_from is None or lead.due_from >= link.made_at.astimezone(TIMEZONE).date()
        (lead_clocks.stop if began else lead_clocks.set_down)(lead)
    else:
        await lead_clocks.begin_if_none(session, lead)
        await lead_clocks.follow(session, lead)
    await session.flush()
    await reward_parting.part(session, actor, lead.id, link.main_lead_id)
    names = EventName.LEAD_UNMERGED, EventName.LEAD_RELEASED
    await _tell(session, actor, names, link, lead, merged)
    return await links_of(session, actor, lead_id)


def _restore_answer(lead: Lead, before: dict[str, Any]) -> None:
    """What was answered and said of it while the lead was merged answers the other matter; the
    timeline keeps it. Links made before that was kept leave it as it is."""
    if "solved" not in before:
        return
    mode, solved = before["feedback_mode"], before["solved"]
    lead.feedback_mode = FeedbackMode(mode) if mode else None
    lead.feedback_note = before["feedback_note"]
    lead.solved = Solved(solved) if solved else None
    lead.solved_note = before["solved_note"]


async def _both(
    session: AsyncSession, actor: Actor, lead_id: UUID, main_id: UUID
) -> tuple[Lead, Lead]:
    """Both leads, locked in one order whoever merges what into what."""
    found = {
        each: await _transition.lock(session, actor, leads.LISTING, Lead, each)
        for each in sorted((lead_id, main_id))
    }
    return found[lead_id], found[main_id]


async def _ensure_mergeable(session: AsyncSession, actor: Actor, lead: Lead, main: Lead) -> None:
    if lead.town_code != main.town_code:
        raise Conflict("两条线索不在同一乡镇，不能合并", code="other_town")
    if lead.merged_into_id or main.merged_into_id:
        which = lead if lead.merged_into_id else main
        raise Conflict(f"{which.number} 已并入另一线索，请先撤销并入", code="merged")
    if lead.transfer_stage in PENDING:
        raise Conflict("线索移送公安已提请批准，办完以后才能并入", code="transfer_pending")
    if lead.transfer_stage in OPEN_STAGES:
        raise Conflict("线索已移送、移交，只能作为主线索，不能并入其他线索", code="handover_open")
    if lead.transfer_stage and lead.transfer_stage in LEFT_TO_DO:
        message = f"{lead.transfer_stage.label}的线索，办完以后才能并入其他线索"
        raise Conflict(message, code="handover_open")
    if lead.owes:
        raise Conflict(
            "线索还有须移送、移交的事项，只能作为主线索，不能并入其他线索", code="obligation_open"
        )
    if not can_join(lead.status, lead.transfer_stage, lead.owes, is_merged=False):
        raise Conflict(f"“{lead.status.label}”的线索不能并入其他线索", code="not_mergeable")
    if not can_absorb(main.status, main.conclusion, is_merged=False):
        said = main.conclusion.label if main.conclusion else main.status.label
        raise Conflict(f"“{said}”的线索不能作为主线索", code="not_main")
    await lead_sight.ensure_nothing_merged(session, lead)
    lead.recheck_drawn = await recheck_samples.is_drawn(session, lead.id)
    if not NOT_DRAWN.holds(actor, cast("Record", lead)):
        raise NOT_DRAWN.refusal()


async def _tell(
    session: AsyncSession,
    actor: Actor,
    names: tuple[EventName, EventName],
    link: LeadLink,
    lead: Lead,
    before: LeadStatus,
) -> None:
    """Each end is told in its own words. The merged lead's readers do not learn which the main one
    is, and the main one's learn of it only if they may see the merged one."""
    reason = link.undone_reason if link.undone_at else link.reason
    said = {"from": before.value, "to": lead.status.value, "reason": reason}
    of_main = {"lead_id": str(lead.id), "number": lead.number, "reason": reason}
    await events.record(session, actor, names[0], leads.RESOURCE, lead.id, said)
    await events.record(session, actor, names[1], leads.RESOURCE, link.main_lead_id, of_main)


async def links_of(session: AsyncSession, actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """The merges of a visible lead, with the ends that the actor may see. Raises NotFound."""
    here = await session.scalar(
        select(Lead).where(Lead.id == lead_id, leads.LISTING.visible(actor))
    )
    if here is None:
        raise NotFound
    rows = await session.execute(
        select(LeadLink, Lead)
        .join(
            Lead,
            or_(
                and_(LeadLink.main_lead_id == lead_id, Lead.id == LeadLink.lead_id),
                and_(LeadLink.lead_id == lead_id, Lead.id == LeadLink.main_lead_id),
            ),
        )
        .where(
            or_(LeadLink.lead_id == lead_id, LeadLink.main_lead_id == lead_id),
            leads.LISTING.visible(actor),
        )
        .order_by(LeadLink.id.desc())
    )
    decides = actor.may(Permission.LEAD_ASSIGN)
    shown = [_shown(link, other, lead_id, decides=decides) for link, other in rows.tuples()]
    merged = here.merged_into_id is not None
    absorbs = any(link["is_main"] and link["undone_at"] is None for link in shown)
    return {
        "items": shown,
        "may_merge": decides,
        "can_join": (
            can_join(here.status, here.transfer_stage, here.owes, is_merged=merged) and not absorbs
        ),
        "can_absorb": can_absorb(here.status, here.conclusion, is_merged=merged),
    }


def _shown(link: LeadLink, other: Lead, lead_id: UUID, *, decides: bool) -> dict[str, Any]:
    holds = link.undone_at is None
    return {
        "id": link.id,
        "is_main": link.main_lead_id == lead_id,
        "lead": {
            "id": other.id,
            "number": other.number,
            "subject_name": other.subject_name,
            "status": other.status.value,
            "version": other.version,
        },
        "reason": link.reason,
        "made_at": link.made_at,
        "made_by": link.made_by,
        "undone_at": link.undone_at,
        "undone_by": link.undone_by,
        "undone_reason": link.undone_reason,
        "may_undo": holds and decides,
    }
