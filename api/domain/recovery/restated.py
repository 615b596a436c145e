"""What a money dialog says again before somebody presses the button: how much, for how many, where.

Whoever approves reads the sum in the sentence that they answer for, not on the page behind it.
"""

from dataclasses import dataclass

from api.domain.recovery.distributions import DistributionAction, DistributionStatus
from api.domain.recovery.ledger import AccountKind, EntryAction, EntryStatus
from api.domain.recovery.property_items import PropertyAction
from api.domain.recovery.property_measures import MeasureAction, MeasureKind
from api.domain.words.money import formatted


@dataclass(frozen=True, slots=True)
class PlanSums:
    """A plan's money in fen, and how many people each part is for."""

    pool: int
    pay_count: int
    pay: int
    set_aside_count: int
    set_aside: int
    undistributed: int
    #: approved and not paid yet, or sent back by the bank
    due_count: int
    due: int
    #: at the bank
    sent_count: int
    sent: int


def _shared(verb: str, sums: PlanSums) -> str:
    parts = [f"{verb} {sums.pay_count} 人发放 {formatted(sums.pay)}"]
    if sums.set_aside:
        parts.append(f"提存 {formatted(sums.set_aside)}")
    if sums.undistributed:
        parts.append(f"其余 {formatted(sums.undistributed)} 留在归集专户")
    return "，".join(parts)


def of_plan(status: DistributionStatus, sums: PlanSums) -> dict[str, str]:
    """By action of the plan's flow, what it does with which money."""
    A = DistributionAction  # noqa: N806  # as everywhere in the flows
    held = formatted(sums.pay + sums.set_aside)
    found = {
        A.COMPUTE: f"以可分配金额 {formatted(sums.pool)} 测算",
        A.APPROVE: _shared("批准向", sums),
        A.PUBLISH: _shared("公示向", sums),
        A.PAY: f"向 {sums.due_count} 人发放 {formatted(sums.due)}，送银行办理",
        A.CONFIRM: f"确认 {sums.sent_count} 人的 {formatted(sums.sent)} 全部到账",
        A.CONFIRM_PARTLY: (
            f"送银行的有 {sums.sent_count} 人、{formatted(sums.sent)}；下面所列的退票，其余确认到账"
        ),
    }
    if status is not DistributionStatus.DRAFT:
        back = f"方案中的 {held}"
        reserved = status in {DistributionStatus.APPROVED, DistributionStatus.PUBLISHED}
        goes = f"{back}退回归集专户，不再发放" if reserved else f"{back}不发放"
        found |= {A.SEND_BACK: goes, A.WITHDRAW: goes}
    return {action.value: sentence for action, sentence in found.items()}


def of_entry(
    status: EntryStatus, amount: int, credit: AccountKind, debit: AccountKind
) -> dict[str, str]:
    """By action of an entry's flow, what it does with which money; `debit` as a person means it."""
    sum_ = formatted(amount)
    undone = (
        f"撤销这笔支出，{sum_} 退回“{credit.label}”"
        if status is EntryStatus.AWAITS
        else f"{sum_} 从“{debit.label}”冲回“{credit.label}”"
    )
    return {
        EntryAction.CONFIRM.value: f"复核同意 {sum_} 从“{credit.label}”付出，转入“{debit.label}”",
        EntryAction.VOID.value: undone,
    }


def of_measure(kind: MeasureKind, fen: int | None) -> dict[str, str]:
    """By action of a measure's flow, the money that it holds on to or lets go."""
    if fen is None:
        return {}
    sum_ = f"所涉金额 {formatted(fen)}"
    return {
        MeasureAction.RENEW.value: f"续行{kind.label}，{sum_}",
        MeasureAction.RELEASE.value: f"解除{kind.label}，{sum_}",
        MeasureAction.TAKE_EFFECT.value: f"轮候的{kind.label}转为生效，{sum_}",
    }


def of_item(fen: int | None) -> dict[str, str]:
    """By action of an item's flow, the money that is judged, disputed, disposed of or taken off."""
    if fen is None:
        return {}
    sum_ = f"登记金额 {formatted(fen)}"
    return {
        PropertyAction.DETERMINE.value: f"甄别认定的财物{sum_}",
        PropertyAction.OBJECT.value: f"有异议的财物{sum_}",
        PropertyAction.DISPOSE.value: f"处置的财物{sum_}",
        PropertyAction.WITHDRAW.value: f"撤销登记的财物{sum_}",
    }
