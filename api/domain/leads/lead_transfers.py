"""The clocks of a lead that is handed over (移送规定 5-12; 刑事程序规定 180; MKT, XF).

At each step one rule ends and the next begins; whom it binds stands beside it. The terms themselves
are in `time_rules.csv`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from api.domain.kit.labels import Labelled
from api.domain.leads.leads import PoliceMatter, ReceivingOrgan, ReviewResult, TransferResult


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
#: Approved: handed over within 24 hours. A department gets it by the rule of any lead.
SENT: Mapping[ReceivingOrgan, TransferClock] = {
    ReceivingOrgan.POLICE: TransferClock("TRF-02", _SENDER),
    ReceivingOrgan.MARKET: TransferClock("LEAD-ACK", _RECEIVER),
    ReceivingOrgan.PETITION: TransferClock("LEAD-ACK", _RECEIVER),
    ReceivingOrgan.OTHER: TransferClock("LEAD-ACK", _RECEIVER),
}
#: Received: decided within the receiver's own term.
RECEIVED: Mapping[ReceivingOrgan, TransferClock] = {
    ReceivingOrgan.POLICE: TransferClock("TRF-04", _RECEIVER),
    ReceivingOrgan.MARKET: TransferClock("MKT-02", _RECEIVER),
    ReceivingOrgan.PETITION: TransferClock("XF-01", _RECEIVER),
    ReceivingOrgan.OTHER: TransferClock("LEAD-01", _RECEIVER),
}
#: The police have longer for some matters (公通字〔2017〕25号第16条).
POLICE: Mapping[PoliceMatter, TransferClock] = {
    PoliceMatter.ORDINARY: RECEIVED[ReceivingOrgan.POLICE],
    PoliceMatter.ECONOMIC: TransferClock("TRF-04b", _RECEIVER),
    PoliceMatter.ECONOMIC_GRAVE: TransferClock("TRF-04c", _RECEIVER),
}
INCOMPLETE = TransferClock("TRF-05b", _SENDER)
#: Answered: what the sender still owes, or may still do. TRF-08 has no term: it stands in the hint.
ANSWERED: Mapping[TransferResult, TransferClock] = {
    TransferResult.FILED: TransferClock("TRF-07", _SENDER),
    TransferResult.NOT_FILED: TransferClock("TRF-06a", _SENDER),
}
#: 移送规定第9条: asked to reconsider, the police decide; what they uphold may go to the procurator.
REVIEW_ASKED = TransferClock("TRF-06b", _RECEIVER)
REVIEWED: Mapping[ReviewResult, TransferClock] = {
    ReviewResult.FILED: ANSWERED[TransferResult.FILED],
    ReviewResult.UPHELD: TransferClock("TRF-06c", _SENDER),
}
_NAMES = re.compile(r"[、，,；;/\s]+")
#: 移送规定第5条: not fewer look into a matter that is handed over.
OFFICERS = 2


def officers(said: str) -> list[str]:
    """The names in a list of them, each once."""
    return [name for name in dict.fromkeys(_NAMES.split(said.strip())) if name]


#: By when the police tell that papers are missing; and why they may not refuse for it.
TOLD_RULE = "TRF-05a"
