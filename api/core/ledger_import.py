"""A ledger file's rows → values, faults and warnings, whatever layout the file has.

`LedgerReader.walk` goes through the sheets once, holding one row at a time. What a row is (data,
total, note under the table, repeated heading) is decided here; what a cell means, in
`domain/cells.py`; which columns there are, in `domain/ledgers.py`.
"""

import dataclasses
import datetime as dt
import hashlib
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import orjson

from api.core.ledger_found import (
    SHOWN_LINES,
    ColumnFound,
    Fault,
    FileRemark,
    LedgerRow,
    LineFound,
    Severity,
    SheetFound,
    letter,
)
from api.core.ledger_header import LOOK_AHEAD, Header, find_header, plain
from api.core.tables import Range, Row, Sheet
from api.domain.cells import (
    Cell,
    CellError,
    CellFault,
    Doubtful,
    Surroundings,
    Value,
    is_empty,
    tidy,
)
from api.domain.errors import DomainError, FieldError, Invalid
from api.domain.ledger_corrections import KEPT, LEFT_OUT, Correction, SheetCorrection
from api.domain.ledger_lines import LineRole, SheetState
from api.domain.ledger_spec import Column, LedgerSpec, heading_key
from api.domain.money import to_yuan

__all__ = ["Fault", "FileRemark", "LedgerReader", "LedgerRow", "SheetFound", "row_fingerprint"]


def row_fingerprint(cells: Mapping[str, str]) -> bytes:
    """Canonical bytes of a row's normalised cells: order of columns and blank cells do not count."""
    return orjson.dumps([1, sorted((k, v) for k, v in cells.items() if v)])


def canonical(value: Value) -> str:
    """One value as it enters a row's identity."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "、".join(sorted(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    return " ".join(unicodedata.normalize("NFKC", str(value)).split())


def _shown(cell: Cell) -> str:
    return cell.text if isinstance(cell, CellError) else plain(cell)[:200]


def _key(fingerprint: bytes) -> bytes:
    """Sixteen bytes for a row, so that a long file costs little memory."""
    return hashlib.sha256(fingerprint).digest()[:16]


_TOTAL: Final = re.compile(
    r"(?:.{0,12}小计|合计|总计|共计|总合计|累计|本页合计|全镇合计|合计数|总数)"
)
_GRAND: Final = re.compile(r"(?:合计|总计|共计|总合计|全镇合计|合计数|总数)")
_NOTE: Final = re.compile(
    r"(?:填表|填报|制表|审核|审批|复核|统计|经办|报送|单位负责|分管|主要负责|负责人签|签字|签章|盖章|备注|说明|注|附注"
    r"|填写说明|填报说明|日期|联系人)[^:：]{0,10}[:：].*|(?:注|说明|备注)\d?[.、:：].*",
    re.DOTALL,
)
_EXAMPLE: Final = re.compile(r"(?:填写)?(?:示例|样例|范例|例子|例)(?:行|\d*)?[:：)）]?$|例[:：].*")
#: Enough for the words of a ledger; names and numbers that fill it cost little memory.
_REMEMBERED: Final = 4_096
#: Longer cells say something of their own.
_WORD: Final = 20
_ORDINAL: Final = re.compile(r"[(（]?(?:\d{1,3}|[甲乙丙丁戊己庚辛壬癸]|[A-Z])[)）]?")


class LedgerReader:
    """Reads the sheets of one file against one spec; afterwards `remarks` and `sheets` are full."""

    def __init__(
        self, spec: LedgerSpec, around: Surroundings, correction: Correction | None = None
    ) -> None:
        self.spec = spec
        self.around = around
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
        lines = max(LOOK_AHEAD, (correction.header or (0, 0))[1] + 1)
        head = list(itertools.islice(rows, lines))
        if sheet.hidden or correction.skip:
            self._leave_out(sheet, head, correction)
            return
        header = find_header(self.spec, head, sheet.merges, correction)
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
        table = _Table(self, sheet, header, found, correction)
        below = (row for row in itertools.chain(head, rows) if row.number > header.last_row)
        yield from table.read(below)

    def _leave_out(self, sheet: Sheet, head: list[Row], correction: SheetCorrection) -> None:
        state = SheetState.SKIPPED if correction.skip else SheetState.HIDDEN
        header = find_header(self.spec, head, sheet.merges, correction) or Header.none()
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
            tuple(header.missing(self.spec)), tuple(self._columns(header)),
        )  # fmt: skip
        for row in head[:SHOWN_LINES]:
            found.lines.append(LineFound(row.number, tuple(_shown(cell) for cell in row.cells)))
            if row.number < header.first_row:
                found.mark(row.number, LineRole.TITLE)
            elif row.number <= header.last_row:
                last = row.number == header.last_row
                found.mark(row.number, LineRole.HEADER if last else LineRole.GROUP)
        self.found.append(found)
        return found

    def _columns(self, header: Header) -> Iterator[ColumnFound]:
        named = header.labels | header.unknown | header.left_out
        if header.running is not None:
            named[header.running] = header.running_label
        for at in sorted(named):
            out = at == header.running or at in header.left_out
            taken_for = LEFT_OUT if out else header.fields.get(at, KEPT)
            unit, source = header.units.get(at), header.unit_from.get(at, "")
            yield ColumnFound(at, letter(at), named[at], taken_for, unit, source)

    def _remark_columns(self, sheet: Sheet, header: Header) -> None:
        plain_unknown = [v for k, v in header.unknown.items() if k not in header.doubled]
        if plain_unknown:
            self._remark(
                "columns_ignored",
                f"这些列没有对应的栏目，内容作为补充说明一并保存：{'、'.join(plain_unknown)}",
                sheet,
            )
        for label in header.doubled.values():
            self._remark("column_doubled", f"“{label}”有好几列，只取最左边的一列", sheet)
        if "unsaid" in header.unit_from.values():
            self._remark("unit_unsaid", "表中没有注明金额单位，按“元”处理", sheet)
        if sheet.hidden_rows:
            self._remark(
                "rows_hidden", f"有 {sheet.hidden_rows} 行被隐藏或筛选掉，也一并读取了", sheet
            )

    def _remark(self, code: str, message: str, sheet: Sheet, row: int | None = None) -> None:
        self.remarks.append(FileRemark(code, message, sheet.name, row))

    def remark(self, code: str, message: str, sheet: Sheet, row: int | None = None) -> None:
        """Add a remark about the file (for the table being read)."""
        self._remark(code, message, sheet, row)

    def first_seen(self, name: str, value: str, row: LedgerRow) -> tuple[int, int] | None:
        """Sheet and row where this value of a unique field stood first: this row, if nowhere yet.

        None when that row is this row word for word (a summary sheet repeats the others).
        """
        digest = _key(f"{name}\0{value}".encode())
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


class _Table:
    """One table below its heading."""

    def __init__(
        self,
        reader: LedgerReader,
        sheet: Sheet,
        header: Header,
        found: SheetFound,
        correction: SheetCorrection,
    ) -> None:
        self.reader, self.sheet, self.header = reader, sheet, header
        self.found, self.correction = found, correction
        self.spec = reader.spec
        self.columns: list[tuple[int, Column, Surroundings]] = [
            (
                at,
                self.spec.by_field[name],
                dataclasses.replace(reader.around, unit=header.units.get(at, reader.around.unit)),
            )
            for at, name in sorted(header.fields.items())
        ]
        self.plain_labels = {at: re.sub(r"\s", "", label) for at, label in header.labels.items()}
        self.position = {name: at for at, name in header.fields.items()}
        self.required = {at for at, column, _ in self.columns if column.required}
        #: What a short text in a column came to: villages, units and categories repeat themselves.
        self.read_before: dict[tuple[int, Cell], tuple[Value, str]] = {}
        self.merged = _Merged(sheet.merges, header.last_row)
        self.counts: Counter[bytes] = Counter()
        self.sums = _Sums()

    def read(self, rows: Iterable[Row]) -> Iterator[LedgerRow]:
        pending: list[bytes] = []
        for index, row in enumerate(rows):
            self.merged.remember(row)
            if row.number not in self.correction.rows_in and self._is_no_data(row, index == 0):
                continue
            filled, silent = self.merged.fill(row, self.columns)
            found = self._row(filled, silent)
            pending.append(_key(found.fingerprint) + found.occurrence.to_bytes(4, "big"))
            found.repeated = self.reader.saw(pending[-1])
            self.sums.add(found)
            yield found
        # Only now: rows of one sheet may well be equal to each other.
        for key in pending:
            self.reader.remember(key)

    # ------------------------------------------------------------------ what kind of row it is

    def _is_no_data(self, row: Row, first: bool) -> bool:
        if row.number in self.correction.rows_out:
            role: LineRole | None = LineRole.LEFT_OUT
        elif self._is_blank(row):
            return True
        else:
            role = self._furniture(row, first=first)
        if role is not None:
            self.found.mark(row.number, role)
        return role is not None

    def _is_blank(self, row: Row) -> bool:
        for at, cell in enumerate(row.cells):
            if at == self.header.running and not isinstance(cell, str):
                continue
            if isinstance(cell, str) and (not tidy(cell) or self._numbered(at, cell)):
                continue
            if cell is not None:
                return False
        return True

    def _numbered(self, at: int, cell: str) -> bool:
        return at == self.header.running and bool(re.fullmatch(r"\d+[.、]?", tidy(cell)))

    def _furniture(self, row: Row, *, first: bool) -> LineRole | None:
        told = [(at, plain(cell)) for at, cell in enumerate(row.cells) if cell is not None]
        said = [(at, bare) for at, text in told if (bare := "".join(text.split()))]
        if not said:
            return None
        if self._repeats_heading(said):
            return LineRole.HEADER
        if first and self._is_column_numbers(said):
            return LineRole.NUMBERS
        if _EXAMPLE.fullmatch(said[0][1]):
            self.reader.remark("example_left_out", "这是示例行，不导入", self.sheet, row.number)
            return LineRole.EXAMPLE
        return self._thin(row, said)

    def _thin(self, row: Row, said: list[tuple[int, str]]) -> LineRole | None:
        thin = self._required_filled(said) * 2 <= len(self.required)
        if thin and any(_TOTAL.fullmatch(text.rstrip(":：")) for _, text in said[:3]):
            self._total(row, said)
            return LineRole.TOTAL
        if thin and _NOTE.fullmatch(said[0][1]):
            return LineRole.NOTE
        return LineRole.SECTION if self._is_caption(row, said) else None

    def _required_filled(self, said: list[tuple[int, str]]) -> int:
        return sum(at in self.required and not _TOTAL.fullmatch(text) for at, text in said)

    def _repeats_heading(self, said: list[tuple[int, str]]) -> bool:
        labels = self.plain_labels
        equal = sum(at in labels and len(text) > 1 and text in labels[at] for at, text in said)
        return equal >= 3 and equal * 2 > len(said)

    def _is_column_numbers(self, said: list[tuple[int, str]]) -> bool:
        """The line `甲 乙 1 2 3` or `1 2 3 4` under the heading of a statistical form."""
        if len(said) < 3 or not all(_ORDINAL.fullmatch(text) for _, text in said):
            return False
        numbers = [int(re.sub(r"\D", "", text)) for _, text in said if re.search(r"\d", text)]
        return all(b - a == 1 for a, b in itertools.pairwise(numbers)) and len(numbers) >= 2

    def _is_caption(self, row: Row, said: list[tuple[int, str]]) -> bool:
        """A line across the table (`二、白庙村`), or words in the number column alone."""
        if len(said) != 1:
            return False
        at, text = said[0]
        wide = self.merged.width(row.number, at)
        outside = at == self.header.running or at not in self.header.fields
        if wide < 3 and not outside:
            return False
        self.reader.remark(
            "line_left_out", f"“{text[:20]}”不是数据行，不导入", self.sheet, row.number
        )
        return True

    def _total(self, row: Row, said: list[tuple[int, str]]) -> None:
        grand = any(_GRAND.fullmatch(text.rstrip(":：")) for _, text in said[:3])
        for at, column, around in self.columns:
            if column.fill_down or at >= len(row.cells) or is_empty(row.cells[at]):
                continue
            try:
                found = column.convert(row.cells[at], around)
            except CellFault:
                continue
            stated = found.value if isinstance(found, Doubtful) else found
            if isinstance(stated, int) and not self.sums.agrees(column.field, stated, grand=grand):
                self._report_total(row, column, stated)
        self.sums.close_section()

    def _report_total(self, row: Row, column: Column, stated: int) -> None:
        show = to_yuan if column.unit_aware else str
        self.reader.remark(
            "total_differs",
            f"合计行的“{column.label}”是 {show(stated)}，各行相加是 {show(self.sums.all[column.field])}，两者不符",
            self.sheet,
            row.number,
        )

    # ------------------------------------------------------------------------- a row of data

    def _row(self, row: Row, silent: set[int]) -> LedgerRow:
        found = LedgerRow(self.sheet.index, self.sheet.name, row.number, {})
        identity: dict[str, str] = {}
        for at, column, around in self.columns:
            cell = row.cells[at] if at < len(row.cells) else None
            value, said = self._cell(found, at, column, cell, around, silent=at in silent)
            found.values[column.field] = value
            identity[column.field] = said
        for at, label in self.header.unknown.items():
            cell = row.cells[at] if at < len(row.cells) else None
            if not is_empty(cell):
                found.extras[label] = plain(cell)[:2_000]
                identity["~" + heading_key(label)] = canonical(found.extras[label])
        self._finish(found, identity)
        return found

    def _cell(
        self,
        found: LedgerRow,
        at: int,
        column: Column,
        cell: Cell,
        around: Surroundings,
        *,
        silent: bool,
    ) -> tuple[Value, str]:
        if silent:
            self._note(
                found, at, column, "merged_amount", "这是合并的单元格，数值只计在第一行", "warning"
            )
            return None, ""
        known = self.read_before.get((at, cell)) if isinstance(cell, str) else None
        if known is not None:
            return known
        if is_empty(cell, column.keeps):
            if column.required:
                self._note(found, at, column, "missing", column.missing_message, "error")
            return None, ""
        try:
            result = column.convert(cell, around)
        except CellFault as fault:
            self._note(found, at, column, fault.code, fault.message, "error")
            return None, "?" + canonical(cell.text if isinstance(cell, CellError) else plain(cell))
        repeats = isinstance(cell, str) and len(cell) <= _WORD
        if isinstance(result, Doubtful):
            self._note(found, at, column, result.code, result.message, "warning")
            result, repeats = result.value, False  # it is doubted each time
        # What the database was asked for may be named otherwise tomorrow; the words stay.
        named = column.field in {"division_code", "proposed_unit"}
        read = result, canonical(plain(cell)) if named else canonical(result)
        if repeats and len(self.read_before) < _REMEMBERED:
            self.read_before[at, cell] = read
        return read

    def _note(
        self,
        found: LedgerRow,
        at: int | None,
        column: Column,
        code: str,
        message: str,
        severity: Severity,
    ) -> None:
        label = self.header.labels.get(at, column.label) if at is not None else column.label
        fault = Fault(found.sheet, found.number, at, column.field, label, code, message, severity)
        (found.faults if severity == "error" else found.warnings).append(fault)

    def _finish(self, found: LedgerRow, identity: dict[str, str]) -> None:
        found.fingerprint = row_fingerprint(identity)
        found.anchors = tuple(
            row_fingerprint(part) if any(part.values()) else None
            for part in (
                {name: identity.get(name, "") for name in group} for group in self.spec.anchors
            )
        )
        key = _key(found.fingerprint)
        self.counts[key] += 1
        found.occurrence = self.counts[key]
        if self.spec.derive is not None:
            self.spec.derive(found.values, self.reader.around)
        self._unique(found)
        faulty = {fault.field for fault in found.faults}
        for check in self.spec.checks:
            for remark in check(found.values, self.reader.around):
                if remark.field not in faulty:
                    column = self.spec.by_field[remark.field]
                    at = self.position.get(remark.field)
                    self._note(found, at, column, remark.code, remark.message, "warning")

    def _unique(self, found: LedgerRow) -> None:
        """A company that stands in the file twice: the second row is the faulty one."""
        for name in self.spec.unique:
            value = found.values.get(name)
            if value is None:
                continue
            first = self.reader.first_seen(name, canonical(value), found)
            if first is not None and first != (found.sheet, found.number):
                column = self.spec.by_field[name]
                message = f"与第 {first[1]} 行的{column.label}相同，请核对是否重复"
                self._note(found, self.position.get(name), column, "duplicate", message, "error")


class _Merged:
    """Merged cells below the heading: a village merged over five rows holds for all five."""

    _MOST: Final = 200_000

    def __init__(self, merges: Iterable[Range], header_row: int) -> None:
        self._top: dict[tuple[int, int], int] = {}
        self._wide: dict[tuple[int, int], int] = {}
        self._values: dict[tuple[int, int], Cell] = {}
        for top, left, bottom, right in merges:
            if top + 1 <= header_row:
                continue
            if right > left:
                self._wide[top + 1, left] = right - left + 1
            if len(self._top) + bottom - top < self._MOST:
                for number in range(top + 2, bottom + 2):
                    self._top[number, left] = top + 1
        self._sources = set(zip(self._top.values(), (c for _, c in self._top), strict=True))

    def width(self, number: int, column: int) -> int:
        return self._wide.get((number, column), 1)

    def remember(self, row: Row) -> None:
        if not self._sources:
            return
        for column, cell in enumerate(row.cells):
            if (row.number, column) in self._sources:
                self._values[row.number, column] = cell

    def fill(
        self, row: Row, columns: list[tuple[int, Column, Surroundings]]
    ) -> tuple[Row, set[int]]:
        """The row with what merged cells say, and the columns whose merged number counts above."""
        if not self._top:
            return row, set()
        cells, silent = list(row.cells), set[int]()
        for at, column, _ in columns:
            top = self._top.get((row.number, at))
            if top is None:
                continue
            cells.extend([None] * (at + 1 - len(cells)))
            if cells[at] is not None:
                continue
            value = self._values.get((top, at))
            if column.fill_down:
                cells[at] = value
            elif value is not None:
                silent.add(at)
        return Row(row.number, cells), silent


class _Sums:
    """Running sums of counts and amounts, to hold against the file's own total rows."""

    def __init__(self) -> None:
        self.all: Counter[str] = Counter()
        self._section: Counter[str] = Counter()
        self._unsure: set[str] = set()

    def add(self, row: LedgerRow) -> None:
        for name, value in row.values.items():
            if isinstance(value, int) and not isinstance(value, bool):
                self.all[name] += value
                self._section[name] += value
        self._unsure.update(fault.field for fault in row.faults)

    def agrees(self, name: str, stated: int, *, grand: bool) -> bool:
        if name in self._unsure or stated == self._section[name]:
            return True
        return stated == self.all[name] or not grand

    def close_section(self) -> None:
        self._section.clear()
