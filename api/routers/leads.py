"""`/leads`: the clue ledger."""

from typing import Annotated, Any
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
from api.schemas.leads import (
    AssignmentReversal,
    AssignmentsDone,
    LeadAssignments,
    LeadAssignmentsShown,
    LeadCreate,
    LeadItem,
    LeadQuery,
    LeadRead,
    LeadTransition,
    LeadUpdate,
    TakenBack,
)
from api.services.leads import lead_assignments, lead_decisions, lead_intake, leads

router = make_router("leads")
_KNOWN: dict[int | str, dict[str, Any]] = {
    200: {"model": LeadRead, "description": "该来源编号已由同一报送方登记，内容相同，返回原线索"}
}


@router.get("", response_model=Page[LeadItem], summary="线索列表")
async def page(
    actor: Annotated[Actor, require_folded(P.LEAD_READ)],
    query: Annotated[LeadQuery, query_of(LeadQuery)],
) -> Response:
    """按登记先后分页列出可见线索；支持全文检索、编号及电话等精确检索。"""
    return await leads.page(actor, query)


@router.post("", response_model=LeadRead, status_code=201, summary="登记线索", responses=_KNOWN)
async def create(
    body: LeadCreate, actor: Annotated[Actor, require(P.LEAD_CREATE)], session: DbSession
) -> Response:
    """登记一条线索。文字中的电话、证件号等会自动加密并打码。

    带来源编号的，同一报送方就同一来源再次报送同样的内容，返回原线索（200）；内容不同的是 409。
    """
    made, is_new = await lead_intake.create(session, actor, body)
    return answer(made, 201 if is_new else 200)


@router.post("/assignments", response_model=AssignmentsDone, summary="批量交办")
async def assign(
    body: LeadAssignments, actor: Annotated[Actor, require(P.LEAD_ASSIGN)], session: DbSession
) -> Response:
    """把多条线索一次交办；未指定单位的按台账所列承办单位。逐条处理，未成功的列出原因。"""
    return answer(await lead_assignments.assign(session, actor, body))


@router.post("/assignments/previews", response_model=AssignmentsDone, summary="批量交办预览")
async def preview_assignments(
    body: LeadAssignments, actor: Annotated[Actor, require(P.LEAD_ASSIGN)], session: DbSession
) -> Response:
    """交办以前先看：哪个单位几条、到什么时候，哪些不能交办、为什么。不改动任何记录。"""
    return answer(await lead_assignments.preview(session, actor, body))


@router.get("/assignments", response_model=LeadAssignmentsShown, summary="批量交办记录")
async def assignments(
    actor: Annotated[Actor, require(P.LEAD_ASSIGN)], session: DbSession
) -> Response:
    """本镇最近一百次批量交办：哪个单位几条、到什么时候，签收了多少。"""
    return answer(await lead_assignments.page(session, actor))


@router.post(
    "/assignments/{assignment_id}/reversals",
    response_model=TakenBack,
    summary="收回批量交办",
)
async def take_back_assignment(
    assignment_id: UUID,
    body: AssignmentReversal,
    actor: Annotated[Actor, require(P.LEAD_ASSIGN)],
    session: DbSession,
) -> Response:
    """收回这一批里还没有签收的线索，恢复为待交办；已签收的不动。"""
    return answer(await lead_assignments.take_back(session, actor, assignment_id, body))


@router.get("/{lead_id}", response_model=LeadRead, summary="线索详情")
async def read(lead_id: UUID, actor: Annotated[Actor, require_folded(P.LEAD_READ)]) -> Response:
    """一条线索，连同当前用户可以办理的操作。"""
    return answer(await leads.read(actor, lead_id))


@router.patch("/{lead_id}", response_model=LeadRead, summary="修改线索")
async def update(
    lead_id: UUID,
    body: LeadUpdate,
    actor: Annotated[Actor, require(P.LEAD_CREATE)],
    session: DbSession,
) -> Response:
    """更正未办结线索的内容；未提交的字段保持不变。"""
    return answer(await lead_intake.update(session, actor, lead_id, body))


@router.post("/{lead_id}/transitions", response_model=LeadRead, summary="办理线索")
async def transition(
    lead_id: UUID,
    body: LeadTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.LEAD_READ)],
    session: DbSession,
) -> Response:
    """执行一个操作（交办、签收、提交结论……）；可用操作见详情中的 available_actions。"""
    return answer(await lead_decisions.transition(session, actor, lead_id, body))


@router.post("/{lead_id}/reveals", response_model=Revealed, summary="查看明文")
async def reveal(
    lead_id: UUID,
    body: Reveal,
    actor: Annotated[Actor, require(P.LEAD_REVEAL)],
    session: DbSession,
) -> Response:
    """查看被打码的内容；须说明理由，并留下审计记录。"""
    return answer({"values": await leads.reveal(session, actor, lead_id, body)})
