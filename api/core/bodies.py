"""What a request's body must be before its route looks into it: of the right kind, and readable."""

import json
from typing import Any

from fastapi import Request, params
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, Headers, UploadFile

from api.domain.errors import FieldError, Invalid, UnsupportedMedia

_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_URLENCODED = "application/x-www-form-urlencoded"
JSON_ONLY = (_JSON,)
_UTF8 = frozenset({"", "utf-8", "utf8", "us-ascii"})


def kinds(route: APIRoute) -> tuple[str, ...]:
    """The media types that a route takes; none where it reads no body, or reads it by itself."""
    if route.body_field is None:
        return ()
    if isinstance(route.body_field.field_info, params.File):
        return (_MULTIPART,)
    if isinstance(route.body_field.field_info, params.Form):
        return (_URLENCODED, _MULTIPART)
    return JSON_ONLY


def _has_body(headers: Headers) -> bool:
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _charset(parameters: str) -> str:
    for each in parameters.split(";"):
        name, _, value = each.strip().partition("=")
        if name.lower() == "charset":
            return value.strip("\"' ").lower()
    return ""


def check_kind(request: Request, taken: tuple[str, ...]) -> None:
    """Raises UnsupportedMedia for a body that the route cannot read."""
    if not _has_body(request.headers):
        return
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMedia("请求内容不能压缩（Content-Encoding）")
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    is_json = _JSON in taken and kind.startswith("application/") and kind.endswith("+json")
    if kind not in taken and not is_json:
        raise UnsupportedMedia(f"请求内容的类型（Content-Type）应为 {' 或 '.join(taken)}")
    if _charset(parameters) not in _UTF8:
        raise UnsupportedMedia("请求内容应为 UTF-8 编码")


async def read_json(request: Request) -> Any:
    """The body as JSON; `None` for an empty one. The route finds it read already.

    Raises Invalid (`json_invalid`, `encoding_invalid`) with the place of the mistake.
    """
    text = await request.body()
    if not text:
        return None
    try:
        return await request.json()
    except json.JSONDecodeError as error:
        where = f"第 {error.lineno} 行第 {error.colno} 个字符处有误"
        raise _unreadable("json_invalid", f"请求内容不是合法的 JSON：{where}") from error
    except UnicodeDecodeError as error:
        where = f"第 {error.start + 1} 个字节处有误"
        raise _unreadable("encoding_invalid", f"请求内容不是 UTF-8 编码：{where}") from error
    except ValueError as error:  # more digits than Python reads
        raise _unreadable("json_invalid", "请求内容中的数字过长") from error
    except RecursionError as error:
        raise _unreadable("json_invalid", "请求内容的嵌套过深") from error


def check_one_file(form: FormData) -> None:
    """Raises Invalid for a second file: it would take the place of the first without a word."""
    check_files(sum(isinstance(value, UploadFile) for _, value in form.multi_items()))


def check_files(count: int) -> None:
    """Raises Invalid for more than one."""
    if count > 1:
        told = FieldError("/file", "one_file_only", "一次只能上传一个文件")
        raise Invalid(told.message, code=told.code, errors=[told])


def _unreadable(code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[FieldError("", code, message)])
