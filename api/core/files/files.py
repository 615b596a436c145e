"""Files at rest: found by the SHA-256 of their plain content, encrypted, streamed both ways.

A blob is a row of chunks, each `tag (16) ‖ SM4-GCM ciphertext` under a key of the file's own. The
nonce is the chunk's number; content digest, number and "last" are authenticated with it, so that
chunks can neither be swapped between files, reordered, nor cut off at the end. The file's key lies
in the database under the keyring: rotating the keys rewraps 16 bytes and leaves the blobs alone.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.config import settings
from api.core.base.crypto import UnreadableValue, keyring
from api.core.base.ids import uuid7
from api.core.database.db import Base, database
from api.domain.kit.errors import Damaged, Invalid, PayloadTooLarge, Unavailable

_log = structlog.get_logger()
_CHUNK, _TAG = 1 << 20, 16
#: A blob without a row may be a running upload; after this it is the rest of a failed one.
_ORPHAN_AFTER = timedelta(days=1)


class StoredFile(Base):
    """One content, however many records it is attached to."""

    __tablename__ = "stored_files"

    #: Of the plain content, hexadecimal.
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    path: Mapped[str] = mapped_column(unique=True)
    key_enc: Mapped[bytes]
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Measured:
    """Digest and length of a content."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A content that lies in the store; under a path of its own where no row knew it."""

    measured: Measured
    path: str = ""
    key: bytes = field(default=b"", repr=False)


#: So that none of them is collected while it runs.
_removals: set[asyncio.Task[None]] = set()


def _folder() -> Path | None:
    return None if settings().files_url else settings().home / "files"


@lru_cache(maxsize=1)
def _store() -> Any:
    from obstore.store import LocalStore, from_url

    folder = _folder()
    if folder is None:
        silence = timedelta(seconds=settings().files_timeout_seconds)
        plain = os.environ.get("AWS_ALLOW_HTTP", "").lower() in {"1", "true"}
        # Left to itself the library tries for three minutes, and cuts every answer, however fast it
        # flows, after thirty seconds.
        return from_url(
            settings().files_url,
            client_options={
                "allow_http": plain,  # options given here hide those of the environment
                "connect_timeout": min(silence, timedelta(seconds=5)),
                "read_timeout": silence,
                "timeout": timedelta(hours=1),
            },
            retry_config={"max_retries": 3, "retry_timeout": silence / 2},
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(prefix=folder.resolve())


_SAID = re.compile(r"<Code>(\w+)</Code>")
#: Nothing that waiting would change. A writer tells them as plain OSErrors.
_REFUSALS = frozenset(
    {
        "AccessDenied",
        "ExpiredToken",
        "InvalidAccessKeyId",
        "NoSuchBucket",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    }
)


@contextmanager
def _answering(missing: type[Damaged] | None = None) -> Generator[None]:
    """What the store says, as a refusal for a person. Raises Unavailable; `missing` when a blob is
    not there (without one, what is not there is the bucket)."""
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

    try:
        yield
    except (BaseError, OSError) as error:
        gone = isinstance(error, FileNotFoundError)
        found = _SAID.search(str(error))
        said = found[1] if found else ""  # S3's own word for it; no value of ours is in it
        _log.error("file_store", error=type(error).__name__, said=said)
        if gone and missing is not None and said not in _REFUSALS:
            raise missing("附件内容在存储中找不到，请凭请求编号联系管理员") from error
        refused = isinstance(error, PermissionDeniedError | UnauthenticatedError)
        if gone or refused or said in _REFUSALS:
            raise Unavailable(
                "附件存储拒绝访问，没有保存任何内容；请联系管理员检查存储桶、访问密钥和权限",
                code="file_store_refused",
            ) from error
        raise Unavailable(
            "附件存储没有响应，没有保存任何内容；请稍后再试，一直如此请联系管理员",
            code="file_store_unavailable",
        ) from error


def measure(source: BinaryIO) -> Measured:
    """Read a content once. Raises Invalid for an empty one and PayloadTooLarge (blocking: a thread)."""
    limit = settings().max_upload_mb * 1_000_000
    digest, size = hashlib.sha256(), 0
    source.seek(0)
    while piece := source.read(_CHUNK):
        digest.update(piece)
        size += len(piece)
        if size > limit:
            raise PayloadTooLarge(f"文件不能超过 {settings().max_upload_mb} MB")
    if size == 0:
        raise Invalid("文件是空的", code="file_empty")
    return Measured(digest.hexdigest(), size)


async def keep(source: BinaryIO, measured: Measured) -> Kept:
    """Put a content into the store, unless it is there. Raises Unavailable.

    Before the transaction that is to know it, and with no connection to the database: a store that
    does not answer keeps nobody waiting but the sender. What no transaction knows, `sweep` removes.
    """
    known = select(StoredFile.sha256).where(StoredFile.sha256 == measured.sha256)
    async with database().reading() as connection:
        if await connection.scalar(known) is not None:
            return Kept(measured)
    key = os.urandom(16)
    path = f"{measured.sha256[:2]}/{measured.sha256}.{uuid7().hex}"
    await _write(path, source, key, measured)
    return Kept(measured, path, key)


async def save(session: AsyncSession, kept: Kept) -> StoredFile:
    """The row of what was kept; the same content has one, and one blob. A row without a blob there
    never is."""
    measured = kept.measured
    if kept.path:
        await session.execute(
            insert(StoredFile)
            .values(
                sha256=measured.sha256,
                size=measured.size,
                path=kept.path,
                key_enc=keyring().encrypt_bytes(kept.key),
                created_at=now(),
            )
            .on_conflict_do_nothing()
        )
    stored = await session.get_one(StoredFile, measured.sha256)
    if kept.path not in {"", stored.path}:  # somebody stored the same content meanwhile
        removal = asyncio.create_task(_remove(kept.path))
        _removals.add(removal)
        removal.add_done_callback(_removals.discard)
    return stored


def _bound(sha256: str, number: int, *, last: bool) -> bytes:
    return bytes.fromhex(sha256) + number.to_bytes(8, "big") + (b"\1" if last else b"\0")


def _seal(key: bytes, bound: bytes, number: int, plain: bytes) -> bytes:
    encryptor = Cipher(SM4(key), GCM(number.to_bytes(12, "big"))).encryptor()
    encryptor.authenticate_additional_data(bound)
    sealed = encryptor.update(plain) + encryptor.finalize()
    return encryptor.tag + sealed


def _unseal(key: bytes, bound: bytes, number: int, sealed: bytes) -> bytes:
    if len(sealed) <= _TAG:
        raise UnreadableValue
    mode = GCM(number.to_bytes(12, "big"), sealed[:_TAG])
    decryptor = Cipher(SM4(key), mode).decryptor()
    decryptor.authenticate_additional_data(bound)
    try:
        return decryptor.update(sealed[_TAG:]) + decryptor.finalize()
    except InvalidTag as error:
        raise UnreadableValue from error


async def _write(path: str, source: BinaryIO, key: bytes, measured: Measured) -> None:
    import obstore

    chunks = -(-measured.size // _CHUNK)
    source.seek(0)

    def sealed(number: int) -> bytes:
        bound = _bound(measured.sha256, number, last=number == chunks - 1)
        return _seal(key, bound, number, source.read(_CHUNK))

    try:
        with _answering():
            writer = obstore.open_writer_async(
                _store(), path, buffer_size=8 << 20, max_concurrency=2
            )
            async with writer:
                for number in range(chunks):
                    await writer.write(await asyncio.to_thread(sealed, number))
    except Unavailable:
        raise  # it would not remove either; `sweep` does if anything is there
    except BaseException:
        await _remove(path)
        raise
    folder = _folder()
    if folder is not None:
        await asyncio.to_thread(_settle, folder / path)


def _settle(path: Path) -> None:
    """On the disk, not only in its cache, before the row says that it is there."""
    for each in (path, path.parent):
        handle = os.open(each, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


async def _remove(path: str) -> None:
    import obstore

    try:
        await obstore.delete_async(_store(), path)
    except FileNotFoundError:
        pass
    except Exception as error:  # what stays behind is an orphan for `sweep`
        _log.warning("file_not_removed", error=type(error).__name__)


async def opened(stored: StoredFile) -> AsyncIterator[bytes]:
    """The plain content with its first piece already proved, so that a lost or changed blob is an
    error answer and not half a file. Raises Damaged, Unavailable."""
    pieces = read(stored)
    first = await anext(pieces)

    async def all_pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_pieces()


async def read(stored: StoredFile) -> AsyncIterator[bytes]:
    """The plain content, piece by piece; no piece leaves before it is proved.

    Raises Damaged when the blob was changed or is gone, Unavailable when the store does not answer.
    """
    try:
        with _answering(Damaged):
            async for piece in _read(stored):
                yield piece
    except UnreadableValue as error:
        _log.error("file_damaged", sha256=stored.sha256)
        raise Damaged("附件内容已被改动，无法读出，请凭请求编号联系管理员") from error


async def _read(stored: StoredFile) -> AsyncIterator[bytes]:
    import obstore

    key = keyring().decrypt_bytes(stored.key_enc)
    chunks = -(-stored.size // _CHUNK)
    number, waiting = 0, bytearray()
    result = await obstore.get_async(_store(), stored.path)
    async for piece in result.stream(min_chunk_size=_CHUNK):
        waiting += bytes(piece)
        while len(waiting) >= _CHUNK + _TAG and number < chunks:
            yield await _proved(stored, key, number, bytes(waiting[: _CHUNK + _TAG]))
            del waiting[: _CHUNK + _TAG]
            number += 1
    if waiting:
        yield await _proved(stored, key, number, bytes(waiting))
        number += 1
    if number != chunks:
        raise UnreadableValue


async def _proved(stored: StoredFile, key: bytes, number: int, sealed: bytes) -> bytes:
    last = number == -(-stored.size // _CHUNK) - 1
    bound = _bound(stored.sha256, number, last=last)
    return await asyncio.to_thread(_unseal, key, bound, number, sealed)


async def held() -> set[str]:
    """The paths of all blobs in the store. Raises Unavailable."""
    import obstore

    found: set[str] = set()
    with _answering():
        listed: Any = obstore.list(_store(), chunk_size=1000)  # pyright: ignore[reportUnknownMemberType]
        async for batch in listed:
            found.update(str(each["path"]) for each in batch)
    return found


async def sweep() -> int:
    """Remove blobs that no row knows (uploads that failed half-way); returns how many."""
    import obstore

    before, removed = datetime.now(UTC) - _ORPHAN_AFTER, 0  # the store's own clock, never moved
    listed: Any = obstore.list(_store(), chunk_size=500)  # pyright: ignore[reportUnknownMemberType]
    async for batch in listed:
        old = [str(each["path"]) for each in batch if each["last_modified"] < before]
        asked = select(StoredFile.path).where(StoredFile.path.in_(old))
        async with database().reading() as connection:
            known = set(await connection.scalars(asked))
        for path in old:
            if path not in known:
                await _remove(path)
                removed += 1
    return removed
