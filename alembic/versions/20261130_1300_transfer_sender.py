"""Who handed a lead over has the turns that come of it, whoever looks into it a second time."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "transfer_sender"
down_revision: str | None = "draw_exclusions"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("leads", sa.Column("transfer_sender_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_leads_transfer_sender_id_units"),
        "leads",
        "units",
        ["transfer_sender_id"],
        ["id"],
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_leads_transfer_sender_id_units"), "leads", type_="foreignkey")
    op.drop_column("leads", "transfer_sender_id")
