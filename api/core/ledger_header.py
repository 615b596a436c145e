"""Where a ledger's table begins: its heading row among title lines, what each column is, in what unit."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from api.core.ledger_found import UnitFrom, letter
from api.core.tables import Range, Row
from api.domain.cells import Cell, CellError, text_of
from api.domain.ledger_corrections import KEPT, LEFT_OUT, SheetCorrection
from api.domain.ledger_spec import RESULT_HEADING, LedgerSpec, heading_key

#: Title lines, letter heads and instructions above a heading seldom take more.
LOOK_AHEAD: Final = 40
_FEWEST: Final = 3

_UNIT: Final = {"": 1, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_SHEET_UNIT: Final = re.compile(r"单位\s*[:：]?\s*(?:人民币)?\s*(亿|万|千|百)?元")
_COLUMN_UNIT: Final = re.compile(r"(亿|万|千|百)?元|[(（](亿|万|千)[)）]")
NO_CORRECTION: Final = SheetCorrection()
#: Under a group such as 被举报人 these are the group's own column.
_NAMES: Final = frozenset({"姓名", "名称", "名字", "全称"})
_RUNNING: Final = frozenset(
    {"序号", "序", "行号", "行次", "项次", "no", "№", "序列", "顺序号", "号"}
)


@dataclass(slots=True)
class Header:
    """A found heading: what stands in which column (zero-based)."""

    first_row: int
    last_row: int
    fields: dict[int, str]
    labels: dict[int, str]
    units: dict[int, Decimal]
    running: int | None = None
    #: columns with a heading nobody knows: kept for the row's identity, otherwise left out
    unknown: dict[int, str] = field(default_factory=dict[int, str])
    doubled: dict[int, str] = field(default_factory=dict[int, str])
    #: columns that a person left out
    left_out: dict[int, str] = field(default_factory=dict[int, str])
    running_label: str = ""
    #: money column → who said its unit
    unit_from: dict[int, UnitFrom] = field(default_factory=dict[int, UnitFrom])

    @classmethod
    def none(cls) -> "Header":
        """The heading of a sheet that has none."""
        return cls(0, 0, {}, {}, {})

    def missing(self, spec: LedgerSpec) -> list[str]:
        """Labels of required columns that the table does not have."""
        have = set(self.fields.values())
        return [c.label for c in spec.columns if c.required and c.field not in have]


def plain(cell: Cell) -> str:
    """The text of a heading or note; a failed formula is no text."""
    return "" if isinstance(cell, CellError) else text_of(cell)


class _Grid:
    """The first rows with merged cells filled in, so that a heading can be read down a column."""

    def __init__(self, rows: Sequence[Row], merges: Sequence[Range]) -> None:
        self.rows = {row.number: row for row in rows}
        self.merges = merges
        self.width = max((len(row.cells) for row in rows), default=0)
        self._filled: dict[tuple[int, int], str] = {}
        for top, left, bottom, right in merges:
            source = self.rows.get(top + 1)
            if source is None or left >= len(source.cells):
                continue
            said = plain(source.cells[left])
            for number in range(top, min(bottom, top + 3) + 1):
                for column in range(left, min(right, self.width - 1) + 1):
                    self._filled[number + 1, column] = said

    def text(self, number: int, column: int) -> str:
        if (number, column) in self._filled:
            return self._filled[number, column]
        row = self.rows.get(number)
        if row is None or column >= len(row.cells):
            return ""
        return plain(row.cells[column])

    def line(self, number: int) -> list[str]:
        return [self.text(number, column) for column in range(self.width)]

    def groups(self, number: int) -> list[str]:
        """A heading's upper line; where nothing is merged (CSV) a group reaches to the next one."""
        line = self.line(number)
        if self.merges:
            return line
        below = self.line(number + 1)
        current = ""
        for column, said in enumerate(line):
            current = said or current
            if not said and below[column]:
                line[column] = current
        return line


def _field_of(spec: LedgerSpec, *names: str) -> str | None:
    for name in names:
        found = spec.headings.get(heading_key(name)) if name else None
        if found:
            return found
    return None


def _single(spec: LedgerSpec, said: str) -> str | None:
    return _field_of(spec, said)


def _paired(spec: LedgerSpec, upper: str, lower: str) -> str | None:
    if not lower or upper == lower:
        return _field_of(spec, upper)
    found = _field_of(spec, upper + lower, lower + upper)
    if found:
        return found
    alone, group = _field_of(spec, lower), _field_of(spec, upper)
    if group is not None and heading_key(lower) in _NAMES:
        return group
    # 电话 under 被举报人 is that person's, not the reporter's: do not take it by its last word.
    return alone if group is None or group == alone else None


@dataclass(frozen=True, slots=True)
class _Candidate:
    first: int
    last: int
    found: list[str | None]
    labels: list[tuple[str, str]]
    #: among equals two lines win if the upper one is a heading itself, and lose if it is a title
    bonus: int

    @property
    def score(self) -> int:
        return len({name for name in self.found if name})


def find_header(
    spec: LedgerSpec,
    rows: Sequence[Row],
    merges: Sequence[Range],
    correction: SheetCorrection = NO_CORRECTION,
) -> Header | None:
    """The heading with the most known columns, on one line or two; None where there is none.

    What a person corrected comes first: which lines it is, what a column is, in what unit.
    """
    grid = _Grid(rows, merges)
    best: _Candidate | None = None
    if correction.header is not None:
        best = _as_told(spec, grid, *correction.header)
        return corrected(spec, _header(spec, grid, best), correction)
    for row in rows:
        for candidate in _candidates(spec, grid, row.number):
            if best is None or (candidate.score, candidate.bonus) > (best.score, best.bonus):
                best = candidate
    needed = sum(column.required for column in spec.columns)
    if best is None or best.score < min(_FEWEST, needed):
        return None
    return corrected(spec, _header(spec, grid, best), correction)


def _as_told(spec: LedgerSpec, grid: _Grid, first: int, last: int) -> _Candidate:
    """The heading on the lines that a person named; (0, 0) is a sheet without a heading."""
    upper = grid.groups(first) if last > first else grid.line(first)
    lower = grid.line(last) if last > first else [""] * grid.width
    pairs = list(zip(upper, lower, strict=True))
    return _Candidate(first, last, [_paired(spec, up, low) for up, low in pairs], pairs, 0)


def corrected(spec: LedgerSpec, header: Header, correction: SheetCorrection) -> Header:
    """The heading as a person says it is; columns and units they did not touch stay."""
    for at, told in correction.columns.items():
        label = header.labels.pop(at, None) or header.unknown.pop(at, None) or letter(at)
        header.fields.pop(at, None)
        header.doubled.pop(at, None)
        header.running = None if header.running == at else header.running
        if told == LEFT_OUT:
            header.left_out[at] = label
        elif told == KEPT:
            header.unknown[at] = label
        elif told in spec.by_field:
            _give(spec, header, correction, at, told, label)
    for at, unit in correction.units.items():
        if at in header.fields and spec.by_field[header.fields[at]].unit_aware:
            header.units[at], header.unit_from[at] = unit, "person"
    return header


def _give(
    spec: LedgerSpec, header: Header, correction: SheetCorrection, at: int, name: str, label: str
) -> None:
    """A column that a person named takes the field from the one that the machine had guessed."""
    for other in [column for column, taken in header.fields.items() if taken == name]:
        if other in correction.columns:
            header.unknown[at] = header.doubled[at] = label
            return
        header.unknown[other] = header.labels.pop(other)
        del header.fields[other]
    header.fields[at], header.labels[at] = name, label
    if spec.by_field[name].unit_aware:
        header.units.setdefault(at, Decimal(1))
        header.unit_from.setdefault(at, "unsaid")


def _candidates(spec: LedgerSpec, grid: _Grid, number: int) -> list[_Candidate]:
    line = grid.line(number)
    single = [_single(spec, said) for said in line]
    found = [_Candidate(number, number, single, [(said, "") for said in line], 1)]
    if number + 1 in grid.rows:
        upper, lower = grid.groups(number), grid.line(number + 1)
        pair = [_paired(spec, up, low) for up, low in zip(upper, lower, strict=True)]
        labels = list(zip(upper, lower, strict=True))
        found.append(_Candidate(number, number + 1, pair, labels, 2 if any(single) else 0))
    return found


def _header(spec: LedgerSpec, grid: _Grid, best: _Candidate) -> Header:
    header = Header(best.first, best.last, {}, {}, {})
    sheet_unit = _sheet_unit(grid, best.first)
    taken: set[str] = set()
    for column, (upper, lower) in enumerate(best.labels):
        label = " ".join(dict.fromkeys(part.replace("\n", "") for part in (upper, lower) if part))
        name = best.found[column]
        if name is None or name in taken:
            _place_other(header, column, label, taken_by=name)
            continue
        taken.add(name)
        header.fields[column], header.labels[column] = name, label
        if spec.by_field[name].unit_aware:
            own, group = _unit_in(lower or upper), _unit_in(upper)
            header.units[column] = own or group or sheet_unit or Decimal(1)
            header.unit_from[column] = (
                "column" if own else "group" if group else "sheet" if sheet_unit else "unsaid"
            )
    header.last_row = max(
        [best.last]
        + [
            bottom + 1
            for top, left, bottom, _ in grid.merges
            if best.first <= top + 1 <= best.last and left in header.fields
        ]
    )
    return header


def _place_other(header: Header, column: int, label: str, taken_by: str | None) -> None:
    if not label or heading_key(label) == RESULT_HEADING:
        return
    if heading_key(label) in _RUNNING and header.running is None:
        header.running, header.running_label = column, label
    elif taken_by is not None:
        header.doubled[column] = label
        header.unknown[column] = label
    else:
        header.unknown[column] = label


def _sheet_unit(grid: _Grid, above: int) -> Decimal | None:
    said: Decimal | None = None
    for number in sorted(grid.rows):
        if number >= above:
            break
        for cell in grid.rows[number].cells:
            match = _SHEET_UNIT.search(unicodedata.normalize("NFKC", plain(cell)))
            if match:
                said = Decimal(_UNIT[match[1] or ""])
    return said


def _unit_in(heading: str) -> Decimal | None:
    match = _COLUMN_UNIT.search(unicodedata.normalize("NFKC", heading))
    return Decimal(_UNIT[match[1] or match[2] or ""]) if match else None
