"""`/search`: everything that the reader may see, by one box."""

from typing import Annotated

from fastapi import Response

from api.access.guards import Anyone
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.schemas.global_search import FoundAll, FoundQuery
from api.services.across import global_search

router = make_router("search")


@router.get("", response_model=FoundAll, summary="全局查找")
async def find(
    actor: Anyone, query: Annotated[FoundQuery, query_of(FoundQuery)], session: DbSession
) -> Response:
    """在本人可以查看的各种记录里一起查找，按种类列出，每种至多五条；与各列表各自查找的结果一致。"""
    return answer(await global_search.find(session, actor, query.q))
