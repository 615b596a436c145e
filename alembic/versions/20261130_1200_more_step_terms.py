"""The steps of victims, property items, risk entities, inspections and outcomes have terms, too.

What is open now is at its step since it came to the status that it has, by its own events; since it
was made, where none says so.

Revision ID: more_step_terms
Revises: step_terms
"""

import sqlalchemy as sa

from alembic import op

revision = "more_step_terms"
down_revision = "step_terms"
branch_labels = None
depends_on = None

#: Table → the event of its flow, and what is over in it.
_TABLES = {
    "victims": ("victim.updated", "status <> 'registered'"),
    "property_items": ("property_item.transitioned", "status IN ('disposed', 'withdrawn')"),
    "risk_entities": ("risk_entity.transitioned", "status = 'delisted'"),
    "inspections": ("inspection.transitioned", "status <> 'done'"),
    "outcomes": ("outcome.transitioned", "status <> 'draft'"),
}
_WAITING = {"victims": "registered", "outcomes": "draft"}


def upgrade() -> None:
    for table, (event, over) in _TABLES.items():
        op.add_column(
            table,
            sa.Column(
                "turn_since", sa.Date, nullable=False, server_default=sa.text("CURRENT_DATE")
            ),
        )
        op.execute(
            f"UPDATE {table} t SET turn_since = coalesce("  # noqa: S608  # names of this file
            " (SELECT max((e.at AT TIME ZONE 'Asia/Shanghai')::date) FROM events e"
            f" WHERE e.subject_id = t.id AND e.name = '{event}'"
            " AND e.data ->> 'to' = t.status AND e.data ->> 'from' <> e.data ->> 'to'),"
            f" (t.created_at AT TIME ZONE 'Asia/Shanghai')::date) WHERE NOT ({over})"
        )
        op.alter_column(table, "turn_since", server_default=None)
    for table, status in _WAITING.items():
        op.drop_index(f"ix_{table}_duties", table)
        op.create_index(
            f"ix_{table}_duties",
            table,
            ["town_code", "status", "turn_since", "id"],
            postgresql_where=sa.text(f"status IN ('{status}')"),
        )
    op.create_index(
        "ix_risk_entities_duties",
        "risk_entities",
        ["town_code", "status", "turn_since", "id"],
        postgresql_where=sa.text("status IN ('pending', 'swept', 'assessed')"),
    )


def downgrade() -> None:
    op.drop_index("ix_risk_entities_duties", "risk_entities")
    for table, status in _WAITING.items():
        op.drop_index(f"ix_{table}_duties", table)
        op.create_index(
            f"ix_{table}_duties",
            table,
            ["town_code", "status", "id"],
            postgresql_where=sa.text(f"status IN ('{status}')"),
        )
    for table in _TABLES:
        op.drop_column(table, "turn_since")
