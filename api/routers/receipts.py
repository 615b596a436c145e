"""`/public`: reports without a login, and receipts; `/leads/{id}/messages`: the staff's side."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import ValidationError

from api.access.guards import PUBLIC, require
from api.core.events import sources
from api.core.web import photo_form
from api.core.web.bodies import by_hand
from api.core.web.routing import DbSession, StrangersRoute, answer, answer_once
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.domain.reporters.receipts import MAX_PHOTO_BYTES
from api.domain.words.samples import SAMPLES
from api.schemas.receipts import (
    AmountAsk,
    AmountRead,
    ChallengeAsk,
    ChallengeGiven,
    Conversation,
    MessageCreate,
    PublicPlaces,
    PublicReport,
    ReceiptAsk,
    ReceiptGiven,
    ReceiptMessage,
    ReceiptRating,
    ReceiptShown,
)
from api.services.reporters import lead_messages, public_load, public_reports, receipts

public_router = make_router("public", route=StrangersRoute)
leads_router = make_router("leads")


Source = Annotated[bytes, Depends(sources.of)]


@public_router.post(
    "/challenges", response_model=ChallengeGiven, summary="取得一道验证题", dependencies=[PUBLIC]
)
async def challenge(body: ChallengeAsk) -> Response:
    """网页在后台算出答案，代替图形验证码：求一个十进制数，使 SHA-256(题目:答案) 的开头有规定个数的零比特。"""
    return answer(await public_load.challenge(body.purpose))


@public_router.get(
    "/places", response_model=PublicPlaces, summary="受理举报的乡镇和村", dependencies=[PUBLIC]
)
async def places() -> Response:
    """设有专项办的乡镇及其村（社区）。"""
    return answer(await public_reports.offices())


@public_router.post(
    "/amounts", response_model=AmountRead, summary="读出一个金额", dependencies=[PUBLIC]
)
async def amount(body: AmountAsk) -> Response:
    """“三万”“3万多”读成多少元；拿不准的不替人决定，给出要问的话。什么也不保存。"""
    return answer(public_reports.read_amount(body.text))


@public_router.post(
    "/leads",
    response_model=ReceiptGiven,
    status_code=201,
    summary="提交举报",
    dependencies=[PUBLIC],
)
async def report(body: PublicReport, session: DbSession) -> Response:
    """不用登录；可以匿名。不记录网络地址和浏览器信息。回执号只显示这一次，系统里不保存。"""
    return answer_once({"receipt": await public_reports.create(session, body)}, "receipt")


@public_router.post(
    "/receipts", response_model=ReceiptShown, summary="凭回执查进度", dependencies=[PUBLIC]
)
async def look_up(body: ReceiptAsk, source: Source) -> Response:
    """办到哪一步、工作人员的留言、能不能评价。回执号放在正文里，不进网址。"""
    return answer(await receipts.look_up(body, source))


@public_router.post(
    "/receipts/messages",
    response_model=ReceiptShown,
    status_code=201,
    summary="凭回执补充情况",
    dependencies=[PUBLIC],
)
async def write(body: ReceiptMessage, source: Source, session: DbSession) -> Response:
    """给工作人员留言。"""
    return answer(await receipts.write(session, body, source), 201)


@public_router.post(
    "/receipts/ratings",
    response_model=ReceiptShown,
    status_code=201,
    summary="凭回执评价办理结果",
    dependencies=[PUBLIC],
)
async def rate(body: ReceiptRating, source: Source, session: DbSession) -> Response:
    """一到五分，只能评一次，谁也不能改。"""
    return answer(await receipts.rate(session, body, source), 201)


#: Said by hand: a declared form would be read whole before anybody asks whose it is.
_PHOTO_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["receipt", "challenge", "answer", "photo"],
                    "properties": {
                        "receipt": {"type": "string", "title": "16 位回执号"},
                        "challenge": {
                            "type": "string",
                            "title": "验证题",
                            "examples": [SAMPLES["proof"]["challenge"]],
                        },
                        "answer": {
                            "type": "string",
                            "title": "答案",
                            "pattern": r"^\d{1,20}$",
                            "examples": [SAMPLES["proof"]["answer"]],
                        },
                        "photo": {"type": "string", "format": "binary", "title": "照片"},
                    },
                }
            }
        },
    }
}


def _photo_ask(words: dict[str, str]) -> ReceiptAsk:
    """The words of a photo's form, which come before the photo. Raises Invalid."""
    proof = {"challenge": words.get("challenge", ""), "answer": words.get("answer", "")}
    try:
        return ReceiptAsk.model_validate({"receipt": words.get("receipt", ""), "proof": proof})
    except ValidationError as error:
        raise photo_form.missing("receipt", "照片前面要有回执号和验证题的答案") from error


@public_router.post(
    "/receipts/photos",
    response_model=ReceiptShown,
    status_code=201,
    summary="凭回执传一张照片",
    dependencies=[PUBLIC],
    openapi_extra=_PHOTO_FORM,
)
@by_hand
async def add_photo(request: Request, source: Source, session: DbSession) -> Response:
    """JPG、PNG、WebP，一次一张，不超过 15 MB。表单里先写回执号和验证，再放照片。

    只留画面：拍摄地点、时间、手机型号和文件名都不保存。照片传上去以后，凭回执也看不到，只看得到张数。
    """
    form = await photo_form.read(
        request, "photo", MAX_PHOTO_BYTES, lambda words: receipts.judge_photo(_photo_ask(words))
    )
    with form.content:
        ask = _photo_ask(form.words)
        return answer(await receipts.add_photo(session, ask, form.content, source), 201)


@leads_router.get("/{lead_id}/messages", response_model=Conversation, summary="与举报人的留言")
async def conversation(
    lead_id: UUID, actor: Annotated[Actor, require(P.LEAD_HANDLE)], session: DbSession
) -> Response:
    """留言、回执和评价；限承办单位和镇专项办。"""
    return answer(await lead_messages.conversation(session, actor, lead_id))


@leads_router.post(
    "/{lead_id}/messages", response_model=Conversation, status_code=201, summary="给举报人留言"
)
async def send(
    lead_id: UUID,
    body: MessageCreate,
    actor: Annotated[Actor, require(P.LEAD_HANDLE)],
    session: DbSession,
) -> Response:
    """举报人凭回执看到留言，看不到是谁写的。文字中的电话、证件号等会打码。"""
    return answer(await lead_messages.answer(session, actor, lead_id, body), 201)


@leads_router.post("/{lead_id}/messages/reads", status_code=204, summary="留言已读")
async def mark_read(
    lead_id: UUID, actor: Annotated[Actor, require(P.LEAD_HANDLE)], session: DbSession
) -> Response:
    """举报人的留言标为已读。"""
    await lead_messages.mark_read(session, actor, lead_id)
    return Response(status_code=204)


@leads_router.post(
    "/{lead_id}/receipts", response_model=ReceiptGiven, status_code=201, summary="发放回执"
)
async def issue(
    lead_id: UUID, actor: Annotated[Actor, require(P.LEAD_CREATE)], session: DbSession
) -> Response:
    """为来电、来访的举报人发放回执；回执号只显示这一次，旧回执随即作废。"""
    return answer_once({"receipt": await lead_messages.issue(session, actor, lead_id)}, "receipt")
