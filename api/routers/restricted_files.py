"""`/restricted-files`: hints of organised crime, corruption and umbrellas, for a few named people."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from api.access.guards import require
from api.core.listing.pagination import Page
from api.core.web.bodies import before_handler
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.domain.words.files import disposition
from api.routers.attachments import FORM, taken, taking
from api.schemas.attachments import AttachmentRead
from api.schemas.restricted_files import (
    Candidates,
    HintQuery,
    HintRaise,
    MemberAdd,
    MemberRemove,
    OwnerChange,
    OwnHint,
    OwnHints,
    RestrictedFileListed,
    RestrictedFileQuery,
    RestrictedFileRead,
    RestrictedFileTransition,
)
from api.services.across import restricted_attachments
from api.services.restricted import (
    restricted_decisions,
    restricted_files,
    restricted_hints,
    restricted_members,
)

router = make_router("restricted-files")

Member = Annotated[Actor, require(P.RESTRICTED_FILE_HANDLE)]
Raiser = Annotated[Actor, require(P.RESTRICTED_FILE_RAISE)]


@router.post(
    "/hints", response_model=OwnHint, status_code=201, summary="反映涉黑涉恶、腐败、“保护伞”问题"
)
async def raise_hint(body: HintRaise, actor: Raiser, session: DbSession) -> Response:
    """能看到线索的人都可以反映。内容加密，只有知情人看得到；其他人，包括办理这条线索的人，都看不出有人反映过。"""
    return answer(await restricted_hints.raise_hint(session, actor, body), 201)


@router.get("/hints", response_model=OwnHints, summary="自己在一条线索上反映过的")
async def own_hints(
    actor: Raiser, query: Annotated[HintQuery, query_of(HintQuery)], session: DbSession
) -> Response:
    """只有自己反映过的，只说反映过；别人的和办理情况不在这里。"""
    return answer(await restricted_hints.own_hints(session, actor, query.lead_id))


@router.get("", response_model=Page[RestrictedFileListed], summary="专档列表")
async def page(
    actor: Member,
    query: Annotated[RestrictedFileQuery, query_of(RestrictedFileQuery)],
    session: DbSession,
) -> Response:
    """自己在知情人名单上的专档，新的在前。"""
    return answer(await restricted_files.page(session, actor, query))


@router.get("/{file_id}", response_model=RestrictedFileRead, summary="查看专档")
async def read(file_id: UUID, actor: Member, session: DbSession) -> Response:
    """限知情人；每次查看都记入专档自己的记录，知情人之间互相看得到。"""
    return answer(await restricted_files.read(session, actor, file_id))


@router.get("/{file_id}/candidates", response_model=Candidates, summary="可以列为知情人的人员")
async def candidates(file_id: UUID, actor: Member, session: DbSession) -> Response:
    """在岗的县专项办、督导组、镇领导、镇专项办和派出所人员，不含已在名单上的。"""
    return answer(await restricted_members.candidates(session, actor, file_id))


@router.get("/{file_id}/attachments", response_model=Page[AttachmentRead], summary="专档的附件列表")
async def attachments_page(file_id: UUID, actor: Member, session: DbSession) -> Response:
    """限知情人。专档的附件不在其他记录的附件里，别处看不到、下载不到。"""
    return answer(await restricted_attachments.page(session, actor, file_id))


@router.post(
    "/{file_id}/attachments",
    response_model=AttachmentRead,
    status_code=201,
    summary="向专档上传附件",
    openapi_extra=FORM,
)
@before_handler(taking("file_id", restricted_attachments.may_add))
async def attachments_add(
    request: Request, file_id: UUID, actor: Member, session: DbSession
) -> Response:
    """上传一个文件（不超过 100 MB，按内容识别类型，连同名称和说明加密保存）；办结以后不能再上传。"""
    await restricted_attachments.allow(session, actor, file_id)
    made = await restricted_attachments.add(session, actor, file_id, taken(request))
    return answer(made, 201)


@router.get(
    "/{file_id}/attachments/{attachment_id}/content",
    summary="下载专档的附件",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
async def attachment_content(
    file_id: UUID, attachment_id: UUID, actor: Member, session: DbSession
) -> Response:
    """限知情人；每次下载都记入专档自己的记录，不进审计日志。"""
    found = await restricted_attachments.content(session, actor, file_id, attachment_id)
    return StreamingResponse(
        found.content,
        media_type=found.media_type,
        headers={
            "content-disposition": disposition(found.name),
            "content-length": str(found.size),
        },
    )


@router.post("/{file_id}/transitions", response_model=RestrictedFileRead, summary="办理专档")
async def transition(
    file_id: UUID,
    body: RestrictedFileTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Member,
    session: DbSession,
) -> Response:
    """移交、催办、记录答复、办结；没有移交的不能办结。"""
    return answer(await restricted_decisions.transition(session, actor, file_id, body))


@router.post(
    "/{file_id}/members",
    response_model=RestrictedFileRead,
    status_code=201,
    summary="加入知情人",
)
async def add_member(file_id: UUID, body: MemberAdd, actor: Member, session: DbSession) -> Response:
    """由专档管理人加入，须说明理由。"""
    return answer(await restricted_members.add_member(session, actor, file_id, body), 201)


@router.post(
    "/{file_id}/members/{user_id}/removals", response_model=RestrictedFileRead, summary="移出知情人"
)
async def remove_member(
    file_id: UUID, user_id: UUID, body: MemberRemove, actor: Member, session: DbSession
) -> Response:
    """由专档管理人移出，须说明理由；管理人自己须先交出管理。"""
    return answer(await restricted_members.remove_member(session, actor, file_id, user_id, body))


@router.post("/{file_id}/owners", response_model=RestrictedFileRead, summary="更换专档管理人")
async def change_owner(
    file_id: UUID, body: OwnerChange, actor: Member, session: DbSession
) -> Response:
    """把名单交给另一名知情人维护，须说明理由；管理人已离岗的，任一知情人都可以接过来。"""
    return answer(await restricted_members.change_owner(session, actor, file_id, body))
