"""`/leads/{id}/assists`: what other units do for a lead."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.leads import AssistTransition, LeadRead
from api.services.leads import lead_assist_decisions

router = make_router("leads")


@router.post(
    "/{lead_id}/assists/{assist_id}/transitions", response_model=LeadRead, summary="办理协办"
)
async def assist(
    lead_id: UUID,
    assist_id: UUID,
    body: AssistTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.LEAD_READ)],
    session: DbSession,
) -> Response:
    """协办单位签收、答复，承办单位或镇专项办结束协办；请求协办是线索的操作 ask_assist。"""
    return answer(await lead_assist_decisions.transition(session, actor, lead_id, assist_id, body))
