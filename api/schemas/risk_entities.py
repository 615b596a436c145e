"""Risk entities on the wire."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.entities.risk_entities import (
    RISK_ENTITY_FLOW,
    EntityKind,
    EntityStatus,
    Industry,
    Registration,
    RiskRoute,
    RiskTier,
)
from api.domain.entities.risk_measures import LegalActor, RiskMeasureKind
from api.domain.kit.labels import Labelled
from api.schemas.changes import Changes
from api.schemas.checked import CreditCode, ShortPhone
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
    Shown,
    Wire,
    WorkingDaysLeft,
    Yuan,
    transition_union,
)
from api.schemas.days import Day
from api.schemas.handovers import HandoverOf
from api.schemas.standing import Standing

Code = Annotated[str, StringConstraints(max_length=30)]
Elders = Annotated[int, Field(ge=0, le=1_000_000)]


class RiskEntityCreate(Wire):
    """A new entity. Whoever may assess may give the tier at once."""

    name: Label
    uscc: CreditCode = Field("", description="统一社会信用代码；同一乡镇内不得重复")
    kind: EntityKind | None = Field(None, description="性质；不填时按信用代码和名称判断")
    industry: Industry = Industry.OTHER
    registration: Registration | None = Field(None, description="登记备案情况；不填为未核实")
    address: Optional = ""
    division_code: DivisionCode | None = Field(
        None, title="所在村（社区）", description="所在村；不填为本单位所在地"
    )
    responsible_person: Optional = Field("", description="法定代表人或负责人")
    responsible_phone: ShortPhone = ""
    elders_served: Elders | None = None
    prepaid_amount: Money | None = Field(None, description="预收费金额（元）")
    problems: OptionalProse = ""
    tier: RiskTier | None = None
    factors: OptionalProse = Field("", description="定级依据")
    owner_unit_id: UUID | None = Field(None, description="监管单位；不填为登记单位或行业主管单位")
    source_lead_id: UUID | None = None
    note: OptionalProse = Field("", description="备注")


class RiskEntityRow(RiskEntityCreate):
    """A row of a control list that comes in as a file: also what was done before this system."""

    measures: list[RiskMeasureKind] = Field(default_factory=list)
    measure_actor: Optional = ""
    rectify_by: Day | None = None
    progress: OptionalProse = ""
    delisted: bool = False


class RiskEntityUpdate(
    Changes,
    of=RiskEntityCreate,
    clears={
        "uscc",
        "registration",
        "address",
        "responsible_person",
        "responsible_phone",
        "elders_served",
        "prepaid_amount",
        "problems",
        "note",
    },
    masked={"name", "address", "problems", "note", "responsible_person", "responsible_phone"},
):
    """What may be corrected before an entity is off the list; what is left out stays."""

    name: Label | None = None
    uscc: CreditCode | None = None
    kind: EntityKind | None = None
    industry: Industry | None = None
    registration: Registration | None = None
    address: Optional | None = None
    division_code: DivisionCode | None = None
    responsible_person: Optional | None = None
    responsible_phone: ShortPhone | None = None
    elders_served: Elders | None = None
    prepaid_amount: Money | None = None
    problems: OptionalProse | None = None
    owner_unit_id: UUID | None = None
    note: OptionalProse | None = None


RiskEntityTransition = transition_union(RISK_ENTITY_FLOW, "RiskEntity")


class RiskEntitySort(Labelled):
    """Orders of the entity list."""

    NEWEST = "-id", "登记先后（新在前）"
    OLDEST = "id", "登记先后（旧在前）"
    CHANGED = "-updated_at", "最近变动"
    CHANGED_LAST = "updated_at", "最久未变动"
    GRAVEST = "-tier", "风险等级（红色在前，未定级的在最后）"
    MILDEST = "tier", "风险等级（绿色在前，未定级的在最后）"
    PREPAID = "-prepaid_amount", "预收费（大在前，未填的在最后）"
    PREPAID_LEAST = "prepaid_amount", "预收费（小在前，未填的在最后）"
    INSPECTION = "next_inspection_due", "下次检查（早在前，没有的在最后）"
    INSPECTION_LAST = "-next_inspection_due", "下次检查（晚在前，没有的在最后）"


class RiskEntityQuery(PageQuery):
    """Filters of the entity list; those left out do not filter."""

    sort: RiskEntitySort = RiskEntitySort.GRAVEST
    q: Asked | None = Field(None, description="全文检索；也可填编号、信用代码、电话")
    status: Annotated[list[EntityStatus], Field(max_length=20)] | None = None
    late_step: LateStep = None
    tier: Annotated[list[RiskTier], Field(max_length=10)] | None = None
    route: Annotated[list[RiskRoute], Field(max_length=10)] | None = None
    kind: Annotated[list[EntityKind], Field(max_length=10)] | None = None
    industry: Annotated[list[Industry], Field(max_length=20)] | None = None
    registration: Annotated[list[Registration], Field(max_length=10)] | None = None
    responsible_person: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        None, description="负责人姓名（完整）"
    )
    owner_unit_id: UUID | None = None
    division_code: DivisionCode | None = Field(None, description="行政区划（含下级）")
    source_lead_id: UUID | None = None
    import_id: UUID | None = None
    on_list: bool | None = Field(None, description="是否在管控名单内（已纳管且未销号）")
    inspection_overdue: bool | None = Field(None, description="是否超过应检查日期")
    inspection_due_to: Day | None = Field(None, description="应检查日期不晚于")


class RiskEntityItem(Shown):
    """An entity in a list."""

    id: UUID
    number: str
    status: EntityStatus
    name: str
    uscc: str
    kind: EntityKind
    industry: Industry
    registration: Registration | None
    address: str = Field(description="列表中只到村一级")
    division_code: str
    division_name: str
    responsible_person: str
    elders_served: int | None
    prepaid_amount: Yuan | None
    tier: RiskTier | None
    route: RiskRoute | None
    owner_unit: Named
    next_inspection_due: date | None
    inspection_due_is_provisional: bool
    inspection_rule: str
    inspection_rule_version: int | None
    working_days_left: WorkingDaysLeft
    clock_runs: bool = Field(description="检查期限还在计算：没有移出名单、没有关停")
    open_rectifications: int
    updated_at: datetime
    version: int


class EntityIdentifierShown(Shown):
    """An identifier behind its mask."""

    id: UUID
    kind: str
    value_mask: str
    field: str


class RiskEntityRead(RiskEntityItem):
    """One entity."""

    responsible_phone: str
    problems: str
    note: str
    review_on: date | None
    listed_on: date | None
    last_inspected_on: date | None
    evidence_fixed_on: date | None
    refund_due: Yuan | None
    refunded: Yuan
    source_lead_id: UUID | None
    identifiers: list[EntityIdentifierShown]
    import_id: UUID | None
    import_row: int | None
    handovers: list[HandoverOf] = Field(description="历次移送、移交，只有当前用户可以打开的")
    created_at: datetime
    revealable: list[str]
    standing: Standing
    available_actions: list[AvailableAction]


class AssessmentRead(Shown):
    """One decision about the tier."""

    id: UUID
    tier: RiskTier
    factors: str
    decided_by: str
    decided_on: date
    review_on: date | None
    created_at: datetime


class RouteRead(Shown):
    """One stretch of the way; the one without an end is the present route."""

    id: UUID
    route: RiskRoute
    reason: str
    since: date
    until: date | None
    created_at: datetime


class MeasureRead(Shown):
    """One measure; without a date it is still to be done."""

    id: UUID
    kind: RiskMeasureKind
    legal_actor: LegalActor | None
    legal_actor_name: str
    legal_basis: str
    document_no: str
    done_on: date | None
    deadline: date | None
    amount: Yuan | None
    note: str
    rectification_id: UUID | None
    created_at: datetime
