"""Until when a lead is to be dealt with: the strictest of the rules that apply to it."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid
from api.domain.kit.permissions import Permission
from api.domain.leads.lead_marks import FocusMark, loosened, rules_for, strictest, tightened
from api.models.leads import Lead
from api.services.kit import time_rules
from api.services.kit.time_rules import Deadline
from api.services.leads import lead_assists


async def _strictest(session: AsyncSession, lead: Lead, start: date) -> Deadline:
    rules = rules_for(lead.marks, fast=lead.fast_track)
    if len(rules) == 1:
        return await time_rules.due_on(session, rules[0], start, town=lead.town_code)
    clock = await time_rules.clock(session)
    return strictest(clock.due_on(rule, start, town=lead.town_code) for rule in rules)


async def begin(session: AsyncSession, lead: Lead, given: date | None) -> None:
    """The clock of a lead starts today, until the day given or that of the strictest rule.

    Raises Invalid for a day that is past, or later than a mark or the fast track allows.
    """
    due = await _strictest(session, lead, today())
    if given is not None:
        _check_given(given, due, lead)
    lead.due_from, lead.due_given = today(), given
    lead.due_on = given or due.on
    lead.due_is_provisional = due.is_provisional and given is None
    lead.due_rule, lead.due_rule_version = due.rule_id, due.rule_version
    await lead_assists.cap(session, lead)


def stop(lead: Lead) -> None:
    """No clock runs any more: the lead was given to nobody."""
    lead.assigned_on = lead.due_from = lead.due_given = lead.due_on = None
    lead.due_is_provisional = False
    lead.due_rule, lead.due_rule_version = "", None


def _check_given(given: date, due: Deadline, lead: Lead) -> None:
    if given < today():
        message = "办理期限不能早于今天"
        raise Invalid(message, errors=[FieldError("/due_on", "in_past", message)])
    if _is_bound(lead) and given > due.on:
        why = [FocusMark(mark).label for mark in lead.marks] + ["快办"] * lead.fast_track
        message = f"{'、'.join(why)}的线索，办理期限不能晚于 {due.on}（{due.rule_id}）"
        raise Invalid(message, errors=[FieldError("/due_on", "later_than_mark", message)])


def _is_bound(lead: Lead) -> bool:
    """Whether a stricter rule than the usual one applies: no day that is given goes beyond it."""
    return bool(lead.marks) or lead.fast_track


async def mark(session: AsyncSession, lead: Lead, said: FocusMark) -> None:
    """Mark a lead and tighten its term. Raises Conflict (`already_marked`)."""
    if said in lead.marks:
        raise Conflict(f"已经标为{said.label}", code="already_marked")
    lead.marks = [each for each in FocusMark if each in {*lead.marks, said}]
    await tighten(session, lead)


async def unmark(session: AsyncSession, lead: Lead, said: FocusMark) -> None:
    """Take a mark off, and give the usual term back. Raises Conflict (`mark_missing`)."""
    if said not in lead.marks:
        raise Conflict(f"没有标为{said.label}", code="mark_missing")
    lead.marks = [each for each in lead.marks if each != said.value]
    await loosen(session, lead)


async def tighten(session: AsyncSession, lead: Lead) -> None:
    """After a stricter rule came to apply to a lead whose clock runs."""
    if lead.due_on is None:
        return
    due = await _strictest(session, lead, lead.due_from or lead.assigned_on or today())
    on = tightened(lead.due_on, due.on, today())
    if on != lead.due_on:
        _put(lead, on, due)
        await lead_assists.cap(session, lead)


async def loosen(session: AsyncSession, lead: Lead) -> None:
    """After a stricter rule no longer applies; a day that the office gave holds again, too."""
    start = lead.due_from or lead.assigned_on
    if lead.due_on is None or start is None:
        return
    due = await _strictest(session, lead, start)
    wanted = due.on
    if lead.due_given is not None:
        wanted = min(lead.due_given, due.on) if _is_bound(lead) else lead.due_given
    _put(lead, loosened(lead.due_on, wanted, today()), due)


async def track_changed(session: AsyncSession, actor: Actor, lead: Lead) -> None:
    """After a lead was put on the fast track, or taken off it: a unit does not give itself time."""
    if lead.fast_track:
        await tighten(session, lead)
    elif actor.may(Permission.LEAD_ASSIGN):
        await loosen(session, lead)


def _put(lead: Lead, on: date, due: Deadline) -> None:
    lead.due_is_provisional = due.is_provisional if on == due.on else False
    lead.due_on = on
    lead.due_rule, lead.due_rule_version = due.rule_id, due.rule_version
