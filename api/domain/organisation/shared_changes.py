"""What holds in every town of the county, and who changes it.

Time rules, holiday years and the divisions above the town are the county's. Where nobody holds a
post of the county, the security administrator proposes and another person confirms.
"""

from uuid import UUID

from api.domain.kit.labels import Labelled


class SharedKind(Labelled):
    """What is to be changed for all towns."""

    TIME_RULE = "time_rule", "期限规则"
    HOLIDAY_YEAR = "holiday_year", "节假日安排"
    DIVISIONS = "divisions", "行政区划"


class SharedStatus(Labelled):
    """Where a proposal stands."""

    WAITING = "waiting", "待另一人确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "未通过"


def may_confirm(proposed_by: UUID, person: UUID) -> bool:
    """Four eyes: whoever proposed a change does not confirm it."""
    return proposed_by != person
