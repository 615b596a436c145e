"""Reading the file of an import into staged rows, by a job that may run again after a crash."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core import bulk, events
from api.core.clock import now, today
from api.core.crypto import keyring
from api.core.db import database
from api.core.ledger_import import LedgerReader, LedgerRow
from api.core.tables import Sheet, open_table
from api.core.threads import giving_way
from api.domain.cells import Surroundings
from api.domain.errors import DomainError
from api.domain.events import EventName
from api.domain.imports import ImportStatus, RowState
from api.domain.ledgers import SPECS, UNIT_WORDS, LedgerKind
from api.domain.organisation import UnitKind
from api.domain.places import Places
from api.models.imports import Import, ImportFile, ImportRow
from api.models.units import Division, Unit
from api.services.import_rows import Recogniser, mark_known

_BATCH = 1_000
_STAGED = (
    "import_id", "position", "sheet", "row_number", "state", "identity", "occurrence", "anchors",
    "payload_enc",
)  # fmt: skip
#: A record of the same unique value (a credit code) is there already, however it came.
_MEET = text(
    "UPDATE import_rows AS r SET state = 'edited', record_id = n.record_id"
    " FROM unnest(CAST(:positions AS bigint[]), CAST(:records AS uuid[]))"
    " AS n(position, record_id) WHERE r.import_id = :import_id AND r.position = n.position"
    " AND r.state = 'good'"
)


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
