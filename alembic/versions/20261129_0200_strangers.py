"""Counts of strangers that all processes share, and what a lost answer to a refresh needs.

Counts are unlogged: they are written at every failure, worth a day, and gone after a crash.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "strangers"
down_revision: str | None = "plain_search"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.TIMESTAMP(timezone=True)
_UNLOGGED = ["UNLOGGED"]


def upgrade() -> None:
    op.drop_table("login_attempts")
    op.create_table(
        "login_failures",
        sa.Column("name_digest", sa.LargeBinary(), nullable=False),
        sa.Column("source_digest", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_at", _TIME, nullable=False),
        sa.Column("locked_until", _TIME),
        sa.Column("succeeded_at", _TIME),
        sa.PrimaryKeyConstraint("name_digest", "source_digest", name="pk_login_failures"),
        prefixes=_UNLOGGED,
    )
    op.create_index("ix_login_failures_source_digest", "login_failures", ["source_digest"])
    op.create_index("ix_login_failures_last_at", "login_failures", ["last_at"])
    op.create_table(
        "receipt_sources",
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_receipt_sources"),
        prefixes=_UNLOGGED,
    )
    op.create_table(
        "source_keys",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_source_keys"),
        prefixes=_UNLOGGED,
    )
    op.create_table(
        "public_load",
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("started_at", "purpose", name="pk_public_load"),
        prefixes=_UNLOGGED,
    )
    op.create_table(
        "old_passwords",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("replaced_at", _TIME, nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "replaced_at", name="pk_old_passwords"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_old_passwords_user_id_users"),
    )
    op.add_column("sessions", sa.Column("previous_digest", sa.LargeBinary()))
    op.add_column("sessions", sa.Column("successor_enc", sa.LargeBinary()))
    op.add_column("sessions", sa.Column("rotated_at", _TIME))


def downgrade() -> None:
    for column in ("rotated_at", "successor_enc", "previous_digest"):
        op.drop_column("sessions", column)
    for table in ("old_passwords", "public_load", "source_keys", "receipt_sources"):
        op.drop_table(table)
    op.drop_table("login_failures")
    op.create_table(
        "login_attempts",
        sa.Column("name_digest", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", _TIME),
        sa.Column("last_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name_digest", name="pk_login_attempts"),
    )
