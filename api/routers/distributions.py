"""`/distributions`: refund plans, their lines and their certificates."""

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
from api.schemas.distributions import (
    Certificate,
    DistributionCreate,
    DistributionItem,
    DistributionQuery,
    DistributionRead,
    DistributionTransition,
    DistributionUpdate,
    LineItem,
    LineQuery,
)
from api.services.recovery import distribution_decisions, distribution_payments, distributions

router = make_router("distributions")


@router.get("", response_model=Page[DistributionItem], summary="清退方案列表")
async def page(
    actor: Annotated[Actor, require_folded(P.DISTRIBUTION_READ)],
    query: Annotated[DistributionQuery, query_of(DistributionQuery)],
) -> Response:
    """分页列出清退方案。"""
    return await distributions.page(actor, query)


@router.post("", response_model=DistributionRead, status_code=201, summary="编制清退方案")
async def create(
    body: DistributionCreate,
    actor: Annotated[Actor, require(P.DISTRIBUTION_PREPARE)],
    session: DbSession,
) -> Response:
    """新建方案：写明可分配金额和分配基数规则。"""
    return answer(await distributions.create(session, actor, body), 201)


@router.get("/{plan_id}", response_model=DistributionRead, summary="清退方案详情")
async def read(
    plan_id: UUID, actor: Annotated[Actor, require_folded(P.DISTRIBUTION_READ)]
) -> Response:
    """一个方案，连同当前用户可以办理的操作。"""
    return answer(await distributions.read(actor, plan_id))


@router.patch("/{plan_id}", response_model=DistributionRead, summary="修改清退方案")
async def update(
    plan_id: UUID,
    body: DistributionUpdate,
    actor: Annotated[Actor, require(P.DISTRIBUTION_PREPARE)],
    session: DbSession,
) -> Response:
    """批准前修改金额或规则；修改后须重新测算。"""
    return answer(await distributions.update(session, actor, plan_id, body))


@router.post("/{plan_id}/transitions", response_model=DistributionRead, summary="办理清退方案")
async def transition(
    plan_id: UUID,
    body: DistributionTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.DISTRIBUTION_READ)],
    session: DbSession,
) -> Response:
    """测算、批准、公示、发放、确认到账；编制、审批、发放须由三人分别办理。"""
    return answer(await distribution_decisions.transition(session, actor, plan_id, body))


@router.get("/{plan_id}/lines", response_model=Page[LineItem], summary="清退方案明细")
async def lines(
    plan_id: UUID,
    actor: Annotated[Actor, require_folded(P.DISTRIBUTION_READ)],
    query: Annotated[LineQuery, query_of(LineQuery)],
) -> Response:
    """逐人金额（打码）。"""
    return await distributions.lines(actor, plan_id, query)


@router.get("/{plan_id}/certificate", response_model=Certificate, summary="下载测算明细")
async def certificate(
    plan_id: UUID,
    actor: Annotated[Actor, require(P.DISTRIBUTION_READ)],
    session: DbSession,
) -> Response:
    """方案的测算明细（JSON），可用独立脚本逐行重新计算；只含申报编号，不含个人信息。"""
    found = await distributions.certificate_of(actor, session, plan_id)
    response = answer(found)
    name = f"{found['number']}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@router.post("/{plan_id}/reveals", response_model=Revealed, summary="查看明文，导出收款名单")
async def reveal(
    plan_id: UUID,
    body: Reveal,
    actor: Annotated[Actor, require(P.DISTRIBUTION_READ)],
    session: DbSession,
) -> Response:
    """发放时由发放人导出收款人、开户行、账号和金额（`payees`，CSV）；编制、发放的人可以查看文字中被遮盖的号码；留下审计记录。"""
    return answer({"values": await distribution_payments.reveal(session, actor, plan_id, body)})
