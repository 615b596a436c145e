"""`/me/duties`: what waits for the present post."""

from typing import Annotated

from fastapi import Response

from api.access.guards import Anyone, require_folded
from api.core.web.query import query_of
from api.core.web.routing import DbSession, answer
from api.core.web.routing import router as make_router
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission
from api.schemas.duties import Duties, DutyQuery, UnitTurns
from api.schemas.escalations import Escalations
from api.services.across import duties, escalations, unit_turns

router = make_router("me")


@router.get("/duties", response_model=Duties, summary="我的待办")
async def waiting(
    actor: Annotated[Actor, require_folded(Permission.SELF)],
    query: Annotated[DutyQuery, query_of(DutyQuery)],
) -> Response:
    """等待本单位处理的全部事项，按到期先后排列，`next_cursor` 不为空的还有下一页；事项随记录办理而消失，不能手工清除。"""
    hands = duties.Hands(query.holder_id, query.unheld, query.subject_id)
    in_lines = query.grouped and query.with_counts and query.kind is None
    found = await duties.waiting(
        actor,
        query.limit,
        query.kind,
        grouped=in_lines and hands == duties.ANY_HANDS,
        hands=hands,
        cursor=query.cursor,
        counted=query.with_counts,
    )
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

    镇专项办、镇领导、督导组逐级看到；因回避转到县里、由县专项办承办的，县专项办全体看到本单位逾期的；其他岗位为空。
    """
    return answer(await escalations.watched(actor))
