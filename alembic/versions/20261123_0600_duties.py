"""Warnings that were given, and the leads that wait in order of their due dates."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only

from alembic import op

revision: str = "duties"
down_revision: str | None = "attachments"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "duty_notices",
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("rung", sa.BigInteger(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "subject_type", "subject_id", "due_on", "rung", name=op.f("pk_duty_notices")
        ),
    )
    op.create_index(
        "ix_leads_office_duties",
        "leads",
        ["town_code", "status", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('received', 'registered', 'disputed', 'fed_back')"),
    )
    op.create_index(
        "ix_leads_unit_duties",
        "leads",
        ["owner_unit_id", "status", "due_on", "id"],
        unique=False,
        postgresql_where=sa.text(
            "status IN ('assigned', 'verifying', 'recheck', 'concluded', 'rejected',"
            " 'transferred_department', 'transferred_police')"
        ),
    )
    append_only(op, "duty_notices")


def downgrade() -> None:
    op.drop_index("ix_leads_unit_duties", table_name="leads")
    op.drop_index("ix_leads_office_duties", table_name="leads")
    op.drop_table("duty_notices")
