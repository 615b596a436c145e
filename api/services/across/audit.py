"""The audit, for the audit administrator: who did what when, never what the records say."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events.events import Event
from api.core.listing import keyset, search
from api.models.units import Unit
from api.schemas.events import AuditQuery
from api.services.across import timeline
from api.services.kit import searching

#: What an event's data may show here: how it was done, not to whom or what it says.
_SHOWN = frozenset(
    {"action", "change", "code", "count", "created", "fields", "locked", "method", "path"}
    | {"rule_id", "updated", "valid_from", "version", "what", "year"}
    # who let whom see an informant: both people of every opening
    | {"approved_by", "approved_by_id", "opening_id", "person", "place", "replaced_by"}
    | {"requested_by", "requested_by_id"}
)


async def page(session: AsyncSession, query: AuditQuery) -> dict[str, Any]:
    """Events, the latest first."""
    statement = select(Event, Unit.name.label("unit_name")).outerjoin(
        Unit, Unit.id == Event.unit_id
    )
    for column, value in (
        (Event.actor_id, query.actor_id),
        (Event.role, query.role.value if query.role else None),
        (Event.result, query.result),
        (Event.subject_id, query.subject_id),
        (Event.address, query.address),
        (Event.request_id, query.request_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    if query.name:
        statement = statement.where(Event.name.in_([name.value for name in query.name]))
    if query.actor_name and not searching.blank(query.actor_name):
        plain = searching.plain(query.actor_name)
        statement = statement.where(search.within(search.folded(Event.actor_name), plain))
    if query.since:
        statement = statement.where(Event.at >= query.since)
    if query.until:
        statement = statement.where(Event.at < query.until)
    return await keyset.page(
        session, statement, Event.id, query, _shown, name="audit", descending=True
    )


def _shown(row: Any) -> dict[str, Any]:
    event: Event = row.Event
    return {
        "id": str(event.id),
        "at": event.at,
        "name": event.name,
        "label": _label(event),
        "result": event.result,
        "actor_kind": event.actor_kind,
        "actor_id": event.actor_id,
        "actor_name": event.actor_name,
        "role": event.role,
        "unit_name": row.unit_name,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "address": event.address,
        "request_id": event.request_id,
        "data": {name: value for name, value in event.data.items() if name in _SHOWN},
    }


def _label(event: Event) -> str:
    """The act without the statuses it led from and to."""
    without = {k: v for k, v in event.data.items() if k not in {"from", "to"}}
    said = timeline.sentence(event.name, event.subject_type, without)
    return f"{timeline.event_label(event.name)}：{said}" if "action" in without else said
