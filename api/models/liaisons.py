"""Which post was a unit's liaison from when to when (capability O5)."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base


class Liaison(Base):
    """One span. Notices go to the post that holds the present one, whoever sits in it."""

    __tablename__ = "liaisons"
    __table_args__ = (
        Index(
            "uq_liaisons_current", "unit_id", unique=True, postgresql_where=text("until IS NULL")
        ),
        CheckConstraint("until IS NULL OR until >= since", name="order"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    #: Empty for a liaison from before the history was kept.
    since: Mapped[date | None]
    until: Mapped[date | None]
    handover_note: Mapped[str] = mapped_column(default="")
