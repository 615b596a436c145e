"""What was told and is only to be closed has a term of its own, by LEAD-CLOSE.

Until now it kept the one in which it was to be found out and told, and counted as late by that. When
each was told stands in the timeline alone: the new term begins today. What lies at the desk again kept
the day of the round before. Working days are counted when the terms are recounted next.

Revision ID: lead_closing_term
Revises: one_place_form
"""

from alembic import op

revision = "lead_closing_term"
down_revision = "one_place_form"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE leads SET due_on = CURRENT_DATE + 7, due_from = CURRENT_DATE, due_given = NULL,"
        " due_held_on = NULL, due_pauses = '{}', due_rule = 'LEAD-CLOSE', due_rule_version = 1"
        " WHERE status = 'fed_back' AND due_on IS NOT NULL AND owes = '{}' AND conclusion IS NOT NULL"
        " AND (transfer_stage IS NULL OR transfer_stage NOT IN ('sent', 'received', 'incomplete',"
        " 'reviewed', 'proposed', 'approved', 'filed', 'declined', 'dropped'))"
    )
    op.execute(
        "UPDATE leads SET due_on = NULL, due_from = NULL, due_given = NULL, due_held_on = NULL,"
        " due_pauses = '{}', due_rule = '', due_rule_version = NULL, assigned_on = NULL"
        " WHERE status IN ('received', 'registered', 'disputed') AND due_on IS NOT NULL"
    )


def downgrade() -> None:
    """What stands is a term as well."""
