"""Codes: what is refused, what is only odd, and what an ID number tells."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.words.codes import (
    CREDIT_ALPHABET,
    Sex,
    check_bank_account,
    check_credit_code,
    check_phone,
    check_resident_id,
    id_check_char,
    normalise_code,
    normalise_phone,
    parse_resident_id,
    passes_luhn,
)

TODAY = date(2026, 11, 22)
#: Genuine kinds of numbers (the persons are made up): old and new area code, residence permits.
GOOD_IDS = [
    "11010519491231002X",
    "342425195001010019",
    "341522195001010014",
    "810000199408230021",
    "830000199201300022",
]
GOOD_CREDIT_CODES = [
    "91341522MA2TE0T08M",
    "52341522MA2TE0T08N",
    "11341522MA2TE0T08X",
    "93341522MA2TE0T08F",
    "92341522MA2TE0T08J",
    "91110000600037341L",
]


def codes_of(check) -> list[str]:
    return [issue.code for issue in check.warnings]


# --- resident ID -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", GOOD_IDS)
def test_good_ids(number):
    check = check_resident_id(number, TODAY)
    assert check.ok
    assert check.value == number
    assert check.warnings == ()


@pytest.mark.parametrize(
    "typed",
    ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ",
     "110105-19491231-002x", "'11010519491231002X", "11010519491231002×"],
)  # fmt: skip
def test_ids_as_people_type_them(typed):
    assert check_resident_id(typed, TODAY).value == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "resident_id_format"),
        ("1101051949123100", "resident_id_format"),
        ("1101051949123100A2", "resident_id_format"),
        ("110105194902310021", "resident_id_birth_date"),
        ("110105194912310021", "resident_id_check_char"),
        ("440524188001010014", "resident_id_age"),
    ],
)
def test_impossible_ids(number, code):
    check = check_resident_id(number, TODAY)
    assert not check.ok
    assert check.error is not None
    assert check.error.code == code
    assert check.error.message


def test_a_birth_after_today_is_refused():
    check = check_resident_id("810000199408230021", date(1994, 8, 22))
    assert check.error is not None
    assert check.error.code == "resident_id_birth_date"
    assert check_resident_id("810000199408230021", date(1994, 8, 23)).ok


def test_unknown_area_only_warns():
    number = "99010519491231002"
    check = check_resident_id(number + id_check_char(number), TODAY)
    assert check.ok
    assert codes_of(check) == ["resident_id_area"]


def test_first_generation_numbers_are_widened():
    check = check_resident_id("110105491231002", TODAY)
    assert check.value == "11010519491231002X"
    assert codes_of(check) == ["resident_id_15_digits"]


@pytest.mark.parametrize(
    "number", ["", "abc", "110105194902310021", "110105194912310021", "110105490231002"]
)
def test_nothing_is_parsed_from_an_impossible_number(number):
    assert parse_resident_id(number) is None


def test_sex_birth_date_and_age():
    person = parse_resident_id("342425195001010019")
    assert person is not None
    assert (person.sex, person.born_on) == (Sex.MALE, date(1950, 1, 1))
    other = parse_resident_id("810000199408230021")
    assert other is not None
    assert other.sex is Sex.FEMALE


@pytest.mark.parametrize(
    ("day", "age", "elder"),
    [
        (date(2009, 12, 31), 59, False),
        (date(2010, 1, 1), 60, True),
        (date(2022, 5, 13), 72, True),
    ],
)
def test_elder_on_the_day_of_the_act(day, age, elder):
    person = parse_resident_id("342425195001010019")
    assert person is not None
    assert person.age_on(day) == age
    assert person.is_elder_on(day) is elder


@given(st.sampled_from(GOOD_IDS), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_noticed(number, place, digit):
    wrong = number[:place] + digit + number[place + 1 :]
    assert parse_resident_id(wrong) is None or wrong == number


# --- credit code -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", GOOD_CREDIT_CODES)
def test_good_credit_codes(code):
    check = check_credit_code(f" {code.lower()} ")
    assert check.ok
    assert check.value == code
    assert check.warnings == ()


@pytest.mark.parametrize("code", ["91341522H9EH9J1GRU", "913415222M3M3HCLEB"])
def test_inner_organisation_code_only_warns(code):
    check = check_credit_code(code)
    assert check.ok
    assert codes_of(check) == ["credit_code_inner"]


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("91341522MA2TE0T0XX", "credit_code_check_char"),
        ("91341522MA2TE0T08", "credit_code_length"),
        ("91341522MA2TEOT08M", "credit_code_alphabet"),
        ("无", "credit_code_length"),
    ],
)
def test_impossible_credit_codes(code, problem):
    check = check_credit_code(code)
    assert check.error is not None
    assert check.error.code == problem


@given(st.sampled_from(GOOD_CREDIT_CODES), st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_one_wrong_character_is_always_noticed(code, place, mark):
    wrong = code[:place] + mark + code[place + 1 :]
    assert wrong == code or not check_credit_code(wrong).ok


# --- phones ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13812345678", "13812345678"),
        ("180 4630 2443", "18046302443"),
        ("+86 138-1234-5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("013812345678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("0564-6021234", "0564-6021234"),
        ("(0564)6021234转801", "0564-6021234-801"),
        ("0564-6021234-8", "0564-6021234-8"),
        ("010-12345678-12", "010-12345678-12"),
        ("02312345678", "023-12345678"),
        ("86 0564 6021234", "0564-6021234"),
        ("400-123-4567", "4001234567"),
        ("12337", "12337"),
        ("110", "110"),
        ("95588", "95588"),
        ("10086", "10086"),
    ],
)
def test_phones(typed, number):
    assert normalise_phone(typed) == number
    assert check_phone(typed).value == number


@pytest.mark.parametrize(
    "typed", ["1380013", "12812345678", "138123456789", "6021234", "", "未知", "0064-6021234"]
)
def test_impossible_phones(typed):
    check = check_phone(typed)
    assert check.error is not None
    assert check.error.code == "phone_format"


@given(st.text(alphabet="0123456789０１９xXＸ×-－ ()（）.·转#+86"))
def test_normalising_twice_changes_nothing(text):
    number = normalise_phone(text)
    assert number is None or normalise_phone(number) == number
    assert normalise_code(normalise_code(text)) == normalise_code(text)


# --- bank accounts ---------------------------------------------------------------------------


def test_card_with_luhn():
    check = check_bank_account("\t'6222 0212 3456 7890 128")
    assert check.value == "6222021234567890128"
    assert passes_luhn("4111111111111111")
    assert check_bank_account("4111111111111111").warnings == ()


def test_luhn_only_warns():
    check = check_bank_account("4111111111111112")
    assert check.ok
    assert codes_of(check) == ["bank_account_luhn"]


def test_company_accounts_of_other_lengths_pass():
    assert check_bank_account("20000123456789012345").warnings == ()
    assert check_bank_account("12345678").ok


@pytest.mark.parametrize("account", ["", "1234567", "1" * 33, "6222abcd12345678"])
def test_impossible_accounts(account):
    check = check_bank_account(account)
    assert check.error is not None
    assert check.error.code == "bank_account_format"


# --- edges -----------------------------------------------------------------------------------


def made(first17: str) -> str:
    return first17 + id_check_char(first17)


@pytest.mark.parametrize(("born", "ok"), [("1896", True), ("1895", False), ("1900", True)])
def test_a_hundred_and_thirty_years_and_no_more(born, ok):
    check = check_resident_id(made(f"341522{born}0101001"), TODAY)
    assert check.ok is ok
    if not ok:
        assert check.error is not None
        assert check.error.code == "resident_id_age"


def test_born_today_and_tomorrow():
    for day, ok in (("20261122", True), ("20261123", False)):
        assert check_resident_id(made(f"341522{day}001"), TODAY).ok is ok


#: GB/T 2260, and the permits of Hong Kong, Macau and Taiwan.
KNOWN = {
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83,
}  # fmt: skip


@pytest.mark.parametrize("area", range(100))
def test_which_areas_exist(area):
    check = check_resident_id(made(f"{area:02d}152219500101001"), TODAY)
    assert check.ok
    assert codes_of(check) == ([] if area in KNOWN else ["resident_id_area"])


@pytest.mark.parametrize("order", range(10))
def test_the_seventeenth_digit_is_the_sex(order):
    person = parse_resident_id(made(f"3415221950010100{order}"))
    assert person is not None
    assert person.sex is (Sex.MALE if order in {1, 3, 5, 7, 9} else Sex.FEMALE)


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2011, 2, 28), 60), (date(2011, 3, 1), 61), (date(2012, 2, 28), 61),
     (date(2012, 2, 29), 62)],
)  # fmt: skip
def test_of_who_was_born_on_a_leap_day(day, age):
    """周岁 from the birthday on; in another year that day comes on 1 March."""
    person = parse_resident_id(made("34152219500301001"))
    leap = parse_resident_id(made("34152219480229001"))
    assert person is not None
    assert leap is not None
    assert person.age_on(date(2011, 3, 1)) == 61
    assert person.age_on(date(2011, 2, 28)) == 60
    assert leap.age_on(day) == age + 2


@pytest.mark.parametrize(
    ("code", "warns"),
    [("91341522H9EH9J1GRU", True), ("52341522MA2TE0T08N", False), ("93341522MA2TE0T08F", False)],
)
def test_only_the_inner_code_of_a_company_is_told(code, warns):
    assert bool(check_credit_code(code).warnings) is warns


@pytest.mark.parametrize("kind", ["92", "93"])
def test_a_trader_or_cooperative_needs_no_inner_code(kind):
    first17 = f"{kind}341522MA2TE0T0A"
    whole = next(first17 + last for last in CREDIT_ALPHABET if check_credit_code(first17 + last).ok)
    assert check_credit_code(whole).warnings == ()
    company = next(
        f"91{first17[2:]}{last}"
        for last in CREDIT_ALPHABET
        if check_credit_code(f"91{first17[2:]}{last}").ok
    )
    assert codes_of(check_credit_code(company)) == ["credit_code_inner"]


@pytest.mark.parametrize("length", range(6, 36))
def test_how_long_an_account_is_and_where_the_check_digit_counts(length):
    check = check_bank_account("6" * (length - 1) + "1")
    assert check.ok is (8 <= length <= 32)
    wrong = next(
        "6" * (length - 1) + last
        for last in "0123456789"
        if not passes_luhn("6" * (length - 1) + last)
    )
    told = codes_of(check_bank_account(wrong))
    assert told == (["bank_account_luhn"] if 16 <= length <= 19 else [])


@pytest.mark.parametrize(
    ("digits", "passes"),
    [("0", True), ("18", True), ("59", True), ("67", True), ("75", True), ("91", True), ("19", False),
     ("95", False), ("4111111111111111", True), ("5500005555555559", True), ("79927398713", True),
     ("79927398710", False)],
)  # fmt: skip
def test_the_check_digit_of_a_card(digits, passes):
    assert passes_luhn(digits) is passes


@pytest.mark.parametrize(
    ("typed", "number"),
    [("12800000000", None), ("13000000000", "13000000000"), ("19900000000", "19900000000"),
     ("010-1234567", "010-1234567"), ("010-12345678", "010-12345678"), ("010-123456", None),
     ("010-02345678", None), ("0312-1234567", "0312-1234567"), ("0212-1234567", "021-21234567"),
     ("0564-6021234转123456", "0564-6021234-123456"), ("0564-6021234转1234567", None),
     ("4001234567", "4001234567"), ("8001234567", "8001234567"), ("5001234567", None),
     ("95588", "95588"), ("955880", "955880"), ("95588000", "95588000"), ("955880000", None),
     ("9550", None), ("96110", "96110"), ("961100", "961100"), ("9611000", None), ("12345", "12345"),
     ("123456", None), ("1234", None), ("10086", "10086"), ("10186", None), ("119", "119"),
     ("131", None), ("110", "110")],
)  # fmt: skip
def test_which_numbers_can_be_dialled(typed, number):
    assert normalise_phone(typed) == number
