"""What stays of a file when it came in: the records, and of rows that did not what names nobody."""

import io
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.crypto import keyring
from api.core.sheets.ledger_found import Fault
from api.domain.imports.imports import RowState
from api.domain.imports.ledger_spec import LedgerSpec
from api.domain.imports.ledgers import SPECS, LedgerKind
from api.models.imports import Import, ImportFile, ImportRow
from api.services.imports import import_preview

_BATCH: Final = 1_000
#: Columns that name an informant, a victim or another person, or in which anything may stand.
_PERSONAL: Final[dict[LedgerKind, frozenset[str]]] = {
    LedgerKind.LEADS: frozenset({"reporter_name", "reporter_phone", "narrative", "note"}),
    LedgerKind.RISK_ENTITIES: frozenset({"responsible_person", "phone", "note"}),
    LedgerKind.VICTIMS: frozenset(
        {"name", "id_number", "phone", "account_no", "bank_name", "address", "note"}
    ),
}
_BLANK: Final = orjson.dumps({"values": {}, "extras": {}, "faults": []})
_GONE: Final = "内容已清除，请对照原文件"
#: What came in is in the record; one sealed nothing serves for all these rows.
_EMPTY_ROWS = text(
    "UPDATE import_rows SET payload_enc = :blank WHERE import_id = :import_id"
    " AND state IN ('good', 'known', 'repeated')"
)
_REPLACE = text(
    "UPDATE import_rows AS r SET payload_enc = n.payload"
    " FROM unnest(CAST(:positions AS bigint[]), CAST(:payloads AS bytea[])) AS n(position, payload)"
    " WHERE r.import_id = :import_id AND r.position = n.position"
)


async def forget(session: AsyncSession, record: Import) -> None:
    """Leave of a file that came in nothing that names a person."""
    keys = keyring()
    await session.execute(delete(ImportFile).where(ImportFile.import_id == record.id))
    record.own_name_enc = None
    if record.preview_enc is not None:
        kept = orjson.loads(keys.decrypt_bytes(record.preview_enc))
        kept["seen"] = []
        personal = _PERSONAL[record.kind]
        for fault in kept["faults"]:
            if fault["field"] in personal:
                fault["message"] = _GONE
        kept["remarks"] = [remark for remark in kept["remarks"] if remark["row"] is None]
        record.preview_enc = keys.encrypt_bytes(orjson.dumps(kept))
    blank = keys.encrypt_bytes(_BLANK)
    await session.execute(_EMPTY_ROWS, {"blank": blank, "import_id": record.id})
    after = -1
    while True:
        found = (
            await session.execute(
                select(ImportRow.position, ImportRow.payload_enc)
                .where(
                    ImportRow.import_id == record.id,
                    ImportRow.state.in_([RowState.FAULTY, RowState.EDITED]),
                    ImportRow.position > after,
                )
                .order_by(ImportRow.position)
                .limit(_BATCH)
            )
        ).all()
        if not found:
            return
        after = found[-1].position
        payloads = [_stripped(record.kind, sealed) for _, sealed in found]
        values = {"positions": [at for at, _ in found], "payloads": payloads}
        await session.execute(_REPLACE, values | {"import_id": record.id})


def _stripped(kind: LedgerKind, sealed: bytes) -> bytes:
    keys = keyring()
    payload: dict[str, Any] = orjson.loads(keys.decrypt_bytes(sealed))
    personal = _PERSONAL[kind]
    payload["values"] = {k: v for k, v in payload["values"].items() if k not in personal}
    payload["extras"] = {}
    payload["faults"] = [
        [*fault[:6], _GONE if fault[3] in personal else fault[6], fault[7]]
        for fault in payload["faults"]
    ]
    return keys.encrypt_bytes(orjson.dumps(payload))


async def rest(session: AsyncSession, import_id: UUID) -> list[tuple[int, int, bytes]]:
    """The rows of which something stayed: sheet, row, payload."""
    found = await session.execute(
        select(ImportRow.sheet, ImportRow.row_number, ImportRow.payload_enc)
        .where(
            ImportRow.import_id == import_id,
            ImportRow.state.in_([RowState.FAULTY, RowState.EDITED]),
        )
        .order_by(ImportRow.position)
    )
    return [(sheet, number, bytes(payload)) for sheet, number, payload in found]


def rebuilt(kind: LedgerKind, preview: dict[str, Any], rows: list[tuple[int, int, bytes]]) -> bytes:
    """A workbook with what stayed, each cell in its old place: the file itself is gone."""
    import openpyxl

    spec, keys = SPECS[kind], keyring()
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    sheets: dict[int, Any] = {}
    fields: dict[int, dict[str, int]] = {}
    last = max((sheet["index"] for sheet in preview["sheets"]), default=0)
    named = {sheet["index"]: sheet for sheet in preview["sheets"]}
    for index in range(last + 1):
        sheets[index] = book.create_sheet(f"Sheet{index + 1}")
        found = named.get(index)
        if found is None:
            continue
        sheets[index].title = import_preview.sheet_title(found["name"]) or f"Sheet{index + 1}"
        fields[index] = {name: int(at) for at, name in found["fields"].items()}
        for at, label in found["labels"].items():
            sheets[index].cell(found["header_row"], int(at) + 1, label)
    for index, number, sealed in rows:
        _write(spec, sheets[index], fields.get(index, {}), number, keys.decrypt_bytes(sealed))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(
    spec: LedgerSpec, sheet: Any, places: dict[str, int], number: int, payload: bytes
) -> None:
    for name, value in orjson.loads(payload)["values"].items():
        if value is None or name not in places or name not in spec.by_field:
            continue
        told = import_preview.told(spec, name, value)
        cell = sheet.cell(number, places[name] + 1, told)
        cell.data_type = "s"


def faults(rows: list[tuple[int, int, bytes]]) -> list[Fault]:
    """What was wrong with the rows that did not come in."""
    keys = keyring()
    return [
        Fault(*fault)
        for _, _, sealed in rows
        for fault in orjson.loads(keys.decrypt_bytes(sealed))["faults"]
    ]
