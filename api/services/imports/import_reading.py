"""Reading the file of an import into staged rows, by a job that may run again after a crash."""

import asyncio
import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.base.crypto import keyring
from api.core.base.threads import giving_way
from api.core.database import bulk
from api.core.database.db import database
from api.core.events import events
from api.core.sheets.ledger_found import Fault, LedgerRow
from api.core.sheets.ledger_import import LedgerReader
from api.core.sheets.tables import Sheet, open_table
from api.domain.imports.cells import Surroundings
from api.domain.imports.imports import ImportStatus, RowState
from api.domain.imports.ledger_spec import LedgerSpec
from api.domain.imports.ledgers import SPECS, LedgerKind
from api.domain.kit.division_codes import county_of
from api.domain.kit.errors import DomainError
from api.domain.kit.events import EventName
from api.domain.organisation.organisation import UnitBehaviour
from api.domain.organisation.unit_names import HANDLERS_CALLED
from api.domain.recovery.ledger_corrections import Correction
from api.domain.words.places import Places
from api.models.imports import Import, ImportFile, ImportRow
from api.models.unit_kinds import UnitKind
from api.models.units import Division, Unit
from api.services.imports import import_checks, import_corrections, import_templates
from api.services.imports.import_known import Met, Recogniser, own_number, recogniser
from api.services.imports.import_rows import mark_known
from api.services.imports.import_templates import Eyes
from api.services.kit import _transition

_BATCH = 1_000
#: Merged cells of a heading, as far as they are kept to know its shape again.
_HEAD, _MERGES = 40, 400
_STAGED = (
    "import_id", "position", "sheet", "row_number", "state", "identity", "occurrence", "anchors",
    "payload_enc", "record_id",
)  # fmt: skip
#: Where the machine does not know the table, a person says what its columns are.
_TO_BE_MAPPED = frozenset({"header_not_found", "columns_missing"})


@dataclass(frozen=True, slots=True)
class _File:
    """What is to be read, and how."""

    content: bytes
    name: str
    kind: LedgerKind
    case_id: UUID | None
    around: Surroundings
    knows: Recogniser
    eyes: Eyes


async def parse(import_id: UUID) -> None:
    """Read the file of an import into staged rows (a job; may run again after a crash)."""
    async with database().session() as session, session.begin():
        record = await session.get(Import, import_id)
        stored = await session.get(ImportFile, import_id)
        if record is None or stored is None or record.status is not ImportStatus.PARSING:
            return
        await session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        file = await _file(session, record, stored.content_enc)
    staging = _Staging(import_id, file)
    try:
        with open_table(file.content, file.name) as sheets:
            await staging.run(sheets)
    except DomainError as error:
        if error.code in _TO_BE_MAPPED and any(one.head.rows for one in file.eyes.seen):
            await _ask(import_id, staging, error)
        else:
            await _fail(import_id, error)
        return
    await _finish(import_id, staging)


async def _file(session: AsyncSession, record: Import, sealed: bytes) -> _File:
    kind = LedgerKind(record.kind)
    templates = (
        await import_templates.of_town(session, record.town_code, kind)
        if record.uses_templates
        else {}
    )
    return _File(
        keyring().decrypt_bytes(sealed),
        record.filename,
        kind,
        record.case_id,
        await _surroundings(session, record.town_code),
        await recogniser(session, record),
        Eyes(kind, import_corrections.opened(record.correction), templates),
    )


async def _surroundings(session: AsyncSession, town: str) -> Surroundings:
    divisions = (
        await session.execute(
            select(Division.code, Division.name).where(
                Division.code.startswith(town), func.length(Division.code) <= 12
            )
        )
    ).all()
    above = list(
        await session.scalars(
            select(Division.name).where(Division.code.in_([county_of(town), town]))
        )
    )
    units = (
        await session.execute(
            select(Unit.id, Unit.name, Unit.kind, Unit.behaviour, UnitKind.also_called)
            .join(UnitKind, UnitKind.code == Unit.kind)
            .where(
                Unit.is_active,
                Unit.behaviour != UnitBehaviour.SYSTEM,
                or_(Unit.division_code.startswith(town), Unit.division_code == county_of(town)),
            )
        )
    ).all()
    names = {unit.name: str(unit.id) for unit in units}
    behaviours, kinds = Counter(u.behaviour for u in units), Counter(u.kind for u in units)
    for unit in units:
        called = [*unit.also_called] if kinds[unit.kind] == 1 else []
        if behaviours[unit.behaviour] == 1:
            called += HANDLERS_CALLED.get(unit.behaviour, ())
        names = dict.fromkeys(called, str(unit.id)) | names
    return Surroundings(
        today(),
        divisions=Places({name: code for code, name in divisions}, above),
        units=Places(names, above),
        above=frozenset(str(u.id) for u in units if u.behaviour is UnitBehaviour.COUNTY),
    )


class _Staging:
    """Rows of one file, batch by batch: each batch is committed, so that progress can be seen."""

    def __init__(self, import_id: UUID, file: _File) -> None:
        self.import_id, self.file, self.eyes = import_id, file, file.eyes
        self.spec = SPECS[file.kind]
        self.reader: LedgerReader | None = None
        #: Within what a row is the same row: somebody may have lost money in two cases.
        self.within = f"{file.kind}:{file.case_id}" if file.case_id else file.kind.value
        self.position = 0
        self.warned = 0
        self.faults: Counter[tuple[str, str, str, str]] = Counter()
        #: The first of each kind, with what it says of what is wrong and how it is mended.
        self.first: dict[tuple[str, str, str, str], Fault] = {}

    async def run(self, sheets: Iterator[Sheet]) -> None:
        """While the database takes one batch in, a thread reads the next."""
        rows = self._rows(sheets)
        batch = await asyncio.to_thread(self._next, rows)
        while batch:
            following = asyncio.ensure_future(asyncio.to_thread(self._next, rows))
            try:
                await self._store(batch)
            finally:
                batch = await following

    def _rows(self, sheets: Iterator[Sheet]) -> Iterator[LedgerRow]:
        passing = self.eyes.passing(sheets)
        first = next(passing, None)
        spec = _returning(self.spec) if first and _is_ours(self.file.kind, self.eyes) else self.spec
        correction = Correction(self.eyes.corrections)
        self.reader = LedgerReader(spec, self.file.around, correction)
        for row in self.reader.walk(itertools.chain([first] if first else [], passing)):
            self.eyes.took(row.sheet, row.number)
            yield row

    def _next(self, rows: Iterator[LedgerRow]) -> list[tuple[LedgerRow, bytes, list[bytes], bytes]]:
        keys = keyring()
        batch: list[tuple[LedgerRow, bytes, list[bytes], bytes]] = []
        for row in giving_way(itertools.islice(rows, _BATCH)):
            if not own_number(self.file.kind, row.values.get("source_number")):
                row.faults += _missing(self.spec, row)
            if row.good:
                row.faults += import_checks.faults(self.spec, row)
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
        async with database().session() as session, session.begin():
            met = await self.file.knows.meet(session, [row.values for row, *_ in batch])
            for (row, identity, anchors, payload), there in zip(batch, met, strict=True):
                state = _state(row, there)
                self.warned += bool(row.warnings)
                for fault in (*row.faults, *row.warnings):
                    kind = fault.field, fault.label, fault.code, fault.severity
                    self.faults[kind] += 1
                    self.first.setdefault(kind, fault)
                cells = (self.import_id, self.position, row.sheet, row.number, state.value)
                known = there.record_id if there and state in _MET else None
                rows.append((*cells, identity, row.occurrence, anchors, payload, known))
                self.position += 1
            await bulk.copy_rows(session, "import_rows", rows)
            await session.execute(
                update(Import)
                .where(Import.id == self.import_id)
                .values(progress_done=self.position, updated_at=now())
            )

    def preview(self) -> bytes:
        """What the reader understood, for the preview, for annotating and for correcting."""
        templates = {one.index: one.template for one in self.eyes.seen if one.template}
        sheets = [
            {
                "index": sheet.index,
                "name": sheet.name,
                "header_row": sheet.header_row,
                "fields": {str(at): name for at, name in sheet.fields.items()},
                "labels": {str(at): name for at, name in sheet.labels.items()},
                "ignored": list(sheet.ignored),
                "template": {"id": t.id, "name": t.name}
                if (t := templates.get(sheet.index))
                else None,
            }
            for sheet in (self.reader.sheets if self.reader else ())
        ]
        remarks = [
            {"code": r.code, "message": r.message, "sheet": r.sheet, "row": r.row}
            for r in (self.reader.remarks[:500] if self.reader else ())
        ]
        counts = [
            dict(zip(("field", "label", "code", "severity"), kind, strict=True))
            | {"count": count}
            | {"row": self.first[kind].row, "message": self.first[kind].message}
            for kind, count in self.faults.most_common(200)
        ]
        told = {"sheets": sheets, "remarks": remarks, "faults": counts}
        return orjson.dumps(told | {"seen": self._seen()}, default=str)

    def _seen(self) -> list[dict[str, Any]]:
        passed = {one.index: one for one in self.eyes.seen}
        return [
            {
                "index": found.index,
                "name": found.name,
                "state": found.state.value,
                "header": [found.header_row, found.last_header_row] if found.fields else None,
                "missing": list(found.missing),
                "columns": [dataclasses.asdict(column) for column in found.columns],
                "lines": one.head.shown(),
                "merges": [list(m) for m in one.head.merges if m[0] < _HEAD][:_MERGES],
                "roles": {str(line): role.value for line, role in found.roles.items()},
                "left": sorted(one.left.items()),
            }
            for found in (self.reader.found if self.reader else ())
            if (one := passed.get(found.index))
        ]


_MET = frozenset({RowState.EDITED, RowState.KNOWN})


def _state(row: LedgerRow, met: Met | None) -> RowState:
    if row.repeated:
        return RowState.REPEATED
    if met is not None and (row.good or met.own):
        return RowState.KNOWN if met.same else RowState.EDITED
    return RowState.GOOD if row.good else RowState.FAULTY


def _is_ours(kind: LedgerKind, eyes: Eyes) -> bool:
    """Whether the first sheet is an export of this system."""
    return any(
        own_number(kind, cell) for row in eyes.seen[0].head.rows.values() for cell in row.cells
    )


def _returning(spec: LedgerSpec) -> LedgerSpec:
    """The ledger as it comes home: an export leaves out what it must not tell."""
    columns = tuple(dataclasses.replace(column, required=False) for column in spec.columns)
    return dataclasses.replace(spec, columns=columns)


def _missing(spec: LedgerSpec, row: LedgerRow) -> list[Fault]:
    """Required cells that are blank, where the table was read as one of ours."""
    faulty = {fault.field for fault in row.faults}
    return [
        Fault(row.sheet, row.number, None, c.field, c.label, "missing", c.missing_message)
        for c in spec.columns
        if c.required and c.field not in faulty and row.values.get(c.field) in (None, "", ())
    ]


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
        _transition.put(record, ImportStatus.FAILED)
        record.failure_code, record.failure_message = error.code, error.detail
        record.finished_at = now()
        record.own_name_enc = None
        # what cannot be read is of no use to anybody
        await session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        await session.execute(delete(ImportFile).where(ImportFile.import_id == import_id))
        told = {"to": record.status.value, "code": error.code}
        await _tell(session, import_id, told)


async def _ask(import_id: UUID, staging: _Staging, error: DomainError) -> None:
    """The table is unknown: a person says what its columns are."""
    async with database().session() as session, session.begin():
        record = await session.get(Import, import_id, with_for_update=True)
        await session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        if record is None or record.status is not ImportStatus.PARSING:
            return
        _transition.put(record, ImportStatus.NEEDS_MAPPING)
        record.failure_code, record.failure_message = error.code, error.detail
        record.preview_enc = keyring().encrypt_bytes(staging.preview())
        await _tell(session, import_id, {"to": record.status.value, "code": error.code})


async def _finish(import_id: UUID, staging: _Staging) -> None:
    async with database().session() as session, session.begin():
        record = await session.get(Import, import_id, with_for_update=True)
        if record is None or record.status is not ImportStatus.PARSING:
            await session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
            return
        record.preview_enc = keyring().encrypt_bytes(staging.preview())
        record.rows_warned = staging.warned
        record.progress_total = record.progress_done = staging.position
        record.failure_code = record.failure_message = ""
        await mark_known(session, record)
        await import_templates.used(
            session, {one.template.id for one in staging.eyes.seen if one.template}
        )
        _transition.put(record, ImportStatus.PREVIEW)
        await _tell(session, import_id, {"to": record.status.value})


async def _tell(session: AsyncSession, import_id: UUID, told: dict[str, Any]) -> None:
    await events.record(session, None, EventName.IMPORT_READ, "import", import_id, told)
