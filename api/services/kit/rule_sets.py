"""Which version of a rule set is in force, and what an old one said: asked by whoever decides by
rules. Writing them is services/organisation/rule_set_versions.py.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.database.db import Database, database
from api.domain.across.rule_sets import (
    RULE_SETS,
    RuleKind,
    RuleSetStatus,
)
from api.domain.kit.division_codes import county_of
from api.domain.words.rule_content import Content
from api.models.rule_sets import RuleSetVersion

#: What only shows or proposes may follow a new version a moment later; decisions read the rows.
_KEEP = 30.0


@dataclass(frozen=True, slots=True)
class Version:
    """One approved version. `book`: whose; empty comes with the system."""

    id: UUID
    kind: RuleKind
    book: str
    number: int
    content: Content
    source: str
    note: str
    valid_from: date
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Book:
    """All approved versions of a kind, by order of number."""

    versions: Sequence[Version]

    def in_force(self, town: str, on: date) -> Version:
        """The version that decides in a town on a day: the town's own, else what all towns share,
        else what came with the system."""
        for book in dict.fromkeys((town, county_of(town), "")):
            found = self.of(book, on)
            if found is not None:
                return found
        raise AssertionError  # every kind comes with a version

    def of(self, book: str, on: date) -> Version | None:
        """The version in force in one book; later ones never begin earlier."""
        known = [v for v in self.versions if v.book == book and v.valid_from <= on]
        return known[-1] if known else None

    def numbered(self, town: str, number: int) -> Version | None:
        """The version that something was decided by, of which the number was kept."""
        books = (town, county_of(town), "")
        found = [v for v in self.versions if v.number == number and v.book in books]
        return min(found, key=lambda v: books.index(v.book), default=None)

    def one(self, version_id: UUID) -> Version | None:
        """The same by its id."""
        return next((v for v in self.versions if v.id == version_id), None)

    def last(self, book: str) -> Version | None:
        """The version of a book that was approved last, in force or not yet."""
        return next((v for v in reversed(self.versions) if v.book == book), None)


def _builtin(kind: RuleKind) -> list[Version]:
    return [
        Version(each.id, kind, "", each.number, each.content, each.source, "", date.min, None)
        for each in RULE_SETS[kind].builtin
    ]


async def of_kind(session: AsyncSession, kind: RuleKind) -> Book:
    """All approved versions, as they are now: for what is decided."""
    rows = await session.scalars(
        select(RuleSetVersion)
        .where(RuleSetVersion.kind == kind, RuleSetVersion.status == RuleSetStatus.APPROVED)
        .order_by(RuleSetVersion.number)
    )
    return Book([*_builtin(kind), *map(_version, rows)])


def _version(row: RuleSetVersion) -> Version:
    assert row.number is not None  # noqa: S101  # approved ones are numbered
    return Version(
        row.id, row.kind, row.town_code, row.number, row.content, row.source, row.note,
        row.valid_from, row.approved_at or row.created_at,
    )  # fmt: skip


async def in_force(session: AsyncSession, kind: RuleKind, town: str) -> Version:
    """The version that decides in a town today."""
    return (await of_kind(session, kind)).in_force(town, today())


_known: WeakKeyDictionary[Database, dict[RuleKind, tuple[float, Book]]] = WeakKeyDictionary()


async def known(kind: RuleKind) -> Book:
    """The versions as they were read a short while ago, for what is only shown or proposed: nothing
    is decided or stored by it. Reads nothing on most calls."""
    here = database()
    books = _known.setdefault(here, {})
    kept = books.get(kind)
    if kept is None or kept[0] < time.monotonic():
        async with here.glance() as session:
            kept = books[kind] = (time.monotonic() + _KEEP, await of_kind(session, kind))
    return kept[1]


def changed(session: AsyncSession, kind: RuleKind) -> None:
    """After a version was approved, in its transaction: what this process remembers is forgotten when
    the change is there."""
    here = database()

    def forget(_: object) -> None:
        _known.get(here, {}).pop(kind, None)

    event.listen(session.sync_session, "after_commit", forget, once=True)
