"""Idempotency-Key: the same request twice is done once, and answered alike.

The row is reserved in the transaction of the change and filled with the encrypted answer just
before the commit: change and answer are kept together or not at all. A second request with the
same key waits on the first one's row. One-time secrets and revealed values are not kept, not even
encrypted: the former are `ShownOnce`, a repeated reveal runs, and is audited, again.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import TIMESTAMP, LargeBinary, bindparam, delete, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from starlette.datastructures import UploadFile

from api.core.base import rows
from api.core.base.clock import now
from api.core.base.crypto import keyring
from api.core.database import sessions
from api.core.database.db import Base
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Invalid

KEPT = timedelta(days=7)
_MAX_KEY = 200
_CHUNK = 1 << 20
#: `POST /{resource}/{id}/reveals`, of every resource (docs/api.md), an informant; a second factor's new secret.
_NEVER_KEPT = ("/reveals", "/identities", "/me/totp")
#: Only ask, and change nothing: a repetition asks again.
_QUESTIONS = ("/similar",)


class IdempotencyKey(Base):
    """One answered request of one actor."""

    __tablename__ = "idempotency_keys"

    actor_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[bytes]
    #: The operation of the document that the key was used for (`leads_create`).
    operation: Mapped[str] = mapped_column(default="", server_default=text("''"))
    status: Mapped[int | None]
    answer_enc: Mapped[bytes | None]
    created_at: Mapped[datetime] = mapped_column(index=True)


class ShownOnce(Response):
    """An answer that holds a secret; `kept` is what a repetition of the request gets."""

    def __init__(self, content: bytes, status: int, kept: bytes) -> None:
        super().__init__(content, status_code=status, media_type="application/json")
        self.kept = kept


#: As the first statement of a request it also begins the transaction.
_RESERVE = text(f"""
    WITH login AS ({sessions.LIVING}), taken AS (
      INSERT INTO idempotency_keys (actor_id, key, request_digest, operation, created_at)
      SELECT :actor_id, :key, :digest, :operation, :now FROM login
      ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT (SELECT name FROM login) AS name, EXISTS (SELECT 1 FROM taken) AS taken
""").bindparams(  # noqa: S608  # words of our own
    bindparam("digest", type_=LargeBinary), bindparam("now", type_=TIMESTAMP(timezone=True))
)
_EARLIER = (
    "SELECT request_digest, operation, status, answer_enc FROM idempotency_keys "
    "WHERE actor_id = $1 AND key = $2"
)
_STORE = "UPDATE idempotency_keys SET status = $3, answer_enc = $4 WHERE actor_id = $1 AND key = $2"


class Replayed(Exception):
    """The request was answered before; carries that answer, which is its sender's only as long as
    he may see what it tells of (access/replays.py)."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(slots=True)
class Reservation:
    """A key taken for the request at hand."""

    actor_id: UUID
    key: str


def _content(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_CHUNK):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


async def _digest(request: Request, actor: Actor) -> bytes:
    if request.headers.get("content-type", "").startswith("multipart/"):
        parts = [
            f"{name}={value.filename}:{await asyncio.to_thread(_content, value.file)}"
            if isinstance(value, UploadFile)
            else f"{name}={value}"
            for name, value in (await request.form()).multi_items()
        ]
        body = "\n".join(parts).encode()
    else:
        # the version that a change is based on may stand beside the body
        body = request.headers.get("if-match", "").encode() + await request.body()
    # the post too: who changed posts is not given an answer that the former one was entitled to
    asked = f"{actor.post_id}\0{request.url.path}\0{request.url.query}\0".encode()
    return keyring().digest("idempotency", asked + body)


async def enter(session: AsyncSession, request: Request, actor: Actor, *, allowed: bool) -> str:
    """Begin a POST: the login holds, and its key, if it has one, is taken for this transaction.
    Returns the name of whoever is logged in.

    A request that is not `allowed` takes no key; its caller refuses it. Raises Unauthenticated
    (`token_stale`), Replayed with the stored answer, or Invalid (`idempotency_key_reused`) when the
    same key came with another request. A request whose answer was not kept runs again.
    """
    key = request.headers.get("idempotency-key")
    if key is None or not allowed or request.url.path.endswith(_QUESTIONS):
        return await sessions.ensure_alive(actor, session)
    if not 0 < len(key) <= _MAX_KEY:
        raise Invalid("Idempotency-Key 长度应为 1 至 200 个字符", code="idempotency_key_invalid")
    digest = await _digest(request, actor)
    operation: str = getattr(request.state, "operation", "")
    asked = sessions.alive_values(actor) | {
        "actor_id": actor.id, "key": key, "digest": digest, "operation": operation,
    }  # fmt: skip
    found = (await session.execute(_RESERVE, asked)).one()
    name: str | None = found.name
    if name is None:
        raise sessions.ended()
    if found.taken:
        request.state.idempotency = Reservation(actor.id, key)
        return name
    driver = await rows.raw(session)
    earlier = await driver.fetchrow(_EARLIER, actor.id, key)
    if earlier is None or earlier["request_digest"] != digest:
        raise Invalid(
            "同一 Idempotency-Key 已用于另一请求",
            code="idempotency_key_reused",
            operation=earlier["operation"] if earlier else operation,
        )
    if earlier["answer_enc"] is None:
        return name
    raise Replayed(
        Response(
            keyring().decrypt_bytes(earlier["answer_enc"]),
            status_code=earlier["status"] or 200,
            media_type="application/json",
            headers={"Idempotent-Replayed": "true", "Idempotent-Operation": earlier["operation"]},
        )
    )


async def store(session: AsyncSession, request: Request, response: Response) -> None:
    """Keep the answer beside the change, encrypted."""
    reservation: Reservation | None = getattr(request.state, "idempotency", None)
    if reservation is None or request.url.path.endswith(_NEVER_KEPT):
        return
    body = response.kept if isinstance(response, ShownOnce) else bytes(response.body)
    sealed = keyring().encrypt_bytes(body)
    driver = await rows.raw(session)
    await driver.execute(
        _STORE, reservation.actor_id, reservation.key, response.status_code, sealed
    )


async def forget_old(session: AsyncSession) -> None:
    """Drop answers older than seven days (a schedule of the worker)."""
    await session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now() - KEPT))
