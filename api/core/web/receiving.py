"""How a request's body comes in: so many bytes at most, and not slower than a bad line.

While a body is on its way nothing else is held: routes take a connection to the database when it is
in (core/web/routing.py). A sender who stops half-way costs a socket for a while, and nobody else waits.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from api.core.base.config import settings
from api.domain.kit.errors import PayloadTooLarge, TooManyAttempts, TooSlow

#: Nothing but a file is larger.
MAX_JSON = 1_000_000
#: What a form has beside its file.
_BESIDES = 100_000
#: Bytes a second on the average, over and above the silence that is allowed: a telephone at the
#: edge of its network sends faster.
_LEAST_RATE = 4_000
#: Whatever it is and however steadily it comes.
_LONGEST = 1_800.0
_CLOSE = {"Connection": "close"}


def most_bytes(headers: Headers) -> int:
    """How large the body of a request may be, by what it says it is."""
    if headers.get("content-type", "").strip().lower().startswith("multipart/"):
        return settings().max_upload_mb * 1_000_000 + _BESIDES
    return MAX_JSON


def too_large(limit: int) -> PayloadTooLarge:
    """The answer to a body beyond its size; the rest of it is not read."""
    size = f"{limit // 1_000_000} MB" if limit >= MAX_JSON else f"{limit // 1_000} KB"
    return PayloadTooLarge(f"请求内容不能超过 {size}", headers=_CLOSE)


class Receiving:
    """`receive` of one request that has a body, within its size and its time.

    Only waiting for the sender counts as time. Raises PayloadTooLarge and TooSlow.
    """

    def __init__(self, receive: Receive, headers: Headers) -> None:
        self._receive = receive
        self._limit = most_bytes(headers)
        self._silence = float(settings().silence_seconds)
        self._read = 0
        self._waited = 0.0
        self._complete = False
        declared = headers.get("content-length", "0")
        # so many digits are no length
        self._announced = int(declared) if declared.isdigit() and len(declared) < 20 else 0

    def check_announced(self) -> None:
        """Refuse at once what says itself that it is too large. Raises PayloadTooLarge."""
        if self._announced > self._limit:
            raise too_large(self._limit)

    async def __call__(self) -> Message:
        """The next message."""
        if self._complete:  # what is waited for now is the client's hanging up, which may be never
            return await self._receive()
        message = await self._next()
        self._read += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._read > self._limit:
            raise too_large(self._limit)
        return message

    async def _next(self) -> Message:
        clock = asyncio.get_running_loop()
        left = min(_LONGEST, self._silence + self._read / _LEAST_RATE) - self._waited
        began = clock.time()
        try:
            async with asyncio.timeout(max(0.0, min(self._silence, left))):
                return await self._receive()
        except TimeoutError:
            raise TooSlow(
                "请求内容传得太慢，没有收完，请换个信号好的地方再试", headers=_CLOSE
            ) from None
        finally:
            self._waited += clock.time() - began


class Room:
    """How much of what is on its way may lie in one process at a time, and how much of it may be
    one sender's. Counted by bytes that came: whoever opens uploads and sends nothing takes no room.
    """

    def __init__(self, whole: int, each: int) -> None:
        self._whole, self._each = whole, each
        self._taken: Counter[object] = Counter()

    @contextmanager
    def share(self, sender: object) -> Generator[Callable[[int], None]]:
        """`take(bytes)` for one request; all of it is given back at the end.

        `take` raises TooManyAttempts (`uploads_busy`).
        """
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            if self._taken[sender] + size > self._each or self._taken.total() + size > self._whole:
                raise TooManyAttempts(
                    "现在上传的人多，请过一会儿再传",
                    code="uploads_busy",
                    headers={"Retry-After": "10"} | _CLOSE,
                )
            mine += size
            self._taken[sender] += size

        try:
            yield take
        finally:
            self._taken[sender] -= mine
            if self._taken[sender] <= 0:
                del self._taken[sender]
