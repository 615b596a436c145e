"""What waits for a unit, by person: who has how much in hand, until when, what is late, and what
nobody has taken upon themselves."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.listing.pagination import EXACT_TOTAL
from api.domain.kit.actors import Actor
from api.models.units import Post
from api.models.users import PostHolder, User
from api.services.across import turns
from api.services.across.duties import SOURCES, is_due, rows_of, term_of
from api.services.kit import time_rules
from api.services.reporters import confidential_duties

#: What is told to single people only is in no figure of their unit (ADR 0022).
_OPEN_TO_UNIT = tuple(each for each in SOURCES if each not in confidential_duties.SOURCES)


@dataclass(slots=True)
class _Load:
    """How much somebody has in hand."""

    count: int = 0
    overdue: int = 0
    first_due_on: date | None = None

    def add(self, number: int, due_on: date | None) -> None:
        """So many more that are due on a day."""
        self.count += number
        if due_on is None:
            return
        self.overdue += number if due_on < today() else 0
        self.first_due_on = min(self.first_due_on or due_on, due_on)

    def shown(self) -> dict[str, Any]:
        """As it is told."""
        return {
            "count": self.count,
            "overdue": self.overdue,
            "first_due_on": self.first_due_on,
        }


async def of_unit(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """The people of the actor's unit with what each has in hand, whoever has most of it late first;
    and what nobody has."""
    people = await _people(session, actor)
    loads = await _loads(actor)
    return {
        "may_give": await turns.answers_for_unit(session, actor),
        "people": sorted(
            (each | loads[each["user"]["id"]].shown() for each in people),
            key=lambda each: (-each["overdue"], -each["count"], each["user"]["name"]),
        ),
        "nobody": loads[None].shown(),
    }


async def _people(session: AsyncSession, actor: Actor) -> list[dict[str, Any]]:
    rows = await session.execute(
        select(
            User.id,
            User.name,
            func.string_agg(Post.name, "、"),
            func.bool_or(Post.is_head),
        )
        .join(PostHolder, and_(PostHolder.user_id == User.id, PostHolder.until.is_(None)))
        .join(Post, Post.id == PostHolder.post_id)
        .where(Post.unit_id == actor.unit_id, Post.is_active, User.is_active)
        .group_by(User.id, User.name)
    )
    return [
        {"user": {"id": str(user_id), "name": name}, "post": post, "is_head": is_head}
        for user_id, name, post, is_head in rows
    ]


async def _loads(actor: Actor) -> dict[str | None, _Load]:
    """By person. Terms that begin on a day are counted here, once for all that began on it."""
    found: dict[str | None, _Load] = defaultdict(_Load)
    mine = [each for each in _OPEN_TO_UNIT if actor.may(each.needs)]
    if not mine:
        return found
    clock = await time_rules.known()
    alike = ("kind", "holder_id", "due_on", "provisional", "rule", "rule_version", "detail")

    def made(anybody: Actor) -> Any:
        each = (select(s.rows(anybody, EXACT_TOTAL).subquery()) for s in mine)
        every = union_all(*each).subquery()
        columns = [every.c[name] for name in alike]
        return select(*columns, func.count().label("number")).group_by(*columns)

    for row in _due(await rows_of(actor, clock, "by person", made), clock):
        found[row["holder_id"]].add(row["number"], term_of(row, clock)[1])
    return found


def _due(rows: Iterable[dict[str, Any]], clock: time_rules.Clock) -> Iterable[dict[str, Any]]:
    return (row for row in rows if is_due(row, clock))
