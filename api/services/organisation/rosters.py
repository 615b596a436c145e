"""A pasted list of units, posts and people: shown first, then taken over whole or not at all."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid
from api.domain.organisation.organisation import next_number
from api.domain.words.masks import mask_phone
from api.models.units import Post
from api.models.users import User
from api.schemas.rosters import RosterCreate
from api.services.organisation import posts, roster_plans, units, users
from api.services.organisation.roster_plans import Plan, Planned, PlannedUser


async def preview(session: AsyncSession, actor: Actor, body: RosterCreate) -> dict[str, Any]:
    """What each line would do, and all that is wrong; nothing is written."""
    plan = await roster_plans.made(session, actor, body.text)
    return {
        "lines": _shown(plan),
        "faults": [
            {
                "line": fault.line,
                "label": fault.column.label if fault.column else "",
                "code": fault.code,
                "message": fault.message,
            }
            for fault in plan.faults
        ],
        "counts": _counts(plan),
    }


def _shown(plan: Plan) -> list[dict[str, Any]]:
    """What is new is said once, where it first stands."""
    said: set[int] = set()

    def is_first(planned: Any) -> bool:
        new = planned is not None and planned.row is None and id(planned) not in said
        said.add(id(planned))
        return new

    return [_line(plan, each, is_first) for each in plan.lines]


def _line(plan: Plan, each: Planned, is_first: Any) -> dict[str, Any]:
    unit, post, user = each.unit, each.post, each.user
    place = post.place if post else unit.place
    return {
        "line": each.number,
        "unit": unit.name,
        "unit_is_new": is_first(unit),
        "kind_label": unit.kind.label,
        "division_name": plan.divisions.get(place, place),
        "post": post.name if post else "",
        "post_is_new": is_first(post),
        "role": post.role if post else None,
        "name": user.name if user else "",
        "phone_mask": mask_phone(user.phone) if user and user.phone else "",
        "username": user.username if user else "",
        "user_is_new": is_first(user),
    }


def _counts(plan: Plan) -> dict[str, int]:
    return {
        "units": sum(unit.row is None for unit in plan.units.values()),
        "posts": sum(post.row is None for post in plan.posts.values()),
        "users": sum(user.row is None for user in plan.users),
        "holders": sum(post.taker is not None for post in plan.posts.values()),
    }


async def take_over(session: AsyncSession, actor: Actor, body: RosterCreate) -> dict[str, Any]:
    """Set up everything that the list names and is not there yet. The passwords in the answer are
    stored nowhere. Raises Invalid with every fault, and then nothing was done."""
    # two lists at once would give the same codes and names
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("rosters"))))
    plan = await roster_plans.made(session, actor, body.text)
    if plan.faults:
        faults = [FieldError("/text", fault.code, fault.sentence) for fault in plan.faults]
        raise Invalid("名单有误，什么也没有导入", errors=faults)
    counts = _counts(plan)
    for unit in plan.units.values():
        if unit.row is None:
            unit.row = await units.make(session, actor, unit.name, unit.kind, unit.place)
    passwords = await _people(session, actor, plan)
    for post in plan.posts.values():
        assert post.unit.row is not None  # noqa: S101  # made above
        row: Post | None = post.row
        if row is None:
            row = await posts.add(
                session, actor, post.unit.row.id, post.name, post.role, post.place
            )
        if post.taker is not None and post.taker.row is not None:
            await posts.seat(session, actor, row, post.taker.row.id)
    return {"counts": counts, "passwords": passwords}


async def _people(session: AsyncSession, actor: Actor, plan: Plan) -> list[dict[str, Any]]:
    """The new people with their passwords, in the order of the list."""
    taken = set(await session.scalars(select(User.username)))
    taken |= {user.username for user in plan.users}
    where = {id(post.taker): post for post in reversed(plan.posts.values()) if post.taker}
    made: list[dict[str, Any]] = []
    for user in plan.users:
        post = where.get(id(user))
        if user.row is not None or post is None:
            continue
        user.username = user.username or _free_name(user, taken)
        taken.add(user.username)
        user.row, password = await users.make(session, actor, user.username, user.name, user.phone)
        made.append(
            {
                "user_id": user.row.id,
                "name": user.name,
                "username": user.username,
                "unit": post.unit.name,
                "temporary_password": password,
            }
        )
    return made


def _free_name(user: PlannedUser, taken: set[str]) -> str:
    """`police03`: by what the person is for, as nobody wrote a login name."""
    stem = user.roles[0].value
    return f"{stem}{next_number(stem, (each for each in taken if each.startswith(stem))):02d}"
