"""The staff's side of a receipt: handing one over, reading and answering what its bearer wrote."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, written
from api.core.base.crypto import keyring
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, Forbidden, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.leads.channels import LeadChannel
from api.domain.reporters import receipts as rules
from api.domain.reporters.receipts import MessageFrom
from api.models.leads import Lead
from api.models.receipts import LeadMessage, LeadRating, LeadReceipt
from api.models.units import Post, Unit
from api.schemas.receipts import MessageCreate
from api.services.kit import protect
from api.services.leads import leads, unnamed
from api.services.reporters import receipts


async def _visible(session: AsyncSession, actor: Actor, lead_id: UUID) -> Lead:
    lead = await session.scalar(
        select(Lead).where(Lead.id == lead_id, leads.LISTING.visible(actor))
    )
    if lead is None:
        raise NotFound
    return lead


async def _handled(session: AsyncSession, actor: Actor, lead_id: UUID) -> Lead:
    """A lead whose reporter this actor may talk with. Raises NotFound, Forbidden."""
    lead = await _visible(session, actor, lead_id)
    if lead.owner_unit_id != actor.unit_id and not actor.may(Permission.LEAD_ASSIGN):
        raise Forbidden("只有承办单位或镇专项办可以与举报人联系", code="not_own_unit")
    return lead


def _may_issue(actor: Actor, lead: Lead) -> bool:
    """A receipt is handed to whoever calls or stands at the counter. Who reported over the page has
    one: a second one would let somebody else speak for them."""
    if lead.channel is LeadChannel.PUBLIC_WEB:
        return False
    return actor.may(Permission.LEAD_ASSIGN) or lead.created_by_post_id == actor.post_id


async def conversation(session: AsyncSession, actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """Messages, receipt and rating of a lead. Raises NotFound, Forbidden."""
    lead = await _handled(session, actor, lead_id)
    receipt = await session.get(LeadReceipt, lead_id)
    rated = await session.get(LeadRating, lead_id)
    written = await session.execute(
        select(LeadMessage, Unit.name)
        .outerjoin(Post, Post.id == LeadMessage.post_id)
        .outerjoin(Unit, Unit.id == Post.unit_id)
        .where(LeadMessage.lead_id == lead_id)
        .order_by(LeadMessage.id)
    )
    keys = keyring()
    messages = list(written)
    said = await unnamed.without(
        session, [lead_id], *(keys.decrypt(message.text_enc) for message, _ in messages)
    )
    issuing = actor.may(Permission.LEAD_CREATE) and _may_issue(actor, lead) and rated is None
    shown = receipts.rating(rated.score, rated.comment_enc, rated.at) if rated else None
    if shown:
        shown["comment"] = await unnamed.told(session, lead_id, shown["comment"])
    return {
        "has_receipt": receipt is not None,
        "receipt_at": _moment(receipt.created_at) if receipt else None,
        "can_issue": issuing,
        "messages": [
            {
                "id": message.id,
                "sender": message.sender.value,
                "text": protect.told(text),
                "at": _moment(message.at),
                "read_at": _moment(message.read_at),
                "unit_name": unit_name,
            }
            for (message, unit_name), text in zip(messages, said, strict=True)
        ],
        "rating": shown,
    }


def _moment(at: Any) -> str | None:
    return written(at) if at else None


async def answer(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: MessageCreate
) -> dict[str, Any]:
    """Write to the reporter; what they wrote counts as read.

    Raises NotFound, Forbidden, Conflict (`no_receipt`: nobody could read it).
    """
    await _handled(session, actor, lead_id)
    if await session.get(LeadReceipt, lead_id) is None:
        raise Conflict("这条线索没有回执，举报人看不到留言；请用其他方式联系", code="no_receipt")
    await mark_read(session, actor, lead_id)
    # staff do not pass numbers on by this way, whoever's they are
    text = protect.told(body.text)
    await receipts.keep(session, lead_id, MessageFrom.STAFF, text, actor.post_id)
    await session.execute(
        update(Lead)
        .where(Lead.id == lead_id, Lead.first_response_at.is_(None))
        .values(first_response_at=now())
        .execution_options(synchronize_session=False)
    )
    told = {"sender": MessageFrom.STAFF.value}
    await events.record(session, actor, EventName.LEAD_MESSAGED, leads.RESOURCE, lead_id, told)
    return await conversation(session, actor, lead_id)


async def mark_read(session: AsyncSession, actor: Actor, lead_id: UUID) -> None:
    """What the reporter wrote was seen. Raises NotFound, Forbidden."""
    await _handled(session, actor, lead_id)
    await session.execute(
        update(LeadMessage)
        .where(
            LeadMessage.lead_id == lead_id,
            LeadMessage.sender == MessageFrom.REPORTER,
            LeadMessage.read_at.is_(None),
        )
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )


async def issue(session: AsyncSession, actor: Actor, lead_id: UUID) -> str:
    """A receipt for somebody who called or came; an earlier one stops working.

    Raises NotFound, Forbidden, Conflict (`rated_already`).
    """
    lead = await _visible(session, actor, lead_id)
    if not _may_issue(actor, lead):
        raise Forbidden(
            "只有登记岗位和镇专项办可以为来电、来访的举报人发放回执；网页举报人已有回执",
            code="receipt_not_issuable",
        )
    if await session.get(LeadRating, lead_id) is not None:
        raise Conflict("举报人已经评价，不再换发回执", code="rated_already")
    receipt = rules.number(secrets.randbelow(rules.SPACE))
    values = {
        "digest": receipts.digest(receipt),
        "created_at": now(),
        "issued_by_post_id": actor.post_id,
    }
    before = await session.get(LeadReceipt, lead_id)
    await session.execute(
        insert(LeadReceipt)
        .values(lead_id=lead_id, **values)
        .on_conflict_do_update(index_elements=[LeadReceipt.lead_id], set_=values)
    )
    told = {"replaced": before is not None}
    await events.record(
        session, actor, EventName.LEAD_RECEIPT_ISSUED, leads.RESOURCE, lead_id, told
    )
    return receipt
