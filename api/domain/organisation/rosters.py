"""A list of units, posts and people as an office keeps it: pasted, one a line."""

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from api.domain.kit.heading_words import PHONE, SPELLINGS, VILLAGE, of
from api.domain.kit.labels import Labelled


class RosterColumn(Labelled):
    """What a cell of the list says."""

    UNIT = "unit", "单位"
    KIND = "kind", "类别"
    PLACE = "place", "区划"
    POST = "post", "岗位"
    ROLE = "role", "职责"
    NAME = "name", "姓名"
    PHONE = "phone", "电话"
    USERNAME = "username", "登录名"


_C = RosterColumn
#: What people write over such a column.
_HEADINGS: Final[Mapping[RosterColumn, str]] = {
    _C.UNIT: "单位 单位名称 单位全称 所在单位 所属单位 工作单位 成员单位 成员单位名称 部门 部门名称 所在部门",
    _C.KIND: "类别 单位类别 性质 单位性质 单位类型",
    _C.PLACE: "区划 所在区划 行政区划 区划代码 网格 所在网格 村(社区) 所在村(社区) " + VILLAGE,
    _C.POST: "岗位 岗位名称 职务 职务岗位",
    _C.ROLE: "职责 角色 岗位职责",
    _C.NAME: "姓名 人员 联络员 负责人 联系人 " + of("人员 联络员 负责人 联系人", "姓名"),
    _C.PHONE: f"{PHONE} {of('本人 联络员 负责人 联系人', PHONE)}",
    _C.USERNAME: "登录名 用户名 账号 登录账号 用户账号 登录用户名",
}
_BY_HEADING: Final = {word: column for column, words in _HEADINGS.items() for word in words.split()}
#: Says nothing about anybody.
_NUMBERING: Final = frozenset({"序号", "编号", "序"})
#: What the cells of a list without headings are, from the left.
UNHEADED: Final = (_C.UNIT, _C.POST, _C.NAME, _C.PHONE)
#: The cell above said it.
_DITTO: Final = frozenset({"同上", "〃", '"', "″", "々"})
MOST_LINES: Final = 100
_SEPARATORS: Final = re.compile("[,，;；\t]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line: `column` where it is one cell."""

    line: int
    column: RosterColumn | None
    code: str
    message: str

    @property
    def sentence(self) -> str:
        """第3行，电话：……"""
        where = f"第{self.line}行" + (f"，{self.column.label}" if self.column else "")
        return f"{where}：{self.message}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line with what its cells say; an empty cell says nothing."""

    number: int
    cells: Mapping[RosterColumn, str]

    def get(self, column: RosterColumn) -> str:
        """The text of a cell, empty where it says nothing."""
        return self.cells.get(column, "")


def plain(text: str) -> str:
    """For comparing: （ ） and ( ), blanks and widths make no other name."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()


def read(text: str) -> tuple[list[Line], list[Fault]]:
    """The lines of a pasted list, and what cannot be read of it. A unit's name stands for the lines
    below it until another one comes, as merged cells are pasted."""
    rows = [(number, cells) for number, cells in _rows(text) if any(cells)]
    if not rows:
        return [], [Fault(1, None, "empty", "没有内容")]
    columns, faults = _columns(*rows[0])
    headed = columns is not None
    columns = columns or list(UNHEADED)
    lines: list[Line] = []
    above: dict[RosterColumn, str] = {}
    for number, cells in rows[1:] if headed else rows:
        if len(cells) == 1 and len(rows[0][1]) > 1 and _SEPARATORS.search(cells[0]):
            message = "这一行的分隔符与第一行不同，没有分成几栏，请改为一样的"
            faults.append(Fault(number, None, "mixed_separators", message))
            continue
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            message = f"有 {len(cells)} 格，多于栏目的 {len(columns)} 格"
            faults.append(Fault(number, None, "too_many_cells", message))
            continue
        found = {c: cell for c, cell in zip(columns, cells, strict=False) if c is not None and cell}
        line = Line(number, _as_above(found, above))
        above = dict(line.cells)
        lines.append(line)
    if len(lines) > MOST_LINES:
        message = f"一次最多 {MOST_LINES} 行，请分几次"
        faults.append(Fault(lines[MOST_LINES].number, None, "too_many_lines", message))
    if headed and not lines:
        faults.append(Fault(rows[0][0], None, "empty", "只有栏目名，没有内容"))
    return lines[:MOST_LINES], faults


def _as_above(
    found: dict[RosterColumn, str], above: Mapping[RosterColumn, str]
) -> dict[RosterColumn, str]:
    told = {c: above.get(c, "") if cell in _DITTO else cell for c, cell in found.items()}
    if not told.get(_C.UNIT) and above.get(_C.UNIT):
        told[_C.UNIT] = above[_C.UNIT]
    return {column: cell for column, cell in told.items() if cell}


def _columns(number: int, cells: list[str]) -> tuple[list[RosterColumn | None] | None, list[Fault]]:
    """What each column is, by the first line; None where that is no line of headings."""
    named = [_BY_HEADING.get(plain(cell).strip("*:：").translate(SPELLINGS)) for cell in cells]
    if sum(column is not None for column in named) < min(2, len(cells)):
        return None, []
    faults: list[Fault] = []
    for at, (column, cell) in enumerate(zip(named, cells, strict=True)):
        if column is not None and column in named[:at]:
            faults.append(Fault(number, column, "twice", f"“{cell}”栏重复"))
        if column is None and cell and plain(cell) not in _NUMBERING:
            message = f"不认识的栏目“{cell}”，请改名或者删去"
            faults.append(Fault(number, None, "column_unknown", message))
    if _C.UNIT not in named:
        faults.append(Fault(number, _C.UNIT, "column_missing", "没有单位一栏"))
    return named, faults


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells: from a spreadsheet by tabs, from a message by commas or blanks."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff")
    if "\t" in text:
        yield from _separated(text, "\t")
    elif re.search("[,，;；]", text):
        yield from _separated(re.sub("[，;；]", ",", text), ",")
    else:
        for number, line in enumerate(text.split("\n"), 1):
            yield number, [_cell(each) for each in re.split(r"[\s\u3000]+", line.strip())]


def _separated(text: str, by: str) -> Iterator[tuple[int, list[str]]]:
    # a lone quotation mark would swallow all the lines behind it
    quoting = csv.QUOTE_MINIMAL if text.count('"') % 2 == 0 else csv.QUOTE_NONE
    reader = csv.reader(text.split("\n"), delimiter=by, quoting=quoting)
    before = 0
    for cells in reader:
        yield before + 1, [_cell(each) for each in cells]
        before = reader.line_num


def _cell(text: str) -> str:
    cell = re.sub(r"\s+", " ", text.replace("\u3000", " ")).strip()
    # 王 某: how a table makes two characters as wide as three
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", cell)
