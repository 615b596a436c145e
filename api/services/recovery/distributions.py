"""Refund plans: computed by the office, approved by a leader, paid by finance; three people.

How they are read, opened and corrected stands here; distribution_decisions.py has what becomes of
them, distribution_payments.py the way of the money to the victims.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Text,
    Uuid,
    and_,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import case_rows
from api.core.base.clock import today
from api.core.database import numbers
from api.core.events import events
from api.core.listing import facets, orders, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, yuan
from api.core.listing.ways import one
from api.domain.across.ways import DISTRIBUTION_WAY
from api.domain.cases.victims import VictimStatus
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import FieldError, Invalid, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.kit.standing import Turn
from api.domain.law.calendar import ONE_DAY
from api.domain.recovery.distributions import (
    DISTRIBUTION_FLOW,
    BaseRule,
    Disposition,
    DistributionStatus,
    LineStatus,
    notice_sentence,
)
from api.domain.recovery.ledger import AccountKind
from api.domain.recovery.restated import PlanSums, of_plan
from api.domain.words import money
from api.domain.words.money import to_fen, to_yuan
from api.models import distributions as distribution_models
from api.models.distributions import Distribution, DistributionLine, heard
from api.models.ledger import Account, Posting
from api.models.victims import Victim
from api.schemas.common import actions, restating
from api.schemas.distributions import (
    DistributionCreate,
    DistributionItem,
    DistributionQuery,
    DistributionRead,
    DistributionUpdate,
    LineItem,
    LineQuery,
)
from api.services.kit import _transition, columns, sealing, searching, steps, time_rules
from api.services.kit import changes as corrections
from api.services.kit._duty_source import in_status
from api.services.kit.standing import InCharge, Until, begun, entered, standing_of, taken_by
from api.services.kit.steps import Step, holder_unit
from api.services.recovery.property_items import case_ref

RESOURCE = "distribution"
corrections.check(DistributionUpdate, Distribution)
D, L = Distribution, DistributionLine
#: The lines that a plan consists of now.
_HOLDS = and_(L.distribution_id == D.id, L.round == D.round)
#: What a computation takes in: verified and excluded claims; what earlier plans paid or promised
#: counts as refunded.
CLAIMANTS = and_(
    Victim.case_id == D.case_id,
    Victim.status.in_([VictimStatus.VERIFIED, VictimStatus.EXCLUDED]),
)
_OTHER, _OTHERS = aliased(D), aliased(L)
EARLIER = (
    select(func.coalesce(func.sum(_OTHERS.share), 0))
    .join(_OTHER, and_(_OTHER.id == _OTHERS.distribution_id, _OTHER.round == _OTHERS.round))
    .where(
        _OTHERS.victim_id == Victim.id,
        _OTHER.id != D.id,
        _OTHER.status.not_in(
            [
                DistributionStatus.DRAFT,
                DistributionStatus.COMPUTED,
                DistributionStatus.WITHDRAWN,
            ]
        ),
    )
    .correlate(Victim, D)
    .scalar_subquery()
)
_HAS_CLAIMS = exists(select(Victim.id).where(CLAIMANTS).correlate(D))
_UNCHANGED = exists(
    select(L.id)
    .where(
        _HOLDS,
        L.victim_id == Victim.id,
        L.principal == Victim.principal,
        L.returns == Victim.returns,
        L.refunds == Victim.refunds + EARLIER,
        L.standing == Victim.claim_status,
    )
    .correlate(D, Victim)
)
#: Whether the register of victims, or another plan, says otherwise than when it was computed.
_IS_STALE = and_(
    D.status == DistributionStatus.COMPUTED,
    or_(
        exists(select(Victim.id).where(CLAIMANTS, ~_UNCHANGED).correlate(D)),
        select(func.count()).select_from(Victim).where(CLAIMANTS).correlate(D).scalar_subquery()
        != D.claims_count,
    ),
)
_CUSTODY = func.coalesce(
    select(Posting.balance)
    .join(Account, Account.id == Posting.account_id)
    .where(Account.book_id == D.case_id, Account.kind == AccountKind.IN_CUSTODY.value)
    .order_by(Posting.seq.desc())
    .limit(1)
    .correlate(D)
    .scalar_subquery(),
    0,
)
#: What decides beside the columns of a plan.
BESIDE: dict[str, Any] = {
    "no_claims": ~_HAS_CLAIMS,
    "is_stale": _IS_STALE,
    "custody": _CUSTODY,
}
_PAYABLE = frozenset(
    {DistributionStatus.PUBLISHED, DistributionStatus.PAYING, DistributionStatus.PARTLY_PAID}
)
_ITEM: dict[str, Any] = {
    "id": D.id,
    "number": D.number,
    "case": case_ref(D.case_id),
    "status": D.status,
    "title": D.title,
    "pool": yuan(D.pool),
    "base_rule": D.base_rule,
    "claims_count": D.claims_count,
    "total_pay": yuan(D.total_pay),
    "total_set_aside": yuan(D.total_set_aside),
    "undistributed": yuan(D.undistributed),
    "published_on": D.published_on,
    "objection_until": D.objection_until,
    "version": D.version,
}


def _sum_of(*statuses: LineStatus) -> Any:
    return yuan(
        select(func.coalesce(func.sum(L.share), 0))
        .where(_HOLDS, L.status.in_(statuses))
        .scalar_subquery()
    )


_PAYS = and_(L.disposition == Disposition.PAY, L.share > 0)
_SETS_ASIDE = and_(L.disposition == Disposition.SET_ASIDE, L.share > 0)
_DUE = and_(_PAYS, L.status.in_([LineStatus.PLANNED, LineStatus.FAILED]))
_SENT = L.status == LineStatus.PAYING


def _part(which: ColumnElement[bool]) -> Any:
    """How many people, and how much in fen."""
    fen = func.coalesce(func.sum(L.share).filter(which), 0)
    return func.json_build_array(func.count().filter(which), fen)


#: The parts of a plan, in one pass over its lines.
_PARTS = (
    select(func.json_build_array(*map(_part, (_PAYS, _SETS_ASIDE, _DUE, _SENT))))
    .select_from(L)
    .where(_HOLDS)
    .scalar_subquery()
)
_READ: dict[str, Any] = _ITEM | {
    "parts": _PARTS,
    "pool_fen": D.pool,
    "undistributed_fen": D.undistributed,
    **BESIDE,
    "returns_offset": D.returns_offset,
    "note": D.note,
    "level": D.certificate["level"].astext,
    "digest": D.certificate["digest"].astext,
    "paid_amount": _sum_of(LineStatus.PAID),
    "paying_amount": _sum_of(LineStatus.PAYING),
    "prepared_by_id": D.prepared_by_id,
    "approved_by_id": D.approved_by_id,
    "paid_by_id": D.paid_by_id,
    "computed_at": D.computed_at,
    "approved_at": D.approved_at,
    "approval_document_no": D.approval_document_no,
    "created_at": D.created_at,
    "updated_at": D.updated_at,
    "revealable": columns.revealable(D),
    "entered": entered(D.id, EventName.DISTRIBUTION_TRANSITIONED, "published_on"),
    "taken_by": taken_by(D),
    "turn_since": D.turn_since,
    "begun_by": columns.unit_named(D.owner_unit_id),
}
check_columns(DistributionItem, _ITEM)
#: What only the sentences are made of.
_DECIDING = ("parts", "pool_fen", "undistributed_fen")
check_columns(
    DistributionRead,
    {
        name: column
        for name, column in _READ.items()
        if name not in {*_DECIDING, *BESIDE, "entered", "taken_by", "begun_by", "turn_since"}
    },
    "available_actions",
    "standing",
    "notice",
    "pay_count",
    "set_aside_count",
)

#: Written by hand: whatever numbers stand in them are masked.
_TEXTS = ("title", "note")
_ANY_TEXT = ARRAY(Text)

_SEARCHED = [search.folded(each) for each in (D.number, D.title)]

S, K = DistributionStatus, DutyKind
#: Nobody is paid while objections may come: the term begins when they may not any more.
PAYABLE_SINCE = func.greatest(D.turn_since, D.objection_until + literal_column("1"))


def _step(
    kind: DutyKind, needs: Permission, *statuses: DistributionStatus, since: Any = D.turn_since
) -> Step:
    waits = or_(*(in_status(D.status, status) for status in statuses))
    others = (D.prepared_by_id, D.approved_by_id) if needs is Permission.DISTRIBUTION_PAY else ()
    return Step(kind, waits, since, holder_unit(needs, D.town_code, D.owner_unit_id, *others))


#: What is done with a plan, and until when.
STEPS = (
    _step(K.DISTRIBUTION_COMPUTE, Permission.DISTRIBUTION_PREPARE, S.DRAFT),
    _step(K.DISTRIBUTION_APPROVE, Permission.DISTRIBUTION_APPROVE, S.COMPUTED),
    _step(K.DISTRIBUTION_PUBLISH, Permission.DISTRIBUTION_PREPARE, S.APPROVED),
    _step(
        K.DISTRIBUTION_PAY, Permission.DISTRIBUTION_PAY, S.PUBLISHED, S.PARTLY_PAID,
        since=PAYABLE_SINCE,
    ),
    _step(K.DISTRIBUTION_CONFIRM, Permission.DISTRIBUTION_PAY, S.PAYING),
)  # fmt: skip

LISTING = Listing(
    resource=RESOURCE,
    id=D.id,
    town_code=D.town_code,
    source=D.__table__,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "case_id": (Uuid(), lambda p: D.case_id == p),
        "status": (_ANY_TEXT, lambda p: D.status == func.any(p)),
        "objection_below": (Date(), lambda p: D.objection_until < p),
        **steps.late_filters(STEPS),
        "q": (Text(), lambda p: or_(*(search.within(each, p) for each in _SEARCHED))),
    },
    sorts={
        "-id": Sort("id", D.id, descending=True),
        "id": Sort("id", D.id),
        **orders.filled("pool", D.pool, money.parse),
        **orders.orders("distributions", "objection_until", orders.DAY),
    },
    sums={"pool": D.pool, "total_pay": D.total_pay, "total_set_aside": D.total_set_aside},
    default_sort="-id",
    scopes=case_rows.scopes(D.case_id),
    ways={
        "case_id": one("case_id", D.case_id, by_town=False),
    },
    scope_ways=case_rows.scope_ways(D.case_id),
    facets=Facets(
        distribution_models.FACETS,
        {
            "status": facets.value("s", "status"),
        },
    ),
    unindexed=frozenset({"q"}),
)

_LINE: dict[str, Any] = {
    "id": L.id,
    "claim": L.claim,
    "name": Victim.name_mask,
    "account": Victim.account_mask,
    "standing": L.standing,
    "principal": yuan(L.principal),
    "returns": yuan(L.returns),
    "refunds": yuan(L.refunds),
    "outstanding": yuan(L.outstanding),
    "share": yuan(L.share),
    "disposition": L.disposition,
    "status": L.status,
}
check_columns(LineItem, _LINE)
_LINE_SCOPES = case_rows.scopes(D.case_id)

LINES = Listing(
    resource="distribution_line",
    id=L.id,
    town_code=D.town_code,
    source=L.__table__.join(D.__table__, _HOLDS).join(Victim.__table__, Victim.id == L.victim_id),
    item_columns=_LINE,
    read_columns=_LINE,
    filters={
        "distribution_id": (Uuid(), lambda p: L.distribution_id == p),
        "status": (_ANY_TEXT, lambda p: L.status == func.any(p)),
    },
    sorts={"id": Sort("id", L.id)},
    default_sort="id",
    scopes=_LINE_SCOPES,
)


async def page(actor: Actor, query: DistributionQuery) -> Response:
    """A page of visible plans."""
    filters = {
        "case_id": query.case_id,
        "status": query.status,
        "objection_below": today() if query.objection_over else None,
        **await steps.late(STEPS, query.late_step),
        "q": None if searching.blank(query.q) else searching.plain(query.q),
    }
    return await LISTING.page(actor, query, filters, query.sort.value)


async def lines(actor: Actor, record_id: UUID, query: LineQuery) -> Response:
    """A page of one plan's lines, masked. Raises NotFound."""
    filters = {"distribution_id": record_id, "status": query.status}
    return await LINES.page_of(LISTING, record_id, actor, query, filters)


@dataclass(frozen=True, slots=True)
class _FlowView:
    status: DistributionStatus
    owner_unit_id: UUID
    prepared_by_id: UUID | None
    approved_by_id: UUID | None
    objection_until: date | None
    objections_heard: bool
    no_claims: bool
    is_stale: bool
    to_give: int
    custody: int


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible plan with what the actor may do with it. Raises NotFound."""
    plan = await LISTING.one(actor, record_id, session)
    until = date.fromisoformat(day) if (day := plan["objection_until"]) else None
    given = to_fen(plan["total_pay"]) + to_fen(plan["total_set_aside"])
    standing = _FlowView(
        DistributionStatus(plan["status"]),
        actor.unit_id,
        _uuid(plan["prepared_by_id"]),
        _uuid(plan["approved_by_id"]),
        until,
        heard(until),
        plan.pop("no_claims"),
        plan.pop("is_stale"),
        given,
        int(plan.pop("custody")),
    )
    plan["notice"] = notice_sentence(
        BaseRule(plan["base_rule"]), returns_offset=plan["returns_offset"]
    )
    sums = _sums(plan)
    plan["pay_count"], plan["set_aside_count"] = sums.pay_count, sums.set_aside_count
    restated = restating(of_plan(standing.status, sums))
    available = DISTRIBUTION_FLOW.available(actor, standing)
    plan["available_actions"] = actions(available, restated, edit=DistributionUpdate)
    plan["standing"] = await standing_of(
        DISTRIBUTION_WAY,
        actor,
        standing,
        available,
        entered=plan.pop("entered"),
        term=partial(_term, date.fromisoformat(plan.pop("turn_since")), until),
        charge=InCharge(created=begun(plan), taken=plan.pop("taken_by")),
    )
    pays = actor.may(Permission.DISTRIBUTION_PAY) and standing.status in _PAYABLE
    writes = actor.may(Permission.DISTRIBUTION_PREPARE) or actor.may(Permission.DISTRIBUTION_PAY)
    kept = plan["revealable"] if writes else []
    plan["revealable"] = [*(["payees"] if pays else []), *kept]
    return plan


def _term(since: date, until: date | None, turn: Turn[Any], clock: time_rules.Clock) -> Until:
    """Until when; to be paid it is from the day on which objections are over, and nobody's before."""
    if turn.what is not DutyKind.DISTRIBUTION_PAY or until is None:
        return steps.term(since)(turn, clock)
    found = steps.term(max(since, until + ONE_DAY))(turn, clock)
    return replace(found, is_early=heard(until))


def _sums(plan: dict[str, Any]) -> PlanSums:
    parts, pool, rest = (plan.pop(name) for name in _DECIDING)
    (payees, pay), (kept, set_aside), (due_count, due), (sent_count, sent) = parts
    return PlanSums(
        int(pool), payees, int(pay), kept, int(set_aside), int(rest), due_count, int(due),
        sent_count, int(sent),
    )  # fmt: skip


async def certificate_of(actor: Actor, session: AsyncSession, record_id: UUID) -> dict[str, Any]:
    """The certificate as it was computed. Raises NotFound."""
    found = await session.scalar(
        select(D.certificate).where(D.id == record_id, LISTING.visible(actor))
    )
    if found is None:
        raise NotFound
    return found


#: What a computation starts from.
_COMPUTED_FROM = ("pool", "base_rule", "returns_offset")


def _check_pool(pool: int | None) -> None:
    """Raises Invalid for a plan that would give nothing to anybody."""
    if pool == 0:
        message = "可分配金额须大于零"
        raise Invalid(message, errors=[FieldError("/pool", "not_positive", message)])


async def create(session: AsyncSession, actor: Actor, body: DistributionCreate) -> dict[str, Any]:
    """Open a plan for a visible case. Raises NotFound, Invalid for one without money."""
    _check_pool(body.pool)
    case = await case_rows.case(session, actor, body.case_id)
    plan = D(
        number=(await numbers.take("QT", case.town_code))[0],
        town_code=case.town_code,
        owner_unit_id=actor.unit_id,
        created_by_post_id=actor.post_id,
        status=DISTRIBUTION_FLOW.initial,
        prepared_by_id=actor.id,
        **body.model_dump() | sealing.texts({name: getattr(body, name) for name in _TEXTS}),
    )
    session.add(plan)
    await session.flush()
    await events.record(
        session, actor, EventName.DISTRIBUTION_CREATED, RESOURCE, plan.id,
        {"number": plan.number, "case_id": str(case.id), "pool": to_yuan(plan.pool)},
    )  # fmt: skip
    return await read(actor, plan.id, session)


async def update(
    session: AsyncSession, actor: Actor, record_id: UUID, body: DistributionUpdate
) -> dict[str, Any]:
    """Change pool or rule before approval; what was computed must be computed again."""
    plan = await _transition.lock(session, actor, LISTING, D, record_id)
    _transition.check_edit(actor, plan, DISTRIBUTION_FLOW, body.version)
    changes = body.changes()
    _check_pool(changes.get("pool"))
    texts = {name: changes[name] for name in _TEXTS if name in changes}
    otherwise = any(
        name in changes and changes[name] != getattr(plan, name) for name in _COMPUTED_FROM
    )
    for name, value in (changes | sealing.texts(texts, plan.texts_enc)).items():
        setattr(plan, name, value)
    told: dict[str, Any] = {"action": "update", "fields": sorted(changes)}
    if otherwise:
        forget(plan)
    if otherwise and plan.status is DistributionStatus.COMPUTED:
        # nobody signs what was computed from other figures: it is to be computed again
        told |= {"from": plan.status.value, "to": DistributionStatus.DRAFT.value}
        _transition.put(plan, DistributionStatus.DRAFT)
    else:
        _transition.touch(plan)
    await session.flush()
    await events.record(
        session, actor, EventName.DISTRIBUTION_TRANSITIONED, RESOURCE, plan.id, told
    )
    return await read(actor, record_id, session)


def lines_of(plan: Distribution) -> ColumnElement[bool]:
    """The lines that a plan consists of now, for the statements of services."""
    return and_(L.distribution_id == plan.id, L.round == plan.round)


def forget(plan: Distribution) -> None:
    """Leave the lines of a plan that was not approved behind: they were never anybody's promise."""
    plan.round += 1
    plan.certificate = None
    plan.claims_count = plan.total_pay = plan.total_set_aside = plan.undistributed = 0
