"""Informants: who reported, kept apart and encrypted; who keeps it, who was let see it, and who
must have nothing to do with it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.reporters.informants import CustodyPlace, OpeningStatus
from api.models.base import Versioned


class Informant(Versioned, Base):
    """Who reported a lead. No list, export, document or event reads this (services/reporters/informants.py)."""

    __tablename__ = "informants"
    __table_args__ = (
        Index(
            "ix_informants_phone_index",
            "phone_index",
            postgresql_where=text("phone_index IS NOT NULL"),
        ),
        CheckConstraint("handler_id <> supervisor_id", name="two_people"),
        # What somebody is to be named for, a few of all.
        Index("ix_informants_keepers_wanted", "lead_id", postgresql_where=text("keepers_wanted")),
        CheckConstraint(
            "NOT keepers_wanted OR handler_id IS NULL OR supervisor_id IS NULL",
            name="keepers_wanted",
        ),
    )

    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True
    )
    name_enc: Mapped[bytes | None]
    phone_enc: Mapped[bytes | None]
    #: Of its own kind: a search by phone, which asks for those in texts, can never hit it.
    phone_index: Mapped[bytes | None]
    #: What was reported, word for word, where the informant named themself in it.
    narrative_enc: Mapped[bytes | None]
    #: Persons, not posts: who takes over a post does not take over a secret.
    handler_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    #: Whether the office is asked to name both: nobody kept it when it came in, or any more.
    keepers_wanted: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class InformantOpening(Versioned, Base):
    """One request to open an identity, who decided it, and until when it is open."""

    __tablename__ = "informant_openings"
    __table_args__ = (
        Index(None, "lead_id"),
        # One at a time for each person.
        Index(
            "uq_informant_openings_waiting",
            "lead_id",
            "requested_by_id",
            unique=True,
            postgresql_where=text("status = 'waiting'"),
        ),
        Index(
            "ix_informant_openings_duties",
            "lead_id",
            "due_at",
            postgresql_where=text("status = 'waiting'"),
        ),
        # Nobody opens an identity alone, whatever the code above this table does.
        CheckConstraint("decided_by_id <> requested_by_id", name="two_people"),
        CheckConstraint(
            "status <> 'approved' OR (decided_by_id IS NOT NULL AND expires_at IS NOT NULL)",
            name="approved",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    status: Mapped[OpeningStatus]
    reason: Mapped[str]
    requested_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    times_seen: Mapped[int] = mapped_column(default=0)


class InformantRecusal(Base):
    """Somebody who withdrew from keeping an identity, and never comes back to it."""

    __tablename__ = "informant_recusals"

    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    place: Mapped[CustodyPlace]
    reason: Mapped[str]
    replaced_by_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]


class LeadAccusedUnit(Base):
    """A unit that a lead is about: it, and who is near to it, is kept off the lead."""

    __tablename__ = "lead_accused_units"

    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    #: Empty where the lead's own subject says so.
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
