"""Leads that were given away many at a time, to whom and until when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.leads.lead_assignments import LineOutcome
from api.models.base import DivisionCode, Recorded


class LeadAssignment(Recorded, Base):
    """One act of giving many leads away."""

    __tablename__ = "lead_assignments"
    __table_args__ = (Index(None, "town_code", "id"),)

    town_code: Mapped[str] = mapped_column(DivisionCode)
    made_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))


class LeadAssignmentLine(Base):
    """One lead of it. While nothing became of it, it waits for its unit to acknowledge it."""

    __tablename__ = "lead_assignment_lines"
    __table_args__ = (
        Index(None, "assignment_id", "unit_id"),
        # A lead waits for one unit at a time.
        Index(
            "uq_lead_assignment_lines_open",
            "lead_id",
            unique=True,
            postgresql_where=text("outcome IS NULL"),
        ),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("lead_assignments.id"))
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    #: Whom the lead was proposed for until then: taken back, it is again.
    proposed_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    due_on: Mapped[date | None]
    outcome: Mapped[LineOutcome | None]
    ended_at: Mapped[datetime | None]
