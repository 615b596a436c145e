"""The steps of a case for which no law sets a term have one that the town sets.

What is open now is at its step since it came to the status that it has, by its own events; since it
was made, where none says so.

What came to the county because the town keeps off it was given no term. It begins today; working days
are counted when the terms are recounted next.

Revision ID: case_step_terms
Revises: papers
"""

import sqlalchemy as sa

from alembic import op

revision = "case_step_terms"
down_revision = "papers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "cases",
        sa.Column("turn_since", sa.Date, nullable=False, server_default=sa.text("CURRENT_DATE")),
    )
    op.execute(
        "UPDATE cases t SET turn_since = coalesce("
        " (SELECT max((e.at AT TIME ZONE 'Asia/Shanghai')::date) FROM events e"
        " WHERE e.subject_id = t.id AND e.name = 'case.transitioned'"
        " AND e.data ->> 'to' = t.status AND e.data ->> 'from' <> e.data ->> 'to'),"
        " (t.created_at AT TIME ZONE 'Asia/Shanghai')::date)"
        " WHERE status NOT IN ('closed', 'withdrawn')"
    )
    op.alter_column("cases", "turn_since", server_default=None)
    op.execute(
        "UPDATE leads SET due_on = CURRENT_DATE + 21, due_from = CURRENT_DATE,"
        " due_rule = 'LEAD-01', due_rule_version = 1"
        " WHERE status = 'escalated' AND due_on IS NULL AND due_held_on IS NULL"
        " AND merged_into_id IS NULL AND transfer_stage IS NULL"
    )


def downgrade() -> None:
    op.drop_column("cases", "turn_since")
