"""A short way for reads: found by a dictionary, filled in without FastAPI's solver.

Matching through the included routers and solving dependencies costs more than a read of one record
costs the database (docs/adr/0001-reads.md). Nearly every GET of ours needs only ids from its path
and dependencies that look at the request; those are known when the application starts.

It is only ever a shortcut: it answers what succeeds. Whatever it cannot do, and every mistake, it
leaves to FastAPI, so that there is one behaviour for all refusals. A read may be asked twice.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, get_type_hints
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from starlette.types import ASGIApp, Receive, Scope, Send

from api.core.routing import Handler, UnitOfWorkRoute

#: A path's segments; None stands for a parameter.
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


def _looks_at_the_request(dependency: Dependant) -> bool:
    asked = dependency.path_params or dependency.query_params or dependency.header_params
    asked = asked or dependency.cookie_params or dependency.body_params or dependency.dependencies
    call: Any = dependency.call
    waited_for = inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(
        getattr(call, "__call__", None)  # noqa: B004  # the method itself, to see whether it is async
    )
    return not asked and waited_for and dependency.request_param_name in {None, "request"}


def _is_simple(route: UnitOfWorkRoute) -> bool:
    wanted = route.dependant
    if wanted.query_params or wanted.header_params or wanted.cookie_params or wanted.body_params:
        return False
    if wanted.request_param_name or wanted.response_param_name:
        return False
    if any(p.field_info.annotation not in _PARAMETERS for p in wanted.path_params):
        return False
    returned = get_type_hints(route.endpoint).get("return")
    if not (isinstance(returned, type) and issubclass(returned, Response)):
        return False
    return all(_looks_at_the_request(each) for each in wanted.dependencies)


def _answer(route: UnitOfWorkRoute) -> Handler:
    wanted, endpoint = route.dependant, route.endpoint
    ids = [(p.name, _PARAMETERS[p.field_info.annotation]) for p in wanted.path_params]
    dependencies: list[tuple[str | None, Any, bool]] = [
        (each.name, each.call, each.request_param_name is not None) for each in wanted.dependencies
    ]

    async def handle(request: Request) -> Response:
        given: dict[str, str] = request.scope["path_params"]
        values: dict[str, Any] = {name: read(given[name]) for name, read in ids}
        for name, call, looks in dependencies:
            value = await (call(request) if looks else call())
            if name is not None:
                values[name] = value
        return await endpoint(**values)

    return route.in_transaction(handle)


class FastLane:
    """Reads that need no framework, before the framework."""

    def __init__(self, app: ASGIApp, routers: Iterable[APIRouter]) -> None:
        self.app = app
        #: None for what is left to FastAPI, so that no parameter of another route swallows it.
        self._answers: dict[Shape, tuple[Handler, tuple[tuple[str, int], ...]] | None] = {}
        for router in routers:
            for route in router.routes:
                if isinstance(route, UnitOfWorkRoute) and route.methods == {"GET"}:
                    self._add(route)
        #: Where parameters stand, by the length of the path: few ways, the plain word first.
        self._places: dict[int, list[tuple[int, ...]]] = {}
        for shape in self._answers:
            places = tuple(n for n, segment in enumerate(shape) if segment is None)
            ways = {places, *self._places.get(len(shape), ())}
            self._places[len(shape)] = sorted(ways, key=len)

    def _add(self, route: UnitOfWorkRoute) -> None:
        segments = route.path.split("/")
        names = tuple((s[1:-1], n) for n, s in enumerate(segments) if s.startswith("{"))
        shape = tuple(None if s.startswith("{") else s for s in segments)
        self._answers[shape] = (_answer(route), names) if _is_simple(route) else None

    def _find(self, path: str) -> tuple[Handler, dict[str, str]] | None:
        segments = path.split("/")
        for places in self._places.get(len(segments), ()):
            shape = tuple(None if n in places else s for n, s in enumerate(segments))
            if shape in self._answers:
                found = self._answers[shape]
                if found is None:
                    return None
                answer, names = found
                return answer, {name: segments[n] for name, n in names}
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        found = None
        if scope["type"] == "http" and scope["method"] == "GET":
            found = self._find(scope["path"])
        if found is not None:
            answer, given = found
            own = {**scope, "path_params": given, "state": dict(scope.get("state", ()))}
            try:
                response = await answer(Request(own, receive, send))
            except Exception:  # noqa: S110  # FastAPI meets it again, and says it properly
                pass
            else:
                await response(own, receive, send)
                return
        await self.app(scope, receive, send)
