"""The life cycles of risk entities, inspections and rectifications, walked cell by cell."""

from dataclasses import dataclass
from datetime import date
from itertools import product
from uuid import UUID, uuid4

import pytest

from api.domain.entities.inspections import (
    INSPECTION_FLOW,
    Finding,
    InspectionAction,
    InspectionStatus,
    checklist,
)
from api.domain.entities.rectifications import (
    OPEN,
    RECTIFICATION_FLOW,
    RectificationAction,
    RectificationStatus,
)
from api.domain.entities.risk_entities import (
    MEASURE_OF_ACTION,
    OWN_ACTION,
    RISK_ENTITY_FLOW,
    EntityAction,
    EntityKind,
    EntityStatus,
    Industry,
    RiskRoute,
    RiskTier,
    guess_kind,
    route_after,
)
from api.domain.entities.risk_measures import (
    ACTOR_OF_UNIT,
    MEASURE_RULES,
    LegalActor,
    RiskMeasureKind,
    check_measure,
)
from api.domain.kit.errors import Conflict, Forbidden, RuleViolated, TransitionNotAllowed
from api.domain.kit.permissions import ROLE_PERMISSIONS, Permission, Role
from api.domain.law.time_rules import find_rule
from tests.domain.actors import UNIT, actor

FLOWS = (RISK_ENTITY_FLOW, INSPECTION_FLOW, RECTIFICATION_FLOW)
STATUSES = {
    "risk_entity": EntityStatus,
    "inspection": InspectionStatus,
    "rectification": RectificationStatus,
}


@dataclass
class Fact:
    """A record with everything that a predicate may ask for."""

    status: object
    owner_unit_id: UUID = UNIT
    evidence_fixed_on: date | None = date(2022, 6, 1)
    open_rectifications: int = 0
    bare_orders: int = 0
    handover_status: str | None = "answered"
    finding: Finding | None = Finding.PROBLEM
    orders: int = 1
    open_orders: int = 0
    reinspection_finding: Finding | None = Finding.NONE
    open_reinspection: dict[str, str] | None = None
    route: RiskRoute | None = None


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
class TestEveryCell:
    def test_status_action_role(self, flow):
        """Each cell of the product either goes where the table says or is refused for the reason
        that the table gives, permission first."""
        for status, action, role in product(STATUSES[flow.name], flow.steps, Role):
            row, who, record = flow.steps[action], actor(role), Fact(status)
            offered = action in [a.action for a in flow.available(who, record)]
            if row.needs not in ROLE_PERMISSIONS[role]:
                with pytest.raises(Forbidden):
                    flow.step(action, who, record)
                assert not offered
            elif status not in row.frm:
                with pytest.raises(TransitionNotAllowed) as refused:
                    flow.step(action, who, record)
                # To correct what a record says goes nowhere: it is no answer to "what then".
                allowed = [a.action.value for a in flow.available(who, record)]
                allowed = [action for action in allowed if action != "edit"]
                assert refused.value.extra["allowed"] == allowed
                assert not offered
            elif all(p.holds(who, record) for p in row.when):
                assert flow.step(action, who, record) is row
                assert offered

    def test_no_role_without_the_right_to_read_may_act(self, flow):
        for role, held in ROLE_PERMISSIONS.items():
            if Permission(f"{flow.name.replace('rectification', 'inspection')}:read") not in held:
                assert not any(row.needs in held for row in flow.steps.values()), role

    def test_every_status_is_reached_and_every_end_is_meant(self, flow):
        reached = {flow.initial} | {row.to for row in flow.steps.values() if row.to}
        assert reached == set(STATUSES[flow.name])
        left = {status for row in flow.steps.values() if row.to for status in row.frm}
        ends = set(STATUSES[flow.name]) - left
        assert ends <= {
            InspectionStatus.CLOSED,
            InspectionStatus.CANCELLED,
            RectificationStatus.CLOSED,
            RectificationStatus.WITHDRAWN,
        }


class TestEntityRules:
    def test_no_transfer_to_the_police_without_evidence(self):
        record = Fact(EntityStatus.LISTED, evidence_fixed_on=None)
        with pytest.raises(RuleViolated) as refused:
            RISK_ENTITY_FLOW.step(EntityAction.TRANSFER_POLICE, actor(Role.POLICE), record)
        assert refused.value.code == "evidence_not_fixed"
        assert "固定证据" in str(refused.value.extra["article"])

    def test_no_acceptance_while_a_rectification_is_open(self):
        record = Fact(EntityStatus.RECTIFYING, open_rectifications=1)
        with pytest.raises(RuleViolated) as refused:
            RISK_ENTITY_FLOW.step(EntityAction.ACCEPT, actor(Role.MARKET), record)
        assert refused.value.code == "rectification_open"

    @pytest.mark.parametrize("action", [EntityAction.ACCEPT, EntityAction.DELIST])
    def test_what_is_judged_a_crime_ends_at_the_police(self, action):
        for status in RISK_ENTITY_FLOW.steps[action].frm:
            record = Fact(status, route=RiskRoute.SUSPECTED_CRIME)
            if status is EntityStatus.TRANSFERRED_POLICE:
                RISK_ENTITY_FLOW.step(action, actor(Role.MARKET), record)
                continue
            with pytest.raises(RuleViolated) as refused:
                RISK_ENTITY_FLOW.step(action, actor(Role.MARKET), record)
            assert refused.value.code == "crime_not_handed_over"
            assert "第3条" in str(refused.value.extra["article"])
            RISK_ENTITY_FLOW.step(action, actor(Role.MARKET), Fact(status, route=RiskRoute.EVIDENT))

    @pytest.mark.parametrize(
        ("action", "role"),
        [(EntityAction.DELIST, Role.MARKET), (EntityAction.REOPEN, Role.MARKET)],
    )
    def test_what_somebody_else_has_is_not_over(self, action, role):
        for status in ("sent", "received", "incomplete", "reviewed"):
            record = Fact(EntityStatus.TRANSFERRED_POLICE, handover_status=status)
            with pytest.raises(Conflict) as refused:
                RISK_ENTITY_FLOW.step(action, actor(role), record)
            assert refused.value.code == "handover_open"
        RISK_ENTITY_FLOW.step(action, actor(role), Fact(EntityStatus.TRANSFERRED_POLICE))

    def test_another_unit_may_not_transfer_but_the_office_may(self):
        record = Fact(EntityStatus.LISTED)
        with pytest.raises(Forbidden):
            RISK_ENTITY_FLOW.step(
                EntityAction.TRANSFER_DEPARTMENT, actor(Role.MARKET, uuid4()), record
            )
        RISK_ENTITY_FLOW.step(EntityAction.TRANSFER_DEPARTMENT, actor(Role.OFFICE, uuid4()), record)

    def test_a_measure_makes_the_route_graver_never_lighter(self):
        for current, measure in product([None, *RiskRoute], RiskMeasureKind):
            after = route_after(current, measure)
            if current is not None:
                assert after is not None
                assert list(RiskRoute).index(after) >= list(RiskRoute).index(current)

    def test_tiers_have_a_rule_and_a_graver_tier_a_shorter_one(self):
        terms = [find_rule(t.inspection_rule, date(2026, 1, 1)).term for t in RiskTier]
        assert None not in terms
        assert terms == sorted(terms, key=lambda term: -(term or 0))

    def test_every_field_says_what_is_looked_at(self):
        for industry in Industry:
            codes = [item.code for item in checklist(industry)]
            assert len(codes) == len(set(codes)) >= 5

    @pytest.mark.parametrize(
        ("name", "uscc", "kind"),
        [
            ("惠民服务部", "92341522MA2TE0T08J", EntityKind.INDIVIDUAL),
            ("颐和园老年公寓", "52341522MA2TE0T08N", EntityKind.INSTITUTION),
            ("安居养老咨询有限公司", "", EntityKind.ENTERPRISE),
            ("爱心志愿服务队", "", EntityKind.OTHER),
        ],
    )
    def test_kinds_are_guessed(self, name, uscc, kind):
        assert guess_kind(name, uscc) is kind


class TestMeasures:
    def test_every_cell_of_the_table_of_powers(self):
        for kind, body in product(RiskMeasureKind, LegalActor):
            rule = MEASURE_RULES[kind]
            if body in rule.actors:
                assert check_measure(kind, body, "皖市监〔2022〕1号") is rule
            else:
                with pytest.raises(RuleViolated) as refused:
                    check_measure(kind, body, "皖市监〔2022〕1号")
                assert refused.value.extra["article"] == rule.basis
                assert refused.value.extra["lawful_actors"]

    def test_what_only_a_document_proves(self):
        """A decision of a body with powers has its number; whoever only asks or looks needs none."""
        written = {
            "stop_operations", "suspend_fundraising", "hold_registration", "seal_premises", "order_sale",
            "exit_ban", "revoke_licence", "shut_down",
        }  # fmt: skip
        for kind, rule in MEASURE_RULES.items():
            body = min(rule.actors)
            if kind.value in written:
                with pytest.raises(RuleViolated) as refused:
                    check_measure(kind, body, "")
                assert refused.value.code == "document_missing"
            else:
                assert check_measure(kind, body, "") is rule

    @pytest.mark.parametrize(
        "kind",
        [
            RiskMeasureKind.STOP_OPERATIONS,
            RiskMeasureKind.SHUT_DOWN,
            RiskMeasureKind.INTERVIEW,
            RiskMeasureKind.ORDER_RECTIFICATION,
            RiskMeasureKind.SEAL_PREMISES,
        ],
    )
    def test_a_town_office_or_a_village_alone_may_not(self, kind):
        for body in (LegalActor.OFFICE, LegalActor.VILLAGE, LegalActor.POLICE):
            with pytest.raises(RuleViolated):
                check_measure(kind, body, "〔2022〕1号")

    def test_an_exit_ban_is_for_the_city(self):
        with pytest.raises(RuleViolated):
            check_measure(RiskMeasureKind.EXIT_BAN, LegalActor.FUNDRAISING_LEAD, "〔2022〕1号")

    def test_closing_needs_a_document(self):
        with pytest.raises(RuleViolated) as refused:
            check_measure(RiskMeasureKind.STOP_OPERATIONS, LegalActor.MARKET, "")
        assert refused.value.code == "document_missing"

    def test_every_action_of_a_measure_has_its_rule(self):
        assert set(MEASURE_OF_ACTION.values()) <= set(MEASURE_RULES)
        assert set(MEASURE_OF_ACTION.values()) <= OWN_ACTION
        assert set(ACTOR_OF_UNIT.values()) <= set(LegalActor)


class TestInspectionRules:
    def test_nothing_found_closes_at_once(self):
        record = Fact(InspectionStatus.DONE, finding=Finding.NONE, orders=0)
        INSPECTION_FLOW.step(InspectionAction.CLOSE, actor(Role.MARKET), record)

    @pytest.mark.parametrize(("orders", "still_open"), [(0, 0), (1, 1), (2, 1)])
    def test_a_problem_closes_only_when_put_right(self, orders, still_open):
        record = Fact(InspectionStatus.DONE, orders=orders, open_orders=still_open)
        with pytest.raises(RuleViolated):
            INSPECTION_FLOW.step(InspectionAction.CLOSE, actor(Role.MARKET), record)

    def test_nothing_is_ordered_where_nothing_was_found(self):
        record = Fact(InspectionStatus.DONE, finding=Finding.NONE)
        with pytest.raises(Forbidden):
            INSPECTION_FLOW.step(InspectionAction.ORDER_RECTIFICATION, actor(Role.MARKET), record)


class TestRectificationRules:
    @pytest.mark.parametrize("finding", [None, Finding.PROBLEM])
    @pytest.mark.parametrize("status", [RectificationStatus.ORDERED, RectificationStatus.SUBMITTED])
    def test_closed_only_after_a_clean_reinspection(self, status, finding):
        record = Fact(status, reinspection_finding=finding)
        with pytest.raises(RuleViolated) as refused:
            RECTIFICATION_FLOW.step(RectificationAction.CLOSE, actor(Role.MARKET), record)
        assert refused.value.code == "reinspection_missing"

    @pytest.mark.parametrize("finding", [None, Finding.NONE])
    def test_failed_only_after_a_faulty_reinspection(self, finding):
        record = Fact(RectificationStatus.REINSPECTING, reinspection_finding=finding)
        with pytest.raises(RuleViolated):
            RECTIFICATION_FLOW.step(RectificationAction.FAIL, actor(Role.MARKET), record)

    def test_open_is_what_is_not_at_an_end(self):
        ends = {RectificationStatus.CLOSED, RectificationStatus.WITHDRAWN}
        assert set(RectificationStatus) - ends == OPEN
