"""Samples for second verification, kept with all they were drawn from: anybody can recompute one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from api.core.database.db import Base
from api.domain.leads.categories import LeadCategory
from api.domain.leads.leads import LeadConclusion
from api.domain.leads.recheck_samples import DrawExclusion
from api.models.base import DivisionCode, Recorded


class RecheckSample(Recorded, Base):
    """One drawing: for which period, with which seed, out of what. Never changed afterwards."""

    __tablename__ = "recheck_samples"
    __table_args__ = (
        Index(None, "town_code", "id"),
        CheckConstraint("period_from <= period_to", name="period"),
        CheckConstraint("size > 0", name="size"),
        UniqueConstraint("id", "seed_commitment"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    town_code: Mapped[str] = mapped_column(DivisionCode)
    period_from: Mapped[date]
    period_to: Mapped[date]
    conclusions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    seed: Mapped[str]
    #: The fingerprint under which the seed was sealed, and when; empty of samples from before that.
    seed_commitment: Mapped[str] = mapped_column(server_default="")
    seed_committed_at: Mapped[datetime | None]
    #: How many were asked for; fewer were drawn where there are fewer.
    size: Mapped[int]
    population_size: Mapped[int]
    population_digest: Mapped[str]


class RecheckSeed(Base):
    """A seed made by the server and sealed before anybody can know what it draws: one waits for
    each town, and each is used once."""

    __tablename__ = "recheck_seeds"
    __table_args__ = (
        Index(
            "uq_recheck_seeds_waiting",
            "town_code",
            unique=True,
            postgresql_where=text("used_by_id IS NULL"),
        ),
        # nor is one skipped: each sample uses one seed, and under its own fingerprint
        UniqueConstraint("used_by_id"),
        ForeignKeyConstraint(
            ["used_by_id", "commitment"], ["recheck_samples.id", "recheck_samples.seed_commitment"]
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    town_code: Mapped[str] = mapped_column(DivisionCode)
    commitment: Mapped[str]
    seed_enc: Mapped[bytes]
    committed_at: Mapped[datetime]
    used_by_id: Mapped[UUID | None]


class RecheckSampleLine(Base):
    """One lead of the period as it stood then: whether it was drawn, or why it was left out."""

    __tablename__ = "recheck_sample_lines"
    __table_args__ = (
        Index(None, "lead_id"),
        Index(
            "ix_recheck_sample_lines_open",
            "lead_id",
            postgresql_where=text("drawn AND second_conclusion IS NULL"),
        ),
        CheckConstraint("excluded IS NULL OR NOT drawn", name="excluded"),
    )

    sample_id: Mapped[UUID] = mapped_column(
        ForeignKey("recheck_samples.id", ondelete="CASCADE"), primary_key=True
    )
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    category: Mapped[LeadCategory]
    drawn: Mapped[bool]
    excluded: Mapped[DrawExclusion | None]
    first_conclusion: Mapped[LeadConclusion]
    #: What the second verification found; empty until it is done.
    second_conclusion: Mapped[LeadConclusion | None]
    second_unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    second_on: Mapped[date | None]

    @classmethod
    def waits(cls) -> ColumnElement[bool]:
        """Drawn, and not verified a second time."""
        return and_(cls.drawn, cls.second_conclusion.is_(None))
