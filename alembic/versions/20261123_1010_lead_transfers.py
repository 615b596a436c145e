"""Hand-overs to the police and to departments: papers, receipt, result, and their terms."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant

from alembic import op

revision: str = "lead_transfers"
down_revision: str | None = "lead_cycle"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "lead_transfers",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.String(length=40), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("materials", sa.Text(), nullable=False),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("supplied_on", sa.Date(), nullable=True),
        sa.Column("supplied", sa.Text(), nullable=False),
        sa.Column("result", sa.String(length=40), nullable=True),
        sa.Column("result_on", sa.Date(), nullable=True),
        sa.Column("result_document_no", sa.Text(), nullable=False),
        sa.Column("result_note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_lead_transfers_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_lead_transfers_lead_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_transfers")),
    )
    op.create_index(op.f("ix_lead_transfers_lead_id_id"), "lead_transfers", ["lead_id", "id"])
    op.create_table(
        "lead_transfer_clocks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("side", sa.String(length=40), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["leads.id"],
            name=op.f("fk_lead_transfer_clocks_lead_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"],
            ["lead_transfers.id"],
            name=op.f("fk_lead_transfer_clocks_transfer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_transfer_clocks")),
    )
    op.create_index(
        "ix_lead_transfer_clocks_open",
        "lead_transfer_clocks",
        ["lead_id", "due_on"],
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        op.f("ix_lead_transfer_clocks_transfer_id_id"),
        "lead_transfer_clocks",
        ["transfer_id", "id"],
    )
    op.add_column("leads", sa.Column("transfer_stage", sa.String(length=40), nullable=True))
    op.add_column("leads", sa.Column("transfer_reminded_on", sa.Date(), nullable=True))
    grant(op, "lead_transfers", "select, insert, update")
    grant(op, "lead_transfer_clocks", "select, insert, update (ended_on)")


def downgrade() -> None:
    op.drop_column("leads", "transfer_reminded_on")
    op.drop_column("leads", "transfer_stage")
    op.drop_table("lead_transfer_clocks")
    op.drop_table("lead_transfers")
