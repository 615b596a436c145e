"""Numbers that are names: cards, papers, phones, of which Excel may have eaten the last digits."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from typing import Final

from api.domain.imports.cells import (
    EXACT_DIGITS,
    SCIENTIFIC,
    Cell,
    CellFault,
    Converter,
    Doubtful,
    Surroundings,
    Value,
    digits_lost,
    short,
    text_of,
)
from api.domain.words.codes import CodeCheck


def digits_of(cell: Cell, longest: int) -> str:
    """The digits of a number that is a name: card, ID, phone. Excel may have eaten the last ones."""
    rounded = isinstance(cell, int | float) and longest > 15 and abs(cell) >= EXACT_DIGITS
    if rounded or (isinstance(cell, str) and SCIENTIFIC.fullmatch(cell)):
        raise digits_lost()
    raw = unicodedata.normalize("NFKC", text_of(cell))
    _refuse_two_codes(raw, longest)
    bare = re.sub(r"[\s'‘’`]", "", raw)
    # 15 digits and only noughts after them: a number that went through Excel and came out as text.
    if longest in _LONG_CODES and _NOUGHTS.fullmatch(bare):
        raise CellFault(
            "digits_lost",
            f"“{short(bare)}”第 15 位以后全是 0，像是被 Excel 改过的号码，请对照原件重新录入",
        )
    return bare


_LONG_CODES: Final = frozenset({18, 32, 40})
_NOUGHTS: Final = re.compile(r"[1-9]\d{14}0{2,4}")
_LISTED_CODES: Final = re.compile(r"[\n、,;；/|]|或者?|\s{2,}")


def _refuse_two_codes(raw: str, longest: int) -> None:
    least = {18: 15, 32: 12, 40: 8}.get(longest, 7)
    parts = [part for part in _LISTED_CODES.split(raw) if len(re.findall(r"\d", part)) >= least]
    if longest == _DOCUMENT and len(re.sub(r"\D", "", raw)) in {15, 17, 18}:
        return  # one number on two lines
    glued = re.search(rf"\d{{{max(least, 11)},}}\s+\d{{{max(least, 11)},}}", raw)
    if len(parts) > 1 or glued:
        raise CellFault("several_values", f"“{short(raw)}”里不止一个号码，请只填一个，其余写进备注")


_DOCUMENT: Final = 40


def checked(
    check: Callable[[str, dt.date], CodeCheck], code: str, *, longest: int = 20
) -> Converter:
    """A code with its own rules: an error of the check is a fault, its first warning a remark."""

    def convert(cell: Cell, around: Surroundings) -> Value | Doubtful:
        found = check(digits_of(cell, longest), around.today)
        if found.error is not None:
            raise CellFault(code, found.error.message)
        if found.warnings:
            return Doubtful(found.value, found.warnings[0].code, found.warnings[0].message)
        return found.value

    return convert
