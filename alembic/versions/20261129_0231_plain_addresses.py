"""Where a business is carried on is no personal data: one address, shown alike everywhere."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "plain_addresses"
down_revision: str | None = "shared_changes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_column("risk_entities", "address_mask")


def downgrade() -> None:
    from api.domain.words.masks import mask_address

    op.add_column(
        "risk_entities",
        sa.Column("address_mask", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT id, address FROM risk_entities")).all():
        bind.execute(
            sa.text("UPDATE risk_entities SET address_mask = :mask WHERE id = :id"),
            {"mask": mask_address(row.address), "id": row.id},
        )
    op.alter_column("risk_entities", "address_mask", server_default=None)
