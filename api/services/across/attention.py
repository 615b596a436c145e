"""What a leader is to ask about today, counted by the lists' own filters; each line opens its rows."""

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    Text,
    Uuid,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)

from api.core.base.clock import today
from api.core.base.statements import param, plain
from api.core.listing.pagination import Listing
from api.domain.across.attention import (
    MATTERS,
    NO_DAY,
    SOON,
    SOON_RULE,
    TODAY,
    WARNED,
    Matter,
    Urgency,
    bound,
    said,
)
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.permissions import RowScope
from api.models.cases import Case
from api.models.distributions import Distribution
from api.models.inspections import Inspection
from api.models.lead_transfers import LeadTransfer
from api.models.leads import Lead
from api.models.ledger import Transfer
from api.models.property_measures import PropertyMeasure
from api.models.rectifications import Rectification
from api.models.risk_entities import RiskEntity
from api.models.units import Unit
from api.services.across import handovers
from api.services.across.duties import bound_days
from api.services.across.figures import LEDGERS, Rows, may_read
from api.services.cases.case_duties import MEASURES_UNTIL
from api.services.kit import time_rules

_NO_DAY, _NO_FEN = cast(null(), Date), cast(literal(0), BigInteger)
#: Of each list: whose its rows are, when they are due, what they amount to.
_COLUMNS: dict[str, tuple[Any, Any, Any]] = {
    "leads": (Lead.owner_unit_id, Lead.due_on, _NO_FEN),
    "handovers": (LeadTransfer.owner_unit_id, handovers.DUE_ON, _NO_FEN),
    "cases": (Case.owner_unit_id, Case.due_on, _NO_FEN),
    "rectifications": (Rectification.owner_unit_id, Rectification.due_on, _NO_FEN),
    "risk-entities": (RiskEntity.owner_unit_id, RiskEntity.next_inspection_due, _NO_FEN),
    "inspections": (Inspection.owner_unit_id, Inspection.planned_on, _NO_FEN),
    "property-measures": (None, PropertyMeasure.expires_on, PropertyMeasure.amount),
    "distributions": (None, _NO_DAY, Distribution.total_pay),
    "ledger/entries": (None, _NO_DAY, Transfer.amount),
}
#: Where a row has a unit beside its owner.
_UNITS: dict[str, Any] = {
    "transfer_receiver_id": Lead.transfer_receiver_id,
    "receiver_unit_id": LeadTransfer.receiver_unit_id,
}
#: What else than its own last day a row is late by.
_DUES: dict[str, Any] = {"handover_due_on": Lead.handover_due_on, NO_DAY: _NO_DAY}
#: A parameter of a list that is another filter with a day of its own.
_LATE = {"unowned_late": ("unowned_until", DutyKind.LEAD_UNOWNED.value)}
_MOVING = {TODAY: "today", SOON: "soon", WARNED: MEASURES_UNTIL}


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
    found = (
        select(
            literal(matter.key, Text()).label("key"),
            unit.label("unit"),
            func.count().label("n"),
            func.min(_DUES.get(matter.due, due)).label("first"),
            cast(func.coalesce(func.sum(fen), 0), BigInteger).label("fen"),
        )
        .select_from(listing.source)
        .where(listing.scope(scope), *_predicates(listing, matter))
    )
    return found.group_by(unit) if matter.by_unit else found.having(func.count() > 0)


def _predicates(listing: Listing, matter: Matter) -> list[Any]:
    found: list[Any] = []
    for name, value in matter.params.items():
        key, moving = _LATE.get(name, (name, _MOVING.get(value if isinstance(value, str) else "")))
        kind, predicate = listing.filters[
            listing.negations.get(key, key) if value is False else key
        ]
        given = param(moving, Date()) if moving else bindparam(key, plain(value), kind, unique=True)
        found.append(predicate(given))
    return found


async def days() -> dict[str, date]:
    """The days that statements are bound to, by the rules as they are now."""
    clock = await time_rules.known()
    return bound_days(clock) | {"soon": clock.due_on(SOON_RULE, today()).on}


def shown(rows: Rows, days: dict[str, date]) -> list[dict[str, Any]]:
    """The sentences, by why they are asked; of each kind the larger numbers first."""
    matters = {matter.key: matter for matter in MATTERS}
    meant = {TODAY: today(), SOON: days["soon"], WARNED: days[MEASURES_UNTIL]}
    told: dict[Urgency, list[dict[str, Any]]] = {}
    for row in rows:
        matter = matters[row["key"]]
        first = date.fromisoformat(row["first"]) if row["first"] else None
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
            "questions": sorted(told[urgency], key=lambda each: (-each["value"], each["key"])),
        }
        for urgency in Urgency
        if urgency in told
    ]
