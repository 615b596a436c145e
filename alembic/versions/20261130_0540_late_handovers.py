"""A lead says until when whoever it was handed to is to act: the late ones are found among leads."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "late_handovers"
down_revision: str | None = "case_handovers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_RUN = """
UPDATE leads AS l SET handover_due_on = c.due_on
FROM (
  SELECT lead_id, max(due_on) AS due_on FROM lead_transfer_clocks
  WHERE ended_on IS NULL AND lead_id IS NOT NULL GROUP BY lead_id
) AS c
WHERE c.lead_id = l.id
"""


def upgrade() -> None:
    op.add_column("leads", sa.Column("handover_due_on", sa.Date(), nullable=True))
    op.execute(_RUN)
    op.create_index(
        "ix_leads_open_late",
        "leads",
        ["town_code", sa.text("(LEAST(leads.due_on, leads.handover_due_on))"), "id"],
        postgresql_where=sa.text(
            "status IN ('received', 'registered', 'assigned', 'disputed', 'verifying',"
            " 'transferred_department', 'transferred_police', 'escalated', 'concluded',"
            " 'recheck', 'fed_back')"
        ),
    )
    op.create_index(
        "ix_leads_handover_due",
        "leads",
        ["town_code", "handover_due_on", "id"],
        postgresql_where=sa.text("handover_due_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_leads_handover_due", "leads")
    op.drop_index("ix_leads_open_late", "leads")
    op.drop_column("leads", "handover_due_on")
