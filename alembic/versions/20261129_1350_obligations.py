"""What a conclusion asks for before a lead may end; what was closed without it is listed."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from alembic import op

revision: str = "obligations"
down_revision: str | None = "handover_turns"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "lead_obligations"
_PAST = """
UPDATE lead_transfers SET is_past = true FROM leads
WHERE leads.id = lead_transfers.lead_id AND leads.transfer_stage = 'past'
"""
#: Verified as a crime, and the police neither decided on a hand-over nor on a case that came of it.
_CRIMES = """
SELECT l.id, 'police_decision', coalesce(l.concluded_on, current_date) FROM leads AS l
WHERE l.conclusion = 'suspected_crime'
AND NOT EXISTS (SELECT 1 FROM lead_transfers AS t WHERE t.lead_id = l.id AND t.organ = 'police'
  AND NOT t.is_past AND t.result IN ('filed', 'not_filed'))
AND NOT EXISTS (SELECT 1 FROM case_leads AS c JOIN cases AS k ON k.id = c.case_id
  WHERE c.lead_id = l.id AND k.status NOT IN ('received', 'under_review', 'withdrawn'))
"""
#: Against the law, found by somebody who may not punish, and received by nobody who may.
_VIOLATIONS = """
SELECT l.id, 'punisher', coalesce(l.concluded_on, current_date) FROM leads AS l
JOIN units AS u ON u.id = l.owner_unit_id
WHERE l.conclusion = 'illegal'
AND u.behaviour NOT IN ('police', 'market', 'culture', 'civil', 'other')
AND NOT EXISTS (SELECT 1 FROM lead_transfers AS t WHERE t.lead_id = l.id
  AND t.organ IN ('police', 'market', 'other') AND NOT t.is_past AND t.received_on IS NOT NULL)
"""
_DISPUTES = """
SELECT l.id, 'route_receipt', coalesce(l.concluded_on, current_date) FROM leads AS l
WHERE l.conclusion = 'civil_dispute'
AND NOT EXISTS (SELECT 1 FROM lead_transfers AS t WHERE t.lead_id = l.id AND t.organ <> 'police'
  AND NOT t.is_past AND t.received_on IS NOT NULL)
"""
_OWED = """
INSERT INTO lead_obligations (id, lead_id, kind, arose_on)
SELECT gen_random_uuid(), o.* FROM ({rows}) AS o
"""
_OWES = """
UPDATE leads SET owes = ARRAY[o.kind] FROM lead_obligations AS o WHERE o.lead_id = leads.id
"""


def upgrade() -> None:
    op.add_column(
        "lead_transfers",
        sa.Column("is_past", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        _TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("arose_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.Column("person", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(None, _TABLE, ["lead_id", "id"])
    op.create_index(
        "uq_lead_obligations_open",
        _TABLE,
        ["lead_id", "kind"],
        unique=True,
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_index(
        "ix_lead_obligations_waived",
        _TABLE,
        ["lead_id"],
        postgresql_where=sa.text("ended_by = 'waived'"),
    )
    op.add_column("leads", sa.Column("owes", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.execute(_PAST)
    for rows in (_CRIMES, _VIOLATIONS, _DISPUTES):
        op.execute(_OWED.format(rows=rows))
    op.execute(_OWES)
    op.create_index(
        "ix_leads_owes",
        "leads",
        ["owner_unit_id", "id"],
        postgresql_where=sa.text("owes <> '{}'"),
    )
    op.create_index(
        "ix_leads_owing",
        "leads",
        ["town_code", sa.text("(owes <> '{}')"), "id"],
        postgresql_where=sa.text("owes <> '{}'"),
    )


def downgrade() -> None:
    op.execute(
        "UPDATE leads SET transfer_stage = 'past' WHERE transfer_stage IN ('accepted', 'waived')"
    )
    op.execute(
        "DELETE FROM lead_transfer_clocks USING lead_transfers AS t"
        " WHERE t.id = transfer_id AND t.kind = 'dispute'"
    )
    op.execute("DELETE FROM lead_transfers WHERE kind = 'dispute'")
    for name in ("ix_leads_owing", "ix_leads_owes"):
        op.drop_index(name, "leads")
    op.drop_column("leads", "owes")
    op.drop_table(_TABLE)
    op.drop_column("lead_transfers", "is_past")
