"""Outcomes: exposed cases, education, institutions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base
from api.core.listing import facets
from api.domain.outcomes.outcomes import OutcomeKind, OutcomeStatus
from api.models.base import (
    DivisionCode,
    KeptTexts,
    Recorded,
    Since,
    Versioned,
    Waits,
    facets_index,
    held,
    waiting,
)

#: What a row is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "outcomes",
    {
        "s": "status",
        "k": "kind",
        "o": "owner_unit_id::text",
    },
)


class Outcome(Recorded, Versioned, KeptTexts, Waits, Since, Base):
    """One thing that was published or established."""

    __tablename__ = "outcomes"
    __table_args__ = (
        *held("outcomes"),
        CheckConstraint("audience >= 0", name="audience"),
        CheckConstraint("kind <> 'institution' OR document_no <> ''", name="institution_paper"),
        # No exposed case without a judgment and a second person, whoever writes.
        CheckConstraint(
            "kind <> 'typical_case' OR status <> 'published' OR (judgment_no <> ''"
            " AND judged_on IS NOT NULL AND prepared_by_id IS NOT NULL"
            " AND approved_by_id IS NOT NULL AND approved_at IS NOT NULL)",
            name="exposed_case",
        ),
        CheckConstraint("approved_by_id <> prepared_by_id", name="two_people"),
        Index(None, "town_code", "id"),
        facets_index("outcomes", FACETS),
        Index(None, "town_code", "issued_on", "id"),
        Index(None, "owner_unit_id", "id"),
        waiting("outcomes", "town_code", OutcomeStatus.DRAFT, by_step=True),
    )

    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[OutcomeStatus]
    kind: Mapped[OutcomeKind]
    title: Mapped[str]
    issued_on: Mapped[date]
    #: Where it was published or held.
    medium: Mapped[str] = mapped_column(default="")
    document_no: Mapped[str] = mapped_column(default="")
    #: People reached, where somebody counted them.
    audience: Mapped[int | None]
    summary: Mapped[str] = mapped_column(default="")
    #: The public judgment that an exposed case tells of.
    judgment_court: Mapped[str] = mapped_column(default="")
    judgment_no: Mapped[str] = mapped_column(default="")
    judged_on: Mapped[date | None]
    #: Who wrote the text last, and who read it and let it out.
    prepared_by_id: Mapped[UUID | None]
    approved_by_id: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
