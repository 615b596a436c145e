"""What all towns share, changed where there is no county: one proposes, another confirms.

Confirming does the change there and then, by the services that the county would have used, on the
base that was proposed: what changed since is refused as stale, and to be proposed anew.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.base.clock import now
from api.core.events import events
from api.core.listing import keyset
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission, Role
from api.domain.organisation.shared_changes import SharedKind, SharedStatus, may_confirm
from api.models.shared_changes import SharedChange
from api.models.users import User
from api.schemas.divisions import DivisionImport
from api.schemas.shared_changes import (
    SharedChangeCreate,
    SharedChangeDecide,
    SharedChangeQuery,
)
from api.schemas.time_rules import HolidayYearPut, TimeRuleVersionCreate
from api.services.kit import _transition, protect, time_rules
from api.services.organisation import county_posts, divisions, holiday_years

RESOURCE = "shared_change"
_Proposer, _Decider = aliased(User), aliased(User)
_ROWS = (
    select(SharedChange, _Proposer.name.label("proposer"), _Decider.name.label("decider"))
    .join(_Proposer, _Proposer.id == SharedChange.proposed_by_id)
    .outerjoin(_Decider, _Decider.id == SharedChange.decided_by_id)
)


async def page(session: AsyncSession, actor: Actor, query: SharedChangeQuery) -> dict[str, Any]:
    """Proposals, the latest first."""
    statement = _ROWS
    if query.status is not None:
        statement = statement.where(SharedChange.status == query.status)
    return await keyset.page(
        session, statement, SharedChange.id, query, lambda row: _shown(actor, row),
        name="shared-changes", descending=True,
    )  # fmt: skip


async def read(session: AsyncSession, actor: Actor, change_id: UUID) -> dict[str, Any]:
    """One proposal. Raises NotFound."""
    row = (await session.execute(_ROWS.where(SharedChange.id == change_id))).one_or_none()
    if row is None:
        raise NotFound
    return _shown(actor, row)


def _shown(actor: Actor, row: Any) -> dict[str, Any]:
    change: SharedChange = row.SharedChange
    waits = change.status is SharedStatus.WAITING
    approves = waits and actor.may(Permission.SHARED_CHANGE_APPROVE)
    decided = {"id": change.decided_by_id, "name": row.decider} if change.decided_by_id else None
    return {
        "id": change.id,
        "kind": change.kind,
        "status": change.status,
        "subject": change.subject,
        "body": change.body,
        "reason": change.reason,
        "proposed_by": {"id": change.proposed_by_id, "name": row.proposer},
        "proposed_at": change.proposed_at,
        "decided_by": decided,
        "decided_at": change.decided_at,
        "decision": change.decision,
        "may_confirm": approves and may_confirm(change.proposed_by_id, actor.id),
        "may_refuse": approves,
        "version": change.version,
    }


async def _ensure_no_county(session: AsyncSession) -> None:
    if await county_posts.is_held(session, Role.COUNTY):
        raise Conflict("本县有县专项办，共用设置由县专项办直接修改", code="county_decides")


async def propose(session: AsyncSession, actor: Actor, body: SharedChangeCreate) -> dict[str, Any]:
    """Propose one change. Raises Conflict (`county_decides`), and what the change itself would
    raise: what cannot be done is not proposed."""
    await _ensure_no_county(session)
    if body.time_rule is not None:
        kind, subject, sent = SharedKind.TIME_RULE, body.rule_id or "", body.time_rule
        await time_rules.ensure_possible(session, subject, body.time_rule)
    elif body.holiday_year is not None:
        kind, subject, sent = SharedKind.HOLIDAY_YEAR, str(body.year), body.holiday_year
        holiday_years.ensure_possible(int(subject), body.holiday_year)
    else:
        assert body.divisions is not None  # noqa: S101  # the schema says that one is given
        kind, subject, sent = SharedKind.DIVISIONS, "", body.divisions
    row = SharedChange(
        kind=kind,
        subject=subject,
        body=sent.model_dump(mode="json", exclude_unset=True),
        reason=protect.told(body.reason),
        proposed_by_id=actor.id,
    )
    session.add(row)
    await session.flush()
    told = {"kind": kind.value, "subject": subject}
    await events.record(session, actor, EventName.SHARED_CHANGE_PROPOSED, RESOURCE, row.id, told)
    return await read(session, actor, row.id)


async def decide(
    session: AsyncSession, actor: Actor, change_id: UUID, body: SharedChangeDecide
) -> dict[str, Any]:
    """Confirm, which does it, or refuse. Raises NotFound, StaleVersion, Forbidden (`same_person`),
    Conflict (`decided`, `county_decides`), Invalid, and what the change itself raises."""
    change = await session.get(SharedChange, change_id, with_for_update=True)
    if change is None:
        raise NotFound
    _transition.check_version(change, body.version)
    if change.status is not SharedStatus.WAITING:
        raise Conflict("这项提请已经办结", code="decided")
    if body.agree:
        if not may_confirm(change.proposed_by_id, actor.id):
            raise Forbidden("提请人不能自己确认，须由另一人确认", code="same_person")
        await _ensure_no_county(session)
        await _carry_out(session, actor, change)
    elif not body.reason.strip():
        message = "请写明不同意的理由"
        raise Invalid(message, errors=[FieldError("/reason", "missing", message)])
    _transition.put(change, SharedStatus.CONFIRMED if body.agree else SharedStatus.REFUSED)
    change.decided_by_id, change.decided_at = actor.id, now()
    change.decision = protect.told(body.reason)
    await session.flush()
    told = {"kind": change.kind.value, "subject": change.subject, "confirmed": body.agree,
            "proposed_by": str(change.proposed_by_id)}  # fmt: skip
    await events.record(session, actor, EventName.SHARED_CHANGE_DECIDED, RESOURCE, change.id, told)
    return await read(session, actor, change_id)


async def _carry_out(session: AsyncSession, actor: Actor, change: SharedChange) -> None:
    match change.kind:
        case SharedKind.TIME_RULE:
            rule = TimeRuleVersionCreate.model_validate(change.body)
            await time_rules.create_version(session, actor, change.subject, rule)
        case SharedKind.HOLIDAY_YEAR:
            year = HolidayYearPut.model_validate(change.body)
            await holiday_years.put(session, actor, int(change.subject), year)
        case SharedKind.DIVISIONS:
            rows = DivisionImport.model_validate(change.body)
            await divisions.bring_in(session, actor, rows, confirmed=True)
