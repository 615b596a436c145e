"""What the triage desk and the views of the leads read: few rows, in the order they are wanted."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "lead_desk"
down_revision: str | None = "similar_leads"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = (
    "status IN ('received', 'registered', 'assigned', 'disputed', 'verifying',"
    " 'transferred_department', 'transferred_police', 'escalated', 'concluded', 'recheck',"
    " 'fed_back')"
)


def upgrade() -> None:
    op.create_index(
        "ix_leads_desk_fast",
        "leads",
        ["town_code", "due_on", "id"],
        postgresql_where=sa.text("fast_track AND status IN ('received', 'registered', 'disputed')"),
    )
    op.create_index(
        "ix_leads_open_due",
        "leads",
        ["town_code", "due_on", "id"],
        postgresql_where=sa.text(_OPEN),
    )


def downgrade() -> None:
    op.drop_index("ix_leads_open_due", table_name="leads")
    op.drop_index("ix_leads_desk_fast", table_name="leads")
