"""What a leader is to ask about today, counted by the lists' own filters; each line opens its rows."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    join,
    literal,
    null,
    select,
    union_all,
)

from api.core.base.clock import today
from api.core.base.statements import param, plain
from api.core.listing.pagination import Listing
from api.domain.across.attention import (
    LATE_STEP,
    MATTERS,
    SOON,
    SOON_RULE,
    TODAY,
    WARNED,
    YESTERDAY,
    Matter,
    Urgency,
    bound,
    said,
)
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import RowScope
from api.domain.law.calendar import ONE_DAY
from api.domain.leads.lead_transfers import OPEN_CASE_RULE
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.inspections import Inspection
from api.models.lead_assists import LeadAssist
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.ledger import Transfer
from api.models.property_measures import PropertyMeasure
from api.models.rectifications import Rectification
from api.models.rewards import Reward
from api.models.risk_entities import RiskEntity
from api.models.units import Unit
from api.services.across import handovers
from api.services.across.declared_nouns import DECLARED
from api.services.across.duties import bound_days
from api.services.across.figures import LEDGERS, Rows, may_read
from api.services.cases import case_handovers, case_steps, victims
from api.services.cases.case_duties import MEASURES_UNTIL
from api.services.entities import inspections, risk_entity_steps
from api.services.kit import steps, time_rules
from api.services.leads import lead_assists, lead_duties, lead_steps, leads
from api.services.organisation import rule_set_versions
from api.services.recovery import distributions, ledger_awaiting, property_items
from api.services.rewards import rewards

_NO_DAY, _NO_FEN = cast(null(), Date), cast(literal(0), BigInteger)
#: The steps of each list that have a term by the table.
STEPS = {
    "distributions": distributions.STEPS,
    "rewards": rewards.STEPS,
    "victims": victims.STEPS,
    "property-items": property_items.STEPS,
    "risk-entities": risk_entity_steps.STEPS,
    "inspections": inspections.STEPS,
    "rule-set-versions": rule_set_versions.STEPS,
    **{each.path: each.steps for each in DECLARED},
    "cases": case_steps.STEPS,
    "leads": lead_steps.STEPS,
}
#: Of each list: whose its rows are, when they are due, what they amount to.
_COLUMNS: dict[str, tuple[Any, Any, Any]] = {
    "leads": (Lead.owner_unit_id, Lead.due_on, _NO_FEN),
    "handovers": (LeadTransfer.owner_unit_id, handovers.DUE_ON, _NO_FEN),
    "cases": (Case.owner_unit_id, Case.due_on, _NO_FEN),
    "rectifications": (Rectification.owner_unit_id, Rectification.due_on, _NO_FEN),
    "risk-entities": (RiskEntity.owner_unit_id, RiskEntity.next_inspection_due, _NO_FEN),
    "inspections": (Inspection.owner_unit_id, Inspection.planned_on, _NO_FEN),
    "property-measures": (None, PropertyMeasure.expires_on, PropertyMeasure.amount),
    "victims": (None, _NO_DAY, _NO_FEN),
    "property-items": (None, _NO_DAY, _NO_FEN),
    "rule-set-versions": (None, _NO_DAY, _NO_FEN),
    **dict.fromkeys((each.path for each in DECLARED), (None, _NO_DAY, _NO_FEN)),
    "distributions": (None, Distribution.objection_until, Distribution.total_pay),
    "rewards": (None, _NO_DAY, Reward.amount),
    "ledger/entries": (None, _NO_DAY, Transfer.amount),
}
#: Where a row has a unit beside its owner.
_UNITS: dict[str, Any] = {
    "transfer_receiver_id": Lead.transfer_receiver_id,
    "handed_by_unit_id": leads.HANDED_BY,
    "receiver_unit_id": LeadTransfer.receiver_unit_id,
}
#: What else than its own last day a row is late by, or since when it waits.
_DUES: dict[str, Any] = {
    "handover_due_on": Lead.handover_due_on,
    "unowned_on": Lead.unowned_on,
    "assigned_on": Lead.assigned_on,
    "kept_due_on": Lead.kept_due_on,
    "due_held_on": Lead.due_held_on,
    "assist_due_on": LeadAssist.due_on,
    "filed_on": lead_duties.FILED_ON,
    "handover_filed_on": case_handovers.FILED_ON,
    "recorded_on": ledger_awaiting.SINCE,
    **{step.kind.value: step.since for found in STEPS.values() for step in found},
}
#: What of a record is late by itself: it is counted and told by the unit that it waits for.
_PARTS: dict[str, tuple[Any, Any, Any]] = {
    "assist_late_unit_id": (
        LeadAssist,
        and_(LeadAssist.lead_id == Lead.id, lead_assists.LATE),
        LeadAssist.owner_unit_id,
    ),
}
#: A parameter of a list that is another filter with a day of its own.
_LATE = {
    "unowned_late": ("unowned_until", DutyKind.LEAD_UNOWNED.value),
    "acknowledge_late": ("acknowledge_until", "since LEAD-ACK"),
    "open_case_late": ("filed_until", f"since {OPEN_CASE_RULE}"),
    "awaits_late": ("awaits_until", f"since {ledger_awaiting.CONFIRM_RULE}"),
    "objection_over": ("objection_below", "today"),
}
#: The rules of those.
_SINCE = ("LEAD-ACK", OPEN_CASE_RULE, ledger_awaiting.CONFIRM_RULE)
_MOVING = {YESTERDAY: "yesterday", TODAY: "today", SOON: "soon", WARNED: MEASURES_UNTIL}


def mine(actor: Actor) -> list[Matter]:
    """What the actor may open the rows of."""
    return [m for m in MATTERS if may_read(actor, LEDGERS[m.resource].needs)]


def statement(scope: RowScope, matters: list[Matter]) -> Any:
    """How many there are of each matter, by unit where it is told so."""
    each = union_all(*(_counted(scope, matter) for matter in matters)).subquery("asked")
    return select(each, Unit.name).join(Unit, Unit.id == each.c.unit, isouter=True)


def _counted(scope: RowScope, matter: Matter) -> Any:
    listing = LEDGERS[matter.resource].listing
    owner, due, fen = _COLUMNS[matter.resource]
    unit: Any = _UNITS.get(matter.unit, owner) if matter.by_unit else cast(null(), Uuid)
    source = listing.source
    if matter.unit in _PARTS:
        part, within, unit = _PARTS[matter.unit]
        source = join(source, part, within)
    found = (
        select(
            literal(matter.key, Text()).label("key"),
            unit.label("unit"),
            func.count().label("n"),
            func.min(_DUES.get(matter.due, due)).label("first"),
            cast(func.coalesce(func.sum(fen), 0), BigInteger).label("fen"),
        )
        .select_from(source)
        .where(listing.scope(scope), *_predicates(listing, matter))
    )
    return found.group_by(unit) if matter.by_unit else found.having(func.count() > 0)


def _predicates(listing: Listing, matter: Matter) -> list[Any]:
    found: list[Any] = []
    for name, value in matter.params.items():
        key, moving = _LATE.get(name, (name, _MOVING.get(value if isinstance(value, str) else "")))
        if name == LATE_STEP:
            key = moving = steps.key(DutyKind(value))
        kind, predicate = listing.filters[
            listing.negations.get(key, key) if value is False else key
        ]
        given = param(moving, kind) if moving else bindparam(key, plain(value), kind, unique=True)
        found.append(predicate(given))
    return found


async def days() -> dict[str, Any]:
    """The days that statements are bound to, by the rules as they are now."""
    clock = await time_rules.known()
    late = {
        steps.key(one.kind): clock.last_start(one.rule) for found in STEPS.values() for one in found
    }
    since = {f"since {rule}": clock.last_start(rule) for rule in _SINCE}
    moving = {"yesterday": today() - ONE_DAY, "soon": clock.due_on(SOON_RULE, today()).on}
    return bound_days(clock) | since | late | moving


def _longest_first(question: dict[str, Any]) -> tuple[date, int, str]:
    return question["first_due_on"] or date.max, -question["value"], question["key"]


async def shown(rows: Rows, days: dict[str, Any]) -> list[dict[str, Any]]:
    """The sentences, by why they are asked: of what has a day the earliest first, so that nothing
    that waits for long is buried under many, then the larger numbers."""
    clock = await time_rules.known()
    matters = {matter.key: matter for matter in MATTERS}
    meant = {
        YESTERDAY: days["yesterday"],
        TODAY: today(),
        SOON: days["soon"],
        WARNED: days[MEASURES_UNTIL],
    }
    told: dict[Urgency, list[dict[str, Any]]] = {}
    for row in rows:
        matter = matters[row["key"]]
        first = date.fromisoformat(row["first"]) if row["first"] else None
        if first and matter.starts:
            first = clock.due_on(matter.starts, first).on
        params = bound(matter.params, meant)
        if matter.by_unit:
            params |= {matter.unit: row["unit"]}
        whose = (row["name"] or "") if matter.by_unit else matter.whose
        told.setdefault(matter.urgency, []).append(
            {
                "key": f"{matter.key}:{row['unit']}" if matter.by_unit else matter.key,
                "sentence": said(matter, whose, row["n"], first, row["fen"], today()),
                "value": row["n"],
                "first_due_on": first,
                "query": {"resource": matter.resource, "params": params},
            }
        )
    return [
        {
            "urgency": urgency.value,
            "label": urgency.label,
            "questions": sorted(told[urgency], key=_longest_first),
        }
        for urgency in Urgency
        if urgency in told
    ]
