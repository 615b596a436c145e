"""The audit asks for spans of time; a block-range index answers them and costs inserts nothing."""

from collections.abc import Sequence

from alembic import op

revision: str = "event_times"
down_revision: str | None = "risk_entities"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(op.f("ix_events_at"), "events", ["at"], unique=False, postgresql_using="brin")


def downgrade() -> None:
    op.drop_index(op.f("ix_events_at"), table_name="events", postgresql_using="brin")
