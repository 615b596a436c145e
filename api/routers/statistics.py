"""`/statistics`: figures that open their rows."""

from typing import Annotated

from fastapi import Response

from api.access.guards import require
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.statistics import Overview, PeriodQuery, Towns, UnitResults, Villages
from api.services.across import statistics, town_figures, unit_figures

router = make_router("statistics")


@router.get("/overview", response_model=Overview, summary="专项行动概览")
async def overview(
    actor: Annotated[Actor, require(P.STATISTICS_READ)],
    query: Annotated[PeriodQuery, query_of(PeriodQuery)],
) -> Response:
    """今天要过问的事、按目标列出的数字、分布和资金；每个数字都由记录算出，query 打开的列表就是它的全部记录。可以选一段时间，同时给出上一个同样长的时段的数：线索按接收日期、案件按立案（破案）日期、责令整改按责令日期、检查按检查日期、成果按发布日期、资金按发生日期；风险主体和有效措施的金额是目前的数。只统计当前用户看得见的记录。"""
    return answer(await statistics.overview(actor, query))


@router.get("/villages", response_model=Villages, summary="各村线索")
async def villages(actor: Annotated[Actor, require(P.LEAD_READ)], session: DbSession) -> Response:
    """各村的线索数、超期数和反映金额；每个数字都能打开它的全部记录。只统计当前用户看得见的线索，看得见全镇的列出全部的村。"""
    return answer(await statistics.villages(session, actor))


@router.get("/towns", response_model=Towns, summary="各镇情况")
async def towns(
    actor: Annotated[Actor, require(P.STATISTICS_READ)],
    query: Annotated[PeriodQuery, query_of(PeriodQuery)],
    session: DbSession,
) -> Response:
    """县级岗位看全县各镇及其各单位的数字，镇里看本镇的；只有数字，不打开记录。其他岗位没有。可以选一段时间，按接收日期。"""
    return answer(await town_figures.towns(session, actor, query))


@router.get("/units", response_model=UnitResults, summary="各单位办理结果")
async def units(
    actor: Annotated[Actor, require(P.STATISTICS_READ)],
    query: Annotated[PeriodQuery, query_of(PeriodQuery)],
    session: DbSession,
) -> Response:
    """各单位办结的线索、问题是否解决、举报人的评价；每个数字都能打开它的全部记录。归作出核查结论的单位，没有结论的归承办单位。只统计当前用户看得见的线索；只跟踪、不办理线索的岗位看不到。可以选一段时间，按接收日期。"""
    return answer(await unit_figures.units(session, actor, query))
