"""Samples for second verification on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.leads.categories import LeadCategory
from api.domain.leads.leads import LeadConclusion, LeadStatus
from api.domain.leads.recheck_samples import DrawExclusion
from api.schemas.common import (
    Named,
    Shown,
    Wire,
)
from api.schemas.days import Day


class RecheckSampleCreate(Wire):
    """Which concluded leads to draw from, and how many."""

    period_from: Day
    period_to: Day
    size: Annotated[int, Field(ge=1, le=500)] = Field(
        description="抽取条数；符合条件的不足时全部抽取"
    )
    conclusions: Annotated[list[LeadConclusion], Field(min_length=1, max_length=6)] = Field(
        default_factory=lambda: [LeadConclusion.UNFOUNDED]
    )


class RecheckSampleQuery(PageQuery):
    """The list has no filters."""


class RecheckLineQuery(PageQuery):
    """Which lines of a sample."""

    drawn: bool | None = Field(None, description="是否抽中；不填为全部符合条件的")
    excluded: bool | None = Field(None, description="列出没有参加抽取的；不填为参加抽取的")


class RecheckSampleItem(Shown):
    """A sample in the list, and what its second verifications found so far."""

    id: UUID
    number: str
    period_from: date
    period_to: date
    conclusions: list[LeadConclusion]
    size: int
    population_size: int
    drawn: int = Field(description="抽中条数")
    done: int = Field(description="已完成二次核查的条数")
    overturned: int = Field(description="二次核查改变了结论的条数")
    created_at: datetime


class RecheckStratum(Shown):
    """One stratum: a concluding unit and a category."""

    unit: Named
    category: LeadCategory
    population: int
    drawn: int


class RecheckExcluded(Shown):
    """How many leads of the period were left out of the draw for one reason."""

    reason: DrawExclusion
    count: int


class RecheckSampleRead(RecheckSampleItem):
    """One sample with everything needed to draw it again."""

    seed: str = Field(description="随机种子，由系统生成，在抽取之前封存")
    seed_commitment: str = Field(
        description="种子封存时公开的摘要：SHA-256(yinling-seed|种子)；早先的样本为空"
    )
    seed_committed_at: datetime | None = Field(description="种子封存的时间")
    next_commitment: str = Field(description="下一次抽样所用种子的摘要，种子尚未公开")
    population_digest: str
    reproduced: bool = Field(description="用同一随机数、同一份名单重新抽取，结果与记录一致")
    strata: list[RecheckStratum]
    excluded: list[RecheckExcluded] = Field(description="没有参加抽取的，按原因")


class RecheckMember(Shown):
    """One lead that could be drawn."""

    id: UUID
    stratum: list[str] = Field(description="分组：作出结论的单位、线索类别")
    drawn: bool


class RecheckLeftOut(Shown):
    """One lead that could not be drawn."""

    id: UUID
    reason: DrawExclusion


class RecheckProtocol(Shown):
    """Everything that a sample was drawn from, for another program to draw it again."""

    number: str
    method: str = Field(description="抽取方法的名称")
    method_told: str = Field(description="抽取方法：照着它和下面的各项，用任何程序都可以重新抽取")
    seed: str
    seed_commitment: str = Field(description="种子封存时公开的摘要；早先的样本为空")
    period: str
    size: int
    population_digest: str
    members: list[RecheckMember]
    excluded: list[RecheckLeftOut] = Field(description="没有参加抽取的，逐条写明原因")


class RecheckSeal(Shown):
    """The seed that waits for the next draw, as far as anybody may know it."""

    commitment: str = Field(
        description="下一次抽样所用种子的摘要：SHA-256(yinling-seed|种子)；还没有封存的为空"
    )
    committed_at: datetime | None = Field(description="封存的时间")


class RecheckLine(Shown):
    """One lead of the population."""

    lead_id: UUID
    number: str
    subject_name: str
    status: LeadStatus
    unit: Named = Field(description="作出原结论的单位")
    category: LeadCategory
    drawn: bool
    excluded: DrawExclusion | None = Field(description="没有参加抽取的原因")
    first_conclusion: LeadConclusion
    second_conclusion: LeadConclusion | None
    second_unit: Named | None
    second_on: date | None
