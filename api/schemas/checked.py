"""Values with a rule of their own beyond their form, the same wherever they are written: in a new
record, in a correction of it. What the rule is stands in `domain`."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from api.core.clock import is_ahead, today
from api.domain import codes
from api.schemas.common import Day, Moment


def _day_so_far(day: date) -> date:
    if day > today():
        raise PydanticCustomError("in_future", "不能晚于今天")
    return day


def _moment_so_far(at: datetime) -> datetime:
    if is_ahead(at):
        raise PydanticCustomError("in_future", "不能晚于现在")
    return at


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


#: A day on which something happened.
PastDay = Annotated[Day, AfterValidator(_day_so_far)]
#: A moment at which something happened.
PastMoment = Annotated[Moment, AfterValidator(_moment_so_far)]
#: A unified social credit code, or empty.
CreditCode = Annotated[
    str, StringConstraints(max_length=30), AfterValidator(_checked(codes.check_credit_code))
]
