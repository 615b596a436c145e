"""An order that is withdrawn leaves the entity to be handled since the day it was before."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "handled_since"
down_revision: str | None = "transfer_sender"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("risk_entities", sa.Column("handled_since", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("risk_entities", "handled_since")
