"""What the police took over, and the decision that they were asked to reconsider."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "transfer_review"
down_revision: str | None = "transfer_recount"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "lead_transfers"
_EMPTY = sa.text("''")
_DECLINED = """
UPDATE leads SET transfer_stage = 'declined' WHERE transfer_stage = 'answered' AND EXISTS (
  SELECT 1 FROM lead_transfers AS t WHERE t.lead_id = leads.id AND t.organ = 'police'
  AND t.result = 'not_filed'
  AND NOT EXISTS (SELECT 1 FROM lead_transfers AS l WHERE l.lead_id = t.lead_id AND l.id > t.id))
"""


def upgrade() -> None:
    for name, kind in (
        ("matter", sa.String(length=40)),
        ("review_asked_on", sa.Date()),
        ("review_result", sa.String(length=40)),
        ("reviewed_on", sa.Date()),
    ):
        op.add_column(_TABLE, sa.Column(name, kind, nullable=True))
    for name in ("review_reason", "review_document_no"):
        op.add_column(_TABLE, sa.Column(name, sa.Text(), server_default=_EMPTY, nullable=False))
    op.execute(_DECLINED)


def downgrade() -> None:
    op.execute(
        "UPDATE leads SET transfer_stage = 'answered'"
        " WHERE transfer_stage IN ('declined', 'reviewed')"
    )
    for name in (
        "review_document_no", "review_reason", "reviewed_on", "review_result", "review_asked_on",
        "matter",
    ):  # fmt: skip
        op.drop_column(_TABLE, name)
