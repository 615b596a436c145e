"""What a paper is made of: ordered blocks whose text names fields, `{field}`.

A block is optional where it says so: it is left out while a field in it is empty. What stands in any
other block must be known before the paper can be made.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Final

from api.domain.kit.labels import Labelled

_FORMATTER: Final = Formatter()


class BlockKind(Labelled):
    """How a block is set."""

    TITLE = "title", "标题"
    NUMBER = "number", "发文字号"
    ADDRESSEE = "addressee", "主送机关"
    HEADING = "heading", "小标题"
    PARAGRAPH = "paragraph", "正文"
    LIST = "list", "逐条列出"
    TABLE = "table", "表格"
    ATTACHMENTS = "attachments", "附件说明"
    SIGNATURE = "signature", "署名"
    DATE = "date", "成文日期"
    NOTE = "note", "附注"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a template. A table has rows of (heading, text); a text of one field of several
    lines, each `heading：text`, is rows as well."""

    kind: BlockKind
    text: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    optional: bool = False

    def texts(self) -> Iterator[str]:
        """Every text in it."""
        yield self.text
        for heading, text in self.rows:
            yield heading
            yield text

    def fields(self) -> list[str]:
        """The fields that it names, in their order."""
        found = (name for text in self.texts() for _, name, _, _ in _FORMATTER.parse(text))
        return list(dict.fromkeys(name for name in found if name is not None))


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text: words of the template, or what a field says."""

    text: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A block with its fields filled in."""

    kind: BlockKind
    parts: tuple[Part, ...] = ()
    rows: tuple[tuple[tuple[Part, ...], tuple[Part, ...]], ...] = ()

    @property
    def text(self) -> str:
        """The text alone."""
        return said(self.parts)


def said(parts: Sequence[Part]) -> str:
    """What some parts say one after the other."""
    return "".join(part.text for part in parts)


def _parts(text: str, values: Mapping[str, str]) -> tuple[Part, ...]:
    found: list[Part] = []
    for literal, name, _, _ in _FORMATTER.parse(text):
        if literal:
            found.append(Part(literal))
        if name is not None:
            found.append(Part(values.get(name, ""), name))
    return tuple(found)


def _rows(
    block: Block, values: Mapping[str, str]
) -> Iterator[tuple[tuple[Part, ...], tuple[Part, ...]]]:
    for heading, text in block.rows:
        cell = _parts(text, values)
        if said(cell) or not block.optional:
            yield _parts(heading, values), cell
    for part in _parts(block.text, values):
        for line in part.text.splitlines():
            heading, _, text = line.partition("：")
            yield (Part(heading, part.field),), (Part(text, part.field),)


def fill(blocks: Sequence[Block], values: Mapping[str, str]) -> list[Filled]:
    """The blocks with these values; optional ones that lack theirs are left out, of a table the
    rows."""
    found: list[Filled] = []
    for block in blocks:
        if block.kind is BlockKind.TABLE:
            rows = tuple(_rows(block, values))
            if rows or not block.optional:
                found.append(Filled(block.kind, rows=rows))
        elif not block.optional or all(values.get(name) for name in block.fields()):
            found.append(Filled(block.kind, _parts(block.text, values)))
    return found


def needed(blocks: Sequence[Block]) -> list[str]:
    """The fields without which there is no paper."""
    return list(
        dict.fromkeys(name for block in blocks if not block.optional for name in block.fields())
    )


def named(blocks: Sequence[Block]) -> list[str]:
    """Every field that some blocks name."""
    return list(dict.fromkeys(name for block in blocks for name in block.fields()))
