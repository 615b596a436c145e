"""The feed's epoch: one row. A restore raises it, because readers hold cursors into a past that
the restore may have undone (docs/adr/0002-events.md)."""

from sqlalchemy import Boolean, CheckConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base


class FeedState(Base):
    """The only row."""

    __tablename__ = "feed_state"
    __table_args__ = (CheckConstraint("only", name="one_row"),)

    only: Mapped[bool] = mapped_column(Boolean, primary_key=True, server_default=text("true"))
    epoch: Mapped[int]


async def epoch(session: AsyncSession) -> int:
    """The present epoch."""
    return (await session.scalars(select(FeedState.epoch))).one()
