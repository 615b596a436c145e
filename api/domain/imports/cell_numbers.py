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
from api.domain.words.amounts import UnitUnclear, number_of, times, two_numbers, yuan_of
from api.domain.words.numerals import NotANumber, has_estimate, narrow

_COUNTERS: Final = "人名位个户家间张条起次件处所"


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


def _refuse_several(raw: str) -> None:
    """Two numbers in one cell: glued they are a third one."""
    if two_numbers(raw):
        raise CellFault(
            "several_values", f"“{short(raw)}”里不止一个数，请只填一个，或者分成几行填写"
        )


_NOTHING = re.compile(r"0+(?:\.0+)?", re.ASCII)


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
    if _NOTHING.fullmatch(text_of(cell)):
        return Decimal(0)  # in whatever unit
    if isinstance(cell, int | float):
        return times(Decimal(f"{cell:.15g}"), around.unit)
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
