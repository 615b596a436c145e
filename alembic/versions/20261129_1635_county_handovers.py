"""What the town handed to the county waits for the county, which answers or gives it back."""

from collections.abc import Sequence

from alembic import op

revision: str = "county_handovers"
down_revision: str | None = "handovers_of_all"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

#: Not what the county itself answers for, because the town must keep off: its place is the county.
_BEGUN = """
INSERT INTO lead_transfers (
  id, lead_id, kind, organ, receiver_unit_id, department, sent_on, document_no, materials,
  approved_by, receipt_no, received_by, missing, supplied, result_document_no, result_note,
  version, updated_at, created_at, created_by_post_id
)
SELECT gen_random_uuid(), l.id, 'escalation', 'county', u.id, u.name, l.updated_at::date,
  '', '', '', '', '', '', '', '', '', 1, now(), now(), l.created_by_post_id
FROM leads AS l
JOIN units AS u ON u.behaviour = 'county' AND u.is_active
  AND u.division_code = left(l.town_code, 6)
WHERE l.status = 'escalated' AND length(l.town_code) > 6 AND l.transfer_stage IS NULL
AND l.merged_into_id IS NULL AND l.created_by_post_id IS NOT NULL AND l.owner_unit_id <> u.id
"""
_WAITS = """
UPDATE leads AS l SET transfer_stage = 'sent', transfer_receiver_id = t.receiver_unit_id,
  transfer_organ = 'county', due_held_on = l.due_on, due_on = NULL,
  due_pauses = CASE WHEN l.due_on IS NULL THEN '{}'
    ELSE ARRAY[greatest(t.sent_on, l.due_from)] END
FROM lead_transfers AS t WHERE t.lead_id = l.id AND t.kind = 'escalation'
"""
_BACK = """
UPDATE leads AS l SET transfer_stage = NULL, transfer_receiver_id = NULL, transfer_organ = NULL
WHERE l.transfer_organ = 'county'
"""


def upgrade() -> None:
    op.execute(_BEGUN)
    op.execute(_WAITS)


def downgrade() -> None:
    op.execute(_BACK)
    op.execute("DELETE FROM lead_transfers WHERE kind = 'escalation'")
