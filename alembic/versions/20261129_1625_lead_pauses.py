"""A lead's term stands still while whoever it was handed to is waited for."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from alembic import op

revision: str = "lead_pauses"
down_revision: str | None = "claim_status"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

#: What waits for a receiver now has done so since it was handed over.
_STOP = """
UPDATE leads AS l
SET due_held_on = l.due_on, due_on = NULL,
  due_pauses = ARRAY[greatest(t.sent_on, l.due_from)]
FROM (
  SELECT DISTINCT ON (lead_id) lead_id, sent_on FROM lead_transfers
  WHERE sent_on IS NOT NULL AND NOT is_past ORDER BY lead_id, id DESC
) AS t
WHERE t.lead_id = l.id AND l.due_on IS NOT NULL
AND l.transfer_stage IN ('sent', 'received', 'incomplete', 'reviewed')
AND l.status NOT IN ('recheck', 'closed', 'archived', 'rejected', 'withdrawn')
"""


def upgrade() -> None:
    op.add_column("leads", sa.Column("due_held_on", sa.Date(), nullable=True))
    op.add_column(
        "leads", sa.Column("due_pauses", ARRAY(sa.Date()), server_default="{}", nullable=False)
    )
    op.execute(_STOP)
    op.create_check_constraint(
        op.f("ck_leads_due_held_on"),
        "leads",
        "(due_held_on IS NOT NULL) = (cardinality(due_pauses) % 2 = 1)"
        " AND (due_held_on IS NULL OR due_on IS NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_leads_due_held_on"), "leads", type_="check")
    op.execute("UPDATE leads SET due_on = due_held_on WHERE due_held_on IS NOT NULL")
    op.drop_column("leads", "due_pauses")
    op.drop_column("leads", "due_held_on")
