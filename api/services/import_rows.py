"""The rows of an import: read by a job, staged encrypted, shown masked, brought in by COPY."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, or_, select, text, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import NullType

from api.core import bulk, events
from api.core.clock import now, today
from api.core.crypto import keyring
from api.core.db import database
from api.core.ledger_import import LedgerReader, LedgerRow
from api.core.tables import Sheet, open_table
from api.core.threads import giving_way
from api.domain import identifiers, masks
from api.domain.actors import Actor
from api.domain.cells import Surroundings
from api.domain.errors import DomainError
from api.domain.events import EventName
from api.domain.imports import ImportStatus, RowState
from api.domain.ledger_spec import LedgerSpec
from api.domain.ledgers import SPECS, UNIT_WORDS, LedgerKind
from api.domain.money import to_yuan
from api.domain.organisation import UnitKind
from api.domain.places import Places
from api.models.imports import Import, ImportFile, ImportRow
from api.models.units import Division, Unit

_BATCH = 1_000
_STAGED = (
    "import_id", "position", "sheet", "row_number", "state", "identity", "occurrence", "anchors",
    "payload_enc",
)  # fmt: skip


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


# -------------------------------------------------------------------------------------- reading


async def parse(import_id: UUID, recognisers: Mapping[LedgerKind, Recogniser]) -> None:
    """Read the file of an import into staged rows (a job; may run again after a crash)."""
    async with database().session() as session, session.begin():
        record = await session.get(Import, import_id)
        stored = await session.get(ImportFile, import_id)
        if record is None or stored is None or record.status is not ImportStatus.PARSING:
            return
        await session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        around = await _surroundings(session, record.town_code)
        sealed, kind = stored.content_enc, LedgerKind(record.kind)
        name, case_id = record.filename, record.case_id
    staging = _Staging(import_id, kind, case_id, LedgerReader(SPECS[kind], around))
    try:
        with open_table(keyring().decrypt_bytes(sealed), name) as sheets:
            await staging.run(sheets)
    except DomainError as error:
        await _fail(import_id, error)
        return
    await _finish(import_id, staging, recognisers.get(kind))


async def _surroundings(session: AsyncSession, town: str) -> Surroundings:
    divisions = (
        await session.execute(
            select(Division.code, Division.name).where(
                Division.code.startswith(town), func.length(Division.code) <= 12
            )
        )
    ).all()
    above = list(
        await session.scalars(select(Division.name).where(Division.code.in_([town[:6], town])))
    )
    units = (
        await session.execute(
            select(Unit.id, Unit.name, Unit.kind).where(
                Unit.is_active,
                Unit.kind != UnitKind.SYSTEM,
                or_(Unit.division_code.startswith(town), Unit.division_code == town[:6]),
            )
        )
    ).all()
    names = {name: str(unit_id) for unit_id, name, _ in units}
    kinds = Counter(kind for _, _, kind in units)
    for unit_id, _, kind in units:
        if kinds[kind] == 1:
            names = dict.fromkeys(UNIT_WORDS.get(kind, ()), str(unit_id)) | names
    return Surroundings(
        today(),
        divisions=Places({name: code for code, name in divisions}, above),
        units=Places(names, above),
    )


class _Staging:
    """Rows of one file, batch by batch: each batch is committed, so that progress can be seen."""

    def __init__(
        self, import_id: UUID, kind: LedgerKind, case_id: UUID | None, reader: LedgerReader
    ) -> None:
        self.import_id, self.reader = import_id, reader
        #: Within what a row is the same row: somebody may have lost money in two cases.
        self.within = f"{kind}:{case_id}" if case_id else kind.value
        self.position = 0
        self.warned = 0
        self.faults: Counter[tuple[str, str, str, str]] = Counter()
        #: value of the kind's unique field → position
        self.named: dict[str, int] = {}

    async def run(self, sheets: Iterator[Sheet]) -> None:
        """While the database takes one batch in, a thread reads the next."""
        rows = self.reader.walk(sheets)
        batch = await asyncio.to_thread(self._next, rows)
        while batch:
            following = asyncio.ensure_future(asyncio.to_thread(self._next, rows))
            try:
                await self._store(batch)
            finally:
                batch = await following

    def _next(self, rows: Iterator[LedgerRow]) -> list[tuple[LedgerRow, bytes, list[bytes], bytes]]:
        keys = keyring()
        batch: list[tuple[LedgerRow, bytes, list[bytes], bytes]] = []
        for row in giving_way(itertools.islice(rows, _BATCH)):
            identity = keys.digest(f"import-row:{self.within}", row.fingerprint)[:16]
            anchors = [
                keys.digest(f"import-anchor:{self.within}:{index}", anchor)[:16]
                for index, anchor in enumerate(row.anchors)
                if anchor is not None
            ]
            batch.append((row, identity, anchors, keys.encrypt_bytes(_payload(row))))
        return batch

    async def _store(self, batch: list[tuple[LedgerRow, bytes, list[bytes], bytes]]) -> None:
        rows = bulk.Rows(_STAGED)
        for row, identity, anchors, payload in batch:
            state = RowState.GOOD if row.good else RowState.FAULTY
            state = RowState.REPEATED if row.repeated else state
            self.warned += bool(row.warnings)
            for fault in (*row.faults, *row.warnings):
                self.faults[fault.field, fault.label, fault.code, fault.severity] += 1
            for name in self.reader.spec.unique:
                if row.good and row.values.get(name):
                    self.named[str(row.values[name])] = self.position
            cells = (self.import_id, self.position, row.sheet, row.number, state.value)
            rows.append((*cells, identity, row.occurrence, anchors, payload))
            self.position += 1
        async with database().session() as session, session.begin():
            await bulk.copy_rows(session, "import_rows", rows)
            await session.execute(
                update(Import)
                .where(Import.id == self.import_id)
                .values(progress_done=self.position, updated_at=now())
            )

    def preview(self) -> bytes:
        """What the reader understood, for the preview and for annotating."""
        sheets = [
            {
                "index": sheet.index,
                "name": sheet.name,
                "header_row": sheet.header_row,
                "fields": {str(at): name for at, name in sheet.fields.items()},
                "labels": {str(at): name for at, name in sheet.labels.items()},
                "ignored": list(sheet.ignored),
            }
            for sheet in self.reader.sheets
        ]
        remarks = [
            {"code": r.code, "message": r.message, "sheet": r.sheet, "row": r.row}
            for r in self.reader.remarks[:500]
        ]
        counts = [
            {"field": f, "label": label, "code": code, "severity": severity, "count": count}
            for (f, label, code, severity), count in self.faults.most_common(200)
        ]
        return orjson.dumps({"sheets": sheets, "remarks": remarks, "faults": counts})


def _payload(row: LedgerRow) -> bytes:
    faults = [
        [f.sheet, f.row, f.column, f.field, f.label, f.code, f.message, f.severity]
        for f in (*row.faults, *row.warnings)
    ]
    return orjson.dumps({"values": row.values, "extras": row.extras, "faults": faults})


async def _fail(import_id: UUID, error: DomainError) -> None:
    async with database().session() as session, session.begin():
        record = await session.get(Import, import_id, with_for_update=True)
        if record is None or record.status is not ImportStatus.PARSING:
            return
        record.status = ImportStatus.FAILED
        record.failure_code, record.failure_message = error.code, error.detail
        record.version += 1
        record.updated_at = record.finished_at = now()
        await session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        told = {"to": record.status.value, "code": error.code}
        await _tell(session, import_id, told)


async def _finish(import_id: UUID, staging: _Staging, recognise: Recogniser | None) -> None:
    async with database().session() as session, session.begin():
        record = await session.get(Import, import_id, with_for_update=True)
        if record is None or record.status is not ImportStatus.PARSING:
            await session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
            return
        record.preview_enc = keyring().encrypt_bytes(staging.preview())
        record.rows_warned = staging.warned
        record.progress_total = record.progress_done = staging.position
        if recognise is not None and staging.named:
            there = await recognise(session, record, list(staging.named))
            met = [(staging.named[value], made) for value, made in there.items()]
            await session.execute(
                _MEET,
                {
                    "import_id": import_id,
                    "positions": [position for position, _ in met],
                    "records": [made for _, made in met],
                },
            )
        await mark_known(session, record)
        record.status = ImportStatus.PREVIEW
        record.version += 1
        record.updated_at = now()
        await _tell(session, import_id, {"to": record.status.value})


async def _tell(session: AsyncSession, import_id: UUID, told: dict[str, Any]) -> None:
    await events.record(session, None, EventName.IMPORT_READ, "import", import_id, told)


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
#: A record of the same unique value (a credit code) is there already, however it came.
_MEET = text(
    "UPDATE import_rows AS r SET state = 'edited', record_id = n.record_id"
    " FROM unnest(CAST(:positions AS bigint[]), CAST(:records AS uuid[]))"
    " AS n(position, record_id) WHERE r.import_id = :import_id AND r.position = n.position"
    " AND r.state = 'good'"
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


# ----------------------------------------------------------------------------------------- shown


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(str, value))  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    return identifiers.masked(str(value))[0]


def _sealed(_: Any) -> str:
    return "（已填写，保密）"


_Mask = Callable[[Any], str]
#: The informant leaves the vault for nobody: the preview says only that something was given.
_MASKS: dict[LedgerKind, dict[str, _Mask]] = {
    LedgerKind.LEADS: {"reporter_name": _sealed, "reporter_phone": _sealed},
    LedgerKind.RISK_ENTITIES: {"phone": masks.mask_phone},
    LedgerKind.VICTIMS: {
        "name": masks.mask_name,
        "phone": masks.mask_phone,
        "id_number": masks.mask_id_number,
        "account_no": masks.mask_account,
        "address": masks.mask_address,
    },
}


def _shown(spec: LedgerSpec, name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    show: _Mask = to_yuan if spec.by_field[name].unit_aware else _said
    return _MASKS[LedgerKind(spec.kind)].get(name, show)(value)


def shown_row(spec: LedgerSpec, row: ImportRow, record_id: UUID | None) -> dict[str, Any]:
    """One staged row for the screen, and the record that it is, became, or looks like."""
    payload = orjson.loads(keyring().decrypt_bytes(row.payload_enc))
    values: dict[str, Any] = payload["values"]
    return {
        "position": row.position,
        "sheet": row.sheet,
        "row": row.row_number,
        "state": row.state.value,
        "cells": {
            name: _shown(spec, name, value)
            for name, value in values.items()
            if name in spec.by_field
        },
        "faults": [
            {
                "field": field,
                "label": label,
                "column": column,
                "code": code,
                "message": identifiers.masked(message)[0],
                "severity": severity,
            }
            for _, _, column, field, label, code, message, severity in payload["faults"]
        ],
        "record_id": str(record_id) if record_id else None,
    }


def shown_preview(kind: str, sealed: bytes | None) -> dict[str, Any] | None:
    """How the file was understood, for the screen."""
    if sealed is None:
        return None
    stored = orjson.loads(keyring().decrypt_bytes(sealed))
    spec = SPECS[LedgerKind(kind)]
    for sheet in stored["sheets"]:
        labels = sheet.pop("labels")
        sheet.pop("index")
        sheet["columns"] = [
            {"heading": labels[at], "field": name, "label": spec.by_field[name].label}
            for at, name in sheet.pop("fields").items()
        ]
        sheet["ignored"] = [identifiers.masked(label)[0] for label in sheet["ignored"]]
    for remark in stored["remarks"]:
        remark["message"] = identifiers.masked(remark["message"])[0]
    return stored
