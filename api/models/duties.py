"""Warnings that were given: one row a step, so that none is given twice."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.database.db import Base


class DutyNotice(Base):
    """One step of the ladder before one end of one record. A renewal has a new end, so new steps."""

    __tablename__ = "duty_notices"

    subject_type: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    #: The row of the rule table that gave the step, and in which version.
    rule_id: Mapped[str] = mapped_column(primary_key=True)
    rule_version: Mapped[int | None]
    noticed_at: Mapped[datetime] = mapped_column(default=now)
