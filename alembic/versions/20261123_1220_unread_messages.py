"""Messages of reporters that wait for an answer: a duty of whoever has the lead."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "unread_messages"
down_revision: str | None = "victim_imports"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_lead_messages_unread",
        "lead_messages",
        ["lead_id"],
        unique=False,
        postgresql_where=sa.text("sender = 'reporter' AND read_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_lead_messages_unread", table_name="lead_messages")
