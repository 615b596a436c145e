"""The life cycle of a case: every status × action × role, and what the law asks beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from uuid import UUID, uuid4

import pytest

from api.domain.cases.cases import (
    APPROVED_BY_COUNTY,
    CASE_FLOW,
    ECONOMIC_CHARGES,
    CaseAction,
    CaseStatus,
    check_approval,
    check_day,
    filing_rule,
)
from api.domain.kit.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    RuleViolated,
    TransitionNotAllowed,
)
from api.domain.kit.permissions import Permission, Role
from api.domain.leads.categories import Charge
from api.domain.recovery.property_measures import AuthorityLevel
from tests.domain.actors import UNIT, actor

A, S = CaseAction, CaseStatus

#: Facts 3.2 read by hand, apart from the table that is tested: action → from → to.
LAW = {
    "accept": ("received", "under_review"),
    "file": ("under_review not_filed withdrawn", "investigating"),
    "decline_to_file": ("under_review", "not_filed"),
    "solve": ("investigating investigation_concluded under_prosecution indicted", None),
    "conclude_investigation": ("investigating", "investigation_concluded"),
    "send_to_procuratorate": ("investigation_concluded", "under_prosecution"),
    "return_for_investigation": ("under_prosecution", "investigating"),
    "indict": ("under_prosecution", "indicted"),
    "decline_to_indict": ("under_prosecution", "not_indicted"),
    "adjudge": ("indicted", "adjudged"),
    "enforce": ("adjudged closed", "enforcing"),
    "close": ("adjudged enforcing not_indicted diverted_civil diverted_administrative", "closed"),
    "withdraw": ("received under_review investigating investigation_concluded", "withdrawn"),
    "divert_civil": (
        "received under_review not_filed withdrawn not_indicted diverted_civil"
        " diverted_administrative",
        "diverted_civil",
    ),
    "divert_administrative": (
        "received under_review not_filed withdrawn not_indicted diverted_civil"
        " diverted_administrative",
        "diverted_administrative",
    ),
    "reopen": (
        "not_filed withdrawn not_indicted closed diverted_civil diverted_administrative",
        "under_review",
    ),
}
HANDLERS = {Role.POLICE, Role.POLICE_GATEWAY}


@dataclass
class Standing:
    """A case to which nothing but its status can be objected."""

    status: CaseStatus
    owner_unit_id: UUID = UNIT
    charges: list[str] = field(default_factory=lambda: ["fraud"])
    accepted_on: date | None = date(2022, 5, 20)
    solved_on: date | None = None
    adjudged_on: date | None = date(2022, 12, 1)
    returns_count: int = 0
    open_property: Sequence[str] = ()
    handover_status: str | None = "accepted"


class TestProduct:
    """14 statuses × 16 actions × 17 roles."""

    @pytest.mark.parametrize(("status", "action"), list(product(CaseStatus, CaseAction)))
    def test_every_pair_for_every_role(self, status: CaseStatus, action: CaseAction) -> None:
        frm, to = LAW[action.value]
        for role in Role:
            who, case = actor(role), Standing(status)
            offered = {each.action for each in CASE_FLOW.available(who, case)}
            if role not in HANDLERS:
                with pytest.raises(Forbidden):
                    CASE_FLOW.step(action, who, case)
                assert not offered
            elif status.value in frm.split():
                step = CASE_FLOW.step(action, who, case)
                assert step.to == (CaseStatus(to) if to else None)
                assert action in offered
            else:
                with pytest.raises(TransitionNotAllowed) as refused:
                    CASE_FLOW.step(action, who, case)
                assert refused.value.extra["allowed"] == [a.value for a in A if a in offered]
                assert action not in offered

    def test_the_table_knows_every_action(self) -> None:
        assert set(CASE_FLOW.steps) == set(A)
        assert {a.value for a in A} == set(LAW)

    def test_every_status_can_be_reached_and_none_is_a_trap(self) -> None:
        reached, frontier = {CASE_FLOW.initial}, [CASE_FLOW.initial]
        while frontier:
            here = frontier.pop()
            for step in CASE_FLOW.steps.values():
                if here in step.frm and step.to and step.to not in reached:
                    reached.add(step.to)
                    frontier.append(step.to)
        assert reached == set(S)
        for status in S:
            assert any(
                status in s.frm and s.to not in {None, status} for s in CASE_FLOW.steps.values()
            )

    @pytest.mark.parametrize("action", list(A))
    def test_another_police_unit_is_refused(self, action: CaseAction) -> None:
        status = next(iter(CASE_FLOW.steps[action].frm))
        with pytest.raises(Forbidden) as refused:
            CASE_FLOW.step(action, actor(Role.POLICE, uuid4()), Standing(status))
        assert refused.value.code == "not_own_unit"

    def test_finance_villages_and_grid_may_not_even_read(self) -> None:
        for role in (Role.FINANCE, Role.VILLAGE, Role.GRID, Role.REPORT_READER, Role.AUDIT_ADMIN):
            assert not actor(role).may(Permission.CASE_READ)
        for role in (Role.OFFICE, Role.LEADER, Role.SUPERVISOR, Role.POLICE, Role.POLICE_GATEWAY):
            assert actor(role).may(Permission.CASE_READ)


class TestConditions:
    """What stands in the last column of the table."""

    police = actor(Role.POLICE)

    @pytest.mark.parametrize(
        ("action", "case", "error", "code"),
        [
            (A.FILE, Standing(S.UNDER_REVIEW, charges=[]), RuleViolated, "charges_missing"),
            (A.FILE, Standing(S.WITHDRAWN, accepted_on=None), Conflict, "not_accepted"),
            (
                A.RETURN_FOR_INVESTIGATION,
                Standing(S.UNDER_PROSECUTION, returns_count=2),
                RuleViolated,
                "returned_twice",
            ),
            (
                A.SOLVE,
                Standing(S.INVESTIGATING, solved_on=date(2022, 6, 1)),
                Conflict,
                "already_solved",
            ),
            (A.ENFORCE, Standing(S.CLOSED, adjudged_on=None), Conflict, "not_adjudged"),
            (
                A.CLOSE,
                Standing(S.DIVERTED_CIVIL, handover_status="sent"),
                RuleViolated,
                "receipt_missing",
            ),
            (
                A.CLOSE,
                Standing(S.DIVERTED_CIVIL, handover_status="recalled"),
                RuleViolated,
                "receipt_missing",
            ),
            *(
                (
                    A.CLOSE,
                    Standing(S.DIVERTED_ADMINISTRATIVE, handover_status=status),
                    RuleViolated,
                    "diversion_unanswered",
                )
                for status in ("received", "incomplete", "reviewed")
            ),
            (
                A.DIVERT_CIVIL,
                Standing(S.DIVERTED_CIVIL, handover_status="sent"),
                Conflict,
                "handover_open",
            ),
        ],
    )
    def test_refused(
        self, action: CaseAction, case: Standing, error: type[DomainError], code: str
    ) -> None:
        with pytest.raises(error) as refused:
            CASE_FLOW.step(action, self.police, case)
        assert refused.value.code == code
        if error is RuleViolated:
            assert refused.value.extra["article"]

    def test_the_second_return_is_the_last(self) -> None:
        case = Standing(S.UNDER_PROSECUTION)
        for count in (0, 1):
            case = replace(case, returns_count=count)
            assert CASE_FLOW.step(A.RETURN_FOR_INVESTIGATION, self.police, case)

    def test_a_receipt_is_asked_for_only_after_a_diversion(self) -> None:
        case = Standing(S.ENFORCING, handover_status=None)
        assert CASE_FLOW.step(A.CLOSE, self.police, case)

    def test_a_case_that_is_solved_is_not_offered_to_be_solved(self) -> None:
        case = Standing(S.INVESTIGATING, solved_on=date(2022, 6, 1))
        assert A.SOLVE not in {a.action for a in CASE_FLOW.available(self.police, case)}


class TestApproval:
    """程序规定 178, 187, 289: the town's station records, the county's head decides."""

    high = (AuthorityLevel.COUNTY_PSB, AuthorityLevel.CITY_PSB, AuthorityLevel.PROVINCE_PSB)

    @pytest.mark.parametrize("action", list(APPROVED_BY_COUNTY))
    @pytest.mark.parametrize("level", [*AuthorityLevel, None])
    def test_only_the_police_from_the_county_up(
        self, action: CaseAction, level: AuthorityLevel | None
    ) -> None:
        if level in self.high:
            check_approval(action, level, "霍公立字〔2022〕1号", filed=True)
            return
        with pytest.raises(RuleViolated) as refused:
            check_approval(action, level, "霍公立字〔2022〕1号", filed=True)
        assert refused.value.extra["article"] == APPROVED_BY_COUNTY[action]
        assert refused.value.errors[0].pointer == "/authority_level"

    @pytest.mark.parametrize("action", list(APPROVED_BY_COUNTY))
    def test_never_without_a_paper(self, action: CaseAction) -> None:
        with pytest.raises(RuleViolated) as refused:
            check_approval(action, AuthorityLevel.COUNTY_PSB, None, filed=True)
        assert refused.value.errors[0].pointer == "/document_no"

    def test_a_record_made_by_mistake_is_taken_back_without_one(self) -> None:
        check_approval(A.WITHDRAW, None, None, filed=False)

    @pytest.mark.parametrize("action", sorted(set(A) - set(APPROVED_BY_COUNTY)))
    def test_other_acts_ask_for_none(self, action: CaseAction) -> None:
        check_approval(action, None, None, filed=True)


class TestDays:
    def test_today_and_the_same_day_are_fine(self) -> None:
        day = date(2022, 6, 1)
        check_day("filed_on", day, today=day, not_before=day)
        check_day("filed_on", day, today=day, not_before=None)

    @pytest.mark.parametrize(
        ("on", "code"), [(date(2022, 6, 2), "in_future"), (date(2022, 5, 19), "too_early")]
    )
    def test_refused(self, on: date, code: str) -> None:
        with pytest.raises(Invalid) as refused:
            check_day("filed_on", on, today=date(2022, 6, 1), not_before=date(2022, 5, 20))
        assert refused.value.errors[0].pointer == "/filed_on"
        assert refused.value.errors[0].code == code


class TestFilingRule:
    @pytest.mark.parametrize("charge", list(Charge))
    def test_one_economic_charge_gives_the_longer_review(self, charge: Charge) -> None:
        expected = "INT-04" if charge in ECONOMIC_CHARGES else "INT-02"
        assert filing_rule([charge.value]) == expected
        assert filing_rule(["illegal_deposits", charge.value]) == "INT-04"

    def test_without_charges_the_general_rule(self) -> None:
        assert filing_rule([]) == "INT-02"
