"""Papers that were made from records, with the values that they were filled with, and their series."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base
from api.domain.papers.papers import PaperKind, PaperStatus
from api.models.base import DivisionCode, Recorded, Versioned


class Paper(Recorded, Versioned, Base):
    """One paper. What it says is kept as it was said then: it prints the same whatever becomes of
    its record. Seen by whoever sees the record (access/paper_rows.py)."""

    __tablename__ = "papers"
    __table_args__ = (
        UniqueConstraint("town_code", "series", "year", "seq"),
        CheckConstraint("seq >= 1", name="seq"),
        CheckConstraint("status = 'made' OR voided_at IS NOT NULL", name="voided"),
        Index(None, "subject_id", "id"),
        Index(None, "town_code", "id"),
        Index(None, "owner_unit_id", "id"),
    )

    number: Mapped[str]
    status: Mapped[PaperStatus]
    kind: Mapped[PaperKind]
    template_version: Mapped[int]
    town_code: Mapped[str] = mapped_column(DivisionCode)
    series: Mapped[str]
    year: Mapped[int]
    seq: Mapped[int]
    #: What it was made from stands in many tables, so there is no foreign key.
    noun: Mapped[str]
    subject_id: Mapped[UUID]
    #: Field → text, masked; nothing of whoever reported.
    facts: Mapped[dict[str, str]] = mapped_column(JSONB)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    made_by: Mapped[str]
    voided_at: Mapped[datetime | None]
    voided_by: Mapped[str] = mapped_column(default="", server_default="")
    void_reason: Mapped[str] = mapped_column(default="", server_default="")


class PaperSeries(Base):
    """The last number of one series of a town in a year. Its row is locked until the paper that took
    the number is committed: what fails leaves no gap, and whoever comes meanwhile waits."""

    __tablename__ = "paper_series"

    town_code: Mapped[str] = mapped_column(DivisionCode, primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
