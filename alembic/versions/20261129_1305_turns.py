"""Who of a unit took upon themselves what waits for it: on the row that waits (ADR 0040)."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "turns"
down_revision: str | None = "handovers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = (
    "leads", "lead_assists", "cases", "risk_entities", "inspections", "rectifications",
    "property_items", "property_measures", "distributions", "rewards", "outcomes",
)  # fmt: skip
_POINTS_TO = {"turn_user_id": "users", "turn_post_id": "posts", "turn_unit_id": "units"}
_NAMES = (*_POINTS_TO, "turn_taken_at")


def upgrade() -> None:
    op.add_column(
        "posts", sa.Column("is_head", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    for table in _TABLES:
        for name, target in _POINTS_TO.items():
            op.add_column(
                table,
                sa.Column(
                    name,
                    sa.Uuid(),
                    sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{table}_{name}_{target}")),
                    nullable=True,
                ),
            )
        op.add_column(table, sa.Column("turn_taken_at", sa.DateTime(timezone=True), nullable=True))
        op.create_check_constraint(
            op.f(f"ck_{table}_turn"),
            table,
            f"num_nulls(turn_user_id, turn_post_id, turn_unit_id, turn_taken_at) IN (0, {len(_NAMES)})",
        )
        op.create_index(
            f"ix_{table}_turn_user_id",
            table,
            ["turn_user_id"],
            postgresql_where=sa.text("turn_user_id IS NOT NULL"),
        )


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_index(f"ix_{table}_turn_user_id", table)
        op.drop_constraint(op.f(f"ck_{table}_turn"), table, type_="check")
        for name in reversed(_NAMES):
            op.drop_column(table, name)
    op.drop_column("posts", "is_head")
