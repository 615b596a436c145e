"""The ledger on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.recovery.ledger import LEDGER_FLOW, AccountKind, EntryStatus, Measure
from api.schemas.common import (
    AvailableAction,
    Label,
    Money,
    Shown,
    Wire,
    Yuan,
    transition_union,
)
from api.schemas.days import Day, PastMoment
from api.schemas.restraint import Restraint


class BookQuery(Wire):
    """Which book: a case (or a risk entity)."""

    book_id: UUID = Field(description="案件编号（id）")


class LedgerAccount(Shown):
    """One account of a book."""

    kind: AccountKind
    label: str
    balance: Yuan = Field(description="现有余额；账外来源为负数")
    inflow: Yuan = Field(description="历次转入之和（已冲正的除外）")


class MeasureShown(Shown):
    """One of the five figures, derived from the accounts."""

    measure: Measure
    label: str
    amount: Yuan
    note: str


class RestrainingMeasure(Shown):
    """A measure that entries of a book can name."""

    id: UUID
    label: str
    amount: Yuan | None
    held: Yuan = Field(description="账上在这项措施项下已控制的金额")
    in_force: bool = Field(description="现在是否有效")


class BookRestraint(Restraint):
    """Both totals of one book."""

    measures: list[RestrainingMeasure] = Field(description="各项措施：载明多少，账上控制多少")


class BookCase(Shown):
    """Whose money it is."""

    id: UUID
    number: str
    title: str = Field(description="案件名称；无权查看案件的为空")


class LedgerAccounts(Shown):
    """All accounts of one book; they sum to zero."""

    book_id: UUID
    case: BookCase
    items: list[LedgerAccount]
    measures: list[MeasureShown]
    restraint: BookRestraint = Field(description="措施载明的与账上已控制的，及其差额")
    total: Yuan = Field(description="全部账户之和，恒为 0.00")


class EntryCreate(Wire):
    """One transfer: money comes out of `credit` and goes into `debit`."""

    book_id: UUID
    id: UUID | None = Field(
        None,
        title="记账编号",
        description="客户端的防重号；同一本账里重复提交不会重复记账，不作分录编号",
    )
    debit: AccountKind
    credit: AccountKind
    amount: Money
    happened_at: PastMoment | None = Field(
        None, title="发生时间", description="业务发生时间；不填为现在"
    )
    reason: Label = Field(title="事由")
    document_no: Label = Field(description="依据文书")
    victim_id: UUID | None = Field(None, title="受害人", description="发还给哪位受害人；发还时必填")
    measure_id: UUID | None = Field(
        None,
        title="依据的措施",
        description="所依据的查扣冻措施；记入已查封扣押冻结时，本案有正在执行的措施就必须写明",
    )
    beyond_measure: bool = Field(
        False, title="超过措施金额", description="账上所记超过措施载明的金额，事由中已经说明"
    )


EntryTransition = transition_union(LEDGER_FLOW, "LedgerEntry")


class EntrySort(Labelled):
    """Orders of the entries."""

    NEWEST = "-id", "记账先后（新在前）"
    OLDEST = "id", "记账先后（旧在前）"
    HAPPENED = "-happened_at", "发生时间（晚在前）"
    HAPPENED_FIRST = "happened_at", "发生时间（早在前）"
    AMOUNT = "-amount", "金额（大在前）"
    AMOUNT_LEAST = "amount", "金额（小在前）"


class EntryQuery(PageQuery):
    """Filters of the entries."""

    sort: EntrySort = EntrySort.NEWEST
    book_id: UUID | None = None
    status: Annotated[list[EntryStatus], Field(max_length=10)] | None = None
    measure_id: UUID | None = Field(None, title="依据的措施")
    unnamed: bool | None = Field(None, title="未写明措施", description="转入转出已控制而未写明措施")
    account: Annotated[list[AccountKind], Field(max_length=20)] | None = None
    awaits_late: bool | None = Field(
        None, title="逾期没有复核", description="只看逾期没有复核的（为否时不起作用）"
    )
    happened_from: Day | None = None
    happened_to: Day | None = None


class EntryItem(Shown):
    """One entry; entries never change."""

    id: UUID
    book_id: UUID
    status: EntryStatus
    debit: AccountKind
    credit: AccountKind
    amount: Yuan
    happened_at: datetime
    recorded_at: datetime
    reason: str
    document_no: str = Field(description="依据文书")
    target: AccountKind | None = Field(description="待复核支出的去向")
    victim_id: UUID | None
    measure_id: UUID | None
    measure_name: str = Field(description="所依据的措施和文书编号；没有写明的为空")
    beyond_measure: bool = Field(description="已说明超过措施载明的金额")
    confirms_id: UUID | None = Field(description="本分录复核的是哪一笔")
    confirmed_by_id: UUID | None = Field(description="复核本分录的是哪一笔")
    reverses_id: UUID | None
    reversed_by_id: UUID | None
    version: int


class EntryRead(EntryItem):
    """One entry with what can be done with it."""

    available_actions: list[AvailableAction]
