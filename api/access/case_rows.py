"""Rows that belong to a case are seen by whoever sees the case; nothing is written twice."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, exists, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.database.record_access import RecordAccess
from api.core.listing.pagination import param
from api.core.listing.ways import Way
from api.domain.cases.cases import CaseStatus
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, NotFound
from api.domain.kit.permissions import RowScope
from api.models.cases import Case

_CASES = literal_column("'case'")
_OVER = frozenset({CaseStatus.CLOSED, CaseStatus.WITHDRAWN})


def _seen_cases() -> Any:
    """The cases that a unit (or a post that sees only its own) was let see."""
    return select(RecordAccess.record_id).where(
        RecordAccess.viewer_id == param("viewer", RecordAccess.viewer_id.type),
        RecordAccess.resource == _CASES,
    )


def is_shown_to(unit_id: Any, case_id: Any) -> ColumnElement[bool]:
    """Whether a unit, whose people see what is shown to it, sees a case."""
    return exists().where(
        RecordAccess.viewer_id == unit_id,
        RecordAccess.resource == _CASES,
        RecordAccess.record_id == case_id,
    )


def scopes(case_id: Any) -> dict[RowScope, ColumnElement[bool]]:
    """For a `Listing` whose rows carry a town code of their own."""
    seen = case_id.in_(_seen_cases())
    return {RowScope.UNIT: seen, RowScope.COUNTY: seen, RowScope.POST: seen}


def scope_ways(case_id: Any) -> dict[RowScope, Way]:
    """Where the rows of those cases begin, for a `Listing`."""
    seen = _seen_cases().with_only_columns(RecordAccess.record_id.label("v"))
    way = Way(case_id, lambda _, __: seen, by_town=False)
    return {RowScope.UNIT: way, RowScope.COUNTY: way, RowScope.POST: way}


def book_scopes(book_id: Any) -> dict[RowScope, ColumnElement[bool]]:
    """For the ledger, whose rows carry nothing but their book."""
    towns = select(Case.id).where(Case.town_code == param("town", Text()))
    return scopes(book_id) | {RowScope.TOWN: book_id.in_(towns)}


async def case(session: AsyncSession, actor: Actor, case_id: UUID, *, lock: bool = False) -> Case:
    """A visible case; `lock` makes whoever else adds to it, or ends it, wait. Raises NotFound."""
    wanted = select(Case).where(Case.id == case_id, visibility.seen(actor, Case))
    found = await session.scalar(
        wanted.with_for_update(of=Case, key_share=True) if lock else wanted
    )
    if found is None:
        raise NotFound
    return found


async def open_case(session: AsyncSession, actor: Actor, case_id: UUID, what: str) -> Case:
    """A visible case that takes in another row, locked. Raises NotFound, Conflict for one that is
    over: as it is corrected no more, nothing is added to it either."""
    found = await case(session, actor, case_id, lock=True)
    if found.status in _OVER:
        message = (
            f"案件为“{found.status.label}”，不能再登记{what}；又发现的，有生效判决的先移送执行，"
            "其他的先重新立案或者重新审查"
        )
        raise Conflict(
            message, code="case_closed", errors=[FieldError("/case_id", "case_closed", message)]
        )
    return found
