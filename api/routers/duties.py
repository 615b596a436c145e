"""`/me/duties`: what waits for the present post."""

from typing import Annotated

from fastapi import Query, Response

from api.access.guards import Anyone
from api.core.web.routing import answer
from api.core.web.routing import router as make_router
from api.domain.kit.duties import DutyKind
from api.schemas.duties import Duties
from api.services.across import duties

router = make_router("me")


@router.get("/duties", response_model=Duties, summary="我的待办")
async def waiting(
    actor: Anyone,
    kind: Annotated[DutyKind | None, Query(description="只列这一种事项；件数仍是全部的")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="列出的件数")] = 100,
    grouped: Annotated[bool, Query(description="十件以上的同一种事项合为一行，不逐件列出")] = False,
) -> Response:
    """等待本单位处理的全部事项，按到期先后排列；事项随记录办理而消失，不能手工清除。"""
    return answer(await duties.waiting(actor, limit, kind, grouped=grouped and kind is None))
