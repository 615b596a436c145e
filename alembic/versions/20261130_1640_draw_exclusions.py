"""Who was left out of a draw, and why, stands beside who could be drawn.

Revision ID: draw_exclusions
Revises: kept_handovers
"""

import sqlalchemy as sa

from alembic import op

revision = "draw_exclusions"
down_revision = "kept_handovers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recheck_sample_lines", sa.Column("excluded", sa.String(40)))
    op.create_check_constraint(
        "drawexclusion",
        "recheck_sample_lines",
        "excluded IN ('waiting', 'merged', 'archived', 'elsewhere', 'own')",
    )
    op.create_check_constraint("excluded", "recheck_sample_lines", "excluded IS NULL OR NOT drawn")


def downgrade() -> None:
    op.drop_column("recheck_sample_lines", "excluded")
