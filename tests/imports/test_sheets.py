"""Exports: what is written is what is read back, and nothing in it runs."""

import datetime as dt
import io
import tracemalloc
from collections.abc import AsyncIterator

import openpyxl
import pytest

from api.core.sheets.sheets import Cell, SheetColumn, xlsx_stream

COLUMNS = [
    SheetColumn("编号", 20),
    SheetColumn("金额（元）", 14, "yuan"),
    SheetColumn("人数", 8, "number"),
    SheetColumn("日期", 12, "date"),
    SheetColumn("描述", 40, "long"),
]


async def rows_of(rows: list[list[Cell]]) -> AsyncIterator[list[Cell]]:
    for row in rows:
        yield row


async def written(rows: list[list[Cell]]) -> bytes:
    stream = xlsx_stream(COLUMNS, rows_of(rows), title="线索台账", note="单位：元")
    return b"".join([piece async for piece in stream])


async def test_values_head_and_print_setup() -> None:
    data = await written(
        [["XS-1", 123_456, 3, dt.date(2022, 9, 1), "交会员费"], ["XS-2", None, 0, None, ""]]
    )
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet["A1"].value == "线索台账"
    assert [cell.value for cell in sheet[3]] == [column.label for column in COLUMNS]
    assert [cell.value for cell in sheet[4]] == [
        "XS-1",
        1234.56,
        3,
        dt.datetime(2022, 9, 1),  # noqa: DTZ001
        "交会员费",
    ]
    assert [cell.value for cell in sheet[5]] == ["XS-2", None, 0, None, None]
    assert sheet.freeze_panes == "A4"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$3:$3"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")', "http://x"]
)
async def test_no_cell_is_a_formula(text: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(await written([[text, 1, 1, None, text]]))).active
    assert {sheet["A4"].data_type, sheet["E4"].data_type} == {"s"}
    assert sheet["A4"].hyperlink is None
    assert sheet["A4"].value.strip() == text.strip()


@pytest.mark.slow
async def test_memory_does_not_grow_with_rows() -> None:
    async def many(n: int) -> AsyncIterator[list[Cell]]:
        for i in range(n):
            yield [f"XS-{i}", i, i, dt.date(2022, 9, 1), "养" * 50]

    peaks = []
    for n in (1_000, 20_000):
        tracemalloc.start()
        async for _ in xlsx_stream(COLUMNS, many(n)):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 2 + 1_000_000
