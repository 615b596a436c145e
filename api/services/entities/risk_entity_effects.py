"""What the actions of the risk entity flow do beyond the status."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.entities.risk_entities import (
    MEASURE_OF_ACTION,
    OWN_ACTION,
    EntityAction,
    RiskTier,
)
from api.domain.entities.risk_measures import RiskMeasureKind
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, RuleViolated
from api.models.risk_entities import RiskAssessment, RiskEntity, RiskMeasure
from api.services.entities import _field_work
from api.services.entities.risk_entity_drafts import assessment_row, reminder_row
from api.services.kit import protect

Effect = Callable[[AsyncSession, Actor, RiskEntity, Any], Awaitable[None]]


async def nothing(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """Actions that change nothing but the status."""
    del session, actor, entity, body


def _deadline(body: Any, done_on: date) -> date | None:
    """Until when what was asked of them is to be done: not before it was asked. Raises Invalid."""
    given: date | None = getattr(body, "deadline", None)
    if given is not None and given < done_on:
        message = f"完成期限不能早于实施日期（{done_on}）"
        raise Invalid(message, errors=[FieldError("/deadline", "too_early", message)])
    return given


async def _assess(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    if body.review_on == today():
        message = "下次复评日期应晚于今天"
        raise Invalid(message, errors=[FieldError("/review_on", "in_past", message)])
    entity.tier = body.tier
    await _field_work.plan_next_inspection(session, entity, today())
    entity.review_on = body.review_on or entity.next_inspection_due
    factors = await _field_work.protected(session, entity.id, "assessments.factors", body.factors)
    decided_by = protect.told(body.decided_by or "")
    row = assessment_row(actor, entity.id, body.tier, factors, entity.review_on, decided_by)
    await session.execute(insert(RiskAssessment), row)
    await _field_work.take_route(session, actor, entity, body.route, factors)
    if body.tier is RiskTier.YELLOW and not await _pending_reminder(session, entity.id):
        reminder = reminder_row(actor, entity.id, entity.next_inspection_due)
        await session.execute(insert(RiskMeasure), reminder)


async def _pending_reminder(session: AsyncSession, entity_id: UUID) -> UUID | None:
    return await session.scalar(
        select(RiskMeasure.id)
        .where(
            RiskMeasure.entity_id == entity_id,
            RiskMeasure.kind == RiskMeasureKind.REMIND,
            RiskMeasure.done_on.is_(None),
        )
        .order_by(RiskMeasure.id)
        .limit(1)
    )


async def _choose_route(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    reason = await _field_work.protected(session, entity.id, "routes.reason", body.reason)
    await _field_work.take_route(session, actor, entity, body.route, reason)


async def _list(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    del session, actor, body
    entity.listed_on = today()


async def _take(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """Record a measure, if the body in whose name it is taken may take it."""
    kind = MEASURE_OF_ACTION.get(EntityAction(body.action)) or body.measure
    if body.action == EntityAction.RECORD_MEASURE.value and kind in OWN_ACTION:
        message = f"{kind.label}有专门的操作，请使用该操作办理"
        raise Invalid(message, errors=[FieldError("/measure", "own_action", message)])
    lawful = await _field_work.power(session, actor, kind, body)
    said = getattr(body, "note", None) or getattr(body, "reason", None) or ""
    done_on = getattr(body, "done_on", None) or today()
    row = _field_work.measure(
        actor,
        entity.id,
        kind,
        **lawful.columns(),
        done_on=done_on,
        deadline=_deadline(body, done_on),
        amount=getattr(body, "amount", None),
        note=await _field_work.protected(session, entity.id, "measures.note", said),
    )
    pending = (
        await _pending_reminder(session, entity.id) if kind is RiskMeasureKind.REMIND else None
    )
    if pending:
        done = {
            k: v
            for k, v in row.items()
            if k not in {"id", "entity_id", "kind", "created_at", "deadline"}
        }
        await session.execute(update(RiskMeasure).where(RiskMeasure.id == pending).values(done))
    else:
        await session.execute(insert(RiskMeasure), row)
    await _field_work.route_by_measure(session, actor, entity, kind)


async def _order(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    await _field_work.order(session, actor, entity, body)


async def _urge_refund(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    await _take(session, actor, entity, body)
    if body.amount is not None:
        entity.refund_due = body.amount


async def _refund(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """Money that went back; more than was due is a slip of the pen."""
    if entity.refund_due is None or entity.refunded + body.amount > entity.refund_due:
        message = "累计清退金额超过应清退金额，请先核对督促清退时登记的金额"
        raise RuleViolated(message, errors=[FieldError("/amount", "above_due", message)])
    await _take(session, actor, entity, body)
    entity.refunded += body.amount


async def _fix_evidence(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    said = f"固定人：{body.fixed_by}\n{body.evidence_list}"
    row = _field_work.measure(
        actor,
        entity.id,
        RiskMeasureKind.PRESERVE_EVIDENCE,
        done_on=body.fixed_on,
        note=await _field_work.protected(session, entity.id, "measures.note", said),
    )
    await session.execute(insert(RiskMeasure), row)
    entity.evidence_fixed_on = body.fixed_on


async def _reopen(session: AsyncSession, actor: Actor, entity: RiskEntity, body: Any) -> None:
    """A new round: what was found then proves nothing now."""
    del session, actor, body
    entity.evidence_fixed_on = None
    entity.listed_on = None


EFFECTS: dict[EntityAction, Effect] = {
    EntityAction.ASSESS: _assess,
    EntityAction.REASSESS: _assess,
    EntityAction.CHOOSE_ROUTE: _choose_route,
    EntityAction.LIST: _list,
    EntityAction.REMIND: _take,
    EntityAction.INTERVIEW: _take,
    EntityAction.ORDER_RECTIFICATION: _order,
    EntityAction.STOP_OPERATIONS: _take,
    EntityAction.URGE_REFUND: _urge_refund,
    EntityAction.RECORD_REFUND: _refund,
    EntityAction.RECORD_MEASURE: _take,
    EntityAction.FIX_EVIDENCE: _fix_evidence,
    EntityAction.TRANSFER_DEPARTMENT: _take,
    EntityAction.TRANSFER_POLICE: _take,
    EntityAction.SHUT_DOWN: _take,
    EntityAction.REOPEN: _reopen,
}
