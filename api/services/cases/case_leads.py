"""The leads that a case came of: locked before it, asked whether they say the same of it."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE
from api.domain.cases.cases import CaseAction, CaseStatus
from api.domain.leads.police_decisions import contradicts
from api.models.cases import Case, CaseLead
from api.models.leads import Lead
from api.services.leads import police_decisions

#: What the police have not decided on yet.
UNDECIDED = frozenset({CaseStatus.RECEIVED, CaseStatus.UNDER_REVIEW})


async def locked(session: AsyncSession, case_id: UUID) -> list[Lead]:
    """The leads of a case, locked: before the case itself, as who decides on a lead does."""
    linked = await session.scalars(select(CaseLead.lead_id).where(CaseLead.case_id == case_id))
    return await police_decisions.lock_leads(session, linked.all())


async def cases_of(session: AsyncSession, lead_id: UUID, *, but: UUID | None = None) -> list[Case]:
    """The cases that came of a lead, locked; without those that were taken back."""
    rows = await session.scalars(
        select(Case)
        .join(CaseLead, CaseLead.case_id == Case.id)
        .where(CaseLead.lead_id == lead_id, Case.status != CaseStatus.WITHDRAWN, Case.id != but)
        .order_by(Case.id)
        .with_for_update(of=Case)
    )
    return list(rows)


async def ensure_agrees(
    session: AsyncSession, found: Case, action: CaseAction, leads: Collection[Lead]
) -> None:
    """What was filed on a lead is not declined on its case. Raises RuleViolated."""
    if action is not CaseAction.DECLINE_TO_FILE:
        return
    said = await police_decisions.said(session, [lead.id for lead in leads])
    for lead in leads:
        filed = lead.id in said and said[lead.id][0].filed
        # what was split (分案) has the filing in the other case
        if filed and not any(
            each.filed_on for each in await cases_of(session, lead.id, but=found.id)
        ):
            raise contradicts(
                f"来源线索 {lead.number} 已登记公安机关立案，案件不能再登记不予立案；"
                "立案以后不应追究刑事责任的，请用“撤案”",
                "action",
            )


async def answered_by(session: AsyncSession, found: Case, leads: Collection[Lead]) -> list[Lead]:
    """The leads of which a case decides by itself that nothing is filed: no other case of theirs is
    filed, or may yet be."""
    return [
        lead
        for lead in leads
        if not any(
            each.filed_on or each.status in UNDECIDED
            for each in await cases_of(session, lead.id, but=found.id)
        )
    ]


async def given_up(session: AsyncSession, found: Case, leads: Collection[Lead]) -> list[Lead]:
    """The leads of a withdrawn case over which no other case of theirs (分案) is filed."""
    return [
        lead
        for lead in leads
        if not any(each.filed_on for each in await cases_of(session, lead.id, but=found.id))
    ]


async def known_since(session: AsyncSession, found: Case, leads: Collection[Lead]) -> date | None:
    """Since when the police can know of what the leads tell: nothing was taken in hand before the
    first of them reached them. Of an old case (积案) they knew before any lead."""
    if found.is_backlog or not leads:
        return None
    handed = await police_decisions.hand_overs(session, [lead.id for lead in leads])
    days: list[date] = []
    for lead in leads:
        here = [t for t in handed.get(lead.id, []) if t.receiver_unit_id == found.owner_unit_id]
        reached = police_decisions.received_on(here[-1]) if here else None
        days.append(reached or lead.received_at.astimezone(TIMEZONE).date())
    return min(days)
