"""What else a township's Excel holds: merged cells, double headings, notes, several sheets."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.core.sheets.ledger_import import row_fingerprint
from api.domain.imports.ledgers import LedgerKind
from api.domain.kit.errors import DomainError
from tests.imports.books import HEAD, book, line

from .helpers import DIVISIONS, read


def codes(reader) -> set[str]:
    return {remark.code for remark in reader.remarks}


def test_heading_on_two_lines_with_groups() -> None:
    upper = [
        "序号",
        "来源",
        "接收时间",
        "举报人",
        None,
        "被举报人",
        None,
        "类别",
        "问题描述",
        "涉案情况（万元）",
        None,
    ]
    lower = [None, None, None, "姓名", "电话", "名称", "电话", None, None, "人数（人）", "金额"]
    rows = [
        ["线索台账"],
        upper,
        lower,
        [
            1,
            "12345",
            "2022-09-01",
            "王文秀",
            "13812345678",
            "甲公司",
            "0564-6021234",
            "保健品",
            "卖药",
            3,
            5,
        ],
    ]
    merges = ["A1:K1", "D2:E2", "F2:G2", "J2:K2"] + [f"{c}2:{c}3" for c in "ABCHI"]
    rows_, reader = read(book(rows, merges=merges))
    values = rows_[0].values
    assert values["reporter_name"] == "王文秀"
    assert values["reporter_phone"] == "13812345678"
    assert values["subject_name"] == "甲公司"
    assert values["people_involved"] == 3
    assert values["amount_involved"] == 50_000_00
    assert rows_[0].extras == {"被举报人 电话": "0564-6021234"}
    assert "columns_ignored" in codes(reader)


def test_the_cells_own_unit_beats_the_columns_and_that_beats_the_sheets() -> None:
    head = [*HEAD]
    head[6] = "涉案金额（元）"
    data = book([["单位：万元"], head, line(涉案金额=5), line(2, 涉案金额="5万")])
    rows, _ = read(data)
    assert [row.values["amount_involved"] for row in rows] == [5_00, 50_000_00]
    rows, _ = read(book([["单位：万元"], HEAD, line(涉案金额=5), line(2, 涉案金额="5元")]))
    assert [row.values["amount_involved"] for row in rows] == [50_000_00, 5_00]
    rows, reader = read(book([HEAD, line(涉案金额=5)]))
    assert rows[0].values["amount_involved"] == 5_00
    assert "unit_unsaid" in codes(reader)


def test_a_village_merged_over_rows_holds_for_all_but_an_amount_counts_once() -> None:
    lines = [
        HEAD,
        line(1),
        line(2, 所在村=None, 涉案金额=None),
        line(3, 所在村=None, 涉案金额=None),
    ]
    rows, _ = read(book(lines, merges=["H2:H4", "G2:G3"]))
    assert [row.values["division_code"] for row in rows] == [DIVISIONS["白庙村"]] * 3
    assert [row.values["amount_involved"] for row in rows] == [5_00, None, None]
    assert [w.code for w in rows[1].warnings] == ["merged_amount"]
    assert not any(row.faults for row in rows)


def test_what_is_no_data_is_left_out() -> None:
    lines = [
        ["众兴集镇线索台账"],
        HEAD,
        ["甲", "乙", 1, 2, 3, 4, 5, 6],
        ["示例", "12345", "2022-09-01", "某公司", "保健品", "如何填写", 1, "白庙村"],
        ["一、白庙村"],
        line(1),
        line(2),
        ["小计", None, None, None, None, None, 10],
        HEAD,
        line(3),
        [4],
        ["5"],
        [],
        ["合  计：", None, None, None, None, None, 15],
        ["填表人：张三", None, "审核人：李四", None, None, None, "2022年9月30日"],
        ["备注：1.本表每周五报送。"],
    ]
    rows, reader = read(book(lines))
    assert [row.number for row in rows] == [6, 7, 10]
    assert not any(row.faults for row in rows)
    assert "total_differs" not in codes(reader)


def test_a_total_that_does_not_add_up_is_told() -> None:
    lines = [HEAD, line(1), line(2), ["合计", None, None, None, None, None, 11]]
    _, reader = read(book(lines))
    assert "total_differs" in codes(reader)


def test_a_row_with_one_cell_is_a_faulty_row_not_a_note() -> None:
    rows, _ = read(book([HEAD, line(1), [None, None, None, "乙公司"]]))
    assert {f.field for f in rows[1].faults} == {
        "channel",
        "received_on",
        "categories",
        "narrative",
    }


def test_every_sheet_with_the_ledger_is_read_and_a_summary_counts_once() -> None:
    first, second = [HEAD, line(1), line(1)], [HEAD, line(2)]
    summary = [
        HEAD,
        line(7, 反映对象="甲公司1"),
        line(8, 反映对象="甲公司1"),
        line(9, 反映对象="甲公司2"),
        line(10),
    ]
    data = book(first, second, [["填表说明"]], summary, [HEAD, line(11)], 表5="hidden")
    rows, reader = read(data)
    assert [row.repeated for row in rows] == [False] * 3 + [True] * 3 + [False]
    assert [row.occurrence for row in rows][:2] == [1, 2]
    assert {"sheet_without_header", "sheet_hidden"} <= codes(reader)


def test_wrong_kind_of_table_says_what_is_missing() -> None:
    with pytest.raises(DomainError) as refused:
        read(book([["来源", "接收时间", "反映对象"], ["12345", "2022-09-01", "甲"]]))
    assert refused.value.code == "columns_missing"
    assert "类别" in refused.value.detail
    with pytest.raises(DomainError) as refused:
        read(book([["商品", "数量"], ["鸡蛋", 3]]))
    assert refused.value.code == "header_not_found"


def test_formula_errors_are_faults_of_their_cell() -> None:
    rows, _ = read(book([HEAD, line(1, 涉案金额="=1/0")]))
    assert [(f.field, f.code) for f in rows[0].faults] == [("amount_involved", "formula_error")]


def test_repeated_heading_takes_the_left_column() -> None:
    rows, reader = read(book([[*HEAD, "所在村"], [*line(1), "大塘村"]]))
    assert rows[0].values["division_code"] == DIVISIONS["白庙村"]
    assert "column_doubled" in codes(reader)


@pytest.mark.parametrize(
    ("said", "village"),
    [
        ("白庙", "白庙村"), ("白庙村", "白庙村"), ("众兴集镇白庙村", "白庙村"), ("众兴镇白庙村", "白庙村"),
        ("白庙村委会", "白庙村"), ("白庙村村民委员会", "白庙村"), ("霍邱县众兴集镇白庙村", "白庙村"),
        ("安徽省六安市霍邱县众兴集镇白庙村", "白庙村"), ("白庙行政村", "白庙村"), ("白庙村王庄组", "白庙村"),
        ("众兴社区居委会", "众兴社区"), ("众兴居委会", "众兴社区"), (" 白 庙 村 ", "白庙村"),
        ("镇白庙村", "白庙村"), ("众兴集镇", "众兴集镇"),
    ],
)  # fmt: skip
def test_villages_as_people_write_them(said: str, village: str) -> None:
    rows, _ = read(book([HEAD, line(1, 所在村=said)]))
    assert rows[0].values["division_code"] == DIVISIONS[village]


@pytest.mark.parametrize(
    "said", ["不存在村", "城关镇白庙村", "大", "村", "白庙大塘", "13812345678"]
)
def test_what_is_no_village_here(said: str) -> None:
    rows, _ = read(book([HEAD, line(1, 所在村=said)]))
    assert [f.code for f in rows[0].faults] == ["unknown_division"]


def test_bank_style_csv_with_quotes_tabs_and_apostrophes() -> None:
    text = (
        '"受害人登记表"\r\n姓名,身份证号,银行卡号,投资本金,签约日期\r\n'
        '张三,\'342425195001010019,6228488111442446719\t,"7,100.00",20210219\r\n'
    )
    rows, _ = read(text.encode("gb18030"), LedgerKind.VICTIMS, "a.csv")
    values = rows[0].values
    assert values["id_number"] == "342425195001010019"
    assert values["account_no"] == "6228488111442446719"
    assert values["principal"] == 7_100_00
    assert values["signed_on"] == date(2021, 2, 19)


def csv_of(lines: list[list]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue().encode()


CELLS = {
    "来源": st.sampled_from(["12345", "信访", "110"]),
    "接收时间": st.dates(date(2022, 5, 1), date(2022, 10, 1)).map(str),
    "反映对象": st.sampled_from(["甲公司", "乙公司", "丙(未登记)"]),
    "类别": st.sampled_from(["保健品", "养老服务"]),
    "问题描述": st.sampled_from(["卖药", "收会员费", "不退款"]),
    "涉案金额": st.integers(0, 99).map(str),
    "所在村": st.sampled_from(["白庙村", "大塘村"]),
}


@settings(max_examples=25, deadline=None)
@given(st.fixed_dictionaries(CELLS), st.permutations(list(CELLS)), st.integers(1, 999), st.data())
def test_identity(cells: dict, order: list[str], running: int, data: st.DataObject) -> None:
    plain = read(csv_of([list(cells), list(cells.values())]), name="a.csv")[0][0]
    moved = [["序号", *order, "附件"], [running, *(cells[name] for name in order), ""]]
    assert read(csv_of(moved), name="a.csv")[0][0].fingerprint == plain.fingerprint
    field = data.draw(st.sampled_from(list(cells)))
    other = data.draw(CELLS[field].filter(lambda value: value != cells[field]))
    changed = read(csv_of([list(cells), list((cells | {field: other}).values())]), name="a.csv")[0][
        0
    ]
    assert changed.fingerprint != plain.fingerprint
    # One of the parts by which an edited row is found again stays whole.
    assert set(changed.anchors) & set(plain.anchors)


def test_fingerprint_keeps_fields_apart() -> None:
    assert row_fingerprint({"a": "1", "b": ""}) == row_fingerprint({"a": "1"})
    assert row_fingerprint({"a": "1"}) != row_fingerprint({"b": "1"})
