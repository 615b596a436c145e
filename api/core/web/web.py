"""What surrounds every request: its id, its measure, its headers, its size; and the web app's files."""

import time
from mimetypes import guess_type
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from api.core.base.config import settings
from api.core.base.ids import uuid7
from api.core.web.errors import failed
from api.core.web.receiving import Receiving
from api.domain.kit.errors import Invalid, NotFound

_REQUESTS = Counter("yinling_requests_total", "HTTP requests", ["method", "status"])
_SECONDS = Histogram("yinling_request_seconds", "Time to the end of the answer", ["method"])

_SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "content-security-policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
}
_SECURITY = [(name.encode(), value.encode()) for name, value in _SECURITY_HEADERS.items()]
#: Far beyond what a browser or a program of ours sends.
_MAX_HEADERS = 100
_MAX_QUERY = 8_000
#: Whoever reports here is not to be found out: their address reaches no log and no event.
UNRECORDED = "/api/v1/public/"
_ID = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.")


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if 8 <= len(given) <= 64 and _ID.issuperset(given) else uuid7().hex


#: What the measures call a client that went away before the answer.
_HUNG_UP = 499


class _BrokenOff(Exception):
    """An answer that failed half-way: the connection ends, the reason is logged already."""


class Surround:
    """Pure ASGI, because Starlette's middleware base costs a task and a queue a request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        clear_contextvars()
        client: tuple[str, int] | None = scope.get("client")
        known = client is not None and not scope["path"].startswith(UNRECORDED)
        bind_contextvars(request_id=request_id, address=client[0] if client and known else "")
        started = time.perf_counter()
        status, begun = 500, False
        api = scope["path"].startswith("/api/")
        head = scope["method"] == "HEAD"

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                out: list[tuple[bytes, bytes]] = message["headers"]
                if api and not any(name == b"cache-control" for name, _ in out):
                    out.append((b"cache-control", b"no-store"))
                out.append((b"x-request-id", request_id.encode()))
                out += _SECURITY
            elif head:
                message = {**message, "body": b""}
            await send(message)

        # HEAD is GET without the body, at every address
        asked = {**scope, "method": "GET"} if head else scope
        try:
            await self._answered(asked, headers, receive, answer)
        except ClientDisconnect:
            status = _HUNG_UP  # nobody is there to be told, and nothing went wrong here
        except Exception as error:
            # here, and not further out: the server would write the error's words into its log
            response = failed(error)
            if begun:
                raise _BrokenOff from None
            await response(scope, receive, answer)
        finally:
            _REQUESTS.labels(scope["method"], status).inc()
            _SECONDS.labels(scope["method"]).observe(time.perf_counter() - started)

    async def _answered(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        if "\0" in scope["path"]:
            raise NotFound("地址不存在")
        if len(scope["headers"]) > _MAX_HEADERS:
            raise Invalid("请求头过多", code="too_many_headers")
        if len(scope.get("query_string", b"")) > _MAX_QUERY:
            raise Invalid("查询条件过长", code="query_too_long")
        if "content-length" in headers or "transfer-encoding" in headers:
            receive = Receiving(receive, headers)
            receive.check_announced()
        await self.app(scope, receive, send)


def _file(root: Path, path: str) -> Path | None:
    try:
        candidate = (root / path).resolve()
        return candidate if candidate.is_relative_to(root) and candidate.is_file() else None
    except OSError:  # a name longer than the file system knows
        return None


_ENTRIES = ("report",)
_ENCODINGS = {"br": ".br", "gzip": ".gz"}


def _answer(file: Path, accepted: str, headers: dict[str, str]) -> Response:
    """A file, in the smallest of the copies that the build left beside it and the client reads."""
    for encoding, ending in _ENCODINGS.items():
        packed = file.with_name(file.name + ending)
        if encoding in accepted and packed.is_file():
            kind, _ = guess_type(file.name)
            said = headers | {"Content-Encoding": encoding, "Vary": "Accept-Encoding"}
            return FileResponse(packed, headers=said, media_type=kind)
    return FileResponse(file, headers=headers | {"Vary": "Accept-Encoding"})


def _wants_json(accept: str) -> bool:
    """Whether a program asks: it names JSON and no page."""
    return "json" in accept and "html" not in accept


def install(app: FastAPI) -> None:
    """Add the middleware, and serve the built web app beside the API if it is there."""
    app.add_middleware(Surround)
    root = settings().static_dir.resolve()
    index = root / "index.html"
    if not index.is_file():
        return
    #: Pages with an entry of their own, by the first segment of their address.
    entries = {folder: root / folder / "index.html" for folder in _ENTRIES}

    async def static(path: str, request: Request) -> Response:
        """Files of the web app; any other path is a page of it (never under /api)."""
        found = _file(root, path)
        program = _wants_json(request.headers.get("accept", ""))
        named_file = "." in path.rpartition("/")[2]  # /swagger.json, /robots.txt: no page of ours
        ours = not program and not named_file and not f"{path}/".startswith(("api/", "assets/"))
        if found is None and not ours:
            raise HTTPException(404)
        forever = found is not None and path.startswith("assets/")
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if forever else "no-cache"
        }
        page = entries.get(path.partition("/")[0], index)
        return _answer(found or page, request.headers.get("accept-encoding", ""), headers)

    app.add_api_route("/{path:path}", static, methods=["GET"], include_in_schema=False)
