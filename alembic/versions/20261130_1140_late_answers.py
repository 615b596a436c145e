"""What stands still, or was not taken up, is late where the reporter is not told in time.

Revision ID: late_answers
Revises: more_step_terms
"""

import sqlalchemy as sa

from alembic import op

revision = "late_answers"
down_revision = "more_step_terms"
branch_labels = None
depends_on = None

_BEFORE = "LEAST(leads.due_on, leads.handover_due_on)"
_AFTER = (
    "LEAST(leads.due_on, leads.handover_due_on, CASE WHEN leads.status IN ("
    "'transferred_department', 'transferred_police', 'concluded', 'rejected')"
    " AND (leads.transfer_stage IS NULL OR leads.transfer_stage NOT IN ('proposed', 'approved'))"
    " THEN leads.due_held_on END)"
)


_OPEN = (
    "'received', 'registered', 'assigned', 'disputed', 'verifying', 'transferred_department',"
    " 'transferred_police', 'escalated', 'concluded', 'recheck', 'fed_back'"
)
_WITH_REJECTED = (
    "'received', 'registered', 'assigned', 'disputed', 'verifying', 'transferred_department',"
    " 'transferred_police', 'escalated', 'concluded', 'recheck', 'rejected', 'fed_back'"
)


def _index(last_day: str, statuses: str) -> None:
    op.drop_index("ix_leads_open_late", "leads")
    op.create_index(
        "ix_leads_open_late",
        "leads",
        ["town_code", sa.text(f"({last_day})"), "id"],
        postgresql_where=sa.text(f"status IN ({statuses})"),
    )


def upgrade() -> None:
    _index(_AFTER, _WITH_REJECTED)


def downgrade() -> None:
    _index(_BEFORE, _OPEN)
