"""Where a ledger's table begins: its heading among title lines, what each column is, in what unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from api.core.sheets.ledger_found import UnitFrom, letter
from api.core.sheets.tables import Range, Row
from api.domain.imports.cells import Cell, CellError, is_empty, text_of
from api.domain.imports.ledger_headings import Headings, is_running
from api.domain.imports.ledger_lines import is_note, unit_line
from api.domain.imports.ledger_spec import RESULT_HEADING, LedgerSpec, heading_key
from api.domain.imports.money_units import UnitSaid, is_unit_column, title_unit, unit_said
from api.domain.recovery.ledger_corrections import KEPT, LEFT_OUT, SheetCorrection

#: Title lines, letter heads and instructions above a heading seldom take more.
LOOK_AHEAD: Final = 40
#: The most lines that a heading takes: group, column, unit.
TALLEST: Final = 3
_FEWEST: Final = 3
NO_CORRECTION: Final = SheetCorrection()


@dataclass(slots=True)
class Header:
    """A found heading: what stands in which column (zero-based)."""

    first_row: int
    last_row: int
    fields: dict[int, str]
    labels: dict[int, str]
    #: money column → yuan per unit; None where only its writer can say
    units: dict[int, Decimal | None]
    running: int | None = None
    #: columns with a heading nobody knows: kept for the row's identity, otherwise left out
    unknown: dict[int, str] = field(default_factory=dict[int, str])
    #: columns of a field that another column has already, and of which
    doubled: dict[int, str] = field(default_factory=dict[int, str])
    doubles: dict[int, str] = field(default_factory=dict[int, str])
    #: columns under a bare 联系电话 whose owner, to their left, is somebody else
    owned: dict[int, str] = field(default_factory=dict[int, str])
    #: read, though the column to their left may be whose they are
    asked: dict[int, str] = field(default_factory=dict[int, str])
    #: columns that a person left out
    left_out: dict[int, str] = field(default_factory=dict[int, str])
    running_label: str = ""
    #: columns of an annotated copy, where this program itself wrote what it found
    results: list[int] = field(default_factory=list[int])
    #: money column → who said its unit
    unit_from: dict[int, UnitFrom] = field(default_factory=dict[int, UnitFrom])
    unit_unclear: dict[int, str] = field(default_factory=dict[int, str])
    #: what the lines around the table say of its unit
    sheet_unit: UnitSaid = field(default_factory=UnitSaid)
    #: in a text file: into how many cells its longest line is cut
    width: int = 0

    @property
    def named(self) -> set[int]:
        """The columns that have a heading, known or not."""
        running = set() if self.running is None else {self.running}
        return self.fields.keys() | self.unknown.keys() | self.left_out.keys() | running

    @classmethod
    def none(cls) -> "Header":
        """The heading of a sheet that has none."""
        return cls(0, 0, {}, {}, {})

    def missing(self, spec: LedgerSpec) -> list[str]:
        """Labels of required columns that the table does not have."""
        have = set(self.fields.values())
        return [c.label for c in spec.columns if c.required and c.field not in have]

    def same_as(self, other: "Header") -> bool:
        """Whether both read a row alike."""
        return (self.fields, self.units, self.unknown) == (other.fields, other.units, other.unknown)


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
            for number in range(top, min(bottom, top + TALLEST) + 1):
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

    def groups(self, number: int, below: list[str]) -> list[str]:
        """A heading's upper line: where nothing is merged, a group reaches to the next one."""
        line = self.line(number)
        current, own = "", ""
        for column, said in enumerate(line):
            if said:
                current, own = said, below[column]
            elif below[column] and own and (number, column) not in self._filled:
                line[column] = current
        return line

    def paths(self, first: int, last: int) -> list[tuple[str, ...]]:
        """Every column's heading from its outermost group down."""
        lines = [self.line(last)]
        for number in range(last - 1, first - 1, -1):
            lines.insert(0, self.groups(number, lines[0]))
        return list(zip(*lines, strict=True))

    def reach(self, number: int) -> int:
        """The last line that cells of this line are merged down to, if more is said there."""
        down = [
            bottom + 1
            for top, left, bottom, right in self.merges
            if top + 1 == number and bottom > top and right == left
        ]
        last = max(down, default=number)
        return last if last == number or self.single(last) else number

    def is_title(self, number: int) -> bool:
        """Whether a line speaks of the whole table, and is no group above some of its columns."""
        row = self.rows[number]
        told = [(at, said) for at, cell in enumerate(row.cells) if (said := plain(cell))]
        wide = {left: right - left + 1 for top, left, _, right in self.merges if top + 1 == number}
        return all(
            title_unit([said])
            or (len(told) <= 2 and said.rstrip().endswith((":", "：")))
            or (
                len(told) == 1
                and (wide.get(at, 1) * 2 > self.width or (at == 0 and at not in wide))
            )
            for at, said in told
        )

    def single(self, number: int) -> set[str]:
        """What a line itself says, without what is merged into it from above."""
        row = self.rows.get(number)
        return {said for cell in row.cells if (said := plain(cell))} if row else set()


@dataclass(frozen=True, slots=True)
class _Candidate:
    first: int
    last: int
    found: list[str | None]
    paths: list[tuple[str, ...]]
    #: among equals more lines win if the lower ones are part of the heading
    bonus: int

    @property
    def score(self) -> int:
        return len({name for name in self.found if name})


def find_header(
    headings: Headings,
    rows: Sequence[Row],
    merges: Sequence[Range],
    correction: SheetCorrection = NO_CORRECTION,
    *,
    hidden: frozenset[int] = frozenset(),
    below: Sequence[Row] = (),
    name: str = "",
) -> Header | None:
    """The heading with the most known columns, on one to three lines; None where there is none.

    What a person corrected comes first: which lines it is, what a column is, in what unit.
    `below`: lines under the table, which may name the unit; so may the sheet's `name`.
    """
    grid = _Grid(rows, merges)
    best: _Candidate | None = None
    if correction.header is not None:
        first, last = correction.header
        paths = grid.paths(first, last)
        best = _Candidate(first, last, [headings.meaning(path) for path in paths], paths, 0)
    else:
        for row in rows:
            for candidate in _candidates(headings, grid, row.number):
                if best is None or (candidate.score, candidate.bonus) > (best.score, best.bonus):
                    best = candidate
        needed = sum(column.required for column in headings.spec.columns)
        if best is None or best.score < min(_FEWEST, needed):
            return None
    header = _header(headings, grid, best, hidden)
    lines = range(best.first, header.last_row + 1)
    header.width = max((grid.rows[n].width for n in lines if n in grid.rows), default=0)
    _set_units(headings.spec, grid, header, best, below, name)
    return _corrected(headings.spec, header, correction)


def _goes_on(headings: Headings, grid: _Grid, number: int) -> bool:
    """Whether a line is the lower part of a heading that begins above it."""
    if any(
        top + 1 < number <= bottom + 1 and right - left < 3
        for top, left, bottom, right in grid.merges
    ):
        return True
    own = grid.rows[number].cells
    above = grid.rows.get(number - 1)
    if above is None:
        return False
    return any(
        headings.field(plain(cell)) is not None and (at >= len(own) or own[at] is None)
        for at, cell in enumerate(above.cells)
        if isinstance(cell, str)
    )


def _candidates(headings: Headings, grid: _Grid, number: int) -> list[_Candidate]:
    if _goes_on(headings, grid, number):
        return []
    paths = [(said,) for said in grid.line(number)]
    titled = grid.is_title(number)
    single = [headings.meaning(path) for path in paths]
    found = [_Candidate(number, number, single, list(paths), 1)]
    reach = grid.reach(number)
    if number < reach < number + TALLEST and not titled:
        # 来源 is merged over all lines of the heading: it ends where that ends.
        taller = grid.paths(number, reach)
        meant = [headings.meaning(path) for path in taller]
        return [_Candidate(number, reach, meant, taller, TALLEST)]
    for last in range(number + 1, number + TALLEST):
        own = grid.single(last)
        if not own or titled:
            break
        taller = grid.paths(number, last)
        meant = [headings.meaning(path) for path in taller]
        # The lowest line must be part of the heading, not the first row of data.
        part = [path for path, name in zip(taller, meant, strict=True) if name and path[-1] in own]
        part = [path for path in part if len({text for text in path if text}) > 1]
        said = sum(bool(path[-1]) and path[-1] in own for path in taller)
        goes_on = (part and 2 * len(part) >= said - 2) or _below_groups(grid, number, last)
        if goes_on and not _has_number(grid, last):
            found.append(_Candidate(number, last, meant, taller, last - number + 1))
    return found


def _below_groups(grid: _Grid, number: int, last: int) -> bool:
    """Whether a line only names what stands below the groups of the line above it: 核查情况 over 人数,
    金额. No row of data leaves everything else blank."""
    above, own = grid.rows.get(number), grid.rows.get(last)
    if above is None or own is None or last != number + 1:
        return False
    group, size = -1, 0
    for at, cell in enumerate(own.cells):
        if at < len(above.cells) and not is_empty(above.cells[at]):
            if size == 1:  # one word below one word is no group
                return False
            group, size = at, 0
        if is_empty(cell):
            continue
        if not isinstance(cell, str) or group < 0 or at != group + size:
            return False
        size += 1
    return size != 1 and any(not is_empty(cell) for cell in own.cells)


def _has_number(grid: _Grid, number: int) -> bool:
    row = grid.rows.get(number)
    return row is not None and any(
        isinstance(cell, int | float) and not isinstance(cell, bool) for cell in row.cells
    )


# --------------------------------------------------------------------------- which column is what


def _header(headings: Headings, grid: _Grid, best: _Candidate, hidden: frozenset[int]) -> Header:
    header = Header(best.first, best.last, {}, {}, {})
    names = [
        " ".join(dict.fromkeys(part.replace("\n", "") for part in path if part))
        for path in best.paths
    ]
    chosen = _chosen(headings, best, names, hidden, header)
    for column, label in enumerate(names):
        if chosen.get(best.found[column] or "") == column:
            header.fields[column], header.labels[column] = best.found[column] or "", label
        else:
            _place_other(header, column, label, taken_by=best.found[column])
    _name_apart(header)
    header.last_row = max(
        [best.last]
        + [
            bottom + 1
            for top, left, bottom, _ in grid.merges
            if best.first <= top + 1 <= best.last and left in header.fields
        ]
    )
    return header


def _chosen(
    headings: Headings,
    best: _Candidate,
    names: list[str],
    hidden: frozenset[int],
    header: Header,
) -> dict[str, int]:
    """Field → its column: visible before hidden, saying whose before bare, then from the left."""
    flat = [path[-1] if len({part for part in path if part}) == 1 else "" for path in best.paths]
    flat = [text or names[at] for at, text in enumerate(flat)]
    ranked: list[tuple[bool, bool, int, str]] = []
    for column, name in enumerate(best.found):
        if name is None:
            continue
        alone = len({part for part in best.paths[column] if part}) == 1
        owner = headings.owner_to_the_left(flat, column, name) if alone else None
        if owner is not None and _known_person(headings, owner):
            header.asked[column] = owner
        elif owner is not None:
            header.owned[column] = owner
            continue
        ranked.append((column in hidden, headings.is_second(names[column], name), column, name))
    chosen: dict[str, int] = {}
    seconds = {column for _, second, column, _ in ranked if second}
    for _, _, column, name in sorted(ranked):
        if column in seconds and chosen.get(name, column) not in seconds | {column}:
            best.found[column] = None  # 损失金额 beside 投资金额 is another sum
        else:
            chosen.setdefault(name, column)
    return chosen


def _known_person(headings: Headings, owner: str) -> bool:
    """反映对象 beside 联系电话: whose it is, is asked, but it is read; 承办单位's never is."""
    return headings.field(owner) == "subject_name"


def _place_other(header: Header, column: int, label: str, taken_by: str | None) -> None:
    if not label:
        return
    if heading_key(label) == RESULT_HEADING:
        header.results.append(column)
        return
    if is_running(label) and header.running is None:
        header.running, header.running_label = column, label
    elif column in header.owned:
        header.unknown[column] = f"{header.owned[column]} {label}".replace("\n", "")
    elif taken_by is not None:
        header.doubled[column] = header.unknown[column] = label
        header.doubles[column] = taken_by
    else:
        header.unknown[column] = label


def _name_apart(header: Header) -> None:
    """Two unknown columns of one name are both kept: the later ones say where they stand."""
    seen: set[str] = set()
    for column in sorted(header.unknown):
        label = header.unknown[column]
        if label in seen:
            header.unknown[column] = f"{label}（{letter(column)}列）"
        seen.add(label)


# ------------------------------------------------------------------------------------------ units


def _set_units(
    spec: LedgerSpec,
    grid: _Grid,
    header: Header,
    best: _Candidate,
    below: Sequence[Row],
    name: str,
) -> None:
    above = [
        plain(cell)
        for number in sorted(grid.rows)
        if number < best.first
        for cell in grid.rows[number].cells
        if isinstance(cell, str)
    ]
    header.sheet_unit = title_unit(above) or _unit_below(below) or title_unit([name])
    for column, field_name in header.fields.items():
        if spec.by_field[field_name].unit_aware:
            set_unit(header, column, best.paths[column])
    _compare_units(header)


def _unit_below(below: Sequence[Row]) -> UnitSaid:
    """The unit named under the table; a line between its rows speaks of those below it only."""
    lines: list[str] = []
    for row in reversed(below):
        texts = said_alone(row)
        if not texts and all(is_empty(cell) for cell in row.cells):
            continue
        if not 1 <= len(texts) <= 3 or any(text[:1].isdigit() for text in texts[1:]):
            break
        if unit_line(texts) or is_note(texts[0]):
            lines += texts
    return title_unit(lines)


def said_alone(row: Row) -> list[str]:
    """The texts of a line without any number; nothing of a line that has one."""
    told = [cell for cell in row.cells if not is_empty(cell)]
    return [plain(cell) for cell in told] if all(isinstance(c, str) for c in told) else []


def set_unit(header: Header, column: int, path: Sequence[str]) -> None:
    """The unit of a money column: its own heading's, its group's, or the sheet's."""
    names = list(dict.fromkeys(part for part in reversed(path) if part))
    sources: list[tuple[UnitFrom, UnitSaid]] = []
    for n, name in enumerate(names):
        sources.append(("group" if n else "column", unit_said(name)))
    sources.append(("sheet", header.sheet_unit))
    for source, told in sources:
        if told.unclear:
            header.units[column], header.unit_from[column] = None, "unclear"
            header.unit_unclear[column] = told.unclear
            return
        if told.unit is not None:
            header.units[column], header.unit_from[column] = told.unit, source
            return
    header.units[column], header.unit_from[column] = Decimal(1), "unsaid"


def _compare_units(header: Header) -> None:
    """投入（万元） beside 已返还: whether the second is in 万元 as well nobody but its writer can say."""
    if any(is_unit_column(label) for label in header.unknown.values()):
        return  # each row says it
    wide = [
        at for at, source in header.unit_from.items()
        if source in {"column", "group"} and header.units[at] != 1
    ]  # fmt: skip
    if not wide:
        return
    named = header.labels[min(wide)].replace("\n", "")
    for at, source in header.unit_from.items():
        if source == "unsaid":
            header.units[at], header.unit_from[at] = None, "unclear"
            header.unit_unclear[at] = f"“{named}”写明了单位，这一列没有写"


# ------------------------------------------------------------------------------------ corrections


def _corrected(spec: LedgerSpec, header: Header, correction: SheetCorrection) -> Header:
    """The heading as a person says it is; columns and units they did not touch stay."""
    for at, told in correction.columns.items():
        label = header.labels.pop(at, None) or header.unknown.pop(at, None) or letter(at)
        header.fields.pop(at, None)
        header.doubled.pop(at, None)
        header.doubles.pop(at, None)
        header.owned.pop(at, None)
        header.running = None if header.running == at else header.running
        if told == LEFT_OUT:
            header.left_out[at] = label
        elif told == KEPT:
            header.unknown[at] = label
        elif told in spec.by_field:
            _give(spec, header, correction, at, told, label)
    _compare_units(header)
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
    if spec.by_field[name].unit_aware and at not in header.units:
        set_unit(header, at, (label,))
