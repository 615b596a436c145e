"""What a rule set may hold, as a table: each kind names its entries, and from them follow how its
content is checked, shown, and told apart from another version in words.

Amounts are yuan on the wire and whole fen inside; everything else is stored as it is sent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from api.domain.kit.errors import FieldError, pointer
from api.domain.kit.labels import Labelled
from api.domain.words import amounts
from api.domain.words.money import formatted, to_yuan


class EntryKind(Labelled):
    """How an entry of a rule set is written."""

    INTEGER = "integer", "整数"
    MONEY = "money", "金额（元）"
    BOOLEAN = "boolean", "是否"
    CHOICES = "choices", "多个选项"
    WORDS = "words", "词语，每行一个"
    ROWS = "rows", "逐行填写"
    NAMED = "named", "每一版都有的各项，逐项填写"


Content = Mapping[str, Any]
#: Whatever is longer was not written by a person.
MOST_OF_A_WORD: Final = 400
#: More than so much money is no amount of a rule.
_MOST_FEN: Final = 10**14


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a content. `key`: which entry of a row names it in words."""

    name: str
    label: str
    kind: EntryKind
    options: type[Labelled] | None = None
    least: int = 0
    most: int = 0
    rows: tuple["Entry", ...] = ()
    key: str = ""
    #: What stands in every version, in this order: code → what it is called.
    named: Mapping[str, str] = field(default_factory=dict[str, str])
    help: str = ""


Faults = list[FieldError]
#: Where in a request an entry stands.
Way = tuple[str | int, ...]


def _fault(at: Way, code: str, message: str) -> FieldError:
    return FieldError(pointer(at), code, message)


def parsed(entries: Sequence[Entry], given: Any, at: Way = ("content",)) -> tuple[Content, Faults]:
    """A content as it is stored, and all that is wrong with what was sent."""
    if not isinstance(given, dict):
        return {}, [_fault(at, "wrong_form", "请逐项填写规则内容")]
    sent: dict[str, Any] = {str(name): value for name, value in given.items()}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  # JSON
    known = {entry.name for entry in entries}
    faults = [
        _fault((*at, name), "unknown_field", f"没有“{name[:30]}”这一项")
        for name in sent
        if name not in known
    ]
    made: dict[str, Any] = {}
    for entry in entries:
        if sent.get(entry.name) is None:
            faults.append(_fault((*at, entry.name), "missing", f"请填写{entry.label}"))
            continue
        made[entry.name], wrong = _READERS[entry.kind](entry, sent[entry.name], (*at, entry.name))
        faults += wrong
    return made, faults


def _integer(entry: Entry, value: Any, at: Way) -> tuple[int, Faults]:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if whole and entry.least <= value <= entry.most:
        return value, []
    message = f"{entry.label}应为 {entry.least} 到 {entry.most} 的整数"
    return 0, [_fault(at, "out_of_range", message)]


def _boolean(entry: Entry, value: Any, at: Way) -> tuple[bool, Faults]:
    if isinstance(value, bool):
        return value, []
    return False, [_fault(at, "wrong_form", f"{entry.label}只能填是或者否")]


def _money(entry: Entry, value: Any, at: Way) -> tuple[int, Faults]:
    try:
        fen = amounts.typed(value) if isinstance(value, str) else -1
    except ValueError:
        fen = -1
    if 0 <= fen <= _MOST_FEN:
        return fen, []
    return 0, [_fault(at, "wrong_form", f"{entry.label}应为金额（元），例如“1000.00”")]


def _listed(entry: Entry, value: Any, at: Way) -> tuple[list[Any], Faults]:
    if not isinstance(value, list):
        return [], [_fault(at, "wrong_form", f"{entry.label}应为一列")]
    found: list[Any] = [*value]  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  # JSON
    if not entry.least <= len(found) <= entry.most:
        message = f"{entry.label}应有 {entry.least} 到 {entry.most} 项"
        return [], [_fault(at, "out_of_range", message)]
    return found, []


def _choices(entry: Entry, value: Any, at: Way) -> tuple[list[str], Faults]:
    found, faults = _listed(entry, value, at)
    codes = entry.options.labels() if entry.options else {}
    if any(not isinstance(each, str) or each not in codes for each in found):
        faults.append(_fault(at, "not_an_option", f"{entry.label}里有不认识的选项"))
        found = []
    return list(dict.fromkeys(found)), faults


def _words(entry: Entry, value: Any, at: Way) -> tuple[list[str], Faults]:
    found, faults = _listed(entry, value, at)
    made: list[str] = []
    for place, each in enumerate(found):
        text = each.strip() if isinstance(each, str) else ""
        if text and len(text) <= MOST_OF_A_WORD and text.isprintable():
            made.append(text)
            continue
        message = f"{entry.label}第 {place + 1} 项应为一行文字，不超过 {MOST_OF_A_WORD} 字"
        faults.append(_fault((*at, place), "wrong_form", message))
    return list(dict.fromkeys(made)), faults


def _rows(entry: Entry, value: Any, at: Way) -> tuple[list[Content], Faults]:
    found, faults = _listed(entry, value, at)
    made: list[Content] = []
    for place, row in enumerate(found):
        one, wrong = parsed(entry.rows, row, (*at, place))
        made.append(one)
        faults += _in_row(wrong, f"第 {place + 1} 行")
    keys = [row.get(entry.key) for row in made]
    if not faults and len(set(keys)) != len(keys):
        column = next(each for each in entry.rows if each.name == entry.key)
        faults.append(_fault(at, "twice", f"{entry.label}里有{column.label}相同的两行"))
    return made, faults


def _in_row(faults: Faults, row: str) -> Faults:
    """Whoever reads a fault away from its cell must know which row it is."""
    return [replace(each, message=f"{row}：{each.message}") for each in faults]


def _named_rows(entry: Entry, value: Any, at: Way) -> tuple[Content, Faults]:
    if not isinstance(value, dict):
        return {}, [_fault(at, "wrong_form", f"请逐项填写{entry.label}")]
    sent: dict[str, Any] = {str(name): row for name, row in value.items()}  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]  # JSON
    made: dict[str, Any] = {}
    faults = [
        _fault((*at, code), "unknown_field", f"{entry.label}里没有“{code[:30]}”这一项")
        for code in sent
        if code not in entry.named
    ]
    for code, label in entry.named.items():
        if code not in sent:
            faults.append(_fault((*at, code), "missing", f"缺少“{label}”"))
            continue
        made[code], wrong = parsed(entry.rows, sent[code], (*at, code))
        faults += _in_row(wrong, label)
    return made, faults


#: How each kind of entry is read.
_READERS: Final[Mapping[EntryKind, Callable[[Entry, Any, Way], tuple[Any, Faults]]]] = {
    EntryKind.INTEGER: _integer,
    EntryKind.MONEY: _money,
    EntryKind.BOOLEAN: _boolean,
    EntryKind.CHOICES: _choices,
    EntryKind.WORDS: _words,
    EntryKind.ROWS: _rows,
    EntryKind.NAMED: _named_rows,
}


def shown(entries: Sequence[Entry], content: Content) -> dict[str, Any]:
    """A content as the wire carries it."""
    made: dict[str, Any] = {}
    for entry in entries:
        value = content[entry.name]
        if entry.kind is EntryKind.MONEY:
            made[entry.name] = to_yuan(value)
        elif entry.kind is EntryKind.ROWS:
            made[entry.name] = [shown(entry.rows, row) for row in value]
        elif entry.kind is EntryKind.NAMED:
            made[entry.name] = {code: shown(entry.rows, value[code]) for code in entry.named}
        else:
            made[entry.name] = value
    return made


# ------------------------------------------------------------------------------ differences


@dataclass(frozen=True, slots=True)
class Difference:
    """What another version says otherwise: which rule, which of its entries, before and after."""

    rule: str
    field: str
    before: str
    after: str


_NOTHING: Final = "（没有）"


def differences(entries: Sequence[Entry], before: Content, after: Content) -> list[Difference]:
    """What changed between two contents of a kind, in the order of its entries."""
    return [*_differences(entries, before, after, "")]


def _differences(
    entries: Sequence[Entry], before: Content, after: Content, rule: str
) -> Iterator[Difference]:
    for entry in entries:
        old, new = before[entry.name], after[entry.name]
        if old == new:
            continue
        if entry.kind is EntryKind.ROWS:
            yield from _of_rows(entry, old, new)
        elif entry.kind is EntryKind.NAMED:
            for code, label in entry.named.items():
                yield from _differences(entry.rows, old[code], new[code], label)
        elif entry.kind is EntryKind.WORDS:
            gone = [each for each in old if each not in new]
            come = [each for each in new if each not in old]
            if gone or come:
                gone_said = f"删去：{'、'.join(gone)}" if gone else "（不变）"
                yield Difference(
                    rule, entry.label, gone_said, f"加上：{'、'.join(come)}" if come else "（不变）"
                )
        else:
            yield Difference(rule, entry.label, said(entry, old), said(entry, new))


def _of_rows(
    entry: Entry, before: Sequence[Content], after: Sequence[Content]
) -> Iterator[Difference]:
    old, new = ({row[entry.key]: row for row in rows} for rows in (before, after))
    column = next(each for each in entry.rows if each.name == entry.key)
    keys = sorted({*old, *new})
    for key in keys:
        name = f"{column.label} {said(column, key)}"
        if key in old and key in new:
            yield from _differences(entry.rows, old[key], new[key], name)
            continue
        for each in entry.rows:
            if each.name != entry.key:
                was = said(each, old[key][each.name]) if key in old else _NOTHING
                now = said(each, new[key][each.name]) if key in new else _NOTHING
                yield Difference(name, each.label, was, now)


def said(entry: Entry, value: Any) -> str:
    """A value in words."""
    match entry.kind:
        case EntryKind.MONEY:
            return formatted(value)
        case EntryKind.BOOLEAN:
            return "是" if value else "否"
        case EntryKind.CHOICES:
            labels = entry.options.labels() if entry.options else {}
            return "、".join(labels[each] for each in value)
        case EntryKind.WORDS:
            return "、".join(value) or _NOTHING
        case _:
            return str(value)
