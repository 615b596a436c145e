"""`/leads/next`: the triage desk."""

from typing import Annotated

from fastapi import Response

from api.access.guards import require_folded
from api.core.query import query_of
from api.core.routing import answer
from api.core.routing import router as make_router
from api.domain.actors import Actor
from api.domain.permissions import Permission as P
from api.schemas.leads import DeskQuery, DeskTurn
from api.services import lead_desk

router = make_router("leads")


@router.get("/next", response_model=DeskTurn, summary="分流台：下一条线索")
async def following(
    actor: Annotated[Actor, require_folded(P.LEAD_ASSIGN)],
    query: Annotated[DeskQuery, query_of(DeskQuery)],
) -> Response:
    """最急的一条待分流线索（已接收、已登记、有异议），先快办、再按办理期限、再按先后；一轮之内每条只出现一次。"""
    return answer(await lead_desk.following(actor, query.cursor))
