"""Risk entities: registered, assessed, listed, dealt with, transferred, taken off the list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    exists,
    func,
    insert,
    join,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import BYTEA, TSQUERY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import risk_rows
from api.core import errors, events, numbers, record_access, search
from api.core.clock import now, today
from api.core.crypto import keyring
from api.core.ids import uuid7
from api.core.pagination import Listing, Sort, check_columns, moment, yuan
from api.domain import codes
from api.domain.actors import Actor
from api.domain.errors import Conflict, FieldError, Forbidden, Invalid, RuleViolated
from api.domain.events import EventName
from api.domain.identifiers import IdentifierKind
from api.domain.masks import mask_address
from api.domain.organisation import UnitKind
from api.domain.permissions import ROLE_SCOPE, Permission, RowScope
from api.domain.risk_entities import (
    EDITABLE,
    MEASURE_OF_ACTION,
    OWN_ACTION,
    RISK_ENTITY_FLOW,
    UNITS_OF_INDUSTRY,
    EntityAction,
    EntityStatus,
    Industry,
    RiskTier,
    guess_kind,
)
from api.domain.risk_measures import MeasureKind
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
    RiskEntityCreate,
    RiskEntityItem,
    RiskEntityQuery,
    RiskEntityRead,
    RiskEntityRow,
    RiskEntityUpdate,
    RouteRead,
)
from api.services import _field_work, _transition, columns, places, protect, sealing, time_rules
from api.services.time_rules import Deadline

RESOURCE = "risk_entity"
#: Texts whose identifiers can be put back in their place.
_TEXTS = ("name", "address", "problems", "note")


def _known_already() -> Conflict:
    return Conflict("本乡镇已登记相同统一社会信用代码的主体，请勿重复登记", code="uscc_duplicate")


errors.CONSTRAINTS["uq_risk_entities_town_code_uscc"] = _known_already

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
    "address": RiskEntity.address_mask,
    "division_code": RiskEntity.division_code,
    "division_name": Division.name,
    "responsible_person": RiskEntity.responsible_person_mask,
    "elders_served": RiskEntity.elders_served,
    "prepaid_amount": yuan(RiskEntity.prepaid_amount),
    "tier": RiskEntity.tier,
    "route": RiskEntity.route,
    "owner_unit": columns.named(Unit),
    "next_inspection_due": RiskEntity.next_inspection_due,
    "inspection_due_is_provisional": RiskEntity.inspection_due_is_provisional,
    "open_rectifications": RiskEntity.open_rectifications,
    "updated_at": RiskEntity.updated_at,
    "version": RiskEntity.version,
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
    ).where(RiskEntityIdentifier.entity_id == RiskEntity.id)
)
_READ: dict[str, Any] = _ITEM | {
    "address": RiskEntity.address,
    "responsible_phone": RiskEntity.responsible_phone_mask,
    "problems": RiskEntity.problems,
    "note": RiskEntity.note,
    "review_on": RiskEntity.review_on,
    "listed_on": RiskEntity.listed_on,
    "inspection_rule": RiskEntity.inspection_rule,
    "last_inspected_on": RiskEntity.last_inspected_on,
    "evidence_fixed_on": RiskEntity.evidence_fixed_on,
    "refund_due": yuan(RiskEntity.refund_due),
    "refunded": yuan(RiskEntity.refunded),
    "source_lead_id": RiskEntity.source_lead_id,
    "identifiers": _IDENTIFIERS,
    "import_id": RiskEntity.import_id,
    "import_row": RiskEntity.import_row,
    "created_at": RiskEntity.created_at,
}
check_columns(RiskEntityItem, _ITEM)
check_columns(RiskEntityRead, _READ, "available_actions", "revealable")

_ANY_TEXT = ARRAY(Text)
_FALSE = literal_column("false")
_IS_ON_LIST = and_(
    RiskEntity.listed_on.is_not(None), RiskEntity.status != literal_column("'delisted'")
)
_IS_OVERDUE = and_(
    RiskEntity.next_inspection_due < literal_column("current_date"),
    RiskEntity.status.not_in([EntityStatus.DELISTED, EntityStatus.SHUT_DOWN]),
)
_TEXT = func.lower(RiskEntity.name + literal_column("' '") + RiskEntity.problems)

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
        "number": (Text(), lambda p: RiskEntity.number == p),
        "uscc": (Text(), lambda p: RiskEntity.uscc == p),
        "person": (BYTEA(), lambda p: RiskEntity.responsible_person_index == p),
        "words": (Text(), lambda p: RiskEntity.search.op("@@")(cast(p, TSQUERY))),
        "pattern": (Text(), _TEXT.like),
        "identifier": (
            ARRAY(BYTEA),
            lambda p: or_(
                RiskEntity.responsible_phone_index == func.any(p),
                exists(
                    select(literal_column("1")).where(
                        RiskEntityIdentifier.entity_id == RiskEntity.id,
                        RiskEntityIdentifier.value_index == func.any(p),
                    )
                ),
            ),
        ),
    },
    sorts={
        "-id": Sort("id", RiskEntity.id, descending=True),
        "id": Sort("id", RiskEntity.id),
        "-updated_at": Sort("updated_at", RiskEntity.updated_at, descending=True, parse=moment),
        "updated_at": Sort("updated_at", RiskEntity.updated_at, parse=moment),
    },
    default_sort="-id",
)


def _search_filters(text: str | None) -> dict[str, object]:
    if not text or not text.strip():
        return {}
    if text.upper().startswith("QY-"):
        return {"number": text.upper()}
    checked = codes.check_credit_code(text)
    if checked.ok:
        return {"uscc": checked.value}
    exact = protect.indexes(text)
    if exact:
        return {"identifier": exact}
    words = search.query(text)
    return {"words": words, "pattern": search.like(text)} if words else {"number": text}


async def page(actor: Actor, query: RiskEntityQuery) -> Response:
    """A page of visible entities."""
    place = query.division_code
    person = query.responsible_person
    return await LISTING.page(
        actor,
        query,
        {
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
            "inspection_due_to": query.inspection_due_to,
            "person": sealing.name_key(person) if person else None,
            **_search_filters(query.q),
        },
        query.sort.value,
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the flow must know of an entity that was read as JSON."""

    status: EntityStatus
    owner_unit_id: UUID
    evidence_fixed_on: str | None
    open_rectifications: int


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible entity with what the actor may do with it. Raises NotFound."""
    entity = await LISTING.one(actor, record_id, session)
    standing = _Standing(
        EntityStatus(entity["status"]),
        UUID(entity["owner_unit"]["id"]),
        entity["evidence_fixed_on"],
        entity["open_rectifications"],
    )
    entity["available_actions"] = actions(list(RISK_ENTITY_FLOW.available(actor, standing)))
    entity["revealable"] = _revealable(actor, entity)
    return entity


def _revealable(actor: Actor, entity: dict[str, Any]) -> list[str]:
    if not actor.may(Permission.RISK_ENTITY_HANDLE):
        return []
    fields = [name for name in ("responsible_person", "responsible_phone") if entity[name]]
    held = {each["field"] for each in entity["identifiers"]}
    fields += [name for name in _TEXTS if name in held]
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


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of an entity depend on beyond the entity: read once for a whole ledger."""

    #: The town's units by kind, for the regulators of a field.
    units: Mapping[UnitKind, tuple[UUID, ...]] = field(
        default_factory=dict[UnitKind, tuple[UUID, ...]]
    )
    #: The next inspection by tier.
    due: Mapping[RiskTier, Deadline] = field(default_factory=dict[RiskTier, Deadline])

    def regulators(self, industry: Industry) -> list[UUID]:
        """The units of the field."""
        return [unit for kind in UNITS_OF_INDUSTRY[industry] for unit in self.units.get(kind, ())]


async def around(session: AsyncSession, town_code: str) -> Around:
    """The surroundings of the entities of a town that are registered today."""
    found = await session.execute(
        select(Unit.kind, Unit.id).where(
            Unit.division_code == town_code,
            Unit.is_active,
            Unit.kind.in_({kind for kinds in UNITS_OF_INDUSTRY.values() for kind in kinds}),
        )
    )
    units: dict[UnitKind, tuple[UUID, ...]] = {}
    for kind, unit_id in found:
        units[kind] = (*units.get(kind, ()), unit_id)
    clock = await time_rules.clock(session)
    return Around(units, {t: clock.due_on(t.inspection_rule, today()) for t in RiskTier})


@dataclass(slots=True)
class Draft:
    """Every row of a new entity, ready for one insert or for a bulk load."""

    entity: dict[str, Any]
    identifiers: list[dict[str, Any]]
    assessments: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    viewers: list[UUID]
    event: dict[str, Any]


def draft(
    actor: Actor,
    body: RiskEntityCreate,
    place: places.Place,
    number: str,
    surroundings: Around | None = None,
) -> Draft:
    """Compose the rows of an entity: texts protected, codes checked, the tier's consequences drawn.

    A `RiskEntityRow` of a ledger lands on the list with the measures that the ledger tells of.
    Raises Invalid for a code or a phone that cannot be one.
    """
    known = surroundings or Around()
    entity_id = uuid7()
    uscc = _uscc(body.uscc)
    texts = {name: protect.text(getattr(body, name), name) for name in _TEXTS}
    found = [row for text in texts.values() for row in text.identifiers]
    for row in found:
        row["entity_id"] = entity_id
    due = known.due.get(body.tier) if body.tier else None
    owner = _owner(actor, body, place, known)
    entity: dict[str, Any] = {
        "id": entity_id,
        "number": number,
        "status": _first_status(actor, body),
        **{name: text.text for name, text in texts.items()},
        "uscc": uscc,
        "kind": body.kind or guess_kind(body.name, uscc),
        "industry": body.industry,
        "registration": body.registration,
        "address_mask": mask_address(texts["address"].text),
        "division_code": place.division_code,
        "town_code": place.town_code,
        **_person(body.responsible_person, body.responsible_phone),
        "elders_served": body.elders_served,
        "prepaid_amount": body.prepaid_amount,
        "tier": body.tier,
        "route": None,
        "review_on": due.on if due else None,
        "listed_on": today() if isinstance(body, RiskEntityRow) and body.tier else None,
        "owner_unit_id": owner,
        "source_lead_id": body.source_lead_id,
        "next_inspection_due": due.on if due else None,
        "inspection_due_is_provisional": due.is_provisional if due else False,
        "inspection_rule": due.rule_id if due else "",
        "inspection_rule_version": due.rule_version if due else None,
        "last_inspected_on": None,
        "evidence_fixed_on": None,
        "refund_due": None,
        "refunded": 0,
        "import_id": None,
        "import_row": None,
        "created_at": now(),
        "created_by_post_id": actor.post_id,
        "updated_at": now(),
        "version": 1,
        "search": _words(texts["name"].text, texts["problems"].text),
    }
    viewers: list[UUID | None] = [
        owner,
        actor.post_id if ROLE_SCOPE.get(actor.role) is RowScope.POST else actor.unit_id,
        place.village_unit_id,
        *known.regulators(body.industry),
    ]
    event = events.row(
        actor, EventName.RISK_ENTITY_CREATED, RESOURCE, entity_id,
        {"number": number, "industry": body.industry.value,
         "tier": body.tier.value if body.tier else None},
    )  # fmt: skip
    return Draft(
        entity,
        found,
        _first_assessment(actor, body, entity),
        _first_measures(actor, body, entity),
        [viewer for viewer in dict.fromkeys(viewers) if viewer is not None],
        event,
    )


def _first_status(actor: Actor, body: RiskEntityCreate) -> EntityStatus:
    if isinstance(body, RiskEntityRow) and body.delisted:
        return EntityStatus.DELISTED
    if body.tier:
        listed = isinstance(body, RiskEntityRow)
        return EntityStatus.LISTED if listed else EntityStatus.ASSESSED
    swept = actor.may(Permission.RISK_ENTITY_HANDLE)
    return EntityStatus.SWEPT if swept else EntityStatus.PENDING


def _owner(actor: Actor, body: RiskEntityCreate, place: places.Place, known: Around) -> UUID:
    """The regulating unit: as said; else whoever registers and may act; else the field's unit."""
    if body.owner_unit_id:
        return body.owner_unit_id
    if actor.may(Permission.RISK_ENTITY_HANDLE) and not isinstance(body, RiskEntityRow):
        return actor.unit_id
    return next(iter(known.regulators(body.industry)), place.office_unit_id)


def _first_assessment(
    actor: Actor, body: RiskEntityCreate, entity: dict[str, Any]
) -> list[dict[str, Any]]:
    if body.tier is None:
        return []
    factors = body.factors or ("台账载明" if isinstance(body, RiskEntityRow) else "登记时评定")
    return [_assessment(actor, entity["id"], body.tier, protect.told(factors), entity["review_on"])]


def _assessment(
    actor: Actor,
    entity_id: UUID,
    tier: RiskTier,
    factors: str,
    review_on: date | None,
    decided_by: str = "",
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "entity_id": entity_id,
        "tier": tier,
        "factors": factors,
        "decided_by": decided_by or actor.name,
        "decided_on": today(),
        "review_on": review_on,
        "created_at": now(),
        "created_by_post_id": actor.post_id,
    }


def _first_measures(
    actor: Actor, body: RiskEntityCreate, entity: dict[str, Any]
) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    if isinstance(body, RiskEntityRow):
        told = [
            _field_work.measure(
                actor, entity["id"], kind, legal_actor_name=protect.told(body.measure_actor),
                deadline=body.rectify_by, note=protect.told(body.progress),
            )
            for kind in dict.fromkeys(body.measures)
        ]  # fmt: skip
    reminded = any(row["kind"] is MeasureKind.REMIND for row in told)
    if body.tier is RiskTier.YELLOW and not reminded:
        told.append(_reminder(actor, entity["id"], entity["next_inspection_due"]))
    return told


def _reminder(actor: Actor, entity_id: UUID, deadline: date | None) -> dict[str, Any]:
    """The reminder that the yellow tier asks for; the action `remind` carries it out (E5)."""
    return _field_work.measure(
        actor, entity_id, MeasureKind.REMIND, deadline=deadline, note="定为黄色等级，应予风险提示"
    )


def _person(name: str, phone: str) -> dict[str, Any]:
    return sealing.name("responsible_person", name, indexed=True) | sealing.number(
        "responsible_phone", IdentifierKind.PHONE, phone
    )


def _words(name: str, problems: str) -> str:
    """A tsvector literal of the bigrams."""
    return " ".join(f"'{token}'" for token in search.tokens(f"{name} {problems}"))


def _uscc(value: str) -> str:
    if not value.strip():
        return ""
    checked = codes.check_credit_code(value)
    if checked.error is not None:
        fault = FieldError("/uscc", checked.error.code, checked.error.message)
        raise Invalid(checked.error.message, errors=[fault])
    return checked.value


async def create(session: AsyncSession, actor: Actor, body: RiskEntityCreate) -> dict[str, Any]:
    """Put an entity on the risk ledger.

    Raises Invalid for unknown places, units, leads or bad codes, Forbidden for a tier from
    somebody who may not assess, Conflict (`uscc_duplicate`).
    """
    if body.tier and not actor.may(Permission.RISK_ENTITY_ASSESS):
        raise Forbidden("无权评估定级", code="assess_not_allowed")
    place = await places.locate(session, body.division_code or actor.division_code)
    _own_place(actor, place)
    await _check_unit(session, body.owner_unit_id, place.town_code)
    lead_id = body.source_lead_id
    if lead_id and not await risk_rows.lead_exists(session, actor, lead_id):
        message = "来源线索不存在或无权查看"
        raise Invalid(message, errors=[FieldError("/source_lead_id", "lead_unknown", message)])
    await _check_unique(session, place.town_code, _uscc(body.uscc))
    number = (await numbers.take("QY", place.town_code))[0]
    made = draft(actor, body, place, number, await around(session, place.town_code))
    await session.execute(insert(RiskEntity), made.entity)
    for model, rows in (
        (RiskEntityIdentifier, made.identifiers),
        (RiskAssessment, made.assessments),
        (RiskMeasure, made.measures),
    ):
        if rows:
            await session.execute(insert(model), rows)
    await record_access.grant(session, RESOURCE, made.entity["id"], made.viewers)
    await session.execute(insert(events.Event), made.event)
    if lead_id:
        told = {"risk_entity": number, "risk_entity_id": str(made.entity["id"])}
        await events.record(session, actor, EventName.LEAD_LINKED, "lead", lead_id, told)
    return await read(actor, made.entity["id"], session)


def _own_place(actor: Actor, place: places.Place) -> None:
    if not place.division_code.startswith(actor.division_code[:9]):
        message = "只能登记本镇范围内的主体"
        raise Invalid(message, errors=[FieldError("/division_code", "other_town", message)])


async def _check_unit(session: AsyncSession, unit_id: UUID | None, town_code: str) -> None:
    """Only a unit of the same town regulates, so that no row leaves the town by a typed id."""
    if unit_id is None:
        return
    unit = await places.unit(session, unit_id, "owner_unit_id")
    if not unit.division_code.startswith(town_code):
        message = "监管单位须为本镇单位"
        raise Invalid(message, errors=[FieldError("/owner_unit_id", "other_town", message)])


async def _check_unique(
    session: AsyncSession, town_code: str, uscc: str, besides: UUID | None = None
) -> None:
    """Asked before a number is spent; the unique index answers whoever comes at the same moment."""
    if uscc and await session.scalar(
        select(RiskEntity.id).where(
            RiskEntity.town_code == town_code,
            RiskEntity.uscc == uscc,
            RiskEntity.id != (besides or UUID(int=0)),
        )
    ):
        raise _known_already()


async def update_one(
    session: AsyncSession, actor: Actor, record_id: UUID, body: RiskEntityUpdate
) -> dict[str, Any]:
    """Correct an entity. Raises NotFound, StaleVersion, Forbidden, Invalid, Conflict."""
    entity = await _transition.lock(session, actor, LISTING, RiskEntity, record_id)
    if entity.owner_unit_id != actor.unit_id and not actor.may(Permission.LEAD_ASSIGN):
        raise Forbidden("只有监管单位或镇专项办可以修改", code="not_own_unit")
    if entity.status not in EDITABLE:
        raise Forbidden("该主体已移交、移送或销号，不能修改", code="closed")
    _transition.check_version(entity, body.version)
    given = body.model_dump(exclude={"version"}, exclude_unset=True, exclude_none=True)
    changes: dict[str, Any] = dict(given)
    for name in _TEXTS:
        if name in changes:
            changes[name] = await _protected(session, entity.id, name, changes[name])
    if "address" in changes:
        changes["address_mask"] = mask_address(changes["address"])
    if "uscc" in changes:
        changes["uscc"] = _uscc(changes["uscc"])
        await _check_unique(session, entity.town_code, changes["uscc"], entity.id)
    if "responsible_person" in changes:
        said = changes.pop("responsible_person")
        changes |= sealing.name("responsible_person", said, indexed=True)
    if "responsible_phone" in changes:
        said = changes.pop("responsible_phone")
        changes |= sealing.number("responsible_phone", IdentifierKind.PHONE, said)
    viewers = await _new_viewers(session, actor, entity, given)
    for name, value in changes.items():
        setattr(entity, name, value)
    entity.search = _words(entity.name, entity.problems)
    entity.version += 1
    entity.updated_at = now()
    await session.flush()
    await record_access.grant(session, RESOURCE, entity.id, viewers)
    told = {"fields": sorted(given)}
    await events.record(session, actor, EventName.RISK_ENTITY_UPDATED, RESOURCE, entity.id, told)
    return await read(actor, record_id, session)


async def _new_viewers(
    session: AsyncSession, actor: Actor, entity: RiskEntity, given: dict[str, Any]
) -> list[UUID | None]:
    """Who sees the entity because of what is changed."""
    viewers: list[UUID | None] = []
    if "owner_unit_id" in given:
        await _check_unit(session, given["owner_unit_id"], entity.town_code)
        viewers.append(given["owner_unit_id"])
    if "division_code" in given:
        place = await places.locate(session, given["division_code"])
        _own_place(actor, place)
        viewers.append(place.village_unit_id)
    if "industry" in given:
        viewers += (await around(session, entity.town_code)).regulators(given["industry"])
    return viewers


async def _protected(session: AsyncSession, entity_id: UUID, name: str, value: str) -> str:
    """Replace a text of an entity: its old identifiers go, the new ones come."""
    made = protect.text(value, name)
    old = await session.scalars(
        select(RiskEntityIdentifier).where(
            RiskEntityIdentifier.entity_id == entity_id, RiskEntityIdentifier.field == name
        )
    )
    for row in old:
        await session.delete(row)
    await session.flush()
    if made.identifiers:
        rows = [row | {"entity_id": entity_id} for row in made.identifiers]
        await session.execute(insert(RiskEntityIdentifier), rows)
    return made.text


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the entity flow. Raises what `_transition.apply` raises, and Invalid,
    RuleViolated where the body in whose name a measure is taken may not take it."""
    entity = await _transition.lock(session, actor, LISTING, RiskEntity, record_id)
    action = EntityAction(body.action)
    await _transition.apply(
        session, actor, entity, RISK_ENTITY_FLOW, EventName.RISK_ENTITY_TRANSITIONED, body,
        _told(action, body),
    )  # fmt: skip
    await _EFFECTS.get(action, _nothing)(session, actor, entity, body)
    await session.flush()
    return await read(actor, record_id, session)


def _told(action: EntityAction, body: Any) -> dict[str, Any]:
    """What the timeline says beyond action and status: codes, numbers of papers, reasons."""
    told: dict[str, Any] = {}
    for name in ("tier", "route", "legal_actor", "measure"):
        if getattr(body, name, None):
            told[name] = getattr(body, name).value
    for name in ("reason", "document_no", "department"):
        if getattr(body, name, None):
            told[name] = protect.told(getattr(body, name))
    if action in MEASURE_OF_ACTION:
        told.setdefault("measure", MEASURE_OF_ACTION[action].value)
    return told


async def _nothing(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """Actions that change nothing but the status."""
    del session, actor, entity, body


def _not_future(day: date | None, name: str) -> date:
    if day is not None and day > today():
        message = "日期不能晚于今天"
        raise Invalid(message, errors=[FieldError(f"/{name}", "in_future", message)])
    return day or today()


async def _assess(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    if body.review_on is not None and body.review_on <= today():
        message = "下次复评日期应晚于今天"
        raise Invalid(message, errors=[FieldError("/review_on", "in_past", message)])
    entity.tier = body.tier
    await _field_work.plan_next_inspection(session, entity, today())
    entity.review_on = body.review_on or entity.next_inspection_due
    factors = await _field_work.protected(session, entity.id, "assessments.factors", body.factors)
    decided_by = protect.told(body.decided_by or "")
    row = _assessment(actor, entity.id, body.tier, factors, entity.review_on, decided_by)
    await session.execute(insert(RiskAssessment), row)
    await _field_work.take_route(session, actor, entity, body.route, factors)
    if body.tier is RiskTier.YELLOW and not await _pending_reminder(session, entity.id):
        reminder = _reminder(actor, entity.id, entity.next_inspection_due)
        await session.execute(insert(RiskMeasure), reminder)


async def _pending_reminder(session: AsyncSession, entity_id: UUID) -> UUID | None:
    return await session.scalar(
        select(RiskMeasure.id)
        .where(
            RiskMeasure.entity_id == entity_id,
            RiskMeasure.kind == MeasureKind.REMIND,
            RiskMeasure.done_on.is_(None),
        )
        .order_by(RiskMeasure.id)
        .limit(1)
    )


async def _choose_route(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    reason = await _field_work.protected(session, entity.id, "routes.reason", body.reason)
    await _field_work.take_route(session, actor, entity, body.route, reason)


async def _list(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    del session, actor, body
    entity.listed_on = today()


async def _take(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """Record a measure, if the body in whose name it is taken may take it."""
    kind = MEASURE_OF_ACTION.get(EntityAction(body.action)) or body.measure
    if body.action == EntityAction.RECORD_MEASURE.value and kind in OWN_ACTION:
        message = f"{kind.label}有专门的操作，请使用该操作办理"
        raise Invalid(message, errors=[FieldError("/measure", "own_action", message)])
    lawful = await _field_work.power(session, actor, kind, body)
    said = getattr(body, "note", None) or getattr(body, "reason", None) or ""
    if getattr(body, "department", None):
        said = f"接收部门：{body.department}\n{said}"
    row = _field_work.measure(
        actor,
        entity.id,
        kind,
        **lawful.columns(),
        done_on=_not_future(getattr(body, "done_on", None), "done_on"),
        deadline=getattr(body, "deadline", None),
        amount=getattr(body, "amount", None),
        note=await _field_work.protected(session, entity.id, "measures.note", said),
    )
    pending = await _pending_reminder(session, entity.id) if kind is MeasureKind.REMIND else None
    if pending:
        done = {k: v for k, v in row.items() if k not in {"id", "created_at", "deadline"}}
        await session.execute(update(RiskMeasure).where(RiskMeasure.id == pending).values(done))
    else:
        await session.execute(insert(RiskMeasure), row)
    await _field_work.route_by_measure(session, actor, entity, kind)


async def _order(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    await _field_work.order(session, actor, entity, body)


async def _urge_refund(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    await _take(session, actor, entity, body)
    if body.amount is not None:
        entity.refund_due = body.amount


async def _refund(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """Money that went back; more than was due is a slip of the pen."""
    if entity.refund_due is None or entity.refunded + body.amount > entity.refund_due:
        message = "累计清退金额超过应清退金额，请先核对督促清退时登记的金额"
        raise RuleViolated(message, errors=[FieldError("/amount", "above_due", message)])
    await _take(session, actor, entity, body)
    entity.refunded += body.amount


async def _fix_evidence(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    fixed_on = _not_future(body.fixed_on, "fixed_on")
    said = f"固定人：{body.fixed_by}\n{body.evidence_list}"
    row = _field_work.measure(
        actor,
        entity.id,
        MeasureKind.PRESERVE_EVIDENCE,
        done_on=fixed_on,
        note=await _field_work.protected(session, entity.id, "measures.note", said),
    )
    await session.execute(insert(RiskMeasure), row)
    entity.evidence_fixed_on = fixed_on


async def _feedback(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """What became of a transfer: kept with the transfer itself (E7)."""
    del actor
    kind = (
        MeasureKind.TRANSFER_POLICE
        if entity.status is EntityStatus.TRANSFERRED_POLICE
        else MeasureKind.TRANSFER_DEPARTMENT
    )
    transfer = await session.scalar(
        select(RiskMeasure)
        .where(RiskMeasure.entity_id == entity.id, RiskMeasure.kind == kind)
        .order_by(RiskMeasure.id.desc())
        .limit(1)
    )
    said = await _field_work.protected(session, entity.id, "measures.note", body.result)
    received = f"{body.received_on.isoformat()}签收；" if body.received_on else ""
    if transfer is not None:
        transfer.note = f"{transfer.note}\n{received}办理结果：{said}".strip()


async def _reopen(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """A new round: what was found then proves nothing now."""
    del session, actor, body
    entity.evidence_fixed_on = None
    entity.listed_on = None


_EFFECTS = {
    EntityAction.ASSESS: _assess,
    EntityAction.REASSESS: _assess,
    EntityAction.CHOOSE_ROUTE: _choose_route,
    EntityAction.LIST: _list,
    EntityAction.REMIND: _take,
    EntityAction.INTERVIEW: _take,
    EntityAction.ORDER_RECTIFICATION: _order,
    EntityAction.STOP_OPERATIONS: _take,
    EntityAction.URGE_REFUND: _urge_refund,
    EntityAction.RECORD_REFUND: _refund,
    EntityAction.RECORD_MEASURE: _take,
    EntityAction.FIX_EVIDENCE: _fix_evidence,
    EntityAction.TRANSFER_DEPARTMENT: _take,
    EntityAction.TRANSFER_POLICE: _take,
    EntityAction.RECORD_FEEDBACK: _feedback,
    EntityAction.SHUT_DOWN: _take,
    EntityAction.REOPEN: _reopen,
}


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Plain values of masked fields, for those entitled, with an audit event.

    Raises NotFound, Forbidden for fields that hold nothing to reveal.
    """
    entity = await read(actor, record_id, session)
    refused = [name for name in body.fields if name not in entity["revealable"]]
    if refused:
        raise Forbidden(f"无权查看：{'、'.join(refused)}", code="field_not_revealable")
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
