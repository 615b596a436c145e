"""The list of those who may know of a restricted file, kept by its owner."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.restricted_rows import holds
from api.core.base.clock import now
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid, NotFound
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel
from api.domain.restricted.restricted_files import (
    MAX_MEMBERS,
    MEMBER_ROLES,
    RestrictedEvent,
    not_owner,
)
from api.models.restricted_files import RestrictedFile, RestrictedMember
from api.models.units import Post, Unit
from api.models.users import PostHolder, User
from api.schemas.restricted_files import MemberAdd, MemberRemove, OwnerChange
from api.services.kit import _transition
from api.services.restricted.restricted_files import locked, may_manage, note, whole

_Member = RestrictedMember
_TOWN, _COUNTY = LEVEL_DIGITS[DivisionLevel.TOWN], LEVEL_DIGITS[DivisionLevel.COUNTY]


async def _managed(
    session: AsyncSession, actor: Actor, file_id: UUID, version: int
) -> RestrictedFile:
    file = await locked(session, actor, file_id)
    if not await may_manage(session, actor, file):
        raise not_owner()
    _transition.check_version(file, version)
    file.version += 1
    return file


async def candidates(session: AsyncSession, actor: Actor, file_id: UUID) -> dict[str, Any]:
    """Who could be named and is not yet. Raises NotFound."""
    file = await locked(session, actor, file_id)
    found: Any = await session.execute(_nameable(file).order_by(Unit.name, User.name))
    return {
        "items": [
            {"user": {"id": user_id, "name": name}, "post_name": post, "unit_name": unit}
            for user_id, name, post, unit in found
        ]
    }


def _nameable(file: RestrictedFile) -> Any:
    named = select(_Member.user_id).where(_Member.file_id == file.id)
    return (
        select(User.id, User.name, Post.name, Unit.name)
        .join(PostHolder, PostHolder.user_id == User.id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            PostHolder.until.is_(None),
            Post.is_active,
            Post.role.in_(MEMBER_ROLES),
            User.is_active,
            or_(
                Post.division_code == file.town_code[:_COUNTY],
                func.left(Post.division_code, _TOWN) == file.town_code,
            ),
            User.id.not_in(named),
        )
    )


async def add_member(
    session: AsyncSession, actor: Actor, file_id: UUID, body: MemberAdd
) -> dict[str, Any]:
    """Name another person. Raises NotFound, StaleVersion, Conflict (`not_file_owner`,
    `too_many_members`), Invalid."""
    file = await _managed(session, actor, file_id, body.version)
    nameable = (await session.execute(_nameable(file).where(User.id == body.user_id))).first()
    if nameable is None:
        message = "这个人不能列为知情人：不在可以知情的岗位上，或者已在名单上"
        raise Invalid(message, errors=[FieldError("/user_id", "not_nameable", message)])
    count = await session.scalar(
        select(func.count()).select_from(_Member).where(_Member.file_id == file.id)
    )
    if (count or 0) >= MAX_MEMBERS:
        raise Conflict(f"知情人最多 {MAX_MEMBERS} 名", code="too_many_members")
    session.add(RestrictedMember(file_id=file.id, user_id=body.user_id, since=now()))
    name = RestrictedEvent.MEMBER_ADDED
    return await _changed(session, actor, file, name, body.user_id, body.reason)


async def remove_member(
    session: AsyncSession, actor: Actor, file_id: UUID, user_id: UUID, body: MemberRemove
) -> dict[str, Any]:
    """Take somebody off the list. Raises NotFound, StaleVersion, Conflict (`not_file_owner`,
    `owner_stays`)."""
    file = await _managed(session, actor, file_id, body.version)
    if user_id == file.owner_user_id:
        raise Conflict("请先把名单交给另一名知情人维护，再移出", code="owner_stays")
    if await session.get(RestrictedMember, (file.id, user_id)) is None:
        raise NotFound
    await session.execute(
        delete(_Member).where(_Member.file_id == file.id, _Member.user_id == user_id)
    )
    name = RestrictedEvent.MEMBER_REMOVED
    return await _changed(session, actor, file, name, user_id, body.reason)


async def change_owner(
    session: AsyncSession, actor: Actor, file_id: UUID, body: OwnerChange
) -> dict[str, Any]:
    """Let another member keep the list. Raises NotFound, StaleVersion, Conflict, Invalid."""
    file = await _managed(session, actor, file_id, body.version)
    member = await session.get(RestrictedMember, (file.id, body.user_id))
    if member is None or not await session.scalar(select(holds(body.user_id))):
        message = "只能交给在岗的知情人"
        raise Invalid(message, errors=[FieldError("/user_id", "not_a_member", message)])
    file.owner_user_id = body.user_id
    name = RestrictedEvent.OWNER_CHANGED
    return await _changed(session, actor, file, name, body.user_id, body.reason)


async def _changed(
    session: AsyncSession,
    actor: Actor,
    file: RestrictedFile,
    name: RestrictedEvent,
    about: UUID,
    reason: str,
) -> dict[str, Any]:
    await session.flush()
    note(session, file, name, actor.id, about=about, reason=reason)
    await session.flush()
    return await whole(session, actor, file)
