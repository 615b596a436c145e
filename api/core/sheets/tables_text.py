"""A table written as text (CSV, TSV and the like): its encoding, its delimiter, its lines.

Nothing here decides what a line means; but a file whose quotes do not pair is refused, because
everything behind the open quote would be swallowed as one cell.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.core.sheets.tables import MAX_CELL, Refused

#: What may part the cells of a line.
DELIMITERS: Final = ",\t;|，；"
_LOOKED_AT: Final = 65_536
#: A sentence may have a comma or two: it takes more to look like a row.
_FEWEST: Final = 4
_MARKUP: Final = re.compile(r"\s*(?:<!doctype|<html|<table|<\?xml|<\?mso)", re.IGNORECASE)
_NOT_TEXT: Final = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f]")
#: Excel's own first line that names the delimiter.
_SEP: Final = re.compile(r'"?sep=(.)"?[ \t]*\r?\n', re.IGNORECASE)
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")


# -------------------------------------------------------------------------------------- encoding


def decode(data: bytes) -> tuple[str, str]:
    """The text of a CSV file and the encoding it was in."""
    for mark, name in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(name), name
            except UnicodeDecodeError as error:
                raise Refused("encoding_unknown") from error
    if b"\x00" in data:
        return _without_mark(data)
    for name in ("utf-8", "gb18030"):
        try:
            return data.decode(name), name
        except UnicodeDecodeError:
            continue
    raise Refused("encoding_unknown")


def _without_mark(data: bytes) -> tuple[str, str]:
    """UTF-16 that does not begin with its mark: the noughts stand on one side of the letters."""
    left, right = data[::2].count(0), data[1::2].count(0)
    name = "utf-16-le" if right > left else "utf-16-be"
    if len(data) % 2 == 0 and min(left, right) * 20 <= max(left, right):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            text = ""
        if _HAN.search(text[:_LOOKED_AT]) and not _NOT_TEXT.search(text[:_LOOKED_AT]):
            return text, name
    raise Refused("not_a_spreadsheet")


# ------------------------------------------------------------------------------------- delimiter


def sniff_delimiter(text: str) -> str:
    """The mark that cuts most lines into the same number of pieces, at least two."""
    lines = [line for line in text[:_LOOKED_AT].splitlines()[:80] if line.strip()]
    best, score = ",", 0
    for mark in DELIMITERS:
        counts = Counter(_outside_quotes(line, mark) for line in lines)
        counts.pop(0, None)
        if not counts:
            continue
        marks, times = counts.most_common(1)[0]
        if times * min(marks, 20) > score:
            best, score = mark, times * min(marks, 20)
    return best


def _outside_quotes(line: str, mark: str) -> int:
    return sum(piece.count(mark) for piece in line.split('"')[::2])


# ----------------------------------------------------------------------------------------- lines


@dataclass(frozen=True, slots=True)
class TextTable:
    """A text file that is a table: how it is written, and its lines."""

    text: str
    encoding: str
    delimiter: str
    #: into how many pieces most lines are cut
    usual_width: int
    #: its first line only names the delimiter
    named: bool = False

    def lines(self) -> Iterator[list[str]]:
        """Every line cut into its cells; the one that names the delimiter is blank."""
        lines = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        if self.named:
            next(lines, None)
            yield []
        yield from lines


def read_text(data: bytes) -> TextTable:
    """The table that the bytes are as text. Raises Refused."""
    text, encoding = decode(data)
    if _MARKUP.match(text):
        raise Refused("spreadsheet_kind_unsupported")
    if len(_NOT_TEXT.findall(text[:_LOOKED_AT])) > 8:
        raise Refused("not_a_spreadsheet")
    if not text.strip():
        raise Refused("file_empty")
    csv.field_size_limit(MAX_CELL * 4)
    named = _SEP.match(text)
    delimiter = named[1] if named else sniff_delimiter(text)
    try:
        return TextTable(text, encoding, delimiter, _usual_width(text, delimiter), bool(named))
    except csv.Error as error:
        raise Refused("file_corrupt") from error


def _usual_width(text: str, delimiter: str) -> int:
    """How many cells most lines have. Looks at every quote that reaches over several lines."""
    widths: Counter[int] = Counter()
    raw: list[str] = []
    last: list[str] = []

    def remembered() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            raw.append(line)
            yield line

    kept: list[tuple[int, list[str]]] = []
    number = 0
    for number, values in enumerate(csv.reader(remembered(), delimiter=delimiter), 1):
        if any(value.strip() for value in values):
            widths[len(values)] += 1
        if len(raw) > 1:
            kept.append((number, raw.copy()))
        last = raw.copy()
        raw.clear()
    usual = widths.most_common(1)[0][0] if widths else 0
    for at, lines in [*kept, (number, last)]:
        _refuse_unpaired(at, lines, delimiter, usual)
    return usual


def _refuse_unpaired(number: int, raw: list[str], delimiter: str, usual: int) -> None:
    """A cell over several lines is one only if its quotes pair and no line inside it looks like a
    row of its own: otherwise rows were swallowed."""
    swallowed = usual >= _FEWEST and any(
        _outside_quotes(line, delimiter) + 1 == usual for line in raw[1:-1]
    )
    try:
        list(csv.reader(raw, delimiter=delimiter, strict=True))
    except csv.Error as error:
        swallowed = swallowed or len(raw) > 1 or "unexpected end" in str(error)
    if swallowed:
        raise Refused(f"quotes_unbalanced:{number}")
