"""Receipts of reports from the public: the number, what its bearer is told, how guessing is slowed.

Rules as tables (P2, P3; facts 6.5). Nothing here names a unit, a person or a suspect.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from api.domain.kit.labels import Labelled
from api.domain.leads.leads import LeadStatus

# ------------------------------------------------------------------------------ the number

DIGITS: Final = 16
#: How many numbers there are: fifteen digits by chance, the sixteenth follows from them.
SPACE: Final = 10 ** (DIGITS - 1)
#: Damm's quasigroup of order ten: every wrong digit and every swap of neighbours changes the result.
_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def _check(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def number(drawn: int) -> str:
    """The receipt of a drawn number below `SPACE`."""
    body = f"{drawn:0{DIGITS - 1}d}"
    return f"{body}{_check(body)}"


def normalised(typed: str) -> str | None:
    """The sixteen digits that somebody typed, however grouped; None when they cannot be a receipt:
    a slip of the finger is told apart from an unknown receipt without asking the database."""
    digits = "".join(_HALF.get(mark, mark) for mark in typed if mark not in _GAPS)
    fits = len(digits) == DIGITS and digits.isascii() and digits.isdigit()
    return digits if fits and _check(digits) == 0 else None


_GAPS: Final = frozenset(" \u3000\t\r\n-－—·")
_HALF: Final = {chr(0xFF10 + digit): str(digit) for digit in range(10)}


def grouped(receipt: str) -> str:
    """`1234 5678 9012 3456`, as it is printed and read aloud."""
    return " ".join(receipt[start : start + 4] for start in range(0, DIGITS, 4))


# ------------------------------------------------------------------------------ what is told


class ReportStage(Labelled):
    """How far a report is, in the words of the street."""

    RECEIVED = "received", "已经收到"
    ARRANGING = "arranging", "正在安排核查"
    CHECKING = "checking", "正在核查"
    HANDED_ON = "handed_on", "已经转给主管机关"
    ANSWERING = "answering", "已经核查，正在准备答复"
    NOT_TAKEN = "not_taken", "不属于受理范围"
    ANSWERED = "answered", "已经答复"
    FINISHED = "finished", "已经办结"
    STOPPED = "stopped", "已经停止办理"


_T = ReportStage
STAGES: Final[Mapping[LeadStatus, ReportStage]] = {
    LeadStatus.RECEIVED: _T.RECEIVED,
    LeadStatus.REGISTERED: _T.ARRANGING,
    LeadStatus.ASSIGNED: _T.ARRANGING,
    # that units argue is nothing that a reporter could use
    LeadStatus.DISPUTED: _T.ARRANGING,
    LeadStatus.VERIFYING: _T.CHECKING,
    LeadStatus.RECHECK: _T.CHECKING,
    LeadStatus.TRANSFERRED_DEPARTMENT: _T.HANDED_ON,
    LeadStatus.TRANSFERRED_POLICE: _T.HANDED_ON,
    LeadStatus.ESCALATED: _T.HANDED_ON,
    LeadStatus.CONCLUDED: _T.ANSWERING,
    LeadStatus.REJECTED: _T.NOT_TAKEN,
    LeadStatus.FED_BACK: _T.ANSWERED,
    LeadStatus.CLOSED: _T.FINISHED,
    LeadStatus.ARCHIVED: _T.FINISHED,
    LeadStatus.WITHDRAWN: _T.STOPPED,
}

#: One or two plain sentences: what it means, and what the reporter may do.
WORDS: Final[Mapping[ReportStage, str]] = {
    _T.RECEIVED: "您反映的情况已经收到，工作人员很快会看。",
    _T.ARRANGING: "您反映的情况已经登记，正在安排人员核查。",
    _T.CHECKING: "工作人员正在核查。想起什么，可以在下面补充。",
    _T.HANDED_ON: "您反映的情况已经转给主管机关，由他们办理。",
    _T.ANSWERING: "情况已经核查过，正在准备答复您。",
    _T.NOT_TAKEN: "您反映的情况不属于这次受理的范围，请看下面的留言。",
    _T.ANSWERED: "请看下面的办理结果，给它打个分。",
    _T.FINISHED: "这件事已经办完，请您打个分。",
    _T.STOPPED: "这件事已经停止办理。有疑问可以在下面留言。",
}

#: Where the answer went another way, or nothing was written, nobody is sent to look for it.
_ANSWERED_ELSEWHERE: Final = "办理结果已经{mode}。有疑问可以在下面留言，也请打个分。"
_NOT_TAKEN_SILENTLY: Final = "您反映的情况不属于这次受理的范围。有疑问可以在下面留言。"


def words(stage: ReportStage, *, answer: bool, mode: str = "", written: bool = True) -> str:
    """What the receipt says of a stage. `answer`: it stands below; `mode`: the way it was given
    else; `written`: staff wrote something."""
    if stage is _T.ANSWERED and not answer:
        return _ANSWERED_ELSEWHERE.format(mode=mode or "答复")
    if stage is _T.NOT_TAKEN and not written:
        return _NOT_TAKEN_SILENTLY
    return WORDS[stage]


#: Who may judge the outcome (P2): whoever was given one.
RATEABLE: Final = frozenset({_T.ANSWERED, _T.FINISHED})


class MessageFrom(Labelled):
    """Who wrote a message of a report's conversation."""

    REPORTER = "reporter", "举报人"
    STAFF = "staff", "工作人员"


#: A conversation, not a flood: more than this from one side are not taken.
MAX_MESSAGES: Final = 100
MAX_PHOTOS: Final = 10
#: As a telephone makes them; larger ones would also take too long over a village's network.
MAX_PHOTO_BYTES: Final = 15_000_000
#: More than telephones make, and what a computer opens without running out of memory.
MAX_PHOTO_PIXELS: Final = 50_000_000
MAX_PHOTO_SIDE: Final = 30_000
#: What is kept: a sheet of paper stays readable, a long screenshot too.
KEPT_PHOTO_PIXELS: Final = 9_000_000


# ------------------------------------------------------------------------------ against guessing


class ProofPurpose(Labelled):
    """What a proof of work is good for."""

    REPORT = "report", "提交举报"
    RECEIPT = "receipt", "凭回执查询"


#: A look-up costs an eighth of a report: the old people who ask are many, the reports few.
EASIER_BY: Final[Mapping[ProofPurpose, int]] = {ProofPurpose.REPORT: 0, ProofPurpose.RECEIPT: 3}
#: Long enough to write a report with one finger while the proof lies ready.
PROOF_LIFE: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class SourceStep:
    """From so many wrong receipts of one source on, it waits so long after each."""

    failures: int
    wait: timedelta


#: Slips are caught by the check digit and do not count here.
SOURCE_STEPS: Final = (
    SourceStep(3, timedelta(seconds=10)),
    SourceStep(5, timedelta(minutes=1)),
    SourceStep(8, timedelta(minutes=10)),
    SourceStep(12, timedelta(hours=1)),
    SourceStep(20, timedelta(hours=24)),
)


@dataclass(frozen=True, slots=True)
class GlobalStep:
    """From so many wrong receipts within `GLOBAL_WINDOW` on, from wherever, every look-up costs so
    many more bits. Nobody is locked out by what others do."""

    failures: int
    bits: int


GLOBAL_WINDOW: Final = timedelta(hours=1)
GLOBAL_STEPS: Final = (GlobalStep(60, 2), GlobalStep(300, 4), GlobalStep(1500, 6))

#: Look-ups are answered on the beat, so that what little differs between a right receipt and a wrong
#: one is not seen from outside.
ANSWER_BEAT: Final = timedelta(milliseconds=200)


def wait_after(failures: int) -> timedelta:
    """How long a source waits after its latest wrong receipt."""
    passed = bisect_right([step.failures for step in SOURCE_STEPS], failures)
    return SOURCE_STEPS[passed - 1].wait if passed else timedelta()


@dataclass(frozen=True, slots=True)
class LoadStep:
    """From so many requests within `GLOBAL_WINDOW` on, right ones too, each costs so many more bits:
    a flood pays more and more, and whoever comes meanwhile waits seconds, not for ever."""

    requests: int
    bits: int


LOAD_STEPS: Final[Mapping[ProofPurpose, tuple[LoadStep, ...]]] = {
    ProofPurpose.REPORT: (LoadStep(120, 1), LoadStep(240, 2), LoadStep(480, 3), LoadStep(800, 4)),
    ProofPurpose.RECEIPT: (LoadStep(1_200, 1), LoadStep(3_000, 2), LoadStep(9_000, 4)),
}
#: A proof that was begun before a step is still good just after it.
LENIENT_BITS: Final = 1


def bits_for(base: int, purpose: ProofPurpose, failures: int = 0, load: int = 0) -> int:
    """How many leading zero bits a proof shows now."""
    bits = max(base - EASIER_BY[purpose], 1)
    steps = LOAD_STEPS[purpose]
    heavy = bisect_right([step.requests for step in steps], load)
    bits += steps[heavy - 1].bits if heavy else 0
    if purpose is ProofPurpose.REPORT:
        return bits
    passed = bisect_right([step.failures for step in GLOBAL_STEPS], failures)
    return bits + (GLOBAL_STEPS[passed - 1].bits if passed else 0)
