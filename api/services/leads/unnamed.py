"""Records about a lead without its informant: the identity goes into the vault as it comes in, and
a word stands in its place in every text."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.crypto import keyring
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.domain.reporters import informants as rules
from api.models.informants import Informant
from api.models.leads import Lead
from api.services.kit import protect

#: Not the kind of the numbers in texts: whoever searches for a phone cannot hit this.
_PHONE = "informant_phone"


def row(
    lead_id: UUID,
    name: str,
    phone: str,
    *,
    actor: Actor | None = None,
    narrative: str = "",
    wanted: bool = False,
) -> dict[str, Any]:
    """The values of one informant. Whoever takes the report in and may keep identities, keeps it;
    otherwise, where a report is `wanted` to be kept, the office is asked to name two."""
    keys = keyring()
    keeps = actor is not None and actor.may(P.INFORMANT_OPEN)
    return {
        "lead_id": lead_id,
        "name_enc": keys.encrypt(name) if name else None,
        "phone_enc": keys.encrypt(phone) if phone else None,
        "phone_index": keys.blind_index(_PHONE, phone) if phone else None,
        "narrative_enc": keys.encrypt(narrative) if narrative else None,
        "handler_id": actor.id if keeps and actor else None,
        "supervisor_id": None,
        "keepers_wanted": wanted and not keeps,
        "version": 1,
        "updated_at": now(),
    }


def plain(sealed: bytes | None) -> str:
    """A value of the vault; empty where nothing was given."""
    return keyring().decrypt(sealed) if sealed else ""


async def without(
    session: AsyncSession,
    lead_ids: Iterable[UUID],
    *texts: str,
    marks: rules.Marks = rules.OF_THE_LEAD,
) -> list[str]:
    """Texts about some leads, without whoever reported these."""
    told = list(texts)
    wanted = [*lead_ids]
    if not wanted or not any(told):
        return told
    rows = await session.execute(
        select(Informant.name_enc, Informant.phone_enc, Lead.subject_name)
        .join(Lead, Lead.id == Informant.lead_id)
        .where(Informant.lead_id.in_(wanted))
    )
    for name, phone, accused in rows:
        told = [*map(rules.hiding(plain(name), plain(phone), accused, marks), told)]
    return told


async def told(session: AsyncSession, lead_id: UUID, text: str) -> str:
    """A text as events may tell it: neither numbers nor the informant."""
    return protect.told((await without(session, [lead_id], text))[0])


async def elsewhere(session: AsyncSession, lead_ids: Iterable[UUID], *texts: str) -> list[str]:
    """Texts of other records than the leads, which say neither who reported them nor whose name it
    is that is left out."""
    return await without(session, lead_ids, *texts, marks=rules.ELSEWHERE)
