"""Rectifications that were ordered, round by round."""

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    column,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, mapped_column

from api.core.database.db import Base
from api.core.listing import facets
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_measures import LegalActor
from api.models.base import DivisionCode, Recorded, Versioned, Waits, facets_index, held

#: What a row is, for filters that meet (core/listing/facets.py).
FACETS = facets.sql(
    "rectifications",
    {
        "s": "status",
        "o": "owner_unit_id::text",
    },
)


class Rectification(Recorded, Versioned, Waits, Base):
    """What must be put right by when. A failed one is ordered again: the rounds before are kept."""

    __tablename__ = "rectifications"
    __table_args__ = (
        *held("rectifications"),
        CheckConstraint("round >= 1", name="round"),
        Index(None, "town_code", "id"),
        facets_index("rectifications", FACETS),
        Index(None, "town_code", "status", "id"),
        Index(None, "town_code", "due_on", "id"),
        Index(None, "entity_id", "id"),
        Index(None, "inspection_id", "id"),
        Index(None, "owner_unit_id", "status", "id"),
    )

    number: Mapped[str] = mapped_column(unique=True)
    status: Mapped[RectificationStatus]
    entity_id: Mapped[UUID] = mapped_column(ForeignKey("risk_entities.id"))
    inspection_id: Mapped[UUID | None] = mapped_column(ForeignKey("inspections.id"))
    town_code: Mapped[str] = mapped_column(DivisionCode)
    owner_unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    requirements: Mapped[str]
    ordered_on: Mapped[date]
    due_on: Mapped[date]
    due_is_provisional: Mapped[bool] = mapped_column(default=False)
    due_rule: Mapped[str] = mapped_column(default="")
    due_rule_version: Mapped[int | None]
    #: The day is the one of the order's paper: no rule and no calendar moves it.
    due_is_given: Mapped[bool] = mapped_column(default=False)
    legal_actor: Mapped[LegalActor]
    legal_actor_name: Mapped[str] = mapped_column(default="")
    legal_basis: Mapped[str] = mapped_column(default="")
    document_no: Mapped[str] = mapped_column(default="")
    materials: Mapped[str] = mapped_column(default="")
    submitted_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    round: Mapped[int] = mapped_column(default=1)
    #: Earlier rounds: [{round, ordered_on, due_on, document_no, materials, failed_on, reason}].
    history: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    if TYPE_CHECKING:
        reinspection_finding: Mapped[str | None]
        open_reinspection: Mapped[dict[str, str] | None]


_visits = table(
    "inspections",
    column("id"),
    column("rectification_id"),
    column("rectification_round"),
    column("finding"),
    column("status"),
    column("number"),
)  # fmt: skip
#: What the last re-inspection of this round found; None while there was none.
Rectification.reinspection_finding = column_property(
    select(_visits.c.finding)
    .where(
        _visits.c.rectification_id == Rectification.id,
        _visits.c.rectification_round == Rectification.round,
        _visits.c.finding.is_not(None),
    )
    .order_by(_visits.c.id.desc())
    .limit(literal_column("1"))
    .correlate_except(_visits)
    .scalar_subquery(),
    expire_on_flush=False,
)
#: The re-inspection that is planned and did not take place yet: `{id, name}`, by its number.
Rectification.open_reinspection = column_property(
    select(func.json_build_object("id", _visits.c.id, "name", _visits.c.number))
    .where(
        _visits.c.rectification_id == Rectification.id,
        _visits.c.status == literal_column("'planned'"),
    )
    .order_by(_visits.c.id.desc())
    .limit(literal_column("1"))
    .correlate_except(_visits)
    .scalar_subquery(),
    expire_on_flush=False,
)
