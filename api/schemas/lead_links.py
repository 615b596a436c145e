"""Similar leads, merges and what left the counts, on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.domain.categories import LeadCategory
from api.domain.leads import LeadConclusion, LeadStatus
from api.domain.similarity import SimilarityReason
from api.schemas.common import Money, Named, Optional, OptionalProse, Shown, Wire, Yuan
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
    owner_unit: Named
    version: int
    is_merged: bool = Field(description="是否已并入其他线索")
    score: int = Field(description="相似程度，0至100；50为提示的起点")
    reasons: list[SimilarityReason] = Field(description="相似的理由，最有力的在前")


class SimilarLeads(Shown):
    """Suggestions; nothing is ever merged by itself."""

    items: list[SimilarLead]
    hidden: int | None = Field(
        description="另有多少条相似而无权查看的线索；只告诉承办和管理线索的岗位，其他岗位为空"
    )
