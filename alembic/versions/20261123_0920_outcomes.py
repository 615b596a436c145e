"""What the campaign published and established, so that its third and fourth goals are counted."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant

from alembic import op

revision: str = "outcomes"
down_revision: str | None = "figures"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "outcomes",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("audience", sa.BigInteger(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("audience >= 0", name=op.f("ck_outcomes_audience")),
        sa.CheckConstraint(
            "kind <> 'institution' OR document_no <> ''", name=op.f("ck_outcomes_institution_paper")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_outcomes_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_outcomes_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcomes")),
        sa.UniqueConstraint("number", name=op.f("uq_outcomes_number")),
    )
    op.create_index(op.f("ix_outcomes_owner_unit_id_id"), "outcomes", ["owner_unit_id", "id"])
    op.create_index(
        op.f("ix_outcomes_town_code_issued_on_id"), "outcomes", ["town_code", "issued_on", "id"]
    )
    op.create_index(op.f("ix_outcomes_town_code_id"), "outcomes", ["town_code", "id"])
    grant(op, "outcomes", "select, insert, update")


def downgrade() -> None:
    op.drop_table("outcomes")
