"""`/me/duties`: what waits for the present post."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from api.access.guards import Anyone
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.duties import DutyKind
from api.schemas.duties import Duties, UnitTurns
from api.schemas.escalations import Escalations
from api.services.across import duties, escalations, unit_turns

router = make_router("me")


@router.get("/duties", response_model=Duties, summary="我的待办")
async def waiting(
    actor: Anyone,
    kind: Annotated[DutyKind | None, Query(description="只列这一种事项；件数仍是全部的")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="列出的件数")] = 100,
    grouped: Annotated[bool, Query(description="十件以上的同一种事项合为一行，不逐件列出")] = False,
    holder_id: Annotated[UUID | None, Query(description="只列本单位这个人接手在办的")] = None,
    unheld: Annotated[bool, Query(description="只列没有人接手的")] = False,
    subject_id: Annotated[UUID | None, Query(description="只列这一条记录的")] = None,
    cursor: Annotated[
        str | None,
        Query(max_length=1000, description="上一次返回的游标；合为一行的列表没有下一页"),
    ] = None,
) -> Response:
    """等待本单位处理的全部事项，按到期先后排列，`next_cursor` 不为空的还有下一页；事项随记录办理而消失，不能手工清除。"""
    hands = duties.Hands(holder_id, unheld, subject_id)
    grouped = grouped and kind is None and hands == duties.ANY_HANDS
    found = await duties.waiting(actor, limit, kind, grouped=grouped, hands=hands, cursor=cursor)
    return answer(found)


@router.get("/unit-duties", response_model=UnitTurns, summary="本单位谁在办什么")
async def by_person(actor: Anyone, session: DbSession) -> Response:
    """等待本单位处理的事项按人分列：谁接手了几件、最早哪天到期、超期几件，没有人接手的几件。

    只限知情人员的事项不在其中。
    """
    return answer(await unit_turns.of_unit(session, actor))


@router.get("/escalations", response_model=Escalations, summary="升级督办的事项")
async def escalated(actor: Anyone) -> Response:
    """别的单位逾期未办、按期限长短升级到本岗位的事项：该由谁办、从哪天起逾期；办了才会消失。

    镇专项办、镇领导、督导组逐级看到；其他岗位为空。
    """
    return answer(await escalations.watched(actor))
