"""Changes of what all towns share, on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.core.listing.pagination import PageQuery
from api.domain.organisation.shared_changes import SharedKind, SharedStatus
from api.schemas.common import Named, Shown, Wire, printable
from api.schemas.divisions import DivisionImport
from api.schemas.time_rules import HolidayYearPut, RuleId, TimeRuleVersionCreate

Reason = Annotated[str, StringConstraints(min_length=4, max_length=500), AfterValidator(printable)]


class SharedChangeCreate(Wire):
    """A proposal: just one of the three, with what it needs to be named."""

    reason: Reason = Field(title="提请理由", description="为什么要改，依据哪个文件")
    rule_id: RuleId | None = Field(None, description="改哪一条期限规则")
    time_rule: TimeRuleVersionCreate | None = Field(None, description="新的期限")
    year: Annotated[int, Field(ge=1900, le=2200)] | None = Field(
        None, title="年份", description="哪一年"
    )
    holiday_year: HolidayYearPut | None = Field(None, description="这一年的放假安排")
    divisions: DivisionImport | None = Field(None, description="要新增、更名、撤并的区划")

    @model_validator(mode="after")
    def _one(self) -> "SharedChangeCreate":
        pairs = (
            (self.rule_id, self.time_rule),
            (self.year, self.holiday_year),
            (self.divisions, self.divisions),
        )
        if [None in pair for pair in pairs].count(False) != 1 or any(
            (one is None) is not (other is None) for one, other in pairs
        ):
            raise ValueError("请只填一项：期限规则（编号和期限）、节假日安排（年份和安排）或区划")
        return self


class SharedChangeDecide(Wire):
    """Another person's word; whoever proposed may only take it back."""

    version: Annotated[int, Field(ge=1)]
    agree: bool = Field(description="是否确认")
    reason: Annotated[str, StringConstraints(max_length=500), AfterValidator(printable)] = Field(
        "", description="不同意的理由"
    )


class SharedChangeQuery(PageQuery):
    """Filters of the list."""

    status: SharedStatus | None = None


class SharedChangeShown(Shown):
    """A proposal, and what became of it."""

    id: UUID
    kind: SharedKind
    status: SharedStatus
    subject: str = Field(description="规则编号或年份；区划为空")
    body: dict[str, Any] = Field(description="提请的内容，确认时照此执行")
    reason: str
    proposed_by: Named = Field(description="提请人")
    proposed_at: datetime = Field(description="提请时间")
    decided_by: Named | None = Field(description="办理人")
    decided_at: datetime | None = Field(description="办理时间")
    decision: str = Field(description="不同意的理由")
    may_confirm: bool = Field(description="您能否确认")
    may_refuse: bool = Field(description="您能否不同意或撤回")
    version: int
