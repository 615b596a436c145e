"""`/shared-changes`: what all towns share, changed by two people where there is no county."""

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
from api.schemas.shared_changes import (
    SharedChangeCreate,
    SharedChangeDecide,
    SharedChangeQuery,
    SharedChangeShown,
)
from api.services.organisation import shared_changes

router = make_router("shared-changes")

Approver = Annotated[Actor, require(P.SHARED_CHANGE_APPROVE)]


@router.get("", response_model=Page[SharedChangeShown], summary="共用设置变更列表")
async def page(
    actor: Approver,
    query: Annotated[SharedChangeQuery, query_of(SharedChangeQuery)],
    session: DbSession,
) -> Response:
    """提请变更的期限规则、节假日安排和区划，新的在前。"""
    return answer(await shared_changes.page(session, actor, query))


@router.get("/{change_id}", response_model=SharedChangeShown, summary="共用设置变更")
async def read(change_id: UUID, actor: Approver, session: DbSession) -> Response:
    """一项提请及其办理情况。"""
    return answer(await shared_changes.read(session, actor, change_id))


@router.post("", response_model=SharedChangeShown, status_code=201, summary="提请变更共用设置")
async def propose(
    body: SharedChangeCreate,
    actor: Annotated[Actor, require(P.SHARED_CHANGE_PREPARE)],
    session: DbSession,
) -> Response:
    """本县没有县专项办时，由安全管理员提请；另一人确认后才生效。"""
    return answer(await shared_changes.propose(session, actor, body), 201)


@router.post("/{change_id}/decisions", response_model=SharedChangeShown, summary="确认共用设置变更")
async def decide(
    change_id: UUID, body: SharedChangeDecide, actor: Approver, session: DbSession
) -> Response:
    """由提请人以外的人确认，随即生效；不同意的写明理由。提请人只能撤回（不同意）。"""
    return answer(await shared_changes.decide(session, actor, change_id, body))
