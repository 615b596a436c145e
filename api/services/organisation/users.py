"""People: set up by the system administrator, secured by the security administrator."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.base.clock import now, today
from api.core.base.crypto import keyring
from api.core.base.security import hash_password
from api.core.database import sessions
from api.core.database.db import database
from api.core.events import events
from api.core.listing import keyset, search
from api.core.web import login_failures
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, StaleVersion
from api.domain.kit.events import EventName
from api.domain.kit.flow import Correction
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission, Role
from api.domain.organisation.organisation import (
    ADMINISTRATORS,
    UNSET_DIVISION,
    Change,
    OrganisationAction,
    UnitBehaviour,
    offers,
)
from api.domain.words import codes, passwords
from api.domain.words.masks import mask_phone
from api.models.units import Division, Post, Unit
from api.models.users import PostHolder, User
from api.schemas.common import actions
from api.schemas.users import Securing, UserCreate, UserQuery, UserUpdate
from api.services.kit import changes as corrections
from api.services.kit import columns, protect, searching
from api.services.organisation import auth, posts

RESOURCE = "user"
corrections.check(UserUpdate, User)
_OPERATIONS = "系统运维室"

_HELD = columns.json_list(
    select(
        func.json_build_object(
            "post_id", Post.id,
            "name", Post.name,
            "role", Post.role,
            "unit_name", Unit.name,
            "since", PostHolder.since,
        )
    )
    .join(PostHolder, PostHolder.post_id == Post.id)
    .join(Unit, Unit.id == Post.unit_id)
    .where(PostHolder.user_id == User.id, PostHolder.until.is_(None), Post.is_active)
    .correlate(User),
    PostHolder.since,
    Post.id,
)  # fmt: skip


async def _left(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """The posts that a person left last, on one day: an account that is opened again has none
    (docs/adr/0008), and whoever opens it sees which one to give."""
    last = select(func.max(PostHolder.until)).where(PostHolder.user_id == user_id)
    other = aliased(PostHolder)
    is_taken = exists().where(other.post_id == Post.id, other.until.is_(None))
    rows = await session.execute(
        select(
            Post.id.label("post_id"),
            Post.name,
            Post.role,
            Unit.name.label("unit_name"),
            PostHolder.since,
            PostHolder.until,
            (~is_taken).label("is_vacant"),
        )
        .join(PostHolder, PostHolder.post_id == Post.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            PostHolder.user_id == user_id,
            PostHolder.until == last.scalar_subquery(),
            Post.is_active,
        )
        .order_by(Post.name, Post.id)
    )
    return [dict(row) for row in rows.mappings()]


def _users() -> Select[*tuple[Any, ...]]:
    return select(User, _HELD.label("posts"))


def _shown(row: Any) -> dict[str, Any]:
    user: User = row.User
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "phone_mask": user.phone_mask,
        "is_active": user.is_active,
        "must_change_password": user.must_change_password,
        "has_totp": user.totp_confirmed_at is not None,
        "last_login_at": user.last_login_at,
        "posts": row.posts,
        "version": user.version,
    }


async def page(session: AsyncSession, query: UserQuery) -> dict[str, Any]:
    """People by login name."""
    statement = _users()
    if query.q and not searching.blank(query.q):
        told = (search.folded(User.name), search.folded(User.username))
        plain = searching.plain(query.q)
        spelled = await searching.spelled(session, User.id, User.name, query.q)
        statement = statement.where(
            or_(*(search.within(each, plain) for each in told), User.id.in_(spelled))
        )
    if query.is_active is not None:
        statement = statement.where(User.is_active == query.is_active)
    return await keyset.page(session, statement, User.username, query, _shown, name="users")


async def read(session: AsyncSession, actor: Actor, user_id: UUID) -> dict[str, Any]:
    """One person. Raises NotFound."""
    row = (await session.execute(_users().where(User.id == user_id))).one_or_none()
    if row is None:
        raise NotFound
    locked = await login_failures.locked_until(session, row.User.username)
    available = _available(actor, user_id, is_locked=locked is not None)
    left = [] if row.posts else await _left(session, user_id)
    return _shown(row) | {
        "locked_until": locked,
        "left_posts": left,
        "available_actions": available,
    }


def _available(actor: Actor, user_id: UUID, *, is_locked: bool) -> list[Any]:
    found: list[Labelled] = [Correction.EDIT] if actor.may(Permission.USER_MANAGE) else []
    if actor.may(Permission.USER_SECURE) and actor.id != user_id:
        found += [OrganisationAction.RESET_PASSWORD, OrganisationAction.RESET_TOTP]
        found += [OrganisationAction.UNLOCK] if is_locked else []
    return actions(offers(*found), edit=UserUpdate)


def _temporary(username: str) -> str:
    """A password for one login, strong enough by our own rule."""
    while True:
        made = f"Yl-{secrets.token_urlsafe(9)}7"
        if not passwords.faults(made, username):
            return made


def _phone(value: str) -> dict[str, Any]:
    if not value:
        return {"phone_enc": None, "phone_mask": ""}
    checked = codes.check_phone(value)
    if not checked.ok:
        message = checked.error.message if checked.error else "电话号码格式不正确"
        raise Invalid(message, errors=[FieldError("/phone", "bad_phone", message)])
    return {
        "phone_enc": keyring().encrypt(checked.value),
        "phone_mask": mask_phone(checked.value),
    }


async def create(session: AsyncSession, actor: Actor, body: UserCreate) -> dict[str, Any]:
    """Set up a person without any right; posts are handed over apart. The password in the answer
    is stored nowhere. Raises Conflict (`username_taken`), Invalid."""
    user, password = await make(session, actor, body.username, body.name, body.phone)
    return await read(session, actor, user.id) | {"temporary_password": password}


async def make(
    session: AsyncSession, actor: Actor, username: str, name: str, phone: str
) -> tuple[User, str]:
    """The row of a new person, and the password for the first login."""
    password = _temporary(username)
    user = User(
        username=username,
        name=name,
        password_hash=await hash_password(password),
        password_changed_at=now(),
        must_change_password=True,
        **_phone(phone),
    )
    session.add(user)
    await session.flush()
    await _told(session, actor, user, Change.CREATED)
    return user, password


async def _locked(session: AsyncSession, user_id: UUID) -> User:
    user = await session.get(User, user_id, with_for_update=True)
    if user is None:
        raise NotFound
    return user


async def change(
    session: AsyncSession, actor: Actor, user_id: UUID, body: UserUpdate
) -> dict[str, Any]:
    """Rename a person, or close the account: every login ends and every post is left at once, to the
    successor where one is named.

    Raises NotFound, Forbidden (`own_account`), StaleVersion, RuleViolated (`posts_incompatible`),
    Invalid.
    """
    user = await _locked(session, user_id)
    if user.version != body.version:
        raise StaleVersion(current=user.version)
    what = Change.UPDATED
    if body.is_active is not None and body.is_active != user.is_active:
        _not_oneself(actor, user_id)
        what = Change.ACTIVATED if body.is_active else Change.DEACTIVATED
        user.is_active = body.is_active
    changes = body.changes()
    successor = changes.pop("successor_id", None)
    if successor and what is not Change.DEACTIVATED:
        message = "停用人员时才填写接任人"
        raise Invalid(message, errors=[FieldError("/successor_id", "only_with_leaving", message)])
    if what is Change.DEACTIVATED:
        if successor:
            await posts.pass_on(session, actor, user_id, successor)
        await posts.leave_all(session, user_id)
        await sessions.revoke(session, subject_id=user_id)
    if "phone" in changes:
        changes |= _phone(changes.pop("phone"))
    for name, value in changes.items():
        setattr(user, name, value)
    await _touched(session, user)
    await _told(session, actor, user, what)
    return await read(session, actor, user_id)


def _not_oneself(actor: Actor, user_id: UUID) -> None:
    if actor.id == user_id:
        raise Forbidden("不能对本人的账号执行该操作", code="own_account")


async def _touched(session: AsyncSession, user: User) -> None:
    user.version += 1
    user.updated_at = now()
    await session.flush()


async def _told(session: AsyncSession, actor: Actor, user: User, what: Change) -> None:
    await events.record(
        session, actor, EventName.USER_CHANGED, RESOURCE, user.id, {"change": what.value}
    )


async def _secured(
    session: AsyncSession, actor: Actor, user: User, what: Change, reason: str
) -> None:
    data = {"change": what.value, "reason": protect.told(reason)}
    await _touched(session, user)
    await events.record(session, actor, EventName.USER_SECURED, RESOURCE, user.id, data)


async def reset_password(
    session: AsyncSession, actor: Actor, user_id: UUID, body: Securing
) -> dict[str, Any]:
    """A temporary password instead of a forgotten one; every login of the person ends."""
    _not_oneself(actor, user_id)
    user = await _locked(session, user_id)
    password = _temporary(user.username)
    await auth.set_password(session, user, password, temporary=True)
    await sessions.revoke(session, subject_id=user_id)
    await login_failures.forget(session, user.username)
    await _secured(session, actor, user, Change.PASSWORD_RESET, body.reason)
    return {"temporary_password": password}


async def reset_totp(
    session: AsyncSession, actor: Actor, user_id: UUID, body: Securing
) -> dict[str, Any]:
    """Take a lost second factor away; every login ends, the next one enrols anew."""
    _not_oneself(actor, user_id)
    user = await _locked(session, user_id)
    user.totp_secret_enc = None
    user.totp_confirmed_at = None
    await sessions.revoke(session, subject_id=user_id)
    await _secured(session, actor, user, Change.TOTP_RESET, body.reason)
    return await read(session, actor, user_id)


async def unlock(
    session: AsyncSession, actor: Actor, user_id: UUID, body: Securing
) -> dict[str, Any]:
    """Let a locked person try again."""
    _not_oneself(actor, user_id)
    user = await _locked(session, user_id)
    await login_failures.forget(session, user.username)
    await _secured(session, actor, user, Change.UNLOCKED, body.reason)
    return await read(session, actor, user_id)


async def unlock_login(login: str) -> bool:
    """Let a login name try again, whoever it is (`yinling unlock`): also the last administrator.
    False when nothing was held against it."""
    async with database().session() as session, session.begin():
        user = await session.scalar(select(User).where(User.username == login.strip()))
        freed = await login_failures.forget(session, login)
        if freed:
            told = {"change": Change.UNLOCKED.value}
            await events.record(
                session, None, EventName.USER_SECURED, RESOURCE, user.id if user else None, told
            )
        return freed > 0


async def create_admin(*, username: str, password: str, role: str, name: str) -> None:
    """The first administrators of an installation (`yinling create-admin`), in a post of their own
    in the operations room. Raises Invalid, Conflict."""
    wanted = Role(role) if role in {each.value for each in ADMINISTRATORS} else None
    if wanted is None:
        raise Invalid(f"role 应为：{'、'.join(sorted(each.value for each in ADMINISTRATORS))}")
    async with database().session() as session, session.begin():
        if await session.scalar(select(User.id).where(User.username == username)):
            raise Conflict("登录名已被使用", code="username_taken")
        unit = await _operations(session)
        user = User(username=username, name=name)
        session.add(user)
        await auth.set_password(session, user, password, temporary=True)
        taken = await session.scalar(select(Post.id).where(Post.code == wanted.value))
        code = f"{wanted.value}.{username}" if taken else wanted.value
        post = await posts.make(session, code, wanted.label, wanted, unit.id)
        session.add(PostHolder(post_id=post.id, user_id=user.id, since=today()))
        await session.flush()
        await events.record(
            session, None, EventName.USER_CHANGED, RESOURCE, user.id,
            {"change": Change.CREATED.value, "role": wanted.value},
        )  # fmt: skip


async def _operations(session: AsyncSession) -> Unit:
    """The administrators' unit; before the list of divisions is there, it stands nowhere yet."""
    there = await session.scalar(
        select(Unit)
        .where(Unit.behaviour == UnitBehaviour.SYSTEM, Unit.is_active)
        .order_by(Unit.id)
        .limit(1)
    )
    if there is not None:
        return there
    top = await session.scalar(
        select(Division.code)
        .where(Division.code != UNSET_DIVISION[0])
        .order_by(func.length(Division.code), Division.code)
        .limit(1)
    )
    if top is None:
        top, title = UNSET_DIVISION
        if await session.get(Division, top) is None:
            session.add(Division(code=top, name=title))
            await session.flush()
    system = UnitBehaviour.SYSTEM
    unit = Unit(name=_OPERATIONS, kind=system.value, behaviour=system, division_code=top)
    session.add(unit)
    await session.flush()
    return unit
