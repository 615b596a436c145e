"""Whether the police file a case: one decision, which a lead and the cases from it share.

It stands in the hand-over where a lead was handed to them, and among the decisions of a case; what
one of the two is told, the other says too (docs/adr/0045).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.domain.kit.errors import FieldError, RuleViolated
from api.domain.leads.leads import (
    DecisionLevel,
    ReceivingOrgan,
    ReviewResult,
    TransferResult,
    TransferStage,
)

_FILED, _NOT = TransferResult.FILED, TransferResult.NOT_FILED
_REVIEWED = {ReviewResult.FILED: _FILED, ReviewResult.UPHELD: _NOT}
ARTICLE = "《公安机关办理刑事案件程序规定》第一百七十八条"
#: What the police may do about what they declined (程序规定 178-182, 移送规定 9).
AGAIN = "撤销原决定而立案的（复议、通知立案），请先在线索上登记；有新的事实、证据的，请重新办理线索"


@dataclass(frozen=True, slots=True)
class PoliceDecision:
    """What was decided, when, by whom above the station, on which paper, and why."""

    filed: bool
    on: date
    level: DecisionLevel | None
    document_no: str = ""
    #: Without personal numbers, as every text that is stored.
    note: str = ""


def decided(organ: Any, result: Any, review: Any) -> TransferResult | None:
    """Whether the police filed a case over a hand-over, by the last that they said."""
    if organ != ReceivingOrgan.POLICE:
        return None
    if review is not None:
        return _REVIEWED[ReviewResult(review)]
    return TransferResult(result) if result in {_FILED, _NOT} else None


def of_hand_overs(transfers: Iterable[dict[str, Any]]) -> TransferResult | None:
    """The same of the hand-overs of a lead as they were read: the last that was decided in this
    round."""
    found = None
    for each in sorted(transfers, key=lambda one: one["id"]):
        if not each["is_past"]:
            said = decided(each["organ"], each["result"], each["review_result"])
            found = said or found
    return found


def is_looked_at_again(dropped_on: Any, aftermath: str, stage: Any) -> bool:
    """Whether the police gave up what they had filed and look at it anew: nothing was done about it
    otherwise, and nothing is to be done meanwhile."""
    return dropped_on is not None and not aftermath and stage == TransferStage.ANSWERED


def have_it(transfers: Iterable[dict[str, Any]], stage: Any) -> bool:
    """Whether what the police filed last in this round is theirs still: not given up, or looked at
    anew."""
    filed = [
        each
        for each in transfers
        if not each["is_past"]
        and decided(each["organ"], each["result"], each["review_result"]) is _FILED
    ]
    if not filed:
        return False
    last = max(filed, key=lambda one: one["id"])
    dropped, aftermath = last["dropped_on"], last["aftermath"]
    return dropped is None or is_looked_at_again(dropped, aftermath, stage)


def filed_on(transfers: Iterable[dict[str, Any]]) -> str | None:
    """The day on which the police filed, of the hand-overs of a lead as they were read."""
    days = [
        each["reviewed_on"] or each["result_on"]
        for each in sorted(transfers, key=lambda one: one["id"])
        if not each["is_past"]
        and decided(each["organ"], each["result"], each["review_result"]) is _FILED
    ]
    return days[-1] if days else None


def declined(number: str, pointer: str) -> RuleViolated:
    """A lead that the police declined opens no case."""
    message = f"线索 {number} 公安机关已决定不予立案，不能据以登记案件；{AGAIN}"
    return RuleViolated(
        message,
        code="lead_not_filed",
        errors=[FieldError(pointer, "lead_not_filed", message)],
        article=ARTICLE,
    )


def not_filed(number: str, field: str) -> RuleViolated:
    """A hand-over over which the police have not filed opens no case."""
    message = f"{number} 还没有登记公安机关立案，不能据以登记案件；请先登记办理结果"
    return RuleViolated(
        message,
        code="handover_not_filed",
        errors=[FieldError(f"/{field}", "handover_not_filed", message)],
        article=ARTICLE,
    )


def contradicts(message: str, field: str) -> RuleViolated:
    """The two would say different things of one affair."""
    return RuleViolated(
        message,
        code="police_decision_contradicts",
        errors=[FieldError(f"/{field}", "police_decision_contradicts", message)],
        article=ARTICLE,
    )
