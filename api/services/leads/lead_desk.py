"""The triage desk (分流台): the next lead that nobody is in charge of, the most urgent first.

A round at the desk is a cursor: it holds the leads that this person was shown and that still wait.
A lead is shown once a round, whoever else is at work; one that left the desk and came back, because
the unit disputed it, is work again, in the next round at the latest.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Text, Uuid, func, literal_column, select, union_all

from api.core.base.security import sign, unsign
from api.core.listing.pagination import Choice, Expression, bad_cursor, param
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Invalid
from api.domain.leads.leads import TRIAGE
from api.models.leads import Lead
from api.services.leads import leads

#: A cursor travels in an address: more leads passed over than this begin a new round.
LONGEST_ROUND = 200
_PURPOSE = "cursor:desk"
_SEEN = param("seen", ARRAY(Uuid()))
# Literals, so that PostgreSQL can prove that the partial indexes fit.
_STATUSES = [literal_column(f"'{status.value}'", Text()) for status in TRIAGE]
_FIRST = (Lead.due_on.asc().nulls_last(), Lead.id)


def _probe(visible: ColumnElement[bool], *which: Expression, fast: bool = False) -> Any:
    """The first of some leads, read off the end of an index."""
    first = (
        select(
            Lead.id, Lead.due_on, literal_column("true" if fast else "false").label("fast_track")
        )
        .where(visible, *which, Lead.id != func.all(_SEEN))
        .order_by(*_FIRST)
        .limit(literal_column("1"))
        .subquery()
    )
    return select(first)


def _pick(visible: ColumnElement[bool]) -> ColumnElement[Any]:
    """Fast-track leads (快办), then by due date, then in the order of their arrival."""
    candidates = union_all(
        _probe(visible, Lead.fast_track, Lead.status.in_(_STATUSES), fast=True),
        *(_probe(visible, Lead.status == status) for status in _STATUSES),
    ).subquery()
    return (
        select(candidates.c.id)
        .order_by(
            candidates.c.fast_track.desc(), candidates.c.due_on.asc().nulls_last(), candidates.c.id
        )
        .limit(literal_column("1"))
        .scalar_subquery()
    )


def _still_waiting(visible: ColumnElement[bool]) -> Mapping[str, ColumnElement[Any]]:
    waiting = select(func.array_agg(Lead.id, type_=ARRAY(Uuid()))).where(
        Lead.id == func.any(_SEEN), visible, Lead.status.in_(_STATUSES)
    )
    return {"waiting": waiting.correlate(None).scalar_subquery()}


_NEXT = Choice(_pick, _still_waiting)


async def following(actor: Actor, cursor: str | None) -> dict[str, Any]:
    """The next lead of this round. Raises Invalid for a foreign cursor or an endless round."""
    seen = _read(cursor) if cursor else []
    if len(seen) >= LONGEST_ROUND:
        message = f"这一轮已跳过 {LONGEST_ROUND} 条，请从头开始"
        raise Invalid(message, code="desk_round_full")
    lead, row = await leads.LISTING.chosen(actor, _NEXT, {"seen": seen})
    passed = sorted(UUID(str(each)) for each in row["waiting"] or [])
    if lead is None:
        return {"item": None, "next_cursor": None, "passed": len(passed)}
    following_cursor = _cursor([*passed, UUID(lead["id"])])
    item = await leads.for_actor(actor, lead)
    return {"item": item, "next_cursor": following_cursor, "passed": len(passed)}


def _cursor(seen: list[UUID]) -> str:
    return sign(_PURPOSE, urlsafe_b64encode(b"".join(each.bytes for each in seen)).decode())


def _read(cursor: str) -> list[UUID]:
    try:
        packed = urlsafe_b64decode(str(unsign(_PURPOSE, cursor)))
    except ValueError as error:
        raise bad_cursor("分流台的位置无效，请从头开始") from error
    return [UUID(bytes=packed[at : at + 16]) for at in range(0, len(packed), 16)]
