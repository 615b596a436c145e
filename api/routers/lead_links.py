"""`/leads/similar`, `/leads/{id}/similar`: leads that may tell of the same matter."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require
from api.core.routing import answer
from api.core.routing import router as make_router
from api.domain.actors import Actor
from api.domain.permissions import Permission as P
from api.schemas.lead_links import LeadDraft, SimilarLeads
from api.services import lead_similar

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
