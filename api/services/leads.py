"""Leads: taken in, assigned, verified, answered, closed."""

from dataclasses import dataclass
from datetime import date, timedelta
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
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import BYTEA, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import links
from api.core import events, numbers, record_access, rows, search, word_stats
from api.core.clock import now, today
from api.core.crypto import keyring
from api.core.ids import uuid7
from api.core.pagination import Listing, Sort, check_columns, moment, yuan
from api.domain import codes
from api.domain.actors import Actor
from api.domain.errors import FieldError, Forbidden, Invalid
from api.domain.events import EventName
from api.domain.leads import LEAD_FLOW, LeadAction, LeadConclusion, LeadStatus, ReporterKind
from api.domain.permissions import ROLE_SCOPE, Permission, RowScope
from api.models.cases import Case, CaseLead
from api.models.leads import Lead, LeadIdentifier, LeadReporter
from api.models.units import Division, Unit
from api.schemas.common import Reveal, actions
from api.schemas.leads import LeadCreate, LeadItem, LeadQuery, LeadRead, LeadUpdate
from api.services import _transition, columns, places, protect, time_rules

RESOURCE = "lead"

_OPEN = [
    s
    for s in LeadStatus
    if s not in {LeadStatus.CLOSED, LeadStatus.ARCHIVED, LeadStatus.REJECTED, LeadStatus.WITHDRAWN}
]


# Joined, not selected one by one: PostgreSQL then remembers the few names it looks up.
_Owner, _Proposed = aliased(Unit), aliased(Unit)
_SOURCE = (
    join(Lead, Division, Division.code == Lead.division_code, isouter=True)
    .join(_Owner, _Owner.id == Lead.owner_unit_id, isouter=True)
    .join(_Proposed, _Proposed.id == Lead.proposed_unit_id, isouter=True)
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
    "owner_unit": columns.named(_Owner),
    "proposed_unit": columns.named_or_null(_Proposed),
    "due_on": Lead.due_on,
    "due_is_provisional": Lead.due_is_provisional,
    "conclusion": Lead.conclusion,
    "version": Lead.version,
}

_IDENTIFIERS = columns.json_list(
    select(
        func.json_build_object(
            "id", LeadIdentifier.id,
            "kind", LeadIdentifier.kind,
            "value_mask", LeadIdentifier.value_mask,
            "field", LeadIdentifier.field,
        )
    ).where(LeadIdentifier.lead_id == Lead.id)
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
    ).where(CaseLead.lead_id == Lead.id, CaseLead.case_id == Case.id)
)
_READ: dict[str, Any] = _ITEM | {
    "received_has_time": Lead.received_has_time,
    "narrative": Lead.narrative,
    "subject_uscc": Lead.subject_uscc,
    "categories": Lead.categories,
    "red_flags": Lead.red_flags,
    "occurred_on": Lead.occurred_on,
    "assisting_units": columns.units_named(Lead.assisting_unit_ids),
    "identifiers": _IDENTIFIERS,
    "reporter": _REPORTER,
    "cases": _CASES,
    "due_rule": Lead.due_rule,
    "findings": Lead.findings,
    "concluded_on": Lead.concluded_on,
    "feedback_mode": Lead.feedback_mode,
    "feedback_note": Lead.feedback_note,
    "note": Lead.note,
    "import_id": Lead.import_id,
    "import_row": Lead.import_row,
    "created_at": Lead.created_at,
    "updated_at": Lead.updated_at,
}
check_columns(LeadItem, _ITEM)
check_columns(LeadRead, _READ, "available_actions", "revealable")

_ANY_TEXT = ARRAY(Text)
_IS_OVERDUE = and_(Lead.due_on < literal_column("current_date"), Lead.status.in_(_OPEN))

#: What counts in figures (C3): withdrawn leads and duplicates drop out by themselves. A withdrawn
#: lead that was archived has never been answered.
_COUNTED = and_(
    Lead.status != LeadStatus.WITHDRAWN,
    Lead.conclusion.is_distinct_from(LeadConclusion.DUPLICATE),
    or_(Lead.status != LeadStatus.ARCHIVED, Lead.feedback_mode.is_not(None)),
)

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
        "owner_unit_id": (Uuid(), lambda p: Lead.owner_unit_id == p),
        "proposed_unit_id": (Uuid(), lambda p: Lead.proposed_unit_id == p),
        "division_from": (Text(), lambda p: Lead.division_code >= p),
        "division_below": (Text(), lambda p: Lead.division_code < p),
        "division_only": (Text(), lambda p: Lead.division_code == p),
        "counted": (Boolean(), lambda p: p == _COUNTED),
        "import_id": (Uuid(), lambda p: Lead.import_id == p),
        "fast_track": (Boolean(), lambda p: Lead.fast_track == p),
        "overdue": (Boolean(), lambda p: func.coalesce(_IS_OVERDUE, literal_column("false")) == p),
        "received_from": (Date(), lambda p: Lead.received_at >= p),
        "received_below": (Date(), lambda p: Lead.received_at < p),
        "number": (Text(), lambda p: Lead.number == p),
        "words": (Text(), lambda p: Lead.search.op("@@")(cast(p, TSQUERY))),
        # strpos, not LIKE: PostgreSQL would guess from the pattern's length that hardly a row fits.
        "phrase": (Text(), lambda p: func.strpos(func.lower(Lead.subject_name + literal_column("' '") + Lead.narrative), p) > 0),
        "identifier": (
            ARRAY(BYTEA),
            lambda p: exists(
                select(literal_column("1")).where(
                    LeadIdentifier.lead_id == Lead.id, LeadIdentifier.value_index == func.any(p)
                )
            ),
        ),
    },
    sorts={
        "-id": Sort("id", Lead.id, descending=True),
        "id": Sort("id", Lead.id),
        "-received_at": Sort("received_at", Lead.received_at, descending=True, parse=moment),
        "received_at": Sort("received_at", Lead.received_at, parse=moment),
    },
    default_sort="-id",
)  # fmt: skip


async def _search_filters(text: str | None) -> dict[str, object]:
    if not text or not text.strip():
        return {}
    if text.upper().startswith("XS-"):
        return {"number": text.upper()}
    exact = protect.indexes(text)
    return {"identifier": exact} if exact else await word_stats.filters("leads", text)


async def filters(query: LeadQuery) -> dict[str, object]:
    """What a query asks for, by the listing's names; lists and exports read it alike."""
    place = query.division_code
    return {
        "status": query.status,
        "primary_category": query.primary_category,
        "channel": query.channel,
        "conclusion": query.conclusion,
        "owner_unit_id": query.owner_unit_id,
        "proposed_unit_id": query.proposed_unit_id,
        "division_from": place,
        "division_below": columns.division_end(place) if place else None,
        "division_only": query.division_only,
        "counted": query.counted,
        "import_id": query.import_id,
        "fast_track": query.fast_track,
        "overdue": query.overdue,
        "received_from": query.received_from,
        "received_below": query.received_to + timedelta(days=1) if query.received_to else None,
        **await _search_filters(query.q),
    }


async def page(actor: Actor, query: LeadQuery) -> Response:
    """A page of visible leads."""
    return await LISTING.page(actor, query, await filters(query), query.sort.value)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the flow must know of a lead that was read as JSON."""

    status: LeadStatus
    owner_unit_id: UUID


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible lead with what the actor may do with it. Raises NotFound."""
    lead = await LISTING.one(actor, record_id, session)
    standing = _Standing(LeadStatus(lead["status"]), UUID(lead["owner_unit"]["id"]))
    lead["available_actions"] = actions(list(LEAD_FLOW.available(actor, standing)))
    lead["revealable"] = _revealable(actor, lead)
    lead["cases"] = links.keep(actor, Permission.CASE_READ, lead["cases"])
    return lead


def _revealable(actor: Actor, lead: dict[str, Any]) -> list[str]:
    if not actor.may(Permission.LEAD_REVEAL):
        return []
    fields = ["narrative", "findings", "identifiers"] if lead["identifiers"] else []
    named = lead["reporter"]["kind"] == ReporterKind.REAL_NAME
    if named and actor.may(Permission.LEAD_ASSIGN):
        fields += ["reporter.name", "reporter.phone"]
    return fields


@dataclass(slots=True)
class Draft:
    """Every row of a new lead, ready for one insert or for a bulk load."""

    lead: dict[str, Any]
    reporter: dict[str, Any] | None
    identifiers: list[dict[str, Any]]
    viewers: list[UUID]
    event: dict[str, Any]


def draft(actor: Actor, body: LeadCreate, place: places.Place, number: str) -> Draft:
    """Compose the rows of a lead: texts protected, codes checked, search words made.

    Raises Invalid for an identifier that cannot be what it is called.
    """
    lead_id = uuid7()
    narrative = protect.text(body.narrative, "narrative")
    note = protect.text(body.note, "note")
    subject = protect.text(body.subject_name, "subject_name")
    found = [*narrative.identifiers, *note.identifiers, *subject.identifiers, *_given(body)]
    registers = actor.may(Permission.LEAD_ASSIGN)
    received = body.received_at or now()
    lead = {
        "id": lead_id,
        "number": number,
        "status": LeadStatus.REGISTERED if registers else LeadStatus.RECEIVED,
        "channel": body.channel,
        "batch_no": body.batch_no,
        "received_at": received,
        "received_has_time": True,
        "narrative": narrative.text,
        "subject_name": subject.text,
        "subject_uscc": _uscc(body.subject_uscc),
        "primary_category": body.primary_category,
        "categories": [c.value for c in dict.fromkeys([body.primary_category, *body.categories])],
        "red_flags": [f.value for f in dict.fromkeys(body.red_flags)],
        "occurred_on": body.occurred_on,
        "division_code": place.division_code,
        "town_code": place.town_code,
        "amount_involved": body.amount_involved,
        "people_involved": body.people_involved,
        "fast_track": body.fast_track,
        "reporter_kind": body.reporter.kind,
        "owner_unit_id": place.office_unit_id,
        "proposed_unit_id": None,
        "assisting_unit_ids": [],
        "due_on": None,
        "due_is_provisional": False,
        "due_rule": "",
        "due_rule_version": None,
        "conclusion": None,
        "findings": "",
        "concluded_on": None,
        "feedback_mode": None,
        "feedback_note": "",
        "note": note.text,
        "import_id": None,
        "import_row": None,
        "created_at": now(),
        "created_by_post_id": actor.post_id,
        "updated_at": now(),
        "version": 1,
        "search": _words(subject.text, narrative.text),
    }
    for row in found:
        row["lead_id"] = lead_id
    event = events.row(
        actor, EventName.LEAD_CREATED, RESOURCE, lead_id,
        {"number": number, "channel": body.channel.value},
    )  # fmt: skip
    return Draft(lead, _reporter(body, lead_id), found, _viewers(actor, place), event)


def _words(subject: str, narrative: str) -> str:
    """A tsvector literal of the bigrams."""
    return " ".join(f"'{token}'" for token in search.tokens(f"{subject} {narrative}"))


def _faulty(pointer: str, checked: codes.CodeCheck) -> Invalid:
    issue = checked.error or codes.Issue("invalid", "格式不正确")
    return Invalid(issue.message, errors=[FieldError(pointer, issue.code, issue.message)])


def _uscc(value: str) -> str:
    if not value:
        return ""
    checked = codes.check_credit_code(value)
    if not checked.ok:
        raise _faulty("/subject_uscc", checked)
    return checked.value


def _given(body: LeadCreate) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for position, each in enumerate(body.identifiers):
        row = protect.given(each.kind, each.value)
        if row is None:
            message = f"不是有效的{each.kind.label}"
            pointer = f"/identifiers/{position}/value"
            raise Invalid(message, errors=[FieldError(pointer, "bad_identifier", message)])
        rows.append(row)
    return rows


def _reporter(body: LeadCreate, lead_id: UUID) -> dict[str, Any] | None:
    if body.reporter.kind is ReporterKind.ANONYMOUS:
        return None
    phone = ""
    if body.reporter.phone:
        checked = codes.check_phone(body.reporter.phone)
        if not checked.ok:
            raise _faulty("/reporter/phone", checked)
        phone = checked.value
    keys = keyring()
    return {
        "lead_id": lead_id,
        "name_enc": keys.encrypt(body.reporter.name),
        "phone_enc": keys.encrypt(phone) if phone else None,
    }


def _viewers(actor: Actor, place: places.Place) -> list[UUID]:
    """Who sees a new lead besides the town's office: its village, and whoever handed it in."""
    creator = actor.post_id if ROLE_SCOPE.get(actor.role) is RowScope.POST else actor.unit_id
    viewers = [creator, place.village_unit_id]
    return [v for v in dict.fromkeys(viewers) if v is not None and v != place.office_unit_id]


async def create(session: AsyncSession, actor: Actor, body: LeadCreate) -> dict[str, Any]:
    """Take in a lead; the office's are registered at once, others' wait for the office.

    Raises Invalid for unknown divisions, bad codes, or a receipt in the future.
    """
    if body.received_at and body.received_at > now() + timedelta(minutes=5):
        message = "接收时间不能晚于现在"
        raise Invalid(message, errors=[FieldError("/received_at", "in_future", message)])
    if body.occurred_on and body.occurred_on > today():
        message = "发生日期不能晚于今天"
        raise Invalid(message, errors=[FieldError("/occurred_on", "in_future", message)])
    place = await places.locate(session, body.division_code or actor.division_code)
    _own_place(actor, place)
    number = (await numbers.take("XS", place.town_code))[0]
    made = draft(actor, body, place, number)
    parts: list[tuple[Any, dict[str, Any]]] = [(Lead, made.lead)]
    if made.reporter:
        parts.append((LeadReporter, made.reporter))
    parts += [(LeadIdentifier, row) for row in made.identifiers]
    parts += record_access.rows_of(RESOURCE, made.lead["id"], made.viewers)
    await rows.insert_together(session, [*parts, (events.Event, made.event)])
    return await read(actor, made.lead["id"], session)


def _own_place(actor: Actor, place: places.Place) -> None:
    if not place.division_code.startswith(actor.division_code[:9]):
        message = "只能登记本镇范围内的线索"
        raise Invalid(message, errors=[FieldError("/division_code", "other_town", message)])


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: LeadUpdate
) -> dict[str, Any]:
    """Correct a lead that is not closed. Raises NotFound, StaleVersion, Forbidden, Invalid."""
    lead = await _transition.lock(session, actor, LISTING, Lead, record_id)
    if lead.owner_unit_id != actor.unit_id and not actor.may(Permission.LEAD_ASSIGN):
        raise Forbidden("只有承办单位或镇专项办可以修改", code="not_own_unit")
    if lead.status not in _OPEN:
        raise Forbidden("线索已办结，不能修改", code="closed")
    _transition.check_version(lead, body.version)
    changes = body.model_dump(exclude={"version"}, exclude_unset=True, exclude_none=True)
    for name in ("narrative", "subject_name", "note"):
        if name in changes:
            changes[name] = await _protected(session, lead.id, name, changes[name])
    if "subject_uscc" in changes:
        changes["subject_uscc"] = _uscc(changes["subject_uscc"])
    if "division_code" in changes:
        place = await places.locate(session, changes["division_code"])
        _own_place(actor, place)
        await record_access.grant(session, RESOURCE, lead.id, [place.village_unit_id])
    for name, value in changes.items():
        setattr(lead, name, value)
    lead.search = _words(lead.subject_name, lead.narrative)
    lead.version += 1
    lead.updated_at = now()
    await session.flush()
    await events.record(
        session, actor, EventName.LEAD_UPDATED, RESOURCE, lead.id, {"fields": sorted(changes)}
    )
    return await read(actor, record_id, session)


async def _protected(session: AsyncSession, lead_id: UUID, field: str, value: str) -> str:
    """Replace a text of a lead: its old identifiers go, the new ones come."""
    made = protect.text(value, field)
    old = await session.scalars(
        select(LeadIdentifier).where(
            LeadIdentifier.lead_id == lead_id, LeadIdentifier.field == field
        )
    )
    for row in old:
        await session.delete(row)
    await session.flush()
    own = [row | {"lead_id": lead_id} for row in made.identifiers]
    await rows.insert(session, LeadIdentifier, own)
    return made.text


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the lead flow and read the lead again. Raises what `act` raises."""
    await act(session, actor, record_id, body)
    return await read(actor, record_id, session)


async def act(session: AsyncSession, actor: Actor, record_id: UUID, body: Any) -> None:
    """Take one action of the lead flow. Raises what `_transition.apply` raises, and Invalid."""
    lead = await _transition.lock(session, actor, LISTING, Lead, record_id)
    told = {"reason": protect.told(body.reason)} if getattr(body, "reason", None) else {}
    await _transition.apply(
        session, actor, lead, LEAD_FLOW, EventName.LEAD_TRANSITIONED, body, told
    )
    effect = _EFFECTS.get(body.action)
    if effect:
        await effect(session, actor, lead, body)
    await session.flush()


async def _assign(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    owner = await places.unit(session, body.unit_id, "unit_id")
    assisting = list(dict.fromkeys(body.assisting_unit_ids or []))
    for unit_id in assisting:
        await places.unit(session, unit_id, "assisting_unit_ids")
    lead.owner_unit_id = owner.id
    lead.assisting_unit_ids = [unit_id for unit_id in assisting if unit_id != owner.id]
    lead.proposed_unit_id = None
    await record_access.grant(session, RESOURCE, lead.id, [owner.id, *lead.assisting_unit_ids])
    await _set_due(session, lead, body.due_on)


async def _set_due(session: AsyncSession, lead: Lead, given: date | None) -> None:
    due = await time_rules.due_on(session, "LEAD-01", today())
    if given is not None and given < today():
        message = "办理期限不能早于今天"
        raise Invalid(message, errors=[FieldError("/due_on", "in_past", message)])
    lead.due_on = given or due.on
    lead.due_is_provisional = due.is_provisional and given is None
    lead.due_rule, lead.due_rule_version = due.rule_id, due.rule_version


async def _recheck(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    owner = await places.unit(session, body.unit_id, "unit_id")
    if owner.id == lead.owner_unit_id:
        message = "二次核查须由另一单位承担"
        raise Invalid(message, errors=[FieldError("/unit_id", "same_unit", message)])
    lead.owner_unit_id = owner.id
    await record_access.grant(session, RESOURCE, lead.id, [owner.id])
    await _set_due(session, lead, None)


async def _dispute(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    if body.proposed_unit_id:
        lead.proposed_unit_id = (
            await places.unit(session, body.proposed_unit_id, "proposed_unit_id")
        ).id


async def _conclude(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    lead.conclusion = body.conclusion
    lead.findings = await _protected(session, lead.id, "findings", body.findings)
    lead.concluded_on = today()


async def _feed_back(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del session, actor
    lead.feedback_mode = body.feedback_mode
    lead.feedback_note = protect.told(body.feedback_note)


async def _escalate(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del body, actor
    county = await session.scalar(
        select(Unit.id).where(Unit.kind == "county", Unit.division_code == lead.town_code[:6])
    )
    if county is None:
        raise Invalid("本县尚未设立县专项办，无法上报", code="county_missing")
    await record_access.grant(session, RESOURCE, lead.id, [county])


_EFFECTS = {
    LeadAction.ASSIGN.value: _assign,
    LeadAction.RECHECK.value: _recheck,
    LeadAction.DISPUTE.value: _dispute,
    LeadAction.CONCLUDE.value: _conclude,
    LeadAction.FEED_BACK.value: _feed_back,
    LeadAction.ESCALATE.value: _escalate,
}


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """Plain values of masked fields, for those entitled, with an audit event.

    Raises NotFound, Forbidden, Invalid for fields that hold nothing to reveal.
    """
    lead = await read(actor, record_id, session)
    refused = [name for name in body.fields if name not in lead["revealable"]]
    if refused:
        raise Forbidden(f"无权查看：{'、'.join(refused)}", code="field_not_revealable")
    values = {name: await _plain(session, record_id, lead, name) for name in body.fields}
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return values


async def _plain(session: AsyncSession, lead_id: UUID, lead: dict[str, Any], name: str) -> str:
    keys = keyring()
    if name.startswith("reporter."):
        reporter = await session.get(LeadReporter, lead_id)
        sealed = getattr(reporter, f"{name.removeprefix('reporter.')}_enc", None)
        return keys.decrypt(sealed) if sealed else ""
    rows = list(
        await session.scalars(select(LeadIdentifier).where(LeadIdentifier.lead_id == lead_id))
    )
    if name == "identifiers":
        return "\n".join(f"{row.kind.label}：{keys.decrypt(row.value_enc)}" for row in rows)
    inside = [
        (row.starts_at, row.ends_at, row.raw_enc)
        for row in rows
        if row.field == name and row.starts_at is not None and row.ends_at and row.raw_enc
    ]
    return protect.restore(lead[name], inside)
