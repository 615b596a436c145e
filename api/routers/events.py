"""`/events`, `/audit/events`, and `/{resource}/{id}/timeline` of every resource."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.access.guards import require
from api.core.listing.pagination import Page, PageQuery
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.events import AuditEntry, AuditQuery, Feed, FeedQuery, TimelineEntry
from api.services.across import audit, feed, timeline
from api.services.across.sources import SOURCES, Source

router = make_router("events")
audit_router = make_router("audit")


@router.get(
    "",
    response_model=Feed,
    responses={409: {"description": "数据已从备份恢复，须从头读取"}},
    summary="事件流",
)
async def page(
    actor: Annotated[Actor, require(P.EVENT_READ)],
    query: Annotated[FeedQuery, query_of(FeedQuery)],
    session: DbSession,
) -> Response:
    """按提交先后给出可见记录的事件（CloudEvents 1.0）；不重不漏，可空页续读。"""
    return answer(await feed.page(session, actor, query))


@audit_router.get("/events", response_model=Page[AuditEntry], summary="审计记录")
async def events(
    _: Annotated[Actor, require(P.AUDIT_READ)],
    query: Annotated[AuditQuery, query_of(AuditQuery)],
    session: DbSession,
) -> Response:
    """谁在何时何地做了什么；不含业务内容。"""
    return answer(await audit.page(session, query))


def _timeline_router(source: Source) -> APIRouter:
    made = make_router(source.noun)

    @made.get(
        "/{record_id}/timeline",
        response_model=Page[TimelineEntry],
        name="timeline",
        summary="办理记录",
    )
    async def read(  # pyright: ignore[reportUnusedFunction]  # called by FastAPI
        record_id: UUID,
        actor: Annotated[Actor, require(source.permission)],
        query: Annotated[PageQuery, query_of(PageQuery)],
        session: DbSession,
    ) -> Response:
        """一条记录自登记以来的办理经过，新的在前。"""
        return answer(await timeline.page(session, actor, source.listing, record_id, query))

    return made


timeline_routers = tuple(_timeline_router(source) for source in SOURCES)
