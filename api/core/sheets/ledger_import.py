"""A ledger file's rows → values, faults and warnings, whatever layout the file has.

`LedgerReader.walk` goes through the sheets once, holding one row at a time. What a row is (data,
total, note under the table, repeated heading) is decided here; what a cell means, in
`domain/imports/cells.py`; which columns there are, in `domain/imports/ledgers.py`.
"""

import itertools
from collections.abc import Iterable, Iterator
from typing import Final

from api.core.sheets.ledger_found import (
    SHOWN_LINES,
    ColumnFound,
    Fault,
    FileRemark,
    LedgerRow,
    LineFound,
    SheetFound,
    letter,
)
from api.core.sheets.ledger_header import LOOK_AHEAD, Header, find_header, plain
from api.core.sheets.ledger_identity import row_fingerprint, row_key
from api.core.sheets.ledger_table import Table
from api.core.sheets.tables import Row, Sheet
from api.domain.imports.cells import Cell, CellError, Surroundings
from api.domain.imports.ledger_headings import Headings
from api.domain.imports.ledger_lines import LineRole, SheetState
from api.domain.imports.ledger_spec import LedgerSpec
from api.domain.imports.money_units import is_unit_column, tells_money
from api.domain.kit.errors import DomainError, FieldError, Invalid
from api.domain.recovery.ledger_corrections import KEPT, LEFT_OUT, Correction, SheetCorrection

__all__ = ["Fault", "FileRemark", "LedgerReader", "LedgerRow", "SheetFound", "row_fingerprint"]

#: A sheet that ends within so many rows is looked at to its end before its first row is read:
#: the unit may stand below the table.
_LOOKED_THROUGH: Final = 2_000
_TAIL: Final = 12


def _shown(cell: Cell) -> str:
    return cell.text if isinstance(cell, CellError) else plain(cell)[:200]


class LedgerReader:
    """Reads the sheets of one file against one spec; afterwards `remarks` and `sheets` are full."""

    def __init__(
        self, spec: LedgerSpec, around: Surroundings, correction: Correction | None = None
    ) -> None:
        self.spec = spec
        self.around = around
        self.headings = Headings(spec)
        self.correction = correction or Correction()
        self.remarks: list[FileRemark] = []
        #: every sheet of the file, in order, read or not
        self.found: list[SheetFound] = []
        self._seen: set[bytes] = set()
        self._refused: DomainError | None = None
        self._first: dict[bytes, tuple[tuple[int, int], int]] = {}

    @property
    def sheets(self) -> list[SheetFound]:
        """The sheets that rows were taken from."""
        return [sheet for sheet in self.found if sheet.read]

    def walk(self, sheets: Iterable[Sheet]) -> Iterator[LedgerRow]:
        """Every data row of every sheet that holds this ledger.

        Raises `header_not_found` or `columns_missing` when no sheet does; `found` tells even then
        what stands in each sheet, so that a person can say what its columns are.
        """
        for sheet in sheets:
            yield from self._sheet(sheet, self.correction.of(sheet.index))
        if not self.sheets:
            raise self._refused or Invalid(
                f"没有找到“{self.spec.label}”的表头，请核对表格种类，或使用系统提供的模板",
                code="header_not_found",
            )

    def _sheet(self, sheet: Sheet, correction: SheetCorrection) -> Iterator[LedgerRow]:
        rows = iter(sheet.rows)
        head = list(itertools.islice(rows, _LOOKED_THROUGH))
        if sheet.hidden or correction.skip:
            self._leave_out(sheet, head, correction)
            return
        header = self._header(sheet, head, correction)
        if header is None:
            state = SheetState.NO_HEADER if head else SheetState.EMPTY
            self._describe(sheet, head, Header.none(), state)
            self._remark("sheet_without_header", "这个工作表里没有找到表头，没有读取", sheet)
            return
        missing = header.missing(self.spec)
        if missing:
            self._describe(sheet, head, header, SheetState.COLUMNS_MISSING)
            self._refuse_columns(missing, sheet)
            return
        found = self._describe(sheet, head, header, SheetState.READ)
        self._remark_columns(sheet, header)
        table = Table(self, sheet, header, found, correction)
        below = (row for row in itertools.chain(head, rows) if row.number > header.last_row)
        yield from table.read(below)
        told_by_row = any(
            is_unit_column(label) and label != "单位" for label in header.unknown.values()
        )
        if table.unit_guessed and not told_by_row:
            self._remark("unit_unsaid", "表中没有注明金额单位，按“元”处理", sheet)

    def _header(self, sheet: Sheet, head: list[Row], correction: SheetCorrection) -> Header | None:
        lines = max(LOOK_AHEAD, (correction.header or (0, 0))[1] + 1)
        top = [row for row in head if row.number <= lines or correction.header is None][:lines]
        tail = head[-_TAIL:] if len(head) < _LOOKED_THROUGH else []
        return find_header(
            self.headings,
            top,
            sheet.merges,
            correction,
            hidden=frozenset(sheet.hidden_columns),
            below=tail,
            name=sheet.name,
        )

    def _leave_out(self, sheet: Sheet, head: list[Row], correction: SheetCorrection) -> None:
        state = SheetState.SKIPPED if correction.skip else SheetState.HIDDEN
        header = self._header(sheet, head, correction) or Header.none()
        self._describe(sheet, head, header, state)
        if state is SheetState.HIDDEN:
            self._remark("sheet_hidden", "这个工作表是隐藏的，没有读取", sheet)

    def _refuse_columns(self, missing: list[str], sheet: Sheet) -> None:
        names = "、".join(missing)
        self._remark("sheet_columns_missing", f"这个工作表缺少必需的列（{names}），没有读取", sheet)
        self._refused = self._refused or Invalid(
            f"表格缺少必需的列：{names}",
            code="columns_missing",
            errors=[
                FieldError(f"/columns/{name}", "column_missing", f"缺少“{name}”列")
                for name in missing
            ],
        )

    def _describe(
        self, sheet: Sheet, head: list[Row], header: Header, state: SheetState
    ) -> SheetFound:
        """Keep how the sheet was understood, with its first lines as they stand there."""
        found = SheetFound(
            sheet.index, sheet.name, header.first_row, header.fields, header.labels,
            tuple(header.unknown.values()), header.last_row, state,
            tuple(header.missing(self.spec)), tuple(self._columns(header, set(sheet.hidden_columns))),
            hidden_columns=sheet.hidden_columns,
        )  # fmt: skip
        for row in head[:SHOWN_LINES]:
            shown = tuple(_shown(cell) for cell in row.cells)
            struck = bool(row.marks) and any(mark.struck for mark in row.marks.values())
            hidden = row.number in sheet.hidden_row_numbers
            found.lines.append(LineFound(row.number, shown, hidden=hidden, struck=struck))
            if row.number < header.first_row:
                found.mark(row.number, LineRole.TITLE)
            elif row.number <= header.last_row:
                last = row.number == header.last_row
                found.mark(row.number, LineRole.HEADER if last else LineRole.GROUP)
        self.found.append(found)
        return found

    def _columns(self, header: Header, hidden: set[int]) -> Iterator[ColumnFound]:
        named = header.labels | header.unknown | header.left_out
        if header.running is not None:
            named[header.running] = header.running_label
        for at in sorted(named):
            out = at == header.running or at in header.left_out
            taken_for = LEFT_OUT if out else header.fields.get(at, KEPT)
            unit, source = header.units.get(at), header.unit_from.get(at, "")
            yield ColumnFound(
                at, letter(at), named[at], taken_for, unit, source, hidden=at in hidden
            )

    def _remark_columns(self, sheet: Sheet, header: Header) -> None:
        hidden = set(sheet.hidden_columns)
        apart = header.doubled.keys() | header.owned.keys()
        plain_unknown = [v for k, v in header.unknown.items() if k not in apart]
        if plain_unknown:
            self._remark(
                "columns_ignored",
                f"这些列没有对应的栏目，内容作为补充说明一并保存：{'、'.join(plain_unknown)}",
                sheet,
            )
        sums = [label for label in plain_unknown if tells_money(label)] if header.units else []
        if sums:
            named = "、".join(sums).replace("\n", "")
            message = (
                f"“{named}”像是金额，没有对应的栏目，没有计入任何金额；如果应当计入，请指定这一列"
            )
            self._remark("column_money_unread", message, sheet)
        for at, label in header.doubled.items():
            which = "没有隐藏的一列" if hidden & {at, *header.fields} else "最左边的一列"
            self._remark("column_doubled", f"“{label}”有好几列，只取{which}", sheet)
        for at, owner in (header.owned | header.asked).items():
            self._remark_owner(sheet, header, at, owner)
        for at in sorted(hidden & header.fields.keys()):
            label = header.labels[at]
            self._remark("column_hidden", f"{letter(at)} 列“{label}”是隐藏的，也读取了", sheet)
        for at, why in header.unit_unclear.items():
            if at in header.labels:
                message = f"“{header.labels[at]}”的单位不明（{why}），请指定这一列的单位"
                self._remark("unit_unclear", message, sheet)
        if sheet.hidden_rows:
            numbers = "、".join(map(str, sorted(sheet.hidden_row_numbers)[:10]))
            which = (
                f"（第 {numbers} 行{'等' if sheet.hidden_rows > 10 else ''}）" if numbers else ""
            )
            self._remark(
                "rows_hidden",
                f"有 {sheet.hidden_rows} 行被隐藏或筛选掉{which}，也一并读取了",
                sheet,
            )

    def _remark_owner(self, sheet: Sheet, header: Header, at: int, owner: str) -> None:
        owner = owner.replace("\n", "")
        if at in header.owned:
            message = f"{letter(at)} 列在“{owner}”右边，像是其本人的，没有读作本台账的栏目，作为补充说明保存"
            self._remark("column_of_another", f"{message}；如果不是，请指定这一列", sheet)
        elif at in header.labels:
            label = header.labels[at]
            message = (
                f"{letter(at)} 列“{label}”在“{owner}”右边，请核对是谁的，现在按本台账的栏目读取"
            )
            self._remark("column_owner_unsure", message, sheet)

    def _remark(self, code: str, message: str, sheet: Sheet, row: int | None = None) -> None:
        self.remarks.append(FileRemark(code, message, sheet.name, row))

    def remark(self, code: str, message: str, sheet: Sheet, row: int | None = None) -> None:
        """Add a remark about the file (for the table being read)."""
        self._remark(code, message, sheet, row)

    def first_seen(self, name: str, value: str, row: LedgerRow) -> tuple[int, int] | None:
        """Sheet and row where this value of a unique field stood first: this row, if nowhere yet.

        None when that row is this row word for word (a summary sheet repeats the others).
        """
        digest = row_key(f"{name}\0{value}".encode())
        place, fingerprint = self._first.setdefault(
            digest, ((row.sheet, row.number), hash(row.fingerprint))
        )
        same = place[0] != row.sheet and fingerprint == hash(row.fingerprint)
        return None if same else place

    def saw(self, key: bytes) -> bool:
        """Whether an equal row stood on an earlier sheet."""
        return key in self._seen

    def remember(self, key: bytes) -> None:
        """Note a row for the sheets to come."""
        self._seen.add(key)
