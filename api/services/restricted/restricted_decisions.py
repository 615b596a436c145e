"""What is done with a restricted file: handed to the organ in charge, reminded, answered, closed."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.core.base.clock import TIMEZONE, today
from api.core.base.ids import uuid7
from api.domain.kit.actors import Actor
from api.domain.kit.errors import FieldError, Invalid
from api.domain.restricted.restricted_files import (
    CLOCKS,
    RESTRICTED_FLOW,
    RestrictedAction,
    RestrictedEvent,
    RestrictedStatus,
)
from api.models.restricted_files import RestrictedFile, RestrictedHandOff
from api.services.kit import _transition, time_rules
from api.services.restricted.restricted_files import locked, note, sealed, whole

_File = RestrictedFile


async def transition(
    session: AsyncSession, actor: Actor, file_id: UUID, body: Any
) -> dict[str, Any]:
    """Hand off, remind, write down the answer, close. Raises NotFound, StaleVersion, TransitionNotAllowed,
    Invalid."""
    file = await locked(session, actor, file_id)
    _, data = _transition.take(actor, file, RESTRICTED_FLOW, body)
    action = RestrictedAction(body.action)
    begun: date | None = today()
    if action is RestrictedAction.HAND_OFF:
        begun = await _hand_off(session, file, body)
    elif action is RestrictedAction.RECORD_ANSWER:
        begun = await _answered(session, file, body)
    elif action is RestrictedAction.REMIND:
        # the organ owes its answer since the hand-off, however often it is asked
        (await _last(session, file)).reminded_on, begun = today(), None
    if begun is not None:
        await _start_clock(session, file, begun)
    note(
        session, file, RestrictedEvent.TRANSITIONED, actor.id,
        reason=getattr(body, "reason", ""), data=data,
    )  # fmt: skip
    await session.flush()
    return await whole(session, actor, file)


async def recount(session: AsyncSession, current: time_rules.Clock) -> None:
    """Count anew by rules and calendar as they are now; told in the file alone."""
    files = await session.scalars(
        select(_File)
        .where(_File.due_on.is_not(None), _File.due_rule != "")
        .order_by(_File.id)
        .with_for_update()
    )
    for file in files:
        begun = await _begun(session, file)
        version = current.holds(file.due_rule, begun, file.due_rule_version)
        due = current.due_on(file.due_rule, begun, version=version)
        was = (file.due_on, file.due_is_provisional, file.due_rule_version)
        if (due.on, due.is_provisional, due.rule_version) == was:
            continue
        file.due_on, file.due_is_provisional = due.on, due.is_provisional
        file.due_rule_version = due.rule_version
        file.version += 1
        note(session, file, RestrictedEvent.RECOUNTED, None)


async def _begun(session: AsyncSession, file: RestrictedFile) -> date:
    """The day on which the term that runs began."""
    if file.status is RestrictedStatus.OPENED:
        return file.opened_at.astimezone(TIMEZONE).date()
    last = await _last(session, file)
    return last.answered_on or last.handed_on


async def _start_clock(session: AsyncSession, file: RestrictedFile, begun: date) -> None:
    rule = CLOCKS.get(file.status)
    if rule is None:
        file.due_on, file.due_is_provisional, file.due_rule = None, False, ""
        return
    due = await time_rules.due_on(session, rule, begun)
    file.due_on, file.due_is_provisional = due.on, due.is_provisional
    file.due_rule, file.due_rule_version = due.rule_id, due.rule_version


def _past(day: date, field: str, since: date) -> date:
    if day < since:
        message = f"日期不能早于{since}"
        raise Invalid(message, errors=[FieldError(f"/{field}", "too_early", message)])
    return day


async def _hand_off(session: AsyncSession, file: RestrictedFile, body: Any) -> date:
    opened = file.opened_at.astimezone(TIMEZONE).date()
    words = {name: getattr(body, name) for name in ("organ_name", "document_no", "receipt")}
    made = RestrictedHandOff(
        id=uuid7(),
        file_id=file.id,
        organ=body.organ,
        words_enc=sealed(words),
        handed_on=_past(body.handed_on, "handed_on", opened),
    )
    session.add(made)
    return made.handed_on


async def _last(session: AsyncSession, file: RestrictedFile) -> RestrictedHandOff:
    return (
        await session.scalars(
            select(RestrictedHandOff)
            .where(RestrictedHandOff.file_id == file.id)
            .order_by(RestrictedHandOff.id.desc())
            .limit(1)
        )
    ).one()


async def _answered(session: AsyncSession, file: RestrictedFile, body: Any) -> date:
    last = await _last(session, file)
    last.answered_on = _past(body.answered_on, "answered_on", last.handed_on)
    last.answer_enc = sealed(
        {"answer": body.answer, "answer_document_no": body.answer_document_no or ""}
    )
    return last.answered_on
