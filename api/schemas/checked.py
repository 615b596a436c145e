"""Values with a rule of their own beyond their form, the same wherever they are written: in a new
record, in a correction of it. What the rule is stands in `domain`."""

from collections.abc import Callable
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from api.core.base.clock import today
from api.domain.leads import source_numbers
from api.domain.words import codes, documents
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


def _proper(check: Callable[[str], codes.CodeCheck], code: str) -> Callable[[str], str]:
    """A number as it was written, if it can be one at all: told beside what else is wrong with the
    form; how it is stored the service decides."""

    def read(text: str) -> str:
        if text.strip() and (error := check(text).error) is not None:
            raise PydanticCustomError(code, error.message)  # type: ignore[arg-type]  # literals in `domain`
        return text

    return read


def _document(text: str, info: ValidationInfo) -> str:
    """The number of a paper that says who somebody is, by the kind beside it, its own name before
    the number, or its form."""
    if text.strip():
        told, plain = documents.told(text)
        error = documents.check(info.data.get("id_kind") or told, plain, today()).error
        if error is not None:
            raise PydanticCustomError(_BAD, error.message)  # type: ignore[arg-type]  # literals in `domain`
    return text


def _source_number(text: str) -> str:
    """The number in its normal form; what holds no letter and no digit is not taken for none."""
    number = source_numbers.normal(text)
    if text.strip() and not number:
        raise PydanticCustomError("bad_source_number", "须有字母、汉字或数字；没有编号的请不要填")
    if len(number) > source_numbers.LONGEST:
        raise PydanticCustomError("bad_source_number", "最多 64 个字符")
    return number


_BAD: Final = "bad_identifier"
_LONGEST = StringConstraints(max_length=64)
#: A phone number, or empty; that of a person who logs in, by the code that clients know.
_SHORT = StringConstraints(max_length=30)
Phone = Annotated[str, _LONGEST, AfterValidator(_proper(codes.check_phone, _BAD))]
ShortPhone = Annotated[str, _SHORT, AfterValidator(_proper(codes.check_phone, _BAD))]
OwnPhone = Annotated[str, _SHORT, AfterValidator(_proper(codes.check_phone, "bad_phone"))]
#: A bank account, or empty.
BankAccount = Annotated[str, _LONGEST, AfterValidator(_proper(codes.check_bank_account, _BAD))]
#: The number of a paper of the kind in the field `id_kind` before it, or empty.
DocumentNumber = Annotated[str, _LONGEST, AfterValidator(_document)]
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
