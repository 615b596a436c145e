"""One value a cell: names, numbers, villages, days; what stands for another cell; who is nobody."""

import datetime as dt

import pytest

from .helpers import DIVISIONS
from .sheets import LEAD, LEADS, VICTIMS, faults, lead, taken, warnings


def one(kind, heading: str, cell: object, before: object = None):
    head = [*LEAD, heading] if kind is LEADS else ["姓名", "投资金额（元）", heading]
    above = lead(before) if kind is LEADS else ["周某", 5, before]
    row = lead(cell) if kind is LEADS else ["王某某", 5, cell]
    lines = [head, *([above] if before is not None else []), row]
    return taken(kind, lines)[0][len(lines)]


def name(said: str):
    return taken(VICTIMS, [["姓名", "投资金额（元）"], [said, 5]])[0][2]


@pytest.mark.parametrize("said", ["张某、李某", "张某 李某", "张某/李某", "张某夫妇", "张某\n李某", "张某和李某", "张某等2人", "张某及其妻李某", "张三，李四", "王某某夫妻", "张某一家"])  # fmt: skip
def test_two_persons_are_no_victim(said: str) -> None:
    assert faults(name(said)) == {("name", "several_values")}


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("张　三", "张三"), ("张 三", "张三"), ("王 小明", "王小明"), ("欧阳 某某", "欧阳某某"), ("阿某·买某", "阿某·买某"), ("某某（化名）", "某某（化名）"),
        ("王和平", "王和平"), ("李四（已故）", "李四（已故）"), ("阿布都·热西提·买买提", "阿布都·热西提·买买提"), ("老王", "老王"),
    ],
)  # fmt: skip
def test_one_person_however_written(said: str, read: str) -> None:
    row = name(said)
    assert row.good
    assert row.values["name"] == read


@pytest.mark.parametrize("said", ["白庙村、大塘村", "白庙村大塘村", "白庙村\n大塘村", "白庙村和大塘村", "白庙、大塘", "白庙村，大塘村"])  # fmt: skip
def test_two_villages(said: str) -> None:
    assert {field for field, _ in faults(one(LEADS, "所在村", said))} == {"division_code"}


@pytest.mark.parametrize(
    "said", ["白庙村", "众兴集镇白庙村", "霍邱县众兴集镇白庙村", "白庙村王庄组"]
)
def test_one_village(said: str) -> None:
    assert one(LEADS, "所在村", said).values["division_code"] == DIVISIONS["白庙村"]


@pytest.mark.parametrize("said", ["13800138001\n13900139000", "13800138001、13900139000", "13800138001/0564-6021234", "13800138001 13900139000", "13800138001 或 13900139000"])  # fmt: skip
def test_two_phones(said: str) -> None:
    assert faults(one(VICTIMS, "联系电话", said)) == {("phone", "several_values")}


@pytest.mark.parametrize(("said", "read"), [("138 0013 8001", "13800138001"), ("138001380\n01", "13800138001"), ("0564-6021234转8", "0564-6021234-8")])  # fmt: skip
def test_one_phone_wrapped_or_parted(said: str, read: str) -> None:
    assert one(VICTIMS, "联系电话", said).values["phone"] == read


@pytest.mark.parametrize(
    ("heading", "said", "code"),
    [
        ("银行卡号", "6228480401234560000", "digits_lost"), ("银行卡号", 6228480401234560000, "digits_lost"), ("银行卡号", "622848040123456000", "digits_lost"),
        ("银行卡号", "6228480000000000018\n6228480000000000026", "several_values"), ("身份证号", "342425195001010000", "digits_lost"),
        ("身份证号", "342425195001010019\n341522195501244490", "several_values"), ("身份证号", "3.42425E+17", "digits_lost"), ("身份证号", "同上", "ditto"),
        ("身份证号", "〃", "ditto"), ("银行卡号", "同上", "ditto"), ("编号", 202205130001234567, "digits_lost"),
    ],
)  # fmt: skip
def test_codes_that_cannot_be_trusted(heading: str, said: object, code: str) -> None:
    assert {code for _, code in faults(one(VICTIMS, heading, said, before="无"))} == {code}


@pytest.mark.parametrize(
    "said", ["同上", "〃", "″", '"', "”", "同前", "同 上", "（同上）", "同上。", "''", "々"]
)
def test_ditto_is_the_cell_above_with_a_warning(said: str) -> None:
    row = one(LEADS, "所在村", said, before="白庙村")
    assert row.good
    assert row.values["division_code"] == DIVISIONS["白庙村"]
    assert ("division_code", "ditto") in warnings(row)


@pytest.mark.parametrize(("heading", "said"), [("涉案金额（元）", "同上"), ("涉及人数", "〃"), ("所在村", "同左"), ("备注", "见上"), ("备注", "同第3行")])  # fmt: skip
def test_what_cannot_be_taken_over_is_asked(heading: str, said: str) -> None:
    assert {code for _, code in faults(one(LEADS, heading, said, before="5"))} >= {"ditto"}


def test_ditto_with_nothing_above_is_asked_and_goes_on_over_several_rows() -> None:
    rows, _ = taken(LEADS, [LEAD, lead(subject="同上")])
    assert faults(rows[2]) == {("subject_name", "ditto")}
    rows, _ = taken(LEADS, [LEAD, lead(), lead(subject="同上"), lead(subject="〃")])
    assert [row.values["subject_name"] for row in rows.values()] == ["某店"] * 3


@pytest.mark.parametrize(
    "said",
    [
        "匿名", "（匿名）", "匿名举报", "匿名（12345转）", "不愿透露姓名", "举报人不愿透露", "不愿留名", "未留姓名", "某群众", "热心群众", "热心市民", "知情群众",
        "某市民", "群众", "本村村民", "不详", "无", "保密", "未提供姓名", "不愿具名", "某先生", "网友", "群众举报", "匿 名",
    ],
)  # fmt: skip
def test_who_is_nobody_gets_no_name(said: str) -> None:
    head = [*LEAD, "举报人", "联系电话"]
    row = taken(LEADS, [head, lead(said, "13800138003")])[0][2]
    assert row.good
    assert (row.values["reporter_name"], row.values["reporter_kind"]) == (None, "anonymous")


@pytest.mark.parametrize("said", ["王某某", "热心市民王某", "匡名", "无某", "王先生", "张 三"])
def test_who_is_somebody_keeps_the_name(said: str) -> None:
    row = one(LEADS, "举报人", said)
    assert row.values["reporter_kind"] == "real_name"
    assert row.values["reporter_name"] == said.replace(" ", "")


@pytest.mark.parametrize(("said", "kind"), [("是", "real_name"), ("√", "real_name"), ("实名", "real_name"), ("否", "anonymous"), ("×", "anonymous"), ("不是", "anonymous")])  # fmt: skip
def test_whether_real_name(said: str, kind: str) -> None:
    assert one(LEADS, "是否实名", said).values["reporter_kind"] == kind


@pytest.mark.parametrize(
    ("said", "hour", "minute"),
    [
        ("晚上11点20分", 23, 20), ("下午3时", 15, 0), ("凌晨2点", 2, 0), ("上午10点半", 10, 30), ("11:20 PM", 23, 20), ("中午12时", 12, 0), ("晚八点", 20, 0),
        ("23：20", 23, 20), ("下午 3:05", 15, 5), ("早上8点一刻", 8, 15), ("晚上十一点二十分", 23, 20), ("中午1点", 13, 0), ("傍晚6点整", 18, 0), ("夜里11时", 23, 0),
    ],
)  # fmt: skip
def test_the_hour_as_people_say_it(said: str, hour: int, minute: int) -> None:
    rows, _ = taken(LEADS, [LEAD, ["12345", f"2022年5月13日{said}", "某店", "养老服务", "收费"]])
    assert rows[2].values["received_on"] == dt.datetime(2022, 5, 13, hour, minute)  # noqa: DTZ001


@pytest.mark.parametrize(
    "said",
    ["2021-10-8下午", "2021-10-08 下午", "2021年10月8日上午", "2021.10.8早上", "2021年10月8日（上午）", "2021/10/8 中午", "2021年10月8日（星期五）下午", "20211008", "2021 年 10 月 8 日", "2021 年10 月8 号"],
)  # fmt: skip
def test_a_part_of_a_day_is_that_day(said: str) -> None:
    rows, _ = taken(LEADS, [LEAD, ["12345", said, "某店", "养老服务", "收费"]])
    assert rows[2].values["received_on"] == dt.date(2021, 10, 8)
    assert rows[2].good


@pytest.mark.parametrize("said", ["10月8日上午", "10月8日", "10-8下午", "10月8号 下午3点", "10.8"])
def test_a_day_without_its_year_is_asked_for_that(said: str) -> None:
    rows, _ = taken(LEADS, [LEAD, ["12345", said, "某店", "养老服务", "收费"]])
    (fault,) = rows[2].faults
    assert (fault.field, fault.code) == ("received_on", "bad_date")
    assert "缺少年份" in fault.message


@pytest.mark.parametrize("said", ["晚上12点", "夜里2点", "早上13点", "晚上", "11点左右", "\n2022年5月14日", "至15日", "、14日"])  # fmt: skip
def test_an_hour_or_a_day_that_may_be_two_is_asked(said: str) -> None:
    rows, _ = taken(LEADS, [LEAD, ["12345", f"2022年5月13日{said}", "某店", "养老服务", "收费"]])
    assert faults(rows[2]) == {("received_on", "bad_date")}
