"""The county sees the hand-overs of cases and risk entities of its towns, but what is about a unit."""

from collections.abc import Sequence

from alembic import op

revision: str = "county_looks_on"
down_revision: str | None = "late_handovers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

#: Where its leads are about any unit nobody can say here whether the county is above that.
_SEEN = """
INSERT INTO record_access (viewer_id, resource, record_id)
SELECT u.id, 'handover', t.id
FROM lead_transfers AS t
JOIN units AS u ON u.behaviour = 'county' AND u.is_active
  AND u.division_code = left(t.town_code, 6)
WHERE t.lead_id IS NULL AND strpos(t.title, u.name) = 0
AND NOT EXISTS (
  SELECT 1 FROM case_leads AS c
  JOIN leads AS l ON l.id = c.lead_id OR l.merged_into_id = c.lead_id
  JOIN lead_accused_units AS a ON a.lead_id = l.id
  WHERE c.case_id = t.case_id
)
AND NOT EXISTS (
  SELECT 1 FROM risk_entities AS e
  JOIN leads AS l ON l.id = e.source_lead_id OR l.merged_into_id = e.source_lead_id
  JOIN lead_accused_units AS a ON a.lead_id = l.id
  WHERE e.id = t.risk_entity_id
)
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.execute(_SEEN)


def downgrade() -> None:
    op.execute(
        "DELETE FROM record_access AS r USING lead_transfers AS t, units AS u"
        " WHERE r.resource = 'handover' AND r.record_id = t.id AND r.viewer_id = u.id"
        " AND u.behaviour = 'county' AND u.id IS DISTINCT FROM t.owner_unit_id"
        " AND u.id IS DISTINCT FROM t.receiver_unit_id"
    )
