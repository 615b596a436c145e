"""The rows of a new risk entity, for one insert or for a whole control list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.base.ids import uuid7
from api.core.events import events
from api.core.listing import search
from api.domain.entities.risk_entities import (
    EntityStatus,
    Industry,
    RiskTier,
    guess_kind,
)
from api.domain.entities.risk_measures import RiskMeasureKind
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.words import pinyin
from api.domain.words.identifiers import IdentifierKind
from api.models.unit_kinds import UnitKind
from api.models.units import Unit
from api.schemas.risk_entities import RiskEntityCreate, RiskEntityRow
from api.services.entities import _field_work
from api.services.kit import places, protect, sealing, time_rules
from api.services.kit.time_rules import Deadline

RESOURCE = "risk_entity"
#: Texts whose identifiers can be put back in their place.
TEXTS = ("name", "address", "problems", "note")


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of an entity depend on beyond the entity: read once for a whole ledger."""

    #: The town's regulators by field, as the kinds of its units say.
    units: Mapping[Industry, tuple[UUID, ...]] = field(
        default_factory=dict[Industry, tuple[UUID, ...]]
    )
    #: The next inspection by tier.
    due: Mapping[RiskTier, Deadline] = field(default_factory=dict[RiskTier, Deadline])

    def regulators(self, industry: Industry) -> tuple[UUID, ...]:
        """The units of the field, whoever regulates little else before those with many fields."""
        return self.units.get(industry, ())


async def around(session: AsyncSession, town_code: str) -> Around:
    """The surroundings of the entities of a town that are registered today."""
    found = await session.execute(
        select(UnitKind.industries, Unit.id)
        .join(Unit, Unit.kind == UnitKind.code)
        .where(
            Unit.division_code == town_code,
            Unit.is_active,
            func.cardinality(UnitKind.industries) > 0,
        )
        .order_by(func.cardinality(UnitKind.industries), Unit.id)
    )
    units: dict[Industry, tuple[UUID, ...]] = {}
    for fields, unit_id in found:
        for each in map(Industry, fields):
            units[each] = (*units.get(each, ()), unit_id)
    clock = await time_rules.clock(session)
    return Around(
        units, {t: clock.due_on(t.inspection_rule, today(), town=town_code) for t in RiskTier}
    )


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
    uscc = body.uscc
    texts = {name: protect.text(getattr(body, name), name) for name in TEXTS}
    found = [row for text in texts.values() for row in text.identifiers] + _told_aside(body)
    for row in found:
        row["entity_id"] = entity_id
    due = known.due.get(body.tier) if body.tier else None
    owner = _owner(actor, body, place, known)
    entity: dict[str, Any] = {
        "id": entity_id,
        "number": number,
        "status": _first_status(actor, body),
        "turn_since": today(),
        **{name: text.text for name, text in texts.items()},
        "uscc": uscc,
        "kind": body.kind or guess_kind(body.name, uscc),
        "industry": body.industry,
        "registration": body.registration,
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
        "inspection_due_from": today() if due else None,
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
        **words(texts["name"].text, texts["problems"].text, uscc),
    }
    viewers: list[UUID | None] = [
        owner,
        actor.viewer,
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


def _told_aside(body: RiskEntityCreate) -> list[dict[str, Any]]:
    """Identifiers in texts that go to the entity's histories: kept with it, without their place."""
    said = [("assessments.factors", body.factors)]
    if isinstance(body, RiskEntityRow):
        said += [("measures.note", body.progress), ("measures.actor", body.measure_actor)]
    return [
        row | {"starts_at": None, "ends_at": None}
        for field, text in said
        for row in protect.text(text, field).identifiers
    ]


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
    return [
        assessment_row(actor, entity["id"], body.tier, protect.told(factors), entity["review_on"])
    ]


def assessment_row(
    actor: Actor,
    entity_id: UUID,
    tier: RiskTier,
    factors: str,
    review_on: date | None,
    decided_by: str = "",
) -> dict[str, Any]:
    """One line of the history of tiers, for an insert."""
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
    reminded = any(row["kind"] is RiskMeasureKind.REMIND for row in told)
    if body.tier is RiskTier.YELLOW and not reminded:
        told.append(reminder_row(actor, entity["id"], entity["next_inspection_due"]))
    return told


def reminder_row(actor: Actor, entity_id: UUID, deadline: date | None) -> dict[str, Any]:
    """The reminder that the yellow tier asks for; the action `remind` carries it out (E5)."""
    return _field_work.measure(
        actor,
        entity_id,
        RiskMeasureKind.REMIND,
        deadline=deadline,
        note="定为黄色等级，应予风险提示",
    )


def _person(name: str, phone: str) -> dict[str, Any]:
    return sealing.name("responsible_person", name, indexed=True) | sealing.number(
        "responsible_phone", IdentifierKind.PHONE, phone
    )


def words(name: str, problems: str, uscc: str) -> dict[str, str]:
    """The columns that a search reads: the name first, and how it is spelled last."""
    return search.document(name, problems, uscc, *pinyin.letters(name))
