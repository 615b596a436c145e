"""What reading a ledger gives: rows, faults, remarks, and how each sheet was understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from api.domain.imports.cells import Value
from api.domain.imports.ledger_lines import LineRole, SheetState

Severity = Literal["error", "warning"]
#: So many lines of a sheet are shown whole; of the rest only what is no data is listed.
SHOWN_LINES: Final = 40
#: A sheet with more furniture than this is listed up to here.
_MOST_ROLES: Final = 5_000

UnitFrom = Literal["", "column", "group", "sheet", "person", "unsaid", "unclear"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One cell that cannot be taken over (error), or deserves a look (warning)."""

    sheet: int
    row: int
    column: int | None
    field: str
    label: str
    code: str
    message: str
    severity: Severity = "error"


@dataclass(frozen=True, slots=True)
class FileRemark:
    """Something about the file as a whole that its sender should know."""

    code: str
    message: str
    sheet: str = ""
    row: int | None = None


@dataclass(slots=True)
class LedgerRow:
    """One data row: its values by field, and what is wrong with it."""

    sheet: int
    sheet_name: str
    number: int
    values: dict[str, Value]
    faults: list[Fault] = field(default_factory=list[Fault])
    warnings: list[Fault] = field(default_factory=list[Fault])
    #: canonical bytes: equal for the same row in any layout; hash them with a key before storing
    fingerprint: bytes = b""
    anchors: tuple[bytes | None, ...] = ()
    #: the how-manieth equal row of its sheet
    occurrence: int = 1
    #: the same row stands on an earlier sheet of the file (a summary beside village sheets)
    repeated: bool = False
    #: columns that the ledger does not know, by heading
    extras: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def good(self) -> bool:
        """Whether the row can come in."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class LineFound:
    """One of a sheet's first lines as it stands there, for a page that looks like the sheet."""

    number: int
    cells: tuple[str, ...]
    hidden: bool = False
    #: something in it is struck through
    struck: bool = False


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """A column that has a heading: what it was taken for (a field, KEPT or LEFT_OUT), and, where
    it is money, in what unit, and who said so."""

    at: int
    letter: str
    heading: str
    field: str
    unit: Decimal | None = None
    unit_from: UnitFrom = ""
    hidden: bool = False


@dataclass(slots=True)
class SheetFound:
    """How a sheet was understood, for the preview. It fills while the sheet is walked."""

    index: int
    name: str
    header_row: int
    fields: Mapping[int, str]
    labels: Mapping[int, str]
    ignored: tuple[str, ...]
    last_header_row: int = 0
    state: SheetState = SheetState.READ
    #: labels of required columns that were not found
    missing: tuple[str, ...] = ()
    columns: tuple[ColumnFound, ...] = ()
    lines: list[LineFound] = field(default_factory=list[LineFound])
    #: line number → what it is, where it is no data
    roles: dict[int, LineRole] = field(default_factory=dict[int, LineRole])
    hidden_columns: tuple[int, ...] = ()

    def mark(self, number: int, role: LineRole) -> None:
        """Note what a line is; beyond a bound the rest is left unlisted."""
        if len(self.roles) < _MOST_ROLES:
            self.roles[number] = role

    @property
    def read(self) -> bool:
        """Whether rows were taken from it."""
        return self.state is SheetState.READ


def letter(column: int) -> str:
    """0 → A, 26 → AA: the column as a spreadsheet names it."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
