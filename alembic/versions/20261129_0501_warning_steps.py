"""A warning is known by the row of the rule table that gave it, not by a number of days."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "warning_steps"
down_revision: str | None = "held_under_measures"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KEY = ["subject_type", "subject_id", "due_on"]
_STEPS = {
    ("property_measure", 30): "WARN-D1",
    ("property_measure", 15): "WARN-D2",
    ("property_measure", 7): "WARN-D3",
    ("property_measure", 3): "WARN-D4",
    ("property_measure", 1): "WARN-D5",
    ("lead", 1): "LEAD-UNOWNED",
    ("lead", 2): "LEAD-UNOWNED-COUNTY",
}


def upgrade() -> None:
    op.add_column("duty_notices", sa.Column("rule_id", sa.Text(), nullable=True))
    op.add_column("duty_notices", sa.Column("rule_version", sa.BigInteger(), nullable=True))
    bind = op.get_bind()
    for (what, rung), rule_id in _STEPS.items():
        bind.execute(
            sa.text(
                "UPDATE duty_notices SET rule_id = :rule WHERE rung = :rung AND subject_type = :what"
            ),
            {"rule": rule_id, "rung": rung, "what": what},
        )
    op.drop_constraint("pk_duty_notices", "duty_notices", type_="primary")
    op.drop_column("duty_notices", "rung")
    op.alter_column("duty_notices", "rule_id", nullable=False)
    op.create_primary_key("pk_duty_notices", "duty_notices", [*_KEY, "rule_id"])


def downgrade() -> None:
    op.add_column("duty_notices", sa.Column("rung", sa.BigInteger(), nullable=True))
    bind = op.get_bind()
    for (_, rung), rule_id in _STEPS.items():
        bind.execute(
            sa.text("UPDATE duty_notices SET rung = :rung WHERE rule_id = :rule"),
            {"rule": rule_id, "rung": rung},
        )
    op.execute("DELETE FROM duty_notices WHERE rung IS NULL")
    op.drop_constraint("pk_duty_notices", "duty_notices", type_="primary")
    op.drop_column("duty_notices", "rule_version")
    op.drop_column("duty_notices", "rule_id")
    op.alter_column("duty_notices", "rung", nullable=False)
    op.create_primary_key("pk_duty_notices", "duty_notices", [*_KEY, "rung"])
