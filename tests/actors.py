"""People of the running server as its services know them."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.database.sessions import LoginSession
from api.domain.kit.actors import Actor
from api.models.units import Post, Unit
from tests.conftest import Client


async def actor_of(session: AsyncSession, client: Callable[[str], Client], name: str) -> Actor:
    """Whoever holds the post of this name, by the newest login that still stands."""
    client(name)
    post, unit = (
        await session.execute(
            select(Post, Unit).join(Unit, Unit.id == Post.unit_id).where(Post.code == name)
        )
    ).one()
    login = await session.scalar(
        select(LoginSession)
        .where(LoginSession.post_id == post.id, LoginSession.revoked_at.is_(None))
        .order_by(LoginSession.last_used_at.desc(), LoginSession.id.desc())
        .limit(1)
    )
    return Actor(
        "user", login.subject_id, "", post.id, unit.id, post.role, unit.division_code, login.id,
        login.epoch,
    )  # fmt: skip
