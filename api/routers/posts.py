"""`/posts`: roles in units, and who holds them."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.posts import (
    HolderCreate,
    Holders,
    PostCreate,
    PostQuery,
    PostRead,
    PostShown,
    PostUpdate,
)
from api.services.across import departures
from api.services.organisation import posts

router = make_router("posts")

Reader = Annotated[Actor, require(P.USER_READ)]
Manager = Annotated[Actor, require(P.USER_MANAGE)]


@router.get("", response_model=Page[PostShown], summary="岗位列表")
async def page(
    _: Reader, query: Annotated[PostQuery, query_of(PostQuery)], session: DbSession
) -> Response:
    """按代码排列的岗位及现任人员。"""
    return answer(await posts.page(session, query))


@router.post("", response_model=PostRead, status_code=201, summary="新建岗位")
async def create(body: PostCreate, actor: Manager, session: DbSession) -> Response:
    """岗位的角色须与单位类别相符，建立后不变。"""
    return answer(await posts.create(session, actor, body), 201)


@router.get("/{post_id}", response_model=PostRead, summary="岗位")
async def read(post_id: UUID, actor: Reader, session: DbSession) -> Response:
    """一个岗位及现任人员。"""
    return answer(await posts.read(session, actor, post_id))


@router.patch("/{post_id}", response_model=PostRead, summary="修改岗位")
async def change(post_id: UUID, body: PostUpdate, actor: Manager, session: DbSession) -> Response:
    """更名、停用或重新启用；停用后其权限自下一次请求起失效。"""
    return answer(await departures.change_post(session, actor, post_id, body))


@router.get("/{post_id}/holders", response_model=Holders, summary="岗位沿革")
async def holders(post_id: UUID, _: Reader, session: DbSession) -> Response:
    """现任及历任人员。"""
    return answer(await posts.holders(session, post_id))


@router.post("/{post_id}/holders", response_model=PostRead, status_code=201, summary="岗位交接")
async def hand_over(
    post_id: UUID, body: HolderCreate, actor: Manager, session: DbSession
) -> Response:
    """由另一人接任，或置为空缺；原任的权限自下一次请求起失效。"""
    return answer(await departures.hand_over(session, actor, post_id, body), 201)
