"""Identifiers in narratives: found however written, masked in place, restored exactly."""

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.domain.words import identifier_patterns
from api.domain.words.identifiers import (
    PERSONAL_KINDS,
    PUBLIC_KINDS,
    Found,
    IdentifierKind,
    detect,
    key,
    mask_identifier,
    masked,
    normalised,
    readings,
    unmasked,
)
from tests.entities import credit_code

K = IdentifierKind


def values(text: str) -> list[tuple[IdentifierKind, str]]:
    return [(found.kind, found.value_normalised) for found in detect(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        # phones
        ("联系电话13812345678。", K.PHONE, "13812345678"),
        ("打138 1234 5678找他", K.PHONE, "13812345678"),
        ("打138-1234-5678找他", K.PHONE, "13812345678"),
        ("打1381-234-5678找他", K.PHONE, "13812345678"),
        ("打138-123-45678找他", K.PHONE, "13812345678"),
        ("打13812 345678找他", K.PHONE, "13812345678"),
        ("打138123 45678找他", K.PHONE, "13812345678"),
        ("打1 3 8 1 2 3 4 5 6 7 8找他", K.PHONE, "13812345678"),
        ("打１３８１２３４５６７８找他", K.PHONE, "13812345678"),
        ("打१३८१२३४५६७८找他", K.PHONE, "13812345678"),
        ("打+86 13812345678找他", K.PHONE, "13812345678"),
        ("打8613812345678找他", K.PHONE, "13812345678"),
        ("打013812345678找他", K.PHONE, "13812345678"),
        ("幺三八一二三四五六七八", K.PHONE, "13812345678"),
        ("13812345678千万别打", K.PHONE, "13812345678"),
        ("13812345678元旦前", K.PHONE, "13812345678"),
        ("13812345678.0", K.PHONE, "13812345678"),
        ("2022-05-13 13812345678", K.PHONE, "13812345678"),
        ("tel13812345678", K.PHONE, "13812345678"),
        ("0564-6021234", K.PHONE, "0564-6021234"),
        ("(0564)6021234转801", K.PHONE, "0564-6021234-801"),
        ("（0564）6021234", K.PHONE, "0564-6021234"),
        ("座机：6021234", K.PHONE, "6021234"),
        ("热线400-800-1234", K.PHONE, "4008001234"),
        ("微信号：13812345678", K.PHONE, "13812345678"),
        # resident IDs
        ("身份证342425195001010019", K.RESIDENT_ID, "342425195001010019"),
        ("身份证11010519491231002x住", K.RESIDENT_ID, "11010519491231002X"),
        ("身份证１１０１０５１９４９１２３１００２Ｘ", K.RESIDENT_ID, "11010519491231002X"),
        ("身份证110105 19491231 002x", K.RESIDENT_ID, "11010519491231002X"),
        ("身份证110105-1949-1231-002×", K.RESIDENT_ID, "11010519491231002X"),
        ("身份证342425195001010018", K.RESIDENT_ID, "342425195001010018"),
        ("旧号110105491231002", K.RESIDENT_ID, "11010519491231002X"),
        # accounts
        ("卡号6228488111442446719", K.BANK_ACCOUNT, "6228488111442446719"),
        ("转到6228 4881 1144 2446 719", K.BANK_ACCOUNT, "6228488111442446719"),
        ("转到4111111111111111", K.BANK_ACCOUNT, "4111111111111111"),
        ("对公账号：20000123456789", K.BANK_ACCOUNT, "20000123456789"),
        ("农商行存折 341522118000123456", K.BANK_ACCOUNT, "341522118000123456"),
        # others
        ("霍邱福寿91341522H9EH9J1GRU法人", K.CREDIT_CODE, "91341522H9EH9J1GRU"),
        ("代码91341522ma2te0t08m", K.CREDIT_CODE, "91341522MA2TE0T08M"),
        ("加微信abc_12345", K.WECHAT, "abc_12345"),
        ("微信号：Abc-12345转", K.WECHAT, "abc-12345"),
        ("VX: yanglao88", K.WECHAT, "yanglao88"),
        ("对方wxid_1a2b3c4d5e", K.WECHAT, "wxid_1a2b3c4d5e"),
        ("QQ：12345678", K.QQ, "12345678"),
        ("1QQ12345678", K.QQ, "12345678"),
        ("2、QQ12345678", K.QQ, "12345678"),
        ("3.wx:abc12345", K.WECHAT, "abc12345"),
        ("扣扣群号123456789", K.QQ, "123456789"),
        ("邮箱zhang.san@163.com", K.EMAIL, "zhang.san@163.com"),
        ("13812345678@qq.com", K.EMAIL, "13812345678@qq.com"),
        ("车皖N12345", K.PLATE, "皖N12345"),
        ("车皖N·D12345停", K.PLATE, "皖ND12345"),
        ("见https://www.yanglao.com/a?b=1，", K.URL, "https://www.yanglao.com/a?b=1"),
        ("官网yanglao.cn。", K.URL, "yanglao.cn"),
        ("店开在众兴集镇人民路88号2楼", K.ADDRESS, "人民路88号2楼"),
        ("人民路８８号", K.ADDRESS, "人民路88号"),
        ("住白庙村王庄组12号", K.ADDRESS, "王庄组12号"),
    ],
)
def test_one_identifier(text, kind, value):
    assert values(text) == [(kind, value)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "交纳会员费36000元，承诺每年返利18%",
        "共吸收资金13800000000元",
        "金额：13812345678.50",
        "￥13812345678",
        "合计13812345678",
        "座机6021234元",
        "时间2022-05-13 15:30:00至20220514",
        "案号A3415221180002022050001",
        "（2022）皖1522刑初123号",
        "线索XS-341522118-20220513-0001",
        "众办〔2022〕54号",
        "代码341522118000",
        "流水号2022051314300012345",
        "编号123456789012345",
        "账户余额123456789012元",
        "手机号12812345678",
        "138123456789",
        "一共三百四十五万六千七百八十九",
        "一三五七九",
        "新建ABCDEF",
        "代码91341522MA2TE0T0XX",
        "999999194913310021",
        "微信转账3000元",
        "乘2路12号公交",
        "3月15号到店",
    ],
)
def test_what_is_no_identifier(text):
    assert detect(text) == []


def test_several_in_one_sentence_keep_their_order():
    text = "张三13812345678，342425195001010019，6228 4881 1144 2446 719 13912345678"
    assert [kind for kind, _ in values(text)] == [
        K.PHONE,
        K.RESIDENT_ID,
        K.BANK_ACCOUNT,
        K.PHONE,
    ]


def test_a_phone_inside_a_web_address_is_still_masked():
    text, found = masked("http://a.com/?p=13812345678&x=1")
    assert text == "http://a.com/?p=138****5678&x=1"
    assert [one.kind for one in found] == [K.URL, K.PHONE]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("13812345678342425195001010019", "138****56783****************9"),
        ("34242519500101001913812345678", "3****************9138****5678"),
        ("No.342425195001010019001", "No.3****************9001"),
        ("11010519491231002X001", "1****************X001"),
    ],
)
def test_numbers_glued_to_an_id(text, shown):
    assert masked(text)[0] == shown


def test_a_soldiers_number_of_four_digits_is_masked():
    text, found = masked("持军字第1234号证件的老人")
    assert "1234" not in text
    assert [one.kind for one in found] == [K.MILITARY_ID]


def test_masked_text_and_its_places():
    text, found = masked("张三１３８ １２３４ ５６７８，代码91341522H9EH9J1GRU，QQ：12345678")
    assert text == "张三138****5678，代码91341522H9EH9J1GRU，QQ：1****8"
    assert [text[one.start : one.end] for one in found] == [
        "138****5678",
        "91341522H9EH9J1GRU",
        "1****8",
    ]
    assert found[0].raw == "１３８ １２３４ ５６７８"
    assert [one.personal for one in found] == [True, False, True]


@given(
    st.sampled_from(["", "WX", "QQ", "QQ12345", "WXK46MD7T"]),
    st.integers(1, 17),
    st.sampled_from(" -·."),
)
def test_letters_of_a_credit_code_are_no_handle(holds, at, mark):
    """wx and QQ stand before handles; in a code they are letters, in one piece and in two."""
    code = credit_code(holds)
    for text in (code, code[:at] + mark + code[at:], f"代码{code[:at]}{mark}{code[at:]}。"):
        assert values(text) == [(K.CREDIT_CODE, code)]


def test_kinds_are_personal_or_public():
    assert set(K) == PERSONAL_KINDS | PUBLIC_KINDS
    assert {K.CREDIT_CODE, K.URL, K.ADDRESS} == PUBLIC_KINDS


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (K.PHONE, "13812345678", "138****5678"),
        (K.RESIDENT_ID, "11010519491231002X", "1****************X"),
        (K.BANK_ACCOUNT, "6228488111442446719", "****6719"),
        (K.CREDIT_CODE, "91341522H9EH9J1GRU", "91341522H9EH9J1GRU"),
        (K.URL, "yanglao.cn", "yanglao.cn"),
        (K.WECHAT, "abc_12345", "a****5"),
        (K.QQ, "12345678", "1****8"),
        (K.EMAIL, "zhang@163.com", "z****m"),
        (K.PLATE, "皖N12345", "皖****5"),
    ],
)
def test_mask_by_kind(kind, value, shown):
    assert mask_identifier(kind, value) == shown


SAMPLES = st.sampled_from(
    [
        "13812345678", "138 1234 5678", "１３９-１２３４-５６７８", "342425195001010019",
        "110105 19491231 002x", "6228488111442446719", "卡号6228 4881 1144 2446 719", "微信：abc_12345",
        "QQ12345678", "0564-6021234", "皖N12345", "a.b@163.com", "http://a.com/?p=13812345678",
        "91341522H9EH9J1GRU", "4008001234", "13800000000元", "2022-05-13", "，", "1", "8", " ", "-", "x",
        "老人", "*", "****", "86", "+", "(", "转", "幺三八一二三四五六七八",
    ]
)  # fmt: skip
MIXED = st.lists(SAMPLES | st.text(max_size=6), max_size=14).map("".join)


@settings(max_examples=400)
@given(MIXED)
def test_the_original_comes_back_exactly(text):
    shown, found = masked(text)
    assert unmasked(shown, found) == text
    assert unmasked(shown, reversed(found)) == text


@settings(max_examples=300)
@given(MIXED)
def test_hits_are_ordered_apart_and_true_to_the_text(text):
    found = detect(text)
    assert all(text[one.start : one.end] == one.raw for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    shown, placed = masked(text)
    for one in placed:
        whole = mask_identifier(one.kind, one.value_normalised) if one.personal else one.raw
        assert shown[one.start : one.end] == whole


@settings(max_examples=300)
@given(MIXED)
def test_no_whole_mobile_number_is_left(text):
    shown, _ = masked(text + "，13812345678，342425195001010019。")
    assert "，13812345678，" not in shown
    assert "342425195001010019" not in shown


@given(st.text())
def test_any_text_comes_back(text):
    shown, found = masked(text)
    assert unmasked(shown, found) == text


def test_restoring_needs_only_places_and_raw_values():
    stored = [Found(K.PHONE, "", 2, 13, "138 1234 5678")]
    assert unmasked("电话138****5678。", stored) == "电话138 1234 5678。"


@pytest.mark.parametrize("piece", ["1", "1 ", "a.", "1a", "微信", "银行1", "62284881 ", "@a"])
def test_long_hostile_texts_take_no_time(piece):
    """Eight times the text takes eight times as long, not sixty-four times."""

    def took(length: int) -> float:
        text = piece * (length // len(piece))
        begun = time.process_time()
        detect(text)
        return time.process_time() - begun

    short, long = (min(took(length) for _ in range(3)) for length in (2_500, 20_000))
    assert long < 24 * short


CROWDED = st.text(
    alphabet=st.sampled_from("0123456789１２０〇幺一三八-–.·/ @：:()转元xXaQwv信微贵A京.cn\x00"),
    max_size=60,
)


@given(st.one_of(CROWDED, MIXED))
def test_what_one_glance_rules_out_is_not_there(text):
    """The patterns that a text cannot satisfy are not tried: with all of them tried, nothing more
    is found."""
    plain = identifier_patterns.half_width(text)
    every = [
        (kind, value, *match.span(match.lastindex or 0))
        for pattern, kind, read, *_ in identifier_patterns._READERS
        for match in pattern.finditer(plain)
        for start, end in [match.span(match.lastindex or 0)]
        if (
            value := read(plain[start:end], plain[max(0, start - 20) : start], plain[end : end + 8])
        )
    ]
    assert list(identifier_patterns.candidates(plain)) == every
    if every:
        assert identifier_patterns.may_hold_another(plain)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("13812345678", [(K.PHONE, "13812345678"), (K.BANK_ACCOUNT, "13812345678"), (K.QQ, "13812345678")]),
        ("  13812345678 ", [(K.PHONE, "13812345678")]),
        ("0564-6021234", [(K.PHONE, "6021234")]),
        ("6021234", [(K.PHONE, "6021234"), (K.QQ, "6021234")]),
        ("电话0564-6021234转801", [(K.PHONE, "6021234")]),
        ("微信13812345678", [(K.PHONE, "13812345678")]),
        ("手机号13812345678是", [(K.PHONE, "13812345678")]),
        ("wxabc12345", [(K.WECHAT, "wxabc12345"), (K.WECHAT, "abc12345")]),
        ("abc_123456", [(K.WECHAT, "abc_123456")]),
        ("QQ 12345", [(K.QQ, "12345")]),
        ("342425195001010019", [(K.RESIDENT_ID, "342425195001010019"),
                                (K.BANK_ACCOUNT, "342425195001010019")]),
        ("110105491231002", [(K.RESIDENT_ID, "11010519491231002X")]),
        ("银行卡6228488111442446719", [(K.BANK_ACCOUNT, "6228488111442446719")]),
        ("H1234567801", [(K.HK_MACAO_PERMIT, "H12345678")]),
        ("台胞证12345678", [(K.TAIWAN_PERMIT, "12345678")]),
        ("护照E12345678", [(K.PASSPORT, "E12345678")]),
        ("皖N12345", [(K.PLATE, "皖N12345")]),
        ("yanglao.cn", [(K.URL, "yanglao.cn")]),
    ],
)  # fmt: skip
def test_what_is_looked_for_as_a_whole(asked, found):
    told = readings(asked)
    assert set(found) <= set(told)
    assert len(told) == len(set(told))


@pytest.mark.parametrize("asked", ["", "白庙村", "张三", "，。"])
def test_words_are_no_identifier(asked):
    assert readings(asked) == []


@pytest.mark.parametrize(
    "asked", ["张三13812345678", "13812345678和13912345678", "他的13812345678"]
)
def test_a_number_inside_other_words_is_not_what_was_asked_for(asked):
    assert not [kind for kind, _ in readings(asked) if kind is K.PHONE]


@pytest.mark.parametrize(
    ("account", "is_account", "is_qq"),
    [("1234567", False, True), ("12345678", True, True), ("12345678901", True, True),
     ("123456789012", True, False), ("1" * 32, True, False), ("1" * 33, False, False),
     ("02345", False, False), ("12345", False, True), ("1234", False, False)],
)  # fmt: skip
def test_how_long_a_bare_number_is(account, is_account, is_qq):
    kinds = {kind for kind, _ in readings(account)}
    assert (K.BANK_ACCOUNT in kinds, K.QQ in kinds) == (is_account, is_qq)


@pytest.mark.parametrize(
    ("handle", "is_one"),
    [("abcdef", True), ("abcde", False), ("a" * 20, True), ("a" * 21, False), ("1bcdef", False),
     ("a-b_c1", True)],
)  # fmt: skip
def test_what_a_handle_looks_like(handle, is_one):
    assert (K.WECHAT in {kind for kind, _ in readings(handle)}) is is_one


@pytest.mark.parametrize(
    ("kind", "typed", "stored", "known_by"),
    [
        (K.PHONE, "138 1234 5678", "13812345678", "13812345678"),
        (K.PHONE, "0564-6021234-8", "0564-6021234-8", "6021234"),
        (K.PHONE, "(0564)6021234", "0564-6021234", "6021234"),
        (K.WECHAT, " Abc_12345 ", "abc_12345", "abc_12345"),
        (K.EMAIL, "A@B.com", "a@b.com", "a@b.com"),
        (K.URL, "HTTP://A.com", "http://a.com", "http://a.com"),
        (K.PLATE, "皖n·12345", "皖N12345", "皖N12345"),
        (K.BANK_ACCOUNT, "6228 4881 1144 2446 719", "6228488111442446719", "6228488111442446719"),
        (K.PASSPORT, "e12345678", "E12345678", "E12345678"),
        (K.HK_MACAO_PERMIT, "h1234567801", "H1234567801", "H12345678"),
        (K.TAIWAN_PERMIT, "1234567801", "1234567801", "1234567801"),
    ],
)
def test_one_spelling_and_what_two_spellings_have_in_common(kind, typed, stored, known_by):
    assert normalised(kind, typed) == stored
    assert key(kind, stored) == known_by


DOCUMENTS = {K.HK_MACAO_PERMIT, K.TAIWAN_PERMIT, K.FOREIGN_RESIDENT, K.PASSPORT, K.MILITARY_ID,
             K.OTHER_DOCUMENT, K.RESIDENT_ID}  # fmt: skip


@pytest.mark.parametrize("kind", IdentifierKind)
def test_what_is_shown_of_every_kind(kind):
    shown = mask_identifier(kind, "AB12345678")
    if kind in {K.CREDIT_CODE, K.URL, K.ADDRESS}:
        assert shown == "AB12345678"
    elif kind in DOCUMENTS:
        assert shown == "A********8"
    elif kind is K.BANK_ACCOUNT:
        assert shown == "****5678"
    elif kind is K.PHONE:
        assert shown == "********78"
    else:
        assert shown == "A****8"
    assert Found(kind, "", 0, 1, "").personal is (kind not in {K.CREDIT_CODE, K.URL, K.ADDRESS})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("账号342425195001010019", K.RESIDENT_ID),
        ("13812345678@qq.com", K.EMAIL),
        ("微信13812345678", K.PHONE),
        ("护照E12345678", K.PASSPORT),
        ("http://a.com/?p=1", K.URL),
    ],
)
def test_which_reading_comes_first(text, kind):
    assert [found.kind for found in detect(text)] == [kind]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_numbers_written_on_to_each_other_are_all_found(count):
    """Three in one run; a run of more is nobody's handwriting."""
    whole = "342425195001010019" + "13812345678" * (count > 1) + "110105194912310021"[:0]
    shown, found = masked(f"号{whole}。")
    assert len(found) == min(count, 2)
    assert "342425195001010019" not in shown
    assert "13812345678" not in shown


@pytest.mark.parametrize(
    ("left", "may"), [("1234", False), ("12345", True), ("a", True), ("老人", False),
                      ("一二三四五六七八九零一", True), ("一二三四五六七八九零", False)],
)  # fmt: skip
def test_whether_it_is_worth_looking_again(left, may):
    assert identifier_patterns.may_hold_another(left) is may
