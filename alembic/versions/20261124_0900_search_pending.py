"""Few new rows wait outside the search index.

GIN keeps new rows in a list that every search reads through until it is full: by default four
megabytes, or the leads of some weeks.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "search_pending"
down_revision: str | None = "transfer_review"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INDEXES = ("ix_leads_search", "ix_cases_search", "ix_risk_entities_search")


def upgrade() -> None:
    for index in _INDEXES:
        op.execute(f"ALTER INDEX {index} SET (gin_pending_list_limit = 256)")


def downgrade() -> None:
    for index in _INDEXES:
        op.execute(f"ALTER INDEX {index} RESET (gin_pending_list_limit)")
