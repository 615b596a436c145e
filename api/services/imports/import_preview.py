"""What is shown of an import before it comes in: masked, and of informants only that there is one."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson

from api.core.base.crypto import keyring
from api.core.sheets.ledger_found import letter
from api.domain.imports.imports import UPDATED_BY_ROWS, RowDecision, RowState
from api.domain.imports.ledger_spec import LedgerSpec
from api.domain.imports.ledgers import SPECS, LedgerKind
from api.domain.words import identifiers, masks
from api.domain.words.money import to_yuan
from api.models.imports import Import, ImportRow


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


def told(spec: LedgerSpec, name: str, value: Any) -> str:
    """One value for the screen."""
    if value is None or value == "":
        return ""
    show: _Mask = to_yuan if spec.by_field[name].unit_aware else _said
    return _MASKS[LedgerKind(spec.kind)].get(name, show)(value)


def sheet_title(name: str) -> str:
    """The name of a sheet as a workbook takes it."""
    return re.sub(r"[\\/*?:\[\]]", "", name)[:31]


def shown_row(
    spec: LedgerSpec, row: ImportRow, record_id: UUID | None, sheets: Mapping[int, Any]
) -> dict[str, Any]:
    """One staged row for the screen, and the record that it is, became, or looks like."""
    payload = orjson.loads(keyring().decrypt_bytes(row.payload_enc))
    values: dict[str, Any] = payload["values"]
    sheet = sheets.get(row.sheet, {"name": "", "fields": {}})
    at = {name: int(column) for column, name in sheet["fields"].items()}
    edited = row.state is RowState.EDITED
    return {
        "position": row.position,
        "sheet": row.sheet,
        "sheet_name": sheet["name"],
        "row": row.row_number,
        "state": row.state.value,
        "decision": row.decision.value if row.decision else None,
        "decisions": [d.value for d in _choices(spec, row)] if edited else [],
        "cells": {
            name: told(spec, name, value) for name, value in values.items() if name in spec.by_field
        },
        "addresses": {name: f"{letter(column)}{row.row_number}" for name, column in at.items()},
        "faults": [_fault(fault, at) for fault in payload["faults"]],
        "record_id": str(record_id) if record_id else None,
    }


def _choices(spec: LedgerSpec, row: ImportRow) -> list[RowDecision]:
    updates = LedgerKind(spec.kind) in UPDATED_BY_ROWS and row.record_id is not None
    return [d for d in RowDecision if d is not RowDecision.UPDATE or updates]


def _fault(fault: list[Any], places: Mapping[str, int]) -> dict[str, Any]:
    _, row, column, field, label, code, message, severity = fault
    column = places.get(field) if column is None else column
    return {
        "field": field,
        "label": label,
        "column": column,
        "address": f"{letter(column)}{row}" if column is not None else f"第 {row} 行",
        "code": code,
        "message": masked(message),
        "severity": severity,
    }


#: What a sentence gives as an example of how to write is nobody's.
_EXAMPLE = re.compile(r"((?:例如|如|比如|形如|示例)[：:]?\s*[“\"]?)([\w\-./:]+)")


def masked(sentence: str) -> str:
    """A sentence about a cell, identifiers masked, examples left as they are."""
    parts: list[str] = []
    end = 0
    for found in _EXAMPLE.finditer(sentence):
        parts += [identifiers.masked(sentence[end : found.start()])[0], found[0]]
        end = found.end()
    return "".join([*parts, identifiers.masked(sentence[end:])[0]])


def shown_preview(kind: str, sealed: bytes | None) -> dict[str, Any] | None:
    """How the file was understood, for the screen."""
    if sealed is None:
        return None
    stored = opened(sealed)
    spec = SPECS[LedgerKind(kind)]
    stored.pop("seen", None)
    for sheet in stored["sheets"]:
        labels = sheet.pop("labels")
        sheet["columns"] = [
            {
                "letter": letter(int(at)),
                "heading": masked(labels[at]),
                "field": name,
                "label": spec.by_field[name].label,
            }
            for at, name in sheet.pop("fields").items()
        ]
        sheet["ignored"] = [identifiers.masked(label)[0] for label in sheet["ignored"]]
    for remark in stored["remarks"]:
        remark["message"] = masked(remark["message"])
    return stored


def opened(sealed: bytes) -> dict[str, Any]:
    """What was kept of the reading."""
    return orjson.loads(keyring().decrypt_bytes(sealed))


def shown_sheets(record: Import) -> dict[str, Any]:
    """The sheets as they stand, and how each is read: for whoever says what their columns are."""
    spec = SPECS[record.kind]
    kept = opened(record.preview_enc) if record.preview_enc else {"seen": []}
    corrected = (record.correction or {}).get("sheets", {})
    return {
        "sheets": [_seen(spec, one, corrected.get(str(one["index"]), {})) for one in kept["seen"]],
        "fields": [
            {"field": c.field, "label": c.label, "required": c.required, "is_money": c.unit_aware}
            for c in spec.columns
        ],
    }


def _seen(spec: LedgerSpec, one: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    header = said.get("header") or one["header"]
    below = header[1] if header else 0
    corrected: dict[str, str] = said.get("columns", {})
    columns = {
        column["at"]: corrected.get(str(column["at"]), column["field"]) for column in one["columns"]
    }
    masks = _MASKS[LedgerKind(spec.kind)]

    def cell(number: int, at: int, text: str) -> str:
        mask = masks.get(columns.get(at) or "") if number > below and text else None
        return mask(text) if mask else identifiers.masked(text)[0]

    return {
        "index": one["index"],
        "name": one["name"],
        "state": one["state"],
        "missing": one["missing"],
        "header": header,
        "columns": [
            {
                "at": column["at"],
                "letter": column["letter"],
                "heading": identifiers.masked(column["heading"])[0],
                "field": columns[column["at"]],
                "unit": said.get("units", {}).get(str(column["at"])) or column["unit"],
                "unit_from": column["unit_from"],
            }
            for column in one["columns"]
        ],
        "lines": [
            {
                "row": number,
                "role": one["roles"].get(str(number)),
                "cells": [cell(number, at, text) for at, text in enumerate(cells)],
            }
            for number, cells in one["lines"]
        ],
        "left_out": [
            {
                "row": number,
                "role": one["roles"].get(str(number)),
                "text": identifiers.masked(text)[0],
            }
            for number, text in one["left"]
            if header and number > below
        ],
        "skip": bool(said.get("skip")),
        "rows_out": said.get("rows_out", []),
        "rows_in": said.get("rows_in", []),
    }
