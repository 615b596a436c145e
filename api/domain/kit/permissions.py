"""Who may do what: one table of roles and permissions, one of roles and rows.

Printed to docs/permissions.md, where the campaign's leaders sign it off (facts: 4, 6.1 AC-4).
"""

from enum import StrEnum
from functools import cache
from typing import Any

from api.domain.kit.labels import Labelled


class Permission(StrEnum):
    """`<resource>:<verb>`, alphabetical inside each resource."""

    API_CLIENT_MANAGE = "api_client:manage"

    AUDIT_READ = "audit:read"

    CASE_CREATE = "case:create"
    CASE_HANDLE = "case:handle"
    CASE_READ = "case:read"
    CASE_REVEAL = "case:reveal"

    DISTRIBUTION_APPROVE = "distribution:approve"
    DISTRIBUTION_PAY = "distribution:pay"
    DISTRIBUTION_PREPARE = "distribution:prepare"
    DISTRIBUTION_READ = "distribution:read"

    DIVISION_MANAGE = "division:manage"
    DIVISION_READ = "division:read"

    EVENT_READ = "event:read"

    IMPORT_RUN = "import:run"
    #: The ledgers of the whole town; whoever handles victims brings in a case's register without it.
    IMPORT_TOWN = "import:town"

    INFORMANT_APPROVE = "informant:approve"
    INFORMANT_ASSIGN = "informant:assign"
    INFORMANT_OPEN = "informant:open"
    INFORMANT_READ = "informant:read"

    INSPECTION_HANDLE = "inspection:handle"
    INSPECTION_READ = "inspection:read"

    JOB_MANAGE = "job:manage"

    #: The head of the agency: whether a lead goes to the police (移送规定第5条).
    LEAD_APPROVE_TRANSFER = "lead:approve_transfer"
    LEAD_ASSIGN = "lead:assign"
    LEAD_ASSIST = "lead:assist"
    #: The county's own leads; the town's are closed by whoever assigns them.
    LEAD_CLOSE = "lead:close"
    LEAD_CREATE = "lead:create"
    LEAD_EXPORT = "lead:export"
    LEAD_HANDLE = "lead:handle"
    LEAD_READ = "lead:read"
    #: Samples for second verification tell of a whole town.
    RECHECK_SAMPLE_READ = "recheck_sample:read"
    LEAD_REVEAL = "lead:reveal"

    LEDGER_POST = "ledger:post"
    LEDGER_READ = "ledger:read"

    OUTCOME_APPROVE = "outcome:approve"
    OUTCOME_HANDLE = "outcome:handle"
    OUTCOME_READ = "outcome:read"

    #: Beside the right to the act that the paper is about.
    PAPER_MAKE = "paper:make"
    PAPER_READ = "paper:read"

    PROPERTY_HANDLE = "property:handle"
    PROPERTY_READ = "property:read"

    RESTRICTED_FILE_HANDLE = "restricted_file:handle"
    RESTRICTED_FILE_RAISE = "restricted_file:raise"

    REWARD_APPROVE = "reward:approve"
    REWARD_EXPORT = "reward:export"
    REWARD_MANAGE = "reward:manage"
    REWARD_PAY = "reward:pay"
    REWARD_PREPARE = "reward:prepare"
    REWARD_READ = "reward:read"

    RISK_ENTITY_ASSESS = "risk_entity:assess"
    RISK_ENTITY_CREATE = "risk_entity:create"
    RISK_ENTITY_HANDLE = "risk_entity:handle"
    RISK_ENTITY_READ = "risk_entity:read"

    RULE_SET_APPROVE = "rule_set:approve"
    RULE_SET_PREPARE = "rule_set:prepare"
    RULE_SET_READ = "rule_set:read"

    SELF = "self:use"

    #: Of what holds in every town, where nobody holds a post of the county: one proposes, another confirms.
    SHARED_CHANGE_APPROVE = "shared_change:approve"
    SHARED_CHANGE_PREPARE = "shared_change:prepare"

    STATISTICS_READ = "statistics:read"

    TIME_RULE_MANAGE = "time_rule:manage"
    TIME_RULE_READ = "time_rule:read"
    #: A shorter term for the own town.
    TIME_RULE_TIGHTEN = "time_rule:tighten"

    UNIT_MANAGE = "unit:manage"
    UNIT_READ = "unit:read"

    USER_MANAGE = "user:manage"
    USER_READ = "user:read"
    USER_SECURE = "user:secure"

    VICTIM_HANDLE = "victim:handle"
    VICTIM_READ = "victim:read"
    VICTIM_REVEAL = "victim:reveal"


class Role(Labelled):
    """What a post is for. A post has exactly one role, so nobody acts as two at once."""

    LEADER = "leader", "镇领导"
    OFFICE = "office", "镇专项办"
    POLICE = "police", "派出所"
    JUSTICE = "justice", "司法所"
    CULTURE = "culture", "文广站"
    FINANCE = "finance", "财政所"
    CIVIL = "civil", "民政办"
    MARKET = "market", "市场监管所"
    DEPARTMENT = "department", "成员部门"
    PARTNER = "partner", "协作单位"
    VILLAGE = "village", "村（社区）"
    GRID = "grid", "网格员"
    COUNTY = "county", "县专项办"
    SUPERVISOR = "supervisor", "督导组"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"
    POLICE_GATEWAY = "police_gateway", "公安系统接口"
    REPORT_READER = "report_reader", "报表接口"


P = Permission

#: Everybody: the own account, and the names of units and villages that forms need.
_BASE = frozenset({P.DIVISION_READ, P.SELF, P.UNIT_READ})

#: Reads the five ledgers and the figures, changes nothing.
_VIEWER = _BASE | {
    P.CASE_READ,
    P.DISTRIBUTION_READ,
    P.EVENT_READ,
    P.INSPECTION_READ,
    P.LEAD_READ,
    P.LEDGER_READ,
    P.OUTCOME_READ,
    P.PAPER_READ,
    P.PROPERTY_READ,
    P.RECHECK_SAMPLE_READ,
    P.REWARD_READ,
    # both may be named to read a restricted file; which one is each file's own list
    P.RESTRICTED_FILE_HANDLE,
    P.RESTRICTED_FILE_RAISE,
    P.RISK_ENTITY_READ,
    P.RULE_SET_READ,
    P.STATISTICS_READ,
    P.TIME_RULE_READ,
}

#: A department that verifies leads and inspects the entities of its field.
_REGULATOR = _BASE | {
    P.EVENT_READ,
    P.INSPECTION_HANDLE,
    P.INSPECTION_READ,
    P.LEAD_ASSIST,
    P.LEAD_CREATE,
    P.LEAD_HANDLE,
    P.LEAD_READ,
    P.OUTCOME_HANDLE,
    P.OUTCOME_READ,
    P.PAPER_MAKE,
    P.PAPER_READ,
    P.RESTRICTED_FILE_RAISE,
    P.RISK_ENTITY_CREATE,
    P.RISK_ENTITY_HANDLE,
    P.RISK_ENTITY_READ,
    P.STATISTICS_READ,
    P.TIME_RULE_READ,
}

_POLICE = _REGULATOR | {
    P.CASE_CREATE,
    P.CASE_HANDLE,
    P.CASE_READ,
    P.CASE_REVEAL,
    P.DISTRIBUTION_READ,
    P.IMPORT_RUN,
    P.INFORMANT_OPEN,
    P.INFORMANT_READ,
    P.LEAD_REVEAL,
    P.LEDGER_POST,
    P.LEDGER_READ,
    P.PROPERTY_HANDLE,
    P.PROPERTY_READ,
    P.RESTRICTED_FILE_HANDLE,
    P.RISK_ENTITY_ASSESS,
    P.VICTIM_HANDLE,
    P.VICTIM_READ,
    P.VICTIM_REVEAL,
}

_OFFICE = _VIEWER | {
    P.DISTRIBUTION_PREPARE,
    P.DIVISION_MANAGE,
    P.IMPORT_RUN,
    P.IMPORT_TOWN,
    P.INFORMANT_APPROVE,
    P.INFORMANT_ASSIGN,
    P.INFORMANT_OPEN,
    P.INFORMANT_READ,
    P.INSPECTION_HANDLE,
    P.LEAD_ASSIGN,
    P.LEAD_ASSIST,
    P.LEAD_CLOSE,
    P.LEAD_CREATE,
    P.LEAD_EXPORT,
    P.LEAD_HANDLE,
    P.LEAD_REVEAL,
    P.LEDGER_POST,
    P.OUTCOME_APPROVE,
    P.OUTCOME_HANDLE,
    P.PAPER_MAKE,
    P.REWARD_EXPORT,
    P.REWARD_MANAGE,
    P.REWARD_PREPARE,
    P.RISK_ENTITY_ASSESS,
    P.RISK_ENTITY_CREATE,
    P.RISK_ENTITY_HANDLE,
    P.RULE_SET_PREPARE,
    P.TIME_RULE_TIGHTEN,
    P.UNIT_MANAGE,
    P.VICTIM_HANDLE,
    P.VICTIM_READ,
    P.VICTIM_REVEAL,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    # Decides who may know an informant and when, and never knows it (facts: 4).
    Role.LEADER: frozenset(
        _VIEWER
        | {
            P.DISTRIBUTION_APPROVE,
            P.INFORMANT_APPROVE,
            P.INFORMANT_ASSIGN,
            P.INFORMANT_READ,
            P.LEAD_APPROVE_TRANSFER,
            P.OUTCOME_APPROVE,
            P.REWARD_APPROVE,
            P.RULE_SET_APPROVE,
        }
    ),
    Role.OFFICE: frozenset(_OFFICE),
    Role.POLICE: frozenset(_POLICE),
    Role.JUSTICE: frozenset(
        _BASE
        | {
            P.EVENT_READ,
            P.LEAD_ASSIST,
            P.LEAD_CREATE,
            P.LEAD_HANDLE,
            P.LEAD_READ,
            # 以案说法 is what a justice office does
            P.OUTCOME_HANDLE,
            P.OUTCOME_READ,
            P.PAPER_MAKE,
            P.PAPER_READ,
            P.RESTRICTED_FILE_RAISE,
            P.STATISTICS_READ,
        }
    ),
    Role.CULTURE: frozenset(_REGULATOR),
    Role.FINANCE: frozenset(
        _BASE
        | {
            P.DISTRIBUTION_PAY,
            P.DISTRIBUTION_READ,
            P.LEDGER_POST,
            P.LEDGER_READ,
            P.REWARD_EXPORT,
            P.REWARD_PAY,
            P.REWARD_READ,
            P.RULE_SET_READ,
            P.STATISTICS_READ,
            P.VICTIM_REVEAL,
        }
    ),
    Role.CIVIL: frozenset(_REGULATOR | {P.RISK_ENTITY_ASSESS}),
    Role.MARKET: frozenset(_REGULATOR | {P.RISK_ENTITY_ASSESS}),
    # 人社所, 自然资源所, 住建所, 卫生院: whoever a town has besides the departments named above
    Role.DEPARTMENT: frozenset(_REGULATOR),
    # A bank's branch, a tribunal: asked, it answers; it verifies nothing for the town.
    Role.PARTNER: frozenset(
        _BASE
        | {
            P.EVENT_READ,
            P.LEAD_ASSIST,
            P.LEAD_CREATE,
            P.LEAD_READ,
            P.RESTRICTED_FILE_RAISE,
            P.STATISTICS_READ,
        }
    ),
    Role.VILLAGE: frozenset(
        _BASE
        | {
            P.EVENT_READ,
            # a village knows its people: asked, it answers, though it verifies nothing itself
            P.LEAD_ASSIST,
            P.LEAD_CREATE,
            P.LEAD_READ,
            P.RESTRICTED_FILE_RAISE,
            P.RISK_ENTITY_CREATE,
            P.RISK_ENTITY_READ,
            P.STATISTICS_READ,
        }
    ),
    Role.GRID: frozenset(
        _BASE | {P.EVENT_READ, P.LEAD_CREATE, P.LEAD_READ, P.RESTRICTED_FILE_RAISE}
    ),
    Role.COUNTY: frozenset(
        _BASE
        | {
            P.DIVISION_MANAGE,
            P.EVENT_READ,
            P.INFORMANT_APPROVE,
            P.INFORMANT_ASSIGN,
            P.INFORMANT_OPEN,
            P.INFORMANT_READ,
            P.LEAD_APPROVE_TRANSFER,
            P.LEAD_ASSIST,
            # what is routed to it because the town must keep off has nobody else to close it
            P.LEAD_CLOSE,
            P.LEAD_HANDLE,
            P.LEAD_READ,
            P.PAPER_MAKE,
            P.PAPER_READ,
            P.RESTRICTED_FILE_HANDLE,
            P.RESTRICTED_FILE_RAISE,
            P.STATISTICS_READ,
            # what holds in every town is the county's to set
            P.TIME_RULE_MANAGE,
            P.TIME_RULE_READ,
        }
    ),
    Role.SUPERVISOR: frozenset(_VIEWER),
    # The three administrators (GB/T 22239 AC-4): none of them sees business data.
    Role.SYSTEM_ADMIN: frozenset(
        _BASE
        | {
            P.API_CLIENT_MANAGE,
            # the official list comes before there is an office that could bring it in
            P.DIVISION_MANAGE,
            P.JOB_MANAGE,
            P.SHARED_CHANGE_APPROVE,
            P.TIME_RULE_READ,
            P.UNIT_MANAGE,
            P.USER_MANAGE,
            P.USER_READ,
        }
    ),
    Role.SECURITY_ADMIN: frozenset(
        _BASE
        | {
            P.SHARED_CHANGE_APPROVE,
            P.SHARED_CHANGE_PREPARE,
            P.TIME_RULE_READ,
            P.USER_READ,
            P.USER_SECURE,
        }
    ),
    Role.AUDIT_ADMIN: frozenset(_BASE | {P.AUDIT_READ}),
    Role.POLICE_GATEWAY: frozenset(
        _BASE
        | {
            P.CASE_CREATE,
            P.CASE_HANDLE,
            P.CASE_READ,
            P.EVENT_READ,
            P.LEAD_CREATE,
            P.LEAD_HANDLE,
            P.LEAD_READ,
            P.PROPERTY_HANDLE,
            P.PROPERTY_READ,
        }
    ),
    Role.REPORT_READER: frozenset(_BASE | {P.STATISTICS_READ}),
}


class RowScope(Labelled):
    """Which rows of the ledgers a role sees; `access/visibility.py` turns it into SQL."""

    TOWN = "town", "本镇全部"
    UNIT = "unit", "本单位主办、协办或提交的"
    COUNTY = "county", "本单位主办、协办的，各镇移交出去的；统计看全县各镇"
    POST = "post", "本人提交的"
    NONE = "none", "不可见"


#: The rows behind the permissions above. A role not named here sees no business row at all.
ROLE_SCOPE: dict[Role, RowScope] = {
    Role.LEADER: RowScope.TOWN,
    Role.OFFICE: RowScope.TOWN,
    Role.SUPERVISOR: RowScope.TOWN,
    Role.POLICE: RowScope.UNIT,
    Role.POLICE_GATEWAY: RowScope.UNIT,
    Role.JUSTICE: RowScope.UNIT,
    Role.CULTURE: RowScope.UNIT,
    Role.CIVIL: RowScope.UNIT,
    Role.MARKET: RowScope.UNIT,
    Role.DEPARTMENT: RowScope.UNIT,
    Role.PARTNER: RowScope.UNIT,
    Role.VILLAGE: RowScope.UNIT,
    Role.COUNTY: RowScope.COUNTY,
    Role.GRID: RowScope.POST,
    # Keeps the accounts of every refund of the town, without the facts of the case (facts: 4).
    Role.FINANCE: RowScope.TOWN,
    Role.REPORT_READER: RowScope.TOWN,
}
#: Who sees every business row of their town.
SEES_TOWN = frozenset(role for role, scope in ROLE_SCOPE.items() if scope is RowScope.TOWN)


def follows_only(role: Role, handles: Permission) -> bool:
    """Who sees single records without handling any (a village, a grid worker): they are told how a
    record stands, not what those who handle it found, wrote or attached (facts: 4)."""
    scope = ROLE_SCOPE.get(role, RowScope.NONE)
    return scope is not RowScope.TOWN and handles not in ROLE_PERMISSIONS[role]


#: Roles whose logins need a second factor outside the demo (GB/T 22239 AU-4).
SECOND_FACTOR_ROLES = frozenset(
    role
    for role, held in ROLE_PERMISSIONS.items()
    if role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN} or P.LEAD_EXPORT in held
)


#: The roles that answer for a right where it is nobody's in particular, at most so many.
_NAMED_ROLES = 3
_NOBODY_IN_PARTICULAR = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


@cache
def holders(permission: Permission, seen_by: frozenset[str] | None = None) -> str:
    """Who holds a right, as a person in the office says it. `seen_by`: the roles of the units that
    see the record, of one that not everybody sees: the right alone is of no use."""
    roles = [
        role.label
        for role in Role
        if permission in ROLE_PERMISSIONS[role]
        and role not in _NOBODY_IN_PARTICULAR
        and (seen_by is None or ROLE_SCOPE[role] is RowScope.TOWN or role.value in seen_by)
    ]
    more = "等" if len(roles) > _NAMED_ROLES else ""
    return "、".join(roles[:_NAMED_ROLES]) + more


def holders_of(permission: Permission, record: Any) -> str:
    """The same of those who see this record: whose turn it is, wherever that is said."""
    seen_by = getattr(record, "seen_by", None)
    return holders(permission, None if seen_by is None else frozenset(seen_by))
