"""Hand-overs of cases and risk entities, as sender, receiver and the town read them."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    Boolean,
    Date,
    Text,
    Uuid,
    and_,
    exists,
    func,
    join,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import links
from api.core.base.clock import today
from api.core.listing import orders
from api.core.listing.pagination import Listing, Sort, check_columns, param
from api.domain.across.ways import HANDOVER_WAY
from api.domain.cases.cases import CaseStatus
from api.domain.entities.risk_entities import EntityStatus
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.kit.standing import Turn
from api.domain.leads import lead_transfers as law
from api.domain.leads import police_decisions
from api.domain.leads.handovers import HANDOVER_FLOW, HandoverAction
from api.domain.leads.lead_transfers import TransferKind
from api.domain.leads.leads import ReceivingOrgan, TransferResult
from api.domain.organisation.handing_over import HandoverStatus
from api.models.cases import Case
from api.models.lead_transfers import LeadTransfer, LeadTransferClock
from api.models.risk_entities import RiskEntity
from api.schemas.common import actions, options_of, restating
from api.schemas.handovers import HandoverItem, HandoverQuery, HandoverRead
from api.services.cases import case_handovers
from api.services.kit import columns, searching, standing, terms, time_rules
from api.services.kit.standing import InCharge, entered, standing_of, taken_by
from api.services.leads import lead_standing, lead_transfers

RESOURCE = "handover"

_T, _C = LeadTransfer, LeadTransferClock
_owner = columns.unit_names()
#: The term that runs; there is one at most. Of a lead's hand-over the lead tells it.
_runs = (
    select(_C.due_on, _C.is_provisional, _C.rule_id, _C.rule_version)
    .where(_C.transfer_id == _T.id, _C.ended_on.is_(None), _C.lead_id.is_(None))
    .order_by(_C.id.desc())
    .limit(literal_column("1"))
    .lateral("runs")
)
_TRUE, _FALSE = literal_column("true"), literal_column("false")
_SOURCE = join(_T, _owner, _owner.c.id == _T.owner_unit_id, isouter=True).join(
    _runs, _TRUE, isouter=True
)


_ITEM: dict[str, Any] = {
    "id": _T.id,
    "number": _T.number,
    "title": _T.title,
    "kind": _T.kind,
    "status": _T.status,
    "owner_unit": _owner.c.named,
    "department": _T.department,
    "sent_on": _T.sent_on,
    "received_on": _T.received_on,
    "result": _T.result,
    "version": _T.version,
    # last, and nothing but the term: ends of rows are remembered (terms.closing)
    "due_on": _runs.c.due_on,
    "due_is_provisional": func.coalesce(_runs.c.is_provisional, _FALSE),
    "due_rule": func.coalesce(_runs.c.rule_id, literal_column("''")),
    "due_rule_version": _runs.c.rule_version,
}


def _link(model: Any, resource: str, title: str, own: Any) -> Any:
    behind = aliased(model)
    told = func.json_build_object(
        "id", behind.id, "number", behind.number, "title", getattr(behind, title),
        *links.deciding(resource, behind.id, behind.town_code),
    )  # fmt: skip
    return columns.json_list(select(told).where(behind.id == own), behind.id)


_Later = aliased(LeadTransfer)
#: What was handed over waits still where the hand-over left it, and was handed to nobody else.
NOBODY_WENT_ON = and_(
    or_(
        exists().where(
            Case.id == _T.case_id,
            Case.status.in_([CaseStatus.DIVERTED_CIVIL, CaseStatus.DIVERTED_ADMINISTRATIVE]),
        ),
        exists().where(
            RiskEntity.id == _T.risk_entity_id,
            RiskEntity.status.in_(
                [EntityStatus.TRANSFERRED_DEPARTMENT, EntityStatus.TRANSFERRED_POLICE]
            ),
        ),
    ),
    ~exists().where(
        or_(_Later.case_id == _T.case_id, _Later.risk_entity_id == _T.risk_entity_id),
        _Later.id > _T.id,
    ),
)
_READ: dict[str, Any] = (
    _ITEM
    | lead_transfers.COLUMNS
    | {
        "sent_facts": _T.sent_facts,
        "case": _link(Case, "case", "title", _T.case_id),
        "risk_entity": _link(RiskEntity, "risk_entity", "name", _T.risk_entity_id),
        "cases": case_handovers.CASES,
        "has_case": case_handovers.OPENED,
        "nobody_went_on": NOBODY_WENT_ON,
        "owner_unit_id": _T.owner_unit_id,
        "created_at": _T.created_at,
        "updated_at": _T.updated_at,
        "entered": entered(_T.id, EventName.HANDOVER_TRANSITIONED),
        "taken_by": taken_by(_T),
    }
)
#: For the head of the record alone.
_UNSHOWN = frozenset({"owner_unit_id", "entered", "taken_by", "has_case", "nobody_went_on"})
check_columns(HandoverItem, _ITEM, "working_days_left")
check_columns(
    HandoverRead,
    {n: c for n, c in _READ.items() if n not in _UNSHOWN},
    "available_actions",
    "standing",
    "opens_case",
    "working_days_left",
)

_ANY_TEXT = ARRAY(Text)
DUE_ON = _runs.c.due_on
_IS_OVERDUE = param("today", Date()) > DUE_ON
LISTING = Listing(
    resource=RESOURCE,
    id=_T.id,
    town_code=_T.town_code,
    source=_SOURCE,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "status": (_ANY_TEXT, lambda p: _T.status == func.any(p)),
        "kind": (_ANY_TEXT, lambda p: _T.kind == func.any(p)),
        "owner_unit_id": (Uuid(), lambda p: _T.owner_unit_id == p),
        "receiver_unit_id": (Uuid(), lambda p: _T.receiver_unit_id == p),
        "receiver_outside": (Boolean(), lambda p: _T.receiver_unit_id.is_(None) == p),
        "overdue": (Boolean(), lambda p: func.coalesce(_IS_OVERDUE, _FALSE) == p),
        "filed_until": (
            Date(),
            lambda p: and_(
                _T.receiver_unit_id.is_not(None),
                case_handovers.AWAITED,
                p >= case_handovers.FILED_ON,
            ),
        ),
        "named": (
            _ANY_TEXT,
            lambda p: or_(
                searching.says(_T.number, p),
                searching.says(_T.title, p),
                searching.says(_T.department, p),
            ),
        ),
    },
    sorts={
        "-id": Sort("id", _T.id, descending=True),
        "id": Sort("id", _T.id),
        **orders.orders("runs", "due_on", orders.DAY),
    },
    default_sort="-id",
    unindexed=frozenset({"named", "overdue", "filed_until"}),
)


async def _late_since() -> date:
    return (await time_rules.known()).last_start(law.OPEN_CASE_RULE)


async def page(actor: Actor, query: HandoverQuery) -> Response:
    """A page of the hand-overs that the actor sent, received, or sees with the town."""
    asked = {
        "status": query.status,
        "kind": query.kind,
        "owner_unit_id": query.owner_unit_id,
        "receiver_unit_id": query.receiver_unit_id,
        "receiver_outside": query.receiver_outside,
        "overdue": query.overdue,
        "filed_until": await _late_since() if query.open_case_late else None,
        "named": None if searching.blank(query.q) else searching.words(query.q or ""),
    }
    finish = (await terms.known()).closing()
    return await LISTING.page(actor, query, asked, query.sort.value, finish)


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of a hand-over that was read as JSON."""

    status: HandoverStatus
    owner_unit_id: UUID
    transfer_receiver_id: UUID | None
    kind: TransferKind
    waived_just_now: bool
    awaits_case: bool
    #: Whether the days for asking the police to review are over.
    review_over: bool


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One hand-over: what was sent, and what the actor may do with it. Raises NotFound."""
    found = await LISTING.one(actor, record_id, session)
    receiver = found["receiver"]
    filed = police_decisions.of_hand_overs([found]) is TransferResult.FILED
    view = _FlowView(
        HandoverStatus(found["status"]),
        UUID(found.pop("owner_unit_id")),
        UUID(receiver["id"]) if receiver else None,
        TransferKind(found["kind"]),
        waived_just_now=found.pop("nobody_went_on") and found["recalled_on"] == today().isoformat(),
        awaits_case=not found.pop("has_case") and filed and found["risk_entity"] != [],
        review_over=found["due_on"] is not None and found["due_on"] < today().isoformat(),
    )
    available = HANDOVER_FLOW.available(actor, view)
    answers = ",".join(law.results(ReceivingOrgan(found["organ"])))
    offered = {HandoverAction.RECORD_RESULT.value: {options_of("result"): answers}}
    recalls = law.recalls(found["sent_on"], found["department"])
    offered |= restating({HandoverAction.RECALL.value: recalls})
    found["available_actions"] = actions(available, offered)
    known = await terms.known()
    lead_transfers.show([found], known)
    found["working_days_left"] = known.of(found)
    taken = found.pop("taken_by")
    found["opens_case"] = (
        view.awaits_case
        and view.transfer_receiver_id == actor.unit_id
        and actor.may(Permission.CASE_CREATE)
    )
    handed = lead_standing.handed([found])
    found["standing"] = await standing_of(
        HANDOVER_WAY,
        actor,
        view,
        available,
        entered=found.pop("entered"),
        charge=InCharge(
            found["owner_unit"]["name"],
            (found["sent_on"] or found["created_at"][:10], found["owner_unit"]["name"]),
            receiver=found["department"],
            taken=taken,
            received=taken,
        ),
        term=partial(_term, handed),
    )
    for name, needs in (
        ("case", Permission.CASE_READ),
        ("risk_entity", Permission.RISK_ENTITY_READ),
    ):
        found[name] = next(iter(links.keep(actor, needs, found[name])), None)
    found["cases"] = links.keep(actor, Permission.CASE_READ, found["cases"])
    return found


def _term(
    handed: lead_standing.HandedOver, turn: Turn[Any], clock: time_rules.Clock
) -> standing.Until:
    if turn.what is DutyKind.HANDOVER_OPEN_CASE:
        return lead_standing.to_open(handed, clock)
    return handed.term
