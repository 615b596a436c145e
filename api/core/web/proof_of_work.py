"""Proof of work: a stranger pays with computing time, so that floods cost more than they bring.

A challenge is signed, not stored: asking for millions of them leaves nothing behind. It is stored
when it is spent, until it would have expired anyway (`SpentChallenge`).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.security import sign, unsign
from api.core.database.db import Base
from api.domain.kit.errors import Conflict, Invalid

_PURPOSE = "proof-of-work"


class SpentChallenge(Base):
    """A challenge that was answered, so that it is answered once."""

    __tablename__ = "spent_challenges"

    nonce: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    #: What it was spent on, so that the same request sent again is known.
    request_digest: Mapped[bytes]


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a stranger has to work on."""

    text: str
    bits: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Solved:
    """A challenge with an answer that fits."""

    nonce: bytes
    bits: int
    expires_at: datetime


def challenge(purpose: str, bits: int, life: timedelta) -> Challenge:
    """A fresh challenge."""
    until = int((now() + life).timestamp())
    text = sign(_PURPOSE, [purpose, bits, until, secrets.token_hex(16)])
    return Challenge(text, bits, datetime.fromtimestamp(until, UTC))


def zero_bits(digest: bytes) -> int:
    """How many bits a digest begins with that are zero."""
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()


def solved(purpose: str, text: str, answer: str) -> Solved:
    """A challenge of ours, answered in time: SHA-256 of `challenge:answer` begins with enough zero
    bits. Touches no database. Raises Invalid (`proof_invalid`, `proof_stale`)."""
    try:
        told, bits, until, nonce = unsign(_PURPOSE, text)  # type: ignore[misc]  # signed by us
    except (ValueError, TypeError) as error:
        raise _invalid() from error
    work = hashlib.sha256(f"{text}:{answer}".encode()).digest()
    if told != purpose or zero_bits(work) < bits:
        raise _invalid()
    if until < now().timestamp():
        raise stale()
    return Solved(bytes.fromhex(nonce), bits, datetime.fromtimestamp(until, UTC))


def _invalid() -> Invalid:
    return Invalid("验证没有通过，请刷新页面后再试", code="proof_invalid")


def stale() -> Invalid:
    """The proof is too old, or no longer enough: another one is to be made."""
    return Invalid("验证已经过期，请再试一次", code="proof_stale")


async def spend(session: AsyncSession, proof: Solved, request_digest: bytes) -> bool:
    """Use a proof up. False when the very same request has used it already.

    Raises Conflict (`proof_used`) when another one has.
    """
    await session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < now()))
    taken = await session.scalar(
        insert(SpentChallenge)
        .values(nonce=proof.nonce, expires_at=proof.expires_at, request_digest=request_digest)
        .on_conflict_do_nothing()
        .returning(SpentChallenge.nonce)
    )
    if taken is not None:
        return True
    earlier = await session.get(SpentChallenge, proof.nonce)
    if earlier is None or earlier.request_digest != request_digest:
        raise Conflict("这次验证已经用过，请再试一次", code="proof_used")
    return False
