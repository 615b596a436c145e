"""Login, refresh, logout, passwords and second factors (GB/T 22239 AU-1 to AU-4)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core import events, sessions
from api.core.clock import now
from api.core.config import settings
from api.core.crypto import keyring
from api.core.ids import uuid7
from api.core.security import (
    expires_after_idle,
    hash_password,
    issue_access_token,
    new_refresh_token,
    password_faults,
    refresh_digest,
    session_of_refresh_token,
    verify_password,
)
from api.core.sessions import LoginAttempt, LoginSession
from api.domain.actors import Actor
from api.domain.errors import FieldError, Forbidden, Invalid, TooManyAttempts, Unauthenticated
from api.domain.events import EventName
from api.domain.permissions import SECOND_FACTOR_ROLES
from api.models.units import Post, Unit
from api.models.users import ApiClient, PostHolder, User

_STEP = 30


@dataclass(frozen=True, slots=True)
class Issued:
    """Tokens for a login or a refresh."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    actor: Actor


def _refused() -> Unauthenticated:
    return Unauthenticated("用户名或密码不正确", code="invalid_grant")


async def _attempt(session: AsyncSession, name: str) -> LoginAttempt:
    digest = sessions.attempts_of(name)
    await session.execute(
        insert(LoginAttempt)
        .values(name_digest=digest, failures=0, last_at=now())
        .on_conflict_do_nothing()
    )
    found = await session.scalar(
        select(LoginAttempt).where(LoginAttempt.name_digest == digest).with_for_update()
    )
    if found is None:  # only a concurrent clean-up could do this
        raise _refused()
    if found.locked_until and found.locked_until > now():
        wait = int((found.locked_until - now()).total_seconds()) + 1
        raise TooManyAttempts(
            f"连续多次登录失败，账号已锁定，请 {(wait + 59) // 60} 分钟后再试",
            code="account_locked",
            headers={"Retry-After": str(wait)},
        )
    return found


async def _fail(session: AsyncSession, attempt: LoginAttempt, subject_id: UUID | None) -> None:
    """Count a failure; it outlives the refusal, so it commits here and now."""
    attempt.failures = 1 if attempt.locked_until else attempt.failures + 1
    attempt.locked_until = None
    attempt.last_at = now()
    if attempt.failures >= settings().lock_after_failures:
        attempt.locked_until = now() + timedelta(minutes=settings().lock_minutes)
    await events.record(
        session, None, EventName.LOGIN_FAILED, "user", subject_id,
        {"locked": attempt.locked_until is not None}, result="refused",
    )  # fmt: skip
    await session.commit()


async def log_in(
    session: AsyncSession, username: str, password: str, code: str | None, client: str
) -> Issued:
    """Password login. Raises Unauthenticated, TooManyAttempts, and Unauthenticated with
    `password_change_required` or `totp_required` when more is asked for."""
    attempt = await _attempt(session, username)
    user = await session.scalar(select(User).where(User.username == username.strip()))
    usable = user is not None and user.is_active
    if not await verify_password(password, user.password_hash if user and usable else None):
        await _fail(session, attempt, user.id if user else None)
        raise _refused()
    assert user is not None  # noqa: S101  # a hash was verified
    post = await _current_post(session, user.id)
    await _second_factor(session, attempt, user, code)
    attempt.failures, attempt.locked_until = 0, None
    if user.must_change_password and not settings().demo:
        raise Unauthenticated("首次登录请先修改密码", code="password_change_required")
    user.last_login_at = now()
    return await _open(
        session, "person", user.id, user.name, post, client, is_limited=_lacks_factor(user, post)
    )


async def _second_factor(
    session: AsyncSession, attempt: LoginAttempt, user: User, code: str | None
) -> None:
    if user.totp_secret_enc is None or user.totp_confirmed_at is None:
        return
    if not code:
        raise Unauthenticated("请输入动态口令", code="totp_required")
    if not accept_totp(user, code):
        await _fail(session, attempt, user.id)
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


async def log_in_client(session: AsyncSession, client_id: str, secret: str, agent: str) -> Issued:
    """Client credentials of another system. Raises Unauthenticated, TooManyAttempts."""
    attempt = await _attempt(session, f"client:{client_id}")
    client = await session.scalar(select(ApiClient).where(ApiClient.client_id == client_id))
    usable = client is not None and client.is_active
    if not await verify_password(secret, client.secret_hash if client and usable else None):
        await _fail(session, attempt, client.id if client else None)
        raise Unauthenticated("客户端凭据不正确", code="invalid_client")
    assert client is not None  # noqa: S101  # a hash was verified
    attempt.failures, attempt.locked_until = 0, None
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


async def refresh(session: AsyncSession, token: str) -> Issued:
    """A new pair for a refresh token, which is used up. The reuse of an old one ends the session:
    one of the two who hold it stole it. Raises Unauthenticated (`invalid_grant`)."""
    session_id = session_of_refresh_token(token)
    row = await session.get(LoginSession, session_id, with_for_update=True) if session_id else None
    if row is None or row.revoked_at is not None or row.expires_at <= now():
        raise Unauthenticated("登录已过期，请重新登录", code="invalid_grant")
    if row.refresh_digest != refresh_digest(token):
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
    renewed, row.refresh_digest = new_refresh_token(row.id)
    await session.flush()
    actor = _actor(row, user.name, post, is_limited=_lacks_factor(user, post))
    access, life = issue_access_token(actor)
    return Issued(access, renewed, life, actor)


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


async def change_password(
    session: AsyncSession, username: str, old: str, new: str, code: str | None = None
) -> None:
    """Set a new password, proved by the old one; every login of the person ends.

    Raises Unauthenticated, TooManyAttempts, Invalid (`password_weak`).
    """
    attempt = await _attempt(session, username)
    user = await session.scalar(select(User).where(User.username == username.strip()))
    if not await verify_password(old, user.password_hash if user and user.is_active else None):
        await _fail(session, attempt, user.id if user else None)
        raise _refused()
    assert user is not None  # noqa: S101  # a hash was verified
    await _second_factor(session, attempt, user, code)
    await set_password(session, user, new, old=old)
    await sessions.revoke(session, subject_id=user.id)
    await events.record(session, None, EventName.PASSWORD_CHANGED, "user", user.id)


async def set_password(
    session: AsyncSession, user: User, new: str, *, old: str | None = None, temporary: bool = False
) -> None:
    """Store a password that is strong enough. Raises Invalid (`password_weak`)."""
    faults = password_faults(new, user.username)
    if old is not None and new == old:
        faults.append("新密码不能与旧密码相同")
    if faults:
        raise Invalid(
            "；".join(faults),
            code="password_weak",
            errors=[FieldError("/new_password", "password_weak", fault) for fault in faults],
        )
    user.password_hash = await hash_password(new)
    user.password_changed_at = now()
    user.must_change_password = temporary
    await session.flush()


async def _person(session: AsyncSession, actor: Actor) -> User:
    found = await session.get(User, actor.id, with_for_update=True)
    if found is None:
        raise Forbidden("接口账号不使用动态口令", code="not_a_person")
    return found


async def begin_totp(session: AsyncSession, actor: Actor) -> dict[str, str]:
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
    return {"secret": secret, "uri": uri}


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
