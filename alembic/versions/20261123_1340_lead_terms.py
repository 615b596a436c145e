"""The head's approval of a transfer to the police, moments where hours count, keepers to be named."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "lead_terms"
down_revision: str | None = "restricted_files"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_EMPTY = sa.text("''")
#: Reports with a name that nobody keeps; who takes one in, or imports a ledger, keeps it.
_WANTED = """
UPDATE informants SET keepers_wanted = true FROM leads
WHERE leads.id = informants.lead_id AND leads.reporter_kind = 'real_name'
  AND leads.import_id IS NULL AND informants.handler_id IS NULL
"""


def upgrade() -> None:
    op.add_column("lead_transfers", sa.Column("reported_on", sa.Date(), nullable=True))
    for name in ("investigators", "report", "refusal"):
        op.add_column(
            "lead_transfers", sa.Column(name, sa.Text(), server_default=_EMPTY, nullable=False)
        )
    op.add_column("lead_transfers", sa.Column("refused_on", sa.Date(), nullable=True))
    for name in ("received_at", "told_at"):
        op.add_column("lead_transfers", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.alter_column("lead_transfers", "sent_on", nullable=True)
    op.add_column("leads", sa.Column("transfer_proposed_by_id", sa.Uuid(), nullable=True))
    op.add_column(
        "informants",
        sa.Column("keepers_wanted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute(_WANTED)
    op.create_check_constraint(
        op.f("ck_informants_keepers_wanted"),
        "informants",
        "NOT keepers_wanted OR handler_id IS NULL OR supervisor_id IS NULL",
    )
    op.create_index(
        "ix_informants_keepers_wanted",
        "informants",
        ["lead_id"],
        postgresql_where=sa.text("keepers_wanted"),
    )


def downgrade() -> None:
    op.drop_index("ix_informants_keepers_wanted", "informants")
    op.drop_constraint(op.f("ck_informants_keepers_wanted"), "informants")
    op.drop_column("informants", "keepers_wanted")
    op.drop_column("leads", "transfer_proposed_by_id")
    # what was never handed over has no place in the older table
    op.execute("DELETE FROM lead_transfers WHERE sent_on IS NULL")
    op.execute(
        "UPDATE leads SET transfer_stage = NULL"
        " WHERE transfer_stage IN ('proposed', 'approved', 'refused')"
    )
    op.alter_column("lead_transfers", "sent_on", nullable=False)
    for name in (
        "told_at", "received_at", "refused_on", "refusal", "report", "investigators", "reported_on",
    ):  # fmt: skip
        op.drop_column("lead_transfers", name)
