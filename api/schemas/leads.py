"""Leads on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from api.core.listing.pagination import PageQuery
from api.domain.kit.labels import Labelled
from api.domain.leads.categories import LeadCategory, RedFlag
from api.domain.leads.channels import LeadChannel
from api.domain.leads.lead_assignments import LineOutcome
from api.domain.leads.lead_assists import ASSIST_FLOW, AssistStatus
from api.domain.leads.lead_marks import FocusMark
from api.domain.leads.lead_obligations import ObligationEnd
from api.domain.leads.lead_views import LeadView
from api.domain.leads.leads import (
    LEAD_FLOW,
    DiversionRoute,
    FeedbackMode,
    LeadConclusion,
    LeadStatus,
    Obligation,
    ReporterKind,
    Solved,
    TransferStage,
)
from api.domain.words.identifiers import IdentifierKind, IdentifierState
from api.schemas.changes import Changes
from api.schemas.checked import (
    CreditCode,
    SourceNumber,
)
from api.schemas.common import (
    Asked,
    AvailableAction,
    DivisionCode,
    Label,
    LateStep,
    Money,
    Named,
    Optional,
    OptionalProse,
    Prose,
    Shown,
    Wire,
    WorkingDaysLeft,
    Yuan,
    printable,
    transition_union,
)
from api.schemas.days import Day, DueDay, PastDay, PastMoment
from api.schemas.handovers import TransferShown
from api.schemas.standing import Standing

Categories = Annotated[list[LeadCategory], Field(max_length=7)]
RedFlags = Annotated[list[RedFlag], Field(max_length=30)]
People = Annotated[int, Field(ge=0, le=1_000_000)]


class Reporter(Wire):
    """Who reports. A name is asked for only where it is given."""

    kind: ReporterKind = Field(title="举报方式")
    name: Optional = Field("", title="举报人姓名")
    phone: Annotated[str, StringConstraints(max_length=30)] = Field("", title="举报人电话")

    @model_validator(mode="after")
    def _named(self) -> "Reporter":
        if self.kind is ReporterKind.REAL_NAME and not self.name:
            raise ValueError("实名举报须填写举报人姓名")
        if self.kind is ReporterKind.ANONYMOUS and (self.name or self.phone):
            raise ValueError("匿名举报不能填写姓名或电话")
        return self


class IdentifierIn(Wire):
    """A phone, account, ID number … that the reporter names."""

    kind: IdentifierKind
    value: Label


class LeadCreate(Wire):
    """A new lead. Whoever may not register leads hands them in as received."""

    channel: LeadChannel
    source_number: SourceNumber = Field(
        "",
        description="来源编号：报送方自己系统里的编号。同一报送方、同一来源再次报送同一编号的，不会重复登记",
    )
    batch_no: Optional = ""
    received_at: PastMoment | None = Field(None, description="接收时间；不填为现在")
    narrative: Prose = Field(title="反映内容")
    subject_name: Label
    subject_uscc: CreditCode = ""
    primary_category: LeadCategory
    categories: Categories = Field(default_factory=list, title="同时涉及的类别")
    occurred_on: PastDay | None = None
    division_code: DivisionCode | None = Field(
        None, title="所在村（社区）", description="所在村；不填为本单位所在地"
    )
    amount_involved: Money | None = Field(None, description="涉案金额（元）")
    people_involved: People | None = None
    red_flags: RedFlags = Field(default_factory=list)
    identifiers: Annotated[list[IdentifierIn], Field(max_length=50)] = Field(default_factory=list)
    reporter: Reporter = Field(
        default_factory=lambda: Reporter(kind=ReporterKind.ANONYMOUS, name="", phone="")
    )
    fast_track: bool = Field(default=False, title="影响大、关注度高，快办")
    note: OptionalProse = ""


class LeadUpdate(
    Changes,
    of=LeadCreate,
    clears={
        "subject_uscc",
        "categories",
        "occurred_on",
        "amount_involved",
        "people_involved",
        "red_flags",
        "note",
    },
    masked={"narrative", "subject_name", "note"},
):
    """What may be corrected before a lead is closed; what is left out stays."""

    narrative: Prose | None = None
    subject_name: Label | None = None
    subject_uscc: CreditCode | None = None
    primary_category: LeadCategory | None = None
    categories: Categories | None = None
    occurred_on: PastDay | None = None
    division_code: DivisionCode | None = None
    amount_involved: Money | None = None
    people_involved: People | None = None
    red_flags: RedFlags | None = None
    fast_track: bool | None = None
    note: OptionalProse | None = None


LeadTransition = transition_union(LEAD_FLOW, "Lead")
AssistTransition = transition_union(ASSIST_FLOW, "LeadAssist")


class LeadVersion(Wire):
    """One lead of a batch, in the version that was seen."""

    id: UUID = Field(title="线索")
    version: Annotated[int, Field(ge=1)]


class LeadAssignments(Wire):
    """Many leads to assign; without a unit each goes to the one that its ledger proposes."""

    items: Annotated[list[LeadVersion], Field(min_length=1, max_length=500)]
    unit_id: UUID | None = Field(None, description="承办单位；不填则按台账建议")
    due_on: DueDay | None = Field(None, description="办理期限；不填则按规则")


class AssignmentReversal(Wire):
    """Why a batch is taken back."""

    reason: Annotated[
        str, StringConstraints(min_length=2, max_length=500), AfterValidator(printable)
    ] = Field(title="理由")


class RefusedAssignment(Shown):
    """A lead of the batch that stayed as it was, and why."""

    id: UUID
    number: str
    code: str
    detail: str


class DoneAssignment(Shown):
    """A lead of the batch that was given away, to whom and until when."""

    id: UUID
    number: str
    unit: Named = Field(description="承办单位")
    due_on: date | None


class AssignedUnit(Shown):
    """Which unit gets how many until when."""

    unit: Named = Field(description="承办单位")
    due_on: date | None
    leads: int = Field(description="线索数")


class AssignmentsDone(Shown):
    """What became of a batch, or would become of it."""

    id: UUID | None = Field(description="这一批的标识，收回时用；预览和一条都没有交办时为空")
    assigned: int
    units: list[AssignedUnit] = Field(description="哪个单位几条、到什么时候")
    done: list[DoneAssignment] = Field(description="已交办的各条")
    refused: list[RefusedAssignment]


class OutcomeCount(Shown):
    """How many leads came to this."""

    outcome: LineOutcome = Field(description="后来怎样")
    leads: int = Field(description="线索数")


class UnitAssigned(AssignedUnit):
    """What became of the leads that a unit got in a batch."""

    waiting: int = Field(description="还没有签收，可以收回")
    outcomes: list[OutcomeCount] = Field(description="后来怎样；没有的不列")


class LeadAssignmentShown(Shown):
    """One batch: who gave how many leads to which units."""

    id: UUID
    made_at: datetime = Field(description="交办时间")
    made_by: str = Field(description="交办人")
    leads: int = Field(description="线索数")
    waiting: int = Field(description="还没有签收，可以收回")
    units: list[UnitAssigned] = Field(description="哪个单位几条、到什么时候")


class LeadAssignmentsShown(Shown):
    """The latest batches."""

    items: list[LeadAssignmentShown]


class TakenBack(Shown):
    """How many leads of a batch came back, and which did not, by what became of them."""

    taken_back: int = Field(description="收回的条数")
    refused: list[RefusedAssignment]


class LeadSort(Labelled):
    """Orders of the lead list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    RECEIVED = "-received_at", "接收时间（新在前）"
    RECEIVED_FIRST = "received_at", "接收时间（旧在前）"
    AMOUNT = "-amount_involved", "涉及金额（大在前，未填的在最后）"
    AMOUNT_LEAST = "amount_involved", "涉及金额（小在前，未填的在最后）"
    DUE = "due_on", "办理期限（早在前，没有期限的在最后）"
    DUE_LAST = "-due_on", "办理期限（晚在前，没有期限的在最后）"


class LeadQuery(PageQuery):
    """Filters of the lead list; those left out do not filter."""

    sort: LeadSort = LeadSort.NEWEST
    q: Asked | None = Field(
        None, description="全文检索；也可填线索编号、来源编号、电话、账号、证件号"
    )
    status: Annotated[list[LeadStatus], Field(max_length=20)] | None = None
    primary_category: Annotated[list[LeadCategory], Field(max_length=7)] | None = None
    channel: Annotated[list[LeadChannel], Field(max_length=30)] | None = None
    conclusion: Annotated[list[LeadConclusion], Field(max_length=10)] | None = None
    solved: Annotated[list[Solved], Field(max_length=3)] | None = None
    solved_said: bool | None = Field(None, description="是否登记了问题是否解决")
    rated: bool | None = Field(None, description="举报人是否评价过")
    responded: bool | None = Field(None, description="是否已经首次回应举报人")
    handled_unit_id: UUID | None = Field(
        None, description="办理单位（作出核查结论的单位，没有结论的为承办单位）"
    )
    transfer_stage: Annotated[list[TransferStage], Field(max_length=20)] | None = None
    owner_unit_id: UUID | None = Field(
        None, description="承办单位；还没有单位承办的线索不列在任何单位名下"
    )
    proposed_unit_id: UUID | None = None
    transfer_receiver_id: UUID | None = None
    handed_by_unit_id: UUID | None = None
    receiver_outside: bool | None = None
    assisting_unit_id: UUID | None = None
    division_code: DivisionCode | None = Field(None, description="行政区划（含下级）")
    division_only: DivisionCode | None = Field(None, description="行政区划（仅本级）")
    counted: bool | None = Field(None, description="是否计入统计（撤回、重复的不计）")
    import_id: UUID | None = None
    batch_no: Optional | None = None
    fast_track: bool | None = None
    mark: Annotated[list[FocusMark], Field(max_length=3)] | None = None
    owing: bool | None = Field(
        None, description="只看结论所要求的移送、移交还没有办的（为否时不起作用）"
    )
    waived: bool | None = Field(
        None, description="只看经批准不再移送、不再等待的（为否时不起作用）"
    )
    overdue: bool | None = Field(
        None,
        description="是否已超期：办理期限已过，移送、移交后正在走的期限已过，或者停计期间反馈举报人、移送公安的期限已过",
    )
    handover_overdue: bool | None = Field(
        None, description="移送、移交后正在走的期限是否已过（接收、答复、补正等）"
    )
    open: bool | None = Field(None, description="是否还在办理（未办结、未撤回、未拒绝受理）")
    unowned: bool | None = Field(None, description="是否无人承办（待登记、待交办、有异议）")
    unowned_late: bool | None = Field(
        None, description="只看超过规定时限仍无单位承办的（为否时不起作用）"
    )
    acknowledge_late: bool | None = Field(
        None, description="只看交办后逾期没有签收的（为否时不起作用）"
    )
    late_step: LateStep = None
    answer_late: bool | None = Field(
        None, description="移送、移交期间（办理期限停计）反馈举报人的期限是否已过"
    )
    kept_overdue: bool | None = Field(
        None, description="提请批准移送公安期间，原接收单位的接收、答复期限是否已过"
    )
    owed_late: bool | None = Field(
        None, description="移交其他单位期间（办理期限停计）移送公安或者立案的期限是否已过"
    )
    closing: bool | None = Field(None, description="是否已经反馈、只待办结（走办结期限）")
    open_case_late: bool | None = Field(
        None, description="只看公安机关立案后逾期没有登记案件的（为否时不起作用）"
    )
    assist_late_unit_id: UUID | None = Field(None, description="协办逾期没有答复的单位")
    received_from: Day | None = None
    received_to: Day | None = None
    due_from: Day | None = None
    due_to: Day | None = None


class BatchQuery(BaseModel):
    """Which batches of leads to list."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    q: Asked | None = Field(None, description="批次号，可只填一部分")


class BatchStatus(Shown):
    """How many leads of a batch have a status."""

    status: LeadStatus
    leads: int = Field(description="线索数")


class LeadBatch(Shown):
    """How far a batch is; `query` is the list's filter for its leads."""

    batch_no: str
    received_at: datetime = Field(description="最近一条的接收时间")
    leads: int = Field(description="线索数")
    waiting: int = Field(description="待分流（待登记、待交办、有异议）")
    working: int = Field(description="办理中")
    done: int = Field(description="已办结、撤回或拒绝受理")
    overdue: int = Field(description="已超期")
    by_status: list[BatchStatus] = Field(description="按状态")
    query: str = Field(description="线索列表的筛选条件")


class LeadBatches(Shown):
    """The latest batches, and how many there are in all."""

    items: list[LeadBatch]
    total: int = Field(description="批次数；只列最近的一百个，其余按批次号查找")


class LeadItem(Shown):
    """A lead in a list."""

    id: UUID
    number: str
    status: LeadStatus
    channel: LeadChannel
    batch_no: str
    received_at: datetime
    subject_name: str
    primary_category: LeadCategory
    division_code: str
    division_name: str
    amount_involved: Yuan | None
    people_involved: int | None
    fast_track: bool
    marks: list[FocusMark] = Field(description="重点标记")
    owner_unit: Named | None = Field(
        description="承办单位；还没有单位承办的（待登记、待交办、有异议）为空"
    )
    proposed_unit: Named | None = Field(
        description="建议承办单位：台账所列的，提出异议的单位建议的，或者按类别建议的；只是建议"
    )
    unowned_since: date | None = Field(
        description="从哪天起没有单位承办；有单位承办的为空。没有单位承办的，期限是交办的期限"
    )
    due_on: date | None
    due_is_provisional: bool
    due_stopped_on: date | None = Field(description="办理期限自哪天停计：等待接收单位答复")
    clock_runs: bool = Field(description="期限还在计算：没有办结、没有撤回")
    due_rule: str
    due_rule_version: int | None
    working_days_left: WorkingDaysLeft
    conclusion: LeadConclusion | None
    solved: Solved | None
    transfer_stage: TransferStage | None
    handover_due_on: date | None = Field(
        description="移送、移交后正在走的期限；没有在等接收、答复、补正的为空"
    )
    answer_due_on: date | None = Field(
        description="停计期间反馈举报人的期限，不停计；没有停计、已经反馈的为空"
    )
    version: int


class ReporterShown(Shown):
    """The informant as everybody sees them: a code, never a name."""

    kind: ReporterKind
    code: str


class IdentifierShown(Shown):
    """An identifier behind its mask."""

    id: UUID
    kind: IdentifierKind
    value_mask: str
    field: str
    state: IdentifierState


class LeadCase(Shown):
    """A case that the lead led to, for those who may see it."""

    id: UUID
    number: str


class LeadObligationShown(Shown):
    """What a conclusion asks for before the lead may end, and how that ended."""

    id: UUID
    kind: Obligation = Field(description="须办的事项")
    arose_on: date
    ended_on: date | None = Field(description="何日了结；还须办的为空")
    ended_by: ObligationEnd | None
    person: str = Field(description="批准不再履行的人")
    reason: str = Field(description="批准不再履行的理由")


class LeadTransferShown(TransferShown):
    """One hand-over of a lead."""


class LeadAssistShown(Shown):
    """What one unit was asked, until when, and what it answered."""

    id: UUID
    unit: Named = Field(description="协办单位")
    status: AssistStatus
    task: str = Field(description="协办事项；无权查看时为空")
    asked_on: date
    due_on: date | None
    due_is_provisional: bool
    due_rule: str
    due_rule_version: int | None
    working_days_left: WorkingDaysLeft
    acknowledged_at: datetime | None
    answer: str = Field(description="答复内容；无权查看时为空")
    answered_at: datetime | None
    answered_by: str
    ended_at: datetime | None
    ended_reason: str
    version: int
    available_actions: list[AvailableAction]


class LeadMain(Shown):
    """The lead that goes on in place of a merged one, for those who may see it."""

    id: UUID
    number: str


class LeadRead(LeadItem):
    """One lead."""

    received_has_time: bool
    source_number: str
    narrative: str
    subject_uscc: str
    categories: list[LeadCategory]
    red_flags: list[RedFlag]
    occurred_on: date | None
    assists: list[LeadAssistShown] = Field(description="协办，先后为序")
    identifiers: list[IdentifierShown]
    reporter: ReporterShown
    cases: list[LeadCase]
    is_merged: bool = Field(description="是否已并入另一线索")
    merged_into: LeadMain | None = Field(description="并入的主线索；无权查看时为空")
    due_days_left: int | None = Field(description="停计时还剩的工作日，答复后接着算")
    assigned_on: date | None = Field(description="交办日期")
    findings: str
    concluded_unit: Named | None = Field(description="作出结论的单位")
    diversion_route: DiversionRoute | None
    diversion_department: str | None
    solved_note: str | None
    transfer_reminded_on: date | None
    transfers: list[LeadTransferShown]
    owes: list[Obligation] = Field(description="还须办的事项，办了才能办结")
    obligations: list[LeadObligationShown]
    concluded_on: date | None
    feedback_mode: FeedbackMode | None
    first_response_at: datetime | None = Field(description="首次回应举报人的时间")
    recheck_drawn: bool = Field(description="已被抽中二次核查，尚未核查结束")
    feedback_note: str
    note: str
    import_id: UUID | None
    import_row: int | None
    created_at: datetime
    updated_at: datetime
    revealable: list[str]
    follows_only: bool = Field(description="只能跟踪办理情况，看不到核查内容")
    opens_case: bool
    standing: Standing
    available_actions: list[AvailableAction]


class LeadViewShown(Shown):
    """An entry point to the list, and how many leads stand behind it."""

    key: LeadView
    label: str = Field(description="名称")
    query: str = Field(description="列表地址中问号后面的部分")
    count: int = Field(description="条数，数到一千为止")
    count_is_exact: bool = Field(description="条数是否精确")


class LeadViews(Shown):
    """The entry points of the present post."""

    items: list[LeadViewShown]


class DeskQuery(BaseModel):
    """Where a round at the triage desk stands."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    cursor: str | None = Field(
        None,
        max_length=7500,
        title="游标",
        description="上一次返回的 next_cursor；不填则从最急的一条开始",
    )


class DeskTurn(Shown):
    """The next lead at the desk."""

    item: LeadRead | None = Field(description="下一条待分流线索；这一轮看完时为空")
    next_cursor: str | None = Field(description="取再下一条时带上；这一轮看完时为空")
    passed: int = Field(description="这一轮看过、仍待分流的条数")
