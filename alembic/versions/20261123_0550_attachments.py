"""Stored files and the attachments that point to them."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only

from alembic import op

revision: str = "attachments"
down_revision: str | None = "money"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "stored_files",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key_enc", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_files")),
        sa.UniqueConstraint("path", name=op.f("uq_stored_files_path")),
    )
    op.create_table(
        "attachments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_files.sha256"], name=op.f("fk_attachments_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_post_id"], ["posts.id"], name=op.f("fk_attachments_uploaded_by_post_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(
        op.f("ix_attachments_subject_id_id"), "attachments", ["subject_id", "id"], unique=False
    )
    append_only(op, "stored_files")
    append_only(op, "attachments")


def downgrade() -> None:
    op.drop_index(op.f("ix_attachments_subject_id_id"), table_name="attachments")
    op.drop_table("attachments")
    op.drop_table("stored_files")
