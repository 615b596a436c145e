"""Every refusal as an RFC 9457 problem, in Chinese, with a stable code."""

from collections.abc import Callable, Iterable
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

from api.core import events
from api.domain.actors import Actor
from api.domain.errors import Conflict, DomainError, FieldError, Invalid, VersionMissing
from api.domain.events import EventName

_log = structlog.get_logger()

#: Constraint name → what it means to a person. The naming convention makes the names predictable.
CONSTRAINTS: dict[str, Callable[[], DomainError]] = {}

_TITLES = {
    400: "请求内容无法解析，请检查格式和编码",
    404: "地址不存在",
    405: "不支持该请求方法",
    413: "文件或请求过大",
    415: "不支持的文件类型",
}

#: pydantic's error types → a sentence for a person; what is missing here says its own.
_MESSAGES: dict[str, str] = {
    "missing": "必填",
    "string_too_short": "内容过短（至少 {min_length} 个字）",
    "string_too_long": "内容过长（最多 {max_length} 个字）",
    "string_type": "应为文字",
    "string_pattern_mismatch": "格式不正确",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "int_from_float": "应为整数",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "应大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "应小于 {lt}",
    "bool_parsing": "应为是或否",
    "bool_type": "应为是或否",
    "date_from_datetime_parsing": "日期应为 YYYY-MM-DD",
    "date_parsing": "日期应为 YYYY-MM-DD",
    "date_type": "日期应为 YYYY-MM-DD",
    "date_from_datetime_inexact": "日期应为 YYYY-MM-DD",
    "datetime_parsing": "时间格式不正确",
    "datetime_from_date_parsing": "时间格式不正确",
    "datetime_type": "时间格式不正确",
    "timezone_aware": "时间须带时区，例如 2022-05-13T09:00:00+08:00",
    "uuid_parsing": "编号格式不正确",
    "uuid_type": "编号格式不正确",
    "enum": "取值应为：{expected}",
    "literal_error": "取值应为：{expected}",
    "extra_forbidden": "没有这个字段",
    "unknown_parameter": "没有这个查询参数",
    "json_invalid": "请求内容不是合法的 JSON",
    "list_type": "应为列表",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "dict_type": "应为对象",
    "model_attributes_type": "应为对象",
    "model_type": "应为对象",
    "union_tag_invalid": "取值应为：{expected}",
    "union_tag_not_found": "必填",
}


#: More faults than this help nobody; `errors_total` says how many there were.
MAX_FAULTS = 20
_MAX_POINTER = 300


def problem(error: DomainError) -> Response:
    """The problem document of a refusal, with the first faults of it."""
    many = {"errors_total": len(error.errors)} if len(error.errors) > MAX_FAULTS else {}
    body: dict[str, Any] = (
        {
            "type": f"urn:yinling:problem:{error.code}",
            "title": error.title,
            "status": error.status,
            "detail": error.detail,
            "code": error.code,
            "request_id": get_contextvars().get("request_id", ""),
            "errors": [
                {"pointer": e.pointer[:_MAX_POINTER], "code": e.code, "message": e.message}
                for e in error.errors[:MAX_FAULTS]
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


def _pointer(location: tuple[str | int, ...]) -> str:
    where, *path = location or ("",)
    steps = "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)
    return steps if where == "body" else f"#{where}{steps}"


def _choices(expected: str) -> str:
    """pydantic's English list of values, as Chinese lists them."""
    return expected.replace(" or ", "、").replace(", ", "、").replace("'", "")


def _field_error(raised: dict[str, Any]) -> FieldError:
    kind, context = raised["type"], raised.get("ctx", {})
    message = _MESSAGES.get(kind)
    if kind == "value_error":
        message = str(context.get("error", raised["msg"]))
        if message.startswith("Expected UploadFile"):  # the framework's own word
            message = "应为文件，并带有文件名"
    location = raised["loc"]
    if "discriminator" in context:  # it is this very field that is missing or wrong
        location = (*location, str(context["discriminator"]).strip("'"))
        context = context | {"expected": context.get("expected_tags", "")}
    if "expected" in context:
        context = context | {"expected": _choices(str(context["expected"]))}
    return FieldError(
        _pointer(location), kind, message.format(**context) if message else raised["msg"]
    )


def field_errors(error: RequestValidationError) -> list[FieldError]:
    """What pydantic refused, in Chinese."""
    return [_field_error(dict(raised)) for raised in error.errors()]


def _invalid(request: Request, error: RequestValidationError) -> DomainError:
    raised_errors = [dict(raised) for raised in error.errors()]
    if request.url.path.endswith("/transitions"):
        for raised in raised_errors:  # pydantic puts the union's tag between body and field
            where, *path = raised["loc"]
            raised["loc"] = (where, *(path[1:] if len(path) > 1 else path))
    if any(r["type"] == "missing" and r["loc"][-1] == "version" for r in raised_errors):
        return VersionMissing("缺少版本号：请在正文中带 version，或用 If-Match 请求头带 ETag")
    if [(r["type"], r["loc"]) for r in raised_errors] == [("missing", ("body",))]:
        return Invalid("请求内容为空", code="body_missing")
    errors = [_field_error(raised) for raised in raised_errors[:MAX_FAULTS]]
    # the rest is counted, not worked on
    errors += errors[-1:] * (len(raised_errors) - len(errors))
    first = errors[0] if errors else None
    steps = [step for step in first.pointer.split("/") if not step.isdigit()] if first else []
    name = f"{steps[-1]}：" if steps and steps[-1] else ""
    return Invalid(f"{name}{first.message}" if first else None, errors=errors)


def _integrity(cause: object) -> DomainError:
    name = getattr(cause, "constraint_name", None) or ""
    _log.warning("integrity_error", constraint=name)
    known = CONSTRAINTS.get(name)
    return known() if known else Conflict()


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
    detail = _TITLES.get(status)
    if status == 404 and path.startswith("/api/") and path.endswith("/"):
        detail = "地址不存在：末尾不要带 /"
    response = problem(DomainError(detail, code=f"http_{status}", headers=headers))
    body = orjson.loads(response.body)
    body |= {"status": status, "title": _TITLES.get(status, "请求有误")}
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(orjson.dumps(body), status_code=status, headers=headers)


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
        return problem(_invalid(request, error))

    @app.exception_handler(DBAPIError)
    def _dbapi(_: Request, error: DBAPIError) -> Response:  # pyright: ignore[reportUnusedFunction]
        known = _database(getattr(error.orig, "__cause__", None) or error.orig)
        if known is None and isinstance(error, IntegrityError):
            known = Conflict()
        if known is None:
            raise error
        return problem(known)

    @app.exception_handler(asyncpg.DataError)
    @app.exception_handler(asyncpg.PostgresError)
    def _driver(_: Request, error: Exception) -> Response:  # pyright: ignore[reportUnusedFunction]
        known = _database(error)
        if known is None:
            raise error
        return problem(known)

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:  # pyright: ignore[reportUnusedFunction]
        return _refused(request, error, routers)
