"""Where a record stands: the head of every record that has a life cycle."""

from datetime import date
from uuid import UUID

from pydantic import Field

from api.domain.kit.standing import StepState
from api.domain.kit.turns import TurnAction
from api.schemas.common import Named, Shown, WorkingDaysLeft


class StandingStep(Shown):
    """One stage of a record's way."""

    label: str = Field(description="环节")
    state: StepState
    on: date | None = Field(description="办完、没有办完就离开这一环节的日期；不知道的为空")
    unit: str = Field(description="办这一环节的单位")


class StandingTurn(Shown):
    """What is to be done now, by whom, until when."""

    what: str = Field(description="要办的事")
    whom: str = Field(description="该谁办")
    is_mine: bool = Field(description="是否该当前用户办")
    since: date | None = Field(description="从哪天起等着办；不知道的为空")
    due_on: date | None
    due_is_provisional: bool
    working_days_left: WorkingDaysLeft
    overdue: bool
    rule: str = Field(description="期限规则编号")
    rule_label: str = Field(description="期限规则的说明")
    article: str = Field(description="期限的依据")
    holder: Named | None = Field(description="已经由谁接手在办；没有人接手的为空")
    held_since: date | None = Field(description="从哪天起接手")
    turn_actions: list[TurnAction] = Field(description="当前用户可以接手，还是可以交还")
    is_early: bool = Field(description="还没有到办的时候：到时候首页提醒，目前不算待办")
    is_received: bool = Field(description="是否由接收单位办的事项")
    assist_id: UUID | None = Field(description="协办的事项：哪一件协办")


class Standing(Shown):
    """Where a record stands, whose turn it is, until when, and what is missing."""

    steps: list[StandingStep] = Field(description="各个环节，按先后")
    now: list[StandingTurn] = Field(description="现在该办的事；办完了的为空")
    blocked_by: list[str] = Field(description="还差什么才能往下办，一句一条")
    next_action: str | None = Field(
        description="轮到当前用户办、现在就能办的那一个操作；没有轮到，或者还差什么（`blocked_by`）的为空。"
        "好几件轮到的，是最先到期的那一件。`open_case` 是由线索登记案件，`issue_code` 是发放领取码，`order_anew` 是对同一财物重新办理措施，"
        "`plan_inspection` 是安排检查，`open_handover` 是到移送移交的页面去办，`finish_reinspection` 是登记已安排的复查的结果，`name_keepers` 是指定举报人信息保管人，`acknowledge_assist`、`answer_assist` 是签收、答复协办"
    )
    ended: str | None = Field(description="已经办完或者停办的，停在哪里")
