"""A lead's texts without personal numbers, and the way back to what was written.

The lead's own texts, what was told and handed over on its way, and what others answered: all are
stored masked, and the numbers kept beside them under the name of their text.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import rows
from api.domain.words.identifiers import IdentifierState
from api.models.leads import LeadIdentifier
from api.services.kit import protect
from api.services.leads import unnamed

#: Told on the way: the numbers in them are of whoever was spoken to, and say nothing of the affair.
ASIDE = ("feedback_note", "solved_note", "diversion_department")
_TRANSFERS = "transfers"


def of(noun: str, record_id: object, name: str) -> str:
    """The name of a text of something that belongs to a lead: `assists.<id>.answer`."""
    return f"{noun}.{record_id}.{name}"


def of_transfer(transfer_id: object, name: str) -> str:
    """The name of a text of a hand-over."""
    return of(_TRANSFERS, transfer_id, name)


def is_aside(field: str) -> bool:
    """Whether a text was told on the way, not of the affair itself."""
    return field in ASIDE or field.startswith(f"{_TRANSFERS}.")


def of_the_affair() -> ColumnElement[bool]:
    """The numbers that say something of the affair: the same as `is_aside` is not, for SQL."""
    field = LeadIdentifier.field
    return and_(field.not_in(ASIDE), field.not_like(f"{_TRANSFERS}.%"))


async def keep(session: AsyncSession, lead_id: UUID, given: Mapping[str, str]) -> list[str]:
    """Texts of a lead by name → as they are stored, without numbers and without who reported it.

    The old numbers of these texts go, the new ones come; what a person said of a number that
    stays, stays.
    """
    told = await unnamed.without(session, [lead_id], *given.values())
    made = [protect.text(text, name) for name, text in zip(given, told, strict=True)]
    old = await session.scalars(
        select(LeadIdentifier).where(
            LeadIdentifier.lead_id == lead_id, LeadIdentifier.field.in_([*given])
        )
    )
    said: dict[tuple[str, bytes], IdentifierState] = {}
    for row in old:
        said[row.field, row.value_index] = row.state
        await session.delete(row)
    await session.flush()
    own = [
        row
        | {
            "lead_id": lead_id,
            "state": said.get((row["field"], row["value_index"]), IdentifierState.PROPOSED),
        }
        for each in made
        for row in each.identifiers
    ]
    await rows.insert(session, LeadIdentifier, own)
    return [each.text for each in made]


async def keep_one(session: AsyncSession, lead_id: UUID, name: str, text: str) -> str:
    """The same for one text."""
    return (await keep(session, lead_id, {name: text}))[0]


async def written(session: AsyncSession, lead_id: UUID, name: str, text: str) -> str:
    """A stored text as it was written, its numbers in their places."""
    kept = await session.execute(
        select(LeadIdentifier.starts_at, LeadIdentifier.ends_at, LeadIdentifier.raw_enc).where(
            LeadIdentifier.lead_id == lead_id, LeadIdentifier.field == name
        )
    )
    inside = [(start, end, raw) for start, end, raw in kept if start is not None and end and raw]
    return protect.restore(text, inside) if text else ""


def masked(lead: Mapping[str, Any], field: str) -> str:
    """The stored text of that name in a lead that was read; empty where there is none to be seen."""
    noun, _, rest = field.partition(".")
    if not rest:
        return str(lead.get(field) or "")
    record_id, _, name = rest.partition(".")
    found = (each.get(name) for each in lead.get(noun, ()) if str(each["id"]) == record_id)
    return str(next(found, "") or "")
