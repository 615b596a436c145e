"""`/leads/{lead_id}/informant`, `/informant-openings`: the vault of who reported."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.informants import (
    AccusedUnitCreate,
    CustodianName,
    Identity,
    InformantShown,
    LeadReturn,
    OpeningCreate,
    OpeningTransition,
    RecusalCreate,
    Routed,
)
from api.services.leads import conflicts
from api.services.reporters import informant_keepers, informant_openings, informants

leads_router = make_router("leads")
router = make_router("informant-openings")


@leads_router.get(
    "/{lead_id}/informants", response_model=InformantShown, summary="举报人身份的保管情况"
)
async def informant(
    lead_id: UUID, actor: Annotated[Actor, require(P.INFORMANT_READ)], session: DbSession
) -> Response:
    """由谁保管、有哪些查看申请、反映的是哪个单位。不含举报人的任何信息。"""
    return answer(await informants.read(session, actor, lead_id))


@leads_router.post(
    "/{lead_id}/informants/custodians", response_model=InformantShown, summary="指定身份保管人"
)
async def name_custodian(
    lead_id: UUID,
    body: CustodianName,
    actor: Annotated[Actor, require(P.INFORMANT_ASSIGN)],
    session: DbSession,
) -> Response:
    """指定保密经办人或监督人；原来的人即刻不能再查看。"""
    return answer(await informant_keepers.name(session, actor, lead_id, body))


@leads_router.post(
    "/{lead_id}/informants/recusals", response_model=InformantShown, summary="登记回避"
)
async def recuse_custodian(
    lead_id: UUID,
    body: RecusalCreate,
    actor: Annotated[Actor, require(P.INFORMANT_READ)],
    session: DbSession,
) -> Response:
    """保管人因回避退出，同时指定接替的人；回避的人以后不能再经手这条线索的举报人。"""
    return answer(await informant_keepers.recuse(session, actor, lead_id, body))


@leads_router.post(
    "/{lead_id}/informants/openings", response_model=InformantShown, summary="申请查看举报人身份"
)
async def ask_opening(
    lead_id: UUID,
    body: OpeningCreate,
    actor: Annotated[Actor, require(P.INFORMANT_OPEN)],
    session: DbSession,
) -> Response:
    """保密经办人、监督人说明理由提出；由另一人批准后，在限定时间内本人可以查看。"""
    return answer(await informant_openings.ask(session, actor, lead_id, body))


@leads_router.post("/{lead_id}/accused-units", response_model=Routed, summary="标明被反映的单位")
async def accuse(
    lead_id: UUID,
    body: AccusedUnitCreate,
    actor: Annotated[Actor, require(P.INFORMANT_ASSIGN)],
    session: DbSession,
) -> Response:
    """被反映的单位及其上下级应当回避；承办单位或镇专项办须回避的，转县专项办。"""
    return answer(await conflicts.accuse(session, actor, lead_id, body))


@leads_router.post("/{lead_id}/returns", status_code=204, summary="退回镇专项办")
async def give_back(
    lead_id: UUID,
    body: LeadReturn,
    actor: Annotated[Actor, require(P.INFORMANT_ASSIGN)],
    session: DbSession,
) -> Response:
    """县专项办认为不需要回避的，说明理由退回。"""
    await conflicts.give_back(session, actor, lead_id, body)
    return Response(status_code=204)


@router.post("/{opening_id}/transitions", response_model=InformantShown, summary="办理查看申请")
async def decide(
    opening_id: UUID,
    body: OpeningTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.INFORMANT_READ)],
    session: DbSession,
) -> Response:
    """批准、不予批准、撤回、提前关闭；申请人不能批准自己的申请。"""
    return answer(await informant_openings.decide(session, actor, opening_id, body))


@router.post("/{opening_id}/identities", response_model=Identity, summary="查看举报人身份")
async def see(
    opening_id: UUID, actor: Annotated[Actor, require(P.INFORMANT_OPEN)], session: DbSession
) -> Response:
    """申请人凭批准在时限内查看；每看一次留一条审计记录，写明两人。"""
    return answer(await informant_openings.see(session, actor, opening_id))
