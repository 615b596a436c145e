"""A reason or a source that nobody can see is none."""

import pytest
from pydantic import ValidationError

from api.schemas.common import Reveal
from api.schemas.property_items import PropertyItemUpdate
from api.schemas.risk_entities import RiskEntityUpdate


def test_an_unseen_reason_or_number_is_refused() -> None:
    with pytest.raises(ValidationError, match="没有看得见的字"):
        Reveal(fields=["narrative"], reason="\u200b" * 4)
    with pytest.raises(ValidationError, match="没有看得见的字"):
        PropertyItemUpdate(version=1, account="\u200b")


@pytest.mark.parametrize("blank", ["\u3164", "\u2800\u2800", "\uffa0 ", "\u115f\u1160"])
def test_fillers_are_letters_by_name_only(blank: str) -> None:
    with pytest.raises(ValidationError, match="没有看得见的字"):
        PropertyItemUpdate(version=1, account=blank)


@pytest.mark.parametrize("name", ["甲\n乙敬老院", "甲\t乙敬老院", "甲\u2028乙敬老院", "甲\r\n乙"])
def test_a_name_is_written_in_one_line(name: str) -> None:
    with pytest.raises(ValidationError, match="写成一行") as refused:
        RiskEntityUpdate(version=1, name=name)
    assert [each["type"] for each in refused.value.errors()] == ["line_break"]
    assert RiskEntityUpdate(version=1, note="一行\n二行").note == "一行\n二行"
    assert RiskEntityUpdate(version=1, name="甲乙敬老院\n").name == "甲乙敬老院", "of a pasted cell"
