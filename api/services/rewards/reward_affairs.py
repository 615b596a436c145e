"""Which leads are one affair to the rules of rewards, who reported it first, what stands against."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CompoundSelect, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE
from api.domain.kit.actors import Actor
from api.domain.kit.errors import NotFound
from api.domain.leads.leads import LeadConclusion
from api.domain.rewards import rewards
from api.domain.rewards.rewards import NOT_REWARDED, Report, RewardHindrance, RewardRule
from api.models.cases import CaseLead
from api.models.leads import Lead, LeadLink
from api.models.receipts import LeadReceipt
from api.models.rewards import Reward
from api.services.leads import lead_similar, leads
from api.services.rewards import reward_people
from api.services.rewards.reward_people import Informant


@dataclass(frozen=True, slots=True)
class Affair:
    """Leads that tell of one matter: merged into one, or led to one case."""

    #: The lead whose outcome counts, and the one that came first.
    main: Lead
    first: Lead
    ids: frozenset[UUID]
    report: Report
    informant: Informant


async def of(session: AsyncSession, actor: Actor, lead_id: UUID) -> Affair:
    """The affair of a visible lead. Raises NotFound."""
    here = await session.scalar(
        select(Lead.id).where(Lead.id == lead_id, leads.LISTING.visible(actor))
    )
    if here is None:
        raise NotFound
    return await known(session, here)


async def known(session: AsyncSession, lead_id: UUID) -> Affair:
    """The affair of a lead that a reward already speaks of."""
    lead = await session.get_one(Lead, lead_id)
    main = await session.get_one(Lead, lead.merged_into_id) if lead.merged_into_id else lead
    members = await _members(session, main.id)
    held = set(
        await session.scalars(
            select(LeadReceipt.lead_id).where(LeadReceipt.lead_id.in_([m.id for m in members]))
        )
    )
    by_id = {member.id: member for member in members}
    counted = [m for m in members if m.status not in NOT_REWARDED] or [main]
    report = rewards.first(
        (
            Report(m.id, m.received_at, m.received_has_time, m.reporter_kind, m.id in held)
            for m in counted
        ),
        TIMEZONE,
    )
    first = by_id[report.lead_id]
    informant = await reward_people.informant(session, first)
    return Affair(main, first, frozenset(by_id), report, informant)


async def _members(session: AsyncSession, start: UUID) -> Sequence[Lead]:
    """Merges and cases followed until nothing is added; both are small."""
    ids = {start}
    while more := {*await session.scalars(_beside(ids))} - ids:
        ids |= more
    return (await session.scalars(select(Lead).where(Lead.id.in_(ids)))).all()


def _beside(ids: Collection[UUID]) -> CompoundSelect[UUID]:
    """One step further. Each by an index of its own: an OR over the three reads every lead."""
    cases = select(CaseLead.case_id).where(CaseLead.lead_id.in_(ids))
    return union(
        select(Lead.merged_into_id).where(Lead.id.in_(ids), Lead.merged_into_id.is_not(None)),
        select(Lead.id).where(Lead.merged_into_id.in_(ids)),
        select(CaseLead.lead_id).where(CaseLead.case_id.in_(cases)),
    )


async def is_rewarded(
    session: AsyncSession, affair: Affair, *, besides: UUID | None = None
) -> bool:
    """Whether the affair has its reward."""
    same = or_(Reward.lead_id.in_(affair.ids), Reward.main_lead_id.in_(affair.ids))
    asked = select(Reward.id).where(Reward.status.in_(rewards.ACTIVE), same)
    if besides is not None:
        asked = asked.where(Reward.id != besides)
    return await session.scalar(asked.limit(1)) is not None


async def against(
    session: AsyncSession, reward_id: UUID, lead_id: UUID, conclusion: LeadConclusion
) -> str:
    """What came to stand against a reward since it was proposed, by its code; leads may have been
    merged."""
    affair = await known(session, lead_id)
    if await is_rewarded(session, affair, besides=reward_id):
        return RewardHindrance.TWICE.value
    if affair.informant.is_staff:
        return RewardHindrance.STAFF.value
    if affair.first.id != lead_id:
        return rewards.FIRST_CHANGED
    return "" if affair.main.conclusion is conclusion else rewards.CONCLUSION_CHANGED


async def once_rewarded(session: AsyncSession, affair: Affair) -> list[dict[str, str]]:
    """Leads that were once merged with this affair and are so no more, whose same reporter has a
    reward: undoing a merge bars nobody, but a person says why it is another affair."""
    if affair.informant.index is None:
        return []
    ever = select(LeadLink.lead_id, LeadLink.main_lead_id).where(
        or_(LeadLink.lead_id.in_(affair.ids), LeadLink.main_lead_id.in_(affair.ids))
    )
    linked = {end for pair in await session.execute(ever) for end in pair} - affair.ids
    rows = await session.execute(
        select(Lead.id, Lead.number)
        .join(Reward, Reward.lead_id == Lead.id)
        .where(
            Lead.id.in_(linked),
            Reward.status.in_(rewards.ACTIVE),
            Reward.informant_index == affair.informant.index,
        )
    )
    return [{"id": str(row.id), "number": row.number} for row in rows]


async def to_explain(session: AsyncSession, actor: Actor, affair: Affair) -> list[dict[str, str]]:
    """Leads of which a person says whether they are the same affair: like the first one, before it
    and not merged; or merged with it once, and rewarded."""
    found = [*await earlier_similar(actor, affair), *await once_rewarded(session, affair)]
    return list({each["id"]: each for each in found}.values())


async def earlier_similar(actor: Actor, affair: Affair) -> list[dict[str, str]]:
    """Leads like the first one that came before it and were not merged."""
    found = await lead_similar.of_lead(actor, affair.first.id)
    return [
        {"id": str(item["id"]), "number": str(item["number"])}
        for item in found["items"]
        if UUID(str(item["id"])) not in affair.ids and _is_earlier(item, affair.first)
    ]


def _is_earlier(item: dict[str, object], first: Lead) -> bool:
    return str(item["received_at"])[:19] < first.received_at.astimezone(TIMEZONE).isoformat()[:19]


async def hindrances(
    session: AsyncSession,
    rule: RewardRule,
    affair: Affair,
    similar: Collection[object],
    *,
    besides: UUID | None = None,
) -> list[RewardHindrance]:
    """What stands against a reward now."""
    found = [*rewards.hindrances(rule, affair.report, is_staff=affair.informant.is_staff)]
    if affair.main.status in NOT_REWARDED:
        found.insert(0, RewardHindrance.OVER)
    if affair.main.conclusion not in rule.conclusions:
        found.insert(0, RewardHindrance.NOT_CONCLUDED)
    if await is_rewarded(session, affair, besides=besides):
        found.append(RewardHindrance.TWICE)
    if similar:
        found.append(RewardHindrance.SIMILAR)
    return found
