"""Lines of a text file that were cut at the wrong places: `5,000` without quotes is two cells.

A workbook knows its cells. A line of text has as many as it has marks, and a mark inside an amount
or a sentence moves all that follows one column to the right, often without any cell looking odd.
"""

import re
from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from api.core.sheets.ledger_found import Severity, letter
from api.core.sheets.ledger_header import Header
from api.core.sheets.tables import Row
from api.domain.imports.cells import Cell, is_empty

_HEAD: Final = re.compile(r"['‘’“”+\-(（]?[¥￥]?\s*\d{1,3}")
_REST: Final = re.compile(r"\d{3}(?:\.\d{1,2})?(?:[万亿]?元)?['‘’“”)）]?")
_QUOTE: Final = "请给带逗号的内容加上英文双引号，或用 WPS、Excel 另存为 .xlsx 再导入"


@dataclass(frozen=True, slots=True)
class Cut:
    """What is odd about how a line was cut, and in which column."""

    at: int
    message: str
    severity: Severity


def wrong_cut(row: Row, header: Header, quantities: Container[int], usual: int) -> Cut | None:
    """What must be asked about the cells of a line of text, or None.

    `usual`: into how many cells most lines are cut, the heading among them or not.
    """
    if not row.width or not header.width:
        return None
    pair = _parted_number(row, quantities)
    last = max(header.named, default=0)
    if row.width > header.width:
        return _too_many(row, header, pair, last, usual)
    if pair is not None:
        return _like_two(row, header, pair)
    if row.width <= last:
        told = f"这一行只有 {row.width} 格，表头有 {last + 1} 格，缺的按空白读取，请核对有没有错位"
        return Cut(min(row.width, last), told, "warning")
    return None


def _too_many(row: Row, header: Header, pair: int | None, last: int, usual: int) -> Cut | None:
    told = f"这一行有 {row.width} 格，表头只有 {header.width} 格"
    if pair is not None:
        return Cut(pair, f"{told}：{_named(row, pair)}像是一个数被逗号拆开了，{_QUOTE}", "error")
    beyond = [at for at in range(header.width, len(row.cells)) if not is_empty(row.cells[at])]
    if beyond:
        return Cut(
            last, f"{told}，多出来的在 {letter(beyond[0])} 列，各格可能错位，{_QUOTE}", "error"
        )
    # Some programs end every line of data with a mark; a single longer line has one too many.
    if row.width == usual:
        return None
    return Cut(last, f"{told}，请核对各格有没有错位；{_QUOTE}", "warning")


def _like_two(row: Row, header: Header, pair: int) -> Cut | None:
    """`5` and `000` in a line of the right length: its last marks were left out."""
    rest = row.cells[pair + 1]
    led = isinstance(rest, str) and rest.startswith("0") and pair + 1 in header.units
    nought = led or (isinstance(rest, str) and rest.startswith("000"))
    if not nought and header.units.get(pair) != Decimal(1):
        return None
    told = f"{_named(row, pair)}像是一个数被逗号拆开了，请核对；{_QUOTE}"
    return Cut(pair, told, "error" if nought else "warning")


def _parted_number(row: Row, quantities: Container[int]) -> int | None:
    for at, (cell, after) in enumerate(zip(row.cells, row.cells[1:], strict=False)):
        if at in quantities and _matches(_HEAD, cell) and _matches(_REST, after):
            return at
    return None


def _matches(pattern: re.Pattern[str], cell: Cell) -> bool:
    return isinstance(cell, str) and bool(pattern.fullmatch(cell.strip()))


def _named(row: Row, at: int) -> str:
    return f"{letter(at)} 列“{row.cells[at]}”与 {letter(at + 1)} 列“{row.cells[at + 1]}”"
