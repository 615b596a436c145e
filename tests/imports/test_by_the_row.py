"""What a single row says of its unit, and lines that stand alone: nothing is read by guessing."""

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

N = None


# ------------------------------------------------------------------------------------------ units


@pytest.mark.parametrize("heading", ["单位", "金额单位", "计量单位", "单位（元/万元）", "币种"])
def test_a_column_of_units_holds_for_its_row(heading: str) -> None:
    rows = [lead(5, "万元"), lead(5, "元"), lead(5, "（万）"), lead(5, "人民币"), lead(5, "美元"), lead("5", "亿元")]  # fmt: skip
    found, _ = taken(LEADS, [[*LEAD, "涉案金额", heading], *rows])
    amounts = [row.values["amount_involved"] for row in found.values()]
    assert amounts == [50_000_00, 5_00, 50_000_00, 5_00, None, 500_000_000_00]
    assert faults(found[6]) == {("amount_involved", "unit_unclear")}


def test_equal_texts_under_other_units_are_not_mixed_up() -> None:
    lines = [[*LEAD, "涉案金额", "单位"], lead("5", "元"), lead("5", "万元"), lead("5", N)]
    rows, _ = read(as_csv(lines), LEADS, "a.csv")
    assert [row.values["amount_involved"] for row in rows] == [5_00, 50_000_00, 5_00]


def test_a_unit_against_the_heading_is_asked() -> None:
    rows, _ = taken(LEADS, [[*LEAD, "涉案金额（元）", "单位"], lead(5, "万元"), lead(5, "元")])
    assert faults(rows[2]) == {("amount_involved", "unit_unclear")}
    assert rows[3].values["amount_involved"] == 5_00


def test_a_column_of_bodies_is_no_column_of_units() -> None:
    rows, reader = taken(LEADS, [[*LEAD, "涉案金额", "单位"], lead(5, "众兴集镇")])
    assert rows[2].values["amount_involved"] == 5_00
    assert rows[2].extras == {"单位": "众兴集镇"}
    assert "unit_unsaid" in told(reader)


@pytest.mark.parametrize("file", ["xlsx", "csv"])
def test_a_row_that_names_a_unit_is_a_row(file: str) -> None:
    lines = [["姓名", "投资金额", "金额单位"], ["王某某", 5, "万元"], ["李某", 500, "元"]]
    rows = read(as_csv(lines), VICTIMS, "a.csv")[0] if file == "csv" else taken(VICTIMS, lines)[0].values()  # fmt: skip
    assert [row.values["principal"] for row in rows] == [50_000_00, 500_00]


@pytest.mark.parametrize("line", ["单位：万元", "以下单位：万元", "（金额单位：万元）"])
@pytest.mark.parametrize("file", ["xlsx", "csv"])
def test_a_unit_between_rows_is_asked(line: str, file: str) -> None:
    lines = [["姓名", "投资金额"], ["王某某", 5000], [line], ["李某", 5]]
    rows, reader = read(as_csv(lines), VICTIMS, "a.csv") if file == "csv" else _read(lines)
    assert [row.number for row in rows] == [2, 4]
    assert rows[0].values["principal"] == 5_000_00
    assert faults(rows[1]) == {("principal", "unit_unclear")}
    assert [one.row for one in reader.remarks if one.code == "unit_unclear"] == [3]


def _read(lines: list):
    rows, reader = taken(VICTIMS, lines)
    return list(rows.values()), reader


@pytest.mark.parametrize("again", [["姓名", "投资金额"], ["投资金额", "姓名"]])
def test_a_heading_of_two_columns_stands_again_with_its_unit(again: list) -> None:
    data = ["李某", 5] if again[0] == "姓名" else [5, "李某"]
    lines = [["单位：元"], ["姓名", "投资金额"], ["王某某", 5000], ["单位：万元"], again, data]
    rows, _ = taken(VICTIMS, lines)
    assert [(row.values["name"], row.values["principal"]) for row in rows.values()] == [
        ("王某某", 5_000_00),
        ("李某", 50_000_00),
    ]


@pytest.mark.parametrize("title", ["币种：美元", "货币：港币", "币别为日元"])
def test_the_title_names_other_money(title: str) -> None:
    rows, _ = taken(LEADS, [[title], [*LEAD, "涉案金额"], lead(5)])
    assert faults(rows[3]) == {("amount_involved", "unit_unclear")}


@pytest.mark.parametrize("title", ["单位：万元（人民币）", "单位：万元(保留两位小数)", "货币：人民币万元"])  # fmt: skip
def test_more_is_said_after_the_unit(title: str) -> None:
    rows, reader = taken(LEADS, [[title], [*LEAD, "涉案金额"], lead(5)])
    assert rows[3].values["amount_involved"] == 50_000_00
    assert "unit_unsaid" not in told(reader)


def test_yuan_under_a_heading_of_ten_thousands_is_asked_about() -> None:
    rows, _ = taken(LEADS, [[*LEAD, "涉案金额（万元）"], lead(24_000), lead(2.4), lead("3亿元")])
    assert [("amount_involved", "unit_suspect") in warnings(row) for row in rows.values()] == [True, False, False]  # fmt: skip


# ----------------------------------------------------------------------------------------- totals


@pytest.mark.parametrize(
    "total",
    [
        ["合计", 2, N, N, 80_000], ["合计（人/元）", 2, N, N, 80_000], ["总人数", "2", N, N, 80_000], ["村合计", N, "2", N, 80_000],
        ["计", N, N, N, 80_000], ["村计", N, N, N, 80_000], ["合計", N, N, N, 80_000], ["TOTAL", N, N, N, 80_000], ["Sum", N, N, N, 80_000],
        ["Σ", N, N, N, 80_000], ["合计→", N, N, N, 80_000], ["合计金额", 80_000], ["期末余额", N, N, N, 80_000], ["合计大写", "捌万元整"],
        ["大写：", "捌万元整"], ["人民币（大写）", N, "捌万元整", N, "¥80000"], ["合计人民币（大写）捌万元整", N, N, N, 80_000], ["总计", "共2名集资参与人", N, N, 80_000],
        ["2人", N, N, N, 80_000], ["全村共2人", N, N, N, 80_000],
    ],
)  # fmt: skip
def test_more_spellings_of_a_total(total: list) -> None:
    rows, reader = taken(VICTIMS, [VICTIM, victim(), victim(2, "李某某", 30_000), total])
    assert rows.keys() == {2, 3}
    assert "total_differs" not in told(reader)


@pytest.mark.parametrize("line", [["平均", N, N, N, 40_000], ["其中：60岁以上", N, N, N, 50_000], ["其中60岁以上1人", N, N, N, 50_000], ["减：已退", N, N, N, 0]])  # fmt: skip
def test_what_breaks_a_total_down_is_no_row_and_no_sum(line: list) -> None:
    rows, reader = taken(VICTIMS, [VICTIM, victim(), victim(2, "李某某", 30_000), line])
    assert rows.keys() == {2, 3}
    assert "total_differs" not in told(reader)
    assert [one.row for one in reader.remarks if one.code == "line_left_out"] == [4]


@pytest.mark.parametrize("total", [["总计", "共2家机构"], ["合计", 2], ["2家"], ["总计：2家养老机构"], [N, "合计2家机构"], ["全镇共2家"]])  # fmt: skip
def test_a_count_of_bodies_is_no_body(total: list) -> None:
    line = [*total, *[N] * (5 - len(total)), 40, 6_000]
    rows, reader = taken(ENTITIES, [ENTITY, entity(), entity(2, "乙敬老院"), line])
    assert rows.keys() == {2, 3}
    assert "total_differs" not in told(reader)


def test_a_total_beside_its_village_has_one_character() -> None:
    lines = [["所在村", "姓名", "投资金额（元）"], ["白庙村", "王某某", 5], ["白庙村", "计", 5]]
    rows, _ = taken(VICTIMS, lines)
    assert rows.keys() == {2}


@pytest.mark.parametrize("name", ["3家养老院", "共2家连锁店", "计氏药房", "Total便利店", "大写意画廊", "其中堂茶社", "均和养老院"])  # fmt: skip
def test_bodies_of_such_names_stay_rows(name: str) -> None:
    rows, _ = taken(ENTITIES, [ENTITY, entity(1), entity(2, name)])
    assert rows[3].values["name"] == name
    assert rows[3].good


def test_totals_above_their_rows_agree_or_are_told_once() -> None:
    lines = [
        VICTIM, ["合计", N, N, N, 80_000], ["白庙村小计", N, N, N, 50_000], victim(),
        ["刘台村小计", N, N, N, 30_000], victim(2, "李某某", 30_000),
    ]  # fmt: skip
    rows, reader = taken(VICTIMS, lines)
    assert rows.keys() == {4, 6}
    assert "total_differs" not in told(reader)
    lines[4] = ["刘台村小计", N, N, N, 31_000]
    _, reader = taken(VICTIMS, lines)
    assert [one.row for one in reader.remarks if one.code == "total_differs"] == [5]


# ------------------------------------------------------------------------------------ lone lines


@pytest.mark.parametrize(
    "note",
    [
        "核对无误", "标黄的为已退", "红色字体为重点", "上述人员均已核实", "以上2人均已登记", "众兴集镇人民政府", "———————", "1/2", "承诺：以上属实", "本表由各村填写",
        "数据截止2022年9月", "村干部：赵某", "主任签字：", "领导审批：",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [VICTIMS, ENTITIES])
def test_more_notes_in_the_column_of_names(note: str, kind) -> None:
    lines = [VICTIM, victim()] if kind is VICTIMS else [ENTITY, entity()]
    rows, reader = taken(kind, [*lines, [N, note]])
    assert rows.keys() == {2}
    assert reader.sheets[0].roles[3] in {LineRole.NOTE, LineRole.SECTION}


def test_a_lone_text_without_the_number_that_rows_have_is_refused() -> None:
    rows, _ = taken(ENTITIES, [ENTITY, entity(), [N, "相关材料另附"]])
    assert faults(rows[3]) == {("name", "only_one_cell")}


# ------------------------------------------------------------------------------------- the cells


@pytest.mark.parametrize("said", ["、、", "..", "↑", "--同上--", "同上一条", "〃〃", "—〃—"])
def test_more_spellings_of_ditto(said: str) -> None:
    rows, _ = taken(LEADS, [LEAD, lead(subject="某养生馆"), lead(subject=said)])
    assert rows[3].values["subject_name"] == "某养生馆"
    assert ("subject_name", "ditto") in warnings(rows[3])


@pytest.mark.parametrize("said", ["？？", "****", "●", "。。。"])
def test_signs_are_no_name(said: str) -> None:
    rows, _ = taken(ENTITIES, [ENTITY, entity(), entity(2, said)])
    assert ("name", "only_signs") in faults(rows[3])


def test_one_name_over_two_rows_is_asked_about() -> None:
    lines = [["序号", "名称", "问题描述", "风险等级"], [1, "某院", "消防", "绿"], [N, N, "收费", "绿"]]  # fmt: skip
    rows, _ = taken(ENTITIES, lines, merges=["A2:A3", "B2:B3"])
    assert ("name", "subject_merged") in warnings(rows[2])


def test_words_and_figures_of_one_amount_agree() -> None:
    head = ["姓名", "投资金额（大写）", "投资金额（小写）"]
    rows, _ = taken(VICTIMS, [head, ["王某某", "伍万元整", 50_000], ["李某", "伍万元整", 5]])
    assert rows[2].good
    assert faults(rows[3]) == {("principal", "column_doubled")}


def test_the_group_of_the_victim_beside_the_group_of_the_family() -> None:
    lines = [
        ["序号", "姓名", "投资金额（元）", "家属", N, "本人", N],
        [N, N, N, "姓名", "联系电话", "身份证号", "联系电话"],
        [1, "王某某", 5, "王小某", "13900139002", "342425195001010019", "13800138001"],
    ]
    rows, _ = taken(VICTIMS, lines, merges=["D1:E1", "F1:G1", "A1:A2", "B1:B2", "C1:C2"])
    values = rows[3].values
    assert (values["name"], values["phone"]) == ("王某某", "13800138001")
    assert values["id_number"] == "342425195001010019"


@pytest.mark.parametrize(("said", "delisted"), [("已销号", True), ("销号", True), ("未销号", False), ("尚未销号", False)])  # fmt: skip
def test_struck_off_the_list(said: str, delisted: bool) -> None:
    rows, _ = taken(ENTITIES, [[*ENTITY, "是否销号"], [*entity(), said]])
    assert rows[2].values["delisted"] is delisted


def test_more_names_of_columns() -> None:
    head = ["机构名称", "预收费余额（万元）", "在住老人数"]
    rows, _ = taken(ENTITIES, [head, ["某院", 3, 20]])
    assert (rows[2].values["prepaid_amount"], rows[2].values["elders_served"]) == (30_000_00, 20)
    head = ["姓名", "投资总额（万元）", "已返还金额（万元）", "已返息（万元）"]
    rows, _ = taken(VICTIMS, [head, ["王某某", 5, 1, 0.5]])
    assert (rows[2].values["principal_refunded"], rows[2].values["interest_paid"]) == (10_000_00, 5_000_00)  # fmt: skip


@pytest.mark.parametrize("head", [["姓名", "投资金额（万元）", "损失金额（万元）"], ["姓名", "损失金额（万元）", "投资金额（万元）"]])  # fmt: skip
def test_a_loss_beside_the_payment_is_another_sum(head: list) -> None:
    cells = [5, 4] if head[1].startswith("投资") else [4, 5]
    rows, _ = taken(VICTIMS, [head, ["王某某", *cells]])
    assert rows[2].good
    assert rows[2].values["principal"] == 50_000_00
    assert rows[2].extras == {"损失金额（万元）": "4"}
    rows, _ = taken(VICTIMS, [["姓名", "损失金额（万元）"], ["王某某", 4]])
    assert rows[2].values["principal"] == 40_000_00


def test_a_number_in_the_reporters_name_is_told() -> None:
    lines = [[*LEAD, "举报人"], lead("王某13800138001"), lead("匿名（13800138001）"), lead("匿名")]
    rows, _ = taken(LEADS, lines)
    assert faults(rows[2]) == {("reporter_name", "name_with_digits")}
    assert ("reporter_name", "name_with_digits") in warnings(rows[3])
    assert not rows[4].warnings


@pytest.mark.parametrize("heading", ["投资金额(单位:万元,保留两位小数)", "投资金额（截至2022年9月，万元）"])  # fmt: skip
def test_remarks_beside_the_unit_change_nothing(heading: str) -> None:
    rows, _ = taken(VICTIMS, [["姓名", heading], ["王某某", 5]])
    assert rows[2].values["principal"] == 50_000_00
