"""The number under which whoever sent a lead keeps it: sent again, it is the same lead."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "lead_sources"
down_revision: str | None = "kept_texts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("leads", sa.Column("source_number", sa.Text(), server_default="", nullable=False))
    op.add_column("leads", sa.Column("sender_id", sa.Uuid()))
    op.add_column("leads", sa.Column("source_digest", sa.LargeBinary()))
    op.create_index(
        "uq_leads_source_number",
        "leads",
        ["source_number", "town_code", "channel", "sender_id"],
        unique=True,
        postgresql_where=sa.text("source_number <> ''"),
    )


def downgrade() -> None:
    op.drop_index("uq_leads_source_number", table_name="leads")
    for column in ("source_digest", "sender_id", "source_number"):
        op.drop_column("leads", column)
