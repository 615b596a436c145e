"""Victims of a case as claimants. Everything that names a person is encrypted."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base
from api.core.listing import facets
from api.domain.cases.victims import VictimStatus
from api.domain.recovery.distributions import ClaimStatus
from api.domain.words.documents import DocumentKind
from api.models.base import (
    DivisionCode,
    KeptTexts,
    Recorded,
    Since,
    Versioned,
    facets_index,
    waiting,
)

#: What a row is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "victims",
    {
        "s": "status",
        "d": "claim_status",
        "e": "is_elder::text",
    },
)


class Victim(Recorded, Versioned, KeptTexts, Since, Base):
    """One claim of one person in one case: lost, got back before, verified how."""

    __tablename__ = "victims"
    __table_args__ = (
        CheckConstraint("principal >= 0 AND returns >= 0 AND refunds >= 0", name="amounts"),
        Index(None, "town_code", "id"),
        Index(None, "town_code", "principal", "id"),
        facets_index("victims", FACETS),
        Index(None, "case_id", "id"),
        waiting("victims", "town_code", VictimStatus.REGISTERED, by_step=True),
        Index(None, "import_id"),
        Index(None, "name_index"),
        Index(None, "phone_index"),
        # one person claims once in a case; who gave no number is told apart by people
        Index(
            "uq_victims_case_person",
            "case_id",
            "id_number_index",
            unique=True,
            postgresql_where=text("id_number_index IS NOT NULL AND status <> 'withdrawn'"),
        ),
    )

    number: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    status: Mapped[VictimStatus]
    claim_status: Mapped[ClaimStatus] = mapped_column(default=ClaimStatus.REGISTERED)
    name_enc: Mapped[bytes]
    name_index: Mapped[bytes]
    name_mask: Mapped[str]
    #: Which paper the number is of; None as long as there is none.
    id_kind: Mapped[DocumentKind | None]
    id_number_enc: Mapped[bytes | None]
    id_number_index: Mapped[bytes | None]
    id_number_mask: Mapped[str] = mapped_column(default="")
    phone_enc: Mapped[bytes | None]
    phone_index: Mapped[bytes | None]
    phone_mask: Mapped[str] = mapped_column(default="")
    account_enc: Mapped[bytes | None]
    account_index: Mapped[bytes | None]
    account_mask: Mapped[str] = mapped_column(default="")
    bank_name: Mapped[str] = mapped_column(default="")
    address_enc: Mapped[bytes | None]
    address_mask: Mapped[str] = mapped_column(default="")
    division_code: Mapped[str | None] = mapped_column(DivisionCode)
    #: Sixty or more on the day of the payment (老年人权益保障法第2条).
    is_elder: Mapped[bool | None]
    paid_on: Mapped[date | None]
    principal: Mapped[int]
    returns: Mapped[int]
    refunds: Mapped[int]
    basis: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    import_id: Mapped[UUID | None]
    import_row: Mapped[int | None]
