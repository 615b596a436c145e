"""The feed for other systems: every event of visible records, none lost, none twice.

The cursor is `(xid, id)` and stays below the oldest running transaction: an event whose
transaction commits late has an older id than what was read already, and a cursor over ids alone
would never see it (docs/adr/0002-events.md).
"""

from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Text,
    and_,
    cast,
    exists,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.security import sign, unsign
from api.core.events import feed_state
from api.core.events.events import Event, Xid8
from api.core.listing.pagination import bad_cursor
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict
from api.models.units import Unit
from api.schemas.events import FeedQuery
from api.services.across import timeline
from api.services.across.sources import SOURCES

#: A page looks at so many events, whether the reader may see them or not.
EXAMINED = 2000
_PURPOSE = "feed"
_START = ("0", 0)
_NOUNS = {source.listing.resource: source.noun for source in SOURCES}


async def page(session: AsyncSession, actor: Actor, query: FeedQuery) -> dict[str, Any]:
    """The next events. Raises Invalid (`cursor_invalid`), Conflict (`feed_epoch_changed`)."""
    epoch = await feed_state.epoch(session)
    position = _position(query.cursor, epoch)
    examined = _examined(position)
    statement = select(
        select(func.count()).select_from(examined).scalar_subquery().label("examined"),
        _last(examined).label("last"),
        _visible(actor, examined, query.limit + 1).label("rows"),
    )
    found = (await session.execute(statement)).one()
    rows: list[dict[str, Any]] = found.rows or []
    full = len(rows) > query.limit
    rows = rows[: query.limit]
    if full:
        position = (rows[-1]["xid"], rows[-1]["id"])
    elif found.last is not None:
        position = (found.last["xid"], found.last["id"])
    return {
        "items": [_cloud_event(actor, row) for row in rows],
        "next_cursor": sign(_PURPOSE, [epoch, *position]),
        "has_more": full or found.examined == EXAMINED,
        "epoch": epoch,
    }


def _position(cursor: str | None, epoch: int) -> tuple[str, int]:
    if cursor is None:
        return _START
    try:
        stored: Any = unsign(_PURPOSE, cursor)
        made_in, xid, event_id = stored
    except (ValueError, TypeError) as error:
        raise bad_cursor("事件游标无效，请从头读取") from error
    if made_in != epoch:
        raise Conflict("数据已从备份恢复，请从头读取事件", code="feed_epoch_changed", epoch=epoch)
    return str(xid), int(event_id)


def _examined(position: tuple[str, int]) -> CTE:
    xid, event_id = position
    horizon = func.pg_snapshot_xmin(func.pg_current_snapshot())
    return (
        select(Event)
        .where(
            tuple_(Event.xid, Event.id) > tuple_(cast(literal(xid), Xid8), literal(event_id)),
            Event.xid < horizon,
        )
        .order_by(Event.xid, Event.id)
        .limit(EXAMINED)
        .cte("examined")
    )


def _last(examined: CTE) -> ColumnElement[Any]:
    place = func.json_build_object("xid", cast(examined.c.xid, Text), "id", examined.c.id)
    latest = select(place).order_by(examined.c.xid.desc(), examined.c.id.desc()).limit(1)
    return latest.scalar_subquery()


def _visible(actor: Actor, examined: CTE, limit: int) -> ColumnElement[Any]:
    """The first of the examined events whose records this actor sees, as a JSON list."""
    columns = examined.c
    readable = [
        and_(
            columns.subject_type == source.listing.resource,
            exists(
                select(literal_column("1")).where(
                    source.listing.id == columns.subject_id, source.listing.visible(actor)
                )
            ),
        )
        for source in SOURCES
        if actor.may(source.permission)
    ]
    rows = (
        select(
            cast(columns.xid, Text).label("xid"),
            columns.id,
            columns.at,
            columns.name,
            columns.subject_type,
            columns.subject_id,
            columns.actor_name,
            columns.data,
            Unit.name.label("unit_name"),
            timeline.only_reported(actor, columns.subject_id).label("apart"),
        )
        .select_from(examined.outerjoin(Unit, Unit.id == columns.unit_id))
        .where(
            or_(false(), *readable),
            columns.name.not_in(timeline.HIDDEN),
            columns.result == "ok",
            timeline.links_seen(actor, columns.name, columns.data),
        )
        .order_by(columns.xid, columns.id)
        .limit(limit)
        .subquery("r")
    )
    return (
        select(func.json_agg(literal_column("row_to_json(r)"))).select_from(rows).scalar_subquery()
    )


def _cloud_event(actor: Actor, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(row["id"]),
        "source": f"/api/v1/{_NOUNS[row['subject_type']]}",
        "type": row["name"],
        "subject": row["subject_id"],
        "time": row["at"],
        "datacontenttype": "application/json",
        "data": {
            "label": timeline.sentence(row["name"], row["subject_type"], row["data"]),
            "actor_name": row["actor_name"],
            "unit_name": row["unit_name"],
            "details": timeline.told(actor, row["data"], apart=row["apart"]),
        },
    }
