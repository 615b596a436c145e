"""Receipts of reports from the public, the talk with their bearers, their judgement; a lead and an
attachment that no post recorded."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant

from alembic import op

revision: str = "receipts"
down_revision: str | None = "outcomes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOW = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "spent_challenges",
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", _NOW, nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_spent_challenges")),
    )
    op.create_index(
        op.f("ix_spent_challenges_expires_at"), "spent_challenges", ["expires_at"], unique=False
    )
    op.create_table(
        "receipt_failures",
        sa.Column("started_at", _NOW, nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("started_at", name=op.f("pk_receipt_failures")),
    )
    op.create_table(
        "lead_receipts",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _NOW, nullable=False),
        sa.Column("issued_by_post_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_lead_receipts_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_post_id"], ["posts.id"], name=op.f("fk_lead_receipts_issued_by_post_id")
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_receipts")),
        sa.UniqueConstraint("digest", name=op.f("uq_lead_receipts_digest")),
    )
    op.create_table(
        "lead_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("at", _NOW, nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("read_at", _NOW, nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_lead_messages_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_lead_messages_post_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_messages")),
    )
    op.create_index(
        op.f("ix_lead_messages_lead_id_id"), "lead_messages", ["lead_id", "id"], unique=False
    )
    op.create_table(
        "lead_ratings",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("comment_enc", sa.LargeBinary(), nullable=True),
        sa.Column("at", _NOW, nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_lead_ratings_score")),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_lead_ratings_lead_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lead_id", name=op.f("pk_lead_ratings")),
    )
    op.alter_column("leads", "created_by_post_id", existing_type=sa.Uuid(), nullable=True)
    op.alter_column("attachments", "uploaded_by_post_id", existing_type=sa.Uuid(), nullable=True)
    grant(op, "spent_challenges", "select, insert, delete")
    grant(op, "receipt_failures", "select, insert, update (failures), delete")
    grant(op, "lead_receipts", "select, insert, update (digest, created_at, issued_by_post_id)")
    grant(op, "lead_messages", "select, insert, update (read_at)")
    grant(op, "lead_ratings", "select, insert")


#: Who stands in for a reporter where a post must be named: the office of the town.
_OFFICE = (
    "SELECT p.id FROM posts p JOIN leads l ON p.unit_id = l.owner_unit_id"
    " OR p.unit_id IN (SELECT u.id FROM units u WHERE u.kind = 'office'"
    " AND u.division_code = l.town_code)"
)


def downgrade() -> None:
    op.execute(
        f"UPDATE attachments SET uploaded_by_post_id = ({_OFFICE} WHERE l.id = subject_id LIMIT 1)"  # noqa: S608
        " WHERE uploaded_by_post_id IS NULL"
    )
    op.execute(
        f"UPDATE leads SET created_by_post_id = ({_OFFICE} WHERE l.id = leads.id LIMIT 1)"  # noqa: S608
        " WHERE created_by_post_id IS NULL"
    )
    op.alter_column("attachments", "uploaded_by_post_id", existing_type=sa.Uuid(), nullable=False)
    op.alter_column("leads", "created_by_post_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_table("lead_ratings")
    op.drop_index(op.f("ix_lead_messages_lead_id_id"), table_name="lead_messages")
    op.drop_table("lead_messages")
    op.drop_table("lead_receipts")
    op.drop_table("receipt_failures")
    op.drop_index(op.f("ix_spent_challenges_expires_at"), table_name="spent_challenges")
    op.drop_table("spent_challenges")
