"""Leads as they come in and are corrected: texts protected, codes checked, rows made together."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import rows
from api.core.base.clock import now, today
from api.core.base.ids import uuid7
from api.core.database import record_access
from api.core.events import events
from api.core.listing import search
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.leads.categories import LeadCategory, RedFlag
from api.domain.leads.channels import LeadChannel
from api.domain.leads.leads import LEAD_FLOW, TRIAGE, LeadStatus, ReporterKind
from api.domain.reporters import informants as vault
from api.domain.words import codes, identifiers, names
from api.domain.words.identifiers import IdentifierState
from api.models.informants import Informant
from api.models.leads import Lead, LeadIdentifier
from api.models.units import Post
from api.schemas.leads import IdentifierIn, LeadCreate, LeadUpdate
from api.services.kit import _transition, places, protect
from api.services.kit import changes as corrections
from api.services.leads import (
    conflicts,
    lead_assists,
    lead_clocks,
    lead_proposals,
    lead_sight,
    lead_sources,
    lead_texts,
    leads,
    red_flags,
    unnamed,
)

_WHAT = "线索"
_TEXTS = ("narrative", "subject_name", "note")
corrections.check(LeadUpdate, Lead)


@dataclass(slots=True)
class Draft:
    """Every row of a new lead, ready for one insert or for a bulk load."""

    lead: dict[str, Any]
    reporter: dict[str, Any] | None
    identifiers: list[dict[str, Any]]
    viewers: list[UUID]
    event: dict[str, Any]


@dataclass(slots=True)
class Teller:
    """The reporter of a ledger's row."""

    kind: ReporterKind
    name: str
    phone: str


@dataclass(slots=True, kw_only=True)
class Told:
    """What a ledger's row says, by the names of the form. Its cells are checked already, and ten
    thousand of them are read at a time: even unvalidated models would take twice as long."""

    channel: LeadChannel
    source_number: str
    batch_no: str
    received_at: datetime
    narrative: str
    subject_name: str
    subject_uscc: str
    primary_category: LeadCategory
    categories: list[LeadCategory]
    amount_involved: int | None
    people_involved: int | None
    reporter: Teller
    note: str
    occurred_on: date | None = None
    red_flags: tuple[RedFlag, ...] = ()
    identifiers: tuple[IdentifierIn, ...] = ()
    fast_track: bool = False


_Body = LeadCreate | Told


def draft(actor: Actor | None, body: _Body, place: places.Place, number: str) -> Draft:
    """Compose the rows of a lead: texts protected, codes checked, search words made.

    Without an actor it is a report from the public: it waits for the office, and nobody else sees
    it before the office has, because it may speak of a village's own people. Raises Invalid for an identifier that cannot be what it is called.
    """
    lead_id = uuid7()
    phone = _phone(body)
    said = vault.hiding(body.reporter.name, phone, body.subject_name)
    unnamed_narrative = said(body.narrative)
    narrative = protect.text(unnamed_narrative, "narrative")
    note = protect.text(said(body.note), "note")
    subject = protect.text(said(body.subject_name), "subject_name")
    found = [*narrative.identifiers, *note.identifiers, *subject.identifiers, *_given(body, phone)]
    registers = actor is not None and actor.may(Permission.LEAD_ASSIGN)
    received = body.received_at or now()
    lead = {
        "id": lead_id,
        "number": number,
        "status": LeadStatus.REGISTERED if registers else LeadStatus.RECEIVED,
        "channel": body.channel,
        "source_number": body.source_number,
        "batch_no": body.batch_no,
        "received_at": received,
        "received_has_time": True,
        "narrative": narrative.text,
        "subject_name": subject.text,
        "subject_uscc": body.subject_uscc,
        "primary_category": body.primary_category,
        "categories": _categories(body.primary_category, body.categories),
        "red_flags": [f.value for f in dict.fromkeys(body.red_flags)],
        "occurred_on": body.occurred_on,
        "division_code": place.division_code,
        "town_code": place.town_code,
        "amount_involved": body.amount_involved,
        "people_involved": body.people_involved,
        "fast_track": body.fast_track,
        "marks": [],
        "reporter_kind": body.reporter.kind,
        "owner_unit_id": place.office_unit_id,
        "proposed_unit_id": None,
        "assisted": False,
        "unowned_on": today(),
        "due_from": None,
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
        "created_by_post_id": actor.post_id if actor else None,
        "updated_at": now(),
        "version": 1,
        **_words(
            found,
            subject.text,
            narrative.text,
            body.subject_uscc,
            body.batch_no,
            body.source_number,
        ),
        **_name(subject.text),
    }
    for row in found:
        row["lead_id"] = lead_id
        # whoever enters a number by itself has said what it is
        row["state"] = IdentifierState.PROPOSED if row["field"] else IdentifierState.CONFIRMED
    event = events.row(
        actor, EventName.LEAD_CREATED, leads.RESOURCE, lead_id,
        {"number": number, "channel": body.channel.value},
    )  # fmt: skip
    viewers = _viewers(actor, place) if actor else []
    original = body.narrative if unnamed_narrative != body.narrative else ""
    return Draft(lead, _reporter(actor, body, lead_id, phone, original), found, viewers, event)


def _categories(main: LeadCategory, others: Iterable[LeadCategory]) -> list[str]:
    """All categories of a lead, each once; the main one is always the first of them."""
    return [LeadCategory(each).value for each in dict.fromkeys([main, *others])]


def _words(found: Iterable[Mapping[str, Any]], *said: str) -> dict[str, str]:
    """The columns that a search reads; of identifiers that stand in no text, what is shown."""
    shown = [each["value_mask"] for each in found if not each["field"]]
    return search.document(*said, *shown)


def _name(subject: str) -> dict[str, str]:
    """The keys by which leads about the same name are found."""
    known = names.name(subject)
    return {"name_key": known.core, "name_sound": known.sound}


async def _found_by(session: AsyncSession, lead: Lead) -> dict[str, str]:
    """The columns by which a lead is found, after its texts have changed."""
    entered = await session.execute(
        select(LeadIdentifier.value_mask, LeadIdentifier.field)
        .where(LeadIdentifier.lead_id == lead.id, LeadIdentifier.field == "")
        .order_by(LeadIdentifier.id)
    )
    found = [{"value_mask": mask, "field": field} for mask, field in entered]
    told = _words(
        found, lead.subject_name, lead.narrative, lead.subject_uscc, lead.batch_no,
        lead.source_number,
    )  # fmt: skip
    return told | _name(lead.subject_name)


def _faulty(pointer: str, checked: codes.CodeCheck) -> Invalid:
    issue = checked.error or codes.Issue("invalid", "格式不正确")
    return Invalid(issue.message, errors=[FieldError(pointer, issue.code, issue.message)])


def _given(body: _Body, phone: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for position, each in enumerate(body.identifiers):
        if phone and phone in identifiers.normalised(each.kind, each.value):
            continue  # the informant's own number is nobody's clue: it is in the vault
        row = protect.given(each.kind, each.value)
        if row is None:
            message = f"不是有效的{each.kind.label}"
            pointer = f"/identifiers/{position}/value"
            raise Invalid(message, errors=[FieldError(pointer, "bad_identifier", message)])
        rows.append(row)
    return rows


def _phone(body: _Body) -> str:
    if body.reporter.kind is ReporterKind.ANONYMOUS or not body.reporter.phone:
        return ""
    checked = codes.check_phone(body.reporter.phone)
    if not checked.ok:
        raise _faulty("/reporter/phone", checked)
    return checked.value


def _reporter(
    actor: Actor | None, body: _Body, lead_id: UUID, phone: str, original: str
) -> dict[str, Any] | None:
    """`original` is the narrative of whoever names themselves in it."""
    if body.reporter.kind is ReporterKind.ANONYMOUS:
        return None
    name = body.reporter.name
    return unnamed.row(lead_id, name, phone, actor=actor, narrative=original, wanted=True)


def _viewers(actor: Actor, place: places.Place) -> list[UUID]:
    """Who sees a new lead besides the town's office: its village, and whoever handed it in."""
    creator = actor.viewer
    viewers = [creator, place.village_unit_id]
    return [v for v in dict.fromkeys(viewers) if v is not None and v != place.office_unit_id]


async def create(
    session: AsyncSession, actor: Actor, body: LeadCreate
) -> tuple[dict[str, Any], bool]:
    """Take in a lead, unless its sender did so before; (the lead, whether it is new).

    The office's are registered at once, others' wait for the office. Raises Invalid for unknown
    divisions and identifiers that cannot be what they are called, Conflict for a source number
    under which the sender has sent something else.
    """
    code = body.division_code or actor.division_code
    sent = await lead_sources.sent(session, actor, body, code)
    if sent.known is not None:
        return sent.known, False
    place, number = await places.numbered(session, actor, code, _WHAT, "XS")
    made = draft(actor, body, place, number)
    made.lead |= sent.columns
    made.lead["proposed_unit_id"] = await lead_proposals.unit_for(
        session, body.primary_category, place.division_code
    )
    coming = conflicts.Coming(made.lead, made.viewers, made.reporter, actor.unit_id, actor.viewer)
    kept_off = await conflicts.keep_off(session, coming)
    parts: list[tuple[Any, dict[str, Any]]] = [(Lead, made.lead)]
    if made.reporter:
        parts.append((Informant, made.reporter))
    parts += [(LeadIdentifier, row) for row in made.identifiers]
    parts += record_access.rows_of(leads.RESOURCE, made.lead["id"], made.viewers)
    await rows.insert_together(session, [*parts, (events.Event, made.event), *kept_off])
    return await conflicts.read_new(session, actor, made.lead), True


Follower = Callable[[AsyncSession, Actor, Lead, Mapping[str, Any]], Awaitable[None]]
#: Who is told that a lead says otherwise what others took over from it, and what it said before:
#: leads know of no cases (docs/adr/0045).
CORRECTED: list[Follower] = []
TAKEN_OVER = ("amount_involved", "people_involved")


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: LeadUpdate
) -> dict[str, Any]:
    """Correct a lead that is not closed. Raises NotFound, StaleVersion, Forbidden, Invalid."""
    lead = await _transition.lock(session, actor, leads.LISTING, Lead, record_id)
    _transition.check_edit(actor, lead, LEAD_FLOW, body.version)
    changes = await _changes(session, lead, body)
    was = lead.primary_category, lead.division_code
    before = {name: getattr(lead, name) for name in TAKEN_OVER}
    if "division_code" in changes:
        place = await places.own(session, actor, changes["division_code"], _WHAT)
        await _move(session, lead, place)
    if "red_flags" in changes:
        await red_flags.keep_flags(session, actor, lead, changes["red_flags"])
    for name, value in changes.items():
        setattr(lead, name, value)
    await _propose_again(session, lead, *was)
    if "fast_track" in changes:
        await lead_clocks.track_changed(session, actor, lead)
    for column, value in (await _found_by(session, lead)).items():
        setattr(lead, column, value)
    lead.version += 1
    lead.updated_at = now()
    await session.flush()
    await events.record(
        session, actor, EventName.LEAD_UPDATED, leads.RESOURCE, lead.id, {"fields": sorted(changes)}
    )
    if before != {name: getattr(lead, name) for name in TAKEN_OVER}:
        for follower in CORRECTED:
            await follower(session, actor, lead, before)
    if {"subject_name", "division_code"} & changes.keys():
        await conflicts.reconsider(session, actor, lead)
    return await conflicts.read_new(session, actor, {"id": lead.id})


async def _propose_again(
    session: AsyncSession, lead: Lead, category: LeadCategory, division: str
) -> None:
    """A lead that is about something else is proposed to another unit, unless a person proposed it."""
    now_is = lead.primary_category, lead.division_code
    if lead.status not in TRIAGE or now_is == (category, division):
        return
    if lead.proposed_unit_id == await lead_proposals.unit_for(session, category, division):
        lead.proposed_unit_id = await lead_proposals.unit_for(session, *now_is)


async def _changes(session: AsyncSession, lead: Lead, body: LeadUpdate) -> dict[str, Any]:
    """The new values, texts protected and codes checked."""
    changes = body.changes()
    texts = {name: changes[name] for name in _TEXTS if name in changes}
    if texts:
        changes |= zip(texts, await lead_texts.keep(session, lead.id, texts), strict=True)
    if {"primary_category", "categories"} & changes.keys():
        main = changes.get("primary_category", lead.primary_category)
        changes["categories"] = _categories(main, changes.get("categories", lead.categories))
    return changes


async def _move(session: AsyncSession, lead: Lead, place: places.Place) -> None:
    """Another village sees the lead; the one that it was taken for no longer does, unless it
    handed the lead in or has to do with it."""
    before = (await places.locate(session, lead.division_code)).village_unit_id
    creator = await session.scalar(select(Post.unit_id).where(Post.id == lead.created_by_post_id))
    stays = {creator, lead.owner_unit_id, *await lead_assists.units_of(session, lead.id)}
    stays.add(place.village_unit_id)
    if before is not None and before not in stays:
        await record_access.withdraw(session, lead.id, [before])
    await record_access.grant(session, leads.RESOURCE, lead.id, [place.village_unit_id])
    if lead.merged_into_id is not None:
        # the village that it left may see it by its main one still
        await lead_sight.follow(session, await session.get_one(Lead, lead.merged_into_id))
