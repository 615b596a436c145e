"""Days and moments on the wire: each says how it stands to the present (domain/kit/days.py).

What the rule table bounds, and not the form alone, `services/kit/due_days.py` checks.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.core.base.clock import TIMEZONE, is_ahead, today
from api.domain.kit.days import EARLIEST, DayKind

_NUMBER = re.compile(r"\s*[-+]?[\d.]+\s*")
#: Before this the clocks of China stood by the sun, at offsets that no RFC 3339 time can say.
_FIRST = datetime(1901, 1, 2, tzinfo=UTC)


def _written(value: object) -> object:
    """A day or a moment as people write it: a bare number would be taken for seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise ValueError("日期应为 YYYY-MM-DD，时间应为 2022-05-13T09:00:00+08:00 的形式")
    return value


def _year(at: datetime) -> datetime:
    if at < _FIRST or at.year > 2200:
        raise ValueError("时间超出范围")
    return at


def _since_law(day: date) -> date:
    if day < EARLIEST:
        said = f"不能早于{EARLIEST}，请核对年份"
        raise PydanticCustomError("too_early", said)  # type: ignore[arg-type]  # of one constant
    return day


def _so_far(day: date) -> date:
    if day > today():
        raise PydanticCustomError("in_future", "不能晚于今天")
    return day


def _from_now(day: date) -> date:
    if day < today():
        raise PydanticCustomError("in_past", "不能早于今天")
    return day


def _moment_so_far(at: datetime) -> datetime:
    if is_ahead(at):
        raise PydanticCustomError("in_future", "不能晚于现在")
    _since_law(at.astimezone(TIMEZONE).date())
    return at


#: Years that both Python and a county's files know: what a list is asked for, what only a law of its
#: own bounds.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31)), BeforeValidator(_written)]
Moment = Annotated[AwareDatetime, AfterValidator(_year), BeforeValidator(_written)]
_Known = Annotated[Day, AfterValidator(_since_law)]
#: A day on which something happened.
PastDay = Annotated[_Known, AfterValidator(_so_far), DayKind.PAST]
#: A moment at which something happened.
PastMoment = Annotated[Moment, AfterValidator(_moment_so_far), DayKind.PAST]
#: A day on which a step was taken.
StepDay = Annotated[Day, DayKind.STEP]
#: A day until which something is to be done.
DueDay = Annotated[_Known, AfterValidator(_from_now), DayKind.DUE]
#: The last day of a term that begins on a day of the same form.
EndDay = Annotated[_Known, DayKind.END]

DAYS: Mapping[DayKind, Any] = MappingProxyType(
    {
        DayKind.PAST: PastDay,
        DayKind.STEP: StepDay,
        DayKind.DUE: DueDay,
        DayKind.END: EndDay,
    }
)


def kind_of(hint: Any) -> DayKind | None:
    """How a day stands to the present, by its type; None for what is no day or says nothing."""
    for each in get_args(hint):
        if isinstance(each, DayKind):
            return each
        if (found := kind_of(each)) is not None:
            return found
    return None


@cache
def bounded_days(model: type[BaseModel]) -> Mapping[str, DayKind]:
    """The fields of a form whose days the rule table bounds."""
    found: dict[str, DayKind] = {}
    for name, field in model.model_fields.items():
        own = next((each for each in field.metadata if isinstance(each, DayKind)), None)
        kind = own or kind_of(field.annotation)
        if kind in {DayKind.DUE, DayKind.END}:
            found[name] = kind
    return found
