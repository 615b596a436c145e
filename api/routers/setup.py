"""`/setup`: guides a new installation through its first day."""

from fastapi import Response

from api.access.guards import PUBLIC, Anyone
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.schemas.setup import SetupState, SetupSteps
from api.services.organisation import setup

router = make_router("setup")


@router.get("", response_model=SetupState, summary="是否已初始化", dependencies=[PUBLIC])
async def state(session: DbSession) -> Response:
    """登录页用：尚无任何账号时，说明如何建立第一个管理员。"""
    return answer(await setup.state(session))


@router.get("/steps", response_model=SetupSteps, summary="初始化步骤")
async def steps(actor: Anyone, session: DbSession) -> Response:
    """首日各项准备工作及完成情况。"""
    return answer(await setup.steps(session, actor))
