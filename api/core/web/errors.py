"""Every refusal as an RFC 9457 problem, in Chinese, with a stable code."""

from collections.abc import Iterable
from typing import Any

import asyncpg
import orjson
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError, IntegrityError
from starlette.exceptions import HTTPException
from structlog.contextvars import get_contextvars

from api.core.database import constraints, outages
from api.core.events import events
from api.core.web import faults
from api.domain.kit.actors import Actor
from api.domain.kit.errors import MOST_FAULTS, Conflict, DomainError, Invalid
from api.domain.kit.events import EventName

_log = structlog.get_logger()

TITLES = {
    400: "请求内容无法解析，请检查格式和编码",
    404: "地址不存在",
    405: "不支持该请求方法",
    413: "文件或请求过大",
    415: "不支持的文件类型",
}


_MAX_POINTER = 300
#: What the database and its drivers raise.
OF_DATABASE = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)


def problem(error: DomainError) -> Response:
    """The problem document of a refusal, with the first faults of it."""
    many = {"errors_total": len(error.errors)} if len(error.errors) > MOST_FAULTS else {}
    body: dict[str, Any] = (
        {
            "type": f"urn:yinling:problem:{error.code}",
            "title": error.title,
            "status": error.status,
            "detail": error.detail,
            "code": error.code,
            "request_id": get_contextvars().get("request_id", ""),
            "errors": [
                {
                    "pointer": e.pointer[:_MAX_POINTER],
                    "code": e.code,
                    "label": e.label,
                    "message": e.message,
                }
                for e in error.errors[:MOST_FAULTS]
            ],
        }
        | many
        | error.extra
    )
    headers = dict(error.headers)
    if error.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    return Response(
        orjson.dumps(body, default=str),
        status_code=error.status,
        media_type="application/problem+json",
        headers=headers,
    )


def _integrity(cause: object) -> DomainError:
    name = getattr(cause, "constraint_name", None) or ""
    _log.warning("integrity_error", constraint=name)
    return constraints.refusal(name) or Conflict()


def _not_storable() -> DomainError:
    return Invalid("内容含有无法保存的字符或超出范围的数值", code="value_not_storable")


def _database(cause: object) -> DomainError | None:
    """What the driver says, whichever way it was asked: a constraint, or values that PostgreSQL
    cannot hold (a NUL in a text, a year 99999, an endless word), which are the sender's fault."""
    state = getattr(cause, "sqlstate", "") or ""
    if state.startswith("23"):
        return _integrity(cause)
    if state.startswith(("22", "54")) or type(cause).__name__ in {
        "DataError",
        "CharacterNotInRepertoireError",
    }:
        _log.warning("value_not_storable", kind=type(cause).__name__)
        return _not_storable()
    if state in {"40001", "40P01", "55P03"}:
        return Conflict("他人正在操作该记录，请稍后重试", code="busy")
    return None


async def _audit_refusal(request: Request, error: DomainError) -> None:
    actor: Actor | None = getattr(request.state, "actor", None)
    where = {"path": request.url.path, "method": request.method, "code": error.code}
    await events.record_apart(actor, EventName.ACCESS_REFUSED, "route", None, where)


def _methods(path: str, routers: Iterable[APIRouter]) -> list[str]:
    """What may be asked of an address of the API, over all routes that share it."""
    found = {
        method
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.path_regex.match(path)
        for method in route.methods or ()
    }
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _refused(request: Request, error: HTTPException, routers: Iterable[APIRouter]) -> Response:
    """What the framework refuses: an unknown address, a method that it does not know."""
    path, status, headers = request.url.path, error.status_code, dict(error.headers or {})
    if status == 405:
        methods = _methods(path, routers)
        if methods:
            headers["Allow"] = ", ".join([*methods, "OPTIONS"])
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=headers)
        elif path.startswith("/api/"):  # the web app's files answer to GET at any address
            status, headers = 404, {}
    detail = TITLES.get(status)
    if status == 404 and path.startswith("/api/") and path.endswith("/"):
        detail = "地址不存在：末尾不要带 /"
    response = problem(DomainError(detail, code=f"http_{status}", headers=headers))
    body = orjson.loads(response.body)
    body |= {"status": status, "title": TITLES.get(status, "请求有误")}
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(orjson.dumps(body), status_code=status, headers=headers)


def meant(error: Exception) -> DomainError | None:
    """What a refusal of the database says to a person; None for what is no refusal."""
    if isinstance(error, DBAPIError):
        known = _database(getattr(error.orig, "__cause__", None) or error.orig)
        return Conflict() if known is None and isinstance(error, IntegrityError) else known
    if isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError):
        return _database(error)
    return None


def failed(error: Exception) -> Response:
    """The answer to whatever was raised: a refusal, the database's word, an outage, or our fault."""
    if isinstance(error, DomainError):
        return problem(error)
    known = meant(error) or outages.of(error)
    return problem(known) if known is not None else unexpected(error)


def unexpected(error: Exception) -> Response:
    """Log a fault of our own, and the answer to it, which says nothing but where to ask."""
    _log.error("unexpected_error", exc_info=error)
    response = problem(DomainError("系统出现意外错误，请凭请求编号联系管理员", code="internal"))
    body = orjson.loads(response.body) | {"status": 500, "title": "系统错误"}
    return Response(orjson.dumps(body), status_code=500, media_type="application/problem+json")


def install(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Render every error of the app as a problem."""

    @app.exception_handler(DomainError)
    async def _domain(request: Request, error: DomainError) -> Response:  # pyright: ignore[reportUnusedFunction]
        if error.status == 403:
            await _audit_refusal(request, error)
        return problem(error)

    @app.exception_handler(RequestValidationError)
    def _validation(request: Request, error: RequestValidationError) -> Response:  # pyright: ignore[reportUnusedFunction]
        return problem(faults.refusal(error, request.url.path))

    @app.exception_handler(DBAPIError)
    @app.exception_handler(asyncpg.PostgresError)
    @app.exception_handler(asyncpg.InterfaceError)
    def _stored(_: Request, error: Exception) -> Response:  # pyright: ignore[reportUnusedFunction]
        return failed(error)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:  # pyright: ignore[reportUnusedFunction]
        return _refused(request, error, routers)
