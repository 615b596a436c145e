"""What a sentence about a cell gives as an example stays readable; what the cell held does not."""

import pytest

from api.services.imports.import_preview import masked

NUMBERS = ["13900139000", "0564-6012345", "11010519491231002X", "6228480402564890018"]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("before", ["例如 ", "例如：", "如", "比如", "形如“", "示例："])
def test_an_example_is_nobodys(before: str, number: str) -> None:
    assert masked(f"请照样填写，{before}{number}") == f"请照样填写，{before}{number}"


@pytest.mark.parametrize("number", NUMBERS)
def test_what_the_cell_held_is_masked_beside_an_example(number: str) -> None:
    told = masked(f"“{number}”有误，例如 13800138000；原为{number}")
    assert number not in told
    assert "13800138000" in told
