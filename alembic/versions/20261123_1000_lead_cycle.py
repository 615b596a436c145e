"""The life cycle of a lead whole: who concluded it, where a dispute went, whether it is solved, and
the samples for second verification."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only, grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "lead_cycle"
down_revision: str | None = "saved_filters"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

#: What the events of before say about leads that are already on their way.
_ASSIGNED = """
UPDATE leads SET assigned_on = given.on FROM (
  SELECT subject_id, max(timezone('Asia/Shanghai', at))::date AS on FROM events
  WHERE name = 'lead.transitioned' AND data ->> 'action' = 'assign' GROUP BY subject_id
) AS given WHERE given.subject_id = leads.id
"""
_CONCLUDED = """
UPDATE leads SET concluded_by_id = told.actor_id, concluded_unit_id = told.unit_id FROM (
  SELECT DISTINCT ON (subject_id) subject_id, actor_id, unit_id FROM events
  WHERE name = 'lead.transitioned' AND data ->> 'action' = 'conclude' ORDER BY subject_id, id DESC
) AS told WHERE told.subject_id = leads.id AND leads.conclusion IS NOT NULL
"""
_COLUMNS = (
    "assigned_on", "concluded_by_id", "concluded_unit_id", "diversion_route",
    "diversion_department", "solved", "solved_note",
)  # fmt: skip


def upgrade() -> None:
    _leads()
    _samples()


def _leads() -> None:
    op.add_column("leads", sa.Column("assigned_on", sa.Date(), nullable=True))
    op.add_column("leads", sa.Column("concluded_by_id", sa.Uuid(), nullable=True))
    op.add_column("leads", sa.Column("concluded_unit_id", sa.Uuid(), nullable=True))
    op.add_column("leads", sa.Column("diversion_route", sa.String(length=40), nullable=True))
    op.add_column("leads", sa.Column("diversion_department", sa.Text(), nullable=True))
    op.add_column("leads", sa.Column("solved", sa.String(length=40), nullable=True))
    op.add_column("leads", sa.Column("solved_note", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_leads_concluded_unit_id"), "leads", "units", ["concluded_unit_id"], ["id"]
    )
    op.execute(_ASSIGNED)
    op.execute(_CONCLUDED)


def _samples() -> None:
    op.create_table(
        "recheck_samples",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("conclusions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("population_size", sa.BigInteger(), nullable=False),
        sa.Column("population_digest", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("period_from <= period_to", name=op.f("ck_recheck_samples_period")),
        sa.CheckConstraint("size > 0", name=op.f("ck_recheck_samples_size")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_recheck_samples_created_by_post_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck_samples")),
        sa.UniqueConstraint("number", name=op.f("uq_recheck_samples_number")),
    )
    op.create_index(op.f("ix_recheck_samples_town_code_id"), "recheck_samples", ["town_code", "id"])
    op.create_table(
        "recheck_sample_lines",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("drawn", sa.Boolean(), nullable=False),
        sa.Column("first_conclusion", sa.String(length=40), nullable=False),
        sa.Column("second_conclusion", sa.String(length=40), nullable=True),
        sa.Column("second_unit_id", sa.Uuid(), nullable=True),
        sa.Column("second_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["leads.id"], name=op.f("fk_recheck_sample_lines_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"],
            ["recheck_samples.id"],
            name=op.f("fk_recheck_sample_lines_sample_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["second_unit_id"], ["units.id"], name=op.f("fk_recheck_sample_lines_second_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_recheck_sample_lines_unit_id")
        ),
        sa.PrimaryKeyConstraint("sample_id", "lead_id", name=op.f("pk_recheck_sample_lines")),
    )
    op.create_index(op.f("ix_recheck_sample_lines_lead_id"), "recheck_sample_lines", ["lead_id"])
    op.create_index(
        "ix_recheck_sample_lines_open",
        "recheck_sample_lines",
        ["lead_id"],
        postgresql_where=sa.text("drawn AND second_conclusion IS NULL"),
    )
    # a sample is never drawn anew: of a line, only what came of it is written later
    append_only(op, "recheck_samples")
    grant(
        op,
        "recheck_sample_lines",
        "select, insert, update (second_conclusion, second_unit_id, second_on)",
    )


def downgrade() -> None:
    op.drop_table("recheck_sample_lines")
    op.drop_table("recheck_samples")
    op.drop_constraint(op.f("fk_leads_concluded_unit_id"), "leads", type_="foreignkey")
    for column in _COLUMNS:
        op.drop_column("leads", column)
