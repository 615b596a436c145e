"""Rewards to reporters."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base
from api.core.listing import facets
from api.domain.leads.leads import LeadConclusion, ReporterKind
from api.domain.rewards.rewards import ACTIVE, RewardStatus
from api.models.base import (
    DivisionCode,
    Recorded,
    Since,
    Versioned,
    Waits,
    among,
    facets_index,
    held,
)

#: What a row is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "rewards",
    {
        "s": "status",
    },
)


class Reward(Recorded, Versioned, Waits, Since, Base):
    """One reward for one affair. Nothing here says who the reporter is: the lead leads to a vault
    that this record has no key to."""

    __tablename__ = "rewards"
    __table_args__ = (
        *held("rewards"),
        CheckConstraint("amount > 0 AND amount <= computed", name="amount"),
        CheckConstraint("involved >= 0", name="involved"),
        CheckConstraint("proposed_by_id <> approved_by_id", name="two_people"),
        CheckConstraint("paid_by_id NOT IN (proposed_by_id, approved_by_id)", name="three_people"),
        # the service asks about the whole affair; this holds whatever the service does
        Index(
            "uq_rewards_lead_id",
            "lead_id",
            unique=True,
            postgresql_where=text(among("status", ACTIVE)),
        ),
        Index(
            "uq_rewards_main_lead_id",
            "main_lead_id",
            unique=True,
            postgresql_where=text(among("status", ACTIVE)),
        ),
        Index(None, "town_code", "id"),
        Index(None, "town_code", "amount", "id"),
        facets_index("rewards", FACETS),
        Index(None, "informant_index", postgresql_where=text("informant_index IS NOT NULL")),
    )

    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[RewardStatus]
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    #: The report that came first, and the lead whose outcome counts.
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    main_lead_id: Mapped[UUID] = mapped_column(ForeignKey("leads.id"))
    reporter_kind: Mapped[ReporterKind]
    #: Equal for equal reporters, and comparable with nothing else in the database.
    informant_index: Mapped[bytes | None]
    rule_version: Mapped[int]
    conclusion: Mapped[LeadConclusion]
    involved: Mapped[int | None]
    computed: Mapped[int]
    amount: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    #: Why an earlier, similar lead is another affair.
    distinct_reason: Mapped[str] = mapped_column(default="")
    proposed_by_id: Mapped[UUID]
    approved_by_id: Mapped[UUID | None]
    approved_at: Mapped[datetime | None]
    document_no: Mapped[str] = mapped_column(default="")
    #: A keyed digest of the one-time code; none where the receipt does.
    claim_digest: Mapped[bytes | None]
    claim_issued_at: Mapped[datetime | None]
    #: Whether the reporter got a receipt with the report: no column, but looked up where it decides.
    has_receipt = False
    #: What came to stand against it, the same.
    against = ""
    paid_by_id: Mapped[UUID | None]
    paid_at: Mapped[datetime | None]
    voucher_no: Mapped[str] = mapped_column(default="")
    closed_reason: Mapped[str] = mapped_column(default="")

    @property
    def awaits_code(self) -> bool:
        """Whether the reporter has nothing to show yet: neither the receipt nor the code."""
        return not self.has_receipt and self.claim_digest is None
