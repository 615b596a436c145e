"""What every aggregate's table shares."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    column,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, column_property, declared_attr, mapped_column, validates

from api.core.base.clock import now, today
from api.core.base.ids import uuid7
from api.domain.kit.labels import Labelled

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


def last_handover(record_id: Any, column_name: str) -> Any:
    """How far the last hand-over of a record came: asked for by its flow, kept with the hand-over."""
    rows = table("lead_transfers", column("id"), column("status"), column(column_name))
    last = (
        select(rows.c.status)
        .where(rows.c[column_name] == record_id)
        .order_by(rows.c.id.desc())
        .limit(literal_column("1"))
    )
    return column_property(last.correlate_except(rows).scalar_subquery(), expire_on_flush=False)


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


#: What a row says when nobody holds its turn.
UNHELD: Final[Mapping[str, None]] = {
    "turn_user_id": None,
    "turn_post_id": None,
    "turn_unit_id": None,
    "turn_taken_at": None,
}


def among(column: str, members: Collection[Labelled], *, but: bool = False) -> str:
    """A column's value is one of these (`but`: none of them), written out: so PostgreSQL can prove
    that a partial index fits."""
    kinds = type(next(iter(members)))
    ordered = members if isinstance(members, tuple) else [one for one in kinds if one in members]
    names = ", ".join(f"'{one.value}'" for one in ordered)
    return f"{column} {'NOT ' * but}IN ({names})"


def waiting(table: str, first: str, *statuses: Labelled, by_step: bool = False) -> Index:
    """The rows of a table that wait for somebody: what is over, nearly all of them, is not in here.
    `by_step`: in the order in which they came to where they are."""
    return Index(
        f"ix_{table}_duties",
        first,
        "status",
        *(["turn_since"] if by_step else []),
        "id",
        postgresql_where=text(among("status", statuses)),
    )


def held(table: str) -> tuple[CheckConstraint, Index]:
    """What every table of rows that wait has: all or nothing of a holder, and the way to what
    somebody holds."""
    names = ", ".join(UNHELD)
    return (
        CheckConstraint(f"num_nulls({names}) IN (0, {len(UNHELD)})", name="turn"),
        Index(
            f"ix_{table}_turn_user_id",
            "turn_user_id",
            postgresql_where=text("turn_user_id IS NOT NULL"),
        ),
    )


class Since:
    """A row whose steps have terms of their own (domain/across/step_terms.py)."""

    #: The day on which it came to the step that it is at; set with its status (`_transition.py`).
    turn_since: Mapped[date] = mapped_column(default=today)


class Waits:
    """A row that waits for people: who of them took it upon themselves (ADR 0040)."""

    #: When that was. The post and its unit as they were then: whoever leaves the post gives it back.
    turn_taken_at: Mapped[datetime | None]

    @declared_attr
    @classmethod
    def turn_user_id(cls) -> Mapped[UUID | None]:
        """The person."""
        return mapped_column(ForeignKey("users.id"))

    @declared_attr
    @classmethod
    def turn_post_id(cls) -> Mapped[UUID | None]:
        """The post by whose rights."""
        return mapped_column(ForeignKey("posts.id"))

    @declared_attr
    @classmethod
    def turn_unit_id(cls) -> Mapped[UUID | None]:
        """The unit of that post."""
        return mapped_column(ForeignKey("units.id"))

    def hand_back(self) -> None:
        """Nobody in particular has the turn any more."""
        for name, nothing in UNHELD.items():
            setattr(self, name, nothing)

    @validates("owner_unit_id")
    def _another_unit(self, _: str, unit_id: Any) -> Any:
        """With another unit in charge, other people have the turn."""
        if self.turn_user_id is not None and self.turn_unit_id != unit_id:
            self.hand_back()
        return unit_id
