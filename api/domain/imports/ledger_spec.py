"""The shape of a ledger as data: columns, their names in the wild, and what is checked."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from api.domain.imports.cells import Converter, Surroundings, Value
from api.domain.kit.heading_words import SPELLINGS

#: The column that an annotated copy adds; importing that copy again leaves it out.
RESULT_HEADING: Final = "校验结果"


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning about one field of a row: shown, never coloured, never in the way."""

    field: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where its heading may be called what, and how its cells are read."""

    field: str
    label: str
    convert: Converter
    #: other headings met in the wild, parted by blanks
    aliases: str = ""
    required: bool = False
    #: money: the unit in the heading (元, 万元) or of the whole sheet applies
    unit_aware: bool = False
    #: a vertically merged cell speaks for all its rows; a merged amount does not
    fill_down: bool = True
    #: words that elsewhere mean "nothing" but are an answer here (反映对象: 不详)
    keeps: frozenset[str] = frozenset()
    #: what a blank cell of a required column is called
    missing: str = ""
    #: words that beside the heading change nothing: 所在村（社区）, 被举报人/单位
    hints: str = ""
    #: names a person or a body: what stands to its right under a bare 联系电话 is theirs
    person: bool = False
    #: the column whose person this one is about, and the bare headings that do not say so
    of: str = ""
    bare: str = ""
    #: tells this row from all others: never taken over from the row above by 同上
    own: bool = False

    #: of its headings those that mean it only where no better one stands beside: 损失金额
    second: str = ""
    #: of its headings those that name it loosely: what fails its check below them is kept as it is
    loose: str = ""

    @property
    def missing_message(self) -> str:
        """The sentence for a blank required cell."""
        return self.missing or f"“{self.label}”不能为空"


Values = Mapping[str, Value]
Check = Callable[[Values, Surroundings], Iterable[Remark]]


@dataclass(frozen=True, slots=True)
class LedgerSpec:
    """A kind of ledger."""

    kind: str
    label: str
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    #: groups of fields of which one stays whole when a single cell is edited
    anchors: tuple[tuple[str, ...], ...] = ()
    #: values that follow from others (a village named in an address)
    derive: Callable[[dict[str, Value], Surroundings], None] | None = None
    #: fields whose value may stand in a file once
    unique: tuple[str, ...] = ()
    #: whom or what a row is about: a group of that name has the row's own columns under it
    subject: str = ""
    #: groups above columns that change nothing of what those are, parted by blanks
    groups: str = ""
    #: what a row is counted in, in a total line
    counters: str = ""
    headings: Mapping[str, str] = field(init=False, default_factory=dict[str, str])
    by_field: Mapping[str, Column] = field(init=False, default_factory=dict[str, Column])

    def __post_init__(self) -> None:
        """Index the headings; two columns that answer to one name are a mistake of ours."""
        headings: dict[str, str] = {}
        for column in self.columns:
            for name in (column.label, *column.aliases.split()):
                key = heading_key(name)
                if headings.setdefault(key, column.field) != column.field:
                    raise ValueError(f"{self.kind}: heading {name} is claimed twice")
        object.__setattr__(self, "headings", headings)
        object.__setattr__(self, "by_field", {column.field: column for column in self.columns})


_BRACKETED: Final = re.compile(r"[(\[【〔{][^)\]】〕}]*[)\]】〕}]")
_UNIT_TAIL: Final = re.compile(
    r"(?:[/:](?:单位:?)?|单位:?)(?:人民币)?(?:亿元|万元|千元|百元|元|万|人|名|户|个)$"
)
_JUNK: Final = re.compile(r"[\s*※★:：、,，.。\"'“”‘’?？_/\\|\-—]")


def heading_key(name: str) -> str:
    """A heading for comparison: `涉案金额\\n（万元）*` and `涉案金额/元` are `涉案金额`."""
    plain = _BRACKETED.sub("", unicodedata.normalize("NFKC", name)).casefold()
    plain = re.sub(r"\s", "", plain).strip("*:").translate(SPELLINGS)
    shorter = _UNIT_TAIL.sub("", plain) if re.search(r"[/:]", plain) else plain
    bare = re.sub(r"(?:亿元|万元|千元|百元|元)$", "", shorter)
    return _JUNK.sub("", bare or shorter or plain)
