"""Posts: a role in a unit, handed over from person to person with its history.

Rights belong to the post. Whatever changes behind one stops its access tokens at the next request.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.database import sessions
from api.core.events import events
from api.core.listing import keyset
from api.domain.kit.actors import Actor
from api.domain.kit.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    RuleViolated,
    StaleVersion,
)
from api.domain.kit.events import EventName
from api.domain.kit.flow import Correction
from api.domain.kit.permissions import Permission, Role
from api.domain.organisation.organisation import (
    MACHINES,
    UNIT_ROLES,
    Change,
    OrganisationAction,
    clash,
    next_number,
    offers,
    post_code,
)
from api.models.units import Division, Post, Unit
from api.models.users import PostHolder, User
from api.schemas.common import actions
from api.schemas.posts import HolderCreate, PostCreate, PostQuery, PostUpdate
from api.services.kit import changes as corrections
from api.services.kit import protect
from api.services.organisation import units

RESOURCE = "post"
corrections.check(PostUpdate, Post)


def _posts() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Post,
            func.json_build_object("id", Unit.id, "name", Unit.name).label("unit"),
            func.json_build_object("id", User.id, "name", User.name).label("holder"),
            PostHolder.since,
            PostHolder.id.label("holding_id"),
        )
        .join(Unit, Unit.id == Post.unit_id)
        .outerjoin(PostHolder, (PostHolder.post_id == Post.id) & PostHolder.until.is_(None))
        .outerjoin(User, User.id == PostHolder.user_id)
    )


def _shown(row: Any) -> dict[str, Any]:
    post: Post = row.Post
    return {
        "id": post.id,
        "code": post.code,
        "name": post.name,
        "role": post.role,
        "unit": row.unit,
        "division_code": post.division_code,
        "is_liaison": post.is_liaison,
        "is_head": post.is_head,
        "is_active": post.is_active,
        "holder": row.holder if row.holding_id else None,
        "since": row.since,
        "version": post.version,
    }


async def page(session: AsyncSession, query: PostQuery) -> dict[str, Any]:
    """Posts by code."""
    statement = _posts()
    if query.unit_id:
        statement = statement.where(Post.unit_id == query.unit_id)
    if query.role:
        statement = statement.where(Post.role.in_(query.role))
    if query.vacant is not None:
        held = exists(
            select(1).where(PostHolder.post_id == Post.id, PostHolder.until.is_(None))
        ).correlate(Post)
        statement = statement.where(~held if query.vacant else held)
    if not query.include_inactive:
        statement = statement.where(Post.is_active)
    return await keyset.page(session, statement, Post.code, query, _shown, name="posts")


async def read(session: AsyncSession, actor: Actor, post_id: UUID) -> dict[str, Any]:
    """One post. Raises NotFound."""
    row = (await session.execute(_posts().where(Post.id == post_id))).one_or_none()
    if row is None:
        raise NotFound
    return _shown(row) | {"available_actions": _available(actor, row.Post)}


def _available(actor: Actor, post: Post) -> list[Any]:
    if not actor.may(Permission.USER_MANAGE) or post.id == actor.post_id:
        return []
    is_held = post.is_active and post.role not in MACHINES
    hand_over = [OrganisationAction.HAND_OVER] if is_held else []
    return actions(offers(*hand_over, Correction.EDIT), edit=PostUpdate)


async def create(session: AsyncSession, actor: Actor, body: PostCreate) -> dict[str, Any]:
    """Set up a post. Raises Invalid for a role that its unit does not have."""
    if body.role in MACHINES:
        raise _fault("role", "machine_role", "接口角色只能分配给接口账号")
    post = await make(session, body.code, body.name, body.role, body.unit_id, body.division_code)
    post.is_head = body.is_head
    await session.flush()
    await _told(session, actor, post, Change.CREATED)
    return await read(session, actor, post.id)


async def set_up(session: AsyncSession, actor: Actor, unit_id: UUID) -> dict[str, Any]:
    """The posts of the template of a unit's kind, for a unit that has none yet.

    Raises NotFound, Forbidden, Conflict (`unit_has_posts`).
    """
    unit, kind = await units.for_posts(session, actor, unit_id)
    there = await session.scalar(
        select(func.count()).select_from(Post).where(Post.unit_id == unit_id, Post.is_active)
    )
    template = units.offered_posts(kind)
    if there or not template:
        detail = f"该单位已有 {there} 个岗位" if there else "该类单位没有岗位模板"
        raise Conflict(f"{detail}，请逐个新建岗位", code="unit_has_posts")
    for each in template:
        await add(session, actor, unit.id, each["name"], Role(each["role"]))
    return await units.read(session, actor, unit_id)


async def add(
    session: AsyncSession, actor: Actor, unit_id: UUID, name: str, role: Role, place: str = ""
) -> Post:
    """A new post of people whose code nobody typed. Raises Invalid."""
    post = await make(session, None, name, role, unit_id, place or None)
    await _told(session, actor, post, Change.CREATED)
    return post


async def seat(session: AsyncSession, actor: Actor, post: Post, user_id: UUID) -> None:
    """Put somebody into a post that is empty. Raises what `hand_over` raises."""
    await _may_take(session, actor, post, user_id)
    await _pass(session, actor, post, user_id, today(), "")


async def make(
    session: AsyncSession,
    code: str | None,
    name: str,
    role: Role,
    unit_id: UUID,
    division_code: str | None = None,
) -> Post:
    """The row of a new post, checked; without a code it gets one. Raises Invalid, Conflict
    (`post_code_taken`)."""
    unit = await session.get(Unit, unit_id)
    if unit is None or not unit.is_active:
        raise _fault("unit_id", "unit_unknown", "单位不存在或已停用")
    if role not in UNIT_ROLES[unit.behaviour]:
        raise _fault("role", "role_not_of_unit", f"{unit.behaviour.label}不设“{role.label}”岗位")
    place = division_code or unit.division_code
    if role is Role.GRID:
        if len(place) != 15 or not place.startswith(unit.division_code):
            raise _fault("division_code", "grid_required", "网格员岗位须指定本村的网格")
        if await session.get(Division, place) is None:
            raise _fault("division_code", "division_unknown", "行政区划不存在")
    elif place != unit.division_code:
        raise _fault("division_code", "not_of_unit", "岗位所在区划应与单位一致")
    code = code or await _free_code(session, role, place)
    post = Post(code=code, name=name, role=role, unit_id=unit_id, division_code=place)
    session.add(post)
    await session.flush()
    return post


async def _free_code(session: AsyncSession, role: Role, place: str) -> str:
    """The next code of this role in this place: nobody types or remembers one."""
    stem = post_code(role, place)
    # two at once would both find the same one free
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"post:{stem}"))))
    taken = await session.scalars(
        select(Post.code).where(Post.code.startswith(stem, autoescape=True))
    )
    return post_code(role, place, next_number(stem, taken))


def _fault(field: str, code: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(f"/{field}", code, message)])


async def _locked(session: AsyncSession, actor: Actor, post_id: UUID, version: int) -> Post:
    post = await session.get(Post, post_id, with_for_update=True)
    if post is None:
        raise NotFound
    if post_id == actor.post_id:
        raise Forbidden("不能变更本人的岗位", code="own_post")
    if post.version != version:
        raise StaleVersion(current=post.version)
    return post


async def change(
    session: AsyncSession, actor: Actor, post_id: UUID, body: PostUpdate
) -> dict[str, Any]:
    """Rename a post, close it or open it again. Closing takes the rights away at once.

    Raises NotFound, Forbidden (`own_post`), StaleVersion, Invalid.
    """
    post = await _locked(session, actor, post_id, body.version)
    what = Change.UPDATED
    if body.is_active is not None and body.is_active != post.is_active:
        what = Change.ACTIVATED if body.is_active else Change.DEACTIVATED
    if what is Change.DEACTIVATED:
        await _leave(session, post, None, "岗位停用")
        await units.end_liaison(session, post)
    if what is Change.ACTIVATED:
        unit = await session.get_one(Unit, post.unit_id)
        if not unit.is_active:
            raise _fault("is_active", "unit_unknown", "所属单位已停用")
    for name, value in body.changes().items():
        setattr(post, name, value)
    await _touched(session, post)
    await _told(session, actor, post, what)
    return await read(session, actor, post_id)


async def _touched(session: AsyncSession, post: Post) -> None:
    post.version += 1
    post.updated_at = now()
    await session.flush()
    await sessions.make_stale(session, post.id)


async def _told(
    session: AsyncSession, actor: Actor, post: Post, what: Change, **more: object
) -> None:
    data = {"change": what.value, "name": post.name, "role": post.role.value} | more
    await events.record(session, actor, EventName.POST_CHANGED, RESOURCE, post.id, data)


async def _leave(session: AsyncSession, post: Post, on: Any, note: str = "") -> PostHolder | None:
    """End the present holding, if there is one; its row is locked."""
    present = await session.scalar(
        select(PostHolder)
        .where(PostHolder.post_id == post.id, PostHolder.until.is_(None))
        .with_for_update()
    )
    if present is not None:
        until = on or today()
        if until < present.since:
            raise _fault("since", "before_last", "接任日期早于上一任的接任日期")
        present.until = until
        present.handover_note = note or present.handover_note
        await session.flush()
    return present


async def hand_over(
    session: AsyncSession, actor: Actor, post_id: UUID, body: HolderCreate
) -> dict[str, Any]:
    """Give a post to another person, or leave it vacant; both hold from the next request on.

    Raises NotFound, Forbidden for one's own posts, StaleVersion, Conflict (`already_holder`),
    RuleViolated (`posts_incompatible`), Invalid.
    """
    post = await _locked(session, actor, post_id, body.version)
    since = body.since or today()
    if not post.is_active or post.role in MACHINES:
        raise _fault("user_id", "post_unknown", "岗位已停用，或不是人员岗位")
    if body.user_id is not None:
        await _may_take(session, actor, post, body.user_id)
    await _pass(session, actor, post, body.user_id, since, protect.told(body.note))
    return await read(session, actor, post_id)


async def _pass(
    session: AsyncSession, actor: Actor, post: Post, user_id: UUID | None, since: date, note: str
) -> None:
    """From the present holder to the next one, or to nobody."""
    left = await _leave(session, post, since, note)
    if user_id is not None:
        if left is not None and left.user_id == user_id:
            raise Conflict("该人员已在此岗位", code="already_holder")
        session.add(PostHolder(post_id=post.id, user_id=user_id, since=since))
    await _touched(session, post)
    await _told(
        session, actor, post,
        Change.HANDED_OVER if user_id else Change.VACATED,
        user_id=str(user_id) if user_id else None,
        previous_user_id=str(left.user_id) if left else None,
        since=since.isoformat(),
    )  # fmt: skip


async def pass_on(session: AsyncSession, actor: Actor, user_id: UUID, successor_id: UUID) -> None:
    """Every post of a person who leaves to one other. Raises what `hand_over` raises."""
    held = await session.scalars(
        select(Post)
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(PostHolder.user_id == user_id, PostHolder.until.is_(None), Post.is_active)
        .order_by(Post.id)
        .with_for_update(of=Post)
    )
    for post in held.all():
        await _may_take(session, actor, post, successor_id, "successor_id")
        await _pass(session, actor, post, successor_id, today(), "")


async def _may_take(
    session: AsyncSession, actor: Actor, post: Post, user_id: UUID, field: str = "user_id"
) -> None:
    if user_id == actor.id:
        raise Forbidden("不能变更本人的岗位", code="own_post")
    # locked: two hand-overs to one person at once would each see only the posts of before
    user = await session.get(User, user_id, with_for_update=True)
    if user is None or not user.is_active:
        raise _fault(field, "user_unknown", "人员不存在或已停用")
    held = await session.scalars(
        select(Post.role)
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(
            PostHolder.user_id == user_id,
            PostHolder.until.is_(None),
            Post.is_active,
            Post.id != post.id,
        )
    )
    for role in held:
        if why := clash(role, post.role):
            raise RuleViolated(why, code="posts_incompatible", article="GB/T 22239-2019 8.1.5")


async def holders(session: AsyncSession, post_id: UUID) -> dict[str, Any]:
    """Who held the post when, the present one first. Raises NotFound."""
    if await session.get(Post, post_id) is None:
        raise NotFound
    rows = await session.execute(
        select(PostHolder, User.name)
        .join(User, User.id == PostHolder.user_id)
        .where(PostHolder.post_id == post_id)
        .order_by(PostHolder.until.is_(None).desc(), PostHolder.id.desc())
        .limit(200)
    )
    return {
        "items": [
            {
                "id": row.id,
                "user": {"id": row.user_id, "name": name},
                "since": row.since,
                "until": row.until,
                "handover_note": row.handover_note,
            }
            for row, name in rows
        ]
    }


async def leave_all(session: AsyncSession, user_id: UUID) -> None:
    """A person who leaves holds no post any more."""
    rows = await session.scalars(
        select(PostHolder)
        .where(PostHolder.user_id == user_id, PostHolder.until.is_(None))
        .with_for_update()
    )
    for row in rows:
        row.until = max(today(), row.since)
        await sessions.make_stale(session, row.post_id)
    await session.flush()
