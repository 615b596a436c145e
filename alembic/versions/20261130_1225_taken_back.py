"""A hand-over that is taken back gives a lead back to whoever had it before, as it stood then."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "taken_back"
down_revision: str | None = "case_step_terms"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "lead_transfers"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("left_status", sa.String(length=40), nullable=True))
    op.add_column(
        _TABLE,
        sa.Column("is_taken_back", sa.Boolean(), nullable=False, server_default=sa.text("false")),
    )


def downgrade() -> None:
    op.drop_column(_TABLE, "is_taken_back")
    op.drop_column(_TABLE, "left_status")
