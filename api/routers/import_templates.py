"""`/import-templates`: how tables of one heading are read, as somebody once corrected it."""

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
from api.schemas.imports import TemplateQuery, TemplateShown, TemplateUpdate
from api.services.imports import import_templates

router = make_router("import-templates")


@router.get("", response_model=Page[TemplateShown], summary="台账模板")
async def page(
    actor: Annotated[Actor, require(P.IMPORT_RUN)],
    query: Annotated[TemplateQuery, query_of(TemplateQuery)],
) -> Response:
    """本镇存下的台账模板，最近用过的在前，全部在一页。"""
    return answer(await import_templates.page(actor, query))


@router.patch("/{template_id}", response_model=TemplateShown, summary="模板改名")
async def rename(
    template_id: UUID,
    body: TemplateUpdate,
    actor: Annotated[Actor, require(P.IMPORT_RUN)],
    session: DbSession,
) -> Response:
    """给模板改名。"""
    return answer(await import_templates.rename(session, actor, template_id, body))


@router.delete("/{template_id}", status_code=204, summary="删除模板")
async def remove(
    template_id: UUID, actor: Annotated[Actor, require(P.IMPORT_RUN)], session: DbSession
) -> Response:
    """删除模板；已按它读取的台账不变。"""
    await import_templates.remove(session, actor, template_id)
    return Response(status_code=204)
