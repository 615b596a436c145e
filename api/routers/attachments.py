"""`/<noun>/{id}/attachments` of every noun that takes files, and `/attachments/{id}/content`."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.datastructures import UploadFile

from api.access.guards import Anyone, require
from api.core.listing.pagination import Page
from api.core.web.bodies import BeforeHandler, before_handler, check_one_file
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid, UnsupportedMedia
from api.domain.words.files import disposition
from api.schemas.attachments import AttachmentRead
from api.services.across import attachments
from api.services.across.attachments import SUBJECTS, Subject, Upload

router = make_router("attachments")

#: Said by hand: what is wrong with it is told in words of our own.
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "title": "文件"},
                        "note": {"type": "string", "maxLength": 500, "title": "说明"},
                    },
                }
            }
        },
    }
}
_MAX_NOTE = 500


@router.get(
    "/{attachment_id}/content",
    summary="下载附件",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def content(attachment_id: UUID, actor: Anyone, session: DbSession) -> Response:
    """附件的内容；能看记录的人才能下载，下载留有审计记录。"""
    found, pieces = await attachments.content(session, actor, attachment_id)
    return StreamingResponse(
        pieces,
        media_type=found.media_type,
        headers={
            "content-disposition": disposition(found.name),
            "content-length": str(found.size),
        },
    )


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(f"/{field}", code, message)])


async def uploaded(request: Request) -> Upload:
    """The file of a form, which has come in already. Raises Invalid, UnsupportedMedia."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UnsupportedMedia("附件须以 multipart/form-data 上传")
    form = await request.form()
    check_one_file(form)
    file, note = form.get("file"), form.get("note", "")
    if not isinstance(file, UploadFile):
        raise _invalid("file", "missing", "请选择文件")
    if not isinstance(note, str) or len(note) > _MAX_NOTE or "\0" in note:
        raise _invalid("note", "string_too_long", f"说明最多 {_MAX_NOTE} 个字")
    return Upload(file.filename or "", note.strip(), file.file)


#: Whether somebody may add a file to the record of an address.
MayAdd = Callable[[Actor, UUID], Coroutine[Any, Any, bool]]


def taking(parameter: str, may_add: MayAdd) -> BeforeHandler:
    """What an upload does before its transaction begins: the file goes into the store."""

    async def take(request: Request) -> None:
        try:
            record_id = UUID(request.path_params[parameter])
        except ValueError:  # the route says it
            return
        if await may_add(request.state.actor, record_id):
            request.state.taken = await attachments.take(await uploaded(request))

    return take


def taken(request: Request) -> attachments.Taken:
    """The file that was taken. Raises Conflict when the actor may add one only since then."""
    found: attachments.Taken | None = getattr(request.state, "taken", None)
    if found is None:
        raise Conflict("他人正在操作该记录，请稍后重试", code="busy")
    return found


def _routes(subject: Subject) -> APIRouter:
    made = make_router(subject.noun)

    async def may_add(actor: Actor, record_id: UUID) -> bool:
        return await attachments.may_add(actor, subject, record_id)

    @made.get("/{record_id}/attachments", response_model=Page[AttachmentRead], summary="附件列表")
    async def attachments_page(  # pyright: ignore[reportUnusedFunction]
        record_id: UUID, actor: Annotated[Actor, require(subject.read)], session: DbSession
    ) -> Response:
        """一条记录的全部附件。"""
        return answer(await attachments.page(session, actor, subject, record_id))

    @made.post(
        "/{record_id}/attachments",
        response_model=AttachmentRead,
        status_code=201,
        summary="上传附件",
        openapi_extra=FORM,
    )
    @before_handler(taking("record_id", may_add))
    async def attachments_add(  # pyright: ignore[reportUnusedFunction]
        request: Request,
        record_id: UUID,
        actor: Annotated[Actor, require(subject.read)],
        session: DbSession,
    ) -> Response:
        """上传一个文件（不超过 100 MB，按内容识别类型，加密保存）。名称和说明中的电话、证件号等会打码。"""
        await attachments.allow(session, actor, subject, record_id)
        made = await attachments.add(session, actor, subject, record_id, taken(request))
        return answer(made, 201)

    return made


SUBJECT_ROUTERS = tuple(_routes(subject) for subject in SUBJECTS.values())
