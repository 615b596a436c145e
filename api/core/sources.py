"""Where strangers come from, known only while it matters: failures are counted by a keyed hash of a
coarse address. Key and counts live in this process's memory and are gone after a day."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request

from api.core.clock import now
from api.core.crypto import hmac_sm3

_KEY_LIFE = timedelta(days=1)
#: Beyond this the source that failed longest ago is forgotten: memory is bounded whoever asks.
_MOST = 100_000
#: A household or a small network, not one telephone.
_V4, _V6 = 24, 56


@dataclass(slots=True)
class _Count:
    failures: int
    at: datetime


class Sources:
    """Failures by source."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._since = now()
        self._counts: OrderedDict[bytes, _Count] = OrderedDict()

    def of(self, request: Request) -> bytes:
        """What stands for the source of a request today."""
        if now() - self._since >= _KEY_LIFE:
            self.__init__()
        return hmac_sm3(self._key, _coarse(request).encode())[:16]

    def failures(self, source: bytes) -> tuple[int, datetime | None]:
        """How often a source failed, and when last."""
        count = self._counts.get(source)
        return (count.failures, count.at) if count else (0, None)

    def failed(self, source: bytes) -> None:
        """Count a failure."""
        known = self._counts.pop(source, None)
        self._counts[source] = _Count((known.failures if known else 0) + 1, now())
        if len(self._counts) > _MOST:
            self._counts.popitem(last=False)


def _coarse(request: Request) -> str:
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ip_network(f"{address}/{_V4 if address.version == 4 else _V6}", strict=False))
