"""`/leads/{id}/similar`, `/leads/{id}/merges`, `/leads/left-out`: one matter counts once."""

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
from api.schemas.lead_links import (
    IdentifierDecision,
    LeadDraft,
    LeadLinks,
    LeftOutLead,
    LeftOutQuery,
    Merge,
    SimilarLeads,
    Unmerge,
)
from api.schemas.leads import LeadRead
from api.services.across import lead_links
from api.services.leads import lead_figures, lead_identifiers, lead_similar

router = make_router("leads")


@router.post("/similar", response_model=SimilarLeads, summary="填写时查找相似线索")
async def similar_to_draft(
    body: LeadDraft, actor: Annotated[Actor, require(P.LEAD_CREATE)]
) -> Response:
    """按已填写的内容查找可能反映同一件事的线索及理由；不保存任何内容，也从不自动合并。"""
    return answer(await lead_similar.of_draft(actor, body))


@router.get("/{lead_id}/similar", response_model=SimilarLeads, summary="相似线索")
async def similar(lead_id: UUID, actor: Annotated[Actor, require(P.LEAD_READ)]) -> Response:
    """可能反映同一件事的线索及理由。只列出当前用户可见的；不可见的至多给出条数。"""
    return answer(await lead_similar.of_lead(actor, lead_id))


@router.get("/left-out", response_model=Page[LeftOutLead], summary="未计入统计的线索")
async def left_out(
    actor: Annotated[Actor, require_folded(P.LEAD_READ)],
    query: Annotated[LeftOutQuery, query_of(LeftOutQuery)],
) -> Response:
    """重复、合并、撤回而未计入统计的线索：原因、由谁、何时。"""
    return await lead_figures.left_out(actor, query)


@router.get("/{lead_id}/merges", response_model=LeadLinks, summary="合并情况")
async def merges(
    lead_id: UUID, actor: Annotated[Actor, require(P.LEAD_READ)], session: DbSession
) -> Response:
    """线索的合并与撤销，新的在前；另一端无权查看的不列出。"""
    return answer(await lead_links.links_of(session, actor, lead_id))


@router.post("/{lead_id}/merges", response_model=LeadLinks, status_code=201, summary="并入本线索")
async def merge(
    lead_id: UUID, body: Merge, actor: Annotated[Actor, require(P.LEAD_ASSIGN)], session: DbSession
) -> Response:
    """把另一线索并入本线索：原线索保留可查，结论记为重复，不再计入统计，可以撤销。"""
    return answer(await lead_links.merge(session, actor, lead_id, body), 201)


@router.post("/{lead_id}/merges/{merge_id}/reversals", response_model=LeadLinks, summary="撤销并入")
async def unmerge(
    lead_id: UUID,
    merge_id: UUID,
    body: Unmerge,
    actor: Annotated[Actor, require(P.LEAD_ASSIGN)],
    session: DbSession,
) -> Response:
    """撤销一次并入：状态、可见范围和统计恢复原样，期间的更正保留。"""
    return answer(await lead_links.unmerge(session, actor, lead_id, merge_id, body))


@router.post(
    "/{lead_id}/identifiers/{identifier_id}/decisions",
    response_model=LeadRead,
    summary="确认涉及号码",
)
async def decide_identifier(
    lead_id: UUID,
    identifier_id: UUID,
    body: IdentifierDecision,
    actor: Annotated[Actor, require(P.LEAD_HANDLE)],
    session: DbSession,
) -> Response:
    """对从文字中识别出的号码、地址，由人确认或者否定；否定的不再用于比对。"""
    return answer(await lead_identifiers.decide(session, actor, lead_id, identifier_id, body))
