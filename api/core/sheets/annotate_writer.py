"""The inside of the limited process that `annotate.py` starts: never import it into the server."""

import base64
import datetime as dt
import io
import re
import sys
from typing import Any, Final

import orjson

from api.core.sheets import tables_reader
from api.core.sheets.tables import Refused

_AUTHOR: Final = "台账校验"
_RED: Final = "FFFFC7CE"
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LINE: Final = 48 * 1024


class _Kept(tables_reader.Writer):
    """Takes what the reader finds instead of writing it out."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[tuple[str, list[tuple[int, list[Any]]]]] = []

    def sheet(self, **head: Any) -> None:
        self.sheets.append((str(head["name"]), []))

    def row(
        self, number: int, cells: list[Any], marks: list[Any] | None = None, width: int = 0
    ) -> None:
        del marks, width  # what is seen or known beside the values is not written out
        self.sheets[-1][1].append((number, cells))

    @property
    def rows(self) -> int:
        return sum(len(rows) for _, rows in self.sheets)


def _rebuilt(data: bytes, suffix: str) -> Any:
    """A new workbook with the same content, for files that are no .xlsx."""
    import openpyxl

    kept = _Kept()
    tables_reader.read(data, suffix, kept)
    book: Any = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in kept.sheets:
        sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", "", name)[:31] or "Sheet")
        for number, cells in rows:
            for at, value in enumerate(cells, 1):
                if value is not None:
                    _put(sheet.cell(number, at), _value(value))
    return book


def _value(wire: Any) -> Any:
    if not isinstance(wire, list):
        return wire
    tag, text = wire  # pyright: ignore[reportUnknownVariableType]
    if tag == "d":
        return dt.date.fromisoformat(str(text))  # pyright: ignore[reportUnknownArgumentType]
    if tag == "t":
        return dt.datetime.fromisoformat(str(text))  # pyright: ignore[reportUnknownArgumentType]
    return str(text)  # pyright: ignore[reportUnknownArgumentType]


def _put(cell: Any, value: Any) -> None:
    """Write a value that is never a formula, whatever it begins with."""
    if isinstance(value, str):
        cell.value = _ILLEGAL.sub("", value)
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in {"=", "+", "-", "@", "\t", "\r"}
    else:
        cell.value = value


def _opened(data: bytes) -> Any:
    import openpyxl

    tables_reader.check_zip(data)
    try:
        return openpyxl.load_workbook(io.BytesIO(data), keep_links=False, keep_vba=False)
    except MemoryError:
        raise
    except Exception:
        return None


def _mark(book: Any, plan: dict[str, Any], *, rebuilt: bool) -> None:
    names = book.sheetnames
    for index, sheet_plan in plan.items():
        if not rebuilt and int(index) >= len(names):
            continue
        sheet = book[names[int(index) if int(index) < len(names) else 0]]
        _clean(sheet)
        _colour(sheet, sheet_plan["cells"])
        _column(sheet, sheet_plan)


def _clean(sheet: Any) -> None:
    """Take away what an earlier check left, if this file is an annotated copy itself."""
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows():
        for cell in row:
            comment = getattr(cell, "comment", None)
            if comment is not None and comment.author == _AUTHOR:
                cell.comment = None
                cell.fill = PatternFill()


def _colour(sheet: Any, cells: list[list[Any]]) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    anchors = {
        (row, column): (merged.min_row, merged.min_col)
        for merged in sheet.merged_cells.ranges
        if merged.size["rows"] * merged.size["columns"] < 10_000
        for row, column in merged.cells
    }
    said: dict[tuple[int, int], list[str]] = {}
    for row, column, message in cells:
        place = anchors.get((row, column + 1), (row, column + 1))
        said.setdefault(place, []).append(message)
    for (row, column), messages in said.items():
        cell = sheet.cell(row, column)
        cell.fill = PatternFill("solid", start_color=_RED, end_color=_RED)
        comment = Comment(_ILLEGAL.sub("", "\n".join(dict.fromkeys(messages)))[:2000], _AUTHOR)
        comment.width, comment.height = 260, 90
        cell.comment = comment


def _column(sheet: Any, plan: dict[str, Any]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    header = plan["header"]
    heads = {cell.value: cell.column for cell in sheet[header] if isinstance(cell.value, str)}
    widest = max((cell.column for cell in sheet[header] if cell.value is not None), default=1)
    at = heads.get(plan["heading"], max(widest, plan["last"] + 1) + 1)
    _put(sheet.cell(header, at), plan["heading"])
    sheet.cell(header, at).font = Font(bold=True)
    sheet.column_dimensions[get_column_letter(at)].width = 48
    for row in range(header + 1, sheet.max_row + 1):
        if sheet.cell(row, at).value is not None and str(row) not in plan["rows"]:
            sheet.cell(row, at).value = None
    for row, messages in plan["rows"].items():
        cell = sheet.cell(int(row), at)
        _put(cell, "；".join(dict.fromkeys(messages))[:8000])
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def main() -> None:
    """Plan and file from standard input, the workbook as base64 lines to standard output."""
    tables_reader.limit_resources(may_write=True)
    out = sys.stdout.buffer
    try:
        payload = sys.stdin.buffer.read()
        size = int.from_bytes(payload[:8], "big")
        plan: dict[str, Any] = orjson.loads(payload[8 : 8 + size])
        data = payload[8 + size :]
        book = _opened(data) if data.startswith(b"PK\x03\x04") else None
        rebuilt = book is None
        if book is None:
            book = _rebuilt(data, sys.argv[1] if len(sys.argv) > 1 else "")
        _mark(book, plan, rebuilt=rebuilt)
        result = io.BytesIO()
        book.save(result)
        done = result.getvalue()
        for begin in range(0, len(done), _LINE):
            out.write(base64.b64encode(done[begin : begin + _LINE]) + b"\n")
        out.write(b".\n")
    except Refused as refused:
        out.write(b"!" + str(refused).encode() + b"\n")
    except MemoryError:
        out.write(b"!file_too_complex\n")
    except Exception:
        out.write(b"!file_corrupt\n")
    out.flush()


if __name__ == "__main__":
    main()
