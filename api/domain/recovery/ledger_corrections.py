"""How a person says that a ledger is to be read, where the machine read it otherwise or asked.

A correction is data: it is kept with the import, and as a template for the next file of that
shape. The reader obeys it before its own guesses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

#: A column that is read by nobody and kept nowhere.
LEFT_OUT = "-"
#: A column that the ledger does not know: kept with the record under its own heading.
KEPT = "+"


@dataclass(frozen=True, slots=True)
class SheetCorrection:
    """One sheet as its reader corrected it. Rows are numbered as in the margin (from 1), columns
    from zero; what a person did not touch is absent and stays the machine's guess."""

    #: the sheet is left out whole
    skip: bool = False
    #: first and last line of the heading
    header: tuple[int, int] | None = None
    #: column → field of the ledger, or KEPT, or LEFT_OUT
    columns: Mapping[int, str] = field(default_factory=dict[int, str])
    #: column of money → how many yuan one of its units is (10000 for 万元)
    units: Mapping[int, Decimal] = field(default_factory=dict[int, Decimal])
    #: rows that are no data, though they look like it
    rows_out: frozenset[int] = frozenset()
    #: rows that are data, though they look like totals, notes or headings
    rows_in: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Correction:
    """A file's corrections by index of the sheet."""

    sheets: Mapping[int, SheetCorrection] = field(default_factory=dict[int, SheetCorrection])

    def of(self, sheet: int) -> SheetCorrection:
        """The correction of a sheet; an empty one where nobody touched it."""
        return self.sheets.get(sheet, SheetCorrection())
