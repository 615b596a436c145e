"""What people are called by: one list for what is hidden and for what is not published."""

import pytest

from api.domain.reporters.informants import HIDDEN, hide
from api.domain.words.forms_of_address import surname
from api.domain.words.public_texts import faults

FORMS = [
    "{}奶奶", "{}爷爷", "{}大爷", "{}大妈", "{}大娘", "{}大婶", "{}婶", "{}婶子", "{}二婶", "{}叔", "{}叔叔", "{}三叔",
    "{}大叔", "{}伯", "{}大伯", "{}伯母", "{}阿姨", "{}姨", "{}姑", "{}大姑", "{}婆婆", "{}阿婆", "{}公公", "{}嫂",
    "{}大嫂", "{}嫂子", "{}哥", "{}大哥", "{}姐", "{}大姐", "{}妹", "{}妈", "{}老太", "{}老太太", "{}老汉", "{}老头",
    "{}老爷子", "{}老人家", "{}老人", "{}老伯", "{}老师傅", "{}老二", "{}女士", "{}先生", "{}小姐", "{}太太", "{}师傅",
    "{}老师", "{}同志", "{}老乡", "{}氏", "{}二爷", "{}四奶奶", "{}老哥", "{}家奶奶", "{}家大嫂", "老{}", "小{}", "阿{}",
    "老{}头", "大{}婶",
]  # fmt: skip
#: They name nobody, and leave a text all the same where the surname is the informant's.
LEFT_OUT = ["{}某", "{}某某", "{}某人", "{}××", "{}XX", "{}姓老人"]


@pytest.mark.parametrize("form", [*FORMS, *LEFT_OUT, "姓{}的", "姓{}的老太太"])
@pytest.mark.parametrize(
    "name", ["吴秀英", "吴奶奶", "老吴", "吴二婶", "吴 秀英", "欧阳秀英", "仝秀英"]
)
def test_an_informant_is_hidden_under_every_form(form, name):
    family = surname(name)
    assert family in {"吴", "欧阳", "仝"}
    told = hide(f"我们对{form.format(family)}说过。", name, "")
    assert HIDDEN in told
    assert family not in told


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("family", ["吴", "欧阳", "高", "方"])
def test_a_form_of_address_is_a_name(form, family):
    if len(family) == 2 and not form.startswith("{"):
        return
    called = form.format(family)
    assert surname(called) == family
    if family == "吴":
        for text in (f"骗局中，{called}花去五万元。", f"受骗的{called}说"):
            assert [f for f in faults(text) if called in f], text


@pytest.mark.parametrize("form", LEFT_OUT)
def test_a_surname_left_open_is_published(form):
    assert faults(f"受骗的{form.format('吴')}花去五万元。".replace("XX", "某")) == []


@pytest.mark.parametrize(
    "text",
    [
        "奶奶和爷爷", "高大爷们都来了", "提高老人防骗意识", "向老人推销床垫", "照顾老人", "每小时30元", "对方女士", "王婆卖瓜", "老师和老人",
        "应老人要求", "小米和鸡蛋", "阿姨大姐们", "一位老太太", "任何老人", "老党员带头", "允许老人", "江苏老人", "九江老人", "高龄老人", "花甲老人",
        "白发老人", "石塘镇老人", "5万老人", "金融老师", "孙女和小孙子", "退休金老人", "方便老人", "关爱老人", "大妈大爷", "送牛奶、羊奶",
        "王姓老人", "张姓女子", "老百姓", "小王庄", "了解老人", "有关老人", "提醒大爷大妈", "小康", "小包", "小车", "老路", "老房子", "大方",
        "大连", "小平房", "小龙虾", "老年人",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "，", "的", "向"])
def test_ordinary_words_are_nobody(text, before):
    assert faults(f"{before}{text}。") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("牛秀英", "牛奶过期了"), ("高秀英", "提高老人意识"), ("高秀英", "高大爷们都去了"), ("顾秀英", "照顾老人"),
        ("方秀英", "对方女士"), ("和秀英", "他和老师说"), ("时秀英", "每小时"), ("米秀英", "送小米"), ("孙秀英", "我小孙子陪我"),
        ("党秀英", "老党员"), ("万秀英", "骗了三万奶奶"), ("花秀英", "花大姐"), ("王秀英", "王婆卖瓜"), ("李秀英", "小李庄村"),
        ("方秀英", "小方便"), ("何秀英", "任何老人"), ("石秀英", "老石头"), ("马秀英", "老马识途"), ("安秀英", "治安老师"),
        ("吴秀英", "奶奶和大婶"), ("吴秀英", "李奶奶和张叔"), ("房秀英", "老房子"), ("许秀英", "允许老人"), ("余秀英", "其余老人"),
    ],
)  # fmt: skip
def test_what_is_no_address_stays(name, text):
    assert hide(text, name, "") == text


def test_the_given_name_with_an_address_names_too():
    assert hide("秀英奶奶和欧阳大妈", "欧阳秀英", "") == f"{HIDDEN}和{HIDDEN}"
    assert hide("张奶奶说秀英大妈", "张王秀英", "") == f"{HIDDEN}说{HIDDEN}"
    assert "陈桂英" in "".join(faults("陈桂英奶奶损失五万元"))
