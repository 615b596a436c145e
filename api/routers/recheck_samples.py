"""`/leads/recheck-samples`: concluded leads drawn for second verification."""

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
from api.schemas.recheck_samples import (
    RecheckLine,
    RecheckLineQuery,
    RecheckProtocol,
    RecheckSampleCreate,
    RecheckSampleItem,
    RecheckSampleQuery,
    RecheckSampleRead,
    RecheckSeal,
)
from api.services.leads import recheck_samples

router = make_router("recheck-samples", prefix="/api/v1/leads/recheck-samples")


@router.get("", response_model=Page[RecheckSampleItem], summary="二次核查抽样列表")
async def page(
    actor: Annotated[Actor, require(P.RECHECK_SAMPLE_READ)],
    query: Annotated[RecheckSampleQuery, query_of(RecheckSampleQuery)],
    session: DbSession,
) -> Response:
    """本镇历次抽样及二次核查的结果。"""
    return answer(await recheck_samples.page(session, actor, query))


@router.post("", response_model=RecheckSampleRead, status_code=201, summary="抽取二次核查线索")
async def create(
    body: RecheckSampleCreate, actor: Annotated[Actor, require(P.LEAD_ASSIGN)], session: DbSession
) -> Response:
    """按作出结论的单位和线索类别分层抽取；随机数和符合条件的名单一并保存，任何人可以重新抽取核对。"""
    return answer(await recheck_samples.create(session, actor, body), 201)


@router.get("/seal", response_model=RecheckSeal, summary="下一次抽样的种子摘要")
async def seal(actor: Annotated[Actor, require(P.LEAD_READ)], session: DbSession) -> Response:
    """下一次抽样所用种子封存时的摘要；种子在抽取以后公开，可以与摘要核对。"""
    return answer(await recheck_samples.seal(session, actor))


@router.get("/{sample_id}", response_model=RecheckSampleRead, summary="一次抽样")
async def read(
    sample_id: UUID, actor: Annotated[Actor, require(P.RECHECK_SAMPLE_READ)], session: DbSession
) -> Response:
    """一次抽样：随机数、名单的校验码、各组条数，并当场重新抽取核对。"""
    return answer(await recheck_samples.read(session, actor, sample_id))


@router.get("/{sample_id}/lines", response_model=Page[RecheckLine], summary="抽样的线索")
async def lines(
    sample_id: UUID,
    actor: Annotated[Actor, require(P.RECHECK_SAMPLE_READ)],
    query: Annotated[RecheckLineQuery, query_of(RecheckLineQuery)],
    session: DbSession,
) -> Response:
    """符合条件的每条线索，是否抽中，前后两次结论。"""
    return answer(await recheck_samples.lines(session, actor, sample_id, query))


@router.get("/{sample_id}/protocol", response_model=RecheckProtocol, summary="下载抽样记录")
async def protocol(
    sample_id: UUID, actor: Annotated[Actor, require(P.RECHECK_SAMPLE_READ)], session: DbSession
) -> Response:
    """抽样所用的全部材料：随机数、名单、分组、没有参加抽取的及原因；用任何程序都可以照着重新抽取。"""
    return answer(await recheck_samples.protocol(session, actor, sample_id))
