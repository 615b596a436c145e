"""What every aggregate's table shares."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from api.core.base.clock import now
from api.core.base.ids import uuid7

#: Division codes compare byte by byte, so that a prefix is a range of an index.
DivisionCode = Text(collation="C")


def search_index(table: str) -> Index:
    """The index of a table's search vectors. New rows wait in a list beside it, which every search
    reads through: of 256 kB at most, instead of PostgreSQL's four megabytes. Without the list at
    all, an import would take a fifth longer.
    """
    return Index(
        f"ix_{table}_search",
        "search",
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
    )


def facets_index(table: str, words: str) -> Index:
    """The index of what the rows of a table are (core/listing/facets.py), with as short a list of new rows
    beside it."""
    return Index(
        f"ix_{table}_facets",
        text(f"({words})"),
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},
    )


class Recorded:
    """Id by time, and when and by which post a row was recorded."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr
    @classmethod
    def created_by_post_id(cls) -> Mapped[UUID]:
        """The post that recorded the row; the person is in the events."""
        return mapped_column(ForeignKey("posts.id"))


class Versioned:
    """Optimistic locking: every write names the version it was based on."""

    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)


class KeptTexts:
    """Free texts are stored masked; what a mask hid is kept, so that it can be revealed."""

    #: The originals of the masked texts, by name, as encrypted JSON.
    texts_enc: Mapped[bytes | None]
    #: Which texts hold an original.
    texts_kept: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
