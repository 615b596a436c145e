"""`/inspections`: visits to risk entities."""

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
from api.schemas.inspections import (
    InspectionCreate,
    InspectionItem,
    InspectionQuery,
    InspectionRead,
    InspectionTransition,
    InspectionUpdate,
)
from api.services.entities import inspections

router = make_router("inspections")


@router.get("", response_model=Page[InspectionItem], summary="检查列表")
async def page(
    actor: Annotated[Actor, require_folded(P.INSPECTION_READ)],
    query: Annotated[InspectionQuery, query_of(InspectionQuery)],
) -> Response:
    """分页列出可见的检查。"""
    return await inspections.page(actor, query)


@router.post("", response_model=InspectionRead, status_code=201, summary="安排检查")
async def create(
    body: InspectionCreate,
    actor: Annotated[Actor, require(P.INSPECTION_HANDLE)],
    session: DbSession,
) -> Response:
    """安排对风险主体的检查，或对整改的复查；检查表按行业生成。"""
    return answer(await inspections.create(session, actor, body), 201)


@router.get("/{inspection_id}", response_model=InspectionRead, summary="检查详情")
async def read(
    inspection_id: UUID, actor: Annotated[Actor, require_folded(P.INSPECTION_READ)]
) -> Response:
    """一条检查记录，连同当前用户可以办理的操作。"""
    return answer(await inspections.read(actor, inspection_id))


@router.patch("/{inspection_id}", response_model=InspectionRead, summary="修改检查")
async def update(
    inspection_id: UUID,
    body: InspectionUpdate,
    actor: Annotated[Actor, require(P.INSPECTION_HANDLE)],
    session: DbSession,
) -> Response:
    """更正未办结的检查；未提交的字段保持不变。"""
    return answer(await inspections.update(session, actor, inspection_id, body))


@router.post("/{inspection_id}/transitions", response_model=InspectionRead, summary="办理检查")
async def transition(
    inspection_id: UUID,
    body: InspectionTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.INSPECTION_READ)],
    session: DbSession,
) -> Response:
    """执行一个操作（登记检查结果、责令整改、办结、取消）。"""
    return answer(await inspections.transition(session, actor, inspection_id, body))
