"""One sheet's tables, row by row: what a line is, what its cells come to, whether totals agree."""

import dataclasses
import itertools
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from api.core.sheets.ledger_cut import wrong_cut
from api.core.sheets.ledger_found import (
    ColumnFound,
    Fault,
    LedgerRow,
    Severity,
    SheetFound,
    letter,
)
from api.core.sheets.ledger_header import TALLEST, Header, find_header, plain, said_alone
from api.core.sheets.ledger_identity import canonical, row_fingerprint, row_key
from api.core.sheets.ledger_lines import DATA, Furniture, Line, Said
from api.core.sheets.ledger_merged import Merged
from api.core.sheets.ledger_sums import Sums
from api.core.sheets.tables import Mark, Row, Sheet
from api.domain.imports.cells import (
    Cell,
    CellError,
    CellFault,
    Doubtful,
    Surroundings,
    Value,
    is_ditto,
    is_empty,
    is_pointer,
    number_spoilt,
    text_of,
)
from api.domain.imports.ledger_lines import LineRole, TotalSaid, count_said, is_count, unit_line
from api.domain.imports.ledger_spec import Column, heading_key
from api.domain.imports.money_units import (
    NOTHING_SAID,
    UnitSaid,
    is_unit_column,
    shown_as,
    unit_alone,
)
from api.domain.recovery.ledger_corrections import KEPT, SheetCorrection
from api.domain.words.money import to_yuan

if TYPE_CHECKING:
    from api.core.sheets.ledger_import import LedgerReader

#: Enough for the words of a ledger; names and numbers that fill it cost little memory.
_REMEMBERED: Final = 4_096
#: Longer cells say something of their own.
_WORD: Final = 20
#: What an amount that names its own unit ends with.
_UNITS: Final = ("元", "万", "亿", "整")
#: The furniture above a heading that stands again: titles and units.
_RECENT: Final = 4
_STRIPED: Final = frozenset("同〃々″”“\"'〞dD(（见如上、.,，↑-—─~")
#: From here on an amount written in 万元 is rather one in yuan under the wrong heading.
_WAN: Final = 10_000
_SUSPECT: Final = 10_000_000_000


class _Lines:
    """Rows that can be looked ahead at."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = iter(rows)
        self._ahead: deque[Row] = deque()

    def __iter__(self) -> Iterator[Row]:
        while True:
            row = self._ahead.popleft() if self._ahead else next(self._rows, None)
            if row is None:
                return
            yield row

    def peek(self, n: int) -> list[Row]:
        while len(self._ahead) < n and (row := next(self._rows, None)) is not None:
            self._ahead.append(row)
        return list(itertools.islice(self._ahead, n))


class Table:
    """The tables of one sheet, from below the first heading on."""

    def __init__(
        self,
        reader: "LedgerReader",
        sheet: Sheet,
        header: Header,
        found: SheetFound,
        correction: SheetCorrection,
    ) -> None:
        self.reader, self.sheet, self.found, self.correction = reader, sheet, found, correction
        self.spec = reader.spec
        self.counts: Counter[bytes] = Counter()
        self.sums = Sums()
        self.subject = self.spec.subject or "subject_name"
        #: lines of furniture since the last row of data: they may name the next table's unit
        self.recent: deque[Row] = deque(maxlen=_RECENT)
        #: a table of another kind begins here; what follows is not read
        self.unread = False
        self.skip_to = 0
        self.last_data = header.last_row
        self.numbered = 0
        #: an amount was read in yuan because neither heading, title, row nor cell says a unit
        self.unit_guessed = False
        self.above: list[Cell] = []
        self.titles = [
            text for line in found.lines if line.number < header.first_row for text in line.cells
        ]
        self._use(header)

    def _use(self, header: Header) -> None:
        self.header = header
        self.columns: list[tuple[int, Column, Surroundings]] = [
            (
                at,
                self.spec.by_field[name],
                dataclasses.replace(
                    self.reader.around,
                    unit=header.units.get(at, self.reader.around.unit),
                    unclear=header.unit_unclear.get(at, ""),
                ),
            )
            for at, name in sorted(header.fields.items())
        ]
        self.position = {name: at for at, name in header.fields.items()}
        #: What a short text in a column came to: villages, units and categories repeat themselves.
        self.read_before: dict[tuple[int, Cell], tuple[Value, str]] = {}
        self.merged = Merged(self.sheet.merges, header.last_row)
        self.fillable = [(at, column) for at, column, _ in self.columns]
        self.furniture = Furniture(
            self.reader.headings, header, self.merged, self.reader.around.divisions, self.titles
        )
        self.doubled = self._visible_doubles()
        self.unit_columns = [at for at, said in header.unknown.items() if is_unit_column(said)]
        self.units_beside: dict[int, UnitSaid] = {}
        #: right of an amount, below no heading of its own: such a cell may say 万元
        self.beside_money = [
            at + 1
            for at in sorted(header.units)
            if at + 1 not in header.named or at + 1 in header.doubles
        ]
        #: by how many cells a row has: those below no heading
        self.gaps: dict[int, tuple[int, ...]] = {}
        labels: Counter[str] = Counter()
        self.extras: list[tuple[int, str, str]] = []
        for at, label in sorted(header.unknown.items()):
            key = "~" + heading_key(label)
            labels[key] += 1
            self.extras.append((at, label, key if labels[key] == 1 else f"{key}#{labels[key]}"))

    def read(self, rows: Iterable[Row]) -> Iterator[LedgerRow]:
        """Every row of data; totals, notes and the like are only marked."""
        pending: list[bytes] = []
        lines = _Lines(rows)
        for row in lines:
            self.merged.remember(row)
            line = self._line(row, lines)
            if line is None:
                continue
            self.recent.clear()
            found = self._row(row, line)
            self.last_data = row.number
            pending.append(row_key(found.fingerprint) + found.occurrence.to_bytes(4, "big"))
            found.repeated = self.reader.saw(pending[-1])
            self.sums.add(found, self.subject)
            yield found
        self._settle()
        # Only now: rows of one sheet may well be equal to each other.
        for key in pending:
            self.reader.remember(key)

    # ------------------------------------------------------------------ what kind of row it is

    def _line(self, row: Row, lines: _Lines) -> Line | None:
        """What the line is, if it is data."""
        if row.number in self.correction.rows_in:
            return DATA
        if row.number in self.correction.rows_out:
            return self._not_data(row, Line(LineRole.LEFT_OUT))
        if row.number <= self.skip_to:
            return self._not_data(row, Line(LineRole.HEADER))
        if not self.unread and self.furniture.plainly_data(row):
            return DATA
        return None if self.furniture.blank(row) else self._looked_at(row, lines)

    def _looked_at(self, row: Row, lines: _Lines) -> Line | None:
        if self._struck(row):
            told = "这一行整行划掉了，不导入；如果仍要导入，请在预览中把它算作数据"
            return self._not_data(row, Line(LineRole.STRUCK, told=told), code="row_struck")
        said = self.furniture.said(row)
        apart = row.number != self.last_data + 1
        if said and self.furniture.is_heading(said, apart=apart):
            return self._heading(row, lines)
        if self.unread:
            return self._not_data(row, Line(LineRole.UNREAD))
        line = self.furniture.find(row, said) if said else DATA
        if line.role is LineRole.DATA:
            return line
        if line.total is not None:
            self._total(row, said, line.total)
        elif line.role in {LineRole.TITLE, LineRole.NOTE}:
            self._unit_between(row)
        code = "example_left_out" if line.role is LineRole.EXAMPLE else "line_left_out"
        return self._not_data(row, line, code=code)

    def _unit_between(self, row: Row) -> None:
        """`单位：万元` between or below rows that were read in another unit."""
        told = unit_line(said_alone(row))
        unlike = [
            at
            for at, source in self.header.unit_from.items()
            if source in {"unsaid", "sheet"} and told and self.header.units[at] != told.unit
        ]
        if not unlike or self.sums.rows == 0:
            return
        why = f"第 {row.number} 行写了另一个单位"
        self.reader.remark(
            "unit_unclear",
            f"{why}，与以上各行读取时用的不同，请核对以上各行的金额；以下各行请指定单位或在格内写明",
            self.sheet,
            row.number,
        )
        for at in unlike:
            self.header.units[at], self.header.unit_from[at] = None, "unclear"
            self.header.unit_unclear[at] = why
        self._use(self.header)

    def _not_data(self, row: Row, line: Line, code: str = "line_left_out") -> None:
        self.found.mark(row.number, line.role)
        self.recent.append(row)
        if line.told:
            self.reader.remark(code, line.told, self.sheet, row.number)

    def _struck(self, row: Row) -> bool:
        """Whether all that the row says, beside its running number, is struck through."""
        if not row.marks:
            return False
        running = self.header.running
        told = [at for at, cell in enumerate(row.cells) if not is_empty(cell) and at != running]
        return bool(told) and all(at in row.marks and row.marks[at].struck for at in told)

    # ------------------------------------------------------------------------ headings that return

    def _heading(self, row: Row, lines: _Lines) -> None:
        """A heading again: read what follows by it, or leave it unread and say so."""
        rows = [*self.recent, row, *lines.peek(TALLEST - 1)]
        hidden = frozenset(self.sheet.hidden_columns)
        header = find_header(self.reader.headings, rows, self.sheet.merges, hidden=hidden)
        if header is None or not header.first_row <= row.number <= header.last_row:
            header = None
        self.found.mark(row.number, LineRole.HEADER)
        self.recent.append(row)
        if header is None or header.missing(self.spec):
            if not self._looks_same(row):
                self.unread = True
                self._refuse(row, header)
            return
        self.unread = False
        self.skip_to = header.last_row
        if self._same_labels(header) and self.correction.columns:
            return
        self._inherit_units(header)
        if header.same_as(self.header):
            return
        self.reader.remark(
            "heading_again",
            f"第 {row.number} 行又是表头，列的次序、栏目或单位与上面不同，以下各行按这个表头读取",
            self.sheet,
            row.number,
        )
        self._use(header)

    def _looks_same(self, row: Row) -> bool:
        labels = {at: "".join(label.split()) for at, label in self.header.labels.items()}
        said = self.furniture.said(row)
        equal = sum(at in labels and text in labels[at] for at, text in said)
        return not self.unread and equal >= 3 and equal * 2 > len(said)

    def _same_labels(self, header: Header) -> bool:
        def all_labels(of: Header) -> dict[int, str]:
            return of.labels | of.unknown | of.left_out

        return all_labels(header) == all_labels(self.header)

    def _refuse(self, row: Row, header: Header | None) -> None:
        missing = "、".join(header.missing(self.spec)) if header else ""
        why = f"缺少必需的列（{missing}）" if missing else "不是这种台账的表头"
        self.reader.remark(
            "table_unread",
            f"第 {row.number} 行起是另一张表，{why}，以下各行没有读取；如果是这种台账，请另存为单独的工作表",
            self.sheet,
            row.number,
        )

    def _inherit_units(self, header: Header) -> None:
        """Where the new heading names no unit, the sheet's holds on; that of the old heading may."""
        old = {name: at for at, name in self.header.fields.items()}
        for at, source in list(header.unit_from.items()):
            before = old.get(header.fields[at])
            if source != "unsaid" or before is None:
                continue
            told = self.header.unit_from.get(before, "unsaid")
            if told == "sheet":
                header.units[at], header.unit_from[at] = self.header.units[before], "sheet"
            elif told == "person":
                header.units[at], header.unit_from[at] = self.header.units[before], "person"
            elif told != "unsaid" and self.header.units[before] != header.units[at]:
                header.units[at], header.unit_from[at] = None, "unclear"
                header.unit_unclear[at] = "前一个表头写明了单位，这个表头没有写"
        if not header.sheet_unit:
            header.sheet_unit = self.header.sheet_unit

    # ------------------------------------------------------------------------------------- totals

    def _total(self, row: Row, said: Said, total: TotalSaid) -> None:
        for at, column, around in self.columns:
            if column.fill_down or at >= len(row.cells) or is_empty(row.cells[at]):
                continue
            try:
                found = column.convert(row.cells[at], self._around(row, at, column, around))
            except CellFault:
                continue
            stated = found.value if isinstance(found, Doubtful) else found
            if isinstance(stated, int) and not self.sums.agrees(column.field, stated, total):
                self.sums.claim(row.number, column.field, stated)
        counts = [count_said(text) for at, text in said if self._counts(at, text)]
        if total.count is not None:
            counts.append((total.count, total.counter))
        for counted in filter(None, counts):
            self._count(row, *counted, total)
        for amount in total.amounts:
            self._amount(row, amount, total)
        self.sums.close(total)

    def _settle(self) -> None:
        """Totals that are no sum of the rows above them: of those below, or wrong."""
        for claim in self.sums.unsettled():
            column = self.spec.by_field[claim.field]
            show = to_yuan if column.unit_aware else str
            stated = f"“{column.label}”是 {show(claim.stated)}"
            self._differs(claim.row, stated, show(claim.above or claim.below))

    def _counts(self, at: int, text: str) -> bool:
        column = next((column for place, column, _ in self.columns if place == at), None)
        return (column is None or column.fill_down) and is_count(text)

    def _count(self, row: Row, count: int, counter: str, total: TotalSaid) -> None:
        if counter not in self.spec.counters.split() or self.sums.counted(count, total):
            return
        if self.sums.rows:  # above its rows a number of them is held against nothing
            self._differs(row.number, f"写的是 {count}{counter}", f"{self.sums.rows}{counter}")

    def _amount(self, row: Row, amount: str, total: TotalSaid) -> None:
        """An amount in the label itself: 合计：8万元. It must be some column's sum."""
        money = [(column, around) for _, column, around in self.columns if column.unit_aware]
        for column, around in money:
            try:
                stated = column.convert(amount, around)
            except CellFault:
                return
            if isinstance(stated, int) and self.sums.agrees(column.field, stated, total):
                return
        if money and self.sums.rows:
            own = to_yuan(self.sums.all[money[0][0].field])
            self._differs(row.number, f"写的是 {amount}", own)

    def _differs(self, number: int, stated: str, own: str) -> None:
        self.reader.remark(
            "total_differs",
            f"合计行（第 {number} 行）的{stated}，各行相加是 {own}，两者不符",
            self.sheet,
            number,
        )

    # ------------------------------------------------------------------------- a row of data

    def _row(self, row: Row, line: Line) -> LedgerRow:
        filled, silent = self.merged.fill(row, self.fillable)
        found = LedgerRow(self.sheet.index, self.sheet.name, row.number, {})
        identity: dict[str, str] = {}
        cells = filled.cells
        if self.beside_money:
            self._find_units_beside(cells)
        if self.unit_columns:
            self._read_units_beside(cells)
        for at, column, own in self.columns:
            around = self._with_unit_beside(at, own) if self.units_beside else own
            cell = cells[at] if at < len(cells) else None
            if silent and at in silent:
                value, said = self._merged_number(found, at, column)
            elif row.marks and at in row.marks:
                value, said = self._marked(found, at, column, filled, around)
            else:
                value, said = self._cell(found, at, column, cell, around, cells)
            found.values[column.field] = value
            identity[column.field] = said
        self._read_extras(found, identity, cells, row)
        self.above = cells
        self._finish(found, identity)
        self._doubts(found, row, line)
        return found

    def _find_units_beside(self, cells: list[Cell]) -> None:
        """万元 in a cell of its own, right of the amount and below no heading."""
        for at in self.beside_money:
            cell = cells[at] if at < len(cells) else None
            if at not in self.unit_columns and isinstance(cell, str) and unit_alone(cell):
                self.unit_columns.append(at)

    def _read_units_beside(self, cells: list[Cell]) -> None:
        """What the columns 金额单位 and 币种 say in this row of the amounts to their left."""
        money = sorted(self.header.units)
        beside: dict[int, UnitSaid] = {}
        for at in self.unit_columns:
            told = unit_alone(plain(cells[at])) if at < len(cells) else NOTHING_SAID
            left = [one for one in money if one < at][-1:]
            for one in money if len(self.unit_columns) == 1 or not left else left:
                if told and not beside.get(one, NOTHING_SAID).unclear:
                    beside[one] = told
        if beside != self.units_beside:
            self.units_beside = beside
            self.read_before.clear()

    def _with_unit_beside(self, at: int, around: Surroundings) -> Surroundings:
        told = self.units_beside.get(at)
        if told is None or told.unit == around.unit:
            return around
        source = self.header.unit_from.get(at)
        if told.unit is None or source in {"column", "group"}:
            why = told.unclear or "表头与单位一栏写的不同"
            return dataclasses.replace(around, unit=None, unclear=why)
        return around if source == "person" else dataclasses.replace(around, unit=told.unit)

    def _read_extras(
        self, found: LedgerRow, identity: dict[str, str], cells: list[Cell], row: Row
    ) -> None:
        for at, label, key in self.extras:
            cell = cells[at] if at < len(cells) else None
            if isinstance(cell, str) and is_ditto(cell) and at < len(self.above):
                cell = cells[at] = self.above[at]
            if is_empty(cell):
                continue
            found.extras[label] = plain(cell)[:2_000]
            identity[key] = canonical(found.extras[label])
            if number_spoilt(cell):
                self._warn_extra(
                    found, at, label, "digits_lost", "号码被当作数字存储，末尾几位可能已经丢失"
                )
            if row.marks and at in row.marks and (row.marks[at].struck or row.marks[at].gone):
                self._warn_extra(found, at, label, "struck_part", "这一格有划掉的内容，请核对")
        for at in self._gaps(len(cells)):
            # a running number has often no heading; the row is the same under another one
            counted = at < self.columns[0][0] and plain(cells[at]).strip().isdecimal()
            if not counted and not is_empty(cells[at]):
                label = self._unnamed(at)
                found.extras[label] = plain(cells[at])[:2_000]
                identity["~" + label] = canonical(found.extras[label])

    def _gaps(self, width: int) -> tuple[int, ...]:
        """Where a row of so many cells has one below no heading."""
        if width not in self.gaps:
            named = self.header.named | set(self.header.results)
            self.gaps[width] = tuple(at for at in range(width) if at not in named)
        return self.gaps[width]

    def _unnamed(self, at: int) -> str:
        """What a column without a heading is called; told when something stands there first."""
        label = f"{letter(at)}列（没有表头）"
        if all(column.at != at for column in self.found.columns):
            self.found.columns += (ColumnFound(at, letter(at), label, KEPT),)
            message = (
                f"{letter(at)} 列没有表头，内容作为补充说明一并保存；如果是某个栏目，请指定这一列"
            )
            self.reader.remark("column_unnamed", message, self.sheet)
        return label

    def _warn_extra(self, found: LedgerRow, at: int, label: str, code: str, message: str) -> None:
        found.warnings.append(
            Fault(found.sheet, found.number, at, "", label, code, message, "warning")
        )

    def _cell(
        self,
        found: LedgerRow,
        at: int,
        column: Column,
        cell: Cell,
        around: Surroundings,
        cells: list[Cell],
    ) -> tuple[Value, str]:
        known = self.read_before.get((at, cell)) if isinstance(cell, str) else None
        if known is not None:
            return known
        if isinstance(cell, str) and cell.lstrip()[:1] in _STRIPED and len(cell) <= _WORD:
            if is_ditto(cell):
                return self._ditto(found, at, column, around, cells)
            if is_pointer(cell):
                self._note(
                    found,
                    at,
                    column,
                    "ditto",
                    f"“{cell.strip()}”看不出指哪一格，请照实填写",
                    "error",
                )
                return None, "?" + canonical(cell)
        if is_empty(cell, column.keeps):
            if column.required:
                self._note(found, at, column, "missing", column.missing_message, "error")
            return None, ""
        named = column.required and column.person and isinstance(cell, str)
        if named and not any(sign.isalnum() for sign in plain(cell)):
            message = f"“{plain(cell).strip()[:10]}”只有符号，请照实填写"
            self._note(found, at, column, "only_signs", message, "error")
            return None, "?" + canonical(plain(cell))
        return self._converted(found, at, column, cell, around)

    def _converted(
        self, found: LedgerRow, at: int, column: Column, cell: Cell, around: Surroundings
    ) -> tuple[Value, str]:
        try:
            result = column.convert(cell, around)
        except CellFault as fault:
            self._not_taken(found, at, column, cell, fault)
            return None, "?" + canonical(cell.text if isinstance(cell, CellError) else plain(cell))
        repeats = isinstance(cell, str) and len(cell) <= _WORD
        if isinstance(result, Doubtful):
            self._note(found, at, column, result.code, result.message, "warning")
            result, repeats = result.value, False  # it is doubted each time
        if column.unit_aware and result and not self.unit_guessed:
            self.unit_guessed = self._is_guessed(at, cell, around)
        wide = column.unit_aware and (around.unit or 0) >= _WAN
        wide = wide and not plain(cell).endswith(_UNITS)
        if wide and isinstance(result, int) and result >= _SUSPECT:
            message = f"按表头的单位折合 {to_yuan(result)} 元，请核对是不是把元填成了万元"
            self._note(found, at, column, "unit_suspect", message, "warning")
            repeats = False
        # What the database was asked for may be named otherwise tomorrow; the words stay.
        named = column.field in {"division_code", "proposed_unit"}
        read = result, canonical(plain(cell)) if named else canonical(result)
        if repeats and around.unit is not None and len(self.read_before) < _REMEMBERED:
            self.read_before[at, cell] = read
        return read

    def _not_taken(
        self, found: LedgerRow, at: int, column: Column, cell: Cell, fault: CellFault
    ) -> None:
        """A fault of its cell; below a heading that names the field loosely, nobody said that it is
        one: it is kept as it stands, and told."""
        label = self.header.labels.get(at, "")
        if isinstance(cell, CellError) or not self.reader.headings.is_loose(label, column.field):
            self._note(found, at, column, fault.code, fault.message, "error")
            return
        found.extras[label] = plain(cell)[:2_000]
        message = f"{fault.message}；不作为{column.label}，按原样记入备注"
        self._note(found, at, column, fault.code, message, "warning")

    def _is_guessed(self, at: int, cell: Cell, around: Surroundings) -> bool:
        """Whether nothing says the unit: what a row or a number format says changes `around`."""
        unsaid = self.header.unit_from.get(at) == "unsaid" and at not in self.units_beside
        own = any(at == column and around is given for column, _, given in self.columns)
        return unsaid and own and not plain(cell).endswith(_UNITS)

    def _ditto(
        self, found: LedgerRow, at: int, column: Column, around: Surroundings, cells: list[Cell]
    ) -> tuple[Value, str]:
        """同上 is the cell above; of what tells rows apart, or is summed up, that is asked."""
        above = self.above[at] if at < len(self.above) else None
        if column.own or not column.fill_down:
            message = f"“{column.label}”不能填“同上”，请照实填写"
        elif is_empty(above):
            message = "填了“同上”，上面一行却没有内容"
        else:
            cells[at] = above
            read = self._cell(found, at, column, above, around, cells)
            self._note(found, at, column, "ditto", "“同上”按上面一行的内容填写，请核对", "warning")
            return read
        self._note(found, at, column, "ditto", message, "error")
        return None, "?同上"

    def _merged_number(self, found: LedgerRow, at: int, column: Column) -> tuple[Value, str]:
        if column.required:
            message = "这个数与上面几行合并在一个单元格里，分不出各是多少，请拆开分别填写"
            self._note(found, at, column, "merged_amount", message, "error")
        else:
            message = "这是合并的单元格，数值只计在第一行"
            self._note(found, at, column, "merged_amount", message, "warning")
        return None, ""

    # ------------------------------------------------------------------- what the eye sees beside

    def _marked(
        self, found: LedgerRow, at: int, column: Column, row: Row, around: Surroundings
    ) -> tuple[Value, str]:
        """A cell with something struck through, or with a number format that says a unit."""
        cell, mark = row.cells[at], row.marks[at]
        if mark.struck and not is_empty(cell):
            message = f"这一格的内容“{text_of(cell)[:20]}”划掉了，请改正或清空"
            self._note(found, at, column, "struck_out", message, "error")
            return None, "?" + canonical(plain(cell))
        if mark.gone:
            message = f"划掉的“{mark.gone[:20]}”没有读取，只取没有划掉的部分"
            self._note(found, at, column, "struck_part", message, "warning")
        if not isinstance(cell, int | float) or isinstance(cell, bool) or not mark.format:
            return self._cell(found, at, column, cell, around, row.cells)
        if column.fill_down:
            return self._cell(found, at, column, cell, around, row.cells)
        shown = shown_as(mark.format, cell)
        if shown.percent or (not column.unit_aware and not shown.plain):
            why = "百分数" if shown.percent else "带单位的数"
            self._note(found, at, column, "bad_number", f"这一格显示为{why}，请只填数字", "error")
            return None, "?" + canonical(plain(cell))
        self._tell_unit(found, at, column, around, mark)
        return self._converted(found, at, column, cell, self._around(row, at, column, around))

    def _around(self, row: Row, at: int, column: Column, around: Surroundings) -> Surroundings:
        """The unit that the cell's own number format shows, before that of its column."""
        mark: Mark | None = row.marks.get(at) if row.marks else None
        cell = row.cells[at]
        if mark is None or not mark.format or not column.unit_aware or isinstance(cell, str):
            return around
        shown = shown_as(mark.format, cell if isinstance(cell, int | float) else 1)
        if shown.said.unclear:
            return dataclasses.replace(around, unit=None, unclear=shown.said.unclear)
        unit = shown.said.unit or around.unit
        if unit is None or (shown.said.unit is None and shown.divisor == 1):
            return around
        real = unit / shown.divisor
        if shown.said.unit is None and shown.divisor != 1 and real < 1:
            why = "格式把数字缩小显示，表头的单位却没有相应变大"
            return dataclasses.replace(around, unit=None, unclear=why)
        return dataclasses.replace(around, unit=real)

    def _tell_unit(
        self, found: LedgerRow, at: int, column: Column, around: Surroundings, mark: Mark
    ) -> None:
        shown = shown_as(mark.format)
        said = self.header.unit_from.get(at, "unsaid") not in {"unsaid", "person"}
        if shown.said.unit is None or not said or around.unit is None:
            return
        if shown.said.unit / shown.divisor != around.unit:
            message = "单元格显示的单位与表头不同，按单元格显示的读取"
            self._note(found, at, column, "unit_differs", message, "warning")

    # ----------------------------------------------------------------------------------- the whole

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

    def _doubts(self, found: LedgerRow, row: Row, line: Line) -> None:
        """What is odd about the row as a whole."""
        first, column, _ = self.columns[0]
        if line.doubt:
            message = "这一行写着“合计”一类的字样，又有别的内容，请核对是合计还是数据"
            severity: Severity = "error" if line.doubt == "error" else "warning"
            self._note(found, first, column, "row_like_total", message, severity)
        told = [(at, one) for at, one, _ in self.columns if found.values.get(one.field) is not None]
        told = [(at, one) for at, one in told if at < len(row.cells) and row.cells[at] is not None]
        unnumbered = self._number_missing(row)
        if len(told) == 1 and len(self.columns) >= 3 and not found.faults:
            at, only = told[0]
            message = f"这一行只填了“{only.label}”，请核对是不是数据"
            # Without the number that the rows above have, it is more likely a note than a row.
            doubt: Severity = "error" if unnumbered else "warning"
            self._note(found, at, only, "only_one_cell", message, doubt)
        elif unnumbered and 2 * len(told) < len(self.columns):
            message = "这一行没有序号，填写的内容也很少，请核对是不是数据"
            # 白庙村 and a sum, between people with numbers, is a sum of that village
            subject = found.values.get(self.subject)
            place = isinstance(subject, str) and self.reader.around.divisions.find(subject)
            sure: Severity = "error" if place else "warning"
            self._note(found, first, column, "no_running_number", message, sure)
        for at, name in self.doubled:
            self._doubled(found, row, at, name)
        if self.merged.any_tall:
            self._shared(found, row)
        cut = wrong_cut(row, self.header, self.furniture.quantities, self.sheet.usual_width)
        if cut is not None:
            column = next((one for at, one, _ in self.columns if at == cut.at), column)
            self._note(found, cut.at, column, "line_cut", cut.message, cut.severity)

    def _number_missing(self, row: Row) -> bool:
        """Whether the rows before had running numbers, and this one has none."""
        at = self.header.running
        if at is None:
            return False
        blank = at >= len(row.cells) or is_empty(row.cells[at])
        self.numbered += not blank
        return blank and self.numbered > 0

    def _visible_doubles(self) -> list[tuple[int, str]]:
        """Visible columns of a field that another column has already."""
        hidden = set(self.sheet.hidden_columns)
        return [
            (at, name)
            for at, name in self.header.doubles.items()
            if at not in hidden and name in self.position
        ]

    def _doubled(self, found: LedgerRow, row: Row, at: int, name: str) -> None:
        own = self.position[name]
        cells = row.cells
        if at >= len(cells) or own >= len(cells) or is_empty(cells[at]):
            return
        column = self.spec.by_field[name]
        if is_empty(cells[own]) or not self._alike(column, cells[at], found.values.get(name)):
            message = f"有两列“{column.label}”，{letter(own)} 列与 {letter(at)} 列的内容不同，只取 {letter(own)} 列"
            severity: Severity = "error" if column.required else "warning"
            self._note(found, at, column, "column_doubled", message, severity)

    def _alike(self, column: Column, cell: Cell, value: Value) -> bool:
        """Whether a second column says the same in other words: 伍万元整 beside 50000."""
        at = self.position[column.field]
        around = next(own for place, _, own in self.columns if place == at)
        try:
            other = column.convert(cell, around)
        except CellFault:
            return False
        return (other.value if isinstance(other, Doubtful) else other) == value

    def _shared(self, found: LedgerRow, row: Row) -> None:
        """The first row of a merged number: it stands for the rows below as well."""
        for at, column, _ in self.columns:
            height = self.merged.height(row.number, at)
            if height > 1 and column.field == self.spec.subject:
                message = f"“{column.label}”由 {height} 行共用（合并单元格），会登记成 {height} 条，请核对；是同一个的请合成一行"
                self._note(found, at, column, "subject_merged", message, "warning")
            if height > 1 and column.required and not column.fill_down:
                message = f"这个数由 {height} 行共用（合并单元格），请拆开分别填写"
                self._note(found, at, column, "merged_amount", message, "warning")

    def _finish(self, found: LedgerRow, identity: dict[str, str]) -> None:
        found.fingerprint = row_fingerprint(identity)
        found.anchors = tuple(
            row_fingerprint(part) if any(part.values()) else None
            for part in (
                {name: identity.get(name, "") for name in group} for group in self.spec.anchors
            )
        )
        key = row_key(found.fingerprint)
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
