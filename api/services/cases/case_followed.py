"""What a case takes over from its leads: whether it was filed, once the police said so there."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.events import events
from api.domain.across.field_labels import field_label, short_label
from api.domain.cases.cases import CASE_FLOW, LEVELS, CaseAction, CaseStatus
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.leads.police_decisions import PoliceDecision, contradicts
from api.domain.words.money import formatted
from api.models.cases import Case
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.services.cases import case_decisions, case_handover_decisions, case_leads
from api.services.cases.case_decisions import Decided
from api.services.cases.cases import RESOURCE
from api.services.kit import _transition, protect
from api.services.leads import lead_intake, police_decisions

_A = CaseAction


async def begin(
    session: AsyncSession,
    actor: Actor,
    found: Case,
    leads: list[Lead],
    handover: LeadTransfer | None = None,
) -> None:
    """A case from a lead, or the hand-over of an entity's problem, over which the police filed begins
    as filed, by the same paper; its other leads hear of it."""
    said = await police_decisions.said(session, [lead.id for lead in leads])
    filed = [pair for pair in said.values() if pair[0].filed]
    if handover is not None and (over := police_decisions.of(handover)):
        filed.append((over, handover))
    if not filed:
        return
    decision, transfer = min(filed, key=lambda pair: pair[0].on)
    await _file(session, actor, found, decision, transfer)
    await police_decisions.decided_on_case(session, actor, leads, decision)
    if handover is not None:
        await case_handover_decisions.filed(session, actor, [handover], decision)


async def follow(session: AsyncSession, actor: Actor, lead: Lead, transfer: LeadTransfer) -> None:
    """The cases of the unit that recorded what the police decided on a lead say it, too.

    Raises RuleViolated for what contradicts a decision on a case, Invalid for a day before it was
    taken in hand.
    """
    decision = police_decisions.of(transfer)
    if decision is None:
        return
    for found in await case_leads.cases_of(session, lead.id):
        _ensure_agrees(found, decision, transfer)
        if found.owner_unit_id != actor.unit_id or found.filed_on is not None:
            continue
        if decision.filed:
            await _file(session, actor, found, decision, transfer)
        elif found.status in case_leads.UNDECIDED:
            await _carry(session, actor, found, _A.DECLINE_TO_FILE, decision)


async def corrected(
    session: AsyncSession, actor: Actor, lead: Lead, before: Mapping[str, Any]
) -> None:
    """The cases that came of a lead tell when its money or people change: whoever handles them
    decides whether theirs do."""
    parts: list[str] = []
    for name, old in before.items():
        new = getattr(lead, name)
        if new != old:
            told = [_figure(name, each) for each in (old, new)]
            label = short_label(field_label(name, of="lead") or "")
            parts.append(f"{label}由{told[0]}改为{told[1]}")
    told_of = {"corrected": f"线索 {lead.number}：{'，'.join(parts)}"}
    for found in await case_leads.cases_of(session, lead.id):
        await events.record(
            session, actor, EventName.CASE_LEAD_CORRECTED, RESOURCE, found.id, told_of
        )


def _figure(name: str, value: int | None) -> str:
    if value is None:
        return "空"
    return formatted(value) if name == "amount_involved" else f"{value}人"


def _ensure_agrees(found: Case, decision: PoliceDecision, transfer: LeadTransfer) -> None:
    again = transfer.review_result is not None
    field = "review_result" if again else "result"
    if not decision.filed and found.filed_on is not None:
        message = "据本线索登记的案件已立案，办理结果不能是不予立案；不应追究的请在案件中撤案"
        raise contradicts(message, field)
    open_to = case_leads.UNDECIDED | ({CaseStatus.NOT_FILED} if again else set())
    if decision.filed and found.filed_on is None and found.status not in open_to:
        message = (
            f"据本线索登记的案件为“{found.status.label}”，办理结果不能是立案；请先在案件中重新审查"
        )
        raise contradicts(message, field)


async def _file(
    session: AsyncSession,
    actor: Actor,
    found: Case,
    decision: PoliceDecision,
    transfer: LeadTransfer,
) -> None:
    if found.status is CaseStatus.RECEIVED:
        taken = police_decisions.received_on(transfer) or decision.on
        receipt = Decided(min(taken, decision.on), document_no=transfer.receipt_no)
        await _put(session, actor, found, _A.ACCEPT, receipt)
    await _carry(session, actor, found, _A.FILE, decision)


async def _carry(
    session: AsyncSession, actor: Actor, found: Case, action: CaseAction, decision: PoliceDecision
) -> None:
    level = LEVELS[decision.level] if decision.level else None
    given = Decided(decision.on, level, decision.document_no, decision.note)
    await _put(session, actor, found, action, given)


async def _put(
    session: AsyncSession, actor: Actor, found: Case, action: CaseAction, given: Decided
) -> None:
    """Enter a decision that was made elsewhere: what the flow asks of who decides here, who records
    it there was asked already."""
    _ensure_later(found, given.on)
    before, rights = found.status, _transition.rights_of(found, CASE_FLOW)
    _transition.settle(found, CASE_FLOW.steps[action].to)
    _transition.pass_on(found, CASE_FLOW, rights)
    _transition.touch(found)
    told = {"action": action.value, "from": before.value, "to": found.status.value}
    told |= {case_decisions.day_field(action): given.on.isoformat()}
    if given.document_no:
        told["document_no"] = protect.told(given.document_no)
    await events.record(session, actor, EventName.CASE_TRANSITIONED, RESOURCE, found.id, told)
    await case_decisions.enter(session, actor, found, action, before, given)
    await session.flush()


def _ensure_later(found: Case, on: date) -> None:
    if found.stage_on is not None and on < found.stage_on:
        message = f"据本线索登记的案件 {found.stage_on} 才受理，决定日期不能早于这一天"
        raise Invalid(message, errors=[FieldError("/result_on", "too_early", message)])


police_decisions.FOLLOWERS.append(follow)
lead_intake.CORRECTED.append(corrected)
