"""Chinese numerals as they stand in ledgers: 三万五千, 叁万, 两, 十二."""

import re
import unicodedata
from typing import Final

_SAID: Final = "零一二三四五六七八九"
_DIGITS: Final = {mark: value for value, mark in enumerate("零一二三四五六七八九")}
_FORMAL: Final = {mark: value for value, mark in enumerate("零壹贰叁肆伍陆柒捌玖")}
_VALUES: Final = {**_DIGITS, **_FORMAL, "〇": 0, "○": 0, "两": 2, "貳": 2, "叄": 3, "陸": 6}
_SMALL: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_ESTIMATE: Final = re.compile(
    r"约|大概|左右|上下|近|几|数[十百千万]|[余餘多来](?!计)|不足|超过?|以上|若干"
)


class NotANumber(ValueError):
    """The text is no number."""


def narrow(text: str) -> str:
    """Half-width, every script's digits as 0 to 9. Raises NotANumber at ①, ² and ½, which are no
    digits of a number but would become some."""
    if text.isascii():
        return text
    if any(unicodedata.category(mark) in {"No", "Nl"} and mark not in _VALUES for mark in text):
        raise NotANumber(text)
    plain = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.digit(mark)) if mark.isdecimal() and not mark.isascii() else mark
        for mark in plain
    )


def has_estimate(text: str) -> bool:
    """Whether the words make a number vague: 约, 多, 余, 左右 …"""
    return bool(_ESTIMATE.search(text)) and bool(
        re.search(r"[\d一二三四五六七八九十百千万两几数]", text)
    )


def chinese_number(text: str) -> int:
    """The whole number that the numerals say. Raises NotANumber."""
    if not text or any(mark not in _VALUES | _SMALL | _LARGE for mark in text):
        raise NotANumber(text)
    if re.fullmatch(r"[零〇○一二三四五六七八九]{2,}", text):  # a row of digits: 二〇二二
        return int("".join(str(_VALUES[mark]) for mark in text))
    total, section, digit = 0, 0, 0
    last = ""
    for mark in text:
        if mark in _VALUES:
            if _VALUES.get(last):
                raise NotANumber(text)
            digit = _VALUES[mark]
        elif mark in _SMALL:
            section += (digit or 1) * _SMALL[mark]
            digit = 0
        else:
            size, below = _LARGE[mark], section + digit
            # 一万亿 is ten thousand of them; 一亿二千万 is not
            whole = size > total
            if not (below or (whole and total)):
                raise NotANumber(text)
            total = (total + below) * size if whole else total + below * size
            section, digit = 0, 0
        last = mark
    # 三万五 is said for 35,000, but written it may be a slip: only 零 or a unit before a digit.
    if digit and last in _VALUES and len(text) >= 3 and text[-2] in {**_LARGE, "千": 1, "百": 1}:
        raise NotANumber(text)
    return total + section + digit


def chinese_numeral(number: int) -> str:
    """How a whole number below a hundred million is said: 四千二百, 三万五千. Its zeros are left out."""
    said = ""
    for size, mark in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十")):
        count, number = divmod(number, size)
        if count:
            said += (chinese_numeral(count) if count > 9 else _SAID[count]) + mark
    return said + _SAID[number] if number or not said else said
