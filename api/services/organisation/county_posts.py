"""Whether there is a county that changes what all towns share, or somebody in its place."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.kit.permissions import Role
from api.models.units import Post
from api.models.users import PostHolder, User


async def is_held(session: AsyncSession, *roles: Role) -> bool:
    """Whether a living person holds an open post of one of these roles now."""
    held = await session.scalar(
        select(PostHolder.id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(User, User.id == PostHolder.user_id)
        .where(Post.role.in_(roles), Post.is_active, PostHolder.until.is_(None), User.is_active)
        .limit(1)
    )
    return held is not None


async def is_settled(session: AsyncSession) -> bool:
    """Whether the first days are over: somebody is there who changes what all towns share."""
    return await is_held(session, Role.COUNTY, Role.SECURITY_ADMIN)
