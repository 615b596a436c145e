"""What is done about a hand-over: by who hands a lead over, by who approves it, by who gets it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, now, today
from api.core.base.ids import uuid7
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid, RuleViolated
from api.domain.kit.flow import Record
from api.domain.kit.permissions import Permission
from api.domain.law import clocks
from api.domain.leads import lead_transfers as law
from api.domain.leads.lead_obligations import met_by_result
from api.domain.leads.lead_transfers import TransferKind
from api.domain.leads.leads import (
    LEAD_FLOW,
    NONE_OPEN,
    NOTHING_LEFT,
    OPEN_STAGES,
    DecisionLevel,
    LeadAction,
    LeadStatus,
    ReceivingOrgan,
    TransferMoment,
    TransferResult,
    TransferStage,
    is_routed,
)
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.units import Unit
from api.services.kit import _transition, places, time_rules
from api.services.leads import (
    conflicts,
    lead_clocks,
    lead_obligations,
    lead_sight,
    lead_transfer_resumed,
    lead_waivers,
    police_decisions,
)
from api.services.leads import lead_transfer_receivers as receivers
from api.services.leads.lead_transfer_receivers import Receiver
from api.services.leads.lead_transfers import (
    Handed,
    before,
    current,
    end,
    keep,
    keep_on,
    laid_by,
    last_clock,
    lay_by,
    lie_still,
    note,
    over_before,
    pass_over,
    ran,
    recalled,
    run,
    stands,
    started,
    with_receiver,
)

#: Who decides whether a case is filed stands beside the term for it.
_FILING_RULE = "INT-02"


def _past(day: date, field: str, *, since: date | None = None) -> date:
    if since is not None and day < since:
        message = f"日期不能早于{since}"
        raise Invalid(message, errors=[FieldError(f"/{field}", "too_early", message)])
    return day


def _past_moment(at: datetime, field: str, *, since: datetime | None = None) -> datetime:
    """What counts in hours is told by the minute."""
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


async def _propose(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """The written report lies before the head from that day."""
    names = await _two_officers(session, body.investigators)
    reported = _past(body.reported_on, "reported_on", since=_received(lead))
    await _ensure_approver(session, actor, lead)
    await keep_on(session, lead)
    transfer = _made(actor, lead, TransferKind.TRANSFER, ReceivingOrgan.POLICE)
    transfer.department, transfer.reported_on = ReceivingOrgan.POLICE.label, reported
    await keep(session, transfer, investigators="、".join(names), report=body.report)
    session.add(transfer)
    await session.flush()
    lead.transfer_stage, lead.transfer_reminded_on = TransferStage.PROPOSED, None
    lead.transfer_proposed_by_id = actor.id
    await run(session, transfer, reported, law.PROPOSED)


async def _ensure_approver(session: AsyncSession, actor: Actor, lead: Lead) -> None:
    """Nobody is asked who is not there: what one proposes another one approves. Raises RuleViolated
    (`no_approver`)."""
    right, routed = Permission.LEAD_APPROVE_TRANSFER, is_routed(lead.town_code)
    if await places.others_sit(
        session, right, actor.id, lead.owner_unit_id if routed else None, lead.town_code
    ):
        return
    rule = await time_rules.one(session, law.PROPOSED.rule_id, today())
    where = "本单位" if routed else "本镇"
    raise RuleViolated(
        f"{where}没有另一人可以批准移送（提请移送的人不能自己批准）：请先为另一人设置有权批准的岗位，"
        "或者由单位负责人在纸上批准以后用“移送公安”登记",
        code="no_approver",
        article=rule.source,
    )


async def _two_officers(session: AsyncSession, said: str) -> list[str]:
    found = law.officers(said)
    if len(found) < law.OFFICERS:
        rule = await time_rules.one(session, law.PROPOSED.rule_id, today())
        message = f"须有{law.OFFICERS}名以上执法人员核实情况，姓名之间用顿号分开（{rule.source}）"
        raise Invalid(message, errors=[FieldError("/investigators", "two_officers", message)])
    return found


def _made(actor: Actor, lead: Lead, kind: TransferKind, organ: ReceivingOrgan) -> LeadTransfer:
    return LeadTransfer(
        id=uuid7(),
        lead_id=lead.id,
        kind=kind,
        organ=organ,
        recorded=[],
        created_by_post_id=actor.post_id,
    )


async def _approve(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Decided now: what follows is counted in hours from this moment."""
    del body
    transfer = await current(session, lead)
    transfer.approved_on, transfer.approved_by = today(), actor.name
    lead.transfer_stage = TransferStage.APPROVED
    await run(session, transfer, today(), law.APPROVED, now())


async def _refuse(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Not approved, or taken back before it was handed over: the reasons stay with the report. Who
    had the lead before goes on with it; where nobody had it, whoever asked says what was found."""
    del actor
    transfer = await current(session, lead)
    transfer.refused_on = today()
    await keep(session, transfer, refusal=body.reason)
    await run(session, transfer, today(), None)
    lead.transfer_stage = TransferStage.REFUSED
    lead.kept_stage = lead.kept_due_on = None
    if not await _as_before(session, lead, transfer):
        _transition.settle(lead, before(lead))


async def _as_before(session: AsyncSession, lead: Lead, transfer: LeadTransfer) -> bool:
    """Whoever had the lead before this hand-over goes on with it; whether somebody had it."""
    kept = await laid_by(session, lead, transfer)
    if kept is not None and await receivers.keeps_off(session, lead, kept):
        await recalled(session, kept, conflicts.MUST_KEEP_OFF)
        kept = None
    if kept is None:
        return False
    lead.transfer_receiver_id, lead.transfer_organ = kept.receiver_unit_id, kept.organ
    if kept.result is not None:
        lead.transfer_stage = TransferStage.ANSWERED
    elif kept.kind is TransferKind.DISPUTE and kept.received_on is not None:
        lead.transfer_stage = TransferStage.ACCEPTED
    else:
        lead.transfer_stage = await lead_waivers.resume(session, kept)
    return True


async def _send(session: AsyncSession, lead: Lead, transfer: LeadTransfer, to: Receiver) -> None:
    """It is with the receiver now, who sees it."""
    transfer.receiver_unit_id = to.unit_id
    if to.unit_id is None:
        await keep(session, transfer, department=to.name)
    else:
        transfer.department = to.name
    lead.transfer_stage, lead.transfer_reminded_on = TransferStage.SENT, None
    lead.transfer_receiver_id, lead.transfer_organ = to.unit_id, transfer.organ
    if transfer.follows_id is None:  # passed on, it is still whose it was
        lead.transfer_sender_id = lead.owner_unit_id
    await session.flush()
    await lead_sight.let_receive(session, lead)


async def _papers(session: AsyncSession, transfer: LeadTransfer, body: Any) -> None:
    given = {"document_no": body.document_no or "", "materials": body.materials}
    await keep(session, transfer, **given)
    transfer.sent_on = today()


#: What says that the head of who transfers has decided.
ON_PAPER = ("reported_on", "investigators", "report", "approved_on", "approved_by")


async def on_paper(
    session: AsyncSession, actor: Actor, transfer: LeadTransfer, body: Any, since: date | None
) -> None:
    """The head signed a paper: the same is asked for as where the head decides here. `since`:
    before then nothing was known. Raises Invalid, RuleViolated."""
    _ensure_given(LeadAction.TRANSFER_POLICE, body, ON_PAPER, "没有在本系统内批准的")
    names = await _two_officers(session, body.investigators)
    if law.is_one_of(body.approved_by, [*names, actor.name]):
        rule = await time_rules.one(session, law.PROPOSED.rule_id, today())
        message = "批准移送的是单位负责人，不能是经办、核实的人员"
        raise RuleViolated(
            message,
            code="approver_is_handler",
            errors=[FieldError("/approved_by", "approver_is_handler", message)],
            article=rule.source,
        )
    reported = _past(body.reported_on, "reported_on", since=since)
    transfer.reported_on = reported
    transfer.approved_on = _past(body.approved_on, "approved_on", since=reported)
    await keep(
        session, transfer, investigators="、".join(names), report=body.report,
        approved_by=body.approved_by,
    )  # fmt: skip
    await run(session, transfer, reported, law.PROPOSED)
    await session.flush()  # the next one ends it


def _ensure_as_approved(transfer: LeadTransfer, body: Any) -> None:
    """Nobody writes over what was reported and what the head decided."""
    for field in ON_PAPER:
        given, decided = getattr(body, field, None), getattr(transfer, field)
        if given and given != decided:
            message = f"批准移送的记录为{decided}"
            raise Invalid(message, errors=[FieldError(f"/{field}", "not_as_approved", message)])


async def _to_police(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    organ, kind = ReceivingOrgan.POLICE, TransferKind.TRANSFER
    to = await receivers.chosen(session, actor, lead, body, organ)
    clock = law.sent(kind, in_system=to.unit_id is not None)
    if lead.transfer_stage is TransferStage.APPROVED:
        transfer = await current(session, lead)
        _ensure_as_approved(transfer, body)
        await lay_by(session, lead, transfer)
        lead.transfer_stage = TransferStage.SENT
        await _papers(session, transfer, body)
        if to.unit_id is not None:  # else its clock runs since the approval
            await run(session, transfer, today(), clock)
    else:
        transfer = await _begun(session, actor, lead, body, kind, organ, to)
        await on_paper(session, actor, transfer, body, _received(lead))
        handed = today() if to.unit_id else transfer.approved_on
        await run(session, transfer, handed or today(), clock)
    await _send(session, lead, transfer, to)


async def _begun(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    body: Any,
    kind: TransferKind,
    organ: ReceivingOrgan,
    to: Receiver,
) -> LeadTransfer:
    """A hand-over with its papers; an earlier receiver's lies still until this one has it."""
    await lie_still(session, lead)
    transfer = _made(actor, lead, kind, organ)
    transfer.department = to.name if to.unit_id else ""
    await _papers(session, transfer, body)
    session.add(transfer)
    await session.flush()
    return transfer


async def _handed(
    session: AsyncSession,
    actor: Actor,
    lead: Lead,
    body: Any,
    kind: TransferKind,
    organ: ReceivingOrgan,
) -> None:
    to = await receivers.chosen(session, actor, lead, body, organ)
    transfer = await _begun(session, actor, lead, body, kind, organ, to)
    await run(session, transfer, today(), law.sent(kind, in_system=to.unit_id is not None))
    await _send(session, lead, transfer, to)


async def _report(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    await _handed(session, actor, lead, body, TransferKind.REPORT, ReceivingOrgan.POLICE)


async def _to_department(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    organ = ReceivingOrgan(body.organ.value)
    await _handed(session, actor, lead, body, TransferKind.REFERRAL, organ)


async def divert(session: AsyncSession, actor: Actor, lead: Lead, name: str) -> None:
    """A dispute goes to whoever settles it, who gives a receipt for it. Raises Conflict while
    somebody else has the lead."""
    if lead.transfer_stage in OPEN_STAGES:
        raise NONE_OPEN.refusal()
    for each in NOTHING_LEFT:
        if not each.holds(actor, cast("Record", lead)):
            raise each.refusal()
    kind, organ = TransferKind.DISPUTE, ReceivingOrgan.DISPUTE
    to = await receivers.named(session, actor, lead, name)
    transfer = _made(actor, lead, kind, organ)
    transfer.department, transfer.sent_on = to.name if to.unit_id else "", today()
    session.add(transfer)
    await session.flush()
    await run(session, transfer, today(), law.sent(kind, in_system=to.unit_id is not None))
    await _send(session, lead, transfer, to)


async def escalate(
    session: AsyncSession, actor: Actor, lead: Lead, county: Unit, reason: str
) -> None:
    """Beyond what the town can do: the county takes it in, and answers or gives it back. Raises
    RuleViolated where it may not have the lead, or has nobody for it."""
    kind, organ = TransferKind.ESCALATION, ReceivingOrgan.COUNTY
    await receivers.ensure_may_have(session, lead, county, organ, {lead.owner_unit_id})
    transfer = _made(actor, lead, kind, organ)
    transfer.department, transfer.sent_on = county.name, today()
    await keep(session, transfer, reason=reason)
    session.add(transfer)
    await session.flush()
    await run(session, transfer, today(), law.sent(kind, in_system=True))
    await _send(session, lead, transfer, Receiver(county.name, county.id))


async def _recall(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Nobody has received it yet: it is as before it was handed over."""
    del actor
    receiver, transfer = lead.transfer_receiver_id, await current(session, lead)
    await end(session, lead, body.reason)
    stands = before(lead)
    if await _as_before(session, lead, transfer):
        transfer.is_taken_back = True
        told_meanwhile = lead.status is LeadStatus.FED_BACK
        stands = lead.status if told_meanwhile else transfer.left_status or stands
    if lead.transfer_stage not in OPEN_STAGES:
        lead_clocks.never_stood_still(lead)
    _transition.settle(lead, stands)
    await lead_sight.let_go(session, lead, receiver)


async def _receipt(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    transfer = await with_receiver(session, lead)
    at = _past_moment(
        body.received_at, "received_at", since=await _sent_at(session, lead, transfer)
    )
    day = at.astimezone(TIMEZONE).date()
    transfer.received_at, transfer.received_on = at, day
    await keep(session, transfer, receipt_no=body.receipt_no, received_by=body.received_by)
    if body.matter is not None and transfer.organ is not ReceivingOrgan.POLICE:
        message = "只有移送公安的线索填写案件类型"
        raise Invalid(message, errors=[FieldError("/matter", "not_asked", message)])
    transfer.matter = body.matter
    settled = transfer.kind is TransferKind.DISPUTE
    await note(session, actor, transfer, TransferMoment.RECEIPT)
    if isinstance(lead, Lead):
        await over_before(session, lead, transfer, law.taken_over(transfer.kind))
        await lead_obligations.received(session, lead, transfer)
    await run(session, transfer, day, None if settled else _decides(transfer), at)
    stands(lead, TransferStage.ACCEPTED if settled else TransferStage.RECEIVED)


async def _sent_at(session: AsyncSession, lead: Handed, transfer: LeadTransfer) -> datetime | None:
    """Nothing is received before it was sent: to the minute in the system; of a body outside it is
    known since when the head allowed it, or since when there was something to send."""
    if transfer.receiver_unit_id is None:
        known = _received(lead) if isinstance(lead, Lead) else transfer.sent_on
        return _begin(transfer.approved_on or known)
    sent = await started(session, transfer)
    # of a day that somebody wrote down no hour is known
    if sent is None or (transfer.sent_on and sent == clocks.end_of_day(transfer.sent_on)):
        return _begin(transfer.sent_on)
    return sent.replace(second=0, microsecond=0)


def _decides(transfer: LeadTransfer) -> law.TransferClock:
    """The term in which the receiver decides."""
    return law.decides(transfer.kind, transfer.organ, transfer.matter)


def _when_received(transfer: LeadTransfer) -> datetime:
    """Of earlier receipts only the day is known: it stands for its end."""
    return transfer.received_at or clocks.end_of_day(transfer.received_on or today())


async def _incomplete(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    """The police tell of missing papers within 24 hours, or have accepted what there is."""
    transfer = await current(session, lead)
    if transfer.kind is not TransferKind.TRANSFER:
        rule = await time_rules.one(session, law.TOLD_RULE, today())
        message = "只有行政执法机关移送的才告知补正材料"
        raise Conflict(message, code="papers_complete", article=rule.source)
    told = _past_moment(
        body.told_at, "told_at", since=transfer.received_at or _begin(transfer.received_on)
    )
    received = _when_received(transfer)
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
    await keep(session, transfer, missing=body.missing)
    lead.transfer_stage = TransferStage.INCOMPLETE
    await note(session, actor, transfer, TransferMoment.INCOMPLETE)
    await pass_over(session, transfer, day, law.INCOMPLETE, told)


async def _supply(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    del actor
    transfer = await current(session, lead)
    day = _past(body.supplied_on, "supplied_on", since=transfer.told_on)
    transfer.supplied_on = day
    await keep(session, transfer, supplied=body.supplied)
    lead.transfer_stage = TransferStage.RECEIVED
    await pass_over(session, transfer, day, _decides(transfer))


async def _result(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    """Raises RuleViolated for a refusal that gives nothing but missing papers as its reason, and
    for a station that decides what is the county's to decide."""
    transfer = await with_receiver(session, lead)
    day = _past(body.result_on, "result_on", since=transfer.received_on)
    await _ensure_result(session, transfer, body, day)
    transfer.result, transfer.result_on = body.result, day
    transfer.decided_level = body.decided_level
    given = {"result_document_no": body.document_no or "", "result_note": body.result_note}
    await keep(session, transfer, **given)
    await note(session, actor, transfer, TransferMoment.RESULT)
    stage, follows = law.answered(transfer.kind, body.result)
    stands(lead, stage)
    if isinstance(lead, Lead):
        await lead_obligations.meet(session, lead, met_by_result(transfer.organ, body.result))
        if body.result is TransferResult.RETURNED:
            _transition.settle(lead, before(lead))
    await pass_over(session, transfer, day, follows)
    if isinstance(lead, Lead):
        await police_decisions.tell(session, actor, lead, transfer)


async def _ensure_result(
    session: AsyncSession, transfer: LeadTransfer, body: Any, day: date
) -> None:
    if body.result is TransferResult.REFUSED_INCOMPLETE and transfer.organ is ReceivingOrgan.POLICE:
        rule = await time_rules.one(session, law.TOLD_RULE, day)
        raise RuleViolated(
            "不得以材料不全为由不接受移送：应当接受并一次告知须补正的材料",
            code="incomplete_is_no_refusal",
            article=rule.source,
            rule=rule.rule_id,
            rule_version=rule.version,
        )
    possible = law.results(transfer.organ)
    if body.result not in possible:
        named = "、".join(each.label for each in possible[:-1])
        message = f"{transfer.organ.label}的办理结果为：{named}；不属管辖的请用“转送有管辖权的机关”"
        raise Invalid(message, errors=[FieldError("/result", "result_not_of_organ", message)])
    if transfer.organ is ReceivingOrgan.POLICE:
        await _ensure_decided(session, body, day)


def _ensure_given(action: LeadAction, body: Any, names: Sequence[str], when: str) -> None:
    """What a form leaves open and this case of it needs, all at once, by the form's own labels."""
    labels = {field.name: field.label for field in LEAD_FLOW.steps[action].fields}
    missing = [
        FieldError(f"/{name}", "missing", f"{when}，请填写{labels[name]}")
        for name in names
        if not getattr(body, name)
    ]
    if missing:
        raise Invalid(missing[0].message, errors=missing)


async def _ensure_decided(session: AsyncSession, body: Any, day: date) -> None:
    """Whether a case is filed is decided above the station, and on paper."""
    asked = ("decided_level", "document_no")
    _ensure_given(LeadAction.RECORD_RESULT, body, asked, "公安机关立案、不予立案的")
    if body.decided_level is DecisionLevel.STATION:
        rule = await time_rules.one(session, _FILING_RULE, day)
        message = "派出所无权自行决定立案或者不予立案，请填写作出决定的县级以上公安机关"
        raise RuleViolated(
            message,
            code="station_decides_no_filing",
            errors=[FieldError("/decided_level", "station_decides_no_filing", message)],
            article=rule.source,
        )


async def _forward(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """Not in its charge: whoever is gets it, and the sender is told by the record."""
    first = await current(session, lead)
    if lead.kept_off:
        await _hand_on(session, actor, lead, body, first)
        return
    day = _past(body.forwarded_on, "forwarded_on", since=first.received_on)
    gone = [] if first.receiver_unit_id is None else [first.receiver_unit_id]
    to = await receivers.chosen(session, actor, lead, body, first.organ, gone)
    await receivers.ensure_new(session, first, to)
    if to.unit_id is None and law.same_name(to.name, first.department):
        message = f"“{to.name}”就是转送的单位，不能转送给自己"
        raise Invalid(message, errors=[FieldError("/department", "handover_to_self", message)])
    first.result, first.result_on = TransferResult.FORWARDED, day
    given = {"result_document_no": body.document_no or "", "result_note": body.reason}
    await keep(session, first, **given)
    await note(session, actor, first, TransferMoment.FORWARD)
    await run(session, first, day, None)
    if first.organ is ReceivingOrgan.POLICE:
        await ran(session, first, law.FORWARDED, _when_received(first), day)
    after = _made(actor, lead, first.kind, first.organ)
    after.department, after.follows_id = first.department, first.id
    # a unit of the system has it today, whatever day stands on the paper
    sent_on = today() if to.unit_id else day
    after.approved_on, after.sent_on = first.approved_on, sent_on
    session.add(after)
    await session.flush()
    await run(session, after, sent_on, law.sent(first.kind, in_system=True))
    await _send(session, lead, after, to)


async def _hand_on(
    session: AsyncSession, actor: Actor, lead: Lead, body: Any, filed: LeadTransfer
) -> None:
    """Filed, and the station must keep off: another one opens the case of the same decision."""
    _past(body.forwarded_on, "forwarded_on", since=filed.reviewed_on or filed.result_on)
    gone = [] if filed.receiver_unit_id is None else [filed.receiver_unit_id]
    to = await receivers.chosen(session, actor, lead, body, filed.organ, gone)
    filed.receiver_unit_id = lead.transfer_receiver_id = to.unit_id
    if to.unit_id is None:
        await keep(session, filed, department=to.name)
        return
    filed.department = to.name
    await session.flush()
    await lead_sight.let_receive(session, lead)


async def _goods(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    """移送规定第12条: what belongs to the case is the police's from now on."""
    del actor
    transfer = await current(session, lead)
    since = transfer.reviewed_on or transfer.result_on
    day = _past(body.goods_on, "goods_on", since=since)
    transfer.goods_on = day
    await keep(session, transfer, goods=body.goods, goods_receipt_no=body.goods_receipt_no or "")
    lead.transfer_stage = TransferStage.ANSWERED
    await run(session, transfer, day, None)


async def _let_stand(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    """What the police declined, or upheld, stands: the sender asks nobody to decide otherwise."""
    del actor, body
    await let_stand(session, lead)


async def let_stand(session: AsyncSession, lead: Handed) -> None:
    """The same of whoever goes on without having said so."""
    transfer = await current(session, lead)
    lead.transfer_stage = TransferStage.ANSWERED
    await run(session, transfer, today(), None)
    if isinstance(lead, Lead):
        await lead_transfer_resumed.resume(session, lead, transfer)


async def _suggest_supervision(
    session: AsyncSession, actor: Actor, lead: Handed, body: Any
) -> None:
    """移送规定第9条: the procurator may order the police to file, which they then record as a case."""
    del actor
    transfer = await current(session, lead)
    day = _past(
        body.supervision_on, "supervision_on", since=transfer.reviewed_on or transfer.result_on
    )
    transfer.supervision_on = day
    await keep(
        session, transfer, supervision_by=body.supervision_by,
        supervision_document_no=body.document_no or "",
        supervision_reason=body.supervision_reason,
    )  # fmt: skip
    lead.transfer_stage = TransferStage.ANSWERED
    await run(session, transfer, day, None)
    if isinstance(lead, Lead):
        await lead_transfer_resumed.resume(session, lead, transfer)


async def _aftermath(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    """What becomes of a matter whose case the police gave up."""
    del actor
    transfer = await current(session, lead)
    await keep(session, transfer, aftermath=body.aftermath)
    await run(session, transfer, today(), None)
    lead.transfer_stage = TransferStage.ANSWERED


async def _ask_review(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    """Raises RuleViolated when the days for it are over: then there is the procurator alone."""
    del actor
    transfer = await current(session, lead)
    day = _past(body.review_asked_on, "review_asked_on", since=transfer.result_on)
    term = await last_clock(session, transfer, law.ANSWERED[TransferResult.NOT_FILED].rule_id)
    if term is not None and day > term.due_on:
        began = term.started_at.astimezone(TIMEZONE).date()
        rule = await time_rules.one(session, term.rule_id, began, term.rule_version)
        raise RuleViolated(
            f"提请复议须在收到不予立案通知书后{rule.term_label}内；逾期的可以建议人民检察院依法进行立案监督",
            code="review_asked_late",
            article=rule.source,
            rule=rule.rule_id,
            rule_version=rule.version,
        )
    transfer.review_asked_on = day
    await keep(session, transfer, review_reason=body.review_reason)
    lead.transfer_stage = TransferStage.REVIEWED
    await pass_over(session, transfer, day, law.REVIEW_ASKED)


async def _review(session: AsyncSession, actor: Actor, lead: Handed, body: Any) -> None:
    """The second decision stands; what was answered first stays to be read."""
    transfer = await current(session, lead)
    day = _past(body.reviewed_on, "reviewed_on", since=transfer.review_asked_on)
    transfer.reviewed_on, transfer.review_result = day, body.review_result
    await keep(session, transfer, review_document_no=body.document_no or "")
    lead.transfer_stage = law.REVIEWED_STAGE[body.review_result]
    await note(session, actor, transfer, TransferMoment.REVIEW)
    await pass_over(session, transfer, day, law.REVIEWED[body.review_result])
    if isinstance(lead, Lead):
        await police_decisions.tell(session, actor, lead, transfer)


async def _remind(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del session, actor, body
    lead.transfer_reminded_on = today()


#: What is the same for a hand-over of whatever.
RECORDED: dict[str, Callable[[AsyncSession, Actor, Handed, Any], Awaitable[None]]] = {
    LeadAction.RECORD_RECEIPT.value: _receipt,
    LeadAction.RECORD_INCOMPLETE.value: _incomplete,
    LeadAction.SUPPLY_PAPERS.value: _supply,
    LeadAction.RECORD_RESULT.value: _result,
    LeadAction.HAND_OVER_GOODS.value: _goods,
    LeadAction.ASK_REVIEW.value: _ask_review,
    LeadAction.SUGGEST_SUPERVISION.value: _suggest_supervision,
    LeadAction.LET_STAND.value: _let_stand,
    LeadAction.RECORD_REVIEW.value: _review,
    LeadAction.RECORD_AFTERMATH.value: _aftermath,
}
EFFECTS: dict[str, Callable[[AsyncSession, Actor, Lead, Any], Awaitable[None]]] = {
    **RECORDED,
    LeadAction.PROPOSE_TRANSFER.value: _propose,
    LeadAction.APPROVE_TRANSFER.value: _approve,
    LeadAction.REFUSE_TRANSFER.value: _refuse,
    LeadAction.TRANSFER_POLICE.value: _to_police,
    LeadAction.REPORT_POLICE.value: _report,
    LeadAction.TRANSFER_DEPARTMENT.value: _to_department,
    LeadAction.RECALL.value: _recall,
    LeadAction.FORWARD.value: _forward,
    LeadAction.REMIND.value: _remind,
    LeadAction.WAIVE.value: lead_waivers.waive,
    LeadAction.UNWAIVE.value: lead_waivers.unwaive,
}
