"""What was done to a record, as a person reads it: one service for every noun."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, cast, exists, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

import api.domain
from api.access import visibility
from api.core.events.events import Event
from api.core.listing import keyset
from api.core.listing.pagination import Listing, PageQuery
from api.domain.kit.actors import Actor
from api.domain.kit.errors import NotFound
from api.domain.kit.events import AUDIT_ONLY, EventName
from api.domain.kit.flow import Flow
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission, follows_only
from api.domain.law.escalations import Level
from api.domain.organisation.organisation import Change
from api.models.leads import Lead
from api.models.units import Unit
from api.services.across import timeline_details
from api.services.across.sources import SOURCES
from api.services.leads import leads

#: These tell of a lead that was merged into the one they happened to.
_OTHER_LEADS = [EventName.LEAD_ABSORBED.value, EventName.LEAD_RELEASED.value]
HIDDEN = [name.value for name in AUDIT_ONLY]
#: What those who only follow a record are told of it: how it stands (facts 4).
_STANDING = frozenset({"action", "from", "to"})
#: What a lead may have led to; the event names it as `<resource>_id`.
_LINKED = frozenset({"case", "risk_entity"})


@cache
def _flows() -> Mapping[str, Flow[Any, Any]]:
    """Every life cycle of the domain by its name, found by its type: a new noun is spoken of
    at once."""
    found: dict[str, Flow[Any, Any]] = {}
    for module in pkgutil.walk_packages(api.domain.__path__, f"{api.domain.__name__}."):
        for each in vars(import_module(module.name)).values():
            if isinstance(each, Flow):
                flow: Flow[Any, Any] = each
                found[flow.name] = flow
    return found


#: Actions that there are no more: what was done by them is still told.
_GONE = {"record_feedback": "登记移交回执与结果"}


def _label_of(kind: type[Labelled], code: object) -> str:
    return kind.labels().get(str(code), str(code))


def action_label(subject_type: str, code: object) -> str:
    """The Chinese word for an action of a life cycle; the code where it is gone."""
    flow = _flows().get(subject_type)
    labels = {a.value: a.label for a in flow.steps} if flow else {}
    return labels.get(str(code)) or _GONE.get(str(code), str(code))


def event_label(name: str) -> str:
    """The Chinese word for an event; the name where it is gone."""
    return _label_of(EventName, name)


def sentence(name: str, subject_type: str, data: Mapping[str, Any]) -> str:
    """One line for a person: `交办：已登记 → 已交办`."""
    if "action" in data:
        # a part of the record with a life cycle of its own
        subject_type = str(data.get("flow", subject_type))
        said = action_label(subject_type, data["action"])
        flow = _flows().get(subject_type)
        before, after = data.get("from"), data.get("to")
        if flow is None or before is None or before == after:
            return said
        statuses = type(flow.initial)
        return f"{said}：{_label_of(statuses, before)} → {_label_of(statuses, after)}"
    if name == EventName.ESCALATED.value:
        return f"{event_label(name)}：{_label_of(Level, data.get('level'))}"
    if "change" in data:
        return f"{event_label(name)}：{_label_of(Change, data['change'])}"
    return event_label(name)


def links_seen(actor: Actor, name: Any, data: Any) -> ColumnElement[bool]:
    """Leaves out what tells of a record at the other end that this actor may not see: not even
    that there is one."""
    ends = [
        exists(
            select(literal_column("1")).where(
                source.listing.id == cast(data[f"{source.listing.resource}_id"].astext, Uuid),
                source.listing.visible(actor),
            )
        )
        for source in SOURCES
        if source.listing.resource in _LINKED and actor.may(source.permission)
    ]
    other_lead = exists(
        select(literal_column("1")).where(
            Lead.id == cast(data["lead_id"].astext, Uuid), leads.LISTING.visible(actor)
        )
    )
    return and_(
        or_(name != EventName.LEAD_LINKED.value, *ends),
        or_(name.not_in(_OTHER_LEADS), other_lead),
    )


def told(actor: Actor, data: Mapping[str, Any], *, apart: bool) -> dict[str, Any]:
    """What an event says to this actor; `apart`: of a lead that he only reported."""
    if apart or follows_only(actor.role, Permission.LEAD_HANDLE):
        return {name: value for name, value in data.items() if name in _STANDING}
    return dict(data)


def only_reported(actor: Actor, subject_id: Any) -> ColumnElement[bool]:
    """Whether the subject of an event is a lead that this actor only reported."""
    return exists().where(Lead.id == subject_id, visibility.only_reported(actor))


async def page(
    session: AsyncSession, actor: Actor, listing: Listing, record_id: UUID, query: PageQuery
) -> dict[str, Any]:
    """What was done to a visible record, the latest first. Raises NotFound."""
    seen = (
        await session.execute(
            select(listing.id, only_reported(actor, record_id).label("apart")).where(
                listing.id == record_id, listing.visible(actor)
            )
        )
    ).one_or_none()
    if seen is None:
        raise NotFound
    statement = (
        select(Event, Unit.name.label("unit_name"))
        .outerjoin(Unit, Unit.id == Event.unit_id)
        .where(
            Event.subject_id == record_id,
            Event.name.not_in(HIDDEN),
            Event.result == "ok",
            links_seen(actor, Event.name, Event.data),
        )
    )

    def shown(row: Any) -> dict[str, Any]:
        event: Event = row.Event
        data = told(actor, event.data, apart=seen.apart)
        return {
            "id": str(event.id),
            "at": event.at,
            "happened_at": event.at,
            "recorded_at": event.at,
            "name": event.name,
            "label": sentence(event.name, event.subject_type, event.data),
            "actor_name": event.actor_name,
            "unit_name": row.unit_name,
            "subject_type": str(data.get("flow", event.subject_type)),
            "data": data,
        }

    found = await keyset.page(
        session, statement, Event.id, query, shown, name=f"timeline:{record_id}", descending=True
    )
    units = await timeline_details.unit_names(session, (each["data"] for each in found["items"]))
    for entry in found["items"]:
        kind = entry.pop("subject_type")
        entry["details"] = timeline_details.lines(_flows().get(kind), kind, entry["data"], units)
    found["items"] = timeline_details.grouped(found["items"])
    return found
