"""Lines of a refund plan are kept when it is computed again, so that nobody need delete any.

The privileges themselves are settled after every run of the migrations: see grants.py.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "least_privileges"
down_revision: str | None = "search_pending"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UNIQUE = "uq_distribution_lines_distribution_id"
_LINES = "distribution_lines"


def upgrade() -> None:
    for table in ("distributions", _LINES):
        op.add_column(
            table, sa.Column("round", sa.BigInteger(), server_default=sa.text("1"), nullable=False)
        )
    op.alter_column(_LINES, "round", server_default=None)
    op.execute(f"ALTER TABLE {_LINES} DROP CONSTRAINT {_UNIQUE}_victim_id")
    op.create_unique_constraint(
        f"{_UNIQUE}_round_victim_id", _LINES, ["distribution_id", "round", "victim_id"]
    )


def downgrade() -> None:
    op.execute(
        "DELETE FROM distribution_lines AS l USING distributions AS d"
        " WHERE d.id = l.distribution_id AND d.round <> l.round"
    )
    op.drop_constraint(f"{_UNIQUE}_round_victim_id", _LINES, type_="unique")
    op.create_unique_constraint(f"{_UNIQUE}_victim_id", _LINES, ["distribution_id", "victim_id"])
    for table in (_LINES, "distributions"):
        op.drop_column(table, "round")
