"""Similar leads are found by name and sound, merged by a link, and found numbers get confirmed."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "similar_leads"
down_revision: str | None = "receipts"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BATCH = 5_000


def upgrade() -> None:
    op.add_column("leads", sa.Column("name_key", sa.Text(), server_default="", nullable=False))
    op.add_column("leads", sa.Column("name_sound", sa.Text(), server_default="", nullable=False))
    op.add_column("leads", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_leads_merged_into_id"), "leads", "leads", ["merged_into_id"], ["id"]
    )
    _name_all()
    op.drop_index("ix_leads_subject_uscc", table_name="leads")
    for column in ("name_key", "name_sound", "subject_uscc"):
        op.create_index(
            f"ix_leads_{column}",
            "leads",
            [column, "id"],
            postgresql_where=sa.text(f"{column} <> ''"),
        )
    op.create_index(
        "ix_leads_merged_into_id",
        "leads",
        ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        "ix_leads_left_out",
        "leads",
        ["town_code", "id"],
        postgresql_where=sa.text(
            "status = 'withdrawn' OR conclusion IS NOT DISTINCT FROM 'duplicate'"
            " OR status = 'archived' AND feedback_mode IS NULL"
        ),
    )
    op.add_column(
        "lead_identifiers",
        sa.Column("state", sa.String(length=40), server_default="proposed", nullable=False),
    )
    op.create_index(
        op.f("ix_lead_identifiers_value_index_lead_id"),
        "lead_identifiers",
        ["value_index", "lead_id"],
    )
    op.drop_index(op.f("ix_lead_identifiers_value_index"), table_name="lead_identifiers")
    op.create_table(
        "lead_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("main_lead_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_post_id", sa.Uuid(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("granted", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("undone_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("lead_id <> main_lead_id", name=op.f("ck_lead_links_not_itself")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_links_lead_id")),
        sa.ForeignKeyConstraint(
            ["main_lead_id"], ["leads.id"], name=op.f("fk_lead_links_main_lead_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_links")),
    )
    op.create_index(
        "uq_lead_links_lead_id",
        "lead_links",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_index(op.f("ix_lead_links_lead_id"), "lead_links", ["lead_id"])
    op.create_index(op.f("ix_lead_links_main_lead_id"), "lead_links", ["main_lead_id"])
    grant(op, "lead_links", "select, insert, update")


def _name_all() -> None:
    """The keys of leads that are there already: made in Python, because they go by sound."""
    from api.domain.words.names import name

    connection = op.get_bind()
    after = "00000000-0000-0000-0000-000000000000"
    while True:
        found = connection.execute(
            sa.text(
                "SELECT id, subject_name FROM leads WHERE id > CAST(:after AS uuid)"
                " ORDER BY id LIMIT :batch"
            ),
            {"after": after, "batch": _BATCH},
        ).all()
        if not found:
            return
        known = [name(row.subject_name) for row in found]
        connection.execute(
            sa.text(
                "UPDATE leads SET name_key = made.key, name_sound = made.sound"
                " FROM unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[]), CAST(:sounds AS text[]))"
                " AS made(id, key, sound) WHERE leads.id = made.id"
            ),
            {
                "ids": [str(row.id) for row in found],
                "keys": [each.core for each in known],
                "sounds": [each.sound for each in known],
            },
        )
        after = str(found[-1].id)


def downgrade() -> None:
    op.drop_table("lead_links")
    op.create_index(op.f("ix_lead_identifiers_value_index"), "lead_identifiers", ["value_index"])
    op.drop_index(op.f("ix_lead_identifiers_value_index_lead_id"), table_name="lead_identifiers")
    op.drop_column("lead_identifiers", "state")
    op.drop_index("ix_leads_left_out", table_name="leads")
    op.drop_index("ix_leads_merged_into_id", table_name="leads")
    for column in ("name_sound", "name_key", "subject_uscc"):
        op.drop_index(f"ix_leads_{column}", table_name="leads")
    op.create_index("ix_leads_subject_uscc", "leads", ["subject_uscc"])
    op.drop_constraint(op.f("fk_leads_merged_into_id"), "leads", type_="foreignkey")
    op.drop_column("leads", "merged_into_id")
    op.drop_column("leads", "name_sound")
    op.drop_column("leads", "name_key")
