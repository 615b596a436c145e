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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from api.domain import money
from api.domain.codes import CodeCheck
from api.domain.labels import Labelled
from api.domain.money_units import FOREIGN
from api.domain.numerals import NotANumber, chinese_number, has_estimate, narrow
from api.domain.places import Places

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
_INVISIBLE: Final = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b-\x1f\x7f]")
#: Anything that `tidy` would change; most cells hold nothing of it.
_UNTIDY: Final = re.compile(
    r"[\x00-\x1f\x7f\xa0\u200b-\u200f\u202a-\u202e\u2060\ufeff\u3000\uff10-\uff19"
    r"\uff21-\uff3a\uff41-\uff5a]|  |^\s|\s$|^=\""
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
        return _plain(cell)
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


def _plain(number: float) -> str:
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


def digits_lost() -> "CellFault":
    """A long number that Excel has kept as a number: its last digits are noughts now."""
    return CellFault(
        "digits_lost",
        "号码被 Excel 当作数字存储，末尾几位已经丢失；请把该列设为“文本”格式后重新录入",
    )


_SCIENTIFIC: Final = re.compile(r"\s*[='\"]{0,2}(?:\d\.\d+[eE]\+?|\d[eE]\+)\d{2}\"?\s*")


def number_spoilt(cell: Cell) -> bool:
    """Whether Excel has kept a long number as a number, or left `6.22E+18` of it as text."""
    if isinstance(cell, str):
        return len(cell) < 32 and bool(_SCIENTIFIC.fullmatch(cell))
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


# --------------------------------------------------------------------------------------- numbers

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
            f"“{_short(text)}”是估计数，请填确切的数字（如 {example}），估计的情况写进备注",
        )


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"


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
        raise CellFault("bad_number", f"“{_short(raw)}”不是数字，请填写整数，例如 3") from error
    if number != number.to_integral_value():
        raise CellFault("bad_number", f"“{_short(raw)}”不是整数")
    return int(number)


_TWO_NUMBERS: Final = re.compile(
    r"\d\s*[元圆块万亿千百人名户]*\s*[\n、;；/／＋+&|]\s*[^\d\s]{0,4}\d|\d[^\S\n]+\d|[\d元]\s*[和及]\s*\d"
    r"|[一二三四五六七八九十百千万亿元]\s+[一二三四五六七八九十两]"
)


def _refuse_several(raw: str) -> None:
    """Two numbers in one cell: glued they are a third one."""
    if _TWO_NUMBERS.search(raw):
        raise CellFault(
            "several_values", f"“{_short(raw)}”里不止一个数，请只填一个，或者分成几行填写"
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
        shown = _short(text_of(cell))
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
            f"“{_short(raw)}”写的是“{foreign[0]}”，不是人民币，请折算成人民币再填，原币写进备注",
        )
    _refuse_estimate(raw, "3.5 或 35000元")
    _refuse_several(raw)
    if isinstance(cell, str) and re.search(r"[0-9]，[0-9]", cell):
        raise CellFault("several_values", f"“{_short(raw)}”分不清是两个数还是千位分隔，请只写数字")
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


# ------------------------------------------------------------------------------------------ days

_EPOCH: Final = dt.date(1899, 12, 30)
_WEEKDAY: Final = re.compile(r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?")
_YMD: Final = re.compile(r"(\d{4})[年/\-.。、_ ]{1,2}(\d{1,2})[月/\-.。、_ ]{1,2}(\d{1,2})[日号]?")
_SHORT_YMD: Final = re.compile(r"(\d{2})([年/\-.])(\d{1,2})[月/\-.](\d{1,2})[日号]?")
_YEAR_LAST: Final = re.compile(r"(\d{1,2})[/\-.](\d{1,2})[/\-.](\d{4})")
_CLOCK: Final = re.compile(
    r"(?P<half>上午|下午|午后|早上|早晨|清晨|清早|早|中午|正午|晚上|傍晚|夜里|夜间|夜晚|深夜|半夜|午夜|今晚|当晚|晚间|晚|夜|凌晨|[ap]\.?m\.?)?"
    r"(?P<h>\d{1,2})[:时点](?:(?P<m>\d{1,2})分?|(?P<quarter>半|整|一刻|三刻)|钟)?"
    r"(?::?(?P<s>\d{1,2})(?:\.\d+)?秒?)?(?P<late>[ap]\.?m\.?)?",
    re.IGNORECASE,
)
_CLOCK_NUMERALS: Final = re.compile(r"[零〇一二两三四五六七八九十]{1,3}(?=[时点分秒])")
_QUARTERS: Final = {"半": 30, "整": 0, "一刻": 15, "三刻": 45}
_MORNING: Final = frozenset({"上午", "早上", "早晨", "清晨", "清早", "早", "凌晨", "am"})
_NIGHT: Final = frozenset(
    {"晚上", "夜里", "夜间", "夜晚", "深夜", "半夜", "午夜", "今晚", "当晚", "晚间", "晚", "夜"}
)
_BLANK: Final = re.compile(r"\s")
_SPACED_DATE: Final = re.compile(r"\s*([年月/.。、\-])\s*")
_BAD_DATE: Final = "bad_date"


def day(
    *, future: bool = True, earliest: dt.date = dt.date(1900, 1, 1), clock: bool = True
) -> Converter:
    """A day, and its time only where one was written: `date` and `datetime` stay apart."""

    def convert(cell: Cell, around: Surroundings) -> Value | Doubtful:
        found = _moment(cell)
        moment = found.value if isinstance(found, Doubtful) else found
        assert isinstance(moment, dt.date)  # noqa: S101 - _moment gives nothing else
        plain = moment.date() if isinstance(moment, dt.datetime) else moment
        if plain < earliest:
            raise CellFault(_BAD_DATE, f"{plain.isoformat()} 太早了，请核对年份")
        if not future and plain > around.today:
            raise CellFault("future_date", f"{plain.isoformat()} 晚于今天，请核对")
        if plain.year > 2100:
            raise CellFault(_BAD_DATE, f"{plain.year} 年太远了，请核对年份")
        return found if clock else plain

    return convert


def _moment(cell: Cell) -> dt.date | Doubtful:
    if isinstance(cell, dt.datetime):
        return cell if cell.time() != dt.time(0) else cell.date()
    if isinstance(cell, dt.date):
        return cell
    if isinstance(cell, bool):
        raise CellFault(_BAD_DATE, "应填日期，例如 2022-09-05")
    if isinstance(cell, float) and not cell.is_integer():
        return _from_serial(cell, _plain(cell))
    raw = text_of(cell)
    bare = _WEEKDAY.sub("", unicodedata.normalize("NFKC", raw)).strip().lstrip("'").strip()
    if _BLANK.search(bare):
        bare = _SPACED_DATE.sub(r"\1", bare)
    if re.fullmatch(r"\d+", bare):
        return _from_digits(bare)
    if re.fullmatch(r"\d{5}\.\d+", bare):
        return _from_serial(float(bare), raw)
    return _from_words(_arabic_date(bare), raw)


def _from_digits(bare: str) -> dt.date:
    if len(bare) == 8:
        return _date(bare[:4], bare[4:6], bare[6:], bare)
    if len(bare) in {12, 14}:
        plain = _date(bare[:4], bare[4:6], bare[6:8], bare)
        return _at(plain, int(bare[8:10]), int(bare[10:12]), int(bare[12:] or 0), bare)
    if len(bare) == 5:
        return _from_serial(float(bare), bare)
    raise CellFault(_BAD_DATE, f"“{_short(bare)}”不是日期，请写成 2022-09-05 这样")


def _from_serial(number: float, raw: str) -> dt.date:
    # 1954 to 2119: outside, a number in a date column is a year, a month or a slip.
    if not 20_000 <= number < 80_000:
        raise CellFault(_BAD_DATE, f"“{_short(raw)}”不是日期，请写成 2022-09-05 这样")
    whole = int(number)
    seconds = round((number - whole) * 86_400)
    plain = _EPOCH + dt.timedelta(days=whole + seconds // 86_400)
    seconds %= 86_400
    if not seconds:
        return plain
    return dt.datetime.combine(plain, dt.time()) + dt.timedelta(seconds=seconds)


def _arabic_date(bare: str) -> str:
    """`二〇二二年八月三十日` → `2022年8月30日`."""
    match = re.fullmatch(
        r"([〇零○O一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]",
        bare,
    )
    if not match:
        return bare
    digits = {mark: str(index) for index, mark in enumerate("〇一二三四五六七八九")}
    digits |= {"零": "0", "○": "0", "O": "0"}
    year = "".join(digits[mark] for mark in match[1])
    return f"{year}年{chinese_number(match[2])}月{chinese_number(match[3])}日"


def _from_words(bare: str, raw: str) -> dt.date | Doubtful:
    if match := _YMD.match(bare):
        plain = _date(match[1], match[2], match[3], raw)
        rest = bare[match.end() :].lstrip("T ,，").strip()
        return _with_clock(plain, rest, raw) if rest else plain
    if match := _SHORT_YMD.fullmatch(bare):
        return _short_year(match, raw)
    if match := _YEAR_LAST.fullmatch(bare):
        return _year_last(match, raw)
    hint = "，缺少年份" if re.fullmatch(r"\d{1,2}[月/.\-]\d{1,2}[日号]?", bare) else ""
    hint = "，缺少具体日期" if re.fullmatch(r"\d{4}[年/.\-]\d{1,2}月?", bare) else hint
    raise CellFault(_BAD_DATE, f"“{_short(raw)}”不是完整的日期{hint}，请写成 2022-09-05 这样")


def _short_year(match: re.Match[str], raw: str) -> dt.date | Doubtful:
    if match[2] != "年" and not 13 <= int(match[1]) <= 50:
        raise CellFault(_BAD_DATE, f"“{_short(raw)}”分不清哪个是年、哪个是日，请把年份写成四位")
    plain = _date("20" + match[1], match[3], match[4], raw)
    return Doubtful(plain, "short_year", f"年份只有两位，按 {plain.isoformat()} 理解")


def _year_last(match: re.Match[str], raw: str) -> dt.date | Doubtful:
    readings: set[dt.date] = set()
    for month, day_ in ((match[1], match[2]), (match[2], match[1])):
        try:
            readings.add(dt.date(int(match[3]), int(month), int(day_)))
        except ValueError:
            continue
    if len(readings) != 1:
        raise CellFault(
            _BAD_DATE, f"“{_short(raw)}”分不清哪个是月、哪个是日，请写成 2022-09-05 这样"
        )
    plain = readings.pop()
    return Doubtful(plain, "year_last", f"日期按 {plain.isoformat()} 理解")


def _with_clock(plain: dt.date, rest: str, raw: str) -> dt.date:
    told = _CLOCK_NUMERALS.sub(lambda m: str(chinese_number(m[0])), rest.replace(" ", ""))
    match = _CLOCK.fullmatch(told)
    if not match:
        raise CellFault(_BAD_DATE, f"“{_short(raw)}”不是日期，请写成 2022-09-05 这样")
    minute = _QUARTERS[match["quarter"]] if match["quarter"] else int(match["m"] or 0)
    half = (match["half"] or match["late"] or "").lower().replace(".", "")
    return _at(plain, _hour(int(match["h"]), half, raw), minute, int(match["s"] or 0), raw)


def _hour(hour: int, half: str, raw: str) -> int:
    """The hour of a day: 晚上11点 is 23. What may be of this night or the next is asked."""
    if not half:
        return hour
    unsure = CellFault(
        _BAD_DATE, f"“{_short(raw)}”分不清是几点，请按 24 小时写，例如 2022-09-05 23:20"
    )
    if half in _MORNING:
        if hour > 12 or (hour == 12 and half not in {"上午", "am", "凌晨"}):
            raise unsure
        return 0 if hour == 12 and half in {"am", "凌晨"} else hour
    if half in _NIGHT:
        if hour < 5 or hour == 12:
            raise unsure
        return hour + 12 if hour < 12 else hour
    if half in {"中午", "正午"}:
        if not (10 <= hour <= 14 or hour <= 2):
            raise unsure
        return hour + 12 if hour <= 2 else hour
    return hour + 12 if hour < 12 else hour


def _at(plain: dt.date, hour: int, minute: int, second: int, raw: str) -> dt.date:
    try:
        found = dt.datetime.combine(plain, dt.time(hour, minute, second))
    except ValueError as error:
        raise CellFault(_BAD_DATE, f"没有“{_short(raw)}”这个时间，请核对") from error
    return found if found.time() != dt.time(0) else plain


def _date(year: str, month: str, day_: str, raw: str) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(day_))
    except ValueError as error:
        raise CellFault(_BAD_DATE, f"没有“{_short(raw)}”这一天，请核对") from error


# --------------------------------------------------------------------------------------- choices

_YES: Final = frozenset({"是", "有", "√", "✓", "✔", "☑", "对", "1", "y", "yes", "true", "已"})
_NO: Final = frozenset(
    {"否", "无", "没有", "×", "✗", "✘", "x", "不", "0", "n", "no", "false", "未"}
)


def yes_no(cell: Cell, _around: Surroundings) -> Value:
    """是 or 否, in the ways people tick a box."""
    word = skeleton(text_of(cell))
    if (told := re.fullmatch(r"(已|未|没有?|尚未)?销号", word)) is not None:
        return told[1] in {None, "已"}
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CellFault("unknown_value", f"“{_short(word)}”看不出是还是否，请填“是”或“否”")


def choice(words: Mapping[str, str], what: str, code: str = "unknown_value") -> Converter:
    """One of a closed list; `words` maps each label and alias to the stored code."""
    table = {skeleton(word): stored for word, stored in words.items()}
    shown = _shown(words)

    def convert(cell: Cell, _around: Surroundings) -> Value:
        raw = text_of(cell)
        stored = table.get(skeleton(raw))
        if stored is None:
            raise CellFault(code, f"“{_short(raw)}”不在{what}的选项里，请选填：{shown}")
        return stored

    return convert


def choices(words: Mapping[str, str], what: str, code: str = "unknown_value") -> Converter:
    """Several of a closed list in one cell, parted by 、；，/ or line breaks; the first leads."""
    table = {skeleton(word): stored for word, stored in words.items()}
    shown = _shown(words)

    def convert(cell: Cell, _around: Surroundings) -> Value:
        raw = text_of(cell)
        whole = table.get(skeleton(raw))
        if whole is not None:
            return (whole,)
        found: dict[str, None] = {}
        for piece in re.split(r"[、；;，,/\n+]", raw):
            if not skeleton(piece):
                continue
            stored = table.get(skeleton(piece))
            if stored is None:
                raise CellFault(code, f"“{_short(piece)}”不在{what}的选项里，请选填：{shown}")
            found[stored] = None
        return tuple(found)

    return convert


def named(
    find: Callable[[str], Labelled | None], labels: Mapping[str, str], what: str, code: str
) -> Converter:
    """One of an enum that knows its own aliases."""
    shown = "、".join(labels.values())

    def convert(cell: Cell, _around: Surroundings) -> Value:
        raw = text_of(cell)
        found = find(raw)
        if found is None:
            raise CellFault(code, f"“{_short(raw)}”不在{what}的选项里，请选填：{shown}")
        return found.value

    return convert


def named_many(
    find: Callable[[str], tuple[Labelled, ...] | None],
    labels: Mapping[str, str],
    what: str,
    code: str,
) -> Converter:
    """Several of such an enum in one cell; the first leads."""
    shown = "、".join(labels.values())

    def convert(cell: Cell, _around: Surroundings) -> Value:
        raw = text_of(cell)
        found = find(raw)
        if not found:
            raise CellFault(code, f"“{_short(raw)}”不在{what}的选项里，请选填：{shown}")
        return tuple(one.value for one in found)

    return convert


def _shown(words: Mapping[str, str]) -> str:
    first: dict[str, str] = {}
    for word, stored in words.items():
        first.setdefault(stored, word)
    return "、".join(first.values())


# ---------------------------------------------------------------------------------------- places


def division(cell: Cell, around: Surroundings) -> Value:
    """A village or community of this county, by name."""
    raw = text_of(cell)
    code = around.divisions.find(raw)
    if len(raw) > 3:
        listed = _villages(raw, around.divisions)
        if len(listed) > 1:
            raise CellFault(
                "several_values", f"“{_short(raw)}”里不止一个村（社区），请只填一个，其余写进备注"
            )
    if code is None:
        raise CellFault("unknown_division", f"“{_short(raw)}”不在本地村（社区）名单中，请核对")
    return code


_LISTED: Final = re.compile(r"[、,，;；/／|\n]|和|及|与")


def _villages(raw: str, places: Places) -> set[str]:
    """Codes of the places that a cell lists; a town before its village is no second place."""
    found = places.all_inside(raw)
    parts = [part for part in _LISTED.split(raw) if len(part.strip()) > 1]
    if len(parts) > 1:
        found |= {code for part in parts if (code := places.find(part)) is not None}
    stems = {code: re.sub(r"(?:000)+$", "", code) for code in found}
    towns = {
        code
        for code, stem in stems.items()
        if any(other != code and other.startswith(stem) for other in found)
    }
    return found - towns


def unit(cell: Cell, around: Surroundings) -> Value | Doubtful:
    """A unit by name. It is a proposal only, so an unknown one is no fault."""
    raw = text_of(cell)
    found = around.units.find(raw)
    if found is None:
        return Doubtful(
            None, "unknown_unit", f"“{_short(raw)}”在系统里找不到对应的单位，交办时请另行选择"
        )
    return found


# ----------------------------------------------------------------------------------------- codes


def digits_of(cell: Cell, longest: int) -> str:
    """The digits of a number that is a name: card, ID, phone. Excel may have eaten the last ones."""
    rounded = isinstance(cell, int | float) and longest > 15 and abs(cell) >= EXACT_DIGITS
    if rounded or (isinstance(cell, str) and _SCIENTIFIC.fullmatch(cell)):
        raise digits_lost()
    raw = unicodedata.normalize("NFKC", text_of(cell))
    _refuse_two_codes(raw, longest)
    bare = re.sub(r"[\s'‘’`]", "", raw)
    # 15 digits and only noughts after them: a number that went through Excel and came out as text.
    if longest in _LONG_CODES and _NOUGHTS.fullmatch(bare):
        raise CellFault(
            "digits_lost",
            f"“{_short(bare)}”第 15 位以后全是 0，像是被 Excel 改过的号码，请对照原件重新录入",
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
        raise CellFault(
            "several_values", f"“{_short(raw)}”里不止一个号码，请只填一个，其余写进备注"
        )


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
