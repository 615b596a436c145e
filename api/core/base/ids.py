"""UUIDv7 made here, because PostgreSQL 15 to 17 cannot: ids sort by the time they were made."""

import os
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562, method 3): later calls in one process give greater ids.

    The twelve bits after the millisecond hold its fraction, so that the rows of one batch keep
    their order, which is what list pages by id rely on.
    """
    global _last  # noqa: PLW0603  # one monotonic counter a process
    with _lock:
        stamp = max(time.time_ns() * 4096 // 1_000_000, _last + 1)
        _last = stamp
    milliseconds, fraction = stamp >> 12, stamp & 0xFFF
    tail = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | tail)
