"""Amounts as people write and say them: `5,000`, `3.5万`, 叁万元整, 三万多, 两三万, 3万5.

What is certain is read; what a person may have meant is a question with the sum that would be
recorded; nothing is guessed silently. Ledgers (domain/imports) and the reports of the public and
of villages read by the same rules.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from api.domain.words import money
from api.domain.words.numerals import NotANumber, chinese_number, has_estimate, narrow

_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d*)?|[+-]?\.\d+")


def number_of(text: str) -> Decimal:
    """`3,000`, `12.5`, `三万五千`. Raises NotANumber."""
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return Decimal(chinese_number(text))


_TWO_NUMBERS: Final = re.compile(
    r"\d\s*[元圆块万亿千百人名户]*\s*[\n、;；/／＋+&|]\s*[^\d\s]{0,4}\d|\d[^\S\n]+\d|[\d元]\s*[和及]\s*\d"
    r"|[一二三四五六七八九十百千万亿元]\s+[一二三四五六七八九十两]"
)


def two_numbers(raw: str) -> bool:
    """Whether a text holds two numbers: glued they would be a third one."""
    return bool(_TWO_NUMBERS.search(raw))


_SCALE: Final = {"亿": 100_000_000, "万": 10_000, "千": 1_000, "百": 100, "": 1}
_DIGITS: Final = r"\d+(?:\.\d+)?"
_COMPOUND: Final = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<亿>{_DIGITS})亿)?(?:(?P<万>{_DIGITS})万)?(?:(?P<千>{_DIGITS})千)?"
    rf"(?:(?P<百>{_DIGITS})百)?(?P<元>{_DIGITS})?(?:元|圆|块钱?)?"
    r"(?:(?P<角>\d)[角毛])?(?:(?P<分>\d)分)?"
)
#: 2千万, 1.5百万: the figure counts neither the one nor the other.
_OF_MANY: Final = re.compile(
    rf"(?:(?P<亿>{_DIGITS})亿)?(?P<of>{_DIGITS})(?P<many>[十百千][万亿])(?:元|圆|块钱?)?"
)
#: As receipts have it: 壹仟贰佰元伍角, 伍元零陆分.
_COINS: Final = re.compile(r"(?P<元>.+?)[元圆块](?:(?P<角>.)[角毛])?(?:零?(?P<分>.)分)?")
_MONEY_NOISE: Final = re.compile(r"[¥￥]|人民币|RMB|CNY|\s", re.IGNORECASE)


class UnitUnclear(ValueError):
    """The amount needs a unit, and nobody can tell which is meant."""


def yuan_of(text: str, unit: Decimal | None) -> Decimal:
    """The amount in yuan. A unit inside the cell wins over `unit`. Raises NotANumber, UnitUnclear."""
    bare = _MONEY_NOISE.sub("", narrow(text)).lstrip("'")
    bare = re.sub(r"[整正]$", "", bare)
    if match := re.fullmatch(r"\((.+)\)", bare):  # an accountant's minus
        bare = "-" + match[1]
    grouped = re.match(r"[+-]?\d{1,3}(?:,\d{3})+(?!\d|,)", bare)
    if grouped:
        bare = grouped[0].replace(",", "") + bare[grouped.end() :]
    if _NUMBER.fullmatch(bare):
        return times(Decimal(bare), unit)
    # 3万5 is said for 35,000, but written it may as well be 30,005.
    if re.fullmatch(r".*[亿万千百]\d", bare):
        raise NotANumber(bare)
    if (match := _COMPOUND.fullmatch(bare)) and re.search(r"\d", bare):
        total = sum(
            (Decimal(match[name] or 0) * scale for name, scale in _SCALE.items() if name),
            Decimal(match["元"] or 0),
        )
        total += Decimal(match["角"] or 0) / 10 + Decimal(match["分"] or 0) / 100
        return -total if match["sign"] == "-" else total
    if match := _OF_MANY.fullmatch(bare):
        many = Decimal(match["of"]) * chinese_number(match["many"])
        return Decimal(match["亿"] or 0) * _SCALE["亿"] + many
    own = re.sub(r"[元圆块]$", "", bare)
    if own == bare and (match := _COINS.fullmatch(bare)):
        parts = [Decimal(chinese_number(match[name] or "零")) for name in ("元", "角", "分")]
        return parts[0] + parts[1] / 10 + parts[2] / 100
    number = Decimal(chinese_number(own))
    plain = own == bare and not re.search("[万亿千百仟佰萬億]", own)
    return times(number, unit) if plain else number


def times(number: Decimal, unit: Decimal | None) -> Decimal:
    """The amount in yuan. Raises UnitUnclear."""
    if unit is None:
        raise UnitUnclear
    return number * unit


# --- as people say them ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spoken:
    """What somebody said of a sum: whole fen, or None where they named none. With a question it is
    what may be meant, and only they can say so."""

    fen: int | None
    question: str = ""


class NotAnAmount(ValueError):
    """Nobody can tell which sum is meant; the sentence asks for another wording."""


_NONE: Final = re.compile(
    r"(?:没有?|无|不知道?|不清楚|不详|说不清楚?|记不清楚?|不晓得)(?:钱|损失|多少)?[。.]?"
)
_VAGUE: Final = re.compile(
    r"大概其?|大约|约莫?|差不多|将近|接近|可能|估计|上下|左右|不到|不足|超过|至少|最少|最多|顶多|起码|以上|以内"
    r"|好几(?=[十百千万])|几(?=[百千万亿元块])|上(?=[十百千万])|近|快|超|约|多|来|余|出头|[吧呢啊了]"
)
_FILLER: Final = re.compile(
    r"[一总合]共|总计|合计|共计?|被骗了?|骗了?|损失|投了?|交了?|花了?|我|人民币|[。！!]$"
)
_COIN: Final = re.compile(r"(?:块钱|元钱|块|圆|元|钱)(?=整?$)")
_SLANG: Final = {
    "俩": "两",
    "仨": "三",
    "廿": "二十",
    "卅": "三十",
    "w": "万",
    "W": "万",
    "k": "千",
    "K": "千",
}
_ONES: Final = "一二两三四五六七八九"
#: 两三万, 三四千, 五六块: the smaller of the two.
_EITHER: Final = re.compile(rf"(?<![零〇○{_ONES}])([{_ONES}])([{_ONES}])(?=[十百千万亿]|元?$)")
#: 3到5万, 3万-5万, 三万至五万.
_BETWEEN: Final = re.compile(
    r"(?P<low>[\d.一二两三四五六七八九十百千]+?)(?P<unit>[万千亿]?)元?(?:到|至|[-~—～]+)"
    r"[\d.一二两三四五六七八九十百千]+?(?P<other>[万千亿]?)元?"
)
#: 3万5, 三万五: 35,000 as it is said; written it may be a slip.
_SHORT: Final = re.compile(rf"(?P<whole>.+)(?P<unit>[亿万千百])(?P<rest>[\d{_ONES}])")
_BELOW: Final = {"亿": 10_000_000, "万": 1_000, "千": 100, "百": 10}
_LEADING: Final = re.compile(r"^(?=[十百千万亿])")
#: 万把块, 千把块.
_SOME: Final = re.compile(r"(?<=[百千万])把")


def spoken(text: str) -> Spoken:
    """What a person meant by a sum. Raises NotAnAmount, in words for them."""
    raw = text.strip()
    if not raw or _NONE.fullmatch(raw):
        return Spoken(None)
    try:
        bare = "".join(_SLANG.get(mark, mark) for mark in re.sub(r"\s+", " ", narrow(raw)))
    except NotANumber as error:
        raise _unreadable(raw) from error
    if two_numbers(bare):
        raise NotAnAmount("这里不止一个数，请合起来写一个总数，例如 5000，或者 3万。")
    bare = _COIN.sub("元", _FILLER.sub("", bare.replace(" ", "")))
    sure = not (has_estimate(bare) or _VAGUE.search(bare) or _EITHER.search(bare))
    try:
        if sure:
            return Spoken(_whole(yuan_of(bare, Decimal(1))))
    except NotANumber:
        pass
    fen = _perhaps(raw, bare)
    return Spoken(fen, f"{raw}：按 {money.formatted(fen).replace('.00 ', ' ')}登记？")


#: Longer than any sum is said, and short enough for the patterns above.
_LONGEST: Final = 60
#: What programs write, or copy from one another: it is what it says, or it is refused.
_FIGURE: Final = re.compile(r"[\d.eE_+-]*", re.ASCII)


class Unsettled(ValueError):
    """A sum may be meant, and only who typed it can say so; the sentence asks."""


def typed(text: str) -> int:
    """Whole fen of a sum as somebody typed it. Raises ValueError in words for them: Unsettled with a
    question where the words may mean a sum."""
    raw = text.strip()
    if _FIGURE.fullmatch(raw):
        return money.parse(raw)
    if len(raw) > _LONGEST:
        raise _unreadable(raw)
    said = spoken(raw)
    if said.fen is None:
        raise NotAnAmount("没有写出金额，请写数字，例如 5000，或者 3万。")
    if said.question:
        sure = money.to_yuan(said.fen).removesuffix(".00")
        raise Unsettled(f"{said.question}是就写 {sure}，不是请写确切的数")
    return said.fen


def _perhaps(raw: str, bare: str) -> int:
    """The sum that vague words may mean: the one they start from."""
    rest = _SOME.sub("", _VAGUE.sub("", bare))
    if between := _BETWEEN.fullmatch(rest):
        rest = between["low"] + (between["unit"] or between["other"])
    rest = re.sub(r"^几(?=十)|(?<=十)几", "", _EITHER.sub(r"\1", rest))
    # 几万 says no number at all, 十几万 does
    if re.match(r"(?:好?几|数)[百千万亿]", bare):
        raise NotAnAmount(f"“{raw}”还说不准，请写一个大概的数，例如 3万。")
    rest = _LEADING.sub("一", rest)
    try:
        if short := _SHORT.fullmatch(rest):
            whole = yuan_of(short["whole"] + short["unit"], Decimal(1))
            return _whole(whole + number_of(short["rest"]) * _BELOW[short["unit"]])
        return _whole(yuan_of(rest, Decimal(1)))
    except NotANumber as error:
        raise _unreadable(raw) from error


def _whole(yuan: Decimal) -> int:
    try:
        return money.to_fen(yuan)
    except ValueError as error:
        raise NotAnAmount(f"{error}。") from error


def _unreadable(raw: str) -> NotAnAmount:
    return NotAnAmount(f"“{raw[:20]}”看不懂是多少钱，请写数字，例如 5000，或者 3万。")
