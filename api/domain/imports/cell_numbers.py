"""What a cell says as a number: whole people and items, and yuan in fen.

Estimates ("约3人", "三万多") and two numbers in one cell are faults: only whoever wrote the cell can
say which number it stands for.
"""

import datetime as dt
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from api.domain.imports.cells import (
    Cell,
    CellFault,
    Converter,
    Doubtful,
    Surroundings,
    Value,
    short,
    text_of,
)
from api.domain.imports.money_units import FOREIGN
from api.domain.words import money
from api.domain.words.numerals import NotANumber, chinese_number, has_estimate, narrow

_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d*)?|[+-]?\.\d+")
_COUNTERS: Final = "人名位个户家间张条起次件处所"


def number_of(text: str) -> Decimal:
    """`3,000`, `12.5`, `三万五千`. Raises NotANumber."""
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return Decimal(chinese_number(text))


def _refuse_estimate(text: str, example: str) -> None:
    if has_estimate(text):
        raise CellFault(
            "bad_number",
            f"“{short(text)}”是估计数，请填确切的数字（如 {example}），估计的情况写进备注",
        )


def count(most: int = 10_000_000) -> Converter:
    """Whole people, elders, items: `3`, `3人`, `三人`, `1,200`."""

    def convert(cell: Cell, _around: Surroundings) -> Value:
        number = _whole(cell)
        if number < 0:
            raise CellFault("negative", "不能为负数")
        if number > most:
            raise CellFault("bad_number", f"数字过大（最多 {most:,}），请核对是否填错列")
        return number

    return convert


def _whole(cell: Cell) -> int:
    if isinstance(cell, dt.date):
        raise CellFault("bad_number", "应填数字，这里却是日期")
    raw = text_of(cell)
    _refuse_estimate(raw, "3")
    _refuse_several(raw)
    try:
        bare = re.sub(r"\s", "", narrow(raw)).lstrip("'").rstrip(_COUNTERS)
        number = number_of(bare)
    except NotANumber as error:
        raise CellFault("bad_number", f"“{short(raw)}”不是数字，请填写整数，例如 3") from error
    if number != number.to_integral_value():
        raise CellFault("bad_number", f"“{short(raw)}”不是整数")
    return int(number)


_TWO_NUMBERS: Final = re.compile(
    r"\d\s*[元圆块万亿千百人名户]*\s*[\n、;；/／＋+&|]\s*[^\d\s]{0,4}\d|\d[^\S\n]+\d|[\d元]\s*[和及]\s*\d"
    r"|[一二三四五六七八九十百千万亿元]\s+[一二三四五六七八九十两]"
)


def _refuse_several(raw: str) -> None:
    """Two numbers in one cell: glued they are a third one."""
    if _TWO_NUMBERS.search(raw):
        raise CellFault(
            "several_values", f"“{short(raw)}”里不止一个数，请只填一个，或者分成几行填写"
        )


_SCALE: Final = {"亿": 100_000_000, "万": 10_000, "千": 1_000, "百": 100, "": 1}
_DIGITS: Final = r"\d+(?:\.\d+)?"
_COMPOUND: Final = re.compile(
    rf"(?P<sign>[+-]?)(?:(?P<亿>{_DIGITS})亿)?(?:(?P<万>{_DIGITS})万)?(?:(?P<千>{_DIGITS})千)?"
    rf"(?:(?P<百>{_DIGITS})百)?(?P<元>{_DIGITS})?(?:元|圆|块钱?)?"
    r"(?:(?P<角>\d)角)?(?:(?P<分>\d)分)?"
)
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
        return _times(Decimal(bare), unit)
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
    own = re.sub(r"[元圆块]$", "", bare)
    number = Decimal(chinese_number(own))
    plain = own == bare and not re.search("[万亿千百仟佰萬億]", own)
    return _times(number, unit) if plain else number


def _times(number: Decimal, unit: Decimal | None) -> Decimal:
    if unit is None:
        raise UnitUnclear
    return number * unit


def yuan(cell: Cell, around: Surroundings) -> Value | Doubtful:
    """Money as whole fen, exactly; a number cell's binary noise is rounded away first."""
    if isinstance(cell, dt.date | bool):
        raise CellFault("bad_number", "应填金额，这里却是日期或者“是、否”")
    try:
        amount = _amount(cell, around)
    except NotANumber as error:
        shown = short(text_of(cell))
        raise CellFault(
            "bad_number", f"“{shown}”不是金额，请填写数字，例如 3.5 或 35000元"
        ) from error
    except UnitUnclear as error:
        why = around.unclear or "表头与标题说的不一样"
        raise CellFault(
            "unit_unclear",
            f"金额的单位不明（{why}），请在预览中指定这一列的单位，或在格内写明，例如 3.5万元",
        ) from error
    return _fen(amount, typed=isinstance(cell, str))


def _amount(cell: Cell, around: Surroundings) -> Decimal:
    if isinstance(cell, int | float):
        return _times(Decimal(f"{cell:.15g}"), around.unit)
    raw = text_of(cell)
    if foreign := FOREIGN.search(unicodedata.normalize("NFKC", raw)):
        raise CellFault(
            "foreign_currency",
            f"“{short(raw)}”写的是“{foreign[0]}”，不是人民币，请折算成人民币再填，原币写进备注",
        )
    _refuse_estimate(raw, "3.5 或 35000元")
    _refuse_several(raw)
    if isinstance(cell, str) and re.search(r"[0-9]，[0-9]", cell):
        raise CellFault("several_values", f"“{short(raw)}”分不清是两个数还是千位分隔，请只写数字")
    return yuan_of(raw, around.unit)


def _fen(amount: Decimal, *, typed: bool) -> Value | Doubtful:
    if not amount.is_finite():
        raise CellFault("bad_number", "应填金额，这里的数值无效")
    if amount < 0:
        raise CellFault("negative", "金额不能为负数")
    rounded = amount.quantize(Decimal("0.01"), ROUND_HALF_UP) if amount < 10**20 else amount
    if typed and rounded != amount:
        raise CellFault("bad_number", "金额最多精确到分（两位小数，以元计）")
    try:
        fen = money.to_fen(rounded)
    except ValueError as error:
        raise CellFault("bad_number", str(error)) from error
    if abs(rounded - amount) > Decimal("0.000001"):
        return Doubtful(fen, "rounded", f"金额只记到分，已四舍五入为 {money.to_yuan(fen)} 元")
    return fen
