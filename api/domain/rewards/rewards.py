"""Rewards (举报奖励): who may get one, how much, and how it is paid without a name.

防范和处置非法集资条例第十六条 encourages reports and keeps the reporter secret, 反电信网络诈骗法第三十条
rewards and protects them; how much is the town's own rule, kept in versions. Amounts are whole fen, by integer arithmetic.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final, Protocol, cast
from uuid import UUID

from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError
from api.domain.kit.flow import REASON, Field, FieldKind, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission
from api.domain.leads.leads import LeadConclusion, LeadStatus, ReporterKind
from api.domain.words.money import formatted
from api.domain.words.rule_content import Entry, EntryKind

# ------------------------------------------------------------------------------ how much

#: 10,000 basis points are the whole.
WHOLE: Final = 10_000
MOST_STEPS: Final = 20


@dataclass(frozen=True, slots=True)
class RewardStep:
    """From so much money involved on, a reward of so much."""

    at_least: int
    reward: int


@dataclass(frozen=True, slots=True)
class RewardRule:
    """One version of the town's rule. Money in fen; versions are added, never changed."""

    version: int
    conclusions: tuple[LeadConclusion, ...]
    steps: tuple[RewardStep, ...]
    #: A share of the money involved on top of the step.
    basis_points: int
    floor: int
    cap: int
    allows_anonymous: bool
    source: str
    note: str = ""


#: Until a town makes its own. Yuan 1,000 to 100,000 is the span of the province's rule of 2016.
BUILTIN: Final = RewardRule(
    version=1,
    conclusions=(LeadConclusion.SUSPECTED_CRIME, LeadConclusion.ILLEGAL),
    steps=(
        RewardStep(0, 1_000_00),
        RewardStep(100_000_00, 2_000_00),
        RewardStep(1_000_000_00, 5_000_00),
        RewardStep(10_000_000_00, 20_000_00),
    ),
    basis_points=0,
    floor=1_000_00,
    cap=100_000_00,
    allows_anonymous=False,  # the published rules of other towns ask for a real name
    source="参照《安徽省非法集资举报奖励实施细则（试行）》（2016）的幅度（一千元至十万元）；"
    "本镇标准须经镇里研究确定",
)


#: What a version of the rule holds; its basis and its number stand beside it.
ENTRIES: Final = (
    Entry(
        "conclusions",
        "给予奖励的核查结论",
        EntryKind.CHOICES,
        LeadConclusion,
        least=1,
        most=len(LeadConclusion),
    ),
    Entry(
        "steps",
        "各档奖励",
        EntryKind.ROWS,
        least=1,
        most=MOST_STEPS,
        rows=(
            Entry("at_least", "涉案金额达到", EntryKind.MONEY),
            Entry("reward", "奖励", EntryKind.MONEY),
        ),
        key="at_least",
        help="由低到高，第一档从零元起",
    ),
    Entry("basis_points", "另按涉案金额的万分之几加奖", EntryKind.INTEGER, most=WHOLE),
    Entry("floor", "最低奖励", EntryKind.MONEY),
    Entry("cap", "最高奖励", EntryKind.MONEY),
    Entry("allows_anonymous", "匿名举报人可以凭回执领取", EntryKind.BOOLEAN),
)


def content_of(rule: RewardRule) -> dict[str, Any]:
    """The rule as a version of the rule set keeps it."""
    return {
        "conclusions": [each.value for each in rule.conclusions],
        "steps": [{"at_least": step.at_least, "reward": step.reward} for step in rule.steps],
        "basis_points": rule.basis_points,
        "floor": rule.floor,
        "cap": rule.cap,
        "allows_anonymous": rule.allows_anonymous,
    }


def rule_of(
    version: int, content: Mapping[str, Any], source: str = "", note: str = ""
) -> RewardRule:
    """The other way round."""
    return RewardRule(
        version=version,
        conclusions=tuple(LeadConclusion(each) for each in content["conclusions"]),
        steps=tuple(RewardStep(each["at_least"], each["reward"]) for each in content["steps"]),
        basis_points=content["basis_points"],
        floor=content["floor"],
        cap=content["cap"],
        allows_anonymous=content["allows_anonymous"],
        source=source,
        note=note,
    )


def content_faults(content: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with a content whose entries are each right."""
    return faults(rule_of(0, content))


def faults(rule: RewardRule) -> list[FieldError]:
    """What is wrong with a rule that somebody wrote."""
    found: list[FieldError] = []
    starts = [step.at_least for step in rule.steps]
    if not starts or starts[0] != 0:
        found.append(FieldError("/steps", "no_first_step", "第一档须从零元起"))
    if starts != sorted(set(starts)):
        found.append(FieldError("/steps", "not_rising", "各档起点须由低到高，不能重复"))
    rewards = [step.reward for step in rule.steps]
    if rewards != sorted(rewards):
        found.append(FieldError("/steps", "not_rising", "涉案金额高的一档，奖励不能更少"))
    if rule.floor > rule.cap:
        found.append(FieldError("/floor", "above_cap", "最低奖励不能高于最高奖励"))
    if not rule.conclusions:
        found.append(FieldError("/conclusions", "missing", "至少选一种给予奖励的核查结论"))
    return found


def amount(rule: RewardRule, conclusion: LeadConclusion | None, involved: int | None) -> int | None:
    """The reward in fen for an outcome; None where the rule gives none.

    Parts of a fen are dropped; an amount that nobody knows counts as none.
    """
    if conclusion not in rule.conclusions:
        return None
    known = involved or 0
    base = max(step.reward for step in rule.steps if step.at_least <= known)
    return min(rule.cap, max(rule.floor, base + known * rule.basis_points // WHOLE))


# ------------------------------------------------------------------------------ to whom


@dataclass(frozen=True, slots=True)
class Report:
    """One lead of an affair, as the question needs it who came first."""

    lead_id: UUID
    received_at: datetime
    has_time: bool
    reporter: ReporterKind
    has_receipt: bool


def first(reports: Iterable[Report], timezone: tzinfo) -> Report:
    """The report that came first. Where a ledger gives the day alone, the order of that day is the
    order of recording."""
    known = list(reports)
    days = {each.lead_id: each.received_at.astimezone(timezone).date() for each in known}
    vague = {days[each.lead_id] for each in known if not each.has_time}

    def key(each: Report) -> tuple[object, ...]:
        on = days[each.lead_id]
        at = each.received_at.timestamp() if on not in vague else 0.0
        return on, at, each.lead_id.int

    return min(known, key=key)  # pyright: ignore[reportArgumentType]  # tuples of one shape


class RewardHindrance(Labelled):
    """Why an affair gets no reward; every one is a refusal's code."""

    NOT_CONCLUDED = "not_rewardable", "核查结论不在给予奖励的范围内"
    OVER = "lead_is_over", "线索已撤回或不予受理，不能奖励"
    NO_REPORTER = "no_reporter", "最早的线索没有举报人，属于工作中发现，不予奖励"
    ANONYMOUS = "anonymous_not_rewarded", "现行规则不奖励匿名举报"
    STAFF = "reporter_is_staff", "举报人是工作人员，不予奖励"
    TWICE = "double_reward", "同一件事已经奖励过，或者正在办理奖励"
    SIMILAR = "similar_unmerged", "还有更早的相似线索没有合并：请先合并，或者说明为什么不是同一件事"


#: No reward for what was withdrawn or never taken in.
NOT_REWARDED: Final = frozenset({LeadStatus.WITHDRAWN, LeadStatus.REJECTED})


def hindrances(rule: RewardRule, report: Report, *, is_staff: bool) -> Sequence[RewardHindrance]:
    """What stands against rewarding whoever made the first report."""
    found: list[RewardHindrance] = []
    if report.reporter is ReporterKind.ANONYMOUS:
        if not report.has_receipt:
            found.append(RewardHindrance.NO_REPORTER)
        elif not rule.allows_anonymous:
            found.append(RewardHindrance.ANONYMOUS)
    if is_staff:
        found.append(RewardHindrance.STAFF)
    return found


class ClaimBy(Labelled):
    """What the payee shows instead of a name."""

    RECEIPT = "receipt", "举报回执号"
    CODE = "code", "一次性领取码"


# ------------------------------------------------------------------------------ the flow


class RewardStatus(Labelled):
    """Where a reward stands."""

    PROPOSED = "proposed", "待审批"
    APPROVED = "approved", "待发放"
    PAID = "paid", "已发放"
    REFUSED = "refused", "不予奖励"
    CANCELLED = "cancelled", "已撤销"


class RewardAction(Labelled):
    """What people do with a reward."""

    APPROVE = "approve", "批准"
    REFUSE = "refuse", "不予奖励"
    PAY = "pay", "发放"
    CANCEL = "cancel", "撤销"


#: In these the affair has its reward; a refused or cancelled one may be proposed again.
ACTIVE: Final = (RewardStatus.PROPOSED, RewardStatus.APPROVED, RewardStatus.PAID)
#: In these something is still to be done.
OPEN: Final = (RewardStatus.PROPOSED, RewardStatus.APPROVED)
#: What stands in a payment list: what is to be paid, and what was.
PAYABLE: Final = (RewardStatus.APPROVED, RewardStatus.PAID)


class RewardRecord(Record, Protocol):
    """What the predicates below read."""

    proposed_by_id: UUID
    approved_by_id: UUID | None
    #: Whether the reporter has nothing to show for it yet: neither receipt nor code.
    awaits_code: bool
    #: What came to stand against it since it was proposed: the code of one of `STILL_RIGHT`.
    against: str


def _reward(record: Record) -> RewardRecord:
    return cast("RewardRecord", record)


NOT_PROPOSER = Predicate(
    "same_person",
    "提出的人不能审批，须由他人审批",
    lambda actor, record: actor.id != _reward(record).proposed_by_id,
    Conflict,
    of_actor=True,
)


def _third_person(actor: Actor, record: Record) -> bool:
    reward = _reward(record)
    return actor.id not in {reward.proposed_by_id, reward.approved_by_id}


THIRD_PERSON = Predicate(
    "same_person",
    "提出的人和审批的人不能经手发放，须由他人发放",
    _third_person,
    Conflict,
    of_actor=True,
)


def _against(code: str, sentence: str) -> Predicate:
    return Predicate(code, sentence, lambda _, record: _reward(record).against != code, Conflict)


#: Leads may be merged, and conclusions change, after it was proposed.
FIRST_CHANGED, CONCLUSION_CHANGED = "first_changed", "conclusion_changed"
STILL_RIGHT = (
    *(_against(each.value, each.label) for each in (RewardHindrance.TWICE, RewardHindrance.STAFF)),
    _against(FIRST_CHANGED, "合并后有更早的线索，请撤销后重新提出"),
    _against(CONCLUSION_CHANGED, "核查结论已经改变，请撤销后重新提出"),
)
#: Nobody is paid who has nothing to show: first the code goes out.
CLAIMABLE = Predicate(
    "no_claim_code",
    "还没有发放领取码，请专项办先发放",
    lambda _, record: not _reward(record).awaits_code,
    Conflict,
)

S, A = RewardStatus, RewardAction

REWARD_FLOW: Flow[RewardStatus, RewardAction] = Flow(
    "reward",
    S.PROPOSED,
    {
        A.APPROVE: Step(
            frozenset({S.PROPOSED}),
            S.APPROVED,
            Permission.REWARD_APPROVE,
            fields=(Field("document_no", "批准文书编号"),),
            when=(NOT_PROPOSER, *STILL_RIGHT),
        ),
        A.REFUSE: Step(
            frozenset({S.PROPOSED}),
            S.REFUSED,
            Permission.REWARD_APPROVE,
            fields=(REASON,),
            danger=True,
        ),
        A.PAY: Step(
            frozenset({S.APPROVED}),
            S.PAID,
            Permission.REWARD_PAY,
            fields=(
                Field("claim", "领取人出示的回执号或领取码"),
                Field("voucher_no", "付款凭证号"),
                Field(
                    "is_attested", "已当面确认领取人不是工作人员、不是涉案人员", FieldKind.BOOLEAN
                ),
            ),
            when=(THIRD_PERSON, CLAIMABLE, *STILL_RIGHT),
        ),
        A.CANCEL: Step(
            frozenset({S.PROPOSED, S.APPROVED}),
            S.CANCELLED,
            Permission.REWARD_PREPARE,
            fields=(REASON,),
            danger=True,
        ),
    },
)


def restated(fen: int, computed: int) -> dict[str, str]:
    """By action of the flow, the money that its dialog says again."""
    sum_ = formatted(fen)
    by_rule = f"（按规则最高 {formatted(computed)}）" if computed != fen else ""
    return {
        A.APPROVE.value: f"批准发放奖励 {sum_}{by_rule}",
        A.REFUSE.value: f"不批准奖励 {sum_}",
        A.PAY.value: f"发放奖励 {sum_}",
        A.CANCEL.value: f"撤销奖励 {sum_}",
    }
