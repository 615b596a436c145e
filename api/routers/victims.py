"""`/victims`: the register of claims of a case."""

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
from api.schemas.victims import (
    VictimCreate,
    VictimItem,
    VictimQuery,
    VictimRead,
    VictimTransition,
    VictimUpdate,
)
from api.services.cases import victims

router = make_router("victims")


@router.get("", response_model=Page[VictimItem], summary="受害人登记册")
async def page(
    actor: Annotated[Actor, require_folded(P.VICTIM_READ)],
    query: Annotated[VictimQuery, query_of(VictimQuery)],
) -> Response:
    """分页列出受害人（一律打码）；可按完整姓名、证件号、电话精确查找。"""
    return await victims.page(actor, query)


@router.post("", response_model=VictimRead, status_code=201, summary="登记受害人")
async def create(
    body: VictimCreate, actor: Annotated[Actor, require(P.VICTIM_HANDLE)], session: DbSession
) -> Response:
    """登记一名受害人的损失；同一证件号在同一案件中只能登记一次。"""
    return answer(await victims.create(session, actor, body), 201)


@router.get("/{victim_id}", response_model=VictimRead, summary="受害人详情")
async def read(victim_id: UUID, actor: Annotated[Actor, require_folded(P.VICTIM_READ)]) -> Response:
    """损失、此前已得、已到账、将发放、仍未受偿。"""
    return answer(await victims.read(actor, victim_id))


@router.patch("/{victim_id}", response_model=VictimRead, summary="修改受害人信息")
async def update(
    victim_id: UUID,
    body: VictimUpdate,
    actor: Annotated[Actor, require(P.VICTIM_HANDLE)],
    session: DbSession,
) -> Response:
    """更正身份、联系方式和收款账号；金额通过核实修改。"""
    return answer(await victims.update(session, actor, victim_id, body))


@router.post("/{victim_id}/transitions", response_model=VictimRead, summary="核实受害人")
async def transition(
    victim_id: UUID,
    body: VictimTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.VICTIM_READ)],
    session: DbSession,
) -> Response:
    """核实金额、不予参与、重新核实或者撤销登记。"""
    return answer(await victims.transition(session, actor, victim_id, body))


@router.post("/{victim_id}/reveals", response_model=Revealed, summary="查看明文")
async def reveal(
    victim_id: UUID,
    body: Reveal,
    actor: Annotated[Actor, require(P.VICTIM_REVEAL)],
    session: DbSession,
) -> Response:
    """查看打码的内容；须说明理由，并留下审计记录。"""
    return answer({"values": await victims.reveal(session, actor, victim_id, body)})
