"""`/rule-sets` and `/rule-set-versions`: rules in versions, approved by a second person."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require, require_folded
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.across.rule_sets import RuleKind
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.rule_sets import (
    RuleDifferenceQuery,
    RuleDifferences,
    RuleSetRead,
    RuleSets,
    RuleSetVersionCreate,
    RuleSetVersionItem,
    RuleSetVersionQuery,
    RuleSetVersionRead,
    RuleSetVersionTransition,
    RuleSetVersionUpdate,
)
from api.services.organisation import rule_set_versions

router = make_router("rule-sets")
versions_router = make_router("rule-set-versions")

Reader = Annotated[Actor, require(P.RULE_SET_READ)]
Author = Annotated[Actor, require(P.RULE_SET_PREPARE)]


@router.get("", response_model=RuleSets, summary="各类规则")
async def kinds(actor: Reader, session: DbSession) -> Response:
    """每一类规则的现行版本、正在起草或者待批准的版本、轮到谁。"""
    return answer(await rule_set_versions.kinds(session, actor))


@router.get("/{kind}", response_model=RuleSetRead, summary="一类规则")
async def kind(kind: RuleKind, actor: Reader, session: DbSession) -> Response:
    """一类规则的栏目、现行内容和历次版本。"""
    return answer(await rule_set_versions.kind(session, actor, kind))


@router.post(
    "/{kind}/versions", response_model=RuleSetVersionRead, status_code=201, summary="起草规则新版本"
)
async def draft(
    kind: RuleKind, body: RuleSetVersionCreate, actor: Author, session: DbSession
) -> Response:
    """起草下一版，不填内容为照抄现行版本；同一类规则同时只能有一个草稿。提交后由另一人批准才生效。"""
    return answer(await rule_set_versions.draft(session, actor, kind, body), 201)


@versions_router.get("", response_model=Page[RuleSetVersionItem], summary="规则版本列表")
async def page(
    actor: Annotated[Actor, require_folded(P.RULE_SET_READ)],
    query: Annotated[RuleSetVersionQuery, query_of(RuleSetVersionQuery)],
) -> Response:
    """本镇和全县共用的规则的草稿和历次版本；随系统提供的在 `/rule-sets/{kind}`。"""
    return await rule_set_versions.page(actor, query)


@versions_router.get("/{version_id}", response_model=RuleSetVersionRead, summary="规则版本")
async def read(
    version_id: UUID, actor: Annotated[Actor, require_folded(P.RULE_SET_READ)]
) -> Response:
    """一个版本的内容，连同当前用户可以办理的操作。"""
    return answer(await rule_set_versions.read(actor, version_id))


@versions_router.get(
    "/{version_id}/differences", response_model=RuleDifferences, summary="两个规则版本的不同之处"
)
async def differences(
    version_id: UUID,
    actor: Reader,
    query: Annotated[RuleDifferenceQuery, query_of(RuleDifferenceQuery)],
    session: DbSession,
) -> Response:
    """哪一条、哪一栏，原来怎样、改成怎样；不填与哪一版比较的，为它由之改来的那一版。"""
    return answer(await rule_set_versions.differences(session, actor, version_id, query.against))


@versions_router.patch("/{version_id}", response_model=RuleSetVersionRead, summary="修改规则草稿")
async def update(
    version_id: UUID, body: RuleSetVersionUpdate, actor: Author, session: DbSession
) -> Response:
    """修改起草中的版本；规则内容整份替换，未提交的字段保持不变。"""
    return answer(await rule_set_versions.update(session, actor, version_id, body))


@versions_router.post(
    "/{version_id}/transitions", response_model=RuleSetVersionRead, summary="办理规则版本"
)
async def transition(
    version_id: UUID,
    body: RuleSetVersionTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Reader,
    session: DbSession,
) -> Response:
    """提交、批准、不予批准、收回、作废；起草、修改过的人不能批准。"""
    return answer(await rule_set_versions.transition(session, actor, version_id, body))
