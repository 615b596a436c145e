"""Since when nobody owns a lead: the alarm counts from there."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "lead_unowned"
down_revision: str | None = "lead_marks"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TRIAGE = "status IN ('received', 'registered', 'disputed')"
#: Disputed or taken up anew on the day of that act, otherwise new on the day it was recorded.
_SINCE = """
UPDATE leads SET unowned_on = timezone('Asia/Shanghai', coalesce((
  SELECT max(at) FROM events WHERE events.subject_id = leads.id AND name = 'lead.transitioned'
    AND data ->> 'action' IN ('dispute', 'reopen')), created_at))::date
WHERE status IN ('received', 'registered', 'disputed')
"""


def upgrade() -> None:
    op.add_column("leads", sa.Column("unowned_on", sa.Date(), nullable=True))
    op.execute(_SINCE)
    op.create_index(
        "ix_leads_unowned",
        "leads",
        ["town_code", "unowned_on"],
        postgresql_where=sa.text(_TRIAGE),
    )


def downgrade() -> None:
    op.drop_index("ix_leads_unowned", "leads")
    op.drop_column("leads", "unowned_on")
