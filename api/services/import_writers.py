"""How rows of a ledger become records: one writer a kind, each a handful of COPYs."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.core import numbers
from api.core.clock import TIMEZONE
from api.core.crypto import keyring
from api.domain.actors import Actor
from api.domain.categories import LeadCategory
from api.domain.channels import LeadChannel
from api.domain.leads import ReporterKind
from api.domain.ledgers import LedgerKind
from api.models.imports import Import
from api.schemas.leads import LeadCreate, Reporter
from api.services import leads, places
from api.services.import_rows import Composed, StagedRow, Writer

_LABELS = {"source_number": "台账编号", "due_on": "台账办理期限"}


async def write_leads(
    session: AsyncSession, actor: Actor, record: Import, rows: Sequence[StagedRow]
) -> Callable[[], Composed]:
    """Leads land as registered, owned by the office; the ledger's unit is a proposal."""
    codes = [row.values.get("division_code") or record.town_code for row in rows]
    located = await places.locate_many(session, codes)
    taken = await numbers.take("XS", record.town_code, len(rows))
    here = [located[code] for code in codes]
    return partial(_lead_lines, actor, record.id, rows, here, taken)


def _lead_lines(
    actor: Actor,
    import_id: UUID,
    rows: Sequence[StagedRow],
    located: Sequence[places.Place],
    taken: Sequence[str],
) -> Composed:
    made = Composed()
    for row, place, number in zip(rows, located, taken, strict=True):
        body = _lead(row)
        draft = leads.draft(actor, body, place, number)
        draft.lead["received_has_time"] = "T" in row.values["received_on"]
        draft.lead["import_id"], draft.lead["import_row"] = import_id, row.number
        proposed = row.values.get("proposed_unit")
        draft.lead["proposed_unit_id"] = UUID(proposed) if proposed else None
        lead_id: UUID = draft.lead["id"]
        made.ids.append(lead_id)
        made.add("leads", draft.lead)
        reporter = draft.reporter or _known_anonymous(row, lead_id)
        if reporter:
            made.add("lead_reporters", reporter)
        for found in draft.identifiers:
            made.add("lead_identifiers", found)
        for viewer in draft.viewers:
            access = {"viewer_id": viewer, "resource": leads.RESOURCE, "record_id": lead_id}
            made.add("record_access", access)
        draft.event["data"] = draft.event["data"] | {"import_id": str(import_id)}
        made.add("events", draft.event)
    return made


def _lead(row: StagedRow) -> LeadCreate:
    """Checked cell by cell already: building without validation halves the time."""
    values = row.values
    kind = ReporterKind(values["reporter_kind"])
    named = kind is ReporterKind.REAL_NAME
    categories = [LeadCategory(code) for code in values["categories"]]
    return LeadCreate.model_construct(
        channel=LeadChannel(values["channel"]),
        batch_no=values.get("batch_no") or "",
        received_at=_moment(values["received_on"]),
        narrative=values["narrative"],
        subject_name=values["subject_name"],
        subject_uscc=values.get("subject_uscc") or "",
        primary_category=categories[0],
        categories=categories,
        occurred_on=None,
        division_code=values.get("division_code"),
        amount_involved=values.get("amount_involved"),
        people_involved=values.get("people_involved"),
        red_flags=[],
        identifiers=[],
        reporter=Reporter.model_construct(
            kind=kind,
            name=(values.get("reporter_name") or "") if named else "",
            phone=(values.get("reporter_phone") or "") if named else "",
        ),
        fast_track=False,
        note=_note(row),
    )


def _known_anonymous(row: StagedRow, lead_id: UUID) -> dict[str, Any] | None:
    """Who asked for anonymity but stands in the ledger is kept in the vault and shown nowhere."""
    name, phone = row.values.get("reporter_name"), row.values.get("reporter_phone")
    if not name and not phone:
        return None
    keys = keyring()
    return {
        "lead_id": lead_id,
        "name_enc": keys.encrypt(name) if name else None,
        "phone_enc": keys.encrypt(phone) if phone else None,
    }


def _moment(said: str) -> datetime:
    if "T" in said:
        return datetime.fromisoformat(said).replace(tzinfo=TIMEZONE)
    return datetime.combine(date.fromisoformat(said), time(), TIMEZONE)


def _note(row: StagedRow) -> str:
    """The ledger's note, and what the ledger says that a lead has no field for."""
    said = [row.values.get("note") or ""]
    said += [
        f"{label}：{row.values[name]}" for name, label in _LABELS.items() if row.values.get(name)
    ]
    said += [f"{label}：{value}" for label, value in row.extras.items()]
    return "\n".join(part for part in said if part)[:10_000]


#: Kinds that come in here; victims come in with their case.
WRITERS: dict[LedgerKind, Writer] = {
    LedgerKind.LEADS: write_leads,
}
