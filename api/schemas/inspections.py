"""Inspections on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.entities.inspections import INSPECTION_FLOW, Finding, InspectionStatus, ItemResult
from api.domain.entities.risk_entities import RiskTier
from api.domain.kit.labels import Labelled
from api.schemas.changes import Changes
from api.schemas.common import (
    Asked,
    AvailableAction,
    DivisionCode,
    Label,
    LateStep,
    Named,
    Optional,
    OptionalProse,
    Shown,
    Wire,
    transition_union,
)
from api.schemas.days import Day, DueDay
from api.schemas.standing import Standing


class InspectionCreate(Wire):
    """A visit to come, or one that took place: then it carries its finding."""

    entity_id: UUID | None = Field(None, description="检查对象；复查时可不填")
    rectification_id: UUID | None = Field(None, description="复查所对应的整改")
    inspectors: Optional = ""
    planned_on: DueDay | None = Field(None, description="计划日期；不填为今天")
    note: OptionalProse = Field("", title="检查情况")


class ItemIn(Wire):
    """How one item of the checklist stands."""

    code: Label
    result: ItemResult | None = None
    remark: Optional = ""


class InspectionUpdate(
    Changes,
    of=InspectionCreate,
    clears={"inspectors", "note"},
    own={"checklist"},
    masked={"inspectors", "note"},
):
    """What may be changed before an inspection is closed; what is left out stays."""

    inspectors: Optional | None = None
    planned_on: DueDay | None = None
    checklist: Annotated[list[ItemIn], Field(max_length=50)] | None = Field(
        None, title="检查表", description="只提交有变化的检查项"
    )
    note: OptionalProse | None = Field(None, title="检查情况")


InspectionTransition = transition_union(INSPECTION_FLOW, "Inspection")


class InspectionSort(Labelled):
    """Orders of the inspection list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    PLANNED = "planned_on", "计划日期（早在前）"
    PLANNED_LAST = "-planned_on", "计划日期（晚在前）"


class InspectionQuery(PageQuery):
    """Filters of the inspection list; those left out do not filter."""

    sort: InspectionSort = InspectionSort.NEWEST
    q: Asked | None = Field(None, description="检查编号，或检查对象的名称")
    status: Annotated[list[InspectionStatus], Field(max_length=10)] | None = None
    late_step: LateStep = None
    finding: Annotated[list[Finding], Field(max_length=5)] | None = None
    entity_id: UUID | None = None
    rectification_id: UUID | None = None
    owner_unit_id: UUID | None = Field(None, description="检查单位")
    division_code: DivisionCode | None = Field(None, description="行政区划（含下级）")
    is_reinspection: bool | None = Field(None, description="是否复查")
    overdue: bool | None = Field(None, description="计划日期已过而未检查")
    planned_from: Day | None = None
    planned_to: Day | None = None
    done_from: Day | None = None
    done_to: Day | None = None


class EntityShown(Shown):
    """The entity that a visit or an order is about."""

    id: UUID
    number: str
    name: str
    tier: RiskTier | None


class InspectionItem(Shown):
    """An inspection in a list."""

    id: UUID
    number: str
    status: InspectionStatus
    entity: EntityShown
    owner_unit: Named
    inspectors: str
    planned_on: date
    done_on: date | None
    finding: Finding | None
    rectification_id: UUID | None
    version: int


class ItemShown(Shown):
    """One item of the checklist."""

    code: str
    label: str
    result: ItemResult | None
    remark: str


class InspectionRead(InspectionItem):
    """One inspection."""

    checklist: list[ItemShown]
    note: str
    rectification_round: int | None
    orders: int = Field(description="相关整改数")
    open_orders: int = Field(description="其中未销号数")
    created_at: datetime
    updated_at: datetime
    standing: Standing
    available_actions: list[AvailableAction]
