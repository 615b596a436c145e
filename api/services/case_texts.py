"""A case's texts without personal numbers, and the way back to what was written."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.models.cases import CaseIdentifier
from api.services import protect

#: Where a case was sent to, as a text.
DEPARTMENT = "diversion_department"


def of_decision(decision_id: object) -> str:
    """The name of a decision's reason."""
    return f"decisions.{decision_id}.reason"


async def keep(session: AsyncSession, case_id: UUID, field: str, value: str) -> str:
    """A text of a case as it is stored: its old identifiers go, the new ones come."""
    made = protect.text(value, field)
    old = await session.scalars(
        select(CaseIdentifier).where(
            CaseIdentifier.case_id == case_id, CaseIdentifier.field == field
        )
    )
    for row in old:
        await session.delete(row)
    await session.flush()
    if made.identifiers:
        await session.execute(
            insert(CaseIdentifier), [row | {"case_id": case_id} for row in made.identifiers]
        )
    return made.text


def masked(found: Mapping[str, Any], field: str) -> str:
    """The stored text of that name in a case that was read; empty where there is none."""
    if field == DEPARTMENT:
        return str((found["diversion"] or {}).get("department", ""))
    if field.startswith("decisions."):
        reasons = {of_decision(each["id"]): each["reason"] for each in found["decisions"]}
        return str(reasons.get(field, ""))
    return str(found.get(field) or "")
