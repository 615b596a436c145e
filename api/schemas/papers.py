"""Papers on the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.papers.blocks import BlockKind
from api.domain.papers.papers import PAPER_FLOW, PaperKind, PaperStatus
from api.schemas.common import Asked, AvailableAction, Named, Shown, Wire, transition_union


class PaperCreate(Wire):
    """A paper to be made from a record."""

    kind: PaperKind = Field(description="文书种类")
    subject_id: UUID = Field(description="据以制作文书的记录")


PaperTransition: Any = transition_union(PAPER_FLOW, "Paper")


class PaperPreviewQuery(BaseModel):
    """Which paper is to be shown before it is made."""

    model_config = ConfigDict(extra="forbid")

    kind: PaperKind = Field(description="文书种类")
    subject_id: UUID = Field(description="据以制作文书的记录")


class PaperSort(Labelled):
    """Orders of the list of papers."""

    NEWEST = "-id", "制作先后（新在前）"
    OLDEST = "id", "制作先后（旧在前）"


class PaperQuery(PageQuery):
    """Filters of the list of papers; those left out do not filter."""

    sort: PaperSort = PaperSort.NEWEST
    q: Asked | None = Field(None, description="发文字号")
    kind: Annotated[list[PaperKind], Field(max_length=20)] | None = Field(
        None, description="文书种类"
    )
    status: Annotated[list[PaperStatus], Field(max_length=10)] | None = None
    subject_id: UUID | None = Field(None, description="据以制作文书的记录")
    owner_unit_id: UUID | None = Field(None, description="制作文书的单位")


class PaperItem(Shown):
    """A paper in a list."""

    id: UUID
    number: str = Field(description="发文字号")
    kind: PaperKind = Field(description="文书种类")
    status: PaperStatus
    noun: str = Field(description="据以制作文书的记录的种类")
    subject_id: UUID = Field(description="据以制作文书的记录")
    owner_unit: Named = Field(description="制作文书的单位")
    made_by: str = Field(description="制作人")
    created_at: datetime
    void_reason: str = Field(description="作废的理由")
    version: int


class PaperPart(Shown):
    """A stretch of the text: words of the template, or what a field says and where it was read."""

    text: str = Field(description="文字")
    field: str | None = Field(description="栏目；模板自己的文字为空")
    label: str | None = Field(description="栏目的名称")
    noun: str | None = Field(description="从哪种记录读出")
    record_id: UUID | None = Field(description="从哪条记录读出；看不到的为空")


class PaperRow(Shown):
    """A row of a table."""

    heading: list[PaperPart] = Field(description="项目")
    content: list[PaperPart] = Field(description="内容")


class PaperBlock(Shown):
    """A block of the paper, in its order."""

    kind: BlockKind = Field(description="版式要素")
    parts: list[PaperPart] = Field(description="文字")
    rows: list[PaperRow] = Field(description="表格各行")


class PaperMissing(Shown):
    """What is to be filled in before the paper can be made."""

    field: str = Field(description="栏目")
    label: str = Field(description="栏目的名称")
    fill_in: str = Field(description="怎样补上")


class PaperPreview(Shown):
    """A paper as it would be made now."""

    kind: PaperKind = Field(description="文书种类")
    noun: str = Field(description="据以制作文书的记录的种类")
    subject_id: UUID = Field(description="据以制作文书的记录")
    blocks: list[PaperBlock] = Field(description="文书的内容，从上到下")
    missing: list[PaperMissing] = Field(description="还缺少的内容；都补上以后才能制作")
    refusal: str = Field(description="当前用户不能制作的原因；可以制作的为空")
    notice: str = Field(description="制作以前须核对的；没有的为空")


class PaperRead(PaperItem):
    """One paper."""

    template_version: int = Field(description="模板的版本")
    blocks: list[PaperBlock] = Field(description="文书的内容，从上到下")
    voided_at: datetime | None = Field(description="作废时间")
    voided_by: str = Field(description="作废人")
    updated_at: datetime
    available_actions: list[AvailableAction]
