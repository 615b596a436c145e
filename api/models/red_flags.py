"""The boxes that somebody ticked on a lead, and who that was."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.database.db import Base


class LeadRedFlag(Base):
    """A ticked red flag or test. What words propose is worked out when asked for, never kept.

    `leads.red_flags` lists the flags for whoever reads a lead; a flag that stands there alone was
    ticked on the form that the lead came in by.
    """

    __tablename__ = "lead_red_flags"

    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    ticked_at: Mapped[datetime] = mapped_column(default=now)
    ticked_by: Mapped[str]
    ticked_by_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"))
