"""Connections of people who never finish: half a head, no head at all, an answer nobody takes.

The server underneath knows a time limit between requests and none within one.
"""

import logging
import resource
from asyncio import BaseTransport, TimerHandle
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from structlog.contextvars import bound_contextvars
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.core.base.config import settings
from api.core.web.errors import problem
from api.domain.kit.errors import DomainError, HeadTooLarge, Unreadable

#: Request line and headers together.
MAX_HEAD = 64_000
#: An answer of which nothing was taken for so long has no reader.
STALLED_SECONDS = 60.0


@lru_cache(maxsize=1)
def most() -> int:
    """How many connections a process keeps: files and the database need descriptors too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16_384 if hard == resource.RLIM_INFINITY else min(hard, 16_384)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return (wanted if soft == resource.RLIM_INFINITY else soft) * 3 // 4


class Protocol(HttpToolsProtocol):
    """The server's own, with an end to every wait."""

    _head: TimerHandle | None = None
    _head_bytes = 0
    _piece = 0
    _stalled: TimerHandle | None = None
    _waiting = 0

    def connection_made(self, transport: BaseTransport) -> None:
        """Take a connection, if there is room for one more."""
        super().connection_made(transport)  # pyright: ignore[reportArgumentType]
        if len(self.connections) > most():
            self.transport.abort()
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._end_of_head()
        self._end_of_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes of a client; of a head only so many."""
        self._piece = len(data)
        if self._head is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        # what came with a whole head is its body, and other limits hold
        if self._head is not None and self._head_bytes > MAX_HEAD:
            self._refuse(HeadTooLarge())

    def send_400_response(self, msg: str) -> None:
        """What the parser gives up on: told as everything else is, and the longest address as such."""
        del msg
        # it gives up on an address when the whole head is there: `_head` may have ended
        read = max(
            len(getattr(self, "url", b"")), self._head_bytes if self._head is not None else 0
        )
        self._refuse(HeadTooLarge() if read > MAX_HEAD else Unreadable())

    def _refuse(self, error: DomainError) -> None:
        """Answer before there is a request, and end the connection."""
        if self.transport.is_closing():
            return
        request_id = uuid4().hex
        with bound_contextvars(request_id=request_id):
            answer = problem(error)
        status = HTTPStatus(answer.status_code)
        lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode()]
        lines += [name + b": " + value for name, value in answer.raw_headers]
        lines += [b"x-request-id: " + request_id.encode(), b"connection: close", b"", b""]
        self.transport.write(b"\r\n".join(lines) + bytes(answer.body))
        self.transport.close()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        if self._head is None:
            self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole: how the body comes is core/web/receiving.py's to watch."""
        self._end_of_head()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        """From a connection, or the first byte of its next request, to the end of the head."""
        self._head_bytes = self._piece
        self._head = self.loop.call_later(settings().silence_seconds, self._give_up)

    def _end_of_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _give_up(self) -> None:
        self._head = None
        # what was sent before on this connection may still be on its way
        if self.transport.get_write_buffer_size():
            self.transport.close()
        else:
            self.transport.abort()

    def pause_writing(self) -> None:
        """The client takes less than we send: watch that it takes something."""
        super().pause_writing()
        self._waiting = self.transport.get_write_buffer_size()
        if self._stalled is None:
            self._stalled = self.loop.call_later(STALLED_SECONDS, self._look)

    def resume_writing(self) -> None:
        """The client has taken what there was."""
        self._end_of_stall()
        super().resume_writing()

    def _look(self) -> None:
        self._stalled = None
        left = self.transport.get_write_buffer_size()
        if left >= self._waiting:
            self.transport.abort()
        else:
            self._waiting = left
            self._stalled = self.loop.call_later(STALLED_SECONDS, self._look)

    def _end_of_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


class _Nonsense(logging.Filter):
    """What strangers send instead of HTTP is answered with 400 and no news."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith(("Invalid HTTP request", "Unsupported upgrade"))


def install(config: Any) -> None:
    """Use the protocol for a server that is about to start."""
    most()
    config.http = Protocol
    logging.getLogger("uvicorn.error").addFilter(_Nonsense())
