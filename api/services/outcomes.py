"""Outcomes: what the campaign published and established, recorded so that it can be counted."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from fastapi import Response
from sqlalchemy import ARRAY, Date, Text, Uuid, func, join, or_
from sqlalchemy.ext.asyncio import AsyncSession

from api.core import events, numbers, record_access, search
from api.core.clock import now, today
from api.core.ids import uuid7
from api.core.pagination import Listing, Sort, check_columns, day
from api.domain.actors import Actor
from api.domain.errors import FieldError, Forbidden, Invalid
from api.domain.events import EventName
from api.domain.flow import Record
from api.domain.outcomes import ISSUER, OUTCOME_FLOW, OutcomeKind, OutcomeStatus
from api.models.outcomes import Outcome
from api.models.units import Unit
from api.schemas.common import actions
from api.schemas.outcomes import (
    OutcomeCreate,
    OutcomeItem,
    OutcomeQuery,
    OutcomeRead,
    OutcomeUpdate,
)
from api.services import _transition, columns, protect, searching

RESOURCE = "outcome"

_ITEM: dict[str, Any] = {
    "id": Outcome.id,
    "number": Outcome.number,
    "status": Outcome.status,
    "kind": Outcome.kind,
    "title": Outcome.title,
    "issued_on": Outcome.issued_on,
    "medium": Outcome.medium,
    "document_no": Outcome.document_no,
    "audience": Outcome.audience,
    "owner_unit": columns.named(Unit),
    "version": Outcome.version,
}
_READ: dict[str, Any] = _ITEM | {
    "summary": Outcome.summary,
    "created_at": Outcome.created_at,
    "updated_at": Outcome.updated_at,
}
check_columns(OutcomeItem, _ITEM)
check_columns(OutcomeRead, _READ, "available_actions")

_ANY_TEXT = ARRAY(Text)
_TEXTS = [search.folded(each) for each in (Outcome.title, Outcome.document_no, Outcome.number)]

LISTING = Listing(
    resource=RESOURCE,
    id=Outcome.id,
    town_code=Outcome.town_code,
    source=join(Outcome, Unit, Unit.id == Outcome.owner_unit_id, isouter=True),
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "kind": (_ANY_TEXT, lambda p: Outcome.kind == func.any(p)),
        "status": (_ANY_TEXT, lambda p: Outcome.status == func.any(p)),
        "owner_unit_id": (Uuid(), lambda p: Outcome.owner_unit_id == p),
        "issued_from": (Date(), lambda p: Outcome.issued_on >= p),
        "issued_to": (Date(), lambda p: Outcome.issued_on <= p),
        "q": (Text(), lambda p: or_(*(search.within(each, p) for each in _TEXTS))),
    },
    sorts={
        "-id": Sort("id", Outcome.id, descending=True),
        "id": Sort("id", Outcome.id),
        "issued_on": Sort("issued_on", Outcome.issued_on, parse=day),
        "-issued_on": Sort("issued_on", Outcome.issued_on, descending=True, parse=day),
    },
    default_sort="-id",
)


async def page(actor: Actor, query: OutcomeQuery) -> Response:
    """A page of visible outcomes."""
    filters = {
        "kind": query.kind,
        "status": query.status,
        "owner_unit_id": query.owner_unit_id,
        "issued_from": query.issued_from,
        "issued_to": query.issued_to,
        "q": None if searching.blank(query.q) else searching.plain(query.q),
    }
    return await LISTING.page(actor, query, filters, query.sort.value)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the flow must know of an outcome that was read as JSON."""

    status: OutcomeStatus
    owner_unit_id: UUID


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible outcome with what the actor may do with it. Raises NotFound."""
    outcome = await LISTING.one(actor, record_id, session)
    standing = _Standing(OutcomeStatus(outcome["status"]), UUID(outcome["owner_unit"]["id"]))
    outcome["available_actions"] = actions(OUTCOME_FLOW.available(actor, standing))
    return outcome


async def create(session: AsyncSession, actor: Actor, body: OutcomeCreate) -> dict[str, Any]:
    """Record something published or established. Raises Invalid.

    Its texts are written for the public: identifiers in them are masked for good.
    """
    town = actor.town
    made = Outcome(
        id=uuid7(),
        number=(await numbers.take("CG", town))[0],
        status=OUTCOME_FLOW.initial,
        kind=body.kind,
        title=protect.told(body.title),
        issued_on=body.issued_on,
        medium=protect.told(body.medium),
        document_no=body.document_no,
        audience=body.audience,
        summary=protect.told(body.summary),
        town_code=town,
        owner_unit_id=actor.unit_id,
        created_by_post_id=actor.post_id,
    )
    _check(made)
    session.add(made)
    await session.flush()
    await record_access.grant(session, RESOURCE, made.id, [actor.unit_id])
    told = {"number": made.number, "kind": made.kind.value}
    await events.record(session, actor, EventName.OUTCOME_CREATED, RESOURCE, made.id, told)
    return await read(actor, made.id, session)


def _check(outcome: Outcome) -> None:
    if outcome.issued_on > today():
        message = "日期不能晚于今天"
        raise Invalid(message, errors=[FieldError("/issued_on", "in_future", message)])
    if outcome.kind is OutcomeKind.INSTITUTION:
        if not outcome.document_no:
            message = "制度机制须填写文号"
            raise Invalid(message, errors=[FieldError("/document_no", "missing", message)])
    elif not outcome.medium:
        message = "须填写发布渠道或地点"
        raise Invalid(message, errors=[FieldError("/medium", "missing", message)])


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: OutcomeUpdate
) -> dict[str, Any]:
    """Correct an outcome. Raises NotFound, Forbidden, StaleVersion, Invalid."""
    outcome = await _transition.lock(session, actor, LISTING, Outcome, record_id)
    if not ISSUER.holds(actor, cast("Record", outcome)):
        raise ISSUER.refusal()
    if outcome.status is OutcomeStatus.WITHDRAWN:
        raise Forbidden("已撤销的成果不能修改", code="closed")
    _transition.check_version(outcome, body.version)
    changes = body.model_dump(exclude={"version"}, exclude_unset=True)
    for name, value in changes.items():
        if value is not None or name == "audience":
            setattr(outcome, name, protect.told(value) if isinstance(value, str) else value)
    _check(outcome)
    outcome.version += 1
    outcome.updated_at = now()
    await session.flush()
    told = {"fields": sorted(changes)}
    await events.record(session, actor, EventName.OUTCOME_UPDATED, RESOURCE, outcome.id, told)
    return await read(actor, record_id, session)


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Withdraw or restore. Raises what `_transition.apply` raises."""
    outcome = await _transition.lock(session, actor, LISTING, Outcome, record_id)
    told = {"reason": protect.told(body.reason)}
    await _transition.apply(
        session, actor, outcome, OUTCOME_FLOW, EventName.OUTCOME_TRANSITIONED, body, told
    )
    await session.flush()
    return await read(actor, record_id, session)
