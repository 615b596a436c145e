"""Which lines of a table are data, and which are furniture: headings, totals, notes, sections."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from api.core.sheets.ledger_header import Header, plain
from api.core.sheets.ledger_merged import Merged
from api.core.sheets.tables import Row
from api.domain.imports.cells import Cell, is_empty, tidy
from api.domain.imports.ledger_headings import Headings, is_running
from api.domain.imports.ledger_lines import (
    LineRole,
    TotalSaid,
    harmless,
    is_bare_count,
    is_broken_down,
    is_count,
    is_end,
    is_example,
    is_figure,
    is_note,
    is_numbered,
    is_remark,
    is_section,
    is_sentence,
    is_signature,
    total_said,
    unit_line,
)
from api.domain.imports.ledger_spec import LedgerSpec
from api.domain.imports.money_units import squeezed
from api.domain.words.places import Places

_ORDINAL: Final = re.compile(r"[(（]?(?:\d{1,3}|[甲乙丙丁戊己庚辛壬癸]|[A-Z])[)）]?")
_CHINESE_ORDINAL: Final = re.compile(r"[(（]?[一二三四五六七八九十]{1,3}[)）]?[、.．]?")
_RUNNING_TEXT: Final = re.compile(r"\d+[.、]?")
_REMEMBERED: Final = 4_096
_LONGEST_LABEL: Final = 60

Said = list[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """What a line is; a total with what it says, a doubtful row of data with why."""

    role: LineRole
    total: TotalSaid | None = None
    #: somebody should know that the line was left out
    told: str = ""
    #: data, but like a total: asked about
    doubt: str = ""


DATA: Final = Line(LineRole.DATA)


class Furniture:
    """Tells the lines of one table apart."""

    def __init__(
        self,
        headings: Headings,
        header: Header,
        merged: Merged,
        places: Places,
        titles: Sequence[str],
    ) -> None:
        self.headings, self.header, self.merged, self.places = headings, header, merged, places
        self.spec: LedgerSpec = headings.spec
        self.titles = {squeezed(text) for text in titles if text}
        self.after_notes = False
        self._first = True
        self._known = {at: self.spec.by_field[name] for at, name in header.fields.items()}
        self.quantities = {at for at, column in self._known.items() if not column.fill_down}
        self._required = {at for at, column in self._known.items() if column.required}
        self._needed = sorted(self._required - self.quantities)
        self._leads = sorted(self._known)[:3]
        self._labels = {
            at: "".join(label.split()) for at, label in (header.labels | header.unknown).items()
        }
        self._harmless: dict[str, bool] = {}

    # --------------------------------------------------------------------------- the quick answer

    def plainly_data(self, row: Row) -> bool:
        """Whether all that a row must say is there, and nothing in it could be a label."""
        cells = row.cells
        if row.marks or self.after_notes or self._first:
            return False
        for at in self._needed:
            if at >= len(cells) or cells[at] is None:
                return False
        for at in self._leads:
            if at < len(cells) and isinstance(cell := cells[at], str) and not self._quiet(cell):
                return False
        running = self.header.running
        if running is not None and running < len(cells):
            number = cells[running]
            if not isinstance(number, int | float):
                return isinstance(number, str) and bool(_RUNNING_TEXT.fullmatch(number))
        return True

    def _quiet(self, cell: str) -> bool:
        known = self._harmless.get(cell)
        if known is None:
            known = harmless(cell) and (len(cell) > _LONGEST_LABEL or self._no_heading(cell))
            if len(self._harmless) < _REMEMBERED:
                self._harmless[cell] = known
        return known

    def _no_heading(self, text: str) -> bool:
        return self.headings.field(text) is None and not is_running(text)

    # ------------------------------------------------------------------------------ the long one

    def blank(self, row: Row) -> bool:
        """Whether a row says nothing beyond its running number."""
        return all(
            cell is None or (at == self.header.running and self._numbered(cell)) or is_empty(cell)
            for at, cell in enumerate(row.cells)
        )

    def _numbered(self, cell: Cell) -> bool:
        if isinstance(cell, str):
            return bool(_RUNNING_TEXT.fullmatch(tidy(cell)))
        return True

    def said(self, row: Row) -> Said:
        """The row's texts without blanks, by column."""
        told = [(at, plain(cell)) for at, cell in enumerate(row.cells) if cell is not None]
        return [(at, bare) for at, text in told if (bare := "".join(text.split()))]

    def is_heading(self, said: Said, *, apart: bool) -> bool:
        """Whether a line is a heading: this one again, another of the ledger, or another table's.

        `apart`: it does not follow upon a row of data.
        """
        labels = self._labels
        equal = sum(at in labels and len(text) > 1 and text in labels[at] for at, text in said)
        if equal >= 3 and equal * 2 > len(said):
            return True
        short = [text for _, text in said if len(text) <= 40]
        known = sum(self.headings.field(text) is not None for text in short)
        worded = not any(re.fullmatch(r"[\d.,:\-/ ]+", text) for text in short)
        if known >= 3 and known * 2 >= len(said) and worded:
            return True
        if known == len(said) == 2 and self._is_whole(short):
            return True  # a table of two columns
        if len(said) < 3 or not worded:
            return False
        words = sum(len(text) >= 3 and self.headings.field(text) is not None for text in short)
        bare = not any(re.search(r"\d", text) or len(text) > 12 for _, text in said)
        return is_running(said[0][1]) or (bare and words >= (1 if apart else 2))

    def _is_whole(self, texts: list[str]) -> bool:
        """Whether these headings are all that a table needs."""
        fields = {self.headings.field(text) for text in texts}
        return all(column.field in fields for column in self.spec.columns if column.required)

    def find(self, row: Row, said: Said) -> Line:
        """What a line is that is no heading."""
        first, self._first = self._first, False
        if first and self._is_column_numbers(said):
            return Line(LineRole.NUMBERS)
        # 示例 in its own column says it of the first row only: below it may be a remark.
        if any(is_example(text) for _, text in (said if first else said[:2])):
            return Line(LineRole.EXAMPLE, told="这是示例行，不导入")
        found = self._total(said) or self._broken_down(said)
        found = found or self._note(row, said) or self._section(row, said)
        if found is None or found.role is LineRole.DATA:
            self.after_notes = self.after_notes and len(said) < 2
            return found or DATA
        self.after_notes = found.role is LineRole.NOTE or (
            self.after_notes and found.role is not LineRole.TOTAL
        )
        return found

    def _is_column_numbers(self, said: Said) -> bool:
        """The line `甲 乙 1 2 3` or `1 2 3 4` under the heading of a statistical form."""
        if len(said) < 3 or not all(_ORDINAL.fullmatch(text) for _, text in said):
            return False
        numbers = [int(re.sub(r"\D", "", text)) for _, text in said if re.search(r"\d", text)]
        return all(b - a == 1 for a, b in itertools.pairwise(numbers)) and len(numbers) >= 2

    # ------------------------------------------------------------------------------------- totals

    def _total(self, said: Said) -> Line | None:
        labels = {at: total for at, text in said if (total := self._label(at, text))}
        if not labels:
            labels = self._split_label(said)
        bare = not labels
        if not labels:
            labels = self._bare_count(said)
        if not labels:
            return None
        others = [(at, text) for at, text in said if at not in labels]
        data = [(at, text) for at, text in others if not self._fits_total(at, text)]
        total = _together(list(labels.values()))
        first = next(iter(labels))
        lead = first in [at for at, _ in said[:3]]
        if not data or (lead and self._few(data)):
            return Line(LineRole.TOTAL, total)
        if bare:
            return None
        if first == self.header.running:
            return Line(LineRole.DATA, doubt="error")
        person = first in self._known and self._known[first].person
        return Line(LineRole.DATA, doubt="warning") if person else None

    def _broken_down(self, said: Said) -> Line | None:
        """`其中：60岁以上`, `平均`: figures beside a label, and nobody named."""
        at, text = said[0]
        if at in self.quantities or not is_broken_down(text):
            return None
        if at in self._needed and not re.search(r"[:：均]", text):
            return None
        if not all(self._fits_total(place, other) for place, other in said[1:]):
            return None
        return Line(LineRole.NOTE, told=f"“{text[:20]}”不是数据行，不导入")

    def _label(self, at: int, text: str) -> TotalSaid | None:
        total = total_said(text) if len(text) <= _LONGEST_LABEL else None
        if at in self.quantities and total is not None and (total.amounts or total.count):
            return None  # 共3人 in the column of people is a figure
        return total

    def _split_label(self, said: Said) -> dict[int, TotalSaid]:
        """合 and 计 in two cells side by side, or 总 before the running number's 计."""
        ones = list(itertools.takewhile(lambda one: len(one[1]) == 1, said))[:4]
        if len(ones) < 2:
            return {}
        total = total_said("".join(text for _, text in ones))
        return {at: total for at, _ in ones} if total else {}

    def _bare_count(self, said: Said) -> dict[int, TotalSaid]:
        """`2人` where a name belongs, and nothing but figures beside it."""
        named = {at for at, column in self._known.items() if column.person}
        running = self.header.running
        named |= set() if running is None else {running}
        counts = [(at, text) for at, text in said if at in named and is_bare_count(text)]
        if not counts or any(at == running and _RUNNING_TEXT.fullmatch(text) for at, text in said):
            return {}
        return {at: TotalSaid(1) for at, _ in counts}

    def _fits_total(self, at: int, text: str) -> bool:
        """Whether a cell can stand on a total line beside its label."""
        if at in self.quantities or is_empty(text) or is_count(text):
            return True
        known = self._known.get(at)
        if known is None or known.field == "note":
            return at == self.header.running or known is not None or len(text) <= 20
        # A number is no name, and a short one no ID number: it counts what the label sums up.
        return is_figure(text) and (not known.own or known.person or len(text) <= 5)

    def _few(self, data: Said) -> bool:
        """One stray word is no row: `小计 | 白庙村`."""
        if any(
            at in self._needed or self._known[at].own or self._known[at].of
            for at, _ in data
            if at in self._known
        ):
            return False
        return len(data) == 1

    # -------------------------------------------------------------------------------------- notes

    def _note(self, row: Row, said: Said) -> Line | None:
        running = self.header.running
        numbered = any(at == running and _RUNNING_TEXT.fullmatch(text) for at, text in said)
        texts = [one for one in said if not (one[0] == running and _RUNNING_TEXT.fullmatch(one[1]))]
        if not texts:
            return None
        whole = [plain(row.cells[at]) for at, _ in texts]
        if all(is_end(text) for text in whole):
            return Line(LineRole.NOTE)
        if numbered and len(texts) > 1:
            return None
        return (
            self._signed(texts, whole)
            or self._title_again(whole)
            or self._remark(texts, whole, numbered=numbered)
        )

    def _signed(self, texts: Said, whole: list[str]) -> Line | None:
        signed = [is_signature(text) for text in whole]
        if not signed[0]:
            return None
        waiting = sum(
            text.rstrip().endswith((":", "：")) or (sign and not re.search("[:：]", text))
            for text, sign in zip(whole, signed, strict=True)
        )
        rest = len(texts) - sum(signed)
        return Line(LineRole.NOTE) if rest <= waiting else None

    def _title_again(self, whole: list[str]) -> Line | None:
        """The page's own heading once more, or a line that names the unit of what follows."""
        if all(squeezed(text) in self.titles for text in whole):
            return Line(LineRole.TITLE)
        return Line(LineRole.TITLE) if unit_line(whole) else None

    def _remark(self, texts: Said, whole: list[str], *, numbered: bool) -> Line | None:
        lead = whole[0]
        if is_note(lead) and len(texts) <= 2:
            return Line(LineRole.NOTE)
        if len(texts) > 1 or numbered:
            return None
        told = f"“{lead[:20]}”不是数据行，不导入"
        if self.after_notes:
            return Line(LineRole.NOTE, told="" if is_numbered(lead) else told)
        at = texts[0][0]
        known = self._known.get(at)
        person = known is not None and known.person
        if person and is_remark(lead):
            return Line(LineRole.NOTE, told=told)
        if person and (is_numbered(lead) or is_sentence(lead)) and self._no_number_needed():
            return Line(LineRole.NOTE, told=told)
        return None

    def _no_number_needed(self) -> bool:
        return self.header.running is not None or len(self._known) >= 3

    # ----------------------------------------------------------------------------------- sections

    def _section(self, row: Row, said: Said) -> Line | None:
        """A line across the table (`二、白庙村`), or words in the number column alone."""
        told = Line(LineRole.SECTION, told=f"“{said[-1][1][:20]}”不是数据行，不导入")
        running = self.header.running
        if len(said) == 2 and said[0][0] == running and _CHINESE_ORDINAL.fullmatch(said[0][1]):
            return told
        if len(said) != 1:
            return None
        at, text = said[0]
        if self.merged.width(row.number, at) >= 3 or at == running or at not in self._known:
            return told
        if is_section(text) or self._is_place(at, text):
            return told
        return None

    def _is_place(self, at: int, text: str) -> bool:
        known = self._known[at]
        return known.person and len(text) <= 12 and self.places.find(text) is not None


def _together(totals: list[TotalSaid]) -> TotalSaid:
    """One total of all its labels: 合计 beside 共2人."""
    counted = next((total for total in totals if total.count is not None), totals[0])
    return TotalSaid(
        max(total.level for total in totals) if all(t.level for t in totals) else totals[0].level,
        any(total.open for total in totals),
        counted.count,
        counted.counter,
        tuple(itertools.chain.from_iterable(total.amounts for total in totals)),
    )
