"""What is decided on a case: each decision kept with its paper, its dates and its clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.core.base.ids import uuid7
from api.domain.cases.cases import (
    CASE_FLOW,
    DAY_FIELDS,
    LEVELS,
    CaseAction,
    CaseStatus,
    check_approval,
    check_day,
    filing_rule,
)
from api.domain.kit.actors import Actor
from api.domain.kit.events import EventName
from api.domain.law.authorities import AuthorityLevel
from api.domain.leads.police_decisions import PoliceDecision
from api.models.cases import Case, CaseDecision
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.services.cases import case_handover_decisions as handed
from api.services.cases import case_leads, case_property, case_texts
from api.services.cases.cases import LISTING, read
from api.services.kit import _transition, protect, time_rules
from api.services.leads import police_decisions

#: What the leads of a case are asked about, and told.
_SHARED = frozenset(
    {
        CaseAction.ACCEPT,
        CaseAction.FILE,
        CaseAction.DECLINE_TO_FILE,
        CaseAction.WITHDRAW,
        CaseAction.REOPEN,
    }
)
#: What waits until nothing of the property is open.
_ENDS = {
    CaseAction.CLOSE,
    CaseAction.WITHDRAW,
    CaseAction.DIVERT_CIVIL,
    CaseAction.DIVERT_ADMINISTRATIVE,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision on a case: its day, by whom above the station, on which paper, and why."""

    on: date
    level: AuthorityLevel | None = None
    document_no: str = ""
    #: Without personal numbers.
    reason: str = ""


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the case flow and keep the decision.

    Raises what `_transition.apply` raises, RuleViolated with the article, and Invalid.
    """
    action = CaseAction(body.action)
    leads = await case_leads.locked(session, record_id) if action in _SHARED else []
    handovers = await handed.locked(session, record_id) if action in _SHARED else []
    found = await _transition.lock(session, actor, LISTING, Case, record_id)
    before = found.status
    if action in _ENDS:
        found.open_property = await case_property.still_open(session, actor, record_id)
    reason = protect.told(getattr(body, "reason", None) or "")
    told = {"reason": reason} if reason else {}
    level, document = getattr(body, "authority_level", None), getattr(body, "document_no", None)
    filed = found.filed_on is not None
    since = await case_leads.known_since(session, found, leads)
    on: date = getattr(body, day_field(action), None) or today()
    checks = (
        lambda: check_approval(action, level, document, filed=filed),
        lambda: _check_day(found, action, on, since),
    )
    _transition.check(actor, found, CASE_FLOW, body, checks)
    await _transition.apply(
        session, actor, found, CASE_FLOW, EventName.CASE_TRANSITIONED, body, told
    )
    await case_leads.ensure_agrees(session, found, action, leads)
    await handed.ensure_agrees(session, found, action, handovers)
    if action is CaseAction.DIVERT_CIVIL:
        found.civil_route = body.route
    if action is CaseAction.DECLINE_TO_INDICT:
        found.not_indicted_ground = body.ground
    given = Decided(on, level, document or "", reason)
    decision_id = await enter(session, actor, found, action, before, given)
    if reason:
        await case_texts.keep(session, found.id, case_texts.of_decision(decision_id), body.reason)
    await session.flush()
    if action in _SHARED:
        await _tell_sources(session, actor, found, action, leads, handovers, given)
    return await read(actor, record_id, session)


async def enter(
    session: AsyncSession,
    actor: Actor,
    found: Case,
    action: CaseAction,
    before: CaseStatus,
    given: Decided,
) -> UUID:
    """Keep a decision, and what follows from it: dates, counter, clock. Returns its id."""
    await _stage(session, found, action, given.on, before)
    row = CaseDecision(
        id=uuid7(),
        case_id=found.id,
        action=action,
        decided_on=given.on,
        authority_level=given.level,
        document_no=given.document_no,
        reason=given.reason,
        charges=found.charges,
        recorded_by_post_id=actor.post_id,
    )
    session.add(row)
    return row.id


async def _tell_sources(
    session: AsyncSession,
    actor: Actor,
    found: Case,
    action: CaseAction,
    leads: Sequence[Lead],
    handovers: Sequence[LeadTransfer],
    given: Decided,
) -> None:
    """The hand-overs that the case came of, of leads and of an entity's problem, say the same."""
    if action is CaseAction.ACCEPT:
        await police_decisions.accepted(session, actor, leads, given.on, given.document_no)
        return
    if action is CaseAction.REOPEN:
        await police_decisions.looked_at_again(session, leads)
        await handed.looked_at_again(session, handovers)
        return
    if action is CaseAction.WITHDRAW:
        given_up = await case_leads.given_up(session, found, leads)
        no_more = PoliceDecision(False, given.on, None, given.document_no)
        if found.filed_on is None:  # nothing is given up but what was looked at again
            given_up = await police_decisions.reviewed_in_vain(session, actor, given_up)
            handovers = [each for each in handovers if handed.is_looked_at_again(each)]
        await police_decisions.dropped(session, actor, given_up, given.on, given.document_no)
        await handed.given_up(session, actor, found, handovers, no_more)
        return
    filed = action is CaseAction.FILE
    level = next((each for each, same in LEVELS.items() if same is given.level), None)
    decision = PoliceDecision(filed, given.on, level, given.document_no, given.reason)
    await handed.filed(session, actor, handovers, decision)
    told = leads if filed else await case_leads.answered_by(session, found, leads)
    await police_decisions.decided_on_case(session, actor, told, decision)


def day_field(action: CaseAction) -> str:
    """What the day of an action is called."""
    return DAY_FIELDS.get(action, "decided_on")


def _check_day(found: Case, action: CaseAction, on: date, since: date | None) -> None:
    """The day of the decision, checked against today and against what came before."""
    # nothing goes on before the case was solved, once it was
    solves = action is CaseAction.SOLVE
    gone = [found.filed_on] if solves else [found.stage_on, found.solved_on]
    after = max((day for day in gone if day), default=None)
    check_day(day_field(action), on, today=today(), not_before=after or since)


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
