"""The number of a receipt, the words of its stages, the steps against guessing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.leads.leads import LeadStatus
from api.domain.organisation.organisation import UnitBehaviour
from api.domain.reporters import receipts
from api.domain.reporters.receipts import ProofPurpose, ReportStage

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
    secret = [kind.label for kind in UnitBehaviour] + [
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


#: How far a report is by where its lead stands, as its bearer reads it.
TOLD = {
    "received": "received",
    "registered": "arranging",
    "assigned": "arranging",
    "disputed": "arranging",
    "verifying": "checking",
    "recheck": "checking",
    "transferred_department": "handed_on",
    "transferred_police": "handed_on",
    "escalated": "handed_on",
    "concluded": "answering",
    "rejected": "not_taken",
    "fed_back": "answered",
    "closed": "finished",
    "archived": "finished",
    "withdrawn": "stopped",
}


@pytest.mark.parametrize("status", LeadStatus)
def test_how_far_a_report_is(status):
    assert receipts.STAGES[status].value == TOLD[status.value]


def test_who_was_given_an_outcome_may_judge_it():
    assert {stage.value for stage in receipts.RATEABLE} == {"answered", "finished"}


@pytest.mark.parametrize("stage", ReportStage)
def test_nobody_is_sent_to_look_for_what_is_not_there(stage):
    def said(*, answer, written, mode="电话反馈"):
        return receipts.words(stage, answer=answer, mode=mode, written=written)

    usual = receipts.WORDS[stage]
    assert said(answer=True, written=True) == usual
    elsewhere = said(answer=False, written=True)
    silent = said(answer=True, written=False)
    if stage is ReportStage.ANSWERED:
        assert "已经电话反馈" in elsewhere
        assert "已经答复" in said(answer=False, written=True, mode="")
        assert "下面的办理结果" not in elsewhere
    else:
        assert elsewhere == usual
    if stage is ReportStage.NOT_TAKEN:
        assert "请看下面的留言" not in silent
        assert "不属于这次受理的范围" in silent
    else:
        assert silent == usual


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (2, 0), (3, 10), (4, 10), (5, 60), (7, 60), (8, 600), (11, 600), (12, 3600),
     (19, 3600), (20, 86400), (10**6, 86400)],
)  # fmt: skip
def test_how_long_a_guesser_waits(failures, seconds):
    assert receipts.wait_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("purpose", "load", "more"),
    [("report", 0, 0), ("report", 119, 0), ("report", 120, 1), ("report", 239, 1),
     ("report", 240, 2), ("report", 479, 2), ("report", 480, 3), ("report", 799, 3),
     ("report", 800, 4), ("report", 10**9, 4),
     ("receipt", 1_199, 0), ("receipt", 1_200, 1), ("receipt", 2_999, 1), ("receipt", 3_000, 2),
     ("receipt", 8_999, 2), ("receipt", 9_000, 4), ("receipt", 10**9, 4)],
)  # fmt: skip
def test_a_flood_pays_more_and_more(purpose, load, more):
    purpose = ProofPurpose(purpose)
    assert receipts.bits_for(17, purpose, load=load) == receipts.bits_for(17, purpose) + more


def test_guesses_and_load_add_up_and_a_report_never_pays_for_guesses():
    look = ProofPurpose.RECEIPT
    assert receipts.bits_for(17, look, 299, 1_200) == 14 + 2 + 1
    assert receipts.bits_for(17, ProofPurpose.REPORT, 10**6, 120) == 18
    assert receipts.bits_for(4, look) == 1
    assert receipts.bits_for(5, look) == 2


def test_what_a_reporter_may_send_and_when():
    """A telephone's photo, written with one finger; a slip of the clock is no slip of the hand."""
    assert (receipts.MAX_MESSAGES, receipts.MAX_PHOTOS) == (100, 10)
    assert receipts.MAX_PHOTO_BYTES == 15_000_000
    assert (receipts.MAX_PHOTO_PIXELS, receipts.MAX_PHOTO_SIDE) == (50_000_000, 30_000)
    assert receipts.KEPT_PHOTO_PIXELS == 9_000_000
    assert timedelta(minutes=30) == receipts.PROOF_LIFE
    assert timedelta(hours=1) == receipts.GLOBAL_WINDOW
    assert receipts.LENIENT_BITS == 1


def test_the_last_number_is_a_receipt_and_groups_are_four():
    last = receipts.number(receipts.SPACE - 1)
    assert last.startswith("9" * 15)
    assert receipts.normalised(last) == last
    assert receipts.number(0).startswith("0" * 15)
    assert [len(part) for part in receipts.grouped(last).split(" ")] == [4, 4, 4, 4]
    for gap in " \u3000\t\r\n-－—·":
        assert receipts.normalised(gap.join(last)) == last, repr(gap)
    assert receipts.normalised(last + "x") is None
