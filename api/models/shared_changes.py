"""Changes of what all towns share that wait for a second person."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.organisation.shared_changes import SharedKind, SharedStatus
from api.models.base import Versioned


class SharedChange(Versioned, Base):
    """One proposal: what was sent is kept as it was sent, and done when another confirms it."""

    __tablename__ = "shared_changes"
    __table_args__ = (
        CheckConstraint(
            "status <> 'confirmed' OR decided_by_id <> proposed_by_id", name="two_people"
        ),
        CheckConstraint(
            "(status = 'waiting') = (decided_by_id IS NULL)"
            " AND (decided_by_id IS NULL) = (decided_at IS NULL)",
            name="decided",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[SharedKind]
    status: Mapped[SharedStatus] = mapped_column(default=SharedStatus.WAITING)
    #: The rule or the year; empty for divisions.
    subject: Mapped[str] = mapped_column(default="")
    body: Mapped[dict[str, Any]]
    reason: Mapped[str]
    proposed_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(default=now)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(default="")
