"""How far a new installation is set up."""

from collections import Counter
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Role
from api.domain.organisation.organisation import (
    ADMINISTRATORS,
    LEVEL_DIGITS,
    UNSET_DIVISION,
    DivisionLevel,
    UnitBehaviour,
)
from api.domain.organisation.setup import (
    BY_COMMAND,
    DONE_AT,
    DONE_BY,
    EMPTY_HINT,
    READY_HINT,
    SetupStep,
)
from api.models.units import Division, Post, Unit
from api.models.users import PostHolder, User

_APART = {UnitBehaviour.SYSTEM, UnitBehaviour.OFFICE}
#: Without these no town begins.
_NEEDED = (UnitBehaviour.POLICE, UnitBehaviour.VILLAGE)
#: So many units are named one by one.
_MOST_NAMED = 5


async def state(session: AsyncSession) -> dict[str, Any]:
    """Whether there is anybody at all."""
    somebody = await session.scalar(select(exists(select(User.id))))
    return {"is_empty": not somebody, "hint": READY_HINT if somebody else EMPTY_HINT}


async def steps(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    """Every step, whether it is done, and where, for those who may do it."""
    held = Counter(
        dict(
            (await session.execute(
                select(Post.role, func.count())
                .join(PostHolder, PostHolder.post_id == Post.id)
                .join(User, User.id == PostHolder.user_id)
                .where(PostHolder.until.is_(None), Post.is_active, User.is_active)
                .group_by(Post.role)
            )).tuples().all()
        )
    )  # fmt: skip
    village = LEVEL_DIGITS[DivisionLevel.VILLAGE]
    villages = await session.scalar(
        select(func.count()).where(
            func.length(Division.code) == village, Division.code != UNSET_DIVISION[0]
        )
    )
    units = await _units(session)
    done = {
        SetupStep.SYSTEM_ADMIN: held[Role.SYSTEM_ADMIN] > 0,
        SetupStep.SECURITY_ADMIN: held[Role.SECURITY_ADMIN] > 0,
        SetupStep.AUDIT_ADMIN: held[Role.AUDIT_ADMIN] > 0,
        SetupStep.DIVISIONS: bool(villages),
        SetupStep.OFFICE: held[Role.OFFICE] > 0,
        SetupStep.UNITS: set(_NEEDED) <= set(units),
        SetupStep.POSTS: bool(set(held) - ADMINISTRATORS - {Role.OFFICE}),
        SetupStep.LIAISONS: bool(units) and all(units.values()),
    }
    missing = await _missing(session, units)
    return {
        "items": [
            {
                "key": step,
                "label": step.label,
                "who": who.label if (who := DONE_BY[step]) else BY_COMMAND,
                "done": done[step],
                "missing": missing.get(step, []),
                "url_hint": _where(actor, step),
            }
            for step in SetupStep
        ],
        "is_complete": all(done.values()),
    }


async def _missing(
    session: AsyncSession, units: dict[UnitBehaviour, bool]
) -> dict[SetupStep, list[str]]:
    """What is left of the steps that consist of several things."""
    held = select(Post.unit_id).join(PostHolder, PostHolder.post_id == Post.id)
    held = held.where(PostHolder.until.is_(None), Post.is_active)
    empty = await session.scalars(
        select(Unit.name)
        .where(Unit.is_active, Unit.behaviour.not_in(_APART), Unit.id.not_in(held))
        .order_by(Unit.name)
    )
    names = [f"{name}还没有人" for name in empty]
    if len(names) > _MOST_NAMED:
        rest = len(names) - _MOST_NAMED
        names = [*names[:_MOST_NAMED], f"另有 {rest} 个单位还没有人"]
    return {
        SetupStep.UNITS: [f"还没有{kind.label}" for kind in _NEEDED if kind not in units],
        SetupStep.POSTS: names,
        SetupStep.LIAISONS: [
            f"{kind.label}还没有联络员" for kind, has_liaison in units.items() if not has_liaison
        ],
    }


def _where(actor: Actor, step: SetupStep) -> str | None:
    page, needs = DONE_AT.get(step, (None, None))
    return page if needs and actor.may(needs) else None


async def _units(session: AsyncSession) -> dict[UnitBehaviour, bool]:
    """The kinds of member units there are, and whether one of each has a liaison."""
    rows = await session.execute(
        select(Unit.behaviour, func.coalesce(func.bool_or(Post.is_liaison), False))
        .outerjoin(Post, Post.unit_id == Unit.id)
        .where(Unit.is_active, Unit.behaviour.not_in(_APART))
        .group_by(Unit.behaviour)
    )
    return {UnitBehaviour(kind): bool(liaison) for kind, liaison in rows}
