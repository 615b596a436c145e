"""Leads given away many at a time: who gave which units how many until when, and what became of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant

from alembic import op

revision: str = "lead_assignments"
down_revision: str | None = "warning_steps"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BATCHES, _LINES = "lead_assignments", "lead_assignment_lines"


def _link(table: str, column: str, target: str, ondelete: str | None = None) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def upgrade() -> None:
    op.create_table(
        _BATCHES,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=False),
        _link(_BATCHES, "created_by_post_id", "posts"),
        _link(_BATCHES, "made_by_id", "users"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_assignments")),
    )
    op.create_index(op.f("ix_lead_assignments_town_code_id"), _BATCHES, ["town_code", "id"])
    op.create_table(
        _LINES,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_unit_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (ended_at IS NULL)",
            name=op.f("ck_lead_assignment_lines_ended"),
        ),
        _link(_LINES, "assignment_id", _BATCHES),
        _link(_LINES, "lead_id", "leads", "CASCADE"),
        _link(_LINES, "unit_id", "units"),
        _link(_LINES, "proposed_unit_id", "units"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_assignment_lines")),
    )
    op.create_index(
        op.f("ix_lead_assignment_lines_assignment_id_unit_id"),
        _LINES,
        ["assignment_id", "unit_id"],
    )
    op.create_index(
        "uq_lead_assignment_lines_open",
        _LINES,
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("outcome IS NULL"),
    )
    grant(op, _BATCHES, "select, insert")
    grant(op, _LINES, "select, insert, update (outcome, ended_at)")


def downgrade() -> None:
    op.drop_table(_LINES)
    op.drop_table(_BATCHES)
