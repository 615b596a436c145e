"""Conditions of lists, kept under a name."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant

from alembic import op

revision: str = "saved_filters"
down_revision: str | None = "lead_desk"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "saved_filters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("noun", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_saved_filters_post_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_saved_filters_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filters")),
        sa.UniqueConstraint(
            "post_id", "noun", "name", name=op.f("uq_saved_filters_post_id_noun_name")
        ),
    )
    op.create_index(
        op.f("ix_saved_filters_unit_id_noun"),
        "saved_filters",
        ["unit_id", "noun"],
        postgresql_where=sa.text("is_shared"),
    )
    op.create_index(
        "uq_saved_filters_default",
        "saved_filters",
        ["post_id", "noun"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )
    grant(op, "saved_filters")


def downgrade() -> None:
    op.drop_table("saved_filters")
