"""The rows of an import: what of them is known already, and how the rest is brought in by COPY."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import NullType

from api.core import bulk
from api.core.crypto import keyring
from api.domain.actors import Actor
from api.domain.imports import ImportStatus, RowState
from api.models.imports import Import, ImportRow

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the flow must know of an import that was read as JSON."""

    status: ImportStatus
    owner_unit_id: UUID


@dataclass(slots=True)
class StagedRow:
    """A row on its way in: what it says, and how it is known."""

    position: int
    number: int
    values: dict[str, Any]
    extras: dict[str, str]
    identity: bytes
    occurrence: int
    anchors: list[bytes]


@dataclass(slots=True)
class Composed:
    """Rows for several tables, ready for COPY, and the record that each staged row became (None
    for a row whose record is there already)."""

    ids: list[UUID | None] = field(default_factory=list["UUID | None"])
    tables: dict[str, bulk.Rows] = field(default_factory=dict[str, bulk.Rows])

    def add(self, table: str, row: dict[str, Any]) -> None:
        """One row of one table; all rows of a table have the same columns."""
        rows = self.tables.get(table)
        if rows is None:
            rows = self.tables[table] = bulk.Rows(row)
        rows.add(row)


#: An import and values of a unique field → those that are there already, with their records.
Recogniser = Callable[[AsyncSession, Import, list[str]], Awaitable[dict[str, UUID]]]
#: Asks the database what it must, and returns the work that is left for a thread.
Writer = Callable[
    [AsyncSession, Actor, Import, Sequence[StagedRow]], Awaitable[Callable[[], Composed]]
]


# ------------------------------------------------------------------------------- what is known

_KNOWN = text(
    "UPDATE import_rows AS r SET state = 'known', record_id = i.record_id"
    " FROM import_identities AS i WHERE r.import_id = :import_id"
    " AND r.state IN ('good', 'edited', 'faulty') AND i.town_code = :town AND i.kind = :kind"
    " AND i.identity = r.identity AND i.occurrence = r.occurrence"
)
#: An earlier row that is missing from this file, but shares a part with a row that is new in it.
_EDITED = text(
    "UPDATE import_rows AS r SET state = 'edited', record_id = i.record_id"
    " FROM import_identities AS i WHERE r.import_id = :import_id AND r.state = 'good'"
    " AND i.town_code = :town AND i.kind = :kind AND i.anchors && r.anchors"
    " AND NOT EXISTS (SELECT 1 FROM import_rows AS k WHERE k.import_id = :import_id"
    " AND k.identity = i.identity AND k.occurrence = i.occurrence)"
)
_COUNT = text("SELECT state, count(*) FROM import_rows WHERE import_id = :import_id GROUP BY state")


async def mark_known(session: AsyncSession, record: Import) -> None:
    """Tell rows that came in before, and rows that look like those with a change, from new ones."""
    await session.flush()
    values = {"import_id": record.id, "town": record.town_code, "kind": record.kind.value}
    await session.execute(_KNOWN, values)
    await session.execute(_EDITED, values)
    counted = {
        state: int(n) for state, n in await session.execute(_COUNT, {"import_id": record.id})
    }
    record.rows_total = sum(counted.values())
    for state in RowState:
        setattr(record, f"rows_{state.value}", counted.get(state.value, 0))


# ------------------------------------------------------------------------------------- coming in

_IDENTITY = (
    "town_code", "kind", "identity", "occurrence", "anchors", "import_id", "record_id",
)  # fmt: skip


async def bring_in(
    session: AsyncSession, actor: Actor, record: Import, states: list[RowState], writer: Writer
) -> int:
    """Write the rows in these states as records, batch by batch, in one transaction.

    While the database copies one batch, a thread composes the next: the two take about as long.
    """
    written, after = 0, -1
    composed: Composed | None = None
    rows: list[StagedRow] = []
    while True:
        following = await _next_batch(session, record.id, states, after)
        work: asyncio.Future[Composed] | None = None
        if following:
            compose = await writer(session, actor, record, following)
            after = following[-1].position
            work = asyncio.ensure_future(asyncio.to_thread(compose))
        try:
            if composed is not None:
                await _copy(session, record, rows, composed)
                written += sum(made is not None for made in composed.ids)
        finally:
            composed = await work if work is not None else None
        if composed is None:
            return written
        rows = following


async def _next_batch(
    session: AsyncSession, import_id: UUID, states: list[RowState], after: int
) -> list[StagedRow]:
    statement = (
        select(
            ImportRow.position, ImportRow.row_number, ImportRow.payload_enc, ImportRow.identity,
            ImportRow.occurrence, type_coerce(ImportRow.anchors, NullType()).label("anchors"),
        )
        .where(
            ImportRow.import_id == import_id,
            ImportRow.state.in_(states),
            ImportRow.position > after,
        )
        .order_by(ImportRow.position)
        .limit(_BATCH)
    )  # fmt: skip
    found = (await session.execute(statement)).all()
    return await asyncio.to_thread(_opened, found)


async def _copy(
    session: AsyncSession, record: Import, rows: Sequence[StagedRow], composed: Composed
) -> None:
    for table, lines in composed.tables.items():
        await bulk.copy_rows(session, table, lines)
    await _remember(session, record, rows, composed.ids)


def _opened(found: Sequence[Any]) -> list[StagedRow]:
    keys = keyring()
    rows: list[StagedRow] = []
    for each in found:
        payload = orjson.loads(keys.decrypt_bytes(each.payload_enc))
        rows.append(
            StagedRow(
                each.position, each.row_number, payload["values"], payload["extras"],
                each.identity, each.occurrence, list(each.anchors),
            )
        )  # fmt: skip
    return rows


async def _remember(
    session: AsyncSession,
    record: Import,
    rows: Sequence[StagedRow],
    record_ids: Sequence[UUID | None],
) -> None:
    lines = bulk.Rows(_IDENTITY)
    town, kind, import_id = record.town_code, record.kind, record.id
    for row, made in zip(rows, record_ids, strict=True):
        if made is not None:
            lines.append((town, kind, row.identity, row.occurrence, row.anchors, import_id, made))
    await bulk.copy_rows(session, "import_identities", lines)
