"""JSON as this system writes it, into answers and into the columns of the database: a moment always
in Chinese time, for the driver reads every one as UTC."""

from datetime import date, datetime
from uuid import UUID

import orjson

from api.core.base import clock


def dumps(content: object) -> bytes:
    """Raises TypeError for what has no form in JSON."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return clock.written(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):  # asyncpg's own subclass
        return str(value)
    raise TypeError(type(value).__name__)
