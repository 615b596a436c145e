"""`/cases`: the cases of the campaign."""

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
from api.schemas.cases import CaseCreate, CaseItem, CaseQuery, CaseRead, CaseTransition, CaseUpdate
from api.schemas.common import Reveal, Revealed
from api.services.across import handing_over
from api.services.cases import case_intake, cases

router = make_router("cases")


@router.get("", response_model=Page[CaseItem], summary="案件列表")
async def page(
    actor: Annotated[Actor, require_folded(P.CASE_READ)],
    query: Annotated[CaseQuery, query_of(CaseQuery)],
) -> Response:
    """分页列出可见案件；支持全文检索、案件编号及证件号等精确检索。"""
    return await cases.page(actor, query)


@router.post(
    "",
    response_model=CaseRead,
    status_code=201,
    summary="登记案件",
    responses={200: {"model": CaseRead, "description": "该公安案件编号已登记，返回原案件"}},
)
async def create(
    body: CaseCreate, actor: Annotated[Actor, require(P.CASE_CREATE)], session: DbSession
) -> Response:
    """由核查结论为涉嫌犯罪的线索登记案件，或者直接登记；同一公安案件编号重复推送不会重复登记。"""
    made, is_new = await case_intake.create(session, actor, body)
    return answer(made, 201 if is_new else 200)


@router.get("/{case_id}", response_model=CaseRead, summary="案件详情")
async def read(case_id: UUID, actor: Annotated[Actor, require_folded(P.CASE_READ)]) -> Response:
    """一件案件，连同历次决定和当前用户可以办理的操作。"""
    return answer(await cases.read(actor, case_id))


@router.patch("/{case_id}", response_model=CaseRead, summary="修改案件")
async def update(
    case_id: UUID,
    body: CaseUpdate,
    actor: Annotated[Actor, require(P.CASE_HANDLE)],
    session: DbSession,
) -> Response:
    """更正未结案案件的内容；未提交的字段保持不变。"""
    return answer(await case_intake.update(session, actor, case_id, body))


@router.post("/{case_id}/transitions", response_model=CaseRead, summary="办理案件")
async def transition(
    case_id: UUID,
    body: CaseTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.CASE_READ)],
    session: DbSession,
) -> Response:
    """登记一项决定（受案、立案、移送审查起诉……）；可用操作见详情中的 available_actions。"""
    return answer(await handing_over.case_transition(session, actor, case_id, body))


@router.post("/{case_id}/reveals", response_model=Revealed, summary="查看明文")
async def reveal(
    case_id: UUID,
    body: Reveal,
    actor: Annotated[Actor, require(P.CASE_REVEAL)],
    session: DbSession,
) -> Response:
    """查看被打码的内容；须说明理由，并留下审计记录。"""
    return answer({"values": await cases.reveal(session, actor, case_id, body)})
