"""`/leads/next`, `/leads/views`, `/leads/batches`: the triage desk and the entry points of the list."""

from typing import Annotated

from fastapi import Response

from api.access.guards import require, require_folded
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.leads import BatchQuery, DeskQuery, DeskTurn, LeadBatches, LeadViews
from api.services.leads import lead_batches, lead_desk, lead_views

router = make_router("leads")


@router.get("/next", response_model=DeskTurn, summary="分流台：下一条线索")
async def following(
    actor: Annotated[Actor, require_folded(P.LEAD_ASSIGN)],
    query: Annotated[DeskQuery, query_of(DeskQuery)],
) -> Response:
    """最急的一条待分流线索（已接收、已登记、有异议），先快办、再按办理期限、再按先后；一轮之内每条只出现一次。"""
    return answer(await lead_desk.following(actor, query.cursor))


@router.get("/views", response_model=LeadViews, summary="线索视图")
async def views(actor: Annotated[Actor, require(P.LEAD_READ)], session: DbSession) -> Response:
    """本岗位的工作视图（本单位承办、已超期、无人承办）及条数；query 就是列表的筛选条件。"""
    return answer(await lead_views.views(session, actor))


@router.get("/batches", response_model=LeadBatches, summary="线索批次")
async def batches(
    actor: Annotated[Actor, require(P.LEAD_READ)],
    session: DbSession,
    query: Annotated[BatchQuery, query_of(BatchQuery)],
) -> Response:
    """可见线索的各批次（12337 平台转办、县里交办等）及办理进度，最近接收的在前；query 就是列表的筛选条件。"""
    return answer(await lead_batches.page(session, actor, query))
