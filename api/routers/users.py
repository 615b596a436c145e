"""`/users`: the people who log in."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer, answer_once
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.users import (
    PasswordReset,
    Securing,
    UserCreate,
    UserCreated,
    UserQuery,
    UserRead,
    UserShown,
    UserUpdate,
)
from api.services.across import departures
from api.services.organisation import users

router = make_router("users")

Reader = Annotated[Actor, require(P.USER_READ)]
Manager = Annotated[Actor, require(P.USER_MANAGE)]
Guardian = Annotated[Actor, require(P.USER_SECURE)]


@router.get("", response_model=Page[UserShown], summary="人员列表")
async def page(
    _: Reader, query: Annotated[UserQuery, query_of(UserQuery)], session: DbSession
) -> Response:
    """按登录名排列的人员及其岗位。"""
    return answer(await users.page(session, query))


@router.post("", response_model=UserCreated, status_code=201, summary="新建人员")
async def create(body: UserCreate, actor: Manager, session: DbSession) -> Response:
    """返回临时密码，只显示这一次；重发同一请求不再给出。"""
    return answer_once(await users.create(session, actor, body), "temporary_password")


@router.get("/{user_id}", response_model=UserRead, summary="人员")
async def read(user_id: UUID, actor: Reader, session: DbSession) -> Response:
    """一个人员及其岗位。"""
    return answer(await users.read(session, actor, user_id))


@router.patch("/{user_id}", response_model=UserRead, summary="修改人员")
async def change(user_id: UUID, body: UserUpdate, actor: Manager, session: DbSession) -> Response:
    """更名、停用或重新启用；停用后登录立即终止，岗位空出。"""
    return answer(await departures.change_user(session, actor, user_id, body))


@router.post(
    "/{user_id}/password-resets", response_model=PasswordReset, status_code=201, summary="重置密码"
)
async def reset_password(
    user_id: UUID, body: Securing, actor: Guardian, session: DbSession
) -> Response:
    """返回临时密码，只显示这一次；该人员的登录全部终止。"""
    done = await users.reset_password(session, actor, user_id, body)
    return answer_once(done, "temporary_password")


@router.post(
    "/{user_id}/totp-resets", response_model=UserRead, status_code=201, summary="重置动态口令"
)
async def reset_totp(
    user_id: UUID, body: Securing, actor: Guardian, session: DbSession
) -> Response:
    """用于动态口令遗失；该人员的登录全部终止。"""
    return answer(await users.reset_totp(session, actor, user_id, body), 201)


@router.post("/{user_id}/unlocks", response_model=UserRead, status_code=201, summary="解除锁定")
async def unlock(user_id: UUID, body: Securing, actor: Guardian, session: DbSession) -> Response:
    """连续登录失败被锁定的，允许重新登录。"""
    return answer(await users.unlock(session, actor, user_id, body), 201)
