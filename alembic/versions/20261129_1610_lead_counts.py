"""Counts of leads that are kept by month and by day (ADR 0044); a job fills them."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "lead_counts"
down_revision: str | None = "obligations"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TOWN = "town_code"


class _Xid8(sa.types.UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "xid8"


def upgrade() -> None:
    op.create_table(
        "lead_month_counts",
        sa.Column(_TOWN, sa.Text(), nullable=False),
        sa.Column("is_month", sa.Boolean(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("counted", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint([_TOWN], ["divisions.code"]),
        sa.PrimaryKeyConstraint(_TOWN, "is_month", "on_day", "dimension", "value"),
    )
    op.create_table(
        "lead_counts_marks",
        sa.Column(_TOWN, sa.Text(), nullable=False),
        sa.Column("xid", _Xid8(), nullable=False),
        sa.ForeignKeyConstraint([_TOWN], ["divisions.code"]),
        sa.PrimaryKeyConstraint(_TOWN),
    )


def downgrade() -> None:
    op.drop_table("lead_counts_marks")
    op.drop_table("lead_month_counts")
