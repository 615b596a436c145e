"""The money of one book (a case or a risk entity): its pots, the ways between them, the measures.

Double entry in whole fen. A transfer moves money *into* its debit account and *out of* its credit
account, so a pot's balance is what lies in it. Money enters the book from a source outside it, and
only such a source may go below zero; the sum over all accounts of a book is therefore always zero.

Frozen is not recovered, and recovered is not returned (M9): every stage is a pot of its own, and the
five measures are read off the pots. Nobody can type one.
"""

from dataclasses import dataclass

from api.domain.flow import REASON, Field, Flow, Step
from api.domain.labels import Labelled
from api.domain.permissions import Permission


class AccountKind(Labelled):
    """The accounts of a book, in the order in which money passes through them."""

    TRACED_SOURCE = "traced_source", "涉案资金来源（账外）"
    SURRENDER_SOURCE = "surrender_source", "退赃退赔来源（账外）"
    VALUATION = "valuation", "估值差额（账外）"
    TRACED = "traced", "已查明未控制"
    RESTRAINED = "restrained", "已查封扣押冻结"
    REALISED = "realised", "已变现待归集"
    IN_CUSTODY = "in_custody", "归集专户"
    PAYABLE = "payable", "待发放"
    PAID_PENDING = "paid_pending", "已送银行待确认"
    RETURNED = "returned", "已发还"
    SET_ASIDE = "set_aside", "提存"
    PRIORITY_PAID = "priority_paid", "优先支付（医疗费、优先受偿权等）"
    TREASURY = "treasury", "已上缴国库"
    RELEASED = "released", "已解除退还权利人"


K = AccountKind

#: What lies outside the book. The database holds the same list in `account_kinds`.
MAY_GO_NEGATIVE = frozenset({K.TRACED_SOURCE, K.SURRENDER_SOURCE, K.VALUATION})

#: From → to: the ways that exist. Whatever else is wrong is at least not one of these.
MOVES: dict[AccountKind, frozenset[AccountKind]] = {
    K.TRACED_SOURCE: frozenset({K.TRACED, K.RESTRAINED}),
    K.SURRENDER_SOURCE: frozenset({K.IN_CUSTODY}),
    K.VALUATION: frozenset({K.TRACED, K.RESTRAINED, K.REALISED}),
    K.TRACED: frozenset({K.RESTRAINED, K.IN_CUSTODY, K.VALUATION}),
    K.RESTRAINED: frozenset(
        {K.TRACED, K.REALISED, K.IN_CUSTODY, K.RETURNED, K.RELEASED, K.VALUATION}
    ),
    K.REALISED: frozenset({K.IN_CUSTODY, K.VALUATION}),
    K.IN_CUSTODY: frozenset(
        {K.PAYABLE, K.SET_ASIDE, K.RETURNED, K.PRIORITY_PAID, K.TREASURY, K.RELEASED}
    ),
    K.PAYABLE: frozenset({K.PAID_PENDING, K.IN_CUSTODY}),
    K.PAID_PENDING: frozenset({K.RETURNED, K.PAYABLE}),
    K.RETURNED: frozenset(),
    K.SET_ASIDE: frozenset({K.PAYABLE, K.TREASURY}),
    K.PRIORITY_PAID: frozenset(),
    K.TREASURY: frozenset(),
    K.RELEASED: frozenset(),
}

#: Moved by approving, paying and confirming a refund plan, never by hand.
DISTRIBUTION_ONLY = frozenset({K.PAYABLE, K.PAID_PENDING})


def may_move(source: AccountKind, target: AccountKind) -> bool:
    """Whether money may go this way at all."""
    return target in MOVES[source]


def is_manual(source: AccountKind, target: AccountKind) -> bool:
    """Whether a bookkeeper may enter it by hand."""
    return may_move(source, target) and not {source, target} & DISTRIBUTION_ONLY


class Side(Labelled):
    """The two legs of a transfer."""

    DEBIT = "debit", "借（转入）"
    CREDIT = "credit", "贷（转出）"


class Measure(Labelled):
    """The five figures that must never be mistaken for one another."""

    TRACED = "traced", "已查明"
    RESTRAINED = "restrained", "已控制"
    REALISED = "realised", "已变现"
    IN_CUSTODY = "in_custody", "已归集在账"
    RETURNED = "returned", "已返还"


@dataclass(frozen=True, slots=True)
class Standing:
    """One account now: what lies in it, and what ever came in (reversed entries left out)."""

    kind: AccountKind
    balance: int
    inflow: int


#: How each measure is read off: the sum of −1/+1 × balances, or what ever came in.
_BALANCES: dict[Measure, dict[AccountKind, int]] = {
    Measure.TRACED: {K.TRACED_SOURCE: -1, K.SURRENDER_SOURCE: -1},
    Measure.RESTRAINED: {K.RESTRAINED: 1},
    Measure.IN_CUSTODY: {K.IN_CUSTODY: 1, K.PAYABLE: 1, K.PAID_PENDING: 1, K.SET_ASIDE: 1},
    Measure.RETURNED: {K.RETURNED: 1},
}
_INFLOWS: dict[Measure, frozenset[AccountKind]] = {Measure.REALISED: frozenset({K.REALISED})}

MEASURE_NOTES: dict[Measure, str] = {
    Measure.TRACED: "查明的涉案资金与主动退赔之和",
    Measure.RESTRAINED: "目前处于查封、扣押、冻结中的金额，不是已追回",
    Measure.REALISED: "历次变卖、拍卖所得之和（已冲销的除外）",
    Measure.IN_CUSTODY: "归集专户、待发放、在途和提存之和，不是已返还",
    Measure.RETURNED: "银行已确认到账或者已当面发还的金额",
}


def measures(standings: list[Standing]) -> dict[Measure, int]:
    """The five measures of a book, in fen."""
    by_kind = {standing.kind: standing for standing in standings}
    figures = dict.fromkeys(Measure, 0)
    for measure, signs in _BALANCES.items():
        figures[measure] = sum(
            sign * by_kind[kind].balance for kind, sign in signs.items() if kind in by_kind
        )
    for measure, kinds in _INFLOWS.items():
        figures[measure] = sum(by_kind[kind].inflow for kind in kinds if kind in by_kind)
    return figures


class EntryStatus(Labelled):
    """Where an entry stands. It never changes itself: these are read off what reverses what."""

    POSTED = "posted", "有效"
    VOIDED = "voided", "已冲正"
    REVERSAL = "reversal", "冲正分录"


class EntryAction(Labelled):
    """What can still be done with an entry."""

    VOID = "void", "冲正"


LEDGER_FLOW: Flow[EntryStatus, EntryAction] = Flow(
    "ledger",
    EntryStatus.POSTED,
    {
        EntryAction.VOID: Step(
            frozenset({EntryStatus.POSTED}),
            EntryStatus.VOIDED,
            Permission.LEDGER_POST,
            fields=(REASON, Field("document_no", "更正依据文书")),
            danger=True,
        ),
    },
)
