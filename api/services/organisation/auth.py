"""Login, refresh, logout, passwords and second factors (GB/T 22239 AU-1 to AU-4)."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import qr
from api.core.base.clock import now
from api.core.base.config import settings
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.base.security import (
    expires_after_idle,
    hash_password,
    issue_access_token,
    new_refresh_token,
    refresh_digest,
    session_of_refresh_token,
    verify_password,
)
from api.core.base.turns import Turns
from api.core.database import sessions
from api.core.database.db import database
from api.core.database.sessions import LoginSession
from api.core.events import events
from api.core.web import login_failures
from api.core.web.login_failures import Pair
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Forbidden, Invalid, Unauthenticated
from api.domain.kit.events import EventName
from api.domain.kit.permissions import SECOND_FACTOR_ROLES
from api.domain.words import passwords
from api.models.units import Post, Unit
from api.models.users import ApiClient, OldPassword, PostHolder, User

_STEP = 30
#: How long the answer to a refresh may be asked for again.
_GRACE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class PasswordForm:
    """What a person shows to prove who they are."""

    username: str
    password: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Issued:
    """Tokens for a login or a refresh."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    actor: Actor


def _refused() -> Unauthenticated:
    return Unauthenticated("用户名或密码不正确", code="invalid_grant")


def _turns() -> Turns:
    # argon2 takes 19 MiB and half a core: so many a process that logins starve nobody else
    at_once = 2 if settings().workers == 1 else 1
    return Turns(at_once, each=8, source=40, whole=400)


#: Whose password is looked at next, in this process.
_TURNS = _turns()


@asynccontextmanager
async def _trying(login: str, source: str, *, locks: bool = True) -> AsyncGenerator[Pair]:
    """A turn to look at the password of a login name. No connection is held meanwhile.

    Raises TooManyAttempts (`account_locked`, `login_busy`).
    """
    tried = login_failures.pair(login, source)
    standing = await login_failures.standing(tried)
    if locks and standing.locked_until:
        raise login_failures.refusal(standing.locked_until)
    if standing.delay:
        await asyncio.sleep(standing.delay)
    async with _TURNS.take(tried.source, tried.name, first=standing.is_known):
        # those who waited together with the failures that locked it are refused like the rest
        if locks and (until := (await login_failures.standing(tried)).locked_until):
            raise login_failures.refusal(until)
        yield tried


async def _fail(tried: Pair, subject_id: UUID | None, *, locks: bool = True) -> None:
    """Count a failure; it outlives the refusal, so it has a transaction of its own."""
    async with database().apart() as session, session.begin():
        locked = await login_failures.failed(session, tried) and locks
        await events.record(
            session, None, EventName.LOGIN_FAILED, "user", subject_id,
            {"locked": locked}, result="refused",
        )  # fmt: skip


async def _user(username: str) -> User | None:
    async with database().glance() as session:
        return await session.scalar(select(User).where(User.username == username.strip()))


async def _client(client_id: str) -> ApiClient | None:
    async with database().glance() as session:
        return await session.scalar(select(ApiClient).where(ApiClient.client_id == client_id))


async def _proved(username: str, password: str, source: str) -> Pair:
    """The pair of a person and a place, when the password fits. Raises Unauthenticated,
    TooManyAttempts."""
    async with _trying(username, source) as tried:
        user = await _user(username)
        usable = user is not None and user.is_active
        if not await verify_password(password, user.password_hash if user and usable else None):
            await _fail(tried, user.id if user else None)
            raise _refused()
    return tried


async def log_in(session: AsyncSession, form: PasswordForm, client: str, source: str) -> Issued:
    """Password login. Raises Unauthenticated, TooManyAttempts, and Unauthenticated with
    `password_change_required` or `totp_required` when more is asked for."""
    tried = await _proved(form.username, form.password, source)
    user = await _usable(session, form.username)
    post = await _current_post(session, user.id)
    await _second_factor(tried, user, form.code)
    await login_failures.succeeded(session, tried)
    if user.must_change_password and not settings().demo:
        raise Unauthenticated("首次登录请先修改密码", code="password_change_required")
    user.last_login_at = now()
    return await _open(
        session, "person", user.id, user.name, post, client, is_limited=_lacks_factor(user, post)
    )


async def _usable(session: AsyncSession, username: str) -> User:
    user = await session.scalar(select(User).where(User.username == username.strip()))
    if user is None or not user.is_active:  # within the blink since the password was looked at
        raise _refused()
    return user


async def _second_factor(tried: Pair, user: User, code: str | None) -> None:
    if user.totp_secret_enc is None or user.totp_confirmed_at is None:
        return
    if not code:
        raise Unauthenticated("请输入动态口令", code="totp_required")
    if not accept_totp(user, code):
        await _fail(tried, user.id)
        raise Unauthenticated("动态口令不正确", code="totp_invalid")


def accept_totp(user: User, code: str) -> bool:
    """Whether a time-based code (RFC 6238) fits, one step of clock drift allowed, each used once."""
    if user.totp_secret_enc is None:
        return False
    totp = TOTP(keyring().decrypt(user.totp_secret_enc))
    present = int(now().timestamp()) // _STEP
    for step in (present - 1, present, present + 1):
        if step > user.totp_last_step and totp.generate_otp(step) == code:
            user.totp_last_step = step
            return True
    return False


async def _current_post(session: AsyncSession, user_id: UUID) -> Post:
    post = await session.scalar(
        select(Post)
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(
            PostHolder.user_id == user_id,
            PostHolder.until.is_(None),
            PostHolder.since <= now().date(),
            Post.is_active,
        )
        .order_by(PostHolder.since.desc(), PostHolder.id.desc())
        .limit(1)
    )
    if post is None:
        raise Unauthenticated("账号未分配岗位，请联系系统管理员", code="no_post")
    return post


async def log_in_client(
    session: AsyncSession, client_id: str, secret: str, agent: str, source: str
) -> Issued:
    """Client credentials of another system. Raises Unauthenticated, TooManyAttempts.

    Its name is public and its secret beyond guessing: whoever knows the secret always gets in,
    whatever others tried.
    """
    async with _trying(f"client:{client_id}", source, locks=False) as tried:
        client = await _client(client_id)
        usable = client is not None and client.is_active
        if not await verify_password(secret, client.secret_hash if client and usable else None):
            await _fail(tried, client.id if client else None, locks=False)
            raise Unauthenticated("客户端凭据不正确", code="invalid_client")
    assert client is not None  # noqa: S101  # a hash was verified
    client = await session.get_one(ApiClient, client.id)
    await login_failures.succeeded(session, tried)
    client.last_used_at = now()
    post = await session.get_one(Post, client.post_id)
    if not post.is_active:
        raise Unauthenticated("接口账号的岗位已停用", code="invalid_client")
    issued = await _open(session, "client", client.id, client.name, post, agent)
    return Issued(issued.access_token, None, issued.expires_in, issued.actor)


def _lacks_factor(user: User, post: Post) -> bool:
    """Whether the post asks for a second factor that the person has not set up (not in the demo)."""
    asked = post.role in SECOND_FACTOR_ROLES and not settings().demo
    return asked and user.totp_confirmed_at is None


def _actor(row: LoginSession, name: str, post: Post, *, is_limited: bool = False) -> Actor:
    return Actor(
        is_limited=is_limited,
        kind=row.kind,
        id=row.subject_id,
        name=name,
        post_id=post.id,
        unit_id=post.unit_id,
        role=post.role,
        division_code=post.division_code,
        session_id=row.id,
        epoch=row.epoch,
    )


async def _open(
    session: AsyncSession,
    kind: str,
    subject_id: UUID,
    name: str,
    post: Post,
    client: str,
    *,
    is_limited: bool = False,
) -> Issued:
    row = LoginSession(
        id=uuid7(),
        kind=kind,
        subject_id=subject_id,
        post_id=post.id,
        epoch=0,
        client=client[:200],
        created_at=now(),
        last_used_at=now(),
        expires_at=expires_after_idle(now()),
    )
    refresh, row.refresh_digest = new_refresh_token(row.id)
    session.add(row)
    await session.flush()
    actor = _actor(row, name, post, is_limited=is_limited)
    await events.record(session, actor, EventName.LOGGED_IN, "session", row.id)
    access, life = issue_access_token(actor)
    return Issued(access, refresh, life, actor)


async def refresh(session: AsyncSession, token: str, client: str) -> Issued:
    """A new pair for a refresh token, which is used up. The reuse of an old one ends the session:
    one of the two who hold it stole it. Raises Unauthenticated (`invalid_grant`).

    For a short time the same client is given the same answer again: two tabs ask at once, and on
    a weak line answers are lost. It ends with the first use of the successor.
    """
    session_id = session_of_refresh_token(token)
    row = await session.get(LoginSession, session_id, with_for_update=True) if session_id else None
    if row is None or row.revoked_at is not None or row.expires_at <= now():
        raise Unauthenticated("登录已过期，请重新登录", code="invalid_grant")
    again = _successor(row, token, client)
    if again is None and row.refresh_digest != refresh_digest(token):
        await sessions.revoke(session, session_id=row.id)
        await events.record(
            session, None, EventName.REFRESH_REUSED, "session", row.id, result="refused"
        )
        await session.commit()
        raise Unauthenticated("登录凭据已被使用过，会话已终止，请重新登录", code="invalid_grant")
    if row.created_at + timedelta(hours=settings().session_max_hours) <= now():
        raise Unauthenticated("登录已满最长时限，请重新登录", code="invalid_grant")
    user = await session.get_one(User, row.subject_id)
    post = await _current_post(session, user.id)
    if not user.is_active:
        raise Unauthenticated("账号已停用", code="invalid_grant")
    row.post_id = post.id
    row.last_used_at = now()
    row.expires_at = expires_after_idle(now())
    renewed = again or _rotate(row)
    await session.flush()
    actor = _actor(row, user.name, post, is_limited=_lacks_factor(user, post))
    access, life = issue_access_token(actor)
    return Issued(access, renewed, life, actor)


def _successor(row: LoginSession, token: str, client: str) -> str | None:
    """What came in the place of a token that was just used, for the one who used it."""
    if row.rotated_at is None or row.successor_enc is None:
        return None
    same = row.previous_digest == refresh_digest(token) and row.client == client[:200]
    return (
        keyring().decrypt(row.successor_enc) if same and now() < row.rotated_at + _GRACE else None
    )


def _rotate(row: LoginSession) -> str:
    renewed, digest = new_refresh_token(row.id)
    row.previous_digest, row.refresh_digest = row.refresh_digest, digest
    row.successor_enc, row.rotated_at = keyring().encrypt(renewed), now()
    return renewed


async def log_out(session: AsyncSession, token: str) -> None:
    """End the session that a refresh token names; an unknown token is no error (RFC 7009)."""
    session_id = session_of_refresh_token(token)
    row = await session.get(LoginSession, session_id) if session_id else None
    if row is not None and row.refresh_digest == refresh_digest(token):
        await sessions.revoke(session, session_id=row.id)
        await events.record(session, None, EventName.LOGGED_OUT, "session", row.id)


async def me(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Who is logged in and what the post may do."""
    post = await session.get_one(Post, actor.post_id)
    unit = await session.get_one(Unit, actor.unit_id)
    return {
        "user": {"id": actor.id, "name": actor.name},
        "post": {"id": post.id, "name": post.name},
        "unit": {"id": unit.id, "name": unit.name},
        "role": actor.role,
        "role_label": actor.role.label,
        "division_code": actor.division_code,
        "permissions": sorted(actor.permissions),
        "must_enrol_totp": actor.is_limited,
        "now": now(),
        "max_upload_mb": settings().max_upload_mb,
    }


async def own_sessions(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    """The living logins of the present person."""
    rows = await session.scalars(
        select(LoginSession)
        .where(
            LoginSession.subject_id == actor.id,
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now(),
        )
        .order_by(LoginSession.id.desc())
        .limit(100)
    )
    return [
        {
            "id": row.id,
            "client": row.client,
            "created_at": row.created_at,
            "last_used_at": row.last_used_at,
            "is_current": row.id == actor.session_id,
        }
        for row in rows
    ]


async def end_own_session(session: AsyncSession, actor: Actor, session_id: UUID) -> None:
    """End one of the own logins; somebody else's is as good as not there."""
    mine = await session.scalar(
        select(LoginSession.id).where(
            LoginSession.id == session_id, LoginSession.subject_id == actor.id
        )
    )
    if mine is not None:
        await sessions.revoke(session, session_id=mine)
        await events.record(session, actor, EventName.SESSION_REVOKED, "session", mine)


async def change_password(session: AsyncSession, form: PasswordForm, new: str, source: str) -> None:
    """Set a new password, proved by the old one; every login of the person ends.

    Raises Unauthenticated, TooManyAttempts, Invalid (`password_weak`).
    """
    tried = await _proved(form.username, form.password, source)
    user = await _usable(session, form.username)
    await _second_factor(tried, user, form.code)
    await set_password(session, user, new)
    await sessions.revoke(session, subject_id=user.id)
    await events.record(session, None, EventName.PASSWORD_CHANGED, "user", user.id)


async def set_password(
    session: AsyncSession, user: User, new: str, *, temporary: bool = False
) -> None:
    """Store a password that is strong enough and none of the latest. Raises Invalid
    (`password_weak`)."""
    faults = passwords.faults(new, user.username)
    earlier = await _earlier(session, user)
    if not faults:  # looking costs argon2 for each
        for each in [user.password_hash, *[old.password_hash for old in earlier]]:
            if each and await verify_password(new, each):
                faults.append(f"新密码不能与最近 {passwords.REMEMBERED} 次用过的密码相同")
                break
    if faults:
        raise Invalid(
            "；".join(faults),
            code="password_weak",
            errors=[FieldError("/new_password", "password_weak", fault) for fault in faults],
        )
    if user.password_hash:
        session.add(
            OldPassword(user_id=user.id, replaced_at=now(), password_hash=user.password_hash)
        )
        for old in earlier[passwords.REMEMBERED - 2 :]:
            await session.delete(old)
    user.password_hash = await hash_password(new)
    user.password_changed_at = now()
    user.must_change_password = temporary
    await session.flush()


async def _earlier(session: AsyncSession, user: User) -> list[OldPassword]:
    found = await session.scalars(
        select(OldPassword)
        .where(OldPassword.user_id == user.id)
        .order_by(OldPassword.replaced_at.desc())
    )
    return list(found)


async def _person(session: AsyncSession, actor: Actor) -> User:
    found = await session.get(User, actor.id, with_for_update=True)
    if found is None:
        raise Forbidden("接口账号不使用动态口令", code="not_a_person")
    return found


async def begin_totp(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """A new secret for an authenticator app; it counts once a first code confirmed it.

    Raises Invalid when a second factor is in force already: only the security administrator
    takes that away.
    """
    user = await _person(session, actor)
    if user.totp_confirmed_at is not None:
        raise Invalid("动态口令已启用；如遗失，请联系安全管理员重置", code="totp_enrolled")
    secret = random_base32()
    user.totp_secret_enc = keyring().encrypt(secret)
    await session.flush()
    uri = TOTP(secret).provisioning_uri(name=user.username, issuer_name="银龄守护")
    squares = qr.grid(uri)
    drawn = {"size": len(squares), "path": qr.path(squares)}
    return {"secret": secret, "uri": uri, "qr": drawn}


async def confirm_totp(session: AsyncSession, actor: Actor, code: str) -> None:
    """Put the second factor in force. Raises Invalid (`totp_invalid`)."""
    user = await _person(session, actor)
    if user.totp_confirmed_at is None and accept_totp(user, code):
        user.totp_confirmed_at = now()
        await session.flush()
        # tokens that were limited to the own account are replaced at the next refresh
        await sessions.make_stale(session, actor.post_id)
        await events.record(session, actor, EventName.TOTP_ENROLLED, "user", user.id)
        return
    raise Invalid("动态口令不正确", code="totp_invalid")
