"""`/leads/{id}/red-flags`: boxes that people tick, and the category that follows from them."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.red_flags import CategoryAdoption, LeadRedFlags, LeadRedFlagsPut
from api.services.leads import red_flags

router = make_router("leads")


@router.get("/{lead_id}/red-flags", response_model=LeadRedFlags, summary="风险特征与类别建议")
async def red_flags_of(
    lead_id: UUID, actor: Annotated[Actor, require(P.LEAD_READ)], session: DbSession
) -> Response:
    """风险特征和非法集资四个特征的勾选情况、反映内容中的提示词，以及类别建议和理由。"""
    return answer(await red_flags.of_lead(session, actor, lead_id))


@router.put("/{lead_id}/red-flags", response_model=LeadRedFlags, summary="勾选风险特征")
async def tick(
    lead_id: UUID,
    body: LeadRedFlagsPut,
    actor: Annotated[Actor, require(P.LEAD_HANDLE)],
    session: DbSession,
) -> Response:
    """由人确认有哪些特征；系统只提示，从不代为勾选。"""
    return answer(await red_flags.put(session, actor, lead_id, body))


@router.post("/{lead_id}/red-flags/adoptions", response_model=LeadRedFlags, summary="采纳类别建议")
async def adopt_category(
    lead_id: UUID,
    body: CategoryAdoption,
    actor: Annotated[Actor, require(P.LEAD_HANDLE)],
    session: DbSession,
) -> Response:
    """把建议的类别定为主要类别，连同理由记入时间线；是否采纳由人决定。"""
    return answer(await red_flags.adopt(session, actor, lead_id, body))
