"""`/statistics`: figures that open their rows."""

from typing import Annotated

from fastapi import Response

from api.access.guards import require
from api.core.db import DbSession
from api.core.routing import answer
from api.core.routing import router as make_router
from api.domain.actors import Actor
from api.domain.permissions import Permission as P
from api.schemas.statistics import Overview
from api.services import statistics

router = make_router("statistics")


@router.get("/overview", response_model=Overview, summary="专项行动概览")
async def overview(
    actor: Annotated[Actor, require(P.STATISTICS_READ)], session: DbSession
) -> Response:
    """按目标列出的数字、分布和资金；每个数字都由记录算出，query 打开的列表就是它的全部记录。只统计当前用户看得见的记录。"""
    return answer(await statistics.overview(session, actor))
