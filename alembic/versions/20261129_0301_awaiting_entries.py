"""What waits for a second person is found without reading a book through."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "awaiting_entries"
down_revision: str | None = "sealed_seeds"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_transfers_target",
        "transfers",
        ["book_id", "id"],
        postgresql_where=sa.text("target IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_transfers_target", "transfers")
