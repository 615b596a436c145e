"""Who sees a merged lead besides those who did before: whoever handles the lead it went into.

What the merge gives is kept with its link, so that undoing it takes exactly that.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.database import record_access
from api.domain.leads.leads import NOTHING_MERGED
from api.models.leads import Lead, LeadLink
from api.models.units import Post
from api.services.kit import places
from api.services.leads import conflicts, lead_assists, leads


async def merged_into(session: AsyncSession, main: Lead) -> list[LeadLink]:
    """The links that hold now, locked."""
    found = await session.scalars(
        select(LeadLink)
        .where(LeadLink.main_lead_id == main.id, LeadLink.undone_at.is_(None))
        .order_by(LeadLink.id)
        .with_for_update()
    )
    return list(found)


async def ensure_nothing_merged(session: AsyncSession, lead: Lead) -> None:
    """Raises Conflict (`has_merged`) when other leads go on in this one."""
    if await merged_into(session, lead):
        raise NOTHING_MERGED.refusal()


async def entitled(session: AsyncSession, lead: Lead) -> set[UUID]:
    """Units that see a lead whoever handles it: who handed it in, and its village."""
    place = await places.locate(session, lead.division_code)
    creator = await session.scalar(select(Post.unit_id).where(Post.id == lead.created_by_post_id))
    return {unit for unit in (creator, place.village_unit_id) if unit is not None}


async def follow(session: AsyncSession, main: Lead) -> None:
    """Let whoever handles a lead now see what was merged into it, and nobody else."""
    wanted = await handling(session, main)
    for link in await merged_into(session, main):
        await share(session, link, wanted)


async def handling(session: AsyncSession, lead: Lead) -> set[UUID]:
    """The unit in charge of a lead, those who handed it over and received it, and those that assist."""
    parties = {lead.transfer_receiver_id, lead.transfer_sender_id} - {None}
    return {
        lead.owner_unit_id,
        *(each for each in parties if each),
        *await lead_assists.units_of(session, lead.id),
    }


async def let_receive(session: AsyncSession, lead: Lead) -> None:
    """Whoever a lead was handed to sees it, with what was merged into it."""
    await record_access.grant(session, leads.RESOURCE, lead.id, [lead.transfer_receiver_id])
    await follow(session, lead)


async def let_go(session: AsyncSession, lead: Lead, unit_id: UUID | None) -> None:
    """Who was handed a lead and never received it sees it no more, unless for another reason."""
    stays = await handling(session, lead) | await entitled(session, lead)
    if unit_id is not None and unit_id not in stays:
        await record_access.withdraw(session, lead.id, [unit_id])
    await follow(session, lead)


async def share(session: AsyncSession, link: LeadLink, wanted: Collection[UUID]) -> None:
    """Let just these units see a merged lead by its link; who sees it otherwise is left alone, and
    whom it is about is not let see it by whatever link."""
    lead = await session.get_one(Lead, link.lead_id)
    if wanted:
        wanted = set(wanted) - (await conflicts.of_lead(session, lead)).barred
    seeing = await record_access.viewers_of(session, leads.RESOURCE, lead.id)
    given, before = set(wanted) - seeing, set(link.granted)
    # the lead may have been corrected to their village meanwhile: that right is their own
    village = (await places.locate(session, lead.division_code)).village_unit_id
    await record_access.withdraw(session, lead.id, before - set(wanted) - {village})
    await record_access.grant(session, leads.RESOURCE, lead.id, sorted(given))
    link.granted = sorted((before & set(wanted)) | given)
    await session.flush()
