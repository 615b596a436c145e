"""Units, posts and divisions of a county (facts 4, 5.3)."""

from api.domain.labels import Labelled
from api.domain.permissions import Role


class UnitKind(Labelled):
    """What a unit is; the same words as the roles, because a unit's posts act in them."""

    LEADERSHIP = "leadership", "镇党委政府"
    OFFICE = "office", "镇专项办（平安办）"
    POLICE = "police", "派出所"
    JUSTICE = "justice", "司法所"
    CULTURE = "culture", "文广站"
    FINANCE = "finance", "财政所"
    CIVIL = "civil", "民政办"
    MARKET = "market", "市场监管所"
    OTHER = "other", "其他部门"
    VILLAGE = "village", "村（社区）"
    COUNTY = "county", "县专项办"
    SUPERVISION = "supervision", "督导组"
    SYSTEM = "system", "系统运维"


class DivisionLevel(Labelled):
    """The level that a division code's length tells."""

    COUNTY = "county", "县（区）"
    TOWN = "town", "乡镇（街道）"
    VILLAGE = "village", "村（社区）"
    GRID = "grid", "网格"


#: Significant digits of a division code at each level (GB/T 2260, GB/T 10114; grids are local).
LEVEL_DIGITS: dict[DivisionLevel, int] = {
    DivisionLevel.COUNTY: 6,
    DivisionLevel.TOWN: 9,
    DivisionLevel.VILLAGE: 12,
    DivisionLevel.GRID: 15,
}

#: Three-member separation: posts that may not be held by one person together with any other.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
