"""Papers by which people say who they are: kinds, spellings, and what of a number names the person."""

from datetime import date

import pytest

from api.domain.words import documents
from api.domain.words.codes import id_check_char
from api.domain.words.documents import DocumentKind as K
from api.domain.words.identifier_patterns import BY_DOCUMENT, IdentifierKind

TODAY = date(2026, 11, 22)
RESIDENT = "11010519491231002X"
PERMIT = "810000199408230021"
FOREIGN = "91101519800101001"
FOREIGN += id_check_char(FOREIGN)


@pytest.mark.parametrize(
    ("written", "kind", "value"),
    [
        (RESIDENT, K.RESIDENT_ID, RESIDENT),
        ("身份证号：11010519491231002x", K.RESIDENT_ID, RESIDENT),
        ("居民身份证11010519491231002X", K.RESIDENT_ID, RESIDENT),
        ("H12345678", K.HK_MACAO_PERMIT, "H12345678"),
        ("m1234567801", K.HK_MACAO_PERMIT, "M1234567801"),
        ("回乡证H12345678", K.HK_MACAO_PERMIT, "H12345678"),
        ("港澳居民来往内地通行证号码:H12345678", K.HK_MACAO_PERMIT, "H12345678"),
        ("香港通行证H12345678", K.HK_MACAO_PERMIT, "H12345678"),
        ("台胞证12345678", K.TAIWAN_PERMIT, "12345678"),
        ("台湾居民来往大陆通行证 1234567890（D）", K.TAIWAN_PERMIT, "1234567890D"),
        ("台湾通行证12345678", K.TAIWAN_PERMIT, "12345678"),
        (PERMIT, K.RESIDENCE_PERMIT, PERMIT),
        (f"港澳台居民居住证{PERMIT}", K.RESIDENCE_PERMIT, PERMIT),
        (f"台湾居民居住证{PERMIT}", K.RESIDENCE_PERMIT, PERMIT),
        (FOREIGN, K.FOREIGN_RESIDENT, FOREIGN),
        ("ABC123456789012", K.FOREIGN_RESIDENT, "ABC123456789012"),
        ("永居证ABC123456789012", K.FOREIGN_RESIDENT, "ABC123456789012"),
        ("外国人永久居留身份证ABC123456789012", K.FOREIGN_RESIDENT, "ABC123456789012"),
        ("E12345678", K.PASSPORT, "E12345678"),
        ("EA1234567", K.PASSPORT, "EA1234567"),
        ("护照号E12345678", K.PASSPORT, "E12345678"),
        ("中国护照：E12345678", K.PASSPORT, "E12345678"),
        ("Passport No. X1234567", K.PASSPORT, "X1234567"),
        ("军字第1234567号", K.MILITARY_ID, "军字1234567"),
        ("军官证 军字第 1234567 号", K.MILITARY_ID, "军字1234567"),
        ("士兵证1234567", K.MILITARY_ID, "1234567"),
        ("退役军人优待证1234567", K.MILITARY_ID, "1234567"),
        ("其他证件AB-123", K.OTHER, "AB123"),
        ("12345678", K.RESIDENT_ID, "12345678"),
    ],
)
def test_what_is_written_in_one_place(written, kind, value):
    assert documents.told(written) == (kind, value)
    # stored in one place it is read again as the same
    assert documents.told(documents.spelled(kind, value)) == (kind, value)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (K.HK_MACAO_PERMIT, "H12345678 M1234567801 h12345678", "H1234567 H123456789 A12345678"),
        (K.TAIWAN_PERMIT, "12345678 1234567890 1234567890A", "1234567 123456789 12345678A"),
        (K.FOREIGN_RESIDENT, f"{FOREIGN} ABC123456789012", f"8{FOREIGN[1:]} AB123456789012"),
        (K.PASSPORT, "E12345678 12345 ABC1234", "1234 ABCD123 1234567890123456"),
        (K.MILITARY_ID, "军字1234 1234567 AB123456789012", "军字123 军字1234567890123 ABC12345"),
        (K.OTHER, "AB1 老年证1", "A1 无证件"),
        (K.RESIDENT_ID, RESIDENT, "110105194912310021 12345678"),
        (K.RESIDENCE_PERMIT, f"{PERMIT} 830000199201300022", RESIDENT),
    ],
)
def test_which_numbers_each_kind_may_have(kind, right, wrong):
    for value in right.split():
        assert documents.check(kind, value, TODAY).ok, value
    for value in wrong.split():
        check = documents.check(kind, value, TODAY)
        assert not check.ok, value
        assert check.error is not None
        assert kind.label in check.error.message or "身份证号" in check.error.message


def test_a_wrong_check_digit_of_a_foreigners_card_only_warns():
    last = "0" if FOREIGN[-1] != "0" else "1"
    check = documents.check(K.FOREIGN_RESIDENT, FOREIGN[:-1] + last, TODAY)
    assert check.ok
    assert [issue.code for issue in check.warnings] == ["document_check_char"]
    assert documents.check(K.FOREIGN_RESIDENT, FOREIGN, TODAY).warnings == ()
    assert documents.check(K.FOREIGN_RESIDENT, "ABC123456789012", TODAY).warnings == ()


@pytest.mark.parametrize(
    ("kind", "hint"), [(K.RESIDENT_ID, "台胞证"), (K.RESIDENCE_PERMIT, "台胞证")]
)
def test_who_has_another_paper_is_told_how_to_write_it(kind, hint):
    check = documents.check(kind, "12345678", TODAY)
    assert check.error is not None
    assert check.error.code == "resident_id_format"
    assert hint in check.error.message


@pytest.mark.parametrize(
    ("kind", "value", "key"),
    [
        (K.HK_MACAO_PERMIT, "H1234567801", "H12345678"),
        (K.HK_MACAO_PERMIT, "H1234567802", "H12345678"),
        (K.HK_MACAO_PERMIT, "H12345678", "H12345678"),
        (K.TAIWAN_PERMIT, "1234567801", "1234567801"),
        (K.PASSPORT, "H1234567801", "H1234567801"),
    ],
)
def test_a_new_issue_is_the_same_person(kind, value, key):
    assert documents.key(kind, value) == key


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("12345678", {K.TAIWAN_PERMIT, K.PASSPORT, K.MILITARY_ID, K.OTHER}),
        ("H1234567801", {K.HK_MACAO_PERMIT, K.PASSPORT, K.MILITARY_ID, K.OTHER}),
        ("军字1234567", {K.MILITARY_ID, K.OTHER}),
        ("无", set()),
    ],
)
def test_what_a_bare_number_may_be(code, kinds):
    assert {kind for kind, _ in documents.readings(code)} == kinds


def test_every_kind_is_an_identifier():
    assert set(BY_DOCUMENT) == set(K)
    for kind, identifier in BY_DOCUMENT.items():
        own = K.RESIDENT_ID if kind is K.RESIDENCE_PERMIT else kind
        assert identifier is IdentifierKind(own.value)
