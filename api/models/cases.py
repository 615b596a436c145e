"""Cases, the leads they came from, the decisions on them, and the identifiers in their texts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.core.listing import facets, orders
from api.domain.cases.cases import CaseAction, CaseStatus, CivilRoute, NoIndictment
from api.domain.leads.categories import LeadCategory
from api.domain.recovery.property_measures import AuthorityLevel
from api.domain.words.identifiers import IdentifierKind
from api.models.base import (
    DivisionCode,
    Recorded,
    Since,
    Versioned,
    Waits,
    facets_index,
    held,
    last_handover,
    search_index,
)

#: Cases not yet filed stand before all others.
FILED_ON = "COALESCE(filed_on, '1000-01-01'::date)"
#: What a row is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "cases",
    {
        "s": "status",
        "k": "primary_category",
        "v": "left(cases.division_code, 12)",
        "o": "owner_unit_id::text",
        "b": "is_backlog::text",
        "x": "(cases.solved_on IS NOT NULL)::text",
    },
    ("charges", "flags"),
)


class Case(Recorded, Versioned, Waits, Since, Base):
    """One case. Its texts hold masks where personal identifiers stood."""

    __tablename__ = "cases"
    __table_args__ = (
        *held("cases"),
        CheckConstraint("amount_involved >= 0", name="amount_involved"),
        CheckConstraint("victims_count >= 0", name="victims_count"),
        CheckConstraint("returns_count BETWEEN 0 AND 2", name="returns_count"),
        CheckConstraint("filed_on >= accepted_on", name="filed_after_accepted"),
        Index(None, "town_code", "id"),
        Index("ix_cases_filed", "town_code", text(f"({FILED_ON})"), "id"),
        *orders.indexes("cases", "amount_involved", orders.MONEY),
        *orders.indexes("cases", "due_on", orders.DAY),
        facets_index("cases", FACETS),
        Index(None, "town_code", "status", "id"),
        Index(None, "owner_unit_id", "status", "id"),
        search_index("cases"),
        # the police's own number: whoever pushes a case twice gets the one that is there
        Index(
            "uq_cases_police_case_no",
            "police_case_no",
            unique=True,
            postgresql_where=text("police_case_no <> ''"),
        ),
    )

    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[CaseStatus]
    title: Mapped[str]
    police_case_no: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")
    primary_category: Mapped[LeadCategory]
    charges: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    flags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    is_backlog: Mapped[bool] = mapped_column(default=False)
    amount_involved: Mapped[int | None]
    victims_count: Mapped[int | None]
    division_code: Mapped[str] = mapped_column(DivisionCode, ForeignKey("divisions.code"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    accepted_on: Mapped[date | None]
    filed_on: Mapped[date | None]
    solved_on: Mapped[date | None]
    concluded_on: Mapped[date | None]
    adjudged_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    #: When the present stage began: no later stage is older.
    stage_on: Mapped[date | None]
    returns_count: Mapped[int] = mapped_column(default=0)
    not_indicted_ground: Mapped[NoIndictment | None]
    due_on: Mapped[date | None] = mapped_column(index=True)
    due_is_provisional: Mapped[bool] = mapped_column(default=False)
    due_rule: Mapped[str] = mapped_column(default="")
    due_rule_version: Mapped[int | None]
    #: When the clock that runs began; some acts leave it alone and begin a stage all the same.
    due_from: Mapped[date | None]
    civil_route: Mapped[CivilRoute | None]
    search: Mapped[str] = mapped_column(TSVECTOR)
    #: Its texts in their plain form, which a search is rechecked by (core/listing/search.py).
    search_text: Mapped[str] = mapped_column(server_default="")
    #: No column: whoever ends a case says here what its end still waits for.
    open_property = cast("Sequence[str]", ())
    if TYPE_CHECKING:
        handover_status: Mapped[str | None]


Case.handover_status = last_handover(Case.id, "case_id")


class CaseLead(Base):
    """A lead that led to a case; several may lead to one."""

    __tablename__ = "case_leads"
    __table_args__ = (Index(None, "lead_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)


class CaseHandover(Base):
    """The hand-over of a problem at a risk entity from which a case was opened."""

    __tablename__ = "case_handovers"
    __table_args__ = (Index(None, "handover_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    handover_id: Mapped[UUID] = mapped_column(ForeignKey("lead_transfers.id"))


class CaseDecision(Base):
    """Who decided what when on which paper: append-only, nothing is overwritten (P4, C2)."""

    __tablename__ = "case_decisions"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    action: Mapped[CaseAction]
    decided_on: Mapped[date]
    authority_level: Mapped[AuthorityLevel | None]
    document_no: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    #: The qualification at that time.
    charges: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    recorded_at: Mapped[datetime] = mapped_column(default=now)
    recorded_by_post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))


class CaseIdentifier(Base):
    """A phone, account, ID number … that stood in a case's text."""

    __tablename__ = "case_identifiers"
    __table_args__ = (Index(None, "case_id"), Index(None, "value_index"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[IdentifierKind]
    value_enc: Mapped[bytes]
    value_index: Mapped[bytes]
    value_mask: Mapped[str]
    raw_enc: Mapped[bytes | None]
    field: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[int | None]
    ends_at: Mapped[int | None]
