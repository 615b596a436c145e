"""Leads, who reported them, and the identifiers found in them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from api.core.db import Base
from api.core.ids import uuid7
from api.domain.categories import LeadCategory
from api.domain.channels import LeadChannel
from api.domain.identifiers import IdentifierKind
from api.domain.leads import FeedbackMode, LeadConclusion, LeadStatus, ReporterKind
from api.models.base import DivisionCode, Recorded, Versioned


class Lead(Recorded, Versioned, Base):
    """One clue. Its texts hold masks where personal identifiers stood (core rule: decisions)."""

    __tablename__ = "leads"
    __table_args__ = (
        CheckConstraint("amount_involved >= 0", name="amount_involved"),
        CheckConstraint("people_involved >= 0", name="people_involved"),
        # The office's list: newest first, by status, by receipt, by what is due.
        Index(None, "town_code", "id"),
        Index(None, "town_code", "status", "id"),
        Index(None, "town_code", "received_at", "id"),
        Index(None, "owner_unit_id", "status", "id"),
        # What waits, the most urgent first; closed leads, nearly all of them, are not in here.
        Index(
            "ix_leads_office_duties",
            "town_code",
            "status",
            "due_on",
            "id",
            postgresql_where=text("status IN ('received', 'registered', 'disputed', 'fed_back')"),
        ),
        Index(
            "ix_leads_unit_duties",
            "owner_unit_id",
            "status",
            "due_on",
            "id",
            postgresql_where=text(
                "status IN ('assigned', 'verifying', 'recheck', 'concluded', 'rejected',"
                " 'transferred_department', 'transferred_police')"
            ),
        ),
        # The desk's fast track, and what is late.
        Index(
            "ix_leads_desk_fast",
            "town_code",
            "due_on",
            "id",
            postgresql_where=text(
                "fast_track AND status IN ('received', 'registered', 'disputed')"
            ),
        ),
        Index(
            "ix_leads_open_due",
            "town_code",
            "due_on",
            "id",
            postgresql_where=text(
                "status IN ('received', 'registered', 'assigned', 'disputed', 'verifying',"
                " 'transferred_department', 'transferred_police', 'escalated', 'concluded',"
                " 'recheck', 'fed_back')"
            ),
        ),
        Index(None, "subject_uscc"),
        Index("ix_leads_search", "search", postgresql_using="gin"),
        Index(None, "import_id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[LeadStatus]
    channel: Mapped[LeadChannel]
    batch_no: Mapped[str] = mapped_column(default="")
    received_at: Mapped[datetime]
    #: Ledgers give a day only; the time of such a row is midnight and means nothing.
    received_has_time: Mapped[bool] = mapped_column(default=True)
    narrative: Mapped[str]
    subject_name: Mapped[str]
    subject_uscc: Mapped[str] = mapped_column(default="")
    primary_category: Mapped[LeadCategory]
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    red_flags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    occurred_on: Mapped[date | None]
    division_code: Mapped[str] = mapped_column(DivisionCode, ForeignKey("divisions.code"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    amount_involved: Mapped[int | None]
    people_involved: Mapped[int | None]
    fast_track: Mapped[bool] = mapped_column(default=False)
    reporter_kind: Mapped[ReporterKind]
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    #: The unit that a ledger names; the office confirms it by assigning.
    proposed_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    assisting_unit_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    due_on: Mapped[date | None] = mapped_column(index=True)
    due_is_provisional: Mapped[bool] = mapped_column(default=False)
    due_rule: Mapped[str] = mapped_column(default="")
    due_rule_version: Mapped[int | None]
    conclusion: Mapped[LeadConclusion | None]
    findings: Mapped[str] = mapped_column(default="")
    concluded_on: Mapped[date | None]
    feedback_mode: Mapped[FeedbackMode | None]
    feedback_note: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    import_id: Mapped[UUID | None]
    import_row: Mapped[int | None]
    search: Mapped[str] = mapped_column(TSVECTOR)


class LeadReporter(Base):
    """The informant, apart from the lead and encrypted: no list, export or event reads this."""

    __tablename__ = "lead_reporters"

    lead_id: Mapped[UUID] = mapped_column(
        ForeignKey("leads.id", ondelete="CASCADE"), primary_key=True
    )
    name_enc: Mapped[bytes | None]
    phone_enc: Mapped[bytes | None]


class LeadIdentifier(Base):
    """A phone, account, ID number … that stood in a lead's text or was entered with it."""

    __tablename__ = "lead_identifiers"
    __table_args__ = (Index(None, "lead_id"), Index(None, "value_index"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id", ondelete="CASCADE"))
    kind: Mapped[IdentifierKind]
    value_enc: Mapped[bytes]
    value_index: Mapped[bytes]
    value_mask: Mapped[str]
    #: What stood in the text, encrypted (spaces and hyphens kept), and where its mask stands now.
    raw_enc: Mapped[bytes | None]
    field: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[int | None]
    ends_at: Mapped[int | None]
