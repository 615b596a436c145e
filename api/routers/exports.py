"""`/<noun>/exports.xlsx`: ledgers in the columns of the reporting forms."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from api.access.guards import require
from api.core.base.clock import today
from api.core.sheets.sheets import MEDIA_TYPE
from api.core.web.query import query_of
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.leads import LeadQuery
from api.schemas.rewards import RewardQuery
from api.schemas.risk_entities import RiskEntityQuery
from api.services.imports import exports

leads_router = make_router("leads")
risk_entities_router = make_router("risk-entities")
rewards_router = make_router("rewards")


def _workbook(pieces: AsyncIterator[bytes], title: str) -> Response:
    name = quote(f"{title}{today():%Y%m%d}.xlsx")
    return StreamingResponse(
        pieces,
        media_type=MEDIA_TYPE,
        headers={
            "content-disposition": f"attachment; filename=\"ledger.xlsx\"; filename*=UTF-8''{name}"
        },
    )


_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"content": {MEDIA_TYPE: {}}, "description": "Excel 工作簿"}
}


@leads_router.get(
    "/exports.xlsx", summary="导出线索台账", response_class=StreamingResponse, responses=_SHEET
)
async def export(
    actor: Annotated[Actor, require(P.LEAD_EXPORT)],
    query: Annotated[LeadQuery, query_of(LeadQuery)],
) -> Response:
    """按线索台账（表 F1）的栏目导出查询到的全部线索；个人信息打码，导出留有审计记录。cursor、limit 不起作用。"""
    return _workbook(await exports.lead_ledger(actor, query), exports.F1.title)


@risk_entities_router.get(
    "/exports.xlsx", summary="导出风险管控名单", response_class=StreamingResponse, responses=_SHEET
)
async def export_list(
    actor: Annotated[Actor, require(P.LEAD_EXPORT)],
    query: Annotated[RiskEntityQuery, query_of(RiskEntityQuery)],
) -> Response:
    """按风险管控名单（表 F2）的栏目导出查询到的全部主体；个人信息打码，导出留有审计记录。cursor、limit 不起作用。"""
    return _workbook(await exports.risk_list(actor, query), exports.F2.title)


@rewards_router.get(
    "/exports.xlsx",
    summary="导出举报奖励发放清单",
    response_class=StreamingResponse,
    responses=_SHEET,
)
async def export_payments(
    actor: Annotated[Actor, require(P.REWARD_EXPORT)],
    query: Annotated[RewardQuery, query_of(RewardQuery)],
) -> Response:
    """查询到的奖励中已批准和已发放的，末行合计；只有编号和金额，没有举报人的任何信息，导出留有审计记录。cursor、limit 不起作用。"""
    return _workbook(await exports.reward_list(actor, query), exports.REWARDS.title)
