"""The demo campaign: half a year of a small town's work, up to this morning.

Nothing is written past the services: every record is made by the post that would make it, at the
moment at which it would be made, so that numbers, deadlines, timelines and rights are real. A story
is told by an async generator that yields the moment of its next step; the steps of all stories are
taken in the order of time, and what would lie in the future has not happened yet.
"""

import heapq
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, travel
from api.domain.demo import demo
from api.models.units import Unit
from api.services.demo import demo_cases, demo_entities, demo_leads, demo_outcomes, demo_rules
from api.services.demo.demo_stage import Stage, Story
from api.services.kit import time_rules
from api.services.organisation import operators

Report = Callable[[str, int, int], None]
_SEED = 20220513
#: No story begins earlier than this before its end; whoever acts in one is in office by then.
REACH = timedelta(days=200)
_PAUSE = timedelta(minutes=1)


async def tell(session: AsyncSession, report: Report, until: datetime | None = None) -> None:
    """Let the campaign happen, in the transaction of the session; the organisation is there."""
    stage = await _stage(session, until or now())
    stories = [*demo_leads.stories(stage), *demo_entities.stories(stage)]
    stories += [*demo_cases.stories(stage), *demo_outcomes.stories(stage)]
    stories += demo_rules.stories(stage)
    await play(stage, stories, report)
    for actor in stage.actors.values():
        await operators.leave(session, actor)


async def _stage(session: AsyncSession, until: datetime) -> Stage:
    clock = await time_rules.clock(session)
    units = {row.name: row.id for row in await session.execute(select(Unit.name, Unit.id))}
    begin = until - REACH
    with travel(begin):
        actors = {
            post.code: await operators.enter(session, post.code, "演示数据", 2 * REACH)
            for post in demo.POSTS
        }
    chance = random.Random(_SEED)  # noqa: S311  # a demo, not a secret
    return Stage(
        random=chance, session=session, actors=actors, units=units, clock=clock, until=until
    )


async def play(stage: Stage, stories: Iterable[Story], report: Report) -> None:
    """Take the steps of all stories in the order of time."""
    waiting: list[tuple[datetime, int, Story]] = []
    for number, story in enumerate(stories):
        if (at := await anext(story, None)) is not None:
            heapq.heappush(waiting, (at, number, story))
    total = len(waiting)
    while waiting:
        at, number, story = heapq.heappop(waiting)
        following = None
        if at <= stage.until:
            with travel(at):
                following = await anext(story, None)
            # Each step finds the records as a request of its own would: read anew.
            await stage.session.flush()
            stage.session.expunge_all()
        if following is None:
            await story.aclose()
            report("演示行动", total - len(waiting), total)
        else:
            # the clock runs on while a step is taken; the next one is never before it
            heapq.heappush(waiting, (max(following, at + _PAUSE), number, story))
