"""Outcomes: what the campaign published and established, recorded so that it can be counted."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import ARRAY, Date, Text, Uuid, func, join, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now
from api.core.base.ids import uuid7
from api.core.database import numbers, record_access
from api.core.events import events
from api.core.listing import facets, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, day
from api.core.listing.ways import days, one
from api.domain.across.ways import OUTCOME_WAY
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.outcomes.outcomes import (
    OUTCOME_FLOW,
    OutcomeAction,
    OutcomeKind,
    OutcomeStatus,
    first_status,
)
from api.domain.words import public_texts
from api.models import outcomes as outcome_models
from api.models.outcomes import Outcome
from api.models.units import Unit
from api.models.users import User
from api.schemas.common import Reveal, actions
from api.schemas.outcomes import (
    OutcomeCreate,
    OutcomeItem,
    OutcomeQuery,
    OutcomeRead,
    OutcomeUpdate,
)
from api.services.kit import _transition, columns, protect, sealing, searching, steps
from api.services.kit import changes as corrections
from api.services.kit._duty_source import in_status
from api.services.kit.standing import InCharge, entered, standing_of, taken_by
from api.services.kit.steps import Step, holder_unit

RESOURCE = "outcome"
corrections.check(OutcomeUpdate, Outcome)

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
    "judgment_court": Outcome.judgment_court,
    "judgment_no": Outcome.judgment_no,
    "judged_on": Outcome.judged_on,
    "prepared_by_id": Outcome.prepared_by_id,
    "approved_by": select(User.name).where(User.id == Outcome.approved_by_id).scalar_subquery(),
    "approved_at": Outcome.approved_at,
    "created_at": Outcome.created_at,
    "updated_at": Outcome.updated_at,
    "revealable": columns.revealable(Outcome),
    "entered": entered(Outcome.id, EventName.OUTCOME_TRANSITIONED),
    "taken_by": taken_by(Outcome),
    "turn_since": Outcome.turn_since,
}
check_columns(OutcomeItem, _ITEM)
check_columns(
    OutcomeRead,
    {
        name: column
        for name, column in _READ.items()
        if name not in {"prepared_by_id", "entered", "taken_by", "turn_since"}
    },
    "available_actions",
    "standing",
)

#: Written by hand: whatever numbers stand in them are masked.
_TEXTS = ("title", "medium", "document_no", "summary", "judgment_court", "judgment_no")
_ANY_TEXT = ARRAY(Text)
_SEARCHED = [search.folded(each) for each in (Outcome.title, Outcome.document_no, Outcome.number)]

_ISSUED = ("issued_from", "issued_to")

_APPROVES = holder_unit(
    Permission.OUTCOME_APPROVE, Outcome.town_code, Outcome.owner_unit_id, Outcome.prepared_by_id
)
#: A second person publishes what somebody prepared.
STEPS = (
    Step(
        DutyKind.OUTCOME_PUBLISH,
        in_status(Outcome.status, OutcomeStatus.DRAFT),
        Outcome.turn_since,
        _APPROVES,
    ),
)

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
        **steps.late_filters(STEPS),
        "owner_unit_id": (Uuid(), lambda p: Outcome.owner_unit_id == p),
        "issued_from": (Date(), lambda p: Outcome.issued_on >= p),
        "issued_to": (Date(), lambda p: Outcome.issued_on <= p),
        "q": (Text(), lambda p: or_(*(search.within(each, p) for each in _SEARCHED))),
    },
    sorts={
        "-id": Sort("id", Outcome.id, descending=True),
        "id": Sort("id", Outcome.id),
        "issued_on": Sort("issued_on", Outcome.issued_on, parse=day, within=_ISSUED),
        "-issued_on": Sort("issued_on", Outcome.issued_on, True, day, _ISSUED),
    },
    default_sort="-id",
    ways={
        "owner_unit_id": one("owner_unit_id", Outcome.owner_unit_id, by_town=False),
        "issued": days(Outcome.issued_on, since="issued_from", until="issued_to"),
    },
    facets=Facets(
        outcome_models.FACETS,
        {
            "status": facets.value("s", "status"),
            "kind": facets.value("k", "kind"),
            "owner_unit_id": facets.value("o", "owner_unit_id"),
        },
    ),
    unindexed=frozenset({"q"}),
)


async def page(actor: Actor, query: OutcomeQuery) -> Response:
    """A page of visible outcomes."""
    filters = {
        "kind": query.kind,
        "status": query.status,
        "owner_unit_id": query.owner_unit_id,
        **await steps.late(STEPS, query.late_step),
        "issued_from": query.issued_from,
        "issued_to": query.issued_to,
        "q": None if searching.blank(query.q) else searching.plain(query.q),
    }
    return await LISTING.page(actor, query, filters, query.sort.value)


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of an outcome that was read as JSON."""

    status: OutcomeStatus
    owner_unit_id: UUID
    kind: OutcomeKind
    judgment_court: str
    judgment_no: str
    judged_on: date | None
    prepared_by_id: UUID | None


def _standing(outcome: dict[str, Any]) -> _FlowView:
    judged, wrote = outcome["judged_on"], outcome.pop("prepared_by_id")
    return _FlowView(
        OutcomeStatus(outcome["status"]),
        UUID(outcome["owner_unit"]["id"]),
        OutcomeKind(outcome["kind"]),
        outcome["judgment_court"],
        outcome["judgment_no"],
        date.fromisoformat(judged) if judged else None,
        UUID(wrote) if wrote else None,
    )


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible outcome with what the actor may do with it. Raises NotFound."""
    outcome = await LISTING.one(actor, record_id, session)
    record = _standing(outcome)
    available = OUTCOME_FLOW.available(actor, record)
    outcome["available_actions"] = actions(available, edit=OutcomeUpdate)
    outcome["standing"] = await standing_of(
        OUTCOME_WAY,
        actor,
        record,
        available,
        entered=outcome.pop("entered"),
        term=steps.term(date.fromisoformat(outcome.pop("turn_since"))),
        charge=InCharge(outcome["owner_unit"]["name"], taken=outcome.pop("taken_by")),
    )
    if not actor.may(Permission.OUTCOME_HANDLE):
        outcome["revealable"] = []
    return outcome


async def create(session: AsyncSession, actor: Actor, body: OutcomeCreate) -> dict[str, Any]:
    """Record something published or established. Raises Invalid.

    Its texts are written for the public: numbers in them are masked, and the originals kept.
    """
    town = actor.town
    given = {name: getattr(body, name) for name in _TEXTS}
    made = Outcome(
        id=uuid7(),
        number=(await numbers.take("CG", town))[0],
        status=first_status(body.kind),
        kind=body.kind,
        **sealing.texts(given),
        issued_on=body.issued_on,
        audience=body.audience,
        judged_on=body.judged_on,
        prepared_by_id=actor.id,
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


def _fit_to_publish(outcome: Outcome) -> None:
    """Raises Invalid naming every place that tells of somebody, or of an open matter."""
    errors = [
        FieldError(f"/{field}", "not_for_the_public", fault)
        for field in ("title", "summary")
        for fault in public_texts.faults(getattr(outcome, field))
    ]
    if outcome.judged_on and outcome.issued_on < outcome.judged_on:
        errors.append(FieldError("/issued_on", "before_judgment", "发布日期不能早于裁判日期"))
    if errors:
        message = "；".join(error.message for error in errors)
        raise Invalid(message, code="not_for_the_public", errors=errors)


def _check(outcome: Outcome) -> None:
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
    _transition.check_edit(actor, outcome, OUTCOME_FLOW, body.version)
    changes = body.changes()
    texts = {name: changes[name] for name in _TEXTS if name in changes}
    for name, value in (changes | sealing.texts(texts, outcome.texts_enc)).items():
        setattr(outcome, name, value)
    _check(outcome)
    outcome.prepared_by_id = actor.id
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
    reason = getattr(body, "reason", None)
    told = {"reason": protect.told(reason)} if reason else {}
    if body.action == OutcomeAction.PUBLISH.value:
        # beforehand: status and event are written together, and the table wants all or nothing
        outcome.approved_by_id, outcome.approved_at = actor.id, now()
    elif outcome.kind is OutcomeKind.TYPICAL_CASE:
        outcome.approved_by_id = outcome.approved_at = None
    await _transition.apply(
        session, actor, outcome, OUTCOME_FLOW, EventName.OUTCOME_TRANSITIONED, body, told
    )
    if body.action == OutcomeAction.PUBLISH.value:
        _fit_to_publish(outcome)
    await session.flush()
    return await read(actor, record_id, session)


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Texts as they were written, for those who may write them, with an audit event.

    Raises NotFound, Forbidden for fields that hold nothing to reveal.
    """
    shown = await read(actor, record_id, session)
    outcome = await _transition.lock(session, actor, LISTING, Outcome, record_id)
    values = sealing.revealed(RESOURCE, body.fields, shown["revealable"], outcome.texts_enc)
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values
