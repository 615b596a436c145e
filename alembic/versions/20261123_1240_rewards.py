"""Rewards to reporters, and the town's rule for them."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only, grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "rewards"
down_revision: str | None = "red_flags"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ACTIVE = "status IN ('proposed', 'approved', 'paid')"


def upgrade() -> None:
    op.create_table(
        "reward_rules",
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conclusions", postgresql.JSONB(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("basis_points", sa.BigInteger(), nullable=False),
        sa.Column("floor", sa.BigInteger(), nullable=False),
        sa.Column("cap", sa.BigInteger(), nullable=False),
        sa.Column("allows_anonymous", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("version > 1", name=op.f("ck_reward_rules_version")),
        sa.CheckConstraint(
            "basis_points BETWEEN 0 AND 10000", name=op.f("ck_reward_rules_basis_points")
        ),
        sa.CheckConstraint("floor >= 0 AND floor <= cap", name=op.f("ck_reward_rules_span")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_reward_rules_created_by_post_id")
        ),
        sa.PrimaryKeyConstraint("town_code", "version", name=op.f("pk_reward_rules")),
    )
    append_only(op, "reward_rules")
    op.create_table(
        "rewards",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("main_lead_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_kind", sa.String(length=40), nullable=False),
        sa.Column("informant_index", sa.LargeBinary(), nullable=True),
        sa.Column("rule_version", sa.BigInteger(), nullable=False),
        sa.Column("conclusion", sa.String(length=40), nullable=False),
        sa.Column("involved", sa.BigInteger(), nullable=True),
        sa.Column("computed", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("distinct_reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("claim_digest", sa.LargeBinary(), nullable=True),
        sa.Column("claim_issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_by_id", sa.Uuid(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voucher_no", sa.Text(), nullable=False),
        sa.Column("closed_reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount > 0 AND amount <= computed", name=op.f("ck_rewards_amount")),
        sa.CheckConstraint("involved >= 0", name=op.f("ck_rewards_involved")),
        sa.CheckConstraint("proposed_by_id <> approved_by_id", name=op.f("ck_rewards_two_people")),
        sa.CheckConstraint(
            "paid_by_id NOT IN (proposed_by_id, approved_by_id)",
            name=op.f("ck_rewards_three_people"),
        ),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_rewards_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_rewards_lead_id")),
        sa.ForeignKeyConstraint(
            ["main_lead_id"], ["leads.id"], name=op.f("fk_rewards_main_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_rewards_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rewards")),
        sa.UniqueConstraint("number", name=op.f("uq_rewards_number")),
    )
    for column in ("lead_id", "main_lead_id"):
        op.create_index(
            f"uq_rewards_{column}",
            "rewards",
            [column],
            unique=True,
            postgresql_where=sa.text(_ACTIVE),
        )
    op.create_index(op.f("ix_rewards_town_code_id"), "rewards", ["town_code", "id"])
    op.create_index(
        op.f("ix_rewards_informant_index"),
        "rewards",
        ["informant_index"],
        postgresql_where=sa.text("informant_index IS NOT NULL"),
    )
    grant(op, "rewards", "select, insert, update")


def downgrade() -> None:
    op.drop_table("rewards")
    op.drop_table("reward_rules")
