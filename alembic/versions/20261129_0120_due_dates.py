"""Every stored date says when its clock began, by which rule, or that a person or a paper set it."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "due_dates"
down_revision: str | None = "replays_named"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_GIVEN = {
    "property_measures": "expires_is_given",
    "lead_assists": "due_is_given",
    "rectifications": "due_is_given",
    "distributions": "objection_is_given",
}
#: A day that somebody typed cannot be told any more from one that was counted: where the calendar
#: had no say (nothing was provisional) it stays as it stands.
_KEPT = (
    "UPDATE property_measures SET expires_is_given = true WHERE expires_on IS NOT NULL",
    "UPDATE lead_assists SET due_is_given = NOT due_is_provisional",
    "UPDATE rectifications SET due_is_given = NOT due_is_provisional",
    "UPDATE distributions SET objection_is_given = true",
)
#: One number stood for three rules, and one for a rule and its longer term.
_RULES = (
    "UPDATE property_measures SET rule_id = 'FRZ-01b' WHERE rule_id = 'FRZ-01' AND is_major",
    """
    UPDATE property_measures SET rule_id = CASE
        WHEN property_measures.kind = 'freeze' AND i.kind IN ('deposit', 'cash') THEN 'CIV-01a'
        WHEN property_measures.kind IN ('seal', 'seize')
          AND i.kind IN ('vehicle', 'cash', 'valuables', 'other') THEN 'CIV-01b'
        ELSE 'CIV-01c' END
    FROM property_items i
    WHERE i.id = property_measures.property_item_id AND property_measures.rule_id = 'CIV-01'
    """,
    "UPDATE property_measures SET rule_version = 1 WHERE rule_id <> ''",
)
_STARTS = (
    "UPDATE leads SET due_from = assigned_on WHERE due_on IS NOT NULL AND due_from IS NULL",
    "UPDATE cases SET due_from = stage_on WHERE due_on IS NOT NULL",
    """
    UPDATE risk_entities SET inspection_due_from = greatest(last_inspected_on, (
        SELECT max(decided_on) FROM risk_assessments a WHERE a.entity_id = risk_entities.id))
    WHERE next_inspection_due IS NOT NULL
    """,
)


def upgrade() -> None:
    for table, column in _GIVEN.items():
        op.add_column(
            table, sa.Column(column, sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.add_column(
        "property_measures",
        sa.Column(
            "expires_is_provisional", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
    )
    op.add_column("property_measures", sa.Column("rule_version", sa.BigInteger(), nullable=True))
    op.add_column("cases", sa.Column("due_from", sa.Date(), nullable=True))
    op.add_column("risk_entities", sa.Column("inspection_due_from", sa.Date(), nullable=True))
    for statement in (*_KEPT, *_RULES, *_STARTS):
        op.execute(statement)
    for table, column in _GIVEN.items():
        op.alter_column(table, column, server_default=None)
    op.alter_column("property_measures", "expires_is_provisional", server_default=None)


def downgrade() -> None:
    op.execute("UPDATE property_measures SET rule_id = 'FRZ-01' WHERE rule_id = 'FRZ-01b'")
    op.execute("UPDATE property_measures SET rule_id = 'CIV-01' WHERE rule_id LIKE 'CIV-01_'")
    op.drop_column("risk_entities", "inspection_due_from")
    op.drop_column("cases", "due_from")
    op.drop_column("property_measures", "rule_version")
    op.drop_column("property_measures", "expires_is_provisional")
    for table, column in _GIVEN.items():
        op.drop_column(table, column)
