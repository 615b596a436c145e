"""`/time-rules` and `/holiday-years`: what deadlines are counted by."""

from typing import Annotated

from fastapi import Path, Query, Response

from api.access.guards import Anyone, require
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.days import Day
from api.schemas.time_rules import (
    Due,
    HolidayYearPut,
    HolidayYears,
    HolidayYearShown,
    RuleId,
    TimeRuleQuery,
    TimeRuleRead,
    TimeRuleShown,
    TimeRuleVersionCreate,
    TownTermCreate,
)
from api.services.kit import time_rules
from api.services.organisation import holiday_years

router = make_router("time-rules")
holidays_router = make_router("holiday-years")

Reader = Annotated[Actor, require(P.TIME_RULE_READ)]
Manager = Annotated[Actor, require(P.TIME_RULE_MANAGE)]


@router.get("", response_model=Page[TimeRuleShown], summary="期限规则列表")
async def page(
    _: Reader, query: Annotated[TimeRuleQuery, query_of(TimeRuleQuery)], session: DbSession
) -> Response:
    """每条规则现行有效的版本。"""
    return answer(await time_rules.page(session, query))


@router.get("/{rule_id}", response_model=TimeRuleRead, summary="期限规则")
async def read(rule_id: RuleId, actor: Reader, session: DbSession) -> Response:
    """一条规则及其全部版本，以及本镇加严的期限。"""
    return answer(await time_rules.read(session, actor, rule_id))


@router.get("/{rule_id}/due", response_model=Due, summary="推算期限")
async def due(
    rule_id: RuleId,
    start: Annotated[Day, Query(description="起算日（不计入期间）")],
    actor: Anyone,
    session: DbSession,
) -> Response:
    """表单中默认的到期日，本镇加严的按本镇的算；所涉年份放假安排尚未公布的，标为暂定。"""
    return answer(await time_rules.offered(session, actor, rule_id, start))


@router.post(
    "/{rule_id}/versions", response_model=TimeRuleRead, status_code=201, summary="调整期限"
)
async def create_version(
    rule_id: RuleId, body: TimeRuleVersionCreate, actor: Manager, session: DbSession
) -> Response:
    """由县里为可以调整的规则设定新期限，自生效日起用于新起算的期限；法定期限不能调整。"""
    return answer(await time_rules.create_version(session, actor, rule_id, body), 201)


@router.post(
    "/{rule_id}/town-terms", response_model=TimeRuleRead, status_code=201, summary="本镇加严期限"
)
async def tighten(
    rule_id: RuleId,
    body: TownTermCreate,
    actor: Annotated[Actor, require(P.TIME_RULE_TIGHTEN)],
    session: DbSession,
) -> Response:
    """给本镇定一个比全县更短的期限，自生效日起用于新起算的期限；不能放宽。"""
    return answer(await time_rules.tighten(session, actor, rule_id, body), 201)


@holidays_router.get("", response_model=HolidayYears, summary="节假日安排")
async def years(_: Anyone, session: DbSession) -> Response:
    """已知各年的放假与调休安排。"""
    return answer(await holiday_years.list_all(session))


@holidays_router.put("/{year}", response_model=HolidayYearShown, summary="录入节假日安排")
async def put_year(
    year: Annotated[int, Path(ge=1900, le=2200)],
    body: HolidayYearPut,
    actor: Manager,
    session: DbSession,
) -> Response:
    """由县里录入国务院办公厅公布的一年放假安排；暂定的期限随后自动重算。"""
    return answer(await holiday_years.put(session, actor, year, body))
