"""A kept answer says which operation it belongs to."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "replays_named"
down_revision: str | None = "least_privileges"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "idempotency_keys",
        sa.Column("operation", sa.Text(), server_default=sa.text("''"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("idempotency_keys", "operation")
