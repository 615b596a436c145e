"""Who a lead is handed to: a unit of the system, or a body outside; and who may not have it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of, town_of
from api.domain.kit.errors import FieldError, Invalid, RuleViolated
from api.domain.kit.permissions import Permission
from api.domain.leads import conflicts as rules
from api.domain.leads import lead_transfers as law
from api.domain.leads import outside_bodies
from api.domain.leads.leads import ReceivingOrgan
from api.domain.organisation.organisation import UnitBehaviour
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.units import Unit
from api.services.kit import places
from api.services.leads import conflicts

_UNIT, _NAME, _DIVERTED = "receiver_unit_id", "department", "diversion_department"


@dataclass(frozen=True, slots=True)
class Affair:
    """What is handed over where that is no lead: whose it is, where, whom it is about, and the
    leads that it came from."""

    owner_unit_id: UUID
    division_code: str
    subject_name: str
    leads: Sequence[Lead] = ()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets a lead: the name, and the unit where it is one of the system."""

    name: str
    unit_id: UUID | None = None


async def chosen(
    session: AsyncSession,
    actor: Actor,
    lead: Lead | Affair,
    body: Any,
    organ: ReceivingOrgan,
    also: Collection[UUID] = (),
) -> Receiver:
    """Whom a form names as the receiver; `also`: units that may not be it beside the sender's.

    Raises Invalid where none, two, or one of another town is named, and RuleViolated for a body that
    may not have the lead.
    """
    name = (body.department or "").strip()
    if (body.receiver_unit_id is None) is (not name):
        message = "请选择本系统内的接收单位，或者填写不在本系统的接收单位名称，两者填一项"
        code = "receiver_missing" if not name else "receiver_twice"
        raise Invalid(message, code=code, errors=[FieldError(f"/{_UNIT}", code, message)])
    own = {actor.unit_id, lead.owner_unit_id, *also}
    if body.receiver_unit_id is None:
        await _ensure_outside(session, lead, name, organ, own)
        return Receiver(name)
    unit = await places.unit(session, body.receiver_unit_id, _UNIT, town_of(lead.division_code))
    await ensure_may_have(session, lead, unit, organ, own)
    return Receiver(unit.name, unit.id)


async def named(session: AsyncSession, actor: Actor, lead: Lead, name: str) -> Receiver:
    """Who settles a dispute, by the name in the conclusion: a unit of the system where it is one that
    can record the receipt itself. Raises RuleViolated for a body that may not have the lead."""
    near = await conflicts.around(session, lead.division_code)
    known = _known(name, near)
    _ensure_one(name, known, _DIVERTED, ReceivingOrgan.DISPUTE)
    found = [each for each in near.bodies if each.id in known]
    able = [each for each in found if each.behaviour in law.RECEIVERS[ReceivingOrgan.DISPUTE]]
    if found:
        unit = await session.get_one(Unit, (able or found)[0].id)
        own = {actor.unit_id, lead.owner_unit_id}
        await ensure_may_have(session, lead, unit, ReceivingOrgan.DISPUTE, own, _DIVERTED)
        return Receiver(unit.name, unit.id)
    if rules.is_of(lead.subject_name, name, near.places):
        raise _accused(_DIVERTED, name)
    _ensure_organ(name, ReceivingOrgan.DISPUTE, _DIVERTED)
    return Receiver(name)


def _known(name: str, near: conflicts.Around) -> set[UUID]:
    """The units of the system that somebody named as a body."""
    return {
        each
        for part in rules.parts_of(name)
        for each in (
            rules.named(part, near.bodies, near.places)
            | rules.called(part, near.bodies, near.places)
        )
    }


def _ensure_one(name: str, known: Collection[UUID], field: str, organ: ReceivingOrgan) -> None:
    """One body has an affair, and answers for it."""
    if known and len(rules.parts_of(name)) > 1:
        message = f"“{name}”写了不止一个单位，请只写一个；其他单位可以请其协办"
        raise _refusal(field, "receiver_twice", message, organ)


def _accused(field: str, name: str) -> RuleViolated:
    return RuleViolated(
        f"“{name}”是被反映的单位，应当回避",
        code="conflict_of_interest",
        errors=[FieldError(f"/{field}", "conflict_of_interest", "被反映的单位应当回避")],
        article=conflicts.ARTICLE,
    )


def _refusal(field: str, code: str, message: str, organ: ReceivingOrgan) -> RuleViolated:
    article = law.ARTICLES[organ is ReceivingOrgan.POLICE]
    errors = [FieldError(f"/{field}", code, message)]
    return RuleViolated(message, code=code, errors=errors, article=article)


async def _ensure_clear(
    session: AsyncSession, lead: Lead | Affair, units: Collection[UUID]
) -> None:
    """Whom it is about, or about whom a lead is that it came from, does not get it."""
    for each in lead.leads if isinstance(lead, Affair) else (lead,):
        await conflicts.ensure_clear(session, each, units)
    if isinstance(lead, Affair):
        near = await conflicts.around(session, lead.division_code)
        standing = near.standing(lead.subject_name)
        names = [b.name for b in standing.bodies if b.id in standing.barred and b.id in units]
        if names:
            raise _accused(_UNIT, "、".join(names))


async def county_over(session: AsyncSession, affair: Affair) -> UUID | None:
    """The county's unit, which looks on at what its towns hand over; not at what is about itself."""
    county = await session.scalar(
        select(Unit.id).where(
            Unit.behaviour == UnitBehaviour.COUNTY,
            Unit.is_active,
            Unit.division_code == county_of(affair.division_code),
        )
    )
    if county is None:
        return None
    try:
        await _ensure_clear(session, affair, [county])
    except RuleViolated:
        return None
    return county


async def ensure_may_have(
    session: AsyncSession,
    lead: Lead | Affair,
    unit: Unit,
    organ: ReceivingOrgan,
    own: Collection[UUID],
    field: str = _UNIT,
) -> None:
    """Raises RuleViolated for a unit that may not have the lead, or has nobody for it; `own`: who
    hands it over."""
    if unit.id in own:
        message = f"{unit.name}就是移送、移交的一方，不能移交给自己"
        raise _refusal(field, "handover_to_self", message, organ)
    if unit.behaviour not in law.RECEIVERS[organ]:
        message = f"{unit.name}不是{organ.label}，不能接收"
        raise _refusal(field, "receiver_without_right", message, organ)
    await _ensure_clear(session, lead, [unit.id])
    if not await places.has_somebody(session, unit.id, Permission.LEAD_HANDLE):
        message = f"{unit.name}还没有可以办理线索的在岗人员，移交过去没有人接收"
        raise _refusal(field, "receiver_has_nobody", message, organ)


async def _ensure_outside(
    session: AsyncSession,
    lead: Lead | Affair,
    name: str,
    organ: ReceivingOrgan,
    own: Collection[UUID],
) -> None:
    """A body outside is no unit of the system in other words, and not whom the lead is about."""
    near = await conflicts.around(session, lead.division_code)
    named = _known(name, near)
    _ensure_one(name, named - set(own), _NAME, organ)
    if named & set(own):
        message = f"“{name}”就是移送、移交的一方，不能移交给自己"
        raise _refusal(_NAME, "handover_to_self", message, organ)
    if named:
        await _ensure_clear(session, lead, named)
        message = f"“{name}”已在本系统，请在“接收单位（已在本系统）”里选择，由它自己登记"
        raise Invalid(message, errors=[FieldError(f"/{_NAME}", "receiver_in_system", message)])
    if rules.is_of(lead.subject_name, name, near.places):
        raise _accused(_NAME, name)
    _ensure_organ(name, organ, _NAME)


async def keeps_off(session: AsyncSession, lead: Lead, transfer: LeadTransfer) -> bool:
    """Whether whoever had a hand-over must keep off the lead by now."""
    return transfer.receiver_unit_id in (await conflicts.of_lead(session, lead)).barred


async def ensure_new(session: AsyncSession, transfer: LeadTransfer, to: Receiver) -> None:
    """Nothing that was passed on goes back to whoever passed it on: two who both say that it is not
    theirs ask who is above both. Raises RuleViolated (`handover_circle`)."""
    had = transfer
    while had.follows_id is not None:
        had = await session.get_one(LeadTransfer, had.follows_id)
        outside = to.unit_id is None and had.receiver_unit_id is None
        if (outside and law.same_name(to.name, had.department)) or (
            to.unit_id is not None and to.unit_id == had.receiver_unit_id
        ):
            message = (
                f"{to.name}已经转送过这一件，不能再转送给它；对管辖有争议的，报请共同的上级机关指定，"
                "指定以前由现在的接收单位办理"
            )
            field = _UNIT if to.unit_id else _NAME
            raise _refusal(field, "handover_circle", message, transfer.organ)


def _ensure_organ(name: str, organ: ReceivingOrgan, field: str) -> None:
    """Nobody but an organ gets it, and records nothing itself: see `outside_bodies`."""
    if not outside_bodies.fits(organ, name):
        message = f"“{name}”不像是{organ.label}的名称，不能接收；请写单位全称"
        raise _refusal(field, "receiver_without_right", message, organ)
