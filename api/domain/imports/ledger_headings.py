"""What a heading means: read with its brackets, its alternatives and the groups above it.

`本金（已退）` is another thing than `本金（元）`; `被举报人/单位` is one thing in two words;
`联系电话` under 业务员 is nobody's that the ledger asks for. What is not understood belongs to no
column: the person who sent the file is asked, nothing is guessed by a heading's last word.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from api.domain.imports.ledger_spec import Column, LedgerSpec, heading_key
from api.domain.imports.money_units import FOREIGN, squeezed

#: Under a group such as 被举报人 these are the group's own column.
_NAMES: Final = frozenset({"姓名", "名称", "名字", "全称", "姓名名称", "单位名称"})
RUNNING: Final = frozenset(
    {"序号", "序", "行号", "行次", "项次", "no", "№", "序列", "顺序号", "号", "编码序号", "排序"}
)
_OPEN, _CLOSE = "([{【〔〖〈《<「『", ")]}】〕〗〉》>」』"
_BRACKETED: Final = re.compile(
    rf"[{re.escape(_OPEN)}]([^{re.escape(_OPEN + _CLOSE)}]*)(?:[{re.escape(_CLOSE)}]|$)"
)
_PARTS: Final = re.compile(r"[/／|、,，;；&]|或者?|以?及|与|和")
_UNIT_WORDS: Final = re.compile(
    r"(?:单位[:为]?)?(?:(?:人民币|rmb|cny)[:为]?)?(?:(?:千万|百万|十万|[万萬千仟百佰亿億])?(?:元|人民币)|千万|百万|十万|[万萬千仟百佰亿億角分])"
    r"|(?:单位[:为]?)?(?:人次?|名|户|家|个|件|次|条|起|处|笔|周?岁|%|张|份)"
    rf"|{FOREIGN.pattern}",
    re.IGNORECASE,
)
_INSTRUCTION: Final = re.compile(
    r"必填项?|选填|非必填|可.{0,8}|没有可不填|没有.{0,6}不填|如有|若有|有则填写?|多选|单选|下拉.*|请.*|按.*|填.*|例如?[:如]?.*"
    r"|如[:].*|示例.*|格式.*|见.*|详见.*|注明.*|精确到.*|保留.{1,8}|截[至止].*|[¥￥]|限?\d+(?:字|位|个字).*|不超过.*|[一二三四五六七八九十\d]+(?:类|种|项|级|选一)"
    r"|[a-z]?\d+(?:[\-~至][a-z]?\d+)?|年[\-/.]?月[\-/.]?日|年月日|月日|时间|日期|y{2,4}[\-/.年].*|\d{4}[\-/.年].*"
    r"|是|否|有|无|√|×|实名|匿名|[红橙黄绿]色?|男|女|全称|简称|大写|小写|阿拉伯数字|纯?数字|文本|文字|系统.*|自动.*|\*+",
    re.IGNORECASE,
)
_GROUP_TAIL: Final = re.compile(
    r"(?:的?(?:基本|有关|相关|主要|个人|身份)?(?:情况|信息|资料|明细|数据|要素|状况|登记))+$"
)
_PERSON: Final = re.compile(
    r"(?:人|员|者|民警|警官|干部|负责人|律师|家属|子女|配偶|儿子|女儿|父亲|母亲|联络员|网格长|组长|主任|书记|经理|老师"
    r"|讲师|客服|队长|所长|领导|上线|单位|公司|机构|部门|企业|店|派出所|村委会|居委会)$"
)
_NO_PERSON: Final = re.compile(r"^(?:是否|有无|涉及|受害|共)|(?:人数|本人)$")
#: Columns about the person to their left: the eye goes on until it finds the name.
_ATTRIBUTE: Final = re.compile(
    r"性别|年龄|出生|民族|身份证|证件|公民身份|职务|职业|文化程度|籍贯|住址|地址|关系|电话|手机|联系方式|政治面貌|户籍"
)


def _bare_key(text: str) -> str:
    return heading_key(text)


def _words(text: str) -> frozenset[str]:
    return frozenset(_bare_key(word) for word in text.split())


def _among(heading: str, words: frozenset[str] | None) -> bool:
    return bool(words) and _bare_key(_BRACKETED.sub("", squeezed(heading))) in words


class Headings:
    """One ledger's headings, understood; what was met once is remembered."""

    def __init__(self, spec: LedgerSpec) -> None:
        self.spec = spec
        self._hints: Mapping[str, frozenset[str]] = {c.field: _words(c.hints) for c in spec.columns}
        self._groups = _words(spec.groups)
        self._bare: Mapping[str, frozenset[str]] = {c.field: _words(c.bare) for c in spec.columns}
        self._second = {c.field: _words(c.second) for c in spec.columns if c.second}
        self._loose = {c.field: _words(c.loose) for c in spec.columns if c.loose}
        self._known: dict[str, str | None] = {}

    def is_second(self, heading: str, name: str) -> bool:
        """Whether a heading means the field only where no better one does: 损失金额."""
        return _among(heading, self._second.get(name))

    def is_loose(self, heading: str, name: str) -> bool:
        """Whether a heading is no proper name of the field: 公民身份证号码."""
        return _among(heading, self._loose.get(name))

    def field(self, heading: str) -> str | None:
        """The field that a heading on one line names, or None."""
        if heading not in self._known:
            if len(self._known) > 20_000:
                self._known.clear()
            self._known[heading] = self._field(heading) if len(heading) <= 80 else None
        return self._known[heading]

    def _field(self, heading: str) -> str | None:
        plain = squeezed(heading).casefold()
        inside = [part for part in _BRACKETED.findall(plain) if part]
        outside = _BRACKETED.sub("", plain)
        if not outside:
            return None
        parts = [name for part in _PARTS.split(outside) if (name := self._lookup(part))]
        if len(set(parts)) > 1 and len(parts) == len([p for p in _PARTS.split(outside) if p]):
            return None  # 举报人/联系电话: two things in one column
        if inside and (whole := self._lookup(outside + "".join(inside))):
            return whole
        found = self._lookup(outside) or self._alternatives(outside)
        if found is not None and all(self._harmless(part, found) for part in inside):
            return found
        if found is None or len(inside) == 1:  # 本金（已退）: 已退本金
            return self._lookup("".join(inside) + outside) if inside else None
        return None

    def _lookup(self, text: str) -> str | None:
        return self.spec.headings.get(_bare_key(text)) if text else None

    def _alternatives(self, text: str) -> str | None:
        parts = [part for part in _PARTS.split(text) if part]
        if len(parts) < 2:
            return None
        if tail := re.search(r"(?:名称|姓名)$", parts[-1]):  # 单位/个人名称
            whole = [part if part.endswith(("名称", "姓名")) else part + tail[0] for part in parts]
            parts = whole if any(self._lookup(part) for part in whole) else parts
        found = {name for part in parts if (name := self._lookup(part))}
        if len(found) != 1:
            return None
        name = found.pop()
        rest = [part for part in parts if self._lookup(part) is None]
        return name if all(self._hint(part, name) for part in rest) else None

    def _hint(self, word: str, name: str) -> bool:
        return _bare_key(word) in self._hints[name] or bool(_UNIT_WORDS.fullmatch(word))

    def _harmless(self, inside: str, name: str) -> bool:
        if _INSTRUCTION.fullmatch(inside) or _UNIT_WORDS.fullmatch(inside):
            return True
        if self._hint(inside, name) or self._lookup(inside) == name:
            return True
        parts = [part for part in _PARTS.split(re.sub(r"^单位[:为]", "", inside)) if part]
        return len(parts) > 1 and all(self._harmless(part, name) for part in parts)

    # ------------------------------------------------------------------------------- with groups

    def meaning(self, path: Sequence[str]) -> str | None:
        """The field that a heading means below its groups: 举报人情况 / 姓名."""
        names = [part for n, part in enumerate(path) if part and part not in path[:n]]
        if not names:
            return None
        *groups, leaf = names
        while groups and _only_unit(leaf):
            leaf = groups.pop()
        if not groups:
            return self.field(leaf)
        found = self._below(groups[-1], leaf)
        return found if all(self._allows(group, found) for group in groups[:-1]) else None

    def _below(self, group: str, leaf: str) -> str | None:
        stem = _stem(group)
        for name in (group + leaf, leaf + group, stem + leaf, leaf + stem):
            if found := self.field(name):
                return found
        alone, owner = self.field(leaf), self.field(stem) or self.field(group)
        if _bare_key(leaf) in _NAMES and owner is not None and self._column(owner).person:
            return owner
        if alone is None and owner is not None and self._hint(leaf, owner):
            return owner  # 人数 / 总数
        return alone if self._allows(group, alone) else None

    def _allows(self, group: str, name: str | None) -> bool:
        """Whether a column of this field can stand below a group of that name."""
        if name is None:
            return False
        stem = _stem(group)
        owner = self.field(stem) or self.field(group)
        if _bare_key(stem) in self._groups:
            return True
        if owner is None:
            return False
        return owner in {name, self._column(name).of} or owner == self.spec.subject

    def _column(self, name: str) -> Column:
        return self.spec.by_field[name]

    # ----------------------------------------------------------------------------- side by side

    def owner_to_the_left(self, headings: Sequence[str], at: int, name: str) -> str | None:
        """The heading of another person whose 联系电话 stands at `at`, where the line says so."""
        column = self._column(name)
        if (
            not column.of
            or _bare_key(_BRACKETED.sub("", squeezed(headings[at]))) not in self._bare[name]
        ):
            return None
        for left in reversed(headings[:at]):
            found = self.field(left) if left else None
            bare = _BRACKETED.sub("", squeezed(left))
            if found == column.of or not bare:
                return None
            if found is not None and self._column(found).person:
                return left
            if found is None and is_person(bare):
                return left
            if not _ATTRIBUTE.search(bare):
                return None
        return None


def is_person(heading: str) -> bool:
    """Whether a heading nobody knows names a person or a body: 承办人, 业务员姓名, 介绍人."""
    bare = re.sub(r"(?:姓名|名称)$", "", heading)
    return bool(_PERSON.search(bare)) and not _NO_PERSON.search(bare)


def _only_unit(text: str) -> bool:
    bare = squeezed(text)
    inside = _BRACKETED.fullmatch(bare)
    return bool(_UNIT_WORDS.fullmatch(inside[1] if inside else bare))


def _stem(group: str) -> str:
    """`举报人基本情况（必填）` → `举报人`."""
    bare = _BRACKETED.sub("", squeezed(group))
    return _GROUP_TAIL.sub("", bare) or bare


def is_running(heading: str) -> bool:
    """Whether a heading is the one of the running number."""
    return unicodedata.normalize("NFKC", heading_key(heading)) in RUNNING
