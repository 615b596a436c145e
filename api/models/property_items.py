"""Property involved in a case, and every determination of whose it is."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.core.listing import facets, orders
from api.domain.recovery.property_items import Disposal, Ownership, PropertyKind, PropertyStatus
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
    "property_items",
    {
        "s": "status",
        "k": "kind",
        "w": "ownership",
    },
)


class PropertyItem(Recorded, Versioned, KeptTexts, Waits, Since, Base):
    """One thing or one account. Names and account numbers are encrypted; masks are shown."""

    __tablename__ = "property_items"
    __table_args__ = (
        *held("property_items"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("appraised_value >= 0", name="appraised_value"),
        CheckConstraint("proceeds >= 0", name="proceeds"),
        Index(None, "town_code", "id"),
        *orders.indexes("property_items", "amount", orders.MONEY),
        facets_index("property_items", FACETS),
        Index(None, "case_id", "id"),
        waiting(
            "property_items",
            "town_code",
            PropertyStatus.REGISTERED,
            PropertyStatus.DISPUTED,
            PropertyStatus.DETERMINED,
        ),
        # the same account turns up in other cases: 串并案, 轮候
        Index(None, "account_index"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    status: Mapped[PropertyStatus]
    kind: Mapped[PropertyKind]
    title: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    owner_name_enc: Mapped[bytes | None]
    owner_name_mask: Mapped[str] = mapped_column(default="")
    holder_name_enc: Mapped[bytes | None]
    holder_name_mask: Mapped[str] = mapped_column(default="")
    institution: Mapped[str] = mapped_column(default="")
    account_enc: Mapped[bytes | None]
    account_index: Mapped[bytes | None]
    account_mask: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    custodian: Mapped[str] = mapped_column(default="")
    quantity: Mapped[str] = mapped_column(default="")
    amount: Mapped[int | None]
    appraised_value: Mapped[int | None]
    appraised_on: Mapped[date | None]
    appraiser: Mapped[str] = mapped_column(default="")
    court_item_no: Mapped[str] = mapped_column(default="")
    ownership: Mapped[Ownership] = mapped_column(default=Ownership.PENDING)
    objector_enc: Mapped[bytes | None]
    objector_mask: Mapped[str] = mapped_column(default="")
    objection: Mapped[str] = mapped_column(default="")
    disposal: Mapped[Disposal | None]
    disposed_on: Mapped[date | None]
    disposal_authority: Mapped[str] = mapped_column(default="")
    disposal_document_no: Mapped[str] = mapped_column(default="")
    proceeds: Mapped[int | None]


class PropertyDetermination(Base):
    """Who said when whose it is, and on what paper: append-only history (M5)."""

    __tablename__ = "property_determinations"
    __table_args__ = (Index(None, "property_item_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    property_item_id: Mapped[UUID] = mapped_column(ForeignKey("property_items.id"))
    ownership: Mapped[Ownership]
    authority: Mapped[str]
    document_no: Mapped[str]
    reason: Mapped[str]
    decided_at: Mapped[datetime] = mapped_column(default=now)
    decided_by_post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
