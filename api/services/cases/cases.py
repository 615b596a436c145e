"""How cases are read. They are taken in by `case_intake`, decided on by `case_decisions`."""

from collections.abc import Sequence
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
    exists,
    func,
    join,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import links
from api.core.base.crypto import keyring
from api.core.events import events
from api.core.listing import facets, orders, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, param, yuan
from api.core.listing.ways import days
from api.domain.across.field_labels import labels_said
from api.domain.across.ways import CASE_WAY
from api.domain.cases.cases import CASE_FLOW, DAYS, CaseStatus
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Forbidden
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.models import cases as case_models
from api.models.cases import Case, CaseDecision, CaseIdentifier, CaseLead
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.units import Division
from api.schemas.cases import CaseItem, CaseQuery, CaseRead, CaseUpdate
from api.schemas.common import Reveal, actions
from api.services.cases import case_handovers, case_parts, case_property, case_steps, case_texts
from api.services.kit import columns, handed_over, protect, searching, steps, terms
from api.services.kit.standing import InCharge, entered, standing_of, taken_by, until
from api.services.recovery import ledger_awaiting

RESOURCE = "case"

_owner = columns.unit_names()
_SOURCE = join(Case, Division, Division.code == Case.division_code, isouter=True).join(
    _owner, _owner.c.id == Case.owner_unit_id, isouter=True
)
_ITEM: dict[str, Any] = {
    "id": Case.id,
    "number": Case.number,
    "title": Case.title,
    "police_case_no": Case.police_case_no,
    "status": Case.status,
    "primary_category": Case.primary_category,
    "charges": Case.charges,
    "flags": Case.flags,
    "is_backlog": Case.is_backlog,
    "amount_involved": yuan(Case.amount_involved),
    "victims_count": Case.victims_count,
    "division_code": Case.division_code,
    "division_name": Division.name,
    "owner_unit": _owner.c.named,
    "accepted_on": Case.accepted_on,
    "filed_on": Case.filed_on,
    "solved_on": Case.solved_on,
    "entries_awaiting": ledger_awaiting.COUNT,
    "version": Case.version,
    # last, and nothing but the term: ends of rows are remembered (terms.closing)
    "due_on": Case.due_on,
    "due_is_provisional": Case.due_is_provisional,
    "due_rule": Case.due_rule,
    "due_rule_version": Case.due_rule_version,
}

_SOURCE_LEADS = columns.json_list(
    select(
        func.json_build_object(
            "id", Lead.id,
            "number", Lead.number,
            "subject_name", Lead.subject_name,
            *links.deciding("lead", Lead.id, Lead.town_code),
        )
    ).where(CaseLead.case_id == Case.id, CaseLead.lead_id == Lead.id),
    Lead.id,
)  # fmt: skip
_IDENTIFIERS = columns.json_list(
    select(
        func.json_build_object(
            "id", CaseIdentifier.id,
            "kind", CaseIdentifier.kind,
            "value_mask", CaseIdentifier.value_mask,
            "field", CaseIdentifier.field,
        )
    ).where(CaseIdentifier.case_id == Case.id),
    CaseIdentifier.id,
)  # fmt: skip
_DECISION = func.json_build_object(
    "id", CaseDecision.id,
    "action", CaseDecision.action,
    "decided_on", CaseDecision.decided_on,
    "authority_level", CaseDecision.authority_level,
    "document_no", CaseDecision.document_no,
    "reason", CaseDecision.reason,
    "charges", CaseDecision.charges,
    "recorded_at", CaseDecision.recorded_at,
)  # fmt: skip
_DECISIONS = (
    select(
        func.coalesce(
            func.json_agg(aggregate_order_by(_DECISION, CaseDecision.id)),
            literal_column("'[]'::json"),
        )
    )
    .where(CaseDecision.case_id == Case.id)
    .scalar_subquery()
)
_READ: dict[str, Any] = _ITEM | {
    "owner_unit": columns.unit_named(Case.owner_unit_id),
    "summary": Case.summary,
    "source_leads": _SOURCE_LEADS,
    "source_handovers": case_handovers.HANDOVERS,
    "identifiers": _IDENTIFIERS,
    "decisions": _DECISIONS,
    "concluded_on": Case.concluded_on,
    "adjudged_on": Case.adjudged_on,
    "closed_on": Case.closed_on,
    "returns_count": Case.returns_count,
    "not_indicted_ground": Case.not_indicted_ground,
    "civil_route": Case.civil_route,
    "handovers": handed_over.column(LeadTransfer.case_id, Case.id),
    "entries_awaiting_since": ledger_awaiting.OLDEST,
    "created_at": Case.created_at,
    "updated_at": Case.updated_at,
    "entered": entered(Case.id, EventName.CASE_TRANSITIONED, *DAYS),
    "taken_by": taken_by(Case),
    "turn_since": Case.turn_since,
    "parts": case_parts.COLUMN,
    "open_property": case_property.COLUMN,
}
#: For the head of the record alone.
_UNSHOWN = frozenset({"entered", "taken_by", "open_property", "turn_since"})
check_columns(CaseItem, _ITEM, "working_days_left")
check_columns(
    CaseRead,
    {name: column for name, column in _READ.items() if name not in _UNSHOWN},
    "available_actions",
    "standing",
    "working_days_left",
    "revealable",
    "source_lead_ids",
)

_ANY_TEXT = ARRAY(Text)
#: Cases that were never filed come before every filed one. Not `date.min`: asyncpg would send
#: -infinity for it.
_NEVER = date(1000, 1, 1)
_FILED = func.coalesce(Case.filed_on, literal_column(f"'{_NEVER}'::date"), type_=Date())
_IS_OVERDUE = Case.due_on < param("today", Date())


def _filed(value: str | None) -> date:
    return date.fromisoformat(value) if value else _NEVER


_FILED_WITHIN = ("filed_from", "filed_to")

LISTING = Listing(
    resource=RESOURCE,
    id=Case.id,
    town_code=Case.town_code,
    source=_SOURCE,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "status": (_ANY_TEXT, lambda p: Case.status == func.any(p)),
        **steps.late_filters(case_steps.STEPS),
        "primary_category": (_ANY_TEXT, lambda p: Case.primary_category == func.any(p)),
        "charge": (Text(), lambda p: p == func.any(Case.charges)),
        "flag": (Text(), lambda p: p == func.any(Case.flags)),
        "is_backlog": (Boolean(), lambda p: Case.is_backlog == p),
        "is_solved": (Boolean(), lambda p: Case.solved_on.is_not(None) == p),
        "overdue": (Boolean(), lambda p: func.coalesce(_IS_OVERDUE, literal_column("false")) == p),
        "owner_unit_id": (Uuid(), lambda p: Case.owner_unit_id == p),
        "source_lead_id": (
            Uuid(),
            lambda p: exists(
                select(literal_column("1")).where(
                    CaseLead.case_id == Case.id, CaseLead.lead_id == p
                )
            ),
        ),
        "police_case_no": (Text(), lambda p: Case.police_case_no == p),
        "division_from": (Text(), lambda p: Case.division_code >= p),
        "division_below": (Text(), lambda p: Case.division_code < p),
        "filed_from": (Date(), lambda p: p <= _FILED),
        "filed_to": (
            Date(),
            lambda p: and_(p >= _FILED, literal_column(f"'{_NEVER}'::date") < _FILED),
        ),
        "solved_from": (Date(), lambda p: Case.solved_on >= p),
        "solved_to": (Date(), lambda p: Case.solved_on <= p),
        "due_from": (Date(), lambda p: Case.due_on >= p),
        "due_to": (Date(), lambda p: Case.due_on <= p),
        "number": (_ANY_TEXT, lambda p: Case.number == func.any(p)),
        "words": (Text(), lambda p: Case.search.op("@@")(cast(p, TSQUERY))),
        "phrase": (Text(), lambda p: search.within(Case.search_text, p)),
        "identifier": searching.found_by(Case, CaseIdentifier, CaseIdentifier.case_id),
    },
    sorts={
        "-id": Sort("id", Case.id, descending=True),
        "id": Sort("id", Case.id),
        "-filed_on": Sort("filed_on", _FILED, True, _filed, _FILED_WITHIN),
        "filed_on": Sort("filed_on", _FILED, parse=_filed, within=_FILED_WITHIN),
        **orders.orders("cases", "amount_involved", orders.MONEY),
        **orders.orders("cases", "due_on", orders.DAY),
    },
    sums={"amount_involved": Case.amount_involved},
    default_sort="-id",
    ways={
        "filed": days(_FILED, since="filed_from", until="filed_to"),
    },
    facets=Facets(
        case_models.FACETS,
        {
            "status": facets.value("s", "status"),
            "primary_category": facets.value("k", "primary_category"),
            "owner_unit_id": facets.value("o", "owner_unit_id"),
            "division": facets.village("v", "division_from"),
            "is_backlog": facets.value("b", "is_backlog"),
            "is_solved": facets.value("x", "is_solved"),
        },
        lists=("charge", "flag"),
    ),
)


async def page(actor: Actor, query: CaseQuery) -> Response:
    """A page of visible cases."""
    place = query.division_code
    return await LISTING.page(
        actor,
        query,
        {
            "status": query.status,
            "primary_category": query.primary_category,
            "charge": query.charge,
            "flag": query.flag,
            "is_backlog": query.is_backlog,
            "is_solved": query.is_solved,
            "overdue": query.overdue,
            **await steps.late(case_steps.STEPS, query.late_step),
            "owner_unit_id": query.owner_unit_id,
            "source_lead_id": query.source_lead_id,
            "police_case_no": query.police_case_no or None,
            "division_from": place,
            "division_below": columns.division_end(place) if place else None,
            "filed_from": query.filed_from,
            "filed_to": query.filed_to,
            "solved_from": query.solved_from,
            "solved_to": query.solved_to,
            "due_from": query.due_from,
            "due_to": query.due_to,
            **await searching.filters(actor, "cases", "AJ", Permission.CASE_REVEAL, query.q),
        },
        query.sort.value,
        (await terms.known()).closing(),
        notice=searching.notice(actor, Permission.CASE_REVEAL, query.q),
    )


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of a case that was read as JSON."""

    status: CaseStatus
    owner_unit_id: UUID
    charges: list[str]
    accepted_on: str | None
    solved_on: str | None
    adjudged_on: str | None
    returns_count: int
    open_property: Sequence[str]
    handover_status: str | None


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible case with what the actor may do with it. Raises NotFound."""
    found = await LISTING.one(actor, record_id, session)
    handovers = found["handovers"]
    last = max(handovers, key=lambda each: each["id"], default=None)
    standing = _FlowView(
        CaseStatus(found["status"]),
        UUID(found["owner_unit"]["id"]),
        found["charges"],
        found["accepted_on"],
        found["solved_on"],
        found["adjudged_on"],
        found["returns_count"],
        case_property.named(actor, found.pop("open_property")),
        last["status"] if last else None,
    )
    available = CASE_FLOW.available(actor, standing)
    found["available_actions"] = actions(available, edit=CaseUpdate)
    own = until(
        found["due_on"],
        provisional=found["due_is_provisional"],
        rule=found["due_rule"],
        version=found["due_rule_version"],
    )
    by_step = steps.term(date.fromisoformat(found.pop("turn_since")))
    found["working_days_left"] = (await terms.known()).of(found)
    found["standing"] = await standing_of(
        CASE_WAY,
        actor,
        standing,
        available,
        entered=found.pop("entered"),
        charge=InCharge(found["owner_unit"]["name"], taken=found.pop("taken_by")),
        term=lambda turn, clock: own if own.on else by_step(turn, clock),
        beside=lambda terms: handed_over.waiting(actor, handovers, terms),
    )
    found["handovers"] = handed_over.shown(actor, handovers)
    found["parts"] = case_parts.shown(actor, found["id"], found["parts"])
    found["revealable"] = _revealable(actor, found)
    found["source_leads"] = links.keep(actor, Permission.LEAD_READ, found["source_leads"])
    found["source_handovers"] = links.keep(actor, Permission.LEAD_READ, found["source_handovers"])
    found["source_lead_ids"] = [each["id"] for each in found["source_leads"]]
    return found


def _revealable(actor: Actor, found: dict[str, Any]) -> list[str]:
    if not found["identifiers"] or not actor.may(Permission.CASE_REVEAL):
        return []
    own = ["title", "summary", "identifiers"]
    held = {each["field"] for each in found["identifiers"]} - {"", *own}
    return own + sorted(name for name in held if case_texts.masked(found, name))


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Plain values of masked fields, for those entitled, with an audit event.

    Raises NotFound, Forbidden for fields that hold nothing to reveal.
    """
    found = await read(actor, record_id, session)
    refused = [name for name in body.fields if name not in found["revealable"]]
    if refused:
        raise Forbidden(
            f"无权查看：{labels_said(refused, of=RESOURCE)}", code="field_not_revealable"
        )
    rows = list(
        await session.scalars(select(CaseIdentifier).where(CaseIdentifier.case_id == record_id))
    )
    values = {name: _plain(rows, found, name) for name in body.fields}
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values


def _plain(rows: list[CaseIdentifier], found: dict[str, Any], name: str) -> str:
    keys = keyring()
    if name == "identifiers":
        return "\n".join(f"{row.kind.label}：{keys.decrypt(row.value_enc)}" for row in rows)
    inside = [
        (row.starts_at, row.ends_at, row.raw_enc)
        for row in rows
        if row.field == name and row.starts_at is not None and row.ends_at and row.raw_enc
    ]
    return protect.restore(case_texts.masked(found, name), inside)
