"""What a cell says as a day, and its hour only where one was written."""

import datetime as dt
import re
import unicodedata
from typing import Final

from api.domain.imports.cells import (
    Cell,
    CellFault,
    Converter,
    Doubtful,
    Surroundings,
    Value,
    plain_number,
    short,
    text_of,
)
from api.domain.words.numerals import chinese_number

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
#: A part of a day, which is that day and no hour; of a night nobody knows which day it was.
_PART: Final = re.compile(
    r"\(?(?:上午|下午|午后|早上|早晨|清晨|清早|早|中午|正午|傍晚|白天|全天)\)?"
)
_BLANK: Final = re.compile(r"\s")
_SPACED_DATE: Final = re.compile(r"\s*([年月/.。、\-])\s*|(?<=\d)\s+(?=[日号])")
_NO_YEAR: Final = re.compile(r"\d{1,2}[月/.\-]\d{1,2}(?:[日号]?|[日号 ].*|[上下中正早傍晚午].*)")
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
        return _from_serial(cell, plain_number(cell))
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
    raise CellFault(_BAD_DATE, f"“{short(bare)}”不是日期，请写成 2022-09-05 这样")


def _from_serial(number: float, raw: str) -> dt.date:
    # 1954 to 2119: outside, a number in a date column is a year, a month or a slip.
    if not 20_000 <= number < 80_000:
        raise CellFault(_BAD_DATE, f"“{short(raw)}”不是日期，请写成 2022-09-05 这样")
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
    hint = "，缺少年份" if _NO_YEAR.fullmatch(bare) else ""
    hint = "，缺少具体日期" if re.fullmatch(r"\d{4}[年/.\-]\d{1,2}月?", bare) else hint
    raise CellFault(_BAD_DATE, f"“{short(raw)}”不是完整的日期{hint}，请写成 2022-09-05 这样")


def _short_year(match: re.Match[str], raw: str) -> dt.date | Doubtful:
    if match[2] != "年" and not 13 <= int(match[1]) <= 50:
        raise CellFault(_BAD_DATE, f"“{short(raw)}”分不清哪个是年、哪个是日，请把年份写成四位")
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
            _BAD_DATE, f"“{short(raw)}”分不清哪个是月、哪个是日，请写成 2022-09-05 这样"
        )
    plain = readings.pop()
    return Doubtful(plain, "year_last", f"日期按 {plain.isoformat()} 理解")


def _with_clock(plain: dt.date, rest: str, raw: str) -> dt.date:
    if _PART.fullmatch(rest):
        return plain
    told = _CLOCK_NUMERALS.sub(lambda m: str(chinese_number(m[0])), rest.replace(" ", ""))
    match = _CLOCK.fullmatch(told)
    if not match:
        raise CellFault(_BAD_DATE, f"“{short(raw)}”不是日期，请写成 2022-09-05 这样")
    minute = _QUARTERS[match["quarter"]] if match["quarter"] else int(match["m"] or 0)
    half = (match["half"] or match["late"] or "").lower().replace(".", "")
    return _at(plain, _hour(int(match["h"]), half, raw), minute, int(match["s"] or 0), raw)


def _hour(hour: int, half: str, raw: str) -> int:
    """The hour of a day: 晚上11点 is 23. What may be of this night or the next is asked."""
    if not half:
        return hour
    unsure = CellFault(
        _BAD_DATE, f"“{short(raw)}”分不清是几点，请按 24 小时写，例如 2022-09-05 23:20"
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
        raise CellFault(_BAD_DATE, f"没有“{short(raw)}”这个时间，请核对") from error
    return found if found.time() != dt.time(0) else plain


def _date(year: str, month: str, day_: str, raw: str) -> dt.date:
    try:
        return dt.date(int(year), int(month), int(day_))
    except ValueError as error:
        raise CellFault(_BAD_DATE, f"没有“{short(raw)}”这一天，请核对") from error
