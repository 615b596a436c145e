"""`/risk-entities`: the risk ledger and the control list."""

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
from api.schemas.risk_entities import (
    AssessmentRead,
    MeasureRead,
    RiskEntityCreate,
    RiskEntityItem,
    RiskEntityQuery,
    RiskEntityRead,
    RiskEntityTransition,
    RiskEntityUpdate,
    RouteRead,
)
from api.services.across import handing_over
from api.services.entities import risk_entities, risk_entity_intake

router = make_router("risk-entities")


@router.get("", response_model=Page[RiskEntityItem], summary="风险主体列表")
async def page(
    actor: Annotated[Actor, require_folded(P.RISK_ENTITY_READ)],
    query: Annotated[RiskEntityQuery, query_of(RiskEntityQuery)],
) -> Response:
    """按登记先后分页列出可见的机构、企业、场所和项目；on_list=true 即风险管控名单。"""
    return await risk_entities.page(actor, query)


@router.post("", response_model=RiskEntityRead, status_code=201, summary="登记风险主体")
async def create(
    body: RiskEntityCreate,
    actor: Annotated[Actor, require(P.RISK_ENTITY_CREATE)],
    session: DbSession,
) -> Response:
    """登记一个机构、企业、场所或项目；同一乡镇内统一社会信用代码不得重复。"""
    return answer(await risk_entity_intake.create(session, actor, body), 201)


@router.get("/{entity_id}", response_model=RiskEntityRead, summary="风险主体详情")
async def read(
    entity_id: UUID, actor: Annotated[Actor, require_folded(P.RISK_ENTITY_READ)]
) -> Response:
    """一个风险主体，连同当前用户可以办理的操作。"""
    return answer(await risk_entities.read(actor, entity_id))


@router.patch("/{entity_id}", response_model=RiskEntityRead, summary="修改风险主体")
async def update(
    entity_id: UUID,
    body: RiskEntityUpdate,
    actor: Annotated[Actor, require(P.RISK_ENTITY_CREATE)],
    session: DbSession,
) -> Response:
    """更正未销号主体的内容；未提交的字段保持不变。等级和路线须通过操作办理。"""
    return answer(await risk_entity_intake.update_one(session, actor, entity_id, body))


@router.post("/{entity_id}/transitions", response_model=RiskEntityRead, summary="处置风险主体")
async def transition(
    entity_id: UUID,
    body: RiskEntityTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.RISK_ENTITY_READ)],
    session: DbSession,
) -> Response:
    """执行一个操作（评估定级、约谈、移送……）；无权实施的主体会被拒绝，并说明依据。"""
    return answer(await handing_over.entity_transition(session, actor, entity_id, body))


@router.get("/{entity_id}/assessments", response_model=Page[AssessmentRead], summary="定级记录")
async def assessments(
    entity_id: UUID, actor: Annotated[Actor, require_folded(P.RISK_ENTITY_READ)]
) -> Response:
    """历次评估定级：谁、依据什么、何时决定、何时复评；新在前。"""
    return answer(await risk_entities.assessments(actor, entity_id))


@router.get("/{entity_id}/routes", response_model=Page[RouteRead], summary="处置路线记录")
async def routes(
    entity_id: UUID, actor: Annotated[Actor, require_folded(P.RISK_ENTITY_READ)]
) -> Response:
    """历次处置路线；没有终止日期的一条为现行路线；新在前。"""
    return answer(await risk_entities.routes(actor, entity_id))


@router.get("/{entity_id}/measures", response_model=Page[MeasureRead], summary="处置措施记录")
async def measures(
    entity_id: UUID, actor: Annotated[Actor, require_folded(P.RISK_ENTITY_READ)]
) -> Response:
    """已采取和待采取的措施：由谁、依据何法条和文书；没有实施日期的为待办；新在前。"""
    return answer(await risk_entities.measures(actor, entity_id))


@router.post("/{entity_id}/reveals", response_model=Revealed, summary="查看明文")
async def reveal(
    entity_id: UUID,
    body: Reveal,
    actor: Annotated[Actor, require(P.RISK_ENTITY_HANDLE)],
    session: DbSession,
) -> Response:
    """查看被打码的内容；须说明理由，并留下审计记录。"""
    return answer({"values": await risk_entities.reveal(session, actor, entity_id, body)})
