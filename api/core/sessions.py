"""Login sessions: the row behind every token. Ending it ends the token at the next request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, false, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.core.clock import now
from api.core.db import Base, database
from api.domain.actors import Actor
from api.domain.errors import Unauthenticated


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


_ALIVE = (
    "SELECT EXISTS (SELECT 1 FROM sessions WHERE id = $1 AND epoch = $2 AND revoked_at IS NULL "
    "AND expires_at > $3) AS alive"
)
#: The same for a statement of SQLAlchemy's; `alive_values` gives its parameters.
ALIVE = (
    "EXISTS (SELECT 1 FROM sessions WHERE id = :session_id AND epoch = :epoch "
    "AND revoked_at IS NULL AND expires_at > :now)"
)
_ALIVE_HERE = text(f"SELECT {ALIVE}")


def ended() -> Unauthenticated:
    """The answer to a token whose session is over or whose rights changed."""
    return Unauthenticated("登录状态已失效，请重新登录", code="token_stale")


def alive_values(actor: Actor) -> dict[str, object]:
    """What `ALIVE` asks for."""
    return {"session_id": actor.session_id, "epoch": actor.epoch, "now": now()}


async def ensure_alive(actor: Actor, session: AsyncSession | None = None) -> None:
    """Check the session by a statement of its own. Raises Unauthenticated (`token_stale`)."""
    if session is not None:
        holds = await session.scalar(_ALIVE_HERE, alive_values(actor))
    else:
        row = await database().fetchrow(_ALIVE, actor.session_id, actor.epoch, now())
        holds = row["alive"]
    if not holds:
        raise ended()


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
