"""`/{resource}/{id}/turns`: taking upon oneself what waits for the unit, and giving it back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.guards import require
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.standing import Standing
from api.schemas.turns import TurnAct
from api.services.across import turns
from api.services.across.turns import Noun

assists_router = make_router("leads")


@assists_router.post(
    "/{lead_id}/assists/{assist_id}/turns",
    response_model=Standing,
    summary="接手、交还协办",
)
async def act_on_assist(
    lead_id: UUID,
    assist_id: UUID,
    body: TurnAct,
    actor: Annotated[Actor, require(P.LEAD_READ)],
    session: DbSession,
) -> Response:
    """本单位的人接手一件协办，或者交还、指定经办人；同一件只有一人经办，先接手的为准。"""
    return answer(await turns.act_on_assist(session, actor, lead_id, assist_id, body))


def _router(noun: Noun) -> APIRouter:
    made = make_router(noun.path)

    @made.post(
        "/{record_id}/turns", response_model=Standing, name="turns", summary="接手、交还待办事项"
    )
    async def act(  # pyright: ignore[reportUnusedFunction]  # called by FastAPI
        record_id: UUID,
        body: TurnAct,
        actor: Annotated[Actor, require(noun.permission)],
        session: DbSession,
    ) -> Response:
        """轮到本单位的事项，由其中一人接手（我来办），或者交还、指定经办人；先接手的为准，重复接手不变。"""
        return answer(await turns.act(session, actor, noun, record_id, body))

    return made


turn_routers = (assists_router, *(_router(noun) for noun in turns.NOUNS))
