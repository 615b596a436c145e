"""The route class of every router: one transaction a request, begun when its body is in, committed
before the answer leaves.

Whoever sends slowly, or not at all, holds no connection to the database: the login is looked at,
then the body is read to its end, then the handler and with it the transaction begins.

A plain `yield` dependency commits after the client already has its 201; here the answer is built,
the idempotency row is filled, the transaction commits, and only then does the answer go out.
"""

import asyncio
import warnings
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic.warnings import UnsupportedFieldAttributeWarning
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import json_text
from api.core.database import db
from api.core.web import bodies, errors, faults, idempotency, query, versions
from api.core.web.request_names import RequestNames
from api.domain.kit.actors import Actor
from api.domain.kit.errors import DomainError, TooManyAttempts

# FastAPI hushes this while it makes the fields of bodies; ours are made when first asked for.
warnings.filterwarnings("ignore", "The 'alias' attribute", UnsupportedFieldAttributeWarning)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Receiver = Callable[[Request, Handler], Coroutine[Any, Any, Response]]


async def get_session(request: Request) -> AsyncSession:
    """The write session of this request; the route class commits it or rolls it back."""
    session: AsyncSession | None = getattr(request.state, "session", None)
    if session is None:
        session = request.state.session = db.database().session()
    return session


DbSession = Annotated[AsyncSession, Depends(get_session)]


class UnitOfWorkRoute(APIRoute):
    """Commits the request's session when the handler answered, rolls it back when it raised."""

    @cached_property
    def names(self) -> RequestNames:
        """What the fields of its requests are called, for whoever sent a faulty one."""
        return RequestNames(self)

    def get_route_handler(self) -> Handler:
        """FastAPI's handler, inside the transaction."""
        return self.in_transaction(super().get_route_handler())

    def in_transaction(self, handle: Handler) -> Handler:
        """A handler whose changes are committed before its answer leaves, or not at all."""
        told_version = versions.told_version(self)
        receive, known = self._receiver(), query.names(self.dependant)

        async def handle_whole(request: Request) -> Response:
            request.state.operation = self.unique_id
            try:
                query.refuse_others(request, known)
                response = await receive(request, handle)
                session: AsyncSession | None = getattr(request.state, "session", None)
                if session is not None:
                    await idempotency.store(session, request, response)
                    await session.commit()
            except idempotency.Replayed as replayed:
                response = replayed.response
            except RequestValidationError as refused:
                raise faults.refusal(refused, request.url.path, self._called(request)) from refused
            except DomainError as refused:
                faults.name_fields(refused, self._called(request))
                raise
            except errors.OF_DATABASE as raised:
                refusal = errors.meant(raised)
                if refusal is None:
                    raise
                faults.name_fields(refusal, self._called(request))
                raise refusal from raised
            finally:
                session = getattr(request.state, "session", None)
                if session is not None:
                    await session.close()
            if told_version is not None:
                response = versions.tagged(request, response, told_version)
            return response

        return handle_whole

    def _called(self, request: Request) -> RequestNames:
        return self.names.called(getattr(request, "_json", None))

    def _receiver(self) -> Receiver:
        """How a request of this route comes in, before its handler is asked."""
        if (self.methods or set()) <= {"GET", "HEAD"}:
            return _without_body
        kinds, takes_version = bodies.kinds(self), versions.takes_version(self)
        first: bodies.BeforeHandler | None = getattr(self.endpoint, "before_handler", None)
        takes_file, by_hand = bodies.takes_file(self), bodies.is_by_hand(self)
        guards = [
            each.call for each in self.dependant.dependencies if hasattr(each.call, "before_body")
        ]

        async def receive(request: Request, handle: Handler) -> Response:
            for guard in guards:
                await guard.before_body(request, large=takes_file)  # type: ignore[union-attr]
            if kinds:
                bodies.check_kind(request, kinds)
            if takes_file:
                return await _with_upload(request, first, handle)
            if kinds == bodies.JSON_ONLY:
                body = await bodies.read_json(request)
                if takes_version:
                    versions.fill_in(request, body)
            elif kinds:
                await bodies.read_form(request)
            elif not by_hand:
                await bodies.read_small(request)
            return await handle(request)

        return receive


async def _without_body(request: Request, handle: Handler) -> Response:
    return await handle(request)


async def _with_upload(
    request: Request, first: bodies.BeforeHandler | None, handle: Handler
) -> Response:
    actor: Actor | None = getattr(request.state, "actor", None)
    with bodies.uploads().share(actor.id if actor else None) as take:
        try:
            await bodies.read_upload(request, take)
            if first is not None:
                await first(request)
            return await handle(request)
        finally:
            await request.close()


class _Gate:
    """So many requests of strangers at once in one process: those who have work to do go first."""

    AT_ONCE, WAITING = 4, 60

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(self.AT_ONCE)
        self._here = 0

    @asynccontextmanager
    async def passed(self) -> AsyncGenerator[None]:
        """One at a time of the few. Raises TooManyAttempts (`public_busy`)."""
        if self._here >= self.AT_ONCE + self.WAITING:
            raise TooManyAttempts(
                "现在访问的人多，请过几秒再试", code="public_busy", headers={"Retry-After": "5"}
            )
        self._here += 1
        try:
            async with self._turns:
                yield
        finally:
            self._here -= 1


_GATE = _Gate()


class StrangersRoute(UnitOfWorkRoute):
    """A route that asks for no login: few of its requests work at the same time."""

    def in_transaction(self, handle: Handler) -> Handler:
        """Behind the gate, once the body is in."""
        if bodies.is_by_hand(self):  # the body comes in within the handler
            return super().in_transaction(handle)

        async def gated(request: Request) -> Response:
            async with _GATE.passed():
                return await handle(request)

        return super().in_transaction(gated)


def answer(content: object, status: int = 200) -> Response:
    """A finished JSON answer. FastAPI leaves it alone, so the schema of the route documents it and
    the contract tests, not every request, prove that it fits."""
    response = Response(json_text.dumps(content), status_code=status, media_type="application/json")
    if isinstance(content, dict):
        versions.remember(response, content)  # pyright: ignore[reportUnknownArgumentType]
    return response


def answer_once(content: Mapping[str, object], *secrets: str, status: int = 201) -> Response:
    """An answer whose `secrets` are shown once: a repetition of the request finds them null."""
    kept = json_text.dumps({**content, **dict.fromkeys(secrets)})
    return idempotency.ShownOnce(json_text.dumps(content), status, kept)


def operation_id(route: APIRoute) -> str:
    """`leads_create`: the tag and the function, so that generated clients read like prose."""
    tag = str(route.tags[0]) if route.tags else "system"
    return f"{tag.replace('-', '_')}_{route.name}"


def router(
    noun: str, *, prefix: str | None = None, route: type[UnitOfWorkRoute] = UnitOfWorkRoute
) -> APIRouter:
    """A router of one noun under `/api/v1/<noun>`."""
    return APIRouter(
        prefix=f"/api/v1/{noun}" if prefix is None else prefix,
        tags=[noun],
        route_class=route,
        generate_unique_id_function=operation_id,
    )
