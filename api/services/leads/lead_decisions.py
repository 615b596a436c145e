"""What is decided about a lead, and what follows from each decision."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import now, today
from api.core.database import record_access
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.division_codes import county_of
from api.domain.kit.errors import Conflict, FieldError, Invalid, RuleViolated
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.leads.leads import (
    ASSISTS_ANSWERED,
    CASE_OPENED,
    LEAD_FLOW,
    NO_CASE,
    NOT_DRAWN,
    NOTHING_MERGED,
    PETITIONS,
    TRIAGE,
    UNDECIDED,
    FeedbackMode,
    LeadAction,
    LeadConclusion,
    LeadStatus,
    TransferStage,
    feedback_modes,
    is_routed,
)
from api.domain.organisation.organisation import LEAD_HANDLERS, UnitBehaviour
from api.models.cases import CaseLead
from api.models.informants import Informant
from api.models.leads import Lead
from api.models.receipts import LeadReceipt
from api.models.units import Unit
from api.services.kit import (
    _transition,
    due_days,
    places,
    time_rules,
)
from api.services.leads import (
    conflicts,
    lead_assignment_lines,
    lead_assists,
    lead_clocks,
    lead_obligations,
    lead_sight,
    lead_texts,
    lead_transfer_decisions,
    lead_transfers,
    lead_waivers,
    leads,
    recheck_samples,
    recheck_seeds,
    unnamed,
)

_DISPUTE_RULE = "LEAD-DISPUTE"

#: What the flow refuses while somebody who assists owes an answer.
_ANSWERED = frozenset(
    action.value for action, step in LEAD_FLOW.steps.items() if ASSISTS_ANSWERED in step.when
)
#: What nobody has to help with any more, or not with what was asked in an earlier round.
_NO_MORE_ASSISTS = frozenset(
    {
        LeadAction.TAKE_BACK.value,
        LeadAction.WITHDRAW.value,
        LeadAction.REJECT.value,
        LeadAction.CLOSE.value,
        LeadAction.REOPEN.value,
        LeadAction.REOPEN_COUNTY.value,
    }
)
#: What the flow refuses to a lead in which others go on: only these look for them.
_NOTHING_MERGED = frozenset(
    action.value for action, step in LEAD_FLOW.steps.items() if NOTHING_MERGED in step.when
)
#: What the flow refuses to a lead from which a case was opened.
_CASE_OPENED = frozenset(
    action.value for action, step in LEAD_FLOW.steps.items() if CASE_OPENED in step.when
)
_ASKS_FOR_A_CASE = _CASE_OPENED | {
    action.value for action, step in LEAD_FLOW.steps.items() if NO_CASE in step.when
}
#: What the flow refuses to a lead that was drawn for a second verification.
_NOT_DRAWN = frozenset(
    action.value for action, step in LEAD_FLOW.steps.items() if NOT_DRAWN in step.when
)
#: Nobody has had it in between; the last says whether it was given to a unit.
_UNSEEN = {
    (LeadAction.TAKE_BACK.value, LeadStatus.ASSIGNED, True),
    (LeadAction.REOPEN.value, LeadStatus.WITHDRAWN, False),
}
_TO_POLICE = (LeadAction.TRANSFER_POLICE.value, LeadAction.REPORT_POLICE.value)
_ASKS_WHO_KEEPS_OFF = _CASE_OPENED | {LeadAction.FORWARD.value}
_ASKS_THE_POLICE = {
    *_TO_POLICE,
    LeadAction.PROPOSE_TRANSFER.value,
    LeadAction.CONCLUDE.value,
    *_CASE_OPENED,
}
#: What may be found where the police have filed.
_AS_FILED = frozenset({LeadConclusion.SUSPECTED_CRIME, LeadConclusion.ILLEGAL})
_RECEIVES = LeadAction.RECORD_RECEIPT.value
#: With these a term begins, whichever day it ended on before.
_BEGINS = frozenset({LeadAction.ASSIGN.value, LeadAction.RECHECK.value})
#: What the timeline keeps of an action in the words given; days, units and codes it keeps anyway.
_WORDS = (
    "reason", "department", "diversion_department", "document_no", "receipt_no", "feedback_note",
    "solved_note", "missing",
)  # fmt: skip


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the lead flow and read the lead again. Raises what `act` raises."""
    await act(session, actor, record_id, body)
    return await leads.read(actor, record_id, session)


async def act(session: AsyncSession, actor: Actor, record_id: UUID, body: Any) -> None:
    """Take one action of the lead flow. Raises what `_transition.apply` raises, and Invalid."""
    lead = await _transition.lock(session, actor, leads.LISTING, Lead, record_id)
    told = {
        name: await unnamed.told(session, lead.id, getattr(body, name))
        for name in _WORDS
        if getattr(body, name, None)
    }
    before, until, stage = lead.status, lead.due_on, lead.transfer_stage
    given = lead.assigned_on is not None
    found: LeadConclusion | None = getattr(body, "conclusion", None)
    await _look_up(session, lead, body.action)
    if found is LeadConclusion.DUPLICATE:
        await lead_sight.ensure_nothing_merged(session, lead)
    rights = _transition.rights_of(lead, LEAD_FLOW)
    days = await due_days.checked(session, body)
    step, data = _transition.take(actor, lead, LEAD_FLOW, body, [days])
    # the county, which the town must keep out of it, is another one, too
    if found and (before is LeadStatus.RECHECK or is_routed(lead.town_code)):
        await recheck_samples.second_done(session, actor, lead.id, found)
    if body.action in _EFFECTS:
        told |= await _taken_from(session, actor, lead, body)
        if body.action in _HANDED_OVER:
            (await lead_transfers.current(session, lead)).left_status = before
        lead.unsettled = await lead_transfers.unsettled(session, lead)
        data["to"] = lead.status.value  # what is taken back goes to where it was
    # handed over or answered, it is another unit's turn, whatever its status
    _transition.pass_on(lead, LEAD_FLOW, rights)
    if lead.status is not before:
        await lead_clocks.begin_if_none(session, lead)
    await lead_clocks.follow(session, lead)
    # taken back before it was acknowledged or received, or withdrawn from the desk, nobody has had it
    unseen = body.action == LeadAction.RECALL.value or (body.action, before, given) in _UNSEEN
    if lead.status in TRIAGE and before not in TRIAGE and not unseen:
        lead.unowned_on = today()
    if body.action == LeadAction.ASSIGN.value or (
        before is LeadStatus.ASSIGNED and lead.status is not before
    ):
        await lead_assignment_lines.end(session, lead.id, LeadAction(body.action))
    data |= _transition.said(step, body) | told | await _term(session, lead, body, until)
    if lead.status is not before or lead.transfer_stage is not stage:
        data |= _transition.awaited(actor, lead, LEAD_FLOW, data)
    await events.record(session, actor, EventName.LEAD_TRANSITIONED, leads.RESOURCE, lead.id, data)
    # of a merged lead nothing is owed as it is, and undoing the merge brings back what was
    if body.action in _NO_MORE_ASSISTS and lead.merged_into_id is None:
        await lead_assists.over(session, lead, f"线索已{LeadAction(body.action).label}")
    await session.flush()


async def _taken_from(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> dict[str, str]:
    """Do what the act does; who had a lead that somebody else receives by it is not waited for any
    more, and the timeline says so."""
    had = None
    if body.action == _RECEIVES and lead.transfer_stage is TransferStage.SENT:
        last = await lead_transfers.current(session, lead)
        had = await lead_transfers.laid_by(session, lead, last)
    await _EFFECTS[body.action](session, actor, lead, body)
    return {"taken_from": had.department} if had is not None and had.recalled_on else {}


async def _look_up(session: AsyncSession, lead: Lead, action: str) -> None:
    """What the conditions of an act ask for and the row itself does not say."""
    if action in _NOT_DRAWN:
        lead.recheck_drawn = await recheck_samples.is_drawn(session, lead.id)
    if action in _NOTHING_MERGED:
        lead.has_merged = bool(await lead_sight.merged_into(session, lead))
    lead.unsettled = await lead_transfers.unsettled(session, lead)
    if action in _ASKS_FOR_A_CASE:
        lead.has_case = bool(
            await session.scalar(select(exists().where(CaseLead.lead_id == lead.id)))
        )
    if action in _ASKS_WHO_KEEPS_OFF:
        lead.kept_off = await lead_transfers.kept_off(session, lead)
    if action in _ASKS_THE_POLICE:
        lead.police_have_it = await lead_transfers.police_have_it(session, lead)
    if action == LeadAction.UNWAIVE.value:
        lead.waived_from = await lead_waivers.found(session, lead)
    if action in _ANSWERED:
        lead.assists_awaited = await lead_assists.awaited_of(session, lead)


async def _term(
    session: AsyncSession, lead: Lead, body: Any, before: date | None
) -> dict[str, str]:
    """Until when: the term that an action began or changed, as the timeline tells it."""
    due = lead.due_on
    if body.action == LeadAction.ASK_ASSIST.value:
        due = await lead_assists.due_of(session, lead.id, body.assisting_unit_id)
    elif body.action in lead_transfer_decisions.EFFECTS:
        due = await lead_transfers.due_of(session, lead.id)
    elif body.action not in _BEGINS and due == before:
        return {}
    return {"due_on": due.isoformat()} if due else {}


async def _handler(
    session: AsyncSession, lead: Lead, unit_id: UUID, field: str = "unit_id"
) -> Unit:
    """The unit that a lead is given to. Raises Invalid for one whose people handle none."""
    found = await places.unit(session, unit_id, field, lead.town_code)
    if found.behaviour not in LEAD_HANDLERS:
        message = f"{found.behaviour.label}不办理线索，可以列为协办单位"
        raise Invalid(message, errors=[FieldError(f"/{field}", "unit_cannot_handle", message)])
    if found.behaviour is UnitBehaviour.COUNTY:
        message = f"{found.name}是上级，不能作为镇里的承办单位；需要县里办理的，请用“上报县专项办”"
        raise RuleViolated(
            message,
            code="receiver_without_right",
            errors=[FieldError(f"/{field}", "receiver_without_right", message)],
            article=PETITIONS,
        )
    await conflicts.ensure_clear(session, lead, [found.id])
    if not await places.has_somebody(session, found.id, Permission.LEAD_HANDLE):
        message = f"{found.name}还没有可以办理线索的在岗人员，交办过去没有人接收"
        raise Invalid(message, errors=[FieldError(f"/{field}", "receiver_has_nobody", message)])
    return found


async def _assign(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    owner = await _handler(session, lead, body.unit_id)
    assisting = [each for each in dict.fromkeys(body.assisting_unit_ids or []) if each != owner.id]
    for unit_id in assisting:
        await lead_assists.checked_unit(session, lead, unit_id, "assisting_unit_ids")
    if assisting:
        await conflicts.ensure_clear(session, lead, assisting)
    before = {lead.owner_unit_id, *await lead_assists.ever_asked(session, lead)}
    lead.owner_unit_id = owner.id
    lead.proposed_unit_id = None
    lead.assigned_on = today()
    await lead_clocks.begin(session, lead, body.due_on)
    waiting = await lead_assists.keep_only(session, lead, assisting, "重新交办")
    task: str = getattr(body, "assist_task", None) or ""
    await lead_assists.ask(session, actor, lead, [u for u in assisting if u not in waiting], task)
    now_in = await lead_sight.handling(session, lead)
    gone = before - now_in - await lead_sight.entitled(session, lead)
    await record_access.withdraw(session, lead.id, gone)
    await record_access.grant(session, leads.RESOURCE, lead.id, now_in)
    await lead_sight.follow(session, lead)


async def _take_back(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """As before it was given away: nobody has it, nothing runs, its unit sees it no more."""
    del actor, body
    before = {lead.owner_unit_id, *await lead_assists.ever_asked(session, lead)}
    await lead_assists.over(session, lead, "交办已收回")
    place = await places.locate(session, lead.division_code)
    lead.owner_unit_id = place.office_unit_id
    lead.proposed_unit_id = await lead_assignment_lines.proposed(session, lead.id)
    lead_clocks.set_down(lead)
    now_in = await lead_sight.handling(session, lead)
    gone = before - now_in - await lead_sight.entitled(session, lead)
    await record_access.withdraw(session, lead.id, gone)
    await lead_sight.follow(session, lead)


async def _ask_assist(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    field = "assisting_unit_id"
    unit = await lead_assists.checked_unit(session, lead, body.assisting_unit_id, field)
    await conflicts.ensure_clear(session, lead, [unit.id])
    if lead.status is LeadStatus.RECHECK and unit.id in lead.concluded_unit_ids:
        message = "参与过原结论的单位不能协办二次核查"
        raise Invalid(message, errors=[FieldError(f"/{field}", "same_unit", message)])
    if unit.id == lead.owner_unit_id:
        message = "承办单位不能同时是协办单位"
        raise Invalid(message, errors=[FieldError(f"/{field}", "same_unit", message)])
    waiting = {each.owner_unit_id for each in await lead_assists.open_ones(session, lead.id)}
    if unit.id in waiting:
        raise Conflict(f"已请{unit.name}协办，还没有答复", code="already_asked")
    await lead_assists.ask(session, actor, lead, [unit.id], body.assist_task, body.due_on)
    await record_access.grant(session, leads.RESOURCE, lead.id, [unit.id])
    await lead_sight.follow(session, lead)


async def _mark(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    await lead_clocks.mark(session, lead, body.mark)


async def _unmark(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    await lead_clocks.unmark(session, lead, body.mark)


async def _recheck(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    owner = await _handler(session, lead, body.unit_id)
    first = {lead.concluded_unit_id or lead.owner_unit_id, *lead.concluded_unit_ids}
    if owner.id in first:
        message = "二次核查须由另一单位承担，参与过原结论的承办、协办单位都不能承担"
        raise Invalid(message, errors=[FieldError("/unit_id", "same_unit", message)])
    lead.owner_unit_id = owner.id
    lead.solved = lead.solved_note = None
    await record_access.grant(session, leads.RESOURCE, lead.id, [owner.id])
    await lead_sight.follow(session, lead)
    await lead_clocks.begin(session, lead, None)


async def _dispute(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    await _in_time(session, lead)
    lead_clocks.set_down(lead)
    if body.proposed_unit_id:
        proposed = await _handler(session, lead, body.proposed_unit_id, "proposed_unit_id")
        if proposed.id == lead.owner_unit_id:
            message = "建议的承办单位不能是本单位"
            raise Invalid(message, errors=[FieldError("/proposed_unit_id", "same_unit", message)])
        lead.proposed_unit_id = proposed.id


async def _in_time(session: AsyncSession, lead: Lead) -> None:
    """Who keeps a lead for longer than the rule gives keeps it. Raises RuleViolated."""
    if lead.assigned_on is None:  # given away before the day was kept
        return
    until = await time_rules.due_on(session, _DISPUTE_RULE, lead.assigned_on)
    if today() > until.on:
        rule = await time_rules.one(session, _DISPUTE_RULE, lead.assigned_on, until.rule_version)
        raise RuleViolated(
            f"异议须在交办后{rule.term_label}内（{until.on}前）提出，现已逾期（{rule.source}）",
            code="dispute_too_late",
            article=rule.source,
            rule=until.rule_id,
            rule_version=until.rule_version,
        )


async def _conclude(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    if lead.police_have_it and body.conclusion not in _AS_FILED:
        raise RuleViolated(
            "公安机关已就本线索立案，核查结论应当是查实；公安机关撤案以后，再另行核查",
            code="contradicts_filing",
            errors=[FieldError("/conclusion", "contradicts_filing", "公安机关已立案")],
        )
    if lead.transfer_stage in UNDECIDED:  # whoever concludes asks nobody to decide otherwise
        await lead_transfer_decisions.let_stand(session, lead)
    anew = lead.conclusion is not None
    lead.conclusion = body.conclusion
    lead.concluded_by_id, lead.concluded_unit_id = actor.id, actor.unit_id
    helped = await lead_assists.ever_asked(session, lead)
    units = [*lead.concluded_unit_ids, actor.unit_id, lead.owner_unit_id, *sorted(helped)]
    lead.concluded_unit_ids = list(dict.fromkeys(units))
    lead.concluded_person_ids = list(dict.fromkeys([*lead.concluded_person_ids, actor.id]))
    lead.diversion_route = body.diversion_route
    department = body.diversion_department
    given = {"findings": body.findings, "diversion_department": department or ""}
    lead.findings, lead.diversion_department = await lead_texts.keep(session, lead.id, given)
    lead.diversion_department = lead.diversion_department or None
    lead.concluded_on = today()
    if department:
        await lead_transfer_decisions.divert(session, actor, lead, department)
    await lead_obligations.arise(session, lead, body.conclusion, anew=anew)
    # before the first lead that a draw can take there is a seed, of which nobody knows what it draws
    await recheck_seeds.seal(session, lead.town_code)


async def _feed_back(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    ways = await _ways(session, lead)
    if body.feedback_mode not in ways:
        message = f"举报人没有留下这样的联系方式，可以选择：{'、'.join(m.label for m in ways)}"
        raise Invalid(message, errors=[FieldError("/feedback_mode", "way_missing", message)])
    if body.feedback_mode is not FeedbackMode.IMPOSSIBLE:
        lead.first_response_at = lead.first_response_at or now()
    lead.feedback_mode = body.feedback_mode
    lead.feedback_note = await lead_texts.keep_one(
        session, lead.id, "feedback_note", body.feedback_note
    )


async def _ways(session: AsyncSession, lead: Lead) -> tuple[FeedbackMode, ...]:
    """By which ways the reporter can be answered."""
    phone = await session.scalar(select(Informant.phone_enc).where(Informant.lead_id == lead.id))
    receipt = await session.scalar(
        select(LeadReceipt.lead_id).where(LeadReceipt.lead_id == lead.id)
    )
    return feedback_modes(
        lead.reporter_kind, has_phone=phone is not None, has_receipt=receipt is not None
    )


async def _close(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    del actor
    await lead_transfers.stop(session, lead.id)
    lead.solved = body.solved
    lead.solved_note = await lead_texts.keep_one(session, lead.id, "solved_note", body.solved_note)


async def _county(session: AsyncSession, lead: Lead) -> UUID | None:
    return await session.scalar(
        select(Unit.id).where(
            Unit.behaviour == UnitBehaviour.COUNTY, Unit.division_code == county_of(lead.town_code)
        )
    )


async def _escalate(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    county = await _county(session, lead)
    if county is None:
        raise Invalid("本县尚未设立县专项办，无法上报", code="county_missing")
    unit = await session.get_one(Unit, county)
    await lead_transfer_decisions.escalate(session, actor, lead, unit, body.reason)


async def _reopen(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
    """A new round: what was concluded then is in the timeline, and binds nobody now; nor does the
    term in which somebody was to do it, unless the reporter waits for their answer since."""
    del actor, body
    if lead.feedback_mode is None:
        lead_clocks.set_down(lead)
    else:
        lead_clocks.stop(lead)
    await lead_transfers.forget(session, lead)
    await lead_obligations.forget(session, lead)
    lead.conclusion = lead.concluded_on = None
    lead.concluded_by_id = lead.concluded_unit_id = None
    if not await recheck_samples.is_drawn(session, lead.id):
        lead.concluded_unit_ids, lead.concluded_person_ids = [], []
    lead.diversion_route = lead.diversion_department = None
    lead.solved = lead.solved_note = None
    # the earlier answer is no answer to this round: withdrawn, the lead stays out of the figures
    lead.feedback_mode, lead.feedback_note = None, ""


async def _tell_county(session: AsyncSession, lead: Lead) -> None:
    """What a town hands over is seen from the county as well, unless it is about the county."""
    county = await _county(session, lead)
    if county not in (await conflicts.of_lead(session, lead)).barred:
        await record_access.grant(session, leads.RESOURCE, lead.id, [county])


def _told_to_county(effect: Any) -> Any:
    async def both(session: AsyncSession, actor: Actor, lead: Lead, body: Any) -> None:
        await effect(session, actor, lead, body)
        await _tell_county(session, lead)

    return both


#: Another body has the affair from then on.
_HANDED_OVER = (*_TO_POLICE, LeadAction.TRANSFER_DEPARTMENT.value)
_EFFECTS = {
    LeadAction.ASSIGN.value: _assign,
    LeadAction.TAKE_BACK.value: _take_back,
    LeadAction.ASK_ASSIST.value: _ask_assist,
    LeadAction.MARK.value: _mark,
    LeadAction.UNMARK.value: _unmark,
    LeadAction.RECHECK.value: _recheck,
    LeadAction.DISPUTE.value: _dispute,
    LeadAction.CONCLUDE.value: _conclude,
    LeadAction.FEED_BACK.value: _feed_back,
    LeadAction.CLOSE.value: _close,
    LeadAction.ESCALATE.value: _escalate,
    LeadAction.REOPEN.value: _reopen,
    LeadAction.REOPEN_COUNTY.value: _reopen,
    **lead_transfer_decisions.EFFECTS,
    **{each: _told_to_county(lead_transfer_decisions.EFFECTS[each]) for each in _HANDED_OVER},
}
