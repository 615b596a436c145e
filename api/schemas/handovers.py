"""Hand-overs on the wire: of leads as a part of them, of cases and risk entities as records."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.leads.handovers import HANDOVER_FLOW
from api.domain.leads.lead_transfers import TransferKind, TransferSide
from api.domain.leads.leads import (
    DecisionLevel,
    PoliceMatter,
    ReceivingOrgan,
    ReviewResult,
    TransferMoment,
    TransferResult,
)
from api.domain.organisation.handing_over import HandoverStatus
from api.schemas.common import (
    Asked,
    AvailableAction,
    Named,
    Shown,
    WorkingDaysLeft,
    transition_union,
)
from api.schemas.standing import Standing


class TransferClockShown(Shown):
    """A term of a hand-over, and the version of the rule that gives it."""

    rule_id: str
    rule_version: int
    side: TransferSide
    started_at: datetime
    due_at: datetime
    is_provisional: bool
    ended_on: date | None
    working_days_left: WorkingDaysLeft


class TransferRecord(Shown):
    """Who recorded something of a hand-over: the receiver, or the sender for a body outside."""

    what: TransferMoment = Field(description="登记的是什么")
    unit: str = Field(description="登记的单位")
    person: str = Field(description="登记的人")
    by_receiver: bool = Field(description="是接收单位自己登记的；否则为移送、移交单位代为登记")
    at: datetime = Field(description="登记时间")


class TransferShown(Shown):
    """What is read of a hand-over, whatever it is of."""

    id: UUID
    kind: TransferKind = Field(description="移送、移交的性质")
    organ: ReceivingOrgan = Field(description="接收单位的类别")
    department: str
    receiver: Named | None = Field(description="接收单位；不在本系统的为空")
    follows_id: UUID | None = Field(description="由哪一次移送、移交转送而来")
    recorded: list[TransferRecord]
    reported_on: date | None
    investigators: str
    report: str
    refused_on: date | None
    refusal: str
    document_no: str
    materials: str = Field(description="材料清单")
    approved_on: date | None = Field(description="批准移送日期")
    approved_by: str = Field(description="批准人")
    sent_on: date | None = Field(description="送出日期；尚未送出的为空")
    receipt_no: str
    received_on: date | None = Field(description="接收日期")
    received_at: datetime | None = Field(description="接收时间；只知道日期的为空")
    received_by: str
    matter: PoliceMatter | None = Field(description="公安机关接受的案件类型，决定其期限")
    told_on: date | None
    told_at: datetime | None = Field(description="公安机关告知时间；只知道日期的为空")
    missing: str
    supplied_on: date | None
    supplied: str
    result: TransferResult | None
    result_on: date | None
    decided_level: DecisionLevel | None
    result_document_no: str
    result_note: str
    review_asked_on: date | None = Field(description="公安机关收到复议提请的日期")
    review_reason: str
    review_result: ReviewResult | None
    reviewed_on: date | None
    review_document_no: str
    supervision_on: date | None = Field(description="建议人民检察院立案监督的日期")
    supervision_by: str
    supervision_document_no: str
    supervision_reason: str
    goods_on: date | None
    goods: str
    goods_receipt_no: str
    dropped_on: date | None
    aftermath: str
    recalled_on: date | None = Field(description="收回日期，或者因故终止的日期")
    recall_reason: str
    reason: str
    is_taken_back: bool = Field(description="是否送出以后收回，由前一次的接收单位接着办")
    is_past: bool
    clocks: list[TransferClockShown]


class HandoverOf(Shown):
    """A hand-over, on the page of the record that was handed over."""

    id: UUID
    number: str
    kind: TransferKind
    status: HandoverStatus
    department: str
    receiver: Named | None = Field(description="接收单位；不在本系统的为空")
    document_no: str
    sent_on: date | None
    receipt_no: str
    received_on: date | None = Field(description="接收日期")
    result: TransferResult | None
    result_on: date | None
    result_note: str
    recalled_on: date | None = Field(description="收回日期，或者因故终止的日期")
    recall_reason: str


HandoverTransition = transition_union(HANDOVER_FLOW, "Handover")


class HandoverSort(Labelled):
    """Orders of the list."""

    NEWEST = "-id", "送出先后（新在前）"
    OLDEST = "id", "送出先后（旧在前）"
    DUE = "due_on", "期限（早在前）"
    DUE_LAST = "-due_on", "期限（晚在前）"


class HandoverQuery(PageQuery):
    """Filters of the list; those left out do not filter."""

    sort: HandoverSort = HandoverSort.NEWEST
    q: Asked | None = Field(None, description="移送移交编号、事项或者接收单位")
    status: Annotated[list[HandoverStatus], Field(max_length=20)] | None = None
    kind: Annotated[list[TransferKind], Field(max_length=10)] | None = None
    owner_unit_id: UUID | None = Field(None, description="移送、移交的单位")
    receiver_unit_id: UUID | None = Field(None, description="接收单位")
    receiver_outside: bool | None = None
    overdue: bool | None = Field(None, description="正在走的期限是否已过")
    open_case_late: bool | None = Field(
        None, description="只看公安机关立案后逾期没有登记案件的（为否时不起作用）"
    )


class HandoverItem(Shown):
    """A hand-over in a list."""

    id: UUID
    number: str
    title: str = Field(description="移送、移交的事项")
    kind: TransferKind = Field(description="移送、移交的性质")
    status: HandoverStatus
    owner_unit: Named | None = Field(description="移送、移交的单位")
    department: str
    sent_on: date | None
    received_on: date | None = Field(description="接收日期")
    result: TransferResult | None
    due_on: date | None = Field(description="正在走的期限")
    due_is_provisional: bool
    due_rule: str
    due_rule_version: int | None
    working_days_left: WorkingDaysLeft
    version: int


class SentFact(Shown):
    """One thing that was told of the record when it was handed over."""

    label: str
    value: str


class HandedOver(Shown):
    """The record that was handed over, for those who may open it."""

    id: UUID
    number: str
    title: str


class HandoverRead(HandoverItem, TransferShown):
    """One hand-over: what was sent, as it was then, and what came of it."""

    sent_facts: list[SentFact] = Field(description="移送时的情况；以后的变化接收单位看不到")
    case: HandedOver | None = Field(description="移送的案件；无权查看的为空")
    risk_entity: HandedOver | None = Field(description="移送的风险主体；无权查看的为空")
    cases: list[HandedOver] = Field(
        description="公安机关立案后据以登记的案件，只有当前用户可以打开的"
    )
    opens_case: bool = Field(description="当前用户可以据以登记案件")
    created_at: datetime
    updated_at: datetime
    standing: Standing
    available_actions: list[AvailableAction]
