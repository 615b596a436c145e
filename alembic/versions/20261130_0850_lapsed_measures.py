"""What lapsed is found by whose it is: somebody is to see to it.

Revision ID: lapsed_measures
Revises: lead_closing_term
"""

import sqlalchemy as sa

from alembic import op

revision = "lapsed_measures"
down_revision = "lead_closing_term"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_property_measures_lapsed",
        "property_measures",
        ["owner_unit_id", "id"],
        postgresql_where=sa.text("status = 'lapsed'"),
    )


def downgrade() -> None:
    op.drop_index("ix_property_measures_lapsed", "property_measures")
