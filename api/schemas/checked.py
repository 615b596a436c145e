"""Values with a rule of their own beyond their form, the same wherever they are written: in a new
record, in a correction of it. What the rule is stands in `domain`."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from api.domain.leads import source_numbers
from api.domain.words import codes
from api.schemas.common import printable


def _checked(check: Callable[[str], codes.CodeCheck]) -> Callable[[str], str]:
    """A code as it is stored, or nothing."""

    def read(text: str) -> str:
        if not text.strip():
            return ""
        checked = check(text)
        if checked.error is not None:
            raise PydanticCustomError(checked.error.code, checked.error.message)  # type: ignore[arg-type]  # a literal in `domain`
        return checked.value

    return read


def _source_number(text: str) -> str:
    """The number in its normal form; what holds no letter and no digit is not taken for none."""
    number = source_numbers.normal(text)
    if text.strip() and not number:
        raise PydanticCustomError("bad_source_number", "须有字母、汉字或数字；没有编号的请不要填")
    if len(number) > source_numbers.LONGEST:
        raise PydanticCustomError("bad_source_number", "最多 64 个字符")
    return number


#: A unified social credit code, or empty.
CreditCode = Annotated[
    str, StringConstraints(max_length=30), AfterValidator(_checked(codes.check_credit_code))
]
#: The number under which the sender keeps a record, or empty.
SourceNumber = Annotated[
    str,
    StringConstraints(max_length=source_numbers.LONGEST),
    AfterValidator(printable),
    AfterValidator(_source_number),
]
