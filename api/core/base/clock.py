"""The one clock. Everything that asks what time it is asks here, so that tests can move it.

Where `YINLING_NOW` is set, one shift holds for all processes of an installation. It lies in a file
of the home: whoever starts first under a new value writes it, everybody else follows it, also over
a restart, and whoever writes it anew moves them all. Without the setting nothing is read.
"""

import json
import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from api.core.base.config import Settings, settings

#: Legal days are Chinese days, wherever the server stands.
TIMEZONE = ZoneInfo("Asia/Shanghai")
#: What times are written in, those of years with summer time too (1940-49, 1986-91).
_WRITTEN_IN: Final = timezone(timedelta(hours=8))
#: Of the home, under `YINLING_NOW` only.
SHIFT_FILE: Final = "clock-shift.json"
#: How long a process may go on by a shift that somebody has just changed.
_LOOK_AGAIN: Final = 0.2
#: Two clocks never agree quite: what another system's shows may be this far ahead of ours. Less than
#: the minute in which people tell a time; their pages go by our clock.
_CLOCKS_DIFFER: Final = timedelta(seconds=30)


class _Shift:
    """How far this process's clock stands from the machine's."""

    def __init__(self) -> None:
        self.travelling: timedelta | None = None
        self._by = timedelta()
        self._settings: Settings | None = None
        self._seen = (0, 0)
        self._next_look = 0.0

    def by(self) -> timedelta:
        if self.travelling is not None:
            return self.travelling
        here = settings()
        if here is not self._settings:
            self._settings, self._by = here, timedelta()
            if here.now:
                self._by = _agreed(here)
                self._seen, self._next_look = (0, 0), 0.0
        if here.now and time.monotonic() >= self._next_look:
            self._look(here.home / SHIFT_FILE)
        return self._by

    def _look(self, file: Path) -> None:
        self._next_look = time.monotonic() + _LOOK_AGAIN
        try:
            found = file.stat()
        except FileNotFoundError:
            return
        seen = (found.st_mtime_ns, found.st_ino)
        if seen != self._seen:
            self._seen, self._by = seen, _read(file)[1]


def _read(file: Path) -> tuple[str, timedelta]:
    stored = json.loads(file.read_text())
    return stored["now"], timedelta(seconds=stored["seconds"])


def _agreed(here: Settings) -> timedelta:
    """The shift that the installation goes by; ours, if nobody has started under this value yet."""
    file = here.home / SHIFT_FILE
    if file.exists():
        value, by = _read(file)
        if value == here.now:
            return by
    by = datetime.fromisoformat(here.now) - datetime.now(TIMEZONE)
    move(here, by)
    return by


def move(here: Settings, by: timedelta) -> None:
    """Set the shift of the whole installation; its processes follow within a fraction of a second."""
    here.home.mkdir(parents=True, exist_ok=True)
    file = here.home / SHIFT_FILE
    beside = file.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps({"now": here.now, "seconds": by.total_seconds()}))
    beside.replace(file)  # in one piece: others read it at any moment


_shift = _Shift()


def now() -> datetime:
    """The present moment, aware, in Chinese time."""
    return datetime.now(TIMEZONE) + _shift.by()


def today() -> date:
    """The present Chinese calendar day."""
    return now().date()


def written(moment: datetime) -> str:
    """A moment as it leaves the system, in whatever zone it was read."""
    return moment.astimezone(_WRITTEN_IN).isoformat()


def is_ahead(moment: datetime) -> bool:
    """Whether a moment somebody tells has not come yet, by more than two clocks may differ."""
    return moment > now() + _CLOCKS_DIFFER


@contextmanager
def travel(to: datetime) -> Generator[None]:
    """Let the clock of this process show `to` for a while (tests and rehearsals)."""
    before = _shift.travelling
    _shift.travelling = to - datetime.now(TIMEZONE)
    try:
        yield
    finally:
        _shift.travelling = before
