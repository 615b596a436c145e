"""Failed logins, counted by login name and source, for all processes together.

A pair of the two is locked after some failures, so that guessing ends; others with the same name
from elsewhere are not, so that nobody can lock anybody else out. Failures from everywhere only
slow a name down, and not for whoever was let in from the same place before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.config import settings
from api.core.base.crypto import keyring
from api.core.database.db import Base, database
from api.domain.kit.errors import TooManyAttempts

#: Beyond so many failures of a name from everywhere, each further attempt waits.
_CALM = 20
_DELAY_STEP, _LONGEST_DELAY = 0.1, 3.0
#: Whoever was let in within this time is known at that place.
_KNOWN = timedelta(days=90)
_KEPT = timedelta(days=1)


class LoginFailure(Base):
    """What one source did with one login name; both as keyed hashes."""

    __tablename__ = "login_failures"
    __table_args__ = (
        Index(None, "source_digest"),
        Index(None, "last_at"),
        {"prefixes": ["UNLOGGED"]},
    )

    name_digest: Mapped[bytes] = mapped_column(primary_key=True)
    source_digest: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]


_FOUND = """
    SELECT p.failures, p.locked_until, p.succeeded_at,
      (SELECT sum(failures) FROM (SELECT failures FROM login_failures
        WHERE name_digest = $1 AND last_at > $3 LIMIT 1000) AS n) AS everywhere
    FROM (SELECT 1) AS one
    LEFT JOIN login_failures AS p ON p.name_digest = $1 AND p.source_digest = $2
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A login name at a source."""

    name: bytes
    source: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """How a pair stands before an attempt."""

    is_known: bool
    locked_until: datetime | None
    #: Seconds to wait before the attempt.
    delay: float


def name_digest(login: str) -> bytes:
    """The keyed hash under which a login name is counted: unknown names count like known ones."""
    return keyring().digest("login", login.strip().lower().encode())[:16]


def pair(login: str, source: str) -> Pair:
    """The pair of a login name and where it is tried."""
    return Pair(name_digest(login), keyring().digest("login-source", source.encode())[:16])


async def standing(tried: Pair) -> Standing:
    """How a pair stands; holds no connection afterwards."""
    window = now() - timedelta(minutes=settings().lock_minutes)
    row = await database().fetchrow(_FOUND, tried.name, tried.source, window)
    known = row["succeeded_at"] is not None and row["succeeded_at"] > now() - _KNOWN
    locked = row["locked_until"]
    beyond = max(0, int(row["everywhere"] or 0) - _CALM)
    delay = 0.0 if known else min(beyond * _DELAY_STEP, _LONGEST_DELAY)
    return Standing(known, locked if locked and locked > now() else None, delay)


def refusal(until: datetime) -> TooManyAttempts:
    """The answer to a pair that is locked."""
    wait = int((until - now()).total_seconds()) + 1
    return TooManyAttempts(
        f"连续多次登录失败，已暂停从这里登录该账号，请 {(wait + 59) // 60} 分钟后再试",
        code="account_locked",
        headers={"Retry-After": str(wait)},
    )


async def failed(session: AsyncSession, tried: Pair) -> bool:
    """Count a failure; says whether the pair is locked now. Old failures do not count."""
    at = now()
    stale = LoginFailure.last_at < at - timedelta(minutes=settings().lock_minutes)
    # a lock that ran out, or a failure of yesterday, is not held against anybody
    afresh = or_(stale, LoginFailure.locked_until <= at)
    made = insert(LoginFailure).values(
        name_digest=tried.name, source_digest=tried.source, failures=1, last_at=at
    )
    counted = await session.scalar(
        made.on_conflict_do_update(
            index_elements=[LoginFailure.name_digest, LoginFailure.source_digest],
            set_={
                "failures": case((afresh, 1), else_=LoginFailure.failures + 1),
                "last_at": at,
            },
        ).returning(LoginFailure.failures)
    )
    if (counted or 0) < settings().lock_after_failures:
        return False
    until = at + timedelta(minutes=settings().lock_minutes)
    mine = and_(LoginFailure.name_digest == tried.name, LoginFailure.source_digest == tried.source)
    await session.execute(update(LoginFailure).where(mine).values(locked_until=until))
    return True


async def succeeded(session: AsyncSession, tried: Pair) -> None:
    """The pair is known from now on, and nothing is held against it."""
    at = now()
    kept = {"failures": 0, "last_at": at, "locked_until": None, "succeeded_at": at}
    made = insert(LoginFailure).values(name_digest=tried.name, source_digest=tried.source, **kept)
    await session.execute(
        made.on_conflict_do_update(
            index_elements=[LoginFailure.name_digest, LoginFailure.source_digest], set_=kept
        )
    )


async def forget(session: AsyncSession, login: str) -> int:
    """Let a login name try again, from everywhere; returns how many places it was refused at."""
    done = await session.execute(
        update(LoginFailure)
        .where(LoginFailure.name_digest == name_digest(login), LoginFailure.failures > 0)
        .values(failures=0, locked_until=None)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


async def locked_until(session: AsyncSession, login: str) -> datetime | None:
    """Until when a login name is refused somewhere; None when it is not."""
    return await session.scalar(
        select(func.max(LoginFailure.locked_until)).where(
            LoginFailure.name_digest == name_digest(login), LoginFailure.locked_until > now()
        )
    )


async def prune(session: AsyncSession) -> None:
    """Drop what is no longer counted (a schedule of the worker)."""
    await session.execute(
        delete(LoginFailure).where(
            LoginFailure.last_at < now() - _KEPT,
            or_(
                LoginFailure.succeeded_at.is_(None),
                LoginFailure.succeeded_at < now() - _KNOWN,
            ),
        )
    )
