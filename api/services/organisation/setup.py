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
        SetupStep.UNITS: {UnitBehaviour.POLICE, UnitBehaviour.VILLAGE} <= set(units),
        SetupStep.POSTS: bool(set(held) - ADMINISTRATORS - {Role.OFFICE}),
        SetupStep.LIAISONS: bool(units) and all(units.values()),
    }
    return {
        "items": [
            {
                "key": step,
                "label": step.label,
                "who": who.label if (who := DONE_BY[step]) else BY_COMMAND,
                "done": done[step],
                "url_hint": _where(actor, step),
            }
            for step in SetupStep
        ],
        "is_complete": all(done.values()),
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
