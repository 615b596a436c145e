"""Measures on property: recorded as ordered, renewed in time, released, or lapsed by themselves."""

from dataclasses import dataclass, replace
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
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import case_rows
from api.core.base.clock import now, today
from api.core.database.db import database
from api.core.events import events
from api.core.listing import facets, orders, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, day, yuan
from api.core.listing.ways import one
from api.domain.across.ways import MEASURE_WAY
from api.domain.cases.cases import OVER
from api.domain.kit.actors import Actor
from api.domain.kit.errors import RuleViolated
from api.domain.kit.events import EventName
from api.domain.recovery.property_items import PropertyKind, PropertyStatus
from api.domain.recovery.property_measures import (
    MEASURE_FLOW,
    AuthorityLevel,
    Law,
    MeasureDraft,
    MeasureKind,
    MeasureStatus,
    Term,
    check_ground,
    check_measure,
    first_term,
    refuse,
    rule_for,
)
from api.domain.recovery.restated import of_measure
from api.domain.words.money import to_fen
from api.models import property_measures as measure_models
from api.models.base import UNHELD
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure, PropertyMeasureRenewal
from api.models.units import Unit
from api.schemas.common import actions, restating
from api.schemas.property_measures import (
    MeasureTermQuery,
    PropertyMeasureCreate,
    PropertyMeasureItem,
    PropertyMeasureQuery,
    PropertyMeasureRead,
)
from api.services.kit import (
    _transition,
    columns,
    due_days,
    searching,
    terms,
    time_rules,
)
from api.services.kit.standing import InCharge, entered, standing_of, taken_by, until
from api.services.recovery import measure_warnings, property_items, restraint

RESOURCE = "property_measure"
M = PropertyMeasure

_TODAY = property_items.TODAY
_status = property_items.effective_status()


_AHEAD = aliased(M)
#: Whether another freeze of the same property comes first: in force, or registered earlier.
IS_BEHIND = exists().where(
    _AHEAD.property_item_id == M.property_item_id,
    _AHEAD.id != M.id,
    _AHEAD.kind.in_([MeasureKind.FREEZE, MeasureKind.WAITING_FREEZE]),
    _AHEAD.rank < M.rank,
    or_(
        _AHEAD.status == MeasureStatus.QUEUED,
        and_(
            _AHEAD.status == MeasureStatus.ACTIVE,
            or_(_AHEAD.expires_on.is_(None), _AHEAD.expires_on >= _TODAY),
        ),
    ),
)


def _property_ref() -> Any:
    named = func.json_build_object(
        "id", PropertyItem.id,
        "number", PropertyItem.number,
        "title", PropertyItem.title,
        "kind", PropertyItem.kind,
    )  # fmt: skip
    return select(named).where(PropertyItem.id == M.property_item_id).scalar_subquery()


_ITEM: dict[str, Any] = {
    "id": M.id,
    "case": property_items.case_ref(M.case_id),
    "property_item": _property_ref(),
    "status": _status,
    "kind": M.kind,
    "regime": M.regime,
    "authority": M.authority,
    "authority_level": M.authority_level,
    "document_no": M.document_no,
    "amount": yuan(M.amount),
    "held": yuan(restraint.HELD),
    "gap": restraint.gap(_TODAY),
    "starts_on": M.starts_on,
    "clock_runs": _status == literal_column(f"'{MeasureStatus.ACTIVE.value}'", Text()),
    "rank": M.rank,
    "is_major": M.is_major,
    "version": M.version,
    # last, and nothing but the term: ends of rows are remembered (terms.closing)
    "expires_on": M.expires_on,
    "expires_is_given": M.expires_is_given,
    "expires_is_provisional": M.expires_is_provisional,
    "rule_id": M.rule_id,
    "rule_version": M.rule_version,
}
_RENEWALS = columns.json_list(
    select(
        func.json_build_object(
            "number", PropertyMeasureRenewal.number,
            "decided_on", PropertyMeasureRenewal.decided_on,
            "old_expires_on", PropertyMeasureRenewal.old_expires_on,
            "new_expires_on", PropertyMeasureRenewal.new_expires_on,
            "authority_level", PropertyMeasureRenewal.authority_level,
            "document_no", PropertyMeasureRenewal.document_no,
        )
    ).where(PropertyMeasureRenewal.property_measure_id == M.id),
    PropertyMeasureRenewal.number,
)  # fmt: skip
_READ: dict[str, Any] = _ITEM | {
    "officers": M.officers,
    "renewals": _RENEWALS,
    "released_on": M.released_on,
    "release_reason": M.release_reason,
    "release_document_no": M.release_document_no,
    "created_at": M.created_at,
    "updated_at": M.updated_at,
    "owner_name": select(Unit.name).where(Unit.id == M.owner_unit_id).scalar_subquery(),
    "entered": entered(M.id, EventName.PROPERTY_MEASURE_TRANSITIONED, "released_on", "starts_on"),
    "taken_by": taken_by(M),
    "owner_unit_id": M.owner_unit_id,
    "is_groundless": M.is_groundless,
    "is_behind": IS_BEHIND,
    "is_undone": measure_models.UNDONE,
}
#: For the head of the record alone.
_UNSHOWN = frozenset(
    {
        "entered",
        "taken_by",
        "owner_name",
        "owner_unit_id",
        "is_groundless",
        "is_behind",
        "is_undone",
    }
)
check_columns(PropertyMeasureItem, _ITEM, "working_days_left")
check_columns(
    PropertyMeasureRead,
    {name: column for name, column in _READ.items() if name not in _UNSHOWN},
    "available_actions",
    "standing",
    "working_days_left",
    "alert_days",
)

_ANY_TEXT = ARRAY(Text)
_SEARCHED = [
    search.folded(M.document_no),
    search.folded(
        select(PropertyItem.title).where(PropertyItem.id == M.property_item_id).scalar_subquery()
    ),
]

LISTING = Listing(
    resource=RESOURCE,
    id=M.id,
    town_code=M.town_code,
    source=M.__table__,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "case_id": (Uuid(), lambda p: M.case_id == p),
        "property_item_id": (Uuid(), lambda p: M.property_item_id == p),
        "status": (_ANY_TEXT, lambda p: _status == func.any(p)),
        "kind": (_ANY_TEXT, lambda p: M.kind == func.any(p)),
        "gap": (_ANY_TEXT, lambda p: restraint.gap(_TODAY) == func.any(p)),
        "expires_before": (
            Date(),
            lambda p: and_(_status == MeasureStatus.ACTIVE.value, M.expires_on <= p),
        ),
        "undone": (Boolean(), lambda _: measure_models.UNDONE),
        "q": (Text(), lambda p: or_(*(search.within(each, p) for each in _SEARCHED))),
    },
    sorts={
        "-id": Sort("id", M.id, descending=True),
        "id": Sort("id", M.id),
        **orders.filled("starts_on", M.starts_on, day),
        **orders.orders("property_measures", "expires_on", orders.DAY),
        **orders.orders("property_measures", "amount", orders.MONEY),
    },
    sums={"amount": M.amount},
    default_sort="-id",
    scopes=case_rows.scopes(M.case_id),
    ways={
        "case_id": one("case_id", M.case_id, by_town=False),
        "property_item_id": one("property_item_id", M.property_item_id, by_town=False),
    },
    scope_ways=case_rows.scope_ways(M.case_id),
    facets=Facets(
        measure_models.FACETS,
        {
            "kind": facets.value("k", "kind"),
        },
    ),
    unindexed=frozenset({"q"}),
)


async def page(actor: Actor, query: PropertyMeasureQuery) -> Response:
    """A page of visible measures."""
    filters = query.model_dump(exclude={"sort", "cursor", "limit", "with_total", "with_sums"})
    filters["undone"] = query.undone or None
    filters["q"] = None if searching.blank(query.q) else searching.plain(query.q)
    closing = (await terms.known()).closing(terms.MEASURE)
    return await LISTING.page(actor, query, filters, query.sort.value, closing)


@dataclass(frozen=True, slots=True)
class _FlowView:
    status: MeasureStatus
    owner_unit_id: UUID
    is_groundless: bool
    is_behind: bool
    has_term: bool
    is_undone: bool
    expires_on: date | None


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible measure with its alert days and what may be done with it. Raises NotFound."""
    item = await LISTING.one(actor, record_id, session)
    standing = _FlowView(
        MeasureStatus(item["status"]),
        UUID(item.pop("owner_unit_id")),
        item.pop("is_groundless"),
        item.pop("is_behind"),
        has_term=item["expires_on"] is not None and bool(item["rule_id"]),
        is_undone=item.pop("is_undone"),
        expires_on=date.fromisoformat(item["expires_on"]) if item["expires_on"] else None,
    )
    available = MEASURE_FLOW.available(actor, standing)
    fen = to_fen(item["amount"]) if item["amount"] else None
    restated = restating(of_measure(MeasureKind(item["kind"]), fen))
    item["available_actions"] = actions(available, restated)
    item["working_days_left"] = (await terms.known()).of(item, terms.MEASURE)
    own = until(item["expires_on"], rule=item["rule_id"], version=item["rule_version"])
    days = measure_warnings.days(await _clock(session), item)
    own = replace(own, is_early=bool(days) and days[0] > today())
    item["standing"] = await standing_of(
        MEASURE_WAY,
        actor,
        standing,
        available,
        entered=item.pop("entered"),
        charge=InCharge(item.pop("owner_name"), taken=item.pop("taken_by")),
        term=lambda *_: own,
    )
    item["alert_days"] = [each.isoformat() for each in days]
    return item


async def _clock(session: AsyncSession | None) -> time_rules.Clock:
    if session is not None:
        return await time_rules.clock(session)
    async with database().glance() as own:
        return await time_rules.clock(own)


async def term(session: AsyncSession, actor: Actor, query: MeasureTermQuery) -> dict[str, Any]:
    """The last day that the law gives a measure on an item, with the rule and the article.

    Without a level the police are taken to order it. Raises NotFound for an item out of sight.
    """
    item = await property_items.LISTING.one(actor, query.property_item_id, session)
    level = query.authority_level or AuthorityLevel.COUNTY_PSB
    rule = rule_for(query.regime, query.kind, PropertyKind(item["kind"]), level)
    if rule is None:
        return {
            "rule_id": "", "rule_version": None, "article": "", "term": "", "expires_on": None,
            "is_provisional": False,
        }  # fmt: skip
    law = await time_rules.clock(session)
    given = first_term(law, rule.first(major=query.is_major), query.starts_on)
    end = given.ends(query.starts_on, law.calendar)
    return {
        "rule_id": given.rule_id,
        "rule_version": given.rule_version,
        "article": rule.article,
        "term": str(given),
        "expires_on": end.on,
        "is_provisional": end.provisional,
    }


async def create(
    session: AsyncSession, actor: Actor, body: PropertyMeasureCreate
) -> dict[str, Any]:
    """Record a measure. Raises NotFound, and RuleViolated naming every article it offends."""
    item = await _transition.lock(
        session, actor, property_items.LISTING, PropertyItem, body.property_item_id
    )
    if item.status in {PropertyStatus.DISPOSED, PropertyStatus.WITHDRAWN}:
        raise RuleViolated("该财物已处置，不能再登记措施", code="closed")
    case_ = await case_rows.case(session, actor, item.case_id)
    await lapse(session, item.id)
    active, queue = await _in_force(session, item.id)
    draft = _draft(body, item)
    law = await time_rules.clock(session)
    refuse(
        check_ground(draft, case_.status, over=case_.status in OVER)
        or check_measure(draft, law, filed_on=case_.filed_on, active=active)
    )
    await due_days.check(session, body)
    level = AuthorityLevel(body.authority_level or AuthorityLevel.TOWNSHIP)
    rule = rule_for(draft.regime, draft.kind, draft.property_kind, level)
    waits = draft.kind is MeasureKind.WAITING_FREEZE
    measure = M(
        property_item_id=item.id,
        case_id=item.case_id,
        town_code=item.town_code,
        owner_unit_id=actor.unit_id,
        created_by_post_id=actor.post_id,
        status=MeasureStatus.QUEUED if waits else MeasureStatus.ACTIVE,
        kind=draft.kind,
        regime=draft.regime,
        authority=draft.authority,
        authority_level=level,
        document_no=draft.document_no,
        officers=list(draft.officers),
        amount=body.amount,
        is_major=draft.is_major,
        starts_on=draft.starts_on,
        rank=queue + 2 if waits else 1,
    )
    by = first_term(law, rule.first(major=draft.is_major), draft.starts_on) if rule else None
    set_end(measure, draft.expires_on, by, draft.starts_on, law)
    session.add(measure)
    await session.flush()
    await events.record(
        session, actor, EventName.PROPERTY_MEASURE_CREATED, RESOURCE, measure.id,
        {
            "kind": measure.kind.value,
            "property_item_id": str(item.id),
            "document_no": measure.document_no,
            "expires_on": measure.expires_on.isoformat() if measure.expires_on else None,
        },
    )  # fmt: skip
    return await read(actor, measure.id, session)


def _draft(body: PropertyMeasureCreate, item: PropertyItem) -> MeasureDraft:
    return MeasureDraft(
        kind=body.kind,
        regime=body.regime,
        property_kind=PropertyKind(item.kind),
        authority=body.authority,
        authority_level=body.authority_level,
        document_no=body.document_no,
        officers=tuple(body.officers),
        starts_on=body.starts_on,
        expires_on=body.expires_on,
        is_major=body.is_major,
    )


def set_end(
    measure: PropertyMeasure, given: date | None, term: Term | None, start: date, law: Law
) -> None:
    """The end that a paper names stays as it is; one counted by a rule follows rule and calendar."""
    due = term.ends(start, law.calendar) if term else None
    measure.expires_is_given = given is not None
    measure.expires_on = given or (due.on if due else None)
    measure.expires_is_provisional = given is None and due is not None and due.provisional
    measure.rule_id = term.rule_id if term else ""
    measure.rule_version = term.rule_version if term else None


async def recount(session: AsyncSession, law: time_rules.Clock) -> None:
    """Count anew the ends that no paper names, by the rules and the calendar as they are now.

    What was renewed ends by the decision on its renewal, which stays as it was recorded.
    """
    rows = await session.scalars(
        select(M)
        .where(
            M.status == MeasureStatus.ACTIVE,
            ~M.expires_is_given,
            M.expires_on.is_not(None),
            ~exists().where(PropertyMeasureRenewal.property_measure_id == M.id),
        )
        .order_by(M.id)
        .with_for_update()
    )
    for row in rows:
        version = law.holds(row.rule_id, row.starts_on, row.rule_version)
        term = first_term(law, row.rule_id, row.starts_on, version)
        before, was = row.expires_on, row.expires_is_provisional
        set_end(row, None, term, row.starts_on, law)
        if before is None or (row.expires_on, row.expires_is_provisional) == (before, was):
            continue
        row.version += 1
        await session.flush()
        data = {"from_day": before.isoformat(), "to_day": str(row.expires_on)}
        data |= {"is_provisional": row.expires_is_provisional}
        await events.record(session, None, EventName.DUE_RECOUNTED, RESOURCE, row.id, data)


async def _in_force(session: AsyncSession, item_id: UUID) -> tuple[list[MeasureKind], int]:
    """What lies on an item or waits there, and how many wait."""
    rows = await session.execute(
        select(M.kind, M.status, M.rank).where(
            M.property_item_id == item_id,
            M.status.in_([MeasureStatus.ACTIVE, MeasureStatus.QUEUED]),
        )
    )
    found = list(rows)
    active = [MeasureKind(kind) for kind, _, _ in found]
    # one past the last in the queue: a number once given is never given again
    last = max((rank for _, status, rank in found if status == MeasureStatus.QUEUED), default=1)
    return active, last - 1


async def lapse(session: AsyncSession, item_id: UUID | None = None) -> int:
    """Mark what ran out unrenewed as deemed released; a schedule of the worker, once a day.

    One event each: an expiry that nobody met with a renewal or a release paper is an incident.
    """
    statement = (
        update(M)
        .where(M.status == MeasureStatus.ACTIVE, M.expires_on < today())
        .values(**UNHELD, status=MeasureStatus.LAPSED, version=M.version + 1, updated_at=now())
        .returning(M.id, M.expires_on)
        .execution_options(synchronize_session="fetch")
    )
    if item_id is not None:
        statement = statement.where(M.property_item_id == item_id)
    lapsed = (await session.execute(statement)).all()
    for measure_id, ended in lapsed:
        told = {"action": "lapse", "from": "active", "to": "lapsed", "expired_on": str(ended)}
        await events.record(
            session, None, EventName.PROPERTY_MEASURE_TRANSITIONED, RESOURCE, measure_id, told
        )
    return len(lapsed)
