"""Registers of victims come in as files: to which case, and which row of which file a claim was."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "victim_imports"
down_revision: str | None = "informants"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("case_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_imports_case_id"), "imports", "cases", ["case_id"], ["id"])
    op.add_column("victims", sa.Column("address_enc", sa.LargeBinary(), nullable=True))
    op.add_column(
        "victims", sa.Column("address_mask", sa.Text(), server_default="", nullable=False)
    )
    op.alter_column("victims", "address_mask", server_default=None)
    op.add_column("victims", sa.Column("import_id", sa.Uuid(), nullable=True))
    op.add_column("victims", sa.Column("import_row", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_victims_import_id"), "victims", ["import_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_victims_import_id"), table_name="victims")
    op.drop_column("victims", "import_row")
    op.drop_column("victims", "import_id")
    op.drop_column("victims", "address_mask")
    op.drop_column("victims", "address_enc")
    op.drop_constraint(op.f("fk_imports_case_id"), "imports", type_="foreignkey")
    op.drop_column("imports", "case_id")
