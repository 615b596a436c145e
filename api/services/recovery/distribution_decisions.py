"""What becomes of a refund plan: computed, approved, published, paid, confirmed; or given back.

The money moves with the plan: approval reserves it (归集专户 → 待发放, 提存), paying sends it to the
bank line by line, confirming returns it to the victims or brings it back.
"""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, now, today
from api.core.base.ids import uuid7
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Invalid
from api.domain.kit.events import EventName
from api.domain.recovery.distributions import (
    DISTRIBUTION_FLOW,
    BaseRule,
    Claim,
    ClaimStatus,
    Disposition,
    DistributionAction,
    DistributionStatus,
    LineStatus,
    Plan,
    certificate,
    compute,
)
from api.domain.recovery.ledger import AccountKind
from api.models.cases import Case
from api.models.distributions import Distribution, DistributionLine
from api.models.victims import Victim
from api.services.kit import _transition, protect, time_rules
from api.services.recovery import ledger
from api.services.recovery.distribution_payments import confirm, confirm_partly, pay
from api.services.recovery.distributions import (
    BESIDE,
    CLAIMANTS,
    EARLIER,
    LISTING,
    forget,
    lines_of,
    read,
)

D, K, L = Distribution, AccountKind, DistributionLine

#: 冻结资金返还若干规定(2016)第8条 for proportional returns; elsewhere the notice says its own term.
OBJECTIONS = "RET-02b"
_CHUNK = 1000


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the flow. Raises what `_transition.apply` raises, and the money's errors."""
    plan = await _transition.lock(session, actor, LISTING, D, record_id)
    told = {
        name: protect.told(str(getattr(body, name)))
        for name in ("reason", "document_no")
        if getattr(body, name, None)
    }
    await _look_beside(session, plan, body.action)
    await _transition.apply(
        session, actor, plan, DISTRIBUTION_FLOW, EventName.DISTRIBUTION_TRANSITIONED, body, told
    )
    await _EFFECTS[body.action](session, actor, plan, body)
    await session.flush()
    return await read(actor, record_id, session)


async def _look_beside(session: AsyncSession, plan: Distribution, action: str) -> None:
    """What of the case decides about the plan."""
    if action == DistributionAction.APPROVE.value:
        # plans of one case are approved one by one
        await session.execute(select(Case.id).where(Case.id == plan.case_id).with_for_update())
    found = await session.execute(
        select(*(column.label(name) for name, column in BESIDE.items())).where(D.id == plan.id)
    )
    for name, value in zip(BESIDE, found.one(), strict=True):
        setattr(plan, name, value)


# --- compute ---------------------------------------------------------------------------------


async def _compute(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    del body
    forget(plan)
    rows = await _claimants(session, plan)
    result = compute(
        [claim for _, claim in rows],
        plan.pool,
        BaseRule(plan.base_rule),
        returns_offset=plan.returns_offset,
    )
    computed_at = now()
    case_number = await session.scalar(select(Case.number).where(Case.id == plan.case_id))
    plan.certificate = certificate(
        result,
        header={
            "number": plan.number,
            "case_number": case_number or "",
            "computed_at": computed_at.isoformat(timespec="seconds"),
        },
    )
    plan.prepared_by_id, plan.computed_at = actor.id, computed_at
    plan.claims_count = len(result.lines)
    plan.total_pay = result.total(Disposition.PAY)
    plan.total_set_aside = result.total(Disposition.SET_ASIDE)
    plan.undistributed = result.undistributed
    await _write_lines(session, plan, {claim.key: victim for victim, claim in rows}, result)


async def _claimants(session: AsyncSession, plan: Distribution) -> list[tuple[UUID, Claim]]:
    """What the computation takes in."""
    rows = await session.execute(
        select(
            Victim.id,
            Victim.number,
            Victim.principal,
            Victim.returns,
            Victim.refunds + EARLIER,
            Victim.claim_status,
        )
        .join(D, D.id == plan.id)
        .where(CLAIMANTS)
    )
    return [
        (victim, Claim(number, principal, returns, int(refunds), ClaimStatus(standing)))
        for victim, number, principal, returns, refunds, standing in rows
    ]


_FIRST = {
    Disposition.PAY: LineStatus.PLANNED,
    Disposition.SET_ASIDE: LineStatus.PLANNED,
    Disposition.NONE: LineStatus.NONE,
}


async def _write_lines(
    session: AsyncSession, plan: Distribution, victims: dict[str, UUID], result: Plan
) -> None:
    rows = [
        {
            "id": uuid7(),
            "distribution_id": plan.id,
            "round": plan.round,
            "victim_id": victims[line.key],
            "claim": line.key,
            "standing": line.standing,
            "principal": line.principal,
            "returns": line.returns,
            "refunds": line.refunds,
            "outstanding": line.outstanding,
            "share": line.share,
            "disposition": line.disposition,
            "status": _FIRST[line.disposition],
        }
        for line in result.lines
    ]
    for start in range(0, len(rows), _CHUNK):
        await session.execute(insert(L), rows[start : start + _CHUNK])


# --- approve, send back, publish, withdraw ----------------------------------------------------


async def _still_holds(session: AsyncSession, plan: Distribution) -> None:
    """What the leader signs is what the register says now: claims verified since, and plans that
    were approved since, would be paid beside it."""
    kept = plan.certificate or {}
    result = compute(
        [claim for _, claim in await _claimants(session, plan)],
        plan.pool,
        BaseRule(plan.base_rule),
        returns_offset=plan.returns_offset,
    )
    header = {name: str(kept.get(name, "")) for name in ("number", "case_number", "computed_at")}
    if certificate(result, header=header)["digest"] != kept.get("digest"):
        raise Conflict(
            "测算之后受害人登记册或者其他方案有变化，请退回重新测算", code="computation_stale"
        )


async def _approve(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    await _still_holds(session, plan)
    plan.approved_by_id, plan.approved_at = actor.id, now()
    plan.approval_document_no = body.document_no
    drafts = {
        name: ledger.Draft(
            debit=kind,
            credit=K.IN_CUSTODY,
            amount=amount,
            reason=f"清退方案{plan.number}",
            document=body.document_no,
            id=uuid7(),
        )
        for name, kind, amount in (
            ("pay_transfer_id", K.PAYABLE, plan.total_pay),
            ("set_aside_transfer_id", K.SET_ASIDE, plan.total_set_aside),
        )
        if amount
    }
    await ledger.post_many(session, actor, plan.case_id, list(drafts.values()))
    for name, draft in drafts.items():
        setattr(plan, name, draft.id)
    await _mark(session, plan, Disposition.SET_ASIDE, LineStatus.SET_ASIDE)


async def _mark(
    session: AsyncSession, plan: Distribution, disposition: Disposition, to: LineStatus
) -> None:
    await session.execute(
        sql_update(L)
        .where(lines_of(plan), L.disposition == disposition)
        .values(status=to)
        .execution_options(synchronize_session=False)
    )


async def _release(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    """Give a reserved pool back, before anything was paid from it."""
    for transfer_id in (plan.pay_transfer_id, plan.set_aside_transfer_id):
        if transfer_id is not None:
            await ledger.void(
                session,
                actor,
                plan.case_id,
                transfer_id,
                reason=f"清退方案{plan.number}退回",
                document=protect.told(body.reason)[:200],
                by_hand=False,
            )
    plan.pay_transfer_id = plan.set_aside_transfer_id = None
    plan.approved_by_id = plan.approved_at = None
    await _mark(session, plan, Disposition.SET_ASIDE, LineStatus.PLANNED)


async def _publish(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    del actor
    approved = plan.approved_at.astimezone(TIMEZONE).date() if plan.approved_at else today()
    if body.published_on < approved:
        message = f"方案于{approved}批准，公示不能早于这一天"
        raise Invalid(message, errors=[FieldError("/published_on", "before_approval", message)])
    # the office may hear objections for longer, never for a shorter time than the rule gives
    earliest = (await time_rules.due_on(session, OBJECTIONS, body.published_on)).on
    until: date = body.objection_until or earliest
    if until < earliest:
        message = f"按期限规则 {OBJECTIONS}，异议截止日期最早为{earliest}"
        raise Invalid(message, errors=[FieldError("/objection_until", "too_short", message)])
    plan.published_on, plan.objection_until = body.published_on, until
    plan.objection_is_given = body.objection_until is not None


async def recount(session: AsyncSession, current: time_rules.Clock) -> None:
    """Count anew how long objections are heard, where the rule alone says so; what was announced
    is never shortened."""
    plans = await session.scalars(
        select(Distribution)
        .where(
            Distribution.status == DistributionStatus.PUBLISHED,
            ~Distribution.objection_is_given,
            Distribution.published_on.is_not(None),
        )
        .order_by(Distribution.id)
        .with_for_update()
    )
    for plan in plans:
        if plan.published_on is None or plan.objection_until is None:
            continue
        due, before = current.due_on(OBJECTIONS, plan.published_on), plan.objection_until
        if due.on <= before:
            continue
        plan.objection_until = due.on
        plan.version += 1
        await session.flush()
        data = {"from_day": before.isoformat(), "to_day": due.on.isoformat()}
        data |= {"is_provisional": due.is_provisional}
        await events.record(session, None, EventName.DUE_RECOUNTED, "distribution", plan.id, data)


_EFFECTS = {
    DistributionAction.COMPUTE.value: _compute,
    DistributionAction.APPROVE.value: _approve,
    DistributionAction.SEND_BACK.value: _release,
    DistributionAction.WITHDRAW.value: _release,
    DistributionAction.PUBLISH.value: _publish,
    DistributionAction.PAY.value: pay,
    DistributionAction.CONFIRM.value: confirm,
    DistributionAction.CONFIRM_PARTLY.value: confirm_partly,
}
