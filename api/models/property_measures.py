"""Seals, seizures and freezes on property items, and the chain of their renewals."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    and_,
    exists,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column

from api.core.base.ids import uuid7
from api.core.base.statements import param
from api.core.database.db import Base
from api.core.listing import facets, orders
from api.domain.cases.cases import OVER
from api.domain.recovery.property_items import PropertyStatus
from api.domain.recovery.property_measures import (
    AuthorityLevel,
    MeasureKind,
    MeasureStatus,
    Regime,
    ReleaseReason,
)
from api.models.base import DivisionCode, Recorded, Versioned, Waits, facets_index, held
from api.models.cases import Case
from api.models.property_items import PropertyItem

#: What a row is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "property_measures",
    {
        "k": "kind",
    },
)


class PropertyMeasure(Recorded, Versioned, Waits, Base):
    """What an authority ordered on one item. The paper's end date is what counts."""

    __tablename__ = "property_measures"
    __table_args__ = (
        *held("property_measures"),
        CheckConstraint("amount >= 0", name="amount"),
        CheckConstraint("expires_on >= starts_on", name="term"),
        CheckConstraint("status <> 'released' OR released_on IS NOT NULL", name="released"),
        # what entries of the ledger name: a measure of their own case
        UniqueConstraint("id", "case_id"),
        Index(None, "town_code", "id"),
        Index(None, "town_code", "starts_on", "id"),
        *orders.indexes("property_measures", "expires_on", orders.DAY),
        *orders.indexes("property_measures", "amount", orders.MONEY),
        facets_index("property_measures", FACETS),
        Index(None, "case_id", "id"),
        Index(None, "property_item_id", "id"),
        # what runs out next: the guard reads this every morning
        Index(
            "ix_property_measures_expires_on",
            "expires_on",
            postgresql_where=text("status = 'active'"),
        ),
        # what lapsed and somebody is to see to
        Index(
            "ix_property_measures_lapsed",
            "owner_unit_id",
            "id",
            postgresql_where=text("status = 'lapsed'"),
        ),
        # 程序规定第242条: no second freeze on what is frozen, whoever writes
        Index(
            "uq_property_measures_one_freeze",
            "property_item_id",
            unique=True,
            postgresql_where=text("status = 'active' AND kind = 'freeze'"),
        ),
    )

    property_item_id: Mapped[UUID] = mapped_column(ForeignKey("property_items.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    status: Mapped[MeasureStatus]
    kind: Mapped[MeasureKind]
    regime: Mapped[Regime]
    authority: Mapped[str]
    authority_level: Mapped[AuthorityLevel]
    document_no: Mapped[str]
    officers: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    amount: Mapped[int | None]
    is_major: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date]
    #: NULL: the law sets no end (criminal seizure), or the measure still waits in the queue.
    expires_on: Mapped[date | None]
    #: Copied from the paper: no rule and no calendar moves it.
    expires_is_given: Mapped[bool] = mapped_column(default=False)
    expires_is_provisional: Mapped[bool] = mapped_column(default=False)
    rule_id: Mapped[str] = mapped_column(default="")
    rule_version: Mapped[int | None]
    #: 1 is the first; those that wait count on from it (轮候).
    rank: Mapped[int] = mapped_column(default=1)
    released_on: Mapped[date | None]
    release_reason: Mapped[ReleaseReason | None]
    release_document_no: Mapped[str] = mapped_column(default="")
    #: Whether another freeze comes first: no column, but looked up where it decides.
    is_behind = False
    #: `UNDONE`, asked for where it is read; of a row that is locked nothing hangs on it.
    is_undone = True
    if TYPE_CHECKING:
        is_groundless: Mapped[bool]

    @property
    def has_term(self) -> bool:
        """Whether the law sets it an end."""
        return self.expires_on is not None and bool(self.rule_id)


#: Asked for by its flow: criminal, over a case that is no criminal case any more.
PropertyMeasure.is_groundless = column_property(
    and_(
        PropertyMeasure.regime == literal_column(f"'{Regime.CRIMINAL.value}'"),
        exists(
            select(Case.id).where(
                Case.id == PropertyMeasure.case_id,
                Case.status.in_([literal_column(f"'{each.value}'") for each in sorted(OVER)]),
            )
        ).correlate_except(Case),
    ),
    expire_on_flush=False,
)


_OTHER = aliased(PropertyMeasure)
_TODAY = param("today", Date())
#: From the day after its last one, whether the nightly run has written that down or not.
_RAN_OUT = or_(
    PropertyMeasure.status == literal_column(f"'{MeasureStatus.LAPSED.value}'", Text()),
    and_(
        PropertyMeasure.status == literal_column(f"'{MeasureStatus.ACTIVE.value}'", Text()),
        PropertyMeasure.expires_on < _TODAY,
    ),
)
#: Run out over money of a case that goes on, and nobody has ordered anything over the item since.
UNDONE = and_(
    _RAN_OUT,
    ~PropertyMeasure.is_groundless,
    ~exists(literal_column("1")).where(
        _OTHER.property_item_id == PropertyMeasure.property_item_id,
        or_(
            _OTHER.id > PropertyMeasure.id,
            and_(
                _OTHER.status.in_([MeasureStatus.ACTIVE, MeasureStatus.QUEUED]),
                or_(_OTHER.expires_on.is_(None), _OTHER.expires_on >= _TODAY),
            ),
        ),
    ),
    exists(literal_column("1")).where(
        PropertyItem.id == PropertyMeasure.property_item_id,
        PropertyItem.status.not_in([PropertyStatus.DISPOSED, PropertyStatus.WITHDRAWN]),
    ),
)


class PropertyMeasureRenewal(Base):
    """One renewal, in the order in which they were granted; never changed."""

    __tablename__ = "property_measure_renewals"
    __table_args__ = (
        UniqueConstraint("property_measure_id", "number"),
        CheckConstraint("new_expires_on > old_expires_on", name="longer"),
        CheckConstraint("decided_on <= old_expires_on", name="in_time"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    property_measure_id: Mapped[UUID] = mapped_column(ForeignKey("property_measures.id"))
    number: Mapped[int]
    decided_on: Mapped[date]
    old_expires_on: Mapped[date]
    new_expires_on: Mapped[date]
    authority_level: Mapped[AuthorityLevel]
    document_no: Mapped[str]
    recorded_by_post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
