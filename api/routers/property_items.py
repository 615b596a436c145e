"""`/property-items`: what was found, whose it is, where it went."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require, require_folded
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.common import Reveal, Revealed
from api.schemas.property_items import (
    PropertyItemCreate,
    PropertyItemItem,
    PropertyItemQuery,
    PropertyItemRead,
    PropertyItemTransition,
    PropertyItemUpdate,
)
from api.services.recovery import property_items

router = make_router("property-items")


@router.get("", response_model=Page[PropertyItemItem], summary="涉案财物列表")
async def page(
    actor: Annotated[Actor, require_folded(P.PROPERTY_READ)],
    query: Annotated[PropertyItemQuery, query_of(PropertyItemQuery)],
) -> Response:
    """分页列出可见案件的涉案财物；可按完整账号精确查找。"""
    return await property_items.page(actor, query)


@router.post("", response_model=PropertyItemRead, status_code=201, summary="登记涉案财物")
async def create(
    body: PropertyItemCreate,
    actor: Annotated[Actor, require(P.PROPERTY_HANDLE)],
    session: DbSession,
) -> Response:
    """登记一项涉案财物；所有人、持有人和账号加密保存。"""
    return answer(await property_items.create(session, actor, body), 201)


@router.get("/{item_id}", response_model=PropertyItemRead, summary="涉案财物详情")
async def read(item_id: UUID, actor: Annotated[Actor, require_folded(P.PROPERTY_READ)]) -> Response:
    """一项财物，连同甄别历史、各项措施和可以办理的操作。"""
    return answer(await property_items.read(actor, item_id))


@router.patch("/{item_id}", response_model=PropertyItemRead, summary="修改涉案财物")
async def update(
    item_id: UUID,
    body: PropertyItemUpdate,
    actor: Annotated[Actor, require(P.PROPERTY_HANDLE)],
    session: DbSession,
) -> Response:
    """更正尚未处置的财物；未提交的字段保持不变。"""
    return answer(await property_items.update(session, actor, item_id, body))


@router.post("/{item_id}/transitions", response_model=PropertyItemRead, summary="办理涉案财物")
async def transition(
    item_id: UUID,
    body: PropertyItemTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.PROPERTY_READ)],
    session: DbSession,
) -> Response:
    """甄别认定、登记异议、处置或者撤销登记。"""
    return answer(await property_items.transition(session, actor, item_id, body))


@router.post("/{item_id}/reveals", response_model=Revealed, summary="查看明文")
async def reveal(
    item_id: UUID,
    body: Reveal,
    actor: Annotated[Actor, require(P.CASE_REVEAL)],
    session: DbSession,
) -> Response:
    """查看打码的姓名和账号；须说明理由，并留下审计记录。"""
    return answer({"values": await property_items.reveal(session, actor, item_id, body)})
