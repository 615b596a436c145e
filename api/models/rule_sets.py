"""Versions of rule sets: drafted, approved by a second person, in force from a day."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base
from api.domain.across.rule_sets import OPEN, RuleKind, RuleSetStatus
from api.models.base import DivisionCode, Recorded, Since, Versioned, Waits, among, held, waiting


class RuleSetVersion(Recorded, Versioned, Waits, Since, Base):
    """One version. Approved it never changes; what comes with the system stands in no row
    (domain/across/rule_sets.py)."""

    __tablename__ = "rule_set_versions"
    __table_args__ = (
        *held("rule_set_versions"),
        UniqueConstraint("kind", "town_code", "number"),
        CheckConstraint("number > 1", name="number"),
        CheckConstraint("(number IS NOT NULL) = (status = 'approved')", name="numbered"),
        CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)"
            " AND (approved_by_id IS NULL) = (status <> 'approved' OR is_earlier)",
            name="approved",
        ),
        # whoever wrote a word of it does not approve it, whoever writes the row
        CheckConstraint("approved_by_id <> ALL (author_ids)", name="two_people"),
        Index(
            "uq_rule_set_versions_open",
            "kind",
            "town_code",
            unique=True,
            postgresql_where=text(among("status", OPEN)),
        ),
        Index(None, "town_code", "id"),
        waiting("rule_set_versions", "town_code", *OPEN, by_step=True),
    )

    kind: Mapped[RuleKind]
    #: Whose book it stands in: a county's, shared by all of its towns, or a town's own.
    town_code: Mapped[str] = mapped_column(DivisionCode)
    #: By order of approval; 1 and on came with the system.
    number: Mapped[int | None]
    status: Mapped[RuleSetStatus] = mapped_column(default=RuleSetStatus.DRAFT)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    #: On which paper it rests, and what was changed why.
    source: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[date]
    #: The version that it was drafted from: what it is compared with.
    based_on_id: Mapped[UUID]
    #: Everybody who wrote in it.
    author_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None]
    #: Why it was given back the last time.
    refused_reason: Mapped[str] = mapped_column(default="")
    #: Made before a second person was asked for.
    is_earlier: Mapped[bool] = mapped_column(default=False)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    #: Its first day is over, and it is not approved: no column, but looked up where it decides.
    is_past = False
