"""The rule of rewards: whole fen, never above the cap, never less for more; who came first."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain import rewards
from api.domain.leads import LeadConclusion, ReporterKind
from api.domain.money import MAX_FEN
from api.domain.rewards import BUILTIN, Report, RewardHindrance, RewardRule, RewardStep

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
