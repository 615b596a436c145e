"""Property items on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.recovery.property_items import (
    PROPERTY_FLOW,
    Disposal,
    Ownership,
    PropertyKind,
    PropertyStatus,
)
from api.domain.recovery.property_measures import MeasureKind, MeasureStatus
from api.schemas.changes import Changes
from api.schemas.common import (
    Asked,
    AvailableAction,
    Label,
    LateStep,
    Money,
    Optional,
    OptionalProse,
    Shown,
    Wire,
    Yuan,
    one_line,
    transition_union,
)
from api.schemas.days import PastDay
from api.schemas.standing import Standing

Account = Annotated[str, StringConstraints(max_length=64), AfterValidator(one_line)]


class PropertyItemCreate(Wire):
    """A new item. Owner, holder and account number are stored encrypted."""

    case_id: UUID = Field(title="案件")
    kind: PropertyKind
    title: Label = Field(title="名称", description="财物名称，例如 某银行账户、轿车")
    description: OptionalProse = Field("", title="特征描述")
    owner_name: Optional = ""
    holder_name: Optional = ""
    institution: Optional = ""
    account: Account = Field("", description="账号或者权证号")
    location: Optional = ""
    custodian: Optional = ""
    quantity: Optional = ""
    amount: Money | None = None
    appraised_value: Money | None = None
    appraised_on: PastDay | None = None
    appraiser: Optional = ""
    court_item_no: Optional = ""


class PropertyItemUpdate(
    Changes,
    of=PropertyItemCreate,
    clears={
        "description",
        "owner_name",
        "holder_name",
        "institution",
        "account",
        "location",
        "custodian",
        "quantity",
        "amount",
        "appraised_value",
        "appraised_on",
        "appraiser",
        "court_item_no",
    },
    masked={
        "title",
        "description",
        "owner_name",
        "holder_name",
        "institution",
        "account",
        "location",
        "custodian",
        "quantity",
        "appraiser",
    },
):
    """What may be corrected before an item is disposed of; what is left out stays."""

    title: Label | None = None
    description: OptionalProse | None = None
    owner_name: Optional | None = None
    holder_name: Optional | None = None
    institution: Optional | None = None
    account: Account | None = None
    location: Optional | None = None
    custodian: Optional | None = None
    quantity: Optional | None = None
    amount: Money | None = None
    appraised_value: Money | None = None
    appraised_on: PastDay | None = None
    appraiser: Optional | None = None
    court_item_no: Optional | None = None


PropertyItemTransition = transition_union(PROPERTY_FLOW, "PropertyItem")


class PropertyItemSort(Labelled):
    """Orders of the list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    AMOUNT = "-amount", "金额（大在前，未填的在最后）"
    AMOUNT_LEAST = "amount", "金额（小在前，未填的在最后）"


class PropertyItemQuery(PageQuery):
    """Filters of the list; those left out do not filter."""

    sort: PropertyItemSort = PropertyItemSort.NEWEST
    case_id: UUID | None = None
    status: Annotated[list[PropertyStatus], Field(max_length=10)] | None = None
    late_step: LateStep = None
    kind: Annotated[list[PropertyKind], Field(max_length=20)] | None = None
    ownership: Annotated[list[Ownership], Field(max_length=10)] | None = None
    account: Account | None = Field(None, description="按完整账号精确查找")
    number: Optional | None = None
    q: Asked | None = Field(None, description="编号或名称")


class CaseRef(Shown):
    """The case, as what belongs to it tells of it."""

    id: UUID
    number: str
    title: str = Field(description="案件名称；无权查看案件的为空")


class PropertyItemItem(Shown):
    """An item in a list."""

    id: UUID
    number: str
    case: CaseRef
    status: PropertyStatus
    kind: PropertyKind
    title: str
    owner_name: str = Field(description="已打码")
    holder_name: str = Field(description="已打码")
    institution: str
    account: str = Field(description="只显示末四位")
    amount: Yuan | None
    appraised_value: Yuan | None
    ownership: Ownership
    disposal: Disposal | None
    version: int


class DeterminationShown(Shown):
    """One determination of whose it is."""

    id: UUID
    ownership: Ownership
    authority: str
    document_no: str
    reason: str
    decided_at: datetime


class MeasureBrief(Shown):
    """A measure on the item."""

    id: UUID
    kind: MeasureKind
    status: MeasureStatus
    authority: str
    document_no: str
    starts_on: date
    expires_on: date | None
    rank: int


class PropertyItemRead(PropertyItemItem):
    """One item."""

    description: str
    location: str
    custodian: str
    quantity: str
    appraised_on: date | None
    appraiser: str
    court_item_no: str
    objector: str
    objection: str
    disposed_on: date | None
    disposal_authority: str
    disposal_document_no: str
    proceeds: Yuan | None
    determinations: list[DeterminationShown]
    measures: list[MeasureBrief]
    created_at: datetime
    updated_at: datetime
    revealable: list[str]
    standing: Standing
    available_actions: list[AvailableAction]
