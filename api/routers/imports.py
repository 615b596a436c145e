"""`/imports`: ledgers in Excel or CSV, looked at before they come in."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Form, Request, Response, UploadFile

from api.access.guards import require, require_folded
from api.core.listing.pagination import Page
from api.core.sheets.sheets import MEDIA_TYPE
from api.core.web.bodies import check_one_file
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.imports.ledgers import LedgerKind
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.imports import (
    CorrectionIn,
    DecisionIn,
    ImportItem,
    ImportQuery,
    ImportRead,
    ImportRowQuery,
    ImportRowShown,
    ImportTransition,
    SheetsSeen,
)
from api.services.imports import import_decisions, import_views, imports

router = make_router("imports")


@router.get("", response_model=Page[ImportItem], summary="导入列表")
async def page(
    actor: Annotated[Actor, require_folded(P.IMPORT_RUN)],
    query: Annotated[ImportQuery, query_of(ImportQuery)],
) -> Response:
    """按上传先后分页列出本镇的导入。"""
    return await imports.page(actor, query)


@router.post("", response_model=ImportRead, status_code=201, summary="上传台账")
async def create(
    kind: Annotated[LedgerKind, Form(description="台账种类")],
    file: UploadFile,
    actor: Annotated[Actor, require(P.IMPORT_RUN)],
    request: Request,
    session: DbSession,
    case_id: Annotated[
        UUID | None, Form(description="所属案件；受害人登记表必填，其他台账不填")
    ] = None,
) -> Response:
    """上传 .xlsx、.xls、.et 或 .csv 台账；随后在后台解析，状态由 parsing 变为 preview 或 failed。"""
    check_one_file(await request.form())
    return answer(await imports.create(session, actor, kind, file, case_id), 201)


@router.get("/{import_id}", response_model=ImportRead, summary="导入详情")
async def read(import_id: UUID, actor: Annotated[Actor, require_folded(P.IMPORT_RUN)]) -> Response:
    """一次导入的进度、各类行数、表头理解和错误统计。"""
    return answer(await imports.read(actor, import_id))


@router.get("/{import_id}/rows", response_model=Page[ImportRowShown], summary="导入的行")
async def rows(
    import_id: UUID,
    actor: Annotated[Actor, require(P.IMPORT_RUN)],
    query: Annotated[ImportRowQuery, query_of(ImportRowQuery)],
) -> Response:
    """逐行查看理解结果和错误，个人信息已打码；导入或取消之前只给上传的人。"""
    return answer(await import_views.rows(actor, import_id, query))


@router.get(
    "/{import_id}/sheets",
    response_model=SheetsSeen,
    responses={409: {"description": "文件正在读取，或者已经导入、取消"}},
    summary="文件的样子",
)
async def sheets(import_id: UUID, actor: Annotated[Actor, require(P.IMPORT_RUN)]) -> Response:
    """各工作表的前几十行、被认作不是数据的行，以及各列对应什么栏目；只给上传的人。"""
    return answer(await import_views.sheets(actor, import_id))


@router.post("/{import_id}/corrections", response_model=ImportRead, summary="更正读法")
async def correct(
    import_id: UUID,
    body: CorrectionIn,
    actor: Annotated[Actor, require(P.IMPORT_RUN)],
    session: DbSession,
) -> Response:
    """指明表头、各列的栏目和单位、不导入和应当导入的行，重新读取；可存为同样表头的台账的模板。"""
    return answer(await import_decisions.correct(session, actor, import_id, body))


@router.post("/{import_id}/decisions", response_model=ImportRead, summary="处理有出入的行")
async def decide(
    import_id: UUID,
    body: DecisionIn,
    actor: Annotated[Actor, require(P.IMPORT_RUN)],
    session: DbSession,
) -> Response:
    """逐行或者对尚未选择的各行：保留原记录、作为新记录，或者更新原记录。"""
    return answer(await import_decisions.decide(session, actor, import_id, body))


@router.get(
    "/{import_id}/annotated",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPE: {}}},
        409: {"description": "文件还没有读完，或者已经清除"},
    },
    summary="下载标注后的台账",
)
async def annotated(import_id: UUID, actor: Annotated[Actor, require(P.IMPORT_RUN)]) -> Response:
    """原文件加上标红的错误单元格和原因，总是 .xlsx，只给上传的人；导入之后原文件清除，只余未导入的行中不含个人信息的各栏。"""
    name, content = await import_views.annotated(actor, import_id)
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(
        content,
        media_type=MEDIA_TYPE,
        headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
    )


@router.post("/{import_id}/transitions", response_model=ImportRead, summary="办理导入")
async def transition(
    import_id: UUID,
    body: ImportTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.IMPORT_RUN)],
    session: DbSession,
) -> Response:
    """确认导入（全部无误才导入，或只导入无误的行）、重新读取，或取消。"""
    return answer(await imports.transition(session, actor, import_id, body))
