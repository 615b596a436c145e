"""Similar leads, merges and what left the counts, on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.leads.categories import LeadCategory
from api.domain.leads.leads import LeadConclusion, LeadStatus, LeftOut
from api.domain.leads.similarity import SimilarityReason
from api.domain.words.identifiers import IdentifierState
from api.schemas.common import Money, Named, Optional, OptionalProse, Shown, Wire, Yuan, printable
from api.schemas.leads import IdentifierIn


class LeadDraft(Wire):
    """What has been typed of a new lead so far; everything may still be missing."""

    subject_name: Optional = ""
    subject_uscc: Annotated[str, StringConstraints(max_length=30)] = ""
    narrative: OptionalProse = ""
    amount_involved: Money | None = None
    identifiers: Annotated[list[IdentifierIn], Field(max_length=50)] = Field(default_factory=list)


class SimilarLead(Shown):
    """A lead that may tell of the same matter, and why."""

    id: UUID
    number: str
    status: LeadStatus
    conclusion: LeadConclusion | None = Field(description="核查结论")
    subject_name: str
    primary_category: LeadCategory
    division_name: str
    received_at: datetime
    amount_involved: Yuan | None
    owner_unit: Named | None = Field(description="承办单位；还没有单位承办的为空")
    version: int
    is_merged: bool = Field(description="是否已并入其他线索")
    can_join: bool = Field(description="按其状态能否并入其他线索")
    can_absorb: bool = Field(description="按其状态能否作为主线索")
    score: int = Field(description="相似程度，0至100；50为提示的起点")
    reasons: list[SimilarityReason] = Field(description="相似的理由，最有力的在前")


class SimilarLeads(Shown):
    """Suggestions; nothing is ever merged by itself."""

    items: list[SimilarLead]
    hidden: int | None = Field(
        description="另有多少条相似而无权查看的线索；只告诉承办和管理线索的岗位，其他岗位为空"
    )


class Merge(Wire):
    """A lead to merge into the one of the address."""

    lead_id: UUID = Field(description="被并入的线索")
    version: Annotated[int, Field(ge=1, description="被并入线索的版本号")]
    reason: Annotated[
        str, StringConstraints(min_length=2, max_length=500), AfterValidator(printable)
    ]


class Unmerge(Wire):
    """Why a merge is undone."""

    version: Annotated[int, Field(ge=1, description="被并入线索的版本号")]
    reason: Annotated[
        str, StringConstraints(min_length=2, max_length=500), AfterValidator(printable)
    ]


class LinkedLead(Shown):
    """The other end of a merge."""

    id: UUID
    number: str
    subject_name: str
    status: LeadStatus
    version: int


class LeadLinkShown(Shown):
    """One merge, holding or undone."""

    id: UUID
    is_main: bool = Field(description="本线索是否为主线索")
    lead: LinkedLead = Field(description="另一端的线索")
    reason: str
    made_at: datetime
    made_by: str
    undone_at: datetime | None
    undone_by: str
    undone_reason: str
    may_undo: bool = Field(description="当前用户能否撤销")


class LeadLinks(Shown):
    """The merges of a lead, the latest first, with the ends that the reader may see."""

    items: list[LeadLinkShown]
    may_merge: bool = Field(description="当前用户能否合并线索")
    can_join: bool = Field(description="本线索按其状态能否并入其他线索")
    can_absorb: bool = Field(description="本线索按其状态能否作为主线索")


class IdentifierDecision(Wire):
    """What a person says of an identifier that was found in a text."""

    state: IdentifierState = Field(title="对号码的判断")
    version: Annotated[int, Field(ge=1)]


class LeftOutQuery(PageQuery):
    """Filters of what is not in the figures."""

    why: LeftOut | None = Field(None, description="未计入统计的原因")


class LeftOutLead(Shown):
    """A lead that is not in the figures: why, by whom, when."""

    id: UUID
    number: str
    subject_name: str
    status: LeadStatus
    primary_category: LeadCategory
    division_name: str
    received_at: datetime
    why: LeftOut = Field(description="未计入统计的原因")
    decided_at: datetime | None = Field(description="何时移出统计；早于记录时为空")
    decided_by: str | None = Field(description="由谁移出统计")
    reason: str | None = Field(description="移出统计的理由；只跟踪进展的岗位看不到")
