"""What a department has stays its own to answer, in a term that runs, while the head decides about the
police; and what is owed to the police or the reporter is late by its day all the same."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "kept_handovers"
down_revision: str | None = "taken_back"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ANSWER = (
    "CASE WHEN leads.status IN ("
    "'transferred_department', 'transferred_police', 'concluded', 'rejected')"
)
_BEFORE = (
    f"LEAST(leads.due_on, leads.handover_due_on, {_ANSWER}"
    " AND (leads.transfer_stage IS NULL OR leads.transfer_stage NOT IN ('proposed', 'approved'))"
    " THEN leads.due_held_on END)"
)
_AFTER = (
    f"LEAST(leads.due_on, leads.handover_due_on, leads.kept_due_on, {_ANSWER}"
    " THEN leads.due_held_on END, CASE WHEN leads.status IN ("
    "'transferred_department', 'concluded', 'fed_back')"
    " AND 'police_decision' = ANY (leads.owes)"
    " AND leads.transfer_organ IS DISTINCT FROM 'police' THEN leads.due_held_on END)"
)
_STATUSES = (
    "'received', 'registered', 'assigned', 'disputed', 'verifying', 'transferred_department',"
    " 'transferred_police', 'escalated', 'concluded', 'recheck', 'rejected', 'fed_back'"
)


def _index(last_day: str) -> None:
    op.create_index(
        "ix_leads_open_late",
        "leads",
        ["town_code", sa.text(f"({last_day})"), "id"],
        postgresql_where=sa.text(f"status IN ({_STATUSES})"),
    )


def upgrade() -> None:
    op.add_column("leads", sa.Column("kept_stage", sa.String(length=40), nullable=True))
    op.add_column("leads", sa.Column("kept_due_on", sa.Date(), nullable=True))
    op.drop_index("ix_leads_open_late", "leads")
    _index(_AFTER)
    op.create_index(
        "ix_leads_kept_due_on",
        "leads",
        ["town_code", "kept_due_on", "id"],
        postgresql_where=sa.text("kept_due_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_leads_kept_due_on", "leads")
    op.drop_index("ix_leads_open_late", "leads")
    op.drop_column("leads", "kept_due_on")
    op.drop_column("leads", "kept_stage")
    _index(_BEFORE)
