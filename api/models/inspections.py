"""Inspections of risk entities."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    and_,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from api.core.database.db import Base
from api.core.listing import facets
from api.domain.entities.inspections import Finding, InspectionStatus
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
    "inspections",
    {
        "s": "status",
        "f": "finding",
        "o": "owner_unit_id::text",
        "b": "(inspections.rectification_id IS NOT NULL)::text",
    },
)


class Inspection(Recorded, Versioned, Waits, Since, Base):
    """One visit; a re-inspection names the rectification (and its round) that it checks."""

    __tablename__ = "inspections"
    __table_args__ = (
        *held("inspections"),
        CheckConstraint(
            f"{among('status', {InspectionStatus.DONE, InspectionStatus.CLOSED}, but=True)}"
            " OR (done_on IS NOT NULL AND finding IS NOT NULL)",
            name="done",
        ),
        Index(None, "town_code", "id"),
        facets_index("inspections", FACETS),
        Index(None, "town_code", "status", "id"),
        Index(None, "town_code", "planned_on", "id"),
        Index(None, "entity_id", "id"),
        Index(None, "owner_unit_id", "status", "id"),
        Index(None, "rectification_id", "id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[InspectionStatus]
    entity_id: Mapped[UUID] = mapped_column(ForeignKey("risk_entities.id"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    #: The inspecting unit.
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    inspectors: Mapped[str] = mapped_column(default="")
    planned_on: Mapped[date]
    done_on: Mapped[date | None]
    finding: Mapped[Finding | None]
    #: [{code, label, result, remark}], labels as they stood on the day.
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    note: Mapped[str] = mapped_column(default="")
    rectification_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("rectifications.id", use_alter=True)
    )
    rectification_round: Mapped[int | None]
    if TYPE_CHECKING:
        orders: Mapped[int]
        open_orders: Mapped[int]
        open_order: Mapped[str | None]


_orders = table(
    "rectifications", column("id"), column("inspection_id"), column("status"), column("number")
)
_of_this = or_(
    _orders.c.inspection_id == Inspection.id, _orders.c.id == Inspection.rectification_id
)
_count = select(func.count()).select_from(_orders).correlate_except(_orders)
#: What was taken back was never ordered.
_ordered = and_(_of_this, _orders.c.status != literal_column("'withdrawn'"))
#: Counted, not stored: predicates of the flow ask for them.
Inspection.orders = column_property(_count.where(_ordered).scalar_subquery(), expire_on_flush=False)
_still_open = and_(_ordered, _orders.c.status != literal_column("'closed'"))
Inspection.open_orders = column_property(
    _count.where(_still_open).scalar_subquery(), expire_on_flush=False
)
#: The number of the latest of them; None while there is none.
Inspection.open_order = column_property(
    select(_orders.c.number)
    .where(_still_open)
    .order_by(_orders.c.id.desc())
    .limit(literal_column("1"))
    .correlate_except(_orders)
    .scalar_subquery(),
    expire_on_flush=False,
)
