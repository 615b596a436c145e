"""`/auth` and `/me`: login, refresh, logout, the own account."""

import base64
import binascii
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Cookie, Form, Request, Response

from api.access.guards import PUBLIC, Anyone
from api.core.base.config import settings
from api.core.events import sources
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.errors import DomainError, Forbidden
from api.schemas.auth import (
    Me,
    OAuthError,
    SessionShown,
    Token,
    TotpConfirmation,
    TotpSecret,
)
from api.services.organisation import auth

COOKIE = "yinling_refresh"
_COOKIE_PATH = "/api/v1/auth"

router = make_router("auth")
me_router = make_router("me")

Text = Annotated[str | None, Form(max_length=2000)]
Refresh = Annotated[str | None, Cookie(alias=COOKIE)]


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return name, secret


def _check_origin(request: Request) -> None:
    """Raises Forbidden for a page of somebody else's that would use, or plant, the cookie."""
    origin = request.headers.get("origin")
    elsewhere = request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}
    if elsewhere or (origin and urlsplit(origin).netloc != request.headers.get("host", "")):
        raise Forbidden("请从本系统的网页登录", code="origin_refused")


def _oauth_error(error: str, code: str, description: str, status: int = 400) -> Response:
    body = {"error": error, "error_description": description, "code": code}
    return answer(body, status)


def _refusal(error: DomainError) -> Response:
    """RFC 6749's form of a refusal, with our code beside it."""
    if error.status >= 500:  # not the client's fault, and told like everywhere else
        raise error
    kind = "invalid_client" if error.code == "invalid_client" else "invalid_grant"
    kind = "invalid_request" if error.status == 403 else kind
    status = error.status if error.status in {403, 429} else 400
    status = 401 if error.code == "invalid_client" else status
    response = _oauth_error(kind, error.code, error.detail, status)
    response.headers.update(error.headers)
    return response


def _cookie(response: Response, request: Request, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings().session_max_hours * 3600,
        path=_COOKIE_PATH,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


_OAUTH: dict[int | str, dict[str, Any]] = {
    status: {"model": OAuthError, "description": "授权被拒绝"} for status in (400, 401, 403, 429)
}


@router.post(
    "/token",
    response_model=Token,
    summary="获取访问令牌",
    dependencies=[PUBLIC],
    responses=_OAUTH,
)
async def token(  # noqa: PLR0913, PLR0917  # the form of RFC 6749
    request: Request,
    session: DbSession,
    grant_type: Annotated[str, Form(max_length=50)],
    username: Text = None,
    password: Text = None,
    totp: Text = None,
    refresh_token: Text = None,
    client_id: Text = None,
    client_secret: Text = None,
    cookie: Annotated[
        bool, Form(description="刷新令牌放入 HttpOnly Cookie")
    ] = False,  # a form field
    stored: Refresh = None,
) -> Any:
    """OAuth 2.0 令牌接口：password、refresh_token、client_credentials。"""
    agent, source = request.headers.get("user-agent", ""), sources.where(request)
    try:
        cookie = cookie or (grant_type == "refresh_token" and refresh_token is None)
        if cookie:
            _check_origin(request)
        if grant_type == "password":
            form = auth.PasswordForm(username or "", password or "", totp)
            issued = await auth.log_in(session, form, agent, source)
        elif grant_type == "refresh_token":
            issued = await auth.refresh(session, refresh_token or stored or "", agent)
        elif grant_type == "client_credentials":
            name, secret = _basic(request) or (client_id or "", client_secret or "")
            issued = await auth.log_in_client(session, name, secret, agent, source)
        else:
            return _oauth_error(
                "unsupported_grant_type", "unsupported_grant_type", "不支持的授权方式"
            )
    except DomainError as error:
        return _refusal(error)
    body = {
        "access_token": issued.access_token,
        "refresh_token": None if cookie else issued.refresh_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "scope": " ".join(sorted(issued.actor.permissions)),
    }
    response = answer(body)
    if cookie and issued.refresh_token:
        _cookie(response, request, issued.refresh_token)
    return response


@router.post("/revoke", status_code=204, summary="退出登录", dependencies=[PUBLIC])
async def revoke(
    request: Request, session: DbSession, token: Text = None, stored: Refresh = None
) -> Response:
    """终止刷新令牌所属的会话（RFC 7009）；未知令牌不报错。"""
    if token is None:
        _check_origin(request)
    await auth.log_out(session, token or stored or "")
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path=_COOKIE_PATH)
    return response


@router.post("/password", status_code=204, summary="修改密码", dependencies=[PUBLIC])
async def change_password(  # a form
    request: Request,
    session: DbSession,
    username: Annotated[str, Form(max_length=200)],
    old_password: Annotated[str, Form(max_length=256)],
    new_password: Annotated[str, Form(max_length=256)],
    totp: Text = None,
) -> Response:
    """凭旧密码设置新密码（首次登录强制修改也走这里）；修改后所有登录失效。"""
    form = auth.PasswordForm(username, old_password, totp)
    await auth.change_password(session, form, new_password, sources.where(request))
    return Response(status_code=204)


@me_router.get("", response_model=Me, summary="当前用户")
async def read(actor: Anyone, session: DbSession) -> Response:
    """当前用户、岗位、单位及权限。"""
    return answer(await auth.me(session, actor))


@me_router.get("/sessions", response_model=list[SessionShown], summary="我的登录")
async def own_sessions(actor: Anyone, session: DbSession) -> Response:
    """本人尚未失效的登录。"""
    return answer(await auth.own_sessions(session, actor))


@me_router.delete("/sessions/{session_id}", status_code=204, summary="终止一个登录")
async def end_session(session_id: UUID, actor: Anyone, session: DbSession) -> Response:
    """终止本人的一个登录。"""
    await auth.end_own_session(session, actor, session_id)
    return Response(status_code=204)


@me_router.post("/totp", response_model=TotpSecret, summary="启用动态口令")
async def begin_totp(actor: Anyone, session: DbSession) -> Any:
    """生成动态口令密钥；输入一次口令确认后生效。"""
    return await auth.begin_totp(session, actor)


@me_router.post("/totp/confirmations", status_code=204, summary="确认动态口令")
async def confirm_totp(body: TotpConfirmation, actor: Anyone, session: DbSession) -> Response:
    """用第一个口令确认启用。"""
    await auth.confirm_totp(session, actor, body.code)
    return Response(status_code=204)
