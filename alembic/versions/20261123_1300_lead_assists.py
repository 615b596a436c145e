"""Assisting units: from a list of names to duties of their own, with terms and answers."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "lead_assists"
down_revision: str | None = "rewards"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = sa.text("status IN ('asked', 'acknowledged')")
#: What is still worked on is still owed; of the rest nobody knows what was answered.
_TAKEN_OVER = """
INSERT INTO lead_assists (id, created_at, lead_id, owner_unit_id, status, task, asked_on, due_on,
  due_is_provisional, due_rule, due_rule_version, answer, answered_by, ended_at, ended_reason,
  version, updated_at)
SELECT gen_random_uuid(), leads.updated_at, leads.id, asked.unit_id,
  CASE WHEN live.is THEN 'asked' ELSE 'ended' END, '',
  coalesce(leads.assigned_on, timezone('Asia/Shanghai', leads.created_at)::date), leads.due_on,
  leads.due_is_provisional, leads.due_rule, leads.due_rule_version, '', '',
  CASE WHEN live.is THEN NULL ELSE leads.updated_at END,
  CASE WHEN live.is THEN '' ELSE '登记协办答复以前的协办' END, 1, leads.updated_at
FROM leads
CROSS JOIN LATERAL (SELECT DISTINCT unnest(leads.assisting_unit_ids) AS unit_id) AS asked
CROSS JOIN LATERAL (SELECT leads.status IN ('assigned', 'disputed', 'verifying',
  'transferred_department', 'transferred_police', 'escalated', 'recheck') AS is) AS live
"""
_GIVEN_BACK = """
UPDATE leads SET assisting_unit_ids = asked.units FROM (
  SELECT lead_id, array_agg(DISTINCT owner_unit_id) AS units FROM lead_assists
  WHERE status <> 'ended' OR created_by_post_id IS NULL GROUP BY lead_id
) AS asked WHERE asked.lead_id = leads.id
"""


def upgrade() -> None:
    op.create_table(
        "lead_assists",
        sa.Column("created_by_post_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_is_provisional", sa.Boolean(), nullable=False),
        sa.Column("due_rule", sa.Text(), nullable=False),
        sa.Column("due_rule_version", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_lead_assists_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_lead_assists_lead_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_lead_assists_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_assists")),
    )
    op.create_index(op.f("ix_lead_assists_lead_id_id"), "lead_assists", ["lead_id", "id"])
    op.create_index(
        op.f("ix_lead_assists_owner_unit_id_lead_id"), "lead_assists", ["owner_unit_id", "lead_id"]
    )
    op.create_index(
        "uq_lead_assists_open",
        "lead_assists",
        ["lead_id", "owner_unit_id"],
        unique=True,
        postgresql_where=_OPEN,
    )
    op.create_index(
        "ix_lead_assists_duties",
        "lead_assists",
        ["owner_unit_id", "status", "due_on"],
        postgresql_where=_OPEN,
    )
    op.add_column(
        "leads",
        sa.Column("assisted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(_TAKEN_OVER)
    op.execute("UPDATE leads SET assisted = true WHERE assisting_unit_ids <> '{}'")
    op.drop_column("leads", "assisting_unit_ids")
    grant(op, "lead_assists", "select, insert, update")


def downgrade() -> None:
    op.add_column(
        "leads",
        sa.Column(
            "assisting_unit_ids",
            postgresql.ARRAY(sa.Uuid()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.execute(_GIVEN_BACK)
    op.alter_column("leads", "assisting_unit_ids", server_default=None)
    op.drop_column("leads", "assisted")
    op.drop_table("lead_assists")
