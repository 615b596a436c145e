"""How rows of a ledger become records: one writer a kind, each a handful of COPYs."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE
from api.core.base.threads import giving_way
from api.core.database import numbers
from api.core.events import events
from api.core.sheets.ledger_found import LedgerRow
from api.domain.entities.risk_entities import Industry, Registration, RiskTier
from api.domain.entities.risk_measures import RiskMeasureKind
from api.domain.imports.ledgers import LedgerKind
from api.domain.kit import heading_words as words
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.leads import source_numbers
from api.domain.leads.categories import LeadCategory
from api.domain.leads.channels import LeadChannel
from api.domain.leads.leads import ReporterKind
from api.domain.recovery.distributions import ClaimStatus
from api.domain.reporters import informants as vault
from api.models.imports import Import
from api.models.risk_entities import RiskEntity
from api.schemas.risk_entities import RiskEntityRow
from api.schemas.victims import VictimCreate
from api.services.cases import victims
from api.services.entities import risk_entity_drafts
from api.services.imports.import_known import own_number
from api.services.imports.import_rows import Composed, StagedRow, Writer, naming
from api.services.kit import places
from api.services.leads import conflicts, lead_intake, lead_proposals, leads, unnamed

#: Columns that no form knows, but that speak of whoever reported: their place is the vault.
_OF_INFORMANT = re.compile(
    "(?<!被)(?:举报|反映|报案|报警|投诉|信访|来访|来电|来信|上访|检举|控告|联系|提供|求助)(?:人|者|群众)"
).search
#: What is one person's own; of a business only the address is.
_PERSONAL = frozenset(
    f"{words.IDENTITY} {words.PHONE} {words.LANDLINE} {words.HOME}".split()
) - frozenset(words.PREMISES.split())
_BRACKET = re.compile(r"[（(].*?[）)]|\s")
_VICTIM_LABELS = {"source_number": "台账编号"}
_LEAD_LABELS = {"due_on": "台账办理期限"}
_ENTITY_LABELS = {"source_number": "台账编号", "responsible_staff": "责任人"}
#: Where the ledger names no measure, there is no record to carry these.
_ENTITY_LABELS_ALONE = _ENTITY_LABELS | {
    "measure_actor": "实施主体",
    "rectify_by": "整改时限",
    "progress": "进展",
}


async def write_leads(
    session: AsyncSession, actor: Actor, record: Import, rows: Sequence[StagedRow]
) -> Callable[[], Composed]:
    """Leads land as registered, owned by the office; the ledger's unit is a proposal."""
    codes = [row.values.get("division_code") or record.town_code for row in rows]
    located = await places.locate_many(session, codes)
    taken = await numbers.take("XS", record.town_code, len(rows))
    here = [located[code] for code in codes]
    near = await conflicts.around_all(session, (place.division_code for place in here))
    towns = {place.town_code for place in here}
    units = {town: await lead_proposals.units(session, town) for town in sorted(towns)}
    return partial(_lead_lines, actor, record.id, rows, here, taken, near, units)


def _lead_lines(
    actor: Actor,
    import_id: UUID,
    rows: Sequence[StagedRow],
    located: Sequence[places.Place],
    taken: Sequence[str],
    near: Mapping[str, conflicts.Around],
    units: Mapping[str, Mapping[str, UUID]],
) -> Composed:
    made = Composed()
    for row, place, number in giving_way(zip(rows, located, taken, strict=True)):
        with naming(row):
            draft = lead_intake.draft(actor, lead(row), place, number)
        draft.lead["received_has_time"] = "T" in row.values["received_on"]
        draft.lead["import_id"], draft.lead["import_row"] = import_id, row.number
        proposed = row.values.get("proposed_unit")
        draft.lead["proposed_unit_id"] = (
            UUID(proposed)
            if proposed
            else lead_proposals.among(units[place.town_code], draft.lead["primary_category"])
        )
        lead_id: UUID = draft.lead["id"]
        made.ids.append(lead_id)
        reporter = draft.reporter or _known_anonymous(row, lead_id)
        if reporter:
            # whoever brings a ledger in keeps its informants: nobody is prompted row by row
            reporter["keepers_wanted"] = False
        coming = conflicts.Coming(draft.lead, draft.viewers, reporter, actor.unit_id)
        kept_off = conflicts.apart(near[place.town_code], coming)
        made.add("leads", draft.lead)
        if reporter:
            made.add("informants", reporter)
        for found in draft.identifiers:
            made.add("lead_identifiers", found)
        for viewer in draft.viewers:
            made.add("record_access", _access(leads.RESOURCE, viewer, lead_id))
        draft.event["data"] = draft.event["data"] | {"import_id": str(import_id)}
        made.add("events", draft.event)
        for model, values in kept_off:
            made.add(model.__tablename__, values)
    return made


def as_staged(row: LedgerRow) -> StagedRow:
    """A row that was just read, as it will be found again."""
    values = orjson.loads(orjson.dumps(row.values))
    return StagedRow(0, row.sheet, row.number, values, row.extras, b"", 0, [])


def lead(row: StagedRow) -> lead_intake.Told:
    """What a row says of a lead."""
    values = row.values
    kind = ReporterKind(values["reporter_kind"])
    named = kind is ReporterKind.REAL_NAME
    categories = [LeadCategory(code) for code in values["categories"]]
    return lead_intake.Told(
        channel=LeadChannel(values["channel"]),
        source_number=_source_number(values.get("source_number") or ""),
        batch_no=values.get("batch_no") or "",
        received_at=_moment(values["received_on"]),
        narrative=_unnamed(row, values["narrative"]),
        subject_name=values["subject_name"],
        subject_uscc=values.get("subject_uscc") or "",
        primary_category=categories[0],
        categories=categories,
        amount_involved=values.get("amount_involved"),
        people_involved=values.get("people_involved"),
        reporter=lead_intake.Teller(
            kind=kind,
            name=_informant(row) if named else "",
            phone=(values.get("reporter_phone") or "") if named else "",
        ),
        note=_note(row, _LEAD_LABELS, _of_informant(row)),
    )


def _of_informant(row: StagedRow) -> list[str]:
    """The columns that speak of whoever reported; beside their name a paper, a phone or a home that
    is said to be nobody else's is theirs as well."""
    named = bool(row.values.get("reporter_name"))
    return [
        label
        for label in row.extras
        if _OF_INFORMANT(label)
        or (named and _BRACKET.sub("", label).translate(words.SPELLINGS) in _PERSONAL)
    ]


def _unnamed(row: StagedRow, text: str) -> str:
    """Who asked for anonymity is not named by the text either; a named one's goes another way."""
    if ReporterKind(row.values["reporter_kind"]) is ReporterKind.REAL_NAME:
        return text
    return vault.hide(text, _informant(row), row.values.get("reporter_phone") or "")


def _informant(row: StagedRow) -> str:
    """The informant's name, and what else the ledger says of that person in columns of its own."""
    said = [row.values.get("reporter_name") or ""]
    said += [f"{label}：{row.extras[label]}" for label in _of_informant(row)]
    return "；".join(part for part in said if part)


def _known_anonymous(row: StagedRow, lead_id: UUID) -> dict[str, Any] | None:
    """Who asked for anonymity but stands in the ledger is kept in the vault and shown nowhere."""
    name, phone = _informant(row), row.values.get("reporter_phone")
    if not name and not phone:
        return None
    return unnamed.row(lead_id, name, phone or "")


def _moment(said: str) -> datetime:
    if "T" in said:
        return datetime.fromisoformat(said).replace(tzinfo=TIMEZONE)
    return datetime.combine(date.fromisoformat(said), time(), TIMEZONE)


def _access(resource: str, viewer: UUID, record_id: UUID) -> dict[str, Any]:
    return {"viewer_id": viewer, "resource": resource, "record_id": record_id}


def _source_number(said: str) -> str:
    """A ledger's own number of a row; one of ours, as an export writes it, is nobody else's."""
    ours = any(own_number(kind, said) for kind in LedgerKind)
    return "" if ours else source_numbers.normal(said)


def _note(row: StagedRow, labels: dict[str, str], elsewhere: Collection[str] = ()) -> str:
    """The ledger's note, and what the ledger says that a record has no field for."""
    said = [row.values.get("note") or ""]
    said += [
        f"{label}：{row.values[name]}"
        for name, label in labels.items()
        if row.values.get(name)
        and not any(own_number(kind, row.values[name]) for kind in LedgerKind)
    ]
    said += [f"{label}：{value}" for label, value in row.extras.items() if label not in elsewhere]
    return "\n".join(part for part in said if part)


async def write_risk_entities(
    session: AsyncSession, actor: Actor, record: Import, rows: Sequence[StagedRow]
) -> Callable[[], Composed]:
    """Entities land on the list; one whose credit code is there already does not come in again."""
    codes = [row.values.get("division_code") or record.town_code for row in rows]
    located = await places.locate_many(session, codes)
    usccs = [row.values["uscc"] for row in rows if row.values.get("uscc")]
    there = await _listed(session, record, usccs)
    new = [row.values.get("uscc") not in there for row in rows]
    taken = iter(await numbers.take("QY", record.town_code, max(1, sum(new))))
    known = await risk_entity_drafts.around(session, record.town_code)
    work = [
        (row, located[code], next(taken) if is_new else None)
        for row, code, is_new in zip(rows, codes, new, strict=True)
    ]
    return partial(_entity_lines, actor, record.id, work, known)


async def _listed(session: AsyncSession, record: Import, usccs: list[str]) -> set[str]:
    """Credit codes that are on the town's ledger already."""
    found = await session.scalars(
        select(RiskEntity.uscc).where(
            RiskEntity.town_code == record.town_code, RiskEntity.uscc == func.any(usccs)
        )
    )
    return set(found)


def _entity_lines(
    actor: Actor,
    import_id: UUID,
    work: Sequence[tuple[StagedRow, places.Place, str | None]],
    known: risk_entity_drafts.Around,
) -> Composed:
    made = Composed()
    for row, place, number in giving_way(work):
        if number is None:
            made.ids.append(None)
            continue
        with naming(row):
            draft = risk_entity_drafts.draft(actor, entity(row), place, number, known)
        draft.entity["import_id"], draft.entity["import_row"] = import_id, row.number
        entity_id: UUID = draft.entity["id"]
        made.ids.append(entity_id)
        made.add("risk_entities", draft.entity)
        for table, several in (
            ("risk_entity_identifiers", draft.identifiers),
            ("risk_assessments", draft.assessments),
            ("risk_measures", draft.measures),
        ):
            for each in several:
                made.add(table, each)
        for viewer in draft.viewers:
            made.add("record_access", _access(risk_entity_drafts.RESOURCE, viewer, entity_id))
        draft.event["data"] = draft.event["data"] | {"import_id": str(import_id)}
        made.add("events", draft.event)
    return made


def entity(row: StagedRow) -> RiskEntityRow:
    """What a row says of an entity."""
    values = row.values
    registration, tier, due = (values.get(n) for n in ("registration", "tier", "rectify_by"))
    return RiskEntityRow.model_construct(
        name=values["name"],
        uscc=values.get("uscc") or "",
        kind=None,
        industry=Industry(values.get("industry") or Industry.OTHER),
        registration=Registration(registration) if registration else None,
        address=values.get("address") or "",
        division_code=values.get("division_code"),
        responsible_person=values.get("responsible_person") or "",
        responsible_phone=values.get("phone") or "",
        elders_served=values.get("elders_served"),
        prepaid_amount=values.get("prepaid_amount"),
        problems=values.get("problems") or "",
        tier=RiskTier(tier) if tier else None,
        factors="",
        owner_unit_id=None,
        source_lead_id=None,
        note=_note(row, _ENTITY_LABELS if values.get("measures") else _ENTITY_LABELS_ALONE),
        measures=[RiskMeasureKind(kind) for kind in values.get("measures") or ()],
        measure_actor=values.get("measure_actor") or "",
        rectify_by=date.fromisoformat(due) if due else None,
        progress=values.get("progress") or "",
        delisted=bool(values.get("delisted")),
    )


async def write_victims(
    session: AsyncSession, actor: Actor, record: Import, rows: Sequence[StagedRow]
) -> Callable[[], Composed]:
    """Claims land in the case's register, to be verified; nobody claims twice in a case."""
    if record.case_id is None:
        raise ValueError("a register of victims without its case")
    numbers_said = [row.values["id_number"] for row in rows if row.values.get("id_number")]
    there = await victims.registered(session, record.case_id, numbers_said)
    new = [row.values.get("id_number") not in there for row in rows]
    taken = iter(await numbers.take("SH", record.town_code, max(1, sum(new))))
    work = [(row, next(taken) if is_new else None) for row, is_new in zip(rows, new, strict=True)]
    return partial(_victim_lines, actor, record.id, record.town_code, record.case_id, work)


def _victim_lines(
    actor: Actor,
    import_id: UUID,
    town_code: str,
    case_id: UUID,
    work: Sequence[tuple[StagedRow, str | None]],
) -> Composed:
    made = Composed()
    for row, number in giving_way(work):
        if number is None:
            made.ids.append(None)
            continue
        with naming(row):
            claim = victims.draft(actor, town_code, victim(row, case_id))
        claim |= {"number": number, "import_id": import_id, "import_row": row.number}
        made.ids.append(claim["id"])
        made.add("victims", claim)
        told = {"number": number, "case_id": str(case_id), "import_id": str(import_id)}
        event = events.row(actor, EventName.VICTIM_CREATED, victims.RESOURCE, claim["id"], told)
        made.add("events", event)
    return made


def victim(row: StagedRow, case_id: UUID | None) -> VictimCreate:
    """What a row says of a claim in a case."""
    values = row.values
    paid_on = values.get("signed_on")
    return VictimCreate.model_construct(
        case_id=case_id,
        name=values["name"],
        id_number=values.get("id_number") or "",
        phone=values.get("phone") or "",
        account=values.get("account_no") or "",
        bank_name=values.get("bank_name") or "",
        address=values.get("address") or "",
        division_code=values.get("division_code"),
        claim_status=ClaimStatus.REGISTERED,
        paid_on=date.fromisoformat(paid_on) if paid_on else None,
        principal=values["principal"],
        returns=values.get("interest_paid") or 0,
        refunds=values.get("principal_refunded") or 0,
        note=_note(row, _VICTIM_LABELS),
    )


WRITERS: dict[LedgerKind, Writer] = {
    LedgerKind.LEADS: write_leads,
    LedgerKind.RISK_ENTITIES: write_risk_entities,
    LedgerKind.VICTIMS: write_victims,
}
