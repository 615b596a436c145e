"""In what unit an amount is: headings, titles, groups, number formats, cells; never by guessing."""

import pytest

from .sheets import LEAD, LEADS, VICTIMS, faults, lead, taken, told, warnings


def amount(heading: str, value: object = 3.5, title: list | None = None, code: str = ""):
    lines = [*([title] if title else []), [*LEAD, heading], lead(value)]
    formats = {f"F{len(lines)}": code} if code else {}
    rows, reader = taken(LEADS, lines, formats=formats)
    return rows[len(lines)], reader


@pytest.mark.parametrize(
    "heading",
    [
        "涉案金额（万元）", "涉案金额\n（万\n元）", "涉案\n金额\n(万 元)", "涉案金额（万　元）", "涉案金额【万元】", "涉案金额〔万元〕",
        "涉案金额「万元」", "涉案金额[万元]", "涉案金额（万）", "涉案金额/万元", "涉案金额：万元", "涉案金额万元", "涉案金额（人民币：万元）",
        "涉案金额 (单位：万　元)", "涉案金额（单位:人民币万元）", "涉案金额（RMB万元）", "涉案金额（万元，必填）", "涉案金额﹙万元﹚", " 涉 案 金 额（万元）",
        "金额/万", "涉案金额｜万元",
    ],
)  # fmt: skip
def test_ten_thousands_in_a_heading(heading: str) -> None:
    row, reader = amount(heading)
    assert row.values["amount_involved"] == 35_000_00
    assert not {"unit_unsaid", "columns_ignored"} & told(reader)


@pytest.mark.parametrize(
    ("heading", "fen"),
    [("涉案金额（元）", 350), ("涉案金额（千元）", 3_500_00), ("涉案金额（百万元）", 3_500_000_00), ("金额（亿元）", 350_000_000_00)],
)  # fmt: skip
def test_other_units(heading: str, fen: int) -> None:
    assert amount(heading)[0].values["amount_involved"] == fen


@pytest.mark.parametrize(
    "title",
    [
        ["单位：万元"], ["单位：人、万元"], [None, None, "单位:万 元"], ["单 位 ： 万 元"], ["金额单位为万元"], ["（单位：万元/人）"],
        ["单位：件，人，万元"], ["计量单位：万元 日期：2022.9"], ["注：金额以万元计"], ["以万元为单位"], ["填报单位：众兴镇（盖章）   单位：万元"],
        ["单位：", "万元"], ["货币单位：人民币万元"], ["众兴镇线索台账（单位：万元）"], ["线索台账（万元）"], ["金额：万元"],
        ["数据单位：万"], ["单位：人、件、万"], ["人数单位：人；金额单位：万元"], ["金额单位：万元；人数单位：人"], ["Unit: 万元"], ["单位：w"], ["单位：万人、万元"],
    ],
)  # fmt: skip
def test_ten_thousands_in_the_lines_above(title: list) -> None:
    row, reader = amount("涉案金额", title=title)
    assert row.values["amount_involved"] == 35_000_00
    assert "unit_unsaid" not in told(reader)


@pytest.mark.parametrize(
    "title",
    [
        ["填报单位：元山村"],
        ["承办单位：百元店"],
        ["众兴镇线索台账"],
        ["报送单位：众兴镇 2022年9月"],
    ],
)
def test_lines_that_name_no_unit(title: list) -> None:
    row, reader = amount("涉案金额", title=title)
    assert row.values["amount_involved"] == 350
    assert "unit_unsaid" in told(reader)


def test_a_note_below_the_table_names_the_unit_too() -> None:
    rows, reader = taken(LEADS, [[*LEAD, "涉案金额"], lead(3.5), ["注：金额单位为万元"]])
    assert rows.keys() == {2}
    assert rows[2].values["amount_involved"] == 35_000_00
    assert "unit_unsaid" not in told(reader)


@pytest.mark.parametrize("heading", ["涉案金额（元/万元）", "涉案金额（美元）", "涉案金额（$）", "涉案金额（港币）", "涉案金额(USD)", "涉案金额（HK$）"])  # fmt: skip
def test_what_nobody_can_tell_is_asked(heading: str) -> None:
    row, reader = amount(heading)
    assert {fault.code for fault in row.faults} == {"unit_unclear"}
    assert "unit_unclear" in told(reader)
    assert amount(heading, "3.5万元")[0].values["amount_involved"] == 35_000_00


def test_two_titles_of_different_units_are_asked() -> None:
    lines = [["单位：元"], ["单位：万元"], [*LEAD, "涉案金额"], lead(3.5)]
    rows, _ = taken(LEADS, lines)
    assert {fault.code for fault in rows[4].faults} == {"unit_unclear"}
    rows, _ = taken(LEADS, [["单位：美元"], [*LEAD, "涉案金额"], lead(3.5)])
    assert {fault.code for fault in rows[3].faults} == {"unit_unclear"}


@pytest.mark.parametrize(
    ("code", "fen"),
    [
        ('0.00"万元"', 200_000_000_00), ('0.0"万"', 200_000_000_00), ('#,##0.00,"千元"', 20_000_00), ('0!.0,"万元"', 20_000_00),
        ('0!.0000"万元"', 20_000_00), ('#,##0.00"元"', 20_000_00), ("¥#,##0.00", 20_000_00), ('_ "￥"* #,##0.00_ ', 20_000_00),
        ('[>=10000]0!.0,"万元";0"元"', 20_000_00), ("[$¥-804]#,##0", 20_000_00), ("0.00_ ", 20_000_00),
    ],
)  # fmt: skip
def test_a_number_means_what_its_format_shows(code: str, fen: int) -> None:
    row, reader = amount("涉案金额", 20_000, code=code)
    assert row.good
    assert row.values["amount_involved"] == fen
    assert ("unit_unsaid" in told(reader)) != ("元" in code or "万" in code), "said or not"


@pytest.mark.parametrize("value", ["3.5万元", "3.5万", "350元", "伍拾元整"])
def test_amounts_that_name_their_unit_leave_nothing_unsaid(value: str) -> None:
    row, reader = amount("涉案金额", value)
    assert row.good
    assert "unit_unsaid" not in told(reader)


def test_one_bare_number_among_them_is_told() -> None:
    rows, reader = taken(LEADS, [[*LEAD, "涉案金额"], lead("3.5万元"), lead(3.5)])
    assert [row.values["amount_involved"] for row in rows.values()] == [35_000_00, 350]
    assert "unit_unsaid" in told(reader)


@pytest.mark.parametrize("code", ['"$"#,##0.00', "[$$-409]#,##0", "[$HK$-C04]#,##0.00", "[$USD] #,##0", "[$€-2] #,##0", "[$¥-411]#,##0", '0.00"美元"', "0.0%", "#,##0,"])  # fmt: skip
def test_formats_that_show_no_yuan_are_refused(code: str) -> None:
    row, _ = amount("涉案金额", 20_000, code=code)
    assert {fault.code for fault in row.faults} <= {"unit_unclear", "bad_number"}
    assert not row.good


def test_a_format_against_its_heading_is_read_as_shown_and_told() -> None:
    row, _ = amount("涉案金额（万元）", 35_000, code='0.00"元"')
    assert row.values["amount_involved"] == 35_000_00
    assert ("amount_involved", "unit_differs") in warnings(row)
    row, _ = amount("涉案金额（万元）", 35_000, code="0!.0,")
    assert row.values["amount_involved"] == 35_000_00


def test_a_count_shown_in_ten_thousands_is_refused() -> None:
    rows, _ = taken(LEADS, [[*LEAD, "涉及人数"], lead(3)], formats={"F2": '0"万人"'})
    assert {fault.code for fault in rows[2].faults} == {"bad_number"}


def test_a_cell_beside_an_amount_may_be_its_unit() -> None:
    """万元 in a column of its own that has no heading; against a heading's unit it is asked."""
    head = [*LEAD, "涉案金额"]
    lines = [head, lead(3.5, "万元"), lead(35_000, "元"), lead(3.5, "万"), lead(7)]
    rows, _ = taken(LEADS, lines)
    found = [row.values["amount_involved"] for row in rows.values()]
    assert found == [35_000_00, 35_000_00, 35_000_00, 700]
    rows, _ = taken(LEADS, [[*head, None], lead(3.5, "万元")], merges=["F1:G1"])
    assert rows[2].values["amount_involved"] == 35_000_00
    rows, _ = taken(LEADS, [[*LEAD, "涉案金额（元）"], lead(3.5, "万元")])
    assert faults(rows[2]) == {("amount_involved", "unit_unclear")}


@pytest.mark.parametrize("said", ["$500", "500美元", "US$500", "HK$ 500", "5万港币", "€5", "500 USD", "日元500", "＄500"])  # fmt: skip
def test_other_money_in_a_cell(said: str) -> None:
    assert {f.code for f in amount("涉案金额（元）", said)[0].faults} == {"foreign_currency"}


@pytest.mark.parametrize("said", ["10000\n20000", "10000、20000", "10000/20000", "10000 20000", "10000+20000", "1,000；2,000", "1万元\n2万元", "100，200", "五千 三千", "2 000", "3000元和2000元"])  # fmt: skip
def test_two_amounts_in_a_cell(said: str) -> None:
    assert {f.code for f in amount("涉案金额（元）", said)[0].faults} == {"several_values"}


@pytest.mark.parametrize("said", ["1.234,56", "1e5", "1.2E+05", "5%", "①5000②3000", "10²", "½万", "3.5w", "5000（已退2000）", "500元/人"])  # fmt: skip
def test_what_is_no_amount(said: str) -> None:
    assert {f.code for f in amount("涉案金额（元）", said)[0].faults} == {"bad_number"}


@pytest.mark.parametrize(("said", "fen"), [("٣٠٠", 300_00), ("５０００元", 5_000_00), ("3万 元", 30_000_00), ("¥ 500.00", 500_00)])  # fmt: skip
def test_digits_of_any_script_and_padding(said: str, fen: int) -> None:
    assert amount("涉案金额（元）", said)[0].values["amount_involved"] == fen


@pytest.mark.parametrize(
    ("head", "asked"),
    [
        (["姓名", "投入金额（万元）", "已返还本金", "已退利息"], {"principal_refunded", "interest_paid"}),
        (["姓名", "投入金额", "已返还本金（万元）", "已退利息（万元）"], {"principal"}),
        (["姓名", "投入金额（千元）", "已退本金（元）", "已领回报"], {"interest_paid"}),
    ],
)  # fmt: skip
def test_one_column_in_ten_thousands_and_another_that_does_not_say(head: list, asked: set) -> None:
    rows, reader = taken(VICTIMS, [head, ["王某某", 3, 0.5, 0.1]])
    assert {field for field, code in faults(rows[2]) if code == "unit_unclear"} == asked
    assert "unit_unclear" in told(reader)


@pytest.mark.parametrize("nothing", [0, 0.0, "0", "0.00", None])
def test_nothing_is_nothing_in_any_unit(nothing: object) -> None:
    head = ["姓名", "投入金额（万元）", "已退本金"]
    rows, _ = taken(VICTIMS, [head, ["王某某", 3, nothing]])
    assert rows[2].good
    assert rows[2].values["principal"] == 30_000_00
    assert not rows[2].values.get("principal_refunded")


@pytest.mark.parametrize(
    "lines",
    [
        [["姓名", "投入金额（元）", "已返还本金", "已退利息"], ["王某某", 3, 0.5, 0.1]],
        [["姓名", "投入金额", "已返还", "已退利息"], ["王某某", 3, 0.5, 0.1]],
        [["姓名", "投入金额", "金额单位", "已返还", "已退利息"], ["王某某", 3, "元", 0.5, 0.1]],
        [["单位：元"], ["姓名", "投入金额（元）", "已归还", "已领回报"], ["王某某", 3, 0.5, 0.1]],
    ],
)
def test_columns_that_agree_ask_nothing(lines: list) -> None:
    rows, _ = taken(VICTIMS, lines)
    read = rows[len(lines)]
    assert read.good
    found = [read.values[name] for name in ("principal", "principal_refunded", "interest_paid")]
    assert found == [300, 50, 10]


@pytest.mark.parametrize("heading", ["已领补贴（元）", "应退款项", "未退金额", "提成", "会费"])
def test_an_amount_that_is_no_column_of_ours_is_told(heading: str) -> None:
    rows, reader = taken(VICTIMS, [["姓名", "投入金额（元）", heading], ["王某某", 5_000, 300]])
    assert rows[2].good
    assert rows[2].extras == {heading: "300"}
    assert "column_money_unread" in told(reader)


@pytest.mark.parametrize(
    "heading", ["付款方式", "缴款渠道", "收款人", "退款原因", "利率", "业务员", "是否已退"]
)
def test_what_is_no_amount_is_kept_without_a_word_more(heading: str) -> None:
    _, reader = taken(VICTIMS, [["姓名", "投入金额（元）", heading], ["王某某", 5_000, "现金"]])
    assert "column_money_unread" not in told(reader)
