"""Cases, their leads, the decisions on them, and the identifiers in their texts."""

from collections.abc import Sequence

import sqlalchemy as sa
from grants import append_only, grant
from sqlalchemy.dialects import postgresql

from alembic import op

revision: str = "cases"
down_revision: str | None = "foundation"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("police_case_no", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column(
            "primary_category",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("charges", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_backlog", sa.Boolean(), nullable=False),
        sa.Column("amount_involved", sa.BigInteger(), nullable=True),
        sa.Column("victims_count", sa.BigInteger(), nullable=True),
        sa.Column("division_code", sa.Text(collation="C"), nullable=False),
        sa.Column("town_code", sa.Text(collation="C"), nullable=False),
        sa.Column("owner_unit_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("solved_on", sa.Date(), nullable=True),
        sa.Column("concluded_on", sa.Date(), nullable=True),
        sa.Column("adjudged_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("stage_on", sa.Date(), nullable=True),
        sa.Column("returns_count", sa.BigInteger(), nullable=False),
        sa.Column(
            "not_indicted_ground",
            sa.String(length=40),
            nullable=True,
        ),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_is_provisional", sa.Boolean(), nullable=False),
        sa.Column("due_rule", sa.Text(), nullable=False),
        sa.Column("due_rule_version", sa.BigInteger(), nullable=True),
        sa.Column(
            "civil_route",
            sa.String(length=40),
            nullable=True,
        ),
        sa.Column("diversion_department", sa.Text(), nullable=False),
        sa.Column("diversion_unit_id", sa.Uuid(), nullable=True),
        sa.Column("diversion_receipt_no", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_post_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_involved >= 0", name=op.f("ck_cases_amount_involved")),
        sa.CheckConstraint("filed_on >= accepted_on", name=op.f("ck_cases_filed_after_accepted")),
        sa.CheckConstraint("returns_count BETWEEN 0 AND 2", name=op.f("ck_cases_returns_count")),
        sa.CheckConstraint("victims_count >= 0", name=op.f("ck_cases_victims_count")),
        sa.ForeignKeyConstraint(
            ["created_by_post_id"], ["posts.id"], name=op.f("fk_cases_created_by_post_id")
        ),
        sa.ForeignKeyConstraint(
            ["diversion_unit_id"], ["units.id"], name=op.f("fk_cases_diversion_unit_id")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["divisions.code"], name=op.f("fk_cases_division_code")
        ),
        sa.ForeignKeyConstraint(
            ["owner_unit_id"], ["units.id"], name=op.f("fk_cases_owner_unit_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("number", name=op.f("uq_cases_number")),
    )
    op.create_index(op.f("ix_cases_due_on"), "cases", ["due_on"], unique=False)
    op.create_index(
        op.f("ix_cases_owner_unit_id_status_id"),
        "cases",
        ["owner_unit_id", "status", "id"],
        unique=False,
    )
    op.create_index("ix_cases_search", "cases", ["search"], unique=False, postgresql_using="gin")
    op.create_index(op.f("ix_cases_town_code_id"), "cases", ["town_code", "id"], unique=False)
    op.create_index(
        op.f("ix_cases_town_code_status_id"), "cases", ["town_code", "status", "id"], unique=False
    )
    op.create_index(
        "uq_cases_police_case_no",
        "cases",
        ["police_case_no"],
        unique=True,
        postgresql_where=sa.text("police_case_no <> ''"),
    )
    op.create_table(
        "case_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "action",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column(
            "authority_level",
            sa.String(length=40),
            nullable=True,
        ),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("charges", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_post_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_decisions_case_id")),
        sa.ForeignKeyConstraint(
            ["recorded_by_post_id"],
            ["posts.id"],
            name=op.f("fk_case_decisions_recorded_by_post_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_decisions")),
    )
    op.create_index(
        op.f("ix_case_decisions_case_id_id"), "case_decisions", ["case_id", "id"], unique=False
    )
    op.create_table(
        "case_identifiers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=40),
            nullable=False,
        ),
        sa.Column("value_enc", sa.LargeBinary(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("value_mask", sa.Text(), nullable=False),
        sa.Column("raw_enc", sa.LargeBinary(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_identifiers_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_identifiers")),
    )
    op.create_index(
        op.f("ix_case_identifiers_case_id"), "case_identifiers", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_case_identifiers_value_index"), "case_identifiers", ["value_index"], unique=False
    )
    op.create_table(
        "case_leads",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_leads_case_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_case_leads_lead_id")),
        sa.PrimaryKeyConstraint("case_id", "lead_id", name=op.f("pk_case_leads")),
    )
    op.create_index(op.f("ix_case_leads_lead_id"), "case_leads", ["lead_id"], unique=False)
    append_only(op, "case_decisions")
    append_only(op, "case_leads")
    grant(op, "cases", "select, insert, update")
    grant(op, "case_identifiers")


def downgrade() -> None:
    op.drop_index(op.f("ix_case_leads_lead_id"), table_name="case_leads")
    op.drop_table("case_leads")
    op.drop_index(op.f("ix_case_identifiers_value_index"), table_name="case_identifiers")
    op.drop_index(op.f("ix_case_identifiers_case_id"), table_name="case_identifiers")
    op.drop_table("case_identifiers")
    op.drop_index(op.f("ix_case_decisions_case_id_id"), table_name="case_decisions")
    op.drop_table("case_decisions")
    op.drop_index(
        "uq_cases_police_case_no",
        table_name="cases",
        postgresql_where=sa.text("police_case_no <> ''"),
    )
    op.drop_index(op.f("ix_cases_town_code_status_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_town_code_id"), table_name="cases")
    op.drop_index("ix_cases_search", table_name="cases", postgresql_using="gin")
    op.drop_index(op.f("ix_cases_owner_unit_id_status_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_due_on"), table_name="cases")
    op.drop_table("cases")
