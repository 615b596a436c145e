"""The annotated copy: the faulty cells red with their reasons, everything else as it was."""

import io
import json

import openpyxl
import pytest

from api.core.sheets.annotate import annotate
from api.domain.imports.ledger_spec import RESULT_HEADING
from api.domain.imports.ledgers import LedgerKind

from .helpers import DATA, read

RED = "FFFFC7CE"


def reds(sheet: object) -> set[tuple[int, int]]:
    return {
        (cell.row, cell.column)
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid" and cell.fill.start_color.rgb == RED
    }


def all_faults(rows: list) -> list:
    return [fault for row in rows for fault in (*row.faults, *row.warnings)]


def test_red_are_exactly_the_planted_faults() -> None:
    name = "线索台账-含错误.xlsx"
    original = (DATA / name).read_bytes()
    rows, reader = read(original)
    done = annotate(original, all_faults(rows), reader.sheets, name)
    before = openpyxl.load_workbook(io.BytesIO(original)).active
    after = openpyxl.load_workbook(io.BytesIO(done)).active
    planted = json.loads((DATA / "线索台账-含错误.faults.json").read_text("utf-8"))
    heads = {cell.value: cell.column for cell in before[3]}
    wanted = {(one["row"], heads[one["column"]]) for one in planted}
    assert reds(after) == wanted
    assert all(after.cell(*place).comment.text for place in wanted)
    assert after.cell(3, 18).value == RESULT_HEADING
    told = {row for row in range(4, after.max_row + 1) if "：" in (after.cell(row, 18).value or "")}
    assert told >= {row for row, _ in wanted}
    for row in before.iter_rows():
        for cell in row:
            assert after.cell(cell.row, cell.column).value == cell.value
    assert before.merged_cells.ranges == after.merged_cells.ranges


def test_annotated_copy_reads_like_the_original_and_can_be_annotated_again() -> None:
    original = (DATA / "线索台账-含错误.xlsx").read_bytes()
    rows, reader = read(original)
    once = annotate(original, all_faults(rows), reader.sheets)
    again, reader2 = read(once)
    assert [row.fingerprint for row in again] == [row.fingerprint for row in rows]
    assert reader2.remarks == reader.remarks
    twice = annotate(once, [], reader2.sheets)
    sheet = openpyxl.load_workbook(io.BytesIO(twice)).active
    assert reds(sheet) == set()
    assert sheet.max_column == 18


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_csv_comes_back_as_workbook_without_formulas(encoding: str) -> None:
    text = (
        "姓名,身份证号,投资本金（元）,备注\r\n"
        '张三,342425195001010019,100,"=HYPERLINK(""http://x"")"\r\n'
        "李四,341522195501244490,很多,@SUM(A1)\r\n"
    )
    original = text.encode(encoding)
    rows, reader = read(original, LedgerKind.VICTIMS, "a.csv")
    done = annotate(original, all_faults(rows), reader.sheets, "a.csv")
    sheet = openpyxl.load_workbook(io.BytesIO(done)).active
    assert reds(sheet) == {(3, 3)}
    assert sheet["D2"].value.startswith("=HYPERLINK")
    assert sheet["D2"].data_type == "s"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
