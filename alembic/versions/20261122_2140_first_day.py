"""Time rules, holiday notices, the history of liaisons, the feed's epoch."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant, read_only
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "first_day"
down_revision: str | None = "cases"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    feed_state = op.create_table(
        "feed_state",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_feed_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_state")),
    )
    op.bulk_insert(feed_state, [{"id": 1, "epoch": 1}])
    op.create_table(
        "holiday_years",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days_off", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("days_worked", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_holiday_years")),
    )
    op.create_table(
        "liaisons",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("handover_note", sa.Text(), nullable=False),
        sa.CheckConstraint("until IS NULL OR until >= since", name=op.f("ck_liaisons_order")),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_liaisons_post_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_liaisons_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaisons")),
    )
    op.create_index(
        "uq_liaisons_current",
        "liaisons",
        ["unit_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "time_rules",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule_group", sa.String(length=40), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("roll", sa.String(length=40), nullable=False),
        sa.Column("maximum", sa.BigInteger(), nullable=True),
        sa.Column("extension_term", sa.BigInteger(), nullable=True),
        sa.Column("extension_unit", sa.String(length=40), nullable=True),
        sa.Column("extension_approver", sa.Text(), nullable=False),
        sa.Column("next_rule", sa.Text(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("is_builtin", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(term IS NULL) = (unit IS NULL)", name=op.f("ck_time_rules_term_has_unit")
        ),
        sa.CheckConstraint("is_builtin = (version <= 1000)", name=op.f("ck_time_rules_origin")),
        sa.CheckConstraint("term >= 0", name=op.f("ck_time_rules_term")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_time_rules_validity")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_time_rules_created_by_post_id")
        ),
        sa.PrimaryKeyConstraint("rule_id", "version", name=op.f("pk_time_rules")),
    )
    # the epoch is raised by a restore alone, which works as the owner
    read_only(op, "feed_state")
    for table in ("holiday_years", "liaisons", "time_rules"):
        grant(op, table, "select, insert, update")


def downgrade() -> None:
    op.drop_table("time_rules")
    op.drop_index(
        "uq_liaisons_current", table_name="liaisons", postgresql_where=sa.text("until IS NULL")
    )
    op.drop_table("liaisons")
    op.drop_table("holiday_years")
    op.drop_table("feed_state")
