"""Sums as people say them: read where certain, asked about where not, never guessed silently."""

import pytest

from api.domain.words.amounts import NotAnAmount, Unsettled, spoken, typed


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("三万", 30_000), ("3万", 30_000), ("3.5万", 35_000), ("5,000元", 5_000), ("５０００", 5_000),
        ("五千块钱", 5_000), ("五千块", 5_000), ("叁万元整", 30_000), ("3w", 30_000), ("3k", 3_000),
        ("一万五千", 15_000), ("5万8千", 58_000), ("俩万", 20_000), ("十万", 100_000),
        ("¥3000", 3_000), ("一共三万块", 30_000), ("总共被骗了5万元", 50_000), ("三十", 30),
        ("5000.5", 5_000.5), ("六千五百", 6_500), ("2千万", 20_000_000), ("1.5百万", 1_500_000),
        ("一亿二千万", 120_000_000), ("1亿2千万", 120_000_000), ("壹仟贰佰元伍角", 1_200.5),
        ("伍元零陆分", 5.06), ("3块5毛", 3.5),
    ],
)  # fmt: skip
def test_certain(text, yuan):
    said = spoken(text)
    assert (said.fen, said.question) == (round(yuan * 100), "")


@pytest.mark.parametrize(
    ("text", "sum_"),
    [
        ("3万多", "30,000"), ("三万多", "30,000"), ("大概三万", "30,000"), ("近三万", "30,000"),
        ("3万左右", "30,000"), ("不到3万", "30,000"), ("三万以上", "30,000"), ("两三万", "20,000"),
        ("三四千", "3,000"), ("四五十万", "400,000"), ("3到5万", "30,000"), ("3万-5万", "30,000"),
        ("1万到2万", "10,000"), ("三万五", "35,000"), ("3万5", "35,000"), ("一万二", "12,000"),
        ("1千2", "1,200"), ("十几万", "100,000"), ("二十几万", "200,000"), ("一百来万", "1,000,000"),
        ("五六块钱", "5"), ("三五万", "30,000"), ("三五", "3"),
        ("万把块", "10,000"), ("千把块", "1,000"), ("上万", "10,000"), ("2000余元", "2,000"),
    ],
)  # fmt: skip
def test_uncertain_is_a_question(text, sum_):
    assert spoken(text).question == f"{text}：按 {sum_} 元登记？"


@pytest.mark.parametrize("text", ["", "  ", "不知道", "没有", "无", "说不清", "不清楚"])
def test_none_was_named(text):
    assert spoken(text) == spoken("")
    assert spoken(text).fen is None


@pytest.mark.parametrize(
    "text",
    ["几万", "好几万", "数十万", "3万美元", "3000 5000", "3万 5万", "3万和2万", "abc", "12²", "-3",
     "1.234", "6222021309000000001", "一二三四五六七八九十百", "半万", "3..5"],
)  # fmt: skip
def test_what_nobody_can_tell_is_asked_anew(text):
    with pytest.raises(NotAnAmount, match=r"。$"):
        spoken(text)


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("12345.67", 12_345.67),
        ("三万", 30_000),
        ("12.3万", 123_000),
        (" １２，３４５ ", 12_345),
        ("0", 0),
    ],
)
def test_what_is_typed_into_a_form(text, yuan):
    assert typed(text) == round(yuan * 100)


def test_a_vague_sum_in_a_form_is_asked_about():
    with pytest.raises(Unsettled, match="3万多：按 30,000 元登记？是就写 30000，"):
        typed("3万多")


@pytest.mark.parametrize(
    "text",
    ["", "无", "1e3", "1_000", ".5", "5.", "+5", "-3", "-3万", "1.234", "三" * 61, "3万美元"],
)
def test_what_no_form_takes_for_a_sum(text):
    with pytest.raises(ValueError, match=r"[\u4e00-\u9fff]"):
        typed(text)
