"""Duties on the wire."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.domain.kit.duties import DutyKind
from api.schemas.common import Named, Shown, WorkingDaysLeft, Yuan


class DutyQuery(BaseModel):
    """Which of what waits is told, and how."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    kind: DutyKind | None = Field(None, description="只列这一种事项；件数仍是全部的")
    limit: int = Field(100, ge=1, le=200, description="列出的件数")
    grouped: bool = Field(False, description="十件以上的同一种事项合为一行，不逐件列出")
    holder_id: UUID | None = Field(None, description="只列本单位这个人接手在办的")
    unheld: bool = Field(False, description="只列没有人接手的")
    subject_id: UUID | None = Field(None, description="只列这一条记录的")
    cursor: str | None = Field(
        None, max_length=1000, description="上一次返回的游标；合为一行的列表没有下一页"
    )
    with_counts: bool = Field(True, description="是否统计各种事项的件数；不统计的也不合为一行")


class Duty(Shown):
    """One thing that waits for the present post's unit."""

    id: str = Field(description="同一待办事项的稳定编号")
    kind: DutyKind
    what: str = Field(description="要做什么，例如“待签收”“冻结即将到期”")
    subject_type: str
    subject_id: UUID
    number: str
    title: str
    place: str | None = Field(description="所在村居；没有地点的为空")
    amount: Yuan | None = Field(description="涉案金额；没有的为空")
    from_unit: str | None = Field(description="从哪个单位来；本单位自己登记的为空")
    since: date | None = Field(description="从哪一天等起；只说知道的")
    due_on: date | None
    due_is_provisional: bool = Field(description="节假日安排尚未公布，日期暂定")
    working_days_left: WorkingDaysLeft
    overdue: bool
    rule: str = Field(description="期限规则编号；没有时限的为空")
    rule_label: str
    holder: Named | None = Field(description="本单位谁已经接手在办；没有人接手的为空")
    url_hint: str = Field(description="网页端地址（相对）")
    turn_url: str | None = Field(
        description="接手、交还、指定经办人的接口地址（/api/v1 之后）；不能由一人接手的为空"
    )


class DutyCount(Shown):
    """How many of one kind wait, even beyond those listed."""

    kind: DutyKind
    what: str
    count: int = Field(description="超过一千件时只给出一千")
    is_grouped: bool = Field(description="件数多，合为一行，不再逐件列出")
    first_due_on: date | None = Field(description="合为一行的，最早一件的期限；没有时限的为空")
    overdue: bool = Field(description="合为一行的，最早一件是否已超期")


class Duties(Shown):
    """Everything that waits, by due time."""

    items: list[Duty]
    counts: list[DutyCount]
    total: int | None = Field(description="总件数；不要求统计的为空")
    next_cursor: str | None = Field(description="下一页游标；没有下一页，或者合为一行的为空")


class Load(Shown):
    """How much somebody has in hand."""

    count: int = Field(description="件数")
    overdue: int = Field(description="其中已超期的")
    first_due_on: date | None = Field(description="最早到期的日期；都没有时限的为空")


class PersonLoad(Load):
    """What one person of the unit has in hand."""

    user: Named
    post: str = Field(description="在本单位的岗位")
    is_head: bool = Field(description="是否单位负责人")


class UnitTurns(Shown):
    """What waits for the unit, by person."""

    may_give: bool = Field(
        description="当前用户可以指定经办人：单位负责人；没有负责人的，本单位人员"
    )
    people: list[PersonLoad] = Field(description="本单位人员，各接手了多少")
    nobody: Load = Field(description="还没有人接手的")
