"""Amounts at the border, rates and means: both sides of every bound, every tie."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import pytest

from api.domain.across.statistics import COUNTS, RATIOS, UNIT_COUNTS, mean, percent
from api.domain.cases.cases import CaseStatus
from api.domain.entities.rectifications import RectificationStatus
from api.domain.words import money


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("0", 0), ("0.01", 1), ("0.1", 10), ("12.5", 1250), ("12345.67", 1_234_567),
        ("１２．５", 1250), (" 7 ", 700), ("9999999999.99", 999_999_999_999),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(written, fen):
    assert money.parse(written) == fen


@pytest.mark.parametrize(
    "written",
    ["", "abc", ".5", "5.", "1e3", "+5", "-0.01", "-1", "0.001", "1.005", "NaN", "Infinity",
     "-Infinity", "10000000000.01", "12345678901", "6222020200112233445", "1,000", "5\n5"],
)  # fmt: skip
def test_what_is_no_amount(written):
    with pytest.raises(ValueError, match="金额"):
        money.parse(written)


def test_the_largest_amount_is_ten_billion_yuan():
    assert money.to_fen("10000000000") == money.MAX_FEN == 10**12
    for more in ("10000000000.01", "1000000000000", "1000000000001", "1e30"):
        with pytest.raises(ValueError, match="超出范围"):
            money.to_fen(more)
    with pytest.raises(ValueError, match="负数"):
        money.to_fen(Decimal("-0.01"))
    with pytest.raises(ValueError, match="两位小数"):
        money.to_fen("0.001")


@pytest.mark.parametrize(
    ("fen", "yuan"),
    [(0, "0.00"), (1, "0.01"), (-1, "-0.01"), (99, "0.99"), (100, "1.00"), (101, "1.01"),
     (-100, "-1.00"), (-12345, "-123.45"), (10**12, "10000000000.00")],
)  # fmt: skip
def test_fen_on_the_wire(fen, yuan):
    assert money.to_yuan(fen) == yuan


def _half_up(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_rates_and_means_are_rounded_half_up():
    numbers = [*range(1, 41), 160, 200, 800, 20_000, 20_001]
    for above, below in product(range(45), numbers):
        assert mean(above, below) == _half_up(Decimal(above) / below), (above, below)
        assert percent(above, below) == _half_up(Decimal(above) * 100 / below), (above, below)
    assert mean(1, 200) == "0.01"  # a tie
    assert percent(1, 20_000) == "0.01"
    assert percent(1, 20_001) == "0.00"
    assert mean(0, 0) is None
    assert mean(3, 0) is None
    assert percent(3, 0) is None


def test_what_each_figure_counts():
    """By hand from 众办〔2022〕54号 and M9, apart from the table."""
    told = {count.key: count.params for counts in COUNTS.values() for count in counts}
    filed = {status.value for status in CaseStatus} - {"withdrawn"}
    ordered = {status.value for status in RectificationStatus} - {"withdrawn"}
    sets = {
        ("leads_suspected_crime", "conclusion"): {"suspected_crime"},
        ("leads_valid", "conclusion"): {"suspected_crime", "illegal", "irregular"},
        ("leads_closed", "status"): {"closed", "archived"},
        ("cases_withdrawn", "status"): {"withdrawn"},
        ("entities_found", "tier"): {"yellow", "orange", "red"},
        ("entities_regularised", "tier"): {"yellow", "orange", "red"},
        ("entities_regularised", "status"): {"accepted", "delisted", "shut_down"},
        ("rectifications_ordered", "status"): ordered,
        ("rectifications_closed", "status"): {"closed"},
        ("inspections_done", "status"): {"done", "closed"},
        ("inspections_clean", "status"): {"done", "closed"},
        ("inspections_clean", "finding"): {"none"},
        ("cases_exposed", "kind"): {"typical_case"},
        ("education_held", "kind"): {"education"},
        ("institutions_built", "kind"): {"institution"},
    }
    sets |= {(key, "status"): filed for key in told if key.startswith(("cases_filed", "cases_s"))}
    for key in ("cases_exposed", "education_held", "institutions_built"):
        sets[key, "status"] = {"published"}
    for (key, name), expected in sets.items():
        assert set(told[key][name]) == expected, (key, name)
    flags = {
        ("leads_not_counted", "counted"): False,
        ("cases_filed_new", "is_backlog"): False,
        ("cases_filed_backlog", "is_backlog"): True,
        ("cases_solved_new", "is_backlog"): False,
        ("cases_solved_backlog", "is_backlog"): True,
        ("leads_overdue", "overdue"): True,
        ("rectifications_overdue", "overdue"): True,
    }
    for key in ("cases_solved", "cases_solved_new", "cases_solved_backlog"):
        flags[key, "is_solved"] = True
    for key in ("leads_suspected_crime", "leads_received", "leads_valid", "leads_closed",
                "leads_overdue"):  # fmt: skip
        flags[key, "counted"] = True
    for (key, name), expected in flags.items():
        assert told[key][name] is expected, (key, name)


def test_each_unit_is_counted_by_what_it_closed():
    told = {count.key: count.params for count in UNIT_COUNTS}
    assert all(params["counted"] is True for params in told.values())
    for key in ("closed", "solved", "partly", "not_solved", "unsaid"):
        assert set(told[key]["status"]) == {"closed", "archived"}, key
    assert [told[key]["solved"] for key in ("solved", "partly", "not_solved")] == [
        ["yes"], ["partly"], ["no"]
    ]  # fmt: skip
    assert told["unsaid"]["solved_said"] is False
    assert told["responded"]["responded"] is True
    assert told["rated"]["rated"] is True


def test_each_rate_names_both_of_its_figures():
    told = {each.key: (each.numerator, each.denominator) for rs in RATIOS.values() for each in rs}
    assert told == {
        "leads_closing_rate": ("leads_closed", "leads_received"),
        "entities_rate": ("entities_regularised", "entities_found"),
        "rectifications_rate": ("rectifications_closed", "rectifications_ordered"),
    }
