"""What risk entities, inspections and rectifications share: powers, orders, visits, routes.

Calls between the three go one way (entities → rectifications → inspections); what any of them does
to another one's rows stands here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.base.clock import now, today
from api.core.base.ids import uuid7
from api.core.database import numbers, record_access
from api.core.events import events
from api.domain.entities.inspections import InspectionStatus, checklist
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_entities import (
    RISK_ENTITY_FLOW,
    EntityAction,
    EntityStatus,
    Industry,
    RiskRoute,
    route_after,
)
from api.domain.entities.risk_measures import (
    ACTOR_OF_UNIT,
    LegalActor,
    MeasureRule,
    RiskMeasureKind,
    check_measure,
)
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, RuleViolated
from api.domain.kit.events import EventName
from api.domain.kit.flow import Record
from api.domain.organisation.organisation import UnitBehaviour
from api.models.inspections import Inspection
from api.models.rectifications import Rectification
from api.models.risk_entities import (
    RiskEntity,
    RiskEntityIdentifier,
    RiskMeasure,
    RiskRouteChange,
)
from api.models.units import Unit
from api.services.kit import _transition, protect, searching, time_rules

#: Where an entity is to be handled.
_HANDLED = frozenset({EntityStatus.LISTED, EntityStatus.HANDLING})
#: Everybody reminds; for anything else another body's act is proved by its document.
_NEEDS_NO_PROOF = frozenset({RiskMeasureKind.REMIND, RiskMeasureKind.ROUTINE_PATROL})


def entity_named(given: Any) -> Any:
    """The filter for what belongs to an entity of that name, by the index of the entities."""
    named = aliased(RiskEntity)
    return RiskEntity.id.in_(select(named.id).where(searching.begins_with(named, given)))


@dataclass(frozen=True, slots=True)
class Power:
    """In whose name a measure is taken, and by which article and document."""

    actor: LegalActor
    name: str
    basis: str
    document_no: str

    def columns(self) -> dict[str, Any]:
        """The columns of a measure or an order."""
        return {
            "legal_actor": self.actor,
            "legal_actor_name": self.name,
            "legal_basis": self.basis,
            "document_no": self.document_no,
        }


async def power(session: AsyncSession, actor: Actor, kind: RiskMeasureKind, body: Any) -> Power:
    """Who takes a measure: the body that the request names, else the actor's own unit.

    Raises RuleViolated, naming the article, when that body may not.
    """
    unit = await session.get_one(Unit, actor.unit_id)
    own = ACTOR_OF_UNIT.get(unit.behaviour)
    taker: LegalActor = getattr(body, "legal_actor", None) or own or LegalActor.OFFICE
    document_no: str = getattr(body, "document_no", None) or ""
    rule = lawful(kind, unit.behaviour, taker, document_no)
    name = getattr(body, "legal_actor_name", None) or (unit.name if taker is own else taker.label)
    basis = getattr(body, "legal_basis", None) or rule.basis
    return Power(taker, protect.told(name), protect.told(basis), document_no)


async def protected(session: AsyncSession, entity_id: UUID, field: str, value: str | None) -> str:
    """A text about an entity: its identifiers are masked, and kept encrypted with the entity."""
    made = protect.text(value or "", field)
    if made.identifiers:
        # Several texts share a field here, so that no place in one of them is kept.
        rows = [
            row | {"entity_id": entity_id, "starts_at": None, "ends_at": None}
            for row in made.identifiers
        ]
        await session.execute(insert(RiskEntityIdentifier), rows)
    return made.text


def lawful(
    kind: RiskMeasureKind, unit: UnitBehaviour, taker: LegalActor, document_no: str
) -> MeasureRule:
    """The rule by which a body may take a measure that a unit of some kind records.

    Raises RuleViolated, naming the article, when that body may not, or its paper is missing.
    """
    rule = check_measure(kind, taker, document_no)
    if taker is not ACTOR_OF_UNIT.get(unit) and not document_no and kind not in _NEEDS_NO_PROOF:
        message = f"登记{taker.label}采取的措施，须填写其文书编号"
        fault = FieldError("/document_no", "document_missing", message)
        raise RuleViolated(message, code=fault.code, errors=[fault], article=rule.basis)
    return rule


def measure(actor: Actor, entity_id: UUID, kind: RiskMeasureKind, **given: Any) -> dict[str, Any]:
    """A row of the measures; what is not given is empty."""
    return {
        "id": uuid7(),
        "entity_id": entity_id,
        "kind": kind,
        "legal_actor": None,
        "legal_actor_name": "",
        "legal_basis": "",
        "document_no": "",
        "done_on": None,
        "deadline": None,
        "amount": None,
        "note": "",
        "rectification_id": None,
        "created_at": now(),
        "created_by_post_id": actor.post_id,
    } | given


async def take_route(
    session: AsyncSession, actor: Actor, entity: RiskEntity, route: RiskRoute | None, reason: str
) -> None:
    """Let an entity go another way from today; the way so far is kept (E9)."""
    if route is None or route == entity.route:
        return
    await session.execute(
        update(RiskRouteChange)
        .where(RiskRouteChange.entity_id == entity.id, RiskRouteChange.until.is_(None))
        .values(until=today())
    )
    await session.execute(insert(RiskRouteChange), route_row(actor, entity.id, route, reason))
    entity.route = route


def route_row(actor: Actor, entity_id: UUID, route: RiskRoute, reason: str) -> dict[str, Any]:
    """The row of a route that is taken from today."""
    return {
        "id": uuid7(),
        "entity_id": entity_id,
        "route": route,
        "reason": reason,
        "since": today(),
        "until": None,
        "created_at": now(),
        "created_by_post_id": actor.post_id,
    }


async def route_by_measure(
    session: AsyncSession, actor: Actor, entity: RiskEntity, kind: RiskMeasureKind
) -> None:
    """The route that a measure brings with it, where that is graver than the present one."""
    await take_route(session, actor, entity, route_after(entity.route, kind), kind.label)


def keep_since(entity: RiskEntity, action: EntityAction) -> None:
    """Before an order: since when the entity was to be handled, for when the order is withdrawn."""
    if action is EntityAction.ORDER_RECTIFICATION and entity.status is not EntityStatus.RECTIFYING:
        entity.handled_since = entity.turn_since if entity.status in _HANDLED else None


async def advance(
    session: AsyncSession, actor: Actor, entity: RiskEntity, action: EntityAction
) -> None:
    """Move an entity along its flow where field work has that effect and its status allows."""
    step = RISK_ENTITY_FLOW.steps[action]
    stands = all(
        each.holds(actor, cast("Record", entity)) for each in step.when
    )  # else it stands there already
    if entity.status in step.frm and actor.may(step.needs) and stands:
        keep_since(entity, action)
        act = SimpleNamespace(action=action.value, version=entity.version)
        await _transition.apply(
            session, actor, entity, RISK_ENTITY_FLOW, EventName.RISK_ENTITY_TRANSITIONED, act
        )


async def plan_next_inspection(session: AsyncSession, entity: RiskEntity, start: date) -> None:
    """When an entity is to be inspected next: by the rule of its tier (E5)."""
    if entity.tier is None:
        return
    due = await time_rules.due_on(
        session, entity.tier.inspection_rule, start, town=entity.town_code
    )
    entity.inspection_due_from, entity.next_inspection_due = start, due.on
    entity.inspection_due_is_provisional = due.is_provisional
    entity.inspection_rule, entity.inspection_rule_version = due.rule_id, due.rule_version


async def share(
    session: AsyncSession, actor: Actor, resource: str, record_id: UUID, entity_id: UUID
) -> None:
    """Whoever sees the entity sees what is done about it."""
    await record_access.share(session, ("risk_entity", entity_id), resource, record_id)
    await record_access.grant(session, resource, record_id, [actor.unit_id])


async def share_with(
    session: AsyncSession, entity_id: UUID, viewers: Sequence[UUID | None]
) -> None:
    """Whoever comes to see an entity, a new owner above all, sees what was done about it before."""
    if not any(viewers):
        return
    for resource, model in (("inspection", Inspection), ("rectification", Rectification)):
        ids = await session.scalars(select(model.id).where(model.entity_id == entity_id))
        for record_id in ids.all():
            await record_access.grant(session, resource, record_id, viewers)


def blank_checklist(industry: Industry) -> list[dict[str, Any]]:
    """What is to be looked at, nothing of it answered yet."""
    return [
        {"code": item.code, "label": item.label, "result": None, "remark": ""}
        for item in checklist(industry)
    ]


async def plan_visit(
    session: AsyncSession,
    actor: Actor,
    entity: RiskEntity,
    *,
    planned_on: date | None,
    inspectors: str,
    note: str = "",
    rectification: Rectification | None = None,
) -> UUID:
    """Put an inspection, or the re-inspection of a rectification, on the plan."""
    visit_id = uuid7()
    number = (await numbers.take("JC", entity.town_code))[0]
    row = {
        "id": visit_id,
        "number": number,
        "status": InspectionStatus.PLANNED,
        "entity_id": entity.id,
        "town_code": entity.town_code,
        "owner_unit_id": actor.unit_id,
        "inspectors": protect.told(inspectors),
        "planned_on": planned_on or today(),
        "checklist": blank_checklist(entity.industry),
        "note": await protected(session, entity.id, "inspections.note", note),
        "rectification_id": rectification.id if rectification else None,
        "rectification_round": rectification.round if rectification else None,
        "created_by_post_id": actor.post_id,
    }
    await session.execute(insert(Inspection), row)
    await share(session, actor, "inspection", visit_id, entity.id)
    data = {"number": number, "entity": entity.number}
    if rectification:
        data["rectification"] = rectification.number
    await events.record(session, actor, EventName.INSPECTION_CREATED, "inspection", visit_id, data)
    return visit_id


async def unordered(session: AsyncSession, order: Rectification) -> None:
    """An order that was withdrawn: unless another one stands, the entity is to be handled as before,
    since the day it was. Nobody wins time by ordering and withdrawing."""
    entity = await session.get_one(RiskEntity, order.entity_id, with_for_update=True)
    since = entity.handled_since
    others = select(Rectification.id).where(
        Rectification.entity_id == entity.id,
        Rectification.id != order.id,
        Rectification.status != RectificationStatus.WITHDRAWN,
    )
    if since is None or entity.status is not EntityStatus.RECTIFYING:
        return
    if (await session.scalars(others)).first() is None:
        _transition.put(entity, EntityStatus.HANDLING)
        entity.turn_since = since


async def rectify_by(session: AsyncSession, town: str, given: date | None) -> dict[str, Any]:
    """The due date of an order: as given, else by RECT-01; the rule's version is kept (E6)."""
    due = await time_rules.due_on(session, "RECT-01", today(), town=town)
    return {
        "due_on": given or due.on,
        "due_is_given": given is not None,
        "due_is_provisional": due.is_provisional and given is None,
        "due_rule": due.rule_id,
        "due_rule_version": due.rule_version,
    }


async def order(
    session: AsyncSession,
    actor: Actor,
    entity: RiskEntity,
    body: Any,
    inspection_id: UUID | None = None,
) -> UUID:
    """Order a rectification: the order, the measure, the route. Raises RuleViolated, Invalid."""
    kind = RiskMeasureKind.ORDER_RECTIFICATION
    lawful = await power(session, actor, kind, body)
    term = await rectify_by(session, entity.town_code, body.due_on)
    order_id = uuid7()
    number = (await numbers.take("ZG", entity.town_code))[0]
    requirements = await protected(
        session, entity.id, "rectifications.requirements", body.requirements
    )
    row = {
        "id": order_id,
        "number": number,
        "status": RectificationStatus.ORDERED,
        "entity_id": entity.id,
        "inspection_id": inspection_id,
        "town_code": entity.town_code,
        "owner_unit_id": actor.unit_id,
        "requirements": requirements,
        "ordered_on": today(),
        "created_by_post_id": actor.post_id,
        **term,
        **lawful.columns(),
    }
    await session.execute(insert(Rectification), row)
    taken = measure(
        actor, entity.id, kind, **lawful.columns(),
        done_on=today(), deadline=term["due_on"], rectification_id=order_id,
    )  # fmt: skip
    await session.execute(insert(RiskMeasure), taken)
    await share(session, actor, "rectification", order_id, entity.id)
    await route_by_measure(session, actor, entity, kind)
    data = {
        "number": number,
        "entity": entity.number,
        "due_on": term["due_on"].isoformat(),
        "legal_actor": lawful.actor.value,
    }
    await events.record(
        session, actor, EventName.RECTIFICATION_CREATED, "rectification", order_id, data
    )
    return order_id
