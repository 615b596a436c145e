"""Whose a column is: brackets, alternatives, groups above, and who stands to the left."""

import itertools

import pytest

from .helpers import read
from .sheets import ENTITIES, LEAD, LEADS, VICTIMS, as_csv, faults, lead, taken, told, warnings

N = None


@pytest.mark.parametrize(
    "heading",
    [
        "被举报人/单位", "被举报人（单位）", "被举报单位或个人", "反映对象（单位/个人）", "被举报人姓名（名称）", "被举报对象\n（姓名/名称）", "被反映人或单位",
        "反映对象（必填）", "*反映对象", "被举报单位/人", "反映对象（全称）", "被举报人、被举报单位", "举报对象", "对象", "举报对象（单位或个人）", "对 象",
    ],
)  # fmt: skip
def test_one_thing_in_two_words(heading: str) -> None:
    head = ["来源", "接报日期", heading, "类别（六类）", "问题描述（500字以内）"]
    rows, reader = taken(LEADS, [head, lead()])
    assert rows[2].values["subject_name"] == "某店"
    assert "columns_ignored" not in told(reader)


@pytest.mark.parametrize(
    "heading", ["内容", "举报内容", "反映情况", "内容（简要）", "内 容", "举报情况", "来电内容"]
)
def test_what_a_report_says(heading: str) -> None:
    head = ["来源", "接报日期", "举报对象", "类别（六类）", heading]
    rows, reader = taken(LEADS, [head, lead()])
    assert rows[2].values["narrative"]
    assert "columns_ignored" not in told(reader)


@pytest.mark.parametrize(
    ("kind", "heading", "field", "value"),
    [
        (ENTITIES, "法定代表人/负责人", "responsible_person", "钱某某"), (ENTITIES, "负责人（法定代表人）", "responsible_person", "钱某某"),
        (ENTITIES, "法定代表人\n或负责人", "responsible_person", "钱某某"), (ENTITIES, "所在村（社区）", "division_code", "白庙村"),
        (ENTITIES, "村/社区", "division_code", "白庙村"), (VICTIMS, "手机号/联系电话", "phone", "13800138001"),
        (VICTIMS, "联系电话（手机）", "phone", "13800138001"), (VICTIMS, "本金（已退）", "principal_refunded", 100),
    ],
)  # fmt: skip
def test_alternatives_and_harmless_brackets(kind, heading: str, field: str, value: object) -> None:
    head = ["名称", heading] if kind is ENTITIES else ["姓名/名称", "投资总额", heading]
    row = ["某店", value] if kind is ENTITIES else ["王某某", 50_000, value]
    rows, reader = taken(kind, [head, row])
    assert rows[2].values[field] is not None
    assert "columns_ignored" not in told(reader)


@pytest.mark.parametrize(
    "heading",
    [
        "涉案金额（已追回）", "涉案金额（已退）", "涉及人数（其中60岁以上）", "联系电话（被举报人）", "被举报人电话", "举报人/联系电话", "开户行及账号",
        "涉案金额（约）", "涉及人数（其中：本镇）", "联系电话（承办人）", "金额（个人）", "举报人（代）",
    ],
)  # fmt: skip
def test_a_bracket_that_is_no_unit_makes_another_column(heading: str) -> None:
    rows, reader = taken(LEADS, [[*LEAD, heading], lead("7")])
    assert rows[2].extras == {heading: "7"}
    assert not {"people_involved", "amount_involved", "reporter_phone", "reporter_name"} & {
        name for name, value in rows[2].values.items() if value is not None
    }
    assert "columns_ignored" in told(reader)


@pytest.mark.parametrize(
    ("left", "ours"),
    [
        (["举报人"], True), (["举报人", "性别", "年龄"], True), (["承办人"], False), (["业务员"], False), (["网格员姓名"], False), (["承办单位"], False),
        (["核查民警"], False), (["介绍人", "住址"], False), (["备注"], True), ([], True), (["包保责任人"], False), (["派出所联络员"], False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("phone", ["联系电话", "电话", "手机号码"])
def test_a_phone_belongs_to_who_stands_left_of_it(left: list, ours: bool, phone: str) -> None:
    words = ["李某" if name != "承办单位" else "派出所" for name in left]
    rows, reader = taken(LEADS, [[*LEAD, *left, phone], lead(*words, "13800138003")])
    row = rows[2]
    assert (row.values.get("reporter_phone") == "13800138003") is ours
    assert ("13800138003" in row.extras.values()) is not ours
    assert ("column_of_another" in told(reader)) is not ours
    if not ours:
        assert row.values["reporter_kind"] == "anonymous"


def test_of_two_phones_each_goes_to_its_own() -> None:
    head = [*LEAD, "网格员", "电话", "举报人", "电话"]
    rows, _ = taken(LEADS, [head, lead("李某", "13800138003", "王某某", "13900139000")])
    assert rows[2].values["reporter_phone"] == "13900139000"
    assert rows[2].extras["网格员 电话"] == "13800138003"


GROUPS = [
    (
        ["举报人情况", N],
        ["姓名", "联系电话"],
        {"reporter_name": "1", "reporter_phone": "13800138003"},
    ),
    (
        ["举报人基本信息", N],
        ["姓名", "手机号"],
        {"reporter_name": "1", "reporter_phone": "13800138003"},
    ),
    (["承办人", N], ["姓名", "联系电话"], {"reporter_name": N, "reporter_phone": N}),
    (["业务员", N], ["姓名", "联系电话"], {"reporter_name": N, "reporter_phone": N}),
    (["被举报人情况", N], ["所在地", "联系电话"], {"reporter_phone": N, "division_code": N}),
    (["涉案情况（元）", N], ["人数", "金额"], {"people_involved": 1, "amount_involved": 2_00}),
    (["追赃挽损", N], ["人数", "金额"], {"people_involved": N, "amount_involved": N}),
    (["核查情况", N], ["涉案金额", "涉及人数"], {"people_involved": N, "amount_involved": N}),
]


@pytest.mark.parametrize(("upper", "lower", "wanted"), GROUPS)
@pytest.mark.parametrize("file", ["merged", "csv"])
def test_a_column_is_read_below_its_group(
    upper: list, lower: list, wanted: dict, file: str
) -> None:
    cells = ["1", "2"] if "人数" in lower[0] else ["1", "13800138003"]
    lines = [[*LEAD, *upper], [N] * 5 + lower, lead(*cells)]
    if file == "csv":
        rows, _ = read(as_csv(lines), LEADS, "a.csv")
        row = rows[0]
    else:
        merges = ["F1:G1", *(f"{c}1:{c}2" for c in "ABCDE")]
        row = taken(LEADS, lines, merges=merges)[0][3]
    assert {name: row.values.get(name) for name in wanted} == wanted


def test_three_lines_of_heading() -> None:
    lines = [
        ["众兴镇线索台账"],
        [*LEAD, "涉案情况", N, N],
        [N] * 5 + ["人数", N, "金额"],
        [N] * 5 + ["总数", "其中60岁以上", "（万元）"],
        lead(3, 1, 2),
    ]
    merges = ["A1:H1", "F2:H2", "F3:G3", *(f"{c}2:{c}4" for c in "ABCDE")]
    rows, _ = taken(LEADS, lines, merges=merges)
    assert rows.keys() == {5}
    assert rows[5].values["people_involved"] == 3
    assert rows[5].values["amount_involved"] == 20_000_00
    assert list(rows[5].extras.values()) == ["1"]


@pytest.mark.parametrize("agent", ["代理人", "业务员", "介绍人", "经办人"])
def test_an_agent_is_no_victim(agent: str) -> None:
    upper = ["序号", agent, N, "集资参与人", N, "投资金额（元）"]
    lower = [N, "姓名", "联系电话", "姓名", "身份证号", N]
    row = [1, "赵某", "13800138004", "王某某", "342425195001010019", 5_000]
    rows, _ = taken(VICTIMS, [upper, lower, row], merges=["A1:A2", "B1:C1", "D1:E1", "F1:F2"])
    values = rows[3].values
    assert (values["name"], values["id_number"]) == ("王某某", "342425195001010019")
    assert values.get("phone") is None
    rows, _ = taken(
        VICTIMS,
        [["姓名", agent, "联系电话", "投资金额（元）"], ["王某某", "赵某", "13800138004", 5]],
    )
    assert rows[2].values.get("phone") is None


def test_columns_of_one_name_are_all_kept_and_differences_asked() -> None:
    head = [*LEAD, "进度", "进度", "进度", "涉案金额（元）", "涉案金额（元）"]
    rows, _ = taken(LEADS, [head, lead("一", "二", "三", 5, 6)])
    assert [rows[2].extras[name] for name in rows[2].extras if "进度" in name] == ["一", "二", "三"]
    assert ("amount_involved", "column_doubled") in warnings(rows[2])
    rows, _ = taken(LEADS, [[*LEAD, "反映对象"], lead("乙店")])
    assert ("subject_name", "column_doubled") in faults(rows[2])


def test_what_stands_below_no_heading_is_kept_and_told() -> None:
    rows, reader = taken(LEADS, [[*LEAD, N, "备注"], lead("急件", "好", "再核"), lead(N, "好")])
    assert rows[2].extras == {"F列（没有表头）": "急件", "H列（没有表头）": "再核"}
    assert rows[2].good
    assert rows[3].extras == {}
    assert [one.message[:1] for one in reader.remarks if one.code == "column_unnamed"] == ["F", "H"]
    assert [one.at for one in reader.sheets[0].columns if "没有表头" in one.heading] == [5, 7]


def test_running_numbers_below_no_heading_are_nothing() -> None:
    rows, reader = taken(LEADS, [[N, *LEAD], [1, *lead()], ["2", *lead(subject="乙店")]])
    assert [row.extras for row in rows.values()] == [{}, {}]
    assert "column_unnamed" not in told(reader)
    again, _ = taken(LEADS, [[N, *LEAD], [1, *lead(subject="乙店")]])
    assert again[2].fingerprint == rows[3].fingerprint, "the same row under another number"


def test_words_of_an_annotated_copy_are_not_data() -> None:
    rows, reader = taken(LEADS, [[*LEAD, "校验结果"], lead("可导入")])
    assert rows[2].extras == {}
    assert "column_unnamed" not in told(reader)


BELOW = [
    (["核查情况", N, N], ["涉及人数", "涉案金额（元）", "是否属实"], [3, 5, "属实"]),
    (["经办人", N], ["姓名", "电话"], ["赵某", "13800138004"]),
    (["处置情况", N], ["办理单位", "办结时间"], ["派出所", "2022-06-01"]),
    (["经办人", N, "核查情况", N], ["姓名", "电话", "人数", "金额"], ["赵某", "13800138004", 3, 5]),
]


@pytest.mark.parametrize(("upper", "lower", "cells"), BELOW)
@pytest.mark.parametrize("drawn", ["merged", "across", "csv"])
def test_a_line_below_groups_that_are_not_ours_is_no_row(
    upper: list, lower: list, cells: list, drawn: str
) -> None:
    """Only the groups are merged, or nothing is: the second line is part of the heading still."""
    lines = [[*LEAD, *upper], [N] * 5 + lower, lead(*cells)]
    if drawn == "csv":
        rows, reader = read(as_csv(lines), LEADS, "a.csv")
    else:
        starts = [at for at, said in enumerate(upper) if said] + [len(upper)]
        spans = itertools.pairwise(starts)
        merges = [f"{'FGHI'[a]}1:{'FGHI'[b - 1]}1" for a, b in spans]
        merges += [f"{c}1:{c}2" for c in "ABCDE"] if drawn == "merged" else []
        by_number, reader = taken(LEADS, lines, merges=merges)
        rows = list(by_number.values())
    assert [(row.number, row.good) for row in rows] == [(3, True)]
    assert len(rows[0].extras) + (rows[0].values.get("proposed_unit") is not None) == len(cells)
    assert "table_unread" not in told(reader)


def test_of_two_groups_of_one_kind_the_reported_one_is_read() -> None:
    upper = ["核查情况", N, "线索反映", N]
    lower = ["人数", "金额（元）"] * 2
    rows, _ = taken(
        LEADS,
        [[*LEAD, *upper], [N] * 5 + lower, lead(1, 2, 3, 4)],
        merges=["F1:G1", "H1:I1"],
    )
    assert (rows[3].values["people_involved"], rows[3].values["amount_involved"]) == (3, 4_00)
