"""The money of one book (a case or a risk entity): its pots, the ways between them, the measures.

Double entry in whole fen. A transfer moves money *into* its debit account and *out of* its credit
account, so a pot's balance is what lies in it. Money enters the book from a source outside it, and
only such a source may go below zero; the sum over all accounts of a book is therefore always zero.

Frozen is not recovered, and recovered is not returned (M9): every stage is a pot of its own, and the
five measures are read off the pots. Nobody can type one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, cast
from uuid import UUID

from api.domain.kit.actors import Actor
from api.domain.kit.flow import REASON, Field, Flow, Predicate, Record, Step
from api.domain.kit.labels import Labelled
from api.domain.kit.permissions import Permission, Role

#: No money of any book moved before this day; the database holds the same bound.
EARLIEST = datetime(1949, 9, 30, 16, tzinfo=UTC)


class AccountKind(Labelled):
    """The accounts of a book, in the order in which money passes through them."""

    TRACED_SOURCE = "traced_source", "涉案资金来源（账外）"
    SURRENDER_SOURCE = "surrender_source", "退赃退赔来源（账外）"
    VALUATION = "valuation", "估值差额（账外）"
    TRACED = "traced", "已查明未控制"
    RESTRAINED = "restrained", "已查封扣押冻结"
    REALISED = "realised", "已变现待归集"
    LEAVING_RESTRAINED = "leaving_restrained", "已控制，待复核支出"
    IN_CUSTODY = "in_custody", "归集专户"
    LEAVING_CUSTODY = "leaving_custody", "归集专户，待复核支出"
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
        {K.TRACED, K.REALISED, K.IN_CUSTODY, K.LEAVING_RESTRAINED, K.VALUATION}
    ),
    K.LEAVING_RESTRAINED: frozenset({K.RETURNED, K.RELEASED}),
    K.REALISED: frozenset({K.IN_CUSTODY, K.VALUATION}),
    K.IN_CUSTODY: frozenset({K.PAYABLE, K.SET_ASIDE, K.LEAVING_CUSTODY}),
    K.LEAVING_CUSTODY: frozenset({K.RETURNED, K.PRIORITY_PAID, K.TREASURY, K.RELEASED}),
    K.PAYABLE: frozenset({K.PAID_PENDING, K.IN_CUSTODY}),
    K.PAID_PENDING: frozenset({K.RETURNED, K.PAYABLE}),
    K.RETURNED: frozenset(),
    K.SET_ASIDE: frozenset({K.PAYABLE, K.LEAVING_CUSTODY}),
    K.PRIORITY_PAID: frozenset(),
    K.TREASURY: frozenset(),
    K.RELEASED: frozenset(),
}

#: Moved by approving, paying and confirming a refund plan, never by hand.
DISTRIBUTION_ONLY = frozenset({K.PAYABLE, K.PAID_PENDING})


#: What leaves the book waits in a pot of its own until a second person has looked at it.
LEAVING = frozenset({K.LEAVING_RESTRAINED, K.LEAVING_CUSTODY})
#: Where it is gone. Nothing comes here but by a second person's confirmation, or by the bank's on
#: a refund plan that three people signed.
GONE = frozenset({K.RETURNED, K.PRIORITY_PAID, K.TREASURY, K.RELEASED})
R = Role


@dataclass(frozen=True, slots=True)
class PostingRule:
    """Who may post a way by hand, who confirms it, and what it must name.

    `via`: the pot in which it waits for the second person; None: it needs none.
    """

    by: frozenset[Role]
    via: AccountKind | None = None
    confirmed_by: frozenset[Role] = frozenset()
    needs_victim: bool = False


_BOOKKEEPERS = frozenset({R.POLICE, R.OFFICE, R.FINANCE})
_TRACING = PostingRule(_BOOKKEEPERS)
#: Who holds what was frozen, and who holds the account.
_CONTROL = PostingRule(frozenset({R.POLICE, R.FINANCE}))
_RESTRAINED_GOES = frozenset({R.POLICE})
_CUSTODY_GOES = frozenset({R.FINANCE})


def _gone(by: frozenset[Role], via: AccountKind, *, victim: bool = False) -> PostingRule:
    return PostingRule(by, via, _BOOKKEEPERS, needs_victim=victim)


#: Every way that hands may post, from → to as a person means it. What is not here is refused.
POSTING_RULES: dict[tuple[AccountKind, AccountKind], PostingRule] = {
    (K.TRACED_SOURCE, K.TRACED): _TRACING,
    (K.TRACED_SOURCE, K.RESTRAINED): _CONTROL,
    (K.SURRENDER_SOURCE, K.IN_CUSTODY): _CONTROL,
    (K.VALUATION, K.TRACED): _TRACING,
    (K.VALUATION, K.RESTRAINED): _CONTROL,
    (K.VALUATION, K.REALISED): _CONTROL,
    (K.TRACED, K.RESTRAINED): _CONTROL,
    (K.TRACED, K.IN_CUSTODY): _CONTROL,
    (K.TRACED, K.VALUATION): _TRACING,
    (K.RESTRAINED, K.TRACED): _CONTROL,
    (K.RESTRAINED, K.REALISED): _CONTROL,
    (K.RESTRAINED, K.IN_CUSTODY): _CONTROL,
    (K.RESTRAINED, K.VALUATION): _CONTROL,
    (K.REALISED, K.IN_CUSTODY): _CONTROL,
    (K.REALISED, K.VALUATION): _CONTROL,
    (K.IN_CUSTODY, K.SET_ASIDE): PostingRule(_CUSTODY_GOES),
    (K.RESTRAINED, K.RETURNED): _gone(_RESTRAINED_GOES, K.LEAVING_RESTRAINED, victim=True),
    (K.RESTRAINED, K.RELEASED): _gone(_RESTRAINED_GOES, K.LEAVING_RESTRAINED),
    # the office keeps the register of victims, and knows whom a return goes to
    (K.IN_CUSTODY, K.RETURNED): _gone(_CUSTODY_GOES | {R.OFFICE}, K.LEAVING_CUSTODY, victim=True),
    (K.IN_CUSTODY, K.PRIORITY_PAID): _gone(_CUSTODY_GOES, K.LEAVING_CUSTODY),
    (K.IN_CUSTODY, K.TREASURY): _gone(_CUSTODY_GOES, K.LEAVING_CUSTODY),
    (K.IN_CUSTODY, K.RELEASED): _gone(_CUSTODY_GOES, K.LEAVING_CUSTODY),
    (K.SET_ASIDE, K.TREASURY): _gone(_CUSTODY_GOES, K.LEAVING_CUSTODY),
}


def may_move(source: AccountKind, target: AccountKind) -> bool:
    """Whether money may go this way at all."""
    return target in MOVES[source]


def is_manual(source: AccountKind, target: AccountKind) -> bool:
    """Whether a bookkeeper may enter it by hand."""
    return may_move(source, target) and not {source, target} & (DISTRIBUTION_ONLY | GONE)


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
class Balance:
    """One account now: what lies in it, and what ever came in (reversed entries left out)."""

    kind: AccountKind
    balance: int
    inflow: int


#: How each measure is read off: the sum of −1/+1 × balances, or what ever came in.
_BALANCES: dict[Measure, dict[AccountKind, int]] = {
    Measure.TRACED: {K.TRACED_SOURCE: -1, K.SURRENDER_SOURCE: -1},
    Measure.RESTRAINED: {K.RESTRAINED: 1, K.LEAVING_RESTRAINED: 1},
    Measure.IN_CUSTODY: {
        K.IN_CUSTODY: 1,
        K.LEAVING_CUSTODY: 1,
        K.PAYABLE: 1,
        K.PAID_PENDING: 1,
        K.SET_ASIDE: 1,
    },
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


def measures(standings: list[Balance]) -> dict[Measure, int]:
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

    AWAITS = "awaits", "待另一人复核"
    POSTED = "posted", "有效"
    VOIDED = "voided", "已冲正"
    REVERSAL = "reversal", "冲正分录"


class EntryAction(Labelled):
    """What can still be done with an entry."""

    CONFIRM = "confirm", "复核支出"
    VOID = "void", "冲正"


class EntryRecord(Record, Protocol):
    """What the predicates below read."""

    posted_by_id: UUID | None
    #: The way as a person means it: where it came from, and where it goes once confirmed.
    credit: AccountKind
    debit: AccountKind


def rule_of(record: EntryRecord) -> PostingRule | None:
    """The rule by which an entry was posted by hand; None for those of refund plans."""
    return POSTING_RULES.get((record.credit, record.debit))


def _may_confirm(actor: Actor, record: Record) -> bool:
    rule = rule_of(cast("EntryRecord", record))
    return rule is not None and actor.role in rule.confirmed_by


def _may_void(actor: Actor, record: Record) -> bool:
    rule = rule_of(cast("EntryRecord", record))
    return rule is None or actor.role in rule.by | rule.confirmed_by


SECOND_PERSON = Predicate(
    "own_entry",
    "支出须由记账人以外的另一人复核",
    lambda actor, record: cast("EntryRecord", record).posted_by_id not in {None, actor.id},
)
CONFIRMER = Predicate("not_confirmer", "您的岗位不能复核这类支出", _may_confirm)
BOOKKEEPER = Predicate("not_bookkeeper", "您的岗位不能冲正这类分录", _may_void)

LEDGER_FLOW: Flow[EntryStatus, EntryAction] = Flow(
    "ledger",
    EntryStatus.POSTED,
    {
        EntryAction.CONFIRM: Step(
            frozenset({EntryStatus.AWAITS}),
            EntryStatus.POSTED,
            Permission.LEDGER_POST,
            fields=(Field("document_no", "复核依据文书"),),
            when=(CONFIRMER, SECOND_PERSON),
        ),
        EntryAction.VOID: Step(
            frozenset({EntryStatus.AWAITS, EntryStatus.POSTED}),
            EntryStatus.VOIDED,
            Permission.LEDGER_POST,
            fields=(REASON, Field("document_no", "更正依据文书")),
            when=(BOOKKEEPER,),
            danger=True,
        ),
    },
)
