"""The informant vault: how the identity behind a lead is kept, and what may be done about it.

Who reported is read in one place, and all that leaves it goes through `informant_openings.see`;
everything else in the system has a code, or a word in place of the name (services/leads/unnamed.py).
docs/adr/0019-informant-vault.md says why.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import visibility
from api.core.base.clock import now, written
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of
from api.domain.kit.errors import Conflict, Forbidden, NotFound
from api.domain.kit.flow import REASON, Available, Field, FieldKind
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import ROLE_PERMISSIONS, Role
from api.domain.kit.permissions import Permission as P
from api.domain.leads.leads import ReporterKind
from api.domain.organisation.organisation import UnitBehaviour
from api.domain.reporters import informants as rules
from api.domain.reporters.informants import OPENING_FLOW, CustodyAction, CustodyPlace, OpeningStatus
from api.models.informants import Informant, InformantOpening, InformantRecusal
from api.models.leads import Lead
from api.models.units import Post, Unit
from api.models.users import PostHolder, User
from api.schemas.common import actions, offer
from api.services.leads import conflicts, lead_sight, leads

_KEEPERS = [role for role in Role if P.INFORMANT_OPEN in ROLE_PERMISSIONS[role]]


# --- reading how it is kept ---------------------------------------------------------------------


async def _lead(session: AsyncSession, actor: Actor, lead_id: UUID) -> Lead:
    found = await session.scalar(
        select(Lead).where(
            Lead.id == lead_id, leads.LISTING.visible(actor), ~visibility.only_reported(actor)
        )
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


async def for_change(session: AsyncSession, actor: Actor, lead_id: UUID) -> tuple[Lead, Informant]:
    """A lead with its identity, locked. Raises NotFound, Conflict, Forbidden."""
    lead = await _lead(session, actor, lead_id)
    kept = await _kept(session, lead, lock=True)
    if kept is None:
        raise Conflict("这条线索没有留下举报人身份", code="no_identity")
    await _ensure_not_recused(session, actor, lead_id)
    return lead, kept


def keepers_of(kept: Informant) -> set[UUID]:
    """The people who are named to keep an identity, at most two."""
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
    keepers = keepers_of(kept) if kept else set[UUID]()
    oversees = actor.may(P.INFORMANT_APPROVE) or actor.may(P.INFORMANT_ASSIGN)
    concerned = (actor.id in keepers or oversees) and actor.id not in recused
    names = await names_of(session, keepers)
    openings = await openings_of(session, lead_id) if concerned else []
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


async def names_of(session: AsyncSession, people: Iterable[UUID]) -> dict[UUID, str]:
    """Names of staff by id."""
    wanted = set(people)
    if not wanted:
        return {}
    rows = await session.execute(select(User.id, User.name).where(User.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def _named(names: dict[UUID, str], person: UUID | None) -> dict[str, Any] | None:
    return {"id": person, "name": names.get(person, "")} if person else None


_Asker, _Decider = aliased(User), aliased(User)


async def openings_of(session: AsyncSession, lead_id: UUID) -> list[Any]:
    """The latest requests about a lead, newest first, with who asked and who decided."""
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
            "at": moment(found.at),
        }
        for found, before, after in rows
    ]


def moment(at: datetime | None) -> str | None:
    """A moment as the wire has it, in Beijing time."""
    return written(at) if at else None


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
        "requested_at": moment(opening.requested_at),
        "due_at": moment(opening.due_at),
        "decided_by": {"id": opening.decided_by_id, "name": row.decider}
        if opening.decided_by_id
        else None,
        "decided_at": moment(opening.decided_at),
        "refusal": opening.refusal,
        "expires_at": moment(opening.expires_at),
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


def is_busy(actor: Actor, openings: Iterable[Any]) -> bool:
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
        mine = [p for p in CustodyPlace if holder_of(kept, p) == actor.id]
        if mine and actor.may(P.INFORMANT_OPEN) and not is_busy(actor, openings):
            offers.append(_offer(CustodyAction.ASK, REASON))
        offers += await _keeper_offers(session, actor, lead, kept, mine)
    if actor.may(P.INFORMANT_ASSIGN):
        if not conflicts.is_routed(lead):
            unit = Field("unit_id", "被反映的单位", FieldKind.UNIT)
            offers.append(_offer(CustodyAction.ACCUSE, unit, REASON))
        elif lead.owner_unit_id == actor.unit_id:
            offers.append(_offer(CustodyAction.RETURN, REASON))
    return offers


async def _keeper_offers(
    session: AsyncSession, actor: Actor, lead: Lead, kept: Informant, mine: list[CustodyPlace]
) -> list[dict[str, Any]]:
    """Naming keepers, and withdrawing: one's own place, or any for whoever names them."""
    names_keepers = actor.may(P.INFORMANT_ASSIGN)
    filled = [p for p in CustodyPlace if holder_of(kept, p)]
    leaving = filled if names_keepers else mine
    if not leaving and not names_keepers:
        return []
    people = [
        (str(person), said)
        for person, said in (await candidates(session, lead)).items()
        if person not in keepers_of(kept)
    ]
    if not people:
        return []
    offers: list[dict[str, Any]] = []
    if names_keepers:
        naming = _offer(CustodyAction.NAME)
        naming["needs"] = [
            _choice("place", "担任", _labelled(CustodyPlace)),
            _choice("user_id", "保管人", people),
        ]
        offers.append(naming)
    if leaving:
        names = await names_of(session, keepers_of(kept))
        there = {p: names.get(holder_of(kept, p) or actor.id, "") for p in filled}
        recusing = _offer(CustodyAction.RECUSE, REASON)
        recusing["needs"] = [
            _choice("place", "由谁回避", [(p.value, f"{p.label} {there[p]}") for p in leaving]),
            *recusing["needs"],
            _choice("replacement_id", "接替的人", people),
        ]
        offers.append(recusing)
    return offers


def holder_of(kept: Informant, place: CustodyPlace) -> UUID | None:
    """Who stands in a place."""
    return kept.handler_id if place is CustodyPlace.HANDLER else kept.supervisor_id


async def candidates(session: AsyncSession, lead: Lead) -> dict[UUID, str]:
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
                and_(Unit.behaviour == UnitBehaviour.OFFICE, Unit.division_code == lead.town_code),
                and_(
                    Unit.behaviour == UnitBehaviour.COUNTY,
                    Unit.division_code == county_of(lead.town_code),
                ),
            ),
        )
        .order_by(Unit.division_code.desc(), User.name)
    )
    return {
        row.id: f"{row.name}（{row.unit_name}）"
        for row in rows
        if row.unit_id not in barred and row.id not in gone
    }
