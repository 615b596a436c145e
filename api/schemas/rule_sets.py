"""Rule sets and their versions, on the wire."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.across.rule_sets import (
    RULE_SET_FLOW,
    RuleForce,
    RuleKind,
    RuleOwner,
    RuleSetStatus,
)
from api.domain.kit.labels import Labelled
from api.domain.words.rule_content import EntryKind
from api.schemas.changes import Changes
from api.schemas.common import (
    AvailableAction,
    LateStep,
    Option,
    OptionalProse,
    Shown,
    Wire,
    one_line,
    transition_union,
)
from api.schemas.days import DueDay
from api.schemas.standing import Standing

Source = Annotated[str, StringConstraints(min_length=2, max_length=500), AfterValidator(one_line)]
RuleContent = Annotated[
    dict[str, Any],
    Field(max_length=50, description="规则内容，栏目见 /rule-sets/{kind} 的 entries"),
]


class RuleSetVersionCreate(Wire):
    """A draft of the next version; without a content it begins as the version in force."""

    content: RuleContent | None = Field(
        None, title="规则内容", description="规则内容；不填为照抄现行版本，再修改"
    )
    valid_from: DueDay = Field(title="生效日期", description="自哪一天起生效，不能早于今天")
    source: Source = Field(title="依据（文件名称、文号）", description="依据（文件名称、文号）")
    note: OptionalProse = Field("", title="修改说明", description="改了什么，为什么改")


class RuleSetVersionUpdate(Changes, of=RuleSetVersionCreate, clears={"note"}, masked={"note"}):
    """Changes to a draft; what is left out stays."""

    content: RuleContent | None = Field(None, title="规则内容", description="规则内容，整份替换")
    valid_from: DueDay | None = None
    source: Source | None = None
    note: OptionalProse | None = None


RuleSetVersionTransition = transition_union(RULE_SET_FLOW, "RuleSetVersion")


class RuleSetVersionSort(Labelled):
    """Orders of the list."""

    NEWEST = "-id", "起草先后（新在前）"
    OLDEST = "id", "起草先后（旧在前）"


class RuleSetVersionQuery(PageQuery):
    """Filters of the list; those left out do not filter."""

    sort: RuleSetVersionSort = RuleSetVersionSort.NEWEST
    kind: Annotated[list[RuleKind], Field(max_length=20)] | None = None
    status: Annotated[list[RuleSetStatus], Field(max_length=5)] | None = None
    late_step: LateStep = None


class RuleSetVersionItem(Shown):
    """A version in a list."""

    id: UUID
    kind: RuleKind
    owner: RuleOwner = Field(description="谁的规则：随系统提供、全县共用、本镇")
    number: int | None = Field(description="第几版；批准以前为空")
    status: RuleSetStatus
    force: RuleForce
    valid_from: date | None = Field(description="生效日期；随系统提供的为空")
    source: str = Field(description="依据（文件名称、文号）")
    author: str | None = Field(description="起草人；随系统提供的为空")
    approved_by: str | None = Field(description="批准人；随系统提供的、以前一人调整的为空")
    approved_at: datetime | None
    version: int


class RuleSetVersionRead(RuleSetVersionItem):
    """One version with its content, and what may be done with it."""

    content: RuleContent
    note: str
    based_on_id: UUID | None = Field(description="由哪一版改来，比较时以它为准")
    refused_reason: str
    is_earlier: bool
    created_at: datetime
    updated_at: datetime
    standing: Standing | None = Field(description="办到哪一步；随系统提供的为空")
    available_actions: list[AvailableAction]


class RuleEntry(Shown):
    """One entry of a content: forms and tables are made from it."""

    name: str
    label: str
    kind: EntryKind
    options: list[Option] | None
    least: int = Field(description="最少几项，或者最小的数")
    most: int = Field(description="最多几项，或者最大的数；0 为不限")
    rows: list["RuleEntry"] = Field(description="逐行、逐项填写的，每行、每项的栏目")
    key: str = Field(description="逐行填写的，以哪一栏区分各行")
    named: list[Option] = Field(description="每一版都有的各项：代码和名称")
    help: str


class RuleSetShown(Shown):
    """A kind of rule set: what is in force, and the draft of the next version."""

    kind: RuleKind
    label: str
    about: str
    in_force: RuleSetVersionItem
    ahead: list[RuleSetVersionItem]
    open: RuleSetVersionItem | None
    waits_for: str = Field(description="正在起草、待批准的版本轮到谁；没有的为空")
    may_draft: bool


class RuleSets(Shown):
    """All kinds."""

    items: list[RuleSetShown]


class RuleSetRead(RuleSetShown):
    """One kind: what its versions hold, and all of them."""

    entries: list[RuleEntry]
    content: RuleContent = Field(description="现行版本的内容")
    versions: list[RuleSetVersionItem] = Field(description="历次版本，新的在前")


class RuleDifference(Shown):
    """What one version says otherwise than another."""

    rule: str = Field(description="哪一条；整份规则的为空")
    field: str = Field(description="哪一栏")
    before: str
    after: str


class RuleDifferences(Shown):
    """Two versions of a kind beside each other."""

    before: RuleSetVersionItem = Field(description="较早的一版")
    after: RuleSetVersionItem = Field(description="较新的一版")
    items: list[RuleDifference] = Field(description="不同之处；一样的为空")


class RuleDifferenceQuery(Wire):
    """With what to compare."""

    against: UUID | None = Field(None, description="与哪一版比较；不填为它由之改来的那一版")
