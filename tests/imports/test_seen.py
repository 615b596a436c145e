"""What the eye sees beside values: strikes, hidden columns and rows, merged numbers, formulas."""

import io

import openpyxl
import pytest
import xlwt
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from .helpers import read, read_table
from .hostile import with_part
from .sheets import LEAD, LEADS, VICTIM, VICTIMS, faults, lead, taken, told, victim, warnings

STRUCK = InlineFont(strike=True)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_row_struck_through_is_left_out_and_told() -> None:
    strike = [f"{letter}3" for letter in "BDEF"]
    rows, reader = taken(VICTIMS, [VICTIM, victim(1), victim(2, "李某某")], strike=strike)
    assert rows.keys() == {2}
    assert [one.row for one in reader.remarks if one.code == "row_struck"] == [3]


def test_a_cell_struck_through_is_asked_about() -> None:
    rows, _ = taken(VICTIMS, [VICTIM, victim(1)], strike=["E2"])
    assert faults(rows[2]) == {("principal", "struck_out")}


def test_what_is_struck_beside_other_text_is_not_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["姓名", "投资金额（元）"])
    sheet["A2"], sheet["B2"] = "王某某", CellRichText(TextBlock(STRUCK, "5000"), "8000")
    sheet["A3"], sheet["B3"] = CellRichText("张某", TextBlock(STRUCK, "李某")), 7
    sheet["A4"], sheet["B4"] = (
        "周某",
        CellRichText(TextBlock(STRUCK, "5000"), TextBlock(STRUCK, "0")),
    )
    rows, _ = read(saved(book), VICTIMS)
    assert rows[0].values["principal"] == 8_000_00
    assert ("principal", "struck_part") in warnings(rows[0])
    assert rows[1].values["name"] == "张某"
    assert faults(rows[2]) == {("principal", "struck_out")}


def test_hidden_columns_do_not_win_and_what_is_hidden_is_told() -> None:
    head = [*LEAD, "涉案金额（元）", "涉案金额（元）", "备注"]
    rows, reader = taken(
        LEADS, [head, lead(990_000, 2_500, "甲"), lead(1, 2, "乙")], hide=["F", "H", "3"]
    )
    assert [row.values["amount_involved"] for row in rows.values()] == [2_500_00, 2_00]
    assert {"column_doubled", "column_hidden", "rows_hidden"} <= told(reader)
    assert [one.letter for one in reader.sheets[0].columns if one.hidden] == ["F", "H"]
    assert [line.hidden for line in reader.sheets[0].lines] == [False, False, True]


def old_workbook() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("台账")
    for column, heading in enumerate(["姓名", "投资金额", "投资金额", "备注"]):
        sheet.write(0, column, heading)
    struck = xlwt.easyxf("font: struck_out on")
    for row, name in enumerate(["王某某", "李某某", "张某"], 1):
        sheet.write(row, 0, name, struck if row == 2 else xlwt.Style.default_style)
    sheet.write(1, 1, 1.0)
    sheet.write(1, 2, 3.5, xlwt.easyxf(num_format_str='0.00"万元"'))
    sheet.write(2, 2, 3, struck)
    sheet.write(3, 2, 4, xlwt.easyxf(num_format_str='"$"#,##0'))
    sheet.col(1).hidden = True
    sheet.row(3).hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", ["台账.xls", "台账.et"])
def test_old_workbooks_are_seen_as_well(name: str) -> None:
    rows, reader = read(old_workbook(), VICTIMS, name)
    assert [row.number for row in rows] == [2, 4]
    assert rows[0].values["principal"] == 35_000_00
    assert faults(rows[1]) == {("principal", "unit_unclear")}
    assert {"row_struck", "rows_hidden", "column_doubled"} <= told(reader)


def test_one_number_over_several_rows_cannot_be_split() -> None:
    lines = [VICTIM, victim(1), victim(2, "李某某", None), victim(3, "周某", None)]
    rows, _ = taken(VICTIMS, lines, merges=["E2:E4"])
    assert ("principal", "merged_amount") in warnings(rows[2])
    assert faults(rows[3]) == faults(rows[4]) == {("principal", "merged_amount")}


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'
)


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><f>IF(1,"")</f><v></v></c><c r="C1"><f>A1</f></c><c r="D1" t="e"><v>#REF!</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c t="str" r="B1"><f>IF(1,"")</f></c><c s="0" r="C1"><f ca="1">A1</f><v/></c><c t="e" s="0" r="D1"><f>1</f><v>#REF!</v></c></row>',
        "<row r='1'><c r='A1'><v>1</v></c><c t='str' r='B1'><f>IF(1,\"\")</f><v/></c><c r='C1'><f>A1</f><v></v></c><c t='e' r='D1'><v>#REF!</v></c></row>",
    ],
)
def test_attributes_stand_in_any_order_and_an_empty_result_is_blank(cells: str) -> None:
    hidden = '<cols><col hidden="1" width="9" max="3" min="2"/></cols>'
    more = '<row hidden="1" r="2"><c r="A2"><v>2</v></c></row><row r="3" ht="0"><c r="A3"><v>3</v></c></row>'
    xml = SHEET.format(f"{hidden}<sheetData>{cells}{more}</sheetData>").encode()
    (sheet,) = read_table(with_part("xl/worksheets/sheet1.xml", xml))
    first = sheet.rows[0].cells
    assert first[:2] == [1, None]
    assert [getattr(cell, "text", cell) for cell in first[2:]] == ["#公式", "#REF!"]
    assert sheet.hidden_columns == (1, 2)
    assert sheet.hidden_row_numbers == {2, 3}


def test_blanks_in_far_columns_hold_nothing_but_a_value_there_does() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([*LEAD])
    sheet.append(lead())
    sheet.cell(1, 300, " ")
    sheet.cell(2, 280, "\u3000")
    rows, _ = read(saved(book), LEADS)
    assert rows[0].good
    sheet.cell(2, 300, "甲")
    with pytest.raises(Exception, match="列"):
        read(saved(book), LEADS)
