"""A rule that the demo town is about to change: the office has drafted it, the leader is to approve."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from api.core.base.clock import TIMEZONE
from api.domain.across.rule_sets import RuleKind
from api.domain.rewards import rewards
from api.domain.words import rule_content
from api.schemas.rule_sets import RuleSetVersionCreate
from api.services.demo.demo_stage import Stage, Story, act
from api.services.organisation import rule_set_versions

#: Days before today on which it was drafted, and after it on which it is to be in force.
_DRAFTED: Final = 1
_IN_FORCE: Final = 30


def stories(stage: Stage) -> list[Story]:
    """The one."""
    return [_rewards(stage)]


async def _rewards(stage: Stage) -> Story:
    day = stage.until - timedelta(days=_DRAFTED)
    yield datetime(day.year, day.month, day.day, 9, 40, tzinfo=TIMEZONE)
    content = rule_content.shown(rewards.ENTRIES, rewards.content_of(rewards.BUILTIN))
    steps = [dict(each) for each in content["steps"]]
    steps[1]["reward"] = "3000.00"
    body = RuleSetVersionCreate(
        content=content | {"steps": steps, "basis_points": 5},
        valid_from=(stage.until + timedelta(days=_IN_FORCE)).date(),
        source=f"众专办〔{day.year}〕14号（征求意见）",
        note="提高十万元以上一档，另按涉案金额加奖",
    )
    made = await rule_set_versions.draft(
        stage.session, stage.actors["office"], RuleKind.REWARDS, body
    )
    yield datetime(day.year, day.month, day.day, 15, 10, tzinfo=TIMEZONE)
    await rule_set_versions.transition(
        stage.session, stage.actors["office"], UUID(str(made["id"])), act("submit", made)
    )
