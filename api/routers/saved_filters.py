"""`/saved-filters`: conditions of lists under a name."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import Anyone
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.schemas.saved_filters import (
    SavedFilterCreate,
    SavedFilterQuery,
    SavedFilters,
    SavedFilterShown,
    SavedFilterUpdate,
)
from api.services.organisation import saved_filters

router = make_router("saved-filters")


@router.get("", response_model=SavedFilters, summary="常用筛选列表")
async def page(
    actor: Anyone,
    query: Annotated[SavedFilterQuery, query_of(SavedFilterQuery)],
    session: DbSession,
) -> Response:
    """本岗位保存的在前，本单位其他岗位共享的在后；列表不再认得的会说明原因。"""
    return answer(await saved_filters.page(session, actor, query.noun))


@router.post("", response_model=SavedFilterShown, status_code=201, summary="保存常用筛选")
async def create(body: SavedFilterCreate, actor: Anyone, session: DbSession) -> Response:
    """条件按该列表自己的规则检查；含个人信息的不能保存。"""
    return answer(await saved_filters.create(session, actor, body), 201)


@router.patch("/{filter_id}", response_model=SavedFilterShown, summary="修改常用筛选")
async def change(
    filter_id: UUID, body: SavedFilterUpdate, actor: Anyone, session: DbSession
) -> Response:
    """更名、换条件、共享、设为默认、调整次序；只有保存它的岗位可以修改。"""
    return answer(await saved_filters.change(session, actor, filter_id, body))


@router.delete("/{filter_id}", status_code=204, summary="删除常用筛选")
async def remove(filter_id: UUID, actor: Anyone, session: DbSession) -> Response:
    """只有保存它的岗位可以删除。"""
    await saved_filters.remove(session, actor, filter_id)
    return Response(status_code=204)
