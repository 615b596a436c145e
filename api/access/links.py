"""Links between records are shown to those who see both ends.

A listing reads the links with what decides about them; `keep` leaves out what this reader may not
know of, and the deciding fields with it.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import SQLColumnExpression, exists, literal_column, select

from api.core.database.record_access import RecordAccess
from api.core.listing.pagination import param
from api.domain.kit.actors import Actor
from api.domain.kit.permissions import Permission, RowScope


def deciding(
    resource: str, record_id: SQLColumnExpression[UUID], town_code: SQLColumnExpression[str]
) -> tuple[Any, ...]:
    """Further members of a link's `json_build_object`, read again by `keep`."""
    granted = exists(
        select(literal_column("1")).where(
            RecordAccess.viewer_id == param("viewer", RecordAccess.viewer_id.type),
            RecordAccess.resource == literal_column(f"'{resource}'"),
            RecordAccess.record_id == record_id,
        )
    )
    return ("town", town_code, "granted", granted)


def keep(actor: Actor, needs: Permission, links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The links whose other end the actor may read."""
    scope = actor.scope
    kept: list[dict[str, Any]] = []
    for link in links:
        town, granted = link.pop("town"), link.pop("granted")
        seen = town == actor.town if scope is RowScope.TOWN else granted
        if seen and actor.may(needs):
            kept.append(link)
    return kept
