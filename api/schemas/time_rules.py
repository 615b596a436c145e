"""Time rules and holiday notices on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from api.core.listing.pagination import PageQuery
from api.domain.law.time_rules import Confidence, Roll, RuleGroup, TimeUnit
from api.schemas.common import (
    Asked,
    OptionalProse,
    Shown,
    Wire,
    printable,
)
from api.schemas.days import Day

RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{2,40}$")]


class TimeRuleQuery(PageQuery):
    """Filters of the rule list."""

    q: Asked | None = Field(None, description="规则编号或触发事项")
    group: RuleGroup | None = None


class TimeRuleShown(Shown):
    """One version of one rule."""

    rule_id: str
    version: int
    group: RuleGroup
    trigger: str = Field(description="触发事项")
    term: int | None
    unit: TimeUnit | None
    term_label: str
    roll: Roll
    maximum: int | None
    extension_term: int | None
    extension_unit: TimeUnit | None
    extension_approver: str
    next_rule: str | None
    effect: str
    valid_from: date | None
    valid_to: date | None
    source: str = Field(description="依据")
    confidence: Confidence
    note: str
    is_configurable: bool = Field(description="法律没有定死，县里可以调整")
    is_tightened_by_towns: bool = Field(description="镇里可以给自己定更短的期限")
    is_builtin: bool


class TownTermShown(Shown):
    """A shorter term that the reader's town set itself."""

    version: int
    term: int | None = Field(description="本镇的期限；空为不再加严")
    valid_from: date
    source: str = Field(description="依据")
    created_at: datetime


class TimeRuleRead(TimeRuleShown):
    """A rule as it stands today, and its versions."""

    latest_version: int = Field(description="新增版本时提交的 version")
    versions: list[TimeRuleShown]
    town_terms: list[TownTermShown] = Field(description="本镇加严的期限，新的在前")


class TimeRuleVersionCreate(Wire):
    """Another term from a day on. What is left out stays as it is."""

    version: Annotated[int, Field(ge=1, description="所依据的最新版本号")]
    term: Annotated[int, Field(ge=0, le=3660)] = Field(title="期限")
    unit: TimeUnit
    roll: Roll | None = None
    valid_from: Day = Field(title="生效日")
    source: Annotated[
        str, StringConstraints(min_length=2, max_length=500), AfterValidator(printable)
    ] = Field(description="依据（文件名称、文号）")
    note: OptionalProse = Field("", title="说明")


class TownTermCreate(Wire):
    """A shorter term for the own town, from a day on."""

    version: Annotated[int, Field(ge=0, description="所依据的版本号；本镇尚未加严的为 0")]
    term: Annotated[int, Field(ge=1, le=3660)] | None = Field(
        title="期限", description="本镇的期限，单位与规则相同；空为不再加严"
    )
    valid_from: Day = Field(title="生效日")
    source: Annotated[
        str, StringConstraints(min_length=2, max_length=500), AfterValidator(printable)
    ] = Field(description="依据（文件名称、文号）")


class Due(Shown):
    """The date that a rule offers."""

    rule_id: str
    rule_version: int
    start: date
    on: date
    is_provisional: bool = Field(description="暂定：所涉年份的放假安排尚未公布")
    term_label: str
    source: str


class HolidayYearPut(Wire):
    """A year's notice. Statutory days need not be repeated."""

    version: Annotated[int, Field(ge=0, description="所依据的版本号；尚未录入的年份为 0")]
    days_off: Annotated[list[Day], Field(max_length=80)]
    days_worked: Annotated[list[Day], Field(max_length=40)]
    published: bool = Field(True, description="是否已正式公布；未公布的只存为草稿，不用于计算")
    source: Annotated[str, StringConstraints(max_length=500), AfterValidator(printable)] = Field(
        "", description="通知文号"
    )


class HolidayYearShown(Shown):
    """A year's notice, shipped or entered."""

    year: int
    days_off: list[date]
    days_worked: list[date]
    published: bool
    source: str
    is_builtin: bool
    version: int


class HolidayYears(Shown):
    """All years that are known."""

    items: list[HolidayYearShown]
