"""Where anybody finds a unit: its telephone and address, shown on the public page."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "unit_contacts"
down_revision: str | None = "spelled_names"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = ("phone", "address")


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("units", sa.Column(name, sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in _COLUMNS:
        op.drop_column("units", name)
