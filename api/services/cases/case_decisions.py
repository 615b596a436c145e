"""What is decided on a case: each decision kept with its paper, its dates and its clock."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.base.ids import uuid7
from api.domain.cases.cases import (
    CASE_FLOW,
    DAY_FIELDS,
    CaseAction,
    CaseStatus,
    check_approval,
    check_day,
    filing_rule,
)
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.models.cases import Case, CaseDecision, CaseLead
from api.services.cases import case_texts
from api.services.cases.cases import LISTING, read
from api.services.kit import _transition, places, protect, time_rules
from api.services.leads import lead_obligations


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the case flow and keep the decision.

    Raises what `_transition.apply` raises, RuleViolated with the article, and Invalid.
    """
    found = await _transition.lock(session, actor, LISTING, Case, record_id)
    action, before = CaseAction(body.action), found.status
    reason = protect.told(getattr(body, "reason", None) or "")
    told = {"reason": reason} if reason else {}
    await _transition.apply(
        session, actor, found, CASE_FLOW, EventName.CASE_TRANSITIONED, body, told
    )
    level, document = getattr(body, "authority_level", None), getattr(body, "document_no", None)
    check_approval(action, level, document, filed=found.filed_on is not None)
    on = _happened(found, action, body)
    await _stage(session, found, action, on, before)
    if action in {CaseAction.FILE, CaseAction.DECLINE_TO_FILE}:
        linked = await session.scalars(select(CaseLead.lead_id).where(CaseLead.case_id == found.id))
        await lead_obligations.police_decided(session, linked.all())
    if action in _DIVERSIONS:
        await _divert(session, found, body)
    if action is CaseAction.DECLINE_TO_INDICT:
        found.not_indicted_ground = body.ground
    decision_id = uuid7()
    if reason:
        await case_texts.keep(session, found.id, case_texts.of_decision(decision_id), body.reason)
    session.add(
        CaseDecision(
            id=decision_id,
            case_id=found.id,
            action=action,
            decided_on=on,
            authority_level=level,
            document_no=document or "",
            reason=reason,
            charges=found.charges,
            recorded_by_post_id=actor.post_id,
        )
    )
    await session.flush()
    return await read(actor, record_id, session)


def _happened(found: Case, action: CaseAction, body: Any) -> date:
    """The day of the decision, checked against today and against what came before."""
    field = DAY_FIELDS.get(action, "decided_on")
    on: date = getattr(body, field, None) or today()
    after = found.filed_on if action is CaseAction.SOLVE else found.stage_on
    check_day(field, on, today=today(), not_before=after)
    return on


_DIVERSIONS = frozenset({CaseAction.DIVERT_CIVIL, CaseAction.DIVERT_ADMINISTRATIVE})

#: The column that an action dates.
_DATES = {
    CaseAction.ACCEPT: "accepted_on",
    CaseAction.FILE: "filed_on",
    CaseAction.SOLVE: "solved_on",
    CaseAction.CONCLUDE_INVESTIGATION: "concluded_on",
    CaseAction.ADJUDGE: "adjudged_on",
    CaseAction.CLOSE: "closed_on",
}
#: What no longer holds once an action is taken; the decisions keep it.
_CLEARED = {
    CaseAction.RETURN_FOR_INVESTIGATION: ("concluded_on",),
    CaseAction.ENFORCE: ("closed_on",),
    CaseAction.WITHDRAW: ("solved_on",),
    CaseAction.REOPEN: (
        "concluded_on", "adjudged_on", "closed_on", "not_indicted_ground", "civil_route",
        "diversion_unit_id",
    ),
}  # fmt: skip
#: Acts that leave a running clock alone.
_CLOCK_RUNS_ON = frozenset({CaseAction.SOLVE, CaseAction.CONCLUDE_INVESTIGATION})


async def _stage(
    session: AsyncSession, found: Case, action: CaseAction, on: date, before: CaseStatus
) -> None:
    """The dates, the counter and the clock that follow from an action."""
    for name in _CLEARED.get(action, ()):
        setattr(found, name, None)
    if action in _DATES:
        setattr(found, _DATES[action], on)
    if action is not CaseAction.SOLVE:
        found.stage_on = on
    if action not in _CLOCK_RUNS_ON:
        await set_due(session, found, "", on)
    match action:
        case CaseAction.ACCEPT:
            await set_due(session, found, filing_rule(found.charges), on)
        case CaseAction.RETURN_FOR_INVESTIGATION:
            found.returns_count += 1
            await set_due(session, found, "PRO-02", on)
        case CaseAction.REOPEN:
            found.accepted_on = found.accepted_on or on
            if before is CaseStatus.WITHDRAWN:
                found.filed_on = None  # 撤案 voids the filing
            found.returns_count = 0
            found.diversion_department = found.diversion_receipt_no = ""
            await set_due(session, found, filing_rule(found.charges), on)
        case _:
            pass


async def set_due(session: AsyncSession, found: Case, rule: str, start: date) -> None:
    """Start a clock, or stop it (no rule)."""
    due = await time_rules.due_on(session, rule, start) if rule else None
    found.due_on = due.on if due else None
    found.due_is_provisional = due.is_provisional if due else False
    found.due_from = start if due else None
    found.due_rule = due.rule_id if due else ""
    found.due_rule_version = due.rule_version if due else None


async def _divert(session: AsyncSession, found: Case, body: Any) -> None:
    if body.unit_id:
        unit = await places.unit(session, body.unit_id, "unit_id", found.town_code)
        found.diversion_unit_id = unit.id
    found.civil_route = getattr(body, "route", None)
    found.diversion_department = await case_texts.keep(
        session, found.id, case_texts.DEPARTMENT, body.department
    )
    found.diversion_receipt_no = body.receipt_no or ""
