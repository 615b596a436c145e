"""The user's own ledger back, with red cells and reasons, always as .xlsx.

Like reading, this happens in a limited process (`python -m api.core.sheets.annotate`): the library that
can keep a workbook's looks is also the one that a hostile workbook can drown.
"""

import base64
from collections.abc import Iterable

import orjson

from api.core.sheets.ledger_found import Fault, SheetFound
from api.core.sheets.tables import run_limited
from api.domain.imports.ledger_spec import RESULT_HEADING


def annotate(
    original: bytes, faults: Iterable[Fault], sheets: Iterable[SheetFound], filename: str = ""
) -> bytes:
    """The annotated copy of a file that was read before. Raises the refusals of `tables`."""
    plan: dict[str, dict[str, object]] = {
        str(sheet.index): {
            "header": sheet.header_row,
            "heading": RESULT_HEADING,
            "last": max([*sheet.fields, 0]),
            "cells": [],
            "rows": {},
        }
        for sheet in sheets
    }
    for fault in faults:
        target = plan.get(str(fault.sheet))
        if target is not None:
            _add(target, fault)
    head = orjson.dumps(plan)
    payload = len(head).to_bytes(8, "big") + head + original
    suffix = "." + filename.rsplit(".", 1)[-1].lower()[:7] if "." in filename else ""
    with run_limited("api.core.sheets.annotate_writer", [suffix], payload, may_write=True) as lines:
        return b"".join(base64.b64decode(line) for line in lines)


def _add(target: dict[str, object], fault: Fault) -> None:
    cells, rows = target["cells"], target["rows"]
    assert isinstance(cells, list)  # noqa: S101 - built above
    assert isinstance(rows, dict)  # noqa: S101 - built above
    wrong = fault.severity == "error"
    if wrong and fault.column is not None:
        cells.append([fault.row, fault.column, fault.message])  # pyright: ignore[reportUnknownMemberType]
    said = f"{fault.label}：{fault.message}" if wrong else f"提醒：{fault.label}：{fault.message}"
    rows.setdefault(str(fault.row), []).append(said)  # pyright: ignore[reportUnknownMemberType]
