"""What the eye sees in a workbook beyond values: formats, strikes, hidden rows and columns, formulas.

The library that reads values tells none of it. Worksheets are looked through as bytes, in whatever
order attributes stand; styles and rich texts only where they say something that matters.
"""

import io
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from xml.etree import ElementTree

from api.domain.imports.money_units import plain_format

_OVERLAP: Final = 4096
#: Column or row numbers beyond this hold nothing that is read.
_FARTHEST: Final = 1_024

#: format, wholly struck through, the struck text that was taken out of the value
MarkParts = tuple[str, bool, str]


@dataclass(slots=True)
class Look:
    """One worksheet as it looks."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    hidden_rows: set[int] = field(default_factory=set[int])
    hidden_columns: set[int] = field(default_factory=set[int])
    marks: dict[int, dict[int, MarkParts]] = field(default_factory=dict[int, dict[int, MarkParts]])
    #: what is left of a cell's text without its struck part
    texts: dict[tuple[int, int], str] = field(default_factory=dict[tuple[int, int], str])
    #: whether a text of its own is struck through in part
    strikes: bool = False

    def mark(self, row: int, column: int, told: MarkParts) -> None:
        """Note what a cell shows; what was noted before stays where `told` is silent."""
        style, struck, gone = self.marks.setdefault(row, {}).get(column, ("", False, ""))
        self.marks[row][column] = (told[0] or style, told[1] or struck, told[2] or gone)


# ------------------------------------------------------------------------------- sheets as bytes

_TAG: Final = rb"<(?:\w{1,20}:)?"
_CLOSE: Final = rb"</(?:\w{1,20}:)?"
_CELL: Final = _TAG + rb"c\b([^>]{0,300})>"
_FORMULA: Final = re.compile(
    _CELL + rb"\s*" + _TAG + rb"f\b[^>]{0,300}(?:/>|>[^<]{0,3000}" + _CLOSE + rb"f>)\s*(?:" + _TAG
    + rb"v\s*/>|" + _TAG + rb"v[^>]{0,40}>([^<]{0,40}))?"
)  # fmt: skip
_FAILED: Final = re.compile(
    _TAG + rb"c\b(?=[^>]*\bt=[\"']e[\"'])([^>]{0,300})>\s*" + _TAG + rb"v[^>]{0,40}>([^<]{0,20})"
)
_ROW: Final = re.compile(
    _TAG + rb"row\b(?=[^>]*\b(?:hidden=[\"'](?:1|true)[\"']|ht=[\"']0[\"']))([^>]{0,400})>"
)
_COLUMN: Final = re.compile(
    _TAG + rb"col\b(?=[^>]*\b(?:hidden=[\"'](?:1|true)[\"']|width=[\"']0[\"']))([^>]{0,400})>"
)
_ATTRIBUTE: Final = re.compile(rb"([\w:]{1,40})\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_PLACE: Final = re.compile(rb"([A-Z]{1,3})(\d{1,7})")


def attributes(tag: bytes) -> dict[bytes, bytes]:
    """The attributes of a tag, in whatever order and quotes they stand."""
    return {m[1]: m[2] if m[2] is not None else m[3] for m in _ATTRIBUTE.finditer(tag)}


def _at(found: dict[bytes, bytes]) -> tuple[int, int] | None:
    place = _PLACE.fullmatch(found.get(b"r", b""))
    if place is None:
        return None
    column = 0
    for mark in place[1]:
        column = column * 26 + mark - 64
    return int(place[2]) - 1, column - 1


def look(window: bytes, sheet: Look) -> None:
    """What a piece of a worksheet's XML tells; pieces overlap, so it may be told twice."""
    if b"<f" in window or b":f" in window:
        for match in _FORMULA.finditer(window):
            _formula(sheet, attributes(match[1]), match[2])
    if b't="e"' in window or b"t='e'" in window:
        for match in _FAILED.finditer(window):
            if (at := _at(attributes(match[1]))) is not None:
                sheet.errors[at] = match[2].decode("ascii", "replace") or "#ERROR"
    for match in _ROW.finditer(window):
        number = attributes(match[1]).get(b"r", b"")
        if number.isdigit():
            sheet.hidden_rows.add(int(number))
    for match in _COLUMN.finditer(window):
        found = attributes(match[1])
        first, last = found.get(b"min", b"0"), found.get(b"max", b"0")
        if first.isdigit() and last.isdigit():
            sheet.hidden_columns.update(range(int(first) - 1, min(int(last), _FARTHEST)))
    sheet.strikes = sheet.strikes or b"strike" in window


def _formula(sheet: Look, found: dict[bytes, bytes], value: bytes | None) -> None:
    at = _at(found)
    if at is None:
        return
    kind = found.get(b"t", b"")
    if kind == b"e":
        sheet.errors[at] = (value or b"#ERROR").decode("ascii", "replace")
    elif not value and kind != b"str":  # an empty text is a result; nothing at all is none
        sheet.errors.setdefault(at, "#公式")


# ------------------------------------------------------------------------------ styles and texts


@dataclass(slots=True)
class Styles:
    """What matters of a workbook's styles: cell style → format that changes what a number means,
    and whether it strikes through; shared text → its visible and its struck part."""

    cells: dict[int, tuple[str, bool]] = field(default_factory=dict[int, tuple[str, bool]])
    texts: dict[int, tuple[str, str]] = field(default_factory=dict[int, tuple[str, str]])


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Any, name: str) -> list[Any]:
    return [child for child in element if _local(child) == name]


def _strikes(properties: Any) -> bool:
    return any(
        child.get("val", "1") not in {"0", "false"}
        for child in properties
        if _local(child) in {"strike", "dstrike"}
    )


def read_styles(xml: bytes, into: Styles) -> None:
    """Note the styles that strike through or whose number format is more than a look."""
    if b"strike" not in xml and b"formatCode" not in xml:
        return
    root: Any = ElementTree.fromstring(xml)  # noqa: S314 - entities were refused before
    parts = {_local(child): child for child in root}
    codes = {
        int(one.get("numFmtId", "0")): str(one.get("formatCode", ""))
        for one in parts.get("numFmts", ())
    }
    telling = {number: code for number, code in codes.items() if not plain_format(code)}
    struck = [_strikes(font) for font in _children(parts.get("fonts", ()), "font")]
    for index, style in enumerate(_children(parts.get("cellXfs", ()), "xf")):
        code = telling.get(int(style.get("numFmtId", "0")), "")
        font = int(style.get("fontId", "0"))
        strike = font < len(struck) and struck[font]
        if code or strike:
            into.cells[index] = code, strike


def read_texts(xml: bytes, into: Styles) -> None:
    """Note the shared texts of which a part, or all, is struck through."""
    index = -1
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314 - as above
        if _local(element) != "si":
            continue
        index += 1
        visible, gone = split_runs(element)
        if gone:
            into.texts[index] = visible, gone
        element.clear()


def split_runs(element: Any) -> tuple[str, str]:
    """The visible and the struck part of a rich text."""
    visible, gone = "", ""
    for run in _children(element, "r"):
        said = "".join(text.text or "" for text in _children(run, "t"))
        if any(_strikes(properties) for properties in _children(run, "rPr")):
            gone += said
        else:
            visible += said
    return visible, gone


def mark_cells(chunks: Iterable[bytes], styles: Styles, sheet: Look) -> None:
    """Lay styles and struck texts over the cells of a worksheet."""
    patterns: list[tuple[re.Pattern[bytes], bool]] = []
    if styles.cells:
        numbers = "|".join(map(str, styles.cells)).encode()
        styled = _TAG + rb"c\b(?=[^>]*\bs=[\"'](?:" + numbers + rb")[\"'])([^>]{0,300}[^/>])>"
        patterns.append((re.compile(styled), False))
    if styles.texts:
        numbers = "|".join(map(str, styles.texts)).encode()
        shared = _TAG + rb"c\b(?=[^>]*\bt=[\"']s[\"'])([^>]{0,300})>\s*" + _TAG
        patterns.append((re.compile(shared + rb"v>(" + numbers + rb")" + _CLOSE + rb"v>"), True))
    tail = b""
    for chunk in chunks:
        window = tail + chunk
        for pattern, is_text in patterns:
            for match in pattern.finditer(window):
                found = attributes(match[1])
                if (at := _at(found)) is not None:
                    _lay(sheet, at, styles, int(match[2] if is_text else found[b"s"]), is_text)
        if sheet.strikes:
            _inline(window, sheet)
        tail = window[-_OVERLAP:]


def _lay(sheet: Look, at: tuple[int, int], styles: Styles, number: int, is_text: bool) -> None:
    if not is_text:
        code, strike = styles.cells[number]
        sheet.mark(*at, (code, strike, ""))
        return
    visible, gone = styles.texts[number]
    if visible.strip():
        sheet.texts[at] = visible
        sheet.mark(*at, ("", False, gone.strip()))
    else:
        sheet.mark(*at, ("", True, ""))


_INLINE: Final = re.compile(
    _CELL + rb"\s*(" + _TAG + rb"is>.{0,4000}?" + _CLOSE + rb"is>)", re.DOTALL
)


def _inline(window: bytes, sheet: Look) -> None:
    for match in _INLINE.finditer(window):
        at = _at(attributes(match[1]))
        if at is None or b"strike" not in match[2]:
            continue
        bare = re.sub(rb"<(/?)\w{1,20}:", rb"<\1", match[2])
        visible, gone = split_runs(ElementTree.fromstring(bare))  # noqa: S314 - as above
        if gone:
            styles = Styles(texts={0: (visible, gone)})
            _lay(sheet, at, styles, 0, is_text=True)


# ------------------------------------------------------------------------------ .xls and .et


_FONT, _FORMAT, _XF, _SHEET, _BOF, _EOF = 0x31, 0x41E, 0xE0, 0x85, 0x809, 0x0A
_ROWINFO, _COLINFO, _MULRK, _MULBLANK = 0x208, 0x7D, 0xBD, 0xBE
_CELLS: Final = frozenset({0x203, 0x27E, 0xFD, 0x204, 0x06})


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        depth += kind == _BOF
        depth -= kind == _EOF
        if depth <= 0 and kind == _EOF:
            return
        at += 4 + size


def look_biff(stream: bytes) -> dict[str, Look]:
    """Sheet name → how it looks, of an old workbook; nothing of those older than Excel 97."""
    if len(stream) < 8 or stream[4:6] != b"\x00\x06":
        return {}
    fonts: list[bool] = []
    codes: dict[int, str] = {}
    styles: list[tuple[int, int]] = []
    places: list[tuple[str, int]] = []
    for kind, body in _records(stream, 0):
        if kind == _FONT and len(body) >= 4:
            fonts.append(bool(body[2] & 0x08))
        elif kind == _FORMAT and len(body) >= 5:
            codes[struct.unpack_from("<H", body)[0]] = _text(body, 2, 2)
        elif kind == _XF and len(body) >= 4:
            styles.append(struct.unpack_from("<HH", body))
        elif kind == _SHEET and len(body) >= 8:
            places.append((_text(body, 6, 1), struct.unpack_from("<I", body)[0]))
    telling: dict[int, tuple[str, bool]] = {}
    for index, (font, number) in enumerate(styles):
        code = codes.get(number, "")
        code = "" if plain_format(code) else code
        own = font - 1 if font > 4 else font  # the format has no font number four
        strike = own < len(fonts) and fonts[own]
        if code or strike:
            telling[index] = code, strike
    return {name: _look_sheet(stream, at, telling) for name, at in places}


def _text(body: bytes, at: int, width: int) -> str:
    count = int.from_bytes(body[at : at + width], "little")
    wide = body[at + width] & 1
    raw = body[at + width + 1 :]
    return (
        raw[: count * 2].decode("utf-16-le", "replace") if wide else raw[:count].decode("latin-1")
    )


def _look_sheet(stream: bytes, at: int, telling: dict[int, tuple[str, bool]]) -> Look:
    sheet = Look()
    for kind, body in _records(stream, at):
        if kind == _ROWINFO and len(body) >= 14 and body[12] & 0x20:
            sheet.hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == _COLINFO and len(body) >= 10 and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            sheet.hidden_columns.update(range(first, last + 1))
        elif not telling:
            continue
        elif kind in _CELLS and len(body) >= 6:
            row, column, style = struct.unpack_from("<HHH", body)
            if style in telling:
                sheet.mark(row, column, (*telling[style], ""))
        elif kind == _MULRK and len(body) >= 6:
            row, column = struct.unpack_from("<HH", body)
            for n in range((len(body) - 6) // 6):
                style = struct.unpack_from("<H", body, 4 + 6 * n)[0]
                if style in telling:
                    sheet.mark(row, column + n, (*telling[style], ""))
    return sheet
