"""The ledger: four tables that keep themselves honest, by declarative constraints and grants only."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant, read_only

from alembic import op

revision: str = "ledger"
down_revision: str | None = "jobs"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# kind → whether it lies outside the book and may therefore go below zero
ACCOUNT_KINDS = {
    "traced_source": True,
    "surrender_source": True,
    "valuation": True,
    "traced": False,
    "restrained": False,
    "realised": False,
    "in_custody": False,
    "payable": False,
    "paid_pending": False,
    "returned": False,
    "set_aside": False,
    "priority_paid": False,
    "treasury": False,
    "released": False,
}

TABLES = (
    """
    CREATE TABLE account_kinds (
        kind text NOT NULL,
        may_go_negative boolean NOT NULL,
        CONSTRAINT pk_account_kinds PRIMARY KEY (kind),
        CONSTRAINT uq_account_kinds_sign UNIQUE (kind, may_go_negative)
    )
    """,
    """
    CREATE TABLE accounts (
        id uuid NOT NULL,
        book_id uuid NOT NULL,
        kind text NOT NULL,
        may_go_negative boolean NOT NULL,
        CONSTRAINT pk_accounts PRIMARY KEY (id),
        CONSTRAINT uq_accounts_identity UNIQUE (id, book_id, may_go_negative),
        CONSTRAINT uq_accounts_book_kind UNIQUE (book_id, kind),
        CONSTRAINT fk_accounts_kind FOREIGN KEY (kind, may_go_negative)
            REFERENCES account_kinds (kind, may_go_negative)
    )
    """,
    """
    CREATE TABLE transfers (
        id uuid NOT NULL,
        book_id uuid NOT NULL,
        amount bigint NOT NULL,
        debit_account uuid NOT NULL,
        credit_account uuid NOT NULL,
        debit_side text NOT NULL DEFAULT 'debit',
        credit_side text NOT NULL DEFAULT 'credit',
        happened_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        reverses_id uuid,
        reason text NOT NULL,
        document text NOT NULL,
        CONSTRAINT pk_transfers PRIMARY KEY (id),
        CONSTRAINT ck_transfers_amount CHECK (amount > 0),
        CONSTRAINT ck_transfers_two_accounts CHECK (debit_account <> credit_account),
        CONSTRAINT ck_transfers_sides CHECK (debit_side = 'debit' AND credit_side = 'credit'),
        CONSTRAINT ck_transfers_happened_at CHECK (isfinite(happened_at)),
        CONSTRAINT ck_transfers_reverses_earlier CHECK (reverses_id < id),
        CONSTRAINT uq_transfers_reverses_id UNIQUE (reverses_id),
        CONSTRAINT uq_transfers_amount UNIQUE (id, book_id, amount),
        CONSTRAINT uq_transfers_whole
            UNIQUE (id, book_id, amount, debit_account, credit_account),
        CONSTRAINT fk_transfers_reverses
            FOREIGN KEY (reverses_id, book_id, amount, credit_account, debit_account)
            REFERENCES transfers (id, book_id, amount, debit_account, credit_account)
    )
    """,
    """
    CREATE TABLE postings (
        transfer_id uuid NOT NULL,
        side text NOT NULL,
        book_id uuid NOT NULL,
        amount bigint NOT NULL,
        account_id uuid NOT NULL,
        may_go_negative boolean NOT NULL,
        seq bigint NOT NULL,
        prev_seq bigint,
        prev_balance bigint NOT NULL,
        balance bigint NOT NULL,
        CONSTRAINT pk_postings PRIMARY KEY (transfer_id, side),
        CONSTRAINT ck_postings_side CHECK (side IN ('debit', 'credit')),
        CONSTRAINT ck_postings_chain CHECK (
            CASE WHEN prev_seq IS NULL THEN seq = 1 AND prev_balance = 0
                 ELSE seq = prev_seq + 1 END
        ),
        CONSTRAINT ck_postings_balance CHECK (
            balance = CASE side WHEN 'debit' THEN prev_balance + amount
                                ELSE prev_balance - amount END
        ),
        CONSTRAINT ck_postings_no_overdraft CHECK (may_go_negative OR balance >= 0),
        CONSTRAINT uq_postings_seq UNIQUE (account_id, seq),
        CONSTRAINT uq_postings_seq_balance UNIQUE (account_id, seq, balance),
        CONSTRAINT uq_postings_leg UNIQUE (transfer_id, side, account_id),
        CONSTRAINT fk_postings_transfer FOREIGN KEY (transfer_id, book_id, amount)
            REFERENCES transfers (id, book_id, amount),
        CONSTRAINT fk_postings_account FOREIGN KEY (account_id, book_id, may_go_negative)
            REFERENCES accounts (id, book_id, may_go_negative),
        CONSTRAINT fk_postings_previous FOREIGN KEY (account_id, prev_seq, prev_balance)
            REFERENCES postings (account_id, seq, balance)
    )
    """,
    # checked at commit: a transfer without both legs, on the accounts it names, never lands
    """
    ALTER TABLE transfers
        ADD CONSTRAINT fk_transfers_debit_leg
            FOREIGN KEY (id, debit_side, debit_account)
            REFERENCES postings (transfer_id, side, account_id)
            DEFERRABLE INITIALLY DEFERRED,
        ADD CONSTRAINT fk_transfers_credit_leg
            FOREIGN KEY (id, credit_side, credit_account)
            REFERENCES postings (transfer_id, side, account_id)
            DEFERRABLE INITIALLY DEFERRED
    """,
    "CREATE INDEX ix_transfers_book_id_id ON transfers (book_id, id)",
)

# recorded_at and the two sides are not among them: they come by default only
TRANSFER_COLUMNS = (
    "id, book_id, amount, debit_account, credit_account, happened_at, reverses_id, reason, document"
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(sa.text(statement))
    op.bulk_insert(
        sa.table("account_kinds", sa.column("kind"), sa.column("may_go_negative")),
        [{"kind": kind, "may_go_negative": sign} for kind, sign in ACCOUNT_KINDS.items()],
    )
    read_only(op, "account_kinds")
    grant(op, "accounts", "select, insert")
    grant(op, "postings", "select, insert")
    grant(op, "transfers", f"select, insert ({TRANSFER_COLUMNS})")


def downgrade() -> None:
    op.execute(sa.text("ALTER TABLE transfers DROP CONSTRAINT fk_transfers_debit_leg"))
    op.execute(sa.text("ALTER TABLE transfers DROP CONSTRAINT fk_transfers_credit_leg"))
    for table in ("postings", "transfers", "accounts", "account_kinds"):
        op.drop_table(table)
