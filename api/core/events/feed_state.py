"""The feed's epoch: one row. A restore raises it, because readers hold cursors into a past that
the restore may have undone (docs/adr/0002-events.md)."""

from sqlalchemy import CheckConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base


class FeedState(Base):
    """The only row."""

    __tablename__ = "feed_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    epoch: Mapped[int]


async def epoch(session: AsyncSession) -> int:
    """The present epoch."""
    return (await session.scalars(select(FeedState.epoch))).one()
