"""Who of the receiving unit has a hand-over in hand: on the hand-over, beside who has the lead."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "handover_turns"
down_revision: str | None = "turns"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "lead_transfers"
_POINTS_TO = {"turn_user_id": "users", "turn_post_id": "posts", "turn_unit_id": "units"}
_NAMES = (*_POINTS_TO, "turn_taken_at")


def upgrade() -> None:
    for name, target in _POINTS_TO.items():
        key = sa.ForeignKey(f"{target}.id", name=op.f(f"fk_{_TABLE}_{name}_{target}"))
        op.add_column(_TABLE, sa.Column(name, sa.Uuid(), key, nullable=True))
    op.add_column(_TABLE, sa.Column("turn_taken_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f(f"ck_{_TABLE}_turn"),
        _TABLE,
        f"num_nulls(turn_user_id, turn_post_id, turn_unit_id, turn_taken_at) IN (0, {len(_NAMES)})",
    )
    op.create_index(
        f"ix_{_TABLE}_turn_user_id",
        _TABLE,
        ["turn_user_id"],
        postgresql_where=sa.text("turn_user_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(f"ix_{_TABLE}_turn_user_id", _TABLE)
    op.drop_constraint(op.f(f"ck_{_TABLE}_turn"), _TABLE, type_="check")
    for name in reversed(_NAMES):
        op.drop_column(_TABLE, name)
