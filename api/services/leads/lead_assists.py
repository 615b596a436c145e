"""Units that assist with a lead (协办): asked, answering by their own clock, or let off."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, exists, func, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.base.ids import uuid7
from api.core.base.statements import param
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.permissions import Permission, RowScope
from api.domain.leads.lead_assists import ASSIST_FLOW, RULE, UNANSWERED, AssistStatus
from api.domain.leads.leads import LeadStatus
from api.domain.organisation.organisation import LEAD_ASSISTANTS
from api.models.lead_assists import LeadAssist
from api.models.leads import Lead
from api.models.units import Unit
from api.schemas.common import actions
from api.services.kit import _transition, columns, places, time_rules
from api.services.kit.standing import taken_by
from api.services.kit.terms import Terms
from api.services.leads import lead_texts

_SHOWN = (
    "id", "status", "task", "asked_on", "due_on", "due_is_provisional", "due_rule", "due_rule_version",
    "acknowledged_at", "answer", "answered_at", "answered_by", "ended_at", "ended_reason", "version",
)  # fmt: skip
_OPEN = LeadAssist.status.in_(UNANSWERED)
#: All that was ever asked for a lead, for its listing.
COLUMN = columns.json_list(
    select(
        func.json_build_object(
            *(part for name in _SHOWN for part in (name, getattr(LeadAssist, name))),
            "unit",
            columns.unit_named(LeadAssist.owner_unit_id),
            "taken_by",
            taken_by(LeadAssist),
        )
    ).where(LeadAssist.lead_id == Lead.id),
    LeadAssist.id,
)


def assisted_by(unit_id: Any) -> Any:
    """The leads that a unit was asked for and not let off."""
    return select(LeadAssist.lead_id).where(
        LeadAssist.owner_unit_id == unit_id, LeadAssist.status != AssistStatus.ENDED
    )


async def kept(session: AsyncSession, assist: LeadAssist, name: str, text: str) -> str:
    """A text of an assist as it is stored, its numbers kept beside it."""
    field = lead_texts.of("assists", assist.id, name)
    return await lead_texts.keep_one(session, assist.lead_id, field, text)


class _FlowView:
    """What the flow must know of an assist that was read as JSON."""

    __slots__ = ("handling_unit_id", "owner_unit_id", "status")

    def __init__(self, assist: dict[str, Any], lead: dict[str, Any]) -> None:
        self.status = AssistStatus(assist["status"])
        self.owner_unit_id = UUID(assist["unit"]["id"])
        self.handling_unit_id = UUID(lead["owner_unit_id"])


def show(actor: Actor, lead: dict[str, Any], terms: Terms, *, live: bool) -> None:
    """What each assist offers the actor; its words are for who asked, who was asked, and who sees
    the town's leads. `live`: the lead is still worked on."""
    everything = str(actor.unit_id) == lead["owner_unit_id"] or actor.scope is RowScope.TOWN
    lead["assists"].sort(key=lambda each: each["id"])  # by time
    for assist in lead["assists"]:
        available = ASSIST_FLOW.available(actor, _FlowView(assist, lead)) if live else ()
        assist["available_actions"] = actions(available)
        assist["working_days_left"] = terms.of(assist)
        if not everything and assist["unit"]["id"] != str(actor.unit_id):
            assist["task"] = assist["answer"] = assist["answered_by"] = assist["ended_reason"] = ""


async def units_of(session: AsyncSession, lead_id: UUID) -> set[UUID]:
    """The units that were asked for a lead and not let off: they see it."""
    found = await session.scalars(
        select(LeadAssist.owner_unit_id).where(
            LeadAssist.lead_id == lead_id, LeadAssist.status != AssistStatus.ENDED
        )
    )
    return set(found)


async def ever_asked(session: AsyncSession, lead: Lead) -> set[UUID]:
    """The units that were asked in any round: whoever was let off because the lead was over has
    seen it since, until somebody else works on it."""
    if not lead.assisted:
        return set()
    found = await session.scalars(
        select(LeadAssist.owner_unit_id).where(LeadAssist.lead_id == lead.id)
    )
    return set(found)


async def checked_unit(session: AsyncSession, lead: Lead, unit_id: UUID, field: str) -> Unit:
    """A unit that can be asked. Raises Invalid for one whose people could not answer."""
    found = await places.unit(session, unit_id, field, lead.town_code)
    if found.behaviour not in LEAD_ASSISTANTS:
        message = f"{found.behaviour.label}不协办线索"
        raise Invalid(message, errors=[FieldError(f"/{field}", "unit_cannot_assist", message)])
    if not await places.has_somebody(session, found.id, Permission.LEAD_ASSIST):
        message = f"{found.name}还没有可以协办的在岗人员，请它协办没有人接收"
        raise Invalid(message, errors=[FieldError(f"/{field}", "receiver_has_nobody", message)])
    return found


async def ask(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    units: Iterable[UUID],
    task: str,
    given: date | None = None,
) -> None:
    """Ask units, until the rule's day or a given one, but never beyond the lead's own.

    Raises Invalid for a day that is past or beyond the lead's.
    """
    wanted = list(units)
    if not wanted:
        return
    due = await time_rules.due_on(session, RULE, today())
    if given is not None:
        _check_given(given, lead.due_on)
    lead.assisted = True
    asked = {uuid7(): unit_id for unit_id in wanted}
    named = {lead_texts.of("assists", each, "task"): task for each in asked}
    told = await lead_texts.keep(session, lead.id, named)
    for (assist_id, unit_id), words in zip(asked.items(), told, strict=True):
        session.add(
            LeadAssist(
                id=assist_id,
                lead_id=lead.id,
                owner_unit_id=unit_id,
                status=AssistStatus.ASKED,
                task=words,
                asked_on=today(),
                due_on=given or due.on,
                due_is_given=given is not None,
                due_is_provisional=due.is_provisional and given is None,
                due_rule=due.rule_id,
                due_rule_version=due.rule_version,
                created_by_post_id=actor.post_id,
            )
        )
    await session.flush()
    await cap(session, lead)


def _check_given(given: date, limit: date | None) -> None:
    if limit is not None and given > limit:
        message = f"协办期限不能晚于线索的办理期限（{limit}）"
        raise Invalid(message, errors=[FieldError("/due_on", "after_lead", message)])


async def cap(session: AsyncSession, lead: Lead) -> None:
    """Nobody is given longer than the lead itself has."""
    if lead.due_on is None:
        return
    await session.execute(
        update(LeadAssist)
        .where(
            LeadAssist.lead_id == lead.id,
            _OPEN,
            or_(LeadAssist.due_on.is_(None), LeadAssist.due_on > lead.due_on),
        )
        .values(due_on=lead.due_on, due_is_provisional=lead.due_is_provisional)
    )


async def open_ones(session: AsyncSession, lead_id: UUID) -> list[LeadAssist]:
    """What has not been answered yet, locked."""
    found = await session.scalars(
        select(LeadAssist)
        .where(LeadAssist.lead_id == lead_id, _OPEN)
        .order_by(LeadAssist.id)
        .with_for_update(of=LeadAssist)
    )
    return list(found)


def _end(assist: LeadAssist, reason: str) -> None:
    _transition.put(assist, AssistStatus.ENDED)
    assist.ended_at, assist.ended_reason = now(), reason


async def keep_only(
    session: AsyncSession, lead: Lead, wanted: Collection[UUID], reason: str
) -> set[UUID]:
    """Let off whoever is not wanted any more; returns who is being waited for."""
    waiting: set[UUID] = set()
    if not lead.assisted:
        return waiting
    for assist in await open_ones(session, lead.id):
        if assist.owner_unit_id in wanted:
            waiting.add(assist.owner_unit_id)
        else:
            _end(assist, reason)
    await session.flush()
    return waiting


async def let_off(session: AsyncSession, lead: Lead, units: Collection[UUID], reason: str) -> None:
    """Units that must keep off have no part in a lead any more, answered or not."""
    found = await session.scalars(
        select(LeadAssist)
        .where(
            LeadAssist.lead_id == lead.id,
            LeadAssist.owner_unit_id.in_(units),
            LeadAssist.status != AssistStatus.ENDED,
        )
        .with_for_update(of=LeadAssist)
    )
    for assist in found:
        _end(assist, reason)
    await session.flush()


async def over(session: AsyncSession, lead: Lead, reason: str) -> None:
    """The lead is over, or begins anew: nobody owes an answer any more."""
    await keep_only(session, lead, (), reason)


async def due_of(session: AsyncSession, lead_id: UUID, unit_id: UUID) -> date | None:
    """Until when a unit was asked last."""
    return await session.scalar(
        select(LeadAssist.due_on)
        .where(LeadAssist.lead_id == lead_id, LeadAssist.owner_unit_id == unit_id)
        .order_by(LeadAssist.id.desc())
        .limit(1)
    )


async def awaited_of(session: AsyncSession, lead: Lead) -> list[str]:
    """The units that still owe an answer, by name; nobody answers beside who reads this."""
    if not lead.assisted:
        return []
    waiting = [assist.owner_unit_id for assist in await open_ones(session, lead.id)]
    names = await session.scalars(select(Unit.name).where(Unit.id.in_(waiting)))
    return sorted(names)


def awaited(assists: Iterable[dict[str, Any]]) -> list[str]:
    """The same, of the assists of a lead as they were read."""
    return sorted(
        each["unit"]["name"] for each in assists if AssistStatus(each["status"]) in UNANSWERED
    )


#: Leads whose assists can still be answered: one that is disputed goes on with its next unit, and
#: the reporter may be told before who helps has answered.
LIVE = frozenset(
    {
        LeadStatus.ASSIGNED,
        LeadStatus.DISPUTED,
        LeadStatus.VERIFYING,
        LeadStatus.TRANSFERRED_DEPARTMENT,
        LeadStatus.TRANSFERRED_POLICE,
        LeadStatus.ESCALATED,
        LeadStatus.RECHECK,
        LeadStatus.FED_BACK,
    }
)
#: Nobody has answered in time, and the lead is still worked on.
LATE = and_(_OPEN, LeadAssist.due_on < param("today", Date()), Lead.status.in_(LIVE))


def late_with(unit_id: Any) -> ColumnElement[bool]:
    """The leads of which a unit has not answered in time."""
    return exists(literal_column("1")).where(
        LeadAssist.lead_id == Lead.id, LeadAssist.owner_unit_id == unit_id, LATE
    )


#: Who may be asked for help may answer it.
NEEDS = Permission.LEAD_ASSIST
