"""Lists are sorted by amount, deadline and tier: what a row does not hold comes last, up and down."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "list_orders"
down_revision: str | None = "unit_kinds"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_MONEY = ("'4611686018427387904'::bigint", "'-1'::bigint")
_DAY = ("'9000-01-01'::date", "'1000-01-01'::date")
_RANK = ("99", "0")
_TIER = "array_position(ARRAY['green'::text, 'yellow'::text, 'orange'::text, 'red'::text], tier)"
_EMPTY_LAST = [
    ("leads", "amount_involved", "amount_involved", _MONEY),
    ("leads", "due_on", "due_on", _DAY),
    ("cases", "amount_involved", "amount_involved", _MONEY),
    ("cases", "due_on", "due_on", _DAY),
    ("risk_entities", "tier", _TIER, _RANK),
    ("risk_entities", "prepaid_amount", "prepaid_amount", _MONEY),
    ("risk_entities", "next_inspection_due", "next_inspection_due", _DAY),
    ("property_items", "amount", "amount", _MONEY),
    ("property_measures", "expires_on", "expires_on", _DAY),
    ("property_measures", "amount", "amount", _MONEY),
    ("distributions", "objection_until", "objection_until", _DAY),
]
_FILLED = [
    ("ix_victims_town_code_principal_id", "victims", ["town_code", "principal", "id"]),
    ("ix_rewards_town_code_amount_id", "rewards", ["town_code", "amount", "id"]),
    ("ix_distributions_town_code_pool_id", "distributions", ["town_code", "pool", "id"]),
    ("ix_transfers_happened_at", "transfers", ["happened_at", "id"]),
    ("ix_transfers_amount", "transfers", ["amount", "id"]),
]


def upgrade() -> None:
    for table, name, column, ends in _EMPTY_LAST:
        for way, end in zip(("up", "down"), ends, strict=True):
            key = sa.text(f"(COALESCE({column}, {end}))")
            op.create_index(f"ix_{table}_{name}_{way}", table, ["town_code", key, "id"])
    for name, table, columns in _FILLED:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _ in _FILLED:
        op.drop_index(name, table)
    for table, name, _, _ in _EMPTY_LAST:
        for way in ("up", "down"):
            op.drop_index(f"ix_{table}_{name}_{way}", table)
