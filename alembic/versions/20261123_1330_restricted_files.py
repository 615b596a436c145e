"""Restricted files: hints of organised crime, corruption and umbrellas, known to a few by name."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only, grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "restricted_files"
down_revision: str | None = "lead_unowned"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "restricted_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("addressee", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("owner_user_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_is_provisional", sa.Boolean(), nullable=False),
        sa.Column("due_rule", sa.Text(), nullable=False),
        sa.Column("due_rule_version", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_restricted_files_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_user_id"], ["users.id"], name=op.f("fk_restricted_files_owner_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restricted_files")),
    )
    op.create_index(
        "uq_restricted_files_open",
        "restricted_files",
        ["lead_id", "addressee"],
        unique=True,
        postgresql_where=sa.text("status <> 'closed'"),
    )
    op.create_table(
        "restricted_hints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text_enc", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_by_user_id", sa.Uuid(), nullable=False),
        sa.Column("raised_by_post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["restricted_files.id"], name=op.f("fk_restricted_hints_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["raised_by_post_id"], ["posts.id"], name=op.f("fk_restricted_hints_raised_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["raised_by_user_id"], ["users.id"], name=op.f("fk_restricted_hints_raised_by_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restricted_hints")),
    )
    op.create_index(op.f("ix_restricted_hints_file_id_id"), "restricted_hints", ["file_id", "id"])
    op.create_table(
        "restricted_hand_offs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("organ", sa.String(length=40), nullable=False),
        sa.Column("words_enc", sa.LargeBinary(), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer_enc", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"], ["restricted_files.id"], name=op.f("fk_restricted_hand_offs_file_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restricted_hand_offs")),
    )
    op.create_index(
        op.f("ix_restricted_hand_offs_file_id_id"), "restricted_hand_offs", ["file_id", "id"]
    )
    op.create_table(
        "restricted_members",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["restricted_files.id"], name=op.f("fk_restricted_members_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_restricted_members_user_id")
        ),
        sa.PrimaryKeyConstraint("file_id", "user_id", name=op.f("pk_restricted_members")),
    )
    op.create_index(op.f("ix_restricted_members_user_id"), "restricted_members", ["user_id"])
    op.create_table(
        "restricted_file_events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("about_user_id", sa.Uuid(), nullable=True),
        sa.Column("reason_enc", sa.LargeBinary(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["about_user_id"], ["users.id"], name=op.f("fk_restricted_file_events_about_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["restricted_files.id"], name=op.f("fk_restricted_file_events_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_restricted_file_events_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restricted_file_events")),
    )
    op.create_index(
        op.f("ix_restricted_file_events_file_id_id"), "restricted_file_events", ["file_id", "id"]
    )
    grant(op, "restricted_files", "select, insert, update")
    append_only(op, "restricted_hints")
    grant(op, "restricted_hand_offs", "select, insert, update (answered_on, answer_enc)")
    grant(op, "restricted_members", "select, insert, delete")
    append_only(op, "restricted_file_events")


def downgrade() -> None:
    op.drop_table("restricted_file_events")
    op.drop_table("restricted_members")
    op.drop_table("restricted_hand_offs")
    op.drop_table("restricted_hints")
    op.drop_table("restricted_files")
