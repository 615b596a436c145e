"""Since when a record is at its step: the steps of refund plans and rewards have terms of their own.

What is open now is at its step since it came to the status that it has, by its own events; since it
was made, where none says so. A reward waits to be paid out since its code was given.

Revision ID: step_terms
Revises: upheld
"""

import sqlalchemy as sa

from alembic import op

revision = "step_terms"
down_revision = "upheld"
branch_labels = None
depends_on = None

_TABLES = {"distributions": "distribution", "rewards": "reward"}


def upgrade() -> None:
    for table, noun in _TABLES.items():
        op.add_column(
            table,
            sa.Column(
                "turn_since", sa.Date, nullable=False, server_default=sa.text("CURRENT_DATE")
            ),
        )
        op.execute(
            f"UPDATE {table} t SET turn_since = coalesce("  # noqa: S608  # names of this file
            " (SELECT max((e.at AT TIME ZONE 'Asia/Shanghai')::date) FROM events e"
            f" WHERE e.subject_id = t.id AND e.name = '{noun}.transitioned'"
            " AND e.data ->> 'to' = t.status AND e.data ->> 'from' <> e.data ->> 'to'),"
            " (t.created_at AT TIME ZONE 'Asia/Shanghai')::date)"
        )
        op.alter_column(table, "turn_since", server_default=None)
    op.execute(
        "UPDATE rewards SET turn_since = (claim_issued_at AT TIME ZONE 'Asia/Shanghai')::date"
        " WHERE status = 'approved' AND claim_digest IS NOT NULL AND claim_issued_at IS NOT NULL"
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_column(table, "turn_since")
