"""Running sums of a table, to hold against the totals that it states itself."""

from collections import Counter
from dataclasses import dataclass, field

from api.core.sheets.ledger_found import LedgerRow
from api.domain.imports.ledger_lines import TotalSaid


@dataclass(slots=True)
class _Mark:
    """Where a total line stood: what had come before it."""

    level: int
    sums: Counter[str]
    rows: int
    names: int


@dataclass(slots=True)
class Claim:
    """A figure of a total line that is no sum of the rows above it: of those below, perhaps."""

    row: int
    field: str
    stated: int
    #: what the rows above the line come to
    above: int
    #: what the rows below it come to, as far as the next line that claims the same
    below: int = 0
    settled: bool = False


@dataclass(slots=True)
class Sums:
    """What the rows add up to, from the beginning and from every total line on."""

    all: Counter[str] = field(default_factory=Counter[str])
    rows: int = 0
    #: fields that cannot be held against anything: a cell of theirs was faulty
    unsure: set[str] = field(default_factory=set[str])
    _names: list[object] = field(default_factory=list[object])
    _marks: list[_Mark] = field(default_factory=list[_Mark])
    _claims: list[Claim] = field(default_factory=list[Claim])

    def add(self, row: LedgerRow, subject: str) -> None:
        """Count a row in."""
        self.rows += 1
        for name, value in row.values.items():
            if isinstance(value, int) and not isinstance(value, bool):
                self.all[name] += value
        if row.faults:
            self.unsure.update(fault.field for fault in row.faults)
        self._names.append(row.values.get(subject))

    def agrees(self, name: str, stated: int, total: TotalSaid) -> bool:
        """Whether a total's figure is the sum of the rows that it can mean."""
        if name in self.unsure:
            return True
        sums = [self.all[name] - mark.sums[name] for mark in self._begins(total)]
        return stated in {self.all[name], *sums} or (total.open and stated > self.all[name])

    def counted(self, stated: int, total: TotalSaid) -> bool:
        """Whether so many rows, or so many different names, stand there."""
        begins = [(mark.rows, mark.names) for mark in self._begins(total)]
        counts = {self.rows - rows for rows, _ in [*begins, (0, 0)]}
        counts |= {len(set(self._names[begin:])) for _, begin in [*begins, (0, 0)]}
        return stated in counts or (total.open and stated > self.rows)

    def claim(self, row: int, name: str, stated: int) -> None:
        """Keep a figure that the rows above do not come to until those below are known."""
        self._look_below()
        self._claims.append(Claim(row, name, stated, self.all[name]))

    def _look_below(self) -> None:
        for claim in self._claims:
            claim.below = self.all[claim.field] - claim.above
            claim.settled = claim.settled or claim.below == claim.stated

    def unsettled(self) -> list[Claim]:
        """The figures that are no sum of any rows, at the end of the table."""
        self._look_below()
        return [one for one in self._claims if not one.settled and one.field not in self.unsure]

    def close(self, total: TotalSaid) -> None:
        """A total line: what follows may be summed up by itself."""
        self._look_below()
        mark = _Mark(total.level, Counter(self.all), self.rows, len(self._names))
        self._marks.append(mark)

    def _begins(self, total: TotalSaid) -> list[_Mark]:
        """Where the rows of this total can begin: a part at any total line before it, a whole at
        the last line that was a whole itself."""
        if total.level == 0:
            return self._marks
        return [mark for mark in self._marks if mark.level >= total.level][-1:]
