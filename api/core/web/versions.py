"""The version of a record in HTTP's own words: `ETag` tells it, `If-Match` brings it back.

A client may send `If-Match: "3"` instead of `"version": 3` in the body; services see the body only.

The answer holds more than the record: names of units, days that are left, what this reader may do.
It can be another while the version stays. So a tag is the version and a digest of the very bytes
(`"3.9f86d081884c7d65"`): whoever has those bytes is told so (`If-None-Match`, 304), and of a tag that
comes back with a change (`If-Match`) the version counts, which alone says whether somebody else
changed the record.
"""

import re
from hashlib import blake2b
from typing import Any, Final, get_args

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.domain.kit.errors import Invalid

#: Proxies that compress mark a tag as weak; the number in it is what counts.
_TAG: Final = re.compile(r'(?:W/)?"(\d{1,9})(?:\.[0-9a-f]{16})?"')
_ANY_TAG: Final = re.compile(r'"[^"]*"')


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for part in get_args(annotation) for model in _models(part)]


def takes_version(route: APIRoute) -> bool:
    """Whether the body of this route carries the version that a change is based on."""
    if route.body_field is None:
        return False
    models = _models(route.body_field.field_info.annotation)
    return any("version" in model.model_fields for model in models)


def told_version(route: APIRoute) -> str | None:
    """The field of this route's answer that holds the version to bring back, if it has one."""
    models = _models(route.response_model) if isinstance(route.response_model, type) else []
    names = models[0].model_fields if models else {}
    return next((name for name in ("latest_version", "version") if name in names), None)


def _tag(request: Request) -> int | None:
    given = request.headers.get("if-match", "").strip()
    if given in {"", "*"}:  # any version will do: then none is named
        return None
    found = _TAG.fullmatch(given)
    if found is None:
        raise Invalid('If-Match 应为一个带引号的版本号，例如 "3"', code="if_match_invalid")
    return int(found[1])


def fill_in(request: Request, body: object) -> None:
    """Put the version that `If-Match` names into a body that names none.

    Raises Invalid for a tag that is none of ours, and when body and header name two versions.
    """
    version = _tag(request)
    if version is None or not isinstance(body, dict):
        return
    if str(body.setdefault("version", version)) != str(version):
        raise Invalid("If-Match 与正文中的版本号不一致", code="version_conflict")


def remember(response: Response, content: dict[str, Any]) -> None:
    """What an answer is made of, so that `tag` need not read it again."""
    response.content = content  # type: ignore[attr-defined]  # ours alone


def tagged(request: Request, response: Response, field: str) -> Response:
    """The answer with its tag; nothing but the tag (304) to a reader who has these very bytes."""
    if response.status_code >= 300 or response.media_type != "application/json":
        return response
    content = getattr(response, "content", None) or orjson.loads(response.body)
    version = content.get(field)
    if version is None:
        return response
    told = f'"{version}.{blake2b(response.body, digest_size=8).hexdigest()}"'
    if request.method == "GET" and _is_held(request, told):
        response = Response(status_code=304)
    response.headers["etag"] = told
    return response


def _is_held(request: Request, told: str) -> bool:
    """Whether the reader has what is answered; marks of weakness do not count here (RFC 9110)."""
    given = request.headers.get("if-none-match")
    return given is not None and (given.strip() == "*" or told in _ANY_TAG.findall(given))
