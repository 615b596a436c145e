"""Pro-rata refund to the fen: who gets how much of a pool that is too small for everybody.

诈骗解释(2011)第9条、刑诉解释(2021)第438条: money whose owner is unclear goes back to the victims in
proportion, and what was already repaid is deducted. Neither says whether the deduction comes before
or after the ratio, so the reading is a recorded choice (`BaseRule`), printed in the notice.

Both readings are one formula. With a level L common to everybody,

    quota = max(0, L × weight − offset)

net_of_returns:     weight = what is still outstanding, offset = 0
gross_then_deduct:  weight = the principal,             offset = what was already received

and L is the one number at which the quotas add up to the pool. While the pool is below the sum of
what is outstanding L stays below 1, and then no quota can exceed what is outstanding: somebody who
already has more than his share drops out at 0, and what that frees has raised L for all others.

Everything is integer arithmetic over one common denominator; no float, no Decimal context.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Protocol, cast
from uuid import UUID

from api.domain.kit.days import DayKind
from api.domain.kit.errors import Conflict, FieldError, Invalid, RuleViolated
from api.domain.kit.flow import REASON, Edit, Field, FieldKind, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission
from api.domain.words.money import to_yuan

#: Weights stay below 2**63, so two different starting levels differ by more than 2**-126: this many
#: bits make the integer sort key exact.
_KEY_BITS = 128


class BaseRule(Labelled):
    """When earlier payments are deducted: the law leaves both readings open."""

    NET_OF_RETURNS = "net_of_returns", "先扣除已得款项，再按未受偿额比例分配"
    GROSS_THEN_DEDUCT = "gross_then_deduct", "按投入本金比例分配，再扣除已得款项"


class ClaimStatus(Labelled):
    """How a claim stands in the register."""

    REGISTERED = "registered", "本人已登记"
    UNREGISTERED = "unregistered", "审计确认未登记"
    EXCLUDED = "excluded", "不予参与（同案人、领取提成人员等）"


class Disposition(Labelled):
    """Where the share goes."""

    PAY = "pay", "发放"
    SET_ASIDE = "set_aside", "提存"
    NONE = "none", "本次不予分配"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one victim put in, and what came back already. `key` is the claim's stable number."""

    key: str
    principal: int
    returns: int = 0
    refunds: int = 0
    standing: ClaimStatus = ClaimStatus.REGISTERED


@dataclass(frozen=True, slots=True)
class Line:
    """One victim's line of the plan; the exact quota is `quota_numerator / Plan.denominator`."""

    key: str
    principal: int
    returns: int
    refunds: int
    standing: ClaimStatus
    weight: int
    offset: int
    outstanding: int
    quota_numerator: int
    share: int
    disposition: Disposition


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan, lines in the order of their keys. `undistributed` is what nobody may claim."""

    rule: BaseRule
    returns_offset: bool
    pool: int
    level_numerator: int
    level_denominator: int
    lines: tuple[Line, ...]
    undistributed: int

    @property
    def distributed(self) -> int:
        """Paid plus set aside."""
        return self.pool - self.undistributed

    def total(self, disposition: Disposition) -> int:
        """The sum of the shares that go one way."""
        return sum(line.share for line in self.lines if line.disposition is disposition)


def compute(
    claims: Iterable[Claim],
    pool: int,
    rule: BaseRule,
    *,
    returns_offset: bool = True,
) -> Plan:
    """The plan for a pool of whole fen.

    `returns_offset=False` leaves interest already received out of account (两高一部 2014 意见五 says it
    *may* offset principal); repayments are deducted always (诈骗解释第9条).
    """
    ordered = _checked(claims, pool)
    bases = [_base(claim, rule, returns_offset=returns_offset) for claim in ordered]
    numerator, denominator = _level(bases, pool)
    quotas = [max(0, numerator * b.weight - denominator * b.offset) for b in bases]
    shares = _round(quotas, denominator, ordered, bases)
    lines = tuple(
        Line(
            key=claim.key,
            principal=claim.principal,
            returns=claim.returns,
            refunds=claim.refunds,
            standing=claim.standing,
            weight=base.weight,
            offset=base.offset,
            outstanding=base.outstanding,
            quota_numerator=quota,
            share=share,
            disposition=_disposition(claim, share),
        )
        for claim, base, quota, share in zip(ordered, bases, quotas, shares, strict=True)
    )
    return Plan(
        rule=rule,
        returns_offset=returns_offset,
        pool=pool,
        level_numerator=numerator,
        level_denominator=denominator,
        lines=lines,
        undistributed=pool - sum(shares),
    )


@dataclass(frozen=True, slots=True)
class _Base:
    weight: int
    offset: int
    outstanding: int


def _checked(claims: Iterable[Claim], pool: int) -> list[Claim]:
    """The claims in the order of their keys: whatever follows cannot depend on the input's order."""
    ordered = sorted(claims, key=lambda claim: claim.key)
    faults = [
        FieldError(f"/claims/{claim.key}", "negative_amount", f"申报{claim.key}的金额不能为负数")
        for claim in ordered
        if min(claim.principal, claim.returns, claim.refunds) < 0
    ]
    faults += [
        FieldError(f"/claims/{claim.key}", "duplicate_claim", f"申报{claim.key}重复")
        for before, claim in pairwise(ordered)
        if before.key == claim.key
    ]
    if pool < 0:
        faults.append(FieldError("/pool", "negative_amount", "可分配金额不能为负数"))
    if faults:
        raise Invalid("分配方案的数据有误", errors=faults)
    return ordered


def _base(claim: Claim, rule: BaseRule, *, returns_offset: bool) -> _Base:
    if claim.standing is ClaimStatus.EXCLUDED:
        return _Base(0, 0, 0)
    received = claim.refunds + (claim.returns if returns_offset else 0)
    outstanding = max(0, claim.principal - received)
    if rule is BaseRule.NET_OF_RETURNS:
        return _Base(outstanding, 0, outstanding)
    return _Base(claim.principal, received, outstanding)


def _level(bases: Sequence[_Base], pool: int) -> tuple[int, int]:
    """The level at which the quotas add up to the pool, as a fraction; 1 when everybody is made whole.

    Claims are taken in from the lowest starting level (offset / weight) upwards; the level that the
    pool reaches with those taken in is final as soon as it stays below the next one's start.
    """
    if pool >= sum(base.outstanding for base in bases):
        return 1, 1
    starts = sorted(
        (base for base in bases if base.weight),
        key=lambda base: (base.offset << _KEY_BITS) // base.weight,
    )
    weight = funds = 0
    for base in starts:
        if weight and (pool + funds) * base.weight <= base.offset * weight:
            break
        weight += base.weight
        funds += base.offset
    return pool + funds, weight


def _round(
    quotas: Sequence[int], denominator: int, claims: Sequence[Claim], bases: Sequence[_Base]
) -> list[int]:
    """Whole fen by largest remainder: equal remainders go to the larger outstanding, then the key.

    A quota with a fraction lies strictly below the whole-fen ceiling of what is outstanding, so the
    extra fen never lifts anybody above it; and there are more fractions than fen left over.
    """
    shares = [quota // denominator for quota in quotas]
    left = sum(quotas) // denominator - sum(shares)
    by_remainder = sorted(
        range(len(quotas)),
        key=lambda i: (-(quotas[i] % denominator), -bases[i].outstanding, claims[i].key),
    )
    for i in by_remainder[:left]:
        shares[i] += 1
    return shares


def _disposition(claim: Claim, share: int) -> Disposition:
    if not share:
        return Disposition.NONE
    return Disposition.PAY if claim.standing is ClaimStatus.REGISTERED else Disposition.SET_ASIDE


# --- the certificate -------------------------------------------------------------------------


def notice_sentence(rule: BaseRule, *, returns_offset: bool) -> str:
    """How the base was taken, in one sentence of the public notice."""
    returns = (
        "已支付的利息、分红等回报折抵本金（依据两高一部《关于办理非法集资刑事案件适用法律若干问题的意见》"
        "第五条）"
        if returns_offset
        else "已支付的回报不折抵本金"
    )
    return (
        f"分配基数：{rule.label}；{returns}，已经退赔的金额一律扣除"
        "（依据《最高人民法院关于适用〈中华人民共和国刑事诉讼法〉的解释》第四百三十八条）。"
    )


def certificate(plan: Plan, *, header: dict[str, str]) -> dict[str, object]:
    """The plan as a document that anybody can recompute with `scripts/recompute_distribution.py`.

    It names claims by number only: no personal data leaves with it. `digest` is the SHA-256 of the
    rest in canonical JSON.
    """
    body: dict[str, object] = {
        "format": "yinling-distribution/1",
        **header,
        "rule": plan.rule.value,
        "rule_label": plan.rule.label,
        "returns_offset": plan.returns_offset,
        "notice": notice_sentence(plan.rule, returns_offset=plan.returns_offset),
        "pool": to_yuan(plan.pool),
        "level": f"{plan.level_numerator}/{plan.level_denominator}",
        "distributed": to_yuan(plan.distributed),
        "undistributed": to_yuan(plan.undistributed),
        "total_pay": to_yuan(plan.total(Disposition.PAY)),
        "total_set_aside": to_yuan(plan.total(Disposition.SET_ASIDE)),
        "lines": [
            {
                "claim": line.key,
                "principal": to_yuan(line.principal),
                "returns": to_yuan(line.returns),
                "refunds": to_yuan(line.refunds),
                "standing": line.standing.value,
                "outstanding": to_yuan(line.outstanding),
                "share": to_yuan(line.share),
                "disposition": line.disposition.value,
            }
            for line in plan.lines
        ],
    }
    return {**body, "digest": digest(body)}


def digest(body: dict[str, object]) -> str:
    """SHA-256 over canonical JSON: sorted keys, no spaces, UTF-8."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- the life cycle of a plan ----------------------------------------------------------------


class DistributionStatus(Labelled):
    """Where a refund plan stands."""

    DRAFT = "draft", "编制中"
    COMPUTED = "computed", "已测算待审批"
    APPROVED = "approved", "已批准待公示"
    PUBLISHED = "published", "公示中"
    PAYING = "paying", "发放中待银行确认"
    PARTLY_PAID = "partly_paid", "部分到账"
    COMPLETED = "completed", "已完成"
    WITHDRAWN = "withdrawn", "已撤回"


class DistributionAction(Labelled):
    """What people do with a refund plan."""

    COMPUTE = "compute", "测算"
    APPROVE = "approve", "批准"
    SEND_BACK = "send_back", "退回重新测算"
    PUBLISH = "publish", "公示"
    PAY = "pay", "发放"
    CONFIRM = "confirm", "确认全部到账"
    CONFIRM_PARTLY = "confirm_partly", "确认部分到账"
    WITHDRAW = "withdraw", "撤回方案"


class LineStatus(Labelled):
    """What became of one line."""

    PLANNED = "planned", "待发放"
    PAYING = "paying", "已送银行"
    PAID = "paid", "已到账"
    FAILED = "failed", "退票待重发"
    SET_ASIDE = "set_aside", "已提存"
    NONE = "none", "本次不分配"


class PlanRecord(Record, Protocol):
    """What the predicates below read of a plan."""

    prepared_by_id: UUID | None
    approved_by_id: UUID | None
    objection_until: date | None
    #: Whether objections may still come.
    objections_heard: bool
    #: Nobody's claim was verified or excluded yet.
    no_claims: bool
    #: Claims or other plans of the case changed since it was computed.
    is_stale: bool
    #: What it gives to people, and what lies in the account for it, in fen.
    to_give: int
    custody: int


def _plan(record: Record) -> PlanRecord:
    return cast("PlanRecord", record)


#: 清退三岗分离: whoever holds two posts in turn still is one person (decisions: who is who).
NOT_PREPARER = Predicate(
    "same_person",
    "编制人不能审批自己编制的方案，须由他人审批",
    lambda actor, record: actor.id != _plan(record).prepared_by_id,
)
NOT_PREPARER_OR_APPROVER = Predicate(
    "same_person",
    "编制人和审批人不能经手发放，须由他人发放",
    lambda actor, record: (
        actor.id not in {_plan(record).prepared_by_id, _plan(record).approved_by_id}
    ),
)
#: Nobody is paid while somebody may still say that the plan is wrong.
OBJECTIONS_OVER = Predicate(
    "objection_period",
    "公示期满且异议处理完毕后才能发放",
    lambda _, record: not _plan(record).objections_heard,
    RuleViolated,
    "参照《电信网络新型违法犯罪案件冻结资金返还若干规定》第八条",
    names=lambda record: [f"公示期至{_plan(record).objection_until}"],
)
HAS_CLAIMS = Predicate(
    "no_claims",
    "没有已核实的受害人，不能测算",
    lambda _, record: not _plan(record).no_claims,
    Conflict,
)
NOT_STALE = Predicate(
    "computation_stale",
    "测算之后受害人登记册或者其他方案有变化，请退回重新测算",
    lambda _, record: not _plan(record).is_stale,
    Conflict,
)
GIVES = Predicate(
    "nothing_to_pay",
    "方案没有可发放的金额",
    lambda _, record: _plan(record).to_give > 0,
    Conflict,
)
FUNDED = Predicate(
    "insufficient_balance",
    "归集专户余额不足",
    lambda _, record: _plan(record).custody >= _plan(record).to_give,
    Conflict,
    names=lambda record: [
        f"现有{to_yuan(_plan(record).custody)}元，需要{to_yuan(_plan(record).to_give)}元"
    ],
)
D, DA = DistributionStatus, DistributionAction

DISTRIBUTION_FLOW: Flow[DistributionStatus, DistributionAction] = Flow(
    "distribution",
    D.DRAFT,
    {
        DA.COMPUTE: Step(
            frozenset({D.DRAFT, D.COMPUTED}),
            D.COMPUTED,
            Permission.DISTRIBUTION_PREPARE,
            when=(HAS_CLAIMS,),
        ),
        DA.APPROVE: Step(
            frozenset({D.COMPUTED}),
            D.APPROVED,
            Permission.DISTRIBUTION_APPROVE,
            fields=(Field("document_no", "批准文书编号"),),
            when=(NOT_PREPARER, NOT_STALE, GIVES, FUNDED),
        ),
        DA.SEND_BACK: Step(
            frozenset({D.COMPUTED, D.APPROVED}),
            D.DRAFT,
            Permission.DISTRIBUTION_APPROVE,
            fields=(REASON,),
        ),
        DA.PUBLISH: Step(
            frozenset({D.APPROVED}),
            D.PUBLISHED,
            Permission.DISTRIBUTION_PREPARE,
            fields=(
                Field("published_on", "公示日期", FieldKind.DATE, day=DayKind.PAST),
                Field(
                    "objection_until",
                    "异议截止日期",
                    FieldKind.DATE,
                    day=DayKind.END,
                    required=False,
                ),
            ),
        ),
        DA.PAY: Step(
            frozenset({D.PUBLISHED, D.PARTLY_PAID}),
            D.PAYING,
            Permission.DISTRIBUTION_PAY,
            fields=(Field("document_no", "付款批次号"),),
            when=(NOT_PREPARER_OR_APPROVER, OBJECTIONS_OVER),
        ),
        DA.CONFIRM: Step(
            frozenset({D.PAYING}),
            D.COMPLETED,
            Permission.DISTRIBUTION_PAY,
            fields=(Field("document_no", "银行回单号"),),
            when=(NOT_PREPARER_OR_APPROVER,),
        ),
        DA.CONFIRM_PARTLY: Step(
            frozenset({D.PAYING}),
            D.PARTLY_PAID,
            Permission.DISTRIBUTION_PAY,
            fields=(
                Field("document_no", "银行回单号"),
                Field("failed_claims", "退票的申报编号（空格或换行分隔）", FieldKind.LONG_TEXT),
            ),
            when=(NOT_PREPARER_OR_APPROVER,),
        ),
        DA.WITHDRAW: Step(
            frozenset({D.DRAFT, D.COMPUTED, D.APPROVED, D.PUBLISHED}),
            D.WITHDRAWN,
            Permission.DISTRIBUTION_PREPARE,
            fields=(REASON,),
            danger=True,
        ),
    },
    edit=Edit(
        frozenset({D.DRAFT, D.COMPUTED}),
        Permission.DISTRIBUTION_PREPARE,
        "方案已批准，不能修改",
        error=Conflict,
    ),
)
