"""A reason or a source that nobody can see is none."""

import pytest
from pydantic import ValidationError

from api.schemas.common import Reveal
from api.schemas.property_items import PropertyItemUpdate


def test_an_unseen_reason_or_number_is_refused() -> None:
    with pytest.raises(ValidationError, match="没有看得见的字"):
        Reveal(fields=["narrative"], reason="\u200b" * 4)
    with pytest.raises(ValidationError, match="没有看得见的字"):
        PropertyItemUpdate(version=1, account="\u200b")


@pytest.mark.parametrize("blank", ["\u3164", "\u2800\u2800", "\uffa0 ", "\u115f\u1160"])
def test_fillers_are_letters_by_name_only(blank: str) -> None:
    with pytest.raises(ValidationError, match="没有看得见的字"):
        PropertyItemUpdate(version=1, account=blank)
