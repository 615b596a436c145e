"""Conditions of lists, kept under a name."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.ids import uuid7
from api.core.database.db import Base
from api.domain.words.saved_filters import ListNoun
from api.models.base import Versioned


class SavedFilter(Versioned, Base):
    """One filter of a post. Whoever takes the post over takes its filters over."""

    __tablename__ = "saved_filters"
    __table_args__ = (
        UniqueConstraint("post_id", "noun", "name"),
        Index(None, "unit_id", "noun", postgresql_where=text("is_shared")),
        # a list opens with one filter at most
        Index(
            "uq_saved_filters_default",
            "post_id",
            "noun",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    noun: Mapped[ListNoun]
    name: Mapped[str]
    #: As in the address of the list, in the words of that list's own query.
    query: Mapped[str]
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    is_shared: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
