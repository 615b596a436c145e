"""Where a lead stands: its own turns, those of units that assist, and the clock of a hand-over."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.core.base.clock import TIMEZONE
from api.domain.across.step_terms import STEP_TERMS
from api.domain.across.ways import LEAD_WAY
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.flow import Available
from api.domain.kit.permissions import Permission, Role, RowScope, holders
from api.domain.kit.standing import Turn, Whose
from api.domain.leads import lead_transfers as law
from api.domain.leads import police_decisions
from api.domain.leads.lead_assists import ASSIST_ACTS, AssistStatus
from api.domain.leads.lead_transfers import OPEN_CASE_RULE
from api.domain.leads.leads import DRAWABLE, LeadAction, is_routed
from api.services.kit import standing, time_rules
from api.services.kit.terms import Terms
from api.services.leads import lead_alarms, lead_assists

_IN_TRIAGE = frozenset({DutyKind.LEAD_REGISTER, DutyKind.LEAD_ASSIGN, DutyKind.LEAD_DISPUTED})
_HANDED_OVER = frozenset(
    {
        DutyKind.LEAD_TRANSFER,
        DutyKind.LEAD_SUPPLY,
        DutyKind.LEAD_GOODS,
        DutyKind.LEAD_DECLINED,
        DutyKind.LEAD_UPHELD,
        DutyKind.LEAD_RECEIVE,
        DutyKind.LEAD_DECIDE,
    }
)
#: What is owed by the day of the lead while its term stands still for whoever it was handed to: they
#: answer neither the reporter nor the police.
_THOUGH_IT_STANDS_STILL = frozenset({DutyKind.LEAD_FEED_BACK, DutyKind.LEAD_OWED_POLICE})
#: What leads to the dialog by which those are named who keep an identity.
NAME_KEEPERS = "name_keepers"
_ASSISTING = frozenset({AssistStatus.ASKED.value, AssistStatus.ACKNOWLEDGED.value})


_BEFORE_THE_HEAD = frozenset({DutyKind.LEAD_TRANSFER_APPROVE, DutyKind.LEAD_HAND_OVER})


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What the head tells of the last hand-over: to whom, and the clock that runs."""

    receiver: str = ""
    term: standing.Until = field(default_factory=standing.Until)
    #: The same of what lies before the head, or is approved and has yet to be handed over.
    approval: standing.Until = field(default_factory=standing.Until)
    #: When the police filed over it.
    filed_on: str | None = None
    #: When they gave that up again.
    dropped_on: str | None = None


def handed(transfers: Sequence[dict[str, Any]]) -> HandedOver:
    """The same, from the hand-overs of a lead as they were read."""
    if not transfers:
        return HandedOver()
    sent = [each for each in transfers if each["sent_on"] is not None]
    unsent = [each for each in transfers if each["sent_on"] is None]
    last = law.last_of(sent or transfers)
    filed = police_decisions.filed_on(transfers)
    dropped = max((each["dropped_on"] for each in sent if each["dropped_on"]), default=None)
    return HandedOver(last["department"], _running(sent), _running(unsent), filed, dropped)


def to_open(handed_over: HandedOver, clock: time_rules.Clock) -> standing.Until:
    """Until when a case is to be opened from what the police filed over."""
    since = handed_over.filed_on
    return _counted(clock, OPEN_CASE_RULE, since) if since else standing.Until()


async def of(
    actor: Actor,
    lead: dict[str, Any],
    record: Any,
    available: Sequence[Available],
    handed_over: HandedOver,
) -> dict[str, Any]:
    """The head of a lead. Takes out of it what only that needs."""
    own = standing.until(
        lead["due_on"],
        provisional=lead["due_is_provisional"],
        rule=lead["due_rule"],
        version=lead["due_rule_version"],
    )
    held = lead.pop("due_held_on")
    answer = standing.until(
        lead["due_on"] or held,
        provisional=lead["due_is_provisional"],
        rule=lead["due_rule"],
        version=lead["due_rule_version"],
    )
    unowned = lead.pop("unowned_on")
    offered = {each.action.value for each in available}

    def term(turn: Turn[Any], clock: time_rules.Clock) -> standing.Until:
        if turn.what is DutyKind.LEAD_ACKNOWLEDGE and lead["assigned_on"]:
            return _sooner(own, _counted(clock, "LEAD-ACK", lead["assigned_on"]))
        if turn.what in _IN_TRIAGE and unowned:
            return _sooner(own, _counted(clock, lead_alarms.OFFICE_RULE, unowned))
        if turn.what is DutyKind.LEAD_OPEN_CASE:
            return to_open(handed_over, clock)
        if turn.what in _HANDED_OVER | _BEFORE_THE_HEAD:
            return handed_over.approval if turn.what in _BEFORE_THE_HEAD else handed_over.term
        if turn.what is DutyKind.LEAD_DROPPED and handed_over.dropped_on:
            return _counted(clock, STEP_TERMS[turn.what], handed_over.dropped_on)
        return answer if turn.what in _THOUGH_IT_STANDS_STILL else own

    def others(terms: Terms) -> list[dict[str, Any]]:
        return [
            *_assists(actor, lead, terms),
            *_drawn(actor, lead, terms, offered),
            *_keepers(actor, lead, record, terms),
        ]

    return await standing.standing_of(
        LEAD_WAY,
        actor,
        record,
        available,
        entered=lead.pop("entered"),
        charge=standing.InCharge(
            lead["owner_unit"]["name"] if lead["owner_unit"] else "",
            (lead["created_at"][:10], lead.pop("created_unit") or ""),
            handed_over.receiver,
            sender["name"] if (sender := lead.pop("transfer_sender")) else "",
            taken=lead.pop("taken_by"),
            received=lead.pop("received_by"),
        ),
        term=term,
        beside=others,
    )


def _assists(actor: Actor, lead: dict[str, Any], terms: Terms) -> list[dict[str, Any]]:
    """What units that assist owe."""
    found: list[dict[str, Any]] = []
    for each in lead["assists"]:
        held = standing.Held.read(each.pop("taken_by"))
        if lead["status"] not in lead_assists.LIVE or each["status"] not in _ASSISTING:
            continue
        unit = UUID(each["unit"]["id"])
        mine = unit == actor.unit_id and actor.may(Permission.LEAD_ASSIST)
        if held and not (held.holder.unit_id == unit and held.holder.may(Permission.LEAD_ASSIST)):
            held = None
        shown = standing.waits(
            f"协办{AssistStatus(each['status']).label.removeprefix('协办')}",
            each["unit"]["name"],
            standing.until(
                each["due_on"],
                provisional=each["due_is_provisional"],
                rule=each["due_rule"],
                version=each["due_rule_version"],
            ),
            terms,
            is_mine=mine,
            assist_id=each["id"],
            act=ASSIST_ACTS[each["status"]] if mine and (not held or held.is_of(actor)) else None,
        )
        shown |= held.shown(actor, is_mine=mine) if held else {}
        shown["turn_actions"] = (
            standing.taking(actor, held, is_free=True)
            if mine
            else standing.freeing(actor, held, is_mine=False)
        )
        found.append(shown)
    return found


def _drawn(
    actor: Actor, lead: dict[str, Any], terms: Terms, offered: Set[str]
) -> list[dict[str, Any]]:
    """What the office owes a lead that was drawn for a second verification."""
    drawn_on = lead.pop("drawn_on")
    if not lead["recheck_drawn"] or lead["status"] not in DRAWABLE or lead["is_merged"]:
        return []
    mine = actor.may(Permission.LEAD_ASSIGN)
    kind, act = DutyKind.LEAD_RECHECK_DRAWN, _if_offered(LeadAction.RECHECK, offered)
    whom, term = Whose.OFFICE.label, _counted(terms.clock, STEP_TERMS[kind], drawn_on)
    return [standing.waits(kind.label, whom, term, terms, is_mine=mine, act=act if mine else None)]


def _keepers(actor: Actor, lead: dict[str, Any], record: Any, terms: Terms) -> list[dict[str, Any]]:
    """That nobody keeps the identity of its reporter yet, for those who name them; who withdrew
    from the matter names nobody."""
    wanted, recused = lead.pop("keepers_wanted"), lead.pop("recused_ids")
    in_town = actor.scope is RowScope.TOWN
    ours = record.town_code == actor.town if in_town else actor.unit_id == record.owner_unit_id
    names = actor.may(Permission.INFORMANT_ASSIGN) and str(actor.id) not in recused
    if not (wanted and ours and names and lead["clock_runs"]):
        return []
    kind = DutyKind.INFORMANT_NAME
    county = is_routed(record.town_code)
    whom = Role.COUNTY.label if county else holders(Permission.INFORMANT_ASSIGN, frozenset())
    return [
        standing.waits(kind.label, whom, standing.Until(), terms, is_mine=True, act=NAME_KEEPERS)
    ]


def _if_offered(act: LeadAction, offered: Set[str]) -> str | None:
    return act.value if act.value in offered else None


def _sooner(answer: standing.Until, step: standing.Until) -> standing.Until:
    """The term of a step, unless the reporter was to be told by an earlier day."""
    if answer.on is not None and step.on is not None and answer.on < step.on:
        return answer
    return step


def _counted(clock: time_rules.Clock, rule: str, since: str) -> standing.Until:
    start = date.fromisoformat(since)
    due = clock.due_on(rule, start)
    return standing.Until(due.on, due.is_provisional, due.rule_id, due.rule_version, start)


def _running(transfers: Sequence[dict[str, Any]]) -> standing.Until:
    """The clock that runs of these hand-overs; there is one at most."""
    for clock in (each for transfer in transfers for each in transfer["clocks"]):
        if clock["ended_on"] is None:
            since, due = (
                datetime.fromisoformat(clock[name]).astimezone(TIMEZONE).date()
                for name in ("started_at", "due_at")
            )
            return standing.Until(
                due, clock["is_provisional"], clock["rule_id"], clock["rule_version"], since
            )
    return standing.Until()
