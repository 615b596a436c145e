"""`/rectifications`: what must be put right."""

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
from api.schemas.rectifications import (
    RectificationCreate,
    RectificationItem,
    RectificationQuery,
    RectificationRead,
    RectificationTransition,
    RectificationUpdate,
)
from api.services.entities import rectifications

router = make_router("rectifications")


@router.get("", response_model=Page[RectificationItem], summary="整改列表")
async def page(
    actor: Annotated[Actor, require_folded(P.INSPECTION_READ)],
    query: Annotated[RectificationQuery, query_of(RectificationQuery)],
) -> Response:
    """分页列出可见的整改。"""
    return await rectifications.page(actor, query)


@router.post("", response_model=RectificationRead, status_code=201, summary="责令整改")
async def create(
    body: RectificationCreate,
    actor: Annotated[Actor, require(P.INSPECTION_HANDLE)],
    session: DbSession,
) -> Response:
    """检查发现问题后，或直接对风险主体责令整改；不填期限时按 RECT-01 计算。"""
    return answer(await rectifications.create(session, actor, body), 201)


@router.get("/{rectification_id}", response_model=RectificationRead, summary="整改详情")
async def read(
    rectification_id: UUID, actor: Annotated[Actor, require_folded(P.INSPECTION_READ)]
) -> Response:
    """一条整改记录，连同当前用户可以办理的操作。"""
    return answer(await rectifications.read(actor, rectification_id))


@router.patch("/{rectification_id}", response_model=RectificationRead, summary="修改整改")
async def update(
    rectification_id: UUID,
    body: RectificationUpdate,
    actor: Annotated[Actor, require(P.INSPECTION_HANDLE)],
    session: DbSession,
) -> Response:
    """更正未办结的整改；未提交的字段保持不变。"""
    return answer(await rectifications.update(session, actor, rectification_id, body))


@router.post(
    "/{rectification_id}/transitions", response_model=RectificationRead, summary="办理整改"
)
async def transition(
    rectification_id: UUID,
    body: RectificationTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.INSPECTION_READ)],
    session: DbSession,
) -> Response:
    """执行一个操作（登记整改材料、安排复查、销号、重新责令……）；复查未发现问题后才能销号。"""
    return answer(await rectifications.transition(session, actor, rectification_id, body))
