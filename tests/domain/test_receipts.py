"""The number of a receipt, the words of its stages, the steps against guessing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain import receipts
from api.domain.leads import LeadStatus
from api.domain.organisation import UnitKind
from api.domain.receipts import ProofPurpose, ReportStage

DRAWN = st.integers(0, receipts.SPACE - 1)


@given(DRAWN)
def test_a_receipt_is_read_back_however_it_is_grouped(drawn):
    made = receipts.number(drawn)
    assert len(made) == 16
    for typed in (made, receipts.grouped(made), "-".join(made), f" {made}\n", _full_width(made)):
        assert receipts.normalised(typed) == made


def _full_width(digits: str) -> str:
    return "".join(chr(ord(digit) + 0xFEE0) for digit in digits)


@given(DRAWN, st.integers(0, 15), st.integers(1, 9))
def test_every_single_wrong_digit_is_a_slip(drawn, at, by):
    made = receipts.number(drawn)
    wrong = made[:at] + str((int(made[at]) + by) % 10) + made[at + 1 :]
    assert receipts.normalised(wrong) is None


@given(DRAWN, st.integers(0, 14))
def test_every_swap_of_neighbours_is_a_slip(drawn, at):
    made = receipts.number(drawn)
    swapped = made[:at] + made[at + 1] + made[at] + made[at + 2 :]
    assert receipts.normalised(swapped) == (made if swapped == made else None)


@pytest.mark.parametrize("typed", ["", "1", "1" * 15, "1" * 17, "一二三四", "²" * 16, "abcd" * 4])
def test_what_is_no_receipt_is_a_slip(typed):
    assert receipts.normalised(typed) is None


def test_every_status_has_words_and_no_word_tells_who():
    assert set(receipts.STAGES) == set(LeadStatus)
    assert set(receipts.WORDS) == set(ReportStage)
    secret = [kind.label for kind in UnitKind] + [
        "公安",
        "派出所",
        "嫌疑",
        "立案",
        "专项办",
        "市场",
    ]
    for said in [*receipts.WORDS.values(), *(stage.label for stage in ReportStage)]:
        assert not any(word in said for word in secret), said


def test_waiting_grows_and_never_begins_with_a_first_mistake():
    waits = [receipts.wait_after(failures) for failures in range(40)]
    assert waits == sorted(waits)
    assert waits[:3] == [timedelta()] * 3
    assert waits[3] > timedelta()
    assert waits[-1] == timedelta(hours=24)


def test_looking_up_is_easier_until_too_many_guess():
    report, look = ProofPurpose.REPORT, ProofPurpose.RECEIPT
    assert receipts.bits_for(17, look) < receipts.bits_for(17, report)
    costs = [receipts.bits_for(17, look, failures) for failures in (0, 59, 60, 300, 1500, 9**9)]
    assert costs == [14, 14, 16, 18, 20, 20]
    assert receipts.bits_for(17, report, 9**9) == 17
    assert receipts.bits_for(1, look) == 1
