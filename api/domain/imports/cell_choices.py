"""What a cell says of a closed list: 是 or 否, one of several words, or some of them."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from api.domain.imports.cells import (
    Cell,
    CellFault,
    Converter,
    Surroundings,
    Value,
    short,
    skeleton,
    text_of,
)
from api.domain.kit.labels import Labelled

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
    raise CellFault("unknown_value", f"“{short(word)}”看不出是还是否，请填“是”或“否”")


def choice(words: Mapping[str, str], what: str, code: str = "unknown_value") -> Converter:
    """One of a closed list; `words` maps each label and alias to the stored code."""
    table = {skeleton(word): stored for word, stored in words.items()}
    shown = _shown(words)

    def convert(cell: Cell, _around: Surroundings) -> Value:
        raw = text_of(cell)
        stored = table.get(skeleton(raw))
        if stored is None:
            raise CellFault(code, f"“{short(raw)}”不在{what}的选项里，请选填：{shown}")
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
                raise CellFault(code, f"“{short(piece)}”不在{what}的选项里，请选填：{shown}")
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
            raise CellFault(code, f"“{short(raw)}”不在{what}的选项里，请选填：{shown}")
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
            raise CellFault(code, f"“{short(raw)}”不在{what}的选项里，请选填：{shown}")
        return tuple(one.value for one in found)

    return convert


def _shown(words: Mapping[str, str]) -> str:
    first: dict[str, str] = {}
    for word, stored in words.items():
        first.setdefault(stored, word)
    return "、".join(first.values())
