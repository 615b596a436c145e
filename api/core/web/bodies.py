"""What a request's body must be before its route looks into it: whole, of the right kind, readable,
and of a size that is worth the work."""

import json
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from fastapi import Request, params
from fastapi.exceptions import HTTPException
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from api.core.base.config import settings
from api.core.web import receiving
from api.domain.kit.errors import FieldError, Invalid, UnsupportedMedia, pointer

BeforeHandler = Callable[[Request], Coroutine[Any, Any, None]]

_JSON = "application/json"
_MULTIPART = "multipart/form-data"
_URLENCODED = "application/x-www-form-urlencoded"
JSON_ONLY = (_JSON,)
_UTF8 = frozenset({"", "utf-8", "utf8", "us-ascii"})
#: Far more than any form of ours has.
_MAX_FIELDS: Final = 500
_MAX_ITEMS: Final = 20_000
_MAX_DEPTH: Final = 40
_MAX_DIGITS: Final = 60
_MAX_KEY: Final = 200
#: Among so many objects and lists it is looked for the place of a faulty one.
_LOOKED_AT: Final = 2_000
#: A form without a file, and what stands in one field of it.
_MAX_FORM: Final = 64_000
_MAX_FORM_FIELDS: Final = 30


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


def by_hand(endpoint: Any) -> Any:
    """Marks a function that reads its body by itself, and takes no connection before it has."""
    endpoint.reads_body = True
    return endpoint


def before_handler(step: BeforeHandler) -> Callable[[Any], Any]:
    """Marks a function whose request has something to do when its body is in, and before there is a
    transaction."""

    def mark(endpoint: Any) -> Any:
        endpoint.before_handler = step
        return endpoint

    return mark


def takes_file(route: APIRoute) -> bool:
    """Whether the body is a form with a file, declared or said in the document."""
    if getattr(route.endpoint, "reads_body", False):
        return False
    said = (route.openapi_extra or {}).get("requestBody", {}).get("content", {})
    return _MULTIPART in said or kinds(route) == (_MULTIPART,)


def is_by_hand(route: APIRoute) -> bool:
    """Whether the function of the route reads the body."""
    return bool(getattr(route.endpoint, "reads_body", False))


async def read_small(request: Request) -> bytes:
    """The body of a route that wants a short one, or none. Raises PayloadTooLarge."""
    pieces: list[bytes] = []
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > _MAX_FORM:
            raise receiving.too_large(_MAX_FORM)
        pieces.append(piece)
    request._body = b"".join(pieces)  # pyright: ignore[reportPrivateUsage]  # where it keeps it itself
    return request._body  # pyright: ignore[reportPrivateUsage]  # where it keeps it itself


async def read_form(request: Request) -> None:
    """A form without a file; the route finds it read already. Raises PayloadTooLarge, Invalid."""
    await read_small(request)
    form = await request.form(max_files=2, max_fields=_MAX_FORM_FIELDS, max_part_size=_MAX_FORM)
    _check_repeated(form)


@lru_cache(maxsize=1)
def uploads() -> receiving.Room:
    """The room of this process for files on their way."""
    most = settings().max_upload_mb * 1_000_000
    return receiving.Room(20 * most, 4 * most)


async def read_upload(request: Request, take: Callable[[int], None]) -> None:
    """A form with a file, onto the disk; the route finds it read already.

    `take` is asked before every piece. Raises HTTPException for a form that is none.
    """
    if _MULTIPART not in request.headers.get("content-type", ""):
        return

    async def pieces() -> AsyncGenerator[bytes]:
        async for piece in request.stream():
            take(len(piece))
            yield piece

    parser = MultiPartParser(
        request.headers,
        pieces(),
        max_files=2,
        max_fields=_MAX_FORM_FIELDS,
        max_part_size=_MAX_FORM,
    )
    try:
        request._form = await parser.parse()  # pyright: ignore[reportPrivateUsage]  # where it keeps it itself
    except MultiPartException as error:
        raise HTTPException(400) from error
    _check_repeated(request._form)  # pyright: ignore[reportPrivateUsage]


async def read_json(request: Request) -> Any:
    """The body as JSON; `None` for an empty one. The route finds it read already.

    Raises Invalid (`json_invalid`, `encoding_invalid`, `field_repeated`, `too_many_fields`,
    `too_many_items`) with the place of the mistake.
    """
    text = await request.body()
    if not text:
        return None
    value = parse_json(text)
    request._json = value  # pyright: ignore[reportPrivateUsage]  # where it keeps it itself
    return value


def parse_json(text: bytes) -> Any:
    """A JSON text in UTF-8, without what readers understand differently. Raises Invalid."""
    try:
        # a mark at the beginning is allowed (RFC 8259, 8.1); other encodings have a NUL early on
        if text[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in text[:4]:
            raise _unreadable(
                "encoding_invalid", "请求内容应为 UTF-8 编码，不能是 UTF-16 或 UTF-32"
            )
        plain = text.decode("utf-8-sig")
        objects = _Objects()
        value = json.loads(
            plain,
            object_pairs_hook=objects.made,
            parse_int=_integer,
            parse_float=_fraction,
            parse_constant=_no_number,
        )
    except json.JSONDecodeError as error:
        where = f"第 {error.lineno} 行第 {error.colno} 个字符处有误"
        raise _unreadable("json_invalid", f"请求内容不是合法的 JSON：{where}") from error
    except UnicodeDecodeError as error:
        where = f"第 {error.start + 1} 个字节处有误"
        raise _unreadable("encoding_invalid", f"请求内容不是 UTF-8 编码：{where}") from error
    except RecursionError as error:
        raise _too_deep() from error
    if objects.faulty is not None:
        raise objects.faulty.refusal(value)
    # only what has many marks can be deep or long
    if plain.count("[") + plain.count("{") > _MAX_DEPTH or plain.count(",") > _MAX_FIELDS:
        _check_shape(value)
    return value


class _Faulty(dict[str, Any]):
    """What stands for an object that is refused, until it is known where it stands."""

    def __init__(self, refused: Invalid, *field: str) -> None:
        super().__init__()
        self._refused, self._field = refused, field

    def refusal(self, value: Any) -> Invalid:
        """What is wrong with it, with its place in the whole."""
        way, refused = _way_to(self, value), self._refused
        if way is not None:
            where = pointer((*way, *self._field))
            refused.errors = tuple(replace(fault, pointer=where) for fault in refused.errors)
        return refused


class _Objects:
    """The objects of one text, and the first of them that readers would understand differently."""

    def __init__(self) -> None:
        self.faulty: _Faulty | None = None

    def made(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """The object of these fields."""
        made = dict(pairs) if len(pairs) <= _MAX_FIELDS else {}
        sound = len(made) == len(pairs) and not any(len(name) > _MAX_KEY for name in made)
        if sound or self.faulty is not None:
            return made
        self.faulty = _fault_of(pairs)
        return self.faulty


def _fault_of(pairs: list[tuple[str, Any]]) -> _Faulty:
    if len(pairs) > _MAX_FIELDS:
        return _Faulty(_unreadable("too_many_fields", f"一个对象最多 {_MAX_FIELDS} 个栏目"))
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:  # one reader takes the first, another the last
            return _Faulty(_unreadable("field_repeated", "同一个栏目重复出现"), name)
        seen.add(name)
    return _Faulty(_unreadable("field_name_too_long", f"栏目名最长 {_MAX_KEY} 个字符"))


def _containers(value: Any) -> Iterator[tuple[Any, tuple[str | int, ...]]]:
    """Every object and list within a value, itself first, with the way to it. Raises Invalid for
    what lies too deep."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(value, ())]
    while waiting:
        each, way = waiting.pop()
        yield each, way
        steps: Any = each.items() if isinstance(each, dict) else enumerate(each)  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        inner = [(one, (*way, step)) for step, one in steps if isinstance(one, dict | list)]
        if inner and len(way) + 1 >= _MAX_DEPTH:
            raise _too_deep()
        waiting += inner


def _way_to(wanted: _Faulty, value: Any) -> tuple[str | int, ...] | None:
    """The way from a value to an object within it; None where it was lost in another that is faulty
    too, or would have to be looked for at length."""
    if isinstance(value, dict | list):
        for each, way in islice(_containers(value), _LOOKED_AT):
            if each is wanted:
                return way
    return None


def _integer(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise _unreadable("json_invalid", "请求内容中的数字过长")
    return int(text)


def _fraction(text: str) -> float:
    made = float(text) if len(text) <= _MAX_DIGITS else float("inf")
    if made in {float("inf"), float("-inf")}:
        raise _unreadable("json_invalid", "请求内容中的数字过长")
    return made


def _no_number(text: str) -> float:
    raise _unreadable("json_invalid", f"请求内容不是合法的 JSON：{text} 不是数字")


def _too_deep() -> Invalid:
    return _unreadable("json_invalid", "请求内容的嵌套过深")


def _check_shape(value: Any) -> None:
    if not isinstance(value, dict | list):
        return
    for each, way in _containers(value):  # pyright: ignore[reportUnknownArgumentType]
        if isinstance(each, list) and len(each) > _MAX_ITEMS:  # pyright: ignore[reportUnknownArgumentType]
            raise _unreadable("too_many_items", f"一个列表最多 {_MAX_ITEMS} 项", pointer(way))


def _check_repeated(form: FormData) -> None:
    """Raises Invalid for a word that stands twice, as JSON's do (`field_repeated`)."""
    seen: set[str] = set()
    for name, value in form.multi_items():
        if name in seen and isinstance(value, str):
            raise _unreadable("field_repeated", "同一个栏目重复出现", f"/{name}")
        seen.add(name)


def check_one_file(form: FormData) -> None:
    """Raises Invalid for a second file: it would take the place of the first without a word."""
    check_files(sum(isinstance(value, UploadFile) for _, value in form.multi_items()))


def check_files(count: int) -> None:
    """Raises Invalid for more than one."""
    if count > 1:
        told = FieldError("/file", "one_file_only", "一次只能上传一个文件")
        raise Invalid(told.message, code=told.code, errors=[told])


def _unreadable(code: str, message: str, where: str = "") -> Invalid:
    return Invalid(message, code=code, errors=[FieldError(where, code, message)])
