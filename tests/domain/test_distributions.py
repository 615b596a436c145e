"""The refund algorithm: hand examples, a published case, and properties over random claims."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.domain.kit.errors import Invalid
from api.domain.recovery.distributions import (
    BaseRule,
    Claim,
    ClaimStatus,
    Disposition,
    Plan,
    certificate,
    compute,
)
from api.domain.words.money import to_fen

SCRIPT = Path(__file__).parents[2] / "scripts" / "recompute_distribution.py"

amounts = st.one_of(st.integers(0, 50), st.integers(0, 10**10))
claim_lists = st.lists(
    st.builds(
        Claim,
        key=st.uuids().map(str),
        principal=amounts,
        returns=amounts,
        refunds=amounts,
        standing=st.sampled_from(ClaimStatus),
    ),
    max_size=25,
    unique_by=lambda claim: claim.key,
)
pools = st.one_of(st.integers(0, 200), st.integers(0, 10**11))
rules = st.sampled_from(BaseRule)


def shares(plan: Plan) -> dict[str, int]:
    return {line.key: line.share for line in plan.lines}


class TestByHand:
    """Three victims, worked out on paper."""

    claims = (
        Claim("A", principal=to_fen("100000"), returns=to_fen("20000")),
        Claim("B", principal=to_fen("50000")),
        Claim("C", principal=to_fen("50000"), refunds=to_fen("30000")),
    )

    def test_net_of_returns(self) -> None:
        # outstanding 80,000 / 50,000 / 20,000; pool 60,000 → 40 % of each
        plan = compute(self.claims, to_fen("60000"), BaseRule.NET_OF_RETURNS)
        assert shares(plan) == {"A": 3_200_000, "B": 2_000_000, "C": 800_000}
        assert Fraction(plan.level_numerator, plan.level_denominator) == Fraction(2, 5)

    def test_gross_then_deduct(self) -> None:
        # All that came back, 50,000, and the pool of 60,000 over 200,000 of principal is 55 %; C
        # has 60 % already and drops out; (60,000 + 20,000) / 150,000 is 53.33 % for A and B.
        plan = compute(self.claims, to_fen("60000"), BaseRule.GROSS_THEN_DEDUCT)
        assert shares(plan) == {"A": 3_333_333, "B": 2_666_667, "C": 0}
        assert plan.lines[2].disposition is Disposition.NONE

    def test_returns_left_out_of_account(self) -> None:
        # outstanding 100,000 / 50,000 / 20,000
        plan = compute(self.claims, to_fen("17000"), BaseRule.NET_OF_RETURNS, returns_offset=False)
        assert shares(plan) == {"A": 1_000_000, "B": 500_000, "C": 200_000}

    def test_a_pool_larger_than_all_losses_makes_whole_and_reports_the_rest(self) -> None:
        plan = compute(self.claims, to_fen("200000"), BaseRule.GROSS_THEN_DEDUCT)
        assert shares(plan) == {"A": 8_000_000, "B": 5_000_000, "C": 2_000_000}
        assert plan.undistributed == to_fen("50000")

    def test_the_odd_fen_goes_to_the_larger_loss_then_to_the_lower_number(self) -> None:
        equal = [Claim(key, principal=100) for key in "CAB"]
        assert shares(compute(equal, 100, BaseRule.NET_OF_RETURNS)) == {"A": 34, "B": 33, "C": 33}

    def test_unregistered_shares_are_set_aside_and_the_excluded_get_nothing(self) -> None:
        plan = compute(
            [
                Claim("A", 1000),
                Claim("B", 1000, standing=ClaimStatus.UNREGISTERED),
                Claim("C", 1000, standing=ClaimStatus.EXCLUDED),
            ],
            1000,
            BaseRule.NET_OF_RETURNS,
        )
        assert shares(plan) == {"A": 500, "B": 500, "C": 0}
        assert plan.total(Disposition.PAY) == plan.total(Disposition.SET_ASIDE) == 500

    def test_nobody_to_pay_leaves_the_pool_undistributed(self) -> None:
        assert compute([], 500, BaseRule.NET_OF_RETURNS).undistributed == 500

    def test_negative_and_duplicate_claims_are_named(self) -> None:
        with pytest.raises(Invalid) as refused:
            compute([Claim("A", -1), Claim("B", 1), Claim("B", 1)], -1, BaseRule.NET_OF_RETURNS)
        assert [error.code for error in refused.value.errors] == [
            "negative_amount",
            "duplicate_claim",
            "negative_amount",
        ]


class TestZiyang2022:
    """395 investors, 23.12 M unpaid principal, 9.13 M returned, announced ratio 50.98 %.

    9.13 / 23.12 is 39.5 %: the announced ratio only fits a base net of the interest received
    (about 17.91 M). The two settings of `returns_offset` give the two numbers.
    """

    @pytest.fixture
    def investors(self) -> list[Claim]:
        principal, interest, count = to_fen("23120000"), to_fen("5211000"), 395
        return [
            Claim(
                f"{n:03}",
                principal=principal // count + (n < principal % count),
                returns=interest // count + (n < interest % count),
            )
            for n in range(count)
        ]

    @pytest.mark.parametrize(("returns_offset", "percent"), [(True, "50.98"), (False, "39.49")])
    def test_ratio(self, investors: list[Claim], returns_offset: bool, percent: str) -> None:
        plan = compute(
            investors,
            to_fen("9130000"),
            BaseRule.NET_OF_RETURNS,
            returns_offset=returns_offset,
        )
        assert f"{100 * plan.level_numerator / plan.level_denominator:.2f}" == percent
        assert sum(shares(plan).values()) == to_fen("9130000")


class TestProperties:
    """What must hold for any claims, any pool, either reading."""

    @given(claim_lists, pools, rules, st.booleans())
    def test_the_sum_is_exact_and_nobody_gets_more_than_is_outstanding(
        self, claims: list[Claim], pool: int, rule: BaseRule, offset: bool
    ) -> None:
        plan = compute(claims, pool, rule, returns_offset=offset)
        outstanding = sum(line.outstanding for line in plan.lines)
        assert sum(line.share for line in plan.lines) == min(pool, outstanding)
        assert plan.undistributed == max(0, pool - outstanding)
        for line in plan.lines:
            assert 0 <= line.share <= line.outstanding
            assert abs(line.share - Fraction(line.quota_numerator, plan.level_denominator)) < 1

    @given(claim_lists, pools, rules, st.randoms(use_true_random=False))
    def test_the_order_of_the_claims_does_not_matter(
        self, claims: list[Claim], pool: int, rule: BaseRule, random: object
    ) -> None:
        shuffled = list(claims)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        assert compute(shuffled, pool, rule) == compute(claims, pool, rule)

    @given(claim_lists, pools, st.integers(1, 1000), rules)
    def test_a_larger_pool_never_costs_anybody_more_than_one_fen(
        self, claims: list[Claim], pool: int, more: int, rule: BaseRule
    ) -> None:
        """Exact quotas rise with the pool; whole fen by largest remainder may fall by one."""
        small, large = compute(claims, pool, rule), compute(claims, pool + more, rule)
        for before, after in zip(small.lines, large.lines, strict=True):
            assert Fraction(before.quota_numerator, small.level_denominator) <= Fraction(
                after.quota_numerator, large.level_denominator
            )
            assert after.share >= before.share - 1

    def test_largest_remainder_can_cost_one_fen_as_the_pool_grows(self) -> None:
        """The Alabama paradox: the price of exact sums, bounded by one fen."""
        claims = [Claim("A", 6), Claim("B", 6), Claim("C", 2)]
        assert shares(compute(claims, 10, BaseRule.NET_OF_RETURNS))["C"] == 2
        assert shares(compute(claims, 11, BaseRule.NET_OF_RETURNS))["C"] == 1

    @given(claim_lists, pools)
    def test_under_gross_then_deduct_everybody_paid_reaches_the_same_level(
        self, claims: list[Claim], pool: int
    ) -> None:
        plan = compute(claims, pool, BaseRule.GROSS_THEN_DEDUCT)
        for line in plan.lines:
            if line.quota_numerator and plan.level_numerator < plan.level_denominator:
                reached = line.offset + Fraction(line.quota_numerator, plan.level_denominator)
                assert reached == line.weight * Fraction(
                    plan.level_numerator, plan.level_denominator
                )

    @given(claim_lists, pools)
    def test_without_earlier_payments_both_readings_agree(
        self, claims: list[Claim], pool: int
    ) -> None:
        fresh = [Claim(c.key, c.principal, standing=c.standing) for c in claims]
        assert shares(compute(fresh, pool, BaseRule.NET_OF_RETURNS)) == shares(
            compute(fresh, pool, BaseRule.GROSS_THEN_DEDUCT)
        )


class TestCertificate:
    """The standalone script finds every line again, and every changed figure."""

    @settings(deadline=None)
    @given(claim_lists, pools, rules, st.booleans())
    def test_every_line_is_found_again(
        self, claims: list[Claim], pool: int, rule: BaseRule, offset: bool
    ) -> None:
        plan = compute(claims, pool, rule, returns_offset=offset)
        document = json.loads(json.dumps(certificate(plan, header={"number": "1"})))
        namespace: dict[str, object] = {"__name__": "recompute"}
        exec(SCRIPT.read_text(encoding="utf-8"), namespace)
        found = namespace["recompute"](document)  # type: ignore[operator]
        assert found == {
            line.key: (line.outstanding, line.share, line.disposition.value) for line in plan.lines
        }

    def run(self, tmp_path: Path, document: object) -> subprocess.CompletedProcess[str]:
        path = tmp_path / "certificate.json"
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-I", str(SCRIPT), str(path)],
            capture_output=True,
            text=True,
            check=False,
        )

    def test_the_script_agrees(self, tmp_path: Path) -> None:
        plan = compute(TestByHand.claims, to_fen("60000"), BaseRule.GROSS_THEN_DEDUCT)
        answer = self.run(tmp_path, certificate(plan, header={"number": "1"}))
        assert (answer.returncode, answer.stdout.strip()) == (
            0,
            "3 笔全部相符，合计 60000.00 元",
        )

    def test_a_shifted_fen_is_named(self, tmp_path: Path) -> None:
        plan = compute(TestByHand.claims, to_fen("60000"), BaseRule.GROSS_THEN_DEDUCT)
        document = json.loads(json.dumps(certificate(plan, header={"number": "1"})))
        document["lines"][0]["share"] = "33333.34"
        answer = self.run(tmp_path, document)
        assert answer.returncode == 1
        assert "A:" in answer.stdout
        assert "digest" in answer.stdout


def test_a_hundred_thousand_victims_are_exact() -> None:
    """The largest single case the plan reckons with."""
    claims = [
        Claim(f"{n:06}", principal=1_000_000 + n * 37 % 99_991, returns=n * 53 % 70_001)
        for n in range(100_000)
    ]
    plan = compute(claims, 30_000_000_007, BaseRule.GROSS_THEN_DEDUCT)
    assert plan.undistributed == 0
    assert sum(line.share for line in plan.lines) == 30_000_000_007
