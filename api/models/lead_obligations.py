"""What leads owe before they may end, and how each obligation ended."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.leads.lead_obligations import ObligationEnd
from api.domain.leads.leads import Obligation


class LeadObligation(Base):
    """One obligation of a lead, from its conclusion on. Who waived it, and why, stands with it."""

    __tablename__ = "lead_obligations"
    __table_args__ = (
        Index(
            "uq_lead_obligations_open",
            "lead_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
        ),
        Index(None, "lead_id", "id"),
        Index(
            "ix_lead_obligations_waived",
            "lead_id",
            postgresql_where=text("ended_by = 'waived'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    kind: Mapped[Obligation]
    arose_on: Mapped[date]
    ended_on: Mapped[date | None]
    ended_by: Mapped[ObligationEnd | None]
    #: Of a waiver: who let it go, and why.
    person: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str] = mapped_column(default="", server_default="")
