"""What becomes of a measure over property: renewed, in force in its turn, released."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import today
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid, RuleViolated
from api.domain.kit.events import EventName
from api.domain.recovery.property_items import PropertyKind
from api.domain.recovery.property_measures import (
    MEASURE_FLOW,
    AuthorityLevel,
    MeasureAction,
    MeasureKind,
    MeasureStatus,
    Regime,
    RenewalDraft,
    check_renewal,
    first_term,
    further_term,
    governing,
    is_lapsed,
    refuse,
    renewed_by,
    rule_for,
)
from api.models.property_items import PropertyItem
from api.models.property_measures import PropertyMeasure, PropertyMeasureRenewal
from api.services.kit import _transition, protect, time_rules
from api.services.recovery.property_measures import IS_BEHIND, LISTING, lapse, read, set_end

M = PropertyMeasure


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Take one action of the flow. Raises what `_transition.apply` raises, and RuleViolated."""
    measure = await _transition.lock(session, actor, LISTING, M, record_id)
    lapsed = measure.status == MeasureStatus.ACTIVE and is_lapsed(measure.expires_on, today())
    if lapsed and body.action == MeasureAction.RELEASE.value:
        await lapse(session, measure.property_item_id)
        await session.refresh(measure)
    elif lapsed:
        article = renewed_by(governing(measure.rule_id))
        raise RuleViolated(
            f"该措施已于{measure.expires_on}到期未续，视为自动解除，需要重新办理（{article}）",
            code="renewed_too_late",
            article=article,
        )
    if body.action == MeasureAction.RELEASE.value:
        # beforehand: status and event are written together, and the table wants both or neither
        measure.released_on = body.released_on
    if body.action == MeasureAction.TAKE_EFFECT.value:
        measure.is_behind = await _is_behind(session, measure)
    told = {"document_no": getattr(body, "document_no", "")}
    await _transition.apply(
        session, actor, measure, MEASURE_FLOW, EventName.PROPERTY_MEASURE_TRANSITIONED, body, told
    )
    await _EFFECTS[body.action](session, actor, measure, body)
    await session.flush()
    return await read(actor, record_id, session)


async def _kind_of(session: AsyncSession, measure: PropertyMeasure) -> PropertyKind:
    found = await session.scalar(
        select(PropertyItem.kind).where(PropertyItem.id == measure.property_item_id)
    )
    return PropertyKind(str(found))


async def _renew(session: AsyncSession, actor: Actor, measure: PropertyMeasure, body: Any) -> None:
    kind = await _kind_of(session, measure)
    rule = rule_for(
        Regime(measure.regime),
        MeasureKind(measure.kind),
        kind,
        AuthorityLevel(measure.authority_level),
    )
    if rule is None or measure.expires_on is None:
        raise RuleViolated("该措施没有法定期限，不需要续行", code="no_term")
    if body.decided_on < measure.starts_on:
        message = "续行决定日期不能早于措施的起始日期"
        raise Invalid(message, errors=[FieldError("/decided_on", "before_start", message)])
    done = await session.scalar(
        select(func.count()).where(PropertyMeasureRenewal.property_measure_id == measure.id)
    )
    draft = RenewalDraft(
        number=(done or 0) + 1,
        decided_on=body.decided_on,
        expires_on=body.expires_on,
        authority_level=body.authority_level,
        document_no=body.document_no,
        is_major=measure.is_major,
    )
    law = await time_rules.clock(session)
    refuse(
        check_renewal(
            draft,
            law,
            rule=rule,
            kind=MeasureKind(measure.kind),
            property_kind=kind,
            expires_on=measure.expires_on,
        )
    )
    renewal = rule.renewal(draft.number, major=measure.is_major)
    old_end = measure.expires_on
    term = further_term(law, renewal.rule_id, draft.decided_on) if renewal else None
    set_end(measure, body.expires_on, term, old_end, law)
    new_end = measure.expires_on
    if new_end <= old_end:
        message = "续行后的到期日应当晚于原到期日"
        raise Invalid(message, errors=[FieldError("/expires_on", "not_longer", message)])
    await session.execute(
        insert(PropertyMeasureRenewal).values(
            property_measure_id=measure.id,
            number=draft.number,
            decided_on=draft.decided_on,
            old_expires_on=old_end,
            new_expires_on=new_end,
            authority_level=draft.authority_level,
            document_no=draft.document_no,
            recorded_by_post_id=actor.post_id,
        )
    )


async def _is_behind(session: AsyncSession, measure: PropertyMeasure) -> bool:
    """Whether another freeze comes first."""
    # who registers or promotes another freeze on the item waits here
    await session.execute(
        select(PropertyItem.id).where(PropertyItem.id == measure.property_item_id).with_for_update()
    )
    asked = select(IS_BEHIND).where(M.id == measure.id)
    return bool(await session.scalar(asked, {"today": today()}))


async def _take_effect(
    session: AsyncSession, actor: Actor, measure: PropertyMeasure, body: Any
) -> None:
    """The first in the queue becomes a freeze the day the earlier one ends (查扣冻规定 26)."""
    del actor
    await lapse(session, measure.property_item_id)
    earlier = await session.scalar(
        select(func.max(func.coalesce(M.released_on, M.expires_on))).where(
            M.property_item_id == measure.property_item_id,
            M.status.in_([MeasureStatus.RELEASED, MeasureStatus.LAPSED]),
            M.kind == MeasureKind.FREEZE,
        )
    )
    if body.starts_on < max(measure.starts_on, earlier or measure.starts_on):
        message = "生效日期不能早于轮候登记日和在先冻结的解除日"
        raise Invalid(message, errors=[FieldError("/starts_on", "before_its_turn", message)])
    kind = await _kind_of(session, measure)
    measure.kind = MeasureKind.FREEZE
    measure.starts_on = body.starts_on
    rule = rule_for(
        Regime(measure.regime), MeasureKind.FREEZE, kind, AuthorityLevel(measure.authority_level)
    )
    law = await time_rules.clock(session)
    major = measure.is_major
    term = first_term(law, rule.first(major=major), body.starts_on) if rule else None
    latest = term.ends(body.starts_on, law.calendar).on if term else None
    if body.expires_on and latest and body.expires_on > latest:
        message = f"期限最迟到{latest.isoformat()}"
        raise Invalid(message, errors=[FieldError("/expires_on", "term_too_long", message)])
    set_end(measure, body.expires_on, term, body.starts_on, law)


async def _release(
    session: AsyncSession, actor: Actor, measure: PropertyMeasure, body: Any
) -> None:
    del session, actor
    if body.released_on < measure.starts_on:
        message = "解除日期不能早于起始日期"
        raise Invalid(message, errors=[FieldError("/released_on", "before_start", message)])
    if measure.expires_on is not None and measure.expires_on < body.released_on:
        measure.released_on = measure.expires_on  # it held nothing any more since then
    measure.release_reason = body.release_reason
    measure.release_document_no = protect.told(body.document_no)


_EFFECTS = {
    MeasureAction.RENEW.value: _renew,
    MeasureAction.TAKE_EFFECT.value: _take_effect,
    MeasureAction.RELEASE.value: _release,
}
