"""Refund plans on the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.recovery.distributions import (
    DISTRIBUTION_FLOW,
    BaseRule,
    ClaimStatus,
    Disposition,
    DistributionStatus,
    LineStatus,
)
from api.schemas.changes import Changes
from api.schemas.common import (
    Asked,
    AvailableAction,
    Label,
    LateStep,
    Money,
    OptionalProse,
    Shown,
    Wire,
    Yuan,
    transition_union,
)
from api.schemas.property_items import CaseRef
from api.schemas.standing import Standing


class DistributionCreate(Wire):
    """A new plan: how much, and by which reading of the law."""

    case_id: UUID = Field(title="案件")
    title: Label = Field(title="方案名称")
    pool: Money
    base_rule: BaseRule = Field(title="分配基数", description="分配基数规则，印入公示文本")
    returns_offset: bool = Field(
        True, title="已得利息、分红折抵本金", description="已得利息、分红等回报是否折抵本金"
    )
    note: OptionalProse = ""


class DistributionUpdate(Changes, of=DistributionCreate, clears={"note"}, masked={"title", "note"}):
    """What may be changed before the plan is approved."""

    title: Label | None = None
    pool: Money | None = None
    base_rule: BaseRule | None = None
    returns_offset: bool | None = None
    note: OptionalProse | None = None


DistributionTransition = transition_union(DISTRIBUTION_FLOW, "Distribution")


class DistributionSort(Labelled):
    """Orders of the list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    POOL = "-pool", "可分配金额（大在前）"
    POOL_LEAST = "pool", "可分配金额（小在前）"
    OBJECTION = "objection_until", "异议截止（早在前，没有公示的在最后）"
    OBJECTION_LAST = "-objection_until", "异议截止（晚在前，没有公示的在最后）"


class DistributionQuery(PageQuery):
    """Filters of the list; those left out do not filter."""

    sort: DistributionSort = DistributionSort.NEWEST
    q: Asked | None = Field(None, description="编号或名称")
    case_id: UUID | None = None
    status: Annotated[list[DistributionStatus], Field(max_length=10)] | None = None
    objection_over: bool | None = Field(None, description="只看公示期已满的（为否时不起作用）")
    late_step: LateStep = None


class DistributionItem(Shown):
    """A plan in a list."""

    id: UUID
    number: str
    case: CaseRef
    status: DistributionStatus
    title: str
    pool: Yuan
    base_rule: BaseRule
    claims_count: int
    total_pay: Yuan
    total_set_aside: Yuan
    undistributed: Yuan
    published_on: date | None
    objection_until: date | None
    version: int


class DistributionRead(DistributionItem):
    """One plan."""

    returns_offset: bool
    notice: str = Field(description="公示文本中关于分配基数的说明")
    note: str
    level: str | None = Field(description="返还比例，精确分数（分子、分母以分为单位）")
    digest: str | None
    paid_amount: Yuan = Field(description="已到账")
    paying_amount: Yuan = Field(description="已送银行")
    pay_count: int = Field(description="发放人数")
    set_aside_count: int = Field(description="提存人数")
    prepared_by_id: UUID | None
    approved_by_id: UUID | None
    paid_by_id: UUID | None
    computed_at: datetime | None
    approved_at: datetime | None
    approval_document_no: str
    created_at: datetime
    updated_at: datetime
    revealable: list[str]
    standing: Standing
    available_actions: list[AvailableAction]


class LineQuery(PageQuery):
    """Filters of a plan's lines."""

    status: Annotated[list[LineStatus], Field(max_length=10)] | None = None


class LineItem(Shown):
    """One victim's line."""

    id: UUID
    claim: str
    name: str = Field(description="已打码")
    account: str = Field(description="只显示末四位")
    standing: ClaimStatus
    principal: Yuan
    returns: Yuan
    refunds: Yuan
    outstanding: Yuan
    share: Yuan
    disposition: Disposition
    status: LineStatus


class Certificate(Shown):
    """A plan that anybody can recompute; claims by number only."""

    model_config = ConfigDict(extra="allow")

    format: str
    number: str
    rule: BaseRule
    pool: Yuan
    lines: list[dict[str, Any]]
    digest: str
