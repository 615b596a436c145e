"""Acting at the server's command line in a post that somebody holds: a login like any other, with a
session that the audit shows, because the services know nobody without one."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database import sessions
from api.core.database.sessions import LoginSession
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Invalid
from api.domain.kit.events import EventName
from api.models.units import Post
from api.models.users import PostHolder, User

#: Longer than any command runs.
_LIFE = timedelta(hours=12)


async def enter(
    session: AsyncSession, post_code: str, client: str, life: timedelta = _LIFE
) -> Actor:
    """Log the present holder of a post in. Raises Invalid for a post that nobody holds."""
    row = (
        await session.execute(
            select(Post, User)
            .join(PostHolder, PostHolder.post_id == Post.id)
            .join(User, User.id == PostHolder.user_id)
            .where(
                Post.code == post_code,
                Post.is_active,
                User.is_active,
                PostHolder.until.is_(None),
                PostHolder.since <= now().date(),
            )
            .order_by(PostHolder.since.desc(), PostHolder.id.desc())
            .limit(1)
        )
    ).first()
    if row is None:
        raise Invalid(f"没有岗位“{post_code}”，或者该岗位目前无人", code="post_vacant")
    post, user = row
    login = LoginSession(
        id=uuid7(),
        kind="person",
        subject_id=user.id,
        post_id=post.id,
        epoch=0,
        client=client,
        created_at=now(),
        last_used_at=now(),
        expires_at=now() + life,
    )
    session.add(login)
    await session.flush()
    actor = Actor(
        kind="person",
        id=user.id,
        name=user.name,
        post_id=post.id,
        unit_id=post.unit_id,
        role=post.role,
        division_code=post.division_code,
        session_id=login.id,
    )
    await events.record(
        session, actor, EventName.LOGGED_IN, "session", login.id, {"client": client}
    )
    return actor


async def leave(session: AsyncSession, actor: Actor) -> None:
    """End the login."""
    await sessions.revoke(session, session_id=actor.session_id)
    await events.record(session, actor, EventName.LOGGED_OUT, "session", actor.session_id)
