"""The ledger's tables. What may be in them the database itself decides, by constraints alone.

Immutable two-legged transfers, and on every account a chain of running balances: each posting names
the balance before it (foreign key to the posting before), so no gap, fork, second start or invented
balance can be written, not even by raw SQL as the application's role. That both legs exist is
checked at commit (deferred foreign keys), corrections are transfers the other way.

Every column is NOT NULL unless a NULL is said to be meant: composite foreign keys skip NULLs, so
one nullable column would be a hole. The migration holds the same DDL, with the grants.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.core.database.db import Base


class AccountKindRow(Base):
    """Which kinds of accounts exist and which may go below zero. Only the owner writes here."""

    __tablename__ = "account_kinds"
    __table_args__ = (UniqueConstraint("kind", "may_go_negative", name="uq_account_kinds_sign"),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    may_go_negative: Mapped[bool]


class Account(Base):
    """One account of one book."""

    __tablename__ = "accounts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["kind", "may_go_negative"],
            ["account_kinds.kind", "account_kinds.may_go_negative"],
            name="fk_accounts_kind",
        ),
        UniqueConstraint("id", "book_id", "may_go_negative", name="uq_accounts_identity"),
        UniqueConstraint("id", "kind", name="uq_accounts_kind"),
        # one pot of each kind a book, so that a balance is one row and not a sum over twins
        UniqueConstraint("book_id", "kind", name="uq_accounts_book_kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    book_id: Mapped[UUID]
    kind: Mapped[str]
    may_go_negative: Mapped[bool]


class Transfer(Base):
    """One amount from the credit account to the debit account, for ever."""

    __tablename__ = "transfers"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("debit_account <> credit_account", name="two_accounts"),
        CheckConstraint("debit_side = 'debit' AND credit_side = 'credit'", name="sides"),
        CheckConstraint(
            "is_earlier OR (happened_at >= '1949-09-30 16:00+00'"
            " AND happened_at < '2201-01-01 00:00+00')",
            name="happened_at",
        ),
        # what is reversed is no reversal, so that reversals cannot go round in a circle
        UniqueConstraint("id", "is_reversal", name="uq_transfers_reversal"),
        ForeignKeyConstraint(
            ["reverses_id", "reverses_reversal"],
            ["transfers.id", "transfers.is_reversal"],
            name="fk_transfers_reverses_entry",
        ),
        # a client's id makes a repetition harmless, and is nothing else
        UniqueConstraint("book_id", "request_id", name="uq_transfers_request_id"),
        ForeignKeyConstraint(
            ["debit_account", "debit_kind"],
            ["accounts.id", "accounts.kind"],
            name="fk_transfers_debit_kind",
        ),
        ForeignKeyConstraint(
            ["credit_account", "credit_kind"],
            ["accounts.id", "accounts.kind"],
            name="fk_transfers_credit_kind",
        ),
        # Money is gone only by the bank's word on a refund plan, or by a second person's on what a
        # first one posted: for that target, and for a victim where it is a return.
        CheckConstraint(
            "debit_kind NOT IN ('returned', 'priority_paid', 'treasury', 'released')"
            " OR credit_kind = 'paid_pending' OR confirms_id IS NOT NULL OR is_earlier",
            name="second_person",
        ),
        CheckConstraint(
            "(target IS NOT NULL) = (debit_kind IN ('leaving_restrained', 'leaving_custody')"
            " AND reverses_id IS NULL)",
            name="target",
        ),
        CheckConstraint("target <> 'returned' OR victim_id IS NOT NULL", name="victim"),
        CheckConstraint("target IS NULL OR posted_by_id IS NOT NULL", name="posted_by"),
        CheckConstraint(
            "CASE WHEN confirms_id IS NULL THEN confirms_posted_by_id IS NULL"
            " ELSE confirms_posted_by_id IS NOT NULL AND posted_by_id IS NOT NULL"
            " AND posted_by_id <> confirms_posted_by_id END",
            name="two_people",
        ),
        UniqueConstraint("confirms_id", name="uq_transfers_confirms_id"),
        UniqueConstraint("id", "posted_by_id", name="uq_transfers_posted_by"),
        UniqueConstraint(
            "id", "book_id", "amount", "debit_account", "target", name="uq_transfers_target"
        ),
        ForeignKeyConstraint(
            ["confirms_id", "confirms_posted_by_id"],
            ["transfers.id", "transfers.posted_by_id"],
            name="fk_transfers_confirms_person",
        ),
        # the same amount, out of the pot where it waited, to where it was meant for
        ForeignKeyConstraint(
            ["confirms_id", "book_id", "amount", "credit_account", "debit_kind"],
            [
                "transfers.id",
                "transfers.book_id",
                "transfers.amount",
                "transfers.debit_account",
                "transfers.target",
            ],
            name="fk_transfers_confirms",
        ),
        UniqueConstraint("reverses_id", name="uq_transfers_reverses_id"),
        UniqueConstraint("id", "book_id", "amount", name="uq_transfers_amount"),
        UniqueConstraint(
            "id",
            "book_id",
            "amount",
            "debit_account",
            "credit_account",
            name="uq_transfers_whole",
        ),
        # the same amount, in the same book, between the same accounts the other way round
        ForeignKeyConstraint(
            ["reverses_id", "book_id", "amount", "credit_account", "debit_account"],
            [
                "transfers.id",
                "transfers.book_id",
                "transfers.amount",
                "transfers.debit_account",
                "transfers.credit_account",
            ],
            name="fk_transfers_reverses",
        ),
        # both legs exist at commit, on the accounts that the transfer names
        ForeignKeyConstraint(
            ["id", "debit_side", "debit_account"],
            ["postings.transfer_id", "postings.side", "postings.account_id"],
            name="fk_transfers_debit_leg",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        ForeignKeyConstraint(
            ["id", "credit_side", "credit_account"],
            ["postings.transfer_id", "postings.side", "postings.account_id"],
            name="fk_transfers_credit_leg",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        # under a measure of this case; only what is held is held under one
        ForeignKeyConstraint(
            ["measure_id", "book_id"],
            ["property_measures.id", "property_measures.case_id"],
            name="fk_transfers_measure",
        ),
        CheckConstraint(
            "measure_id IS NULL OR debit_kind IN ('restrained', 'leaving_restrained')"
            " OR credit_kind IN ('restrained', 'leaving_restrained')",
            name="measure",
        ),
        CheckConstraint(
            "NOT beyond_measure OR (measure_id IS NOT NULL AND debit_kind = 'restrained')",
            name="beyond_measure",
        ),
        # what is reversed or confirmed was held under the same one, or under none like it
        UniqueConstraint("id", "measure_key", name="uq_transfers_measure"),
        ForeignKeyConstraint(
            ["reverses_id", "measure_key"],
            ["transfers.id", "transfers.measure_key"],
            name="fk_transfers_reverses_measure",
        ),
        ForeignKeyConstraint(
            ["confirms_id", "measure_key"],
            ["transfers.id", "transfers.measure_key"],
            name="fk_transfers_confirms_measure",
        ),
        Index(
            "ix_transfers_measure_id",
            "measure_id",
            "id",
            postgresql_where=text("measure_id IS NOT NULL"),
        ),
        Index("ix_transfers_book_id_id", "book_id", "id"),
        # the orders of the list
        Index("ix_transfers_happened_at", "happened_at", "id"),
        Index("ix_transfers_amount", "amount", "id"),
        # what may wait for a second person; few of a book
        Index("ix_transfers_target", "book_id", "id", postgresql_where=text("target IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    book_id: Mapped[UUID]
    amount: Mapped[int]
    debit_account: Mapped[UUID]
    credit_account: Mapped[UUID]
    debit_side: Mapped[str] = mapped_column(server_default=text("'debit'"))
    credit_side: Mapped[str] = mapped_column(server_default=text("'credit'"))
    happened_at: Mapped[datetime]
    #: By default only: the application has no right to insert it, so nothing can be backdated.
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reverses_id: Mapped[UUID | None]
    is_reversal: Mapped[bool] = mapped_column(Computed("reverses_id IS NOT NULL", persisted=True))
    #: False or NULL, never true: what a reversal points at.
    reverses_reversal: Mapped[bool | None] = mapped_column(
        Computed(
            "CASE WHEN (reverses_id IS NOT NULL) THEN false ELSE NULL::boolean END", persisted=True
        )
    )
    #: Posted before two people were asked for: only the owner's migration could say so.
    is_earlier: Mapped[bool] = mapped_column(server_default=text("false"))
    #: The client's idempotency key.
    request_id: Mapped[UUID | None]
    debit_kind: Mapped[str]
    credit_kind: Mapped[str]
    #: Who posted it by hand; None: a refund plan, or from before this was kept.
    posted_by_id: Mapped[UUID | None]
    #: Where it goes once a second person has confirmed it; what that person's entry confirms.
    target: Mapped[str | None]
    confirms_id: Mapped[UUID | None]
    confirms_posted_by_id: Mapped[UUID | None]
    victim_id: Mapped[UUID | None] = mapped_column(ForeignKey("victims.id"))
    measure_id: Mapped[UUID | None]
    #: Said to be more than the measure names.
    beyond_measure: Mapped[bool] = mapped_column(server_default=text("false"))
    #: Never NULL, because composite foreign keys skip NULLs.
    measure_key: Mapped[UUID] = mapped_column(
        Computed(
            "COALESCE(measure_id, '00000000-0000-0000-0000-000000000000'::uuid)", persisted=True
        )
    )
    reason: Mapped[str]
    document: Mapped[str]


class Posting(Base):
    """One leg, and the account's balance after it."""

    __tablename__ = "postings"
    __table_args__ = (
        PrimaryKeyConstraint("transfer_id", "side", name="pk_postings"),
        CheckConstraint("side IN ('debit', 'credit')", name="side"),
        CheckConstraint(
            "CASE WHEN prev_seq IS NULL THEN seq = 1 AND prev_balance = 0"
            " ELSE seq = prev_seq + 1 END",
            name="chain",
        ),
        CheckConstraint(
            "balance = CASE side WHEN 'debit' THEN prev_balance + amount"
            " ELSE prev_balance - amount END",
            name="balance",
        ),
        CheckConstraint("may_go_negative OR balance >= 0", name="no_overdraft"),
        UniqueConstraint("account_id", "seq", name="uq_postings_seq"),
        UniqueConstraint("account_id", "seq", "balance", name="uq_postings_seq_balance"),
        UniqueConstraint("transfer_id", "side", "account_id", name="uq_postings_leg"),
        ForeignKeyConstraint(
            ["transfer_id", "book_id", "amount"],
            ["transfers.id", "transfers.book_id", "transfers.amount"],
            name="fk_postings_transfer",
        ),
        ForeignKeyConstraint(
            ["account_id", "book_id", "may_go_negative"],
            ["accounts.id", "accounts.book_id", "accounts.may_go_negative"],
            name="fk_postings_account",
        ),
        ForeignKeyConstraint(
            ["account_id", "prev_seq", "prev_balance"],
            ["postings.account_id", "postings.seq", "postings.balance"],
            name="fk_postings_previous",
        ),
    )

    transfer_id: Mapped[UUID]
    side: Mapped[str]
    book_id: Mapped[UUID]
    amount: Mapped[int]
    account_id: Mapped[UUID]
    may_go_negative: Mapped[bool]
    seq: Mapped[int]
    #: NULL: the first posting of its account.
    prev_seq: Mapped[int | None]
    prev_balance: Mapped[int]
    balance: Mapped[int]
