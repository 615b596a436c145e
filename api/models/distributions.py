"""Refund plans and their lines."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import today
from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.core.listing import facets, orders
from api.domain.recovery.distributions import (
    BaseRule,
    ClaimStatus,
    Disposition,
    DistributionStatus,
    LineStatus,
)
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

S = DistributionStatus

#: What a row is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "distributions",
    {
        "s": "status",
    },
)


class Distribution(Recorded, Versioned, KeptTexts, Waits, Since, Base):
    """One plan. Who prepared and who approved are people, not posts: 三岗分离 is about people."""

    __tablename__ = "distributions"
    __table_args__ = (
        *held("distributions"),
        CheckConstraint("pool >= 0", name="pool"),
        CheckConstraint("prepared_by_id <> approved_by_id", name="two_people"),
        CheckConstraint("paid_by_id NOT IN (prepared_by_id, approved_by_id)", name="three_people"),
        Index(None, "town_code", "id"),
        Index(None, "town_code", "pool", "id"),
        *orders.indexes("distributions", "objection_until", orders.DAY),
        facets_index("distributions", FACETS),
        Index(None, "case_id", "id"),
        waiting(
            "distributions", "town_code", S.DRAFT, S.COMPUTED, S.APPROVED, S.PUBLISHED, S.PAYING,
            S.PARTLY_PAID,
        ),
    )  # fmt: skip

    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    status: Mapped[DistributionStatus]
    title: Mapped[str]
    pool: Mapped[int]
    base_rule: Mapped[BaseRule]
    returns_offset: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    prepared_by_id: Mapped[UUID | None]
    approved_by_id: Mapped[UUID | None]
    paid_by_id: Mapped[UUID | None]
    computed_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approval_document_no: Mapped[str] = mapped_column(default="")
    published_on: Mapped[date | None]
    objection_until: Mapped[date | None]
    #: How often it was computed anew; its lines carry the same number.
    round: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    #: The office named the day itself; one counted by the rule follows rule and calendar.
    objection_is_given: Mapped[bool] = mapped_column(default=False)
    claims_count: Mapped[int] = mapped_column(default=0)
    total_pay: Mapped[int] = mapped_column(default=0)
    total_set_aside: Mapped[int] = mapped_column(default=0)
    undistributed: Mapped[int] = mapped_column(default=0)
    #: What the signatures stand on: kept as computed, recomputable without this system.
    certificate: Mapped[dict[str, Any] | None]
    #: The transfers that reserved the money at approval; a withdrawn plan gives it back.
    pay_transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id"))
    set_aside_transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id"))

    #: No columns, but looked up where they decide (services/recovery/distributions.py).
    no_claims = False
    is_stale = False
    custody = 0

    @property
    def to_give(self) -> int:
        """What it gives to people, paid or set aside."""
        return self.total_pay + self.total_set_aside

    @property
    def objections_heard(self) -> bool:
        """Whether objections may still come."""
        return heard(self.objection_until)


def heard(until: date | None) -> bool:
    """Whether objections may still come to a plan that is published until then."""
    return until is None or today() <= until


class DistributionLine(Base):
    """One victim's line: what the plan says, and what became of it. Lines are never deleted: those
    of the plan's own `round` hold, earlier ones were computed again before anybody approved them."""

    __tablename__ = "distribution_lines"
    __table_args__ = (
        UniqueConstraint("distribution_id", "round", "victim_id"),
        CheckConstraint("share >= 0 AND share <= outstanding", name="share"),
        Index(None, "victim_id"),
        Index(None, "distribution_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    distribution_id: Mapped[UUID] = mapped_column(ForeignKey("distributions.id"))
    round: Mapped[int]
    victim_id: Mapped[UUID] = mapped_column(ForeignKey("victims.id"))
    claim: Mapped[str]
    standing: Mapped[ClaimStatus]
    principal: Mapped[int]
    returns: Mapped[int]
    refunds: Mapped[int]
    outstanding: Mapped[int]
    share: Mapped[int]
    disposition: Mapped[Disposition]
    status: Mapped[LineStatus]
    sent_transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id"))
    paid_transfer_id: Mapped[UUID | None] = mapped_column(ForeignKey("transfers.id"))
    paid_at: Mapped[datetime | None]
