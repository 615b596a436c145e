"""Names as they are spelled in letters."""

import pytest

from api.domain.words import pinyin


@pytest.mark.parametrize(
    "typed",
    [
        "bm",
        "bmc",
        "baimiao",
        "baimiaocun",
        "baimc",
        "bmiao",
        "BMC",
        " b m c",
        "mc",
        "miaoc",
        "ｂｍ",
    ],
)
def test_a_name_is_found_by_its_initials_by_the_whole_and_by_both_mixed(typed):
    assert pinyin.says("白庙村", typed)


@pytest.mark.parametrize("typed", ["", " ", "mb", "bmcx", "aimiao", "cun c", "白庙村人"])
def test_what_spells_no_part_of_it_does_not_find_it(typed):
    assert not pinyin.says("白庙村", typed)


def test_every_reading_of_a_character_counts():
    assert pinyin.says("重庆路", "cql")
    assert pinyin.says("重庆路", "zql")
    assert pinyin.says("吕岗村", "lvgang")
    assert pinyin.says("吕岗村", "lugang")
    assert pinyin.says("吕岗村", "lügang")


def test_letters_digits_and_marks_in_a_name_stand_for_themselves():
    assert pinyin.says("A1（康养）中心", "a1ky")
    assert pinyin.spelled("A1（庙）") == "a 1 miao"
    assert pinyin.says("福寿12号", "12h")


def test_what_a_search_holds_of_a_name():
    assert {"bmc", "baimiaocun"} <= set(pinyin.letters("白庙村"))
    assert {"cq", "zq", "chongqing", "zhongqing"} <= set(pinyin.letters("重庆"))
    # what is typed as it stands needs no spelling
    assert pinyin.letters("ABC12") == []
    assert pinyin.letters("") == []


def test_no_name_takes_long_whatever_it_is_made_of():
    name = "差" * 200  # four readings, all of one initial
    assert not pinyin.says(name, "c" * 29 + "x")
    assert len(pinyin.letters(name)) <= 16


def test_only_latin_letters_are_taken_for_pinyin():
    assert pinyin.is_typed("bm")
    assert pinyin.is_typed("bai miao")
    assert pinyin.is_typed("xi'an")
    assert not pinyin.is_typed("白b")
    assert not pinyin.is_typed("b1")
    assert not pinyin.is_typed("  ")
