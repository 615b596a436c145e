"""What the police uphold waits for who handed it over: the procurator is asked, or it stands."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "upheld"
down_revision: str | None = "lapsed_measures"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "lead_transfers"
_TEXTS = ("supervision_by", "supervision_document_no", "supervision_reason")
#: The term for asking the procurator still runs, as it did when nothing could end it.
_RUNS = """
SELECT c.transfer_id FROM lead_transfer_clocks AS c
WHERE c.rule_id = 'TRF-06c' AND c.ended_on IS NULL
"""
_LEADS = f"""
UPDATE leads SET transfer_stage = 'upheld'
FROM lead_transfers AS t
WHERE t.lead_id = leads.id AND t.id IN ({_RUNS}) AND leads.transfer_stage = 'answered'
AND leads.merged_into_id IS NULL
AND t.id = (SELECT max(o.id::text)::uuid FROM lead_transfers AS o
            WHERE o.lead_id = leads.id AND o.refused_on IS NULL)
"""  # noqa: S608  # words of our own
#: Nothing is to be closed while that is undecided.
_CLOSING = """
UPDATE leads SET due_on = NULL, due_from = NULL, due_given = NULL, due_held_on = NULL,
due_pauses = '{}', due_rule = '', due_rule_version = NULL
WHERE transfer_stage = 'upheld' AND due_rule = 'LEAD-CLOSE'
"""
_HANDOVERS = f"""
UPDATE lead_transfers AS t SET status = 'upheld'
WHERE t.lead_id IS NULL AND t.status = 'answered' AND t.id IN ({_RUNS})
"""  # noqa: S608  # words of our own


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("supervision_on", sa.Date(), nullable=True))
    for name in _TEXTS:
        op.add_column(
            _TABLE, sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))
        )
    op.execute(_LEADS)
    op.execute(_CLOSING)
    op.execute(_HANDOVERS)


def downgrade() -> None:
    op.execute("UPDATE leads SET transfer_stage = 'answered' WHERE transfer_stage = 'upheld'")
    op.execute("UPDATE lead_transfers SET status = 'answered' WHERE status = 'upheld'")
    for name in reversed(_TEXTS):
        op.drop_column(_TABLE, name)
    op.drop_column(_TABLE, "supervision_on")
