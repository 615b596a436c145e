"""The clocks of a lead that is handed over (移送规定 5-12; 刑事程序规定 180; MKT, XF).

At each step one rule ends and the next begins; whom it binds stands beside it. The terms themselves
are in `time_rules.csv`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.domain.kit.labels import Labelled
from api.domain.leads.leads import (
    PENDING,
    PoliceMatter,
    ReceivingOrgan,
    ReviewResult,
    TransferResult,
    TransferStage,
)
from api.domain.organisation.organisation import UnitBehaviour


class TransferSide(Labelled):
    """Whom a clock of a transfer binds."""

    SENDER = "sender", "移送单位"
    RECEIVER = "receiver", "接收单位"
    APPROVER = "approver", "批准移送的负责人"


@dataclass(frozen=True, slots=True)
class TransferClock:
    """A rule that begins, and whom it binds."""

    rule_id: str
    side: TransferSide


_SENDER, _RECEIVER = TransferSide.SENDER, TransferSide.RECEIVER
#: The written report lies before the head, who approves or refuses.
PROPOSED = TransferClock("TRF-01", TransferSide.APPROVER)
#: Approved: handed over within 24 hours.
APPROVED = TransferClock("TRF-02", _SENDER)
#: With the receiver: taken in by the rule of any lead.
_TAKEN_IN = TransferClock("LEAD-ACK", _RECEIVER)
#: 移送规定第7条: not in its charge, the police pass it on.
FORWARDED = TransferClock("TRF-03", _RECEIVER)
#: Received: decided within the receiver's own term.
RECEIVED: Mapping[ReceivingOrgan, TransferClock] = {
    ReceivingOrgan.POLICE: TransferClock("TRF-04", _RECEIVER),
    ReceivingOrgan.MARKET: TransferClock("MKT-02", _RECEIVER),
    ReceivingOrgan.PETITION: TransferClock("XF-01", _RECEIVER),
    ReceivingOrgan.OTHER: TransferClock("LEAD-01", _RECEIVER),
    ReceivingOrgan.DISPUTE: TransferClock("LEAD-01", _RECEIVER),
    ReceivingOrgan.COUNTY: TransferClock("LEAD-01", _RECEIVER),
}
#: The police have longer for some matters (公通字〔2017〕25号第16条).
POLICE: Mapping[PoliceMatter, TransferClock] = {
    PoliceMatter.ORDINARY: RECEIVED[ReceivingOrgan.POLICE],
    PoliceMatter.ECONOMIC: TransferClock("TRF-04b", _RECEIVER),
    PoliceMatter.ECONOMIC_GRAVE: TransferClock("TRF-04c", _RECEIVER),
}
#: What anybody reports (公通字〔2015〕32号；公通字〔2017〕25号第15条).
REPORTED: Mapping[PoliceMatter, TransferClock] = {
    PoliceMatter.ORDINARY: TransferClock("INT-02", _RECEIVER),
    PoliceMatter.ECONOMIC: TransferClock("INT-04", _RECEIVER),
    PoliceMatter.ECONOMIC_GRAVE: TransferClock("INT-04b", _RECEIVER),
}
#: Filed over what was handed to them, the police open its case.
OPEN_CASE_RULE = "LEAD-OPEN-CASE"
INCOMPLETE = TransferClock("TRF-05b", _SENDER)
#: Answered: what the sender still owes, or may still do. TRF-08 has no term: it stands in the hint.
ANSWERED: Mapping[TransferResult, TransferClock] = {
    TransferResult.FILED: TransferClock("TRF-07", _SENDER),
    TransferResult.NOT_FILED: TransferClock("TRF-06a", _SENDER),
}
#: Nobody is waited for: the receiver has said what it does.
ANSWERED_STAGES = frozenset({TransferStage.ANSWERED, TransferStage.DECLINED, TransferStage.UPHELD})
#: Where a hand-over by the law stands then.
_ANSWERED_STAGE: Mapping[TransferResult, TransferStage] = {
    TransferResult.FILED: TransferStage.FILED,
    TransferResult.NOT_FILED: TransferStage.DECLINED,
}
#: 移送规定第9条: asked to reconsider, the police decide; what they uphold may go to the procurator.
REVIEW_ASKED = TransferClock("TRF-06b", _RECEIVER)
REVIEWED: Mapping[ReviewResult, TransferClock] = {
    ReviewResult.FILED: ANSWERED[TransferResult.FILED],
    ReviewResult.UPHELD: TransferClock("TRF-06c", _SENDER),
}
#: Where a hand-over by the law stands then.
REVIEWED_STAGE: Mapping[ReviewResult, TransferStage] = {
    ReviewResult.FILED: TransferStage.FILED,
    ReviewResult.UPHELD: TransferStage.UPHELD,
}


#: At which stage a hand-over stands while such a term runs; the others begin when it is sent or
#: received.
STAGE_OF: Mapping[str, TransferStage] = {
    INCOMPLETE.rule_id: TransferStage.INCOMPLETE,
    REVIEW_ASKED.rule_id: TransferStage.REVIEWED,
    ANSWERED[TransferResult.FILED].rule_id: TransferStage.FILED,
    REVIEWED[ReviewResult.UPHELD].rule_id: TransferStage.UPHELD,
}


class TransferKind(Labelled):
    """As what a lead is handed over: each kind has its own papers and clocks."""

    #: By an organ that may punish (移送规定).
    TRANSFER = "transfer", "移送公安"
    #: By anybody else.
    REPORT = "report", "移交公安（报案）"
    REFERRAL = "referral", "移交主管部门"
    DISPUTE = "dispute", "民事纠纷分流"
    #: Beyond what the town can do: the county answers, or gives it back.
    ESCALATION = "escalation", "上报县专项办"


def taken_over(kind: TransferKind) -> str:
    """Why whoever had a lead is not waited for: it was handed over to somebody else as this."""
    return f"改为{kind.label}"


def sent(kind: TransferKind, *, in_system: bool) -> TransferClock:
    """What runs once it is handed over. What a body outside got is proved by its receipt; a unit of
    the system has it at once."""
    return APPROVED if kind is TransferKind.TRANSFER and not in_system else _TAKEN_IN


def decides(
    kind: TransferKind, organ: ReceivingOrgan, matter: PoliceMatter | None
) -> TransferClock:
    """The term in which the receiver decides."""
    if kind is TransferKind.REPORT:
        return REPORTED[matter or PoliceMatter.ORDINARY]
    return POLICE[matter] if matter else RECEIVED[organ]


def answered(
    kind: TransferKind, result: TransferResult
) -> tuple[TransferStage, TransferClock | None]:
    """Where a hand-over stands with its result, and what the sender owes or may do next."""
    if kind is not TransferKind.TRANSFER:
        return TransferStage.ANSWERED, None
    return _ANSWERED_STAGE.get(result, TransferStage.ANSWERED), ANSWERED.get(result)


def answered_again(
    kind: TransferKind | None, review: ReviewResult, *, has_goods: bool
) -> tuple[TransferStage, TransferClock | None]:
    """The same when the police decide anew. `kind`: None for what the sender is done with otherwise;
    `has_goods`: what was handed over when they filed before is with them."""
    by_law, filed = kind is TransferKind.TRANSFER, review is ReviewResult.FILED
    if not by_law or (filed and has_goods):
        return TransferStage.ANSWERED, None
    return REVIEWED_STAGE[review], REVIEWED[review]


#: What each kind of organ can answer; to the police missing papers are offered so that whoever picks
#: them learns that they are no reason.
RESULTS: Mapping[ReceivingOrgan, tuple[TransferResult, ...]] = {
    ReceivingOrgan.POLICE: (
        TransferResult.FILED,
        TransferResult.NOT_FILED,
        TransferResult.REFUSED_INCOMPLETE,
    ),
    ReceivingOrgan.COUNTY: (TransferResult.HANDLED, TransferResult.RETURNED),
}
_USUAL = (
    TransferResult.HANDLED,
    TransferResult.FILED,
    TransferResult.NOT_FILED,
)


def results(organ: ReceivingOrgan) -> tuple[TransferResult, ...]:
    """What an organ can answer: the police file a case or do not, nothing else is a decision; the
    county has dealt with it, or gives it back."""
    return RESULTS.get(organ, _USUAL)


def unsettled(
    organ: ReceivingOrgan, result: TransferResult | None, review: ReviewResult | None
) -> bool:
    """Whether an answer leaves it to who handed the affair over to say what was found: nobody took
    it up, or the county dealt with it for the town. What is returned stands where it stood before."""
    declined = result is TransferResult.NOT_FILED and review is not ReviewResult.FILED
    by_county = organ is ReceivingOrgan.COUNTY and result is TransferResult.HANDLED
    return declined or by_county


def last_of(transfers: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The last of a lead's hand-overs as they were read. What the head refused, or the sender took
    back, was none, where there was another: whoever had the lead goes on with it."""
    return max(transfers, key=lambda each: (_counts(each), each["id"]))


def _counts(handover: Mapping[str, Any]) -> bool:
    return handover["refused_on"] is None and not handover["is_taken_back"]


def recalls(sent_on: str | None, receiver: str) -> str:
    """What taking a hand-over back does, as its dialog says before."""
    when = f" {sent_on} " if sent_on else ""
    return f"收回{when}交给“{receiver}”的移送、移交：对方还没有接收，收回以后不再是对方的待办"


def leaves_conclusion(stage: str | None, transfers: Sequence[Mapping[str, Any]]) -> bool:
    """The same of the last of a lead's hand-overs as they were read."""
    asked = transfers
    if stage in PENDING:  # what lies before the head answers nothing
        asked = [e for e in transfers if e["sent_on"] and not e["recalled_on"] and not e["is_past"]]
    elif stage not in ANSWERED_STAGES:
        return False
    if not asked:
        return False
    last = last_of(asked)
    result, review = last["result"], last["review_result"]
    return unsettled(
        ReceivingOrgan(last["organ"]),
        TransferResult(result) if result else None,
        ReviewResult(review) if review else None,
    )


_DEPARTMENTS = frozenset(
    {
        UnitBehaviour.MARKET,
        UnitBehaviour.CULTURE,
        UnitBehaviour.CIVIL,
        UnitBehaviour.JUSTICE,
        UnitBehaviour.OTHER,
    }
)
#: Which units of the system can be each kind of organ.
RECEIVERS: Mapping[ReceivingOrgan, frozenset[UnitBehaviour]] = {
    ReceivingOrgan.POLICE: frozenset({UnitBehaviour.POLICE}),
    ReceivingOrgan.MARKET: frozenset({UnitBehaviour.MARKET}),
    ReceivingOrgan.PETITION: frozenset({UnitBehaviour.OTHER}),
    # what has an organ of its own is handed to as that, in the term of that
    ReceivingOrgan.OTHER: _DEPARTMENTS - {UnitBehaviour.MARKET},
    ReceivingOrgan.DISPUTE: _DEPARTMENTS,
    ReceivingOrgan.COUNTY: frozenset({UnitBehaviour.COUNTY}),
}
#: Why a unit may not have it.
ARTICLES: Mapping[bool, str] = {
    True: "《行政执法机关移送涉嫌犯罪案件的规定》（2020）第3条",
    False: "《信访工作条例》（2022）第22条、第23条",
}
_BLANKS = re.compile(r"[\s·•]+")
_NAMES = re.compile(r"[、，,；;/\s]+")
#: 移送规定第5条: not fewer look into a matter that is handed over.
OFFICERS = 2


def officers(said: str) -> list[str]:
    """The names in a list of them, each once."""
    return [name for name in dict.fromkeys(_NAMES.split(said.strip())) if name]


def is_one_of(name: str, people: Iterable[str]) -> bool:
    """Whether a name is that of somebody, by whatever blanks or title it was written."""
    said = _plain(name)
    return any(each and each in said for each in map(_plain, people))


def same_name(one: str, other: str) -> bool:
    """Whether two names are one, by whatever blanks and widths they were written."""
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", name))


#: By when the police tell that papers are missing; and why they may not refuse for it.
TOLD_RULE = "TRF-05a"
