"""A case's texts without personal numbers, and the way back to what was written."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.models.cases import CaseIdentifier
from api.services.kit import protect


def of_decision(decision_id: object) -> str:
    """The name of a decision's reason."""
    return f"decisions.{decision_id}.reason"


async def keep(session: AsyncSession, case_id: UUID, field: str, value: str) -> str:
    """A text of a case as it is stored: its old identifiers go, the new ones come."""
    return await protect.replaced(session, CaseIdentifier.case_id, case_id, field, value)


def masked(found: Mapping[str, Any], field: str) -> str:
    """The stored text of that name in a case that was read; empty where there is none."""
    if field.startswith("decisions."):
        reasons = {of_decision(each["id"]): each["reason"] for each in found["decisions"]}
        return str(reasons.get(field, ""))
    return str(found.get(field) or "")
