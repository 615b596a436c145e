"""What a lead owes before it may end: arising with its conclusion, ended by act or by waiver.

`leads.owes` repeats what is open, so that every step and list knows it without a look aside.
"""

from collections.abc import Collection

from sqlalchemy import Text, exists, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.kit.actors import Actor
from api.domain.leads import lead_obligations as law
from api.domain.leads import police_decisions as police_said
from api.domain.leads.lead_obligations import ObligationEnd
from api.domain.leads.leads import LeadConclusion, Obligation, TransferResult, TransferStage
from api.models.lead_obligations import LeadObligation
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.units import Unit
from api.services.kit import columns
from api.services.leads import lead_texts

_SHOWN = ("id", "kind", "arose_on", "ended_on", "ended_by", "person", "reason")
#: All obligations of a lead, for its listing.
COLUMN = columns.json_list(
    select(
        func.json_build_object(
            *(part for name in _SHOWN for part in (name, getattr(LeadObligation, name)))
        )
    ).where(LeadObligation.lead_id == Lead.id),
    LeadObligation.id,
)

#: Leads of which something was let go: counted apart.
WAIVED = or_(
    Lead.transfer_stage == literal_column(f"'{TransferStage.WAIVED.value}'", Text()),
    exists(literal_column("1")).where(
        LeadObligation.lead_id == Lead.id,
        LeadObligation.ended_by == literal_column(f"'{ObligationEnd.WAIVED.value}'", Text()),
    ),
)


async def _open(session: AsyncSession, lead: Lead) -> list[LeadObligation]:
    found = await session.scalars(
        select(LeadObligation)
        .where(LeadObligation.lead_id == lead.id, LeadObligation.ended_on.is_(None))
        .order_by(LeadObligation.id)
        .with_for_update()
    )
    return list(found)


def _end(lead: Lead, row: LeadObligation, by: ObligationEnd) -> None:
    row.ended_on, row.ended_by = today(), by
    lead.owes = [each for each in lead.owes if each != row.kind.value]


async def arise(
    session: AsyncSession, lead: Lead, conclusion: LeadConclusion, *, anew: bool
) -> None:
    """What a conclusion asks for is owed from now on, unless it is done already. What was owed
    before ends by what comes in its place; a crime stays the police's to decide. `anew`: a second
    verification found it, of which the police knew nothing when they declined."""
    handler = await session.get_one(Unit, lead.owner_unit_id)
    asked = law.arises(conclusion, handler.behaviour)
    if asked is None:
        return
    before = await _open(session, lead)
    for row in before:
        if row.kind not in {asked, Obligation.POLICE_DECISION}:
            _end(lead, row, ObligationEnd.REPLACED)
    if asked in {row.kind for row in before} or asked in await _done(session, lead, anew=anew):
        return
    session.add(LeadObligation(lead_id=lead.id, kind=asked, arose_on=today(), person="", reason=""))
    lead.owes = [*lead.owes, asked.value]
    await session.flush()


async def _done(session: AsyncSession, lead: Lead, *, anew: bool) -> set[Obligation]:
    """What the hand-overs of this round have done, before anybody concluded."""
    rows = await session.execute(
        select(LeadTransfer, Unit.behaviour)
        .join(Unit, Unit.id == LeadTransfer.receiver_unit_id, isouter=True)
        .where(LeadTransfer.lead_id == lead.id, ~LeadTransfer.is_past)
    )
    done: set[Obligation] = set()
    for transfer, behaviour in rows:
        if transfer.received_on is not None:
            done |= law.met_by_receipt(transfer.organ, behaviour)
        declined = (
            police_said.decided(transfer.organ, transfer.result, transfer.review_result)
            is TransferResult.NOT_FILED
        )
        if transfer.result is not None and not (anew and declined):
            done |= law.met_by_result(transfer.organ, transfer.result)
    # a dispute that was found only now has yet to go to whoever settles it
    return done - {Obligation.ROUTE_RECEIPT}


async def meet(session: AsyncSession, lead: Lead, kinds: Collection[Obligation]) -> None:
    """An act has done what was owed."""
    if not set(lead.owes) & set(kinds):
        return
    for row in await _open(session, lead):
        if row.kind in kinds:
            _end(lead, row, ObligationEnd.MET)


async def received(session: AsyncSession, lead: Lead, transfer: LeadTransfer) -> None:
    """Whoever it was handed to has it now."""
    unit = transfer.receiver_unit_id
    behaviour = (await session.get_one(Unit, unit)).behaviour if unit else None
    await meet(session, lead, law.met_by_receipt(transfer.organ, behaviour))


async def waive(session: AsyncSession, actor: Actor, lead: Lead, reason: str) -> None:
    """A second person lets go of all that is owed, and says why: counted apart."""
    for row in await _open(session, lead):
        row.person = actor.name
        field = lead_texts.of("obligations", row.id, "reason")
        row.reason = await lead_texts.keep_one(session, lead.id, field, reason)
        _end(lead, row, ObligationEnd.WAIVED)


async def unwaive(session: AsyncSession, lead: Lead) -> None:
    """What was let go today is owed again."""
    rows = await session.scalars(
        select(LeadObligation).where(
            LeadObligation.lead_id == lead.id,
            LeadObligation.ended_by == ObligationEnd.WAIVED,
            LeadObligation.ended_on == today(),
            LeadObligation.kind.not_in(lead.owes),
        )
    )
    for row in rows.all():
        row.ended_on = row.ended_by = None
        row.person = row.reason = ""
        lead.owes = [*lead.owes, row.kind.value]


async def forget(session: AsyncSession, lead: Lead) -> None:
    """A new round begins: what was owed in the last binds nobody now."""
    for row in await _open(session, lead):
        _end(lead, row, ObligationEnd.REOPENED)
