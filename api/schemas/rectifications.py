"""Rectifications on the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.entities.inspections import Finding
from api.domain.entities.rectifications import RECTIFICATION_FLOW, RectificationStatus
from api.domain.entities.risk_measures import LegalActor
from api.domain.kit.labels import Labelled
from api.schemas.changes import Changes
from api.schemas.common import (
    Asked,
    AvailableAction,
    DivisionCode,
    Named,
    Optional,
    Prose,
    Shown,
    Wire,
    WorkingDaysLeft,
    transition_union,
)
from api.schemas.days import Day, DueDay
from api.schemas.inspections import EntityShown
from api.schemas.standing import Standing


class RectificationCreate(Wire):
    """An order to put something right, after an inspection or on the entity itself."""

    inspection_id: UUID | None = Field(None, description="发现问题的检查")
    entity_id: UUID | None = Field(None, description="整改对象；由检查而来时可不填")
    requirements: Prose
    due_on: DueDay | None = Field(None, description="整改期限；不填按 RECT-01 计算")
    legal_actor: LegalActor | None = Field(None, description="实施主体；不填为本单位")
    legal_actor_name: Optional = ""
    legal_basis: Optional = ""
    document_no: Optional = ""


class RectificationUpdate(
    Changes, of=RectificationCreate, clears={"document_no"}, masked={"requirements"}
):
    """What may be corrected while an order is open; what is left out stays."""

    requirements: Prose | None = None
    document_no: Optional | None = None


RectificationTransition = transition_union(RECTIFICATION_FLOW, "Rectification")


class RectificationSort(Labelled):
    """Orders of the rectification list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    DUE = "due_on", "整改期限（早在前）"
    DUE_LAST = "-due_on", "整改期限（晚在前）"


class RectificationQuery(PageQuery):
    """Filters of the rectification list; those left out do not filter."""

    sort: RectificationSort = RectificationSort.NEWEST
    q: Asked | None = Field(None, description="整改编号、文书编号，或整改对象的名称")
    status: Annotated[list[RectificationStatus], Field(max_length=10)] | None = None
    entity_id: UUID | None = None
    inspection_id: UUID | None = None
    owner_unit_id: UUID | None = Field(None, description="责令整改的单位")
    division_code: DivisionCode | None = Field(None, description="行政区划（含下级）")
    overdue: bool | None = Field(None, description="是否超期未销号")
    due_from: Day | None = None
    due_to: Day | None = None
    ordered_from: Day | None = None
    ordered_to: Day | None = None


class RectificationItem(Shown):
    """A rectification in a list."""

    id: UUID
    number: str
    status: RectificationStatus
    is_overdue: bool
    entity: EntityShown
    inspection_id: UUID | None
    owner_unit: Named
    legal_actor: LegalActor
    document_no: str
    ordered_on: date
    due_on: date = Field(description="整改期限")
    due_is_provisional: bool
    due_rule: str
    due_rule_version: int | None
    working_days_left: WorkingDaysLeft
    clock_runs: bool = Field(description="期限还在计算：没有销号、没有撤销")
    round: int
    version: int


class RectificationRead(RectificationItem):
    """One rectification."""

    requirements: str
    legal_actor_name: str
    legal_basis: str
    due_is_given: bool = Field(description="期限照整改通知书载明，不随规则和放假安排重算")
    materials: str
    submitted_on: date | None
    closed_on: date | None
    reinspection_finding: Finding | None
    open_reinspection: Named | None = Field(
        description="已经安排、还没有登记结果的复查（名称是检查编号）；没有的为空"
    )
    history: list[dict[str, Any]] = Field(description="以前各轮的期限、材料和不合格原因")
    created_at: datetime
    updated_at: datetime
    standing: Standing
    available_actions: list[AvailableAction]
