"""Inspections: planned, done, settled."""

from dataclasses import dataclass
from datetime import date
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

from api.access import risk_rows, visibility
from api.core.base.clock import now, today
from api.core.events import events
from api.core.listing import facets
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, day, param
from api.core.listing.ways import any_of, days, one
from api.domain.across.ways import INSPECTION_WAY
from api.domain.entities.inspections import (
    INSPECTION_FLOW,
    Finding,
    InspectionAction,
    InspectionStatus,
    ItemResult,
)
from api.domain.entities.rectifications import NOT_PLANNED, OPEN
from api.domain.entities.risk_entities import EntityAction
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Conflict, FieldError, Invalid, NotFound, together
from api.domain.kit.events import EventName
from api.models import inspections as inspection_models
from api.models.inspections import Inspection
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.models.units import Unit
from api.schemas.common import actions
from api.schemas.inspections import (
    InspectionCreate,
    InspectionItem,
    InspectionQuery,
    InspectionRead,
    InspectionUpdate,
    ItemIn,
)
from api.services.entities import _field_work
from api.services.kit import (
    _transition,
    columns,
    due_days,
    protect,
    searching,
    steps,
)
from api.services.kit import changes as corrections
from api.services.kit._duty_source import in_status
from api.services.kit.standing import InCharge, entered, standing_of, taken_by, until
from api.services.kit.steps import Step

RESOURCE = "inspection"
corrections.check(InspectionUpdate, Inspection)

_SOURCE = join(Inspection, RiskEntity, RiskEntity.id == Inspection.entity_id).join(
    Unit, Unit.id == Inspection.owner_unit_id, isouter=True
)
ENTITY = func.json_build_object(
    "id", RiskEntity.id, "number", RiskEntity.number,
    "name", RiskEntity.name, "tier", RiskEntity.tier,
)  # fmt: skip
_ITEM: dict[str, Any] = {
    "id": Inspection.id,
    "number": Inspection.number,
    "status": Inspection.status,
    "entity": ENTITY,
    "owner_unit": columns.named(Unit),
    "inspectors": Inspection.inspectors,
    "planned_on": Inspection.planned_on,
    "done_on": Inspection.done_on,
    "finding": Inspection.finding,
    "rectification_id": Inspection.rectification_id,
    "version": Inspection.version,
}
_READ: dict[str, Any] = _ITEM | {
    "checklist": Inspection.checklist,
    "note": Inspection.note,
    "rectification_round": Inspection.rectification_round,
    "orders": Inspection.orders,
    "open_orders": Inspection.open_orders,
    "created_at": Inspection.created_at,
    "updated_at": Inspection.updated_at,
    "entered": entered(Inspection.id, EventName.INSPECTION_TRANSITIONED),
    "taken_by": taken_by(Inspection),
    "turn_since": Inspection.turn_since,
}
check_columns(InspectionItem, _ITEM)
check_columns(
    InspectionRead,
    {
        name: column
        for name, column in _READ.items()
        if name not in {"entered", "taken_by", "turn_since"}
    },
    "available_actions",
    "standing",
)

_ANY_TEXT = ARRAY(Text)
_IS_OVERDUE = and_(
    Inspection.planned_on < param("today", Date()),
    Inspection.status == literal_column("'planned'"),
)

_PLANNED = ("planned_from", "planned_to")

#: What was found is closed when everything is in order.
STEPS = (
    Step(
        DutyKind.INSPECTION_CLOSE,
        in_status(Inspection.status, InspectionStatus.DONE),
        Inspection.turn_since,
    ),
)

LISTING = Listing(
    resource=RESOURCE,
    id=Inspection.id,
    town_code=Inspection.town_code,
    source=_SOURCE,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "status": (_ANY_TEXT, lambda p: Inspection.status == func.any(p)),
        "finding": (_ANY_TEXT, lambda p: Inspection.finding == func.any(p)),
        **steps.late_filters(STEPS),
        "entity_id": (Uuid(), lambda p: Inspection.entity_id == p),
        "rectification_id": (Uuid(), lambda p: Inspection.rectification_id == p),
        "owner_unit_id": (Uuid(), lambda p: Inspection.owner_unit_id == p),
        "division_from": (Text(), lambda p: RiskEntity.division_code >= p),
        "division_below": (Text(), lambda p: RiskEntity.division_code < p),
        "is_reinspection": (Boolean(), lambda p: Inspection.rectification_id.is_not(None) == p),
        "overdue": (Boolean(), lambda p: _IS_OVERDUE.self_group() == p),
        "planned_from": (Date(), lambda p: Inspection.planned_on >= p),
        "planned_to": (Date(), lambda p: Inspection.planned_on <= p),
        "done_from": (Date(), lambda p: Inspection.done_on >= p),
        "done_to": (Date(), lambda p: Inspection.done_on <= p),
        "named": (
            _ANY_TEXT,
            lambda p: or_(_field_work.entity_named(p), searching.says(Inspection.number, p)),
        ),
    },
    sorts={
        "-id": Sort("id", Inspection.id, descending=True),
        "id": Sort("id", Inspection.id),
        "planned_on": Sort("planned_on", Inspection.planned_on, parse=day, within=_PLANNED),
        "-planned_on": Sort("planned_on", Inspection.planned_on, True, day, _PLANNED),
    },
    default_sort="-id",
    ways={
        "entity_id": one("entity_id", Inspection.entity_id, by_town=False),
        "rectification_id": one("rectification_id", Inspection.rectification_id, by_town=False),
        "status": any_of("status", Inspection.status),
        "planned": days(Inspection.planned_on, since="planned_from", until="planned_to"),
    },
    facets=Facets(
        inspection_models.FACETS,
        {
            "status": facets.value("s", "status"),
            "finding": facets.value("f", "finding"),
            "owner_unit_id": facets.value("o", "owner_unit_id"),
            "is_reinspection": facets.value("b", "is_reinspection"),
        },
    ),
    unindexed=frozenset({"named"}),
)


def _search_filters(text: str | None) -> dict[str, object]:
    if text is None or searching.blank(text):
        return {}
    return {"named": searching.words(text)}


async def page(actor: Actor, query: InspectionQuery) -> Response:
    """A page of visible inspections."""
    place = query.division_code
    return await LISTING.page(
        actor,
        query,
        {
            "status": query.status,
            "finding": query.finding,
            "entity_id": query.entity_id,
            "rectification_id": query.rectification_id,
            "owner_unit_id": query.owner_unit_id,
            "division_from": place,
            "division_below": columns.division_end(place) if place else None,
            "is_reinspection": query.is_reinspection,
            "overdue": query.overdue,
            **await steps.late(STEPS, query.late_step),
            "planned_from": query.planned_from,
            "planned_to": query.planned_to,
            "done_from": query.done_from,
            "done_to": query.done_to,
            **_search_filters(query.q),
        },
        query.sort.value,
    )


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of an inspection that was read as JSON."""

    status: InspectionStatus
    owner_unit_id: UUID
    finding: str | None
    orders: int
    open_orders: int


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible inspection with what the actor may do with it. Raises NotFound."""
    visit = await LISTING.one(actor, record_id, session)
    standing = _FlowView(
        InspectionStatus(visit["status"]),
        UUID(visit["owner_unit"]["id"]),
        visit["finding"],
        visit["orders"],
        visit["open_orders"],
    )
    available = INSPECTION_FLOW.available(actor, standing)
    visit["available_actions"] = actions(available, edit=InspectionUpdate)
    own, since = until(visit["planned_on"]), date.fromisoformat(visit.pop("turn_since"))
    by_step = steps.term(since)
    visit["standing"] = await standing_of(
        INSPECTION_WAY,
        actor,
        standing,
        available,
        entered=visit.pop("entered"),
        charge=InCharge(visit["owner_unit"]["name"], taken=visit.pop("taken_by")),
        term=lambda turn, clock: (
            own if turn.what is DutyKind.INSPECTION_DUE else by_step(turn, clock)
        ),
    )
    return visit


async def create(session: AsyncSession, actor: Actor, body: InspectionCreate) -> dict[str, Any]:
    """Plan a visit to an entity, or the re-inspection of a rectification.

    Raises NotFound for an entity or rectification out of sight, Invalid, Forbidden.
    """
    together(await due_days.checked(session, body), partial(_names_something, body))
    rectification = await _rectification(session, actor, body)
    entity_id = cast("UUID", rectification.entity_id if rectification else body.entity_id)
    if body.entity_id not in {None, entity_id}:
        message = "检查对象与整改对象不一致"
        raise Invalid(message, errors=[FieldError("/entity_id", "other_entity", message)])
    entity = await risk_rows.entity(session, actor, entity_id)
    if rectification is None:
        await _ensure_not_planned(session, actor, entity_id)
    visit_id = await _field_work.plan_visit(
        session,
        actor,
        entity,
        planned_on=body.planned_on,
        inspectors=body.inspectors,
        note=body.note,
        rectification=rectification,
    )
    return await read(actor, visit_id, session)


def _names_something(body: InspectionCreate) -> None:
    if body.entity_id is None and body.rectification_id is None:
        message = "须填写检查对象，或复查所对应的整改"
        raise Invalid(message, errors=[FieldError("/entity_id", "missing", message)])


async def _ensure_not_planned(session: AsyncSession, actor: Actor, entity_id: UUID) -> None:
    """A unit goes there once: who plans the next visit before the last is forgotten whichever is
    later. Raises Conflict (`visit_planned`), which names the visit."""
    planned = await session.scalar(
        select(Inspection)
        .where(
            Inspection.entity_id == entity_id,
            Inspection.owner_unit_id == actor.unit_id,
            Inspection.rectification_id.is_(None),
            in_status(Inspection.status, InspectionStatus.PLANNED),
        )
        .limit(1)
    )
    if planned is not None:
        raise Conflict(
            f"本单位已经安排了检查（{planned.number}，计划 {planned.planned_on}），还没有做："
            "请先完成或者取消，要改日期的修改那一次的计划日期",
            code="visit_planned",
        )


async def _rectification(
    session: AsyncSession, actor: Actor, body: InspectionCreate
) -> Rectification | None:
    """The open rectification that a visit re-inspects."""
    if body.rectification_id is None:
        return None
    found = await session.scalar(
        select(Rectification)
        .where(Rectification.id == body.rectification_id, visibility.seen(actor, Rectification))
        .with_for_update(of=Rectification)
    )
    if found is None:
        raise NotFound
    if found.status not in OPEN:
        message = "该整改已办结，无须复查"
        raise Invalid(message, errors=[FieldError("/rectification_id", "closed", message)])
    NOT_PLANNED.ensure(actor, found)
    return found


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: InspectionUpdate
) -> dict[str, Any]:
    """Change the plan or fill in the checklist. Raises NotFound, StaleVersion, Forbidden, Invalid."""
    visit = await _transition.lock(session, actor, LISTING, Inspection, record_id)
    _transition.check_edit(actor, visit, INSPECTION_FLOW, body.version)
    await due_days.check(session, body)
    changes = body.changes()
    if "inspectors" in changes:
        visit.inspectors = protect.told(changes["inspectors"])
    if "planned_on" in changes:
        visit.planned_on = changes["planned_on"]
    if "note" in changes:
        visit.note = await _field_work.protected(
            session, visit.entity_id, "inspections.note", changes["note"]
        )
    if body.checklist is not None:
        visit.checklist = _filled(visit.checklist, body.checklist)
    visit.version += 1
    visit.updated_at = now()
    await session.flush()
    told = {"fields": sorted(changes)}
    await events.record(session, actor, EventName.INSPECTION_UPDATED, RESOURCE, visit.id, told)
    return await read(actor, record_id, session)


def _filled(items: list[dict[str, Any]], given: list[ItemIn]) -> list[dict[str, Any]]:
    """The checklist with the answers that were given; the rest stays."""
    answers = {each.code: each for each in given}
    unknown = answers.keys() - {item["code"] for item in items}
    if unknown:
        message = "检查表中没有该项"
        raise Invalid(
            message,
            errors=[
                FieldError(f"/checklist/{position}/code", "item_unknown", message)
                for position, each in enumerate(given)
                if each.code in unknown
            ],
        )
    return [
        item | {"result": answer.result, "remark": protect.told(answer.remark)}
        if (answer := answers.get(item["code"]))
        else item
        for item in items
    ]


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the inspection flow. Raises what `_transition.apply` raises, and what
    ordering a rectification raises."""
    visit = await _transition.lock(session, actor, LISTING, Inspection, record_id)
    told: dict[str, Any] = {}
    if getattr(body, "reason", None):
        told["reason"] = protect.told(body.reason)
    if getattr(body, "finding", None):
        told["finding"] = body.finding.value
    completes = body.action == InspectionAction.COMPLETE.value
    if completes:
        # Before the status, which the table does not take without them.
        visit.done_on, visit.finding = body.done_on or today(), body.finding
    if completes:
        _transition.check(actor, visit, INSPECTION_FLOW, body, [partial(_agrees, visit, body)])
    await _transition.apply(
        session, actor, visit, INSPECTION_FLOW, EventName.INSPECTION_TRANSITIONED, body, told
    )
    if completes:
        await _complete(session, actor, visit, body)
    elif body.action == InspectionAction.ORDER_RECTIFICATION.value:
        entity = await risk_rows.entity(session, actor, visit.entity_id)
        await _field_work.order(session, actor, entity, body, visit.id)
        await _field_work.advance(session, actor, entity, EntityAction.ORDER_RECTIFICATION)
    await session.flush()
    return await read(actor, record_id, session)


def _agrees(visit: Inspection, body: Any) -> None:
    """The finding and what was written down of the visit say the same. Raises Invalid."""
    faulty = any(item["result"] == ItemResult.PROBLEM for item in visit.checklist)
    if body.finding is Finding.PROBLEM and not (body.note or visit.note or faulty):
        message = "发现问题的，须写明问题或在检查表中标出"
        raise Invalid(message, errors=[FieldError("/note", "missing", message)])
    if body.finding is Finding.NONE and faulty:
        message = "检查表中有问题项，检查结果不能是“未发现问题”"
        raise Invalid(message, errors=[FieldError("/finding", "contradiction", message)])


async def _complete(session: AsyncSession, actor: Actor, visit: Inspection, body: Any) -> None:
    """What was found; the entity's next inspection counts from this day."""
    done_on = body.done_on or today()
    if body.note:
        visit.note = await _field_work.protected(
            session, visit.entity_id, "inspections.note", body.note
        )
    entity = await session.get_one(RiskEntity, visit.entity_id, with_for_update=True)
    await _field_work.advance(session, actor, entity, EntityAction.SWEEP)
    if entity.last_inspected_on is None or entity.last_inspected_on <= done_on:
        entity.last_inspected_on = done_on
        await _field_work.plan_next_inspection(session, entity, done_on)
