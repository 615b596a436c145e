"""What a fault calls the place where it is: labels instead of the names that programs use.

A pointer (`/items/2/amount`, `#query/received_from`) is followed through the models that the route
reads, and each step is called as the form, the ledger or the OpenAPI document calls it.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from typing import Any, Final, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.core.web.query import QueryOf
from api.domain.across.field_labels import PATH_LABELS, field_label, short_label
from api.domain.kit.errors import MOST_FAULTS, FieldError
from api.domain.kit.labels import Labelled

_LISTS: Final = (list, tuple, set, frozenset)
#: Names of lists that say nothing about what is in them.
_OF_ANYTHING: Final = frozenset({"各行", "各项记录", "区划名录"})


def _parts(annotation: Any) -> Iterator[Any]:
    """What a value may be: the members of a union, without what is said about them."""
    inner = get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        yield from _parts(inner[0])
    elif inner and get_origin(annotation) not in _LISTS and not isinstance(annotation, type):
        for each in inner:
            yield from _parts(each)
    else:
        yield annotation


def models(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation may be filled with, those inside of lists left out."""
    return [
        each
        for each in _parts(annotation)
        if isinstance(each, type) and issubclass(each, BaseModel)
    ]


def item_of(annotation: Any) -> Any:
    """What a list holds; None for what is no list."""
    for each in _parts(annotation):
        if get_origin(each) in _LISTS:
            return next(iter(get_args(each)), None)
    return None


def label_of(model: type[BaseModel], name: str, noun: str = "") -> str:
    """What a field of a model is called, short enough to stand before a sentence; empty for a name
    that the model does not know."""
    field = model.model_fields.get(name)
    if field is None:
        return ""
    said = field.title or field.description or field_label(name, of=model.__name__)
    return short_label(said or field_label(name, of=noun) or "")


def _steps(pointer: str) -> tuple[str, list[str]]:
    """Where a pointer begins (`body`, `query`, `path` …), and its steps."""
    where, *rest = pointer.split("/")
    steps = [step.replace("~1", "/").replace("~0", "~") for step in rest]
    return (where[1:] if where.startswith("#") else "body"), steps


def _queries(dependant: Dependant) -> Iterator[type[BaseModel]]:
    for each in dependant.dependencies:
        if isinstance(each.call, QueryOf):
            yield each.call.query_model
        yield from _queries(each)


class RequestNames:
    """The names of everything that one route reads."""

    def __init__(self, route: APIRoute) -> None:
        self._noun = str(route.tags[0]) if route.tags else ""
        self._body = route.body_field.field_info.annotation if route.body_field else None
        self._queries = list(_queries(route.dependant))

    def label(self, pointer: str) -> str:
        """`第3行，金额` for `/entries/2/amount`; empty where nothing is named."""
        where, steps = _steps(pointer)
        if where == "body":
            return "，".join(self._walk(self._body, steps))
        if not steps:
            return ""
        named = [label_of(model, steps[0], self._noun) for model in self._queries]
        found = next(filter(None, named), "") if where == "query" else ""
        if where == "path":
            found = PATH_LABELS.get(steps[0], "")
        found = found or short_label(field_label(steps[0], of=self._noun) or "")
        place = f"第{int(steps[1]) + 1}项" if found and steps[1:] and steps[1].isdigit() else ""
        return found + place

    def choices(self, pointer: str) -> list[str]:
        """The labels of the values that a field may have, where it is a choice."""
        where, steps = _steps(pointer)
        start = [self._body] if where == "body" else list(self._queries)
        for each in start:
            for kind in _parts(self._held(each, steps)):
                if isinstance(kind, type) and issubclass(kind, Labelled):
                    return list(kind.labels().values())
        return []

    def actions(self) -> list[str]:
        """What the actions of a life cycle are called, where the route takes those."""
        return [
            model.__doc__ or "" for model in models(self._body) if "action" in model.model_fields
        ]

    def called(self, body: object) -> "RequestNames":
        """The names of the one action that a body calls, where the route takes several: two of them
        may call one field differently."""
        action = body.get("action") if isinstance(body, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        for model in models(self._body) if isinstance(action, str) else ():
            field = model.model_fields.get("action")
            if field is not None and get_args(field.annotation) == (action,):
                narrowed = copy(self)
                narrowed._body = model
                return narrowed
        return self

    def labelled(self, faults: Sequence[FieldError]) -> tuple[FieldError, ...]:
        """The same faults, with the labels of their fields as far as they are listed."""
        return tuple(
            replace(fault, label=self.label(fault.pointer))
            if place < MOST_FAULTS and not fault.label
            else fault
            for place, fault in enumerate(faults)
        )

    def _held(self, annotation: Any, steps: Sequence[str]) -> Any:
        """The annotation that a pointer leads to; None where it leads nowhere."""
        for step in steps:
            if step.isdigit() and item_of(annotation) is not None:
                annotation = item_of(annotation)
                continue
            having = [m for m in models(annotation) if step in m.model_fields]
            if not having:
                return None
            annotation = having[0].model_fields[step].annotation
        return annotation

    def _walk(self, annotation: Any, steps: Sequence[str]) -> list[str]:
        named: list[str] = []
        for step in steps:
            item = item_of(annotation)
            if step.isdigit() and item is not None:
                which = f"第{int(step) + 1}{'行' if models(item) else '项'}"
                before = named.pop() if named else ""
                named.append(("" if before in _OF_ANYTHING else before) + which)
                annotation = item
                continue
            having = [m for m in models(annotation) if step in m.model_fields]
            if not having:
                break
            named.append(label_of(having[0], step, self._noun))
            annotation = having[0].model_fields[step].annotation
        return [each for each in named if each]
