"""The one clock. Everything that asks what time it is asks here, so that tests can move it."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from api.core.config import settings

#: Legal days are Chinese days, wherever the server stands.
TIMEZONE = ZoneInfo("Asia/Shanghai")


class _Shift:
    def __init__(self) -> None:
        start = settings().now
        self.by = datetime.fromisoformat(start) - datetime.now(TIMEZONE) if start else timedelta()


_shift = _Shift()


def now() -> datetime:
    """The present moment, aware, in Chinese time."""
    return datetime.now(TIMEZONE) + _shift.by


def today() -> date:
    """The present Chinese calendar day."""
    return now().date()


@contextmanager
def travel(to: datetime) -> Generator[None]:
    """Let the clock of this process show `to` for a while (tests and rehearsals)."""
    before = _shift.by
    _shift.by = to - datetime.now(TIMEZONE)
    try:
        yield
    finally:
        _shift.by = before
