"""Whole numbers, yes and no, days: what every form takes for one, found by walking all of them."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError, create_model

from api.core.base.clock import now, today
from api.domain.kit.days import EARLIEST, DayKind
from api.domain.kit.flow import Field, FieldKind
from api.schemas.common import Money, Wire
from api.schemas.days import kind_of
from tests.forms import request_fields

FIELDS = request_fields()
DAY = timedelta(days=1)

#: Days that the present one does not bound, and why.
FREE = {
    "DivisionRow.valid_from": "a place is as old as the law that made it",
    "DivisionRow.valid_to": "a place is as old as the law that made it",
    "HolidayYearPut.days_off": "days of the year that the address names",
    "HolidayYearPut.days_worked": "days of the year that the address names",
    "RecheckSampleCreate.period_from": "what is looked for, as in a filter",
    "RecheckSampleCreate.period_to": "what is looked for, as in a filter",
    "TimeRuleVersionCreate.valid_from": "a law may be passed long before it comes into force",
    "TownTermCreate.valid_from": "a law may be passed long before it comes into force",
}


def leaves(hint: Any) -> Iterator[Any]:
    """What stands at the ends of a type: in a union, in a list, behind a remark."""
    if hint == Money:
        return
    if hasattr(hint, "__metadata__"):
        yield from leaves(get_args(hint)[0])
    elif get_origin(hint) in {Union, UnionType, list, dict, tuple}:
        for each in get_args(hint):
            yield from leaves(each)
    else:
        yield hint


def typed(model: type[BaseModel], name: str) -> Any:
    """The whole type of a field, as it was written."""
    field = model.model_fields[name]
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def numbers() -> list[Any]:
    return [
        pytest.param(model, name, id=f"{model.__name__}.{name}")
        for model, name in FIELDS
        if issubclass(model, Wire) and {int, bool} & set(leaves(typed(model, name)))
    ]


def days() -> list[Any]:
    return [
        pytest.param(model, name, id=f"{model.__name__}.{name}")
        for model, name in FIELDS
        if issubclass(model, Wire) and {date, datetime} & set(leaves(typed(model, name)))
    ]


def refused(model: type[BaseModel], name: str, value: object) -> set[str]:
    """By which codes a form refuses that very field."""
    try:
        model.model_validate({name: value})
    except ValidationError as error:
        return {each["type"] for each in error.errors() if each["loc"][:1] == (name,)}
    return set()


def test_the_walks_are_walks():
    assert len(numbers()) > 150
    assert len(days()) > 70


@pytest.mark.parametrize(("model", "name"), numbers())
def test_a_number_is_a_number_and_yes_is_yes(model, name):
    [wanted] = {int, bool} & set(leaves(typed(model, name)))
    wrong = [True, False, 1.0, 5.5, "5", "true"] if wanted is int else [1, 0, 1.0, "true", "yes"]
    inside = get_origin(typed(model, name)) is list
    for value in wrong:
        assert refused(model, name, [value] if inside else value), value
    assert not {"int_type", "bool_type"} & refused(model, name, 7 if wanted is int else True)


@pytest.mark.parametrize(("model", "name"), days())
def test_every_day_is_bounded_or_says_why_not(model, name):
    kind = kind_of(typed(model, name))
    if kind is None:
        assert FREE[f"{model.__name__}.{name}"]
        return
    if kind is DayKind.STEP:  # tests/routers/test_case_days.py, tests/routers/test_cases.py
        assert model.__name__.startswith("Case")
        return
    has_time = datetime in set(leaves(typed(model, name)))
    say = (
        (lambda day: datetime.combine(day, now().timetz(), now().tzinfo).isoformat())
        if has_time
        else date.isoformat
    )
    assert refused(model, name, say(EARLIEST - DAY)), "1979"
    assert refused(model, name, "1900-01-01T00:00:00+08:00" if has_time else "1900-01-01")
    assert not refused(model, name, say(today()))
    if kind is DayKind.PAST:
        assert refused(model, name, say(today() + DAY)) == {"in_future"}
        assert not refused(model, name, say(EARLIEST))
        if has_time:
            soon = (now() + timedelta(minutes=1)).isoformat()
            assert refused(model, name, soon) == {"in_future"}, "of today"
    if kind is DayKind.DUE:
        assert refused(model, name, say(today() - DAY)) == {"in_past"}


def test_no_exemption_is_left_over():
    assert FREE.keys() == {
        f"{model.__name__}.{name}"
        for model, name in FIELDS
        if issubclass(model, Wire)
        and {date, datetime} & set(leaves(typed(model, name)))
        and kind_of(typed(model, name)) is None
    }


def test_a_form_says_which_days_it_takes():
    with pytest.raises(TypeError):
        Field("on", "日期", FieldKind.DATE)
    with pytest.raises(TypeError):
        Field("on", "理由", FieldKind.TEXT, day=DayKind.PAST)


def test_numbers_of_a_form_made_later_are_plain_too():
    made = create_model("Made", __base__=Wire, number=(int, ...), sure=(bool | None, None))
    assert made(number=1, sure=None).sure is None  # type: ignore[call-arg, attr-defined]
    for wrong in ({"number": True}, {"number": "1"}, {"number": 1, "sure": 0}):
        with pytest.raises(ValidationError):
            TypeAdapter(made).validate_python(wrong)
