"""What is held is held under a measure of the same case, and what undoes it under the same one."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "held_under_measures"
down_revision: str | None = "lead_sources"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_HELD = "('restrained', 'leaving_restrained')"
_KEEP = (
    # a measure that says nothing of the money named was of no consequence until now
    "UPDATE transfers SET measure_id = NULL WHERE measure_id IS NOT NULL"
    " AND debit_kind NOT IN ('restrained', 'leaving_restrained')"
    " AND credit_kind NOT IN ('restrained', 'leaving_restrained')",
    # measures of another case could be named before entries were bound to their own
    "UPDATE transfers t SET measure_id = NULL FROM property_measures m"
    " WHERE m.id = t.measure_id AND m.case_id <> t.book_id",
    "UPDATE transfers t SET measure_id = o.measure_id FROM transfers o"
    " WHERE o.id = COALESCE(t.reverses_id, t.confirms_id)"
    " AND t.measure_id IS DISTINCT FROM o.measure_id",
)
_CHANGE = """
ALTER TABLE transfers
    DROP CONSTRAINT fk_transfers_measure_id,
    ADD COLUMN beyond_measure boolean NOT NULL DEFAULT false,
    ADD COLUMN measure_key uuid NOT NULL GENERATED ALWAYS AS
        (COALESCE(measure_id, '00000000-0000-0000-0000-000000000000'::uuid)) STORED
"""
_KEYS = f"""
ALTER TABLE transfers
    ADD CONSTRAINT fk_transfers_measure FOREIGN KEY (measure_id, book_id)
        REFERENCES property_measures (id, case_id),
    ADD CONSTRAINT ck_transfers_measure CHECK (measure_id IS NULL
        OR debit_kind IN {_HELD} OR credit_kind IN {_HELD}),
    ADD CONSTRAINT ck_transfers_beyond_measure CHECK (NOT beyond_measure
        OR (measure_id IS NOT NULL AND debit_kind = 'restrained')),
    ADD CONSTRAINT uq_transfers_measure UNIQUE (id, measure_key)
"""
_LINKS = """
ALTER TABLE transfers
    ADD CONSTRAINT fk_transfers_reverses_measure FOREIGN KEY (reverses_id, measure_key)
        REFERENCES transfers (id, measure_key),
    ADD CONSTRAINT fk_transfers_confirms_measure FOREIGN KEY (confirms_id, measure_key)
        REFERENCES transfers (id, measure_key)
"""


def upgrade() -> None:
    op.create_unique_constraint(
        "uq_property_measures_id_case_id", "property_measures", ["id", "case_id"]
    )
    for statement in _KEEP:
        op.execute(statement)
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (_CHANGE, _KEYS, _LINKS):
        op.execute(statement)
    op.create_index(
        "ix_transfers_measure_id",
        "transfers",
        ["measure_id", "id"],
        postgresql_where=sa.text("measure_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_transfers_measure_id", "transfers")
    op.execute(
        "ALTER TABLE transfers DROP CONSTRAINT fk_transfers_confirms_measure,"
        " DROP CONSTRAINT fk_transfers_reverses_measure, DROP CONSTRAINT uq_transfers_measure,"
        " DROP CONSTRAINT ck_transfers_beyond_measure, DROP CONSTRAINT ck_transfers_measure,"
        " DROP CONSTRAINT fk_transfers_measure,"
        " DROP COLUMN measure_key, DROP COLUMN beyond_measure,"
        " ADD CONSTRAINT fk_transfers_measure_id"
        " FOREIGN KEY (measure_id) REFERENCES property_measures (id)"
    )
    op.drop_constraint("uq_property_measures_id_case_id", "property_measures", type_="unique")
