"""`/papers`: letters, notices and slips that are made from records."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from api.access.guards import require, require_folded
from api.core.documents.docx import MEDIA_TYPE
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.domain.words.files import disposition
from api.schemas.papers import (
    PaperCreate,
    PaperItem,
    PaperPreview,
    PaperPreviewQuery,
    PaperQuery,
    PaperRead,
    PaperTransition,
)
from api.services.papers import papers

router = make_router("papers")
_DOCUMENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {}}, "description": "Word 文档"}
}


@router.get("", response_model=Page[PaperItem], summary="文书列表")
async def page(
    actor: Annotated[Actor, require_folded(P.PAPER_READ)],
    query: Annotated[PaperQuery, query_of(PaperQuery)],
) -> Response:
    """看得见的记录的文书，包括已经作废的。"""
    return await papers.page(actor, query)


@router.post("", response_model=PaperRead, status_code=201, summary="制作文书")
async def make(
    body: PaperCreate, actor: Annotated[Actor, require(P.PAPER_MAKE)], session: DbSession
) -> Response:
    """由一条记录制作文书：按模板填好、编号，内容从此不变。缺少内容的逐项列出，不编号。"""
    return answer(await papers.make(session, actor, body), 201)


@router.get("/preview", response_model=PaperPreview, summary="文书预览")
async def preview(
    actor: Annotated[Actor, require(P.PAPER_MAKE)],
    query: Annotated[PaperPreviewQuery, query_of(PaperPreviewQuery)],
    session: DbSession,
) -> Response:
    """现在制作会是什么样子：每个数字、每段文字从哪条记录读出，还缺少什么。不编号，不留下记录。"""
    return answer(await papers.preview(session, actor, query))


@router.get("/{paper_id}", response_model=PaperRead, summary="文书详情")
async def read(paper_id: UUID, actor: Annotated[Actor, require_folded(P.PAPER_READ)]) -> Response:
    """一份文书制作时的内容，连同当前用户可以办理的操作。"""
    return answer(await papers.read(actor, paper_id))


@router.get("/{paper_id}/file", summary="下载文书", response_class=Response, responses=_DOCUMENT)
async def file(
    paper_id: UUID, actor: Annotated[Actor, require(P.PAPER_READ)], session: DbSession
) -> Response:
    """Word 文档（.docx），版面按 GB/T 9704—2012；下载留有审计记录。"""
    name, content = await papers.file(session, actor, paper_id)
    headers = {"content-disposition": disposition(name)}
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


@router.post("/{paper_id}/transitions", response_model=PaperRead, summary="办理文书")
async def transition(
    paper_id: UUID,
    body: PaperTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.PAPER_MAKE)],
    session: DbSession,
) -> Response:
    """作废一份文书，须写明理由；号码不再使用，文书留存。"""
    return answer(await papers.transition(session, actor, paper_id, body))
