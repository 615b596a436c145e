"""GB/T 9704-2012 as data: every measure with its clause and how strongly the standard asks for it.

What the standard leaves open was measured on rendered pages: an exact pitch of 579 twips and
characters set 5 twips closer give the 22 lines of 28 characters that 5.2.3 asks for; 28 points, as
most offices set it, give 27 characters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.domain.kit.labels import Labelled


class Strength(Labelled):
    """How strongly the standard asks for a measure."""

    REQUIRED = "required", "规定"
    USUAL = "usual", "一般"
    RECOMMENDED = "recommended", "推荐"
    ALLOWED = "allowed", "可以"
    #: Not in the standard: it follows from what is, or was measured.
    DERIVED = "derived", "推算"


class MeasureUnit(Labelled):
    """In what a measure is counted."""

    MM = "mm", "毫米"
    #: A twentieth of a point, as Word counts.
    TWIPS = "twips", "缇（1/20 磅）"
    POINTS = "points", "磅"
    LINES = "lines", "行"
    CHARACTERS = "characters", "字"


@dataclass(frozen=True, slots=True)
class Measure:
    """One parameter of the page."""

    label: str
    value: float
    unit: MeasureUnit
    clause: str
    strength: Strength


_S, _U = Strength, MeasureUnit
MEASURES: Final[Mapping[str, Measure]] = {
    "page_width": Measure("纸张宽", 210, _U.MM, "5.1", _S.REQUIRED),
    "page_height": Measure("纸张高", 297, _U.MM, "5.1", _S.REQUIRED),
    "margin_top": Measure("天头（上白边）", 37, _U.MM, "5.2.1", _S.REQUIRED),
    "margin_left": Measure("订口（左白边）", 28, _U.MM, "5.2.1", _S.REQUIRED),
    "margin_right": Measure("切口（右白边）", 26, _U.MM, "5.2.1", _S.DERIVED),
    "margin_bottom": Measure("地脚（下白边）", 35, _U.MM, "5.2.1", _S.DERIVED),
    "type_width": Measure("版心宽", 156, _U.MM, "5.2.1", _S.REQUIRED),
    "type_height": Measure("版心高", 225, _U.MM, "5.2.1", _S.REQUIRED),
    "lines": Measure("每面行数", 22, _U.LINES, "5.2.3", _S.USUAL),
    "characters": Measure("每行字数", 28, _U.CHARACTERS, "5.2.3", _S.USUAL),
    "pitch": Measure("行距（固定值）", 579, _U.TWIPS, "5.2.3", _S.DERIVED),
    "spacing": Measure("字间距（紧缩）", -5, _U.TWIPS, "5.2.3", _S.DERIVED),
    "body_size": Measure("正文字号（3号）", 16, _U.POINTS, "5.2.2", _S.USUAL),
    "title_size": Measure("标题字号（2号）", 22, _U.POINTS, "7.3.1", _S.REQUIRED),
    "table_size": Measure("表格字号（4号）", 14, _U.POINTS, "5.2.2", _S.DERIVED),
    "hand_height": Measure("表格中手写一栏的高度", 22, _U.MM, "5.2.2", _S.DERIVED),
    "page_number_size": Measure("页码字号（4号）", 14, _U.POINTS, "7.5", _S.REQUIRED),
    "footer_distance": Measure("页码距页边", 24, _U.MM, "7.5", _S.DERIVED),
    "page_number_indent": Measure("页码空字", 1, _U.CHARACTERS, "7.5", _S.REQUIRED),
    "first_line": Measure("段首空字", 2, _U.CHARACTERS, "7.3.3", _S.REQUIRED),
    "date_right": Measure("成文日期右空字（加盖印章）", 4, _U.CHARACTERS, "7.3.5.1", _S.REQUIRED),
}


@dataclass(frozen=True, slots=True)
class Typeface:
    """A font by the name that documents use, and by what it is replaced where it is missing, best
    first: no letter is lost, whatever machine opens the file."""

    name: str
    instead: tuple[str, ...]
    clause: str
    strength: Strength


TYPEFACES: Final[Mapping[str, Typeface]] = {
    "body": Typeface("仿宋_GB2312", ("仿宋", "FandolFang R"), "5.2.2", _S.USUAL),
    "heading": Typeface("黑体", ("SimHei", "Noto Sans CJK SC"), "7.3.3", _S.USUAL),
    "subheading": Typeface("楷体_GB2312", ("楷体", "LXGW WenKai"), "7.3.3", _S.USUAL),
    "title": Typeface(
        "方正小标宋简体", ("方正小标宋_GBK", "小标宋", "Noto Serif CJK SC"), "7.3.1", _S.RECOMMENDED
    ),
    "page_number": Typeface("宋体", ("SimSun", "Noto Serif CJK SC"), "7.5", _S.REQUIRED),
}


def measure(name: str) -> float:
    """The value of a measure."""
    return MEASURES[name].value
