"""What waits has an index of its own in the tables that had none: home reads no row that is over."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "duty_indexes"
down_revision: str | None = "county_handovers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = {
    "property_items": ("town_code", "'registered', 'disputed', 'determined'"),
    "victims": ("town_code", "'registered'"),
    "outcomes": ("town_code", "'draft'"),
    "distributions": (
        "town_code",
        "'draft', 'computed', 'approved', 'published', 'paying', 'partly_paid'",
    ),
    "imports": ("owner_unit_id", "'needs_mapping', 'preview'"),
}
_VISITS = "ix_risk_entities_visits"


def upgrade() -> None:
    for table, (first, statuses) in _OPEN.items():
        op.create_index(
            f"ix_{table}_duties",
            table,
            [first, "status", "id"],
            postgresql_where=sa.text(f"status IN ({statuses})"),
        )
    op.create_index(
        _VISITS,
        "risk_entities",
        ["owner_unit_id", "next_inspection_due", "id"],
        postgresql_where=sa.text("status NOT IN ('delisted', 'shut_down')"),
    )


def downgrade() -> None:
    op.drop_index(_VISITS, "risk_entities")
    for table in _OPEN:
        op.drop_index(f"ix_{table}_duties", table)
