"""When the database, or the disk, does not do its part: one answer, whichever door it was met at.

The driver, SQLAlchemy, their pools and the operating system each have words of their own for the
same few things. Here they become a 503 with `Retry-After`, a sentence, a stable code, and one line
in the log now and then, however many requests meet it.
"""

import errno
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import asyncpg
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.domain.kit.errors import Unavailable

_log = structlog.get_logger()
_RETRY = {"Retry-After": "5"}
_SAID_EVERY = 10.0

AWAY: Final = "database_away"
BUSY: Final = "database_busy"
FULL: Final = "disk_full"
READ_ONLY: Final = "database_read_only"
REFUSED: Final = "database_refused"
FAILED: Final = "database_failed"

#: Spelled out, so that the list of all codes (docs/errors.md) finds them.
_OUTAGES: Final = {
    AWAY: Unavailable(
        "数据库暂时连不上，系统正在自动恢复，请过几秒再试", code="database_away", headers=_RETRY
    ),
    BUSY: Unavailable(
        "现在使用的人太多，数据库忙不过来，请过几秒再试", code="database_busy", headers=_RETRY
    ),
    FULL: Unavailable(
        "服务器的磁盘已满，暂时不能保存，请联系管理员清理磁盘后再试",
        code="disk_full",
        headers=_RETRY,
    ),
    READ_ONLY: Unavailable(
        "数据库现在只能读、不能写，请稍后再试；一直如此请联系管理员",
        code="database_read_only",
        headers=_RETRY,
    ),
    REFUSED: Unavailable(
        "数据库拒绝本系统登录，请联系管理员检查数据库账号和授权",
        code="database_refused",
        headers=_RETRY,
    ),
    FAILED: Unavailable(
        "数据库读写出错，请稍后再试；一直如此请联系管理员", code="database_failed", headers=_RETRY
    ),
}
SENTENCES: Final = {code: each.detail for code, each in _OUTAGES.items()}
#: SQLSTATE, or how it begins → what it is; the longest fits.
_STATES: Final = {
    "08": AWAY,
    "57P": AWAY,
    "25P03": AWAY,
    "57014": BUSY,
    "53": BUSY,
    "53100": FULL,
    "25006": READ_ONLY,
    "28": REFUSED,
    "3D": REFUSED,
    "58": FAILED,
    "XX001": FAILED,
    "XX002": FAILED,
}
#: What may be one of these.
RAISED: Final = (
    DBAPIError,
    PoolTimeout,
    Unavailable,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})
#: What asyncpg says of a connection that is gone, without a state.
_GONE: Final = ("connection is closed", "connection was closed", "been released", "pool is clos")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [getattr(each, "orig", None), each.__cause__]


def _by_state(state: str) -> str | None:
    fits = [start for start in _STATES if state.startswith(start)]
    return _STATES[max(fits, key=len)] if state and fits else None


def _code(error: BaseException) -> str | None:
    found = _by_state(str(getattr(error, "sqlstate", None) or ""))
    if found is None and isinstance(error, OSError) and error.errno in _NO_SPACE:
        found = FULL
    elif found is None and isinstance(error, PoolTimeout):
        found = BUSY
    elif found is None and _is_broken(error):
        found = AWAY
    return found


def _is_broken(error: BaseException) -> bool:
    if isinstance(error, asyncpg.InterfaceError):
        return any(words in str(error) for words in _GONE)
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    # broken off, or in the middle of a message
    return isinstance(error, ConnectionError | asyncpg.InternalClientError)


def of(error: BaseException) -> Unavailable | None:
    """What an error is to whoever asked, if it is one of these."""
    if isinstance(error, Unavailable):
        return error
    code = next((found for each in _chain(error) if (found := _code(each))), None)
    if code is None:
        return None
    _tell(code, error)
    return outage(code)


def outage(code: str) -> Unavailable:
    """The answer."""
    return Unavailable(SENTENCES[code], code=code, headers=_RETRY)


def is_lost(error: BaseException) -> bool:
    """Whether a connection broke, so that the same on a fresh one may well succeed."""
    if isinstance(error, Unavailable):
        return False
    return any(_code(each) == AWAY for each in _chain(error))


@dataclass
class _Told:
    at: float = float("-inf")
    unsaid: int = 0


_told: dict[str, _Told] = {}
_full_at = float("-inf")


def _tell(code: str, error: BaseException) -> None:
    """One line for many: thousands of requests meet the same outage."""
    global _full_at  # noqa: PLW0603  # of this process
    clock = time.monotonic()
    if code == FULL:
        _full_at = clock
    told = _told.setdefault(code, _Told())
    if clock - told.at < _SAID_EVERY:
        told.unsaid += 1
        return
    _log.error("outage", code=code, kind=type(error).__name__, unsaid=told.unsaid)
    told.at, told.unsaid = clock, 0


def note(code: str, error: BaseException) -> Unavailable:
    """Tell of an outage met where its kind is known, and the answer to it."""
    _tell(code, error)
    return outage(code)


def was_full(seconds: float) -> bool:
    """Whether something could not be written for want of space within the last seconds."""
    return time.monotonic() - _full_at < seconds
