"""Rule sets in versions; the rules of rewards move into them, each with its number and its day.

Revision ID: rule_sets
Revises: handled_since
"""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision = "rule_sets"
down_revision = "handled_since"
branch_labels = None
depends_on = None

_OPEN = "status IN ('draft', 'submitted')"

#: Amounts stay whole fen; a version was in force from the day on which it was written. The id is that
#: of the version that came with the system (domain/across/rule_sets.builtin_id): there were no drafts.
_MOVE = """
INSERT INTO rule_set_versions (
  id, created_at, created_by_post_id, version, updated_at, turn_since, kind, town_code, number,
  status, content, source, note, valid_from, based_on_id, author_ids, refused_reason, is_earlier,
  owner_unit_id)
SELECT gen_random_uuid(), r.created_at, r.created_by_post_id, 1, r.created_at,
  (r.created_at AT TIME ZONE 'Asia/Shanghai')::date, 'rewards', r.town_code, r.version, 'approved',
  jsonb_build_object('conclusions', r.conclusions, 'steps', r.steps, 'basis_points',
    r.basis_points, 'floor', r.floor, 'cap', r.cap, 'allows_anonymous', r.allows_anonymous),
  r.source, r.note, (r.created_at AT TIME ZONE 'Asia/Shanghai')::date, '7ac62c20-59cc-53d9-b36a-4535f161dbb9',
  '{}', '',
  true, p.unit_id
FROM reward_rules r JOIN posts p ON p.id = r.created_by_post_id
"""
_BACK = """
INSERT INTO reward_rules (town_code, version, conclusions, steps, basis_points, floor, cap,
  allows_anonymous, source, note, created_at, created_by_post_id)
SELECT town_code, number, content->'conclusions', content->'steps',
  (content->>'basis_points')::bigint, (content->>'floor')::bigint, (content->>'cap')::bigint,
  (content->>'allows_anonymous')::boolean, source, note, coalesce(approved_at, created_at),
  created_by_post_id
FROM rule_set_versions WHERE kind = 'rewards' AND status = 'approved'
"""


def upgrade() -> None:
    op.create_table(
        "rule_set_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn_taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("turn_user_id", sa.Uuid(), nullable=True),
        sa.Column("turn_post_id", sa.Uuid(), nullable=True),
        sa.Column("turn_unit_id", sa.Uuid(), nullable=True),
        sa.Column("turn_since", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("based_on_id", sa.Uuid(), nullable=False),
        sa.Column("author_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("approved_by_id", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_reason", sa.Text(), nullable=False),
        sa.Column("is_earlier", sa.Boolean(), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("number > 1", name=op.f("ck_rule_set_versions_number")),
        sa.CheckConstraint(
            "(number IS NOT NULL) = (status = 'approved')",
            name=op.f("ck_rule_set_versions_numbered"),
        ),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_at IS NULL)"
            " AND (approved_by_id IS NULL) = (status <> 'approved' OR is_earlier)",
            name=op.f("ck_rule_set_versions_approved"),
        ),
        sa.CheckConstraint(
            "approved_by_id <> ALL (author_ids)", name=op.f("ck_rule_set_versions_two_people")
        ),
        sa.CheckConstraint(
            "num_nulls(turn_user_id, turn_post_id, turn_unit_id, turn_taken_at) IN (0, 4)",
            name=op.f("ck_rule_set_versions_turn"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_rule_set_versions_{column}")
            )
            for column, table in (
                ("created_by_post_id", "posts"),
                ("turn_user_id", "users"),
                ("turn_post_id", "posts"),
                ("turn_unit_id", "units"),
                ("approved_by_id", "users"),
                ("owner_unit_id", "units"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set_versions")),
        sa.UniqueConstraint(
            "kind", "town_code", "number", name=op.f("uq_rule_set_versions_kind_town_code_number")
        ),
    )
    op.create_index(
        "uq_rule_set_versions_open",
        "rule_set_versions",
        ["kind", "town_code"],
        unique=True,
        postgresql_where=sa.text(_OPEN),
    )
    op.create_index(
        op.f("ix_rule_set_versions_town_code_id"), "rule_set_versions", ["town_code", "id"]
    )
    op.create_index(
        "ix_rule_set_versions_duties",
        "rule_set_versions",
        ["town_code", "status", "turn_since", "id"],
        postgresql_where=sa.text(_OPEN),
    )
    op.create_index(
        "ix_rule_set_versions_turn_user_id",
        "rule_set_versions",
        ["turn_user_id"],
        postgresql_where=sa.text("turn_user_id IS NOT NULL"),
    )
    op.execute(sa.text(_MOVE))
    op.drop_table("reward_rules")


def downgrade() -> None:
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
    op.execute(sa.text(_BACK))
    op.drop_table("rule_set_versions")
