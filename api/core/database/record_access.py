"""Who sees which rows, as rows: written with the record, read by every list.

A predicate "owner OR assistant OR creator" reads the whole table at a million rows; this table
answers from its primary key (docs/adr/0005-visibility.md).
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Index, delete, literal, literal_column, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base import rows
from api.core.database.db import Base


class RecordAccess(Base):
    """One viewer (a unit, or a post that sees only its own) may see one record."""

    __tablename__ = "record_access"
    __table_args__ = (Index(None, "record_id"),)

    viewer_id: Mapped[UUID] = mapped_column(primary_key=True)
    resource: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[UUID] = mapped_column(primary_key=True)


def viewers(resource: str, record_id: Any) -> Any:
    """Whoever sees a record of another statement: units, and posts that see only their own."""
    return (
        select(RecordAccess.viewer_id)
        .where(
            RecordAccess.record_id == record_id,
            RecordAccess.resource == literal_column(f"'{resource}'"),
        )
        .correlate_except(RecordAccess)
    )


async def grant(
    session: AsyncSession, resource: str, record_id: UUID, viewers: Iterable[UUID | None]
) -> None:
    """Let viewers see a record; those who already do stay."""
    granted = [
        {"viewer_id": viewer, "resource": resource, "record_id": record_id}
        for viewer in dict.fromkeys(viewers)
        if viewer is not None
    ]
    await rows.insert(session, RecordAccess, granted, ignore=True)


def rows_of(
    resource: str, record_id: UUID, viewers: Iterable[UUID]
) -> list[tuple[type[RecordAccess], dict[str, object]]]:
    """The rows that let viewers see a new record, for an insert together with it."""
    return [
        (RecordAccess, {"viewer_id": viewer, "resource": resource, "record_id": record_id})
        for viewer in dict.fromkeys(viewers)
    ]


async def viewers_of(session: AsyncSession, resource: str, record_id: UUID) -> set[UUID]:
    """Who may see a record by rows of their own."""
    found = await session.scalars(
        select(RecordAccess.viewer_id).where(
            RecordAccess.resource == resource, RecordAccess.record_id == record_id
        )
    )
    return set(found)


async def share(
    session: AsyncSession, of: tuple[str, UUID], resource: str, record_id: UUID
) -> None:
    """Whoever may see one record (`of`) may see another as well."""
    viewers = select(
        RecordAccess.viewer_id, literal(resource), literal(record_id, RecordAccess.record_id.type)
    ).where(RecordAccess.resource == of[0], RecordAccess.record_id == of[1])
    await session.execute(
        upsert(RecordAccess)
        .from_select(["viewer_id", "resource", "record_id"], viewers)
        .on_conflict_do_nothing()
    )


async def withdraw(session: AsyncSession, record_id: UUID, viewers: Iterable[UUID]) -> None:
    """Take a record out of the sight of viewers."""
    await session.execute(
        delete(RecordAccess).where(
            RecordAccess.record_id == record_id, RecordAccess.viewer_id.in_(list(viewers))
        )
    )
