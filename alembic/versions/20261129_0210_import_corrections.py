"""A person corrects how a ledger is read; what a mask hides is kept; an uploader's file is his own."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "import_corrections"
down_revision: str | None = "strangers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_WITH_TEXTS = ("victims", "property_items")
#: Until now a file's own name stood in the open, and files outlived what they had been sent for.
_NEUTRAL = (
    "UPDATE imports SET filename = kind || '-' || to_char(created_at, 'YYYYMMDD-HH24MI')"
    " || coalesce(substring(filename FROM '\\.[A-Za-z]{2,5}$'), '')"
)
_UPLOADER = (
    "UPDATE imports SET uploaded_by_id = e.actor_id FROM events AS e"
    " WHERE e.subject_id = imports.id AND e.name = 'import.created'"
)
_EMPTY = (
    "DELETE FROM import_files AS f USING imports AS i"
    " WHERE i.id = f.import_id AND i.status IN ('committed', 'failed')",
    "DELETE FROM import_rows AS r USING imports AS i"
    " WHERE i.id = r.import_id AND i.status IN ('committed', 'failed')",
    "UPDATE imports SET preview_enc = NULL WHERE status IN ('committed', 'failed')",
)


def upgrade() -> None:
    op.create_table(
        "import_templates",
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.Column("headings", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reading", postgresql.JSONB(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"],
            ["posts.id"],
            name=op.f("fk_import_templates_created_by_post_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_templates")),
        sa.UniqueConstraint(
            "town_code", "kind", "shape", name=op.f("uq_import_templates_town_code_kind_shape")
        ),
    )
    grant(op, "import_templates")
    op.add_column("imports", sa.Column("own_name_enc", sa.LargeBinary(), nullable=True))
    op.add_column("imports", sa.Column("uploaded_by_id", sa.Uuid(), nullable=True))
    op.add_column("imports", sa.Column("correction", postgresql.JSONB(), nullable=True))
    op.add_column(
        "imports",
        sa.Column("uses_templates", sa.Boolean(), server_default=sa.true(), nullable=False),
    )
    op.alter_column("imports", "uses_templates", server_default=None)
    op.add_column("import_rows", sa.Column("decision", sa.String(length=40), nullable=True))
    op.execute(_NEUTRAL)
    op.execute(_UPLOADER)
    # what came in is in the records, and what could not be read is of no use
    for statement in _EMPTY:
        op.execute(statement)
    for table in _WITH_TEXTS:
        op.add_column(table, sa.Column("texts_enc", sa.LargeBinary(), nullable=True))
        op.add_column(
            table,
            sa.Column(
                "texts_kept", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False
            ),
        )
        op.alter_column(table, "texts_kept", server_default=None)
    op.add_column("property_items", sa.Column("objector_enc", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("property_items", "objector_enc")
    for table in _WITH_TEXTS:
        op.drop_column(table, "texts_kept")
        op.drop_column(table, "texts_enc")
    op.drop_column("import_rows", "decision")
    for name in ("uses_templates", "correction", "uploaded_by_id", "own_name_enc"):
        op.drop_column("imports", name)
    op.drop_table("import_templates")
