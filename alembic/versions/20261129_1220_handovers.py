"""A lead is handed to a unit of the system, which records itself what it does with it."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from alembic import op

revision: str = "handovers"
down_revision: str | None = "unit_contacts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "lead_transfers"
_TEXTS = ("goods", "goods_receipt_no", "recall_reason")
_DAYS = ("goods_on", "recalled_on")
_KIND = """
UPDATE lead_transfers SET kind = CASE organ WHEN 'police' THEN 'transfer' ELSE 'referral' END
"""
_ORGAN = """
UPDATE leads SET transfer_organ = t.organ FROM lead_transfers AS t
WHERE t.lead_id = leads.id AND leads.transfer_stage IN ('sent', 'received', 'incomplete', 'reviewed')
AND NOT EXISTS (SELECT 1 FROM lead_transfers AS l WHERE l.lead_id = t.lead_id AND l.id > t.id)
"""
#: Filed, and the things not handed over yet as far as anybody knows: only where it is still open.
_FILED = """
UPDATE leads SET transfer_stage = 'filed' WHERE transfer_stage = 'answered'
AND status IN ('transferred_police', 'concluded', 'fed_back')
AND EXISTS (
  SELECT 1 FROM lead_transfer_clocks AS c
  WHERE c.lead_id = leads.id AND c.rule_id = 'TRF-07' AND c.ended_on IS NULL)
"""


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("kind", sa.String(length=40), nullable=True))
    op.execute(_KIND)
    op.alter_column(_TABLE, "kind", nullable=False)
    op.add_column(_TABLE, sa.Column("receiver_unit_id", sa.Uuid(), nullable=True))
    op.add_column(_TABLE, sa.Column("follows_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(None, _TABLE, "units", ["receiver_unit_id"], ["id"])
    op.create_foreign_key(None, _TABLE, _TABLE, ["follows_id"], ["id"])
    op.create_index(None, _TABLE, ["receiver_unit_id"])
    op.add_column(
        _TABLE,
        sa.Column(
            "recorded",
            JSONB(),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
    )
    op.add_column(_TABLE, sa.Column("decided_level", sa.String(length=40), nullable=True))
    for name in _DAYS:
        op.add_column(_TABLE, sa.Column(name, sa.Date(), nullable=True))
    for name in _TEXTS:
        op.add_column(_TABLE, sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("leads", sa.Column("transfer_receiver_id", sa.Uuid(), nullable=True))
    op.add_column("leads", sa.Column("transfer_organ", sa.String(length=40), nullable=True))
    op.create_foreign_key(None, "leads", "units", ["transfer_receiver_id"], ["id"])
    op.create_index(
        "ix_leads_receiver_duties",
        "leads",
        ["transfer_receiver_id", "transfer_stage", "id"],
        postgresql_where=sa.text("transfer_receiver_id IS NOT NULL"),
    )
    op.execute(_ORGAN)
    op.execute(_FILED)


def downgrade() -> None:
    op.execute("UPDATE leads SET transfer_stage = 'answered' WHERE transfer_stage = 'filed'")
    op.execute("UPDATE leads SET transfer_stage = 'past' WHERE transfer_stage = 'recalled'")
    op.drop_index("ix_leads_receiver_duties", "leads")
    for name in ("transfer_organ", "transfer_receiver_id"):
        op.drop_column("leads", name)
    for name in (
        *_TEXTS, *_DAYS, "decided_level", "recorded", "follows_id", "receiver_unit_id", "kind",
    ):  # fmt: skip
        op.drop_column(_TABLE, name)
