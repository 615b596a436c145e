"""Outcomes and refund plans keep what a mask hides in their texts."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "kept_texts"
down_revision: str | None = "awaiting_entries"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("outcomes", "distributions")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("texts_enc", sa.LargeBinary(), nullable=True))
        op.add_column(
            table,
            sa.Column(
                "texts_kept", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False
            ),
        )
        op.alter_column(table, "texts_kept", server_default=None)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "texts_kept")
        op.drop_column(table, "texts_enc")
