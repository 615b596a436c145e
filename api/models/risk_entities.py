"""Risk entities, how they were assessed, which route they take, and what was done about them."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, column_property, mapped_column

from api.core.base.ids import uuid7
from api.core.database import record_access
from api.core.database.db import Base
from api.core.listing import facets, orders
from api.domain.entities.risk_entities import (
    ENDED,
    EntityKind,
    EntityStatus,
    Industry,
    Registration,
    RiskRoute,
    RiskTier,
)
from api.domain.entities.risk_measures import LegalActor, RiskMeasureKind
from api.domain.words.identifiers import IdentifierKind
from api.models.base import (
    DivisionCode,
    Recorded,
    Since,
    Versioned,
    Waits,
    among,
    facets_index,
    held,
    last_handover,
    search_index,
    waiting,
)
from api.models.units import Post

#: What a row is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "risk_entities",
    {
        "s": "status",
        "t": "tier",
        "r": "route",
        "k": "kind",
        "i": "industry",
        "g": "registration",
        "v": "left(risk_entities.division_code, 12)",
        "o": "owner_unit_id::text",
    },
)


#: The gravest tier is the greatest (core/listing/orders.py).
TIERS = orders.ranks([tier.value for tier in RiskTier])
TIER = orders.ranked("tier", [tier.value for tier in RiskTier])


class RiskEntity(Recorded, Versioned, Waits, Since, Base):
    """One institution, enterprise, site or project on the risk ledger."""

    __tablename__ = "risk_entities"
    __table_args__ = (
        *held("risk_entities"),
        CheckConstraint("elders_served >= 0", name="elders_served"),
        CheckConstraint("prepaid_amount >= 0", name="prepaid_amount"),
        CheckConstraint("refund_due >= 0", name="refund_due"),
        CheckConstraint("refunded >= 0", name="refunded"),
        # E8: no transfer to the police before the evidence is fixed, whoever writes.
        CheckConstraint(
            "status <> 'transferred_police' OR evidence_fixed_on IS NOT NULL",
            name="evidence_first",
        ),
        # A company stands on a town's ledger once.
        Index(
            "uq_risk_entities_town_code_uscc",
            "town_code",
            "uscc",
            unique=True,
            postgresql_where=text("uscc <> ''"),
        ),
        Index(None, "town_code", "id"),
        Index(None, "town_code", "updated_at", "id"),
        *orders.indexes("risk_entities", "tier", TIERS, TIER),
        *orders.indexes("risk_entities", "prepaid_amount", orders.MONEY),
        *orders.indexes("risk_entities", "next_inspection_due", orders.DAY),
        facets_index("risk_entities", FACETS),
        Index(None, "town_code", "status", "id"),
        Index(None, "town_code", "tier", "id"),
        Index(None, "owner_unit_id", "status", "id"),
        # What is to be inspected, the most urgent first.
        Index(
            "ix_risk_entities_visits",
            "owner_unit_id",
            "next_inspection_due",
            "id",
            postgresql_where=text(among("status", ENDED, but=True)),
        ),
        waiting(
            "risk_entities", "town_code", EntityStatus.PENDING, EntityStatus.SWEPT,
            EntityStatus.ASSESSED, by_step=True,
        ),
        Index(None, "uscc"),
        Index(None, "responsible_person_index"),
        Index(None, "responsible_phone_index"),
        Index(None, "next_inspection_due"),
        Index(None, "source_lead_id"),
        Index(None, "import_id"),
        search_index("risk_entities"),
    )  # fmt: skip

    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[EntityStatus]
    name: Mapped[str]
    uscc: Mapped[str] = mapped_column(default="")
    kind: Mapped[EntityKind]
    industry: Mapped[Industry]
    registration: Mapped[Registration | None]
    #: Where a business is carried on is no personal data: shown alike wherever it stands (ADR 0006).
    address: Mapped[str] = mapped_column(default="")
    division_code: Mapped[str] = mapped_column(DivisionCode, ForeignKey("divisions.code"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    responsible_person_enc: Mapped[bytes | None]
    responsible_person_index: Mapped[bytes | None]
    responsible_person_mask: Mapped[str] = mapped_column(default="")
    responsible_phone_enc: Mapped[bytes | None]
    responsible_phone_index: Mapped[bytes | None]
    responsible_phone_mask: Mapped[str] = mapped_column(default="")
    elders_served: Mapped[int | None]
    prepaid_amount: Mapped[int | None]
    problems: Mapped[str] = mapped_column(default="")
    tier: Mapped[RiskTier | None]
    route: Mapped[RiskRoute | None]
    review_on: Mapped[date | None]
    listed_on: Mapped[date | None]
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    source_lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("leads.id"))
    next_inspection_due: Mapped[date | None]
    inspection_due_is_provisional: Mapped[bool] = mapped_column(default=False)
    inspection_rule: Mapped[str] = mapped_column(default="")
    inspection_rule_version: Mapped[int | None]
    inspection_due_from: Mapped[date | None]
    #: Since when it was to be handled before an order was given, for when that is withdrawn.
    handled_since: Mapped[date | None]
    last_inspected_on: Mapped[date | None]
    evidence_fixed_on: Mapped[date | None]
    refund_due: Mapped[int | None]
    refunded: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")
    import_id: Mapped[UUID | None]
    import_row: Mapped[int | None]
    search: Mapped[str] = mapped_column(TSVECTOR)
    #: Its texts in their plain form, which a search is rechecked by (core/listing/search.py).
    search_text: Mapped[str] = mapped_column(server_default="")
    if TYPE_CHECKING:
        open_rectifications: Mapped[int]
        bare_orders: Mapped[int]
        handover_status: Mapped[str | None]
        seen_by: Mapped[list[str]]


RiskEntity.handover_status = last_handover(RiskEntity.id, "risk_entity_id")
_orders = table("rectifications", column("entity_id"), column("status"), column("inspection_id"))


def _open_orders(*conditions: ColumnElement[bool]) -> Any:
    """Counted, not stored: predicates of the flow ask for it."""
    return column_property(
        select(func.count())
        .select_from(_orders)
        .where(
            _orders.c.entity_id == RiskEntity.id,
            _orders.c.status != literal_column("'closed'"),
            _orders.c.status != literal_column("'withdrawn'"),
            *conditions,
        )
        .correlate_except(_orders)
        .scalar_subquery(),
        expire_on_flush=False,
    )


RiskEntity.open_rectifications = _open_orders()
#: Those that no inspection led to.
RiskEntity.bare_orders = _open_orders(_orders.c.inspection_id.is_(None))


#: The roles of the units that see it: of those with a right, only they have a turn.
RiskEntity.seen_by = column_property(
    select(func.coalesce(func.array_agg(Post.role.distinct()), literal_column("'{}'::text[]")))
    .where(
        Post.is_active,
        Post.unit_id.in_(record_access.viewers("risk_entity", RiskEntity.id)),
    )
    .correlate(RiskEntity)
    .scalar_subquery(),
    expire_on_flush=False,
)


class RiskEntityIdentifier(Base):
    """A phone, account, ID number … that stood in an entity's texts."""

    __tablename__ = "risk_entity_identifiers"
    __table_args__ = (Index(None, "entity_id"), Index(None, "value_index"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    entity_id: Mapped[UUID] = mapped_column(ForeignKey("risk_entities.id", ondelete="CASCADE"))
    kind: Mapped[IdentifierKind]
    value_enc: Mapped[bytes]
    value_index: Mapped[bytes]
    value_mask: Mapped[str]
    raw_enc: Mapped[bytes | None]
    field: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[int | None]
    ends_at: Mapped[int | None]


class RiskAssessment(Recorded, Base):
    """One decision about the tier: who, on what grounds, when, until when (E3). Never changed."""

    __tablename__ = "risk_assessments"
    __table_args__ = (Index(None, "entity_id", "id"),)

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("risk_entities.id"))
    tier: Mapped[RiskTier]
    factors: Mapped[str]
    decided_by: Mapped[str]
    decided_on: Mapped[date]
    review_on: Mapped[date | None]


class RiskRouteChange(Recorded, Base):
    """One stretch of an entity's way: the row without an end is the present route (E9)."""

    __tablename__ = "risk_routes"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="order"),
        Index(None, "entity_id", "id"),
        Index(
            "uq_risk_routes_current",
            "entity_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("risk_entities.id"))
    route: Mapped[RiskRoute]
    reason: Mapped[str] = mapped_column(default="")
    since: Mapped[date]
    until: Mapped[date | None]


class RiskMeasure(Recorded, Base):
    """What was done about an entity, in whose name, by which article and document (E5-E8)."""

    __tablename__ = "risk_measures"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount"),
        Index(None, "entity_id", "id"),
        Index(None, "kind", "id"),
    )

    entity_id: Mapped[UUID] = mapped_column(ForeignKey("risk_entities.id"))
    kind: Mapped[RiskMeasureKind]
    #: None for measures that a ledger tells of without saying in whose name.
    legal_actor: Mapped[LegalActor | None]
    legal_actor_name: Mapped[str] = mapped_column(default="")
    legal_basis: Mapped[str] = mapped_column(default="")
    document_no: Mapped[str] = mapped_column(default="")
    #: None while it is still to be done: a reminder that a tier asked for.
    done_on: Mapped[date | None]
    deadline: Mapped[date | None]
    amount: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    rectification_id: Mapped[UUID | None] = mapped_column(ForeignKey("rectifications.id"))
