"""The boxes that somebody ticked on a lead."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant

from alembic import op

revision: str = "red_flags"
down_revision: str | None = "unread_messages"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "lead_red_flags",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked_by", sa.Text(), nullable=False),
        sa.Column("ticked_by_post_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_lead_red_flags_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticked_by_post_id"], ["posts.id"], name=op.f("fk_lead_red_flags_ticked_by_post_id")
        ),
        sa.PrimaryKeyConstraint("lead_id", "code", name=op.f("pk_lead_red_flags")),
    )
    grant(op, "lead_red_flags", "select, insert, delete")


def downgrade() -> None:
    op.drop_table("lead_red_flags")
