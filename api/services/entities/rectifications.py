"""Rectifications: ordered, handed in, re-inspected, closed or ordered again."""

from dataclasses import dataclass
from functools import partial
from typing import Any, cast
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    Text,
    Uuid,
    and_,
    func,
    join,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import risk_rows
from api.core.base.clock import now, today
from api.core.events import events
from api.core.listing import facets
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, day, param
from api.core.listing.ways import any_of, days, one
from api.domain.across.ways import RECTIFICATION_WAY
from api.domain.entities.inspections import NOT_ORDERED, Finding
from api.domain.entities.rectifications import (
    RECTIFICATION_FLOW,
    RectificationAction,
    RectificationStatus,
)
from api.domain.entities.risk_entities import ORDERED_ONCE, EntityAction
from api.domain.entities.risk_measures import PLAN, RiskMeasureKind
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, NotFound, RuleViolated, together
from api.domain.kit.events import EventName
from api.models import rectifications as order_models
from api.models.inspections import Inspection
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.models.units import Unit
from api.schemas.common import actions
from api.schemas.rectifications import (
    RectificationCreate,
    RectificationItem,
    RectificationQuery,
    RectificationRead,
    RectificationUpdate,
)
from api.services.entities import _field_work, inspections
from api.services.kit import (
    _transition,
    columns,
    due_days,
    protect,
    searching,
    terms,
)
from api.services.kit import changes as corrections
from api.services.kit.standing import InCharge, entered, standing_of, taken_by, until

RESOURCE = "rectification"
corrections.check(RectificationUpdate, Rectification)

_SOURCE = join(Rectification, RiskEntity, RiskEntity.id == Rectification.entity_id).join(
    Unit, Unit.id == Rectification.owner_unit_id, isouter=True
)
#: Derived from the clock, never stored: nothing has to run for it to be true.
_CLOCK_RUNS = and_(
    Rectification.status != literal_column("'closed'"),
    Rectification.status != literal_column("'withdrawn'"),
)
_IS_OVERDUE = and_(Rectification.due_on < param("today", Date()), _CLOCK_RUNS)
_ITEM: dict[str, Any] = {
    "id": Rectification.id,
    "number": Rectification.number,
    "status": Rectification.status,
    "is_overdue": _IS_OVERDUE,
    "entity": inspections.ENTITY,
    "inspection_id": Rectification.inspection_id,
    "owner_unit": columns.named(Unit),
    "legal_actor": Rectification.legal_actor,
    "document_no": Rectification.document_no,
    "ordered_on": Rectification.ordered_on,
    "clock_runs": _CLOCK_RUNS,
    "round": Rectification.round,
    "version": Rectification.version,
    # last, and nothing but the term: ends of rows are remembered (terms.closing)
    "due_on": Rectification.due_on,
    "due_is_provisional": Rectification.due_is_provisional,
    "due_rule": Rectification.due_rule,
    "due_rule_version": Rectification.due_rule_version,
}
_READ: dict[str, Any] = _ITEM | {
    "requirements": Rectification.requirements,
    "legal_actor_name": Rectification.legal_actor_name,
    "legal_basis": Rectification.legal_basis,
    "due_is_given": Rectification.due_is_given,
    "materials": Rectification.materials,
    "submitted_on": Rectification.submitted_on,
    "closed_on": Rectification.closed_on,
    "reinspection_finding": Rectification.reinspection_finding,
    "open_reinspection": Rectification.open_reinspection,
    "history": Rectification.history,
    "created_at": Rectification.created_at,
    "updated_at": Rectification.updated_at,
    "entered": entered(Rectification.id, EventName.RECTIFICATION_TRANSITIONED),
    "taken_by": taken_by(Rectification),
}
check_columns(RectificationItem, _ITEM, "working_days_left")
check_columns(
    RectificationRead,
    {name: column for name, column in _READ.items() if name not in {"entered", "taken_by"}},
    "available_actions",
    "standing",
    "working_days_left",
)

_ANY_TEXT = ARRAY(Text)

_DUE = ("due_from", "due_to")

LISTING = Listing(
    resource=RESOURCE,
    id=Rectification.id,
    town_code=Rectification.town_code,
    source=_SOURCE,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "status": (_ANY_TEXT, lambda p: Rectification.status == func.any(p)),
        "entity_id": (Uuid(), lambda p: Rectification.entity_id == p),
        "inspection_id": (Uuid(), lambda p: Rectification.inspection_id == p),
        "owner_unit_id": (Uuid(), lambda p: Rectification.owner_unit_id == p),
        "division_from": (Text(), lambda p: RiskEntity.division_code >= p),
        "division_below": (Text(), lambda p: RiskEntity.division_code < p),
        "overdue": (Boolean(), lambda p: _IS_OVERDUE.self_group() == p),
        "due_from": (Date(), lambda p: Rectification.due_on >= p),
        "due_to": (Date(), lambda p: Rectification.due_on <= p),
        "ordered_from": (Date(), lambda p: Rectification.ordered_on >= p),
        "ordered_to": (Date(), lambda p: Rectification.ordered_on <= p),
        "named": (
            _ANY_TEXT,
            lambda p: or_(
                _field_work.entity_named(p),
                searching.says(Rectification.document_no, p),
                searching.says(Rectification.number, p),
            ),
        ),
    },
    sorts={
        "-id": Sort("id", Rectification.id, descending=True),
        "id": Sort("id", Rectification.id),
        "due_on": Sort("due_on", Rectification.due_on, parse=day, within=_DUE),
        "-due_on": Sort("due_on", Rectification.due_on, True, day, _DUE),
    },
    default_sort="-id",
    ways={
        "entity_id": one("entity_id", Rectification.entity_id, by_town=False),
        "inspection_id": one("inspection_id", Rectification.inspection_id, by_town=False),
        "status": any_of("status", Rectification.status),
        "due": days(Rectification.due_on, since="due_from", until="due_to"),
    },
    facets=Facets(
        order_models.FACETS,
        {
            "status": facets.value("s", "status"),
            "owner_unit_id": facets.value("o", "owner_unit_id"),
        },
    ),
    unindexed=frozenset({"named"}),
)


def _search_filters(text: str | None) -> dict[str, object]:
    if text is None or searching.blank(text):
        return {}
    return {"named": searching.words(text)}


async def page(actor: Actor, query: RectificationQuery) -> Response:
    """A page of visible rectifications."""
    place = query.division_code
    return await LISTING.page(
        actor,
        query,
        {
            "status": query.status,
            "entity_id": query.entity_id,
            "inspection_id": query.inspection_id,
            "owner_unit_id": query.owner_unit_id,
            "division_from": place,
            "division_below": columns.division_end(place) if place else None,
            "overdue": query.overdue,
            "due_from": query.due_from,
            "due_to": query.due_to,
            "ordered_from": query.ordered_from,
            "ordered_to": query.ordered_to,
            **_search_filters(query.q),
        },
        query.sort.value,
        (await terms.known()).closing(),
    )


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of a rectification that was read as JSON."""

    status: RectificationStatus
    owner_unit_id: UUID
    reinspection_finding: str | None
    open_reinspection: dict[str, str] | None


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible rectification with what the actor may do with it. Raises NotFound."""
    order = await LISTING.one(actor, record_id, session)
    standing = _FlowView(
        RectificationStatus(order["status"]),
        UUID(order["owner_unit"]["id"]),
        order["reinspection_finding"],
        order["open_reinspection"],
    )
    available = RECTIFICATION_FLOW.available(actor, standing)
    order["available_actions"] = actions(available, edit=RectificationUpdate)
    order["working_days_left"] = (await terms.known()).of(order)
    own = until(
        order["due_on"],
        provisional=order["due_is_provisional"],
        rule=order["due_rule"],
        version=order["due_rule_version"],
    )
    order["standing"] = await standing_of(
        RECTIFICATION_WAY,
        actor,
        standing,
        available,
        entered=order.pop("entered"),
        charge=InCharge(order["owner_unit"]["name"], taken=order.pop("taken_by")),
        term=lambda *_: own,
    )
    return order


async def create(session: AsyncSession, actor: Actor, body: RectificationCreate) -> dict[str, Any]:
    """Order a rectification, after an inspection that found a problem or on the entity itself.

    Raises NotFound, Invalid, RuleViolated where the body may not order it.
    """
    together(await due_days.checked(session, body), partial(_names_something, body))
    entity_id = cast("UUID", body.entity_id)
    if body.inspection_id is not None:
        entity_id = await _of_inspection(session, actor, body)
    entity = await risk_rows.entity(session, actor, entity_id)
    if body.inspection_id is None:
        ORDERED_ONCE.ensure(actor, entity)
    order_id = await _field_work.order(session, actor, entity, body, body.inspection_id)
    await _field_work.advance(session, actor, entity, EntityAction.ORDER_RECTIFICATION)
    await session.flush()
    return await read(actor, order_id, session)


def _names_something(body: RectificationCreate) -> None:
    if body.entity_id is None and body.inspection_id is None:
        message = "须填写整改对象，或发现问题的检查"
        raise Invalid(message, errors=[FieldError("/entity_id", "missing", message)])


async def _of_inspection(session: AsyncSession, actor: Actor, body: RectificationCreate) -> UUID:
    """The entity of an inspection that found a problem."""
    visit = await session.scalar(
        select(Inspection)
        .where(Inspection.id == body.inspection_id, inspections.LISTING.visible(actor))
        .with_for_update(of=Inspection)
    )
    if visit is None:
        raise NotFound
    if visit.finding is not Finding.PROBLEM:
        message = "检查未发现问题，不能据以责令整改"
        raise RuleViolated(message, code="no_problem_found", article=f"{PLAN}：责令整改")
    NOT_ORDERED.ensure(actor, visit)
    if body.entity_id not in {None, visit.entity_id}:
        message = "整改对象与检查对象不一致"
        raise Invalid(message, errors=[FieldError("/entity_id", "other_entity", message)])
    return visit.entity_id


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: RectificationUpdate
) -> dict[str, Any]:
    """Correct an open order. Raises NotFound, StaleVersion, Forbidden."""
    order = await _transition.lock(session, actor, LISTING, Rectification, record_id)
    _transition.check_edit(actor, order, RECTIFICATION_FLOW, body.version)
    changes = body.changes()
    if "requirements" in changes:
        order.requirements = await _field_work.protected(
            session, order.entity_id, "rectifications.requirements", changes["requirements"]
        )
    if "document_no" in changes:
        unit = await session.get_one(Unit, order.owner_unit_id)
        kind = RiskMeasureKind.ORDER_RECTIFICATION
        _field_work.lawful(kind, unit.behaviour, order.legal_actor, changes["document_no"])
        order.document_no = changes["document_no"]
    order.version += 1
    order.updated_at = now()
    await session.flush()
    told = {"fields": sorted(changes)}
    await events.record(session, actor, EventName.RECTIFICATION_UPDATED, RESOURCE, order.id, told)
    return await read(actor, record_id, session)


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the rectification flow. Raises what `_transition.apply` raises, Invalid."""
    order = await _transition.lock(session, actor, LISTING, Rectification, record_id)
    told = {"reason": protect.told(body.reason)} if getattr(body, "reason", None) else {}
    await _transition.apply(
        session, actor, order, RECTIFICATION_FLOW, EventName.RECTIFICATION_TRANSITIONED, body, told
    )
    effect = _EFFECTS.get(body.action)
    if effect:
        await effect(session, actor, order, body)
    await session.flush()
    return await read(actor, record_id, session)


async def _withdraw(session: AsyncSession, actor: Actor, order: Rectification, body: Any) -> None:
    del actor, body
    await session.flush()
    await _field_work.unordered(session, order)


async def _submit(session: AsyncSession, actor: Actor, order: Rectification, body: Any) -> None:
    del actor
    on = body.submitted_on or today()
    if on < order.ordered_on:
        message = f"提交日期不能早于责令整改的 {order.ordered_on}"
        raise Invalid(message, errors=[FieldError("/submitted_on", "too_early", message)])
    order.submitted_on = on
    order.materials = await _field_work.protected(
        session, order.entity_id, "rectifications.materials", body.materials
    )


async def _reinspect(session: AsyncSession, actor: Actor, order: Rectification, body: Any) -> None:
    entity = await session.get_one(RiskEntity, order.entity_id)
    await _field_work.plan_visit(
        session,
        actor,
        entity,
        planned_on=body.planned_on,
        inspectors=body.inspectors or "",
        rectification=order,
    )


async def _close(session: AsyncSession, actor: Actor, order: Rectification, body: Any) -> None:
    del session, actor, body
    order.closed_on = today()


async def _fail(session: AsyncSession, actor: Actor, order: Rectification, body: Any) -> None:
    """The round that failed is kept before the next one is ordered."""
    del actor
    done = {
        "round": order.round,
        "ordered_on": order.ordered_on.isoformat(),
        "due_on": order.due_on.isoformat(),
        "due_rule": order.due_rule,
        "due_rule_version": order.due_rule_version,
        "document_no": order.document_no,
        "requirements": order.requirements,
        "materials": order.materials,
        "failed_on": today().isoformat(),
        "reason": await _field_work.protected(
            session, order.entity_id, "rectifications.history", body.reason
        ),
    }
    order.history = [*order.history, done]


async def _order_again(
    session: AsyncSession, actor: Actor, order: Rectification, body: Any
) -> None:
    del actor
    for name, value in (
        await _field_work.rectify_by(session, order.town_code, body.due_on)
    ).items():
        setattr(order, name, value)
    if body.requirements:
        order.requirements = await _field_work.protected(
            session, order.entity_id, "rectifications.requirements", body.requirements
        )
    order.document_no = body.document_no or order.document_no
    order.ordered_on = today()
    order.round += 1
    order.materials, order.submitted_on = "", None


_EFFECTS = {
    RectificationAction.WITHDRAW.value: _withdraw,
    RectificationAction.SUBMIT.value: _submit,
    RectificationAction.REINSPECT.value: _reinspect,
    RectificationAction.CLOSE.value: _close,
    RectificationAction.FAIL.value: _fail,
    RectificationAction.ORDER_AGAIN.value: _order_again,
}
