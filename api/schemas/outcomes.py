"""Outcomes on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.outcomes.outcomes import OUTCOME_FLOW, OutcomeKind, OutcomeStatus
from api.schemas.changes import Changes
from api.schemas.common import (
    Asked,
    AvailableAction,
    Label,
    LateStep,
    Named,
    Optional,
    OptionalProse,
    Shown,
    Wire,
    transition_union,
)
from api.schemas.days import Day, PastDay
from api.schemas.standing import Standing

Audience = Annotated[int, Field(ge=0, le=10_000_000)]


class OutcomeCreate(Wire):
    """An exposed case, an event of education, or a paper that establishes something."""

    kind: OutcomeKind
    title: Label
    issued_on: PastDay
    medium: Optional = Field("", description="发布渠道或地点；典型案例和宣传活动必填")
    document_no: Optional = Field("", description="文号；制度机制必填")
    audience: Audience | None = None
    summary: OptionalProse = Field("", description="主要内容")
    judgment_court: Optional = Field(
        "", title="作出裁判的法院", description="作出生效裁判的法院；典型案例发布前须填写"
    )
    judgment_no: Optional = Field("", description="裁判文书案号；典型案例发布前须填写")
    judged_on: PastDay | None = Field(None, description="裁判日期；典型案例发布前须填写")


OutcomeUpdate = Changes.to(
    OutcomeCreate,
    stays={"kind"},
    clears={
        "medium", "document_no", "audience", "summary", "judgment_court", "judgment_no", "judged_on",
    },
    masked={"title", "medium", "summary"},
)  # fmt: skip
OutcomeTransition = transition_union(OUTCOME_FLOW, "Outcome")


class OutcomeSort(Labelled):
    """Orders of the list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    ISSUED_LAST = "-issued_on", "发布日期（晚在前）"
    ISSUED = "issued_on", "发布日期（早在前）"


class OutcomeQuery(PageQuery):
    """Filters of the list; those left out do not filter."""

    sort: OutcomeSort = OutcomeSort.NEWEST
    q: Asked | None = Field(None, description="编号、标题或文号")
    kind: Annotated[list[OutcomeKind], Field(max_length=5)] | None = None
    status: Annotated[list[OutcomeStatus], Field(max_length=5)] | None = None
    late_step: LateStep = None
    owner_unit_id: UUID | None = Field(None, description="登记单位")
    issued_from: Day | None = None
    issued_to: Day | None = None


class OutcomeItem(Shown):
    """An outcome in a list."""

    id: UUID
    number: str
    status: OutcomeStatus
    kind: OutcomeKind
    title: str
    issued_on: date
    medium: str
    document_no: str
    audience: int | None
    owner_unit: Named
    version: int


class OutcomeRead(OutcomeItem):
    """One outcome."""

    summary: str
    judgment_court: str
    judgment_no: str
    judged_on: date | None
    approved_by: str | None = Field(description="审核发布人")
    approved_at: datetime | None
    created_at: datetime
    updated_at: datetime
    standing: Standing
    available_actions: list[AvailableAction]
    revealable: list[str]
