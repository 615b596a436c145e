"""The shape of a table: its heading as it is written, by which a table of the same shape is known."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from api.core.sheets.tables import Range, Row
from api.domain.imports.cells import Cell, CellError, text_of

#: Headings stand among the first lines.
LOOK_AHEAD: Final = 40
#: What a person needs to see of a line, and of a sheet.
_SHOWN_COLUMNS: Final = 60
_SHOWN_TEXT: Final = 120
#: One known column could be any list.
_FEWEST: Final = 2


def said(cell: Cell) -> str:
    """What stands in a cell, as a person reads it."""
    return "" if cell is None or isinstance(cell, CellError) else text_of(cell)


def _bare(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(slots=True)
class Head:
    """The first lines of a sheet, with merged cells filled in."""

    rows: Mapping[int, Row]
    merges: Sequence[Range] = ()
    _filled: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])

    def __post_init__(self) -> None:
        """Let a merged cell speak for all that it covers."""
        for top, left, bottom, right in self.merges:
            source = self.rows.get(top + 1)
            if source is None or left >= len(source.cells):
                continue
            text = said(source.cells[left])
            for line in range(top, min(bottom, top + 3) + 1):
                for column in range(left, min(right, 255) + 1):
                    self._filled[line + 1, column] = text

    def text(self, line: int, column: int) -> str:
        """What a line says in a column (from zero)."""
        if (line, column) in self._filled:
            return self._filled[line, column]
        row = self.rows.get(line)
        return said(row.cells[column]) if row and column < len(row.cells) else ""

    def headings(self, first: int, last: int) -> list[str]:
        """The heading of every column, over the lines of the heading."""
        width = max(
            (len(self.rows[n].cells) for n in range(first, last + 1) if n in self.rows), default=0
        )
        found = [
            " ".join(
                dict.fromkeys(
                    part
                    for line in range(first, last + 1)
                    if (part := " ".join(self.text(line, column).split()))
                )
            )
            for column in range(width)
        ]
        while found and not found[-1]:
            found.pop()
        return found

    def shown(self) -> list[tuple[int, list[str]]]:
        """The lines as a page shows them: number and texts."""
        return [
            (row.number, [said(cell)[:_SHOWN_TEXT] for cell in row.cells[:_SHOWN_COLUMNS]])
            for row in self.rows.values()
        ]


def shape(headings: Iterable[str]) -> bytes | None:
    """What is the same for tables of one heading: order, words and units count, blanks do not."""
    bare = [_bare(heading) for heading in headings]
    if sum(map(bool, bare)) < _FEWEST:
        return None
    return hashlib.sha256(orjson.dumps(bare)).digest()


def line_said(row: Row) -> str:
    """A line in one sentence, for a list of lines that were left out."""
    return "　".join(text for cell in row.cells if (text := said(cell).strip()))[:_SHOWN_TEXT]
