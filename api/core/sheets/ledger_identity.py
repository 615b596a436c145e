"""By what a row is known again, whatever layout it comes in."""

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Mapping

import orjson

from api.domain.imports.cells import Value


def row_fingerprint(cells: Mapping[str, str]) -> bytes:
    """Canonical bytes of a row's normalised cells: order of columns and blank cells do not count."""
    return orjson.dumps([1, sorted((k, v) for k, v in cells.items() if v)])


def canonical(value: Value) -> str:
    """One value as it enters a row's identity."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "、".join(sorted(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    return " ".join(unicodedata.normalize("NFKC", str(value)).split())


def row_key(fingerprint: bytes) -> bytes:
    """Sixteen bytes for a row, so that a long file costs little memory."""
    return hashlib.sha256(fingerprint).digest()[:16]
