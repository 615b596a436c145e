"""What waits is met in its order, and counted in the index alone.

A ledger brings thousands of leads on one day: within it they were sorted at every look. Every lead
knows since when nobody owned it, so that no empty day keeps PostgreSQL from the index.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "duty_order"
down_revision: str | None = "dropped_cases"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UNOWNED = "ix_leads_unowned"
_TRIAGE = sa.text("status IN ('received', 'registered', 'disputed')")
_UNIT = "ix_leads_unit_duties"
_OF_UNIT = sa.text(
    "status IN ('assigned', 'verifying', 'recheck', 'concluded', 'rejected',"
    " 'transferred_department', 'transferred_police')"
)
_HELD = "ix_leads_held"
_ORDER = ["owner_unit_id", "status", "due_on", "id"]


def upgrade() -> None:
    op.execute(
        "UPDATE leads SET unowned_on = timezone('Asia/Shanghai', created_at)::date"
        " WHERE unowned_on IS NULL"
    )
    op.alter_column("leads", "unowned_on", nullable=False)
    op.drop_index(_UNOWNED, table_name="leads")
    op.create_index(_UNOWNED, "leads", ["town_code", "unowned_on", "id"], postgresql_where=_TRIAGE)
    op.drop_index(_UNIT, table_name="leads")
    op.create_index(
        _UNIT,
        "leads",
        _ORDER,
        postgresql_where=_OF_UNIT,
        postgresql_include=["transfer_stage", "due_held_on"],
    )
    op.create_index(
        _HELD,
        "leads",
        ["owner_unit_id", "due_held_on", "id"],
        postgresql_where=sa.text("due_held_on IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(_HELD, table_name="leads")
    op.drop_index(_UNIT, table_name="leads")
    op.create_index(_UNIT, "leads", _ORDER, postgresql_where=_OF_UNIT)
    op.drop_index(_UNOWNED, table_name="leads")
    op.create_index(_UNOWNED, "leads", ["town_code", "unowned_on"], postgresql_where=_TRIAGE)
    op.alter_column("leads", "unowned_on", nullable=True)
