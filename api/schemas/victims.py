"""Victims on the wire: masked always, plain only by a reveal."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.cases.victims import VICTIM_FLOW, VictimStatus
from api.domain.kit.labels import Labelled
from api.domain.recovery.distributions import ClaimStatus
from api.domain.words.documents import DocumentKind
from api.schemas.changes import Changes
from api.schemas.checked import BankAccount, DocumentNumber, Phone
from api.schemas.common import (
    Asked,
    AvailableAction,
    DivisionCode,
    Label,
    LateStep,
    Money,
    Optional,
    OptionalProse,
    Shown,
    Wire,
    Yuan,
    transition_union,
)
from api.schemas.days import PastDay
from api.schemas.property_items import CaseRef
from api.schemas.standing import Standing


class VictimCreate(Wire):
    """A new claim. Name, numbers and account are stored encrypted."""

    case_id: UUID = Field(title="案件")
    name: Label
    id_kind: DocumentKind | None = Field(
        None, description="证件类型；不选时按号码前的证件名称或号码的形式判断"
    )
    id_number: DocumentNumber = Field("", description="证件号")
    phone: Phone = ""
    account: BankAccount = Field("", description="收款账号")
    bank_name: Optional = ""
    address: Optional = ""
    division_code: DivisionCode | None = Field(None, title="所在村（社区）")
    claim_status: ClaimStatus = Field(ClaimStatus.REGISTERED, title="登记情况")
    paid_on: PastDay | None = Field(None, description="付款日期（用于判断当时是否年满六十周岁）")
    principal: Money = Field(description="投入本金（元）")
    returns: Money = 0
    refunds: Money = 0
    note: OptionalProse = ""


class VictimUpdate(
    Changes,
    of=VictimCreate,
    clears={
        "id_number",
        "phone",
        "account",
        "bank_name",
        "address",
        "division_code",
        "paid_on",
        "note",
    },
    masked={"name", "id_number", "phone", "account", "address", "note", "bank_name"},
):
    """What may be corrected; amounts are changed by verifying."""

    name: Label | None = None
    id_kind: DocumentKind | None = Field(None, description="证件类型")
    id_number: DocumentNumber | None = None
    phone: Phone | None = None
    account: BankAccount | None = None
    bank_name: Optional | None = None
    address: Optional | None = None
    division_code: DivisionCode | None = None
    paid_on: PastDay | None = None
    note: OptionalProse | None = None


VictimTransition = transition_union(VICTIM_FLOW, "Victim")


class VictimSort(Labelled):
    """Orders of the list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    PRINCIPAL = "-principal", "投入本金（大在前）"
    PRINCIPAL_LEAST = "principal", "投入本金（小在前）"


class VictimQuery(PageQuery):
    """Filters of the register; those left out do not filter."""

    sort: VictimSort = VictimSort.NEWEST
    case_id: UUID | None = None
    status: Annotated[list[VictimStatus], Field(max_length=10)] | None = None
    late_step: LateStep = None
    claim_status: Annotated[list[ClaimStatus], Field(max_length=5)] | None = None
    is_elder: bool | None = None
    import_id: UUID | None = None
    q: Asked | None = Field(None, description="姓名、证件号、电话或者编号的完整内容")


class VictimItem(Shown):
    """A claim in the register."""

    id: UUID
    number: str
    case: CaseRef
    status: VictimStatus
    claim_status: ClaimStatus
    name: str = Field(description="已打码")
    id_kind: DocumentKind | None = Field(description="证件类型")
    id_number: str = Field(description="已打码")
    phone: str = Field(description="已打码")
    is_elder: bool | None
    principal: Yuan = Field(description="投入本金（元）；核实后为核实数")
    returns: Yuan
    refunds: Yuan
    version: int


class VictimRead(VictimItem):
    """One claim, with the four numbers that the victim asks for."""

    account: str = Field(description="只显示末四位")
    bank_name: str
    address: str = Field(description="已打码")
    division_code: str | None
    paid_on: date | None
    basis: str
    note: str
    lost: Yuan = Field(description="投入本金")
    got_before: Yuan = Field(description="此前已得（回报与退赔）")
    paid_out: Yuan = Field(description="本系统已确认到账")
    to_come: Yuan = Field(description="已列入方案、尚未到账")
    outstanding: Yuan = Field(description="仍未受偿")
    import_id: UUID | None
    import_row: int | None
    created_at: datetime
    updated_at: datetime
    revealable: list[str]
    standing: Standing
    available_actions: list[AvailableAction]
