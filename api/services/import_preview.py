"""What is shown of an import before it comes in: masked, and of informants only that there is one."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson

from api.core.crypto import keyring
from api.domain import identifiers, masks
from api.domain.ledger_spec import LedgerSpec
from api.domain.ledgers import SPECS, LedgerKind
from api.domain.money import to_yuan
from api.models.imports import ImportRow


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
