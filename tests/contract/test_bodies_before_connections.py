"""No route takes a connection to the database before the body of its request is in."""

import asyncio
import re

import pytest
from fastapi.routing import APIRoute

from api.core.database import db
from api.main import create_app
from api.routers import ROUTERS
from tests.conftest import log_in

ROUTES = sorted(
    (method, route.path)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods - {"GET", "HEAD"}
)
FORM = "multipart/form-data; boundary=b"
BEGUN = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'
KINDS = {
    "json": ("application/json", b'{"version": '),
    "form": (FORM, BEGUN),
    "urlencoded": ("application/x-www-form-urlencoded", b"grant_type=pass"),
}


def held() -> int:
    """Connections that somebody of this process has in hand."""
    database = db.database()
    pools = [pool.get_size() - pool.get_idle_size() for pool in database._pools.values()]
    return sum(e.pool.checkedout() for e in database.engines) + sum(pools)


def address(path: str) -> str:
    path = re.sub(r"\{[a-z_]*(id|key)\}", "00000000-0000-7000-8000-000000000000", path)
    path = re.sub(r"\{year\}", "2026", path)
    return re.sub(r"\{[a-z_]+\}", "x", path)


async def half_sent(app, method: str, path: str, kind: str, token: str) -> tuple[list[int], bool]:
    """The statuses that were answered while a body hangs half-way, and whether it was waited for."""
    media, begun = KINDS[kind]
    waiting, statuses, messages = asyncio.Event(), [], [begun]

    async def receive():
        if not messages:
            waiting.set()
            await asyncio.Event().wait()
        return {"type": "http.request", "body": messages.pop(), "more_body": True}

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = {
        "authorization": f"Bearer {token}",
        "content-type": media,
        "content-length": "5000",
        "idempotency-key": "half",
    }
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "client": ("127.0.0.1", 1), "server": ("x", 80), "scheme": "http",
        "http_version": "1.1", "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
        "state": {},
    }  # fmt: skip
    asked = asyncio.create_task(app(scope, receive, send))
    seen = asyncio.create_task(waiting.wait())
    await asyncio.wait({asked, seen}, return_when=asyncio.FIRST_COMPLETED)
    assert held() == 0, "a connection is held while the body is on its way"
    for task in (asked, seen):
        task.cancel()
    await asyncio.gather(asked, seen, return_exceptions=True)
    return statuses, waiting.is_set()


@pytest.mark.parametrize("kind", KINDS)
async def test_none_is_held_while_a_body_is_on_its_way(running, kind):
    token = log_in(running, "office").headers["authorization"].removeprefix("Bearer ")
    app = create_app()
    waited = set()
    try:
        for method, path in ROUTES:
            statuses, hung = await half_sent(app, method, address(path), kind, token)
            # whoever is not waited for was refused: by kind, by right, by what came before the file
            assert hung or set(statuses) <= {403, 415, 422}, (method, path, statuses)
            if hung:
                waited.add((method, path))
    finally:
        await db.dispose()
    some = {"json": ("POST", "/api/v1/leads"), "form": ("POST", "/api/v1/imports")}
    if kind in some:
        assert some[kind] in waited
    attachments = {path for _, path in waited if path.endswith("/attachments")}
    assert kind != "form" or len(attachments) >= 7
