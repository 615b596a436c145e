"""What was brought before those above, on the wire."""

from datetime import date
from uuid import UUID

from pydantic import Field

from api.domain.law.escalations import Level, Overdue
from api.schemas.common import Named, Shown, WorkingDaysLeft


class Escalation(Shown):
    """One thing that is late, who should act, since when."""

    id: str
    what: Overdue
    label: str = Field(description="逾期的是什么，例如“逾期未签收”")
    subject_type: str
    subject_id: UUID
    number: str
    title: str
    unit: Named = Field(description="该由哪个单位办")
    holder: Named | None = Field(description="该单位由谁经办；没有人接手的为空")
    due_on: date = Field(description="期限届满的日期，从这一天起逾期")
    working_days_left: WorkingDaysLeft
    level: Level | None = Field(description="已经告知到哪一级")
    url_hint: str = Field(description="网页端地址（相对）")


class EscalationCount(Shown):
    """How many of one kind."""

    what: Overdue
    label: str
    count: int = Field(description="每一种最多数到一千")


class Escalations(Shown):
    """Everything that was brought before the present post, the longest overdue first."""

    items: list[Escalation]
    counts: list[EscalationCount]
    total: int
