"""The rule of rewards: whole fen, never above the cap, never less for more; who came first."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict
from api.domain.kit.permissions import Role
from api.domain.leads.leads import LeadConclusion, ReporterKind
from api.domain.rewards import rewards
from api.domain.rewards.rewards import (
    BUILTIN,
    REWARD_FLOW,
    Report,
    RewardAction,
    RewardHindrance,
    RewardRule,
    RewardStatus,
    RewardStep,
)
from api.domain.words.money import MAX_FEN

PROPOSER = uuid4()

fen = st.integers(0, MAX_FEN)


@st.composite
def rules(draw) -> RewardRule:
    starts = [0, *sorted(draw(st.sets(st.integers(1, MAX_FEN), max_size=6)))]
    paid = sorted(draw(st.lists(fen, min_size=len(starts), max_size=len(starts))))
    floor, cap = sorted((draw(fen), draw(fen)))
    return RewardRule(
        version=2,
        conclusions=(LeadConclusion.ILLEGAL,),
        steps=tuple(RewardStep(*pair) for pair in zip(starts, paid, strict=True)),
        basis_points=draw(st.integers(0, rewards.WHOLE)),
        floor=floor,
        cap=cap,
        allows_anonymous=True,
        source="试验",
    )


@given(rules(), fen, fen)
def test_whole_fen_within_floor_and_cap_and_never_less_for_more(rule, one, two):
    assert rewards.faults(rule) == []
    less, more = (rewards.amount(rule, LeadConclusion.ILLEGAL, each) for each in sorted((one, two)))
    assert isinstance(less, int)
    assert isinstance(more, int)
    assert rule.floor <= less <= more <= rule.cap


@given(rules(), fen)
def test_recomputing_gives_the_same(rule, involved):
    again = replace(rule, steps=tuple(reversed(rule.steps)))
    first = rewards.amount(rule, LeadConclusion.ILLEGAL, involved)
    assert rewards.amount(again, LeadConclusion.ILLEGAL, involved) == first


@pytest.mark.parametrize(
    ("involved", "yuan"),
    [(None, 1000), (0, 1000), (99_999_99, 1000), (100_000_00, 2000), (100_000_01, 2000),
     (1_000_000_00, 5000), (10_000_000_00, 20000), (10**12, 20000)],
)  # fmt: skip
def test_the_builtin_ladder(involved, yuan):
    assert rewards.faults(BUILTIN) == []
    assert rewards.amount(BUILTIN, LeadConclusion.SUSPECTED_CRIME, involved) == yuan * 100


def test_parts_of_a_fen_are_dropped():
    rule = replace(BUILTIN, basis_points=1, floor=0, steps=(RewardStep(0, 0),))
    assert rewards.amount(rule, LeadConclusion.ILLEGAL, 19_999) == 1


@pytest.mark.parametrize("conclusion", [None, *LeadConclusion])
def test_every_conclusion_is_rewarded_or_not_by_the_rule_alone(conclusion):
    given = rewards.amount(BUILTIN, conclusion, 1)
    assert (given is not None) == (conclusion in BUILTIN.conclusions)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"steps": ()}, "no_first_step"),
        ({"steps": (RewardStep(1, 1),)}, "no_first_step"),
        ({"steps": (RewardStep(0, 1), RewardStep(0, 2))}, "not_rising"),
        ({"steps": (RewardStep(0, 2), RewardStep(5, 1))}, "not_rising"),
        ({"floor": 2, "cap": 1}, "above_cap"),
        ({"conclusions": ()}, "missing"),
    ],
)
def test_a_wrong_rule_is_told(over, code):
    assert code in [fault.code for fault in rewards.faults(replace(BUILTIN, **over))]


NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def report(number: int, at: datetime = NOON, *, has_time: bool = True, **over) -> Report:
    told = {"reporter": ReporterKind.REAL_NAME, "has_receipt": False} | over
    return Report(UUID(int=number), at, has_time, **told)


class TestFirst:
    def test_the_earlier_moment(self):
        one, two = report(2), report(1, NOON + timedelta(seconds=1))
        assert rewards.first([two, one], UTC) is one

    def test_a_day_alone_does_not_beat_the_moments_of_that_day(self):
        """A ledger's row stands at midnight, which means nothing."""
        ledger = report(2, datetime(2026, 5, 4, tzinfo=UTC), has_time=False)
        assert rewards.first([ledger, report(1)], UTC).lead_id.int == 1
        assert rewards.first([ledger, report(3)], UTC).lead_id.int == 2
        later = report(1, NOON + timedelta(days=1))
        assert rewards.first([later, ledger], UTC) is ledger

    @given(st.permutations([report(n, NOON + timedelta(hours=n % 3)) for n in range(1, 7)]))
    def test_whatever_the_order(self, reports):
        assert rewards.first(reports, UTC).lead_id.int == 3


class TestHindrances:
    @pytest.mark.parametrize(
        ("kind", "receipt", "allows", "staff", "found"),
        [
            ("real_name", False, False, False, []),
            ("real_name", True, True, False, []),
            ("anonymous", True, True, False, []),
            ("anonymous", True, False, False, [RewardHindrance.ANONYMOUS]),
            ("anonymous", False, True, False, [RewardHindrance.NO_REPORTER]),
            ("real_name", False, True, True, [RewardHindrance.STAFF]),
        ],
    )
    def test_the_table(self, kind, receipt, allows, staff, found):
        rule = replace(BUILTIN, allows_anonymous=allows)
        said = report(1, reporter=ReporterKind(kind), has_receipt=receipt)
        assert list(rewards.hindrances(rule, said, is_staff=staff)) == found


class TestBounds:
    """Each figure at its edge, and one fen beside it."""

    rule = replace(
        BUILTIN,
        steps=(RewardStep(0, 100), RewardStep(10_000, 300)),
        basis_points=100,
        floor=150,
        cap=1_000,
    )

    @pytest.mark.parametrize(
        ("involved", "fen"),
        [(None, 150), (0, 150), (4_999, 150), (5_000, 150), (5_100, 151), (9_999, 199),
         (10_000, 400), (10_099, 400), (10_100, 401), (69_999, 999), (70_000, 1_000),
         (70_100, 1_000), (MAX_FEN, 1_000)],
    )  # fmt: skip
    def test_floor_step_share_and_cap(self, involved, fen):
        assert rewards.amount(self.rule, LeadConclusion.ILLEGAL, involved) == fen

    def test_the_whole_is_ten_thousand_points(self):
        whole = replace(self.rule, basis_points=rewards.WHOLE, cap=MAX_FEN)
        assert rewards.amount(whole, LeadConclusion.ILLEGAL, 5_000) == 5_100
        assert rewards.WHOLE == 10_000
        assert rewards.MOST_STEPS == 20

    def test_the_rule_that_comes_with_the_program(self):
        """安徽省非法集资举报奖励实施细则（试行）: from 1,000 to 100,000 yuan, by name only."""
        assert BUILTIN.version == 1
        assert {each.value for each in BUILTIN.conclusions} == {"suspected_crime", "illegal"}
        assert [(step.at_least // 100, step.reward // 100) for step in BUILTIN.steps] == [
            (0, 1_000), (100_000, 2_000), (1_000_000, 5_000), (10_000_000, 20_000),
        ]  # fmt: skip
        assert (BUILTIN.floor // 100, BUILTIN.cap // 100) == (1_000, 100_000)
        assert all(
            each % 100 == 0 for step in BUILTIN.steps for each in (step.at_least, step.reward)
        )
        assert (BUILTIN.floor % 100, BUILTIN.cap % 100) == (0, 0)
        assert BUILTIN.basis_points == 0
        assert BUILTIN.allows_anonymous is False

    @pytest.mark.parametrize(
        ("over", "faults"),
        [
            ({}, []),
            ({"floor": 5, "cap": 5}, []),
            ({"steps": (RewardStep(0, 2), RewardStep(5, 2))}, []),
            ({"floor": 6, "cap": 5}, ["/floor"]),
            ({"steps": (RewardStep(1, 1), RewardStep(5, 2))}, ["/steps"]),
            ({"steps": (RewardStep(0, 1), RewardStep(5, 2), RewardStep(4, 3))}, ["/steps"]),
            ({"steps": (RewardStep(5, 3), RewardStep(0, 1))}, ["/steps", "/steps", "/steps"]),
            ({"conclusions": (), "floor": 6, "cap": 5}, ["/floor", "/conclusions"]),
        ],
    )
    def test_where_the_fault_of_a_rule_stands(self, over, faults):
        assert [fault.pointer for fault in rewards.faults(replace(BUILTIN, **over))] == faults

    def test_the_day_is_the_towns_day(self):
        """23:30 in Beijing and 00:30 are two days, though they are one in London."""
        beijing = timezone(timedelta(hours=8))
        late = report(1, datetime(2026, 5, 4, 23, 30, tzinfo=beijing))
        ledger = report(2, datetime(2026, 5, 5, tzinfo=beijing), has_time=False)
        assert rewards.first([ledger, late], beijing) is late
        # by London's day the ledger's row would be of the same day, and recording decide
        assert rewards.first([report(3, late.received_at), ledger], UTC) is ledger


WHO = {
    RewardAction.APPROVE: ("proposed", "approved", "leader"),
    RewardAction.REFUSE: ("proposed", "refused", "leader"),
    RewardAction.PAY: ("approved", "paid", "finance"),
    RewardAction.CANCEL: ("proposed approved", "cancelled", "office"),
}


@dataclass
class Reward:
    status: RewardStatus
    proposed_by_id: UUID = PROPOSER
    approved_by_id: UUID | None = None
    awaits_code: bool = False
    against: str = ""
    owner_unit_id: UUID = PROPOSER


def actor(role: Role, person: UUID | None = None) -> Actor:
    return Actor("user", person or uuid4(), "", uuid4(), uuid4(), role, "341522118", uuid4())


class TestFlow:
    @pytest.mark.parametrize("role", Role)
    @pytest.mark.parametrize("status", RewardStatus)
    def test_every_cell(self, role, status):
        offered = {each.action for each in REWARD_FLOW.available(actor(role), Reward(status))}
        assert offered == {
            action
            for action, (origins, _, whose) in WHO.items()
            if status.value in origins.split() and role.value == whose
        }

    def test_where_each_leads(self):
        assert set(WHO) == set(REWARD_FLOW.steps)
        for action, step in REWARD_FLOW.steps.items():
            assert step.to is not None
            assert step.to.value == WHO[action][1]

    @pytest.mark.parametrize(
        ("action", "status", "role", "kept_out"),
        [
            (RewardAction.APPROVE, RewardStatus.PROPOSED, Role.LEADER, "proposed_by_id"),
            (RewardAction.PAY, RewardStatus.APPROVED, Role.FINANCE, "proposed_by_id"),
            (RewardAction.PAY, RewardStatus.APPROVED, Role.FINANCE, "approved_by_id"),
        ],
    )
    def test_three_people(self, action, status, role, kept_out):
        who = actor(role)
        record = replace(Reward(status, approved_by_id=uuid4()), **{kept_out: who.id})
        with pytest.raises(Conflict) as refused:
            REWARD_FLOW.step(action, who, record)
        assert refused.value.code == "same_person"
        assert REWARD_FLOW.step(action, actor(role), record)

    def test_what_is_active_and_what_is_paid(self):
        assert {each.value for each in rewards.ACTIVE} == {"proposed", "approved", "paid"}
        assert {each.value for each in rewards.PAYABLE} == {"approved", "paid"}
        assert {each.value for each in rewards.NOT_REWARDED} == {"withdrawn", "rejected"}


class TestReporters:
    @pytest.mark.parametrize("kind", ReporterKind)
    @pytest.mark.parametrize("receipt", [True, False])
    @pytest.mark.parametrize("allows", [True, False])
    @pytest.mark.parametrize("staff", [True, False])
    def test_every_cell(self, kind, receipt, allows, staff):
        rule = replace(BUILTIN, allows_anonymous=allows)
        told = rewards.hindrances(
            rule, report(1, reporter=kind, has_receipt=receipt), is_staff=staff
        )
        expected = []
        if kind is ReporterKind.ANONYMOUS and not receipt:
            expected.append("no_reporter")
        elif kind is ReporterKind.ANONYMOUS and not allows:
            expected.append("anonymous_not_rewarded")
        if staff:
            expected.append("reporter_is_staff")
        assert [each.value for each in told] == expected
