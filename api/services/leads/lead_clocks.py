"""Until when a lead is to be dealt with: the strictest of the rules that apply to it."""

from dataclasses import replace
from datetime import date
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid
from api.domain.kit.permissions import Permission
from api.domain.law.time_rules import TimeUnit
from api.domain.leads.lead_marks import (
    CLOSE_RULE,
    USUAL_RULE,
    FocusMark,
    loosened,
    rules_of,
    strictest,
    tightened,
)
from api.domain.leads.leads import (
    LEFT_TO_DO,
    TERMED,
    TRIAGE,
    LeadRecord,
    LeadStatus,
    ReceivingOrgan,
    is_to_close,
    is_told,
    waits_for_receiver,
    with_receiver,
)
from api.models.leads import Lead
from api.services.kit import time_rules
from api.services.kit.time_rules import Deadline
from api.services.leads import lead_assists, lead_transfers


async def _strictest(session: AsyncSession, lead: Lead, start: date) -> Deadline:
    rules = rules_of(lead.marks, lead.due_rule, fast=lead.fast_track)
    if len(rules) == 1 and not lead.due_pauses:
        return await time_rules.due_on(session, rules[0], start, town=lead.town_code)
    clock = await time_rules.clock(session)
    return strictest(
        clock.due_on(rule, start, town=lead.town_code, pauses=lead.due_pauses) for rule in rules
    )


async def begin(session: AsyncSession, lead: Lead, given: date | None) -> None:
    """The clock of a lead starts today, until the day given or that of the strictest rule. One that
    runs already goes on: whoever gets the lead now has what is left of it.

    Raises Invalid for a day later than a mark, the fast track or what is left allows.
    """
    if _runs(lead):
        await _go_on(session, lead, given)
        return
    lead.due_held_on, lead.due_pauses, lead.due_rule = None, [], ""
    due = await _strictest(session, lead, today())
    if given is not None:
        _check_given(given, due, lead)
        await _check_longest(session, given, due)
    lead.due_from, lead.due_given = today(), given
    lead.due_on = given or due.on
    lead.due_is_provisional = due.is_provisional and given is None
    lead.due_rule, lead.due_rule_version = due.rule_id, due.rule_version
    await lead_assists.cap(session, lead)


def _runs(lead: Lead) -> bool:
    """Whether the reporter was promised an answer by a day, and has none: no act of those who owe
    it begins that term anew. Closing has a term of its own, which a second verification meets."""
    return (lead.due_on or lead.due_held_on) is not None and lead.due_rule != CLOSE_RULE


async def _go_on(session: AsyncSession, lead: Lead, given: date | None) -> None:
    """The office may give more time by naming a day, as long as the rule lets it since the lead was
    first given away, and while there is time left: what is late stays late."""
    present = lead.due_on or lead.due_held_on
    if given is None or present is None or given == present:
        return
    if given > present:
        start = lead.due_from or today()
        due = await _strictest(session, lead, start)
        if present < today():
            message = f"答复举报人的期限已于 {present} 届满，另行交办不重新起算，不能再往后改"
            raise Invalid(message, errors=[FieldError("/due_on", "term_is_over", message)])
        _check_given(given, due, lead)
        await _check_longest(session, given, due, start)
    lead.due_given, lead.due_is_provisional = given, False
    if lead.due_held_on is None:
        lead.due_on = given
    else:
        lead.due_held_on = given
    await lead_assists.cap(session, lead)


async def begin_if_none(session: AsyncSession, lead: Lead) -> None:
    """Whichever way a lead left the desk, from that day on somebody is to look into it, and its
    reporter to be told. Closing has a term of its own, which ends when it is taken up again."""
    none = lead.due_on is None and lead.due_held_on is None
    if lead.status in TERMED and (none or lead.due_rule == CLOSE_RULE):
        await begin(session, lead, None)


def never_stood_still(lead: Lead) -> None:
    """What was taken back before anybody had it was with its handler all the time, and what is late
    stays late: no term is won by handing over."""
    if lead.due_held_on is not None:
        lead.due_on, lead.due_held_on = lead.due_held_on, None
        lead.due_pauses = lead.due_pauses[:-1]


async def _close(session: AsyncSession, lead: Lead) -> None:
    """Its reporter told, what a lead was given for is done: it is to be closed within a term of its
    own, which begins when nothing else is left."""
    lead.unsettled = await lead_transfers.unsettled(session, lead)
    said = cast("LeadRecord", lead)
    given, runs = lead.assigned_on, lead.due_rule == CLOSE_RULE
    if runs and lead.status is LeadStatus.FED_BACK and not is_to_close(said):
        # before the head, or with somebody again: nothing is to be closed meanwhile
        stop(lead)
        lead.assigned_on = given
    if runs or not is_told(said):
        return
    if is_to_close(said):
        due = await time_rules.due_on(session, CLOSE_RULE, today(), town=lead.town_code)
        lead.due_held_on, lead.due_pauses = None, []
        lead.due_from, lead.due_given = today(), None
        lead.due_on, lead.due_is_provisional = due.on, due.is_provisional
        lead.due_rule, lead.due_rule_version = due.rule_id, due.rule_version
    elif lead.transfer_stage in LEFT_TO_DO:
        stop(lead)
        lead.assigned_on = given


def stop(lead: Lead) -> None:
    """No clock runs any more: the lead was given to nobody."""
    lead.assigned_on = lead.due_from = lead.due_given = lead.due_on = lead.due_held_on = None
    lead.due_pauses = []
    lead.due_is_provisional = False
    lead.due_rule, lead.due_rule_version = "", None


def set_down(lead: Lead) -> None:
    """Nobody has it any more: it is the desk's to find somebody, in a term of its own. The day by
    which its reporter is to be told stands, whoever gets it next."""
    if _runs(lead):
        lead.assigned_on = None
    else:
        stop(lead)


def _check_given(given: date, due: Deadline, lead: Lead) -> None:
    if _is_bound(lead) and given > due.on:
        why = [FocusMark(mark).label for mark in lead.marks] + ["快办"] * lead.fast_track
        message = f"{'、'.join(why)}的线索，办理期限不能晚于 {due.on}（{due.rule_id}）"
        raise Invalid(message, errors=[FieldError("/due_on", "later_than_mark", message)])


async def _check_longest(
    session: AsyncSession, given: date, due: Deadline, start: date | None = None
) -> None:
    """Nobody is given more time than the rule's maximum: what is late would be late never."""
    clock = await time_rules.clock(session)
    start = start or today()
    rule = clock.rule(due.rule_id, start)
    if rule.maximum is None or rule.unit is not TimeUnit.WORKING_DAY:
        return
    last = clock.calendar.step(start, rule.maximum)
    if given > last:
        message = f"办理期限最长{rule.maximum}个工作日，不能晚于 {last}（{rule.rule_id}）"
        raise Invalid(message, errors=[FieldError("/due_on", "later_than_maximum", message)])


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
    present = lead.due_on or lead.due_held_on
    if present is None:
        return
    due = await _strictest(session, lead, lead.due_from or lead.assigned_on or today())
    on = tightened(present, due.on, _counted_till(lead))
    if on != present:
        _put(lead, on, due)
        await lead_assists.cap(session, lead)


async def loosen(session: AsyncSession, lead: Lead) -> None:
    """After a stricter rule no longer applies; a day that the office gave holds again, too."""
    start, present = lead.due_from or lead.assigned_on, lead.due_on or lead.due_held_on
    if present is None or start is None:
        return
    due = await _strictest(session, lead, start)
    wanted = due.on
    if lead.due_given is not None:
        clock = await time_rules.clock(session)
        given = replace(due, on=lead.due_given)
        for since, until in zip(lead.due_pauses[::2], lead.due_pauses[1::2], strict=False):
            given = clock.goes_on(given, since, until)
        wanted = min(given.on, due.on) if _is_bound(lead) else given.on
    _put(lead, loosened(present, wanted, _counted_till(lead)), due)


async def track_changed(session: AsyncSession, actor: Actor, lead: Lead) -> None:
    """After a lead was put on the fast track, or taken off it: a unit does not give itself time."""
    if lead.fast_track:
        await tighten(session, lead)
    elif actor.may(Permission.LEAD_ASSIGN):
        await loosen(session, lead)


def _counted_till(lead: Lead) -> date:
    """The last day that counts: today, or the day on which the term began to stand still."""
    return lead.due_pauses[-1] if lead.due_held_on is not None else today()


def _is_late_unanswered(lead: Lead, organ: ReceivingOrgan | None) -> bool:
    """Whether the day on which the reporter was to be told passed while somebody else had the lead.
    That day never stood still but with the county, which had the answer to give as well."""
    return (
        lead.due_held_on is not None
        and lead.due_held_on < today()
        and lead.feedback_mode is None
        and organ is not ReceivingOrgan.COUNTY
    )


async def follow(session: AsyncSession, lead: Lead) -> None:
    """A lead's term stands still while whoever it was handed to is waited for, and goes on with
    what was left once they answered; when only closing is left, that has a term of its own. To be
    asked after whatever changes whose turn it is."""
    said = cast("LeadRecord", lead)
    if lead.status in TRIAGE and lead.due_on is not None:
        set_down(lead)
    waits = waits_for_receiver(lead.status, with_receiver(said))
    if waits and lead.due_on is not None:
        lead.due_held_on, lead.due_on = lead.due_on, None
        lead.due_pauses = [*lead.due_pauses, today()]
    elif not waits and lead.due_held_on is not None:
        if _is_late_unanswered(lead, (await lead_transfers.with_receiver(session, lead)).organ):
            never_stood_still(lead)
            await lead_assists.cap(session, lead)
            await _close(session, lead)
            return
        since = lead.due_pauses[-1]
        until = max(since, await lead_transfers.answered_on(session, lead))
        held = Deadline(
            lead.due_held_on,
            lead.due_is_provisional,
            lead.due_rule or USUAL_RULE,
            lead.due_rule_version or 0,
        )
        due = (await time_rules.clock(session)).goes_on(held, since, until)
        lead.due_on, lead.due_is_provisional = due.on, due.is_provisional
        lead.due_held_on, lead.due_pauses = None, [*lead.due_pauses, until]
        await session.flush()
        await lead_assists.cap(session, lead)
    await _close(session, lead)


def _put(lead: Lead, on: date, due: Deadline) -> None:
    lead.due_is_provisional = due.is_provisional if on == due.on else False
    if lead.due_held_on is None:
        lead.due_on = on
    else:
        lead.due_held_on = on
    lead.due_rule, lead.due_rule_version = due.rule_id, due.rule_version
