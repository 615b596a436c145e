"""Units, posts and divisions of a county (facts 4, 5.3)."""

from collections.abc import Iterable

from api.domain.kit.division_codes import county_of, town_of
from api.domain.kit.flow import Available
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role


class UnitBehaviour(Labelled):
    """What the program does with a unit: whom it may be given, who acts in it, whether a place has
    one. Kinds of units are rows that name one of these (ADR 0034)."""

    LEADERSHIP = "leadership", "镇党委政府"
    OFFICE = "office", "镇专项办（平安办）"
    POLICE = "police", "派出所"
    JUSTICE = "justice", "司法所"
    CULTURE = "culture", "文广站"
    FINANCE = "finance", "财政所"
    CIVIL = "civil", "民政办"
    MARKET = "market", "市场监管所"
    OTHER = "other", "其他部门"
    PARTNER = "partner", "协作单位"
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

#: Roles of other systems: API clients hold their posts, people never.
MACHINES = frozenset({Role.POLICE_GATEWAY, Role.REPORT_READER})

_REGULATORS = frozenset({Role.DEPARTMENT, Role.CULTURE, Role.CIVIL, Role.MARKET, Role.JUSTICE})

#: Which roles the posts of a unit may have: a village's post with the office's role would open the
#: whole town to it.
UNIT_ROLES: dict[UnitBehaviour, frozenset[Role]] = {
    UnitBehaviour.LEADERSHIP: frozenset({Role.LEADER}),
    UnitBehaviour.OFFICE: frozenset({Role.OFFICE, Role.LEADER, Role.REPORT_READER}),
    UnitBehaviour.POLICE: frozenset({Role.POLICE, Role.POLICE_GATEWAY}),
    UnitBehaviour.JUSTICE: frozenset({Role.JUSTICE}),
    UnitBehaviour.CULTURE: frozenset({Role.CULTURE}),
    UnitBehaviour.FINANCE: frozenset({Role.FINANCE}),
    UnitBehaviour.CIVIL: frozenset({Role.CIVIL}),
    UnitBehaviour.MARKET: frozenset({Role.MARKET}),
    UnitBehaviour.OTHER: _REGULATORS,
    UnitBehaviour.PARTNER: frozenset({Role.PARTNER}),
    UnitBehaviour.VILLAGE: frozenset({Role.VILLAGE, Role.GRID}),
    UnitBehaviour.COUNTY: frozenset({Role.COUNTY, Role.REPORT_READER}),
    UnitBehaviour.SUPERVISION: frozenset({Role.SUPERVISOR}),
    UnitBehaviour.SYSTEM: ADMINISTRATORS,
}


def _kinds_that(permission: Permission) -> frozenset[UnitBehaviour]:
    return frozenset(
        kind
        for kind, roles in UNIT_ROLES.items()
        if any(permission in ROLE_PERMISSIONS[role] for role in roles - MACHINES)
    )


#: Kinds whose people may verify a lead: given to another one it would wait for nobody.
LEAD_HANDLERS = _kinds_that(Permission.LEAD_HANDLE)
#: Kinds whose people may be asked to assist with one.
LEAD_ASSISTANTS = _kinds_that(Permission.LEAD_ASSIST)

#: Kinds of which a division has one active unit: new records find their way by it.
SINGLE_KINDS: dict[UnitBehaviour, DivisionLevel] = {
    UnitBehaviour.OFFICE: DivisionLevel.TOWN,
    UnitBehaviour.VILLAGE: DivisionLevel.VILLAGE,
    UnitBehaviour.COUNTY: DivisionLevel.COUNTY,
}

#: Behaviours of which a town or a county may have kinds of its own: their people see what their unit
#: was given, and never a whole town.
OWN_KINDS = frozenset(
    {
        UnitBehaviour.POLICE,
        UnitBehaviour.JUSTICE,
        UnitBehaviour.CULTURE,
        UnitBehaviour.CIVIL,
        UnitBehaviour.MARKET,
        UnitBehaviour.OTHER,
        UnitBehaviour.PARTNER,
    }
)


def first_role(behaviour: UnitBehaviour) -> Role:
    """The role of a template's post where none is named."""
    if behaviour is UnitBehaviour.OTHER:
        return Role.DEPARTMENT
    return next(role for role in Role if role in UNIT_ROLES[behaviour])


#: 编制、审批、付款: no person does two of them in one refund (decisions of the campaign's office).
_REFUND_STEPS = (
    Permission.DISTRIBUTION_PREPARE,
    Permission.DISTRIBUTION_APPROVE,
    Permission.DISTRIBUTION_PAY,
)

#: Login names, and codes of posts and other systems.
CODE_PATTERN = r"^[a-z][a-z0-9_.-]{2,39}$"

#: Where somebody belongs who was set up before the official list of divisions came.
UNSET_DIVISION = ("000000", "（待设置）")


class Change(Labelled):
    """What was done to a unit, a post, a person, a division, an API client."""

    CREATED = "created", "新建"
    UPDATED = "updated", "修改"
    REMOVED = "removed", "删除"
    DEACTIVATED = "deactivated", "停用"
    ACTIVATED = "activated", "启用"
    HANDED_OVER = "handed_over", "岗位交接"
    VACATED = "vacated", "离岗"
    LIAISON_CHANGED = "liaison_changed", "更换联络员"
    IMPORTED = "imported", "导入"
    PASSWORD_RESET = "password_reset", "重置密码"
    TOTP_RESET = "totp_reset", "重置动态口令"
    UNLOCKED = "unlocked", "解除锁定"
    SECRET_ROTATED = "secret_rotated", "更换密钥"


class OrganisationAction(Labelled):
    """What is done to a unit, a post or a person, other than to correct what is said of them."""

    CHANGE_LIAISON = "change_liaison", "变更联络员"
    HAND_OVER = "hand_over", "人员交接"
    SET_UP_POSTS = "set_up_posts", "按模板设岗"
    RESET_PASSWORD = "reset_password", "重置密码"
    RESET_TOTP = "reset_totp", "重置动态口令"
    UNLOCK = "unlock", "解除锁定"


def offers(*actions: Labelled) -> list[Available]:
    """Buttons of these records; their forms ask for what the schema of each request says."""
    return [Available(each, (), danger=False) for each in actions]


def post_code(role: Role, place: str, number: int | None = None) -> str:
    """What the house calls a post: `police.341522118.02`; without a number, what they begin with."""
    stem = f"{role.value}.{place}."
    return stem if number is None else f"{stem}{number:02d}"


def next_number(stem: str, taken: Iterable[str]) -> int:
    """The number after the last one that these codes have; what follows no stem of ours is no number."""
    ends = (code.removeprefix(stem) for code in taken)
    return 1 + max((int(end) for end in ends if end.isascii() and end.isdigit()), default=0)


def level(code: str) -> DivisionLevel | None:
    """The level of a division code, by its length."""
    return next((lv for lv, digits in LEVEL_DIGITS.items() if digits == len(code)), None)


def short_code(code: str) -> str:
    """An official twelve-digit code as it is kept: 341522118000 is the town 341522118."""
    if len(code) != LEVEL_DIGITS[DivisionLevel.VILLAGE]:
        return code
    if code.endswith("000000"):
        return county_of(code)
    return town_of(code) if code.endswith("000") else code


def clash(held: Role, wanted: Role) -> str | None:
    """Why one person may not hold posts of these two roles; None where the two go together."""
    if {held, wanted} & ADMINISTRATORS:
        return "系统、安全、审计管理员岗位不得由同一人兼任，也不得与业务岗位兼任"
    steps = [
        step for step in _REFUND_STEPS if step in ROLE_PERMISSIONS[held] | ROLE_PERMISSIONS[wanted]
    ]
    if len(steps) > 1 and held is not wanted:
        return "清退方案的编制、审批、付款岗位不得由同一人兼任"
    return None
