"""What nobody owns is counted apart by whether its reporter waits for an answer: from the index alone."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "unowned_index"
down_revision: str | None = "rule_sets"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_UNOWNED = "status IN ('received', 'registered', 'disputed')"


def _make(*beside: str) -> None:
    op.drop_index("ix_leads_unowned", table_name="leads")
    op.create_index(
        "ix_leads_unowned",
        "leads",
        ["town_code", "unowned_on", "id"],
        postgresql_where=sa.text(_UNOWNED),
        postgresql_include=[*beside],
    )


def upgrade() -> None:
    """Add the status and the day of the answer."""
    _make("status", "due_on")


def downgrade() -> None:
    """Without them."""
    _make()
