"""Handing a lead to the police or to a department, until its result is back."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, is_ahead, now, today
from api.core.base.ids import uuid7
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, RuleViolated
from api.domain.kit.events import EventName
from api.domain.law import clocks
from api.domain.leads import lead_transfers as law
from api.domain.leads.leads import LeadAction, ReceivingOrgan, TransferResult, TransferStage
from api.models.lead_transfers import LeadTransfer, LeadTransferClock
from api.models.leads import Lead
from api.services.kit import columns, time_rules
from api.services.leads import lead_texts

_Clock = LeadTransferClock
_CLOCKS = columns.json_list(
    select(
        func.json_build_object(
            "rule_id", _Clock.rule_id,
            "rule_version", _Clock.rule_version,
            "side", _Clock.side,
            "started_at", _Clock.started_at,
            "due_at", _Clock.due_at,
            "is_provisional", _Clock.is_provisional,
            "ended_on", _Clock.ended_on,
        )
    ).where(_Clock.transfer_id == LeadTransfer.id)
)  # fmt: skip
_SHOWN = (
    "id", "organ", "department", "reported_on", "investigators", "report", "refused_on", "refusal",
    "document_no", "materials", "approved_on", "approved_by", "sent_on", "receipt_no",
    "received_on", "received_at", "received_by", "matter", "told_on", "told_at", "missing", "supplied_on",
    "supplied", "result", "result_on", "result_document_no", "result_note", "review_asked_on",
    "review_reason", "review_result", "reviewed_on", "review_document_no",
)  # fmt: skip
#: All hand-overs of a lead, for its listing.
COLUMN = columns.json_list(
    select(
        func.json_build_object(
            *(part for name in _SHOWN for part in (name, getattr(LeadTransfer, name))),
            "clocks",
            _CLOCKS,
        )
    ).where(LeadTransfer.lead_id == Lead.id)
)


def _past(day: date, field: str, *, since: date | None = None) -> date:
    if day > today():
        message = "日期不能晚于今天"
        raise Invalid(message, errors=[FieldError(f"/{field}", "in_future", message)])
    if since is not None and day < since:
        message = f"日期不能早于{since}"
        raise Invalid(message, errors=[FieldError(f"/{field}", "too_early", message)])
    return day


def _past_moment(at: datetime, field: str, *, since: datetime | None = None) -> datetime:
    """What counts in hours is told by the minute; clocks of two desks differ a little."""
    if is_ahead(at):
        message = "时间不能晚于现在"
        raise Invalid(message, errors=[FieldError(f"/{field}", "in_future", message)])
    if since is not None and at < since:
        message = f"时间不能早于{since.astimezone(TIMEZONE):%Y-%m-%d %H:%M}"
        raise Invalid(message, errors=[FieldError(f"/{field}", "too_early", message)])
    return at


def _received(lead: Lead) -> date:
    """Nothing was reported or approved of a lead before somebody told of it: a slip of the pen in
    the year would begin a term that is over long since."""
    return lead.received_at.astimezone(TIMEZONE).date()


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), TIMEZONE) if day else None


def _moment(day: date) -> datetime:
    """A day stands for its end, today for now: nobody loses hours that nobody wrote down."""
    return now() if day == today() else clocks.end_of_day(day)


async def _current(session: AsyncSession, lead: Lead) -> LeadTransfer:
    found = await session.scalars(
        select(LeadTransfer)
        .where(LeadTransfer.lead_id == lead.id)
        .order_by(LeadTransfer.id.desc())
        .limit(1)
    )
    return found.one()


async def _keep(session: AsyncSession, transfer: LeadTransfer, **given: str) -> None:
    """Set texts of a hand-over, with what a mask hides in them kept beside them."""
    named = {lead_texts.of_transfer(transfer.id, name): text for name, text in given.items()}
    told = await lead_texts.keep(session, transfer.lead_id, named)
    for name, text in zip(given, told, strict=True):
        setattr(transfer, name, text)


async def _next(
    session: AsyncSession,
    transfer: LeadTransfer,
    ended: date,
    begins: law.TransferClock | None,
    at: datetime | None = None,
) -> None:
    """End the clock that runs, and begin another one on that day, or at the very moment."""
    await session.execute(
        update(_Clock)
        .where(_Clock.transfer_id == transfer.id, _Clock.ended_on.is_(None))
        .values(ended_on=ended)
    )
    if begins is None:
        return
    rule = await time_rules.one(session, begins.rule_id, ended)
    started = at or _moment(ended)
    due = clocks.deadline(rule, started, await time_rules.calendar(session))
    session.add(
        _Clock(
            transfer_id=transfer.id,
            lead_id=transfer.lead_id,
            rule_id=rule.rule_id,
            rule_version=rule.version,
            side=begins.side,
            started_at=started,
            due_at=due.at,
            due_on=due.at.astimezone(TIMEZONE).date(),
            is_provisional=due.provisional,
        )
    )


async def recount(session: AsyncSession, current: time_rules.Clock) -> None:
    """Count anew by rules and calendar as they are now; a term that has ended keeps its day."""
    rows = await session.scalars(
        select(_Clock).where(_Clock.ended_on.is_(None)).order_by(_Clock.id).with_for_update()
    )
    for row in rows:
        started = row.started_at.astimezone(TIMEZONE).date()
        version = current.holds(row.rule_id, started, row.rule_version)
        rule = current.rule(row.rule_id, started, version)
        due = clocks.deadline(rule, row.started_at, current.calendar)
        before, day = row.due_on, due.at.astimezone(TIMEZONE).date()
        was = (row.due_at, row.is_provisional, row.rule_version)
        if (due.at, due.provisional, rule.version) == was:
            continue
        row.due_at, row.due_on, row.is_provisional = due.at, day, due.provisional
        row.rule_version = rule.version
        told = {"from_day": before.isoformat(), "to_day": day.isoformat()}
        told |= {"is_provisional": due.provisional}
        await events.record(session, None, EventName.DUE_RECOUNTED, "lead", row.lead_id, told)


async def _propose(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """The written report lies before the head from that day."""
    officers = law.officers(body.investigators)
    if len(officers) < law.OFFICERS:
        rule = await time_rules.one(session, law.PROPOSED.rule_id, today())
        message = f"须有{law.OFFICERS}名以上执法人员核实情况，姓名之间用顿号分开（{rule.source}）"
        raise Invalid(message, errors=[FieldError("/investigators", "two_officers", message)])
    transfer = LeadTransfer(
        id=uuid7(),
        lead_id=lead.id,
        organ=ReceivingOrgan.POLICE,
        department=ReceivingOrgan.POLICE.label,
        reported_on=_past(body.reported_on, "reported_on", since=_received(lead)),
        created_by_post_id=actor.post_id,
    )
    await _keep(session, transfer, investigators="、".join(officers), report=body.report)
    session.add(transfer)
    await session.flush()
    await stop(session, lead.id)  # what an earlier receiver owed is not waited for any more
    lead.transfer_stage, lead.transfer_reminded_on = TransferStage.PROPOSED, None
    lead.transfer_proposed_by_id = actor.id
    await _next(session, transfer, body.reported_on, law.PROPOSED)


async def _approve(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Decided now: what follows is counted in hours from this moment."""
    del body
    transfer = await _current(session, lead)
    transfer.approved_on, transfer.approved_by = today(), actor.name
    lead.transfer_stage = TransferStage.APPROVED
    await _next(session, transfer, today(), law.SENT[transfer.organ], now())


async def _refuse(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Not approved, or taken back before it was handed over: the reasons stay with the report."""
    del actor
    transfer = await _current(session, lead)
    transfer.refused_on = today()
    await _keep(session, transfer, refusal=body.reason)
    lead.transfer_stage = TransferStage.REFUSED
    await _next(session, transfer, today(), None)


async def _send(
    session: AsyncSession, actor: Actor, lead: Lead, body: Any, organ: ReceivingOrgan
) -> None:
    police = organ is ReceivingOrgan.POLICE
    transfer = LeadTransfer(
        id=uuid7(),
        lead_id=lead.id,
        organ=organ,
        department=organ.label,
        created_by_post_id=actor.post_id,
    )
    if not police:
        await _keep(session, transfer, department=body.department)
    await _papers(session, transfer, body)
    session.add(transfer)
    await session.flush()
    await stop(session, lead.id)  # as above
    if police:
        await _approved_on_paper(session, lead, transfer, body)
    lead.transfer_stage, lead.transfer_reminded_on = TransferStage.SENT, None
    await _next(session, transfer, transfer.approved_on or today(), law.SENT[organ])


async def _papers(session: AsyncSession, transfer: LeadTransfer, body: Any) -> None:
    given = {"document_no": body.document_no or "", "materials": body.materials}
    await _keep(session, transfer, **given)
    transfer.sent_on = today()


async def _approved_on_paper(
    session: AsyncSession, lead: Lead, transfer: LeadTransfer, body: Any
) -> None:
    """The head signed a paper; when the report lay before the head, the term was kept or not."""
    reported: date | None = getattr(body, "reported_on", None)
    if reported is not None:
        _past(reported, "reported_on", since=_received(lead))
    since = reported or _received(lead)
    transfer.approved_on = _past(body.approved_on, "approved_on", since=since)
    await _keep(session, transfer, approved_by=body.approved_by)
    if reported is not None:
        transfer.reported_on = reported
        await _next(session, transfer, reported, law.PROPOSED)
        await session.flush()  # the next one ends it


def _ensure_as_approved(transfer: LeadTransfer, body: Any) -> None:
    """Nobody writes over what the head decided."""
    for field in ("reported_on", "approved_on", "approved_by"):
        given, decided = getattr(body, field, None), getattr(transfer, field)
        if given is not None and given != decided:
            message = f"批准移送的记录为{decided}"
            raise Invalid(message, errors=[FieldError(f"/{field}", "not_as_approved", message)])


async def _to_police(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    if lead.transfer_stage is TransferStage.APPROVED:
        transfer = await _current(session, lead)
        _ensure_as_approved(transfer, body)
        await _papers(session, transfer, body)
        lead.transfer_stage = TransferStage.SENT  # its clock runs since the approval
        return
    await _send(session, actor, lead, body, ReceivingOrgan.POLICE)


async def _to_department(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    await _send(session, actor, lead, body, ReceivingOrgan(body.organ.value))


async def _receipt(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    transfer = await _current(session, lead)
    at = _past_moment(body.received_at, "received_at", since=_begin(transfer.approved_on))
    day = at.astimezone(TIMEZONE).date()
    transfer.received_at, transfer.received_on = at, day
    await _keep(session, transfer, receipt_no=body.receipt_no, received_by=body.received_by)
    if body.matter is not None and transfer.organ is not ReceivingOrgan.POLICE:
        message = "只有移送公安的线索填写案件类型"
        raise Invalid(message, errors=[FieldError("/matter", "not_asked", message)])
    transfer.matter = body.matter
    lead.transfer_stage = TransferStage.RECEIVED
    await _next(session, transfer, day, _decides(transfer), at)


def _decides(transfer: LeadTransfer) -> law.TransferClock:
    """The term in which the receiver decides."""
    return law.POLICE[transfer.matter] if transfer.matter else law.RECEIVED[transfer.organ]


async def _incomplete(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """The police tell of missing papers within 24 hours, or have accepted what there is."""
    del actor
    transfer = await _current(session, lead)
    told = _past_moment(
        body.told_at, "told_at", since=transfer.received_at or _begin(transfer.received_on)
    )
    # of earlier receipts only the day is known: it stands for its end
    received = transfer.received_at or clocks.end_of_day(transfer.received_on or today())
    rule = await time_rules.one(session, law.TOLD_RULE, received.astimezone(TIMEZONE).date())
    if told > clocks.deadline(rule, received, await time_rules.calendar(session)).at:
        raise RuleViolated(
            f"公安机关应当在接受案件后{rule.term_label}内一次告知须补正的材料，逾期告知的视为材料齐全",
            code="incomplete_told_late",
            article=rule.source,
            rule=rule.rule_id,
            rule_version=rule.version,
        )
    day = told.astimezone(TIMEZONE).date()
    transfer.told_at, transfer.told_on = told, day
    await _keep(session, transfer, missing=body.missing)
    lead.transfer_stage = TransferStage.INCOMPLETE
    await _next(session, transfer, day, law.INCOMPLETE, told)


async def _supply(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    transfer = await _current(session, lead)
    day = _past(body.supplied_on, "supplied_on", since=transfer.told_on)
    transfer.supplied_on = day
    await _keep(session, transfer, supplied=body.supplied)
    lead.transfer_stage = TransferStage.RECEIVED
    await _next(session, transfer, day, _decides(transfer))


async def _result(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Raises RuleViolated for a refusal that gives nothing but missing papers as its reason."""
    del actor
    transfer = await _current(session, lead)
    day = _past(body.result_on, "result_on", since=transfer.received_on)
    if body.result is TransferResult.REFUSED_INCOMPLETE:
        rule = await time_rules.one(session, law.TOLD_RULE, day)
        raise RuleViolated(
            "不得以材料不全为由不接受移送：应当接受并一次告知须补正的材料",
            code="incomplete_is_no_refusal",
            article=rule.source,
            rule=rule.rule_id,
            rule_version=rule.version,
        )
    if body.result is TransferResult.FORWARDED:
        # the organ in charge decides anew, and its result is still to come
        await _keep(session, transfer, result_note=body.result_note)
        lead.transfer_stage = TransferStage.RECEIVED
        await _next(session, transfer, day, _decides(transfer))
        return
    transfer.result, transfer.result_on = body.result, day
    given = {"result_document_no": body.document_no or "", "result_note": body.result_note}
    await _keep(session, transfer, **given)
    by_police = transfer.organ is ReceivingOrgan.POLICE
    declined = by_police and body.result is TransferResult.NOT_FILED
    lead.transfer_stage = TransferStage.DECLINED if declined else TransferStage.ANSWERED
    await _next(session, transfer, day, law.ANSWERED.get(body.result) if by_police else None)


async def _ask_review(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Raises RuleViolated when the days for it are over: then there is the procurator alone."""
    del actor
    transfer = await _current(session, lead)
    day = _past(body.review_asked_on, "review_asked_on", since=transfer.result_on)
    told = transfer.result_on or day
    rule = await time_rules.one(session, law.ANSWERED[TransferResult.NOT_FILED].rule_id, told)
    due = clocks.deadline(rule, clocks.end_of_day(told), await time_rules.calendar(session))
    if day > due.at.astimezone(TIMEZONE).date():
        raise RuleViolated(
            f"提请复议须在收到不予立案通知书后{rule.term_label}内；逾期的可以建议人民检察院依法进行立案监督",
            code="review_asked_late",
            article=rule.source,
            rule=rule.rule_id,
            rule_version=rule.version,
        )
    transfer.review_asked_on = day
    await _keep(session, transfer, review_reason=body.review_reason)
    lead.transfer_stage = TransferStage.REVIEWED
    await _next(session, transfer, day, law.REVIEW_ASKED)


async def _review(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """The second decision stands; what was answered first stays to be read."""
    del actor
    transfer = await _current(session, lead)
    day = _past(body.reviewed_on, "reviewed_on", since=transfer.review_asked_on)
    transfer.reviewed_on, transfer.review_result = day, body.review_result
    await _keep(session, transfer, review_document_no=body.document_no or "")
    lead.transfer_stage = TransferStage.ANSWERED
    await _next(session, transfer, day, law.REVIEWED[body.review_result])


async def _remind(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del session, actor, body
    lead.transfer_reminded_on = today()


async def forget(session: AsyncSession, lead: Lead) -> None:
    """A new round begins: earlier hand-overs stay to be read and bind nobody."""
    lead.transfer_stage = TransferStage.PAST if lead.transfer_stage else None
    lead.transfer_reminded_on = lead.transfer_proposed_by_id = None
    await stop(session, lead.id)


async def stop(session: AsyncSession, lead_id: UUID) -> None:
    """Nothing of a lead's hand-overs is waited for any more."""
    await session.execute(
        update(_Clock)
        .where(_Clock.lead_id == lead_id, _Clock.ended_on.is_(None))
        .values(ended_on=today())
    )


EFFECTS: dict[str, Callable[[AsyncSession, Actor, Lead, Any], Awaitable[None]]] = {
    LeadAction.PROPOSE_TRANSFER.value: _propose,
    LeadAction.APPROVE_TRANSFER.value: _approve,
    LeadAction.REFUSE_TRANSFER.value: _refuse,
    LeadAction.TRANSFER_POLICE.value: _to_police,
    LeadAction.TRANSFER_DEPARTMENT.value: _to_department,
    LeadAction.RECORD_RECEIPT.value: _receipt,
    LeadAction.RECORD_INCOMPLETE.value: _incomplete,
    LeadAction.SUPPLY_PAPERS.value: _supply,
    LeadAction.RECORD_RESULT.value: _result,
    LeadAction.ASK_REVIEW.value: _ask_review,
    LeadAction.RECORD_REVIEW.value: _review,
    LeadAction.REMIND.value: _remind,
}
