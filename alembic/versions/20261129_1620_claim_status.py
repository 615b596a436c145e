"""What a victim claims is called so: `standing` is where a record stands."""

from collections.abc import Sequence

from alembic import op

revision: str = "claim_status"
down_revision: str | None = "lead_counts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.alter_column("victims", "standing", new_column_name="claim_status")


def downgrade() -> None:
    op.alter_column("victims", "claim_status", new_column_name="standing")
