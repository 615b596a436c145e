"""Where strangers come from, known only while it matters.

A source is one address, or one /64 of IPv6, which is one household. It is counted under a keyed
hash; half of the key is of the day and lies beside the counts, so that all processes share them,
and is deleted with them: what was counted yesterday cannot be led back to an address.
"""

import secrets
from datetime import date, datetime
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request
from sqlalchemy.orm import Mapped, mapped_column

from api.core.base.clock import now
from api.core.base.crypto import hmac_sm3, keyring
from api.core.database.db import Base, database

_UNLOGGED = {"prefixes": ["UNLOGGED"]}


class SourceKey(Base):
    """The half of the key that lasts a day."""

    __tablename__ = "source_keys"
    __table_args__ = _UNLOGGED

    day: Mapped[date] = mapped_column(primary_key=True)
    key: Mapped[bytes]


class ReceiptSource(Base):
    """Wrong receipts of one source."""

    __tablename__ = "receipt_sources"
    __table_args__ = _UNLOGGED

    source: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


_DAY_KEY = (
    "WITH made AS (INSERT INTO source_keys (day, key) VALUES ($1, $2) "
    "ON CONFLICT (day) DO NOTHING RETURNING key), "
    "gone AS (DELETE FROM source_keys WHERE day < $1) "
    "SELECT coalesce((SELECT key FROM made), (SELECT key FROM source_keys WHERE day = $1)) AS key"
)
_kept: dict[date, bytes] = {}


def where(request: Request) -> str:
    """The source of a request, in plain: an IPv4 address, or the /64 of an IPv6 one."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network(f"{address}/{32 if address.version == 4 else 64}", strict=False))


async def of(request: Request) -> bytes:
    """What stands for the source of a request today."""
    key = await _key(now().date())
    return hmac_sm3(key, keyring().digest("source", where(request).encode()))[:16]


async def _key(day: date) -> bytes:
    if day not in _kept:
        found = None
        while (
            found is None
        ):  # two at the same moment: the second sees the first one's row next time
            found = (await database().fetchrow(_DAY_KEY, day, secrets.token_bytes(32)))["key"]
        _kept.clear()
        _kept[day] = bytes(found)
    return _kept[day]
