"""The short tables: claims, outcomes, assists, restricted files, clocks of a hand-over.

Each is walked whole, status × action × role × whose it is, against what is said here by hand.
"""

from dataclasses import dataclass
from datetime import date
from itertools import product
from uuid import UUID, uuid4

import pytest

from api.domain.cases.victims import VICTIM_FLOW, VictimStatus
from api.domain.kit.errors import DomainError
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.leads import lead_transfers
from api.domain.leads.lead_assists import ASSIST_FLOW, UNANSWERED, AssistStatus
from api.domain.outcomes.outcomes import (
    OUTCOME_FLOW,
    OutcomeAction,
    OutcomeKind,
    OutcomeStatus,
    first_status,
)
from api.domain.papers.papers import PAPER_FLOW, PaperStatus
from api.domain.restricted import restricted_files
from api.domain.restricted.restricted_files import RESTRICTED_FLOW, RestrictedStatus
from tests.domain.actors import UNIT, actor

P = Permission


@dataclass
class Paper:
    """A record to which nothing but its status can be objected."""

    status: object
    owner_unit_id: UUID = UNIT
    handling_unit_id: UUID = UNIT
    kind: OutcomeKind = OutcomeKind.EDUCATION
    judgment_court: str = "某县人民法院"
    judgment_no: str = "（2022）某刑初1号"
    judged_on: date | None = date(2022, 6, 1)
    prepared_by_id: UUID | None = None


def offered(flow, who, record) -> set[str]:
    return {each.action.value for each in flow.available(who, record)}


#: action → from → to, and the right that it asks for.
PLANS = {
    "victim": (
        VICTIM_FLOW,
        VictimStatus,
        {
            "verify": ("registered verified", "verified", P.VICTIM_HANDLE),
            "exclude": ("registered verified", "excluded", P.VICTIM_HANDLE),
            "reopen": ("excluded withdrawn", "registered", P.VICTIM_HANDLE),
            "withdraw": ("registered", "withdrawn", P.VICTIM_HANDLE),
            "edit": ("registered verified excluded", None, P.VICTIM_HANDLE),
        },
    ),
    "assist": (
        ASSIST_FLOW,
        AssistStatus,
        {
            "acknowledge": ("asked", "acknowledged", P.LEAD_ASSIST),
            "answer": ("asked acknowledged", "answered", P.LEAD_ASSIST),
            "end": ("asked acknowledged", "ended", P.LEAD_HANDLE),
        },
    ),
    "restricted": (
        RESTRICTED_FLOW,
        RestrictedStatus,
        {
            "hand_off": ("opened answered", "handed_off", P.RESTRICTED_FILE_HANDLE),
            "record_answer": ("handed_off", "answered", P.RESTRICTED_FILE_HANDLE),
            "remind": ("handed_off", None, P.RESTRICTED_FILE_HANDLE),
            "close": ("answered", "closed", P.RESTRICTED_FILE_HANDLE),
        },
    ),
    "paper": (PAPER_FLOW, PaperStatus, {"void": ("made", "voided", P.PAPER_MAKE)}),
    "outcome": (
        OUTCOME_FLOW,
        OutcomeStatus,
        {
            "withdraw": ("draft published", "withdrawn", P.OUTCOME_HANDLE),
            "restore": ("withdrawn", "published", P.OUTCOME_HANDLE),
            "edit": ("draft published", None, P.OUTCOME_HANDLE),
        },
    ),
    "typical": (
        OUTCOME_FLOW,
        OutcomeStatus,
        {
            "publish": ("draft", "published", P.OUTCOME_APPROVE),
            "withdraw": ("draft published", "withdrawn", P.OUTCOME_HANDLE),
            "resubmit": ("withdrawn", "draft", P.OUTCOME_HANDLE),
            "edit": ("draft", None, P.OUTCOME_HANDLE),
        },
    ),
}


@pytest.mark.parametrize("name", PLANS)
def test_every_cell(name):
    flow, statuses, plan = PLANS[name]
    kind = OutcomeKind.TYPICAL_CASE if name == "typical" else OutcomeKind.EDUCATION
    for status, role in product(statuses, Role):
        expected = {
            action
            for action, (origins, _, needs) in plan.items()
            if status.value in origins.split() and needs in ROLE_PERMISSIONS[role]
        }
        assert offered(flow, actor(role), Paper(status, kind=kind)) == expected, (status, role)
    for action, row in flow.steps.items():
        if action.value in plan:
            target = plan[action.value][1]
            assert (row.to.value if row.to else None) == target, action


@pytest.mark.parametrize("role", Role)
def test_who_acts_on_what_another_unit_has(role):
    """The office steps in for the unit that asked or published, never for the one that assists."""
    held, who = ROLE_PERMISSIONS[role], actor(role)
    steps_in = P.LEAD_ASSIGN in held
    elsewhere = Paper(AssistStatus.ASKED, owner_unit_id=uuid4(), handling_unit_id=uuid4())
    ends = {"end"} if steps_in and P.LEAD_HANDLE in held else set()
    assert offered(ASSIST_FLOW, who, elsewhere) == ends
    # the unit in charge ends what another one does; it does not answer in its name
    asked = Paper(AssistStatus.ASKED, owner_unit_id=uuid4())
    assert offered(ASSIST_FLOW, who, asked) == ({"end"} if P.LEAD_HANDLE in held else set())
    published = Paper(OutcomeStatus.PUBLISHED, owner_unit_id=uuid4())
    expected = {"withdraw", "edit"} if steps_in and P.OUTCOME_HANDLE in held else set()
    assert offered(OUTCOME_FLOW, who, published) == expected


def test_what_a_lead_waits_for():
    assert {status.value for status in UNANSWERED} == {"asked", "acknowledged"}


APPROVERS = [role for role in Role if P.OUTCOME_APPROVE in ROLE_PERMISSIONS[role]]


@pytest.mark.parametrize("role", APPROVERS)
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"judgment_court": ""}, "not_judged"),
        ({"judgment_no": ""}, "not_judged"),
        ({"judged_on": None}, "not_judged"),
        ({"kind": OutcomeKind.EDUCATION}, "not_typical"),
        ({"prepared_by_id": "self"}, "own_text"),
    ],
)
def test_an_exposed_case_is_let_out_judged_and_by_a_second_person(role, change, code):
    who = actor(role)
    values = {"kind": OutcomeKind.TYPICAL_CASE} | change
    if "prepared_by_id" in values:
        values["prepared_by_id"] = who.id
    record = Paper(OutcomeStatus.DRAFT, **values)
    assert ("publish" in offered(OUTCOME_FLOW, who, record)) is (code is None)
    if code is None:
        assert OUTCOME_FLOW.step(OutcomeAction.PUBLISH, who, record).to is OutcomeStatus.PUBLISHED
        return
    with pytest.raises(DomainError) as refused:
        OUTCOME_FLOW.step(OutcomeAction.PUBLISH, who, record)
    assert refused.value.code == code


def test_only_an_exposed_case_begins_as_a_draft():
    assert {kind.value: first_status(kind).value for kind in OutcomeKind} == {
        "typical_case": "draft",
        "education": "published",
        "institution": "published",
    }


def test_a_restricted_file_has_a_clock_until_it_is_closed():
    assert {status.value: rule for status, rule in restricted_files.CLOCKS.items()} == {
        "opened": "RST-01",
        "handed_off": "RST-02",
        "answered": "RST-03",
    }
    keepers = {whom.value: role for whom, role in restricted_files.KEEPER_ROLES.items()}
    assert keepers == {"county": Role.COUNTY, "supervisor": Role.SUPERVISOR}
    assert set(keepers.values()) <= restricted_files.MEMBER_ROLES
    assert restricted_files.MAX_MEMBERS == 10
    assert restricted_files.MAX_ATTACHMENTS == 100


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            lead_transfers.REPORTED,
            {
                "ordinary": "INT-02 receiver",
                "economic": "INT-04 receiver",
                "economic_grave": "INT-04b receiver",
            },
        ),
        (
            lead_transfers.RECEIVED,
            {
                "police": "TRF-04 receiver",
                "market": "MKT-02 receiver",
                "petition": "XF-01 receiver",
                "other": "LEAD-01 receiver",
                "dispute": "LEAD-01 receiver",
                "county": "LEAD-01 receiver",
            },
        ),
        (
            lead_transfers.POLICE,
            {
                "ordinary": "TRF-04 receiver",
                "economic": "TRF-04b receiver",
                "economic_grave": "TRF-04c receiver",
            },
        ),
        (lead_transfers.ANSWERED, {"filed": "TRF-07 sender", "not_filed": "TRF-06a sender"}),
        (lead_transfers.REVIEWED, {"filed": "TRF-07 sender", "upheld": "TRF-06c sender"}),
    ],
)
def test_whom_each_clock_of_a_hand_over_binds(table, expected):
    told = {key.value: f"{clock.rule_id} {clock.side.value}" for key, clock in table.items()}
    assert told == expected


@pytest.mark.parametrize(
    ("kind", "in_system", "expected"),
    [
        ("transfer", False, "TRF-02 sender"),
        ("transfer", True, "LEAD-ACK receiver"),
        ("report", False, "LEAD-ACK receiver"),
        ("referral", True, "LEAD-ACK receiver"),
    ],
)
def test_what_runs_until_it_is_received(kind, in_system, expected):
    clock = lead_transfers.sent(lead_transfers.TransferKind(kind), in_system=in_system)
    assert f"{clock.rule_id} {clock.side.value}" == expected


@pytest.mark.parametrize(
    ("name", "same"),
    [("李所长", False), ("张志强", True), ("张 志强", True), ("副所长张志强", True), ("", False)],
)
def test_whoever_looked_into_it_does_not_approve_it(name, same):
    assert lead_transfers.is_one_of(name, ["张志强", "李卫国", ""]) is same


def test_two_officers_look_into_what_is_handed_over():
    assert lead_transfers.OFFICERS == 2
