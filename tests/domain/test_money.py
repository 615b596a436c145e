"""Amounts as the wire takes them."""

import pytest

from api.domain.words.codes import check_phone, normalise_code
from api.domain.words.money import parse


@pytest.mark.parametrize("written", ["²", "12²", "①", "1½", "⑤.00", "Ⅻ"])
def test_a_mark_that_is_no_digit_is_no_part_of_an_amount(written: str) -> None:
    with pytest.raises(ValueError, match="金额应为数字"):
        parse(written)


@pytest.mark.parametrize("written", ["12", " 12 ", "１２", "12.00", "١٢"])
def test_one_rule_for_digits(written: str) -> None:
    assert parse(written) == 1200


def test_a_raised_digit_does_not_complete_a_number() -> None:
    assert check_phone("1381234567²").error is not None
    assert normalise_code("１２²") == "１２²"
    assert normalise_code("１２x") == "12X"
