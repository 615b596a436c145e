"""The one guard of every route: who is it, does the login still hold, may the role do this.

Exactly one guard a route, public ones say so; a test walks the OpenAPI document for it.
"""

from typing import Annotated, Any

from fastapi import Depends, Request
from structlog.contextvars import bind_contextvars

from api.access import replays
from api.core.base.security import read_access_token
from api.core.database.sessions import ensure_alive
from api.core.web import idempotency
from api.core.web.routing import get_session
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Forbidden, Unauthenticated
from api.domain.kit.permissions import Permission


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    return token


_SECOND_FACTOR = Forbidden(
    "该岗位须先在“我的账号”中启用动态口令，才能使用系统", code="totp_enrolment_required"
)


class Guard:
    """A dependency that yields the actor. `folded` leaves the check of the login session to the
    statement that reads (core/listing/pagination.py does it in the same round trip)."""

    def __init__(self, permission: Permission, *, folded: bool) -> None:
        self.permission = permission
        self.folded = folded

    async def before_body(self, request: Request, *, large: bool) -> None:
        """Refuse whoever has no token before their body is read, and before a large one whoever
        may not send it. Holds no connection afterwards. Raises Unauthenticated, Forbidden."""
        actor = request.state.actor = read_access_token(_token(request))
        if large:
            await ensure_alive(actor)
            self._check(actor)

    def _check(self, actor: Actor) -> None:
        if not actor.may(self.permission):
            raise _SECOND_FACTOR if actor.is_limited else Forbidden()

    async def __call__(self, request: Request) -> Actor:
        """The actor of this request. Raises Unauthenticated, Forbidden."""
        actor: Actor | None = getattr(request.state, "actor", None)
        if actor is None:
            actor = request.state.actor = read_access_token(_token(request))
        writing = request.method != "GET"
        session = await get_session(request) if writing else None
        allowed = actor.may(self.permission)
        if session is not None and request.method == "POST":
            try:
                name = await idempotency.enter(session, request, actor, allowed=allowed)
            except idempotency.Replayed as replayed:
                await replays.ensure_in_sight(session, actor, request, replayed.response)
                raise
            actor = request.state.actor = actor.named(name)
        elif not self.folded or not allowed:  # a refusal is told with a name
            actor = request.state.actor = actor.named(await ensure_alive(actor, session))
        self._check(actor)
        bind_contextvars(actor=str(actor.id))
        return actor


class Public:
    """Says that a route is open to everybody."""

    async def __call__(self) -> None:
        """Nothing to check."""


def require(permission: Permission) -> Any:
    """The guard of a route that changes something, or reads by more than one statement."""
    return Depends(Guard(permission, folded=False))


def require_folded(permission: Permission) -> Any:
    """The guard of a route whose first statement asks whether the login holds: every read through a
    `Listing`, and home."""
    return Depends(Guard(permission, folded=True))


PUBLIC = Depends(Public())
Anyone = Annotated[Actor, require(Permission.SELF)]
