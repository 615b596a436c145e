"""What leaves a book waits for a second person; a client's id is a key and nothing else.

Entries from before stand as they are and say so (`is_earlier`, which only the owner can write).
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "second_signature"
down_revision: str | None = "plain_addresses"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = (
    ("request_id", sa.Uuid()),
    ("debit_kind", sa.Text()),
    ("credit_kind", sa.Text()),
    ("posted_by_id", sa.Uuid()),
    ("target", sa.Text()),
    ("confirms_id", sa.Uuid()),
    ("confirms_posted_by_id", sa.Uuid()),
    ("victim_id", sa.Uuid()),
    ("measure_id", sa.Uuid()),
)
_SIDES = (
    "UPDATE transfers SET debit_kind = a.kind FROM accounts a WHERE a.id = debit_account",
    "UPDATE transfers SET credit_kind = a.kind FROM accounts a WHERE a.id = credit_account",
)
_CHANGE = """
ALTER TABLE transfers
    ADD COLUMN is_reversal boolean NOT NULL GENERATED ALWAYS AS (reverses_id IS NOT NULL) STORED,
    ADD COLUMN reverses_reversal boolean
        GENERATED ALWAYS AS (CASE WHEN reverses_id IS NOT NULL THEN false END) STORED,
    ALTER COLUMN debit_kind SET NOT NULL,
    ALTER COLUMN credit_kind SET NOT NULL,
    DROP CONSTRAINT ck_transfers_reverses_earlier,
    DROP CONSTRAINT ck_transfers_happened_at
"""
_KEYS = """
ALTER TABLE transfers
    ADD CONSTRAINT uq_transfers_reversal UNIQUE (id, is_reversal),
    ADD CONSTRAINT uq_transfers_request_id UNIQUE (book_id, request_id),
    ADD CONSTRAINT uq_transfers_confirms_id UNIQUE (confirms_id),
    ADD CONSTRAINT uq_transfers_posted_by UNIQUE (id, posted_by_id),
    ADD CONSTRAINT uq_transfers_target UNIQUE (id, book_id, amount, debit_account, target),
    ADD CONSTRAINT ck_transfers_happened_at CHECK (is_earlier
        OR (happened_at >= '1949-09-30 16:00+00' AND happened_at < '2201-01-01 00:00+00')),
    ADD CONSTRAINT ck_transfers_second_person CHECK (
        debit_kind NOT IN ('returned', 'priority_paid', 'treasury', 'released')
        OR credit_kind = 'paid_pending' OR confirms_id IS NOT NULL OR is_earlier),
    ADD CONSTRAINT ck_transfers_target CHECK ((target IS NOT NULL)
        = (debit_kind IN ('leaving_restrained', 'leaving_custody') AND reverses_id IS NULL)),
    ADD CONSTRAINT ck_transfers_victim CHECK (target <> 'returned' OR victim_id IS NOT NULL),
    ADD CONSTRAINT ck_transfers_posted_by CHECK (target IS NULL OR posted_by_id IS NOT NULL),
    ADD CONSTRAINT ck_transfers_two_people CHECK (
        CASE WHEN confirms_id IS NULL THEN confirms_posted_by_id IS NULL
        ELSE confirms_posted_by_id IS NOT NULL AND posted_by_id IS NOT NULL
            AND posted_by_id <> confirms_posted_by_id END),
    ADD CONSTRAINT fk_transfers_victim_id FOREIGN KEY (victim_id) REFERENCES victims (id),
    ADD CONSTRAINT fk_transfers_measure_id
        FOREIGN KEY (measure_id) REFERENCES property_measures (id)
"""
_LINKS = """
ALTER TABLE transfers
    ADD CONSTRAINT fk_transfers_reverses_entry FOREIGN KEY (reverses_id, reverses_reversal)
        REFERENCES transfers (id, is_reversal),
    ADD CONSTRAINT fk_transfers_debit_kind FOREIGN KEY (debit_account, debit_kind)
        REFERENCES accounts (id, kind),
    ADD CONSTRAINT fk_transfers_credit_kind FOREIGN KEY (credit_account, credit_kind)
        REFERENCES accounts (id, kind),
    ADD CONSTRAINT fk_transfers_confirms_person FOREIGN KEY (confirms_id, confirms_posted_by_id)
        REFERENCES transfers (id, posted_by_id),
    ADD CONSTRAINT fk_transfers_confirms
        FOREIGN KEY (confirms_id, book_id, amount, credit_account, debit_kind)
        REFERENCES transfers (id, book_id, amount, debit_account, target)
"""


def upgrade() -> None:
    op.execute(
        "INSERT INTO account_kinds (kind, may_go_negative)"
        " VALUES ('leaving_restrained', false), ('leaving_custody', false)"
        " ON CONFLICT DO NOTHING"
    )
    op.create_unique_constraint("uq_accounts_kind", "accounts", ["id", "kind"])
    for name, kind in _COLUMNS:
        op.add_column("transfers", sa.Column(name, kind, nullable=True))
    op.add_column(
        "transfers",
        sa.Column("is_earlier", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.alter_column("transfers", "is_earlier", server_default=sa.false())
    for side in _SIDES:
        op.execute(side)
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (_CHANGE, _KEYS, _LINKS):
        op.execute(statement)


def downgrade() -> None:
    for name in ("confirms", "confirms_person", "credit_kind", "debit_kind", "reverses_entry"):
        op.execute(f"ALTER TABLE transfers DROP CONSTRAINT fk_transfers_{name}")
    for name in ("happened_at", "second_person", "target", "victim", "posted_by", "two_people"):
        op.execute(f"ALTER TABLE transfers DROP CONSTRAINT ck_transfers_{name}")
    for name in ("is_earlier", "reverses_reversal", "is_reversal", *(name for name, _ in _COLUMNS)):
        op.execute(f"ALTER TABLE transfers DROP COLUMN {name} CASCADE")
    op.execute("ALTER TABLE accounts DROP CONSTRAINT uq_accounts_kind")
    op.execute(
        "ALTER TABLE transfers"
        " ADD CONSTRAINT ck_transfers_happened_at CHECK (isfinite(happened_at)),"
        " ADD CONSTRAINT ck_transfers_reverses_earlier CHECK (reverses_id < id)"
    )
    # the pots stay: accounts of books may already be of their kinds
    op.execute(
        "DELETE FROM account_kinds k WHERE kind IN ('leaving_restrained', 'leaving_custody')"
        " AND NOT EXISTS (SELECT FROM accounts a WHERE a.kind = k.kind)"
    )
