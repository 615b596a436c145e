"""Hints for restricted files: taken in from whoever sees the lead, answered without a trace of a file."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today, written
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, NotFound
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.domain.restricted.restricted_files import (
    CLOCKS,
    KEEPER_ROLES,
    RESTRICTED_FLOW,
    Addressee,
    RestrictedEvent,
    RestrictedStatus,
)
from api.models.leads import Lead
from api.models.restricted_files import RestrictedFile, RestrictedHint, RestrictedMember
from api.models.units import Post
from api.models.users import PostHolder, User
from api.schemas.restricted_files import HintRaise
from api.services.kit import time_rules
from api.services.leads import leads
from api.services.restricted.restricted_files import note

_File = RestrictedFile
_TOWN, _COUNTY = LEVEL_DIGITS[DivisionLevel.TOWN], LEVEL_DIGITS[DivisionLevel.COUNTY]


async def _keeper(session: AsyncSession, addressee: Addressee, town: str) -> UUID:
    """Who is on the list first: who holds the addressee's post longest. Raises Conflict
    (`no_keeper`), whether there is a file already or not."""
    found = await session.scalar(
        select(PostHolder.user_id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(User, User.id == PostHolder.user_id)
        .where(
            PostHolder.until.is_(None),
            Post.is_active,
            Post.role == KEEPER_ROLES[addressee],
            User.is_active,
            or_(
                Post.division_code == town[:_COUNTY],
                func.left(Post.division_code, _TOWN) == town,
            ),
        )
        .order_by(PostHolder.since, PostHolder.id)
        .limit(1)
    )
    if found is None:
        raise Conflict(
            f"系统里还没有{addressee.label}的人可以接收，请改交另一方，"
            "或者直接向纪检监察机关（12388）、扫黑办（12337）反映",
            code="no_keeper",
        )
    return found


async def _seen_lead(session: AsyncSession, actor: Actor, lead_id: UUID) -> Lead:
    lead = await session.scalar(
        select(Lead).where(Lead.id == lead_id, leads.LISTING.visible(actor))
    )
    if lead is None:
        raise NotFound
    return lead


async def raise_hint(session: AsyncSession, actor: Actor, body: HintRaise) -> dict[str, Any]:
    """Take in a hint; the answer is the same whether it opens a file or goes into one.

    Raises NotFound, Conflict (`no_keeper`).
    """
    lead = await _seen_lead(session, actor, body.lead_id)
    town = lead.town_code
    keeper = await _keeper(session, body.addressee, town)
    file = await _open_file(session, lead, body.addressee, keeper)
    made = RestrictedHint(
        id=uuid7(),
        file_id=file.id,
        kind=body.kind,
        text_enc=keyring().encrypt(body.text),
        raised_at=now(),
        raised_by_user_id=actor.id,
        raised_by_post_id=actor.post_id,
    )
    session.add(made)
    await session.flush()
    note(session, file, RestrictedEvent.HINTED, actor.id, data={"kind": body.kind.value})
    await session.flush()
    return {"kind": made.kind.value, "raised_at": written(made.raised_at)}


async def _open_file(
    session: AsyncSession, lead: Lead, addressee: Addressee, keeper: UUID
) -> RestrictedFile:
    """The open file of a lead for this addressee, made if there is none."""
    due = await time_rules.due_on(session, CLOCKS[RestrictedStatus.OPENED], today())
    made = await session.scalar(
        insert(_File)
        .values(
            id=uuid7(),
            lead_id=lead.id,
            town_code=lead.town_code,
            addressee=addressee,
            status=RESTRICTED_FLOW.initial,
            owner_user_id=keeper,
            opened_at=now(),
            due_on=due.on,
            due_is_provisional=due.is_provisional,
            due_rule=due.rule_id,
            due_rule_version=due.rule_version,
            version=1,
            updated_at=now(),
        )
        .on_conflict_do_nothing()
        .returning(_File.id)
    )
    file = (
        await session.scalars(
            select(_File)
            .where(
                _File.lead_id == lead.id,
                _File.addressee == addressee,
                _File.status != RestrictedStatus.CLOSED,
            )
            .with_for_update()
        )
    ).one()
    if made is not None:
        session.add(RestrictedMember(file_id=file.id, user_id=keeper, since=now()))
        await session.flush()
        note(session, file, RestrictedEvent.OPENED, None, about=keeper)
    return file


async def own_hints(session: AsyncSession, actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """What the actor reported on a visible lead: that, and no more. Raises NotFound."""
    await _seen_lead(session, actor, lead_id)
    found = await session.execute(
        select(RestrictedHint.kind, RestrictedHint.raised_at)
        .join(_File, _File.id == RestrictedHint.file_id)
        .where(_File.lead_id == lead_id, RestrictedHint.raised_by_user_id == actor.id)
        .order_by(RestrictedHint.id)
    )
    return {"items": [{"kind": kind.value, "raised_at": written(at)} for kind, at in found]}
