"""The OpenAPI document: Chinese, labelled, with the permission behind every route."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from api.core.web import openapi_once
from api.core.web.openapi_words import Examples, describe, describe_parameter
from api.core.web.query import QueryOf, parameters
from api.core.web.versions import takes_version, told_version
from api.domain.kit.labels import Labelled
from api.domain.kit.tags import TAGS
from api.domain.words import pinyin

_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "request_id", "errors"],
    "properties": {
        "type": {"type": "string", "description": "错误种类的 URN"},
        "title": {"type": "string", "description": "错误种类的名称"},
        "status": {"type": "integer", "description": "HTTP 状态码"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "给程序看的稳定代码"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "label", "message"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "label": {
                        "type": "string",
                        "description": "出错字段的中文名称；列表中的一项带行号，如“第3行，金额”",
                    },
                    "message": {"type": "string"},
                },
            },
        },
        "errors_total": {
            "type": "integer",
            "description": "errors 最多列 20 项；共有几项（不超过 20 项时不出现）",
        },
    },
}
_DONE = {"200": "成功", "201": "已保存", "204": "成功，没有正文"}
#: Status → the refusal's name among the document's components, where it is described once.
_REFUSALS = {
    "400": ("Unreadable", "请求无法解析"),
    "401": ("Unauthenticated", "未登录"),
    "403": ("Forbidden", "无权限"),
    "404": ("NotFound", "不存在或不可见"),
    "409": ("Conflict", "状态或版本冲突"),
    "413": ("TooLarge", "内容过大"),
    "415": ("UnsupportedType", "类型不支持"),
    "422": ("Invalid", "内容有误"),
    "428": ("VersionMissing", "缺少版本号"),
    "429": ("TooMany", "尝试过多"),
}

_IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {
        "type": "string",
        "pattern": r'^"\d{1,9}(\.[0-9a-f]{16})?"$',
        "examples": ['"3"'],
    },
    "description": "读取时得到的 ETag，只看其中的版本号；可代替正文中的 version，两者都给时必须一致",
}
_IF_NONE_MATCH: dict[str, Any] = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "maxLength": 1000},
    "description": "上次读到的 ETag；内容一个字也没有变时答 304，没有正文",
}
_ETAG: dict[str, Any] = {
    "schema": {"type": "string"},
    "description": '版本号和这份答复的摘要，如 "3.9f86d081884c7d65"；修改时可放在 If-Match 中带回，'
    "再读时可放在 If-None-Match 中",
}
#: What the sources say each operation may refuse with, beside what any request may meet
#: (`make openapi` writes it: scripts/operation_codes.py).
CODES = Path(__file__).with_name("operation_codes.json")
_TOLD = {"ETag": {"$ref": "#/components/headers/ETag"}}


@cache
def _codes() -> dict[str, list[str]]:
    return orjson.loads(CODES.read_bytes())


def guards(dependant: Dependant) -> Iterator[Any]:
    """Every dependency of a route that says who may call it."""
    for each in dependant.dependencies:
        if hasattr(each.call, "permission") or type(each.call).__name__ == "Public":
            yield each.call
        yield from guards(each)


def api_routes(routers: Iterable[APIRouter]) -> Iterator[APIRoute]:
    """Our own routes: `app.routes` hides those of included routers."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield route


def _labelled() -> dict[str, type[Labelled]]:
    found: dict[str, type[Labelled]] = {}
    queue = list(Labelled.__subclasses__())
    while queue:
        each = queue.pop()
        found[each.__name__] = each
        queue += each.__subclasses__()
    return found


def _done_in_chinese(responses: dict[str, Any]) -> None:
    for code, said in responses.items():
        if said.get("description") == "Successful Response":  # the framework's own words
            said["description"] = _DONE.get(code, "成功")


def _versioned(operation: dict[str, Any], route: APIRoute) -> None:
    """The headers that say which version it is, and of which one a client speaks."""
    if takes_version(route):
        operation.setdefault("parameters", []).append(_IF_MATCH)
    if not told_version(route):
        return
    for code, said in operation["responses"].items():
        if code.startswith("2"):
            said["headers"] = _TOLD
    if "GET" in (route.methods or ()):
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
        operation["responses"]["304"] = {"$ref": "#/components/responses/Unchanged"}


def _guarded(operation: dict[str, Any], route: APIRoute) -> None:
    permissions = [g.permission.value for g in guards(route.dependant) if hasattr(g, "permission")]
    if permissions:
        operation["x-permission"] = permissions[0]
        operation["security"] = [{"token": []}]
    _done_in_chinese(operation["responses"])
    refusals = set(_REFUSALS) - (set() if permissions else {"403"})
    if "get" in {m.lower() for m in route.methods or ()}:
        refusals -= {"400", "409", "413", "415", "428"}
    if codes := _codes().get(route.unique_id):
        operation["x-error-codes"] = codes
    _versioned(operation, route)
    for code in sorted(refusals):
        if code == "422" or code not in operation["responses"]:
            name, _ = _REFUSALS[code]
            operation["responses"][code] = {"$ref": f"#/components/responses/{name}"}
    if "post" in {m.lower() for m in route.methods or ()} and permissions:
        operation.setdefault("parameters", []).append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": "同一请求重复发送只执行一次；同键不同内容返回 422",
            }
        )


def _query_models(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        if isinstance(each.call, QueryOf):
            yield each.call.query_model
        yield from _query_models(each)


def document(app: FastAPI, routers: Iterable[APIRouter]) -> dict[str, Any]:
    """The whole document, with labels, permissions and refusals."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        description="打击整治养老诈骗工作平台。约定见 docs/api.md；所有错误均为 RFC 9457 problem+json。",
        routes=app.routes,
    )
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _PROBLEM
    made["components"]["headers"] = {"ETag": _ETAG}
    made["components"]["responses"] = {
        "Unchanged": {"description": "没有变化", "headers": _TOLD},
    } | {
        name: {
            "description": words,
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
        for name, words in _REFUSALS.values()
    }
    made["components"]["securitySchemes"] = {
        "token": {
            "type": "oauth2",
            "flows": {"password": {"tokenUrl": "/api/v1/auth/token", "scopes": {}}},
        }
    }
    for route in api_routes(routers):
        for method in route.methods or ():
            operation = made["paths"][route.path].get(method.lower())
            if operation is not None:
                for model in _query_models(route.dependant):
                    listed, defined = parameters(model)
                    operation.setdefault("parameters", []).extend(listed)
                    for name, schema in defined.items():
                        schemas.setdefault(name, schema)
                _guarded(operation, route)
    labels = _labelled()
    for name, schema in schemas.items():
        if name in labels and "enum" in schema:
            schema["x-labels"] = labels[name].labels()
    _in_chinese(made, schemas)
    openapi_once.name_parameters(made)
    made["x-pinyin"] = pinyin.table(
        label for schema in schemas.values() for label in schema.get("x-labels", {}).values()
    )
    return made


def _in_chinese(made: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Say what every tag, field and parameter means, and show every body."""
    examples = Examples(schemas)
    for name, schema in schemas.items():
        describe(name, schema)
    used: set[str] = set()
    for operations in made["paths"].values():
        for operation in operations.values():
            tag = operation.setdefault("tags", ["system"])[0]
            used.add(tag)
            for parameter in operation.get("parameters", ()):
                describe_parameter(parameter, tag)
            for media in operation.get("requestBody", {"content": {}})["content"].values():
                describe(tag, media["schema"])
                media["examples"] = examples.of_body(media["schema"], tag)
    made["tags"] = [
        {"name": tag, "description": words} for tag, words in TAGS.items() if tag in used
    ]


def install(app: FastAPI, routers: Iterable[APIRouter], tables: Mapping[str, Any]) -> None:
    """Serve this document instead of the plain one; `tables` is what else it says, by name."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app, routers) | dict(tables)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way
