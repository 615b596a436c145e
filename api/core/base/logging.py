"""Structured logs: one JSON object a line, with the request id, never with personal data."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

from api.core.base.config import settings

if "rich" not in sys.modules:
    # structlog loads it to print in colours, which no server does: 3 MB of each process
    sys.modules["rich"] = cast("Any", None)
    import structlog

    del sys.modules["rich"]
else:
    import structlog


def without_words(
    _logger: object, _name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """An exception as its kinds and places. Not its message: a driver's or a parser's repeats the
    value that it stumbled over, and that may be somebody's phone number."""
    error = event.pop("exc_info", None)
    lines: list[str] = []
    while isinstance(error, BaseException):
        kind = type(error)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if lines:
        event["exception"] = "\n".join(lines)
    return event


class _Unfailing:
    """Standard error, where a full disk under it costs the line and not the answer."""

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        """Nothing that fails is anybody's answer."""
        with suppress(OSError):
            sys.stderr.flush()


class _OneLine(logging.Formatter):
    """What libraries log, without the pages of stack and the words of drivers below it."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  # the library's name
        """The kind of the exception alone."""
        return f"{ei[0].__module__}.{ei[0].__qualname__}" if ei and ei[0] else ""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        return " ".join(super().format(record).splitlines()[:2])


def configure() -> None:
    """Route structlog and the standard library's logging to JSON lines on standard error."""
    level = logging.getLevelNamesMapping()[settings().log_level]
    logging.raiseExceptions = False
    logging.basicConfig(
        stream=cast("TextIO", _Unfailing()), level=level, format="%(message)s", force=True
    )
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_OneLine("%(name)s: %(message)s"))
    # the pools tell of every connection that a restart of the server broke
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    for noisy in ("uvicorn.access", "httpx", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            without_words,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Unfailing())),
        cache_logger_on_first_use=True,
    )
