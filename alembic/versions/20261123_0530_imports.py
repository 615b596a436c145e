"""Imported files, their staged rows, and the identities of rows that came in."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "imports"
down_revision: str | None = "first_day"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COUNTS = (
    "rows_total", "rows_good", "rows_faulty", "rows_known", "rows_edited", "rows_repeated",
    "rows_warned", "rows_committed",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("progress_done", sa.BigInteger(), nullable=False),
        sa.Column("progress_total", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _COUNTS),
        sa.Column("mode", sa.String(length=40), nullable=True),
        sa.Column("failure_code", sa.Text(), nullable=False),
        sa.Column("failure_message", sa.Text(), nullable=False),
        sa.Column("preview_enc", sa.LargeBinary(), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_imports_owner_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_imports_created_by_post_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_town_code_id"), "imports", ["town_code", "id"])
    op.create_table(
        "import_files",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("content_enc", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["imports.id"],
            name=op.f("fk_import_files_import_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_import_files")),
    )
    op.create_table(
        "import_rows",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("sheet", sa.BigInteger(), nullable=False),
        sa.Column("row_number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("anchors", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("payload_enc", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_import_rows")),
    )
    op.create_index(
        op.f("ix_import_rows_import_id_state_position"),
        "import_rows",
        ["import_id", "state", "position"],
    )
    op.create_table(
        "import_identities",
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("anchors", postgresql.ARRAY(sa.LargeBinary()), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_identities_import_id")
        ),
        sa.PrimaryKeyConstraint(
            "town_code", "kind", "identity", "occurrence", name=op.f("pk_import_identities")
        ),
    )
    op.create_index(
        "ix_import_identities_anchors", "import_identities", ["anchors"], postgresql_using="gin"
    )
    op.create_index(op.f("ix_import_identities_import_id"), "import_identities", ["import_id"])
    grant(op, "imports", "select, insert, update")
    grant(op, "import_files", "select, insert, delete")
    grant(op, "import_rows")
    grant(op, "import_identities", "select, insert")


def downgrade() -> None:
    op.drop_table("import_identities")
    op.drop_table("import_rows")
    op.drop_table("import_files")
    op.drop_table("imports")
