"""The version of a record in HTTP's own words: `ETag` tells it, `If-Match` brings it back.

A client may send `If-Match: "3"` instead of `"version": 3` in the body; services see the body only.
"""

import re
from typing import Any, Final, get_args

import orjson
from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.domain.errors import Invalid

#: Proxies that compress mark a tag as weak; the number in it is what counts.
_TAG: Final = re.compile(r'(?:W/)?"(\d{1,9})"')


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


def tag(response: Response, field: str) -> None:
    """Tell the version of the record that is answered."""
    if response.status_code < 300 and response.media_type == "application/json":
        content = getattr(response, "content", None) or orjson.loads(response.body)
        version = content.get(field)
        if version is not None:
            response.headers["etag"] = f'"{version}"'
