"""Stricter terms of a town, and changes for all towns that a second person confirms."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "shared_changes"
down_revision: str | None = "list_ways"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "town_terms",
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("term > 0", name=op.f("ck_town_terms_term")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_town_terms_created_by_post_id")
        ),
        sa.PrimaryKeyConstraint("town_code", "rule_id", "version", name=op.f("pk_town_terms")),
    )
    op.create_table(
        "shared_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", _TIME, nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.CheckConstraint(
            "(status = 'waiting') = (decided_by_id IS NULL)"
            " AND (decided_by_id IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_shared_changes_decided"),
        ),
        sa.CheckConstraint(
            "status <> 'confirmed' OR decided_by_id <> proposed_by_id",
            name=op.f("ck_shared_changes_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_shared_changes_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["users.id"], name=op.f("fk_shared_changes_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_changes")),
    )


def downgrade() -> None:
    op.drop_table("shared_changes")
    op.drop_table("town_terms")
