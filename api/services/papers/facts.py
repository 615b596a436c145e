"""What papers are filled with, read from their records as the actor may read them.

Texts come as they are on the screen: numbers masked, whoever reported something left out.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import visibility
from api.access.paper_rows import MODELS
from api.core.base.clock import TIMEZONE
from api.core.events.events import Event
from api.domain.entities.rectifications import RectificationStatus
from api.domain.entities.risk_measures import LegalActor, RiskMeasureKind
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.labels import Labelled
from api.domain.leads.categories import LeadCategory
from api.domain.leads.channels import LeadChannel
from api.domain.leads.lead_marks import FocusMark
from api.domain.leads.lead_transfers import TransferKind
from api.domain.leads.leads import LeadAction
from api.domain.leads.red_flags import RedFlag
from api.domain.organisation.handing_over import HandoverStatus
from api.domain.papers.papers import BASIS, READS, RULES, PaperKind
from api.models.cases import CaseLead
from api.models.inspections import Inspection
from api.models.lead_transfers import LeadTransfer
from api.models.risk_entities import RiskEntity, RiskMeasure
from api.services.across import handovers
from api.services.entities import rectifications, risk_entities
from api.services.leads import lead_slips, leads, unnamed


@dataclass(slots=True)
class Source:
    """A record that a paper is made from, as the actor reads it."""

    noun: str
    subject_id: UUID
    owner_unit_id: UUID | None
    values: dict[str, str]
    #: The records that were read, by noun: where a figure leads to.
    ids: dict[str, UUID] = field(default_factory=dict[str, UUID])
    #: In whose name it is done, where a measure says so.
    legal_actor: LegalActor | None = None
    #: The number of a paper that the record names already.
    document_no: str = ""


def on(day: date | str | None) -> str:
    """A day as papers write it (GB/T 9704 7.3.5.4: Arabic digits, no zero before them)."""
    if not day:
        return ""
    day = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return f"{day.year}年{day.month}月{day.day}日"


def _label(kind: type[Labelled], code: object) -> str:
    return kind.labels().get(str(code), str(code))


def _line(text: object) -> str:
    """A text as one line of a table."""
    return " ".join(str(text or "").split())


def _facts(pairs: Iterable[tuple[str, object]]) -> str:
    return "\n".join(f"{label}：{_line(said)}" for label, said in pairs if said)


def _unit(named: Mapping[str, Any] | None) -> tuple[UUID | None, str]:
    return (UUID(named["id"]), named["name"]) if named else (None, "")


async def subject(session: AsyncSession, actor: Actor, kind: PaperKind, subject_id: UUID) -> str:
    """From which noun a paper of this kind is made of this id. Raises NotFound."""
    for noun in RULES[kind].nouns:
        if actor.may(READS[noun]) and await visibility.sees(
            session, actor, MODELS[noun], subject_id
        ):
            return noun
    raise NotFound


async def gather(session: AsyncSession, actor: Actor, kind: PaperKind, subject_id: UUID) -> Source:
    """What a paper would say now. Raises NotFound, and Conflict for a record that is over."""
    noun = await subject(session, actor, kind, subject_id)
    return await READERS[kind, noun](session, actor, subject_id)


#: The steps by which a lead is handed over with a letter.
_HANDS_OVER = (LeadAction.TRANSFER_POLICE, LeadAction.REPORT_POLICE, LeadAction.TRANSFER_DEPARTMENT)

# --- letters ------------------------------------------------------------------------------------


def _letter(transfer: Mapping[str, Any]) -> dict[str, str]:
    kind = TransferKind(transfer["kind"])
    receiver = transfer["receiver"]
    return {
        "receiver": receiver["name"] if receiver else transfer["department"],
        "nature": kind.label,
        "basis": BASIS[kind],
        "grounds": transfer["reason"],
        "report": transfer["report"],
        "investigators": transfer["investigators"],
        "approved_by": transfer["approved_by"],
        "approved_on": on(transfer["approved_on"]),
        "materials": transfer["materials"],
    }


def _has_letter(transfer: Mapping[str, Any]) -> bool:
    """Decided or sent, and not taken back: what only waits for its head has no letter yet."""
    decided = transfer["sent_on"] or transfer["approved_on"]
    over = transfer["is_past"] or transfer["recalled_on"] or transfer["refused_on"]
    return bool(decided and not over) and TransferKind(transfer["kind"]) in BASIS


async def _lead_letter(session: AsyncSession, actor: Actor, lead_id: UUID) -> Source:
    lead = await leads.read(actor, lead_id, session)
    sent = max(filter(_has_letter, lead["transfers"]), key=lambda each: each["id"], default=None)
    owner_id, owner = _unit(lead["owner_unit"])
    category = _label(LeadCategory, lead["primary_category"])
    pairs = (
        ("反映对象", lead["subject_name"]),
        ("类别", category),
        ("村（社区）", lead["division_name"]),
        ("涉案金额（元）", lead["amount_involved"]),
        ("反映内容", lead["narrative"]),
        ("核查情况", lead["findings"]),
    )
    values = {
        "sender": owner,
        "title": lead["subject_name"] or f"{category}线索",
        "record_number": lead["number"],
        "facts": _facts(pairs),
    } | (_letter(sent) if sent else {})
    if sent and not values["grounds"]:
        values["grounds"] = await _told_grounds(session, lead_id) or values.pop("report")
    values = await _unnamed(session, [lead_id], values, unnamed.without)
    number = sent["document_no"] if sent else ""
    return Source("lead", lead_id, owner_id, values, {"lead": lead_id}, document_no=number)


async def _told_grounds(session: AsyncSession, lead_id: UUID) -> str:
    """Why a lead was handed over: its steps say so, and its hand-over does not repeat it."""
    return str(
        await session.scalar(
            select(Event.data["reason"].astext)
            .where(
                Event.subject_id == lead_id,
                Event.name == EventName.LEAD_TRANSITIONED.value,
                Event.data["action"].astext.in_([each.value for each in _HANDS_OVER]),
                Event.data["reason"].astext != "",
            )
            .order_by(Event.at.desc())
            .limit(1)
        )
        or ""
    )


async def _handover_letter(session: AsyncSession, actor: Actor, handover_id: UUID) -> Source:
    sent = await handovers.read(actor, handover_id, session)
    if sent["status"] == HandoverStatus.RECALLED.value:
        raise _over("移送、移交已经收回")
    if TransferKind(sent["kind"]) not in BASIS:
        raise _over("这种移送、移交没有移送书")
    owner_id, owner = _unit(sent["owner_unit"])
    values = _letter(sent) | {
        "sender": owner,
        "title": sent["title"],
        "record_number": sent["number"],
        "facts": _facts((each["label"], each["value"]) for each in sent["sent_facts"]),
    }
    row = LeadTransfer.id == handover_id
    reported = await session.scalars(
        select(RiskEntity.source_lead_id)
        .join(LeadTransfer, LeadTransfer.risk_entity_id == RiskEntity.id)
        .where(row, RiskEntity.source_lead_id.is_not(None))
        .union_all(
            select(CaseLead.lead_id)
            .join(LeadTransfer, LeadTransfer.case_id == CaseLead.case_id)
            .where(row)
        )
    )
    lead_ids = [each for each in reported if each]
    values = await _unnamed(session, lead_ids, values, unnamed.elsewhere)
    number = sent["document_no"]
    ids = {"handover": handover_id}
    return Source("handover", handover_id, owner_id, values, ids, document_no=number)


# --- entities -----------------------------------------------------------------------------------


async def _rectification(session: AsyncSession, actor: Actor, order_id: UUID) -> Source:
    order = await rectifications.read(actor, order_id, session)
    if order["status"] in {RectificationStatus.CLOSED, RectificationStatus.WITHDRAWN}:
        raise _over(f"整改{RectificationStatus(order['status']).label}")
    entity_id = UUID(order["entity"]["id"])
    ids = {"rectification": order_id, "risk_entity": entity_id}
    problems = ""
    if order["inspection_id"]:
        ids["inspection"] = UUID(order["inspection_id"])
        problems = await session.scalar(
            select(Inspection.note).where(
                Inspection.id == ids["inspection"], visibility.seen(actor, Inspection)
            )
        )
    values = {
        "record_number": order["number"],
        "entity_name": order["entity"]["name"],
        "problems": problems or "",
        "requirements": order["requirements"],
        "due_on": on(order["due_on"]),
        "legal_actor_name": order["legal_actor_name"],
        "legal_basis": order["legal_basis"],
    }
    values = await _of_entity(session, entity_id, values)
    owner_id, _ = _unit(order["owner_unit"])
    actor_kind = LegalActor(order["legal_actor"])
    return Source(
        "rectification", order_id, owner_id, values, ids, actor_kind, order["document_no"]
    )


async def _reminder(session: AsyncSession, actor: Actor, entity_id: UUID) -> Source:
    entity = await risk_entities.read(actor, entity_id, session)
    done = await session.scalar(
        select(RiskMeasure)
        .where(
            RiskMeasure.entity_id == entity_id,
            RiskMeasure.kind == RiskMeasureKind.REMIND,
            RiskMeasure.done_on.is_not(None),
        )
        .order_by(RiskMeasure.done_on.desc(), RiskMeasure.id.desc())
        .limit(1)
    )
    values = {
        "record_number": entity["number"],
        "entity_name": entity["name"],
        "problems": entity["problems"],
        "reminder": done.note if done else "",
        "deadline": on(done.deadline) if done else "",
        "legal_actor_name": done.legal_actor_name if done else "",
        "legal_basis": done.legal_basis if done else "",
    }
    values = await _of_entity(session, entity_id, values)
    owner_id, _ = _unit(entity["owner_unit"])
    return Source(
        "risk_entity",
        entity_id,
        owner_id,
        values,
        {"risk_entity": entity_id},
        done.legal_actor if done else None,
        done.document_no if done else "",
    )


# --- slips --------------------------------------------------------------------------------------


def _due(rule: str, *, provisional: bool) -> Iterator[str]:
    if rule:
        yield rule
    if provisional:
        yield "暂定，以放假安排公布后为准"


def _urgent(lead: Mapping[str, Any]) -> Iterator[str]:
    if lead["fast_track"]:
        yield "快办"
    yield from (_label(FocusMark, each) for each in lead["marks"])


def _assisting(each: Mapping[str, Any]) -> str:
    name: str = each["unit"]["name"]
    return f"{name}（{on(each['due_on'])}以前答复）" if each["due_on"] else name


async def _slip(session: AsyncSession, actor: Actor, lead_id: UUID) -> Source:
    slip = await lead_slips.read(session, actor, lead_id)
    lead: dict[str, Any] = slip["lead"]
    owner_id, owner = _unit(lead["owner_unit"])
    received = datetime.fromisoformat(lead["received_at"]).astimezone(TIMEZONE).date()
    categories = dict.fromkeys([lead["primary_category"], *lead["categories"]])
    people = lead["people_involved"]
    values = {
        "title": lead["subject_name"],
        "record_number": lead["number"],
        "owner_unit": owner,
        "assigned_by": slip["assigned_by"],
        "assigned_on": on(slip["assigned_on"]),
        "due_on": on(lead["due_on"]),
        "due_rule": "；".join(_due(slip["rule"], provisional=lead["due_is_provisional"])),
        "urgent": "、".join(_urgent(lead)),
        "assists": "、".join(
            _assisting(each) for each in lead["assists"] if each["status"] != "ended"
        ),
        "channel": f"{_label(LeadChannel, lead['channel'])} {lead['batch_no']}".strip(),
        "received_on": on(received),
        "categories": "、".join(_label(LeadCategory, each) for each in categories),
        "subject_name": lead["subject_name"],
        "uscc": lead["subject_uscc"],
        "place": lead["division_name"] or "",
        "amount": lead["amount_involved"] or "",
        "people": "" if people is None else f"{people} 人",
        "red_flags": "；".join(_label(RedFlag, each) for each in lead["red_flags"]),
        "narrative": lead["narrative"],
        "remark": lead["note"],
    }
    return Source("lead", lead_id, owner_id, values, {"lead": lead_id})


# --- what all of them do -------------------------------------------------------------------------


def _over(why: str) -> Conflict:
    return Conflict(f"{why}，不能再制作这种文书", code="paper_too_late")


async def _unnamed(
    session: AsyncSession,
    lead_ids: list[UUID],
    values: dict[str, str],
    leave_out: Callable[..., Awaitable[list[str]]],
) -> dict[str, str]:
    """The same values without whoever reported the leads that the record came from."""
    told = await leave_out(session, lead_ids, *values.values())
    return dict(zip(values, told, strict=True))


async def _of_entity(
    session: AsyncSession, entity_id: UUID, values: dict[str, str]
) -> dict[str, str]:
    lead_id = await session.scalar(
        select(RiskEntity.source_lead_id).where(RiskEntity.id == entity_id)
    )
    return await _unnamed(session, [lead_id] if lead_id else [], values, unnamed.elsewhere)


Reader = Callable[[AsyncSession, Actor, UUID], Awaitable[Source]]
#: Kind and noun → how its record is read. A test walks it against the templates.
READERS: Final[Mapping[tuple[PaperKind, str], Reader]] = {
    (PaperKind.TRANSFER_LETTER, "lead"): _lead_letter,
    (PaperKind.TRANSFER_LETTER, "handover"): _handover_letter,
    (PaperKind.RECTIFICATION_NOTICE, "rectification"): _rectification,
    (PaperKind.REMINDER_LETTER, "risk_entity"): _reminder,
    (PaperKind.ASSIGNMENT_SLIP, "lead"): _slip,
}
