"""The rows of an import: what of them is known already, and how the rest is brought in by COPY."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, select, text, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import NullType

from api.core.base.crypto import keyring
from api.core.database import bulk
from api.domain.imports.imports import ImportStatus, RowState
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, DomainError, FieldError
from api.models.imports import Import, ImportIdentity, ImportRow

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Standing:
    """What the flow must know of an import that was read as JSON."""

    status: ImportStatus
    owner_unit_id: UUID
    uploaded_by_id: UUID | None
    rows_good: int
    rows_edited: int


@dataclass(slots=True)
class StagedRow:
    """A row on its way in: what it says, and how it is known."""

    position: int
    sheet: int
    number: int
    values: dict[str, Any]
    extras: dict[str, str]
    identity: bytes
    occurrence: int
    anchors: list[bytes]
    #: The record that it looks like.
    record_id: UUID | None = None


@dataclass(slots=True)
class Composed:
    """Rows for several tables, ready for COPY, and the record that each staged row became (None
    for a row whose record is there already)."""

    ids: list[UUID | None] = field(default_factory=list["UUID | None"])
    tables: dict[str, bulk.Rows] = field(default_factory=dict[str, bulk.Rows])
    #: For each line of a table, the how-manieth of the ids it belongs to.
    owners: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def add(self, table: str, row: dict[str, Any]) -> None:
        """One row of one table; all rows of a table have the same columns."""
        rows = self.tables.get(table)
        if rows is None:
            rows = self.tables[table] = bulk.Rows(row)
            self.owners[table] = []
        rows.add(row)
        self.owners[table].append(len(self.ids) - 1)


#: Asks the database what it must, and returns the work that is left for a thread.
Writer = Callable[
    [AsyncSession, Actor, Import, Sequence[StagedRow]], Awaitable[Callable[[], Composed]]
]


def refused(row: StagedRow, reason: str, sheets: Mapping[int, str] | None = None) -> Conflict:
    """What stands in the way of a row at the commit, with its place in the file."""
    sheet = (sheets or {}).get(row.sheet, "")
    where = f"工作表“{sheet}”第 {row.number} 行" if sheet else f"第 {row.number} 行"
    message = f"{where}不能导入：{reason}；一行也没有导入"
    fault = FieldError(f"/rows/{row.position}", "import_row_refused", message)
    return Conflict(message, code="import_row_refused", errors=[fault], sheet=sheet, row=row.number)


@contextlib.contextmanager
def naming(row: StagedRow) -> Generator[None]:
    """Whatever is refused inside is refused with the row's name."""
    try:
        yield
    except DomainError as error:
        raise RowRefused(row, error.errors[0].message if error.errors else error.detail) from error


class RowRefused(Exception):  # a refusal, as the others are
    """A row that cannot be composed; its sheet is named by whoever knows the sheets."""

    def __init__(self, row: StagedRow, reason: str) -> None:
        super().__init__(reason)
        self.row, self.reason = row, reason


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
    session: AsyncSession,
    actor: Actor,
    record: Import,
    wanted: ColumnElement[bool],
    writer: Writer,
    sheets: Mapping[int, str],
) -> int:
    """Write the wanted rows as records, batch by batch, in one transaction.

    While the database copies one batch, a thread composes the next: the two take about as long.
    Raises Conflict that names the row which the database does not take.
    """
    try:
        return await _bring_in(session, actor, record, wanted, writer)
    except RowRefused as error:
        raise refused(error.row, error.reason, sheets) from error


async def _bring_in(
    session: AsyncSession, actor: Actor, record: Import, wanted: ColumnElement[bool], writer: Writer
) -> int:
    written, after = 0, -1
    composed: Composed | None = None
    rows: list[StagedRow] = []
    while True:
        following = await next_batch(session, record.id, wanted, after)
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


async def next_batch(
    session: AsyncSession, import_id: UUID, wanted: ColumnElement[bool], after: int
) -> list[StagedRow]:
    """The next rows in the order of the file, opened."""
    statement = (
        select(
            ImportRow.position, ImportRow.sheet, ImportRow.row_number, ImportRow.payload_enc, ImportRow.identity,
            ImportRow.occurrence, ImportRow.record_id, type_coerce(ImportRow.anchors, NullType()).label("anchors"),
        )
        .where(
            ImportRow.import_id == import_id, wanted, ImportRow.position > after
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
        try:
            await bulk.copy_rows(session, table, lines)
        except bulk.LineRefused as error:
            owners = composed.owners[table]
            at = owners[error.line - 1] if error.line and error.line <= len(owners) else 0
            raise RowRefused(rows[at], error.reason) from error
    await _remember(session, record, rows, composed.ids)


def _opened(found: Sequence[Any]) -> list[StagedRow]:
    keys = keyring()
    rows: list[StagedRow] = []
    for each in found:
        payload = orjson.loads(keys.decrypt_bytes(each.payload_enc))
        rows.append(
            StagedRow(
                each.position, each.sheet, each.row_number, payload["values"], payload["extras"],
                each.identity, each.occurrence, list(each.anchors), each.record_id,
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
    try:
        await bulk.copy_rows(session, "import_identities", lines)
    except bulk.LineRefused as error:
        came = [row for row, made in zip(rows, record_ids, strict=True) if made is not None]
        at = error.line - 1 if error.line and error.line <= len(came) else 0
        raise RowRefused(came[at], error.reason) from error


async def remember(session: AsyncSession, record: Import, row: StagedRow, record_id: UUID) -> None:
    """Note that a row is what a record says by now."""
    there = await session.scalar(
        select(ImportIdentity.record_id).where(
            ImportIdentity.town_code == record.town_code,
            ImportIdentity.kind == record.kind.value,
            ImportIdentity.identity == row.identity,
            ImportIdentity.occurrence == row.occurrence,
        )
    )
    if there is None:
        await _remember(session, record, [row], [record_id])
