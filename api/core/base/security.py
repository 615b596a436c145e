"""Passwords, access tokens, refresh tokens."""

import asyncio
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from functools import lru_cache
from uuid import UUID

import orjson
from jose import ExpiredSignatureError, JWTError, jwt
from passlib.context import CryptContext

from api.core.base.clock import now
from api.core.base.config import settings
from api.core.base.crypto import keyring
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Unauthenticated
from api.domain.kit.permissions import Role

ALGORITHM = "HS256"

_passwords = CryptContext(schemes=["argon2"], argon2__time_cost=2, argon2__memory_cost=19456)
#: Argon2 takes 19 MiB and half a core: two at a time, so that a login storm starves nobody else.
_hashing = asyncio.Semaphore(2)
#: Verified for unknown user names, so that they take as long as known ones.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=4$" + "c29tZXNhbHRzb21lc2FsdA$" + "A" * 43


async def hash_password(password: str) -> str:
    """An argon2id hash, made off the event loop."""
    async with _hashing:
        return await asyncio.to_thread(_passwords.hash, password)


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether the password fits; takes as long when there is nobody to compare with."""
    async with _hashing:
        fits = await asyncio.to_thread(_verify, password, stored or _NOBODY)
    return fits and stored is not None


def _verify(password: str, stored: str) -> bool:
    try:
        return bool(_passwords.verify(password, stored))
    except ValueError:
        return False


def issue_access_token(actor: Actor) -> tuple[str, int]:
    """A signed token for the actor and its life in seconds."""
    life = timedelta(minutes=settings().access_token_minutes)
    claims = {
        "sub": str(actor.id),
        "sid": str(actor.session_id),
        "epo": actor.epoch,
        "knd": actor.kind,
        "pst": str(actor.post_id),
        "unt": str(actor.unit_id),
        "rol": actor.role.value,
        "div": actor.division_code,
        "lim": actor.is_limited,
        "exp": int((now() + life).timestamp()),
    }
    return jwt.encode(claims, keyring().token, algorithm=ALGORITHM), int(life.total_seconds())


@lru_cache(maxsize=4096)
def _read(token: str) -> tuple[Actor, float]:
    # Signature, algorithm and claims never change for one token text, so this is worth keeping;
    # the expiry is compared at every use, against the one clock.
    claims = jwt.decode(
        token, keyring().token, algorithms=[ALGORITHM], options={"verify_exp": False}
    )
    actor = Actor(
        kind=claims["knd"],
        id=UUID(claims["sub"]),
        name="",  # said by the session, where somebody is to be named (core/database/sessions.py)
        post_id=UUID(claims["pst"]),
        unit_id=UUID(claims["unt"]),
        role=Role(claims["rol"]),
        division_code=claims["div"],
        session_id=UUID(claims["sid"]),
        epoch=claims["epo"],
        is_limited=claims["lim"],
    )
    return actor, float(claims["exp"])


def read_access_token(token: str) -> Actor:
    """The actor of a token. Raises Unauthenticated (`token_invalid`, `token_expired`).

    That the session still lives is the caller's to check, in the statement it runs anyway.
    """
    try:
        actor, expires = _read(token)
    except (JWTError, ExpiredSignatureError, KeyError, ValueError, TypeError) as error:
        raise Unauthenticated("登录凭据无效，请重新登录", code="token_invalid") from error
    if expires <= now().timestamp():
        raise Unauthenticated("登录已过期，请重新登录", code="token_expired")
    return actor


def new_refresh_token(session_id: UUID) -> tuple[str, bytes]:
    """A refresh token and the digest to store. The token names its session, so that the reuse of
    an old one can end the whole family."""
    token = f"{session_id.hex}.{secrets.token_urlsafe(32)}"
    return token, refresh_digest(token)


def refresh_digest(token: str) -> bytes:
    """What is stored of a refresh token."""
    return keyring().digest("refresh", token.encode())


def session_of_refresh_token(token: str) -> UUID | None:
    """The session that a refresh token names, if it has the form of one."""
    try:
        return UUID(hex=token.split(".", 1)[0])
    except ValueError:
        return None


def sign(purpose: str, payload: object) -> str:
    """An opaque, tamper-evident text (cursors)."""
    raw = orjson.dumps(payload, default=str)  # the driver's own kind of UUID, for one
    return urlsafe_b64encode(keyring().digest(purpose, raw)[:9] + raw).decode().rstrip("=")


def unsign(purpose: str, text: str) -> object:
    """What `sign` was given. Raises ValueError when the text was tampered with."""
    data = urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    mac, raw = data[:9], data[9:]
    if not hmac.compare_digest(mac, keyring().digest(purpose, raw)[:9]):
        raise ValueError("tampered")
    return orjson.loads(raw)


def expires_after_idle(since: datetime) -> datetime:
    """When a session that is not used again ends."""
    return since + timedelta(minutes=settings().session_idle_minutes)
