"""Terms of hand-overs that were provisional are counted anew by the worker."""

from collections.abc import Sequence

from grants import grant, revoke

from alembic import op

revision: str = "transfer_recount"
down_revision: str | None = "restricted_attachments"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE, _MOVES = "lead_transfer_clocks", "update (due_at, due_on, is_provisional)"


def upgrade() -> None:
    grant(op, _TABLE, _MOVES)


def downgrade() -> None:
    revoke(op, _TABLE, _MOVES)
