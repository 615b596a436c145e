"""`/units`: the bodies that own records, and their liaisons."""

from typing import Annotated
from uuid import UUID

from fastapi import Response

from api.access.guards import require
from api.core.listing.pagination import Page
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer, answer_once
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission as P
from api.schemas.rosters import RosterCreate, RosterDone, RosterPreview
from api.schemas.unit_kinds import (
    UnitKindCreate,
    UnitKindQuery,
    UnitKinds,
    UnitKindShown,
    UnitKindUpdate,
)
from api.schemas.units import (
    LiaisonCreate,
    Liaisons,
    UnitCreate,
    UnitQuery,
    UnitRead,
    UnitShown,
    UnitUpdate,
)
from api.services.across import departures
from api.services.organisation import posts, rosters, unit_kinds, units

router = make_router("units")

Reader = Annotated[Actor, require(P.UNIT_READ)]
Manager = Annotated[Actor, require(P.UNIT_MANAGE)]


@router.get("", response_model=Page[UnitShown], summary="单位列表")
async def page(
    actor: Reader, query: Annotated[UnitQuery, query_of(UnitQuery)], session: DbSession
) -> Response:
    """按名称排列的本镇和县级单位；表单中选择单位也用此列表。"""
    return answer(await units.page(session, actor, query))


@router.post("", response_model=UnitRead, status_code=201, summary="新建单位")
async def create(body: UnitCreate, actor: Manager, session: DbSession) -> Response:
    """专项办可建本镇单位；县级和系统运维单位由系统管理员建立。"""
    return answer(await units.create(session, actor, body), 201)


@router.get("/kinds", response_model=UnitKinds, summary="单位类别")
async def kinds(
    actor: Reader, query: Annotated[UnitKindQuery, query_of(UnitKindQuery)], session: DbSession
) -> Response:
    """随程序发布的和本镇、本县增设的类别；每一类都归于一种固定的性质。"""
    found = await unit_kinds.page(session, actor, include_inactive=query.include_inactive)
    return answer(found)


@router.post("/kinds", response_model=UnitKindShown, status_code=201, summary="增设单位类别")
async def create_kind(body: UnitKindCreate, actor: Manager, session: DbSession) -> Response:
    """专项办为本镇增设，系统管理员为全县增设；权限由性质和职责决定，不因类别增减。"""
    return answer(await unit_kinds.create(session, actor, body), 201)


@router.patch("/kinds/{kind_id}", response_model=UnitKindShown, summary="修改单位类别")
async def change_kind(
    kind_id: UUID, body: UnitKindUpdate, actor: Manager, session: DbSession
) -> Response:
    """更名、改职责领域和岗位模板、停用；已有的单位不变。"""
    return answer(await unit_kinds.change(session, actor, kind_id, body))


@router.post("/rosters/previews", response_model=RosterPreview, summary="核对成员名单")
async def preview_roster(body: RosterCreate, actor: Manager, session: DbSession) -> Response:
    """粘贴的单位、岗位和人员名单，每行一个：逐行说明将怎样处理，有误的一次说完；什么也不写入。"""
    return answer(await rosters.preview(session, actor, body))


@router.post("/rosters", response_model=RosterDone, status_code=201, summary="导入成员名单")
async def take_over_roster(body: RosterCreate, actor: Manager, session: DbSession) -> Response:
    """没有的单位、岗位、人员都建立，并办理任职；有一处有误就整份不导入。临时密码只显示这一次，重发同一请求不再给出。"""
    return answer_once(await rosters.take_over(session, actor, body), "passwords")


@router.get("/{unit_id}", response_model=UnitRead, summary="单位")
async def read(unit_id: UUID, actor: Reader, session: DbSession) -> Response:
    """一个单位及其岗位。"""
    return answer(await units.read(session, actor, unit_id))


@router.patch("/{unit_id}", response_model=UnitRead, summary="修改单位")
async def change(unit_id: UUID, body: UnitUpdate, actor: Manager, session: DbSession) -> Response:
    """更名、停用或重新启用。"""
    return answer(await departures.change_unit(session, actor, unit_id, body))


@router.post("/{unit_id}/posts", response_model=UnitRead, status_code=201, summary="按模板设岗")
async def set_up_posts(
    unit_id: UUID, actor: Annotated[Actor, require(P.USER_MANAGE)], session: DbSession
) -> Response:
    """为还没有岗位的单位按其类别的模板设岗，代码由系统编；人员随后交接。"""
    return answer(await posts.set_up(session, actor, unit_id), 201)


@router.get("/{unit_id}/liaisons", response_model=Liaisons, summary="联络员沿革")
async def liaisons(unit_id: UUID, actor: Reader, session: DbSession) -> Response:
    """现任及历任联络员岗位。"""
    return answer(await units.liaisons(session, actor, unit_id))


@router.post("/{unit_id}/liaisons", response_model=Liaisons, status_code=201, summary="更换联络员")
async def hand_over_liaison(
    unit_id: UUID, body: LiaisonCreate, actor: Manager, session: DbSession
) -> Response:
    """每个单位只有一个现任联络员；通知发给岗位。"""
    return answer(await units.hand_over_liaison(session, actor, unit_id, body), 201)
