"""Query strings of lists, read once by pydantic and remembered.

FastAPI's own way of filling a model from a query string costs as much as the query to the
database behind it; the same lists are asked for again and again with the same few query strings.
"""

import types
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Union, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.domain.kit.errors import FieldError, Invalid

#: So many unknown names are told at once.
_MOST_ERRORS = 20


def _is_list(annotation: object) -> bool:
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        return any(_is_list(part) for part in get_args(annotation))
    if hasattr(annotation, "__metadata__"):
        return _is_list(get_args(annotation)[0])
    return origin is list


class QueryOf:
    """A dependency that yields a model filled from the query string; blank values do not count."""

    def __init__(self, model: type[BaseModel]) -> None:
        self.query_model = model
        self._lists = {name for name, f in model.model_fields.items() if _is_list(f.annotation)}
        self._read = lru_cache(maxsize=1024)(self._parse)

    async def __call__(self, request: Request) -> Any:
        """The filled model. Raises RequestValidationError."""
        return self._read(request.scope["query_string"])  # of a bounded length (core/web/web.py)

    def parse(self, text: bytes) -> BaseModel:
        """A query string that came another way. Raises RequestValidationError."""
        return self._parse(text)

    def _parse(self, text: bytes) -> BaseModel:
        values: dict[str, Any] = {}
        for name, value in parse_qsl(text.decode("latin-1")):
            if name in self._lists:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        try:
            return self.query_model.model_validate(values)
        except ValidationError as error:
            errors = [raised | {"loc": ("query", *raised["loc"])} for raised in error.errors()]
            raise RequestValidationError(errors) from error


def names(dependant: Dependant) -> dict[str, bool]:
    """The query parameters that a route takes, its dependencies' included: whether each may come
    more than once."""
    found = {each.alias: _is_list(each.field_info.annotation) for each in dependant.query_params}
    model = getattr(dependant.call, "query_model", None)
    if model is not None:
        fields = model.model_fields.items()
        found |= {field.alias or name: _is_list(field.annotation) for name, field in fields}
    for each in dependant.dependencies:
        found |= names(each)
    return found


def refuse_others(request: Request, known: Mapping[str, bool]) -> None:
    """Raise RequestValidationError for query parameters that a route does not take: one that is
    misspelled, or asks for what is not there, must not be answered as if it had not been asked; nor
    one of two values, of which one reader takes the first, another the last. Raises Invalid for
    what is no UTF-8: in other letters nothing would be found, as if nothing were there."""
    text: bytes = request.scope["query_string"]
    if not text:
        return
    try:
        given = parse_qsl(text.decode("latin-1"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        message = "查询参数应为 UTF-8 编码"
        told = FieldError("", "encoding_invalid", message)
        raise Invalid(message, code=told.code, errors=[told]) from None
    times = Counter(name for name, _ in given)
    errors = [
        {"type": kind, "loc": ("query", name), "msg": "", "input": value}
        for name, value in dict(given).items()
        if (kind := _fault(name, times[name], known)) is not None
    ]
    if errors:
        raise RequestValidationError(errors[:_MOST_ERRORS])


def _fault(name: str, times: int, known: Mapping[str, bool]) -> str | None:
    if name not in known:
        return "unknown_parameter"
    return "field_repeated" if times > 1 and not known[name] else None


def query_of(model: type[BaseModel]) -> Any:
    """`Annotated[LeadQuery, query_of(LeadQuery)]`."""
    return Depends(QueryOf(model))


_NO_DEFINITIONS: dict[str, Any] = {}


def parameters(model: type[BaseModel]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The OpenAPI parameters of a query model, and the schemas that they refer to."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    required = set(schema.get("required", ()))
    made = [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _without_null(each),
            "description": each.get("description", each.get("title", name)),
        }
        for name, each in schema["properties"].items()
    ]
    return made, schema.get("$defs", _NO_DEFINITIONS)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    choices = [each for each in schema.get("anyOf", []) if each.get("type") != "null"]
    plain = {k: v for k, v in schema.items() if k not in {"anyOf", "title", "description"}}
    if plain.get("default", ...) is None:
        del plain["default"]
    return choices[0] | plain if len(choices) == 1 else plain
