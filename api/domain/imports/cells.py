"""What a cell of a township's Excel means: text, counts, yuan, days, phones, codes.

Each converter takes the cell as the reader gave it and returns the value, or raises `CellFault`
with a stable code and a sentence for the person who filled the cell in. Where a cell can be read
but deserves a second look the converter returns `Doubtful`: a warning, never a fault.

Estimates ("约3人", "三万多") are faults on purpose: the figures end in reports, and only the person
who wrote the cell can say which number it stands for.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from api.domain.words.places import Places
from api.domain.words.texts import UNSEEN

#: Excel keeps 15 digits; a longer number cell has been rounded by it.
EXACT_DIGITS: Final = 10**15


@dataclass(frozen=True, slots=True)
class CellError:
    """What a cell shows when its formula failed (`#REF!`) or was never calculated (`#公式`)."""

    text: str


Cell = str | int | float | bool | dt.date | dt.datetime | CellError | None
Value = str | int | bool | dt.date | dt.datetime | tuple[str, ...] | None


class CellFault(Exception):
    """This cell cannot be taken over: a stable code and a Chinese sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A value that was read, with a remark that somebody should look at it."""

    value: Value
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a converter may know beyond the cell; what only the database knows is handed in."""

    today: dt.date
    divisions: Places = field(default_factory=lambda: Places({}))
    units: Places = field(default_factory=lambda: Places({}))
    #: Units that nothing is given to from here: what is theirs to do is reported to them.
    above: frozenset[str] = frozenset()
    #: yuan per unit of this column: 1, or 10,000 under 单位：万元; None where nobody can tell
    unit: Decimal | None = Decimal(1)
    #: why not
    unclear: str = ""


Converter = Callable[[Cell, Surroundings], Value | Doubtful]

# ------------------------------------------------------------------------------------------ text

_WIDE: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)},
    **{code: code - 0xFEE0 for code in range(0xFF21, 0xFF3B)},
    **{code: code - 0xFEE0 for code in range(0xFF41, 0xFF5B)},
    0x3000: " ",
    0xA0: " ",
}
_INVISIBLE: Final = re.compile(rf"[{UNSEEN}\x00-\x08\x0b-\x1f\x7f]")
#: Anything that `tidy` would change; most cells hold nothing of it.
_UNTIDY: Final = re.compile(
    rf"[{UNSEEN}\x00-\x1f\x7f\xa0\u3000\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]|  |^\s|\s$|^=\""
)
_CSV_LITERAL: Final = re.compile(r'="(.*)"', re.DOTALL)

#: What people write into a cell that has nothing to say.
EMPTY: Final = frozenset(
    {"", "/", "//", "\\", "-", "--", "---", "—", "——", "－", "无", "无。", "暂无", "不详", "未知"}
    | {"空", "none", "null", "n/a", "nan", "…", "……", "*", "·"}
)
_LONGEST_EMPTY: Final = max(map(len, EMPTY))


def text_of(cell: Cell) -> str:
    """The cell as a tidy line: numbers without `.0`, full-width digits and spaces made narrow."""
    return tidy(cell) if isinstance(cell, str) else _text_of(cell)


def _text_of(cell: CellError | float | dt.date | None) -> str:
    if isinstance(cell, CellError):
        message = (
            "公式没有计算结果，请在 WPS 或 Excel 中打开、保存后再导入"
            if cell.text == "#公式"
            else f"单元格是公式错误值 {cell.text}，请改正后再导入"
        )
        raise CellFault("formula_error", message)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return plain_number(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ", "minutes")
    return str(cell)


def tidy(text: str) -> str:
    """Trimmed, without invisible characters, runs of blanks collapsed; line breaks stay."""
    if not _UNTIDY.search(text):
        return text
    if match := _CSV_LITERAL.fullmatch(text.strip()):
        text = match[1]
    text = _INVISIBLE.sub("", text.translate(_WIDE)).replace("\r\n", "\n").replace("\t", " ")
    lines = (re.sub(r" {2,}", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def plain_number(number: float) -> str:
    """A number as it is written by hand: fifteen digits, no exponent."""
    return f"{Decimal(f'{number:.15g}'):f}"


def is_empty(cell: Cell, keeps: frozenset[str] = frozenset()) -> bool:
    """Whether the cell says nothing: blank, or one of the usual ways to write "nothing"."""
    if cell is None:
        return True
    if not isinstance(cell, str):
        return False
    if len(cell) > _LONGEST_EMPTY and cell.isalnum():  # nothing in it that `tidy` takes away
        return False
    text = tidy(cell).lower()
    return text in EMPTY and text not in keeps


#: What stands for the cell above; `同左` and the like stand for nothing that can be read.
_DITTO: Final = re.compile(
    r"[(（\-—─~]*(?:同上一?[行条户家格]?|同前|上同|同上述|〃+|々々?|″|”|“|\"|''|〞|、{2,3}|\.\.|,,|，，|↑|ditto|do\.?|同)"
    r"[)）\-—─~]*[。.]?",
    re.I,
)
_POINTER: Final = re.compile(
    r"[(（]?(?:同(?:左|右|下|第?\d+[行号条]?)|见上|见前|见下|如上|上述)[)）]?[。.]?"
)


def is_ditto(cell: Cell) -> bool:
    """Whether the cell stands for the one above it: 同上, 〃."""
    return (
        isinstance(cell, str)
        and len(cell) <= _LONGEST_DITTO
        and bool(_DITTO.fullmatch(re.sub(r"\s", "", cell)))
    )


def is_pointer(cell: Cell) -> bool:
    """Whether the cell points to another one that cannot be told: 同左, 见上."""
    return (
        isinstance(cell, str)
        and len(cell) <= _LONGEST_DITTO
        and bool(_POINTER.fullmatch(re.sub(r"\s", "", cell)))
    )


_LONGEST_DITTO: Final = 12


def short(text: str) -> str:
    """A cell's text as an error quotes it."""
    return text if len(text) <= 20 else text[:20] + "…"


def digits_lost() -> "CellFault":
    """A long number that Excel has kept as a number: its last digits are noughts now."""
    return CellFault(
        "digits_lost",
        "号码被 Excel 当作数字存储，末尾几位已经丢失；请把该列设为“文本”格式后重新录入",
    )


SCIENTIFIC: Final = re.compile(r"\s*[='\"]{0,2}(?:\d\.\d+[eE]\+?|\d[eE]\+)\d{2}\"?\s*")


def number_spoilt(cell: Cell) -> bool:
    """Whether Excel has kept a long number as a number, or left `6.22E+18` of it as text."""
    if isinstance(cell, str):
        return len(cell) < 32 and bool(SCIENTIFIC.fullmatch(cell))
    return isinstance(cell, int | float) and abs(cell) >= EXACT_DIGITS


def skeleton(text: str) -> str:
    """For comparing words: half-width, no blanks, quotes or brackets' shape, lower case."""
    narrow = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s\"'“”‘’「」『』《》〈〉`]", "", narrow)


def text(limit: int = 200) -> Converter:
    """One line or a paragraph, tidied."""

    def convert(cell: Cell, _around: Surroundings) -> Value:
        if number_spoilt(cell):
            raise digits_lost()
        found = text_of(cell)
        if len(found) > limit:
            raise CellFault("too_long", f"内容过长（{len(found)} 字），最多 {limit} 字")
        return found

    return convert
