"""Login sessions: the row behind every token. Ending it ends the token at the next request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, false, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.database.db import Base, database
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Unauthenticated


class LoginSession(Base):
    """One login of one person in one post, or of one API client."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "subject_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    #: The user or the API client.
    subject_id: Mapped[UUID]
    post_id: Mapped[UUID] = mapped_column(ForeignKey("posts.id"))
    #: Raised when post, unit or role behind the session change: older access tokens are stale.
    epoch: Mapped[int] = mapped_column(default=0)
    refresh_digest: Mapped[bytes | None]
    #: The token before, and its successor encrypted: an answer may be lost on the way.
    previous_digest: Mapped[bytes | None]
    successor_enc: Mapped[bytes | None]
    rotated_at: Mapped[datetime | None]
    client: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


_LIVING = (
    "SELECT coalesce(u.name, c.name, '') AS name FROM sessions s"
    " LEFT JOIN users u ON u.id = s.subject_id LEFT JOIN api_clients c ON c.id = s.subject_id"
    " WHERE s.id = {} AND s.epoch = {} AND s.revoked_at IS NULL AND s.expires_at > {}"
)
_ALIVE = _LIVING.format("$1", "$2", "$3")
#: The name of whoever a living session is of, for a statement of SQLAlchemy's; no row where it is
#: over. `alive_values` gives its parameters. No token says the name: it would stand in every log of
#: a proxy.
LIVING = _LIVING.format(":session_id", ":epoch", ":now")
_ALIVE_HERE = text(LIVING)


def ended() -> Unauthenticated:
    """The answer to a token whose session is over or whose rights changed."""
    return Unauthenticated("登录状态已失效，请重新登录", code="token_stale")


def alive_values(actor: Actor) -> dict[str, object]:
    """What `LIVING` asks for."""
    return {"session_id": actor.session_id, "epoch": actor.epoch, "now": now()}


async def ensure_alive(actor: Actor, session: AsyncSession | None = None) -> str:
    """Check the session by a statement of its own; the name of whoever it is of. Raises
    Unauthenticated (`token_stale`)."""
    name: str | None
    if session is not None:
        name = await session.scalar(_ALIVE_HERE, alive_values(actor))
    else:
        row = await database().fetchrow(_ALIVE, actor.session_id, actor.epoch, now())
        name = row["name"] if row is not None else None
    if name is None:
        raise ended()
    return name


async def revoke(
    session: AsyncSession, *, session_id: UUID | None = None, subject_id: UUID | None = None
) -> None:
    """End one session, or all of one person or client, from the next request on."""
    which = LoginSession.id == session_id if session_id else false()
    if subject_id:
        which = LoginSession.subject_id == subject_id
    await session.execute(
        update(LoginSession)
        .where(which, LoginSession.revoked_at.is_(None))
        .values(revoked_at=now(), refresh_digest=None, previous_digest=None, successor_enc=None)
    )


async def make_stale(session: AsyncSession, post_id: UUID) -> None:
    """Rights behind a post changed: every token issued for it stops; a refresh reads them anew."""
    await session.execute(
        update(LoginSession)
        .where(LoginSession.post_id == post_id, LoginSession.revoked_at.is_(None))
        .values(epoch=LoginSession.epoch + 1)
    )
