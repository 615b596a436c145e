"""`/api-clients`: other systems that log in."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer, answer_once
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.api_clients import (
    ApiClientCreate,
    ApiClientQuery,
    ApiClientRotate,
    ApiClientSecret,
    ApiClientShown,
    ApiClientUpdate,
)
from api.services.organisation import api_clients

router = make_router("api-clients")

Manager = Annotated[Actor, require(P.API_CLIENT_MANAGE)]


@router.get("", response_model=Page[ApiClientShown], summary="接口账号列表")
async def page(
    _: Manager, query: Annotated[ApiClientQuery, query_of(ApiClientQuery)], session: DbSession
) -> Response:
    """按账号排列。"""
    return answer(await api_clients.page(session, query))


@router.post("", response_model=ApiClientSecret, status_code=201, summary="新建接口账号")
async def create(body: ApiClientCreate, actor: Manager, session: DbSession) -> Response:
    """返回密钥，只显示这一次；重发同一请求不再给出。"""
    return answer_once(await api_clients.create(session, actor, body), "client_secret")


@router.get("/{api_client_id}", response_model=ApiClientShown, summary="接口账号")
async def read(api_client_id: UUID, _: Manager, session: DbSession) -> Response:
    """一个接口账号。"""
    return answer(await api_clients.read(session, api_client_id))


@router.patch("/{api_client_id}", response_model=ApiClientShown, summary="修改接口账号")
async def change(
    api_client_id: UUID, body: ApiClientUpdate, actor: Manager, session: DbSession
) -> Response:
    """更名、停用或重新启用；停用后令牌立即失效。"""
    return answer(await api_clients.change(session, actor, api_client_id, body))


@router.post(
    "/{api_client_id}/secrets", response_model=ApiClientSecret, status_code=201, summary="更换密钥"
)
async def rotate(
    api_client_id: UUID, body: ApiClientRotate, actor: Manager, session: DbSession
) -> Response:
    """旧密钥和已发出的令牌立即失效；新密钥只显示这一次。"""
    return answer_once(
        await api_clients.rotate(session, actor, api_client_id, body), "client_secret"
    )
