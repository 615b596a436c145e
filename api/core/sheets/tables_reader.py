"""The inside of the limited process that `tables.py` starts: never import it into the server.

It reads one file from standard input and writes sheets and rows as JSON lines; a line that begins
with `!` is a refusal's code, a line `.` says that everything was read.
"""

import contextlib
import datetime as dt
import io
import math
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, Final, cast

import orjson

from api.core.sheets.tables import (
    CPU_SECONDS,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    MEMORY_LIMIT,
    Refused,
)
from api.core.sheets.tables_look import (
    Look,
    MarkParts,
    Styles,
    attributes,
    look,
    look_biff,
    mark_cells,
    read_styles,
    read_texts,
)
from api.core.sheets.tables_text import read_text
from api.domain.imports.cells import EXACT_DIGITS

MAX_UNCOMPRESSED: Final = 300 * 1024 * 1024
MAX_RATIO: Final = 200
#: a small part of repeated blank cells compresses very well and harms nobody
RATIO_MATTERS_ABOVE: Final = 8 * 1024 * 1024
MAX_ENTRIES: Final = 2_000
BATCH: Final = 200
_CHUNK: Final = 1 << 20
_OVERLAP: Final = 4096


# ---------------------------------------------------------------------------------------- limits


def limit_resources(*, may_write: bool = False) -> None:
    """Little memory, little processor time, no files: set before the first byte is looked at."""
    try:
        import resource
    except ImportError:  # Windows: the size checks alone must do
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    most = MAX_UNCOMPRESSED * 2 if may_write else 0
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# ------------------------------------------------------------------------------------- the zip box


def _inflate(data: bytes, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's real bytes: the sizes in the directory may lie, so they are not believed."""
    start = info.header_offset
    header = data[start : start + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Refused("file_corrupt")
    begin = start + 30 + int.from_bytes(header[26:28], "little")
    begin += int.from_bytes(header[28:30], "little")
    raw = memoryview(data)[begin : begin + info.compress_size]
    if info.compress_type == zipfile.ZIP_STORED:
        for at in range(0, len(raw), _CHUNK):
            yield bytes(raw[at : at + _CHUNK])
        return
    if info.compress_type != zipfile.ZIP_DEFLATED:
        raise Refused("file_suspicious")
    inflater = zlib.decompressobj(-15)
    for at in range(0, len(raw), _CHUNK):
        piece = bytes(raw[at : at + _CHUNK])
        while piece:
            out = inflater.decompress(piece, _CHUNK)
            if out:
                yield out
            piece = inflater.unconsumed_tail
            if not out and not piece:
                break
    yield inflater.flush()


def _scan(chunks: Iterator[bytes], budget: int, part: Look | None, allowed: float) -> int:
    """Bytes of one part. Refuses what is too much, and any document type declaration (entities)."""
    size, tail = 0, b""
    for chunk in chunks:
        size += len(chunk)
        if size > budget or (size > RATIO_MATTERS_ABOVE and size > allowed):
            raise Refused("file_suspicious")
        window = tail + chunk
        if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
            raise Refused("file_suspicious")
        if part is not None:
            look(window, part)
        tail = window[-_OVERLAP:]
    return size


def check_zip(data: bytes) -> dict[str, Look]:
    """Sizes, ratios, entries, macros and entities, all before any parser sees the content."""
    try:
        box = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused("file_corrupt") from error
    infos = box.infolist()
    if len(infos) > MAX_ENTRIES:
        raise Refused("file_suspicious")
    if sum(info.file_size for info in infos) > MAX_UNCOMPRESSED:
        raise Refused("file_suspicious")
    names = {info.filename.lower() for info in infos}
    _check_kind(names)
    parts: dict[str, Look] = {}
    left = MAX_UNCOMPRESSED
    for info in infos:
        if info.flag_bits & 0x1:
            raise Refused("file_encrypted")
        sheet = info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml")
        part = Look() if sheet else None
        if part is not None:
            parts[info.filename] = part
        try:
            left -= _scan(_inflate(data, info), left, part, info.compress_size * MAX_RATIO)
        except zlib.error as error:
            raise Refused("file_corrupt") from error
    return parts


def _check_kind(names: set[str]) -> None:
    macros = ("vbaproject.bin", "xl/macrosheets/", "vbadata.xml")
    if any(name.endswith(macros[0]) or name.startswith(macros[1]) for name in names):
        raise Refused("file_has_macros")
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Refused("spreadsheet_kind_unsupported")
    if not any(name.startswith("xl/") and name.endswith("workbook.xml") for name in names):
        raise Refused("not_a_spreadsheet" if "[content_types].xml" not in names else "file_corrupt")


def _sheet_parts(data: bytes) -> dict[str, str]:
    """Sheet name → its part, so that what `_look` found can be laid over the right sheet."""
    box = zipfile.ZipFile(io.BytesIO(data))
    try:
        book = box.read("xl/workbook.xml")
        links = box.read("xl/_rels/workbook.xml.rels")
    except (KeyError, zipfile.BadZipFile, zlib.error):
        return {}
    targets: dict[str, str] = {}
    for tag in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", links):
        found = attributes(tag)
        target = found.get(b"Target", b"").decode("utf-8", "replace")
        target = target.removeprefix("/").removeprefix("xl/")
        targets[found.get(b"Id", b"").decode("utf-8", "replace")] = "xl/" + target
    names: dict[str, str] = {}
    for tag in re.findall(rb"<(?:\w+:)?sheet\b[^>]*>", book):
        found = attributes(tag)
        relation = next((v for k, v in found.items() if k.endswith(b":id")), b"")
        name = found.get(b"name", b"").decode("utf-8", "replace")
        names[_unescape(name)] = targets.get(relation.decode("utf-8", "replace"), "")
    return names


def _unescape(text: str) -> str:
    import html

    return html.unescape(text)


# ---------------------------------------------------------------------------------- the OLE box


_BIFF_STREAMS: Final = ("Workbook", "Book")
_FILEPASS, _BOUNDSHEET, _EOF = 0x002F, 0x0085, 0x000A


def check_ole(data: bytes) -> dict[str, Look]:
    """`.xls` and `.et`: password, macros, or another program's file in the same container; and
    how each sheet looks, by name."""
    import olefile

    try:
        box = cast("Any", olefile.OleFileIO(io.BytesIO(data)))
        names = {"/".join(path) for path in box.listdir(streams=True, storages=True)}
        stream = next((name for name in _BIFF_STREAMS if name in names), None)
        content: bytes = box.openstream(stream).read() if stream else b""
    except Exception as error:  # olefile raises whatever the damage leads it to
        raise Refused("file_corrupt") from error
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise Refused("file_encrypted")
    if any("_VBA_PROJECT" in name or name.endswith("VBA/dir") for name in names):
        raise Refused("file_has_macros")
    if stream is None:
        raise Refused("not_a_spreadsheet")
    _check_biff(content)
    try:
        return look_biff(content)
    except (struct.error, IndexError):  # damaged beside its values: those are read without a look
        return {}


def _check_biff(stream: bytes) -> None:
    at = 0
    while at + 4 <= len(stream):
        kind = int.from_bytes(stream[at : at + 2], "little")
        size = int.from_bytes(stream[at + 2 : at + 4], "little")
        if kind == _FILEPASS:
            raise Refused("file_encrypted")
        if kind == _BOUNDSHEET and at + 10 <= len(stream) and stream[at + 9] in {1, 6}:
            raise Refused("file_has_macros")  # Excel 4.0 macro sheet, VBA module
        if kind == _EOF:
            return  # the globals end here; what follows are the sheets
        at += 4 + size


# --------------------------------------------------------------------------------------- sheets


def _wire(value: Any) -> Any:
    """One cell for the pipe: JSON's own kinds, and tagged pairs for dates and errors."""
    if isinstance(value, str):
        return value[:MAX_CELL] or None
    if isinstance(value, float):
        if not math.isfinite(value):
            return ["e", "#NUM!"]
        return int(value) if value.is_integer() and abs(value) < EXACT_DIGITS else value
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time(0)
        return ["d", value.date().isoformat()] if midnight else ["t", value.isoformat()]
    if isinstance(value, dt.date):
        return ["d", value.isoformat()]
    return value if value is None or isinstance(value, int) else str(value)


class Writer:
    """Batches of rows to standard output; counts what it lets through."""

    def __init__(self) -> None:
        self._out = sys.stdout.buffer
        self._batch: list[tuple[Any, ...]] = []
        self._rows = 0

    def sheet(self, **head: Any) -> None:
        self.flush()
        self._out.write(orjson.dumps(head) + b"\n")

    def row(
        self, number: int, cells: list[Any], marks: list[Any] | None = None, width: int = 0
    ) -> None:
        while cells and (
            cells[-1] is None or (isinstance(cells[-1], str) and not cells[-1].strip())
        ):
            cells.pop()
        if not cells:
            return
        if len(cells) > MAX_COLUMNS:
            raise Refused("too_many_columns")
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise Refused("too_many_rows")
        if width:
            self._batch.append((number, cells, [], width))
        else:
            self._batch.append((number, cells, marks) if marks else (number, cells))
        if len(self._batch) >= BATCH:
            self.flush()

    def flush(self) -> None:
        if self._batch:
            self._out.write(orjson.dumps(self._batch) + b"\n")
            self._batch = []
        self._out.flush()

    @property
    def rows(self) -> int:
        return self._rows


def _looks(data: bytes, parts: dict[str, Look]) -> dict[str, Look]:
    """Sheet name → how it looks, with styles and struck texts laid over its cells."""
    box = zipfile.ZipFile(io.BytesIO(data))
    styles = Styles()
    try:
        read_styles(box.read("xl/styles.xml"), styles)
        if "xl/sharedStrings.xml" in box.namelist():
            texts = box.read("xl/sharedStrings.xml")
            if b"strike" in texts:
                read_texts(texts, styles)
    except (KeyError, ValueError, SyntaxError, zlib.error, zipfile.BadZipFile):
        pass  # a workbook without styles, or with broken ones: its values are read all the same
    for name, part in parts.items():
        if styles.cells or styles.texts or part.strikes:
            with contextlib.suppress(ValueError, SyntaxError):
                mark_cells(_inflate(data, box.getinfo(name)), styles, part)
    return {sheet: parts[file] for sheet, file in _sheet_parts(data).items() if file in parts}


def write_workbook(data: bytes, looks: dict[str, Look], writer: Writer) -> None:
    """Every worksheet of a spreadsheet that passed the checks."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise Refused("file_encrypted") from error
    for index, meta in enumerate(book.sheets_metadata):
        if meta.typ == calamine.SheetTypeEnum.MacroSheet:
            raise Refused("file_has_macros")
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        part = looks.get(meta.name, Look())
        _write_sheet(book.get_sheet_by_index(index), index, meta, part, writer)


def _write_sheet(sheet: Any, index: int, meta: Any, part: Look, writer: Writer) -> None:
    visible = str(meta.visible).endswith("Visible") and "Very" not in str(meta.visible)
    merges = [(a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
    writer.sheet(
        name=meta.name,
        index=index,
        hidden=not visible,
        merges=merges[:20_000],
        hidden_rows=len(part.hidden_rows),
        hidden_row_numbers=sorted(part.hidden_rows)[:20_000],
        hidden_columns=sorted(part.hidden_columns)[:MAX_COLUMNS],
    )
    # The library leaves out blank columns on the left, but not blank rows at the top.
    left: list[Any] = [None] * (sheet.start[1] if sheet.start else 0)
    errors: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in part.errors.items():
        errors.setdefault(row, []).append((column, text))
    for number, values in enumerate(sheet.iter_rows()):
        if len(values) > MAX_COLUMNS:  # blanks far to the right hold nothing
            while values and (values[-1] is None or not str(values[-1]).strip()):
                values.pop()
        cells = left + [_wire(value) for value in values]
        for column, text in errors.get(number, ()):
            cells.extend([None] * (column + 1 - len(cells)))
            if cells[column] is None:
                cells[column] = ["e", text]
        marks = part.marks.get(number)
        writer.row(number + 1, cells, _marks(number, cells, marks, part) if marks else None)


def _marks(
    number: int, cells: list[Any], marks: dict[int, MarkParts], part: Look
) -> list[list[Any]]:
    """The marks of a row's cells that hold something, and their texts without what is struck."""
    told: list[list[Any]] = []
    for column, mark in sorted(marks.items()):
        if column >= len(cells) or cells[column] is None:
            continue
        cells[column] = part.texts.get((number, column), cells[column])
        told.append([column, *mark])
    return told


# ------------------------------------------------------------------------------------------ text


def write_text(data: bytes, writer: Writer) -> None:
    """A CSV or TSV file; its row numbers are those a spreadsheet program would show."""
    table = read_text(data)
    writer.sheet(
        name="CSV", index=0, hidden=False, merges=[], hidden_rows=0,
        encoding=table.encoding, delimiter=table.delimiter, usual_width=table.usual_width,
    )  # fmt: skip
    for number, values in enumerate(table.lines(), 1):
        cells = [value if value.strip() else None for value in values]
        writer.row(number, cells, width=len(values))


# ------------------------------------------------------------------------------------------- main

_FOREIGN: Final = (
    b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MZ",
    b"\x7fELF", b"BM", b"{\\rtf", b"ID3", b"RIFF", b"BZh", b"\xfd7zXZ",
)  # fmt: skip


def read(data: bytes, suffix: str, writer: Writer) -> None:
    """What the bytes say counts; of the name only that it promises macros."""
    if suffix in {".xlsm", ".xlam", ".xltm", ".xla"}:
        raise Refused("file_has_macros")
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        write_workbook(data, _looks(data, check_zip(data)), writer)
    elif data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        write_workbook(data, check_ole(data), writer)
    elif data.startswith(_FOREIGN):
        raise Refused("not_a_spreadsheet")
    else:
        write_text(data, writer)
    if not writer.rows:
        raise Refused("file_empty")


def main() -> None:
    """Read standard input under limits; the exit code is 0 also for a refusal."""
    limit_resources()
    data = sys.stdin.buffer.read()
    writer = Writer()
    out = sys.stdout.buffer
    try:
        read(data, sys.argv[1] if len(sys.argv) > 1 else "", writer)
        writer.flush()
        out.write(b".\n")
    except Refused as refused:
        writer.flush()
        out.write(b"!" + str(refused).encode() + b"\n")
    except MemoryError:
        out.write(b"!file_too_complex\n")
    except BaseException as error:
        writer.flush()
        memory = "memory" in str(error).lower()
        out.write(b"!file_too_complex\n" if memory else b"!file_corrupt\n")
    out.flush()
