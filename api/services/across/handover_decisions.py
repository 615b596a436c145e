"""What is done about the hand-over of a case or a risk entity: by who sent it, by who has it."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.database import record_access
from api.core.events import events
from api.domain.entities.risk_entities import TRANSFERRED, EntityStatus
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.leads import lead_transfers as law
from api.domain.leads.handovers import HANDOVER_FLOW, HandoverAction
from api.domain.leads.leads import ReceivingOrgan, TransferMoment, TransferResult
from api.domain.organisation.handing_over import OPEN, HandoverStatus
from api.models.cases import Case
from api.models.lead_transfers import LeadTransfer
from api.models.risk_entities import RiskEntity
from api.services.across import handing_over
from api.services.across.handovers import LISTING, NOBODY_WENT_ON, RESOURCE, read
from api.services.kit import _transition, protect
from api.services.leads import lead_transfer_decisions, lead_transfers, lead_waivers
from api.services.leads import lead_transfer_receivers as receivers

_S, _A = HandoverStatus, HandoverAction


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action on a hand-over. Raises what `_transition.take` raises, Invalid, RuleViolated."""
    found = await _transition.lock(session, actor, LISTING, LeadTransfer, record_id)
    if body.action == _A.UNWAIVE.value:
        found.waived_just_now = await _nobody_went_on(session, found)
    rights = _transition.rights_of(found, HANDOVER_FLOW)
    step, data = _transition.take(actor, found, HANDOVER_FLOW, body)
    await _EFFECTS[body.action](session, actor, found, body)
    data["to"] = (found.status or _S.SENT).value
    if data["to"] != data["from"]:
        await _begin_anew(session, found)
    _transition.pass_on(found, HANDOVER_FLOW, rights)
    data |= _transition.said(step, body)
    if data["to"] != data["from"]:
        data |= _transition.awaited(actor, found, HANDOVER_FLOW, data)
    if "awaits" in data and (due_on := await lead_transfers.until(session, found)):
        data["due_on"] = due_on.isoformat()
    for name in ("reason", "receipt_no"):
        if getattr(body, name, None):
            data[name] = protect.told(getattr(body, name))
    name = EventName.HANDOVER_TRANSITIONED
    await events.record(session, actor, name, RESOURCE, found.id, data)
    # whoever reads the record that was handed over sees there how it goes on
    of = ("case", found.case_id) if found.case_id else ("risk_entity", found.risk_entity_id)
    await events.record(session, actor, name, of[0], of[1], data | {"flow": RESOURCE})
    await session.flush()
    return await read(actor, record_id, session)


async def _begin_anew(session: AsyncSession, found: LeadTransfer) -> None:
    """With nobody any more, what was handed over is at its own next step from today on."""
    if found.status in OPEN:
        return
    of: Any = Case if found.case_id is not None else RiskEntity
    about = found.case_id or found.risk_entity_id
    _transition.renew(await session.get_one(of, about, with_for_update=True))


async def _over(
    session: AsyncSession, found: LeadTransfer, status: HandoverStatus, reason: str
) -> None:
    """Nothing is waited for any more."""
    _transition.settle(found, status)
    found.recalled_on = today()
    await lead_transfers.keep(session, found, recall_reason=reason)
    await lead_transfers.run(session, found, today(), None)


async def _recall(session: AsyncSession, actor: Actor, found: LeadTransfer, body: Any) -> None:
    """Nobody has received it yet: whoever was to get it sees it no more."""
    del actor
    await _over(session, found, _S.RECALLED, body.reason)
    if found.receiver_unit_id is not None:
        await record_access.withdraw(session, found.id, [found.receiver_unit_id])
    if found.risk_entity_id is not None:
        entity = await session.get_one(RiskEntity, found.risk_entity_id, with_for_update=True)
        if entity.status in TRANSFERRED:  # shut down meanwhile, it stays so
            _transition.put(entity, EntityStatus.HANDLING)


async def _waive(session: AsyncSession, actor: Actor, found: LeadTransfer, body: Any) -> None:
    del actor
    await _over(session, found, _S.WAIVED, body.reason)


async def _nobody_went_on(session: AsyncSession, found: LeadTransfer) -> bool:
    """Whether a waiver may be taken back; what was handed over stays as it is meanwhile."""
    if found.case_id is not None:
        await session.get_one(Case, found.case_id, with_for_update=True)
    else:
        await session.get_one(RiskEntity, found.risk_entity_id, with_for_update=True)
    still = select(NOBODY_WENT_ON).where(LeadTransfer.id == found.id)
    return found.recalled_on == today() and bool(await session.scalar(still))


async def _unwaive(session: AsyncSession, actor: Actor, found: LeadTransfer, body: Any) -> None:
    """It is waited for as before, in the term that ran."""
    del actor, body
    stage = await lead_waivers.resume(session, found)
    _transition.settle(found, _S(stage.value))


async def _forward(session: AsyncSession, actor: Actor, found: LeadTransfer, body: Any) -> None:
    """Not in its charge: whoever is gets it, and the sender is told by the record."""
    day: date = body.forwarded_on
    _ensure_day(day, found.received_on)
    gone = [found.receiver_unit_id] if found.receiver_unit_id else []
    about = await handing_over.affair(session, found)
    to = await receivers.chosen(session, actor, about, body, found.organ, gone)
    await receivers.ensure_new(session, found, to)
    if to.unit_id is None and law.same_name(to.name, found.department):
        message = f"“{to.name}”就是转送的单位，不能转送给自己"
        raise Invalid(message, errors=[FieldError("/department", "handover_to_self", message)])
    _transition.settle(found, _S.ANSWERED)
    found.result, found.result_on = TransferResult.FORWARDED, day
    given = {"result_document_no": body.document_no or "", "result_note": body.reason}
    await lead_transfers.keep(session, found, **given)
    await lead_transfers.note(session, actor, found, TransferMoment.FORWARD)
    await lead_transfers.run(session, found, day, None)
    if found.organ is ReceivingOrgan.POLICE and found.received_at:
        await lead_transfers.ran(session, found, law.FORWARDED, found.received_at, day)
    after = await handing_over.begun(
        session,
        actor,
        handing_over.Sent(
            found.kind, found.organ, found.title, found.town_code or "", about.owner_unit_id,
            found.sent_facts, found.case_id, found.risk_entity_id, found.id,
        ),
        to,
    )  # fmt: skip
    # a unit of the system has it today, whatever day stands on the paper
    sent_on = today() if to.unit_id else day
    after.approved_on, after.sent_on = found.approved_on, sent_on
    await lead_transfers.keep(session, after, materials=found.materials, reason=body.reason)
    await handing_over.send(session, actor, after, law.sent(after.kind, in_system=True))


def _ensure_day(day: date, since: date | None) -> None:
    if since is not None and day < since:
        message = f"日期不能早于{since}"
        raise Invalid(message, errors=[FieldError("/forwarded_on", "too_early", message)])


_EFFECTS: dict[str, Callable[[AsyncSession, Actor, LeadTransfer, Any], Awaitable[None]]] = {
    **lead_transfer_decisions.RECORDED,
    _A.FORWARD.value: _forward,
    _A.RECALL.value: _recall,
    _A.WAIVE.value: _waive,
    _A.UNWAIVE.value: _unwaive,
}
