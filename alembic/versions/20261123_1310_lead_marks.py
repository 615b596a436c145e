"""Marks that make the term of a lead stricter, and when and by whose word its clock began."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "lead_marks"
down_revision: str | None = "lead_assists"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "leads",
        sa.Column(
            "marks", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column("leads", sa.Column("due_from", sa.Date(), nullable=True))
    op.add_column("leads", sa.Column("due_given", sa.Date(), nullable=True))
    op.create_index(
        "ix_leads_marked",
        "leads",
        ["town_code", "id"],
        postgresql_where=sa.text("marks <> '{}'"),
    )


def downgrade() -> None:
    op.drop_index("ix_leads_marked", "leads")
    op.drop_column("leads", "due_given")
    op.drop_column("leads", "due_from")
    op.drop_column("leads", "marks")
