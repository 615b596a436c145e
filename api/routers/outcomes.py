"""`/outcomes`: exposed cases, education, institutions."""

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
from api.schemas.outcomes import (
    OutcomeCreate,
    OutcomeItem,
    OutcomeQuery,
    OutcomeRead,
    OutcomeTransition,
    OutcomeUpdate,
)
from api.services.outcomes import outcomes

router = make_router("outcomes")


@router.get("", response_model=Page[OutcomeItem], summary="行动成果列表")
async def page(
    actor: Annotated[Actor, require_folded(P.OUTCOME_READ)],
    query: Annotated[OutcomeQuery, query_of(OutcomeQuery)],
) -> Response:
    """分页列出典型案例曝光、宣传教育活动和制度机制。"""
    return await outcomes.page(actor, query)


@router.post("", response_model=OutcomeRead, status_code=201, summary="登记行动成果")
async def create(
    body: OutcomeCreate,
    actor: Annotated[Actor, require(P.OUTCOME_HANDLE)],
    session: DbSession,
) -> Response:
    """登记一项成果：公开曝光的典型案例、宣传教育活动，或印发的制度文件。"""
    return answer(await outcomes.create(session, actor, body), 201)


@router.get("/{outcome_id}", response_model=OutcomeRead, summary="行动成果详情")
async def read(
    outcome_id: UUID, actor: Annotated[Actor, require_folded(P.OUTCOME_READ)]
) -> Response:
    """一项成果，连同当前用户可以办理的操作。"""
    return answer(await outcomes.read(actor, outcome_id))


@router.patch("/{outcome_id}", response_model=OutcomeRead, summary="修改行动成果")
async def update(
    outcome_id: UUID,
    body: OutcomeUpdate,
    actor: Annotated[Actor, require(P.OUTCOME_HANDLE)],
    session: DbSession,
) -> Response:
    """更正未撤销的成果；未提交的字段保持不变。"""
    return answer(await outcomes.update(session, actor, outcome_id, body))


@router.post("/{outcome_id}/transitions", response_model=OutcomeRead, summary="办理行动成果")
async def transition(
    outcome_id: UUID,
    body: OutcomeTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.OUTCOME_READ)],
    session: DbSession,
) -> Response:
    """撤销或者恢复。"""
    return answer(await outcomes.transition(session, actor, outcome_id, body))


@router.post("/{outcome_id}/reveals", response_model=Revealed, summary="查看明文")
async def reveal(
    outcome_id: UUID,
    body: Reveal,
    actor: Annotated[Actor, require(P.OUTCOME_HANDLE)],
    session: DbSession,
) -> Response:
    """文字中被遮盖的号码按原文给出；留下审计记录。"""
    return answer({"values": await outcomes.reveal(session, actor, outcome_id, body)})
