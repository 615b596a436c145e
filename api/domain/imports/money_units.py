"""In what unit an amount is meant: 万元 in a heading, a title, a cell's number format or its text.

Headings are padded, wrapped and bracketed in every way; a title names one unit per measure
(单位：人、万元). Another country's money is never taken for yuan, and where two units are named
for one column nobody but its writer can say which is meant.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_SCALES: Final = {
    "": 1, "十": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000, "万": 10_000, "萬": 10_000,
    "十万": 100_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000, "億": 100_000_000,
}  # fmt: skip
_SCALE: Final = "(?:千万|百万|十万|[万萬千仟百佰亿億])"
FOREIGN: Final = re.compile(
    r"[美港欧澳日韩]元|[美港澳欧日韩]币|港[幣纸]|美[金钞]|英[镑鎊]|日圆|新?[台臺][币幣]|加拿大元|加币|新加坡元"
    r"|卢布|泰铢|越南盾|葡币|外币|比特币|泰达币|虚拟币"
    r"|(?<![a-z])(?:usdt?|hkd|eur|gbp|jpy|krw|twd|ntd|aud|cad|sgd|mop|thb|vnd|rub|btc)(?![a-z])"
    r"|(?:hk|us|nt|au|ca|sg)?\$|[€£₩₽฿₫₹₱]",
    re.IGNORECASE,
)
_YUAN: Final = re.compile(
    rf"({_SCALE})?(?:人民币)?(?<![单公多状一])元(?![旦宝宵月])|({_SCALE})人民币"
)
_ALONE: Final = re.compile(
    rf"[(\[{{【〔〖〈《<「『](?:人民币)?({_SCALE}|[角分])[)\]}}】〕〗〉》>」』]|(?:单位[:为是]?|[/:_\-|])({_SCALE})(?!\w)"
)
_SMALL: Final = {"角": Decimal("0.1"), "分": Decimal("0.01")}


@dataclass(frozen=True, slots=True)
class UnitSaid:
    """What a text says of its unit: yuan per unit, or why that cannot be told."""

    unit: Decimal | None = None
    #: another country's money, or two units for one thing
    unclear: str = ""

    def __bool__(self) -> bool:
        return self.unit is not None or bool(self.unclear)


NOTHING_SAID: Final = UnitSaid()


def squeezed(text: str) -> str:
    """Half-width and without any blanks: headings are padded and wrapped."""
    return re.sub(r"\s|[\u200b-\u200f\ufeff]", "", unicodedata.normalize("NFKC", text))


@functools.lru_cache(4_096)
def unit_said(text: str) -> UnitSaid:
    """The unit that a heading or a format names."""
    bare = squeezed(text)
    if foreign := FOREIGN.search(bare):
        return UnitSaid(unclear=f"“{foreign[0]}”不是人民币")
    units = {Decimal(_SCALES[m[1] or m[2] or ""]) for m in _YUAN.finditer(bare)}
    for match in _ALONE.finditer(bare):
        word = match[1] or match[2]
        units.add(_SMALL[word] if word in _SMALL else Decimal(_SCALES[word]))
    return _one(units)


def _one(units: set[Decimal]) -> UnitSaid:
    if len(units) > 1:
        return UnitSaid(unclear="写了不止一个金额单位")
    return UnitSaid(units.pop()) if units else NOTHING_SAID


_WORD: Final = (
    rf"(?:(?:人民币)?{_SCALE}?元(?:人民币)?|人民币|{_SCALE}|w元?|{FOREIGN.pattern}"
    rf"|人次|平方米|{_SCALE}?[人户家个名件次条处笔岁份起张天%])"
)
_LIST: Final = (
    rf"(?:(?:金额|人数|数量)[:为]?)?{_WORD}(?:[、,/和及;|](?:(?:金额|人数|数量)[:为]?)?{_WORD})*"
)
_END: Final = r"(?=$|[)\]}】〕〉》>。,;、|]|[(\[](?:人民币|rmb|大写|小写|保留|不含|含)|填|制|日|报|统|截|时|年|编|共|第|\d)"
_TITLE_UNITS: Final = (
    re.compile(rf"(?:单位|unit)(?:均)?(?:为|是|:)?[(\[]?({_LIST}){_END}", re.IGNORECASE),
    re.compile(rf"以(?:人民币)?({_SCALE}?元)(?:为|计)"),
    re.compile(
        rf"(?:币种|币别|货币(?:种类|名称)?)(?:为|是|:)?[(\[]?({_LIST}){_END}", re.IGNORECASE
    ),
    re.compile(rf"金额(?:均)?(?:为|是|:|以)?[(\[]?({_SCALE}?元){_END}"),
    re.compile(rf"[(\[【〔]({_LIST})[)\]】〕]$", re.IGNORECASE),
    re.compile(rf"(?:人民币)?({_SCALE}?元)"),
)


def title_unit(texts: Iterable[str]) -> UnitSaid:
    """The unit that the lines around a table name for its amounts: 单位：人、万元."""
    found: set[UnitSaid] = set()
    for text in texts:
        bare = squeezed(text)
        if len(bare) > 400:
            continue
        *anywhere, alone = _TITLE_UNITS
        whole = alone.fullmatch(bare)
        # one line may name a unit for people and another for money: the first way that names money
        ways = ([_unit_of(m[1]) for m in rule.finditer(bare)] for rule in anywhere)
        told = next((said for way in ways if any(said := way)), [])
        found.update(one for one in told or [unit_said(whole[1] if whole else "")] if one)
    units = {told.unit for told in found if told.unit is not None}
    unclear = next((told for told in found if told.unclear), None)
    return unclear or _one(units)


def _unit_of(listed: str) -> UnitSaid:
    """The unit of money in a list of units, where a scale may stand for itself: 人、万."""
    words = re.split(r"([^\w()$]+)", listed)
    return unit_said("".join(_spelled(word) for word in words))


def _spelled(word: str) -> str:
    bare = "万" if word.lower().rstrip("元") == "w" else word
    return f"{bare}元" if re.fullmatch(_SCALE, bare) else bare


#: Columns that say of each row in what unit, or in whose money, its amount is.
_UNIT_COLUMN: Final = re.compile(
    r"(?:金额|计量|货币|计价|计数)?单位(?:\([^)]*\))?|币种|币别|货币(?:种类|名称)?|(?:金额)?(?:货币)?单位[/、]?币种"
)


def is_unit_column(heading: str) -> bool:
    """Whether a column may say in each row the unit of the amount beside it: 金额单位, 币种."""
    return bool(_UNIT_COLUMN.fullmatch(squeezed(heading)))


_MONEY_WORD: Final = re.compile(
    r"金额|本金|利息|[返退付缴交存借贷汇]款|款项|回报|分红|红利|返利|返现|提成|佣金|押金|定金|会费|余额|[已未][返退领还付]|元[)\]】〕]?$"
)
_NO_SUM: Final = re.compile(
    r"日期|时间|方式|情况|渠道|途径|账|帐|卡|户名|银行|说明|备注|原因|依据|是否|电话|[人者员数率]$|编号|凭证|单据|合同"
)


def tells_money(heading: str) -> bool:
    """Whether a column seems to hold amounts by its heading: 已领补贴（元）, 应退款项; not 付款方式."""
    bare = squeezed(heading)
    return bool(_MONEY_WORD.search(bare)) and not _NO_SUM.search(bare)


def unit_alone(text: str) -> UnitSaid:
    """The unit that a cell names if it names nothing else: 万元, 万, 美元; not 某某公司."""
    bare = squeezed(text).strip("()[]")
    if re.fullmatch(rf"(?:人民币|rmb)?{_SCALE}", bare, re.IGNORECASE):
        bare = f"({bare[-2:] if bare[-2:] in _SCALES else bare[-1]})"
    elif not re.fullmatch(rf"(?:人民币|rmb)?{_SCALE}?元|{FOREIGN.pattern}", bare, re.IGNORECASE):
        return NOTHING_SAID
    return unit_said(bare)


# ------------------------------------------------------------------------------- number formats


@dataclass(frozen=True, slots=True)
class Shown:
    """How a number format shows a number: divided by what, in what unit, or as a percentage."""

    divisor: int = 1
    said: UnitSaid = NOTHING_SAID
    percent: bool = False

    @property
    def plain(self) -> bool:
        """Whether the number means what it is."""
        return self.divisor == 1 and not self.said and not self.percent


_TOKEN: Final = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|\[\$(?P<money>[^\]\-]*)(?:-(?P<place>[^\]]*))?\]'
    r"|\[(?P<condition>[<>=]+-?[\d.]+)\]|\[[^\]]*\]|[_*].|(?P<digit>[0#?])|(?P<comma>,)|(?P<point>\.)"
    r"|(?P<bare>.)",
    re.DOTALL,
)


def shown_as(code: str, value: float = 1) -> Shown:
    """What a cell with this number format shows."""
    sections = _sections(code)
    conditions = [(limit, shown) for limit, shown in sections if limit]
    if conditions:
        for limit, shown in sections:
            if not limit or _holds(limit, value):
                return shown
        return sections[-1][1]
    at = 1 if value < 0 and len(sections) > 1 else 2 if value == 0 and len(sections) > 2 else 0
    return sections[at][1]


def plain_format(code: str) -> bool:
    """Whether no number is shown as another than it is: most formats of most files."""
    return all(shown.plain for _, shown in _sections(code)[:3])


def _holds(limit: str, value: float) -> bool:
    sign, _, number = re.split(r"(?<=[<>=])(?=[-\d.])()", limit, maxsplit=1)
    bound = float(number)
    return {
        ">": value > bound, ">=": value >= bound, "<": value < bound, "<=": value <= bound,
        "=": value == bound, "<>": value != bound,
    }.get(sign, False)  # fmt: skip


@functools.lru_cache(512)
def _sections(code: str) -> list[tuple[str, Shown]]:
    return [_section(part) for part in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)[:4]]


def _section(part: str) -> tuple[str, Shown]:
    limit, literal = "", ""
    shape = ""  # d digit, c comma, p decimal point, q a point that is only painted
    for match in _TOKEN.finditer(part):
        text = match["quoted"] or match["escaped"] or ""
        if match["condition"]:
            limit = match["condition"]
        elif match["money"] is not None:
            # A yen of Japan has the sign of the yuan: the place tells.
            yen = match["money"] in {"¥", "￥"} and (match["place"] or "").endswith("411")
            literal += "日元" if yen else match["money"]
        elif match["digit"]:
            shape += "d"
        elif match["comma"]:
            shape += "c"
        elif match["point"]:
            shape += "p"
        elif text == ".":
            shape += "q"
        else:
            literal += text or match["bare"] or ""
    percent = "%" in literal
    scale = re.fullmatch(rf"\(?({_SCALE})[人户家件]?\)?", squeezed(literal))
    said = UnitSaid(Decimal(_SCALES[scale[1]])) if scale else unit_said(literal)
    commas = len(tail[1]) if (tail := re.search(r"d(c+)[^d]*$", shape)) else 0
    painted = shape.rpartition("q")[2].count("d") if "q" in shape else 0
    return limit, Shown(10 ** (3 * commas + painted), said, percent)
