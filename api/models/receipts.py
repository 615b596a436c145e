"""Receipts of leads, the talk with their bearers, and how they judge the outcome."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.reporters.receipts import MessageFrom, ProofPurpose

#: What a reporter wrote and nobody has seen: literals, so that PostgreSQL can prove the index fits.
UNREAD = "sender = 'reporter' AND read_at IS NULL"


class LeadReceipt(Base):
    """The receipt of a lead: a keyed digest, never the number."""

    __tablename__ = "lead_receipts"

    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    #: The post that handed it over the counter; none for reports over the public page.
    issued_by_post_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"))


class LeadMessage(Base):
    """One message between a reporter and those who handle the lead; the text is encrypted whole."""

    __tablename__ = "lead_messages"
    __table_args__ = (
        Index(None, "lead_id", "id"),
        # the few that wait for an answer, among all that were ever written
        Index("ix_lead_messages_unread", "lead_id", postgresql_where=text(UNREAD)),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    sender: Mapped[MessageFrom]
    text_enc: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(default=now)
    #: Of a message of the staff. Who wrote is told to colleagues, never to the reporter.
    post_id: Mapped[UUID | None] = mapped_column(ForeignKey("posts.id"))
    #: When the other side saw it.
    read_at: Mapped[datetime | None]


class LeadRating(Base):
    """How the reporter judges the outcome: once, and the application cannot change it (P2)."""

    __tablename__ = "lead_ratings"
    __table_args__ = (CheckConstraint("score BETWEEN 1 AND 5", name="score"),)

    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True
    )
    score: Mapped[int]
    comment_enc: Mapped[bytes | None]
    at: Mapped[datetime] = mapped_column(default=now)


class ReceiptFailures(Base):
    """How many wrong receipts were tried, by stretch of time: nobody's, and from nowhere."""

    __tablename__ = "receipt_failures"

    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    failures: Mapped[int]


class PublicLoad(Base):
    """How many requests without a login came, by stretch of time: nobody's, and from nowhere."""

    __tablename__ = "public_load"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    started_at: Mapped[datetime] = mapped_column(primary_key=True)
    purpose: Mapped[ProofPurpose] = mapped_column(primary_key=True)
    count: Mapped[int]
