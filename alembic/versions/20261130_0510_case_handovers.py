"""A case that was opened from the hand-over of a problem at a risk entity names it."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only

from alembic import op

revision: str = "case_handovers"
down_revision: str | None = "duty_order"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "case_handovers"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_handovers_case_id")),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["lead_transfers.id"], name=op.f("fk_case_handovers_handover_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_handovers")),
    )
    op.create_index(op.f("ix_case_handovers_handover_id"), _TABLE, ["handover_id"])
    append_only(op, _TABLE)


def downgrade() -> None:
    op.drop_index(op.f("ix_case_handovers_handover_id"), table_name=_TABLE)
    op.drop_table(_TABLE)
