"""`/handovers`: cases and problems at risk entities that were handed to another unit or body."""

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
from api.schemas.handovers import HandoverItem, HandoverQuery, HandoverRead, HandoverTransition
from api.services.across import handover_decisions, handovers

router = make_router("handovers")


@router.get("", response_model=Page[HandoverItem], summary="移送、移交列表")
async def page(
    actor: Annotated[Actor, require_folded(P.LEAD_READ)],
    query: Annotated[HandoverQuery, query_of(HandoverQuery)],
) -> Response:
    """本单位移送、移交出去和收到的案件、风险主体；线索的移送、移交在线索上。"""
    return await handovers.page(actor, query)


@router.get("/{handover_id}", response_model=HandoverRead, summary="移送、移交详情")
async def read(handover_id: UUID, actor: Annotated[Actor, require_folded(P.LEAD_READ)]) -> Response:
    """一次移送、移交：移送时的情况、各段期限、由谁登记，和当前用户可以办理的操作。"""
    return answer(await handovers.read(actor, handover_id))


@router.post("/{handover_id}/transitions", response_model=HandoverRead, summary="办理移送、移交")
async def transition(
    handover_id: UUID,
    body: HandoverTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.LEAD_READ)],
    session: DbSession,
) -> Response:
    """登记接收、补正、办理结果、转送、复议，收回，或者批准不再等待；接收单位在本系统内的由它自己登记。"""
    return answer(await handover_decisions.transition(session, actor, handover_id, body))
