"""Reports by anybody, without a login (PUB1, L1, L2): a lead that no post recorded, and its receipt."""

from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base import rows
from api.core.base.crypto import keyring
from api.core.database import numbers, record_access
from api.core.database.db import database
from api.core.events import events
from api.core.web import proof_of_work
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.leads.categories import LeadCategory
from api.domain.leads.channels import LeadChannel
from api.domain.organisation.organisation import LEVEL_DIGITS, DivisionLevel, UnitBehaviour
from api.domain.reporters.receipts import ProofPurpose
from api.domain.words import amounts
from api.domain.words.money import to_yuan
from api.models.informants import Informant
from api.models.leads import Lead, LeadIdentifier
from api.models.receipts import LeadReceipt
from api.models.units import Division, Unit
from api.schemas.leads import LeadCreate
from api.schemas.receipts import PublicReport
from api.services.kit import places
from api.services.leads import conflicts, lead_intake, lead_proposals, leads
from api.services.reporters import public_load, receipts

#: What stands where the reporter named nobody.
UNNAMED = "（未写明）"
_TOWN = LEVEL_DIGITS[DivisionLevel.TOWN]
_VILLAGE = LEVEL_DIGITS[DivisionLevel.VILLAGE]
#: Towns that have an office to look at what comes in.
_TOWNS = (
    select(Division.code, Division.name, Unit.name.label("office"), Unit.phone, Unit.address)
    .join(Unit, Unit.division_code == Division.code)
    .where(
        Unit.behaviour == UnitBehaviour.OFFICE, Unit.is_active, func.length(Division.code) == _TOWN
    )
    .order_by(Division.code)
)


async def offices() -> dict[str, Any]:
    """Every town that takes reports, with its villages."""
    async with database().reading() as connection:
        towns = (await connection.execute(_TOWNS)).all()
        within = func.left(Division.code, _TOWN)
        villages = (
            await connection.execute(
                select(Division.code, Division.name)
                .where(
                    func.length(Division.code) == _VILLAGE,
                    within.in_([town.code for town in towns]),
                )
                .order_by(Division.code)
            )
        ).all()
    return {
        "towns": [
            {
                "code": town.code,
                "name": town.name,
                "office": {"name": town.office, "phone": town.phone, "address": town.address},
                "villages": [
                    {"code": v.code, "name": v.name}
                    for v in villages
                    if v.code.startswith(town.code)
                ],
            }
            for town in towns
        ]
    }


def read_amount(text: str) -> dict[str, Any]:
    """What somebody means by a sum. Raises Invalid where nobody can tell."""
    try:
        said = amounts.spoken(text)
    except amounts.NotAnAmount as error:
        message = str(error)
        raise Invalid(message, errors=[FieldError("/text", "bad_amount", message)]) from error
    return {
        "amount": None if said.fen is None else to_yuan(said.fen),
        "question": said.question,
    }


async def create(session: AsyncSession, body: PublicReport) -> str:
    """Take in a report for the office of its town; returns the receipt.

    The same report on the same proof is taken in once and given the same receipt: an answer may be
    lost on the way. Raises Invalid, Conflict.
    """
    solved = proof_of_work.solved(
        ProofPurpose.REPORT.value, body.proof.challenge, body.proof.answer
    )
    receipt = receipts.drawn(solved.nonce)
    said = orjson.dumps(body.model_dump(mode="json", exclude={"proof"}))
    if not await proof_of_work.spend(session, solved, keyring().digest("report", said)):
        return receipt
    await public_load.check(session, ProofPurpose.REPORT, solved)
    place = await places.locate(session, body.division_code or await _only_town(session))
    number = (await numbers.take("XS", place.division_code))[0]
    made = lead_intake.draft(None, _as_lead(body), place, number)
    made.lead["proposed_unit_id"] = await lead_proposals.unit_for(
        session, made.lead["primary_category"], place.division_code
    )
    lead_id = made.lead["id"]
    coming = conflicts.Coming(made.lead, made.viewers, made.reporter)
    kept_off = await conflicts.keep_off(session, coming)
    kept = {
        "lead_id": lead_id,
        "digest": receipts.digest(receipt),
        "created_at": made.lead["created_at"],
        "issued_by_post_id": None,
    }
    told = receipts.event(
        EventName.LEAD_CREATED, lead_id, {"number": number, "channel": LeadChannel.PUBLIC_WEB.value}
    )
    parts: list[tuple[Any, dict[str, Any]]] = [(Lead, made.lead), (LeadReceipt, kept)]
    if made.reporter:
        parts.append((Informant, made.reporter))
    parts += [(LeadIdentifier, row) for row in made.identifiers]
    parts += record_access.rows_of(leads.RESOURCE, lead_id, made.viewers)
    await rows.insert_together(session, [*parts, (events.Event, told), *kept_off])
    return receipt


def _as_lead(body: PublicReport) -> LeadCreate:
    return LeadCreate(
        channel=LeadChannel.PUBLIC_WEB,
        source_number="",
        narrative=body.narrative,
        subject_name=body.subject_name or UNNAMED,
        primary_category=body.primary_category or LeadCategory.C0,
        reporter=body.reporter,
        received_at=None,
        division_code=None,
        amount_involved=None,
    ).model_copy(update={"amount_involved": body.amount_involved})


async def _only_town(session: AsyncSession) -> str:
    towns = (await session.execute(_TOWNS)).all()
    if len(towns) != 1:
        message = "请选择事情发生在哪个乡镇"
        raise Invalid(message, errors=[FieldError("/division_code", "missing", message)])
    return str(towns[0].code)
