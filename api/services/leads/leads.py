"""Leads as they are read: pages, single leads, and what is masked shown for a reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Date,
    Text,
    Uuid,
    and_,
    case,
    cast,
    exists,
    func,
    join,
    literal_column,
    not_,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import links
from api.core.base.clock import today
from api.core.base.crypto import keyring
from api.core.database.db import database
from api.core.events import events
from api.core.listing import facets, orders, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Rare, Sort, check_columns, moment, param, yuan
from api.core.listing.ways import among, any_of, before, days, one, part
from api.domain.across.field_labels import labels_said
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Forbidden
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission, follows_only
from api.domain.law.clocks import working_days_left
from api.domain.leads import lead_transfers as law
from api.domain.leads import police_decisions
from api.domain.leads.lead_marks import CLOSE_RULE, rules_for
from api.domain.leads.lead_obligations import ObligationEnd
from api.domain.leads.lead_transfers import OPEN_CASE_RULE
from api.domain.leads.leads import (
    LEAD_FLOW,
    TRIAGE,
    WITH_DECISION,
    LeadAction,
    LeadConclusion,
    LeadStatus,
    ReceivingOrgan,
    ReporterKind,
    Solved,
    TransferResult,
    TransferStage,
    feedback_modes,
    is_routed,
    opens_case,
)
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel, UnitBehaviour
from api.models import leads as lead_models
from api.models.cases import Case, CaseLead
from api.models.informants import Informant, InformantRecusal
from api.models.lead_transfers import LAST_SENT_FIRST, LeadTransfer
from api.models.leads import Lead, LeadIdentifier
from api.models.receipts import LeadRating, LeadReceipt
from api.models.units import Division, Post, Unit
from api.schemas.common import Reveal, actions, options_of, restating, rule_of
from api.schemas.leads import LeadItem, LeadQuery, LeadRead, LeadUpdate
from api.services.kit import columns, searching, steps, terms, time_rules
from api.services.kit.standing import entered, taken_by
from api.services.leads import (
    lead_alarms,
    lead_assists,
    lead_duties,
    lead_obligations,
    lead_standing,
    lead_steps,
    lead_texts,
    lead_transfers,
    lead_waivers,
    unnamed,
)

RESOURCE = "lead"

OPEN = [
    s
    for s in LeadStatus
    if s not in {LeadStatus.CLOSED, LeadStatus.ARCHIVED, LeadStatus.REJECTED, LeadStatus.WITHDRAWN}
]


def _one_of(statuses: Iterable[LeadStatus]) -> ColumnElement[bool]:
    """Literals, so that PostgreSQL can prove that a partial index fits."""
    return Lead.status.in_([literal_column(f"'{status.value}'", Text()) for status in statuses])


_IS_OPEN = _one_of(OPEN)
#: What may be late: not taken up, somebody is still to be told so.
_MAY_BE_LATE = [*OPEN, LeadStatus.REJECTED]
#: Since when its term stands still: while it does, the last pause has no end.
_STOPPED_ON = case(
    (Lead.due_held_on.is_not(None), Lead.due_pauses[func.cardinality(Lead.due_pauses)])
)
#: Nobody handles it yet, whichever unit keeps it meanwhile: that is never shown as its handler.
IS_UNOWNED = _one_of(TRIAGE)


def owned(column: Any) -> Any:
    """What is said of a lead's handling unit, and nothing while there is none."""
    return case((not_(IS_UNOWNED), column))


# Joined, not selected one by one: PostgreSQL then remembers the few names it looks up.
_owner, _proposed = columns.unit_names(), columns.unit_names()
_SOURCE = (
    join(Lead, Division, Division.code == Lead.division_code, isouter=True)
    .join(_owner, _owner.c.id == Lead.owner_unit_id, isouter=True)
    .join(_proposed, _proposed.c.id == Lead.proposed_unit_id, isouter=True)
)
_ITEM: dict[str, Any] = {
    "id": Lead.id,
    "number": Lead.number,
    "status": Lead.status,
    "channel": Lead.channel,
    "batch_no": Lead.batch_no,
    "received_at": Lead.received_at,
    "subject_name": Lead.subject_name,
    "primary_category": Lead.primary_category,
    "division_code": Lead.division_code,
    "division_name": Division.name,
    "amount_involved": yuan(Lead.amount_involved),
    "people_involved": Lead.people_involved,
    "fast_track": Lead.fast_track,
    "marks": Lead.marks,
    "owner_unit": owned(_owner.c.named),
    "proposed_unit": _proposed.c.named,
    "due_stopped_on": _STOPPED_ON,
    "clock_runs": _IS_OPEN,
    "conclusion": Lead.conclusion,
    "solved": Lead.solved,
    "transfer_stage": Lead.transfer_stage,
    "handover_due_on": Lead.handover_due_on,
    "answer_due_on": literal_column(f"({lead_models.ANSWER_BY})", Date()),
    "version": Lead.version,
    # last, and nothing but the term: ends of rows are remembered (terms.closing)
    "due_on": Lead.due_on,
    "due_is_provisional": Lead.due_is_provisional,
    "due_rule": Lead.due_rule,
    "due_rule_version": Lead.due_rule_version,
    "unowned_since": case((IS_UNOWNED, Lead.unowned_on)),
}

_IDENTIFIERS = columns.json_list(
    select(
        func.json_build_object(
            "id", LeadIdentifier.id,
            "kind", LeadIdentifier.kind,
            "value_mask", LeadIdentifier.value_mask,
            "field", LeadIdentifier.field,
            "state", LeadIdentifier.state,
        )
    ).where(LeadIdentifier.lead_id == Lead.id),
    LeadIdentifier.id,
)  # fmt: skip
_REPORTER = func.json_build_object(
    "kind",
    Lead.reporter_kind,
    "code",
    func.concat("举报人#", func.upper(func.right(cast(Lead.id, Text), 6))),
)
_CASES = columns.json_list(
    select(
        func.json_build_object(
            "id", Case.id, "number", Case.number, *links.deciding("case", Case.id, Case.town_code)
        )
    ).where(CaseLead.lead_id == Lead.id, CaseLead.case_id == Case.id),
    Case.id,
)
#: The other end of a merge.
_Main = aliased(Lead)
_MAIN = columns.json_list(
    select(
        func.json_build_object(
            "id",
            _Main.id,
            "number",
            _Main.number,
            *links.deciding(RESOURCE, _Main.id, _Main.town_code),
        )
    ).where(_Main.id == Lead.merged_into_id),
    _Main.id,
)
#: Who keeps out of what concerns its reporter.
_RECUSED = select(
    func.coalesce(func.json_agg(InformantRecusal.user_id), literal_column("'[]'::json"))
).where(InformantRecusal.lead_id == Lead.id)
#: The police of the place: whom a hand-over is begun with.
_STATION = (
    select(Unit.id)
    .where(
        Unit.behaviour == literal_column(f"'{UnitBehaviour.POLICE.value}'", Text()),
        Unit.is_active,
        Unit.division_code == func.left(Lead.division_code, LEVEL_DIGITS[DivisionLevel.TOWN]),
    )
    .order_by(Unit.id)
    .limit(1)
    .scalar_subquery()
)
#: Who has the last hand-over in hand: the one that runs, if any does.
_RECEIVED_BY = (
    select(taken_by(LeadTransfer))
    .where(LeadTransfer.lead_id == Lead.id)
    .order_by(*LAST_SENT_FIRST)
    .limit(literal_column("1"))
    .scalar_subquery()
)


def _was_waived(lead: Mapping[str, Any]) -> bool:
    return lead["transfer_stage"] == TransferStage.WAIVED.value or any(
        each["ended_by"] == ObligationEnd.WAIVED.value for each in lead["obligations"]
    )


_READ: dict[str, Any] = _ITEM | {
    # Of one record, on the other hand, each is one step through an index.
    "owner_unit": owned(columns.unit_named(Lead.owner_unit_id)),
    "owner_unit_id": Lead.owner_unit_id,
    "proposed_unit": columns.unit_named(Lead.proposed_unit_id),
    "received_has_time": Lead.received_has_time,
    "source_number": Lead.source_number,
    "narrative": Lead.narrative,
    "subject_uscc": Lead.subject_uscc,
    "categories": Lead.categories,
    "red_flags": Lead.red_flags,
    "occurred_on": Lead.occurred_on,
    "assisted": Lead.assisted,
    "assists": Rare(lead_assists.COLUMN, lambda lead: lead["assisted"], []),
    "identifiers": _IDENTIFIERS,
    "reporter": _REPORTER,
    "cases": _CASES,
    "is_merged": Lead.merged_into_id.is_not(None),
    "merged_into": Rare(_MAIN, lambda lead: lead["is_merged"], []),
    "has_merged": exists().where(_Main.merged_into_id == Lead.id),
    "due_held_on": Lead.due_held_on,
    "assigned_on": Lead.assigned_on,
    "findings": Lead.findings,
    "concluded_unit": columns.unit_named(Lead.concluded_unit_id),
    "concluded_by_id": Lead.concluded_by_id,
    "concluded_unit_ids": Lead.concluded_unit_ids,
    "concluded_person_ids": Lead.concluded_person_ids,
    "recheck_drawn": exists().where(lead_steps.OPEN_LINE),
    "drawn_on": lead_steps.DRAWN_ON,
    "has_phone": exists().where(Informant.lead_id == Lead.id, Informant.phone_enc.is_not(None)),
    "has_receipt": exists().where(LeadReceipt.lead_id == Lead.id),
    "keepers_wanted": exists().where(Informant.lead_id == Lead.id, Informant.keepers_wanted),
    "recused_ids": Rare(_RECUSED, lambda lead: lead["keepers_wanted"], []),
    "diversion_route": Lead.diversion_route,
    "diversion_department": Lead.diversion_department,
    "solved_note": Lead.solved_note,
    "kept_stage": Lead.kept_stage,
    "transfer_reminded_on": Lead.transfer_reminded_on,
    "transfer_proposed_by_id": Lead.transfer_proposed_by_id,
    "transfer_receiver_id": Lead.transfer_receiver_id,
    "transfer_sender_id": Lead.transfer_sender_id,
    "transfer_sender": Rare(
        columns.unit_named(Lead.transfer_sender_id),
        lambda lead: lead["transfer_sender_id"] is not None,
    ),
    "transfer_organ": Lead.transfer_organ,
    "owes": Lead.owes,
    "obligations": lead_obligations.COLUMN,
    "station_id": _STATION,
    "town_code": Lead.town_code,
    "transfers": Rare(lead_transfers.COLUMN, lambda lead: lead["transfer_stage"] is not None, []),
    "concluded_on": Lead.concluded_on,
    "feedback_mode": Lead.feedback_mode,
    "feedback_note": Lead.feedback_note,
    "first_response_at": Lead.first_response_at,
    "note": Lead.note,
    "import_id": Lead.import_id,
    "import_row": Lead.import_row,
    "created_at": Lead.created_at,
    "updated_at": Lead.updated_at,
    "entered": entered(Lead.id, EventName.LEAD_TRANSITIONED),
    "taken_by": taken_by(Lead),
    "received_by": Rare(_RECEIVED_BY, lambda lead: lead["transfer_stage"] is not None),
    "unowned_on": Lead.unowned_on,
    "last_act": Rare(lead_waivers.last_act(Lead.id), _was_waived),
    "created_unit": select(Unit.name)
    .where(Unit.id == Post.unit_id, Post.id == Lead.created_by_post_id)
    .scalar_subquery(),
}
check_columns(LeadItem, _ITEM, "working_days_left")
#: What only decides, and is not shown.
_DECIDING = {
    "transfer_receiver_id", "transfer_organ", "kept_stage", "station_id", "transfer_sender_id",
    "transfer_sender",
    "owner_unit_id", "concluded_by_id", "assisted", "transfer_proposed_by_id", "town_code",
    "has_merged", "concluded_unit_ids", "concluded_person_ids", "has_phone", "has_receipt", "entered", "taken_by", "received_by",
    "unowned_on", "created_unit", "last_act", "due_held_on", "keepers_wanted", "recused_ids",
    "drawn_on",
}  # fmt: skip
check_columns(
    LeadRead,
    {name: column for name, column in _READ.items() if name not in _DECIDING},
    "available_actions",
    "opens_case",
    "standing",
    "follows_only",
    "revealable",
    "working_days_left",
    "due_days_left",
)

_ANY_TEXT = ARRAY(Text)


#: Late with whoever has it: the lead's own term stands still meanwhile.
_IS_HANDOVER_OVERDUE = Lead.handover_due_on < param("today", Date())
_IS_KEPT_OVERDUE = Lead.kept_due_on < param("today", Date())
_IS_OWED_LATE = and_(lead_duties.HELD_FOR_POLICE, param("today", Date()) > Lead.due_held_on)
#: Told, it is only to be closed: a term of its own, and the office's.
_IS_CLOSING = Lead.due_rule == literal_column(f"'{CLOSE_RULE}'", Text())
_IS_ANSWER_LATE = and_(lead_duties.HELD_TO_ANSWER, param("today", Date()) > Lead.due_held_on)
#: By the index of the earlier of them: an OR of the two would read every open lead.
_LAST_DAY = literal_column(f"({lead_models.LATE_FROM})", Date())
_IS_OVERDUE = and_(param("today", Date()) > _LAST_DAY, _one_of(_MAY_BE_LATE))
_IS_MARKED = literal_column("(leads.marks <> '{}')", Boolean())
_DONE = [s for s in LeadStatus if s not in OPEN]
_IS_OWING = literal_column("(leads.owes <> '{}')", Boolean())
_IS_FAST = literal_column("leads.fast_track", Boolean())
_RECEIVED = ("received_from", "received_below")
#: The day of receipt, as the index of days has it.
_RECEIVED_ON = literal_column(f"({lead_models.RECEIVED_ON})", Date())

#: What counts in figures (C3): withdrawn leads, duplicates and merged leads drop out by themselves.
LEFT_OUT = literal_column(f"({lead_models.LEFT_OUT})", Boolean())
_COUNTED = not_(LEFT_OUT)

#: Whose work a lead is in the figures: the unit that concluded it, else the one in charge.
HANDLED_BY = func.coalesce(Lead.concluded_unit_id, Lead.owner_unit_id)
#: Who handed it over: who has it, unless it was given to another unit since (`sender_of`).
HANDED_BY = func.coalesce(Lead.transfer_sender_id, Lead.owner_unit_id)
_RATED = exists(select(literal_column("1")).where(LeadRating.lead_id == Lead.id))

LISTING = Listing(
    resource=RESOURCE,
    id=Lead.id,
    town_code=Lead.town_code,
    source=_SOURCE,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "status": (_ANY_TEXT, lambda p: Lead.status == func.any(p)),
        "primary_category": (_ANY_TEXT, lambda p: Lead.primary_category == func.any(p)),
        "channel": (_ANY_TEXT, lambda p: Lead.channel == func.any(p)),
        "conclusion": (_ANY_TEXT, lambda p: Lead.conclusion == func.any(p)),
        "solved": (_ANY_TEXT, lambda p: Lead.solved == func.any(p)),
        "solved_said": (Boolean(), lambda _: Lead.solved.is_not(None)),
        "solved_unsaid": (Boolean(), lambda _: Lead.solved.is_(None)),
        "rated": (Boolean(), lambda _: _RATED),
        "responded": (Boolean(), lambda p: Lead.first_response_at.is_not(None).self_group() == p),
        "unrated": (Boolean(), lambda _: not_(_RATED)),
        "handled_unit_id": (Uuid(), lambda p: p == HANDLED_BY),
        "transfer_stage": (_ANY_TEXT, lambda p: Lead.transfer_stage == func.any(p)),
        "owner_unit_id": (Uuid(), lambda p: and_(Lead.owner_unit_id == p, not_(IS_UNOWNED))),
        "proposed_unit_id": (Uuid(), lambda p: Lead.proposed_unit_id == p),
        "transfer_receiver_id": (Uuid(), lambda p: Lead.transfer_receiver_id == p),
        "handed_by_unit_id": (Uuid(), lambda p: p == HANDED_BY),
        "receiver_outside": (Boolean(), lambda p: Lead.transfer_receiver_id.is_(None) == p),
        "division_from": (Text(), lambda p: Lead.division_code >= p),
        "division_below": (Text(), lambda p: Lead.division_code < p),
        "division_only": (Text(), lambda p: Lead.division_code == p),
        "counted": (Boolean(), lambda p: p == _COUNTED),
        "left_out": (Boolean(), lambda _: LEFT_OUT),
        "import_id": (Uuid(), lambda p: Lead.import_id == p),
        "owing": (Boolean(), lambda _: _IS_OWING),
        "waived": (Boolean(), lambda _: lead_obligations.WAIVED),
        "fast_track": (Boolean(), lambda _: _IS_FAST),
        "no_fast_track": (Boolean(), lambda _: not_(Lead.fast_track)),
        # said twice, so that PostgreSQL can prove that the partial index fits
        "mark": (_ANY_TEXT, lambda p: and_(_IS_MARKED, Lead.marks.op("&&")(p))),
        # Two filters each, not one compared with a parameter: only so an index is of use.
        "overdue": (Boolean(), lambda _: _IS_OVERDUE),
        "in_time": (Boolean(), lambda _: not_(func.coalesce(_IS_OVERDUE, literal_column("false")))),
        "handover_overdue": (Boolean(), lambda _: _IS_HANDOVER_OVERDUE),
        "handover_in_time": (
            Boolean(), lambda _: not_(func.coalesce(_IS_HANDOVER_OVERDUE, literal_column("false"))),
        ),
        "open": (Boolean(), lambda _: _IS_OPEN),
        "done": (Boolean(), lambda _: not_(_IS_OPEN)),
        "unowned": (Boolean(), lambda _: IS_UNOWNED),
        "assisting_unit_id": (Uuid(), lambda p: Lead.id.in_(lead_assists.assisted_by(p))),
        "unowned_until": (Date(), lambda p: and_(IS_UNOWNED, Lead.unowned_on <= p)),
        "acknowledge_until": (
            Date(), lambda p: and_(Lead.status == LeadStatus.ASSIGNED, Lead.assigned_on <= p),
        ),
        **steps.late_filters(lead_steps.STEPS),
        "answer_late": (Boolean(), lambda _: _IS_ANSWER_LATE),
        "answer_in_time": (
            Boolean(), lambda _: not_(func.coalesce(_IS_ANSWER_LATE, literal_column("false"))),
        ),
        "kept_overdue": (Boolean(), lambda _: _IS_KEPT_OVERDUE),
        "kept_in_time": (
            Boolean(), lambda _: not_(func.coalesce(_IS_KEPT_OVERDUE, literal_column("false"))),
        ),
        "owed_late": (Boolean(), lambda _: _IS_OWED_LATE),
        "owed_in_time": (
            Boolean(), lambda _: not_(func.coalesce(_IS_OWED_LATE, literal_column("false"))),
        ),
        "closing": (Boolean(), lambda _: _IS_CLOSING),
        "not_closing": (Boolean(), lambda _: not_(_IS_CLOSING)),
        "filed_until": (Date(), lead_duties.filed_until),
        "assist_late_unit_id": (Uuid(), lead_assists.late_with),
        "owned": (Boolean(), lambda _: not_(IS_UNOWNED)),
        "received_from": (Date(), lambda p: Lead.received_at >= p),
        "received_below": (Date(), lambda p: Lead.received_at < p),
        "due_from": (Date(), lambda p: Lead.due_on >= p),
        "due_to": (Date(), lambda p: Lead.due_on <= p),
        "batch_no": (Text(), lambda p: and_(Lead.batch_no == p, Lead.batch_no != literal_column("''"))),
        "number": (_ANY_TEXT, lambda p: Lead.number == func.any(p)),
        "words": (Text(), lambda p: Lead.search.op("@@")(cast(p, TSQUERY))),
        "phrase": (Text(), lambda p: search.within(Lead.search_text, p)),
        "identifier": searching.found_by(
            Lead, LeadIdentifier, LeadIdentifier.lead_id, plain=("source_number",)
        ),
    },
    sorts={
        "-id": Sort("id", Lead.id, descending=True),
        "id": Sort("id", Lead.id),
        "-received_at": Sort("received_at", Lead.received_at, True, moment, _RECEIVED),
        "received_at": Sort("received_at", Lead.received_at, parse=moment, within=_RECEIVED),
        **orders.orders("leads", "amount_involved", orders.MONEY),
        **orders.orders("leads", "due_on", orders.DAY),
        # of what nobody handles the term counts from the day since when: the one orders as the other
        **orders.orders("leads", "unowned_since", orders.DAY, lead_models.UNOWNED_SINCE),
    },
    sums={"amount_involved": Lead.amount_involved},
    default_sort="-id",
    ways={
        "status": any_of("status", Lead.status),
        "primary_category": any_of("primary_category", Lead.primary_category),
        "channel": any_of("channel", Lead.channel),
        "conclusion": any_of("conclusion", Lead.conclusion),
        "solved": any_of("solved", Lead.solved),
        "solved_said": among("solved_said", Lead.solved, Solved),
        "transfer_stage": any_of("transfer_stage", Lead.transfer_stage),
        "handled_unit_id": one("handled_unit_id", HANDLED_BY),
        "owner_unit_id": one("owner_unit_id", Lead.owner_unit_id, by_town=False),
        "proposed_unit_id": one("proposed_unit_id", Lead.proposed_unit_id, by_town=False),
        "import_id": one("import_id", Lead.import_id, by_town=False),
        "division": columns.places(Lead.division_code),
        "division_only": one("division_only", Lead.division_code),
        "mark": part("mark", _IS_MARKED),
        "owing": part("owing", _IS_OWING),
        "fast_track": part("fast_track", _IS_FAST),
        "left_out": part("left_out", LEFT_OUT),
        "open": among("open", Lead.status, OPEN),
        "done": among("done", Lead.status, _DONE),
        "late": before("overdue", _LAST_DAY, param("today", Date()), _one_of(_MAY_BE_LATE)),
        "overdue": among("overdue", Lead.status, _MAY_BE_LATE),
        "unowned": among("unowned", Lead.status, TRIAGE),
        "unowned_until": among("unowned_until", Lead.status, TRIAGE),
        "received": days(_RECEIVED_ON, since="received_from", below="received_below"),
    },
    facets=Facets(
        lead_models.FACETS,
        {
            "status": facets.value("s", "status"),
            "channel": facets.value("c", "channel"),
            "primary_category": facets.value("k", "primary_category"),
            "conclusion": facets.value("r", "conclusion"),
            "owner_unit_id": facets.value("o", "owner_unit_id"),
            "handled_unit_id": facets.value("h", "handled_unit_id"),
            "division": facets.village("v", "division_from"),
            "division_only": facets.village("v", "division_only"),
            "received": facets.months("m", *_RECEIVED),
            "open": facets.always("s", "open", OPEN),
            "done": facets.always("s", "done", _DONE),
            "overdue": facets.always("s", "overdue", _MAY_BE_LATE),
            "unowned": facets.always("s", "unowned", TRIAGE),
            "unowned_until": facets.always("s", "unowned_until", TRIAGE),
        },
    ),
    negations={
        "solved_said": "solved_unsaid", "rated": "unrated", "fast_track": "no_fast_track",
        "overdue": "in_time", "handover_overdue": "handover_in_time",
        "answer_late": "answer_in_time", "open": "done", "unowned": "owned",
        "kept_overdue": "kept_in_time", "owed_late": "owed_in_time", "closing": "not_closing",
    },
    unindexed=frozenset({
        "phrase", "in_time", "handover_in_time", "answer_in_time", "owned", "counted", "unrated", "no_fast_track",
        "responded", "handed_by_unit_id", "kept_in_time", "owed_in_time", "closing", "not_closing",
    }),
)  # fmt: skip


async def _late_since(rule: str) -> date:
    async with database().glance() as session:
        return await lead_alarms.late_since(session, rule)


async def filters(actor: Actor, query: LeadQuery) -> dict[str, object]:
    """What a query asks for, by the listing's names; lists and exports read it alike."""
    place = query.division_code
    return {
        "status": query.status,
        "primary_category": query.primary_category,
        "channel": query.channel,
        "conclusion": query.conclusion,
        "solved": query.solved,
        "solved_said": query.solved_said or None,
        "solved_unsaid": query.solved_said is False or None,
        "rated": query.rated or None,
        "responded": query.responded,
        "unrated": query.rated is False or None,
        "handled_unit_id": query.handled_unit_id,
        "transfer_stage": query.transfer_stage,
        "owner_unit_id": query.owner_unit_id,
        "proposed_unit_id": query.proposed_unit_id,
        "transfer_receiver_id": query.transfer_receiver_id,
        "handed_by_unit_id": query.handed_by_unit_id,
        "receiver_outside": query.receiver_outside,
        "assisting_unit_id": query.assisting_unit_id,
        "division_from": place,
        "division_below": columns.division_end(place) if place else None,
        "division_only": query.division_only,
        "counted": query.counted or None,
        "left_out": query.counted is False or None,
        "import_id": query.import_id,
        "fast_track": query.fast_track or None,
        "no_fast_track": query.fast_track is False or None,
        "owing": query.owing or None,
        "waived": query.waived or None,
        "mark": query.mark,
        "overdue": query.overdue or None,
        "in_time": query.overdue is False or None,
        "handover_overdue": query.handover_overdue or None,
        "handover_in_time": query.handover_overdue is False or None,
        "open": query.open or None,
        "done": query.open is False or None,
        "unowned": query.unowned or None,
        "owned": query.unowned is False or None,
        "unowned_until": await _late_since(lead_alarms.OFFICE_RULE) if query.unowned_late else None,
        "acknowledge_until": await _late_since("LEAD-ACK") if query.acknowledge_late else None,
        **await steps.late(lead_steps.STEPS, query.late_step),
        "answer_late": query.answer_late or None,
        "answer_in_time": query.answer_late is False or None,
        "kept_overdue": query.kept_overdue or None,
        "kept_in_time": query.kept_overdue is False or None,
        "owed_late": query.owed_late or None,
        "owed_in_time": query.owed_late is False or None,
        "closing": query.closing or None,
        "not_closing": query.closing is False or None,
        "filed_until": await _late_since(OPEN_CASE_RULE) if query.open_case_late else None,
        "assist_late_unit_id": query.assist_late_unit_id,
        "received_from": query.received_from,
        "received_below": query.received_to + timedelta(days=1) if query.received_to else None,
        "due_from": query.due_from,
        "due_to": query.due_to,
        "batch_no": query.batch_no or None,
        **await searching.filters(actor, "leads", "XS", Permission.LEAD_REVEAL, query.q),
    }


def _at_the_desk(lead: dict[str, Any], clock: time_rules.Clock) -> None:
    """Of a lead that nobody handles the term is that of the office to give it to somebody, in lists
    as its head and the office's home say; where its reporter waits for longer, that of the answer."""
    if since := lead["unowned_since"]:
        due = clock.due_on(lead_alarms.OFFICE_RULE, date.fromisoformat(since))
        if lead["due_on"] and lead["due_on"] < due.on.isoformat():
            return
        lead |= {
            "due_on": due.on.isoformat(),
            "due_is_provisional": due.is_provisional,
            "due_rule": due.rule_id,
            "due_rule_version": due.rule_version,
        }


async def page(actor: Actor, query: LeadQuery) -> Response:
    """A page of visible leads."""
    sort = query.sort.value
    if query.unowned:
        sort = sort.replace("due_on", "unowned_since")
    return await LISTING.page(
        actor,
        query,
        await filters(actor, query),
        sort,
        (await terms.known()).closing(said=_at_the_desk),
        searching.notice(actor, Permission.LEAD_REVEAL, query.q),
    )


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of a lead that was read as JSON."""

    status: LeadStatus
    owner_unit_id: UUID
    conclusion: LeadConclusion | None
    concluded_by_id: UUID | None
    concluded_unit_id: UUID | None
    concluded_unit_ids: list[UUID]
    concluded_person_ids: list[UUID]
    recheck_drawn: bool
    transfer_stage: TransferStage | None
    kept_stage: TransferStage | None
    transfer_reminded_on: date | None
    transfer_proposed_by_id: UUID | None
    transfer_receiver_id: UUID | None
    transfer_sender_id: UUID | None
    transfer_organ: ReceivingOrgan | None
    police_filed: bool
    has_case: bool
    kept_off: bool
    police_have_it: bool
    unsettled: bool
    waived_from: LeadStatus | None
    assists_awaited: list[str]
    owes: list[str]
    merged_into_id: UUID | None
    has_merged: bool
    marks: list[str]
    town_code: str
    #: Whether the days for asking the police to review are over.
    review_over: bool


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible lead with what the actor may do with it. Raises NotFound."""
    return await for_actor(actor, await LISTING.one(actor, record_id, session))


async def for_actor(actor: Actor, lead: dict[str, Any]) -> dict[str, Any]:
    """A lead as it was read, with what the actor may do with it and without what is not theirs."""
    shown = await terms.known()
    _at_the_desk(lead, shown.clock)
    lead["working_days_left"] = shown.of(lead)
    held = lead["due_held_on"]
    lead["due_days_left"] = await _left(held, lead["due_stopped_on"]) if held else None
    reported = _only_reported(actor, lead)
    record, decision = _standing(lead), police_decisions.of_hand_overs(lead["transfers"])
    available = LEAD_FLOW.available(actor, record)
    lead["available_actions"] = actions(available, _offered(lead), edit=LeadUpdate)
    handed = lead_standing.handed(lead["transfers"])
    lead_transfers.show(lead["transfers"], shown)
    lead["follows_only"] = reported or follows_only(actor.role, Permission.LEAD_HANDLE)
    if lead["follows_only"]:
        lead["findings"] = lead["feedback_note"] = ""
        lead["solved_note"] = lead["diversion_department"] = None
        lead["transfers"] = lead["obligations"] = []
    if lead.pop("assisted"):
        lead_assists.show(actor, lead, shown, live=lead["status"] in lead_assists.LIVE)
    lead["identifiers"] = [each for each in lead["identifiers"] if _told(lead, each["field"])]
    lead["revealable"] = [] if reported else _revealable(actor, lead)
    lead["identifiers"] = [i for i in lead["identifiers"] if not lead_texts.is_aside(i["field"])]
    lead["opens_case"] = actor.may(Permission.CASE_CREATE) and opens_case(
        actor.unit_id,
        record.conclusion,
        record.transfer_stage,
        record.transfer_receiver_id,
        decision,
    )
    lead["cases"] = links.keep(actor, Permission.CASE_READ, lead["cases"])
    lead["standing"] = await lead_standing.of(actor, lead, record, available, handed)
    lead["merged_into"] = next(
        iter(links.keep(actor, Permission.LEAD_READ, lead["merged_into"])), None
    )
    del lead["owner_unit_id"]
    return lead


async def _left(held: str, since: str) -> int:
    """The working days that are left of a term that stands still."""
    clock = await time_rules.known()
    return working_days_left(date.fromisoformat(since), date.fromisoformat(held), clock.calendar)


def _only_reported(actor: Actor, lead: dict[str, Any]) -> bool:
    """`visibility.only_reported` of a lead that was read."""
    own = str(actor.unit_id)
    helps = (each["unit"]["id"] for each in lead["assists"] or ())
    handles = {lead["owner_unit_id"], lead["transfer_receiver_id"], *helps}
    return is_routed(lead["town_code"]) and own not in handles


def _standing(lead: dict[str, Any]) -> _FlowView:
    concluded_by = lead.pop("concluded_by_id")
    return _FlowView(
        LeadStatus(lead["status"]),
        UUID(lead["owner_unit_id"]),
        LeadConclusion(lead["conclusion"]) if lead["conclusion"] else None,
        UUID(concluded_by) if concluded_by else None,
        UUID(lead["concluded_unit"]["id"]) if lead["concluded_unit"] else None,
        [UUID(each) for each in lead.pop("concluded_unit_ids")],
        [UUID(each) for each in lead.pop("concluded_person_ids")],
        lead["recheck_drawn"],
        TransferStage(lead["transfer_stage"]) if lead["transfer_stage"] else None,
        TransferStage(kept) if (kept := lead.pop("kept_stage")) else None,
        date.fromisoformat(reminded) if (reminded := lead["transfer_reminded_on"]) else None,
        UUID(proposed_by) if (proposed_by := lead.pop("transfer_proposed_by_id")) else None,
        UUID(receiver) if (receiver := lead.pop("transfer_receiver_id")) else None,
        UUID(sender) if (sender := lead.pop("transfer_sender_id")) else None,
        ReceivingOrgan(organ) if (organ := lead["transfer_organ"]) else None,
        police_decisions.of_hand_overs(lead["transfers"]) is TransferResult.FILED,
        bool(lead["cases"]),
        _kept_off(lead, receiver),
        police_decisions.have_it(lead["transfers"], lead["transfer_stage"]),
        law.leaves_conclusion(lead["transfer_stage"], lead["transfers"]),
        lead_waivers.waived_from(LeadStatus(lead["status"]), lead.pop("last_act")),
        lead_assists.awaited(lead["assists"]),
        lead["owes"],
        UUID(main[0]["id"]) if (main := lead["merged_into"]) else None,
        lead.pop("has_merged"),
        lead["marks"],
        lead.pop("town_code"),
        review_over=_is_past(lead["handover_due_on"]),
    )


def _kept_off(lead: dict[str, Any], receiver: str | None) -> bool:
    """`lead_transfers.kept_off` of a lead that was read."""
    if receiver or lead["cases"] or lead["transfer_organ"] != ReceivingOrgan.POLICE.value:
        return False
    last = law.last_of(lead["transfers"]) if lead["transfers"] else None
    return (
        last is not None
        and last["receiver"] is not None
        and lead["transfer_stage"] in {each.value for each in WITH_DECISION}
        and police_decisions.of_hand_overs(lead["transfers"]) is TransferResult.FILED
    )


def _is_past(day: str | None) -> bool:
    return day is not None and date.fromisoformat(day) < today()


def _offered(lead: dict[str, Any]) -> dict[str, dict[str, str | None]]:
    """What a form begins with: the unit that somebody proposed, and the rule of its term."""
    begun: dict[str, str | None] = {}
    if proposed := lead["proposed_unit"]:
        begun["unit_id"] = proposed["id"]
    if lead["marks"] or lead["fast_track"]:
        begun[rule_of("due_on")] = rules_for(lead["marks"], fast=lead["fast_track"])[0]
    offered: dict[str, dict[str, str | None]] = {LeadAction.ASSIGN.value: begun} if begun else {}
    ways = feedback_modes(
        ReporterKind(lead["reporter"]["kind"]),
        has_phone=lead.pop("has_phone"),
        has_receipt=lead.pop("has_receipt"),
    )
    offered[LeadAction.FEED_BACK.value] = {options_of("feedback_mode"): ",".join(ways)}
    if lead["transfer_stage"] == TransferStage.APPROVED.value:
        approved = max(lead["transfers"], key=lambda each: each["id"])
        offered[LeadAction.TRANSFER_POLICE.value] = {
            name: approved[name]
            for name in ("reported_on", "investigators", "report", "approved_on", "approved_by")
        }
    if lead["transfer_stage"] == TransferStage.SENT.value:
        last = law.last_of(lead["transfers"])
        recalls = law.recalls(last["sent_on"], last["department"])
        offered |= restating({LeadAction.RECALL.value: recalls})
    station = lead.pop("station_id")
    if station and station != lead["owner_unit_id"]:
        for action in (LeadAction.TRANSFER_POLICE.value, LeadAction.REPORT_POLICE.value):
            offered.setdefault(action, {})["receiver_unit_id"] = station
    if organ := lead.pop("transfer_organ"):
        answers = law.results(ReceivingOrgan(organ))
        offered[LeadAction.RECORD_RESULT.value] = {options_of("result"): ",".join(answers)}
    if len(lead["marks"]) == 1:
        offered[LeadAction.UNMARK.value] = {"mark": lead["marks"][0]}
    return offered


def _revealable(actor: Actor, lead: dict[str, Any]) -> list[str]:
    if not actor.may(Permission.LEAD_REVEAL):
        return []
    held = {each["field"] for each in lead["identifiers"]}
    affair = any(not lead_texts.is_aside(name) for name in held)
    fields = ["narrative", "findings", "identifiers"] if affair else []
    return fields + sorted(held - {"", *fields})


def _told(lead: dict[str, Any], field: str) -> bool:
    """Whether the text that a number stood in is shown: given by itself, it stands in none."""
    return not field or bool(lead_texts.masked(lead, field))


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Plain values of masked fields, for those entitled, with an audit event.

    Raises NotFound, Forbidden, Invalid for fields that hold nothing to reveal.
    """
    lead = await read(actor, record_id, session)
    refused = [name for name in body.fields if name not in lead["revealable"]]
    if refused:
        raise Forbidden(
            f"无权查看：{labels_said(refused, of=RESOURCE)}", code="field_not_revealable"
        )
    values = {name: await _plain(session, record_id, lead, name) for name in body.fields}
    told = {"fields": body.fields, "reason": await unnamed.told(session, record_id, body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values


async def _plain(session: AsyncSession, lead_id: UUID, lead: dict[str, Any], name: str) -> str:
    if name != "identifiers":
        return await lead_texts.written(session, lead_id, name, lead_texts.masked(lead, name))
    keys, shown = keyring(), {each["id"] for each in lead["identifiers"]}
    rows = await session.scalars(select(LeadIdentifier).where(LeadIdentifier.lead_id == lead_id))
    return "\n".join(
        f"{row.kind.label}：{keys.decrypt(row.value_enc)}" for row in rows if str(row.id) in shown
    )
