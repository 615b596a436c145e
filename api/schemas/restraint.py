"""Both totals of what is held, and why they differ, on the wire."""

from pydantic import Field

from api.domain.recovery.restraint import RestraintGap
from api.schemas.common import FigureQuery, Shown, Yuan


class RestraintLine(Shown):
    """One reason for the difference; its query opens the rows."""

    gap: RestraintGap = Field(description="差在哪里")
    label: str
    count: int = Field(description="有几行：措施，或者未写明措施的分录")
    amount: Yuan = Field(description="在差额里占多少；账上多于措施的为负数")
    query: FigureQuery


class Restraint(Shown):
    """What measures in force name and what the books hold; the lines sum up to the difference."""

    ordered: Yuan = Field(description="有效措施载明的金额；同一财物上有几项措施的，只计最大的一项")
    booked: Yuan = Field(description="账上已控制")
    difference: Yuan = Field(description="措施金额减去账上已控制")
    lines: list[RestraintLine]
