"""Totals, notes, sections and headings that return are no data, in any spelling; names stay rows."""

import pytest

from api.domain.imports.ledger_lines import LineRole

from .helpers import read
from .sheets import (
    ENTITIES,
    ENTITY,
    LEAD,
    LEADS,
    VICTIM,
    VICTIMS,
    as_csv,
    entity,
    faults,
    lead,
    taken,
    told,
    victim,
    warnings,
)

TWO = [VICTIM, victim(1), victim(2, "李某某", 30_000)]
SUM, N = 80_000, None


@pytest.mark.parametrize(
    "total",
    [
        ["合计", N, N, N, SUM], ["合　　计", N, N, N, SUM], ["总 合 计", N, N, N, SUM], [N, "合计（元）", N, N, SUM], ["合计：2人", N, N, N, SUM],
        ["合计", "2人", N, N, SUM], [N, "共计2人", N, N, SUM], ["共计", "共2人", N, N, SUM], ["小计", "白庙村2人", N, N, SUM], ["全村小计", N, N, N, SUM],
        ["本月合计", N, N, N, SUM], ["本年累计", N, N, N, 99_000], ["上页结转", N, N, N, SUM], ["承前页", N, N, N, SUM], ["过次页", N, N, N, SUM],
        ["转下页", N, N, N, SUM], [N, N, "合计", N, SUM], [N, N, N, "总计", SUM], ["合", "计", N, N, SUM], ["总计", "/", "/", "/", SUM, "/"],
        ["合计", N, N, N, SUM, N, "经核实"], ["共计2人，金额80000元"], ["合计金额：8万元"], ["总人数：2"], [N, "2人", N, N, SUM], ["累计", N, N, N, "8万元"],
        ["2022年合计", N, N, N, SUM], ["1—9月累计", N, N, N, SUM], ["其中：小计", N, N, N, SUM], ["合计（2人）", N, N, N, SUM], ["合 计 数", N, N, N, SUM],
    ],
)  # fmt: skip
@pytest.mark.parametrize("file", ["xlsx", "csv"])
def test_a_total_is_no_row_and_agrees(total: list, file: str) -> None:
    lines = [*TWO, total]
    rows, reader = taken(VICTIMS, lines) if file == "xlsx" else _csv(lines)
    assert rows.keys() == {2, 3}
    assert all(row.good for row in rows.values())
    assert "total_differs" not in told(reader)
    assert reader.sheets[0].roles[4] is LineRole.TOTAL


def _csv(lines: list):
    rows, reader = read(as_csv(lines), VICTIMS, "a.csv")
    return {row.number: row for row in rows}, reader


@pytest.mark.parametrize(
    "total",
    [
        ["合计", N, N, N, 70_000], ["合计", "3人", N, N, SUM], ["共计3人", N, N, N, SUM], ["小计", N, N, N, 1], ["合计：9万元"], ["本年累计", N, N, N, 500],
        ["合计", N, N, N, SUM, 5], ["总 计", N, N, N, "9万元"],
    ],
)  # fmt: skip
def test_a_total_that_does_not_agree_is_told_with_both_numbers(total: list) -> None:
    rows, reader = taken(VICTIMS, [*TWO, total])
    assert rows.keys() == {2, 3}
    (remark, *_) = [one for one in reader.remarks if one.code == "total_differs"]
    assert remark.row == 4
    assert "第 4 行" in remark.message


def test_parts_and_the_whole_are_each_held_against_their_rows() -> None:
    lines = [
        VICTIM, victim(1), ["小计", N, N, N, 50_000], victim(2, "李某某", 30_000), ["小计", N, N, N, 30_000],
    ]  # fmt: skip
    rows, reader = taken(VICTIMS, [*lines, ["合计", N, N, N, 80_000]])
    assert rows.keys() == {2, 4}
    assert "total_differs" not in told(reader)
    _, reader = taken(VICTIMS, [*lines, ["合计", N, N, N, 30_000]])
    assert "total_differs" in told(reader)


@pytest.mark.parametrize("name", ["共计大药房", "合计超市", "小计便民店", "总和堂大药房", "累计", "注氏养生馆", "说明书店", "以下空白餐厅", "页岩砖厂", "制表人之家"])  # fmt: skip
def test_a_shop_of_such_a_name_stays_a_row(name: str) -> None:
    rows, _ = taken(ENTITIES, [ENTITY, entity(1), entity(2, name)])
    assert rows[3].values["name"] == name


def test_persons_of_such_names_stay_rows_and_are_asked_about() -> None:
    rows, _ = taken(VICTIMS, [VICTIM, victim(1, "总某"), victim(2, "合计"), victim(3, "小计某")])
    assert [row.values["name"] for row in rows.values()] == ["总某", "合计", "小计某"]
    assert ("name", "row_like_total") in warnings(rows[3])
    row = ["合计", "王某某", "342425195001010019", "13800138001", 5]
    rows, _ = taken(VICTIMS, [*TWO, row])
    assert {code for _, code in faults(rows[4])} == {"row_like_total"}


@pytest.mark.parametrize(
    "note",
    [
        ["填表人：赵某", N, N, "审核人：周某"], ["制表人", "赵某", N, "审核人", "周某"], [N, "填表人：赵某", N, "审核人：周某"], ["填表人：", "赵某"],
        ["注：1.本表每周五上报"], [N, "注：1.本表每周五上报"], ["备注：以上均已核实。"], [N, "以下空白"], ["以下空白"], [2, "以下空白"], ["——此处空白——"],
        ["（盖章）"], ["单位（公章）：", N, N, "负责人：", N, "填报日期：2022年9月"], [N, N, N, "2022年9月30日"], ["第2页 共3页"], ["（此页无正文）"],
        [N, "本表由各村填报，每月5日前报送。"], ["说明：", "1、本表由村填报"], ["※以上数据截至9月"], ["填报日期：2022-09-30"],
    ],
)  # fmt: skip
def test_notes_and_signatures_are_no_entities(note: list) -> None:
    rows, reader = taken(ENTITIES, [ENTITY, entity(1), note])
    assert rows.keys() == {2}
    assert reader.sheets[0].roles[3] in {LineRole.NOTE, LineRole.SECTION}


def test_a_note_goes_on_until_data_comes() -> None:
    lines = [
        ENTITY,
        entity(1),
        ["注：", "1.周报"],
        [N, "2.无情况实行零报告"],
        [N, "附件略"],
        entity(2, "乙店"),
    ]
    rows, _ = taken(ENTITIES, lines)
    assert rows.keys() == {2, 6}


@pytest.mark.parametrize(
    "line", [["一、上级交办"], [N, "（二）新桥村"], ["三", "自行摸排"], [N, "白庙村"], ["第一批"]]
)
def test_sections_are_told_and_left_out(line: list) -> None:
    rows, reader = taken(ENTITIES, [ENTITY, entity(1), line, entity(2, "乙店")])
    assert rows.keys() == {2, 4}
    assert [remark.row for remark in reader.remarks if remark.code == "line_left_out"] == [3]


def test_a_sum_that_is_called_by_its_village_is_no_person() -> None:
    rows, _ = taken(VICTIMS, [*TWO, [N, "白庙村", N, N, SUM]])
    assert ("name", "no_running_number") in faults(rows[4])


def test_a_lone_name_is_asked_about() -> None:
    rows, _ = taken(ENTITIES, [ENTITY, entity(1), [2, "乙店"]])
    assert ("name", "only_one_cell") in warnings(rows[3])


HEAD = [*LEAD, "涉及人数", "涉案金额"]


def test_a_heading_that_returns_with_another_unit_holds_for_what_follows() -> None:
    lines = [
        ["一、市交办"],
        ["单位：元"],
        HEAD,
        lead(3, 100),
        ["二、县交办"],
        ["单位：万元"],
        HEAD,
        lead(3, 100),
    ]
    rows, reader = taken(LEADS, lines)
    assert [row.values["amount_involved"] for row in rows.values()] == [100_00, 1_000_000_00]
    assert [one.row for one in reader.remarks if one.code == "heading_again"] == [7]


def test_a_heading_that_returns_without_its_unit_is_asked() -> None:
    lines = [[*LEAD, "涉案金额（万元）"], lead(3), [*LEAD, "涉案金额"], lead(4)]
    rows, _ = taken(LEADS, lines)
    assert rows[2].values["amount_involved"] == 30_000_00
    assert faults(rows[4]) == {("amount_involved", "unit_unclear")}


def test_a_heading_on_two_lines_returns() -> None:
    top = [*LEAD, "涉案情况", N]
    low = [N] * 5 + ["人数", "金额（万元）"]
    swapped = [N] * 5 + ["金额（万元）", "人数"]
    lines = [top, low, lead(3, 5), top, low, lead(4, 6), top, swapped, lead(7, 8)]
    rows, _ = taken(LEADS, lines, merges=["F1:G1", "F4:G4", "F7:G7"])
    assert [row.values["people_involved"] for row in rows.values()] == [3, 4, 8]
    assert [row.values["amount_involved"] for row in rows.values()] == [
        5_000_000,
        6_000_000,
        7_000_000,
    ]


@pytest.mark.parametrize(
    "second", [["序号", "村名", "机构数", "备注"], ["村名", "机构数", "老人数", "联系电话"]]
)
def test_another_table_below_is_not_read_and_is_told(second: list) -> None:
    lines = [
        ENTITY,
        entity(1),
        [],
        ["各村统计"],
        second,
        [1, "白庙村", 3, ""],
        [2, "新桥村", 4, ""],
    ]
    rows, reader = taken(ENTITIES, lines)
    assert rows.keys() == {2}
    assert [one.row for one in reader.remarks if one.code == "table_unread"] == [5]
    assert reader.sheets[0].roles[6] is LineRole.UNREAD


def test_two_tables_side_by_side_are_refused_row_by_row() -> None:
    head = ["序号", "姓名", "投资金额（元）"]
    rows, _ = taken(VICTIMS, [head * 2, [1, "王某某", 5, 2, "李某某", 6]])
    assert ("name", "column_doubled") in faults(rows[2])
