"""Merged cells below a heading: a village merged over five rows holds for all five."""

from collections.abc import Iterable, Sequence
from typing import Final

from api.core.sheets.tables import Range, Row
from api.domain.imports.cells import Cell
from api.domain.imports.ledger_spec import Column


class Merged:
    """What merged cells say for the rows that they reach over."""

    _MOST: Final = 200_000

    def __init__(self, merges: Iterable[Range], header_row: int) -> None:
        self._top: dict[tuple[int, int], int] = {}
        self._wide: dict[tuple[int, int], int] = {}
        self._tall: dict[tuple[int, int], int] = {}
        self._values: dict[tuple[int, int], Cell] = {}
        for top, left, bottom, right in merges:
            if top + 1 <= header_row:
                continue
            if right > left:
                self._wide[top + 1, left] = right - left + 1
            if bottom > top:
                self._tall[top + 1, left] = bottom - top + 1
            if len(self._top) + bottom - top < self._MOST:
                for number in range(top + 2, bottom + 2):
                    self._top[number, left] = top + 1
        self._sources = set(zip(self._top.values(), (c for _, c in self._top), strict=True))

    def width(self, number: int, column: int) -> int:
        """Over how many columns the cell reaches."""
        return self._wide.get((number, column), 1)

    def height(self, number: int, column: int) -> int:
        """Over how many rows the cell reaches."""
        return self._tall.get((number, column), 1)

    @property
    def any_tall(self) -> bool:
        """Whether any cell reaches over several rows."""
        return bool(self._tall)

    def remember(self, row: Row) -> None:
        """Note what a row's merged cells say."""
        if not self._sources:
            return
        for column, cell in enumerate(row.cells):
            if (row.number, column) in self._sources:
                self._values[row.number, column] = cell

    def fill(self, row: Row, columns: Sequence[tuple[int, Column]]) -> tuple[Row, set[int]]:
        """The row with what merged cells say, and the columns whose merged number counts above."""
        if not self._top:
            return row, set()
        cells, silent = list(row.cells), set[int]()
        for at, column in columns:
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
        return Row(row.number, cells, row.marks), silent
