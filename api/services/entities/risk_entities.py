"""Risk entities: what the ledger shows of them, to whom, and by which words they are found."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    Text,
    Uuid,
    and_,
    cast,
    func,
    join,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import BYTEA, TSQUERY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import links
from api.core.base.clock import today
from api.core.base.crypto import keyring
from api.core.database import constraints
from api.core.events import events
from api.core.listing import facets, orders, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, moment, param, yuan
from api.domain.across.field_labels import labels_said
from api.domain.across.ways import PLAN_INSPECTION, RISK_ENTITY_WAY
from api.domain.entities.risk_entities import ENDED, RISK_ENTITY_FLOW, EntityStatus
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Conflict, Forbidden
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.models import risk_entities as entity_models
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.risk_entities import (
    RiskAssessment,
    RiskEntity,
    RiskEntityIdentifier,
    RiskMeasure,
    RiskRouteChange,
)
from api.models.units import Division, Unit
from api.schemas.common import Reveal, actions
from api.schemas.risk_entities import (
    AssessmentRead,
    MeasureRead,
    RiskEntityItem,
    RiskEntityQuery,
    RiskEntityRead,
    RiskEntityUpdate,
    RouteRead,
)
from api.services.entities import risk_entity_steps
from api.services.entities.field_duties import IS_VISIT_PLANNED, PLAN_RULE
from api.services.entities.risk_entity_drafts import RESOURCE, TEXTS
from api.services.kit import columns, handed_over, protect, sealing, searching, steps, terms
from api.services.kit.standing import InCharge, Until, entered, standing_of, taken_by, until, waits
from api.services.kit.terms import Terms


def known_already() -> Conflict:
    """The refusal of a credit code (统一社会信用代码) that the town has on its ledger."""
    return constraints.expected("uq_risk_entities_town_code_uscc")


#: Of a body that has left the list or closed down nobody asks for an inspection any more.
_IS_INSPECTED = RiskEntity.status.not_in(
    [
        literal_column(f"'{each.value}'", Text())
        for each in (EntityStatus.DELISTED, EntityStatus.SHUT_DOWN)
    ]
)
_SOURCE = join(RiskEntity, Division, Division.code == RiskEntity.division_code, isouter=True).join(
    Unit, Unit.id == RiskEntity.owner_unit_id, isouter=True
)
_ITEM: dict[str, Any] = {
    "id": RiskEntity.id,
    "number": RiskEntity.number,
    "status": RiskEntity.status,
    "name": RiskEntity.name,
    "uscc": RiskEntity.uscc,
    "kind": RiskEntity.kind,
    "industry": RiskEntity.industry,
    "registration": RiskEntity.registration,
    "address": RiskEntity.address,
    "division_code": RiskEntity.division_code,
    "division_name": Division.name,
    "responsible_person": RiskEntity.responsible_person_mask,
    "elders_served": RiskEntity.elders_served,
    "prepaid_amount": yuan(RiskEntity.prepaid_amount),
    "tier": RiskEntity.tier,
    "route": RiskEntity.route,
    "owner_unit": columns.named(Unit),
    "clock_runs": _IS_INSPECTED,
    "open_rectifications": RiskEntity.open_rectifications,
    "updated_at": RiskEntity.updated_at,
    "version": RiskEntity.version,
    # last, and nothing but the term: ends of rows are remembered (terms.closing)
    "next_inspection_due": RiskEntity.next_inspection_due,
    "inspection_rule": RiskEntity.inspection_rule,
    "inspection_rule_version": RiskEntity.inspection_rule_version,
    "inspection_due_is_provisional": RiskEntity.inspection_due_is_provisional,
}


def _object(made: Mapping[str, Any]) -> Any:
    return func.json_build_object(*[part for pair in made.items() for part in pair])


_IDENTIFIERS = columns.json_list(
    select(
        _object(
            {
                "id": RiskEntityIdentifier.id,
                "kind": RiskEntityIdentifier.kind,
                "value_mask": RiskEntityIdentifier.value_mask,
                "field": RiskEntityIdentifier.field,
            }
        )
    ).where(RiskEntityIdentifier.entity_id == RiskEntity.id),
    RiskEntityIdentifier.id,
)
#: What only the head of a record is made from.
_OF_HEAD = {"bare_orders", "seen_by", "entered", "taken_by", "is_visit_planned", "turn_since"}
_READ: dict[str, Any] = _ITEM | {
    "responsible_phone": RiskEntity.responsible_phone_mask,
    "handovers": handed_over.column(LeadTransfer.risk_entity_id, RiskEntity.id),
    "problems": RiskEntity.problems,
    "note": RiskEntity.note,
    "review_on": RiskEntity.review_on,
    "listed_on": RiskEntity.listed_on,
    "last_inspected_on": RiskEntity.last_inspected_on,
    "evidence_fixed_on": RiskEntity.evidence_fixed_on,
    "refund_due": yuan(RiskEntity.refund_due),
    "refunded": yuan(RiskEntity.refunded),
    # with what decides whether this reader may know of the lead; `read` leaves the id alone
    "source_lead_id": columns.json_list(
        select(
            func.json_build_object("id", Lead.id, *links.deciding("lead", Lead.id, Lead.town_code))
        ).where(Lead.id == RiskEntity.source_lead_id),
        Lead.id,
    ),
    "identifiers": _IDENTIFIERS,
    "import_id": RiskEntity.import_id,
    "import_row": RiskEntity.import_row,
    "created_at": RiskEntity.created_at,
    "entered": entered(RiskEntity.id, EventName.RISK_ENTITY_TRANSITIONED),
    "taken_by": taken_by(RiskEntity),
    "turn_since": RiskEntity.turn_since,
    "is_visit_planned": IS_VISIT_PLANNED,
    "seen_by": RiskEntity.seen_by,
    "bare_orders": RiskEntity.bare_orders,
}
check_columns(RiskEntityItem, _ITEM, "working_days_left")
check_columns(
    RiskEntityRead,
    {name: column for name, column in _READ.items() if name not in _OF_HEAD},
    "available_actions",
    "standing",
    "working_days_left",
    "revealable",
)

_ANY_TEXT = ARRAY(Text)
_FALSE = literal_column("false")
_IS_ON_LIST = and_(
    RiskEntity.listed_on.is_not(None), RiskEntity.status != literal_column("'delisted'")
)
_IS_OVERDUE = and_(RiskEntity.next_inspection_due < param("today", Date()), _IS_INSPECTED)

LISTING = Listing(
    resource=RESOURCE,
    id=RiskEntity.id,
    town_code=RiskEntity.town_code,
    source=_SOURCE,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "status": (_ANY_TEXT, lambda p: RiskEntity.status == func.any(p)),
        "tier": (_ANY_TEXT, lambda p: RiskEntity.tier == func.any(p)),
        **steps.late_filters(risk_entity_steps.STEPS),
        "route": (_ANY_TEXT, lambda p: RiskEntity.route == func.any(p)),
        "kind": (_ANY_TEXT, lambda p: RiskEntity.kind == func.any(p)),
        "industry": (_ANY_TEXT, lambda p: RiskEntity.industry == func.any(p)),
        "registration": (_ANY_TEXT, lambda p: RiskEntity.registration == func.any(p)),
        "owner_unit_id": (Uuid(), lambda p: RiskEntity.owner_unit_id == p),
        "division_from": (Text(), lambda p: RiskEntity.division_code >= p),
        "division_below": (Text(), lambda p: RiskEntity.division_code < p),
        "source_lead_id": (Uuid(), lambda p: RiskEntity.source_lead_id == p),
        "import_id": (Uuid(), lambda p: RiskEntity.import_id == p),
        "on_list": (Boolean(), lambda p: func.coalesce(_IS_ON_LIST, _FALSE) == p),
        "inspection_overdue": (Boolean(), lambda p: func.coalesce(_IS_OVERDUE, _FALSE) == p),
        "inspection_due_to": (Date(), lambda p: RiskEntity.next_inspection_due <= p),
        "number": (_ANY_TEXT, lambda p: RiskEntity.number == func.any(p)),
        "person": (BYTEA(), lambda p: RiskEntity.responsible_person_index == p),
        "words": (Text(), lambda p: RiskEntity.search.op("@@")(cast(p, TSQUERY))),
        "phrase": (Text(), lambda p: search.within(RiskEntity.search_text, p)),
        "identifier": searching.found_by(
            RiskEntity,
            RiskEntityIdentifier,
            RiskEntityIdentifier.entity_id,
            "responsible_phone_index",
            "responsible_person_index",
        ),
    },
    sorts={
        "-id": Sort("id", RiskEntity.id, descending=True),
        "id": Sort("id", RiskEntity.id),
        "-updated_at": Sort("updated_at", RiskEntity.updated_at, descending=True, parse=moment),
        "updated_at": Sort("updated_at", RiskEntity.updated_at, parse=moment),
        **orders.orders("risk_entities", "tier", entity_models.TIERS, entity_models.TIER),
        **orders.orders("risk_entities", "prepaid_amount", orders.MONEY),
        **orders.orders("risk_entities", "next_inspection_due", orders.DAY),
    },
    sums={"prepaid_amount": RiskEntity.prepaid_amount},
    default_sort="-id",
    facets=Facets(
        entity_models.FACETS,
        {
            "status": facets.value("s", "status"),
            "tier": facets.value("t", "tier"),
            "route": facets.value("r", "route"),
            "kind": facets.value("k", "kind"),
            "industry": facets.value("i", "industry"),
            "registration": facets.value("g", "registration"),
            "owner_unit_id": facets.value("o", "owner_unit_id"),
            "division": facets.village("v", "division_from"),
        },
    ),
)


async def filters(actor: Actor, query: RiskEntityQuery) -> dict[str, object]:
    """What a query asks for, by the listing's names; lists and exports read it alike."""
    place = query.division_code
    person = query.responsible_person
    return {
        "status": query.status,
        "tier": query.tier,
        "route": query.route,
        "kind": query.kind,
        "industry": query.industry,
        "registration": query.registration,
        "owner_unit_id": query.owner_unit_id,
        "division_from": place,
        "division_below": columns.division_end(place) if place else None,
        "source_lead_id": query.source_lead_id,
        "import_id": query.import_id,
        "on_list": query.on_list,
        "inspection_overdue": query.inspection_overdue,
        **await steps.late(risk_entity_steps.STEPS, query.late_step),
        "inspection_due_to": query.inspection_due_to,
        "person": sealing.name_key(person) if person else None,
        **await searching.filters(
            actor, "risk_entities", "QY", Permission.RISK_ENTITY_HANDLE, query.q, people=True
        ),
    }


async def page(actor: Actor, query: RiskEntityQuery) -> Response:
    """A page of visible entities."""
    return await LISTING.page(
        actor,
        query,
        await filters(actor, query),
        query.sort.value,
        (await terms.known()).closing(terms.INSPECTION),
        notice=searching.notice(actor, Permission.RISK_ENTITY_HANDLE, query.q),
    )


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of an entity that was read as JSON."""

    status: EntityStatus
    owner_unit_id: UUID
    evidence_fixed_on: str | None
    open_rectifications: int
    bare_orders: int
    handover_status: str | None
    route: str | None
    seen_by: list[str]


def _visit(entity: dict[str, Any]) -> Until | None:
    """When it is to be inspected next, as its tier asks; the visit that is planned by then has a turn
    of its own (`field_duties.IS_VISIT_OWED`)."""
    due, planned = entity["next_inspection_due"], entity.pop("is_visit_planned")
    if due is None or entity["status"] in ENDED:
        return None
    if planned and date.fromisoformat(due) >= today():
        return None
    return until(
        due,
        provisional=entity["inspection_due_is_provisional"],
        rule=entity["inspection_rule"],
        version=entity["inspection_rule_version"],
    )


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible entity with what the actor may do with it. Raises NotFound."""
    entity = await LISTING.one(actor, record_id, session)
    handovers = entity["handovers"]
    last = max(handovers, key=lambda each: each["id"], default=None)
    standing = _FlowView(
        EntityStatus(entity["status"]),
        UUID(entity["owner_unit"]["id"]),
        entity["evidence_fixed_on"],
        entity["open_rectifications"],
        entity.pop("bare_orders"),
        last["status"] if last else None,
        entity["route"],
        entity.pop("seen_by"),
    )
    available = RISK_ENTITY_FLOW.available(actor, standing)
    entity["available_actions"] = actions(available, edit=RiskEntityUpdate)
    entity["working_days_left"] = (await terms.known()).of(entity, terms.INSPECTION)
    visit = _visit(entity)
    entity["standing"] = await standing_of(
        RISK_ENTITY_WAY,
        actor,
        standing,
        available,
        entered=entity.pop("entered"),
        term=steps.term(date.fromisoformat(entity.pop("turn_since"))),
        charge=InCharge(entity["owner_unit"]["name"], taken=entity.pop("taken_by")),
        beside=lambda terms: [
            *handed_over.waiting(actor, handovers, terms),
            *_visits(actor, entity["owner_unit"], visit, terms),
        ],
    )
    entity["handovers"] = handed_over.shown(actor, handovers)
    entity["revealable"] = _revealable(actor, entity)
    leads = links.keep(actor, Permission.LEAD_READ, entity["source_lead_id"])
    entity["source_lead_id"] = leads[0]["id"] if leads else None
    return entity


def _visits(
    actor: Actor, unit: dict[str, Any], visit: Until | None, terms: Terms
) -> list[dict[str, Any]]:
    """The inspection that its tier asks for, until one is planned."""
    if visit is None:
        return []
    early = visit.on is not None and visit.on > terms.clock.due_on(PLAN_RULE, today()).on
    ours = unit["id"] == str(actor.unit_id) and actor.may(Permission.INSPECTION_HANDLE)
    mine = ours and not early
    return [
        waits(
            DutyKind.ENTITY_INSPECTION.label, unit["name"], visit, terms, is_mine=mine,
            act=PLAN_INSPECTION if mine else None, is_early=early,
        )
    ]  # fmt: skip


def _revealable(actor: Actor, entity: dict[str, Any]) -> list[str]:
    if not actor.may(Permission.RISK_ENTITY_HANDLE):
        return []
    fields = [name for name in ("responsible_person", "responsible_phone") if entity[name]]
    held = {each["field"] for each in entity["identifiers"]}
    fields += [name for name in TEXTS if name in held]
    return [*fields, "identifiers"] if held else fields


def _history(model: type[Any], schema: type[Any], **special: Any) -> Listing:
    """The rows of a history, newest first, as one column of the entity that they belong to: seen
    by whoever sees the entity, in the same statement."""
    made = {name: special.get(name, getattr(model, name)) for name in schema.model_fields}
    newest_first = aggregate_order_by(_object(made), model.id.desc())
    items = select(func.coalesce(func.json_agg(newest_first), literal_column("'[]'::json"))).where(
        model.entity_id == RiskEntity.id
    )
    return Listing(
        resource=RESOURCE,
        id=RiskEntity.id,
        town_code=RiskEntity.town_code,
        source=RiskEntity.__table__,
        item_columns={},
        read_columns={"items": items.scalar_subquery()},
        filters={},
        sorts={"-id": Sort("id", RiskEntity.id, descending=True)},
        default_sort="-id",
    )


_ASSESSMENTS = _history(RiskAssessment, AssessmentRead)
_ROUTES = _history(RiskRouteChange, RouteRead)
_MEASURES = _history(RiskMeasure, MeasureRead, amount=yuan(RiskMeasure.amount))


async def _whole(listing: Listing, actor: Actor, record_id: UUID) -> dict[str, Any]:
    """A history as the one page that it always is."""
    items = (await listing.one(actor, record_id))["items"]
    return {
        "items": items,
        "next_cursor": None,
        "prev_cursor": None,
        "total": len(items),
        "total_is_exact": True,
        "sums": None,
        "notice": None,
    }


async def assessments(actor: Actor, record_id: UUID) -> dict[str, Any]:
    """How the tier was decided, newest first. Raises NotFound."""
    return await _whole(_ASSESSMENTS, actor, record_id)


async def routes(actor: Actor, record_id: UUID) -> dict[str, Any]:
    """The routes taken, newest first. Raises NotFound."""
    return await _whole(_ROUTES, actor, record_id)


async def measures(actor: Actor, record_id: UUID) -> dict[str, Any]:
    """What was done, newest first. Raises NotFound."""
    return await _whole(_MEASURES, actor, record_id)


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Plain values of masked fields, for those entitled, with an audit event.

    Raises NotFound, Forbidden for fields that hold nothing to reveal.
    """
    entity = await read(actor, record_id, session)
    refused = [name for name in body.fields if name not in entity["revealable"]]
    if refused:
        raise Forbidden(
            f"无权查看：{labels_said(refused, of=RESOURCE)}", code="field_not_revealable"
        )
    values = {name: await _plain(session, record_id, entity, name) for name in body.fields}
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values


async def _plain(session: AsyncSession, entity_id: UUID, entity: dict[str, Any], name: str) -> str:
    keys = keyring()
    if name in {"responsible_person", "responsible_phone"}:
        column = getattr(RiskEntity, f"{name}_enc")
        sealed = await session.scalar(select(column).where(RiskEntity.id == entity_id))
        return keys.decrypt(sealed) if sealed else ""
    rows = list(
        await session.scalars(
            select(RiskEntityIdentifier)
            .where(RiskEntityIdentifier.entity_id == entity_id)
            .order_by(RiskEntityIdentifier.id)
        )
    )
    if name == "identifiers":
        return "\n".join(f"{row.kind.label}：{keys.decrypt(row.value_enc)}" for row in rows)
    inside = [
        (row.starts_at, row.ends_at, row.raw_enc)
        for row in rows
        if row.field == name and row.starts_at is not None and row.ends_at and row.raw_enc
    ]
    return protect.restore(entity[name], inside)
