"""Figures on the wire. There is no request body anywhere: no figure can be typed."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from api.domain.across.attention import Urgency
from api.domain.across.periods import PeriodName
from api.domain.across.statistics import Breakdown, FunnelStage, Goal
from api.domain.recovery.ledger import Measure
from api.schemas.common import (
    FigureQuery,
    Named,
    Shown,
    Yuan,
)
from api.schemas.days import Day
from api.schemas.restraint import Restraint


class PeriodQuery(BaseModel):
    """Over which time figures are counted; without any of these, over all of it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    period: PeriodName | None = Field(None, description="到今天为止的一段：本月、本季、今年")
    date_from: Day | None = None
    date_to: Day | None = Field(None, description="统计到哪一天（含）；不填为今天")


class PeriodShown(Shown):
    """From one day to another, both included."""

    since: date = Field(description="起（含）")
    until: date = Field(description="止（含）")


class Counted(Shown):
    """Figures say of which time they are."""

    as_of: datetime = Field(description="取数时间")
    period: PeriodShown | None = Field(description="统计时段；没有选时段的为空")
    previous_period: PeriodShown | None = Field(description="拿来比较的上一个同样长的时段")


class Figure(Shown):
    """A number of rows."""

    key: str
    label: str
    value: int
    previous: int | None = Field(
        description="上一个时段的数；没有选时段、或者这个数不随时段变化的为空"
    )
    note: str
    query: FigureQuery


class Rate(Shown):
    """One figure out of another."""

    key: str
    label: str
    percent: str | None = Field(description="百分数，两位小数；分母为零时为空")
    previous: str | None = Field(description="上一个时段的百分数")
    numerator: str = Field(description="分子的 key")
    denominator: str = Field(description="分母的 key")


class GoalFigures(Shown):
    """One goal of the campaign."""

    goal: Goal
    label: str
    figures: list[Figure]
    rates: list[Rate]


class BreakdownShown(Shown):
    """How the leads divide; rows without leads are left out."""

    by: Breakdown
    title: str
    rows: list[Figure]


class Amount(Shown):
    """A sum over rows, in yuan."""

    key: str
    label: str
    amount: Yuan
    previous: Yuan | None = Field(description="上一个时段的金额；不随时段变化的为空")
    note: str
    query: FigureQuery


class FunnelAmount(Shown):
    """One stage of recovery: what came so far, in yuan."""

    stage: FunnelStage
    label: str
    amount: Yuan
    previous: Yuan | None = Field(description="上一个时段的金额")
    percent: str | None = Field(
        description="占“涉案”的百分数；选了时段的为空，因为本期追回的不一定是本期立案的"
    )
    note: str
    query: FigureQuery


class LedgerAmount(Shown):
    """One of the five measures, over all visible books."""

    measure: Measure
    label: str
    amount: Yuan
    note: str
    percent_of_traced: str | None = Field(description="占“已查明”的百分数；分母为零时为空")
    query: FigureQuery


class Money(Shown):
    """Money, each stage apart: frozen is not recovered, recovered is not returned."""

    sums: list[Amount]
    funnel: list[FunnelAmount] = Field(description="涉案、查明、控制、追回、返还")
    ledger: list[LedgerAmount] = Field(description="目前账上，不随时段变化")
    denominator: str
    restraint: Restraint | None = Field(description="措施与账上；不能看其中一样的人为空")


class Question(Shown):
    """What is to be asked about today: a sentence, and the list of the records behind it."""

    key: str
    sentence: str
    value: int = Field(description="记录数")
    first_due_on: date | None = Field(description="最早的到期日")
    query: FigureQuery


class QuestionGroup(Shown):
    """Questions of one kind, the larger ones first."""

    urgency: Urgency
    label: str
    questions: list[Question]


class Overview(Counted):
    """The figures of the campaign, as far as the reader may see them."""

    of_county: bool = Field(
        description="看的是县里：只统计县里看得到的记录，各镇的合计见“各镇情况”"
    )
    attention: list[QuestionGroup] = Field(description="今天要过问的，不随时段变化")
    goals: list[GoalFigures]
    breakdowns: list[BreakdownShown]
    money: Money


class VillageFigures(Shown):
    """One village: its leads, which of them are late, and what they are about in yuan."""

    code: str = Field(description="行政区划代码")
    label: str
    leads: Figure = Field(description="计入统计的线索")
    overdue: Figure = Field(description="其中已超期的")
    amount: Yuan = Field(description="反映金额（举报人所述，未经查证）")


class Villages(Shown):
    """The villages of the reader."""

    as_of: datetime = Field(description="取数时间")
    rows: list[VillageFigures]


class UnitScores(Shown):
    """What became of the leads of one unit, or of all."""

    closed: Figure
    solved: Figure
    partly: Figure
    not_solved: Figure
    unsaid: Figure
    responded: Figure = Field(description="已首次回应举报人（反馈或者回执上的留言）的线索")
    response_minutes: int = Field(description="从收到反映到首次回应的分钟数合计")
    response_hours_mean: str | None = Field(
        description="首次回应平均用时（小时），四舍五入到两位小数；没有回应过的为空"
    )
    rated: Figure = Field(description="举报人评价过的线索；每条只能评价一次")
    score_total: int = Field(description="评分合计；除以评价数就是平均分")
    score_mean: str | None = Field(
        description="平均分（满分 5 分），四舍五入到两位小数；没有评价时为空"
    )


class UnitFigures(UnitScores):
    """The leads of one unit."""

    unit: Named = Field(description="办理单位")


class UnitResults(Counted):
    """The units of the reader's leads, and all of them together."""

    rows: list[UnitFigures]
    total: UnitScores | None = Field(description="合计；不列出各单位的岗位为空")


class TownNumbers(Shown):
    """Numbers that open no rows."""

    leads: int = Field(description="线索数")
    open: int = Field(description="未办结的线索数")
    overdue: int = Field(description="超期的线索数")
    handed_over: int = Field(description="移交出去、等待结果的线索数")
    done: int = Field(description="已办结的线索数")
    amount: Yuan = Field(description="反映金额合计")


class TownUnit(TownNumbers):
    """One unit of a town; of the unit that concluded, without a conclusion the one in charge."""

    unit: Named


class Town(TownNumbers):
    """One town, or the county itself with what it handles for its towns."""

    code: str
    label: str
    units: list[TownUnit] = Field(description="各承办单位")


class Towns(Counted):
    """The towns side by side."""

    rows: list[Town]
    total: TownNumbers
