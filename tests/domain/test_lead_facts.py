"""Facts of a report: one spelling for a house, a host, a person, a day, a sum."""

import pytest

from api.domain.leads.lead_facts import ADDRESS, facts, same_address
from api.domain.words.names import NO_NAME, name, spoken


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("地点在大塘村352号", "就在众兴集镇大塘村352号院内"),
        ("大塘村三组12号", "大塘村3组12号"),
        ("大塘村三组12号", "住三组12号"),
        ("新桥街道77号", "新桥街道77号门面"),
        ("阳光小区3栋201室", "阳光小区3幢201"),
        ("阳光小区3栋201室", "阳光小区三栋二〇一室"),
        ("阳光小区3号楼1单元201室", "阳光小区3-1-201"),
        ("镇上解放路１８号", "解放路18号"),
    ],
)
def test_one_house_in_two_spellings(one, other):
    assert same_address(facts(one), facts(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("大塘村352号", "双桥村352号"),
        ("大塘村三组12号", "大塘村四组12号"),
        ("大塘村352号", "大塘村353号"),
        ("阳光小区3栋201室", "阳光小区3栋202室"),
        ("6月12号", "7月12号"),
        ("共12号人", "共12号人"),
    ],
)
def test_two_houses(one, other):
    assert not same_address(facts(one), facts(other))


@pytest.mark.parametrize("text", ["6月12号交的钱", "第12号文件", "编号12号", "群众12户", "村里3人"])
def test_a_date_is_no_address(text):
    assert not [value for kind, value in facts(text) if kind == ADDRESS]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("https://www.abc123.com/x?y=1", ("host", "abc123.com")),
        ("网站是m.abc123.com", ("host", "abc123.com")),
        ("app.abc.com.cn下载", ("host", "abc.com.cn")),
        ("给了童经理", ("person", "童经理")),
        ("六月十七日", ("day", "6-17")),
        ("2022年06月17日", ("day", "6-17")),
        ("3.4万元", ("sum", "34000")),
        ("三万四千块", ("sum", "34000")),
        ("三万四", ("sum", "34000")),
        ("34000元", ("sum", "34000")),
        ("交了3万多", ("sum", "30000")),
        ("12名老人", ("people", "12")),
        ("大塘村的老人", ("village", "大塘")),
    ],
)
def test_facts(text, fact):
    assert fact in facts(text)


def test_a_platform_that_everybody_uses_is_no_host():
    told = facts("mp.weixin.qq.com/s/abc 和 www.taobao.com")
    assert not [kind for kind, _ in told if kind == "host"]


@pytest.mark.parametrize(
    "told",
    ["志愿者", "保健品店", "一男子", "不知名公司", "某养老机构", "一名中年妇女", "几个年轻人", "卖床垫的",
     "健康讲座主办方", "养老服务公司", "外地口音男子", "王某", "张某某", "一家保健品店", "推销人员", "陌生男子",
     "老年公寓", "旅行社", "微信群主", "自称志愿者的人员"],
)  # fmt: skip
def test_a_kind_of_person_is_nobody(told):
    assert name(told) == NO_NAME


@pytest.mark.parametrize(
    ("told", "brand"),
    [("瑞隆那家", "瑞隆"), ("那个瑞隆", "瑞隆"), ("叫瑞隆的店", "瑞隆"), ("瑞隆的人", "瑞隆"),
     ("霍邱县瑞隆康养中心", "瑞隆"), ("葛经理", "葛经理"), ("康乐保健品经营部", "康乐")],
)  # fmt: skip
def test_short_and_spoken_names(told, brand):
    assert name(told).brand == brand


def test_names_that_a_text_speaks_of():
    assert "瑞隆" in spoken("我妈在瑞隆那边交了钱")
    assert "瑞隆" in spoken("镇上有个叫瑞隆的")


def test_one_house_however_its_group_is_written():
    """What two reports have in common: 三组 is 3组, and so is 第三村民组."""
    ways = ["东湖村3组12号", "霍邱县东湖村三组十二号", "东湖村第三组12号", "东湖村三村民组12号",
            "东湖3组12号"]  # fmt: skip
    told = [facts(f"地点在{way}。") for way in ways]
    assert all(same_address(a, b) for a in told for b in told)
    assert not any(same_address(facts("地点在东湖村四组12号。"), each) for each in told)
