"""Papers in restricted files, known to the people on a file's list; reminders to the organ."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only, grant

from alembic import op

revision: str = "restricted_attachments"
down_revision: str | None = "lead_terms"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "restricted_attachments"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("name_enc", sa.LargeBinary(), nullable=False),
        sa.Column("note_enc", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_user_id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by_post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["restricted_files.id"], name=op.f(f"fk_{_TABLE}_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_files.sha256"], name=op.f(f"fk_{_TABLE}_sha256")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_user_id"], ["users.id"], name=op.f(f"fk_{_TABLE}_uploaded_by_user_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_post_id"], ["posts.id"], name=op.f(f"fk_{_TABLE}_uploaded_by_post_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_file_id_id"), _TABLE, ["file_id", "id"])
    append_only(op, _TABLE)
    op.add_column("restricted_hand_offs", sa.Column("reminded_on", sa.Date(), nullable=True))
    grant(op, "restricted_hand_offs", "update (reminded_on)")


def downgrade() -> None:
    op.drop_column("restricted_hand_offs", "reminded_on")
    op.drop_table(_TABLE)
