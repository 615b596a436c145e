"""Divisions, units and posts: the county as it is organised."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.kit.permissions import Role
from api.domain.organisation.organisation import UnitBehaviour
from api.models.base import DivisionCode, Versioned


class Division(Base):
    """A county, town, village or grid, with the time it existed: villages merge."""

    __tablename__ = "divisions"
    __table_args__ = (CheckConstraint("length(code) in (6, 9, 12, 15)", name="code_length"),)

    code: Mapped[str] = mapped_column(DivisionCode, primary_key=True)
    name: Mapped[str]
    parent_code: Mapped[str | None] = mapped_column(
        DivisionCode, ForeignKey("divisions.code"), index=True
    )
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Unit(Versioned, Base):
    """A body that owns records and acts: an office, a station, a village committee."""

    __tablename__ = "units"
    __table_args__ = (
        Index(None, "division_code"),
        ForeignKeyConstraint(["kind", "behaviour"], ["unit_kinds.code", "unit_kinds.behaviour"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    #: Of its kind, as the foreign key sees to: asked for wherever a record finds its way.
    behaviour: Mapped[UnitBehaviour]
    division_code: Mapped[str] = mapped_column(DivisionCode, ForeignKey("divisions.code"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    #: Where anybody finds it: shown on the public page of the town's office.
    phone: Mapped[str] = mapped_column(default="", server_default="")
    address: Mapped[str] = mapped_column(default="", server_default="")


class Post(Versioned, Base):
    """A seat in a unit with one role. Duties and notices go to the post, not to the person."""

    __tablename__ = "posts"
    __table_args__ = (Index(None, "unit_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    #: A grid worker's own grid; otherwise the unit's division.
    division_code: Mapped[str] = mapped_column(DivisionCode, ForeignKey("divisions.code"))
    is_liaison: Mapped[bool] = mapped_column(default=False)
    #: Who answers for the unit: gives its work to its people, is told what is late (ADR 0040).
    is_head: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    is_active: Mapped[bool] = mapped_column(default=True)
