"""The informant vault: the one place where it is read who reported.

Everything that leaves it goes through `see`; everything else in the system has a code, or a word in
place of the name (services/unnamed.py). docs/adr/0019-informant-vault.md says why.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core import events, record_access
from api.core.clock import TIMEZONE, now
from api.domain import informants as rules
from api.domain.actors import Actor
from api.domain.clocks import deadline
from api.domain.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from api.domain.events import EventName
from api.domain.flow import REASON, Available, Field, FieldKind
from api.domain.informants import (
    OPENING_FLOW,
    CustodyAction,
    CustodyPlace,
    OpeningAction,
    OpeningStatus,
)
from api.domain.labels import Labelled
from api.domain.leads import ReporterKind
from api.domain.organisation import UnitKind
from api.domain.permissions import ROLE_PERMISSIONS, Role
from api.domain.permissions import Permission as P
from api.models.informants import Informant, InformantOpening, InformantRecusal
from api.models.leads import Lead
from api.models.units import Post, Unit
from api.models.users import PostHolder, User
from api.schemas.common import actions, offer
from api.schemas.informants import CustodianName, OpeningCreate, RecusalCreate
from api.services import _transition, conflicts, lead_sight, leads, time_rules, unnamed

_KEEPERS = [role for role in Role if P.INFORMANT_OPEN in ROLE_PERMISSIONS[role]]


# --- reading how it is kept ---------------------------------------------------------------------


async def _lead(session: AsyncSession, actor: Actor, lead_id: UUID) -> Lead:
    found = await session.scalar(
        select(Lead).where(Lead.id == lead_id, leads.LISTING.visible(actor))
    )
    if found is None:
        raise NotFound
    return found


async def _kept(session: AsyncSession, lead: Lead, *, lock: bool = False) -> Informant | None:
    """The identity behind a lead. Who asked to stay anonymous, but stands in a ledger, is kept for
    nobody."""
    if lead.reporter_kind is not ReporterKind.REAL_NAME:
        return None
    return await session.get(Informant, lead.id, with_for_update=lock, populate_existing=lock)


async def _for_change(session: AsyncSession, actor: Actor, lead_id: UUID) -> tuple[Lead, Informant]:
    """A lead with its identity, locked. Raises NotFound, Conflict, Forbidden."""
    lead = await _lead(session, actor, lead_id)
    kept = await _kept(session, lead, lock=True)
    if kept is None:
        raise Conflict("这条线索没有留下举报人身份", code="no_identity")
    await _ensure_not_recused(session, actor, lead_id)
    return lead, kept


def _keepers(kept: Informant) -> set[UUID]:
    return {person for person in (kept.handler_id, kept.supervisor_id) if person is not None}


async def _recused(session: AsyncSession, lead_id: UUID) -> set[UUID]:
    return set(
        await session.scalars(
            select(InformantRecusal.user_id).where(InformantRecusal.lead_id == lead_id)
        )
    )


async def _ensure_not_recused(session: AsyncSession, actor: Actor, lead_id: UUID) -> None:
    if actor.id in await _recused(session, lead_id):
        raise Forbidden("您已对这条线索的举报人回避，不能再经手", code="recused")


async def read(session: AsyncSession, actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """How the identity behind a visible lead is kept. Raises NotFound."""
    lead = await _lead(session, actor, lead_id)
    kept = await _kept(session, lead)
    standing = await conflicts.of_lead(session, lead)
    recused = await _recused(session, lead_id)
    keepers = _keepers(kept) if kept else set[UUID]()
    oversees = actor.may(P.INFORMANT_APPROVE) or actor.may(P.INFORMANT_ASSIGN)
    concerned = (actor.id in keepers or oversees) and actor.id not in recused
    names = await _names(session, keepers)
    openings = await _openings(session, lead_id) if concerned else []
    return {
        "kind": lead.reporter_kind.value,
        "is_kept": kept is not None,
        "version": kept.version if kept else None,
        "handler": _named(names, kept.handler_id if kept else None),
        "supervisor": _named(names, kept.supervisor_id if kept else None),
        "accused_units": [
            {"id": b.id, "name": b.name} for b in standing.bodies if b.id in standing.accused
        ],
        "openings": [_shown(row, actor, keepers) for row in openings],
        "recusals": await _recusals(session, lead_id) if concerned else [],
        "available_actions": []
        if actor.id in recused
        else await _offers(session, actor, lead, kept, [r.InformantOpening for r in openings]),
    }


async def _names(session: AsyncSession, people: Iterable[UUID]) -> dict[UUID, str]:
    wanted = set(people)
    if not wanted:
        return {}
    rows = await session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _named(names: dict[UUID, str], person: UUID | None) -> dict[str, Any] | None:
    return {"id": person, "name": names.get(person, "")} if person else None


_Asker, _Decider = aliased(User), aliased(User)


async def _openings(session: AsyncSession, lead_id: UUID) -> list[Any]:
    rows = await session.execute(
        select(InformantOpening, _Asker.name.label("asker"), _Decider.name.label("decider"))
        .join(_Asker, _Asker.id == InformantOpening.requested_by_id)
        .outerjoin(_Decider, _Decider.id == InformantOpening.decided_by_id)
        .where(InformantOpening.lead_id == lead_id)
        .order_by(InformantOpening.id.desc())
        .limit(100)
    )
    return list(rows)


async def _recusals(session: AsyncSession, lead_id: UUID) -> list[dict[str, Any]]:
    gone, came = aliased(User), aliased(User)
    rows = await session.execute(
        select(InformantRecusal, gone.name.label("gone"), came.name.label("came"))
        .join(gone, gone.id == InformantRecusal.user_id)
        .join(came, came.id == InformantRecusal.replaced_by_id)
        .where(InformantRecusal.lead_id == lead_id)
        .order_by(InformantRecusal.at)
    )
    return [
        {
            "person": {"id": found.user_id, "name": before},
            "place": found.place.value,
            "reason": found.reason,
            "replaced_by": {"id": found.replaced_by_id, "name": after},
            "at": _moment(found.at),
        }
        for found, before, after in rows
    ]


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(TIMEZONE).isoformat() if at else None


def _shown(row: Any, actor: Actor, keepers: set[UUID]) -> dict[str, Any]:
    opening: Any = row.InformantOpening
    at = now()
    over = opening.status is OpeningStatus.APPROVED and not rules.is_open(opening, at)
    return {
        "id": opening.id,
        "status": opening.status.value,
        "status_label": "已到期" if over else opening.status.label,
        "reason": opening.reason,
        "requested_by": {"id": opening.requested_by_id, "name": row.asker},
        "requested_at": _moment(opening.requested_at),
        "due_at": _moment(opening.due_at),
        "decided_by": {"id": opening.decided_by_id, "name": row.decider}
        if opening.decided_by_id
        else None,
        "decided_at": _moment(opening.decided_at),
        "refusal": opening.refusal,
        "expires_at": _moment(opening.expires_at),
        "times_seen": opening.times_seen,
        "can_see": rules.may_see(actor, opening, keepers, at),
        "version": opening.version,
        "available_actions": [] if over else actions(OPENING_FLOW.available(actor, opening)),
    }


# --- what may be done about it ------------------------------------------------------------------


def _offer(action: CustodyAction, *needs: Field) -> dict[str, Any]:
    danger = action in {CustodyAction.RECUSE, CustodyAction.ACCUSE}
    return offer(Available(action, needs, danger))


def _choice(field: str, label: str, options: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """A field whose options are people or places of this very lead."""
    return {
        "field": field,
        "label": label,
        "kind": FieldKind.ENUM.value,
        "required": True,
        "options": [{"value": value, "label": said} for value, said in options],
        "rule": None,
        "only_with": None,
        "value": None,
    }


def _labelled(places: Iterable[Labelled]) -> list[tuple[str, str]]:
    return [(place.value, place.label) for place in places]


def _busy(actor: Actor, openings: Iterable[Any]) -> bool:
    """Whether somebody already asked, or has it open."""
    return any(
        each.requested_by_id == actor.id
        and (each.status is OpeningStatus.WAITING or rules.is_open(each, now()))
        for each in openings
    )


async def _offers(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    kept: Informant | None,
    openings: list[Any],
) -> list[dict[str, Any]]:
    offers: list[dict[str, Any]] = []
    if kept:
        mine = [p for p in CustodyPlace if _holder(kept, p) == actor.id]
        if mine and actor.may(P.INFORMANT_OPEN) and not _busy(actor, openings):
            offers.append(_offer(CustodyAction.ASK, REASON))
        filled = [p for p in CustodyPlace if _holder(kept, p)]
        names = await _names(session, _keepers(kept))
        there = {p: names.get(_holder(kept, p) or actor.id, "") for p in filled}
        leaving = filled if actor.may(P.INFORMANT_ASSIGN) else mine
        if leaving or actor.may(P.INFORMANT_ASSIGN):
            people = [
                (str(person), said)
                for person, said in (await _candidates(session, lead)).items()
                if person not in _keepers(kept)
            ]
            if people and actor.may(P.INFORMANT_ASSIGN):
                offer = _offer(CustodyAction.NAME)
                offer["needs"] = [
                    _choice("place", "担任", _labelled(CustodyPlace)),
                    _choice("user_id", "保管人", people),
                ]
                offers.append(offer)
            if people and leaving:
                offer = _offer(CustodyAction.RECUSE, REASON)
                offer["needs"] = [
                    _choice(
                        "place",
                        "由谁回避",
                        [(p.value, f"{p.label} {there[p]}") for p in leaving],
                    ),
                    *offer["needs"],
                    _choice("replacement_id", "接替的人", people),
                ]
                offers.append(offer)
    if actor.may(P.INFORMANT_ASSIGN):
        if not conflicts.is_routed(lead):
            unit = Field("unit_id", "被反映的单位", FieldKind.UNIT)
            offers.append(_offer(CustodyAction.ACCUSE, unit, REASON))
        elif lead.owner_unit_id == actor.unit_id:
            offers.append(_offer(CustodyAction.RETURN, REASON))
    return offers


def _holder(kept: Informant, place: CustodyPlace) -> UUID | None:
    return kept.handler_id if place is CustodyPlace.HANDLER else kept.supervisor_id


async def _candidates(session: AsyncSession, lead: Lead) -> dict[UUID, str]:
    """Who may keep the identity behind a lead: people of the town's office, of the units that work
    on it, and of the county; nobody of a barred unit, and nobody who withdrew."""
    barred = (await conflicts.of_lead(session, lead)).barred
    gone = await _recused(session, lead.id)
    working = await lead_sight.handling(session, lead)
    rows = await session.execute(
        select(User.id, User.name, Unit.id.label("unit_id"), Unit.name.label("unit_name"))
        .join(PostHolder, PostHolder.user_id == User.id)
        .join(Post, Post.id == PostHolder.post_id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            PostHolder.until.is_(None),
            User.is_active,
            Post.is_active,
            Post.role.in_(_KEEPERS),
            or_(
                Unit.id.in_(working),
                and_(Unit.kind == UnitKind.OFFICE, Unit.division_code == lead.town_code),
                and_(Unit.kind == UnitKind.COUNTY, Unit.division_code == lead.town_code[:6]),
            ),
        )
        .order_by(Unit.division_code.desc(), User.name)
    )
    return {
        row.id: f"{row.name}（{row.unit_name}）"
        for row in rows
        if row.unit_id not in barred and row.id not in gone
    }


# --- keepers ------------------------------------------------------------------------------------


def _check(kept: Informant, version: int) -> None:
    _transition.check_version(kept, version)


async def _put(
    session: AsyncSession,
    lead: Lead,
    kept: Informant,
    place: CustodyPlace,
    person: UUID,
    field: str,
) -> None:
    """Put somebody in a place; whoever stood there is out from this moment."""
    people = await _candidates(session, lead)
    if person not in people:
        message = "这个人不能保管：不是镇专项办、承办协办单位或县专项办的人员，或者应当回避"
        raise Invalid(message, errors=[FieldError(f"/{field}", "not_a_candidate", message)])
    if person in _keepers(kept):
        message = "经办人与监督人不能是同一人"
        raise Invalid(message, errors=[FieldError(f"/{field}", "two_people", message)])
    before = _holder(kept, place)
    if place is CustodyPlace.HANDLER:
        kept.handler_id = person
    else:
        kept.supervisor_id = person
    kept.keepers_wanted = kept.keepers_wanted and len(_keepers(kept)) < len(CustodyPlace)
    kept.version += 1
    kept.updated_at = now()
    if before is not None:
        await _shut(session, lead.id, before)
    # somebody of the county sees the lead only now
    county = await session.scalars(
        select(Unit.id)
        .join(Post, Post.unit_id == Unit.id)
        .join(PostHolder, PostHolder.post_id == Post.id)
        .where(PostHolder.user_id == person, PostHolder.until.is_(None), Unit.kind == "county")
    )
    await record_access.grant(session, leads.RESOURCE, lead.id, county)
    await session.flush()


async def _shut(session: AsyncSession, lead_id: UUID, person: UUID) -> None:
    """What somebody asked for, or has open, ends with their part in it."""
    await session.execute(
        update(InformantOpening)
        .where(
            InformantOpening.lead_id == lead_id,
            InformantOpening.requested_by_id == person,
            InformantOpening.status.in_([OpeningStatus.WAITING, OpeningStatus.APPROVED]),
        )
        .values(status=OpeningStatus.CLOSED, version=InformantOpening.version + 1, updated_at=now())
        .execution_options(synchronize_session="fetch")
    )


async def name(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: CustodianName
) -> dict[str, Any]:
    """Name a keeper. Raises NotFound, Forbidden, Conflict, StaleVersion, Invalid."""
    lead, kept = await _for_change(session, actor, lead_id)
    _check(kept, body.version)
    before = _holder(kept, body.place)
    await _put(session, lead, kept, body.place, body.user_id, "user_id")
    names = await _names(session, {body.user_id, *([before] if before else [])})
    data = {
        "place": body.place.value,
        "person": names[body.user_id],
        "before": names.get(before, "") if before else "",
    }
    await events.record(session, actor, EventName.INFORMANT_NAMED, leads.RESOURCE, lead_id, data)
    return await read(session, actor, lead_id)


async def recuse(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: RecusalCreate
) -> dict[str, Any]:
    """A keeper withdraws (回避) for a reason, and the named other one comes in.

    Raises NotFound, Forbidden, Conflict, StaleVersion, Invalid.
    """
    lead, kept = await _for_change(session, actor, lead_id)
    leaving = _holder(kept, body.place)
    if leaving != actor.id and not actor.may(P.INFORMANT_ASSIGN):
        raise Forbidden("只有本人或者有指定权限的人可以登记回避", code="not_keeper")
    _check(kept, body.version)
    if leaving is None:
        raise Conflict(f"没有指定{body.place.label}，无须回避", code="nobody_to_recuse")
    await _put(session, lead, kept, body.place, body.replacement_id, "replacement_id")
    reason = await unnamed.told(session, lead_id, body.reason)
    session.add(
        InformantRecusal(
            lead_id=lead_id,
            user_id=leaving,
            place=body.place,
            reason=reason,
            replaced_by_id=body.replacement_id,
            at=now(),
        )
    )
    await session.flush()
    names = await _names(session, [leaving, body.replacement_id])
    data = {
        "place": body.place.value,
        "person": names[leaving],
        "replaced_by": names[body.replacement_id],
        "reason": reason,
    }
    await events.record(session, actor, EventName.INFORMANT_RECUSED, leads.RESOURCE, lead_id, data)
    return await read(session, actor, lead_id)


# --- openings -----------------------------------------------------------------------------------


async def _term(session: AsyncSession, rule_id: str) -> datetime:
    clock = await time_rules.clock(session)
    at = now()
    return deadline(
        time_rules.choose(clock.rules, rule_id, at.astimezone(TIMEZONE).date()), at, clock.calendar
    ).at


async def ask(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: OpeningCreate
) -> dict[str, Any]:
    """Ask to see who reported. Raises NotFound, Forbidden (`not_keeper`), Conflict."""
    lead, kept = await _for_change(session, actor, lead_id)
    if actor.id not in _keepers(kept):
        raise Forbidden("只有指定的保密经办人、监督人可以申请查看", code="not_keeper")
    openings = [row.InformantOpening for row in await _openings(session, lead_id)]
    if _busy(actor, openings):
        raise Conflict("您已有一份申请在等候批准，或者还在查看时限内", code="already_asked")
    opening = InformantOpening(
        lead_id=lead_id,
        status=OPENING_FLOW.initial,
        reason=await unnamed.told(session, lead_id, body.reason),
        requested_by_id=actor.id,
        owner_unit_id=actor.unit_id,
        requested_at=now(),
        due_at=await _term(session, rules.DECIDE_RULE),
    )
    session.add(opening)
    await session.flush()
    data = {"opening_id": str(opening.id), "number": lead.number, "reason": opening.reason}
    await events.record(session, actor, EventName.INFORMANT_ASKED, leads.RESOURCE, lead_id, data)
    return await read(session, actor, lead_id)


async def _opening(session: AsyncSession, actor: Actor, opening_id: UUID) -> Any:
    """A request about a visible lead, locked after its identity, as everywhere. Raises NotFound."""
    lead_id = await session.scalar(
        select(InformantOpening.lead_id)
        .join(Lead, Lead.id == InformantOpening.lead_id)
        .where(InformantOpening.id == opening_id, leads.LISTING.visible(actor))
    )
    if lead_id is None:
        raise NotFound
    await _for_change(session, actor, lead_id)
    return await session.get_one(
        InformantOpening, opening_id, with_for_update=True, populate_existing=True
    )


async def decide(
    session: AsyncSession, actor: Actor, opening_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the opening's flow. Raises NotFound, and what `_transition.apply` does."""
    opening = await _opening(session, actor, opening_id)
    kept = await session.get_one(Informant, opening.lead_id)
    reason = await unnamed.told(session, opening.lead_id, getattr(body, "reason", None) or "")
    until = await _term(session, rules.OPEN_RULE)
    approves = body.action == OpeningAction.APPROVE.value
    if approves and opening.requested_by_id not in _keepers(kept):
        raise Conflict("申请人已不是保管人，不能批准", code="not_keeper")
    names = await _names(session, [opening.requested_by_id])
    data = {
        "lead_id": str(opening.lead_id),
        "requested_by": names[opening.requested_by_id],
        "requested_by_id": str(opening.requested_by_id),
    }
    if reason:
        data["reason"] = reason
    with session.no_autoflush:
        await _transition.apply(
            session, actor, opening, OPENING_FLOW, EventName.INFORMANT_DECIDED, body, data
        )
        if approves or body.action == OpeningAction.REFUSE.value:
            opening.decided_by_id, opening.decided_at = actor.id, now()
            opening.refusal = reason
        if approves:
            opening.expires_at = until
        await session.flush()
    return await read(session, actor, opening.lead_id)


async def see(session: AsyncSession, actor: Actor, opening_id: UUID) -> dict[str, Any]:
    """Who reported, to the one who asked, while it is open; every look is an event that names both.

    Raises NotFound, Forbidden.
    """
    opening = await _opening(session, actor, opening_id)
    kept = await session.get_one(Informant, opening.lead_id)
    if opening.requested_by_id != actor.id:
        raise Forbidden("只有申请人本人可以查看", code="not_requester")
    if actor.id not in _keepers(kept):
        raise Forbidden("您已不是这条线索的保密经办人、监督人", code="not_keeper")
    if not rules.may_see(actor, opening, _keepers(kept), now()):
        raise Forbidden("申请还没有批准，或者查看时限已过；请重新申请", code="opening_not_open")
    opening.times_seen += 1
    names = await _names(session, [opening.decided_by_id] if opening.decided_by_id else [])
    data = {
        "opening_id": str(opening.id),
        "approved_by": next(iter(names.values())),
        "approved_by_id": str(opening.decided_by_id),
        "reason": opening.reason,
        "time": opening.times_seen,
    }
    await events.record(
        session, actor, EventName.INFORMANT_OPENED, leads.RESOURCE, opening.lead_id, data
    )
    await session.flush()
    others = 0
    if kept.phone_index:
        others = await session.scalar(
            select(func.count())
            .select_from(Informant)
            .join(Lead, Lead.id == Informant.lead_id)
            .where(
                Informant.phone_index == kept.phone_index,
                Informant.lead_id != kept.lead_id,
                Lead.reporter_kind == ReporterKind.REAL_NAME,
                leads.LISTING.visible(actor),
            )
        )
    return {
        "name": unnamed.plain(kept.name_enc),
        "phone": unnamed.plain(kept.phone_enc),
        "narrative": unnamed.plain(kept.narrative_enc),
        "other_leads": others,
        "expires_at": _moment(opening.expires_at),
    }
