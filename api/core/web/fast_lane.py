"""A short way to our routes: found by a dictionary, filled in without FastAPI's solver.

Matching through the included routers and solving dependencies costs more than a read of one record
costs the database (docs/adr/0001-reads.md). Nearly every route of ours needs only ids from its
path, one JSON body, and dependencies that look at the request; those are known when the application
starts. All others, and addresses that do not exist, go on to FastAPI.

It stands inside the handling of errors, and uses FastAPI's own fields, so refusals read alike.
"""

import inspect
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any, get_type_hints
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from api.core.web.routing import Handler, UnitOfWorkRoute

#: A method and a path's segments; None stands for a parameter.
Shape = tuple[str | None, ...]


def _uuid(text: str) -> UUID:
    if len(text) != 36:  # other spellings are FastAPI's to judge
        raise ValueError
    return UUID(text)


def _text(text: str) -> str:
    if not text:
        raise ValueError
    return text


_PARAMETERS: dict[Any, Callable[[str], Any]] = {UUID: _uuid, str: _text}


def _reader(parameter: Any) -> Callable[[str], Any] | None:
    """How a parameter of a path is read; what it refuses (ValueError) is left to the framework."""
    kind = parameter.field_info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Enum) else _PARAMETERS.get(kind)


def _asks_for_more(wanted: Dependant) -> bool:
    return bool(
        wanted.query_params
        or wanted.header_params
        or wanted.cookie_params
        or wanted.response_param_name
        or wanted.background_tasks_param_name
    )


def _looks_at_the_request(dependency: Dependant) -> bool:
    call: Any = dependency.call
    waited_for = inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(
        getattr(call, "__call__", None)  # noqa: B004  # the method itself, to see whether it is async
    )
    nested = dependency.path_params or dependency.body_params or dependency.dependencies
    return waited_for and not nested and not _asks_for_more(dependency)


def _is_json(route: UnitOfWorkRoute) -> bool:
    """One JSON body that must be there, or none at all."""
    bodies = route.dependant.body_params
    if len(bodies) != 1:
        return not bodies
    info = bodies[0].field_info
    plain = isinstance(info, params.Body) and not isinstance(info, params.Form)
    return plain and info.is_required() and route.body_field is bodies[0]


def _is_simple(route: UnitOfWorkRoute) -> bool:
    wanted = route.dependant
    if _asks_for_more(wanted) or wanted.request_param_name or not _is_json(route):
        return False
    if any(_reader(p) is None for p in wanted.path_params):
        return False
    returned = get_type_hints(route.endpoint).get("return")
    if not (isinstance(returned, type) and issubclass(returned, Response)):
        return False
    return all(_looks_at_the_request(each) for each in wanted.dependencies)


async def _body(request: Request, field: Any) -> Any:
    # the route has read it already, and found it to be JSON or nothing
    if not await request.body():
        missing = {"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}
        raise RequestValidationError([missing])
    value, errors = field.validate(await request.json(), {}, loc=("body",))
    if errors:
        raise RequestValidationError(errors)
    return value


def _answer(route: UnitOfWorkRoute) -> Handler:
    wanted, endpoint = route.dependant, route.endpoint
    body = wanted.body_params[0] if wanted.body_params else None
    dependencies: list[tuple[str | None, Any, bool]] = [
        (each.name, each.call, each.request_param_name is not None) for each in wanted.dependencies
    ]

    async def handle(request: Request) -> Response:
        values: dict[str, Any] = dict(request.scope["path_params"])
        for name, call, looks in dependencies:
            value = await (call(request) if looks else call())
            if name is not None:
                values[name] = value
        if body is not None:
            values[body.name] = await _body(request, body)
        return await endpoint(**values)

    return route.in_transaction(handle)


class _Stop:
    """A route of the lane: how it answers, and what stands where in its path."""

    def __init__(self, route: UnitOfWorkRoute, names: list[tuple[str, int]]) -> None:
        # what a path calls a parameter is its alias where the handler has another name for it
        given = {p.alias: p for p in route.dependant.path_params}
        self.answer = _answer(route)
        self._read = [
            (given[said].name, place, read)
            for said, place in names
            if (read := _reader(given[said])) is not None
        ]

    def given(self, segments: list[str]) -> dict[str, Any]:
        """The parameters of a path. Raises ValueError."""
        return {name: read(segments[place]) for name, place, read in self._read}


class FastLane:
    """What needs no framework, before the framework."""

    def __init__(self, app: ASGIApp, routers: Iterable[APIRouter]) -> None:
        self.app = app
        #: None for what is left to FastAPI, so that no parameter of another route swallows it.
        self._stops: dict[Shape, _Stop | None] = {}
        #: Where parameters stand, by the length of the path: few ways, the plain word first.
        self._places: dict[int, list[tuple[int, ...]]] = {}
        for router in routers:
            for route in router.routes:
                if isinstance(route, UnitOfWorkRoute):
                    self._add(route)

    def _add(self, route: UnitOfWorkRoute) -> None:
        segments = route.path.split("/")
        names = [(s[1:-1], n) for n, s in enumerate(segments) if s.startswith("{")]
        places = tuple(place for _, place in names)
        ways = {places, *self._places.get(len(segments), ())}
        self._places[len(segments)] = sorted(ways, key=len)
        stop = _Stop(route, names) if _is_simple(route) else None
        for method in route.methods or ():
            self._stops[self._shape(method, segments, places)] = stop

    @staticmethod
    def _shape(method: str, segments: list[str], places: tuple[int, ...]) -> Shape:
        return (method, *(None if n in places else s for n, s in enumerate(segments)))

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, Any]] | None:
        """What answers a path, with its parameters; None leaves it to FastAPI."""
        segments = path.split("/")
        for places in self._places.get(len(segments), ()):
            shape = self._shape(method, segments, places)
            if shape in self._stops:
                stop = self._stops[shape]
                try:
                    return (stop.answer, stop.given(segments)) if stop is not None else None
                except ValueError:
                    return None
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        found = self.find(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self.app(scope, receive, send)
            return
        answer, scope["path_params"] = found
        response = await answer(Request(scope, receive, send))
        await response(scope, receive, send)


def install(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Put the lane before the router of the app, within its handling of errors."""
    app.router.middleware_stack = FastLane(app.router.middleware_stack, routers)
