"""Units of the county: named once, told apart by kind and place, with one liaison each."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.base.clock import now, today
from api.core.events import events
from api.core.listing import keyset, search
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, StaleVersion
from api.domain.kit.events import EventName
from api.domain.kit.flow import Correction
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission, Role
from api.domain.organisation.organisation import (
    SINGLE_KINDS,
    Change,
    OrganisationAction,
    UnitBehaviour,
    level,
    offers,
)
from api.domain.words import pinyin
from api.models.liaisons import Liaison
from api.models.unit_kinds import UnitKind
from api.models.units import Division, Post, Unit
from api.models.users import PostHolder, User
from api.schemas.common import actions
from api.schemas.units import LiaisonCreate, UnitCreate, UnitQuery, UnitUpdate
from api.services.kit import changes as corrections
from api.services.kit import columns, protect, searching
from api.services.organisation import unit_kinds

RESOURCE = "unit"
corrections.check(UnitUpdate, Unit)

_HOLDER = (
    select(func.json_build_object("id", User.id, "name", User.name))
    .join(PostHolder, PostHolder.user_id == User.id)
    .where(PostHolder.post_id == Post.id, PostHolder.until.is_(None))
    .correlate(Post)
    .scalar_subquery()
)


def _units() -> Select[*tuple[Any, ...]]:
    return (
        select(Unit, Division.name.label("division_name"), UnitKind)
        .join(Division, Division.code == Unit.division_code)
        .join(UnitKind, UnitKind.code == Unit.kind)
    )


def _shown(row: Any) -> dict[str, Any]:
    unit: Unit = row.Unit
    return {
        "id": unit.id,
        "name": unit.name,
        "pinyin": pinyin.spelled(unit.name),
        "kind": unit.kind,
        "kind_label": row.UnitKind.label,
        "behaviour": unit.behaviour,
        "division_code": unit.division_code,
        "division_name": row.division_name,
        "is_active": unit.is_active,
        "version": unit.version,
    }


async def page(session: AsyncSession, actor: Actor, query: UnitQuery) -> dict[str, Any]:
    """Units by name."""
    statement = _units().where(visibility.seen(actor, Unit))
    if query.q and not searching.blank(query.q):
        named = searching.names(Unit.name, query.q)
        spelled = await searching.spelled(session, Unit.id, Unit.name, query.q)
        statement = statement.where(or_(named, Unit.id.in_(spelled)))
    if query.kind:
        statement = statement.where(Unit.kind.in_(query.kind))
    if query.behaviour:
        statement = statement.where(Unit.behaviour.in_(query.behaviour))
    if query.division_code:
        statement = statement.where(
            Unit.division_code >= query.division_code,
            Unit.division_code < columns.division_end(query.division_code),
        )
    if not query.include_inactive:
        statement = statement.where(Unit.is_active)
    return await keyset.page(session, statement, Unit.name, query, _shown, name="units")


async def read(session: AsyncSession, actor: Actor, unit_id: UUID) -> dict[str, Any]:
    """One unit with its posts. Raises NotFound."""
    row = (
        await session.execute(_units().where(Unit.id == unit_id, visibility.seen(actor, Unit)))
    ).one_or_none()
    if row is None:
        raise NotFound
    posts = (
        await session.execute(
            select(Post, _HOLDER.label("holder")).where(Post.unit_id == unit_id).order_by(Post.code)
        )
    ).all()
    has_posts = any(post.is_active for post, _ in posts)
    offered = [] if has_posts or not row.Unit.is_active else offered_posts(row.UnitKind)
    return _shown(row) | {
        "duty": row.UnitKind.duty,
        "offered_posts": offered,
        "phone": row.Unit.phone,
        "address": row.Unit.address,
        "available_actions": _available(actor, row.Unit, offered),
        "posts": [
            {
                "id": post.id,
                "name": post.name,
                "role": post.role,
                "is_liaison": post.is_liaison,
                "is_active": post.is_active,
                "holder": holder,
            }
            for post, holder in posts
        ],
    }


def offered_posts(kind: UnitKind) -> list[dict[str, Any]]:
    """The posts of a kind's template that need nothing further said: a grid worker's needs a grid."""
    return [post for post in kind.posts if post["role"] != Role.GRID]


def _available(actor: Actor, unit: Unit, offered: list[dict[str, Any]]) -> list[Any]:
    if not actor.may(Permission.UNIT_MANAGE):
        return []
    if refusal(actor, unit.behaviour, unit.division_code) is not None:
        return []
    found: list[Labelled] = [Correction.EDIT]
    found += [OrganisationAction.CHANGE_LIAISON] if unit.is_active else []
    found += [OrganisationAction.SET_UP_POSTS] if offered and _sets_up(actor) else []
    return actions(offers(*found), edit=UnitUpdate)


def _sets_up(actor: Actor) -> bool:
    return actor.may(Permission.USER_MANAGE)


def refusal(actor: Actor, behaviour: UnitBehaviour, division_code: str) -> Forbidden | None:
    """Why this actor does not keep such a unit there. The office keeps the units of its town; what lies above or beside is the administrator's."""
    if actor.role is Role.SYSTEM_ADMIN:
        return None
    if behaviour in {UnitBehaviour.SYSTEM, UnitBehaviour.COUNTY}:
        return Forbidden("该类单位由系统管理员维护", code="unit_kind_reserved")
    if not division_code.startswith(actor.town):
        return Forbidden("只能维护本镇范围内的单位", code="other_town")
    return None


def _may_manage(actor: Actor, behaviour: UnitBehaviour, division_code: str) -> None:
    if found := refusal(actor, behaviour, division_code):
        raise found


async def create(session: AsyncSession, actor: Actor, body: UnitCreate) -> dict[str, Any]:
    """Set up a unit. Raises Forbidden, Invalid, Conflict (`unit_name_taken`, `unit_exists`)."""
    kind = await unit_kinds.of(session, body.kind, body.division_code)
    _may_manage(actor, kind.behaviour, body.division_code)
    if await session.get(Division, body.division_code) is None:
        message = "行政区划不存在"
        raise Invalid(message, errors=[FieldError("/division_code", "division_unknown", message)])
    unit = await make(session, actor, body.name, kind, body.division_code)
    return await read(session, actor, unit.id)


async def make(
    session: AsyncSession, actor: Actor, name: str, kind: UnitKind, division_code: str
) -> Unit:
    """The row of a new unit of a place that is known. Raises Invalid, Conflict."""
    await _name_free(session, name)
    await _single(session, kind.behaviour, division_code)
    unit = Unit(name=name, kind=kind.code, behaviour=kind.behaviour, division_code=division_code)
    session.add(unit)
    await session.flush()
    await _told(session, actor, unit, Change.CREATED)
    return unit


async def _name_free(session: AsyncSession, name: str, besides: UUID | None = None) -> None:
    """No two units are told apart by a blank or the width of a letter. The unique constraint answers
    whoever comes with the very same name at the same moment."""
    others = await session.execute(select(Unit.name).where(Unit.id != (besides or UUID(int=0))))
    wanted = search.plain(name)
    for other in others.scalars():
        if search.plain(other) == wanted:
            message = f"已有同名单位“{other}”"
            errors = [FieldError("/name", "unit_name_taken", message)]
            raise Conflict(message, code="unit_name_taken", errors=errors)


async def _single(session: AsyncSession, behaviour: UnitBehaviour, division_code: str) -> None:
    wanted = SINGLE_KINDS.get(behaviour)
    if wanted is None:
        return
    if level(division_code) is not wanted:
        message = f"{behaviour.label}应设在{wanted.label}一级"
        raise Invalid(message, errors=[FieldError("/division_code", "wrong_level", message)])
    key = func.hashtext(f"unit:{behaviour}:{division_code}")
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    there = await session.scalar(
        select(Unit.name).where(
            Unit.behaviour == behaviour, Unit.division_code == division_code, Unit.is_active
        )
    )
    if there:
        raise Conflict(f"该区划已有{behaviour.label}：{there}", code="unit_exists")


async def _locked(session: AsyncSession, actor: Actor, unit_id: UUID) -> Unit:
    unit = await session.scalar(
        select(Unit).where(Unit.id == unit_id, visibility.seen(actor, Unit)).with_for_update()
    )
    if unit is None:
        raise NotFound
    _may_manage(actor, unit.behaviour, unit.division_code)
    return unit


async def for_posts(session: AsyncSession, actor: Actor, unit_id: UUID) -> tuple[Unit, UnitKind]:
    """A unit, locked, that is to get its posts, and its kind. Raises NotFound, Forbidden."""
    unit = await _locked(session, actor, unit_id)
    kind = await session.scalar(select(UnitKind).where(UnitKind.code == unit.kind))
    if kind is None or not unit.is_active:
        raise NotFound
    return unit, kind


async def change(
    session: AsyncSession, actor: Actor, unit_id: UUID, body: UnitUpdate
) -> dict[str, Any]:
    """Rename a unit, close it or open it again; its records keep it as their owner.

    Raises NotFound, Forbidden, StaleVersion, Conflict (`unit_in_use`, `unit_name_taken`).
    """
    unit = await _locked(session, actor, unit_id)
    if unit.version != body.version:
        raise StaleVersion(current=unit.version)
    if body.is_active is False and unit.is_active:
        in_use = await session.scalar(
            select(func.count()).select_from(Post).where(Post.unit_id == unit_id, Post.is_active)
        )
        if in_use:
            raise Conflict(f"该单位还有 {in_use} 个在用岗位，请先停用", code="unit_in_use")
    if body.is_active and not unit.is_active:
        await _single(session, unit.behaviour, unit.division_code)
    if body.name is not None:
        await _name_free(session, body.name, besides=unit.id)
    what = _what(unit, body)
    for name, value in body.changes().items():
        setattr(unit, name, value)
    unit.version += 1
    unit.updated_at = now()
    await session.flush()
    await _told(session, actor, unit, what)
    return await read(session, actor, unit_id)


def _what(row: Unit | Post, body: Any) -> Change:
    if body.is_active is None or body.is_active == row.is_active:
        return Change.UPDATED
    return Change.ACTIVATED if body.is_active else Change.DEACTIVATED


async def _told(
    session: AsyncSession, actor: Actor, unit: Unit, what: Change, **more: object
) -> None:
    data = {"change": what.value, "name": unit.name} | more
    await events.record(session, actor, EventName.UNIT_CHANGED, RESOURCE, unit.id, data)


async def hand_over_liaison(
    session: AsyncSession, actor: Actor, unit_id: UUID, body: LiaisonCreate
) -> dict[str, Any]:
    """Make a post the unit's liaison; the one before it stays in the history.

    Raises NotFound, Forbidden, Invalid, Conflict (`already_liaison`).
    """
    unit = await _locked(session, actor, unit_id)
    since = body.since or today()
    post = await session.get(Post, body.post_id)
    if post is None or post.unit_id != unit_id or not post.is_active:
        message = "岗位不属于该单位或已停用"
        raise Invalid(message, errors=[FieldError("/post_id", "post_unknown", message)])
    await _end_present(session, unit_id, post, since)
    session.add(
        Liaison(
            unit_id=unit_id,
            post_id=post.id,
            since=since,
            handover_note=protect.told(body.note),
        )
    )
    await session.execute(
        update(Post).where(Post.unit_id == unit_id).values(is_liaison=Post.id == post.id)
    )
    await session.flush()
    await _told(session, actor, unit, Change.LIAISON_CHANGED, post_id=str(post.id))
    return await liaisons(session, actor, unit_id)


async def _end_present(session: AsyncSession, unit_id: UUID, post: Post, since: Any) -> None:
    present = await session.scalar(
        select(Liaison).where(Liaison.unit_id == unit_id, Liaison.until.is_(None))
    )
    if present is None:
        # flagged before the history was kept
        flagged = await session.scalars(
            select(Post).where(Post.unit_id == unit_id, Post.is_liaison, Post.id != post.id)
        )
        session.add_all(
            Liaison(unit_id=unit_id, post_id=each.id, since=None, until=since) for each in flagged
        )
        return
    if present.post_id == post.id:
        raise Conflict("该岗位已是联络员", code="already_liaison")
    if present.since and since < present.since:
        message = "接任日期早于上一任的接任日期"
        raise Invalid(message, errors=[FieldError("/since", "before_last", message)])
    present.until = since
    await session.flush()


async def end_liaison(session: AsyncSession, post: Post) -> None:
    """A post that closes is no liaison any more."""
    post.is_liaison = False
    await session.execute(
        update(Liaison)
        .where(Liaison.post_id == post.id, Liaison.until.is_(None))
        .values(until=today())
    )


async def liaisons(session: AsyncSession, actor: Actor, unit_id: UUID) -> dict[str, Any]:
    """Who was liaison when, the present one first. Raises NotFound."""
    if (
        await session.scalar(
            select(Unit.id).where(Unit.id == unit_id, visibility.seen(actor, Unit))
        )
        is None
    ):
        raise NotFound
    rows = await session.execute(
        select(Liaison, Post.name)
        .join(Post, Post.id == Liaison.post_id)
        .where(Liaison.unit_id == unit_id)
        .order_by(Liaison.until.is_(None).desc(), Liaison.id.desc())
        .limit(200)
    )
    return {
        "items": [
            {
                "id": row.id,
                "post": {"id": row.post_id, "name": name},
                "since": row.since,
                "until": row.until,
                "handover_note": row.handover_note,
            }
            for row, name in rows
        ]
    }
