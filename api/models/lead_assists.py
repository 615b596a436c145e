"""What other units are asked for a lead, until when, and what they answered."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from api.core.database.db import Base
from api.domain.leads.lead_assists import AssistStatus
from api.models.base import Recorded, Versioned, Waits, among, held
from api.models.leads import Lead

_OPEN = text(among("status", {AssistStatus.ASKED, AssistStatus.ACKNOWLEDGED}))


class LeadAssist(Recorded, Versioned, Waits, Base):
    """One unit asked for one thing. It may be asked again when this is over."""

    __tablename__ = "lead_assists"
    __table_args__ = (
        *held("lead_assists"),
        Index(None, "lead_id", "id"),
        Index(
            "uq_lead_assists_open",
            "lead_id",
            "owner_unit_id",
            unique=True,
            postgresql_where=_OPEN,
        ),
        # A unit's duties, and the leads that it assists with.
        Index(
            "ix_lead_assists_duties",
            "owner_unit_id",
            "status",
            "due_on",
            postgresql_where=_OPEN,
        ),
        Index(None, "owner_unit_id", "lead_id"),
    )

    #: None: taken over from before this was kept.
    created_by_post_id: Mapped[UUID | None] = mapped_column(  # pyright: ignore[reportIncompatibleVariableOverride]  # elsewhere there always is one
        ForeignKey("posts.id")
    )
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    #: The assisting unit: this record is its own duty.
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    status: Mapped[AssistStatus]
    task: Mapped[str] = mapped_column(default="")
    asked_on: Mapped[date]
    due_on: Mapped[date | None]
    due_is_provisional: Mapped[bool] = mapped_column(default=False)
    due_rule: Mapped[str] = mapped_column(default="")
    due_rule_version: Mapped[int | None]
    #: The day was set by hand: no rule and no calendar moves it.
    due_is_given: Mapped[bool] = mapped_column(default=False)
    acknowledged_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str] = mapped_column(default="")

    #: The unit in charge of the lead, as it stands.
    handling_unit_id: Mapped[UUID] = column_property(
        select(Lead.owner_unit_id)
        .where(Lead.id == lead_id)
        .correlate_except(Lead)
        .scalar_subquery()
    )
