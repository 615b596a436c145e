"""Rewards: proposed by the office, approved by a second person, paid by a third to whoever shows the
receipt or a one-time code. No step asks for a name, and none is told one."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import ARRAY, Text, and_, case, exists, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.access import links
from api.core.base.clock import now
from api.core.base.crypto import keyring
from api.core.base.ids import uuid7
from api.core.database import numbers
from api.core.database.db import database
from api.core.events import events
from api.core.listing import facets, orders, search
from api.core.listing.facets import Facets
from api.core.listing.pagination import Listing, Sort, check_columns, yuan
from api.domain.across.ways import REWARD_WAY
from api.domain.kit.actors import Actor
from api.domain.kit.duties import DutyKind
from api.domain.kit.errors import Conflict, FieldError, Invalid, NotFound
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Permission
from api.domain.leads.leads import LeadConclusion
from api.domain.reporters import receipts as receipt_rules
from api.domain.rewards import rewards
from api.domain.rewards.rewards import (
    REWARD_FLOW,
    ClaimBy,
    RewardAction,
    RewardHindrance,
    RewardRule,
    RewardStatus,
)
from api.domain.words import money
from api.domain.words.money import to_fen, to_yuan
from api.models import rewards as reward_models
from api.models.leads import Lead
from api.models.receipts import LeadReceipt
from api.models.rewards import Reward
from api.models.users import User
from api.schemas.common import actions, restating
from api.schemas.rewards import (
    RewardCodeAsk,
    RewardCreate,
    RewardItem,
    RewardQuery,
    RewardRead,
)
from api.services.kit import _transition, columns, searching, steps
from api.services.kit._duty_source import in_status
from api.services.kit.standing import InCharge, begun, entered, standing_of, taken_by
from api.services.kit.steps import Step, holder_unit
from api.services.leads import unnamed
from api.services.reporters import receipts
from api.services.rewards import reward_affairs, reward_rules
from api.services.rewards.reward_affairs import Affair

RESOURCE = "reward"

_HAS_RECEIPT = exists(select(literal_column("1")).where(LeadReceipt.lead_id == Reward.lead_id))
#: What the reporter shows, and whether they hold it already.
CLAIM_BY = case(
    (_HAS_RECEIPT, literal_column(f"'{ClaimBy.RECEIPT.value}'", Text())),
    else_=literal_column(f"'{ClaimBy.CODE.value}'", Text()),
)
IS_CLAIMABLE = or_(_HAS_RECEIPT, Reward.claim_digest.is_not(None))
_ITEM: dict[str, Any] = {
    "id": Reward.id,
    "number": Reward.number,
    "status": Reward.status,
    "amount": yuan(Reward.amount),
    "claim_by": CLAIM_BY,
    "is_claimable": IS_CLAIMABLE,
    "created_at": Reward.created_at,
    "approved_at": Reward.approved_at,
    "paid_at": Reward.paid_at,
    "document_no": Reward.document_no,
    "voucher_no": Reward.voucher_no,
    "version": Reward.version,
}


def _person(user_id: Any) -> Any:
    return select(User.name).where(User.id == user_id).scalar_subquery()


def _lead(lead_id: Any) -> Any:
    behind = aliased(Lead)
    told = func.json_build_object(
        "id", behind.id, "number", behind.number, "subject_name", behind.subject_name,
        *links.deciding("lead", behind.id, behind.town_code),
    )  # fmt: skip
    return select(func.json_build_array(told)).where(behind.id == lead_id).scalar_subquery()


_READ: dict[str, Any] = _ITEM | {
    "lead": _lead(Reward.lead_id),
    "main_lead": _lead(Reward.main_lead_id),
    "reporter_kind": Reward.reporter_kind,
    "conclusion": Reward.conclusion,
    "involved": yuan(Reward.involved),
    "computed": yuan(Reward.computed),
    "rule_version": Reward.rule_version,
    "note": Reward.note,
    "distinct_reason": Reward.distinct_reason,
    "proposed_by": _person(Reward.proposed_by_id),
    "proposed_by_id": Reward.proposed_by_id,
    "approved_by": _person(Reward.approved_by_id),
    "approved_by_id": Reward.approved_by_id,
    "paid_by": _person(Reward.paid_by_id),
    "claim_issued_at": Reward.claim_issued_at,
    "closed_reason": Reward.closed_reason,
    "owner_unit_id": Reward.owner_unit_id,
    "updated_at": Reward.updated_at,
    "entered": entered(Reward.id, EventName.REWARD_TRANSITIONED),
    "taken_by": taken_by(Reward),
    "turn_since": Reward.turn_since,
    "begun_by": columns.unit_named(Reward.owner_unit_id),
}
#: Only the flow reads these.
_DECIDING = ("proposed_by_id", "approved_by_id", "owner_unit_id")
check_columns(RewardItem, _ITEM)
check_columns(
    RewardRead,
    {
        name: column
        for name, column in _READ.items()
        if name not in {*_DECIDING, "entered", "taken_by", "begun_by", "turn_since"}
    },
    "available_actions",
    "standing",
    "may_issue_code",
    "rule_set_version_id",
    "recomputed",
)

_ANY_TEXT = ARRAY(Text)
_TEXTS = [search.folded(each) for each in (Reward.number, Reward.document_no, Reward.voucher_no)]


def _step(kind: DutyKind, needs: Permission, status: RewardStatus, *which: Any) -> Step:
    waits = and_(in_status(Reward.status, status), *which)
    others = (Reward.proposed_by_id, Reward.approved_by_id)
    but = () if needs is Permission.REWARD_PREPARE else others
    unit = holder_unit(needs, Reward.town_code, Reward.owner_unit_id, *but)
    return Step(kind, waits, Reward.turn_since, unit)


#: What is done with a reward, and until when.
STEPS = (
    _step(DutyKind.REWARD_APPROVE, Permission.REWARD_APPROVE, RewardStatus.PROPOSED),
    _step(DutyKind.REWARD_CODE, Permission.REWARD_PREPARE, RewardStatus.APPROVED, ~IS_CLAIMABLE),
    _step(DutyKind.REWARD_PAY, Permission.REWARD_PAY, RewardStatus.APPROVED, IS_CLAIMABLE),
)

LISTING = Listing(
    resource=RESOURCE,
    id=Reward.id,
    town_code=Reward.town_code,
    source=Reward.__table__,
    item_columns=_ITEM,
    read_columns=_READ,
    filters={
        "status": (_ANY_TEXT, lambda p: Reward.status == func.any(p)),
        **steps.late_filters(STEPS),
        "q": (Text(), lambda p: or_(*(search.within(each, p) for each in _TEXTS))),
    },
    sorts={
        "-id": Sort("id", Reward.id, descending=True),
        "id": Sort("id", Reward.id),
        **orders.filled("amount", Reward.amount, money.parse),
    },
    sums={"amount": Reward.amount},
    default_sort="-id",
    facets=Facets(
        reward_models.FACETS,
        {
            "status": facets.value("s", "status"),
        },
    ),
    unindexed=frozenset({"q"}),
)


async def page(actor: Actor, query: RewardQuery) -> Response:
    """A page of the town's rewards: the payment list."""
    return await LISTING.page(actor, query, await filters(query), query.sort.value)


async def filters(query: RewardQuery) -> dict[str, object]:
    """What a query asks for, as LISTING takes it."""
    asked = None if searching.blank(query.q) else searching.plain(query.q)
    late = await steps.late(STEPS, query.late_step)
    return {"status": query.status, "q": asked, **late}


@dataclass(frozen=True, slots=True)
class _FlowView:
    """What the flow must know of a reward that was read as JSON."""

    status: RewardStatus
    owner_unit_id: UUID
    proposed_by_id: UUID
    approved_by_id: UUID | None
    awaits_code: bool
    against: str


async def read(
    actor: Actor, record_id: UUID, session: AsyncSession | None = None
) -> dict[str, Any]:
    """One reward with what the actor may do; who only pays learns nothing of the affair.

    Raises NotFound.
    """
    reward = await LISTING.one(actor, record_id, session)
    proposed_by, approved_by, unit = (reward.pop(name) for name in _DECIDING)
    standing = _FlowView(
        RewardStatus(reward["status"]),
        UUID(unit),
        UUID(proposed_by),
        UUID(approved_by) if approved_by else None,
        not reward["is_claimable"],
        await _against(reward, session),
    )
    restated = restating(rewards.restated(to_fen(reward["amount"]), to_fen(reward["computed"])))
    available = REWARD_FLOW.available(actor, standing)
    reward["available_actions"] = actions(available, restated)
    reward["standing"] = await standing_of(
        REWARD_WAY,
        actor,
        standing,
        available,
        entered=reward.pop("entered"),
        term=steps.term(date.fromisoformat(reward.pop("turn_since"))),
        charge=InCharge(created=begun(reward), taken=reward.pop("taken_by")),
    )
    reward["may_issue_code"] = (
        actor.may(Permission.REWARD_PREPARE)
        and standing.status is RewardStatus.APPROVED
        and reward["claim_by"] == ClaimBy.CODE.value
    )
    reward |= await _recounted(actor, reward)
    for name in ("lead", "main_lead"):
        seen = links.keep(actor, Permission.LEAD_READ, reward[name] or [])
        reward[name] = next(iter(seen), None)
    if not actor.may(Permission.LEAD_READ):
        reward |= {"reporter_kind": None, "conclusion": None, "involved": None, "recomputed": None}
        reward |= {"note": "", "distinct_reason": ""}
    return reward


async def _recounted(actor: Actor, reward: dict[str, Any]) -> dict[str, Any]:
    """By which version it was counted, and what that gives when it is run again."""
    version = await reward_rules.kept(actor.town, reward["rule_version"])
    if version is None:
        return {"rule_set_version_id": None, "recomputed": None}
    involved = to_fen(reward["involved"]) if reward["involved"] else None
    fen = reward_rules.recounted(version, LeadConclusion(reward["conclusion"]), involved)
    return {
        "rule_set_version_id": version.id,
        "recomputed": None if fen is None else to_yuan(fen),
    }


async def _against(reward: dict[str, Any], session: AsyncSession | None) -> str:
    """What came to stand against a reward that was read, while anything is still to be done."""
    if RewardStatus(reward["status"]) not in rewards.OPEN:
        return ""
    asked = (
        UUID(str(reward["id"])),
        UUID(str(reward["lead"][0]["id"])),
        LeadConclusion(reward["conclusion"]),
    )
    if session is not None:
        return await reward_affairs.against(session, *asked)
    async with database().glance() as own:
        return await reward_affairs.against(own, *asked)


async def of_lead(session: AsyncSession, actor: Actor, lead_id: UUID) -> dict[str, Any]:
    """The rewards of a lead's affair, and what a new one would be. Raises NotFound."""
    if not actor.may(Permission.LEAD_READ):
        raise NotFound
    affair = await reward_affairs.of(session, actor, lead_id)
    held = await session.scalars(
        select(Reward)
        .where(or_(Reward.lead_id.in_(affair.ids), Reward.main_lead_id.in_(affair.ids)))
        .order_by(Reward.id.desc())
    )
    items = [
        {
            "id": each.id,
            "number": each.number,
            "status": each.status.value,
            "amount": to_yuan(each.amount),
        }
        for each in held
    ]
    if not actor.may(Permission.REWARD_PREPARE):
        return {"items": items, "draft": None}
    rule = await reward_rules.current(session, affair.main.town_code)
    similar = await reward_affairs.to_explain(session, actor, affair)
    against = await reward_affairs.hindrances(session, rule, affair, similar)
    computed = rewards.amount(rule, affair.main.conclusion, affair.main.amount_involved)
    draft = {
        "first_lead": {"id": affair.first.id, "number": affair.first.number},
        "rule_version": rule.version,
        "computed": None if computed is None else to_yuan(computed),
        "hindrances": [each.value for each in against],
        "earlier_similar": similar,
    }
    return {"items": items, "draft": draft}


async def create(session: AsyncSession, actor: Actor, body: RewardCreate) -> dict[str, Any]:
    """Propose a reward for an affair; it goes to whoever reported it first.

    Raises NotFound, Conflict (`rule_changed` and the codes of `RewardHindrance`), Invalid.
    """
    town = actor.town
    await reward_rules.lock(session, town)
    rule = await reward_rules.current(session, town)
    if rule.version != body.rule_version:
        raise Conflict("奖励规则已经调整，请按新规则重新测算", code="rule_changed")
    affair = await reward_affairs.of(session, actor, body.lead_id)
    explained = bool(body.distinct_reason)
    similar = [] if explained else await reward_affairs.to_explain(session, actor, affair)
    _refuse(await reward_affairs.hindrances(session, rule, affair, similar))
    conclusion, computed, amount = _amount(rule, affair, body.amount)
    made = Reward(
        id=uuid7(),
        number=(await numbers.take("JL", town))[0],
        status=REWARD_FLOW.initial,
        town_code=town,
        owner_unit_id=actor.unit_id,
        created_by_post_id=actor.post_id,
        lead_id=affair.first.id,
        main_lead_id=affair.main.id,
        reporter_kind=affair.first.reporter_kind,
        informant_index=affair.informant.index,
        rule_version=rule.version,
        conclusion=conclusion,
        involved=affair.main.amount_involved,
        computed=computed,
        amount=amount,
        note=await unnamed.told(session, affair.first.id, body.note),
        distinct_reason=await unnamed.told(session, affair.first.id, body.distinct_reason),
        proposed_by_id=actor.id,
    )
    session.add(made)
    await session.flush()
    told = {"number": made.number, "amount": to_yuan(amount), "rule_version": rule.version}
    await events.record(session, actor, EventName.REWARD_CREATED, RESOURCE, made.id, told)
    return await read(actor, made.id, session)


def _refuse(against: list[RewardHindrance]) -> None:
    if against:
        raise Conflict(against[0].label, code=against[0].value)


def _amount(rule: RewardRule, affair: Affair, asked: int | None) -> tuple[LeadConclusion, int, int]:
    conclusion = affair.main.conclusion
    computed = rewards.amount(rule, conclusion, affair.main.amount_involved)
    if conclusion is None or not computed:
        _refuse([RewardHindrance.NOT_CONCLUDED])
        raise AssertionError
    amount = computed if asked is None else asked
    if not 0 < amount <= computed:
        message = f"奖励金额须大于零，且不超过按规则测算的 {to_yuan(computed)} 元"
        raise Invalid(
            message, code="above_rule", errors=[FieldError("/amount", "above_rule", message)]
        )
    return conclusion, computed, amount


async def transition(
    session: AsyncSession, actor: Actor, record_id: UUID, body: Any
) -> dict[str, Any]:
    """Approve, refuse, pay or cancel. Raises what `_transition.apply` raises, Conflict, Invalid."""
    await reward_rules.lock(session, actor.town)
    reward = await _transition.lock(session, actor, LISTING, Reward, record_id)
    reward.has_receipt = await session.get(LeadReceipt, reward.lead_id) is not None
    if body.action in {RewardAction.APPROVE.value, RewardAction.PAY.value}:
        reward.against = await reward_affairs.against(
            session, reward.id, reward.lead_id, reward.conclusion
        )
    told = {
        name: await unnamed.told(session, reward.lead_id, getattr(body, name))
        for name in ("reason", "document_no", "voucher_no")
        if getattr(body, name, None)
    }
    await _transition.apply(
        session, actor, reward, REWARD_FLOW, EventName.REWARD_TRANSITIONED, body, told
    )
    match body.action:
        case RewardAction.APPROVE.value:
            reward.approved_by_id, reward.approved_at = actor.id, now()
            reward.document_no = told["document_no"]
        case RewardAction.PAY.value:
            await _ensure_claimed(session, reward, body)
            reward.paid_by_id, reward.paid_at = actor.id, now()
            reward.voucher_no = told["voucher_no"]
            reward.claim_digest = None
        case _:
            reward.closed_reason = told["reason"]
            reward.claim_digest = None
    await session.flush()
    return await read(actor, record_id, session)


async def _ensure_claimed(session: AsyncSession, reward: Reward, body: Any) -> None:
    """Whoever comes shows the receipt, or the code where there is none. Raises Invalid."""
    if not body.is_attested:
        _point("/is_attested", "not_attested", "须当面确认领取人不是工作人员、不是涉案人员")
    digits = receipt_rules.normalised(body.claim)
    held = await session.scalar(
        select(LeadReceipt.digest).where(LeadReceipt.lead_id == reward.lead_id)
    )
    wanted, shown = (
        (held, receipts.digest(digits or ""))
        if held is not None
        else (reward.claim_digest, _digest(digits or ""))
    )
    if digits is None or wanted is None or not hmac.compare_digest(wanted, shown):
        _point("/claim", "claim_wrong", "回执号或领取码不对，请对照领取人手里的号码再输一遍")


def _point(pointer: str, code: str, message: str) -> None:
    raise Invalid(message, code=code, errors=[FieldError(pointer, code, message)])


def _digest(code: str) -> bytes:
    return keyring().digest("reward-claim", code.encode())


async def issue_code(
    session: AsyncSession, actor: Actor, record_id: UUID, body: RewardCodeAsk
) -> dict[str, Any]:
    """A one-time code for a reporter without a receipt; an earlier one stops working.

    Raises NotFound, StaleVersion, Conflict (`not_approved`, `has_receipt`).
    """
    reward = await _transition.lock(session, actor, LISTING, Reward, record_id)
    _transition.check_version(reward, body.version)
    if reward.status is not RewardStatus.APPROVED:
        raise Conflict("批准以后、发放以前才能发放领取码", code="not_approved")
    if await session.get(LeadReceipt, reward.lead_id) is not None:
        raise Conflict("举报人有回执，凭回执领取", code="has_receipt")
    code = receipt_rules.number(secrets.randbelow(receipt_rules.SPACE))
    replaced, rights = reward.claim_digest is not None, _transition.rights_of(reward, REWARD_FLOW)
    reward.claim_digest, reward.claim_issued_at = _digest(code), now()
    _transition.touch(reward)
    if not replaced:
        _transition.renew(reward)  # from now on it is to be paid out
    _transition.pass_on(reward, REWARD_FLOW, rights)  # now it is for whoever pays
    await session.flush()
    told = {"replaced": replaced}
    await events.record(session, actor, EventName.REWARD_CODE_ISSUED, RESOURCE, reward.id, told)
    return {"code": receipt_rules.grouped(code), "version": reward.version}
