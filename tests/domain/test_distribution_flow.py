"""Every action against every status, and the three people of a payment."""

from dataclasses import dataclass
from itertools import product
from uuid import UUID, uuid4

import pytest

from api.domain.across.ways import DISTRIBUTION_WAY
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Forbidden, RuleViolated, TransitionNotAllowed
from api.domain.kit.permissions import Role
from api.domain.recovery.distributions import (
    DISTRIBUTION_FLOW,
    DistributionAction,
    DistributionStatus,
)

A, S = DistributionAction, DistributionStatus
WHO = {
    A.COMPUTE: Role.OFFICE,
    A.PUBLISH: Role.OFFICE,
    A.WITHDRAW: Role.OFFICE,
    A.APPROVE: Role.LEADER,
    A.SEND_BACK: Role.LEADER,
    A.PAY: Role.FINANCE,
    A.CONFIRM: Role.FINANCE,
    A.CONFIRM_PARTLY: Role.FINANCE,
}


@dataclass
class Plan:
    status: DistributionStatus
    owner_unit_id: UUID
    prepared_by_id: UUID | None = None
    approved_by_id: UUID | None = None
    objection_until: None = None
    objections_heard: bool = False
    no_claims: bool = False
    is_stale: bool = False
    to_give: int = 100
    custody: int = 100


def actor(role: Role, person: UUID | None = None) -> Actor:
    return Actor(
        kind="user",
        id=person or uuid4(),
        name="某",
        post_id=uuid4(),
        unit_id=uuid4(),
        role=role,
        division_code="341522118",
        session_id=uuid4(),
    )


@pytest.mark.parametrize(("action", "role"), list(product(A, Role)))
def test_one_role_an_action(action: DistributionAction, role: Role) -> None:
    step = DISTRIBUTION_FLOW.steps[action]
    plan = Plan(min(step.frm), uuid4())
    if role is WHO[action]:
        assert DISTRIBUTION_FLOW.step(action, actor(role), plan) is step
    else:
        with pytest.raises(Forbidden):
            DISTRIBUTION_FLOW.step(action, actor(role), plan)


@pytest.mark.parametrize(("action", "status"), list(product(A, S)))
def test_every_action_in_every_status(action: DistributionAction, status: S) -> None:
    step = DISTRIBUTION_FLOW.steps[action]
    plan, who = Plan(status, uuid4()), actor(WHO[action])
    if status in step.frm:
        assert DISTRIBUTION_FLOW.step(action, who, plan) is step
    else:
        with pytest.raises(TransitionNotAllowed):
            DISTRIBUTION_FLOW.step(action, who, plan)


@pytest.mark.parametrize("action", [A.APPROVE, A.PAY, A.CONFIRM, A.CONFIRM_PARTLY])
def test_whoever_prepared_stays_out_even_in_another_post(action: DistributionAction) -> None:
    person = uuid4()
    plan = Plan(min(DISTRIBUTION_FLOW.steps[action].frm), uuid4(), prepared_by_id=person)
    with pytest.raises(Forbidden) as refused:
        DISTRIBUTION_FLOW.step(action, actor(WHO[action], person), plan)
    assert refused.value.code == "same_person"


@pytest.mark.parametrize("action", [A.PAY, A.CONFIRM, A.CONFIRM_PARTLY])
def test_whoever_approved_does_not_pay(action: DistributionAction) -> None:
    person = uuid4()
    plan = Plan(min(DISTRIBUTION_FLOW.steps[action].frm), uuid4(), approved_by_id=person)
    with pytest.raises(Forbidden):
        DISTRIBUTION_FLOW.step(action, actor(WHO[action], person), plan)
    assert not DISTRIBUTION_FLOW.available(actor(WHO[action], person), plan)


def test_nobody_is_paid_while_objections_may_still_come() -> None:
    plan, who = Plan(S.PUBLISHED, uuid4(), objections_heard=True), actor(Role.FINANCE)
    with pytest.raises(RuleViolated) as refused:
        DISTRIBUTION_FLOW.step(A.PAY, who, plan)
    assert refused.value.code == "objection_period"
    available = DISTRIBUTION_FLOW.available(who, plan)
    (turn,) = DISTRIBUTION_WAY.turns(plan)
    assert DISTRIBUTION_WAY.act_of(who, plan, available, turn) is None, "not the filled button"
    assert DISTRIBUTION_WAY.blocked(who, plan)[0].startswith("公示期满")


def test_money_moves_only_after_approval_and_publication() -> None:
    """Walk the table backwards from paying: every way in leads through both."""
    ways: dict[S, set[S]] = {}
    for step in DISTRIBUTION_FLOW.steps.values():
        for frm in step.frm:
            ways.setdefault(step.to or frm, set()).add(frm)
    assert ways[S.PAYING] == {S.PUBLISHED, S.PARTLY_PAID}
    assert ways[S.PARTLY_PAID] == {S.PAYING}
    assert ways[S.PUBLISHED] == {S.APPROVED}
    assert ways[S.APPROVED] == {S.COMPUTED}
