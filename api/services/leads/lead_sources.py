"""Leads that come with a number of whoever sent them: sent again, they are the same lead."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.crypto import keyring
from api.core.database import constraints
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import town_of
from api.domain.kit.errors import Conflict, FieldError, NotFound
from api.models.leads import Lead
from api.schemas.leads import LeadCreate
from api.services.leads import leads


@dataclass(slots=True)
class Sent:
    """What the sender's own number says: the lead that is there, or what a new one keeps."""

    known: dict[str, Any] | None = None
    columns: dict[str, Any] = field(default_factory=dict)


async def sent(session: AsyncSession, actor: Actor, body: LeadCreate, code: str) -> Sent:
    """Whether the sender has sent this before: the same content is the lead as it stands now.

    Compared is what was sent, not what the lead says after corrections. Whoever sends the same at
    the same moment waits here. Raises Conflict naming the lead where its sender may see it.
    """
    if not body.source_number:
        return Sent()
    town, sender = town_of(code), actor.id if actor.kind == "client" else actor.post_id
    key = f"lead-source:{town}:{body.channel}:{sender}:{body.source_number}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    digest = _digest(body)
    found = await session.execute(
        select(Lead.id, Lead.number, Lead.source_digest).where(
            Lead.source_number == body.source_number,
            Lead.source_number != "",
            Lead.town_code == town,
            Lead.channel == body.channel,
            Lead.sender_id == sender,
        )
    )
    there = found.one_or_none()
    if there is None:
        return Sent(columns={"sender_id": sender, "source_digest": digest})
    try:
        lead = await leads.read(actor, there.id, session)
    except NotFound:
        raise _known() from None
    if there.source_digest != digest:
        raise _known(there)
    return Sent(known=lead)


def _digest(body: LeadCreate) -> bytes:
    said = body.model_dump(mode="json")
    return keyring().digest("lead-source", orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def _known(there: Any = None) -> Conflict:
    if there is None:
        return constraints.expected("uq_leads_source_number")
    message = f"该来源编号已登记为线索 {there.number}，内容与这次报送的不同"
    faults = [FieldError("/source_number", "source_number_known", message)]
    refusal = Conflict(message, code="source_number_known", errors=faults)
    refusal.extra |= {"id": str(there.id), "number": there.number}
    return refusal
