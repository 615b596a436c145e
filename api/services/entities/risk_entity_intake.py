"""Risk entities as they come onto the ledger, are corrected, and go through their life."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.core.base.clock import now
from api.core.database import record_access
from api.core.events import events
from api.domain.entities.risk_entities import MEASURE_OF_ACTION, RISK_ENTITY_FLOW, EntityAction
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Forbidden, Invalid
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.words.identifiers import IdentifierKind
from api.models.leads import Lead
from api.models.risk_entities import RiskAssessment, RiskEntity, RiskEntityIdentifier, RiskMeasure
from api.schemas.risk_entities import RiskEntityCreate, RiskEntityUpdate
from api.services.entities import _field_work
from api.services.entities.risk_entities import LISTING, known_already, read
from api.services.entities.risk_entity_drafts import RESOURCE, TEXTS, around, draft, words
from api.services.entities.risk_entity_effects import EFFECTS, nothing
from api.services.kit import _transition, places, protect, sealing
from api.services.kit import changes as changes_of

_WHAT = "主体"
changes_of.check(RiskEntityUpdate, RiskEntity)


async def create(session: AsyncSession, actor: Actor, body: RiskEntityCreate) -> dict[str, Any]:
    """Put an entity on the risk ledger.

    Raises Invalid for unknown places, units, leads or bad codes, Forbidden for a tier from
    somebody who may not assess, Conflict (`uscc_duplicate`).
    """
    if body.tier and not actor.may(Permission.RISK_ENTITY_ASSESS):
        raise Forbidden("无权评估定级", code="assess_not_allowed")
    code = body.division_code or actor.division_code
    place, number = await places.numbered(session, actor, code, _WHAT, "QY")
    await _check_unit(session, body.owner_unit_id, place.town_code)
    lead_id = body.source_lead_id
    if lead_id and not await visibility.sees(session, actor, Lead, lead_id):
        message = "来源线索不存在或无权查看"
        raise Invalid(message, errors=[FieldError("/source_lead_id", "lead_unknown", message)])
    await _check_unique(session, place.town_code, body.uscc)
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


async def _check_unit(session: AsyncSession, unit_id: UUID | None, town_code: str) -> None:
    """Only a unit of the same town regulates, so that no row leaves the town by a typed id."""
    if unit_id is None:
        return
    unit = await places.unit(session, unit_id, "owner_unit_id", town_code)
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
        raise known_already()


async def update_one(
    session: AsyncSession, actor: Actor, record_id: UUID, body: RiskEntityUpdate
) -> dict[str, Any]:
    """Correct an entity. Raises NotFound, StaleVersion, Forbidden, Invalid, Conflict."""
    entity = await _transition.lock(session, actor, LISTING, RiskEntity, record_id)
    _transition.check_edit(actor, entity, RISK_ENTITY_FLOW, body.version)
    given = body.changes()
    changes: dict[str, Any] = dict(given)
    for name in TEXTS:
        if name in changes:
            changes[name] = await protect.replaced(
                session, RiskEntityIdentifier.entity_id, entity.id, name, changes[name]
            )
    if "uscc" in changes:
        await _check_unique(session, entity.town_code, changes["uscc"], entity.id)
    if "responsible_person" in changes:
        said = changes.pop("responsible_person")
        changes |= sealing.name("responsible_person", said, indexed=True)
    if "responsible_phone" in changes:
        said = changes.pop("responsible_phone")
        changes |= sealing.number("responsible_phone", IdentifierKind.PHONE, said)
    viewers = await _new_viewers(session, actor, entity, given)
    changes |= words(*(changes.get(n, getattr(entity, n)) for n in ("name", "problems", "uscc")))
    for name, value in changes.items():
        setattr(entity, name, value)
    entity.version += 1
    entity.updated_at = now()
    await session.flush()
    await record_access.grant(session, RESOURCE, entity.id, viewers)
    await _field_work.share_with(session, entity.id, viewers)
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
        place = await places.own(session, actor, given["division_code"], _WHAT)
        viewers.append(place.village_unit_id)
    if "industry" in given:
        viewers += (await around(session, entity.town_code)).regulators(given["industry"])
    return viewers


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the entity flow. Raises what `_transition.apply` raises, and Invalid,
    RuleViolated where the body in whose name a measure is taken may not take it."""
    entity = await _transition.lock(session, actor, LISTING, RiskEntity, record_id)
    action = EntityAction(body.action)
    _field_work.keep_since(entity, action)
    await _transition.apply(
        session, actor, entity, RISK_ENTITY_FLOW, EventName.RISK_ENTITY_TRANSITIONED, body,
        _told(action, body),
    )  # fmt: skip
    await EFFECTS.get(action, nothing)(session, actor, entity, body)
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
