"""Refund plans: computed by the office, approved by a leader, paid by finance; three people.

The money moves with the plan: approval reserves it (归集专户 → 待发放, 提存), paying sends it to the
bank line by line, confirming returns it to the victims or brings it back.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import ARRAY, Text, Uuid, func, insert, select
from sqlalchemy import delete as sql_delete
from sqlalchemy import update as sql_update
from sqlalchemy.ext.asyncio import AsyncSession

from api.access import case_rows
from api.core import events, numbers
from api.core.clock import TIMEZONE, now, today
from api.core.crypto import keyring
from api.core.ids import uuid7
from api.core.pagination import Listing, Sort, check_columns, yuan
from api.domain.actors import Actor
from api.domain.distributions import (
    DISTRIBUTION_FLOW,
    BaseRule,
    Claim,
    Disposition,
    DistributionAction,
    DistributionStatus,
    LineStatus,
    Plan,
    Standing,
    certificate,
    compute,
    notice_sentence,
)
from api.domain.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, RuleViolated
from api.domain.events import EventName
from api.domain.ledger import AccountKind
from api.domain.money import to_yuan
from api.domain.permissions import Permission
from api.domain.victims import VictimStatus
from api.models.cases import Case
from api.models.distributions import Distribution, DistributionLine
from api.models.victims import Victim
from api.schemas.common import Reveal, actions
from api.schemas.distributions import (
    DistributionCreate,
    DistributionItem,
    DistributionQuery,
    DistributionRead,
    DistributionUpdate,
    LineItem,
    LineQuery,
)
from api.services import _transition, ledger, protect, time_rules
from api.services.property_items import case_ref

RESOURCE = "distribution"
D, K, L = Distribution, AccountKind, DistributionLine
#: 冻结资金返还若干规定(2016)第8条 for proportional returns; elsewhere the notice says its own term.
OBJECTIONS = "RET-02b"
_EDITABLE = frozenset({DistributionStatus.DRAFT, DistributionStatus.COMPUTED})
_PAYABLE = frozenset(
    {DistributionStatus.PUBLISHED, DistributionStatus.PAYING, DistributionStatus.PARTLY_PAID}
)
_CHUNK = 1000

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
        .where(L.distribution_id == D.id, L.status.in_(statuses))
        .scalar_subquery()
    )


_READ: dict[str, Any] = _ITEM | {
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
}
check_columns(DistributionItem, _ITEM)
check_columns(DistributionRead, _READ, "available_actions", "revealable", "notice")

_ANY_TEXT = ARRAY(Text)

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
    },
    sorts={"-id": Sort("id", D.id, descending=True), "id": Sort("id", D.id)},
    default_sort="-id",
    scopes=case_rows.scopes(D.case_id),
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
    source=L.__table__.join(D.__table__, D.id == L.distribution_id).join(
        Victim.__table__, Victim.id == L.victim_id
    ),
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
    filters = {"case_id": query.case_id, "status": query.status}
    return await LISTING.page(actor, query, filters, query.sort.value)


async def lines(actor: Actor, record_id: UUID, query: LineQuery) -> Response:
    """A page of one plan's lines, masked."""
    filters = {"distribution_id": record_id, "status": query.status}
    return await LINES.page(actor, query, filters)


@dataclass(frozen=True, slots=True)
class _Standing:
    status: DistributionStatus
    owner_unit_id: UUID
    prepared_by_id: UUID | None
    approved_by_id: UUID | None


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One visible plan with what the actor may do with it. Raises NotFound."""
    plan = await LISTING.one(actor, record_id, session)
    standing = _Standing(
        DistributionStatus(plan["status"]),
        actor.unit_id,
        _uuid(plan["prepared_by_id"]),
        _uuid(plan["approved_by_id"]),
    )
    plan["notice"] = notice_sentence(
        BaseRule(plan["base_rule"]), returns_offset=plan["returns_offset"]
    )
    plan["available_actions"] = actions(DISTRIBUTION_FLOW.available(actor, standing))
    pays = actor.may(Permission.DISTRIBUTION_PAY) and standing.status in _PAYABLE
    plan["revealable"] = ["payees"] if pays else []
    return plan


async def certificate_of(actor: Actor, session: AsyncSession, record_id: UUID) -> dict[str, Any]:
    """The certificate as it was computed. Raises NotFound."""
    found = await session.scalar(
        select(D.certificate).where(D.id == record_id, LISTING.visible(actor))
    )
    if found is None:
        raise NotFound
    return found


async def create(session: AsyncSession, actor: Actor, body: DistributionCreate) -> dict[str, Any]:
    """Open a plan for a visible case. Raises NotFound."""
    case = await case_rows.case(session, actor, body.case_id)
    plan = D(
        number=(await numbers.take("QT", case.town_code))[0],
        town_code=case.town_code,
        owner_unit_id=actor.unit_id,
        created_by_post_id=actor.post_id,
        status=DISTRIBUTION_FLOW.initial,
        prepared_by_id=actor.id,
        **body.model_dump() | {"note": protect.told(body.note), "title": protect.told(body.title)},
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
    if plan.status not in _EDITABLE:
        raise Conflict("方案已批准，不能修改", code="closed")
    _transition.check_version(plan, body.version)
    changes = body.model_dump(exclude={"version"}, exclude_unset=True, exclude_none=True)
    for field in ("note", "title"):
        if field in changes:
            changes[field] = protect.told(changes[field])
    for name, value in changes.items():
        setattr(plan, name, value)
    if {"pool", "base_rule", "returns_offset"} & set(changes):
        await _forget(session, plan)
    plan.version += 1
    plan.updated_at = now()
    await session.flush()
    await events.record(
        session, actor, EventName.DISTRIBUTION_TRANSITIONED, RESOURCE, plan.id,
        {"action": "update", "fields": sorted(changes)},
    )  # fmt: skip
    return await read(actor, record_id, session)


async def _forget(session: AsyncSession, plan: Distribution) -> None:
    """Drop the lines of a plan that was not approved: they were never anybody's promise."""
    await session.execute(sql_delete(L).where(L.distribution_id == plan.id))
    plan.certificate = None
    plan.claims_count = plan.total_pay = plan.total_set_aside = plan.undistributed = 0


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
    await _transition.apply(
        session, actor, plan, DISTRIBUTION_FLOW, EventName.DISTRIBUTION_TRANSITIONED, body, told
    )
    await _EFFECTS[body.action](session, actor, plan, body)
    await session.flush()
    return await read(actor, record_id, session)


# --- compute ---------------------------------------------------------------------------------


async def _compute(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    del body
    await _forget(session, plan)
    rows = await _claimants(session, plan.case_id, plan.id)
    if not rows:
        raise RuleViolated("没有已核实的受害人，不能测算", code="no_claims")
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
    await _write_lines(session, plan.id, {claim.key: victim for victim, claim in rows}, result)


async def _claimants(
    session: AsyncSession, case_id: UUID, plan_id: UUID
) -> list[tuple[UUID, Claim]]:
    """Verified and excluded claims; what earlier plans paid or promised counts as refunded."""
    earlier = (
        select(func.coalesce(func.sum(L.share), 0))
        .join(D, D.id == L.distribution_id)
        .where(
            L.victim_id == Victim.id,
            D.id != plan_id,
            D.status.not_in(
                [
                    DistributionStatus.DRAFT,
                    DistributionStatus.COMPUTED,
                    DistributionStatus.WITHDRAWN,
                ]
            ),
        )
        .scalar_subquery()
    )
    rows = await session.execute(
        select(
            Victim.id,
            Victim.number,
            Victim.principal,
            Victim.returns,
            Victim.refunds + earlier,
            Victim.standing,
        ).where(
            Victim.case_id == case_id,
            Victim.status.in_([VictimStatus.VERIFIED, VictimStatus.EXCLUDED]),
        )
    )
    return [
        (victim, Claim(number, principal, returns, int(refunds), Standing(standing)))
        for victim, number, principal, returns, refunds, standing in rows
    ]


_FIRST = {
    Disposition.PAY: LineStatus.PLANNED,
    Disposition.SET_ASIDE: LineStatus.PLANNED,
    Disposition.NONE: LineStatus.NONE,
}


async def _write_lines(
    session: AsyncSession, plan_id: UUID, victims: dict[str, UUID], result: Plan
) -> None:
    rows = [
        {
            "id": uuid7(),
            "distribution_id": plan_id,
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
    were approved since, would be paid beside it. Plans of one case are approved one by one."""
    await session.execute(select(Case.id).where(Case.id == plan.case_id).with_for_update())
    kept = plan.certificate or {}
    result = compute(
        [claim for _, claim in await _claimants(session, plan.case_id, plan.id)],
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
    if not drafts:
        raise RuleViolated("方案没有可发放的金额", code="nothing_to_pay")
    await ledger.post_many(session, actor, plan.case_id, list(drafts.values()))
    for name, draft in drafts.items():
        setattr(plan, name, draft.id)
    await _mark(session, plan.id, Disposition.SET_ASIDE, LineStatus.SET_ASIDE)


async def _mark(
    session: AsyncSession, plan_id: UUID, disposition: Disposition, to: LineStatus
) -> None:
    await session.execute(
        sql_update(L)
        .where(L.distribution_id == plan_id, L.disposition == disposition)
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
    await _mark(session, plan.id, Disposition.SET_ASIDE, LineStatus.PLANNED)


async def _publish(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    del actor
    if body.published_on > today():
        message = "公示日期不能晚于今天"
        raise Invalid(message, errors=[FieldError("/published_on", "in_future", message)])
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


# --- pay and confirm --------------------------------------------------------------------------


async def _pay(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    if plan.objection_until is None or today() <= plan.objection_until:
        raise RuleViolated(
            f"公示期至{plan.objection_until}，期满且异议处理完毕后才能发放",
            code="objection_period",
            article="参照《电信网络新型违法犯罪案件冻结资金返还若干规定》第八条",
        )
    plan.paid_by_id = actor.id
    due = await _lines(session, plan.id, LineStatus.PLANNED, LineStatus.FAILED)
    due = [line for line in due if line.disposition == Disposition.PAY]
    await _move(session, actor, plan, due, K.PAYABLE, K.PAID_PENDING, body.document_no)
    await _settle(session, due, LineStatus.PAYING)


async def _confirm(session: AsyncSession, actor: Actor, plan: Distribution, body: Any) -> None:
    sent = await _lines(session, plan.id, LineStatus.PAYING)
    await _move(session, actor, plan, sent, K.PAID_PENDING, K.RETURNED, body.document_no)
    await _settle(session, sent, LineStatus.PAID)


async def _confirm_partly(
    session: AsyncSession, actor: Actor, plan: Distribution, body: Any
) -> None:
    sent = await _lines(session, plan.id, LineStatus.PAYING)
    named = set(body.failed_claims.replace(",", " ").replace("，", " ").replace("、", " ").split())
    unknown = sorted(named - {line.claim for line in sent})
    if unknown or not named:
        message = f"不在本批次中的申报编号：{'、'.join(unknown)}" if unknown else "请写明退票编号"
        raise Invalid(message, errors=[FieldError("/failed_claims", "unknown_claim", message)])
    bounced = [line for line in sent if line.claim in named]
    arrived = [line for line in sent if line.claim not in named]
    await _move(session, actor, plan, bounced, K.PAID_PENDING, K.PAYABLE, body.document_no)
    await _move(session, actor, plan, arrived, K.PAID_PENDING, K.RETURNED, body.document_no)
    await _settle(session, bounced, LineStatus.FAILED)
    await _settle(session, arrived, LineStatus.PAID)


async def _lines(
    session: AsyncSession, plan_id: UUID, *statuses: LineStatus
) -> Sequence[DistributionLine]:
    found = await session.scalars(
        select(L).where(L.distribution_id == plan_id, L.status.in_(statuses)).order_by(L.id)
    )
    return list(found)


async def _move(
    session: AsyncSession,
    actor: Actor,
    plan: Distribution,
    moved: Sequence[DistributionLine],
    source: AccountKind,
    target: AccountKind,
    document: str,
) -> None:
    """One transfer a line, so that every payment can be found by its claim."""
    if not moved:
        return
    drafts = [
        ledger.Draft(
            debit=target,
            credit=source,
            amount=line.share,
            reason=f"清退方案{plan.number} {line.claim}",
            document=document,
        )
        for line in moved
    ]
    ids = await ledger.post_many(session, actor, plan.case_id, drafts)
    for line, transfer_id in zip(moved, ids, strict=True):
        if target is K.PAID_PENDING:
            line.sent_transfer_id = transfer_id
        elif target is K.RETURNED:
            line.paid_transfer_id, line.paid_at = transfer_id, now()


async def _settle(session: AsyncSession, moved: Sequence[DistributionLine], to: LineStatus) -> None:
    await session.flush()
    for start in range(0, len(moved), _CHUNK):
        ids = [line.id for line in moved[start : start + _CHUNK]]
        await session.execute(
            sql_update(L)
            .where(L.id.in_(ids))
            .values(status=to)
            .execution_options(synchronize_session=False)
        )


_EFFECTS = {
    DistributionAction.COMPUTE.value: _compute,
    DistributionAction.APPROVE.value: _approve,
    DistributionAction.SEND_BACK.value: _release,
    DistributionAction.WITHDRAW.value: _release,
    DistributionAction.PUBLISH.value: _publish,
    DistributionAction.PAY.value: _pay,
    DistributionAction.CONFIRM.value: _confirm,
    DistributionAction.CONFIRM_PARTLY.value: _confirm_partly,
}


async def reveal(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Reveal
) -> dict[str, str]:
    """The payees of a published plan for the bank, as CSV; audited. Raises NotFound, Forbidden."""
    plan = await read(actor, record_id, session)
    if any(name not in plan["revealable"] for name in body.fields):
        raise Forbidden("无权查看", code="field_not_revealable")
    rows = await session.execute(
        select(L.claim, Victim.name_enc, Victim.bank_name, Victim.account_enc, L.share)
        .join(Victim, Victim.id == L.victim_id)
        .where(
            L.distribution_id == record_id,
            L.disposition == Disposition.PAY,
            L.status != LineStatus.PAID,
        )
        .order_by(L.claim)
    )
    keys, out = keyring(), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["申报编号", "收款人", "开户行", "账号", "金额（元）"])
    for claim, name, bank, account, share in rows:
        writer.writerow(
            [
                claim,
                _cell(keys.decrypt(name)),
                _cell(bank),
                keys.decrypt(account) if account else "",
                to_yuan(share),
            ]
        )
    told = {"fields": body.fields, "reason": protect.told(body.reason)}
    await events.record(session, actor, EventName.REVEALED, RESOURCE, record_id, told)
    return {"payees": out.getvalue()}


def _cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
