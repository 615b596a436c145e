"""Rewards on the wire: numbers and amounts, never a name."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.leads.leads import LeadConclusion, ReporterKind
from api.domain.rewards.rewards import (
    REWARD_FLOW,
    ClaimBy,
    RewardHindrance,
    RewardStatus,
)
from api.schemas.common import (
    Asked,
    AvailableAction,
    LateStep,
    Money,
    OptionalProse,
    Shown,
    Wire,
    Yuan,
    transition_union,
)
from api.schemas.standing import Standing


class RewardCreate(Wire):
    """A reward for an affair; who it goes to is worked out, not chosen."""

    lead_id: UUID = Field(description="同一件事的任何一条线索")
    rule_version: Annotated[int, Field(ge=1, description="所依据的奖励规则版本")]
    amount: Money | None = Field(
        None, description="奖励金额（元）；不填为按规则测算的金额，只能更低"
    )
    note: OptionalProse = ""
    distinct_reason: OptionalProse = Field(
        "",
        title="为什么不是同一件事",
        description="有更早的相似线索时，说明为什么不是同一件事",
    )


RewardTransition = transition_union(REWARD_FLOW, "Reward")


class RewardSort(Labelled):
    """Orders of the list."""

    NEWEST = "-id", "提出先后（新在前）"
    OLDEST = "id", "提出先后（旧在前）"
    AMOUNT = "-amount", "金额（大在前）"
    AMOUNT_LEAST = "amount", "金额（小在前）"


class RewardQuery(PageQuery):
    """Filters of the list; those left out do not filter."""

    sort: RewardSort = RewardSort.NEWEST
    q: Asked | None = Field(None, description="奖励编号、批准文书或付款凭证号")
    status: Annotated[list[RewardStatus], Field(max_length=5)] | None = None
    late_step: LateStep = None


class RewardItem(Shown):
    """A reward in the list that is paid by."""

    id: UUID
    number: str
    status: RewardStatus
    amount: Yuan = Field(description="奖励金额（元）")
    claim_by: ClaimBy = Field(description="凭什么领取")
    is_claimable: bool = Field(description="领取人手里是否已有回执或领取码")
    created_at: datetime
    approved_at: datetime | None
    paid_at: datetime | None = Field(description="发放时间")
    document_no: str
    voucher_no: str
    version: int


class RewardLead(Shown):
    """A lead behind a reward, for those who may see it."""

    id: UUID
    number: str
    subject_name: str


class RewardRead(RewardItem):
    """One reward. What tells of the affair is empty for whoever only pays."""

    lead: RewardLead | None = Field(description="最早的线索；无权查看线索的为空")
    main_lead: RewardLead | None = Field(description="作出结论的线索；无权查看线索的为空")
    reporter_kind: ReporterKind | None = Field(description="实名或匿名；无权查看线索的为空")
    conclusion: LeadConclusion | None = Field(description="核查结论；无权查看线索的为空")
    involved: Yuan | None = Field(description="测算所用的涉案金额（元）")
    computed: Yuan = Field(description="按规则测算的金额（元）")
    rule_version: int
    rule_set_version_id: UUID | None
    recomputed: Yuan | None = Field(
        description="按所依据的版本重新测算的金额（元），规则后来怎样改都不变；无权查看线索的为空"
    )
    note: str
    distinct_reason: str = Field(description="更早的相似线索不是同一件事的理由")
    proposed_by: str = Field(description="提出的人")
    approved_by: str | None = Field(description="审批的人")
    paid_by: str | None = Field(description="经手发放的人")
    claim_issued_at: datetime | None = Field(description="领取码的发放时间")
    closed_reason: str = Field(description="不予奖励或撤销的理由")
    may_issue_code: bool = Field(description="当前用户能否发放领取码")
    updated_at: datetime
    standing: Standing
    available_actions: list[AvailableAction]


class RewardCode(Shown):
    """A one-time code, shown once."""

    code: str = Field(description="十六位领取码，只显示这一次")
    version: int


class RewardCodeAsk(Wire):
    """A request for a code; an earlier one stops working."""

    version: Annotated[int, Field(ge=1)]


class RewardDraft(Shown):
    """What a reward for an affair would be, and what stands against it."""

    first_lead: RewardLead = Field(description="最早的线索，奖励给它的举报人")
    rule_version: int
    computed: Yuan | None = Field(description="按规则测算的金额（元）；不在范围内的为空")
    hindrances: list[RewardHindrance] = Field(description="不能奖励的原因")
    earlier_similar: list[RewardLead] = Field(description="更早的、没有合并的相似线索")


class AffairReward(Shown):
    """A reward of the affair."""

    id: UUID
    number: str
    status: RewardStatus
    amount: Yuan = Field(description="奖励金额（元）")


class LeadRewards(Shown):
    """The rewards of the affair that a lead belongs to."""

    items: list[AffairReward]
    draft: RewardDraft | None = Field(description="可以怎样奖励；无权提出的为空")


class RewardStepShown(Shown):
    """One step of the ladder."""

    at_least: Yuan = Field(description="涉案金额起点（元，含）")
    reward: Yuan = Field(description="奖励（元）")


class RewardRuleShown(Shown):
    """One version of the rule; what it is drafted and approved by is `/rule-sets/rewards`."""

    id: UUID = Field(description="规则版本的编号（系统内唯一），见 /rule-set-versions")
    version: int
    conclusions: list[LeadConclusion] = Field(description="给予奖励的核查结论")
    steps: list[RewardStepShown] = Field(description="各档奖励")
    basis_points: int = Field(description="另按涉案金额的万分之几加奖")
    floor: Yuan = Field(description="最低奖励（元）")
    cap: Yuan = Field(description="最高奖励（元）")
    allows_anonymous: bool = Field(description="匿名举报人能否凭回执领取")
    source: str = Field(description="依据")
    note: str
    is_builtin: bool
    created_at: datetime | None = Field(description="批准时间；随系统提供的为空")
    valid_from: date | None = Field(description="生效日期；随系统提供的为空")


class RewardRules(Shown):
    """All versions, the one in force first."""

    items: list[RewardRuleShown]
    may_change: bool = Field(description="当前用户能否调整规则")
