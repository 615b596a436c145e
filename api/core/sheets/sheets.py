"""Tables out as .xlsx, row by row: memory does not grow with the number of rows.

The caller decides what is masked; here only formulas are kept out, because a cell that begins with
`=` would run on the machine of whoever opens the file.
"""

import asyncio
import datetime as dt
import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Excel's own limit is 1,048,576 with the heading.
MAX_ROWS: Final = 1_000_000
_BATCH: Final = 500
_PIECE: Final = 64 * 1024
_ILLEGAL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_A4: Final = 9

Cell = str | int | Decimal | bool | dt.date | dt.datetime | None
Kind = Literal["text", "number", "yuan", "date", "moment", "long"]


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of an export: heading, width in characters, how cells look.

    `yuan` takes whole fen and shows yuan; `long` wraps.
    """

    label: str
    width: int = 14
    kind: Kind = "text"


def _safe(text: str) -> str:
    return _ILLEGAL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:32_767]


class _Book:
    """The workbook being written, in a temporary file of the system's."""

    def __init__(self, columns: Sequence[SheetColumn], title: str, note: str) -> None:
        import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the stream
        self.book: Any = xlsxwriter.Workbook(
            self.file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        self.columns = columns
        self.sheet: Any = self.book.add_worksheet("台账")
        self.formats = self._formats()
        self.next = self._head(title, note)
        self._print_setup(title)

    def _formats(self) -> dict[str, Any]:
        base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "border": 1}
        looks: dict[str, dict[str, object]] = {
            "text": {"num_format": "@"},
            "long": {"num_format": "@", "text_wrap": True, "valign": "top"},
            "number": {"num_format": "0"},
            "yuan": {"num_format": "#,##0.00"},
            "date": {"num_format": "yyyy-mm-dd", "align": "center"},
            "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
        }
        return {kind: self.book.add_format(base | look) for kind, look in looks.items()}

    def _head(self, title: str, note: str) -> int:
        row = 0
        last = len(self.columns) - 1
        for text, size in ((title, 16), (note, 10)):
            if not text:
                continue
            look = self.book.add_format(
                {"bold": size > 10, "font_size": size, "align": "center", "valign": "vcenter"}
            )
            self.sheet.set_row(row, 30 if size > 10 else 18)
            if last > 0:
                self.sheet.merge_range(row, 0, row, last, _safe(text), look)
            else:
                self.sheet.write_string(row, 0, _safe(text), look)
            row += 1
        look = self.book.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "border": 1, "align": "center"}
            | {"valign": "vcenter", "text_wrap": True, "font_name": "宋体", "font_size": 10}
        )
        for at, column in enumerate(self.columns):
            self.sheet.set_column(at, at, column.width)
            self.sheet.write_string(row, at, _safe(column.label), look)
        self.sheet.freeze_panes(row + 1, 0)
        self.sheet.repeat_rows(row)
        return row + 1

    def _print_setup(self, title: str) -> None:
        self.sheet.set_paper(_A4)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.sheet.set_footer("&C第 &P 页，共 &N 页")
        self.book.set_properties({"title": _safe(title)})

    def write(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            for at, value in enumerate(row):
                self._cell(at, value, self.columns[at].kind)
            self.next += 1

    def _cell(self, at: int, value: Cell, kind: Kind) -> None:
        look = self.formats[kind]
        if value is None or value == "":
            self.sheet.write_blank(self.next, at, None, look)
        elif kind == "yuan" and isinstance(value, int):
            self.sheet.write_number(self.next, at, value / 100, look)
        elif isinstance(value, bool):
            self.sheet.write_string(self.next, at, "是" if value else "否", look)
        elif isinstance(value, int | Decimal) and kind in {"number", "yuan"}:
            self.sheet.write_number(self.next, at, float(value), look)
        elif isinstance(value, dt.datetime):
            self.sheet.write_datetime(self.next, at, value.replace(tzinfo=None), look)
        elif isinstance(value, dt.date):
            self.sheet.write_datetime(self.next, at, value, look)
        else:
            self.sheet.write_string(self.next, at, _safe(str(value)), look)

    def close(self) -> None:
        self.book.close()
        self.file.seek(0)


async def xlsx_stream(
    columns: Sequence[SheetColumn],
    rows: AsyncIterator[Sequence[Cell]],
    *,
    title: str = "",
    note: str = "",
) -> AsyncIterator[bytes]:
    """The bytes of a workbook with these rows; anything beyond MAX_ROWS is told in a last row."""
    book = await asyncio.to_thread(_Book, columns, title, note)
    try:
        batch: list[Sequence[Cell]] = []
        count = 0
        async for row in rows:
            if count >= MAX_ROWS:
                batch.append([f"仅导出前 {MAX_ROWS:,} 行"])
                break
            batch.append(row)
            count += 1
            if len(batch) >= _BATCH:
                await asyncio.to_thread(book.write, batch)
                batch = []
        await asyncio.to_thread(book.write, batch)
        await asyncio.to_thread(book.close)
        while piece := await asyncio.to_thread(book.file.read, _PIECE):
            yield piece
    finally:
        book.file.close()
