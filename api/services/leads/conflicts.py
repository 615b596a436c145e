"""Conflicts of interest of leads: the units that one is about are kept off it, and what the town
itself may not handle goes to the county."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.database import record_access
from api.core.events import events
from api.domain.kit.actors import Actor, viewer_of
from api.domain.kit.division_codes import county_of, town_of
from api.domain.kit.errors import Conflict, Forbidden, NotFound, RuleViolated
from api.domain.kit.events import EventName
from api.domain.leads import conflicts as rules
from api.domain.leads.conflicts import Body
from api.domain.leads.lead_marks import rules_for, strictest
from api.domain.leads.leads import (
    LEFT_TO_DO,
    NOTHING_MERGED,
    PENDING,
    LeadStatus,
    ReporterKind,
    TransferStage,
)
from api.domain.leads.leads import is_routed as goes_by_county
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel, UnitBehaviour
from api.models.informants import Informant, LeadAccusedUnit
from api.models.leads import Lead
from api.models.unit_kinds import UnitKind
from api.models.units import Division, Post, Unit
from api.schemas.informants import AccusedUnitCreate, LeadReturn
from api.services.kit import _transition, places, time_rules
from api.services.leads import (
    lead_assists,
    lead_clocks,
    lead_transfer_recalls,
    lead_transfers,
    leads,
    unnamed,
)

MUST_KEEP_OFF = "被反映的单位及其上下级回避"
ARTICLE = "《信访工作条例》第30条"


@dataclass(frozen=True, slots=True)
class Standing:
    """Who a lead is about, and who may therefore not have to do with it."""

    accused: frozenset[UUID]
    barred: frozenset[UUID]
    bodies: Sequence[Body]

    @property
    def county(self) -> UUID | None:
        """Where the town's leads go, unless it is barred itself or there is none."""
        found = [b.id for b in self.bodies if b.behaviour is UnitBehaviour.COUNTY]
        return next((unit for unit in found if unit not in self.barred), None)

    def names(self) -> list[str]:
        """The accused units' names."""
        return [b.name for b in self.bodies if b.id in self.accused]


_NOBODY = Standing(frozenset(), frozenset(), ())


@dataclass(frozen=True, slots=True)
class Around:
    """A town's units with the county's, their posts, and the names that may stand before theirs."""

    bodies: Sequence[Body] = ()
    places: Sequence[str] = ()
    posts: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict[UUID, Sequence[UUID]])
    clock: time_rules.Clock | None = None

    def term(self, town: str, *, fast: bool) -> dict[str, Any]:
        """The term of a lead that comes to the county at once: it lies at no desk before."""
        if self.clock is None:
            return {}
        due = strictest(
            self.clock.due_on(rule, today(), town=town) for rule in rules_for((), fast=fast)
        )
        return {
            "due_from": today(),
            "due_on": due.on,
            "due_is_provisional": due.is_provisional,
            "due_rule": due.rule_id,
            "due_rule_version": due.rule_version,
        }

    def standing(self, subject: str, marked: Collection[UUID] = ()) -> Standing:
        """Who a lead about `subject` is about, and who must keep off it."""
        accused = set(marked)
        if rules.may_name_a_unit(subject):
            accused |= rules.named(subject, self.bodies, self.places)
        if not accused:
            return _NOBODY
        barred = frozenset(rules.barred(accused, self.bodies))
        return Standing(frozenset(accused), barred, self.bodies)


async def around(session: AsyncSession, division: str) -> Around:
    """The surroundings of a division: asked for once, whether for one lead or for a ledger."""
    rows = await session.execute(
        select(
            Unit.id,
            Unit.name,
            Unit.behaviour,
            Unit.division_code,
            Unit.parent_id,
            UnitKind.also_called,
        )
        .join(UnitKind, UnitKind.code == Unit.kind)
        .where(
            Unit.is_active,
            or_(
                func.left(Unit.division_code, LEVEL_DIGITS[DivisionLevel.TOWN])
                == town_of(division),
                Unit.division_code == county_of(division),
            ),
        )
    )
    bodies = [Body(*row) for row in rows]
    names = await session.scalars(
        select(Division.name).where(Division.code.in_([county_of(division), town_of(division)]))
    )
    posts: dict[UUID, list[UUID]] = {}
    for unit, post in await session.execute(
        select(Post.unit_id, Post.id).where(Post.unit_id.in_([body.id for body in bodies]))
    ):
        posts.setdefault(unit, []).append(post)
    return Around(bodies, list(names), posts, await time_rules.known())


async def around_all(session: AsyncSession, divisions: Iterable[str]) -> dict[str, Around]:
    """The surroundings of every town among the divisions, by its code."""
    towns = sorted({town_of(division) for division in divisions})
    return {town: await around(session, town) for town in towns}


async def _standing(
    session: AsyncSession, subject: str, division: str, marked: Collection[UUID]
) -> Standing:
    if not rules.may_name_a_unit(subject) and not marked:
        return _NOBODY
    return (await around(session, division)).standing(subject, marked)


async def of_lead(session: AsyncSession, lead: Lead) -> Standing:
    """Who a stored lead is about: what its subject says, and what people said."""
    marked = set(
        await session.scalars(
            select(LeadAccusedUnit.unit_id).where(LeadAccusedUnit.lead_id == lead.id)
        )
    )
    return await _standing(session, lead.subject_name, lead.division_code, marked)


async def ensure_clear(session: AsyncSession, lead: Lead, units: Collection[UUID]) -> None:
    """Raises RuleViolated (`conflict_of_interest`) when a unit may not have to do with a lead, or
    with one that was merged into it and that it would see as well."""
    for each in (lead, *await _merged_into(session, lead)):
        standing = await of_lead(session, each)
        names = [b.name for b in standing.bodies if b.id in standing.barred and b.id in units]
        if names:
            where = "" if each is lead else f"（并入的线索 {each.number}）"
            raise RuleViolated(
                f"{'、'.join(names)}是被反映的单位，或者与它有上下级关系，应当回避{where}",
                code="conflict_of_interest",
                article=ARTICLE,
            )


async def _merged_into(session: AsyncSession, lead: Lead) -> Sequence[Lead]:
    found = await session.scalars(
        select(Lead).where(Lead.merged_into_id == lead.id).order_by(Lead.id)
    )
    return found.all()


@dataclass(slots=True)
class Coming:
    """A lead that is about to be stored: its row, who will see it, who reported it, and whose unit
    takes it in."""

    lead: dict[str, Any]
    viewers: list[UUID]
    reporter: dict[str, Any] | None = None
    taker: UUID | None = None
    #: Who hands it in, as `record_access` names them; nobody for a report of the public.
    sender: UUID | None = None


async def keep_off(session: AsyncSession, coming: Coming) -> list[tuple[Any, dict[str, Any]]]:
    """See to it that a lead which is about to be stored is not seen by whom it is about.

    Changes the row, its viewers and its keepers; returns the further rows that say so.
    """
    if not rules.may_name_a_unit(coming.lead["subject_name"]):
        return []
    return apart(await around(session, coming.lead["division_code"]), coming)


def apart(near: Around, coming: Coming) -> list[tuple[Any, dict[str, Any]]]:
    """The same, where the surroundings are known: every lead comes in by this."""
    lead, viewers = coming.lead, coming.viewers
    standing = near.standing(lead["subject_name"])
    if not standing.accused:
        return []
    posts = {post for unit in standing.barred for post in near.posts.get(unit, ())}
    gone = standing.barred | posts
    viewers[:] = [viewer for viewer in viewers if viewer not in gone]
    if lead["proposed_unit_id"] in standing.barred:
        lead["proposed_unit_id"] = None
    rows: list[tuple[Any, dict[str, Any]]] = [
        (LeadAccusedUnit, _row(lead["id"], unit)) for unit in sorted(standing.accused)
    ]
    if coming.taker in standing.barred:
        _free(coming.reporter)
    county = standing.county
    if county and rules.goes_to_county(standing.barred, lead["owner_unit_id"], standing.bodies):
        _free(coming.reporter)
        lead |= {
            "town_code": county_of(lead["division_code"]),
            "owner_unit_id": county,
            "proposed_unit_id": None,
            "status": LeadStatus.ESCALATED,
        }
        lead |= near.term(lead["town_code"], fast=lead["fast_track"])
        # who reported it keeps sight of how it stands, unless it is about them
        viewers[:] = [county, *(each for each in viewers if each == coming.sender)]
        told = {"units": standing.names()}
        rows.append(
            (
                events.Event,
                events.row(None, EventName.LEAD_ROUTED, leads.RESOURCE, lead["id"], told),
            )
        )
    return rows


def _free(reporter: dict[str, Any] | None) -> None:
    """Nobody of whom a lead is about keeps who reported it; others are to be named. Who asked to be
    anonymous is kept for nobody."""
    if reporter is not None and reporter["handler_id"] is not None:
        reporter["handler_id"], reporter["keepers_wanted"] = None, True


def _row(lead_id: UUID, unit_id: UUID, reason: str = "") -> dict[str, Any]:
    return {"lead_id": lead_id, "unit_id": unit_id, "reason": reason, "at": now()}


async def reconsider(session: AsyncSession, actor: Actor, lead: Lead) -> None:
    """After a stored lead's subject or place was corrected: who must keep off it now does.

    What was once said of a lead stays: nobody comes back to it because its subject was reworded.
    Raises Conflict where it would have to go to a county that there is not.
    """
    if is_routed(lead):
        return
    standing = await of_lead(session, lead)
    if standing.accused:
        rows = [_row(lead.id, unit) for unit in sorted(standing.accused)]
        await session.execute(insert(LeadAccusedUnit).values(rows).on_conflict_do_nothing())
        await _apply(session, actor, lead, standing)


async def _apply(session: AsyncSession, actor: Actor, lead: Lead, standing: Standing) -> bool:
    """Whether a stored lead went to the county; else the barred are out of it."""
    await lead_transfer_recalls.keep_off(session, lead, standing.barred, MUST_KEEP_OFF)
    if not rules.goes_to_county(standing.barred, lead.owner_unit_id, standing.bodies):
        await _withdraw(session, lead, standing)
        await lead_clocks.follow(session, lead)
        return False
    county = standing.county
    if county is None:
        raise Conflict(
            "本县尚未设立县专项办，或者县专项办也应回避，请线下上报", code="county_missing"
        )
    await _route(session, actor, lead, standing, county)
    await lead_clocks.follow(session, lead)
    return True


async def read_new(session: AsyncSession, actor: Actor, lead: dict[str, Any]) -> dict[str, Any]:
    """What whoever handed a lead in, or said what it is about, gets to see of it, this once, even
    where it is kept off them from now on."""
    try:
        return await leads.read(actor, lead["id"], session)
    except NotFound:
        shown = await leads.for_actor(
            actor, await leads.LISTING.written(actor, lead["id"], session)
        )
        return shown | {"available_actions": [], "revealable": []}


async def accuse(
    session: AsyncSession, actor: Actor, lead_id: UUID, body: AccusedUnitCreate
) -> dict[str, Any]:
    """A person says which unit a lead is about. Raises NotFound, Invalid, Conflict."""
    lead = await _transition.lock(session, actor, leads.LISTING, Lead, lead_id)
    unit = await places.unit(session, body.unit_id, "unit_id", town_of(lead.division_code))
    reason = await unnamed.told(session, lead_id, body.reason)
    row = _row(lead_id, unit.id, reason)
    await session.execute(insert(LeadAccusedUnit).values(row).on_conflict_do_nothing())
    told = {"unit_id": str(unit.id), "unit_name": unit.name, "reason": reason}
    await events.record(
        session, actor, EventName.LEAD_ACCUSED_MARKED, leads.RESOURCE, lead_id, told
    )
    return {"routed": await _apply(session, actor, lead, await of_lead(session, lead))}


async def _withdraw(session: AsyncSession, lead: Lead, standing: Standing) -> None:
    """Out of the sight of the barred units and their posts; they assist no more either."""
    posts = await session.scalars(select(Post.id).where(Post.unit_id.in_(standing.barred)))
    await record_access.withdraw(session, lead.id, standing.barred | set(posts))
    await lead_assists.let_off(session, lead, standing.barred, MUST_KEEP_OFF)
    if lead.transfer_receiver_id in standing.barred:
        await _recall(session, lead)
    if lead.proposed_unit_id in standing.barred:
        lead.proposed_unit_id = None
    if lead.transfer_sender_id in standing.barred:
        lead.transfer_sender_id = None  # what is left of it is with who has the lead
    lead.version += 1
    await session.flush()


async def _recall(session: AsyncSession, lead: Lead) -> None:
    """Who must keep off had been handed it: it is as before, and goes to somebody else. What they
    recorded of the police's decision stays, and what follows from it is asked of others."""
    if lead.transfer_stage in PENDING:
        await lead_transfers.end_kept(session, lead, MUST_KEEP_OFF)
    elif await lead_transfers.let_go_of(session, lead, MUST_KEEP_OFF):
        _transition.settle(lead, lead_transfers.before(lead))


async def _route(
    session: AsyncSession, actor: Actor, lead: Lead, standing: Standing, county: UUID
) -> None:
    """Hand a lead to the county: nobody of the town sees it from now on."""
    if lead.merged_into_id is not None:
        raise Conflict("线索已并入另一线索，请先撤销并入", code="merged")
    if await _merged_into(session, lead):
        raise NOTHING_MERGED.refusal()
    lead.town_code = county_of(lead.town_code)
    lead.owner_unit_id = county
    lead.proposed_unit_id = lead.transfer_sender_id = None
    if lead.transfer_stage in PENDING:
        await lead_transfers.forget(session, lead)
    await lead_transfers.let_go_of(session, lead, MUST_KEEP_OFF)
    assisting = await lead_assists.units_of(session, lead.id)
    await lead_assists.let_off(session, lead, assisting, MUST_KEEP_OFF)
    # what the police decided asks something of who has the lead, in terms of the law: that first
    waits = LEFT_TO_DO | {TransferStage.REVIEWED}
    looks = lead.status in leads.OPEN and lead.transfer_stage not in waits
    _transition.put(lead, LeadStatus.ESCALATED if looks else lead.status)
    await lead_clocks.begin_if_none(session, lead)
    seeing = await record_access.viewers_of(session, leads.RESOURCE, lead.id)
    await record_access.withdraw(session, lead.id, seeing)
    sender = await _sender(session, lead, standing.barred)
    await record_access.grant(session, leads.RESOURCE, lead.id, [county, sender])
    # the town's keepers are out as well: from here the county names its own
    kept = await session.get(Informant, lead.id, with_for_update=True)
    if kept is not None:
        kept.handler_id = kept.supervisor_id = None
        kept.keepers_wanted = lead.reporter_kind is ReporterKind.REAL_NAME
        kept.version += 1
    await session.flush()
    told = {"units": standing.names()}
    await events.record(session, actor, EventName.LEAD_ROUTED, leads.RESOURCE, lead.id, told)


def is_routed(lead: Lead) -> bool:
    """Whether a lead was handed to the county because the town must keep off it."""
    return goes_by_county(lead.town_code)


async def give_back(session: AsyncSession, actor: Actor, lead_id: UUID, body: LeadReturn) -> None:
    """The county looked, and the town need not keep off. Raises NotFound, Forbidden, Conflict."""
    lead = await _transition.lock(session, actor, leads.LISTING, Lead, lead_id)
    if not is_routed(lead):
        raise Conflict("这条线索没有因回避转到县里", code="not_routed")
    if lead.owner_unit_id != actor.unit_id:
        raise Forbidden("只有承办单位可以退回", code="not_own_unit")
    place = await places.locate(session, lead.division_code)
    stays, barred = _still_barred(await of_lead(session, lead), place.office_unit_id)
    await session.execute(
        delete(LeadAccusedUnit).where(
            LeadAccusedUnit.lead_id == lead.id, LeadAccusedUnit.unit_id.not_in(stays)
        )
    )
    lead.town_code, lead.owner_unit_id = place.town_code, place.office_unit_id
    back = LeadStatus.REGISTERED if lead.status is LeadStatus.ESCALATED else lead.status
    _transition.put(lead, back)
    if back is LeadStatus.REGISTERED:
        lead_clocks.set_down(lead)
    lead.unowned_on = today()  # the town waits for its unit only now
    # a report from the public is not shown to the village before the office has seen it
    village = place.village_unit_id if lead.created_by_post_id else None
    seeing = [None if village in barred else village, await _sender(session, lead, barred)]
    await record_access.grant(session, leads.RESOURCE, lead.id, seeing)
    await session.flush()
    told = {"reason": await unnamed.told(session, lead_id, body.reason)}
    await events.record(session, actor, EventName.LEAD_RETURNED, leads.RESOURCE, lead.id, told)


async def _sender(session: AsyncSession, lead: Lead, barred: Collection[UUID]) -> UUID | None:
    """Whose row lets those who handed a lead in see it: nobody's where it is about them."""
    post = await session.get(Post, lead.created_by_post_id) if lead.created_by_post_id else None
    if post is None or post.unit_id in barred:
        return None
    return viewer_of(post.role, post.id, post.unit_id)


def _still_barred(standing: Standing, office: UUID) -> tuple[set[UUID], set[UUID]]:
    """The accused units for which the town itself need never have kept off, and who keeps off
    because of them: the county says nothing of these."""
    stays = {
        unit
        for unit in standing.accused
        if not rules.goes_to_county(rules.barred({unit}, standing.bodies), office, standing.bodies)
    }
    return stays, rules.barred(stays, standing.bodies)
