"""Kinds of units: those that came with the program, and those that a town or the county adds."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.database.constraints import expected
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of
from api.domain.kit.errors import FieldError, Forbidden, Invalid, NotFound, StaleVersion
from api.domain.kit.events import EventName
from api.domain.kit.flow import Correction
from api.domain.kit.permissions import Permission, Role
from api.domain.organisation.organisation import (
    ADMINISTRATORS,
    MACHINES,
    OWN_KINDS,
    UNIT_ROLES,
    UNSET_DIVISION,
    Change,
    UnitBehaviour,
    first_role,
    next_number,
    offers,
)
from api.models.unit_kinds import UnitKind
from api.schemas.common import actions
from api.schemas.unit_kinds import TemplatePost, UnitKindCreate, UnitKindUpdate
from api.services.kit import changes as corrections

RESOURCE = "unit_kind"
corrections.check(UnitKindUpdate, UnitKind)


def _seen(actor: Actor) -> ColumnElement[bool]:
    """What came with the program, what the own town or county added, and what towns below added."""
    if actor.role in ADMINISTRATORS:
        return true()
    place = actor.division_code
    above = [place[:digits] for digits in range(1, len(place) + 1)]
    return or_(
        UnitKind.division_code.is_(None),
        UnitKind.division_code.in_(above),
        UnitKind.division_code.startswith(place),
    )


async def page(session: AsyncSession, actor: Actor, *, include_inactive: bool) -> dict[str, Any]:
    """Every kind that this actor's units may be of: those of the program first."""
    statement = select(UnitKind).where(_seen(actor))
    if not include_inactive:
        statement = statement.where(UnitKind.is_active)
    rows = sorted(await session.scalars(statement.limit(1000)), key=_order)
    own = sorted(OWN_KINDS, key=list(UnitBehaviour).index)
    may = actor.may(Permission.UNIT_MANAGE)
    return {"items": [_shown(actor, row) for row in rows], "behaviours": own if may else []}


def _order(kind: UnitKind) -> tuple[object, ...]:
    """As the behaviours stand in the code, each of them with its kinds behind it."""
    at = list(UnitBehaviour).index(kind.behaviour)
    return at, kind.code != kind.behaviour.value, kind.division_code or "", kind.label


async def offered(session: AsyncSession, actor: Actor) -> list[UnitKind]:
    """The kinds that new units of this actor may be of."""
    rows = select(UnitKind).where(_seen(actor), UnitKind.is_active).order_by(UnitKind.id)
    return list(await session.scalars(rows))


def _shown(actor: Actor, kind: UnitKind) -> dict[str, Any]:
    may = actor.may(Permission.UNIT_MANAGE) and _refusal(actor, kind) is None
    found = offers(Correction.EDIT) if may else []
    return {
        "id": kind.id,
        "code": kind.code,
        "label": kind.label,
        "behaviour": kind.behaviour,
        "duty": kind.duty,
        "also_called": kind.also_called,
        "industries": kind.industries,
        "posts": kind.posts,
        "division_code": kind.division_code,
        "is_active": kind.is_active,
        "version": kind.version,
        "available_actions": actions(found, edit=UnitKindUpdate),
    }


def _refusal(actor: Actor, kind: UnitKind) -> Forbidden | None:
    if kind.division_code is None:
        return Forbidden("随程序发布的类别不能修改，可以另外增设", code="unit_kind_shipped")
    if actor.role is not Role.SYSTEM_ADMIN and kind.division_code != actor.town:
        return Forbidden("只能维护本镇增设的类别", code="other_town")
    return None


def _place(actor: Actor) -> str:
    """Where what this actor adds holds: the office's in its town, the administrator's in the county."""
    if actor.role is not Role.SYSTEM_ADMIN:
        return actor.town
    place = county_of(actor.division_code)
    if place == UNSET_DIVISION[0]:
        raise Invalid("请先导入行政区划")
    return place


async def create(session: AsyncSession, actor: Actor, body: UnitKindCreate) -> dict[str, Any]:
    """Add a kind to the own town or county. Raises Invalid, Conflict (`unit_kind_taken`)."""
    if body.behaviour not in OWN_KINDS:
        message = f"“{body.behaviour.label}”不能另设类别"
        raise _fault("behaviour", "behaviour_reserved", message)
    place = _place(actor)
    await _untaken(session, place, body.label)
    kind = UnitKind(
        code=await _free_code(session, place),
        label=body.label,
        behaviour=body.behaviour,
        duty=body.duty,
        also_called=list(dict.fromkeys(body.also_called)),
        industries=_unique(body.industries),
        posts=_template(body.behaviour, body.posts),
        division_code=place,
    )
    session.add(kind)
    await session.flush()
    await _record(session, actor, kind, Change.CREATED)
    return _shown(actor, kind)


def _fault(field: str, code: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(f"/{field}", code, message)])


def _unique(values: Sequence[Any]) -> list[Any]:
    return [each.value for each in dict.fromkeys(values)]


def _template(behaviour: UnitBehaviour, posts: Sequence[TemplatePost]) -> list[dict[str, Any]]:
    """The template as it is kept. Raises Invalid for a role that the behaviour does not have, or a
    post named twice."""
    made: list[dict[str, Any]] = []
    faults: list[FieldError] = []
    for at, post in enumerate(posts):
        role = post.role or first_role(behaviour)
        if role not in UNIT_ROLES[behaviour] - MACHINES:
            message = f"{behaviour.label}不设“{role.label}”岗位"
            faults.append(FieldError(f"/posts/{at}/role", "role_not_of_unit", message))
        if post.name in {each["name"] for each in made}:
            faults.append(FieldError(f"/posts/{at}/name", "twice", "岗位名称重复"))
        made.append({"role": role.value, "name": post.name})
    if faults:
        raise Invalid(errors=faults)
    return made


async def _untaken(
    session: AsyncSession, place: str, label: str, but: UnitKind | None = None
) -> None:
    """No second kind of the same word where both would be offered. Raises Conflict."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("unit kinds"))))
    there = await session.scalar(
        select(UnitKind.id).where(
            UnitKind.label == label,
            or_(
                UnitKind.division_code.is_(None),
                UnitKind.division_code == county_of(place),
                UnitKind.division_code.startswith(place),
            ),
            UnitKind.id != but.id if but else true(),
        )
    )
    if there is not None:
        raise expected("uq_unit_kinds_label")


async def _free_code(session: AsyncSession, place: str) -> str:
    stem = f"own.{place}."
    taken = await session.scalars(select(UnitKind.code).where(UnitKind.code.startswith(stem)))
    return f"{stem}{next_number(stem, taken):02d}"


async def change(
    session: AsyncSession, actor: Actor, kind_id: UUID, body: UnitKindUpdate
) -> dict[str, Any]:
    """Correct a kind, or offer it no more; units that are of it stay what they are.

    Raises NotFound, Forbidden, StaleVersion, Invalid, Conflict.
    """
    kind = await session.scalar(
        select(UnitKind).where(UnitKind.id == kind_id, _seen(actor)).with_for_update()
    )
    if kind is None:
        raise NotFound
    if refusal := _refusal(actor, kind):
        raise refusal
    if kind.version != body.version:
        raise StaleVersion(current=kind.version)
    changes = body.changes()
    if "label" in changes:
        await _untaken(session, kind.division_code or "", changes["label"], kind)
    if body.posts is not None:
        changes["posts"] = _template(kind.behaviour, body.posts)
    if body.industries is not None:
        changes["industries"] = _unique(body.industries)
    for name, value in changes.items():
        setattr(kind, name, value)
    kind.version += 1
    kind.updated_at = now()
    await session.flush()
    await _record(session, actor, kind, Change.UPDATED)
    return _shown(actor, kind)


async def _record(session: AsyncSession, actor: Actor, kind: UnitKind, what: Change) -> None:
    data = {"change": what.value, "label": kind.label}
    await events.record(session, actor, EventName.UNIT_KIND_CHANGED, RESOURCE, kind.id, data)


async def of(session: AsyncSession, code: str, place: str) -> UnitKind:
    """The kind that a new unit of a place is to be of. Raises Invalid."""
    kind = await session.scalar(select(UnitKind).where(UnitKind.code == code))
    holds = kind is not None and (
        kind.division_code is None or place.startswith(kind.division_code)
    )
    if kind is None or not holds or not kind.is_active:
        raise _fault("kind", "unit_kind_unknown", "没有这种单位类别，或者已停用")
    return kind
