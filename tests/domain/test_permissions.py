"""Who may do what, read by right instead of by role; which rows a role sees; who needs a token."""

from uuid import uuid4

import pytest

from api.domain.kit.actors import Actor, viewer_of
from api.domain.kit.permissions import (
    ROLE_PERMISSIONS,
    ROLE_SCOPE,
    SECOND_FACTOR_ROLES,
    Permission,
    Role,
    RowScope,
    follows_only,
)
from api.domain.organisation.organisation import (
    LEAD_ASSISTANTS,
    LEAD_HANDLERS,
    OWN_KINDS,
    SINGLE_KINDS,
    UNIT_ROLES,
    DivisionLevel,
    UnitBehaviour,
    clash,
    first_role,
    level,
    next_number,
    post_code,
    short_code,
)

EVERYBODY = " ".join(role.value for role in Role)
VIEWERS = "leader office supervisor"
REGULATORS = "police culture civil market department"
#: Each right, and the posts that facts 4 gives it to.
HOLDERS = {
    "api_client:manage": "system_admin",
    "audit:read": "audit_admin",
    "case:create": "police police_gateway",
    "case:handle": "police police_gateway",
    "case:read": f"{VIEWERS} police police_gateway",
    "case:reveal": "police",
    "distribution:approve": "leader",
    "distribution:pay": "finance",
    "distribution:prepare": "office",
    "distribution:read": f"{VIEWERS} police finance",
    "division:manage": "office county system_admin",
    "division:read": EVERYBODY,
    "event:read": f"{VIEWERS} {REGULATORS} justice partner village grid county police_gateway",
    "import:run": "office police",
    "import:town": "office",
    "informant:approve": "leader office county",
    "informant:assign": "leader office county",
    "informant:open": "office police county",
    "informant:read": "leader office police county",
    "inspection:handle": f"office {REGULATORS}",
    "inspection:read": f"{VIEWERS} {REGULATORS}",
    "job:manage": "system_admin",
    "lead:approve_transfer": "leader county",
    "lead:assign": "office",
    "lead:assist": f"office {REGULATORS} justice partner village county",
    "lead:close": "office county",
    "lead:create": f"office {REGULATORS} justice partner village grid police_gateway",
    "lead:export": "office",
    "lead:handle": f"office {REGULATORS} justice county police_gateway",
    "lead:read": f"{VIEWERS} {REGULATORS} justice partner village grid county police_gateway",
    "lead:reveal": "office police",
    "ledger:post": "office police finance",
    "ledger:read": f"{VIEWERS} police finance",
    "outcome:approve": "leader office",
    "outcome:handle": f"office {REGULATORS} justice",
    "outcome:read": f"{VIEWERS} {REGULATORS} justice",
    "paper:make": f"office {REGULATORS} justice county",
    "paper:read": f"{VIEWERS} {REGULATORS} justice county",
    "property:handle": "police police_gateway",
    "property:read": f"{VIEWERS} police police_gateway",
    "recheck_sample:read": VIEWERS,
    "rule_set:approve": "leader",
    "rule_set:prepare": "office",
    "rule_set:read": f"{VIEWERS} finance",
    "restricted_file:handle": f"{VIEWERS} police county",
    "restricted_file:raise": f"{VIEWERS} {REGULATORS} justice partner village grid county",
    "reward:approve": "leader",
    "reward:export": "office finance",
    "reward:manage": "office",
    "reward:pay": "finance",
    "reward:prepare": "office",
    "reward:read": f"{VIEWERS} finance",
    "risk_entity:assess": "office police civil market",
    "risk_entity:create": f"office {REGULATORS} village",
    "risk_entity:handle": f"office {REGULATORS}",
    "risk_entity:read": f"{VIEWERS} {REGULATORS} village",
    "self:use": EVERYBODY,
    "shared_change:approve": "system_admin security_admin",
    "shared_change:prepare": "security_admin",
    "statistics:read": f"{VIEWERS} {REGULATORS} justice finance partner village county report_reader",
    "time_rule:manage": "county",
    "time_rule:read": f"{VIEWERS} {REGULATORS} county system_admin security_admin",
    "time_rule:tighten": "office",
    "unit:manage": "office system_admin",
    "unit:read": EVERYBODY,
    "user:manage": "system_admin",
    "user:read": "system_admin security_admin",
    "user:secure": "security_admin",
    "victim:handle": "office police",
    "victim:read": "office police",
    "victim:reveal": "office police finance",
}
SCOPES = {
    "town": f"{VIEWERS} finance report_reader",
    "unit": f"{REGULATORS} police_gateway justice partner village",
    "county": "county",
    "post": "grid",
    "none": "system_admin security_admin audit_admin",
}


def actor(role: Role, division: str = "341522118", *, limited: bool = False) -> Actor:
    ids = [uuid4() for _ in range(4)]
    return Actor("user", ids[0], "", ids[1], ids[2], role, division, ids[3], is_limited=limited)


@pytest.mark.parametrize("right", Permission)
def test_who_holds_each_right(right: Permission) -> None:
    held = {role.value for role in Role if right in ROLE_PERMISSIONS[role]}
    assert held == set(HOLDERS[right.value].split())
    assert {role.value for role in Role if actor(role).may(right)} == held


@pytest.mark.parametrize("role", Role)
def test_whose_rows_each_role_sees(role: Role) -> None:
    (scope,) = [name for name, roles in SCOPES.items() if role.value in roles.split()]
    who = actor(role)
    assert who.scope.value == scope
    assert ROLE_SCOPE.get(role, RowScope.NONE) is who.scope
    own = who.post_id if scope == "post" else who.unit_id
    assert who.viewer == viewer_of(role, who.post_id, who.unit_id) == own


def test_who_only_follows_what_others_handle() -> None:
    """A village, a bank's branch and a grid worker are told how their report stands, and no more."""
    sighted = [role for role in Role if ROLE_SCOPE.get(role, RowScope.NONE) is not RowScope.NONE]
    following = {
        right: {role.value for role in sighted if follows_only(role, right)}
        for right in (Permission.LEAD_HANDLE, Permission.RISK_ENTITY_HANDLE)
    }
    assert following[Permission.LEAD_HANDLE] == {"partner", "village", "grid"}
    assert following[Permission.RISK_ENTITY_HANDLE] == {
        "partner", "village", "grid", "county", "justice", "police_gateway",
    }  # fmt: skip


def test_who_needs_a_second_factor() -> None:
    told = {role.value for role in SECOND_FACTOR_ROLES}
    assert told == {"system_admin", "security_admin", "audit_admin", "office"}


@pytest.mark.parametrize("role", Role)
def test_without_its_second_factor_a_post_has_its_own_account_alone(role: Role) -> None:
    who = actor(role, limited=True)
    assert {right for right in Permission if who.may(right)} == {Permission.SELF}


@pytest.mark.parametrize(
    ("division", "town"),
    [("341522", "341522"), ("341522118", "341522118"), ("341522118201", "341522118"),
     ("341522118201003", "341522118")],
)  # fmt: skip
def test_the_town_of_a_post(division: str, town: str) -> None:
    who = actor(Role.VILLAGE, division)
    assert who.town == town
    named = who.named("某人")
    assert (named.name, named.id, named.unit_id) == ("某人", who.id, who.unit_id)


#: Whose posts a unit may have.
POSTS = {
    "leadership": "leader",
    "office": "office leader report_reader",
    "police": "police police_gateway",
    "justice": "justice",
    "culture": "culture",
    "finance": "finance",
    "civil": "civil",
    "market": "market",
    "other": "department culture civil market justice",
    "partner": "partner",
    "village": "village grid",
    "county": "county report_reader",
    "supervision": "supervisor",
    "system": "system_admin security_admin audit_admin",
}


@pytest.mark.parametrize("kind", UnitBehaviour)
def test_which_posts_a_unit_may_have(kind: UnitBehaviour) -> None:
    assert {role.value for role in UNIT_ROLES[kind]} == set(POSTS[kind.value].split())


def test_whom_a_lead_may_be_given_to_and_who_may_be_asked() -> None:
    handlers = {"office", "police", "justice", "culture", "civil", "market", "other", "county"}
    assert {kind.value for kind in LEAD_HANDLERS} == handlers
    assert {kind.value for kind in LEAD_ASSISTANTS} == handlers | {"village", "partner"}


def test_of_which_behaviours_a_town_has_kinds_of_its_own() -> None:
    """Of those whose people see what their unit was given; nobody sees a whole town by a new word."""
    told = {kind.value for kind in OWN_KINDS}
    assert told == {"police", "justice", "culture", "civil", "market", "other", "partner"}
    for behaviour in OWN_KINDS - set(SINGLE_KINDS):
        assert first_role(behaviour) in UNIT_ROLES[behaviour]
        for role in UNIT_ROLES[behaviour]:
            assert ROLE_SCOPE[role] is RowScope.UNIT


def test_of_what_a_place_has_one() -> None:
    told = {kind.value: at for kind, at in SINGLE_KINDS.items()}
    assert told == {
        "office": DivisionLevel.TOWN,
        "village": DivisionLevel.VILLAGE,
        "county": DivisionLevel.COUNTY,
    }


@pytest.mark.parametrize(
    ("code", "at", "kept"),
    [
        ("341522", DivisionLevel.COUNTY, "341522"),
        ("341522118", DivisionLevel.TOWN, "341522118"),
        ("341522118201", DivisionLevel.VILLAGE, "341522118201"),
        ("341522118201001", DivisionLevel.GRID, "341522118201001"),
        ("341522118000", DivisionLevel.VILLAGE, "341522118"),
        ("341522000000", DivisionLevel.VILLAGE, "341522"),
        ("341522100000", DivisionLevel.VILLAGE, "341522100"),
        ("341522118200", DivisionLevel.VILLAGE, "341522118200"),
        ("341522118000000", DivisionLevel.GRID, "341522118000000"),
        ("3415", None, "3415"),
        ("", None, ""),
    ],
)
def test_the_length_of_a_code_tells_its_level(code, at, kept) -> None:
    assert level(code) is at
    assert short_code(code) == kept


ADMINS = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
#: 编制、审批、付款.
REFUND = {Role.OFFICE, Role.LEADER, Role.FINANCE}


@pytest.mark.parametrize("held", Role)
def test_which_posts_one_person_may_hold_together(held: Role) -> None:
    for wanted in Role:
        said = clash(held, wanted)
        if {held, wanted} & ADMINS:
            assert said is not None
            assert "管理员" in said
        elif held is not wanted and {held, wanted} <= REFUND:
            assert said is not None
            assert "清退" in said
        else:
            assert said is None, (held, wanted)


def test_the_next_code_of_a_post_steps_over_what_people_typed() -> None:
    stem = post_code(Role.POLICE, "341522118")
    assert stem == "police.341522118."
    taken = [f"{stem}01", f"{stem}07", f"{stem}x9", f"{stem}٣", "police", "police.3415221.99"]
    assert next_number(stem, taken) == 8
    assert next_number(stem, []) == 1
    assert post_code(Role.POLICE, "341522118", 8) == "police.341522118.08"
    assert post_code(Role.POLICE, "341522118", 108) == "police.341522118.108"
