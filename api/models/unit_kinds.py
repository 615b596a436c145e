"""Kinds of units: what a town calls its bodies, over a fixed set of behaviours."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.organisation.organisation import UnitBehaviour
from api.models.base import DivisionCode, Versioned


class UnitKind(Versioned, Base):
    """What a unit may be: a word, one of the behaviours, what it answers for, and the posts that it
    usually has. Those of nobody's place came with the program."""

    __tablename__ = "unit_kinds"
    __table_args__ = (
        UniqueConstraint("code", "behaviour"),
        Index(
            "uq_unit_kinds_label",
            text("coalesce(division_code, '')"),
            "label",
            unique=True,
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str]
    behaviour: Mapped[UnitBehaviour]
    duty: Mapped[str] = mapped_column(default="")
    #: What people call such a unit besides its own name, where a town has one.
    also_called: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    #: The fields whose entities it regulates (domain/entities/risk_entities.py).
    industries: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    #: The template: `{"role": …, "name": …}` each.
    posts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    #: The town or county that has it; everybody's where it came with the program.
    division_code: Mapped[str | None] = mapped_column(DivisionCode, ForeignKey("divisions.code"))
    is_active: Mapped[bool] = mapped_column(default=True)
