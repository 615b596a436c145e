"""What of a name says who is meant: without region, legal form and line of business, and by sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.words.forms_of_address import addressed, surname
from api.domain.words.names import (
    NO_NAME,
    do_rhyme,
    name,
    plain,
    sound,
    sound_alike,
    spoken,
    syllables,
)

REGIONS = (
    "中国 北京 上海 天津 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西"
    " 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 武汉 南京 杭州 深圳 广州 成都 西安 郑州 长沙 安徽 安徽省 六安 六安市"
    " 合肥 合肥市 霍邱 霍邱县 众兴集镇 众兴镇 固镇县 叶集区 长集镇 安徽省六安市霍邱县众兴集镇"
)  # fmt: skip
LEGAL = (
    "有限责任公司 股份有限公司 有限公司 总公司 分公司 子公司 公司 集团 专业合作社 合作社 个体工商户 民办非企业单位"
    " 集团有限责任公司 集团股份有限公司 集团有限公司"
)
BUSINESS = (
    "养老服务 养老 康养 颐养 健康 管理 咨询 服务 科技 商贸 贸易 投资 信息 文化 传媒 传播 生物 保健 保健品 医疗 器械 旅游 旅居"
    " 老年公寓 老年 老年人 公寓 敬老院 养老院 护理院 护理 中心 院 店 部 馆 会所 基地 体验 专卖 大药房 药房 药店 食品 用品 家政"
    " 实业 发展 工程 置业 房产 农业 生态 连锁 运营 理疗 产业 经营 商行 项目 工作室 山庄 度假村 俱乐部 协会 分部 门店 超市"
    " 健康管理咨询服务中心"
)
HEARSAY = "自称 名为 名叫 叫做 叫 所谓 所谓的 一家 某家 那个 这个 那家 这家 有家 有个 一个 镇上 镇上的 街上 街上的 村里 村里的"
SPOKEN = "那家 那边 那里 那个 那儿 这家 他家 他们家 家的 里的 的人 的人员 的店 的公司 的老板 的业务员 的销售 的推销员 等人 一伙 团伙"


@pytest.mark.parametrize(
    ("before", "behind"),
    [(each, "") for each in (*REGIONS.split(), *HEARSAY.split())]
    + [("", each) for each in (*LEGAL.split(), *SPOKEN.split())],
)
def test_what_comes_and_goes_around_a_name(before, behind):
    assert name(f"{before}福寿堂{behind}").core == "福寿堂"


@pytest.mark.parametrize("line", BUSINESS.split())
def test_the_line_of_business_is_no_part_of_the_brand(line):
    told = name(f"福寿堂{line}有限公司")
    assert (told.core, told.brand) == (f"福寿堂{line}", "福寿堂")


def test_a_brand_keeps_two_characters():
    assert name("健康管理有限公司").brand in {"健康", ""}
    assert name("福店").brand == "福店"
    assert name("福寿店").brand == "福寿"


@pytest.mark.parametrize(
    "told",
    ["不详", "未知", "不明", "无", "无名", "匿名", "某人", "某公司", "某单位", "某机构", "某企业", "某某公司", "某某",
     "不清楚", "不知道", "推销员", "业务员", "骗子", "个人", "公司", "其他", "", "福", "张总", "王某", "老王", "王老板",
     "李某某", "姓王的", "保健品店", "养老院", "卖床垫的", "几个穿红马甲的", "百草堂旁边的店", "冒充社保局的人", "一男子",
     "不知名公司", "某养老院", "一家养老院"],
)  # fmt: skip
def test_who_is_left_open_is_nobody(told):
    assert name(told) is NO_NAME
    assert not name(told).is_known


@pytest.mark.parametrize(
    ("told", "core"),
    [("卖药的百草堂药房", "卖药的百草堂药房"), ("李四", "李四"), ("ＡＢＣ养老", "abc养老"),
     ("霍邱福寿堂（分店）", "福寿堂"), ("福寿堂〔二〕[三]", "福寿堂"), ("福 寿·堂", "福寿堂"),
     ("阳光养老院", "阳光养老院"), ("城关镇", "城关镇")],
)  # fmt: skip
def test_who_is_somebody(told, core):
    assert name(told).core == core
    assert name(told).is_known


def test_half_width_and_lower_case_without_marks():
    assert plain("ＡＢ c·（１２）福、寿 ") == "abc12福寿"


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("张", "脏", True),
        ("吃", "呲", True),
        ("生", "森", True),
        ("宁", "林", True),
        ("娘", "良", True),
        ("康", "看", True),
        ("福寿", "富首", True),
        ("银行", "银杭", True),
        ("长", "常", True),
        ("张", "李", False),
        ("张", "张三", False),
        ("福寿", "寿福", False),
        ("福A", "福B", False),
    ],
)
def test_who_does_not_tell_them_apart_hears_the_same(left, right, alike):
    assert sound_alike(left, right) is alike
    assert sound_alike(right, left) is alike


def test_a_sound_is_the_usual_reading_without_tones():
    assert sound("张生宁康") == "zan sen lin kan"
    assert sound("福A1") == "fu A 1"
    assert syllables("A") == ("A",)
    assert len(syllables("行")) > 1
    assert syllables("吃")[0] == "ci"


@pytest.mark.parametrize(
    ("left", "right", "rhymes"),
    [("穗", "惠", True), ("安", "康", True), ("穗", "安", False), ("b", "b", False)],
)
def test_what_rhymes(left, right, rhymes):
    assert do_rhyme(left, right) is rhymes


@given(st.text(max_size=12))
def test_any_text_is_read_and_its_core_is_plain(text):
    told = name(text)
    assert told.core == plain(told.core)
    assert told.core.startswith(told.brand)
    assert bool(told.core) is told.is_known


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("吴奶奶", "吴"),
        ("吴老奶奶", "吴"),
        ("老吴", "吴"),
        ("小吴头", "吴"),
        ("阿吴", "吴"),
        ("大吴", "吴"),
        ("老吴头", "吴"),
        ("吴某某", "吴"),
        ("吴 女 士", "吴"),
        ("张三", "张"),
        ("张三丰", "张"),
        ("王 小 二", "王"),
        ("张三丰李", ""),
        ("欧阳清", "欧阳"),
        ("欧阳明日", "欧阳"),
        ("欧阳", "欧"),
        ("John", ""),
        ("吴", ""),
        ("甲乙", ""),
        ("", ""),
    ],
)
def test_the_surname_of_a_name_or_of_a_form_of_address(told, found):
    assert surname(told) == found


@pytest.mark.parametrize(
    "said",
    ["吴奶奶", "吴爷爷", "吴大妈", "吴大娘", "吴婶", "吴叔叔", "吴大伯", "吴阿姨", "吴姑姑", "吴婆婆", "吴公公", "吴老太太",
     "吴老汉", "吴老爷子", "吴老人家", "吴师傅", "吴老师", "吴大姐", "吴大哥", "吴嫂子", "吴女士", "吴先生", "吴同志", "吴某",
     "吴某某", "老吴", "小吴", "阿吴", "老吴头", "大吴妈"],
)  # fmt: skip
def test_how_people_of_a_place_call_somebody(said):
    found = addressed("吴").search(f"昨天{said}说的")
    assert found is not None
    assert found[0] == said
    assert addressed("李").search(f"昨天{said}说的") is None


@pytest.mark.parametrize("said", ["对方女士", "双方老人", "我方先生", "警方同志"])
def test_a_word_that_only_looks_like_a_surname(said):
    assert addressed("方").search(said) is None


@pytest.mark.parametrize("said", ["小吴庄村", "老吴集镇", "小吴路", "老吴厂", "小吴店"])
def test_a_place_is_nobody(said):
    assert addressed("吴").search(said) is None


def test_a_name_that_a_text_speaks_of_in_each_of_its_lengths():
    assert {"瑞隆", "裕华"} <= set(spoken("有个叫瑞隆的店，裕华那边"))
    assert {"福寿", "福寿堂"} <= set(spoken("举报福寿堂养老骗钱"))
    assert {"瑞隆", "瑞隆康", "瑞隆康泰"} <= set(spoken("举报瑞隆康泰"))
    assert {"康泰", "隆康泰", "瑞隆康泰"} <= set(spoken("瑞隆康泰那边"))
    assert spoken("老人说钱没了") == []
    assert (
        len(
            spoken(
                "叫甲乙丙丁的，" * 3
                + "".join(f"叫{chr(0x5000 + n * 5)}甲乙丙店" for n in range(40))
            )
        )
        <= 24
    )
    # what stands behind the first five hundred characters is not looked at
    assert spoken("字" * 490 + "有个叫瑞隆的") != []
    assert spoken("字" * 500 + "有个叫瑞隆的") == []
