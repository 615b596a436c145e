"""Cases on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.core.listing.pagination import PageQuery
from api.domain.cases.cases import (
    CASE_FLOW,
    CaseAction,
    CaseFlag,
    CaseStatus,
    CivilRoute,
    NoIndictment,
)
from api.domain.kit.labels import Labelled
from api.domain.leads.categories import Charge, LeadCategory
from api.domain.recovery.property_measures import AuthorityLevel
from api.domain.words.identifiers import IdentifierKind
from api.schemas.changes import Changes
from api.schemas.common import (
    Asked,
    AvailableAction,
    DivisionCode,
    FigureQuery,
    Label,
    LateStep,
    Money,
    Named,
    Optional,
    OptionalProse,
    Shown,
    Wire,
    WorkingDaysLeft,
    Yuan,
    transition_union,
)
from api.schemas.days import Day
from api.schemas.handovers import HandoverOf
from api.schemas.standing import Standing

Charges = Annotated[list[Charge], Field(max_length=20)]
Flags = Annotated[list[CaseFlag], Field(max_length=10)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class CaseCreate(Wire):
    """A new case. What is left out is taken from its first lead, where it has one."""

    source_lead_ids: Annotated[list[UUID], Field(max_length=50)] = Field(
        default_factory=list,
        description="来源线索：核查结论为涉嫌犯罪，或者由本单位接收移送；"
        "公安机关已立案的，案件照样立案；已决定不予立案的，不能登记",
    )
    source_handover_id: UUID | None = Field(
        None,
        title="来源移送",
        description="来源移送（风险主体）：由本单位接收、已登记公安机关立案的；案件照样立案，"
        "没有提交的名称、类别、所在村、金额、案情照移送时的情况",
    )
    title: Label | None = Field(None, description="案件名称；由线索立案的可以不填")
    police_case_no: Optional = Field(
        "", description="公安机关案件编号；同一内容已登记过的返回原案件，内容不同的拒绝并指明原案件"
    )
    primary_category: LeadCategory | None = Field(
        None, description="主要类别；由线索立案的可以不填"
    )
    charges: Charges = Field(default_factory=list)
    flags: Flags = Field(default_factory=list, title="重点标记")
    is_backlog: bool = Field(
        False, title="存案（专项行动前的积案）", description="存案（专项行动前的积案）"
    )
    amount_involved: Money | None = Field(
        None, title="涉案金额", description="涉案金额（元）；由线索登记而没有提交的，照线索"
    )
    beyond_lead: bool = Field(
        False,
        title="超过线索金额",
        description="分案的金额合计超过线索的涉案金额，已经核对，案情中已经说明",
    )
    victims_count: Count | None = Field(
        None, title="受害人数", description="受害人数；由线索登记而没有提交的，照线索的涉及人数"
    )
    division_code: DivisionCode | None = Field(
        None, title="所在村（社区）", description="所在村；不填为线索或本单位所在地"
    )
    summary: OptionalProse = Field(
        "", title="简要案情", description="简要案情；由线索登记而没有提交的，照线索的反映内容"
    )


class CaseUpdate(
    Changes,
    of=CaseCreate,
    clears={
        "police_case_no",
        "charges",
        "flags",
        "amount_involved",
        "victims_count",
        "summary",
    },
    masked={"title", "summary"},
):
    """What may be corrected before a case is closed; what is left out stays."""

    title: Label | None = None
    police_case_no: Optional | None = None
    primary_category: LeadCategory | None = None
    charges: Charges | None = None
    flags: Flags | None = None
    is_backlog: bool | None = None
    amount_involved: Money | None = None
    beyond_lead: bool | None = None
    victims_count: Count | None = None
    division_code: DivisionCode | None = None
    summary: OptionalProse | None = None


CaseTransition = transition_union(CASE_FLOW, "Case")


class CaseSort(Labelled):
    """Orders of the case list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    FILED = "-filed_on", "立案日期（新在前）"
    FILED_FIRST = "filed_on", "立案日期（旧在前，未立案的最前）"
    AMOUNT = "-amount_involved", "涉案金额（大在前，未填的在最后）"
    AMOUNT_LEAST = "amount_involved", "涉案金额（小在前，未填的在最后）"
    DUE = "due_on", "法定期限（早在前，没有期限的在最后）"
    DUE_LAST = "-due_on", "法定期限（晚在前，没有期限的在最后）"


class CaseQuery(PageQuery):
    """Filters of the case list; those left out do not filter."""

    sort: CaseSort = CaseSort.NEWEST
    q: Asked | None = Field(
        None, description="全文检索；也可填案件编号、公安案件编号、电话、账号、证件号"
    )
    status: Annotated[list[CaseStatus], Field(max_length=20)] | None = None
    primary_category: Annotated[list[LeadCategory], Field(max_length=7)] | None = None
    charge: Charge | None = None
    flag: CaseFlag | None = None
    is_backlog: bool | None = None
    is_solved: bool | None = None
    overdue: bool | None = Field(None, description="是否已超过法定期限")
    late_step: LateStep = None
    owner_unit_id: UUID | None = None
    source_lead_id: UUID | None = None
    police_case_no: Optional | None = None
    division_code: DivisionCode | None = Field(None, description="行政区划（含下级）")
    filed_from: Day | None = None
    filed_to: Day | None = None
    solved_from: Day | None = None
    solved_to: Day | None = None
    due_from: Day | None = None
    due_to: Day | None = None


class CaseItem(Shown):
    """A case in a list."""

    id: UUID
    number: str
    title: str
    police_case_no: str
    status: CaseStatus
    primary_category: LeadCategory
    charges: list[Charge]
    flags: list[CaseFlag]
    is_backlog: bool
    amount_involved: Yuan | None
    victims_count: int | None
    division_code: str
    division_name: str
    owner_unit: Named
    accepted_on: date | None
    filed_on: date | None
    solved_on: date | None
    due_on: date | None
    due_is_provisional: bool
    due_rule: str
    due_rule_version: int | None
    working_days_left: WorkingDaysLeft
    entries_awaiting: int = Field(description="资金账上待另一人复核的支出笔数")
    version: int


class SourceLead(Shown):
    """A lead that led to the case, where the reader may see it."""

    id: UUID
    number: str
    subject_name: str


class SourceHandover(Shown):
    """The hand-over of an entity's problem that led to the case, where the reader may see it."""

    id: UUID
    number: str
    title: str


class CaseDecisionShown(Shown):
    """One decision as it was recorded; none is ever changed."""

    id: UUID
    action: CaseAction
    decided_on: date
    authority_level: AuthorityLevel | None
    document_no: str
    reason: str
    charges: list[Charge] = Field(description="当时认定的涉嫌罪名")
    recorded_at: datetime


class CaseIdentifierShown(Shown):
    """An identifier behind its mask."""

    id: UUID
    kind: IdentifierKind
    value_mask: str
    field: str


class CasePart(Shown):
    """One ledger of a case: how many rows, and what they come to; `query` opens them."""

    resource: str
    label: str
    count: int
    word: str = Field(description="量词")
    amount: Yuan | None
    amount_label: str
    query: FigureQuery


class CaseRead(CaseItem):
    """One case."""

    parts: list[CasePart] = Field(description="本案台账，只有当前用户可以打开的")
    summary: str
    source_lead_ids: list[UUID]
    source_leads: list[SourceLead]
    source_handovers: list[SourceHandover]
    identifiers: list[CaseIdentifierShown]
    decisions: list[CaseDecisionShown]
    concluded_on: date | None
    adjudged_on: date | None
    closed_on: date | None
    returns_count: int = Field(description="已退回补充侦查的次数")
    not_indicted_ground: NoIndictment | None
    civil_route: CivilRoute | None
    handovers: list[HandoverOf] = Field(description="历次移送、移交，只有当前用户可以打开的")
    entries_awaiting_since: date | None = Field(description="最早一笔待复核的支出是哪天记的")
    created_at: datetime
    updated_at: datetime
    revealable: list[str]
    standing: Standing
    available_actions: list[AvailableAction]
