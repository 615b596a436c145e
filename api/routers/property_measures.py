"""`/property-measures`: seals, seizures and freezes that competent authorities ordered."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require, require_folded
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.property_measures import (
    MeasureTerm,
    MeasureTermQuery,
    MeasureTransition,
    PropertyMeasureCreate,
    PropertyMeasureItem,
    PropertyMeasureQuery,
    PropertyMeasureRead,
)
from api.services.recovery import property_measure_decisions, property_measures

router = make_router("property-measures")


@router.get("", response_model=Page[PropertyMeasureItem], summary="查扣冻措施列表")
async def page(
    actor: Annotated[Actor, require_folded(P.PROPERTY_READ)],
    query: Annotated[PropertyMeasureQuery, query_of(PropertyMeasureQuery)],
) -> Response:
    """分页列出措施；逾期未续的显示为视为自动解除。"""
    return await property_measures.page(actor, query)


@router.post("", response_model=PropertyMeasureRead, status_code=201, summary="登记查扣冻措施")
async def create(
    body: PropertyMeasureCreate,
    actor: Annotated[Actor, require(P.PROPERTY_HANDLE)],
    session: DbSession,
) -> Response:
    """登记有权机关作出的措施；不合法定条件的逐条说明依据并拒绝。"""
    return answer(await property_measures.create(session, actor, body), 201)


@router.get("/term", response_model=MeasureTerm, summary="推算措施期限")
async def term(
    actor: Annotated[Actor, require(P.PROPERTY_READ)],
    query: Annotated[MeasureTermQuery, query_of(MeasureTermQuery)],
    session: DbSession,
) -> Response:
    """登记前按期限规则推算到期日；文书另有载明的，以文书为准。"""
    return answer(await property_measures.term(session, actor, query))


@router.get("/{measure_id}", response_model=PropertyMeasureRead, summary="查扣冻措施详情")
async def read(
    measure_id: UUID, actor: Annotated[Actor, require_folded(P.PROPERTY_READ)]
) -> Response:
    """一项措施，连同续行记录和到期提醒日。"""
    return answer(await property_measures.read(actor, measure_id))


@router.post(
    "/{measure_id}/transitions", response_model=PropertyMeasureRead, summary="办理查扣冻措施"
)
async def transition(
    measure_id: UUID,
    body: MeasureTransition,  # pyright: ignore[reportInvalidTypeForm]  # made from the flow
    actor: Annotated[Actor, require(P.PROPERTY_READ)],
    session: DbSession,
) -> Response:
    """续行、轮候转为生效或者解除。"""
    return answer(await property_measure_decisions.transition(session, actor, measure_id, body))
