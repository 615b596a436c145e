"""How a person corrects the reading of a file: what of it is kept, and whether it can be followed."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.core.sheets.ledger_found import letter
from api.domain.imports.ledger_spec import LedgerSpec
from api.domain.kit.errors import FieldError, Invalid
from api.domain.recovery.ledger_corrections import KEPT, LEFT_OUT, SheetCorrection
from api.schemas.imports import CorrectionIn, SheetCorrectionIn

#: One of its units in yuan, as the page offers it.
_MOST_LINES = 6


def stored(body: CorrectionIn, spec: LedgerSpec) -> dict[str, Any]:
    """A correction as it is kept with the import. Raises Invalid naming every fault."""
    faults: list[FieldError] = []
    sheets: dict[str, Any] = {}
    for at, sheet in enumerate(body.sheets):
        faults += _faults(f"/sheets/{at}", sheet, spec)
        if str(sheet.index) in sheets:
            faults.append(FieldError(f"/sheets/{at}/index", "twice", "同一个工作表写了两次"))
        sheets[str(sheet.index)] = _stored(sheet)
    if faults:
        raise Invalid(faults[0].message, errors=faults)
    return {"sheets": sheets}


def _stored(sheet: SheetCorrectionIn) -> dict[str, Any]:
    return {
        "skip": sheet.skip,
        "header": list(sheet.header) if sheet.header else None,
        "columns": {str(at): name for at, name in sheet.columns.items()},
        "units": {str(at): str(unit) for at, unit in sheet.units.items()},
        "rows_out": sorted(set(sheet.rows_out)),
        "rows_in": sorted(set(sheet.rows_in)),
    }


def _faults(where: str, sheet: SheetCorrectionIn, spec: LedgerSpec) -> list[FieldError]:
    faults: list[FieldError] = []
    if sheet.header:
        first, last = sheet.header
        if not first <= last < first + _MOST_LINES:
            message = f"表头的最后一行应在第一行之后，最多 {_MOST_LINES} 行"
            faults.append(FieldError(f"{where}/header", "header_lines", message))
    taken: dict[str, int] = {}
    for at, name in sheet.columns.items():
        pointer = f"{where}/columns/{at}"
        if name in {KEPT, LEFT_OUT}:
            continue
        if name not in spec.by_field:
            message = f"“{spec.label}”没有“{name}”这个栏目"
            faults.append(FieldError(pointer, "field_unknown", message))
        elif name in taken:
            label = spec.by_field[name].label
            message = f"“{label}”对应了两列（{letter(taken[name])}、{letter(at)}），只能对应一列"
            faults.append(FieldError(pointer, "field_twice", message))
        else:
            taken[name] = at
    for row in sorted(set(sheet.rows_in) & set(sheet.rows_out)):
        message = f"第 {row} 行不能既导入又不导入"
        faults.append(FieldError(f"{where}/rows_in", "row_both", message))
    return faults


def opened(kept: Mapping[str, Any] | None) -> dict[int, SheetCorrection]:
    """What was kept, as the reader obeys it."""
    return {int(index): of_sheet(sheet) for index, sheet in (kept or {}).get("sheets", {}).items()}


def of_sheet(sheet: Mapping[str, Any]) -> SheetCorrection:
    """One sheet of it."""
    header = sheet.get("header")
    return SheetCorrection(
        skip=bool(sheet.get("skip")),
        header=(header[0], header[1]) if header else None,
        columns={int(at): name for at, name in sheet.get("columns", {}).items()},
        units={int(at): Decimal(unit) for at, unit in sheet.get("units", {}).items()},
        rows_out=frozenset(sheet.get("rows_out", ())),
        rows_in=frozenset(sheet.get("rows_in", ())),
    )
