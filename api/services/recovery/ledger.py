"""Posting to the ledger. The constraints of the database decide what may stand; this file computes
the chain, takes the locks in one order, and says in Chinese what would otherwise be a constraint.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, exists, func, insert, or_, select, true
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from api.core.base.clock import is_ahead, now
from api.core.base.ids import uuid7
from api.core.events import events
from api.domain.kit.actors import Actor
from api.domain.kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, RuleViolated
from api.domain.kit.events import EventName
from api.domain.kit.permissions import Role
from api.domain.recovery.ledger import (
    EARLIEST,
    LEAVING,
    MAY_GO_NEGATIVE,
    POSTING_RULES,
    AccountKind,
    Balance,
    Side,
    is_manual,
    may_move,
)
from api.domain.words.money import to_yuan
from api.models.distributions import Distribution
from api.models.ledger import Account, Posting, Transfer
from api.services.recovery import ledger_measures

#: 8,000 victims are one batch of pay-outs; the driver takes 32,767 parameters a statement.
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """A transfer about to be posted: `amount` fen out of `credit` into `debit`.

    `id` is made by the server, by a caller who must know it beforehand; left out, one is made here.
    """

    debit: AccountKind
    credit: AccountKind
    amount: int
    reason: str
    document: str
    happened_at: datetime | None = None
    id: UUID | None = None
    reverses_id: UUID | None = None
    #: A client's key: the same one again changes nothing. Neither an id nor an order.
    request_id: UUID | None = None
    target: AccountKind | None = None
    victim_id: UUID | None = None
    measure_id: UUID | None = None
    #: The bookkeeper says that more is held than the measure names.
    beyond_measure: bool = False
    #: What this confirms, and who posted that.
    confirms: tuple[UUID, UUID] | None = None


@dataclass(slots=True)
class _Pot:
    """An account while a batch is being chained."""

    account: Row[UUID, str, bool]
    seq: int
    balance: int

    def take(self, side: Side, amount: int) -> dict[str, object]:
        """The next posting of this account."""
        before, sequence = self.balance, self.seq
        self.balance += amount if side is Side.DEBIT else -amount
        self.seq += 1
        if self.balance < 0 and not self.account.may_go_negative:
            kind = AccountKind(self.account.kind)
            raise Conflict(
                f"{kind.label}余额不足：现有{to_yuan(before)}元，需要{to_yuan(amount)}元",
                code="insufficient_balance",
            )
        return {
            "side": side.value,
            "account_id": self.account.id,
            "may_go_negative": self.account.may_go_negative,
            "amount": amount,
            "seq": self.seq,
            "prev_seq": sequence or None,
            "prev_balance": before,
            "balance": self.balance,
        }


async def post(session: AsyncSession, actor: Actor | None, book_id: UUID, draft: Draft) -> UUID:
    """Post one transfer; returns its id. Posting the same id again changes nothing."""
    return (await post_many(session, actor, book_id, [draft]))[0]


async def post_by_hand(session: AsyncSession, actor: Actor, book_id: UUID, draft: Draft) -> UUID:
    """Post one transfer that a bookkeeper entered: only along the ways open to hands.

    What leaves the book waits for a second person, in a pot of its own. Raises RuleViolated for a
    way that is not open, Forbidden for somebody whose post does not post it, Invalid for what it
    must name; and what `ledger_measures.ensure_named` raises.
    """
    rule = POSTING_RULES.get((draft.credit, draft.debit))
    if rule is None:
        raise RuleViolated(
            f"不能从“{draft.credit.label}”直接转入“{draft.debit.label}”；"
            "待发放和在途资金只能由清退方案办理",
            code="move_not_allowed",
        )
    if actor.role not in rule.by:
        who = "、".join(role.label for role in Role if role in rule.by)
        raise Forbidden(
            f"从“{draft.credit.label}”转入“{draft.debit.label}”只能由{who}记账",
            code="posting_not_yours",
        )
    if rule.needs_victim and draft.victim_id is None:
        message = "发还须写明发还给哪位受害人"
        raise Invalid(message, errors=[FieldError("/victim_id", "missing", message)])
    await ledger_measures.ensure_named(session, book_id, draft)
    if rule.via is not None:
        draft = replace(draft, debit=rule.via, target=draft.debit)
    return await post(session, actor, book_id, draft)


async def confirm(
    session: AsyncSession, actor: Actor, entry: Transfer, target: AccountKind, document: str
) -> UUID:
    """A second person lets go what a first one posted. Raises Conflict for what is confirmed."""
    if entry.posted_by_id is None:
        raise Conflict("这笔分录没有记账人，不能复核", code="transition_not_allowed")
    out_of = AccountKind(entry.debit_kind)
    draft = Draft(
        debit=target,
        credit=out_of,
        amount=entry.amount,
        reason=entry.reason,
        document=document,
        victim_id=entry.victim_id,
        measure_id=entry.measure_id,
        confirms=(entry.id, entry.posted_by_id),
    )
    await _locked_pots(session, entry.book_id, [draft])
    # under the locks: neither confirmed nor voided by somebody at the same moment
    done = select(Transfer.id).where(
        or_(Transfer.confirms_id == entry.id, Transfer.reverses_id == entry.id)
    )
    if await session.scalar(done.limit(1)):
        raise Conflict("该分录已经复核或者冲正", code="already_decided")
    return await post(session, actor, entry.book_id, draft)


async def post_many(
    session: AsyncSession, actor: Actor | None, book_id: UUID, drafts: Sequence[Draft]
) -> list[UUID]:
    """Post a batch, all or nothing, in the order given; one event tells of the whole batch."""
    for draft in drafts:
        _check(draft)
    pots = await _locked_pots(session, book_id, drafts)
    known = await _known(session, book_id, [d.request_id for d in drafts if d.request_id])
    if AccountKind.RESTRAINED in pots:
        fresh = [draft for draft in drafts if draft.request_id not in known]
        balance = pots[AccountKind.RESTRAINED].balance
        await ledger_measures.ensure_room(session, book_id, fresh, balance)
    moment = await _now(session) if any(draft.happened_at is None for draft in drafts) else None
    ids: list[UUID] = []
    transfers: list[dict[str, object]] = []
    postings: list[dict[str, object]] = []
    for draft in drafts:
        if draft.request_id is not None and draft.request_id in known:
            ids.append(_same(known[draft.request_id], draft, pots))
            continue
        transfer_id = draft.id or uuid7()
        ids.append(transfer_id)
        debit, credit = pots[draft.debit], pots[draft.credit]
        transfers.append(
            {
                "id": transfer_id,
                "book_id": book_id,
                "amount": draft.amount,
                "debit_account": debit.account.id,
                "credit_account": credit.account.id,
                "happened_at": draft.happened_at or moment,
                "reverses_id": draft.reverses_id,
                "request_id": draft.request_id,
                "debit_kind": draft.debit.value,
                "credit_kind": draft.credit.value,
                "posted_by_id": actor.id if actor else None,
                "target": draft.target.value if draft.target else None,
                "confirms_id": draft.confirms[0] if draft.confirms else None,
                "confirms_posted_by_id": draft.confirms[1] if draft.confirms else None,
                "victim_id": draft.victim_id,
                "measure_id": draft.measure_id,
                "beyond_measure": draft.beyond_measure,
                "reason": draft.reason,
                "document": draft.document,
            }
        )
        # out first: a pot that cannot give is named before the other one is touched
        for pot, side in ((credit, Side.CREDIT), (debit, Side.DEBIT)):
            leg = pot.take(side, draft.amount)
            postings.append({"transfer_id": transfer_id, "book_id": book_id, **leg})
    await _insert(session, transfers, postings)
    if transfers:
        await _tell(session, actor, book_id, drafts, transfers)
    return ids


async def void(
    session: AsyncSession,
    actor: Actor | None,
    book_id: UUID,
    transfer_id: UUID,
    *,
    reason: str,
    document: str,
    by_hand: bool = True,
) -> UUID:
    """Reverse a transfer by one the other way; nothing is ever changed or deleted.

    Raises NotFound; Conflict for a second reversal or the reversal of a reversal; RuleViolated for
    an entry of a refund plan, unless the plan itself asks (`by_hand=False`).
    """
    debit, credit = aliased(Account), aliased(Account)
    found = (
        await session.execute(
            select(Transfer, debit.kind.label("debit"), credit.kind.label("credit"))
            .join(debit, debit.id == Transfer.debit_account)
            .join(credit, credit.id == Transfer.credit_account)
            .where(Transfer.id == transfer_id, Transfer.book_id == book_id)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    original: Transfer = found[0]
    into, out_of = AccountKind(found.debit), AccountKind(found.credit)
    if original.reverses_id is not None:
        raise Conflict("冲正分录不能再冲正，请重新记账", code="already_a_reversal")
    confirmed = original.confirms_id is not None
    if by_hand and (
        not (confirmed or is_manual(out_of, into)) or await _is_of_plan(session, transfer_id)
    ):
        raise RuleViolated("清退方案产生的分录请在方案中办理", code="move_not_allowed")
    reversal = Draft(
        debit=out_of,
        credit=into,
        amount=original.amount,
        reason=reason,
        document=document,
        reverses_id=transfer_id,
        measure_id=original.measure_id,
    )
    await _locked_pots(session, book_id, [reversal])
    # under the locks: two clerks who void at once must not both find it standing
    if await session.scalar(select(Transfer.id).where(Transfer.reverses_id == transfer_id)):
        raise Conflict("该分录已经冲正", code="already_voided")
    if await session.scalar(_confirmation(transfer_id).limit(1)):
        raise Conflict("该支出已经复核，请先冲正复核的分录", code="already_confirmed")
    return await post(session, actor, book_id, reversal)


def _confirmation(transfer_id: UUID) -> Any:
    """The entry that confirms one and stands."""
    back = aliased(Transfer)
    return select(Transfer.id).where(
        Transfer.confirms_id == transfer_id,
        ~exists(select(back.id).where(back.reverses_id == Transfer.id)),
    )


async def _now(session: AsyncSession) -> datetime:
    """When an entry happened that says nothing of it: never after the moment it is recorded at."""
    recorded: datetime = (await session.execute(select(func.now()))).scalar_one()
    return min(now(), recorded)


async def _is_of_plan(session: AsyncSession, transfer_id: UUID) -> bool:
    """Whether a refund plan reserved money by it: 提存 is a way open to hands too."""
    plan = select(Distribution.id).where(
        or_(
            Distribution.pay_transfer_id == transfer_id,
            Distribution.set_aside_transfer_id == transfer_id,
        )
    )
    return await session.scalar(plan.limit(1)) is not None


def account_sums() -> tuple[Any, Any]:
    """Of each account, in fen: what is in it, and what ever came in and stood."""
    reversal = aliased(Transfer)
    last = (
        select(Posting.balance)
        .where(Posting.account_id == Account.id)
        .order_by(Posting.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    inflow = (
        select(func.coalesce(func.sum(Posting.amount), 0))
        .join(Transfer, Transfer.id == Posting.transfer_id)
        .outerjoin(reversal, reversal.reverses_id == Transfer.id)
        .where(
            Posting.account_id == Account.id,
            Posting.side == Side.DEBIT.value,
            Transfer.reverses_id.is_(None),
            reversal.id.is_(None),
        )
        .scalar_subquery()
    )
    return func.coalesce(last, 0), inflow


async def balances(session: AsyncSession, book_id: UUID) -> list[Balance]:
    """Every account of a book, in the order of the money's way: what is in it, what ever came in.

    A balance is the account's last posting; no stored total can drift.
    """
    balance, inflow = account_sums()
    rows = await session.execute(
        select(Account.kind, balance, inflow).where(Account.book_id == book_id)
    )
    by_kind = {AccountKind(kind): (int(balance), int(came)) for kind, balance, came in rows}
    return [Balance(kind, *by_kind[kind]) for kind in AccountKind if kind in by_kind]


def _check(draft: Draft) -> None:
    if draft.amount <= 0:
        message = "金额必须大于零"
        raise Invalid(message, errors=[FieldError("/amount", "not_positive", message)])
    if not draft.reason.strip() or not draft.document.strip():
        raise Invalid("每笔分录都要写明事由和依据文书")
    if draft.happened_at is not None:
        _check_moment(draft.happened_at)
    if draft.credit in LEAVING and draft.confirms is None and draft.reverses_id is None:
        raise RuleViolated("支出须由另一人复核", code="second_person_missing")
    if draft.debit in LEAVING and draft.target is None and draft.reverses_id is None:
        raise RuleViolated("待复核的支出须写明去向", code="move_not_allowed")
    if draft.reverses_id is None and not may_move(draft.credit, draft.debit):
        raise RuleViolated(
            f"资金不能从“{draft.credit.label}”转入“{draft.debit.label}”",
            code="move_not_allowed",
        )


def _check_moment(at: datetime) -> None:
    """Money moved in the life of the book, and not tomorrow. Raises Invalid."""
    if is_ahead(at):
        message = "发生时间不能晚于现在"
        raise Invalid(message, errors=[FieldError("/happened_at", "in_future", message)])
    if at < EARLIEST:
        message = "发生时间不能早于1949年10月1日"
        raise Invalid(message, errors=[FieldError("/happened_at", "too_early", message)])


async def _locked_pots(
    session: AsyncSession, book_id: UUID, drafts: Sequence[Draft]
) -> dict[AccountKind, _Pot]:
    """The accounts that a batch touches, locked till the transaction ends, with their last posting.

    Advisory locks, because the application's role has no right to lock rows; always in the order
    of the key, so that two batches can wait for each other but never in a circle. The balances are
    read by the statement after, which sees what was committed while this one waited.
    """
    kinds = {kind for draft in drafts for kind in (draft.debit, draft.credit)}
    accounts = {k: row for k, row in (await _accounts(session, book_id)).items() if k in kinds}
    for key in sorted(_lock_key(row.id) for row in accounts.values()):
        await session.execute(select(func.pg_advisory_xact_lock(key)))
    # one index probe an account: a pot with 100,000 postings costs as much as one with two
    tail = (
        select(Posting.seq, Posting.balance)
        .where(Posting.account_id == Account.id)
        .order_by(Posting.seq.desc())
        .limit(1)
        .lateral()
    )
    last = await session.execute(
        select(Account.id, tail.c.seq, tail.c.balance)
        .join(tail, true())
        .where(Account.id.in_([row.id for row in accounts.values()]))
    )
    tails = {account_id: (seq, balance) for account_id, seq, balance in last}
    return {kind: _Pot(row, *tails.get(row.id, (0, 0))) for kind, row in accounts.items()}


async def _accounts(
    session: AsyncSession, book_id: UUID
) -> dict[AccountKind, Row[UUID, str, bool]]:
    """The accounts of a book; its first posting opens all of them at once, in one order."""
    statement = select(Account.id, Account.kind, Account.may_go_negative).where(
        Account.book_id == book_id
    )
    rows = (await session.execute(statement)).all()
    if len(rows) < len(AccountKind):
        await session.execute(
            pg_insert(Account)
            .values(
                [
                    {
                        "id": uuid7(),
                        "book_id": book_id,
                        "kind": kind.value,
                        "may_go_negative": kind in MAY_GO_NEGATIVE,
                    }
                    for kind in AccountKind
                ]
            )
            .on_conflict_do_nothing(index_elements=["book_id", "kind"])
        )
        rows = (await session.execute(statement)).all()
    return {AccountKind(row.kind): row for row in rows}


def _lock_key(account_id: UUID) -> int:
    """62 random bits of a UUIDv7 as a signed 64-bit key."""
    return account_id.int & ((1 << 62) - 1)


async def _known(session: AsyncSession, book_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Transfer]:
    """What a book has of these requests already; asked under the locks."""
    found: dict[UUID, Transfer] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = await session.scalars(
            select(Transfer).where(
                Transfer.book_id == book_id, Transfer.request_id.in_(ids[start : start + _CHUNK])
            )
        )
        found |= {row.request_id: row for row in rows if row.request_id}
    return found


def _same(known: Transfer, draft: Draft, pots: dict[AccountKind, _Pot]) -> UUID:
    """The id of a repeated transfer; the same key for another one is refused."""
    target = draft.target.value if draft.target else None
    stored = (known.amount, known.debit_account, known.credit_account, known.target,
              known.victim_id, known.measure_id)  # fmt: skip
    asked = (draft.amount, pots[draft.debit].account.id, pots[draft.credit].account.id, target,
             draft.victim_id, draft.measure_id)  # fmt: skip
    if stored != asked:
        raise Conflict("该分录编号已用于另一笔分录", code="transfer_id_reused")
    return known.id


async def _insert(
    session: AsyncSession,
    transfers: Sequence[dict[str, object]],
    postings: Sequence[dict[str, object]],
) -> None:
    for start in range(0, len(transfers), _CHUNK):
        await session.execute(insert(Transfer), transfers[start : start + _CHUNK])
    for start in range(0, len(postings), _CHUNK):
        await session.execute(insert(Posting), postings[start : start + _CHUNK])


async def _tell(
    session: AsyncSession,
    actor: Actor | None,
    book_id: UUID,
    drafts: Sequence[Draft],
    transfers: Sequence[dict[str, object]],
) -> None:
    first = drafts[0]
    name = EventName.LEDGER_VOIDED if first.reverses_id else EventName.LEDGER_POSTED
    await events.record(
        session,
        actor,
        name,
        "ledger",
        book_id,
        {
            "transfers": len(transfers),
            "first_id": str(transfers[0]["id"]),
            "amount": to_yuan(sum(draft.amount for draft in drafts)),
            "debit": first.debit.value,
            "credit": first.credit.value,
            "document": first.document,
            "ways": _ways(drafts),
        },
    )


def _ways(drafts: Sequence[Draft]) -> list[dict[str, Any]]:
    """From which pot into which, how often and how much: paying a hundred people is one line."""
    found: dict[tuple[AccountKind, AccountKind], list[int]] = {}
    for draft in drafts:
        found.setdefault((draft.credit, draft.debit), []).append(draft.amount)
    return [
        {
            "credit": credit.value,
            "debit": debit.value,
            "transfers": len(amounts),
            "amount": to_yuan(sum(amounts)),
        }
        for (credit, debit), amounts in found.items()
    ]
