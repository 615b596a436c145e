"""Property measures on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.recovery.property_items import PropertyKind
from api.domain.recovery.property_measures import (
    MEASURE_FLOW,
    AuthorityLevel,
    MeasureKind,
    MeasureStatus,
    Regime,
    ReleaseReason,
)
from api.domain.recovery.restraint import RestraintGap
from api.schemas.common import (
    Asked,
    AvailableAction,
    Label,
    Money,
    Optional,
    Shown,
    Wire,
    WorkingDaysLeft,
    Yuan,
    transition_union,
)
from api.schemas.days import Day, EndDay, PastDay
from api.schemas.property_items import CaseRef
from api.schemas.standing import Standing


class PropertyMeasureCreate(Wire):
    """A measure as a competent authority ordered it; without level and paper it is refused."""

    property_item_id: UUID
    kind: MeasureKind = Field(title="措施")
    regime: Regime = Field(title="程序")
    authority: Optional = Field("", description="批准机关")
    authority_level: AuthorityLevel | None = None
    document_no: Optional = Field("", description="法律文书编号")
    officers: Annotated[list[Label], Field(max_length=10)] = Field(default_factory=list)
    amount: Money | None = None
    is_major: bool = Field(False, description="按重大、复杂案件办理（设区的市级批准）")
    starts_on: PastDay = Field(title="起始日")
    expires_on: EndDay | None = Field(None, description="文书载明的到期日；不填按法定最长期限")


class MeasureTermQuery(BaseModel):
    """What a measure's term depends on."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    property_item_id: UUID
    kind: MeasureKind
    regime: Regime
    authority_level: AuthorityLevel | None = Field(None, description="批准机关级别；不填按公安机关")
    is_major: bool = Field(False, description="按重大、复杂案件办理")
    starts_on: Day


class MeasureTerm(Shown):
    """The end that the law gives a measure, before it is recorded."""

    rule_id: str = Field(description="期限规则；法律没有规定期限的为空")
    rule_version: int | None
    article: str = Field(description="依据")
    term: str = Field(description="期限")
    expires_on: date | None = Field(description="法定最长期限的最后一日")
    is_provisional: bool = Field(description="放假安排未公布，暂定")


MeasureTransition = transition_union(MEASURE_FLOW, "PropertyMeasure")


class PropertyMeasureSort(Labelled):
    """Orders of the list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    STARTS = "starts_on", "起始日（早在前）"
    STARTS_LAST = "-starts_on", "起始日（晚在前）"
    EXPIRES = "expires_on", "到期日（早在前，没有的在最后）"
    EXPIRES_LAST = "-expires_on", "到期日（晚在前，没有的在最后）"
    AMOUNT = "-amount", "金额（大在前，未填的在最后）"
    AMOUNT_LEAST = "amount", "金额（小在前，未填的在最后）"


class PropertyMeasureQuery(PageQuery):
    """Filters of the list; those left out do not filter."""

    sort: PropertyMeasureSort = PropertyMeasureSort.NEWEST
    case_id: UUID | None = None
    property_item_id: UUID | None = None
    status: Annotated[list[MeasureStatus], Field(max_length=10)] | None = None
    kind: Annotated[list[MeasureKind], Field(max_length=10)] | None = None
    gap: Annotated[list[RestraintGap], Field(max_length=10)] | None = Field(
        None, title="与账上不符", description="措施与资金账为什么不符"
    )
    expires_before: Day | None = Field(
        None, title="到期日止", description="此日（含）以前到期的有效措施"
    )
    undone: bool | None = Field(
        None, title="到期失效未办", description="已到期失效，没有重新办理，也没有登记解除"
    )
    q: Asked | None = Field(None, description="文书编号，或财物的名称")


class PropertyRef(Shown):
    """The item that a measure lies on."""

    id: UUID
    number: str
    title: str
    kind: PropertyKind


class PropertyMeasureItem(Shown):
    """A measure in a list."""

    id: UUID
    case: CaseRef
    property_item: PropertyRef
    status: MeasureStatus
    kind: MeasureKind
    regime: Regime
    authority: str
    authority_level: AuthorityLevel
    document_no: str
    amount: Yuan | None
    held: Yuan = Field(description="资金账上在这项措施项下仍已控制的金额")
    gap: RestraintGap | None = Field(description="与资金账为什么不符；相符的为空")
    starts_on: date
    expires_on: date | None
    expires_is_given: bool = Field(
        description="到期日照文书登记，不随规则和放假安排重算；否则由期限规则推算"
    )
    expires_is_provisional: bool = Field(description="放假安排未公布，到期日暂定")
    clock_runs: bool = Field(description="正在执行，期限还在计算")
    rule_id: str
    rule_version: int | None
    working_days_left: WorkingDaysLeft
    rank: int
    is_major: bool
    version: int


class RenewalShown(Shown):
    """One renewal."""

    number: int
    decided_on: date
    old_expires_on: date
    new_expires_on: date
    authority_level: AuthorityLevel
    document_no: str


class PropertyMeasureRead(PropertyMeasureItem):
    """One measure."""

    officers: list[str]
    alert_days: list[date] = Field(description="到期前提醒的工作日")
    renewals: list[RenewalShown]
    released_on: date | None
    release_reason: ReleaseReason | None
    release_document_no: str
    created_at: datetime
    updated_at: datetime
    standing: Standing
    available_actions: list[AvailableAction]
