"""What the demo campaign published and established."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from api.core.base.clock import TIMEZONE
from api.domain.outcomes.outcomes import OutcomeKind
from api.schemas.outcomes import OutcomeCreate
from api.services.demo.demo_stage import Stage, Story, act
from api.services.outcomes.outcomes import OUTCOMES

K = OutcomeKind

#: Days before today, post, kind, title, channel or place, paper, people reached.
_TOLD: Final = (
    (150, "office", K.EDUCATION, "“守护银龄”反诈宣传进村", "白庙村文化广场", "", 260),
    (121, "culture", K.EDUCATION, "防养老诈骗专场庐剧小戏巡演", "东湖村戏台", "", 430),
    (96, "justice", K.TYPICAL_CASE, "以案说法：“预订床位返利”骗局拆解", "县融媒体中心", "", None),
    (62, "office", K.INSTITUTION, "养老机构预收费备案与公示办法（试行）", "",
     "众办〔{}〕31号", None),
    (40, "civil", K.INSTITUTION, "涉老领域风险会商制度", "", "众民〔{}〕9号", None),
    (23, "justice", K.TYPICAL_CASE, "以案说法：保健品“免费体检”会销案", "村村响广播", "", 5200),
    (9, "office", K.EDUCATION, "冬季集中宣讲：识骗防骗八问", "新桥村党群服务中心", "", 180),
)  # fmt: skip


#: Judged in public, long before anybody here told of it.
_JUDGED_ON: Final = date(2021, 12, 20)


def stories(stage: Stage) -> list[Story]:
    """One story for each: it is recorded on the day it happened."""
    return [_tell(stage, *told) for told in _TOLD]


async def _tell(
    stage: Stage,
    days: int,
    post: str,
    kind: OutcomeKind,
    title: str,
    medium: str,
    document_no: str,
    audience: int | None,
) -> Story:
    day: date = stage.until.date() - timedelta(days=days)
    yield datetime(day.year, day.month, day.day, 16, 30, tzinfo=TIMEZONE)
    exposed = kind is K.TYPICAL_CASE
    body = OutcomeCreate(
        kind=kind,
        title=title,
        issued_on=day,
        medium=medium,
        document_no=document_no.format(day.year),
        audience=audience,
        summary="",
        judgment_court="某县人民法院" if exposed else "",
        judgment_no="（2021）某刑初某号" if exposed else "",
        judged_on=_JUDGED_ON if exposed else None,
    )
    made = await OUTCOMES.create(stage.session, stage.actors[post], body)
    if exposed:
        leader = stage.actors["leader"]
        await OUTCOMES.transition(stage.session, leader, UUID(made["id"]), act("publish", made))
