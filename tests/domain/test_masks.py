"""Masks: what a list, an export and a log may show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.words.masks import (
    COMPOUND_SURNAMES,
    mask_account,
    mask_address,
    mask_id_number,
    mask_name,
    mask_phone,
    mask_short,
)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("欧阳明日", "欧阳**"),
        ("欧阳", "欧*"),
        ("王", "*"),
        ("", ""),
        (" 李四 ", "李*"),
        ("阿卜杜拉·热合曼", "阿***"),
        ("John Smith", "J***"),
    ],
)
def test_names(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("+86 138 1234 5678", "138****5678"),
        ("0564-6021234", "0564-*****34"),
        ("0564-6021234-801", "0564-*****34"),
        ("010-12345678", "010-******78"),
        ("4001234567", "4001234567"),
        ("12337", "12337"),
        ("6021234", "*****34"),
        ("133", "***"),
        ("abcd", "****"),
        ("", ""),
    ],
)
def test_phones(phone, shown):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("11010519491231002X", "1" + "*" * 16 + "X"),
        ("110105491231002", "1" + "*" * 13 + "2"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_id_numbers(number, shown):
    assert mask_id_number(number) == shown


@pytest.mark.parametrize(
    ("account", "shown"),
    [("6228488111442446719", "****6719"), ("12345678", "****5678"), ("1234", "****"), ("", "")],
)
def test_accounts(account, shown):
    assert mask_account(account) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("众兴集镇大塘村41号", "众兴集镇大塘村***"),
        ("安徽省霍邱县众兴集镇众兴社区46号2单元", "安徽省霍邱县众兴集镇众兴社区***"),
        ("众兴集镇新桥村村民委员会", "众兴集镇新桥村***"),
        ("霍邱县城关镇人民路5号", "霍邱县城关镇***"),
        ("众兴集镇大塘村", "众兴集镇大塘村"),
        ("幸福路5号", "***"),
        ("", ""),
    ],
)
def test_addresses_down_to_the_village(address, shown):
    assert mask_address(address) == shown


def test_short_handles():
    assert mask_short("abc_12345") == "a****5"
    assert mask_short("ab") == "**"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_never_shows_its_middle(phone):
    assert mask_phone(phone) == phone[:3] + "****" + phone[-4:]


@given(st.text(st.characters(exclude_characters="*"), min_size=2))  # a star shows nothing anyway
def test_no_name_is_shown_whole(name):
    if set(name.strip()[1:]) - {"*"}:  # stars hide nothing and need no hiding
        assert mask_name(name).count("*") >= 1
        assert not mask_name(name).startswith(name.strip())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三丰李", "张**"),
        ("张三丰李四", "张***"),
        ("张三丰李四五六", "张***"),
        ("欧阳修明", "欧阳**"),
        ("欧阳修明日", "欧阳***"),
        ("司马", "司*"),
        ("令狐冲", "令狐*"),
        ("王司马", "王**"),
    ],
)
def test_how_much_of_a_name_is_shown(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize("surname", sorted(COMPOUND_SURNAMES))
def test_every_compound_surname_stays_whole(surname):
    assert len(surname) == 2
    assert mask_name(f"{surname}某") == f"{surname}*"


@pytest.mark.parametrize(
    ("shown", "mask", "values"),
    [
        ("nothing below six", mask_id_number, {"123456": "1****6", "12345": "*****", " 123456 ": "1****6"}),
        ("nothing below eight", mask_account,
         {"1234567": "*******", "12345678": "****5678", "123456789": "****6789"}),
        ("nothing below three", mask_short, {"a": "*", "ab": "**", "abc": "a****c", "": ""}),
        ("nothing below five", mask_phone,
         {"1234": "****", "12345": "12345", "123456": "****56", "23456": "***56"}),
    ],
)  # fmt: skip
def test_the_shortest_that_shows_anything(shown, mask, values):
    assert {value: mask(value) for value in values} == values, shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("长集街道东路5号", "长集街道***"),
        ("长集乡5号", "长集乡***"),
        ("霍邱县5号", "霍邱县***"),
        ("六安市金安区5号", "六安市金安区***"),
        ("长集镇李集居委会3组", "长集镇李集居委会***"),
        ("长集镇李集居民委员会3组", "长集镇李集居民委员会***"),
        ("长集镇王庄村委会3组", "长集镇王庄村***"),
        ("苏木嘎查5号", "苏木嘎查***"),
        ("长集镇新村路5号", "长集镇***"),
        ("长集镇阳光中村路5号", "长集镇***"),
        (" 长集镇 ", "长集镇"),
    ],
)
def test_no_house_is_shown(address, shown):
    assert mask_address(address) == shown
