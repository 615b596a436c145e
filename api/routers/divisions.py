"""`/divisions`: counties, towns, villages, grids."""

from typing import Annotated

from fastapi import Response

from api.access.guards import require
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.divisions import (
    DivisionImport,
    DivisionImported,
    DivisionQuery,
    DivisionShown,
)
from api.services.organisation import divisions

router = make_router("divisions")


@router.get("", response_model=Page[DivisionShown], summary="行政区划列表")
async def page(
    _: Annotated[Actor, require(P.DIVISION_READ)],
    query: Annotated[DivisionQuery, query_of(DivisionQuery)],
    session: DbSession,
) -> Response:
    """按代码排列；可只列某一区划的直接下级，或按名称查找。"""
    return answer(await divisions.page(session, query))


@router.post("/imports", response_model=DivisionImported, summary="导入行政区划")
async def bring_in(
    body: DivisionImport, actor: Annotated[Actor, require(P.DIVISION_MANAGE)], session: DbSession
) -> Response:
    """按公布的名录新增、更名或撤并区划；有一行错误则整批不导入。"""
    return answer(await divisions.bring_in(session, actor, body))
