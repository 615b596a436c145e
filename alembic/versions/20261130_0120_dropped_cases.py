"""What the police gave up again is told to who had handed it to them."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "dropped_cases"
down_revision: str | None = "duty_indexes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "lead_transfers"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("dropped_on", sa.Date(), nullable=True))
    op.add_column(
        _TABLE, sa.Column("aftermath", sa.Text(), nullable=False, server_default=sa.text("''"))
    )


def downgrade() -> None:
    op.execute("UPDATE leads SET transfer_stage = 'answered' WHERE transfer_stage = 'dropped'")
    op.drop_column(_TABLE, "aftermath")
    op.drop_column(_TABLE, "dropped_on")
