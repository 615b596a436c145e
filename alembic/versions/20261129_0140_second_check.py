"""Seeds are sealed before they draw; who concluded is kept whole; the first answer has a moment."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "second_check"
down_revision: str | None = "import_corrections"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LISTS = ("concluded_unit_ids", "concluded_person_ids")
#: In a second verification the unit in charge is already another one.
_WHO = """
UPDATE leads SET
    concluded_unit_ids = array_remove(ARRAY[concluded_unit_id,
        CASE WHEN status <> 'recheck' THEN owner_unit_id END], NULL),
    concluded_person_ids = array_remove(ARRAY[concluded_by_id], NULL)
WHERE concluded_unit_id IS NOT NULL
"""
#: Answers and messages to reporters, as the events and conversations tell of them.
_FIRST = """
UPDATE leads SET first_response_at = first.at
FROM (
    SELECT lead_id, min(at) AS at FROM (
        SELECT lead_id, at FROM lead_messages WHERE sender = 'staff'
        UNION ALL
        SELECT subject_id, at FROM events
        WHERE subject_type = 'lead' AND data ->> 'action' = 'feed_back'
    ) AS every GROUP BY lead_id
) AS first
WHERE first.lead_id = leads.id
"""


def upgrade() -> None:
    for name in _LISTS:
        op.add_column(
            "leads",
            sa.Column(
                name, postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False
            ),
        )
    op.add_column(
        "leads", sa.Column("first_response_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(_WHO)
    op.execute(_FIRST)
    op.add_column(
        "recheck_samples",
        sa.Column("seed_commitment", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "recheck_samples",
        sa.Column("seed_committed_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "recheck_seeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("commitment", sa.Text(), nullable=False),
        sa.Column("seed_enc", sa.LargeBinary(), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["used_by_id"], ["recheck_samples.id"], name=op.f("fk_recheck_seeds_used_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recheck_seeds")),
    )
    op.create_index(
        "uq_recheck_seeds_waiting",
        "recheck_seeds",
        ["town_code"],
        unique=True,
        postgresql_where=sa.text("used_by_id IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("recheck_seeds")
    op.drop_column("recheck_samples", "seed_committed_at")
    op.drop_column("recheck_samples", "seed_commitment")
    op.drop_column("leads", "first_response_at")
    for name in _LISTS:
        op.drop_column("leads", name)
