"""Turns for costly work: a crowd from one place waits for itself, not everybody for the crowd."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from api.domain.kit.errors import TooManyAttempts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

_Waiting = deque[asyncio.Future[None]]


class Turns:
    """So many at once; sources in rotation, known ones first, and no endless queue of any."""

    def __init__(self, at_once: int, *, each: int, source: int, whole: int) -> None:
        self._at_once, self._each, self._source, self._whole = at_once, each, source, whole
        self._running = 0
        self._first: _Waiting = deque()
        self._queues: OrderedDict[bytes, _Waiting] = OrderedDict()
        self._of: Counter[bytes] = Counter()

    @asynccontextmanager
    async def take(self, source: bytes, what: bytes, *, first: bool) -> AsyncGenerator[None]:
        """One turn. `first`: somebody who was let in from here before.

        Raises TooManyAttempts (`login_busy`) when too many of `source`, or for `what`, wait already.
        """
        pair = source + what
        if self._of[pair] >= self._each or self._of.total() >= self._whole + self._at_once:
            raise _busy()
        self._of[pair] += 1
        try:
            await self._wait(source, first=first)
            try:
                yield
            finally:
                self._next()
        finally:
            self._of[pair] -= 1
            if not self._of[pair]:
                del self._of[pair]

    async def _wait(self, source: bytes, *, first: bool) -> None:
        if self._running < self._at_once:
            self._running += 1
            return
        queue = self._first if first else self._queues.setdefault(source, deque())
        if not first and len(queue) >= self._source:
            raise _busy()
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        queue.append(mine)
        try:
            await mine
        except BaseException:
            if mine.done() and not mine.cancelled():
                self._next()  # the turn had come already
            raise

    def _next(self) -> None:
        while (waiting := self._head()) is not None:
            if not waiting.done():  # else whoever waited went away
                waiting.set_result(None)
                return
        self._running -= 1

    def _head(self) -> asyncio.Future[None] | None:
        if self._first:
            return self._first.popleft()
        if not self._queues:
            return None
        source, queue = self._queues.popitem(last=False)
        found = queue.popleft()
        if queue:
            self._queues[source] = queue  # behind all others
        return found


def _busy() -> TooManyAttempts:
    return TooManyAttempts(
        "现在登录的人多，请过几秒再试", code="login_busy", headers={"Retry-After": "5"}
    )
